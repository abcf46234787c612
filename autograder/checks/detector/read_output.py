"""Exercise D.7: from what the network says to boxes with a score and a class."""

import math

import numpy as np

from autograder import expect
from autograder.checks.detector.detection_loss import sigmoid
from autograder.exercise import Exercise
from autograder.text import Text

exercise = Exercise(
    "read_output", points=7,
    title=Text("Leer la salida de la red", "Reading the network's output"),
    uses=("decode_boxes",),
    hints=(
        Text("La puntuación de un sitio es sigmoide(logit de algo) por la mayor probabilidad de su softmax de clases.",
             "The score of a place is sigmoid(logit of something) times the greatest probability of its softmax over classes."),
        Text("Con `keep = scores >= threshold`, `np.argwhere(keep)` son los sitios (fila, columna, ancla) y `output[keep]`, lo que "
             "dice la red en ellos, en el mismo orden.",
             "With `keep = scores >= threshold`, `np.argwhere(keep)` are the places (row, column, anchor), and `output[keep]` is what "
             "the network says at them, in the same order."),
    ),
    forbids=("atiende.models.detector.read_output", "atiende.models.detector.detect"),
)


def oracle(output, anchors, stride: float, threshold: float):
    """Return boxes, scores and classes, place by place."""
    boxes, scores, classes = [], [], []
    for row, column, k in np.ndindex(*output.shape[:3]):
        z = [float(v) for v in output[row, column, k]]
        top = max(z[5:])
        chances = [math.exp(v - top) for v in z[5:]]
        best = chances.index(max(chances))
        score = sigmoid(z[4]) * chances[best] / sum(chances)
        if score < threshold:
            continue
        x, y = (column + sigmoid(z[0])) * stride, (row + sigmoid(z[1])) * stride
        w, h = anchors[k][0] * math.exp(z[2]), anchors[k][1] * math.exp(z[3])
        boxes.append((x - w / 2, y - h / 2, x + w / 2, y + h / 2))
        scores.append(score)
        classes.append(best)
    return np.array(boxes).reshape(-1, 4), np.array(scores), np.array(classes)


def problem(draw, *, spread: float = 1.5):
    """Return an output of a grid wider than it is high, its anchors, and the stride."""
    rows, columns, anchors, classes, stride = draw.sizes(5, 2, 7)
    output = draw.array(rows, columns, anchors, 5 + classes, std=spread)
    output[..., 2:4] /= 2 * spread
    return output, draw.uniform(4, 20, size=(anchors, 2)), float(4 * stride)


def between(scores, low: float = 0.1, high: float = 0.6) -> float:
    """Return a threshold in the widest gap between neighbouring scores: no rounding decides who passes."""
    scores = np.sort(scores[(scores > low) & (scores < high)])
    widest = int(np.argmax(np.diff(scores)))
    return float((scores[widest] + scores[widest + 1]) / 2)


def agrees(student, output, anchors, stride, threshold, *, parts=(0, 1, 2)):
    answer = student.keep("read_output", output, anchors, stride, threshold)
    wanted = oracle(output, anchors, stride, threshold)
    for part in parts:
        expect.near(answer.item(part).value(), wanted[part], what=("boxes", "scores", "classes")[part])


@exercise.property(2, "Con el umbral a 0 salen todos los sitios, y las cajas son las suyas.",
                   "With the threshold at 0 all places come out, and the boxes are theirs.")
def boxes(student, draw):
    agrees(student, *problem(draw), 0.0, parts=(0,))


@exercise.property(2, "La puntuación es la probabilidad de que haya algo por la de su clase más probable; y la clase es esa.",
                   "The score is the probability of something times that of its most probable class; and the class is that one.")
def scores(student, draw):
    output, anchors, stride = problem(draw)
    agrees(student, output, anchors, stride, 0.0, parts=(1, 2))
    agrees(student, 2 * output, anchors, stride, 0.0, parts=(1, 2))


@exercise.property(2, "Se quedan las que llegan al umbral, en orden de lectura, cada una con lo suyo.",
                   "Those that reach the threshold stay, in reading order, each with its own.")
def threshold(student, draw):
    output, anchors, stride = problem(draw)
    agrees(student, output, anchors, stride, between(oracle(output, anchors, stride, 0.0)[1]), parts=(1, 0, 2))


