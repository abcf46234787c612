"""Exercise 1.7: ReLU, backward."""

import numpy as np
import torch

from autograder import expect
from autograder.checks.mlp.relu_forward import mixed
from autograder.exercise import Exercise
from autograder.text import Text

exercise = Exercise(
    "relu_backward", points=3,
    title=Text("ReLU, hacia atrás", "ReLU, backward"),
    uses=("relu_forward",),
    hints=(
        Text("La pendiente de ReLU es 1 donde `x` era positivo y 0 en los demás sitios. La regla de la cadena multiplica "
             "`dout` por ella.",
             "The slope of ReLU is 1 where `x` was positive and 0 everywhere else. The chain rule multiplies `dout` by it."),
        Text("`x > 0` es un array de verdadero y falso; al multiplicar cuentan como 1 y 0.",
             "`x > 0` is an array of true and false; in a product they count as 1 and 0."),
    ),
    forbids=("torch.autograd.grad", "torch.autograd.backward", "torch.func.grad", "torch.func.vjp"),
)


def oracle(dout, x) -> np.ndarray:
    """Return the gradient as torch computes it."""
    z = torch.from_numpy(np.ascontiguousarray(x)).requires_grad_()
    torch.relu(z).backward(torch.from_numpy(dout))
    return z.grad.numpy()


def _agrees(student, dout, x, wanted):
    cache = student.keep("relu_forward", x).item(1)
    expect.near(student.call("relu_backward", dout, cache), wanted, what="dx")


@exercise.property(2, "Devuelve `dout` donde la entrada era positiva, y 0 donde era negativa.",
                   "It returns `dout` where the input was positive, and 0 where it was negative.")
def gate(student, draw):
    x = mixed(draw, *draw.sizes(2, low=3))
    dout = -mixed(draw, *x.shape)  # negative where x is surely positive
    _agrees(student, dout, x, oracle(dout, x))


@exercise.property(1, "Sirve para cualquier forma y para entradas grandes.", "It works for any shape and for large inputs.")
def any_shape(student, draw):
    for axes in (1, 3):
        x = mixed(draw, *draw.sizes(axes, low=4, high=7), std=1e3)
        dout = -mixed(draw, *x.shape)
        _agrees(student, dout, x, oracle(dout, x))


@exercise.property(1, "En 0 la derivada es 0.", "At 0 the derivative is 0.")
def at_zero(student, draw):
    x = mixed(draw, *draw.sizes(2, low=3))
    x.flat[1:3] = 0.0, -0.0
    dout = -mixed(draw, *x.shape)
    _agrees(student, dout, x, oracle(dout, x))


@exercise.property(1, "Deja `dout` y `x` como estaban, y se puede llamar dos veces.",
                   "It leaves `dout` and `x` as they were, and can be called twice.")
def inputs_unchanged(student, draw):
    x = mixed(draw, *draw.sizes(2, low=3))
    dout = -mixed(draw, *x.shape)
    mine = [student.put(np.ascontiguousarray(v.T)).keep_method("transpose") for v in (dout, x)]
    cache = student.keep("relu_forward", mine[1]).item(1)
    for _ in range(2):
        expect.near(student.call("relu_backward", mine[0], cache), oracle(dout, x), what="dx")
    for handle, before, name in zip(mine, (dout, x), ("dout", "x"), strict=True):
        expect.unchanged(before, handle.value(), name)


BODY = "return dout * (cache > 0)"

exercise.mistake(
    "mask_only", (BODY, "return (cache > 0).astype(float)"),
    es="Devuelves la pendiente. Falta multiplicarla por `dout`, lo que viene de la pérdida.",
    en="You return the slope. It still has to be multiplied by `dout`, what comes from the loss.")
exercise.mistake(
    "identity", (BODY, "return dout * 1.0"),
    es="Devuelves `dout` entero. Donde la entrada se apagó no vuelve nada.",
    en="You return all of `dout`. Where the input was switched off, nothing comes back.")
