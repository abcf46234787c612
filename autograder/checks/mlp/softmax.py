"""Exercise 1.1: softmax."""

import numpy as np
from scipy.special import softmax as oracle

from autograder import expect
from autograder.exercise import Exercise
from autograder.text import Text

exercise = Exercise(
    "softmax", points=4,
    title=Text("Softmax", "Softmax"),
    hints=(
        Text("La exponencial de cada número, dividida entre la suma de las exponenciales a lo largo de `axis`.",
             "The exponential of each number, divided by the sum of the exponentials along `axis`."),
        Text("`keepdims=True` conserva el eje sumado con tamaño 1, y así la división encaja con cualquier `axis`.",
             "`keepdims=True` keeps the summed axis with size 1, so that the division fits whatever `axis` is."),
        Text("Restar a cada fila su propio máximo (`z.max(axis=axis, keepdims=True)`) no cambia el resultado, porque el factor común "
             "se cancela, y evita `exp(1000)`.",
             "Subtracting from each row its own maximum (`z.max(axis=axis, keepdims=True)`) does not change the result, because the "
             "common factor cancels, and avoids `exp(1000)`."),
    ),
    forbids=("scipy.special.softmax", "scipy.special.log_softmax", "scipy.special.logsumexp", "torch.softmax",
             "torch.log_softmax", "torch.nn.functional.softmax", "torch.nn.functional.log_softmax", "torch.Tensor.softmax",
             "torch.Tensor.log_softmax", "torch.nn.Softmax.forward", "torch.nn.LogSoftmax.forward"),
)


@exercise.property(2, "Cada fila de una matriz se convierte en probabilidades.",
                   "Each row of a matrix becomes probabilities.")
def rows(student, draw):
    z = draw.array(*draw.sizes(2), std=3)
    expect.near(student.call("softmax", z), oracle(z, axis=-1), what="softmax(z)")


@exercise.property(2, "Funciona a lo largo de cualquier eje de un array de tres ejes.",
                   "It works along any axis of an array with three axes.")
def any_axis(student, draw):
    z = draw.array(*draw.sizes(3), std=2)
    for axis in (0, 1, 2, -2):
        expect.near(student.call("softmax", z, axis=axis), oracle(z, axis=axis), what=f"softmax(z, axis={axis})")
    turned = student.put(z).keep_method("transpose")
    expect.near(student.call("softmax", turned, axis=0), oracle(z.T, axis=0), what="softmax(z.T, axis=0)")


@exercise.property(2, "Aguanta números enormes: sumar una constante a una fila no la cambia.",
                   "It handles huge numbers: adding a constant to a row does not change it.")
def huge_numbers(student, draw):
    z = np.round(8 * draw.array(*draw.sizes(2), std=2)) / 8  # exact in single precision too, once shifted
    shift = np.where(np.arange(len(z)) % 2, 1e4, -1e4)[:, None]
    expect.near(student.call("softmax", z + 1e4), oracle(z, axis=-1), what="softmax(z + 10000)")
    expect.near(student.call("softmax", z + shift), oracle(z, axis=-1), what="softmax(z ± 10000)")


@exercise.property(1, "Deja su entrada como estaba.", "It leaves its input as it was.")
def input_unchanged(student, draw):
    z = draw.array(*draw.sizes(2))
    mine = student.put(z)
    expect.near(student.call("softmax", mine), oracle(z, axis=-1), what="softmax(z)")
    expect.unchanged(z, mine.value(), "z")


exercise.mistake(
    "axis_zero", ("axis=axis", "axis=0"),
    es="Sumas siempre a lo largo del eje 0. Usa el argumento `axis`.",
    en="You always sum along axis 0. Use the argument `axis`.")
exercise.mistake(
    "last_axis", ("axis=axis", "axis=-1"),
    es="Sumas siempre a lo largo del último eje y no miras el argumento `axis`.",
    en="You always sum along the last axis and never look at the argument `axis`.")