@exercise.property(0.5, "Si nada llega al umbral devuelve tres arrays vacíos, con formas (0, 4), (0,) y (0,); y con logits enormes, "
                      "nada es nan.",
                   "Where nothing reaches the threshold it returns three empty arrays, of shapes (0, 4), (0,) and (0,); and with huge "
                   "logits, nothing is nan.")
def extremes(student, draw):
    output, anchors, stride = problem(draw)
    output[0, ..., 4:] *= 1000  # the other rows as they were: not everything that goes wrong here is nan
    agrees(student, output, anchors, stride, 0.0, parts=(1, 2))
    output[..., 4] = -20
    agrees(student, output, anchors, stride, 0.5)


@exercise.property(0.5, "Deja `output` y `anchors` como estaban.", "It leaves `output` and `anchors` as they were.")
def inputs_unchanged(student, draw):
    output, anchors, stride = problem(draw)
    mine = student.put(output), student.put(anchors)
    answer = student.keep("read_output", *mine, stride, 0.0)
    expect.near(answer.item(0).value(), oracle(output, anchors, stride, 0.0)[0], what="boxes")
    for handle, before, name in zip(mine, (output, anchors), ("output", "anchors"), strict=True):
        expect.unchanged(before, handle.value(), name)


CHANCES = "np.exp(output[..., 5:] - output[..., 5:].max(axis=-1, keepdims=True))"
SCORES = "scores = sigmoid(output[..., 4]) * chances.max(axis=-1)"
KEEP = "keep = scores >= threshold"
PLACES = "places, said = np.argwhere(keep), output[keep]"
CODES = "np.concatenate([sigmoid(said[:, :2]), said[:, 2:4]], axis=1)"
CLASSES = "chances[keep].argmax(axis=1)"
RETURN = "return decode_boxes(places, codes, anchors, stride), scores[keep], chances[keep].argmax(axis=1)"

exercise.mistake(
    "no_sigmoid_on_the_centre", (CODES, "said[:, :4]"),
    es="Falta la sigmoide en los dos primeros números: la red dice cualquier número, y dx, dy van de 0 a 1.",
    en="The sigmoid on the first two numbers is missing: the network says any number, and dx, dy go from 0 to 1.")
exercise.mistake(
    "sigmoid_on_all_four", (CODES, "sigmoid(said[:, :4])"),
    es="Aplicas la sigmoide también al tamaño: ninguna caja podría ser menor que su ancla.",
    en="You apply the sigmoid to the size too: no box could be smaller than its anchor.")
exercise.mistake(
    "something_only", (SCORES, "scores = sigmoid(output[..., 4])"),
    es="La puntuación olvida la clase: multiplica por la probabilidad de la más probable.",
    en="The score forgets the class: multiply by the probability of the most probable one.")
exercise.mistake(
    "class_only", (SCORES, "scores = chances.max(axis=-1)"),
    es="La puntuación olvida si hay algo: una celda vacía también tiene una clase más probable.",
    en="The score forgets whether there is something: an empty cell has a most probable class too.")
exercise.mistake(
    "logit_for_probability", (SCORES, "scores = output[..., 4] * chances.max(axis=-1)"),
    es="Multiplicas por el logit de que haya algo, sin sigmoide.", en="You multiply by the logit of something, without the sigmoid.")
exercise.mistake(
    "sigmoid_for_softmax", ("    chances = chances / chances.sum(axis=-1, keepdims=True)", "    chances = sigmoid(output[..., 5:])"),
    es="Usas la sigmoide en cada clase. Aquí las clases compiten: softmax.",
    en="You use the sigmoid on each class. Here classes compete: softmax.")
exercise.mistake(
    "softmax_over_anchors", ("chances.sum(axis=-1, keepdims=True)", "chances.sum(axis=-2, keepdims=True)"),
    es="La softmax suma 1 a lo largo de las anclas. Son las clases las que suman 1: el último eje.",
    en="The softmax sums to 1 along the anchors. It is the classes that sum to 1: the last axis.")
