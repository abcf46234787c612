"""Exercise 2.2: convolution, forward."""

import numpy as np
import torch

from autograder import expect
from autograder.exercise import Exercise
from autograder.replies import parts
from autograder.text import Text

LIBRARY = (
    "torch.conv1d", "torch.conv2d", "torch.conv3d", "torch.convolution", "torch.conv_transpose2d", "torch.nn.functional.conv1d",
    "torch.nn.functional.conv2d", "torch.nn.functional.conv3d", "torch.nn.functional.conv_transpose2d",
    "torch.nn.functional.unfold", "torch.nn.functional.fold", "torch.nn.Conv2d.forward", "torch.nn.Unfold.forward",
    "torch.nn.grad.conv2d_input", "torch.nn.grad.conv2d_weight", "scipy.signal.correlate", "scipy.signal.correlate2d",
    "scipy.signal.convolve", "scipy.signal.convolve2d", "scipy.signal.fftconvolve", "scipy.signal.oaconvolve",
    "scipy.ndimage.correlate", "scipy.ndimage.convolve",
)

exercise = Exercise(
    "conv2d_forward", points=10,
    title=Text("La convolución, hacia adelante", "Convolution, forward"),
    uses=("conv_out",),
    hints=(
        Text("`np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))` rellena solo filas y columnas.",
             "`np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))` pads rows and columns only."),
        Text("Para la entrada (i, j) del filtro, la rebanada es "
             "`padded[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]`, de forma (N, C, rows, columns).",
             "For entry (i, j) of the filter, the slice is "
             "`padded[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]`, of shape (N, C, rows, columns)."),
        Text("`np.einsum(\"nchw,fc->nfhw\", seen, w[:, :, i, j])` multiplica por los pesos y suma los canales. Súmalo a `out` y "
             "pon el sesgo una sola vez: `b[:, None, None]`.",
             "`np.einsum(\"nchw,fc->nfhw\", seen, w[:, :, i, j])` multiplies by the weights and adds the channels. Add it to `out`, "
             "and put the bias in just once: `b[:, None, None]`."),
    ),
    forbids=LIBRARY,
)


def layer(draw, kh: int, kw: int, height: int, width: int, n: int = 2, c: int = 3, f: int = 4):
    """Draw pictures, filters and biases."""
    return draw.array(n, c, height, width), draw.array(f, c, kh, kw), draw.array(f)


def oracle(x, w, b, stride: int = 1, pad: int = 0) -> np.ndarray:
    return torch.nn.functional.conv2d(*map(torch.from_numpy, (x, w, b)), stride=stride, padding=pad).numpy()


def agrees(student, x, w, b, stride: int = 1, pad: int = 0):
    seen = parts(student.keep("conv2d_forward", x, w, b, stride, pad), "out", "cache")[0].value()
    wanted = oracle(*(np.ascontiguousarray(v if isinstance(v, np.ndarray) else v.value()) for v in (x, w, b)), stride, pad)
    expect.near(seen, wanted, what="out")


@exercise.property(2, "Un solo canal y un solo filtro, cuadrado: la suma de productos en cada sitio, sin dar la vuelta al filtro.",
                   "A single channel and a single square filter: the sum of products in each place, the filter not flipped.")
def one_filter(student, draw):
    x, w, b = layer(draw, 3, 3, *draw.sizes(2, 5, 9), n=1, c=1, f=1)
    seen = parts(student.keep("conv2d_forward", x, w, b), "out", "cache")[0].value()
    expect.near(seen, oracle(x, w, b), what="out")


@exercise.property(2, "Varios canales y varios filtros que no son cuadrados: los canales se suman y cada mapa lleva su sesgo.",
                   "Several channels and several filters that are not square: channels are added, and each map has its bias.")
def channels(student, draw):
    n, c, f = draw.sizes(3, 2, 5)
    kh, kw = draw.sizes(2, 2, 4)
    height, width = draw.sizes(2, 6, 9)
    agrees(student, *layer(draw, kh, kw, height, width, n, c, f))


