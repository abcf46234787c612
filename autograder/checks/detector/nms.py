"""Exercise D.8: one box for each thing."""

import numpy as np

from autograder import expect
from autograder.checks.detector.iou import pair
from autograder.exercise import Exercise
from autograder.text import Text

exercise = Exercise(
    "nms", points=8,
    title=Text("Una caja por cosa", "One box for each thing"),
    uses=("iou",),
    hints=(
        Text("Recorre las cajas de mayor a menor puntuación y lleva una lista de las que se quedan. Una caja nueva se compara solo con "
             "esa lista.",
             "Go over the boxes from the highest score down, and carry a list of those that stay. A new box is compared with that list "
             "only."),
        Text("De la lista, solo cuentan las de su misma clase. Se queda si con todas ellas su IoU es `threshold` o menos.",
             "Of the list, only those of its own class count. It stays if its IoU with all of them is `threshold` or less."),
    ),
    forbids=("torchvision.ops.nms", "torchvision.ops.batched_nms", "torchvision.ops.boxes.nms",
             "torchvision.ops.boxes.batched_nms", "atiende.models.detector.nms"),
)


def oracle(boxes, scores, classes, threshold: float) -> np.ndarray:
    """Return the rows kept, by taking the best of those left and striking out its rivals, again and again."""
    left = sorted(range(len(boxes)), key=lambda i: -scores[i])
    kept = []
    while left:
        best, *rest = left
        kept.append(best)
        left = [i for i in rest if classes[i] != classes[best] or pair(boxes[i], boxes[best]) <= threshold]
    return np.array(kept, dtype=int)


def different_scores(draw, count: int) -> np.ndarray:
    """Return scores in (0, 1) that differ by far more than rounding, in a random order."""
    return draw.permutation((np.arange(count) + draw.uniform(0.2, 0.8, size=count)) / count)


def cloud(draw, things: int, claims: int):
    """Return boxes around so many things, several claims each, in a random order, and their scores."""
    corner = draw.uniform(0, 30, size=(things, 2))
    true = np.concatenate([corner, corner + draw.uniform(8, 14, size=(things, 2))], axis=1)
    boxes = np.repeat(true, claims, axis=0) + draw.uniform(-2.5, 2.5, size=(things * claims, 4))
    return boxes[draw.permutation(len(boxes))], different_scores(draw, things * claims)


def chain(draw, place: float = 0.0):
    """Return three boxes in a row: the second overlaps the first and the third, which do not overlap each other enough."""
    side = float(draw.uniform(8, 12))
    starts = np.array([0, 0.3, 0.6]) * side + place
    return np.stack([starts, np.full(3, 1.0), starts + side, np.full(3, 1.0 + side)], axis=1)


def agrees(student, boxes, scores, classes, threshold: float):
    seen = student.call("nms", boxes, scores, classes, threshold)
    wanted = oracle(boxes, scores, classes, threshold)
    rows = expect.array(seen, what="nms(…)")
    expect.true(rows.ndim == 1, "nms(…) debía ser una lista de filas y es {kind}.",
        "nms(…) should be a list of rows, but it is {kind}.",
                kind=expect.kind(seen))
    expect.true(len(rows) == len(wanted), "De {total} cajas te quedas con {seen}; debían ser {wanted}.",
                "Of {total} boxes you keep {seen}; it should be {wanted}.", total=len(boxes), seen=len(rows), wanted=len(wanted))
    expect.same(rows, wanted, what="nms(…)")


@exercise.property(2, "Con una sola clase, se queda la mejor de cada montón.", "With a single class, the best of each heap stays.")
def one_class(student, draw):
    for _ in range(3):
        boxes, scores = cloud(draw, 4, 5)
        agrees(student, boxes, scores, np.zeros(len(boxes), dtype=int), 0.4)


