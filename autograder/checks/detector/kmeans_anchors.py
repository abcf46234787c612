"""Exercise D.2: the sizes of boxes that a set of pictures is made of."""

import numpy as np

from autograder import expect
from autograder.exercise import Exercise
from autograder.text import Text

exercise = Exercise(
    "kmeans_anchors", points=8,
    title=Text("Las cajas de referencia", "The anchors"),
    uses=("iou",),
    hints=(
        Text("Un tamaño (w, h) es la caja (0, 0, w, h): pon ceros delante y tu `iou` mide cuánto se parecen.",
             "A size (w, h) is the box (0, 0, w, h): put zeros in front, and your `iou` measures how alike they are."),
        Text("Cada ronda: `nearest = iou(…).argmax(axis=1)` y después, para cada ancla que atrajo alguna caja, la media de las suyas. "
             "Trabaja sobre una copia de `anchors`.",
             "Each round: `nearest = iou(…).argmax(axis=1)` and then, for each anchor that attracted a box, the mean of its own. "
             "Work on a copy of `anchors`."),
    ),
    forbids=("sklearn.cluster.KMeans.fit", "scipy.cluster.vq.kmeans", "scipy.cluster.vq.kmeans2",
             "atiende.models.detector.kmeans_anchors"),
)


def alike(size, anchor) -> float:
    """Return the IoU of two boxes put at one corner."""
    shared = min(size[0], anchor[0]) * min(size[1], anchor[1])
    return shared / (size[0] * size[1] + anchor[0] * anchor[1] - shared)


def oracle(sizes, anchors, steps: int = 100) -> np.ndarray:
    """Return where k-means ends, box by box."""
    anchors = [tuple(anchor) for anchor in anchors]
    for _ in range(steps):
        groups: list[list] = [[] for _ in anchors]
        for size in sizes:
            likeness = [alike(size, anchor) for anchor in anchors]
            groups[likeness.index(max(likeness))].append(size)
        moved = [tuple(np.mean(group, axis=0)) if group else anchor for group, anchor in zip(groups, anchors, strict=True)]
        if moved == anchors:
            break
        anchors = moved
    return np.array(anchors)


def drawn_sizes(draw, count: int) -> np.ndarray:
    """Return sizes (count, 2) from small to twenty times as large: Euclid and IoU part ways on them."""
    size, stretch = np.exp(draw.uniform(np.log([2, 0.3]), np.log([40, 3]), size=(count, 2))).T
    return np.stack([size * stretch, size / stretch], axis=1)


def agrees(student, sizes, anchors, *steps):
    expect.near(student.call("kmeans_anchors", sizes, anchors, *steps), oracle(sizes, anchors, *steps), what="kmeans_anchors(…)")


@exercise.property(3, "Una sola ronda: cada caja va al ancla con la que tiene mayor IoU, y el ancla, a la media de las suyas.",
                   "A single round: each box goes to the anchor with which its IoU is greatest, and the anchor to the mean of its own.")
def one_round(student, draw):
    sizes = drawn_sizes(draw, 60)
    agrees(student, sizes, sizes[:4], 1)
    agrees(student, sizes, np.sort(drawn_sizes(draw, 3), axis=0)[::-1].copy(), 1)


@exercise.property(2, "Rondas hasta que nada cambia, o las que diga `steps`.",
    "Rounds until nothing changes, or as many as `steps` says.")
def rounds(student, draw):
    sizes = drawn_sizes(draw, 80)
    for steps in (2, 3, 100):
        agrees(student, sizes, sizes[:5], steps)


@exercise.property(2, "Un ancla que no atrae ninguna caja se queda donde está.", "An anchor that attracts no box stays where it is.")
def nobody(student, draw):
    sizes = drawn_sizes(draw, 20)
    far = np.array([[900.0, 700.0]]) * draw.uniform(1, 2)
    place = int(draw.integers(3))
    agrees(student, sizes, np.insert(sizes[:3], place, far, axis=0))
    agrees(student, sizes[:1], sizes[:2])


@exercise.property(1, "El orden de las anclas es el de entrada, con una sola también; y nada de lo recibido cambia.",
                   "The order of the anchors is the one given, with a single one too; and nothing given is changed.")
def order_and_inputs(student, draw):
    sizes = drawn_sizes(draw, 30)
    agrees(student, sizes, sizes[:1])
    anchors = sizes[np.argsort(-sizes.prod(axis=1))[[0, 15, 29]]]  # the largest first
    mine = student.put(sizes), student.put(anchors)
    expect.near(student.call("kmeans_anchors", *mine), oracle(sizes, anchors), what="kmeans_anchors(…)")
    for handle, before, name in zip(mine, (sizes, anchors), ("sizes", "anchors"), strict=True):
        expect.unchanged(before, handle.value(), name)


NEAREST = "iou(at_origin(sizes), at_origin(anchors)).argmax(axis=1)"
MEAN = "sizes[nearest == k].mean(axis=0)"
IF = "            if np.any(nearest == k):\n    "

