"""Exercise D.10: one number for a detector."""

import numpy as np

from autograder import expect
from autograder.checks.detector.nms import different_scores
from autograder.exercise import Exercise
from autograder.text import Text

exercise = Exercise(
    "average_precision", points=6,
    title=Text("Un número para un detector", "One number for a detector"),
    hints=(
        Text("Ordena los aciertos de mayor a menor puntuación. `np.cumsum` dice cuántos llevas tras cada caja; divídelo entre las "
             "cajas "
             "miradas y tendrás la precisión.",
             "Sort the hits from the highest score down. `np.cumsum` tells how many you have after each box; divide by the boxes "
             "looked at, and you have the precision."),
        Text("`np.maximum.accumulate` recorre de izquierda a derecha: da la vuelta con `[::-1]` antes y después para tener lo "
             "mejor de aquí en "
             "adelante.",
             "`np.maximum.accumulate` goes from left to right: turn round with `[::-1]` before and after to have the best from here "
             "on."),
        Text("Cada acierto avanza `1 / total` en la exhaustividad. El área es la suma de esos avances por la precisión corregida.",
             "Each hit moves the recall on by `1 / total`. The area is the sum of those moves times the mended precision."),
    ),
    forbids=("sklearn.metrics.average_precision_score", "sklearn.metrics.precision_recall_curve",
             "atiende.models.detector.average_precision"),
)


def oracle(hits, scores, total: int) -> float:
    """Return the area hit by hit: for each, the best precision at its recall or a higher one."""
    ranked = [bool(hits[i]) for i in sorted(range(len(hits)), key=lambda i: -scores[i])]
    precision = [sum(ranked[: n + 1]) / (n + 1) for n in range(len(ranked))]
    return sum(max(precision[n:]) for n, hit in enumerate(ranked) if hit) / max(total, 1)


def agrees(student, hits, scores, total: int):
    expect.near(expect.number(student.call("average_precision", np.array(hits, dtype=bool), np.array(scores, dtype=float), total)),
                oracle(hits, scores, total), what="average_precision(…)")


def ranked(draw, hits):
    """Return these hits, given by decreasing score, and such scores, both in a random order."""
    order = draw.permutation(len(hits))
    scores = np.sort(different_scores(draw, len(hits)))[::-1]
    return np.array(hits, dtype=bool)[order], scores[order]


def mixed(draw, count: int = 20) -> list[bool]:
    """Return hits by decreasing score that begin with a miss, have a dip of precision that is made up for, and end on a lower one."""
    middle = draw.permutation(np.arange(count - 7) % 3 > 0).tolist()
    return [False, True, False, False, *middle, True, True, False, False, False, True, False]


@exercise.property(1, "Sin fallos vale los aciertos entre lo que había: 1 si no falta ninguno.",
                   "Without misses it is the hits over what there was: 1 if none is missing.")
def no_misses(student, draw):
    total = int(draw.integers(5, 9))
    for found in (total, total - 2, 1):
        agrees(student, *ranked(draw, [True] * found), total)


@exercise.property(2, "Con aciertos y fallos es el área bajo la precisión corregida, que nunca sube con la exhaustividad.",
                   "With hits and misses it is the area under the mended precision, which never rises with recall.")
def area(student, draw):
    for _ in range(3):
        hits = mixed(draw)
        agrees(student, *ranked(draw, hits), sum(hits))


@exercise.property(1, "Lo que no se encontró cuenta: con más cosas que aciertos, vale menos.",
                   "What was not found counts: with more things than hits, it is less.")
def missing(student, draw):
    hits = mixed(draw)
    for extra in (1, int(draw.integers(5, 20))):
        agrees(student, *ranked(draw, hits), sum(hits) + extra)


@exercise.property(1, "El orden en que llegan no importa; manda la puntuación.",
    "The order in which they come does not matter; the score rules.")
def any_order(student, draw):
    hits = mixed(draw)
    scores = np.sort(different_scores(draw, len(hits)))
    agrees(student, hits[::-1], scores, sum(hits) + 2)
    agrees(student, hits, scores[::-1].copy(), sum(hits) + 2)


@exercise.property(1, "Sin cajas, o sin nada que encontrar, vale 0; y deja lo recibido como estaba.",
                   "Without boxes, or with nothing to find, it is 0; and it leaves what it is given as it was.")
def nothing(student, draw):
    hits, scores = ranked(draw, mixed(draw))
    mine = student.put(hits), student.put(scores)
    expect.near(expect.number(student.call("average_precision", *mine, 25)), oracle(hits, scores, 25), what="average_precision(…)")
    for handle, before, name in zip(mine, (hits, scores), ("hits", "scores"), strict=True):
        expect.unchanged(before, handle.value(), name)
    agrees(student, [], [], 4)
    agrees(student, [False, False], [0.4, 0.7], 0)


