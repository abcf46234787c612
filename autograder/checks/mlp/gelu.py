"""Exercise 1.8: GELU."""

import numpy as np
import torch

from autograder import expect
from autograder.exercise import Exercise
from autograder.text import Text

exercise = Exercise(
    "gelu", points=3,
    title=Text("GELU", "GELU"),
    hints=(
        Text("`erf = np.vectorize(math.erf)` es una función que se aplica a cada número de un array.",
             "`erf = np.vectorize(math.erf)` is a function that is applied to each number of an array."),
        Text("Son tres factores: la mitad, `x`, y 1 más el erf de `x / math.sqrt(2)`.",
             "There are three factors: one half, `x`, and 1 plus the erf of `x / math.sqrt(2)`."),
    ),
    forbids=("torch.nn.functional.gelu", "torch.nn.GELU.forward"),
)


def oracle(x) -> np.ndarray:
    """Return torch's own exact GELU."""
    return torch.nn.functional.gelu(torch.from_numpy(np.ascontiguousarray(x)), approximate="none").numpy()


def _curve(draw) -> np.ndarray:
    """Draw a matrix of numbers where the curve bends, some of each sign."""
    x = draw.uniform(-3.5, 3.5, size=draw.sizes(2, low=3))
    x.flat[:4] = draw.uniform(-2.5, -1.5), draw.uniform(-1.0, -0.5), draw.uniform(0.5, 1.0), draw.uniform(1.5, 2.5)
    return x


@exercise.property(1, "Tiene la curva de GELU, con un error de hasta 0,001.", "It has the curve of GELU, with an error of up to 0.001.")
def curve(student, draw):
    x = _curve(draw)
    expect.close(student.call("gelu", x), oracle(x), atol=1e-3, rtol=0.0, what="gelu(x)")


@exercise.property(2, "Es la forma exacta, no una aproximación.", "It is the exact form, not an approximation.")
def exact(student, draw):
    x = _curve(draw)
    expect.near(student.call("gelu", x), oracle(x), what="gelu(x)")


@exercise.property(1, "Sirve para cualquier forma.", "It works for any shape.")
def any_shape(student, draw):
    for x in (draw.array(1), draw.array(*draw.sizes(1)), draw.array(*draw.sizes(3)), np.array(draw.uniform(-2.0, -0.5))):
        turned = student.put(np.ascontiguousarray(x.T)).keep_method("transpose")
        expect.near(student.call("gelu", turned), oracle(x), what="gelu(x)")


@exercise.property(1, "Lejos del 0 se comporta como ReLU, sin desbordarse.", "Far from 0 it behaves like ReLU, without overflow.")
def far_away(student, draw):
    near_zero, far = draw.uniform(0.5, 1.5, size=3), draw.uniform(20.0, 1000.0, size=4)
    x = np.concatenate([-far, -near_zero, near_zero, far])
    expect.near(student.call("gelu", x), oracle(x), what="gelu(x)")


@exercise.property(1, "Deja su entrada como estaba.", "It leaves its input as it was.")
def input_unchanged(student, draw):
    x = _curve(draw)
    mine = student.put(x)
    expect.close(student.call("gelu", mine), oracle(x), atol=1e-3, rtol=0.0, what="gelu(x)")
    expect.unchanged(x, mine.value(), "x")


BODY = "return 0.5 * x * (1.0 + erf(x / math.sqrt(2.0)))"

exercise.mistake(
    "tanh_approximation", (BODY, "return 0.5 * x * (1.0 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))"),
    es="Esa es la aproximación con tanh. Se pide la forma exacta, con `erf`.",
    en="That is the approximation with tanh. The exact form is asked for, with `erf`.")
exercise.mistake(
    "sigmoid_approximation", (BODY, "return x / (1.0 + np.exp(np.minimum(-1.702 * x, 700)))"),
    es="Esa es la aproximación con la sigmoide de 1.702 x, que se aparta hasta 0.02. Se pide la forma exacta, con `erf`.",
    en="That is the approximation with the sigmoid of 1.702 x, which is off by up to 0.02. The exact form is asked for, with "
       "`erf`.")