@exercise.property(2, "Con relleno en los cuatro lados.", "With padding on all four sides.")
def padding(student, draw):
    for pad in (1, 2):
        kh, kw = draw.sizes(2, 2, 4)
        agrees(student, *layer(draw, kh, kw, *draw.sizes(2, 5, 8)), pad=pad)


@exercise.property(2, "Con paso, también cuando sobran filas o columnas.", "With a stride, also where rows or columns are left over.")
def stride(student, draw):
    for step, pad in ((2, 0), (3, 0), (2, 1)):
        kh, kw = draw.sizes(2, 2, 4)
        height, width = kh + 2 * step + 1, kw + 3 * step  # a row is left over (two paddings make it fit again)
        agrees(student, *layer(draw, kh, kw, height, width), stride=step, pad=pad)


@exercise.property(1, "Casos extremos: filtro de un píxel, filtro tan grande como la imagen, una sola imagen.",
                   "Extremes: a filter of one pixel, a filter as large as the picture, a single picture.")
def extremes(student, draw):
    height, width = draw.sizes(2, 3, 6)
    agrees(student, *layer(draw, 1, 1, height, width), stride=2)
    agrees(student, *layer(draw, height, width, height, width, n=1))


@exercise.property(1, "Deja `x`, `w` y `b` como estaban, también si son vistas.", "It leaves `x`, `w` and `b` as they were, views too.")
def inputs_unchanged(student, draw):
    x, w, b = layer(draw, 2, 3, 6, 5)
    mine = [student.put(np.ascontiguousarray(v.T)).keep_method("transpose") for v in (x, w, b)]
    agrees(student, *mine)
    for handle, before, name in zip(mine, (x, w, b), ("x", "w", "b"), strict=True):
        expect.unchanged(before, handle.value(), name)


SUM = 'out += np.einsum("nchw,fc->nfhw", seen, w[:, :, i, j])'
PAD = "np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))"
START = "out = np.zeros((N, F, rows, columns)) + b[:, None, None]"

exercise.mistake(
    "flipped", ("w[:, :, i, j]", "w[:, :, kh - 1 - i, kw - 1 - j]"),
    es="Das la vuelta al filtro. Eso es la convolución de los matemáticos; aquí el filtro se usa tal cual: `w[:, :, i, j]`.",
    en="You flip the filter. That is the convolution of mathematicians; here the filter is used as it is: `w[:, :, i, j]`.")
exercise.mistake(
    "padding_at_the_start", (PAD, "np.pad(x, ((0, 0), (0, 0), (2 * pad, 0), (2 * pad, 0)))"),
    es="Pones todo el relleno arriba y a la izquierda. Van `pad` ceros en cada uno de los cuatro lados.",
    en="You put all the padding at the top and on the left. `pad` zeros go on each of the four sides.")
exercise.mistake(
    "padding_copies_the_edge", ("(pad, pad)))", "(pad, pad)), mode=\"edge\")"),
    es="Rellenas con copias del borde. Se piden ceros.", en="You pad with copies of the edge. Zeros are asked for.")
exercise.mistake(
    "padding_ignored", (PAD, "x"), ("kh, stride, pad)", "kh, stride)"), ("kw, stride, pad)", "kw, stride)"),
    es="No usas `pad`: la salida sale más pequeña.", en="You do not use `pad`: the output comes out smaller.")
exercise.mistake(
    "bias_along_the_row", ("b[:, None, None]", "b"),
    es="`b` a secas se suma a lo largo del último eje, las columnas. Hay un sesgo por mapa: `b[:, None, None]`.",
    en="`b` on its own is added along the last axis, the columns. There is one bias a map: `b[:, None, None]`.")
exercise.mistake(
    "bias_at_each_entry", (START, "out = np.zeros((N, F, rows, columns))"), (SUM, SUM + " + b[:, None, None]"),
    es="Sumas el sesgo dentro del bucle, una vez por entrada del filtro. Va una sola vez.",
    en="You add the bias inside the loop, once for each entry of the filter. It goes in just once.")
