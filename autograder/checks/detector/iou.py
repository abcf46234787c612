"""Exercise D.1: intersection over union."""

import numpy as np

from autograder import expect
from autograder.exercise import Exercise
from autograder.text import Text

LIBRARY = ("torchvision.ops.box_iou", "torchvision.ops.boxes.box_iou", "atiende.models.detector.iou")

exercise = Exercise(
    "iou", points=9,
    title=Text("Cuánto se solapan dos cajas", "How much two boxes overlap"),
    hints=(
        Text("Lo compartido va de la mayor de las dos izquierdas a la menor de las dos derechas. Si eso sale negativo, no comparten "
             "nada.",
             "What they share goes from the greater of the two lefts to the smaller of the two rights. If that comes out negative, "
             "they share nothing."),
        Text("`np.maximum(a[:, None, :2], b[None, :, :2])` tiene forma (n, m, 2): la esquina de arriba a la izquierda de lo que "
             "comparte cada pareja.",
             "`np.maximum(a[:, None, :2], b[None, :, :2])` has shape (n, m, 2): the top left corner of what each pair shares."),
        Text("Corta en 0 cada lado por separado, antes de multiplicarlos. Y la unión es la suma de las áreas menos lo compartido, que "
             "si no se cuenta dos veces.",
             "Cut each side at 0 on its own, before multiplying them. And the union is the sum of the areas minus what is shared, "
             "which would else be counted twice."),
    ),
    forbids=LIBRARY,
)


def drawn_boxes(draw, count: int, side: float = 20.0) -> np.ndarray:
    """Return boxes (count, 4) of very different sizes, crowded enough for many to overlap."""
    corner = draw.uniform(0, side, size=(count, 2))
    return np.concatenate([corner, corner + draw.uniform(2, 0.8 * side, size=(count, 2))], axis=1)


def pair(a, b) -> float:
    """Return the intersection over union of two boxes, side by side."""
    across = min(a[2], b[2]) - max(a[0], b[0])
    down = min(a[3], b[3]) - max(a[1], b[1])
    if across <= 0 or down <= 0:
        return 0.0
    shared = across * down
    return shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared)


def oracle(a, b) -> np.ndarray:
    return np.array([[pair(one, other) for other in b] for one in a]).reshape(len(a), len(b))


def agrees(student, a, b):
    expect.near(student.call("iou", a, b), oracle(a, b), what="iou(a, b)")


def overlapping(draw, n: int, m: int):
    """Return boxes that all hold one point, so that each pair overlaps, n and m of them."""
    middle = draw.uniform(-5, 5, size=2)
    return [np.concatenate([middle - draw.uniform(1, 9, size=(k, 2)), middle + draw.uniform(1, 9, size=(k, 2))], axis=1)
            for k in (n, m)]


@exercise.property(3, "Dos cajas que se solapan.", "Two boxes that overlap.")
def one_pair(student, draw):
    for _ in range(3):
        agrees(student, *overlapping(draw, 1, 1))


@exercise.property(2, "Cajas que no se tocan: ni a lo ancho, ni a lo alto, ni en nada dan 0; las que solo se tocan, también.",
                   "Boxes apart: in width, in height or in both they give 0; so do those that only touch.")
def apart(student, draw):
    w, h = draw.uniform(2, 6, size=2)
    gap = draw.uniform(1, 3, size=2)
    box = np.array([[0, 0, w, h]]) + np.tile(draw.uniform(-3, 3, size=2), 2)
    moves = np.array([[w + gap[0], 0], [0, h + gap[1]], [w + gap[0], h + gap[1]], [-w - gap[0], h + gap[1]], [w / 2, -h - gap[1]],
                      [w / 3, h / 4]])  # the last one overlaps
    agrees(student, box, box + np.tile(moves, 2))
    whole = np.array([[1.0, 2.0, 4.0, 8.0]])
    agrees(student, whole, np.array([[4.0, 2.0, 9.0, 8.0], [1.0, 8.0, 4.0, 9.0], [4.0, 8.0, 5.0, 9.0], [2.0, 2.0, 5.0, 8.0]]))


@exercise.property(2, "Todas las parejas a la vez: el resultado es (n, m), la caja i de `a` con la j de `b`.",
                   "All pairs at once: the result is (n, m), box i of `a` with box j of `b`.")
def all_pairs(student, draw):
    n, m = draw.sizes(2, 3, 8)
    agrees(student, *overlapping(draw, n, m))
    agrees(student, drawn_boxes(draw, m), drawn_boxes(draw, n))