exercise.mistake(
    "no_shift", ("z - np.max(z, axis=axis, keepdims=True)", "z"),
    es="No restas el máximo antes de la exponencial: con números grandes, `exp` se desborda y salen `inf` y `nan`.",
    en="You do not subtract the maximum before the exponential: with large numbers `exp` overflows into `inf` and `nan`.")
exercise.mistake(
    "global_max", ("np.max(z, axis=axis, keepdims=True)", "np.max(z)"),
    es="Restas el máximo de todo el array. Una fila muy por debajo de él se queda en ceros, y 0 entre 0 es `nan`: cada fila "
       "necesita su propio máximo.",
    en="You subtract the maximum of the whole array. A row far below it becomes all zeros, and 0 over 0 is `nan`: each row "
       "needs its own maximum.")
exercise.mistake(
    "clipped", ("np.exp(z - np.max(z, axis=axis, keepdims=True))", "np.exp(np.clip(z, -50, 50))"),
    es="Recortar `z` evita el desbordamiento, pero cambia el resultado: dos números por encima del límite acaban iguales. "
       "Resta el máximo.",
    en="Clipping `z` avoids the overflow but changes the result: two numbers above the limit end up equal. Subtract the "
       "maximum.")
exercise.mistake(
    "whole_sum", ("e / np.sum(e, axis=axis, keepdims=True)", "e / np.sum(e)"),
    es="Divides entre la suma de todo el array: así suma 1 el array entero, no cada fila.",
    en="You divide by the sum of the whole array: then the whole array sums to 1, not each row.")
exercise.mistake(
    "no_exponential", ("e = np.exp(z - np.max(z, axis=axis, keepdims=True))",
                       "e = z - np.min(z, axis=axis, keepdims=True)"),
    es="Falta la exponencial: divides los números mismos entre su suma.",
    en="The exponential is missing: you divide the numbers themselves by their sum.")
exercise.mistake(
    "log_softmax", ("return e / np.sum(e, axis=axis, keepdims=True)",
                    "return np.log(e / np.sum(e, axis=axis, keepdims=True))"),
    es="Devuelves el logaritmo de softmax. Aquí se piden las probabilidades.",
    en="You return the logarithm of softmax. The probabilities are asked for here.")
exercise.mistake(
    "sigmoid", ("return e / np.sum(e, axis=axis, keepdims=True)", "return 1 / (1 + np.exp(-z))"),
    es="Eso es la sigmoide: trata cada número por separado y la fila no suma 1.",
    en="That is the sigmoid: it treats each number on its own, and a row does not sum to 1.")
exercise.mistake(
    "in_place", ("e = np.exp(z - np.max(z, axis=axis, keepdims=True))",
                 "z -= np.max(z, axis=axis, keepdims=True)\n    e = np.exp(z)"),
    es="`z -= …` escribe sobre el array de quien te llama. `z = z - …` hace una copia.",
    en="`z -= …` writes into the caller's array. `z = z - …` makes a copy.")

exercise.alternative("log_sum_exp", code="""
def softmax(z, axis=-1):
    top = z.max(axis=axis, keepdims=True)
    return np.exp(z - (top + np.log(np.exp(z - top).sum(axis=axis, keepdims=True))))
""")
exercise.alternative("moved_axis", code="""
def softmax(z, axis=-1):
    z = np.moveaxis(np.asarray(z), axis, -1)
    out = np.empty(z.shape)
    for i in np.ndindex(z.shape[:-1]):
        e = np.exp(z[i] - z[i].max())
        out[i] = e / e.sum()
    return np.moveaxis(out, -1, axis)
""")
exercise.alternative("single_precision", code="""
def softmax(z, axis=-1):
    z = np.asarray(z, dtype=np.float32)
    e = np.exp(z - z.max(axis, keepdims=True))
    return (e / e.sum(axis, keepdims=True)).tolist()
""")