exercise.mistake(
    "bias_forgotten", (START, "out = np.zeros((N, F, rows, columns))"),
    es="Falta el sesgo.", en="The bias is missing.")
exercise.mistake(
    "out_alone", ("return out, (padded, w, stride, pad)", "return out"),
    es="Devuelves solo `out`. Se pide la pareja `(out, cache)`.", en="You return `out` alone. The pair `(out, cache)` is asked for.")
exercise.mistake(
    "overwritten", (SUM, SUM.replace("+=", "=")),
    es="Escribes `out = …` en el bucle: queda solo la última entrada del filtro. Acumula con `+=`.",
    en="You write `out = …` in the loop: only the last entry of the filter is left. Accumulate with `+=`.")
exercise.mistake(
    "filter_transposed", ("w[:, :, i, j]", "w[:, :, j, i]"),
    es="Lees el filtro con filas y columnas cambiadas: es `w[:, :, i, j]`, y `i` recorre las filas.",
    en="You read the filter with rows and columns swapped: it is `w[:, :, i, j]`, and `i` goes along the rows.")
exercise.mistake(
    "filter_height_twice", ("np.ndindex(kh, kw)", "np.ndindex(kh, kh)"),
    es="Usas `kh` en los dos bucles. El filtro mide `kh` de alto y `kw` de ancho.",
    en="You use `kh` in both loops. The filter is `kh` tall and `kw` wide.")
exercise.mistake(
    "padding_at_the_end", (PAD, "np.pad(x, ((0, 0), (0, 0), (0, 2 * pad), (0, 2 * pad)))"),
    es="Pones todo el relleno abajo y a la derecha. Van `pad` ceros en cada uno de los cuatro lados.",
    en="You put all the padding below and on the right. `pad` zeros go on each of the four sides.")
exercise.mistake(
    "slice_without_end", ("i : i + stride * rows : stride, j : j + stride * columns : stride]", "i::stride, j::stride]"),
    es="La rebanada de (i, j) no tiene final: llega hasta el borde y sale mayor que el mapa. Acaba en `i + stride * rows` y "
       "`j + stride * columns`.",
    en="The slice of (i, j) has no end: it goes on to the border and comes out larger than the map. It ends at `i + stride * rows` "
       "and `j + stride * columns`.")
exercise.mistake(
    "size_without_stride", ("kh, stride, pad)", "kh, 1, pad)"), ("kw, stride, pad)", "kw, 1, pad)"),
    es="Calculas el tamaño de la salida sin el paso: pasa también `stride` a `conv_out`.",
    en="You work out the size of the output without the stride: pass `stride` to `conv_out` too.")
exercise.mistake(
    "first_channel_only", (SUM, 'out += np.einsum("nhw,f->nfhw", seen[:, 0], w[:, 0, i, j])'),
    es="Solo miras el primer canal. Los productos se suman sobre todos los canales.",
    en="You look at the first channel only. The products are added over all channels.")
exercise.mistake(
    "channels_averaged", (SUM, SUM + " / C"),
    es="Promedias los canales. Se suman.", en="You average the channels. They are added.")
exercise.mistake(
    "channels_not_summed", (SUM, SUM.replace("nchw,fc->nfhw", "nchw,fc->nfchw")),
    ("(N, F, rows, columns)) + b[:, None, None]", "(N, F, C, rows, columns)) + b[:, None, None, None]"),
    es="Dejas un mapa por canal. Cada filtro da un solo mapa: suma sobre los canales.",
    en="You leave one map a channel. Each filter makes a single map: add over the channels.")
exercise.mistake(
    "stride_not_walked", ("i + stride * rows : stride, j : j + stride * columns : stride]", "i + rows, j : j + columns]"),
    es="La salida tiene el tamaño debido, pero el filtro avanza de uno en uno: en la rebanada falta el paso, `: stride`.",
    en="The output has the right size, but the filter moves one pixel at a time: the slice lacks the step, `: stride`.")
