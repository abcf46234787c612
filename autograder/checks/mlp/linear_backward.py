"""Exercise 1.5: the linear layer, backward."""

import numpy as np
import torch

from autograder import expect
from autograder.checks.mlp.linear_forward import layer
from autograder.exercise import Exercise
from autograder.text import Text

NAMES = ("dx", "dW", "db")

exercise = Exercise(
    "linear_backward", points=6,
    title=Text("Capa lineal, hacia atrás", "Linear layer, backward"),
    uses=("linear_forward",),
    hints=(
        Text("Con una matriz `x` (N, D): `dx` (N, D) sale de `dout` (N, M) y `W` (D, M); `dW` (D, M), de `x` (N, D) y `dout` (N, M). "
             "En cada caso solo hay un producto cuyas formas encajan.",
             "With a matrix `x` (N, D): `dx` (N, D) comes from `dout` (N, M) and `W` (D, M); `dW` (D, M), from `x` (N, D) and `dout` "
             "(N, M). In each case there is only one product whose shapes fit."),
        Text("`dx` es `dout @ W.T`; encuentra `dW` del mismo modo. El sesgo llega a todos los ejemplos, y por eso `db` es una suma "
             "sobre ellos.",
             "`dx` is `dout @ W.T`; find `dW` in the same way. The bias reaches every example, and so `db` is a sum over "
             "them."),
        Text("Con más ejes delante, para `dW` y `db` todos son ejemplos: júntalos en uno con `reshape(-1, D)` y `reshape(-1, M)`.",
             "With more axes in front, for `dW` and `db` they are all examples: join them into one with `reshape(-1, D)` and "
             "`reshape(-1, M)`."),
    ),
    forbids=("torch.autograd.grad", "torch.autograd.backward", "torch.func.grad", "torch.func.vjp"),
)


def oracle(dout, x, W, b) -> dict[str, np.ndarray]:
    """Return the three gradients as torch's own layer computes them."""
    leaves = [torch.from_numpy(np.ascontiguousarray(v)).requires_grad_() for v in (x, W, b)]
    out = torch.nn.functional.linear(leaves[0], leaves[1].T, leaves[2])
    out.backward(torch.from_numpy(dout))
    return {name: leaf.grad.numpy() for name, leaf in zip(NAMES, leaves, strict=True)}


def _agrees(student, dout, x, W, b, wanted, names=NAMES):
    cache = student.keep("linear_forward", x, W, b).item(1)
    gradients = student.keep("linear_backward", dout, cache)
    for name in names:
        expect.near(gradients.item(NAMES.index(name)).value(), wanted[name], what=name)


def _matrix(student, draw, *names):
    x, W, b = layer(draw, *draw.sizes(1, low=4))
    dout = draw.array(len(x), W.shape[1])
    _agrees(student, dout, x, W, b, oracle(dout, x, W, b), names)


@exercise.property(1, "`dx` de una matriz es correcta.", "`dx` of a matrix is right.")
def dx(student, draw):
    _matrix(student, draw, "dx")


@exercise.property(2, "`dW` de una matriz es correcta.", "`dW` of a matrix is right.")
def dw(student, draw):
    _matrix(student, draw, "dW")


@exercise.property(1, "`db` de una matriz es correcta.", "`db` of a matrix is right.")
def db(student, draw):
    _matrix(student, draw, "db")


@exercise.property(2, "Con más ejes delante, los tres gradientes suman todos los caminos.",
                   "With more axes in front, the three gradients add up all paths.")
def leading_axes(student, draw):
    for count in (2, 3):
        x, W, b = layer(draw, *draw.sizes(count, low=3, high=6))
        dout = draw.array(*x.shape[:-1], W.shape[1])
        _agrees(student, dout, x, W, b, oracle(dout, x, W, b))


@exercise.property(1, "Sirve para un lote de un ejemplo y para un ejemplo suelto.",
                   "It works for a batch of one example and for an example on its own.")
