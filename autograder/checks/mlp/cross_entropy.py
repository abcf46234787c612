"""Exercise 1.2: cross-entropy."""

import math

import numpy as np
import torch

from autograder import expect
from autograder.exercise import Exercise
from autograder.text import Text

exercise = Exercise(
    "cross_entropy", points=5,
    title=Text("Entropía cruzada", "Cross-entropy"),
    hints=(
        Text("Escribe el logaritmo de softmax a mano: ln(eᵃ / s) = a − ln s. Ya no hay probabilidad que se redondee a 0.",
             "Write the logarithm of softmax by hand: ln(eᵃ / s) = a − ln s. No probability is left to be rounded to 0."),
        Text("Resta antes a cada fila su máximo, como en softmax: así la suma de exponenciales nunca baja de 1 ni se desborda.",
             "First subtract from each row its maximum, as in softmax: then the sum of exponentials is at least 1 and never "
             "overflows."),
        Text("`log_p[np.arange(len(y)), y]` toma de cada fila la columna de su clase.",
             "`log_p[np.arange(len(y)), y]` takes from each row the column of its class."),
    ),
    forbids=("torch.nn.functional.cross_entropy", "torch.nn.functional.nll_loss", "torch.nn.CrossEntropyLoss.forward",
             "torch.nn.NLLLoss.forward", "torch.log_softmax", "torch.nn.functional.log_softmax", "torch.Tensor.log_softmax",
             "torch.nn.LogSoftmax.forward", "torch.logsumexp", "torch.Tensor.logsumexp", "scipy.special.log_softmax",
             "scipy.special.logsumexp"),
)


def batch(draw, std: float = 2.0):
    """Draw logits (N, C) and classes y (N,), not all of them the likeliest nor all of them equal."""
    n, c = draw.sizes(2, low=3)
    logits = draw.array(n, c, std=std)
    y = draw.integers(c, size=n)
    y[0] = np.argmin(logits[0])
    y[1] = (y[0] + 1) % c
    return logits, y


def oracle(logits, y) -> float:
    """Return the loss as torch computes it."""
    return torch.nn.functional.cross_entropy(torch.from_numpy(logits), torch.from_numpy(y)).item()


def _loss(student, logits, y) -> float:
    return expect.number(student.call("cross_entropy", logits, y), "cross_entropy(logits, y)")


@exercise.property(1, "Con todos los logits iguales vale ln C.", "With all logits equal it is ln C.")
def uniform(student, draw):
    for n, c in (draw.sizes(2), draw.sizes(2)):
        loss = _loss(student, np.full((n, c), draw.normal()), draw.integers(c, size=n))
        expect.near(loss, math.log(c), what="cross_entropy")


@exercise.property(2, "Mide la sorpresa ante la clase correcta, en nats.", "It measures the surprise at the right class, in nats.")
def surprise(student, draw):
    logits, y = batch(draw)
    expect.near(_loss(student, logits, y), oracle(logits, y), what="cross_entropy")
    turned = student.put(np.ascontiguousarray(logits.T)).keep_method("transpose")
    expect.near(_loss(student, turned, y), oracle(logits, y), what="cross_entropy")


@exercise.property(1, "Es la media: repetir el lote no la cambia, y sirve para un solo ejemplo.",
                   "It is the mean: repeating the batch does not change it, and one example is enough.")
def mean(student, draw):
    logits, y = batch(draw)
    expect.near(_loss(student, logits[:1], y[:1]), oracle(logits[:1], y[:1]), what="cross_entropy")
    twice = np.concatenate([logits, logits]), np.concatenate([y, y])
    expect.near(_loss(student, *twice), oracle(logits, y), what="cross_entropy")


@exercise.property(2, "Es exacta y finita cuando la red está muy segura y se equivoca.",
                   "It is exact and finite when the network is very sure and wrong.")