exercise.mistake(
    "classes_from_four", ("output[..., 5:] - output[..., 5:].max", "output[..., 4:] - output[..., 4:].max"),
    es="Tomas las clases desde la posición 4, donde está el logit de que haya algo. Empiezan en la 5.",
    en="You take the classes from position 4, where the logit of something is. They begin at 5.")
exercise.mistake(
    "threshold_on_something", (KEEP, "keep = sigmoid(output[..., 4]) >= threshold"),
    es="Comparas con el umbral la probabilidad de que haya algo. Se compara la puntuación.",
    en="You hold the probability of something against the threshold. It is the score that counts.")
exercise.mistake(
    "below_the_threshold", (KEEP, "keep = (scores < threshold) | (threshold == 0)"),
    es="Te quedas con las que no llegan al umbral.", en="You keep those that do not reach the threshold.")
exercise.mistake(
    "best_anchor_only", (KEEP, "keep = (scores >= threshold) & (scores == scores.max(axis=-1, keepdims=True))"),
    es="Te quedas con un ancla por celda. Dos cosas de formas distintas pueden compartir celda.",
    en="You keep one anchor a cell. Two things of different shapes may share a cell.")
exercise.mistake(
    "rows_and_columns_swapped", (PLACES, PLACES.replace("np.argwhere(keep)", "np.argwhere(keep)[:, [1, 0, 2]]")),
    es="Cambias la fila por la columna al volver a las cajas.", en="You swap row and column on the way back to boxes.")
exercise.mistake(
    "columns_first", (PLACES, "keep, output, scores, chances = (v.swapaxes(0, 1) for v in (keep, output, scores, chances))\n"
                              "    places, said = np.argwhere(keep)[:, [1, 0, 2]], output[keep]"),
    es="Recorres los sitios por columnas. El orden de lectura va por filas.",
    en="You go over the places by columns. Reading order goes row by row.")
exercise.mistake(
    "by_score", (RETURN, "found = decode_boxes(places, codes, anchors, stride), scores[keep], chances[keep].argmax(axis=1)\n"
                         "    return tuple(part[np.argsort(-scores[keep])] for part in found)"),
    es="Las ordenas por puntuación; se piden en el orden de los sitios.",
    en="You sort them by score; they are asked for in the order of the places.")
exercise.mistake(
    "class_counted_from_one", (CLASSES, CLASSES + " + 1"),
    es="Cuentas las clases desde 1. Empiezan en 0.", en="You count the classes from 1. They begin at 0.")
exercise.mistake(
    "overflow", (CHANCES, "np.exp(output[..., 5:])"),
    es="Con logits grandes, `exp` da inf y la puntuación nan. Resta antes el mayor.",
    en="With large logits, `exp` gives inf and the score nan. Subtract the greatest first.")

exercise.alternative("place_by_place", code="""
def read_output(output, anchors, stride, threshold):
    places, codes, scores, classes = [], [], [], []
    for place in np.ndindex(output.shape[:3]):
        said = torch.tensor(output[place], dtype=torch.float64)
        best = torch.softmax(said[5:], dim=0).max(dim=0)
        score = float(torch.sigmoid(said[4]) * best.values)
        if score >= threshold:
            places.append(place)
            codes.append(torch.cat([torch.sigmoid(said[:2]), said[2:4]]).tolist())
            scores.append(score)
            classes.append(int(best.indices))
    places, codes = np.array(places, dtype=int).reshape(-1, 3), np.array(codes).reshape(-1, 4)
    return decode_boxes(places, codes, anchors, stride), np.array(scores), np.array(classes, dtype=int)
""")
exercise.alternative("in_torch", code="""
def read_output(output, anchors, stride, threshold):
    z = torch.as_tensor(output).double()
    chance, kind = z[..., 5:].softmax(dim=-1).max(dim=-1)
    score = (z[..., 4].sigmoid() * chance).numpy()
    row, column, k = np.nonzero(score >= threshold)
    chosen = z.numpy()[row, column, k]
    xy = torch.from_numpy(chosen[:, :2]).sigmoid().numpy()
    boxes = decode_boxes(np.stack([row, column, k], axis=1), np.hstack([xy, chosen[:, 2:4]]), anchors, stride)
    return boxes, score[row, column, k], kind.numpy()[row, column, k]
""")
