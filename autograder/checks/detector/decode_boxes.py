"""Exercise D.4: back from the grid to the box."""

import numpy as np

from autograder import expect
from autograder.checks.detector.encode_boxes import oracle as encoded
from autograder.checks.detector.encode_boxes import problem
from autograder.exercise import Exercise
from autograder.text import Text

exercise = Exercise(
    "decode_boxes", points=5,
    title=Text("De la rejilla a la caja", "From the grid to the box"),
    hints=(
        Text("Deshaz los pasos del ejercicio anterior al revés: suma la celda, multiplica por `stride`, y `exp` donde había un "
             "logaritmo.",
             "Undo the steps of the exercise before in reverse: add the cell, multiply by `stride`, and `exp` where there was a "
             "logarithm."),
        Text("`places[:, [1, 0]]` es columna y fila, en el orden x, y. `anchors[places[:, 2]]` es el ancla de cada caja.",
             "`places[:, [1, 0]]` is column and row, in the order x, y. `anchors[places[:, 2]]` is the anchor of each box."),
    ),
    forbids=("atiende.models.detector.decode_boxes",),
)


def agrees(student, boxes, anchors, stride):
    places, codes = encoded(boxes, anchors, stride)
    expect.near(student.call("decode_boxes", places, codes, anchors, stride), boxes, what="decode_boxes(…)")


@exercise.property(2, "Las cajas del tamaño exacto de su ancla vuelven a su sitio.",
    "Boxes of just the size of their anchor go back to their place.")
def places(student, draw):
    boxes, anchors, stride = problem(draw, 8)
    centre = (boxes[:, :2] + boxes[:, 2:]) / 2
    half = anchors[draw.integers(len(anchors), size=8)] / 2
    agrees(student, np.concatenate([centre - half, centre + half], axis=1), anchors, stride)


@exercise.property(2, "Y las de cualquier tamaño: codificar y descodificar deja la caja como estaba.",
                   "And those of any size: encoding and decoding leaves a box as it was.")
def round_trip(student, draw):
    agrees(student, *problem(draw, 15))


@exercise.property(1, "Una sola caja con una sola ancla, ninguna caja; y deja lo recibido como estaba.",
                   "A single box with a single anchor, no box; and it leaves what it is given as it was.")
def few_and_unchanged(student, draw):
    boxes, anchors, stride = problem(draw, 1)
    places, codes = encoded(boxes, anchors[:1], stride)
    given = {"places": places, "codes": codes, "anchors": anchors[:1]}
    mine = [student.put(value) for value in given.values()]
    expect.near(student.call("decode_boxes", *mine, stride), boxes, what="decode_boxes(…)")
    for handle, (name, before) in zip(mine, given.items(), strict=True):
        expect.unchanged(before, handle.value(), name)
    expect.array(student.call("decode_boxes", places[:0], codes[:0], anchors, stride), (0, 4), what="decode_boxes(…)")


CELL = "cell = places[:, [1, 0]]"
CENTRE = "centre = (cell + codes[:, :2]) * stride"
SIZES = "anchors[places[:, 2]] * np.exp(codes[:, 2:])"
RETURN = "np.concatenate([centre - sizes / 2, centre + sizes / 2], axis=1)"

exercise.mistake(
    "row_as_x", (CELL, "cell = places[:, :2]"),
    es="Sumas la fila a x y la columna a y. La x va con la columna.",
    en="You add the row to x and the column to y. x goes with the column.")
exercise.mistake(
    "centre_and_size", (RETURN, "np.concatenate([centre, sizes], axis=1)"),
    es="Devuelves centro y tamaño. Una caja aquí son dos esquinas.", en="You return centre and size. A box here is two corners.")
exercise.mistake(
    "corner_and_size", (RETURN, "np.concatenate([centre - sizes / 2, sizes], axis=1)"),
    es="Devuelves una esquina y el tamaño. Una caja aquí son dos esquinas.",
    en="You return a corner and the size. A box here is two corners.")
exercise.mistake(
    "not_halved", (RETURN, "np.concatenate([centre - sizes, centre + sizes], axis=1)"),
    es="Del centro al borde va medio lado, no uno entero.", en="From the centre to the edge it is half a side, not a whole one.")
