"""Exercise D.9: which claims are hits."""

from itertools import product

import numpy as np

from autograder import expect
from autograder.checks.detector.iou import pair
from autograder.checks.detector.nms import different_scores
from autograder.exercise import Exercise
from autograder.text import Text

exercise = Exercise(
    "match_boxes", points=6,
    title=Text("Aciertos y fallos", "Hits and misses"),
    uses=("iou",),
    hints=(
        Text("Lleva un array `free`, de un bool por caja verdadera, y ponlo a False cuando alguien se la quede.",
             "Carry an array `free`, with a bool for each true box, and set it to False when somebody takes it."),
        Text("`np.where(free, overlap[i], -1).argmax()` es la mejor de las libres. Mira el umbral después, y ten cuidado cuando no "
             "quede ninguna, o no haya ninguna: `argmax` de nada es un error.",
             "`np.where(free, overlap[i], -1).argmax()` is the best of those free. Look at the threshold afterwards, and mind the case "
             "where none is left, or there are none: `argmax` of nothing is an error."),
    ),
    forbids=("atiende.models.detector.match_boxes",),
)


def oracle(boxes, scores, truths, threshold: float = 0.5) -> np.ndarray:
    """Return who is a hit, claim by claim."""
    free, hits = list(range(len(truths))), [False] * len(boxes)
    for i in sorted(range(len(boxes)), key=lambda i: -scores[i]):
        if free:
            best = max(free, key=lambda j: pair(boxes[i], truths[j]))
            if pair(boxes[i], truths[best]) >= threshold:
                hits[i] = True
                free.remove(best)
    return np.array(hits, dtype=bool)


def row_of_truths(draw, count: int, gap: float = 40.0) -> np.ndarray:
    """Return boxes (count, 4) far from each other."""
    corner = np.stack([gap * np.arange(count), draw.uniform(0, 9, size=count)], axis=1)
    return np.concatenate([corner, corner + draw.uniform(10, 16, size=(count, 2))], axis=1)


def agrees(student, *cases):
    """Hold the answers to all cases, each the arguments of a call, against the oracle; all are asked for first."""
    answers = [student.call("match_boxes", *case) for case in cases]
    for seen, case in zip(answers, cases, strict=True):
        wanted = oracle(*case)
        hits = expect.array(seen, wanted.shape, what="match_boxes(…)")
        expect.true(int(hits.sum()) == wanted.sum(), "Cuentas {seen} aciertos; son {wanted}.",
            "You count {seen} hits; there are {wanted}.",
                    seen=int(hits.sum()), wanted=int(wanted.sum()))
        expect.same(hits, wanted, what="match_boxes(…)")


def scene(draw):
    """Return claims in a random order, some right, some poor, some twice, their scores, and the truths."""
    truths = row_of_truths(draw, 5)
    near = truths[[0, 1, 2, 3]] + draw.uniform(-0.8, 0.8, size=(4, 4))
    poor = truths[[2, 4]] + np.tile(draw.uniform(4, 4.8, size=(2, 1)), 4)  # IoU below 0.4, and the centre still inside
    again = truths[[0, 3]] + draw.uniform(-1.2, 1.2, size=(2, 4))
    boxes = np.concatenate([near, poor, again])
    order = draw.permutation(len(boxes))
    return boxes[order], different_scores(draw, len(boxes)), truths[draw.permutation(5)]


@exercise.property(2, "Lo que se solapa con el umbral o más es acierto, una vez por caja verdadera.",
                   "What overlaps by the threshold or more is a hit, once for each true box.")
def each_once(student, draw):
    agrees(student, *(scene(draw) for _ in range(3)))


@exercise.property(1, "De dos que aciertan la misma, gana la de mayor puntuación, llegue antes o después.",
                   "Of two that hit the same one, the higher score wins, come it first or last.")
def best_score_wins(student, draw):
    truths = row_of_truths(draw, 3)
    boxes = np.concatenate([truths + draw.uniform(-0.9, 0.9, size=(3, 4)), truths + draw.uniform(-0.9, 0.9, size=(3, 4))])
    low, high = draw.uniform(0.1, 0.4, size=3), draw.uniform(0.6, 0.9, size=3)
    first = draw.permutation([True, False, bool(draw.integers(2))])  # whether the better claim comes first
    scores = np.concatenate([np.where(first, high, low), np.where(first, low, high)])
    agrees(student, (boxes, scores, truths))