def very_sure(student, draw):
    logits, y = batch(draw)
    logits = np.round(8 * logits) / 8
    logits[0, y[0]] = logits[0].min() - 1.0
    shifted = logits + np.where(np.arange(len(y)) % 2, 1e4, -1e4)[:, None]
    expect.near(_loss(student, shifted, y), oracle(shifted, y), what="cross_entropy")
    for scale in (100.0, 1e4):
        expect.near(_loss(student, scale * logits, y), oracle(scale * logits, y), what="cross_entropy")


@exercise.property(1, "Deja `logits` e `y` como estaban.", "It leaves `logits` and `y` as they were.")
def inputs_unchanged(student, draw):
    logits, y = batch(draw)
    mine, classes = student.put(logits), student.put(y)
    expect.near(_loss(student, mine, classes), oracle(logits, y), what="cross_entropy")
    expect.unchanged(logits, mine.value(), "logits")
    expect.unchanged(y, classes.value(), "y")


PICK = "return float(-np.mean(log_p[np.arange(len(y)), y]))"
SHIFT = "shifted = logits - np.max(logits, axis=1, keepdims=True)"

exercise.mistake(
    "sum_of_losses", ("np.mean", "np.sum"),
    es="Sumas las pérdidas de los ejemplos en vez de promediarlas: un lote el doble de grande daría el doble.",
    en="You add up the losses of the examples instead of averaging them: a batch twice as large would give twice as much.")
exercise.mistake(
    "mean_over_classes", (PICK, "return float(-np.mean(np.eye(logits.shape[1])[y] * log_p))"),
    es="Tu media divide también entre el número de clases, porque cuenta los ceros de la matriz *one-hot*. Suma por filas y "
       "promedia los ejemplos.",
    en="Your mean also divides by the number of classes, because it counts the zeros of the one-hot matrix. Sum each row, and "
       "average the examples.")
exercise.mistake(
    "sign", ("float(-np.mean", "float(np.mean"),
    es="Falta el signo menos: el logaritmo de una probabilidad es negativo, y la pérdida debe ser positiva.",
    en="The minus sign is missing: the logarithm of a probability is negative, and the loss should be positive.")
exercise.mistake(
    "bits", (PICK, "return float(-np.mean(log_p[np.arange(len(y)), y]) / np.log(2))"),
    es="Usas el logaritmo en base 2, que mide en bits. Aquí se pide el natural, `np.log`.",
    en="You use the logarithm in base 2, which measures in bits. The natural one, `np.log`, is asked for.")
exercise.mistake(
    "likeliest_class", ("log_p[np.arange(len(y)), y]", "np.max(log_p, axis=1)"),
    es="Miras la clase que la red prefiere, no la correcta: así la red nunca se equivoca. Usa `y`.",
    en="You look at the class that the network prefers, not at the right one: then it is never wrong. Use `y`.")
exercise.mistake(
    "all_pairs", ("log_p[np.arange(len(y)), y]", "log_p[:, y]"),
    es="`log_p[:, y]` toma todas esas columnas de todas las filas, N por N números. Para una por fila: "
       "`log_p[np.arange(len(y)), y]`.",
    en="`log_p[:, y]` takes all those columns from all rows, N by N numbers. For one in each row: "
       "`log_p[np.arange(len(y)), y]`.")
exercise.mistake(
    "over_examples", ("axis=1", "axis=0"),
    es="Haces la softmax por columnas, entre ejemplos. Las probabilidades de cada ejemplo viven en su fila: `axis=1`.",
    en="You take the softmax down the columns, across examples. The probabilities of each example live in its row: `axis=1`.")
exercise.mistake(
    "log_of_mean", (PICK, "return float(-np.log(np.mean(np.exp(log_p[np.arange(len(y)), y]))))"),
    es="Promedias las probabilidades y luego tomas el logaritmo. Va al revés: primero el logaritmo de cada una, después la media.",
    en="You average the probabilities and then take the logarithm. It goes the other way: first the logarithm of each, then "
       "the mean.")