exercise.mistake(
    "stride_ignored", ("N, C, H, W = x.shape", "N, C, H, W = x.shape\n    stride = 1"),
    es="No usas `stride`: el filtro pasa por todos los píxeles.", en="You do not use `stride`: the filter goes over every pixel.")
exercise.mistake(
    "output_too_small", ("conv_out(H, kh, stride, pad), conv_out(W, kw, stride, pad)",
                         "(H + 2 * pad - kh) // stride, (W + 2 * pad - kw) // stride"),
    es="La salida pierde su última fila y su última columna: al número de avances hay que sumarle 1.",
    en="The output loses its last row and its last column: 1 has to be added to the number of moves.")
exercise.mistake(
    "square_filters_only", ("F, _, kh, kw = w.shape", "F, _, kh, kw = w.shape\n    kw = kh"),
    es="Tratas el filtro como cuadrado. `kh` y `kw` pueden ser distintos.",
    en="You treat the filter as square. `kh` and `kw` may differ.")
exercise.mistake(
    "axes_mixed_by_reshape",
    ("return out, (", "out = out.transpose(0, 2, 3, 1).reshape(N, F, rows, columns)\n    return out, ("),
    es="Tienes los canales al final y usas `reshape` para llevarlos delante: eso mezcla los números de mapas y píxeles. Se "
       "mueven con `transpose(0, 3, 1, 2)`.",
    en="You have the channels last and bring them forward with `reshape`: that mixes the numbers of maps and pixels. They are "
       "moved with `transpose(0, 3, 1, 2)`.")
exercise.mistake(
    "bias_reshaped_in_place", (START, "b.shape = (F, 1, 1)\n    out = np.zeros((N, F, rows, columns)) + b"),
    es="`b.shape = …` cambia el array de quien te llama. `b.reshape(…)` o `b[:, None, None]` dan una vista nueva.",
    en="`b.shape = …` changes the caller's array. `b.reshape(…)` or `b[:, None, None]` give a new view.")

exercise.alternative("windows", code="""
def conv2d_forward(x, w, b, stride=1, pad=0):
    padded = np.pad(x, [(0, 0)] * 2 + [(pad, pad)] * 2)
    windows = np.lib.stride_tricks.sliding_window_view(padded, w.shape[2:], axis=(2, 3))[:, :, ::stride, ::stride]
    out = np.tensordot(windows, w, axes=[(1, 4, 5), (1, 2, 3)])  # (N, rows, columns, F)
    return np.moveaxis(out + b, -1, 1), (x, w, stride, pad)
""")
exercise.alternative("columns_and_a_product", code="""
def conv2d_forward(x, w, b, stride=1, pad=0):
    N, C, H, W = x.shape
    F, _, kh, kw = w.shape
    rows, columns = conv_out(H, kh, stride, pad), conv_out(W, kw, stride, pad)
    canvas = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    canvas[:, :, pad : pad + H, pad : pad + W] = x
    out = np.empty((N, F, rows, columns))
    for r in range(rows):
        for c in range(columns):
            patch = canvas[:, :, r * stride : r * stride + kh, c * stride : c * stride + kw]
            out[:, :, r, c] = patch.reshape(N, -1) @ w.reshape(F, -1).T + b
    return out, {"canvas": canvas, "w": w, "stride": stride, "pad": pad}
""")
exercise.alternative("single_precision_loops", code="""
def conv2d_forward(x, w, b, stride=1, pad=0):
    x, w, b = (np.asarray(v, dtype=np.float32) for v in (x, w, b))
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    rows, columns = conv_out(x.shape[2], w.shape[2], stride, pad), conv_out(x.shape[3], w.shape[3], stride, pad)
    out = np.zeros((len(x), len(w), rows, columns), dtype=np.float32)
    for n, f, r, c in np.ndindex(out.shape):
        u, v = r * stride, c * stride
        out[n, f, r, c] = b[f] + np.sum(padded[n, :, u : u + w.shape[2], v : v + w.shape[3]] * w[f])
    return [out, None]
""")