@exercise.property(1, "Una caja dentro de otra, y la misma caja dos veces, que da 1.",
                   "One box inside another, and the same box twice, which gives 1.")
def inside(student, draw):
    outer = drawn_boxes(draw, 3)
    share = draw.uniform(0.1, 0.4, size=(3, 2))
    size = outer[:, 2:] - outer[:, :2]
    inner = np.concatenate([outer[:, :2] + share * size, outer[:, 2:] - share * size / 2], axis=1)
    agrees(student, outer, inner)
    agrees(student, outer, outer)


@exercise.property(1, "Ninguna caja a un lado o al otro; y deja `a` y `b` como estaban.",
                   "No box on one side or the other; and it leaves `a` and `b` as they were.")
def none_and_unchanged(student, draw):
    a, b = overlapping(draw, 3, 2)
    mine = student.put(a), student.put(b)
    expect.near(student.call("iou", *mine), oracle(a, b), what="iou(a, b)")
    for handle, before, name in zip(mine, (a, b), "ab", strict=True):
        expect.unchanged(before, handle.value(), name)
    expect.array(student.call("iou", a[:0], b), (0, 2), what="iou(a, b)")
    expect.array(student.call("iou", a, b[:0]), (3, 0), what="iou(a, b)")


SHARED = "shared = np.prod(np.maximum(opposite - corner, 0), axis=-1)"
RETURN = "return shared / (area_a + area_b - shared)"

exercise.mistake(
    "not_clamped", (SHARED, "shared = np.prod(opposite - corner, axis=-1)"),
    es="No cortas en 0 los lados de lo compartido: dos cajas separadas a lo ancho y a lo alto tienen dos lados negativos, que "
       "multiplicados dan un área positiva.",
    en="You do not cut the sides of what is shared at 0: two boxes apart in width and in height have two negative sides, and those "
       "multiply into a positive area.")
exercise.mistake(
    "product_clamped", (SHARED, "shared = np.maximum(np.prod(opposite - corner, axis=-1), 0)"),
    es="Cortas en 0 el producto y no cada lado: dos lados negativos ya se volvieron un área positiva.",
    en="You cut the product at 0 and not each side: two negative sides have become a positive area by then.")
exercise.mistake(
    "shared_counted_twice", (RETURN, "return shared / (area_a + area_b)"),
    es="Divides entre la suma de las áreas: lo compartido cuenta dos veces, y una caja consigo misma da 0.5. Réstalo una vez.",
    en="You divide by the sum of the areas: what is shared counts twice, and a box with itself gives 0.5. Subtract it once.")
exercise.mistake(
    "shared_subtracted_twice", (RETURN, "return shared / (area_a + area_b - 2 * shared + 1e-12)"),
    es="Restas lo compartido dos veces: eso es lo que no comparten, no la unión.",
    en="You subtract what is shared twice: that is what they do not share, not the union.")
exercise.mistake(
    "over_the_smaller", (RETURN, "return shared / np.minimum(area_a, area_b)"),
    es="Divides entre la caja menor. Una caja diminuta dentro de una enorme daría 1; se divide entre la unión.",
    en="You divide by the smaller box. A tiny box inside a huge one would give 1; the union is what to divide by.")
exercise.mistake(
    "over_the_first", (RETURN, "return shared / area_a"),
    es="Divides entre el área de `a`. Cambiar `a` por `b` no debe cambiar el resultado: se divide entre la unión.",
    en="You divide by the area of `a`. Swapping `a` and `b` must not change the result: the union is what to divide by.")
exercise.mistake(
    "over_the_hull",
    (RETURN, "hull = np.maximum(a[:, None, 2:], b[None, :, 2:]) - np.minimum(a[:, None, :2], b[None, :, :2])\n"
             "    return shared / np.prod(hull, axis=-1)"),
    es="Divides entre la caja que envuelve a las dos, que incluye rincones que no son de ninguna.",
    en="You divide by the box around both, which includes corners that belong to neither.")
exercise.mistake(
    "one_pixel_more", ("- a[:, :2]", "- a[:, :2] + 1"), ("- b[:, :2]", "- b[:, :2] + 1"), ("opposite - corner",
    "opposite - corner + 1"),
    es="Sumas 1 a los lados. Eso hacía falta cuando una caja nombraba su último píxel; aquí `right` es ya el borde.",
    en="You add 1 to the sides. That was needed where a box named its last pixel; here `right` is the edge itself.")