FOUND = "found = np.cumsum(hits[np.argsort(-scores)])"
BEST = "best = np.maximum.accumulate(precision[::-1])[::-1]"
SUM = "float(np.sum(np.diff(recall, prepend=0) * best))"

exercise.mistake(
    "no_envelope", (BEST, "best = precision"),
    es="Usas la precisión tal cual, con sus dientes de sierra. En cada punto cuenta la mejor de ahí en adelante.",
    en="You use precision as it is, with its saw teeth. At each point the best from there on counts.")
exercise.mistake(
    "envelope_from_the_left", (BEST, "best = np.maximum.accumulate(precision)"),
    es="Acumulas el máximo de izquierda a derecha: un buen comienzo lo taparía todo. Es de derecha a izquierda.",
    en="You accumulate the maximum from left to right: a good start would cover everything. It goes from right to left.")
exercise.mistake(
    "best_overall", (BEST, "best = np.full(len(found), precision.max(initial=0))"),
    es="Usas la mejor precisión de todas en todas partes.", en="You use the best precision of all everywhere.")
exercise.mistake(
    "not_sorted", (FOUND, "found = np.cumsum(hits)"),
    es="No ordenas por puntuación.", en="You do not sort by score.")
exercise.mistake(
    "worst_first", (FOUND, "found = np.cumsum(hits[np.argsort(scores)])"),
    es="Ordenas de menor a mayor puntuación.", en="You sort from the lowest score to the highest.")
exercise.mistake(
    "only_what_was_found", ("recall = found / total", "recall = found / max(found[-1:].sum(), 1)"),
    es="Divides entre los aciertos y no entre lo que había: callarse lo difícil saldría gratis.",
    en="You divide by the hits and not by what there was: keeping silent on the hard ones would be free.")
exercise.mistake(
    "over_the_boxes", ("recall = found / total", "recall = found / max(len(found), 1)"),
    es="La exhaustividad es aciertos entre cosas que había, no entre cajas.",
    en="Recall is hits over things that there were, not over boxes.")
exercise.mistake(
    "precision_over_all_boxes", ("precision = found / np.arange(1, len(found) + 1)", "precision = found / max(len(found), 1)"),
    es="La precisión tras n cajas divide entre n, no entre todas.", en="Precision after n boxes divides by n, not by all of them.")
exercise.mistake(
    "counted_from_zero", ("np.arange(1, len(found) + 1)", "np.maximum(np.arange(len(found)), 1)"),
    es="Tras la primera caja has mirado una, no cero.", en="After the first box you have looked at one, not at none.")
exercise.mistake(
    "mean_of_precision", (SUM, "float(best.mean()) if len(best) else 0.0"),
    es="Tomas la media de la precisión en todas las cajas. Solo cuentan los avances de exhaustividad.",
    en="You take the mean of precision over all boxes. Only moves of recall count.")
exercise.mistake(
    "first_step_lost", (SUM, "float(np.sum(np.diff(recall) * best[1:]))"),
    es="Pierdes el primer avance, de 0 al primer acierto: falta `prepend=0`.",
    en="You lose the first move, from 0 to the first hit: `prepend=0` is missing.")
exercise.mistake(
    "trapezoids", (SUM, "float(np.sum(np.diff(recall, prepend=0) * (precision + np.concatenate([precision[:1], precision[:-1]])) "
                        "/ 2))"),
    es="Sumas trapecios bajo la precisión sin corregir. La curva va a escalones: cada avance por la mejor precisión de ahí en "
       "adelante.",
    en="You add up trapezoids under the unmended precision. The curve goes in steps: each move times the best precision from there on.")
exercise.mistake(
    "eleven_points", (SUM, "float(np.mean([best[recall >= r].max(initial=0) for r in np.linspace(0, 1, 11)]))"),
    es="Usas once puntos, como los primeros concursos. Se pide el área entera.",
    en="You use eleven points, as the first contests did. The whole area is asked for.")
exercise.mistake(
    "divided_by_nothing", ("    if total == 0:\n        return 0.0\n", ""),
    es="Si no había nada que encontrar divides entre 0. Devuelve 0.", en="Where there was nothing to find you divide by 0. Return 0.")

exercise.alternative("from_the_end", code="""
def average_precision(hits, scores, total):
    order = sorted(range(len(hits)), key=lambda i: scores[i])  # the worst first
    left, area, best = int(np.sum(hits)), 0.0, 0.0
    for n, i in zip(range(len(order), 0, -1), order, strict=True):
        best = max(best, left / n)
        if hits[i]:
            area += best
            left -= 1
    return area / total if total else 0.0
""")
exercise.alternative("at_the_hits", code="""
def average_precision(hits, scores, total):
    rank = np.flatnonzero(np.asarray(hits)[np.argsort(scores)[::-1]]) + 1
    if total == 0 or len(rank) == 0:
        return 0.0
    precision = np.arange(1, len(rank) + 1) / rank
    return sum(precision[n:].max() for n in range(len(rank))) / total
""")
