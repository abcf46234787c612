"""Exercise 1.4: the linear layer, forward."""

import numpy as np
import torch

from autograder import expect
from autograder.exercise import Exercise
from autograder.text import Text

exercise = Exercise(
    "linear_forward", points=3,
    title=Text("Capa lineal, hacia adelante", "Linear layer, forward"),
    hints=(
        Text("`x @ W` multiplica sobre el último eje de `x`, tenga los ejes que tenga, y `b` se suma sola a cada fila.",
             "`x @ W` multiplies over the last axis of `x`, however many axes it has, and `b` adds itself to each row."),
        Text("Para volver hacia atrás harán falta `x` y `W`: `return out, (x, W)`.",
             "To go back you will need `x` and `W`: `return out, (x, W)`."),
    ),
    forbids=("torch.nn.functional.linear", "torch.nn.Linear.forward"),
)


def oracle(x, W, b) -> np.ndarray:
    """Return the output of torch's own layer, which keeps its weights transposed."""
    return torch.nn.functional.linear(*map(torch.from_numpy, (x, np.ascontiguousarray(W.T), b))).numpy()


def layer(draw, *leading: int):
    """Draw x (*leading, D), W (D, M) and b (M,) with D and M different, and different from the sizes of `leading`."""
    d, m = (int(n) for n in draw.permutation([n for n in range(2, 10) if n not in leading])[:2])
    return draw.array(*leading, d), draw.array(d, m), draw.array(m, std=2)


def _agrees(student, x, W, b, wanted):
    out = student.keep("linear_forward", x, W, b).item(0).value()
    expect.near(out, wanted, what="out")


@exercise.property(2, "Calcula cada neurona para cada ejemplo de una matriz.",
                   "It computes each neuron for each example of a matrix.")
def matrix(student, draw):
    x, W, b = layer(draw, *draw.sizes(1, low=3))
    _agrees(student, x, W, b, oracle(x, W, b))


@exercise.property(2, "Conserva los ejes que `x` tenga delante.", "It keeps whatever axes `x` has in front.")
def leading_axes(student, draw):
    for count in (2, 3):
        x, W, b = layer(draw, *draw.sizes(count, low=3, high=6))
        _agrees(student, x, W, b, oracle(x, W, b))


@exercise.property(1, "Sirve para un lote de un ejemplo y para un ejemplo suelto.",
                   "It works for a batch of one example and for an example on its own.")
def one_example(student, draw):
    x, W, b = layer(draw, 1)
    _agrees(student, x, W, b, oracle(x, W, b))
    _agrees(student, x[0], W, b, oracle(x[0], W, b))


@exercise.property(1, "Deja sus entradas como estaban, también si son vistas traspuestas.",
                   "It leaves its inputs as they were, transposed views too.")
def inputs_unchanged(student, draw):
    x, W, b = layer(draw, *draw.sizes(2, low=3, high=6))
    mine = [student.put(np.ascontiguousarray(v.T)).keep_method("transpose") for v in (x, W, b)]
    _agrees(student, *mine, oracle(x, W, b))
    for handle, before, name in zip(mine, (x, W, b), ("x", "W", "b"), strict=True):
        expect.unchanged(before, handle.value(), name)


BODY = "return x @ W + b, (x, W)"

exercise.mistake(
    "no_bias", ("x @ W + b,", "x @ W,"),
    es="Falta sumar el sesgo `b`.",
    en="The bias `b` is still to be added.")
exercise.mistake(
    "minus_bias", ("x @ W + b,", "x @ W - b,"),
    es="Restas el sesgo. Se suma: así cada neurona desplaza su umbral.",
    en="You subtract the bias. It is added: that is how each neuron shifts its threshold.")
exercise.mistake(
    "sum_of_biases", ("+ b,", "+ np.sum(b),"),
    es="Sumas todos los sesgos a todas las neuronas. Cada neurona tiene el suyo, y NumPy lo reparte solo: `+ b`.",
    en="You add all biases to all neurons. Each neuron has its own, and NumPy hands them out by itself: `+ b`.")
exercise.mistake(
    "transposed_weights", ("x @ W + b", "x @ W.T + b"),
    es="Multiplicas por `W` traspuesta. Aquí `W` tiene la forma (D, M): `x @ W` ya encaja.",
    en="You multiply by `W` transposed. Here `W` has shape (D, M): `x @ W` fits as it is.")
exercise.mistake(
    "element_by_element", ("x @ W + b", "x * W + b"),
    es="`*` multiplica número a número. El producto de matrices es `@`.",
    en="`*` multiplies number by number. The product of matrices is `@`.")
exercise.mistake(
    "all_axes_flattened", (BODY, "return x.reshape(x.shape[0], -1) @ W + b, (x, W)"),
    es="Aplastas todos los ejes menos el primero. Solo el último es el de los datos; los demás se conservan.",
    en="You flatten every axis but the first. Only the last one holds the data; the others are kept.")
exercise.mistake(
    "axes_lost", (BODY, "return x.reshape(-1, x.shape[-1]) @ W + b, (x, W)"),
    es="Aplanas `x` para multiplicar y no devuelves la forma de antes: `out` debe tener los mismos ejes delante que `x`.",
    en="You flatten `x` to multiply and do not give the old shape back: `out` should have the same leading axes as `x`.")
exercise.mistake(
    "no_cache", (BODY, "return x @ W + b"),
    es="Devuelves solo `out`. Se pide una pareja: `return out, cache`.",
    en="You return `out` alone. A pair is asked for: `return out, cache`.")
exercise.mistake(
    "cache_first", (BODY, "return (x, W), x @ W + b"),
    es="La pareja va en otro orden: primero `out`, después `cache`.",
    en="The pair goes in the other order: first `out`, then `cache`.")
exercise.mistake(
    "relu_added", ("x @ W + b,", "np.maximum(x @ W + b, 0),"),
    es="Aplicas una ReLU. Esta capa es solo lineal; la no linealidad viene después, en otra pieza.",
    en="You apply a ReLU. This layer is linear only; the non-linearity comes later, in another piece.")
exercise.mistake(
    "shape_written", (BODY, "shape = x.shape\n    x.shape = (-1, shape[-1])\n"
                            "    return (x @ W + b).reshape(*shape[:-1], W.shape[1]), (x, W)"),
    es="`x.shape = …` cambia la forma del array de quien te llama. `x.reshape(…)` da otra vista y deja el suyo en paz.",
    en="`x.shape = …` changes the shape of the caller's array. `x.reshape(…)` gives another view and leaves theirs alone.")
exercise.mistake(
    "weights_first", ("x @ W + b", "W @ x + b"),
    es="Los ejemplos van por filas: es `x @ W`, no `W @ x`.",
    en="Examples go along the rows: it is `x @ W`, not `W @ x`.")

exercise.alternative("einsum", code="""
def linear_forward(x, W, b):
    return np.einsum("...d,dm->...m", x, W) + b, {"x": x, "W": W}
""")
exercise.alternative("neuron_by_neuron", code="""
def linear_forward(x, W, b):
    neurons = [(np.asarray(x, dtype=np.float32) * W[:, m]).sum(axis=-1) + b[m] for m in range(W.shape[1])]
    return [np.stack(neurons, axis=-1), [x.copy(), W.copy()]]
""")