@exercise.property(2, "Una caja eliminada ya no elimina a otras.", "A box that was dropped drops no others.")
def dropped_are_gone(student, draw):
    boxes = np.concatenate([chain(draw), chain(draw, 100.0)])
    high, low = np.sort(draw.uniform(0.1, 0.9, size=2))[::-1]
    scores = np.array([high + 0.05, high, high - 0.04, low - 0.06, low - 0.03, low - 0.01])
    scores = scores + np.array([0, 0, 0, -0.001, -0.002, 0])
    order = draw.permutation(6)
    agrees(student, boxes[order], scores[order], np.zeros(6, dtype=int), 0.5)


@exercise.property(2, "Las clases no compiten entre sí.", "Classes do not compete with each other.")
def several_classes(student, draw):
    for _ in range(2):
        boxes, scores = cloud(draw, 3, 6)
        classes = draw.permutation(np.arange(len(boxes)) % 3)
        boxes[1], classes[:2] = boxes[0] + 0.01, (0, 2)  # two things in one place
        agrees(student, boxes, scores, classes, 0.4)


@exercise.property(0.5, "Barajar las cajas no cambia cuáles se quedan.", "Shuffling the boxes does not change which of them stay.")
def any_order(student, draw):
    boxes, scores = cloud(draw, 3, 6)
    classes = draw.integers(2, size=len(boxes))
    for order in (np.argsort(scores), draw.permutation(len(boxes))):
        agrees(student, boxes[order], scores[order], classes[order], 0.3)


@exercise.property(1, "Un IoU igual al umbral no elimina; uno mayor, sí. También con umbrales muy altos o muy bajos.",
                   "An IoU equal to the threshold does not drop; a greater one does. With very high or low thresholds too.")
def edges(student, draw):
    x, y = (float(v) for v in draw.integers(-8, 8, size=2))
    boxes = np.array([[x, y, x + 4, y + 4], [x, y, x + 2, y + 4], [x, y, x + 4, y + 3]])  # IoU 1/2 and 3/4 with the first, 0.4
    agrees(student, boxes, np.array([0.9, 0.8, 0.7]), np.zeros(3, dtype=int), 0.5)
    boxes, scores = cloud(draw, 3, 4)
    for threshold in (0.9, 0.05):
        agrees(student, boxes, scores, np.zeros(len(boxes), dtype=int), threshold)


@exercise.property(0.5, "Con una caja o con ninguna; y deja lo recibido como estaba.",
    "With one box or none; and it leaves what it is given as it was.")
def few_and_unchanged(student, draw):
    boxes, scores = cloud(draw, 2, 4)
    classes = draw.integers(2, size=len(boxes))
    given = {"boxes": boxes, "scores": scores, "classes": classes}
    mine = [student.put(value) for value in given.values()]
    expect.same(student.call("nms", *mine, 0.4), oracle(boxes, scores, classes, 0.4), what="nms(…)")
    for handle, (name, before) in zip(mine, given.items(), strict=True):
        expect.unchanged(before, handle.value(), name)
    for count in (1, 0):
        agrees(student, boxes[:count], scores[:count], classes[:count], 0.4)


RIVALS = "[j for j in kept if classes[j] == classes[i]]"
TEST = "all(overlap[i, j] <= threshold for j in rivals)"
ORDER = "np.argsort(-scores)"
RETURN = "return np.array(kept, dtype=int)"

exercise.mistake(
    "dropped_still_drop", (RIVALS, "[j for j in range(len(scores)) if scores[j] > scores[i] and classes[j] == classes[i]]"),
    es="Comparas con todas las de mayor puntuación, también con las que ya eliminaste. Solo eliminan las que se quedan.",
    en="You compare with all of a higher score, those that you dropped too. Only those that stay drop others.")
exercise.mistake(
    "across_classes", (RIVALS, "kept"),
    es="Un disco elimina a un triángulo: compara solo con las de su clase.",
    en="A disc drops a triangle: compare with those of its own class only.")
exercise.mistake(
    "other_classes_only", (RIVALS, "[j for j in kept if classes[j] != classes[i]]"),
    es="Comparas con las de otras clases. Es con las de la suya.",
    en="You compare with those of other classes. It is with those of its own.")
exercise.mistake(
    "as_they_come", (ORDER, "range(len(scores))"),
    es="Recorres las cajas en el orden en que llegan. Empieza por la de mayor puntuación.",
    en="You go over the boxes in the order in which they come. Begin with the highest score.")
