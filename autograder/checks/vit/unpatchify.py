"""Exercise 8.1: patches put back together."""

import torch

from autograder import expect
from autograder.checks.vit import cut, single
from autograder.checks.vit.patchify import sizes
from autograder.exercise import Exercise
from autograder.text import Text

exercise = Exercise(
    "unpatchify", points=5,
    title=Text("Volver a pegar", "Gluing back"),
    hints=(
        Text("Es `patchify` leído de abajo arriba: primero se separan los ejes, después se ordenan, al final se juntan.",
             "It is `patchify` read from the bottom up: first the axes are split, then ordered, at the end joined."),
        Text("Un parche tiene `P * P * C` números: divide entre los canales y saca la raíz.",
             "A patch holds `P * P * C` numbers: divide by the channels and take the root."),
    ),
)


def agrees(student, draw, B: int, C: int, H: int, W: int, P: int):
    x = single(draw, B, C, H, W)
    patches = torch.from_numpy(cut(x.numpy(), P)).float()
    expect.same(student.call("unpatchify", patches, C, H, W), x, what="unpatchify(patches, C, H, W)")


@exercise.property(2, "Con un canal, devuelve cada píxel a su sitio.", "With one channel, it puts each pixel back in its place.")
def one_channel(student, draw):
    B, _, H, W, P = sizes(draw)
    agrees(student, draw, B, 1, H, W, P)


@exercise.property(2, "Con varios canales, también.", "With several channels, too.")
def channels(student, draw):
    B, _, H, W, P = sizes(draw)
    agrees(student, draw, B, 3, H, W, P)
    agrees(student, draw, B, 2, W, H, P)


@exercise.property(1, "Vale para una sola imagen, para un solo parche y para parches de un píxel.",
                   "It works for a single picture, for a single patch and for patches of one pixel.")
def edges(student, draw):
    agrees(student, draw, 1, 2, 6, 4, 2)
    agrees(student, draw, 3, 2, 4, 4, 4)
    agrees(student, draw, 2, 3, 2, 5, 1)


LAID = "patches.reshape(B, height // P, width // P, P, P, channels)"
ORDER = "laid.permute(0, 5, 1, 3, 2, 4)"
SIDE = "P = math.isqrt(size // channels)"

exercise.mistake("one_reshape", (f"    laid = {LAID}\n    return {ORDER}.reshape(", "    return patches.reshape("),
    es="Un solo `reshape` pone los números en el orden en que están, no en su sitio.",
    en="A single `reshape` puts the numbers in the order in which they are, not in their place.")
exercise.mistake("channel_first", (LAID, "patches.reshape(B, height // P, width // P, channels, P, P)"),
    (ORDER, "laid.permute(0, 3, 1, 4, 2, 5)"),
    es="Lees cada parche como (canal, fila, columna). `patchify` los deja como (fila, columna, canal).",
    en="You read each patch as (channel, row, column). `patchify` leaves them as (row, column, channel).")
exercise.mistake("pixels_transposed", (ORDER, "laid.permute(0, 5, 1, 4, 2, 3)"),
    es="Dentro de cada parche cambias filas por columnas.", en="Within each patch you swap rows and columns.")
exercise.mistake("column_by_column", (LAID, "patches.reshape(B, width // P, height // P, P, P, channels).transpose(1, 2)"),
    es="Tomas los parches columna a columna. Van fila a fila.", en="You take the patches column by column. They go row by row.")
exercise.mistake("axes_not_interleaved", (ORDER, "laid.permute(0, 5, 1, 2, 3, 4)"),
    es="Juntas el eje de los parches con el de los parches. El alto son filas de parches y, dentro, filas de píxeles.",
    en="You join the axis of patches with the axis of patches. The height is rows of patches and, inside, rows of pixels.")
exercise.mistake("pixel_before_patch", (ORDER, "laid.permute(0, 5, 3, 1, 4, 2)"),
    es="Pones el píxel antes que el parche: la imagen sale a cuadritos.",
    en="You put the pixel before the patch: the picture comes out as a mosaic.")
exercise.mistake("grid_swapped", (LAID, "patches.reshape(B, width // P, height // P, P, P, channels)"),
    es="La rejilla está girada: hacia abajo hay `height // P` parches.",
    en="The grid is turned: there are `height // P` patches down.")
exercise.mistake("channels_ignored", (SIDE, "P = math.isqrt(size)"),
    es="`P` sale de todo lo que mide el parche. Antes divide entre los canales.",
    en="You take `P` from the whole size of the patch. Divide by the channels first.")
exercise.mistake("square_grid", (LAID, "patches.reshape(B, math.isqrt(N), math.isqrt(N), P, P, channels)"),
    es="Supones tantos parches hacia abajo como de lado. Usa `height` y `width`.",
    en="You take as many patches down as across. Use `height` and `width`.")
exercise.mistake("channels_last", (ORDER + ".reshape(B, channels, height, width)", "laid.permute(0, 1, 3, 2, 4, 5).reshape(B, height, "
                                   "width, channels)"),
    es="Devuelves `(B, H, W, C)`. El canal va delante.", en="You return `(B, H, W, C)`. The channel goes in front.")
exercise.mistake("output_transposed", (ORDER + ".reshape(B, channels, height, width)", "laid.permute(0, 5, 2, 4, 1, 3).reshape(B, "
                                       "channels, width, height)"),
    es="La imagen sale girada, `(B, C, W, H)`.", en="The picture comes out turned, `(B, C, W, H)`.")

exercise.alternative("fold", code="""
def unpatchify(patches, channels, height, width):
    B, N, size = patches.shape
    P = int((size / channels) ** 0.5 + 0.5)
    columns = patches.reshape(B, N, P * P, channels).permute(0, 3, 2, 1).flatten(1, 2)
    return functional.fold(columns, (height, width), P, stride=P)
""")
exercise.alternative("loops", code="""
def unpatchify(patches, channels, height, width):
    B, N, size = patches.shape
    P = round(math.sqrt(size / channels))
    x = torch.zeros(B, channels, height, width)
    n = 0
    for i in range(0, height, P):
        for j in range(0, width, P):
            x[:, :, i : i + P, j : j + P] = patches[:, n].reshape(B, P, P, channels).permute(0, 3, 1, 2)
            n += 1
    return x
""")