@exercise.property(1.5, "Cada una se lleva la libre con la que más se solapa, no la primera que le vale.",
                   "Each takes the free one that it overlaps most, not the first that will do.")
def best_of_the_free(student, draw):
    x, y = draw.uniform(-9, 9, size=2)
    side = draw.uniform(9, 12)

    def box(start):
        return [x + start * side, y, x + (1 + start) * side, y + side]

    truths = np.array([box(0.0), box(0.3)])  # IoU 0.54 with each other
    left_and_right = np.array([box(0.28), box(0.04)])  # both overlap both truths by more than half
    both_left = np.array([box(0.02), box(0.1)])  # the second finds its best taken, and must settle for the other
    high, low = float(draw.uniform(0.7, 0.9)), float(draw.uniform(0.3, 0.5))
    lower = np.array([box(0.5), box(0.29)])  # the first overlaps the second truth most, by more than half
    scores = np.array([high, low]), np.array([low, high])
    agrees(student, *product((left_and_right, both_left, lower), scores, (truths, truths[::-1].copy())))


@exercise.property(1, "El umbral: un IoU igual es acierto, y una verdad que no se alcanza sigue libre.",
                   "The threshold: an equal IoU is a hit, and a truth that is not reached stays free.")
def threshold(student, draw):
    x, y = (float(v) for v in draw.integers(-8, 8, size=2))
    truth = np.array([[x, y, x + 4, y + 4]])
    boxes = np.array([[x, y, x + 2, y + 4], [x, y, x + 4, y + 3], [x, y, x + 4, y + 1]])  # IoU 1/2, 3/4 and 1/4
    scores = np.array([0.9, 0.8, 0.7]), np.array([0.8, 0.9, 0.7]), np.array([0.7, 0.8, 0.9])
    agrees(student, *product((boxes,), scores, (truth,), (0.5, 0.75, 0.6, 0.9, 0.25)))


@exercise.property(0.5, "Sin cajas o sin verdades; y deja lo recibido como estaba.",
    "Without boxes or without truths; and it leaves what it is given as it was.")
def none_and_unchanged(student, draw):
    boxes, scores, truths = scene(draw)
    given = {"boxes": boxes, "scores": scores, "truths": truths}
    mine = [student.put(value) for value in given.values()]
    expect.same(student.call("match_boxes", *mine), oracle(boxes, scores, truths), what="match_boxes(…)")
    for handle, (name, before) in zip(mine, given.items(), strict=True):
        expect.unchanged(before, handle.value(), name)
    agrees(student, (boxes, scores, truths[:1]), (boxes, scores, truths[:0]), (boxes[:0], scores[:0], truths))


LOOP = "for i in np.argsort(-scores):"
BEST = "best = np.where(free, overlap[i], -1).argmax()"
TEST = "if overlap[i, best] >= threshold:"
SET = "hits[i], free[best] = True, False"

exercise.mistake(
    "counted_twice", (SET, "hits[i] = True"),
    es="Dos cajas aciertan la misma verdad y cuentas las dos. La segunda sobra: es un fallo.",
    en="Two boxes hit one truth and you count both. The second is one too many: a miss.")
exercise.mistake(
    "as_they_come", (LOOP, "for i in range(len(boxes)):"),
    es="Recorres las cajas en el orden en que llegan: una poco segura puede quitarle su verdad a la mejor.",
    en="You go over the boxes in the order in which they come: an unsure one may take its truth from the best.")
exercise.mistake(
    "worst_first", (LOOP, "for i in np.argsort(scores):"),
    es="Empiezas por la puntuación más baja.", en="You begin with the lowest score.")
exercise.mistake(
    "in_order_of_score", ("    return hits", "    return hits[np.argsort(-scores)]"),
    es="Devuelves los aciertos por orden de puntuación. Se piden en el orden de las cajas.",
    en="You return the hits by order of score. They are asked for in the order of the boxes.")
