"""Exercise 1.6: ReLU, forward."""

import numpy as np
import torch

from autograder import expect
from autograder.exercise import Exercise
from autograder.text import Text

exercise = Exercise(
    "relu_forward", points=2,
    title=Text("ReLU, hacia adelante", "ReLU, forward"),
    hints=(
        Text("`np.maximum` compara número a número; `np.max` busca el mayor de todos.",
             "`np.maximum` compares number by number; `np.max` looks for the largest of all."),
        Text("Para volver hacia atrás basta saber dónde era positiva la entrada: guarda `x` (o ese «dónde») en `cache`.",
             "To go back it is enough to know where the input was positive: keep `x` (or that “where”) in `cache`."),
    ),
    forbids=("torch.relu", "torch.nn.functional.relu", "torch.Tensor.relu", "torch.nn.ReLU.forward"),
)


def mixed(draw, *shape: int, std: float = 1.0) -> np.ndarray:
    """Draw an array of `shape`, of at least two numbers, both positive and negative, none of them nearly 0."""
    x = draw.array(*shape, std=std)
    x += 0.1 * np.sign(x)
    x.flat[0], x.flat[-1] = -abs(x.flat[0]), abs(x.flat[-1])
    return x


def oracle(x) -> np.ndarray:
    """Return the output of torch's own ReLU."""
    return torch.relu(torch.from_numpy(np.ascontiguousarray(x))).numpy()


def _agrees(student, x, wanted):
    expect.near(student.keep("relu_forward", x).item(0).value(), wanted, what="out")


@exercise.property(2, "Deja pasar lo positivo y apaga lo negativo.", "It lets the positive through and switches off the negative.")
def values(student, draw):
    x = mixed(draw, *draw.sizes(2, low=3))
    _agrees(student, x, oracle(x))


@exercise.property(1, "Sirve para cualquier forma, y 0 da 0.", "It works for any shape, and 0 gives 0.")
def any_shape(student, draw):
    for axes in (1, 3, 4):
        x = mixed(draw, *draw.sizes(axes, low=3, high=6))
        x.flat[1] = 0.0
        _agrees(student, x, oracle(x))


@exercise.property(1, "No frena los números grandes.", "It does not hold large numbers back.")
def large_numbers(student, draw):
    x = mixed(draw, *draw.sizes(2, low=3), std=1e4)
    _agrees(student, x, oracle(x))


@exercise.property(1, "Deja su entrada como estaba.", "It leaves its input as it was.")
def input_unchanged(student, draw):
    x = mixed(draw, *draw.sizes(2, low=3))
    mine = student.put(np.ascontiguousarray(x.T)).keep_method("transpose")
    _agrees(student, mine, oracle(x))
    expect.unchanged(x, mine.value(), "x")


BODY = "return np.maximum(x, 0), x"

exercise.mistake(
    "maximum_of_all", ("np.maximum(x, 0)", "np.max(x, 0)"),
    es="`np.max(x, 0)` busca el mayor a lo largo del eje 0. Para comparar cada número con 0: `np.maximum(x, 0)`.",
    en="`np.max(x, 0)` looks for the largest along axis 0. To compare each number with 0: `np.maximum(x, 0)`.")
exercise.mistake(
    "minimum", ("np.maximum", "np.minimum"),
    es="Te quedas con la parte negativa. ReLU deja pasar la positiva.",
    en="You keep the negative part. ReLU lets the positive one through.")
exercise.mistake(
    "absolute", ("np.maximum(x, 0)", "np.abs(x)"),
    es="Eso es el valor absoluto: lo negativo no cambia de signo, se apaga.",
    en="That is the absolute value: what is negative does not change its sign, it is switched off.")
exercise.mistake(
    "step", ("np.maximum(x, 0)", "(x > 0).astype(float)"),
    es="Devuelves 1 donde `x` es positivo, y eso es la derivada. ReLU deja pasar el número mismo.",
    en="You return 1 where `x` is positive, and that is the derivative. ReLU lets the number itself through.")
exercise.mistake(
    "leaky", ("np.maximum(x, 0)", "np.where(x > 0, x, 0.01 * x)"),
    es="Eso es una ReLU con fuga (*leaky ReLU*): deja pasar un poco de lo negativo. Aquí vale 0.",
    en="That is a leaky ReLU: it lets a little of the negative through. Here it is 0.")
exercise.mistake(
    "positive_only", ("np.maximum(x, 0)", "x[x > 0]"),
    es="`x[x > 0]` tira los negativos y pierde la forma. Tienen que quedarse en su sitio, convertidos en 0.",
    en="`x[x > 0]` throws the negative ones away and loses the shape. They have to stay in their place, turned into 0.")
exercise.mistake(
    "clipped", ("np.maximum(x, 0)", "np.clip(x, 0, 6)"),
    es="Pones un techo en 6. ReLU no tiene techo.",
    en="You put a ceiling at 6. ReLU has no ceiling.")
exercise.mistake(
    "sigmoid", ("np.maximum(x, 0)", "1 / (1 + np.exp(-x))"),
    es="Eso es la sigmoide. ReLU es el mayor de 0 y x.",
    en="That is the sigmoid. ReLU is the larger of 0 and x.")
exercise.mistake(
    "no_cache", (BODY, "return np.maximum(x, 0)"),
    es="Devuelves solo `out`. Se pide una pareja: `return out, cache`.",
    en="You return `out` alone. A pair is asked for: `return out, cache`.")
exercise.mistake(
    "cache_first", (BODY, "return x, np.maximum(x, 0)"),
    es="La pareja va en otro orden: primero `out`, después `cache`.",
    en="The pair goes in the other order: first `out`, then `cache`.")
exercise.mistake(
    "in_place", (BODY, "x[x < 0] = 0\n    return x, x"),
    es="`x[x < 0] = 0` escribe sobre el array de quien te llama. Haz uno nuevo, con `np.maximum` o una copia.",
    en="`x[x < 0] = 0` writes into the caller's array. Make a new one, with `np.maximum` or a copy.")
exercise.mistake(
    "python_max", ("np.maximum(x, 0)", "max(0, x)"),
    es="`max(0, x)` compara dos números, no un array. `np.maximum` lo hace número a número.",
    en="`max(0, x)` compares two numbers, not an array. `np.maximum` does it number by number.")

exercise.alternative("where", code="""
def relu_forward(x):
    positive = x > 0
    return np.where(positive, x, 0.0), positive
""")
exercise.alternative("copy", code="""
def relu_forward(x):
    out = np.array(x, dtype=np.float32)
    out[out < 0] = 0
    return [out, {"out": out}]
""")
exercise.alternative("half_sum", code="""
def relu_forward(x):
    return (x + abs(x)) / 2, x.copy()
""")
