"""Exercise 2.12: the same permutation of the pixels of all pictures."""

import numpy as np

from autograder import expect
from autograder.exercise import Exercise
from autograder.text import Text

exercise = Exercise(
    "permute_pixels", points=3,
    title=Text("Los mismos píxeles, en otro orden", "The same pixels, in another order"),
    hints=(
        Text("`images.reshape(len(images), -1)` pone cada imagen en una fila, en orden de lectura.",
             "`images.reshape(len(images), -1)` puts each picture in a row, in reading order."),
        Text("`rows[:, order]` toma las columnas en el orden pedido. Después, vuelve a la forma de antes.",
             "`rows[:, order]` takes the columns in the order asked for. Then go back to the shape of before."),
    ),
)


def oracle(images, order) -> np.ndarray:
    """Return the new pictures, pixel by pixel."""
    height, width = images.shape[1:]
    out = np.empty(images.shape)
    for q, old in enumerate(order):
        out[:, q // width, q % width] = images[:, old // width, old % width]
    return out


def agrees(student, images, order):
    expect.near(student.call("permute_pixels", images, order), oracle(images, order), what="permute_pixels(images, order)")


@exercise.property(2, "Una imagen que no es cuadrada, con sus píxeles en el orden pedido.",
                   "One picture that is not square, with its pixels in the order asked for.")
def one_picture(student, draw):
    height, width = draw.sizes(2, 3, 7)
    agrees(student, draw.array(1, height, width), draw.permutation(height * width))


@exercise.property(2, "Todas las imágenes con el mismo orden.", "All pictures with the same order.")
def several_pictures(student, draw):
    count, height, width = draw.sizes(3, 3, 7)
    agrees(student, draw.array(count, height, width), draw.permutation(height * width))


@exercise.property(1, "Con el orden de antes no cambia nada, y con el orden inverso la imagen gira media vuelta.",
                   "With the order of before nothing changes, and with the reverse order the picture makes half a turn.")
def known_orders(student, draw):
    count, height, width = draw.sizes(3, 2, 6)
    images, order = draw.array(count, height, width), np.arange(height * width)
    agrees(student, images, order)
    agrees(student, images, order[::-1].copy())


@exercise.property(1, "Deja `images` y `order` como estaban.", "It leaves `images` and `order` as they were.")
def inputs_unchanged(student, draw):
    images, order = draw.array(3, 4, 5), draw.permutation(20)
    mine = student.put(images), student.put(order)
    expect.near(student.call("permute_pixels", *mine), oracle(images, order), what="permute_pixels(images, order)")
    for handle, before, name in zip(mine, (images, order), ("images", "order"), strict=True):
        expect.unchanged(before, handle.value(), name)


ROWS = "images.reshape(len(images), -1)[:, order]"
RETURN = "return images.reshape(len(images), -1)[:, order].reshape(images.shape)"

exercise.mistake(
    "inverse", ("[:, order]", "[:, np.argsort(order)]"),
    es="Aplicas el orden al revés: mandas el píxel q al sitio `order[q]`. Se pide traer a q el píxel `order[q]`.",
    en="You apply the order the other way: you send pixel q to place `order[q]`. Pixel `order[q]` is to be brought to q.")
exercise.mistake(
    "left_flat", (".reshape(images.shape)", ""),
    es="Devuelves las imágenes aplastadas, `(N, H * W)`. Vuelve a su forma.",
    en="You return the pictures flattened, `(N, H * W)`. Go back to their shape.")
exercise.mistake(
    "column_by_column", (RETURN, "flat = images.transpose(0, 2, 1).reshape(len(images), -1)[:, order]\n"
                                 "    return flat.reshape(len(images), images.shape[2], -1).transpose(0, 2, 1)"),
    es="Numeras los píxeles por columnas. El orden de lectura va por filas.",
    en="You number the pixels by columns. Reading order goes row by row.")
exercise.mistake(
    "sides_swapped", (".reshape(images.shape)", ".reshape(len(images), images.shape[2], images.shape[1])"),
    es="Cambias el alto por el ancho al volver a la forma de imagen.",
    en="You swap height and width when you go back to the shape of a picture.")
exercise.mistake(
    "a_new_order_each", (RETURN, "rng = np.random.default_rng(0)\n    rows = images.reshape(len(images), -1)\n"
                                 "    return np.stack([row[order if n == 0 else rng.permutation(order)] for n, row in "
                                 "enumerate(rows)]).reshape(images.shape)"),
    es="Cada imagen sale con un orden distinto. Tiene que ser el mismo, o no quedaría nada que aprender.",
    en="Each picture comes out in another order. It has to be the same, or nothing would be left to learn.")
exercise.mistake(
    "pictures_shuffled", (RETURN, "return images[order % len(images)][: len(images)]"),
    es="Cambias el orden de las imágenes, no el de sus píxeles.", en="You change the order of the pictures, not of their pixels.")
exercise.mistake(
    "order_ignored", ("[:, order]", "[:, np.random.default_rng(0).permutation(images[0].size)]"),
    es="No usas `order`: barajas con un sorteo tuyo.", en="You do not use `order`: you shuffle with a draw of your own.")
exercise.mistake(
    "rows_only", (RETURN, "return images[:, np.argsort(order[: images.shape[1]])]"),
    es="Barajas filas enteras. Se barajan píxeles sueltos.", en="You shuffle whole rows. Single pixels are to be shuffled.")
exercise.mistake(
    "all_pictures_in_one_row", (RETURN, "flat = images.reshape(-1).copy()\n    flat[: len(order)] = flat[order]\n"
                                        "    return flat.reshape(images.shape)"),
    es="Pones todas las imágenes en una sola fila: solo cambia la primera.",
    en="You put all pictures in a single row: only the first changes.")
exercise.mistake(
    "written_into_images", (RETURN, f"images[...] = {ROWS}.reshape(images.shape)\n    return images"),
    es="Escribes sobre las imágenes de quien te llama. Devuelve otras nuevas.",
    en="You write into the caller's pictures. Return new ones.")

exercise.alternative("taken", code="""
def permute_pixels(images, order):
    n, h, w = images.shape
    return np.take(images.reshape(n, h * w), order, axis=1).reshape(n, h, w)
""")
exercise.alternative("rows_and_columns", code="""
def permute_pixels(images, order):
    rows, columns = np.divmod(np.asarray(order), images.shape[2])
    return np.stack([image[rows, columns].reshape(image.shape) for image in images])
""")