exercise.mistake(
    "worst_first", (ORDER, "np.argsort(scores)"),
    es="Empiezas por la puntuación más baja. `argsort` va de menor a mayor.",
    en="You begin with the lowest score. `argsort` goes from least to greatest.")
exercise.mistake(
    "last_kept_only", (RIVALS, "[j for j in kept[-1:] if classes[j] == classes[i]]"),
    es="Comparas solo con la última que se quedó. Hay que compararla con todas.",
    en="You compare with the last one kept only. It has to be compared with all.")
exercise.mistake(
    "best_only", (RIVALS, "[j for j in kept[:1] if classes[j] == classes[i]]"),
    es="Comparas solo con la mejor de todas. Hay que compararla con todas las que se quedaron.",
    en="You compare with the very best only. It has to be compared with all that were kept.")
exercise.mistake(
    "any_for_all", (TEST, "not rivals or any(overlap[i, j] <= threshold for j in rivals)"),
    es="Basta con que se aparte de una para quedarse. Tiene que apartarse de todas.",
    en="Being apart from one is enough for it to stay. It has to be apart from all.")
exercise.mistake(
    "upside_down", (TEST, "all(overlap[i, j] >= threshold for j in rivals)"),
    es="Te quedas con las que se solapan y eliminas las demás.", en="You keep those that overlap and drop the rest.")
exercise.mistake(
    "equal_drops", (TEST, "all(overlap[i, j] < threshold for j in rivals)"),
    es="Eliminas cuando el IoU es igual al umbral. Solo cuando es mayor.",
    en="You drop where the IoU equals the threshold. Only where it is greater.")
exercise.mistake(
    "threshold_fixed", ("<= threshold", "<= 0.5"),
    es="No usas `threshold`.", en="You do not use `threshold`.")
exercise.mistake(
    "one_of_each_class", (TEST, "not rivals"),
    es="Te quedas con una caja por clase: puede haber varias cosas de la misma.",
    en="You keep one box a class: there may be several things of one class.")
exercise.mistake(
    "a_mask", (RETURN, "return np.isin(np.arange(len(scores)), kept)"),
    es="Devuelves una máscara. Se piden las filas, de mayor a menor puntuación.",
    en="You return a mask. The rows are asked for, by decreasing score.")
exercise.mistake(
    "the_boxes", (RETURN, "return boxes[np.array(kept, dtype=int)]"),
    es="Devuelves las cajas. Se piden sus filas.", en="You return the boxes. Their rows are asked for.")
exercise.mistake(
    "in_reading_order", (RETURN, "return np.sort(np.array(kept, dtype=int))"),
    es="Devuelves las filas ordenadas. Se piden de mayor a menor puntuación.",
    en="You return the rows sorted. They are asked for by decreasing score.")

exercise.alternative("strike_out", code="""
def nms(boxes, scores, classes, threshold):
    order, kept = list(np.argsort(scores)[::-1]), []
    while order:
        best = order.pop(0)
        kept.append(int(best))
        if order:
            rest = np.array(order)
            rival = (classes[rest] == classes[best]) & (iou(boxes[[best]], boxes[rest])[0] > threshold)
            order = rest[~rival].tolist()
    return np.array(kept, dtype=np.int64)
""")
exercise.alternative("class_by_class", code="""
def nms(boxes, scores, classes, threshold):
    alive = np.zeros(len(boxes), dtype=bool)
    for k in set(np.asarray(classes).tolist()):
        rows = np.flatnonzero(classes == k)
        rows = rows[np.argsort(scores[rows])[::-1]]
        overlap = iou(boxes[rows], boxes[rows])
        stays = np.ones(len(rows), dtype=bool)
        for i in range(len(rows)):
            if stays[i]:
                stays[i + 1 :] &= overlap[i, i + 1 :] <= threshold
        alive[rows[stays]] = True
    rows = np.flatnonzero(alive)
    return rows[np.argsort(scores[rows])[::-1]]
""")