exercise.mistake(
    "per_example", (PICK, "return -log_p[np.arange(len(y)), y]"),
    es="Devuelves una pérdida por ejemplo. Falta promediarlas en un solo número.",
    en="You return one loss for each example. They still have to be averaged into one number.")
exercise.mistake(
    "no_logarithm", (PICK, "return float(1 - np.mean(np.exp(log_p[np.arange(len(y)), y])))"),
    es="Falta el logaritmo: mides cuánta probabilidad perdió la clase correcta, no su sorpresa −ln p.",
    en="The logarithm is missing: you measure how much probability the right class lost, not its surprise −ln p.")
exercise.mistake(
    "log_of_zero", ("log_p = shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))",
                    "e = np.exp(shifted)\n    log_p = np.log(e / np.sum(e, axis=1, keepdims=True))"),
    es="Calculas la probabilidad y luego su logaritmo: si se redondea a 0 sale `inf`. Simplifica antes: ln(eᵃ / s) = a − ln s.",
    en="You compute the probability and then its logarithm: if it is rounded to 0, out comes `inf`. Simplify first: "
       "ln(eᵃ / s) = a − ln s.")
exercise.mistake(
    "no_shift", (SHIFT, "shifted = logits"),
    es="La suma de exponenciales se desborda con logits grandes. Resta antes a cada fila su máximo.",
    en="The sum of exponentials overflows with large logits. First subtract from each row its maximum.")
exercise.mistake(
    "small_number_added", ("log_p = shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))",
                           "e = np.exp(shifted)\n    log_p = np.log(e / np.sum(e, axis=1, keepdims=True) + 1e-8)"),
    es="Sumar 1e-8 antes del logaritmo quita el `inf`, pero ninguna pérdida pasa ya de 18.4: cuanto peor es el error, menos lo "
       "cuentas. Simplifica: ln(eᵃ / s) = a − ln s.",
    en="Adding 1e-8 before the logarithm removes the `inf`, but no loss goes above 18.4 any more: the worse the mistake, the "
       "less you count it. Simplify: ln(eᵃ / s) = a − ln s.")
exercise.mistake(
    "clipped", ("log_p = shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))",
                "e = np.exp(shifted)\n    log_p = np.log(np.clip(e / np.sum(e, axis=1, keepdims=True), 1e-12, 1.0))"),
    es="Recortar la probabilidad a 1e-12 quita el `inf`, pero ninguna pérdida pasa ya de 27.6. Simplifica: ln(eᵃ / s) = a − ln s.",
    en="Clipping the probability at 1e-12 removes the `inf`, but no loss goes above 27.6 any more. Simplify: "
       "ln(eᵃ / s) = a − ln s.")
exercise.mistake(
    "in_place", (SHIFT, "logits -= np.max(logits, axis=1, keepdims=True)\n    shifted = logits"),
    es="`logits -= …` escribe sobre los logits de quien te llama. Guarda la resta en un array nuevo.",
    en="`logits -= …` writes into the caller's logits. Keep the difference in a new array.")

exercise.alternative("one_by_one", code="""
def cross_entropy(logits, y):
    total = 0.0
    for row, k in zip(logits, y):
        top = max(row)
        total += top + math.log(sum(math.exp(z - top) for z in row)) - row[k]
    return total / len(y)
""")
exercise.alternative("logaddexp", code="""
def cross_entropy(logits, y):
    truth = np.eye(logits.shape[1])[y]
    return np.mean(np.logaddexp.reduce(logits, axis=1) - (truth * logits).sum(axis=1))
""")
exercise.alternative("margins", code="""
def cross_entropy(logits, y):
    margins = logits - np.take_along_axis(logits, np.asarray(y)[:, None], axis=1)
    top = margins.max(axis=1)
    return np.array([(top + np.log(np.exp(margins - top[:, None]).sum(axis=1))).mean()])
""")
