"""Exercise D.3: from a box to its place on the grid and its four numbers."""

import math

import numpy as np

from autograder import expect
from autograder.checks.detector.kmeans_anchors import alike
from autograder.exercise import Exercise
from autograder.text import Text

exercise = Exercise(
    "encode_boxes", points=9,
    title=Text("De la caja a la rejilla", "From the box to the grid"),
    hints=(
        Text("Divide el centro entre `stride`: la parte entera de x es la columna, la de y es la fila, y lo que sobra son dx y dy.",
             "Divide the centre by `stride`: the whole part of x is the column, that of y is the row, and what is left over is dx "
             "and dy."),
        Text("Para elegir ancla solo cuentan los tamaños: lo compartido de dos cajas con la misma esquina es el producto de los lados "
             "menores.",
             "To choose an anchor only sizes count: what two boxes at one corner share is the product of the smaller sides."),
        Text("tw = ln(w / ancho del ancla) y th = ln(h / alto del ancla): 0 si miden lo mismo.",
             "tw = ln(w / width of the anchor) and th = ln(h / height of the anchor): 0 where they measure the same."),
    ),
    forbids=("atiende.models.detector.encode_boxes",),
)


def oracle(boxes, anchors, stride: float):
    """Return places (n, 3) and codes (n, 4), box by box."""
    places, codes = [], []
    for left, top, right, bottom in boxes:
        w, h, x, y = right - left, bottom - top, (left + right) / 2, (top + bottom) / 2
        likeness = [alike((w, h), anchor) for anchor in anchors]
        best = likeness.index(max(likeness))
        row, column = int(y // stride), int(x // stride)
        places.append((row, column, best))
        pw, ph = anchors[best]
        codes.append((x / stride - column, y / stride - row, math.log(w / pw), math.log(h / ph)))
    return np.array(places).reshape(-1, 3), np.array(codes).reshape(-1, 4)


def problem(draw, count: int = 12):
    """Return boxes with their centres on a grid wider than it is high, anchors of many shapes, and the stride."""
    stride, rows, columns = draw.sizes(3, 4, 11)
    rows, columns = min(rows, columns), max(rows, columns)
    cell = np.stack([draw.integers(columns, size=count), draw.integers(rows, size=count)], axis=1)
    centre = (cell + draw.uniform(0.05, 0.95, size=(count, 2))) * stride
    size, stretch = np.exp(draw.uniform(np.log([4, 0.4]), np.log([40, 2.5]), size=(count, 2))).T
    half = np.stack([size * stretch, size / stretch], axis=1) / 2
    anchors = np.exp(draw.uniform(np.log(6), np.log(40), size=(4, 2)))
    return np.concatenate([centre - half, centre + half], axis=1), anchors, float(stride)


def compare(student, draw, count: int = 12):
    boxes, anchors, stride = problem(draw, count)
    answer = student.keep("encode_boxes", boxes, anchors, stride)
    return answer.item(0).value(), answer.item(1).value(), *oracle(boxes, anchors, stride)


def whole(places) -> np.ndarray:
    """Return places as an array, or fail where they are not integers, which are needed to look up a cell."""
    kind = getattr(places, "dtype", None)
    expect.true("int" in str(kind), "`places` debe ser un array de enteros, para servir de índice, y es {kind}.",
                "`places` should be an array of integers, to serve as an index, but it is {kind}.", kind=expect.kind(places))
    return expect.array(places, what="places")


@exercise.property(2, "La celda es la del centro: fila y columna, por este orden, y enteros.",
                   "The cell is that of the centre: row and column, in this order, and integers.")
def cells(student, draw):
    places, _, wanted, _ = compare(student, draw)
    expect.same(expect.array(whole(places), wanted.shape, what="places")[:, :2], wanted[:, :2], what="places[:, :2]")


@exercise.property(2, "El ancla es la de mayor IoU con la caja, comparando solo los tamaños.",
                   "The anchor is the one with the greatest IoU with the box, comparing sizes only.")
def anchor(student, draw):
    places, _, wanted, _ = compare(student, draw, 40)
    seen = expect.array(places, wanted.shape, what="places")
    expect.same(seen[:, 2], wanted[:, 2], what="places[:, 2]")


@exercise.property(2, "dx y dy son el sitio del centro dentro de su celda, de 0 a 1.",
                   "dx and dy are the place of the centre in its cell, from 0 to 1.")
def centres(student, draw):
    _, codes, _, wanted = compare(student, draw)
    expect.near(expect.array(codes, wanted.shape, what="codes")[:, :2], wanted[:, :2], what="codes[:, :2]")


@exercise.property(2, "tw y th son los logaritmos del tamaño entre el de su ancla.",
                   "tw and th are the logarithms of the size over that of its anchor.")
def sizes(student, draw):
    _, codes, _, wanted = compare(student, draw)
    expect.near(expect.array(codes, wanted.shape, what="codes")[:, 2:], wanted[:, 2:], what="codes[:, 2:]")


@exercise.property(1, "Una sola caja, una sola ancla; y deja lo recibido como estaba.",
                   "A single box, a single anchor; and it leaves what it is given as it was.")
def one_and_unchanged(student, draw):
    boxes, anchors, stride = problem(draw, 1)
    mine = student.put(boxes), student.put(anchors[:1])
    answer = student.keep("encode_boxes", *mine, stride)
    wanted = oracle(boxes, anchors[:1], stride)
    expect.near(answer.item(0).value(), wanted[0], what="places")
    expect.near(answer.item(1).value(), wanted[1], what="codes")
    for handle, before, name in zip(mine, (boxes, anchors[:1]), ("boxes", "anchors"), strict=True):
        expect.unchanged(before, handle.value(), name)


CENTRE = "centre = (boxes[:, :2] + boxes[:, 2:]) / 2 / stride"
PLACES = "np.stack([cell[:, 1], cell[:, 0], anchor], axis=1)"
LOG = "np.log(sizes / anchors[anchor])"
CHOSEN = "anchor = overlap.argmax(axis=1)"

exercise.mistake(
    "column_before_row", (PLACES, "np.stack([cell[:, 0], cell[:, 1], anchor], axis=1)"),
    es="Pones la columna antes que la fila. La x elige la columna; un sitio es fila, columna, ancla.",
    en="You put the column before the row. x chooses the column; a place is row, column, anchor.")
exercise.mistake(
    "corner_for_centre", (CENTRE, "centre = boxes[:, :2] / stride"),
    es="Usas la esquina de arriba a la izquierda. Responde de la caja la celda de su centro.",
    en="You use the top left corner. The cell of its centre answers for a box.")
exercise.mistake(
    "half_a_pixel_lost", (CENTRE, "centre = (boxes[:, :2] + boxes[:, 2:]) // 2 / stride"),
    es="Con `//` pierdes el medio píxel: divide con `/`.", en="`//` loses the half pixel: divide with `/`.")
exercise.mistake(
    "rounded", ("np.floor(centre)", "np.round(centre)"),
    es="Redondeas al más cercano: a partir de la mitad de la celda te vas a la siguiente, con un resto negativo. Es hacia abajo.",
    en="You round to the nearest: past the middle of a cell you move on to the next, with a negative rest. It is downwards.")
exercise.mistake(
    "cells_as_floats", (".astype(int)", ""), (PLACES, PLACES + ".astype(float)"),
    es="`places` son decimales, y con ellos no se puede indexar. Conviértelos con `.astype(int)`.",
    en="`places` are floats, and those cannot index. Convert them with `.astype(int)`.")
exercise.mistake(
    "rest_in_pixels", ("[centre - cell,", "[(centre - cell) * stride,"),
    es="dx y dy están en píxeles. Divídelos entre `stride`: van de 0 a 1.",
    en="dx and dy are in pixels. Divide them by `stride`: they go from 0 to 1.")
exercise.mistake(
    "rest_from_the_middle", ("[centre - cell,", "[centre - cell - 0.5,"),
    es="Mides dx y dy desde el centro de la celda. Se miden desde su esquina.",
    en="You measure dx and dy from the middle of the cell. They are measured from its corner.")
exercise.mistake(
    "whole_position", ("[centre - cell,", "[centre,"),
    es="No restas la celda: dx y dy deben ser solo lo que sobra.",
    en="You do not subtract the cell: dx and dy are only what is left over.")
exercise.mistake(
    "no_logarithm", (LOG, "sizes / anchors[anchor]"),
    es="Falta el logaritmo.", en="The logarithm is missing.")
exercise.mistake(
    "upside_down", (LOG, "np.log(anchors[anchor] / sizes)"),
    es="Divides el ancla entre la caja. Es la caja entre el ancla.",
    en="You divide the anchor by the box. It is the box over the anchor.")
exercise.mistake(
    "logarithm_base_two", (LOG, "np.log2(sizes / anchors[anchor])"),
    es="Usas el logaritmo en base 2. Al volver se usa `exp`, así que es el natural.",
    en="You use the logarithm to base 2. The way back uses `exp`, so it is the natural one.")
exercise.mistake(
    "width_over_height", (LOG, "np.log(sizes / anchors[anchor][:, ::-1])"),
    es="Divides el ancho entre el alto del ancla, y al revés.",
    en="You divide the width by the anchor's height, and the other way round.")
exercise.mistake(
    "sizes_in_cells", (LOG, "np.log(sizes / stride / anchors[anchor])"),
    es="Mides la caja en celdas y el ancla en píxeles. Los dos van en píxeles.",
    en="You measure the box in cells and the anchor in pixels. Both are in pixels.")
exercise.mistake(
    "anchor_by_area", (CHOSEN, "anchor = np.abs(np.prod(sizes, axis=1)[:, None] - np.prod(anchors, axis=1)).argmin(axis=1)"),
    es="Eliges el ancla de área más parecida: una caja alta puede acabar con un ancla ancha. Elige por IoU.",
    en="You choose the anchor of the most similar area: a tall box may get a wide anchor. Choose by IoU.")
exercise.mistake(
    "anchor_by_euclid", (CHOSEN, "anchor = np.square(sizes[:, None] - anchors).sum(axis=-1).argmin(axis=1)"),
    es="Eliges el ancla por distancia euclídea. Elige la de mayor IoU.",
    en="You choose the anchor by Euclidean distance. Choose the one with the greatest IoU.")
exercise.mistake(
    "anchor_over_the_sum", ("np.prod(anchors, axis=1) - shared)", "np.prod(anchors, axis=1) + shared)"),
    (CHOSEN, "anchor = shared.argmax(axis=1)"),
    es="Eliges el ancla con la que comparte más área: gana siempre la mayor. Divide entre la unión.",
    en="You choose the anchor with which most area is shared: the largest always wins. Divide by the union.")

exercise.alternative("box_by_box", code="""
def encode_boxes(boxes, anchors, stride):
    places, codes = [], []
    for left, top, right, bottom in boxes:
        w, h = right - left, bottom - top
        x, y = (left + w / 2) / stride, (top + h / 2) / stride
        best, most = 0, -1.0
        for k, (aw, ah) in enumerate(anchors):
            both = min(w, aw) * min(h, ah)
            if both / (w * h + aw * ah - both) > most:
                best, most = k, both / (w * h + aw * ah - both)
        places.append([int(y), int(x), best])
        codes.append([x % 1, y % 1, np.log(w) - np.log(anchors[best][0]), np.log(h) - np.log(anchors[best][1])])
    return np.array(places), np.array(codes)
""")
exercise.alternative("divmod", code="""
def encode_boxes(boxes, anchors, stride):
    left, top, right, bottom = boxes.T
    w, h = right - left, bottom - top
    column, x = np.divmod((left + right) / 2, stride)
    row, y = np.divmod((top + bottom) / 2, stride)
    both = np.minimum.outer(w, anchors[:, 0]) * np.minimum.outer(h, anchors[:, 1])
    k = (both / (np.add.outer(w * h, anchors.prod(axis=1)) - both)).argmax(axis=1)
    places = np.array([row, column, k]).T.astype(np.int64)
    return places, np.array([x / stride, y / stride, np.log(w / anchors[k, 0]), np.log(h / anchors[k, 1])]).T
""")