def one_example(student, draw):
    x, W, b = layer(draw, 1)
    dout = draw.array(1, W.shape[1])
    wanted = oracle(dout, x, W, b)
    _agrees(student, dout, x, W, b, wanted)
    _agrees(student, dout[0], x[0], W, b, wanted | {"dx": wanted["dx"][0]})


@exercise.property(1, "Deja `dout`, `x` y `W` como estaban, también si son vistas traspuestas.",
                   "It leaves `dout`, `x` and `W` as they were, transposed views too.")
def inputs_unchanged(student, draw):
    x, W, b = layer(draw, *draw.sizes(1, low=3))
    dout = draw.array(len(x), W.shape[1])
    mine = [student.put(np.ascontiguousarray(v.T)).keep_method("transpose") for v in (dout, x, W)]
    _agrees(student, *mine, b, oracle(dout, x, W, b))
    for handle, before, name in zip(mine, (dout, x, W), ("dout", "x", "W"), strict=True):
        expect.unchanged(before, handle.value(), name)


FLAT = "rows, drows = x.reshape(-1, x.shape[-1]), dout.reshape(-1, dout.shape[-1])"

exercise.mistake(
    "bias_mean", ("drows.sum(axis=0)", "drows.mean(axis=0)"),
    es="`db` es una suma, no una media: cada ejemplo empuja al sesgo con su propia derivada. El 1/N ya viene dentro de `dout`.",
    en="`db` is a sum, not a mean: each example pushes the bias with its own derivative. The 1/N is already inside `dout`.")
exercise.mistake(
    "bias_last_example", ("drows.sum(axis=0)", "drows[-1]"),
    es="`db` solo cuenta el último ejemplo. El sesgo llega a todos: suma sobre ellos.",
    en="`db` counts the last example only. The bias reaches all of them: sum over them.")
exercise.mistake(
    "bias_total", ("drows.sum(axis=0)", "drows.sum()"),
    es="`db` es un solo número. Hay un sesgo por neurona: suma sobre los ejemplos y deja el eje de las neuronas.",
    en="`db` is a single number. There is one bias for each neuron: sum over the examples and keep the axis of the neurons.")
exercise.mistake(
    "bias_extra_axis", ("drows.sum(axis=0)", "drows.sum(axis=0, keepdims=True)"),
    es="`db` tiene la forma (1, M) y `b` la forma (M,). Quita `keepdims=True`: un gradiente tiene la forma de lo suyo.",
    en="`db` has shape (1, M) and `b` has shape (M,). Take `keepdims=True` out: a gradient has the shape of its own.")
exercise.mistake(
    "bias_first_axis", ("drows.sum(axis=0)", "dout.sum(axis=0)"),
    es="Para `db` sumas solo el primer eje. Con más ejes delante hay que sumarlos todos.",
    en="For `db` you sum the first axis only. With more axes in front, all of them have to be summed.")
exercise.mistake(
    "weights_transposed", ("rows.T @ drows", "drows.T @ rows"),
    es="`dW` sale traspuesta, (M, D). Tiene que tener la forma de `W`, (D, M): `x.T @ dout`.",
    en="`dW` comes out transposed, (M, D). It has to have the shape of `W`, (D, M): `x.T @ dout`.")
exercise.mistake(
    "weights_mean", ("rows.T @ drows", "rows.T @ drows / len(rows)"),
    es="Divides `dW` entre el número de ejemplos, y el 1/N de la media ya viene dentro de `dout`: lo promedias dos veces.",
    en="You divide `dW` by the number of examples, and the 1/N of the mean is already inside `dout`: you average it twice.")
exercise.mistake(
    "weights_per_example", ("rows.T @ drows", "np.einsum('nd,nm->ndm', rows, drows)"),
    es="Devuelves un gradiente de `W` por ejemplo. Los pesos son los mismos para todos: suma sobre los ejemplos.",
    en="You return a gradient of `W` for each example. The weights are the same for all of them: sum over the examples.")
