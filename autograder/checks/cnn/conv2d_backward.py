"""Exercise 2.3: convolution, backward."""

import numpy as np
import torch

from autograder import expect
from autograder.checks.cnn.conv2d_forward import LIBRARY, layer
from autograder.exercise import Exercise
from autograder.replies import parts
from autograder.text import Text

NAMES = ("dx", "dw", "db")

exercise = Exercise(
    "conv2d_backward", points=11,
    title=Text("La convolución, hacia atrás", "Convolution, backward"),
    uses=("conv2d_forward",),
    hints=(
        Text("En el ejemplo, ¿qué salidas miraron el píxel 1, y con qué peso? Lo que le vuelve es la suma de esos pesos por sus "
             "`dout`. Haz lo mismo con un peso: ¿qué píxeles tuvo debajo?",
             "In the example, which outputs looked at pixel 1, and with which weight? What comes back to it is the sum of those "
             "weights times their `dout`. Do the same for a weight: which pixels lay under it?"),
        Text("Recorre las entradas (i, j) del filtro y repite la rebanada de la ida: con ella, `dw[:, :, i, j]` es "
             "`np.einsum(\"nfhw,nchw->fc\", dout, padded[place])`.",
             "Go over the entries (i, j) of the filter and repeat the slice of the way forward: with it, `dw[:, :, i, j]` is "
             "`np.einsum(\"nfhw,nchw->fc\", dout, padded[place])`."),
        Text("Para `dx`, acumula en un array de ceros con la forma de la imagen rellena: "
             "`dpadded[place] += np.einsum(\"nfhw,fc->nchw\", dout, w[:, :, i, j])`.",
             "For `dx`, accumulate in an array of zeros of the shape of the padded picture: "
             "`dpadded[place] += np.einsum(\"nfhw,fc->nchw\", dout, w[:, :, i, j])`."),
    ),
    forbids=(*LIBRARY, "torch.autograd.grad", "torch.autograd.backward", "torch.func.grad", "torch.func.vjp"),
)


def oracle(dout, x, w, b, stride: int, pad: int) -> dict[str, np.ndarray]:
    """Return the three gradients as torch computes them."""
    leaves = [torch.from_numpy(v).requires_grad_() for v in (x, w, b)]
    torch.nn.functional.conv2d(*leaves, stride=stride, padding=pad).backward(torch.from_numpy(dout))
    return {name: leaf.grad.numpy() for name, leaf in zip(NAMES, leaves, strict=True)}