exercise.mistake(
    "centre_and_size", ("    corner =", "    a, b = (np.concatenate([v[:, :2] - v[:, 2:] / 2, v[:, :2] + v[:, 2:] / 2], axis=1) "
    "for v in (a, b))\n"
                                        "    corner ="),
    es="Lees las cajas como centro y tamaño. Aquí son dos esquinas: izquierda, arriba, derecha, abajo.",
    en="You read the boxes as centre and size. Here they are two corners: left, top, right, bottom.")
exercise.mistake(
    "corner_and_size", ("    corner =", "    a, b = (np.concatenate([v[:, :2], v[:, :2] + v[:, 2:]], axis=1) for v in (a, b))\n   "
    " corner ="),
    es="Lees las cajas como esquina y tamaño. Aquí son dos esquinas: izquierda, arriba, derecha, abajo.",
    en="You read the boxes as corner and size. Here they are two corners: left, top, right, bottom.")
exercise.mistake(
    "x_and_y_swapped", ("b[None, :, :2]", "b[None, :, 1::-1]"), ("b[None, :, 2:]", "b[None, :, :1:-1]"),
    es="Comparas la x de una caja con la y de la otra.", en="You compare the x of one box with the y of the other.")
exercise.mistake(
    "transposed", (RETURN, "return (shared / (area_a + area_b - shared)).T"),
    es="Devuelves (m, n): la fila i debe ser la caja i de `a`.", en="You return (m, n): row i must be box i of `a`.")
exercise.mistake(
    "flat_when_empty", (RETURN, RETURN + " if len(a) and len(b) else np.zeros(0)"),
    es="Sin cajas el resultado también tiene dos ejes: (0, m) o (n, 0).",
    en="Without boxes the result has two axes too: (0, m) or (n, 0).")
exercise.mistake(
    "one_by_one", ("a[:, None, :2], b[None, :, :2]", "a[:, :2], b[:, :2]"), ("a[:, None, 2:], b[None, :, 2:]", "a[:, 2:], b[:, 2:]"),
    ("[:, None]  # (n, 1)", ""), ("[None, :]  # (1, m)", ""),
    es="Comparas la caja i de `a` solo con la i de `b`. Hacen falta todas con todas: añade ejes con `None`.",
    en="You compare box i of `a` with box i of `b` only. All with all are needed: add axes with `None`.")
exercise.mistake(
    "whole_pixels", ("    corner =", "    a, b = np.round(a), np.round(b)\n    corner ="),
    es="Redondeas las esquinas. Una caja puede acabar a mitad de un píxel.",
    en="You round the corners. A box may end halfway through a pixel.")
exercise.mistake(
    "written_into_a", ("    area_a = np.prod(a[:, 2:] - a[:, :2], axis=-1)",
    "    a[:, 2:] -= a[:, :2]\n    area_a = np.prod(a[:, 2:], axis=-1)"),
    ("    shared = ", "    b = b.copy()\n    shared = "),
    es="`a[:, 2:] -= …` escribe sobre las cajas de quien te llama.", en="`a[:, 2:] -= …` writes into the caller's boxes.")

exercise.alternative("two_loops", code="""
def iou(a, b):
    result = np.zeros((len(a), len(b)))
    for i, (l, t, r, d) in enumerate(a):
        for j, (left, top, right, bottom) in enumerate(b):
            w, h = min(r, right) - max(l, left), min(d, bottom) - max(t, top)
            if w > 0 and h > 0:
                result[i, j] = w * h / ((r - l) * (d - t) + (right - left) * (bottom - top) - w * h)
    return result
""")
exercise.alternative("by_columns", code="""
def iou(a, b):
    la, ta, ra, ba = (v[:, None] for v in np.asarray(a).T)
    lb, tb, rb, bb = np.asarray(b).T
    w = (np.minimum(ra, rb) - np.maximum(la, lb)).clip(0)
    h = (np.minimum(ba, bb) - np.maximum(ta, tb)).clip(0)
    inter = w * h
    union = (ra - la) * (ba - ta) + (rb - lb) * (bb - tb) - inter
    return inter / union
""")
exercise.alternative("in_torch", code="""
def iou(a, b):
    a, b = torch.as_tensor(a), torch.as_tensor(b)
    size = (torch.minimum(a[:, None, 2:], b[:, 2:]) - torch.maximum(a[:, None, :2], b[:, :2])).clamp(min=0)
    both = size.prod(dim=2)
    areas = [(v[:, 2] - v[:, 0]) * (v[:, 3] - v[:, 1]) for v in (a, b)]
    return both / (areas[0][:, None] + areas[1] - both)
""")
