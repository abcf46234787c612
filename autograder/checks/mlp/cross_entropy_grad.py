"""Exercise 1.3: the gradient of the cross-entropy."""

import numpy as np
import torch

from autograder import expect
from autograder.checks.mlp.cross_entropy import batch
from autograder.exercise import Exercise
from autograder.text import Text

exercise = Exercise(
    "cross_entropy_grad", points=4,
    title=Text("Gradiente de la entropía cruzada", "Gradient of the cross-entropy"),
    uses=("softmax",),
    hints=(
        Text("Empieza por `p = softmax(logits)`, de forma (N, C). Solo hay que tocar N de sus números: uno por fila.",
             "Begin with `p = softmax(logits)`, of shape (N, C). Only N of its numbers need a change: one in each row."),
        Text("A la columna de la clase correcta de cada fila se le resta 1, y al final todo se divide entre N, porque la pérdida "
             "es una media.",
             "Subtract 1 from the column of the right class in each row, and in the end divide everything by N, because the loss "
             "is a mean."),
        Text("Compruébalo: cada fila del gradiente suma 0, y `numeric_gradient(lambda z: cross_entropy(z, y), logits)` da lo mismo.",
             "Check it: each row of the gradient sums to 0, and `numeric_gradient(lambda z: cross_entropy(z, y), logits)` agrees."),
    ),
    forbids=("torch.nn.functional.cross_entropy", "torch.nn.CrossEntropyLoss.forward", "torch.nn.functional.nll_loss",
             "torch.autograd.grad", "torch.autograd.backward", "torch.func.grad"),
)


def oracle(logits, y) -> np.ndarray:
    """Return the gradient as torch computes it."""
    z = torch.from_numpy(logits).requires_grad_()
    torch.nn.functional.cross_entropy(z, torch.from_numpy(y)).backward()
    return z.grad.numpy()


def _agrees(student, logits, y, wanted):
    expect.near(student.call("cross_entropy_grad", logits, y), wanted, what="cross_entropy_grad(logits, y)")


@exercise.property(2, "Es la derivada de la pérdida respecto a cada logit.",
                   "It is the derivative of the loss with respect to each logit.")
def derivative(student, draw):
    logits, y = batch(draw)
    _agrees(student, logits, y, oracle(logits, y))


@exercise.property(1, "Sirve para un solo ejemplo.", "One example is enough.")
def one_example(student, draw):
    logits, y = batch(draw)
    _agrees(student, logits[:1], y[:1], oracle(logits[:1], y[:1]))


@exercise.property(1, "Es el gradiente de una media: si el lote se repite, cada ejemplo pesa la mitad.",
                   "It is the gradient of a mean: if the batch is repeated, each example weighs half.")
def of_a_mean(student, draw):
    logits, y = batch(draw)
    half = oracle(logits, y) / 2
    _agrees(student, np.concatenate([logits, logits]), np.concatenate([y, y]), np.concatenate([half, half]))


@exercise.property(1, "Aguanta logits enormes.", "It handles huge logits.")
def huge_logits(student, draw):
    logits, y = batch(draw)
    logits = np.round(8 * logits) / 8 + np.where(np.arange(len(y)) % 2, 1e4, -1e4)[:, None]
    _agrees(student, logits, y, oracle(logits, y))


@exercise.property(1, "Deja `logits` e `y` como estaban.", "It leaves `logits` and `y` as they were.")
def inputs_unchanged(student, draw):
    logits, y = batch(draw)
    mine, classes = student.put(logits), student.put(y)
    _agrees(student, mine, classes, oracle(logits, y))
    expect.unchanged(logits, mine.value(), "logits")
    expect.unchanged(y, classes.value(), "y")


SUBTRACT = "p[np.arange(len(y)), y] -= 1.0"

exercise.mistake(
    "no_mean", ("return p / len(y)", "return p"),
    es="Falta dividir entre N: la pérdida es una media, y su gradiente también.",
    en="The division by N is missing: the loss is a mean, and so is its gradient.")
exercise.mistake(
    "mean_over_classes", ("p / len(y)", "p / p.size"),
    es="Divides entre N por C. La pérdida solo promedia los N ejemplos.",
    en="You divide by N times C. The loss only averages the N examples.")
exercise.mistake(
    "divided_by_classes", ("p / len(y)", "p / p.shape[1]"),
    es="Divides entre el número de clases. La media es sobre los ejemplos: `len(y)`.",
    en="You divide by the number of classes. The mean is over the examples: `len(y)`.")