exercise.mistake(
    "sign_of_dout", ("cache > 0", "dout > 0"),
    es="Miras el signo de `dout`. Lo que abre el paso es el signo de la entrada `x`, que guardaste en `cache`.",
    en="You look at the sign of `dout`. What opens the gate is the sign of the input `x`, which you kept in `cache`.")
exercise.mistake(
    "inverted", ("cache > 0", "cache <= 0"),
    es="La puerta está al revés: dejas volver el gradiente por donde la entrada era negativa.",
    en="The gate is the wrong way round: you let the gradient back where the input was negative.")
exercise.mistake(
    "not_zero", ("cache > 0", "cache != 0"),
    es="Miras dónde `x` no es cero, y un número negativo tampoco lo es. La puerta se abre donde `x > 0`.",
    en="You look for where `x` is not zero, and a negative number is not zero either. The gate opens where `x > 0`.")
exercise.mistake(
    "open_at_zero", ("cache > 0", "cache >= 0"),
    es="En 0 dejas pasar el gradiente. El convenio aquí, como en PyTorch, es que ahí la derivada vale 0: `x > 0`.",
    en="At 0 you let the gradient through. The convention here, as in PyTorch, is that the derivative there is 0: `x > 0`.")
exercise.mistake(
    "times_output", (BODY, "return dout * np.maximum(cache, 0)"),
    es="Multiplicas por la salida de ReLU. La pendiente es 1 donde `x` es positivo, por grande que sea `x`.",
    en="You multiply by the output of ReLU. The slope is 1 where `x` is positive, however large `x` is.")
exercise.mistake(
    "relu_of_dout", (BODY, "return np.maximum(dout, 0) * (cache > 0)"),
    es="Además aplicas ReLU a `dout`. Un gradiente negativo también tiene que volver.",
    en="You also apply ReLU to `dout`. A negative gradient has to come back too.")
exercise.mistake(
    "leaky", ("cache > 0", "np.where(cache > 0, 1.0, 0.01)"),
    es="Esa es la derivada de una ReLU con fuga. Donde la entrada era negativa, la de ReLU vale 0.",
    en="That is the derivative of a leaky ReLU. Where the input was negative, that of ReLU is 0.")
exercise.mistake(
    "dout_overwritten", (BODY, "dout[cache <= 0] = 0\n    return dout"),
    es="`dout[…] = 0` escribe sobre el `dout` de quien te llama, que puede hacerle falta en otra rama. Multiplica, y tendrás un "
       "array nuevo.",
    en="`dout[…] = 0` writes into the caller's `dout`, who may need it on another branch. Multiply, and you get a new array.")
exercise.mistake(
    "cache_overwritten", (BODY, "cache[cache <= 0] = 0\n    cache[cache > 0] = 1\n    return dout * cache"),
    es="Conviertes `cache` en unos y ceros sin copiarla, y ahí dentro está el `x` de quien llamó a la capa. Haz la máscara aparte.",
    en="You turn `cache` into ones and zeros without a copy, and inside it is the `x` of whoever called the layer. Make the mask "
       "apart.")
exercise.mistake(
    "times_input", (BODY, "return dout * cache"),
    es="Multiplicas por la entrada. La pendiente de ReLU es 1 donde la entrada es positiva y 0 donde no.",
    en="You multiply by the input. The slope of ReLU is 1 where the input is positive and 0 where it is not.")

exercise.alternative("where", code="""
def relu_backward(dout, cache):
    return np.where(cache > 0, dout, 0)
""")
exercise.alternative("copy", code="""
def relu_backward(dout, cache):
    dx = np.array(dout, dtype=np.float32)
    dx[np.logical_not(cache > 0)] = 0
    return dx.tolist()
""")
exercise.alternative("heaviside", code="""
def relu_backward(dout, cache):
    return np.heaviside(cache, 0.0) * dout
""")
