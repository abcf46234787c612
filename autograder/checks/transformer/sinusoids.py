"""Exercise 5.2: sinusoidal positions (Vaswani et al. 2017, arXiv:1706.03762, section 3.5)."""

import math

import numpy as np

from autograder import expect
from autograder.exercise import Exercise
from autograder.text import Text

exercise = Exercise(
    "sinusoids", points=5,
    title=Text("Dónde está cada palabra", "Where each word is"),
    hints=(
        Text("`torch.arange(length)[:, None] * speed` da una fila por posición y una columna por frecuencia.",
             "`torch.arange(length)[:, None] * speed` gives a row for each position and a column for each frequency."),
        Text("`table[:, 0::2]` son los rasgos pares. Con `D` impar hay un seno más que cosenos.",
             "`table[:, 0::2]` are the even features. With an odd `D` there is one more sine than cosines."),
    ),
)


def reference(length: int, D: int) -> np.ndarray:
    """Compute each entry by itself."""
    table = np.zeros((length, D))
    for p in range(length):
        for d in range(D):
            angle = p / 10000 ** ((d - d % 2) / D)
            table[p, d] = math.cos(angle) if d % 2 else math.sin(angle)
    return table


def agrees(student, length: int, D: int):
    expect.near(student.call("sinusoids", length, D), reference(length, D))


@exercise.property(2, "Con `D` par, cada rasgo par es un seno y el siguiente su coseno.",
                   "With an even `D`, each even feature is a sine and the next its cosine.")
def even(student, draw):
    for half in draw.sizes(2, 2, 9):
        agrees(student, int(draw.integers(11, 20)), 2 * half)


@exercise.property(1, "Con `D` impar, el último rasgo es un seno.", "With an odd `D`, the last feature is a sine.")
def odd(student, draw):
    agrees(student, int(draw.integers(5, 9)), 2 * int(draw.integers(2, 6)) + 1)
    agrees(student, 4, 1)


@exercise.property(1, "Vale para una sola posición y para más posiciones que rasgos, y al revés.",
                   "It works for a single position, and for more positions than features, and the other way round.")
def sizes(student, draw):
    agrees(student, 1, 2 * int(draw.integers(2, 6)))
    agrees(student, 50, 4)
    agrees(student, 3, 32)


@exercise.property(1, "Avanzar un número fijo de posiciones es la misma rotación en todas partes.",
                   "Moving on by a fixed number of positions is the same rotation everywhere.")