exercise.mistake(
    "half_a_pixel_lost", (RETURN, RETURN.replace(" / 2", " // 2")),
    es="Con `//` pierdes el medio píxel: divide con `/`.", en="`//` loses the half pixel: divide with `/`.")
exercise.mistake(
    "centre_as_corner", (RETURN, "np.concatenate([centre, centre + sizes], axis=1)"),
    es="Tomas el centro por la esquina de arriba a la izquierda.", en="You take the centre for the top left corner.")
exercise.mistake(
    "no_exponential", ("np.exp(codes[:, 2:])", "codes[:, 2:]"),
    es="Falta `exp`: tw y th son logaritmos.", en="`exp` is missing: tw and th are logarithms.")
exercise.mistake(
    "added_to_the_anchor", (SIZES, "anchors[places[:, 2]] + np.exp(codes[:, 2:])"),
    es="Sumas `exp` al ancla. La multiplica.", en="You add `exp` to the anchor. It multiplies it.")
exercise.mistake(
    "stride_on_the_cell_only", (CENTRE, "centre = cell * stride + codes[:, :2]"),
    es="Multiplicas por `stride` la celda y no dx, dy. También están en celdas.",
    en="You multiply the cell by `stride` and not dx, dy. They are in cells too.")
exercise.mistake(
    "no_stride", (CENTRE, "centre = cell + codes[:, :2]"),
    es="El centro queda en celdas. Multiplícalo por `stride`.", en="The centre is left in cells. Multiply it by `stride`.")
exercise.mistake(
    "sizes_times_stride", (SIZES, SIZES + " * stride"),
    es="Multiplicas el tamaño por `stride`. Las anclas ya están en píxeles.",
    en="You multiply the size by `stride`. Anchors are in pixels already.")
exercise.mistake(
    "sigmoid_again", (CENTRE, "centre = (cell + 1 / (1 + np.exp(-codes[:, :2]))) * stride"),
    es="Aplicas la sigmoide a dx y dy. Aquí ya van de 0 a 1; la sigmoide vendrá cuando los diga la red.",
    en="You apply the sigmoid to dx and dy. Here they go from 0 to 1 already; the sigmoid comes when the network says them.")
exercise.mistake(
    "first_anchor", ("anchors[places[:, 2]]", "anchors[0]"),
    es="Usas siempre la primera ancla. La de cada caja es `places[:, 2]`.",
    en="You always use the first anchor. That of each box is `places[:, 2]`.")
exercise.mistake(
    "anchor_turned", ("anchors[places[:, 2]]", "anchors[places[:, 2]][:, ::-1]"),
    es="Cambias el ancho del ancla por su alto.", en="You swap the anchor's width and height.")
exercise.mistake(
    "written_into_codes", (SIZES, "np.exp(codes[:, 2:], out=codes[:, 2:]) * anchors[places[:, 2]]"),
    es="Escribes sobre `codes`, que es de quien te llama.", en="You write into `codes`, which belongs to the caller.")

exercise.alternative("by_columns", code="""
def decode_boxes(places, codes, anchors, stride):
    row, column, k = places.T
    dx, dy, tw, th = codes.T
    x, y = stride * (column + dx), stride * (row + dy)
    w, h = anchors[k, 0] * np.exp(tw), anchors[k, 1] * np.exp(th)
    return np.stack([x - w / 2, y - h / 2, x + w / 2, y + h / 2], axis=-1)
""")
exercise.alternative("box_by_box", code="""
def decode_boxes(places, codes, anchors, stride):
    boxes = np.zeros((len(places), 4))
    for i in range(len(places)):
        row, column, k = places[i]
        w = np.exp(codes[i, 2] + np.log(anchors[k, 0]))
        h = np.exp(codes[i, 3] + np.log(anchors[k, 1]))
        left, top = (column + codes[i, 0]) * stride - w / 2, (row + codes[i, 1]) * stride - h / 2
        boxes[i] = left, top, left + w, top + h
    return boxes
""")