exercise.mistake(
    "euclidean", (NEAREST, "np.square(sizes[:, None] - anchors).sum(axis=-1).argmin(axis=1)"),
    es="Mides la distancia euclídea. Un error de 5 píxeles es enorme en una caja de 8 y nada en una de 80: así las cajas grandes "
       "mandan. Usa 1 - IoU.",
    en="You measure Euclidean distance. Being off by 5 pixels is a lot for a box of 8 and nothing for one of 80: large boxes take "
       "over. Use 1 - IoU.")
exercise.mistake(
    "euclidean_of_logarithms", (NEAREST, "np.square(np.log(sizes)[:, None] - np.log(anchors)).sum(axis=-1).argmin(axis=1)"),
    es="Comparas los logaritmos de los lados. Se parece, pero no es 1 - IoU.",
    en="You compare the logarithms of the sides. It is close, but it is not 1 - IoU.")
exercise.mistake(
    "closest_area", (NEAREST, "np.abs(sizes.prod(axis=1)[:, None] - anchors.prod(axis=1)).argmin(axis=1)"),
    es="Comparas solo las áreas: una caja alta y una ancha te parecen iguales.",
    en="You compare areas only: a tall box and a wide one look the same to you.")
exercise.mistake(
    "furthest", (".argmax(axis=1)", ".argmin(axis=1)"),
    es="Con `argmin`, cada caja va al ancla que menos se le parece: la distancia es 1 - IoU.",
    en="With `argmin`, each box goes to the anchor least like it: the distance is 1 - IoU.")
exercise.mistake(
    "median", (MEAN, "np.median(sizes[nearest == k], axis=0)"),
    es="Tomas la mediana. Se pide la media.", en="You take the median. The mean is asked for.")
exercise.mistake(
    "one_round_only", ("        anchors = moved\n", "        anchors = moved\n        break\n"),
    es="Sales tras la primera ronda. Hay que repetir hasta que nada cambie.",
    en="You leave after the first round. It has to be repeated until nothing changes.")
exercise.mistake(
    "steps_ignored", ("range(steps)", "range(100)"),
    es="No usas `steps`.", en="You do not use `steps`.")
exercise.mistake(
    "mean_of_nothing", (IF + f"            moved[k] = {MEAN}", f"            moved[k] = {MEAN}"),
    es="La media de ninguna caja es nan. Si un ancla no atrae ninguna, déjala donde está.",
    en="The mean of no boxes is nan. Where an anchor attracts none, leave it where it is.")
exercise.mistake(
    "zero_for_nobody", ("moved = anchors.copy()", "moved = np.zeros_like(anchors)"),
    es="Un ancla que no atrae ninguna caja acaba en (0, 0). Déjala donde está.",
    en="An anchor that attracts no box ends at (0, 0). Leave it where it is.")
exercise.mistake(
    "lonely_anchors_dropped",
    ("        if np.array_equal", "        moved = moved[np.isin(np.arange(len(anchors)), nearest)]\n        if np.array_equal"),
    es="Quitas las anclas que no atraen ninguna caja. La red espera k: deja la ancla donde está.",
    en="You take away anchors that attract no box. The network expects k: leave the anchor where it is.")
exercise.mistake(
    "mean_over_all", (MEAN, "sizes[nearest == k].sum(axis=0) / len(sizes)"),
    es="Divides entre todas las cajas, no entre las de ese grupo.", en="You divide by all boxes, not by those of the group.")
exercise.mistake(
    "sorted_at_the_end", ("    return anchors", "    return anchors[np.argsort(anchors.prod(axis=1))]"),
    es="Devuelves las anclas ordenadas por área. El orden es el de entrada.",
    en="You return the anchors sorted by area. The order is the one given.")
exercise.mistake(
    "moved_in_place", ("moved = anchors.copy()", "moved, anchors = anchors, anchors.copy()"),
    es="Escribes sobre `anchors`, que es de quien te llama. Haz una copia.",
    en="You write into `anchors`, which belongs to the caller. Make a copy.")
exercise.alternative("without_iou", code="""
def kmeans_anchors(sizes, anchors, steps=100):
    anchors = np.array(anchors, dtype=float)
    before = None
    while steps and not (before is not None and (before == anchors).all()):
        common = np.minimum(sizes[:, 0, None], anchors[:, 0]) * np.minimum(sizes[:, 1, None], anchors[:, 1])
        distance = 1 - common / (sizes.prod(1)[:, None] + anchors.prod(1) - common)
        owner, before, steps = np.argmin(distance, axis=1), anchors.copy(), steps - 1
        for k in set(owner.tolist()):
            anchors[k] = np.average(sizes[owner == k], axis=0)
    return anchors
""")
exercise.alternative("one_hot", code="""
def kmeans_anchors(sizes, anchors, steps=100):
    corner = lambda v: np.pad(v, ((0, 0), (2, 0)))
    current = anchors
    for _ in range(steps):
        member = np.eye(len(anchors))[iou(corner(sizes), corner(current)).argmax(1)]
        count = member.sum(0)[:, None]
        current = np.where(count > 0, member.T @ sizes / np.maximum(count, 1), current)
    return current
""")