def rotation(student, draw):
    D, step = 2 * int(draw.integers(2, 6)), int(draw.integers(2, 6))
    table = expect.array(student.call("sinusoids", 30, D), (30, D))
    expect.near((table**2).sum(axis=1), np.full(30, D / 2), what="(sinusoids(30, D) ** 2).sum(1)")
    turned = np.zeros((30 - step, D))
    for i in range(D // 2):
        angle = step / 10000 ** (2 * i / D)
        sine, cosine = table[:-step, 2 * i], table[:-step, 2 * i + 1]
        turned[:, 2 * i] = sine * math.cos(angle) + cosine * math.sin(angle)
        turned[:, 2 * i + 1] = cosine * math.cos(angle) - sine * math.sin(angle)
    expect.near(table[step:], turned, what="sinusoids(30, D)[step:]")


SPEED = "10000 ** (-torch.arange(0, d_model, 2) / d_model)"
SINE, COSINE = "table[:, 0::2] = torch.sin(position * speed)", "table[:, 1::2] = torch.cos(position * speed[: d_model // 2])"

exercise.mistake("by_token_parity", (f"    {SINE}\n    {COSINE}\n", """    angle = position * speed.repeat_interleave(2)[:d_model]
    table[0::2] = torch.sin(angle[0::2])
    table[1::2] = torch.cos(angle[1::2])
"""),
    es="Alternas seno y coseno a lo largo de las posiciones. Se alternan a lo largo de los rasgos.",
    en="Your sines and cosines alternate along the positions. They alternate along the features.")
exercise.mistake("i_instead_of_two_i", (SPEED, "10000 ** (-torch.arange((d_model + 1) // 2) / d_model)"),
    es="El exponente es `2i / D`, no `i / D`: las frecuencias bajan demasiado despacio.",
    en="The exponent is `2i / D`, not `i / D`: the frequencies fall too slowly.")
exercise.mistake("each_its_own_frequency", (COSINE, "table[:, 1::2] = torch.cos(position * 10000 ** (-torch.arange(1, d_model, 2) "
                                                    "/ d_model))"),
    es="El coseno lleva la frecuencia del seno de su pareja, con `2i / D`, no una propia con `(2i + 1) / D`.",
    en="The cosine has the frequency of the sine of its pair, with `2i / D`, not one of its own with `(2i + 1) / D`.")
exercise.mistake("own_exponent_by_feature", (f"    {SINE}\n    {COSINE}\n",
    """    angle = position * 10000 ** (-2 * torch.arange(d_model) / d_model)
    table[:, 0::2], table[:, 1::2] = torch.sin(angle[:, 0::2]), torch.cos(angle[:, 1::2])
"""),
    es="Tomas como `i` el número del rasgo. `i` es el de la pareja: rasgos `2i` y `2i + 1`, el mismo exponente.",
    en="You take the number of the feature for `i`. `i` is that of the pair: features `2i` and `2i + 1`, the same exponent.")
exercise.mistake("cosine_first", (SINE, SINE.replace("sin", "cos")), (COSINE, COSINE.replace("cos(", "sin(")),
    es="Cambias seno por coseno: el rasgo par es el seno.", en="You swap sine and cosine: the even feature is the sine.")
exercise.mistake("halves", (SINE, "table[:, : (d_model + 1) // 2] = torch.sin(position * speed)"),
    (COSINE, "table[:, (d_model + 1) // 2 :] = torch.cos(position * speed[: d_model // 2])"),
    es="Pones los senos en la primera mitad y los cosenos en la segunda. Aquí van alternados.",
    en="You put the sines in the first half and the cosines in the second. Here they alternate.")
exercise.mistake("from_one", ("torch.arange(length)[:, None]", "torch.arange(1, length + 1)[:, None]"),
    es="Empiezas a contar en 1. La primera posición es la 0.", en="You begin to count at 1. The first position is 0.")
exercise.mistake("multiplied", ("(-torch.arange", "(torch.arange"),
    es="Multiplicas por `10000 ** (2i / D)`. Hay que dividir: los rasgos van de rápido a lento.",
    en="You multiply by `10000 ** (2i / D)`. You have to divide: the features go from fast to slow.")
exercise.mistake("other_base", (SPEED, SPEED.replace("10000", "1000")),
    es="La base es 10000.", en="The base is 10000.")
exercise.mistake("two_pi", ("position * speed", "2 * math.pi * position * speed"),
    es="Sobra `2 * pi`: el ángulo es la posición por la frecuencia.",
    en="There is no `2 * pi`: the angle is the position times the frequency.")
exercise.mistake("odd_unforeseen", ("speed[: d_model // 2]", "speed"),
    es="Con `D` impar hay un seno más que cosenos, y las formas no encajan.",
    en="With an odd `D` there is one more sine than cosines, and the shapes do not fit.")
exercise.mistake("divided_by_half", (SPEED, "10000 ** (-torch.arange(0, d_model, 2) / (d_model // 2))"),
    es="Divides el exponente entre `D / 2`. Es entre `D`.", en="You divide the exponent by `D / 2`. It is by `D`.")

exercise.alternative("by_logarithms", code="""
def sinusoids(length, d_model):
    frequency = torch.exp(torch.arange(0, d_model, 2).double() * (-math.log(10000.0) / d_model))
    angle = torch.outer(torch.arange(length).double(), frequency)
    return torch.stack([angle.sin(), angle.cos()], dim=-1).flatten(1)[:, :d_model].float()
""")
exercise.alternative("in_numpy", code="""
def sinusoids(length, d_model):
    feature = np.arange(d_model)
    angle = np.arange(length)[:, None] / 10000 ** (2 * (feature // 2) / d_model)
    return torch.tensor(np.where(feature % 2 == 0, np.sin(angle), np.cos(angle)), dtype=torch.float32)
""")