exercise.mistake(
    "first_that_will_do", (BEST, "best = int(np.argmax(free & (overlap[i] >= threshold)))"),
    (TEST, "if free[best] and overlap[i, best] >= threshold:"),
    es="Te llevas la primera verdad que llega al umbral. Se lleva la que más se solapa.",
    en="You take the first truth that reaches the threshold. The one that overlaps most is taken.")
exercise.mistake(
    "taken_means_missed", (BEST, "best = overlap[i].argmax()"), (TEST, "if free[best] and overlap[i, best] >= threshold:"),
    es="Si la mejor está ocupada, das la caja por fallada. Busca la mejor de las libres.",
    en="Where the best is taken you call the box a miss. Look for the best of those free.")
exercise.mistake(
    "equal_is_a_miss", (TEST, "if overlap[i, best] > threshold:"),
    es="Un IoU igual al umbral es acierto.", en="An IoU equal to the threshold is a hit.")
exercise.mistake(
    "threshold_fixed", (">= threshold", ">= 0.5"),
    es="No usas `threshold`.", en="You do not use `threshold`.")
exercise.mistake(
    "taken_without_a_hit", (f"            {TEST}\n                {SET}",
    "            hits[i], free[best] = overlap[i, best] >= threshold, False"),
    es="Una caja que no llega al umbral también ocupa la verdad. Solo la ocupa un acierto.",
    en="A box that does not reach the threshold takes the truth as well. Only a hit takes it.")
exercise.mistake(
    "truths_choose",
    (LOOP, "for j in range(len(truths)):\n        if len(boxes) and overlap[:, j].max() >= threshold:\n"
           "            hits[overlap[:, j].argmax()] = True\n    for i in ():"),
    es="Cada verdad elige su mejor caja. Son las cajas las que eligen, de mayor a menor puntuación.",
    en="Each truth chooses its best box. It is the boxes that choose, from the highest score down.")
exercise.mistake(
    "centre_inside", (TEST, "x, y = (boxes[i, :2] + boxes[i, 2:]) / 2\n"
                            "            if truths[best, 0] <= x <= truths[best, 2] and truths[best, 1] <= y <= truths[best, 3]:"),
    es="Das por acierto una caja con el centro dentro de la verdad. Hace falta un IoU de `threshold`.",
    en="You call a box a hit whose centre is inside the truth. An IoU of `threshold` is needed.")
exercise.mistake(
    "rows_for_columns", ("np.where(free, overlap[i], -1)", "np.where(free, iou(truths, boxes).reshape(len(boxes), -1)[i], -1)"),
    es="Mezclas filas y columnas: la fila i de `iou(boxes, truths)` es la caja i con todas las verdades.",
    en="You mix rows and columns: row i of `iou(boxes, truths)` is box i with all truths.")
exercise.mistake(
    "none_left_forgotten", ("if free.any():", "if True:"),
    es="Cuando no queda ninguna verdad libre, `argmax` elige una ocupada, o falla si no hay ninguna.",
    en="Where no truth is left free, `argmax` chooses one that is taken, or fails if there is none.")

exercise.alternative("overwritten_columns", code="""
def match_boxes(boxes, scores, truths, threshold=0.5):
    overlap = np.array(iou(boxes, truths))
    hits = np.zeros(len(boxes), dtype=bool)
    for i in np.argsort(scores)[::-1]:
        if overlap.shape[1] and overlap[i].max() >= threshold:
            hits[i] = True
            overlap[:, np.argmax(overlap[i])] = -1
    return hits
""")
exercise.alternative("set_of_the_free", code="""
def match_boxes(boxes, scores, truths, threshold=0.5):
    free, hit = set(range(len(truths))), {}
    table = iou(boxes, truths)
    for i in sorted(range(len(boxes)), key=scores.__getitem__, reverse=True):
        best = max(free, key=lambda j: table[i, j], default=None)
        hit[i] = best is not None and bool(table[i, best] >= threshold)
        if hit[i]:
            free.remove(best)
    return np.array([hit[i] for i in range(len(boxes))], dtype=bool)
""")