exercise.mistake(
    "silu", (BODY, "return x / (1.0 + np.exp(np.minimum(-x, 700)))"),
    es="Eso es SiLU, x por la sigmoide de x. GELU usa la probabilidad normal, con `erf`.",
    en="That is SiLU, x times the sigmoid of x. GELU uses the normal probability, with `erf`.")
exercise.mistake(
    "relu", (BODY, "return np.maximum(x, 0)"),
    es="Eso es ReLU. GELU no tiene esquina: cerca del 0 deja pasar una parte de `x`, también si es negativo.",
    en="That is ReLU. GELU has no corner: near 0 it lets part of `x` through, even if it is negative.")
exercise.mistake(
    "no_half", ("0.5 * x", "x"),
    es="Falta la mitad: 1 + erf va de 0 a 2, y una probabilidad va de 0 a 1.",
    en="The half is missing: 1 + erf goes from 0 to 2, and a probability goes from 0 to 1.")
exercise.mistake(
    "no_root", ("erf(x / math.sqrt(2.0))", "erf(x)"),
    es="Falta dividir `x` entre la raíz de 2 dentro de `erf`.",
    en="The division of `x` by the root of 2, inside `erf`, is missing.")
exercise.mistake(
    "root_multiplies", ("x / math.sqrt(2.0)", "x * math.sqrt(2.0)"),
    es="Multiplicas por la raíz de 2 dentro de `erf`. Hay que dividir.",
    en="You multiply by the root of 2 inside `erf`. It should divide.")
exercise.mistake(
    "probability_only", ("0.5 * x * (", "0.5 * ("),
    es="Devuelves la probabilidad Φ(x). Falta multiplicarla por `x`.",
    en="You return the probability Φ(x). It still has to be multiplied by `x`.")
exercise.mistake(
    "no_one", ("(1.0 + erf(x / math.sqrt(2.0)))", "erf(x / math.sqrt(2.0))"),
    es="Falta sumar 1 a `erf`, que va de −1 a 1: sin él, un `x` negativo sale positivo.",
    en="The 1 is missing: `erf` goes from −1 to 1, and without it a negative `x` comes out positive.")
exercise.mistake(
    "upper_tail", ("1.0 + erf", "1.0 - erf"),
    es="Tomas la probabilidad de quedar por encima de `x`. Es la de quedar por debajo: 1 más `erf`.",
    en="You take the probability of falling above `x`. It is that of falling below: 1 plus `erf`.")
exercise.mistake(
    "density", (BODY, "return x * np.exp(-(x**2) / 2) / math.sqrt(2 * math.pi)"),
    es="Multiplicas por la densidad de la normal, la campana. Es la probabilidad acumulada, que va de 0 a 1.",
    en="You multiply by the density of the normal, the bell. It is the cumulative probability, which goes from 0 to 1.")
exercise.mistake(
    "in_place", (BODY, "x *= 0.5 * (1.0 + erf(x / math.sqrt(2.0)))\n    return x"),
    es="`x *= …` escribe sobre el array de quien te llama. `x = x * …` hace uno nuevo.",
    en="`x *= …` writes into the caller's array. `x = x * …` makes a new one.")

exercise.alternative("normal_distribution", code="""
def gelu(x):
    from statistics import NormalDist
    return np.asarray(x) * np.vectorize(NormalDist().cdf)(x)
""")
exercise.alternative("complement", code="""
def gelu(x):
    x = np.array(x)
    return np.reshape([v * math.erfc(-v / 2**0.5) / 2 for v in x.ravel()], x.shape)
""")
exercise.alternative("torch_erf", code="""
def gelu(x):
    import torch
    t = torch.tensor(x, requires_grad=True)
    return t * (1 + torch.erf(t / 2**0.5)) / 2
""")