exercise.mistake(
    "sign", ("return p / len(y)", "return -p / len(y)"),
    es="El signo está al revés: es lo predicho menos lo cierto. La pérdida baja cuando sube el logit correcto, así que su "
       "derivada es negativa.",
    en="The sign is the wrong way round: it is what was predicted minus what is true. The loss falls when the right logit rises, "
       "so its derivative is negative.")
exercise.mistake(
    "truth_missing", (SUBTRACT + "\n", "\n"),
    es="Devuelves las probabilidades. Falta restar 1 en la clase correcta de cada fila.",
    en="You return the probabilities. The 1 is still to be subtracted at the right class of each row.")
exercise.mistake(
    "whole_columns", (SUBTRACT, "p[:, y] -= 1.0"),
    es="`p[:, y] -= 1` resta en columnas enteras, para todos los ejemplos. Cada fila tiene su clase: `p[np.arange(len(y)), y]`.",
    en="`p[:, y] -= 1` subtracts from whole columns, for all examples. Each row has its own class: `p[np.arange(len(y)), y]`.")
exercise.mistake(
    "everywhere", (SUBTRACT, "p -= 1.0"),
    es="Restas 1 a todas las clases. Solo la correcta lleva el 1.",
    en="You subtract 1 from every class. Only the right one carries the 1.")
exercise.mistake(
    "right_class_only", ("return p / len(y)", "return np.eye(p.shape[1])[y] * p / len(y)"),
    es="Solo das gradiente a la clase correcta. Las demás también cuentan: su probabilidad entra en la suma de softmax.",
    en="You only give a gradient to the right class. The others count too: their probability is part of the sum of softmax.")
exercise.mistake(
    "over_examples", ("softmax(logits)", "softmax(logits, axis=0)"),
    es="Haces la softmax por columnas, entre ejemplos. Las probabilidades de cada ejemplo viven en su fila.",
    en="You take the softmax down the columns, across examples. The probabilities of each example live in its row.")
exercise.mistake(
    "likeliest_class", (SUBTRACT, "p[np.arange(len(y)), np.argmax(p, axis=1)] -= 1.0"),
    es="Restas 1 a la clase que la red prefiere. Tiene que ser la correcta, `y`.",
    en="You subtract 1 from the class that the network prefers. It has to be the right one, `y`.")
exercise.mistake(
    "of_the_probabilities", ("return p / len(y)", "return -np.eye(p.shape[1])[y] / softmax(logits) / len(y)"),
    es="Derivas respecto a las probabilidades: −1/p. Falta seguir hacia atrás por softmax hasta los logits.",
    en="You differentiate with respect to the probabilities: −1/p. You still have to go back through softmax to the logits.")
exercise.mistake(
    "no_shift", ("p = softmax(logits)", "p = np.exp(logits) / np.sum(np.exp(logits), axis=1, keepdims=True)"),
    es="Tu exponencial se desborda con logits grandes. Llama a tu `softmax`, que ya lo resuelve.",
    en="Your exponential overflows with large logits. Call your `softmax`, which already takes care of it.")
exercise.mistake(
    "in_place", ("p = softmax(logits)", "p = logits\n    p[...] = softmax(logits)"),
    es="Guardas el resultado sobre los logits de quien te llama. Trabaja sobre un array nuevo.",
    en="You store the result in the caller's logits. Work on a new array.")

exercise.alternative("one_hot", code="""
def cross_entropy_grad(logits, y):
    n, c = logits.shape
    return (softmax(logits, axis=-1) - np.eye(c)[y]) / n
""")
exercise.alternative("one_by_one", code="""
def cross_entropy_grad(logits, y):
    gradient = []
    for row, right in zip(logits.tolist(), y.tolist()):
        e = [math.exp(z - max(row)) for z in row]
        gradient.append([(e[k] / sum(e) - (k == right)) / len(y) for k in range(len(row))])
    return gradient
""")
exercise.alternative("comparison", code="""
def cross_entropy_grad(logits, y):
    z = logits.astype(np.float32)
    e = np.exp(z - z.max(1)[:, None])
    p = e / e.sum(1)[:, None]
    return np.where(np.arange(z.shape[1]) == np.reshape(y, (-1, 1)), p - 1, p) / z.shape[0]
""")