exercise.mistake(
    "axes_not_joined", (FLAT, "rows, drows = x, dout"), ("rows.T @ drows", "np.swapaxes(rows, -1, -2) @ drows"),
    es="Con más ejes delante, tu `dW` y tu `db` los conservan. Los pesos no tienen esos ejes: hay que sumar sobre todos ellos.",
    en="With more axes in front, your `dW` and `db` keep them. The weights do not have those axes: sum over all of them.")
exercise.mistake(
    "one_layer_of_axes", (FLAT, "rows, drows = x.reshape(len(x), -1), dout.reshape(len(x), -1)"),
    es="Aplastas todos los ejes menos el primero. Solo el último es el de los datos; junta todos los demás: "
       "`reshape(-1, x.shape[-1])`.",
    en="You flatten every axis but the first. Only the last one holds the data; join all the others: `reshape(-1, x.shape[-1])`.")
exercise.mistake(
    "input_not_transposed", ("dout @ W.T", "dout @ W"),
    es="Para `dx` falta trasponer `W`: lo que entró por la fila d vuelve por todas las neuronas, `dout @ W.T`.",
    en="For `dx`, `W` is still to be transposed: what went in through row d comes back through all neurons, `dout @ W.T`.")
exercise.mistake(
    "dout_forgotten", ("dout @ W.T", "np.ones(dout.shape) @ W.T"), ("rows.T @ drows", "rows.T @ np.ones(drows.shape)"),
    ("drows.sum(axis=0)", "np.ones(drows.shape).sum(axis=0)"),
    es="No usas `dout`: das la derivada de la suma de las salidas. La regla de la cadena multiplica por lo que viene de la pérdida.",
    en="You do not use `dout`: you give the derivative of the sum of the outputs. The chain rule multiplies by what comes from the "
       "loss.")
exercise.mistake(
    "other_order", ("return dout @ W.T, rows.T @ drows, drows.sum(axis=0)",
                    "return rows.T @ drows, drows.sum(axis=0), dout @ W.T"),
    es="Los gradientes son los debidos, pero en otro orden. Se pide (dx, dW, db).",
    en="The gradients are the right ones, in another order. (dx, dW, db) is asked for.")
exercise.mistake(
    "weights_overwritten", ("return dout @ W.T, rows.T @ drows, drows.sum(axis=0)",
                            "dx = dout @ W.T\n    W[...] = rows.T @ drows\n    return dx, W, drows.sum(axis=0)"),
    es="Guardas `dW` sobre los pesos mismos, y la capa los pierde. Devuelve un array nuevo.",
    en="You store `dW` in the weights themselves, and the layer loses them. Return a new array.")

exercise.alternative("einsum", code="""
def linear_backward(dout, cache):
    x, W = cache
    n, m = np.reshape(x, (-1, W.shape[0])), np.reshape(dout, (-1, W.shape[1]))
    return np.einsum("...m,dm->...d", dout, W), np.einsum("nd,nm->dm", n, m), np.einsum("nm->m", m)
""")
exercise.alternative("tensordot", code="""
def linear_backward(dout, cache):
    x, W = cache
    leading = tuple(range(x.ndim - 1))
    return [np.tensordot(dout, W, axes=(-1, 1)), np.tensordot(x, dout, axes=(leading, leading)), np.sum(dout, axis=leading)]
""")
exercise.alternative("one_by_one", code="""
def linear_backward(dout, cache):
    x, W = (np.asarray(v, dtype=np.float32) for v in cache)
    dx, dW, db = np.zeros(x.shape), np.zeros(W.shape), np.zeros(W.shape[1])
    for i in np.ndindex(x.shape[:-1]):
        dx[i] = W @ dout[i]
        dW += np.outer(x[i], dout[i])
        db += dout[i]
    return dx, dW, db
""")