def derivative(draw, x, w, stride: int = 1, pad: int = 0) -> np.ndarray:
    sides = [(n + 2 * pad - k) // stride + 1 for n, k in zip(x.shape[2:], w.shape[2:], strict=True)]
    return draw.array(len(x), len(w), *sides)


def agrees(student, draw, x, w, b, stride: int = 1, pad: int = 0, names=NAMES):
    dout = derivative(draw, x, w, stride, pad)
    cache = student.keep("conv2d_forward", x, w, b, stride, pad).item(1)
    gradients = parts(student.keep("conv2d_backward", dout, cache), *NAMES)
    wanted = oracle(dout, x, w, b, stride, pad)
    for name in names:
        expect.near(gradients[NAMES.index(name)].value(), wanted[name], what=name)


def _plain(student, draw, *names):
    kh, kw = draw.sizes(2, 2, 4)
    height, width = draw.sizes(2, 5, 8)
    agrees(student, draw, *layer(draw, kh, kw, height, width), names=names)


@exercise.property(2, "`dx` es correcta: cada píxel suma lo de todos los sitios que lo taparon.",
                   "`dx` is right: each pixel adds up what comes from all places that covered it.")
def dx(student, draw):
    _plain(student, draw, "dx")


@exercise.property(2, "`dw` es correcta.", "`dw` is right.")
def dw(student, draw):
    _plain(student, draw, "dw")


@exercise.property(1, "`db` es correcta.", "`db` is right.")
def db(student, draw):
    _plain(student, draw, "db")


@exercise.property(2, "Con relleno: `dx`, con la forma de la imagen sin él, `dw` y `db`.",
                      "With padding: `dx`, of the shape of the picture without it, `dw` and `db`.")
def padding(student, draw):
    for pad in (1, 2):
        kh, kw = draw.sizes(2, 2, 4)
        agrees(student, draw, *layer(draw, kh, kw, *draw.sizes(2, 4, 7)), pad=pad)


@exercise.property(3, "Con paso, y con píxeles que ningún filtro llegó a tapar.",
                      "With a stride, and with pixels that no filter ever covered.")
def stride(student, draw):
    for step, pad in ((2, 0), (3, 0), (2, 1)):
        kh, kw = draw.sizes(2, 1, 3)
        agrees(student, draw, *layer(draw, kh, kw, kh + 2 * step + 1, kw + 3 * step), stride=step, pad=pad)


@exercise.property(1, "Deja `dout`, `x` y `w` como estaban.", "It leaves `dout`, `x` and `w` as they were.")
def inputs_unchanged(student, draw):
    x, w, b = layer(draw, 2, 3, 6, 5)
    dout = derivative(draw, x, w)
    mine = {name: student.put(value) for name, value in (("dout", dout), ("x", x), ("w", w))}
    cache = student.keep("conv2d_forward", mine["x"], mine["w"], b).item(1)
    gradients = parts(student.keep("conv2d_backward", mine["dout"], cache), *NAMES)
    for k, (name, value) in enumerate(oracle(dout, x, w, b, 1, 0).items()):
        expect.near(gradients[k].value(), value, what=name)
    for name, before in (("dout", dout), ("x", x), ("w", w)):
        expect.unchanged(before, mine[name].value(), name)


PLACE = "np.s_[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]"
DW = 'dw[:, :, i, j] = np.einsum("nfhw,nchw->fc", dout, padded[place])'
DX = 'dpadded[place] += np.einsum("nfhw,fc->nchw", dout, w[:, :, i, j])'
CROP = "dpadded[:, :, pad : pad + H, pad : pad + W]"
DB = "dout.sum(axis=(0, 2, 3))"

exercise.mistake(
    "stride_ignored", (PLACE, "np.s_[:, :, i : i + rows, j : j + columns]"),
    es="Olvidas el paso: repartes el gradiente a píxeles seguidos, y el filtro los miró a saltos de `stride`.",
    en="You forget the stride: you hand the gradient to pixels in a row, and the filter looked at them in steps of `stride`.")
exercise.mistake(
    "overwritten", (DX, DX.replace("+=", "=")),
    es="Escribes en `dx` con `=`: un píxel tapado por varios sitios se queda con el último. Acumula con `+=`.",
    en="You write into `dx` with `=`: a pixel covered by several places keeps the last one only. Accumulate with `+=`.")
exercise.mistake(
    "padding_not_cropped", (CROP, "dpadded"),
    es="`dx` conserva el relleno. Recórtalo: debe tener la forma de `x`.",
    en="`dx` still has the padding. Crop it: it must have the shape of `x`.")
exercise.mistake(
    "cropped_to_nothing", (CROP, "dpadded[:, :, pad:-pad, pad:-pad]"),
    es="`a[pad:-pad]` con `pad = 0` es `a[0:0]`: no deja nada. Recorta hasta `pad + H`.",
    en="`a[pad:-pad]` with `pad = 0` is `a[0:0]`: nothing is left. Crop up to `pad + H`.")
exercise.mistake(
    "cropped_from_the_start", (CROP, "dpadded[:, :, :H, :W]"),
    es="Recortas solo por el final: `dx` queda desplazada. El relleno también está arriba y a la izquierda.",
    en="You crop at the end only: `dx` comes out displaced. There is padding at the top and on the left too.")
exercise.mistake(
    "filter_flipped", ("dout, w[:, :, i, j])", "dout, w[:, :, w.shape[2] - 1 - i, w.shape[3] - 1 - j])"),
    es="Para `dx` usas el filtro dado la vuelta en cada rebanada. La entrada (i, j) multiplicó a esta rebanada: vuelve por ella "
       "misma.",
    en="For `dx` you use the flipped filter on each slice. Entry (i, j) multiplied this slice: it goes back through itself.")
exercise.mistake(
    "dw_flipped", ("dw[:, :, i, j] =", "dw[:, :, w.shape[2] - 1 - i, w.shape[3] - 1 - j] ="),
    es="`dw` sale dada la vuelta: lo de la entrada (i, j) va a `dw[:, :, i, j]`.",
    en="`dw` comes out flipped: what belongs to entry (i, j) goes to `dw[:, :, i, j]`.")
exercise.mistake(
    "weights_averaged", (DW, DW + " / len(dout)"),
    es="Divides `dw` entre el número de imágenes. El 1/N de la media ya viene dentro de `dout`.",
    en="You divide `dw` by the number of pictures. The 1/N of the mean is already inside `dout`.")
exercise.mistake(
    "one_picture_only", (DW, DW.replace("dout, padded[place]", "dout[-1:], padded[place][-1:]")),
    es="`dw` solo cuenta la última imagen. Los filtros son los mismos para todas: suma sobre ellas.",
    en="`dw` counts the last picture only. The filters are the same for all of them: add over them.")
exercise.mistake(
    "bias_mean", (DB, "dout.mean(axis=(0, 2, 3))"),
    es="`db` es una suma, no una media: el sesgo llega por todos los sitios.",
    en="`db` is a sum, not a mean: the bias gets there through all places.")
exercise.mistake(
    "bias_per_pixel", (DB, "dout.sum(axis=0)"),
    es="`db` conserva filas y columnas. Hay un sesgo por mapa: suma también sobre los sitios.",
    en="`db` keeps rows and columns. There is one bias a map: add over the places too.")
exercise.mistake(
    "bias_per_picture", (DB, "dout.sum(axis=(2, 3))"),
    es="`db` conserva el eje de las imágenes. Suma también sobre ellas.",
    en="`db` keeps the axis of the pictures. Add over them too.")
exercise.mistake(
    "bias_of_one_picture", (DB, "dout[0].sum(axis=(1, 2))"),
    es="`db` solo cuenta la primera imagen. Suma también sobre las demás.",
    en="`db` counts the first picture only. Add over the others too.")
exercise.mistake(
    "bias_with_spare_axes", (DB, "dout.sum(axis=(0, 2, 3), keepdims=True)"),
    es="`db` conserva ejes de longitud 1. Tiene la forma de `b`, (F,): quita `keepdims`.",
    en="`db` keeps axes of length 1. It has the shape of `b`, (F,): take `keepdims` away.")
exercise.mistake(
    "dx_alone", (f"return {CROP}, dw, {DB}", f"return {CROP}"),
    es="Devuelves solo `dx`. Se piden los tres gradientes, `(dx, dw, db)`.",
    en="You return `dx` alone. All three gradients are asked for, `(dx, dw, db)`.")
exercise.mistake(
    "dout_forgotten",
    ("    rows, columns = dout.shape[2:]\n",
     "    rows, columns = dout.shape[2:]\n    dout = np.ones(dout.shape)\n"),
    es="No usas los valores de `dout`: das la derivada de la suma de las salidas.",
    en="You do not use the values of `dout`: you give the derivative of the sum of the outputs.")
exercise.mistake(
    "other_order", (f"return {CROP}, dw, {DB}", f"return dw, {DB}, {CROP}"),
    es="Los gradientes son los debidos, pero en otro orden. Se pide (dx, dw, db).",
    en="The gradients are the right ones, in another order. (dx, dw, db) is asked for.")
exercise.mistake(
    "weights_overwritten",
    ("np.zeros(padded.shape), np.zeros(w.shape)", "np.zeros(padded.shape), w"), (DW, "now = w[:, :, i, j].copy()"),
    (DX, DX.replace("w[:, :, i, j]", "now") + "\n        " + DW),
    es="Guardas `dw` sobre los pesos mismos, y la capa los pierde. Crea un array nuevo con `np.zeros`.",
    en="You store `dw` in the weights themselves, and the layer loses them. Make a new array with `np.zeros`.")

exercise.alternative("place_by_place", code="""
def conv2d_backward(dout, cache):
    padded, w, stride, pad = cache
    kh, kw = w.shape[2:]
    dx, dw = np.zeros_like(padded), np.zeros_like(w)
    for r, c in np.ndindex(dout.shape[2:]):
        window = np.s_[:, :, r * stride : r * stride + kh, c * stride : c * stride + kw]
        dw += np.tensordot(dout[:, :, r, c], padded[window], axes=(0, 0))
        dx[window] += np.tensordot(dout[:, :, r, c], w, axes=(1, 0))
    height, width = padded.shape[2:]
    return [dx[:, :, pad : height - pad, pad : width - pad], dw, np.einsum("nfrc->f", dout)]
""")
exercise.alternative("transposed_convolution", code="""
def conv2d_backward(dout, cache):
    padded, w, stride, pad = cache
    N, F, rows, columns = dout.shape
    kh, kw = w.shape[2:]
    height, width = padded.shape[2:]
    spread = np.zeros((N, F, height + kh - 1, width + kw - 1))  # the places, as far apart as they were, with a border
    spread[:, :, kh - 1 : kh - 1 + stride * rows : stride, kw - 1 : kw - 1 + stride * columns : stride] = dout
    windows = np.lib.stride_tricks.sliding_window_view(spread, (kh, kw), axis=(2, 3))
    dx = np.einsum("nfuvij,fcij->ncuv", windows, w[:, :, ::-1, ::-1])
    seen = np.lib.stride_tricks.sliding_window_view(padded, (kh, kw), axis=(2, 3))[:, :, ::stride, ::stride]
    dw = np.einsum("nfrs,ncrsij->fcij", dout, seen[:, :, :rows, :columns])
    return dx[:, :, pad : height - pad, pad : width - pad], dw, dout.sum((0, 2, 3))
""")
