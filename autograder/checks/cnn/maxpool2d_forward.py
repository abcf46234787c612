"""Exercise 2.4: max-pooling, forward."""

import torch

from autograder import expect
from autograder.exercise import Exercise
from autograder.replies import parts
from autograder.text import Text

LIBRARY = ("torch.max_pool2d", "torch.nn.functional.max_pool2d", "torch.nn.functional.max_pool2d_with_indices",
           "torch.nn.functional.adaptive_max_pool2d", "torch.nn.MaxPool2d.forward", "torch.nn.functional.unfold",
           "torch.nn.Unfold.forward")

exercise = Exercise(
    "maxpool2d_forward", points=5,
    title=Text("El mayor de cada ventana, hacia adelante", "The largest of each window, forward"),
    uses=("conv_out",),
    hints=(
        Text("Como en la convolución, la rebanada de (i, j) reúne un píxel de cada ventana. Hay `k * k` rebanadas: apílalas con "
             "`np.stack(…, axis=-1)` y toma el máximo del último eje.",
             "As in convolution, the slice of (i, j) gathers one pixel of each window. There are `k * k` slices: stack them with "
             "`np.stack(…, axis=-1)` and take the maximum of the last axis."),
        Text("Rellena con `constant_values=-np.inf`: menos infinito no gana nunca.",
             "Pad with `constant_values=-np.inf`: minus infinity never wins."),
        Text("Guarda en `cache` quién ganó, `argmax(axis=-1)`: lo necesitarás en 2.5.",
             "Keep in `cache` who won, `argmax(axis=-1)`: you will need it in 2.5."),
    ),
    forbids=LIBRARY,
)


def agrees(student, x, k: int, stride: int, pad: int = 0):
    seen = parts(student.keep("maxpool2d_forward", x, k, stride, pad), "out", "cache")[0].value()
    expect.near(seen, torch.nn.functional.max_pool2d(torch.from_numpy(x), k, stride, pad), what="out")


@exercise.property(2, "Ventanas una al lado de otra, canal por canal.", "Windows side by side, channel by channel.")
def side_by_side(student, draw):
    n, c, rows, columns = draw.sizes(4, 2, 5)
    for k in (2, 3):
        x = draw.array(n, c, k * rows, k * columns)
        seen = parts(student.keep("maxpool2d_forward", x, k, k), "out", "cache")[0].value()  # pad is left at its default
        expect.near(seen, torch.nn.functional.max_pool2d(torch.from_numpy(x), k, k), what="out")


@exercise.property(2, "Ventanas que se solapan o dejan huecos, también cuando sobran filas o columnas.",
                   "Windows that overlap or leave gaps, also where rows or columns are left over.")
def overlapping(student, draw):
    for k, stride in ((3, 1), (3, 2), (2, 3), (4, 3)):
        agrees(student, draw.array(2, 3, k + 2 * stride + (stride > 1), k + 3 * stride), k, stride)


@exercise.property(3, "El relleno no gana nunca, aunque todos los píxeles sean negativos.",
                   "Padding never wins, even where all pixels are negative.")
def negative_with_padding(student, draw):
    for k, stride, pad, scale in ((2, 2, 1, 1), (3, 2, 1, 1), (4, 3, 2, 1e6)):
        agrees(student, scale * (draw.array(2, 3, *draw.sizes(2, 5, 8)) - 10), k, stride, pad)


@exercise.property(1, "Casos extremos: ventana de un píxel y ventana tan grande como la imagen.",
                   "Extremes: a window of one pixel, and a window as large as the picture.")
def extremes(student, draw):
    side = int(draw.integers(3, 6))
    agrees(student, draw.array(2, 3, side, side + 2), 1, 2)
    agrees(student, draw.array(1, 2, side, side), side, 1)


@exercise.property(1, "Deja `x` como estaba.", "It leaves `x` as it was.")
def input_unchanged(student, draw):
    x = draw.array(2, 3, 4, 6)
    mine = student.put(x)
    seen = parts(student.keep("maxpool2d_forward", mine, 2, 2), "out", "cache")[0].value()
    expect.near(seen, torch.nn.functional.max_pool2d(torch.from_numpy(x), 2), what="out")
    expect.unchanged(x, mine.value(), "x")


RETURN = "return windows.max(axis=-1), ("
SEEN = "padded[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]"

exercise.mistake(
    "zeros_win", (", constant_values=-np.inf", ""),
    es="Rellenas con ceros, y un cero gana a cualquier número negativo. Rellena con `-np.inf`.",
    en="You pad with zeros, and a zero beats any negative number. Pad with `-np.inf`.")
exercise.mistake(
    "padding_not_low_enough", ("-np.inf", "-1000.0"),
    es="Rellenas con un número negativo cualquiera, y puede haber píxeles menores. Rellena con `-np.inf`.",
    en="You pad with just some negative number, and pixels may be less than that. Pad with `-np.inf`.")
exercise.mistake(
    "out_alone", ("return windows.max(axis=-1), (x.shape, k, stride, pad, winner)", "return windows.max(axis=-1)"),
    es="Devuelves solo `out`. Se pide la pareja `(out, cache)`.", en="You return `out` alone. The pair `(out, cache)` is asked for.")
exercise.mistake(
    "mean", (RETURN, RETURN.replace("max", "mean")),
    es="Eso es la agrupación por medias. Aquí se pide el máximo.", en="That is average pooling. The maximum is asked for here.")
exercise.mistake(
    "minimum", (RETURN, RETURN.replace("max", "min")),
    es="Te quedas con el menor de cada ventana.", en="You keep the smallest of each window.")
exercise.mistake(
    "largest_in_size", ("windows = np.stack(seen, axis=-1)", "windows = np.abs(np.stack(seen, axis=-1))"),
    es="Comparas tamaños sin signo: −5 no es mayor que 1.", en="You compare sizes without sign: −5 is not larger than 1.")
exercise.mistake(
    "stride_is_k", ("    rows, columns = conv_out(", "    stride = k\n    rows, columns = conv_out("),
    es="No usas `stride`: pones siempre las ventanas una al lado de otra.",
    en="You do not use `stride`: you always put the windows side by side.")
exercise.mistake(
    "stride_not_walked", (SEEN, "padded[:, :, i : i + rows, j : j + columns]"),
    es="La salida tiene el tamaño debido, pero las ventanas avanzan de píxel en píxel: en la rebanada falta el paso, `: stride`.",
    en="The output has the right size, but the windows move pixel by pixel: the slice lacks the step, `: stride`.")
exercise.mistake(
    "diagonal_only", ("for i, j in np.ndindex(k, k)", "for i in range(k) for j in [i]"),
    es="Solo miras la diagonal de cada ventana: faltan las parejas con i y j distintos.",
    en="You look at the diagonal of each window only: the pairs with different i and j are missing.")
exercise.mistake(
    "across_channels", (RETURN, "windows = windows.max(axis=1, keepdims=True) + 0 * windows\n    " + RETURN),
    es="Mezclas los canales: cada canal se queda con su propio máximo.",
    en="You mix the channels: each channel keeps a maximum of its own.")
exercise.mistake(
    "rounded_up", ("rows, columns = conv_out(x.shape[2], k, stride, pad), conv_out(x.shape[3], k, stride, pad)",
                   "rows, columns = (-(-(n + 2 * pad - k) // stride) + 1 for n in x.shape[2:])"),
    ("(pad, pad), (pad, pad)), constant", "(pad, pad + stride), (pad, pad + stride)), constant"),
    es="Redondeas hacia arriba: añades una última ventana que se sale de la imagen. Lo que sobra no cuenta.",
    en="You round up: you add a last window that sticks out of the picture. What is left over does not count.")
exercise.mistake(
    "padding_at_the_start", ("((0, 0), (0, 0), (pad, pad), (pad, pad))", "((0, 0), (0, 0), (2 * pad, 0), (2 * pad, 0))"),
    es="Pones todo el relleno arriba y a la izquierda. Va en los cuatro lados.",
    en="You put all the padding at the top and on the left. It goes on all four sides.")
exercise.mistake(
    "padding_ignored", ("    rows, columns = conv_out(", "    pad = 0\n    rows, columns = conv_out("),
    es="No usas `pad`.", en="You do not use `pad`.")
exercise.mistake(
    "relu_inside", (RETURN, "return np.maximum(windows.max(axis=-1), 0), ("),
    es="Empiezas a comparar desde 0: en una ventana de números negativos el mayor sigue siendo negativo. Empieza en `-np.inf`.",
    en="You begin to compare at 0: in a window of negative numbers the largest is still negative. Begin at `-np.inf`.")
exercise.mistake(
    "written_into_x", ("    padded = np.pad", "    x[x < x.max()] -= 1e-3\n    padded = np.pad"),
    es="Escribes sobre `x`. Devuelve números nuevos.", en="You write into `x`. Return new numbers.")

exercise.alternative("running_maximum", code="""
def maxpool2d_forward(x, k, stride, pad=0):
    rows, columns = conv_out(x.shape[2], k, stride, pad), conv_out(x.shape[3], k, stride, pad)
    padded = np.full((*x.shape[:2], x.shape[2] + 2 * pad, x.shape[3] + 2 * pad), -np.inf)
    padded[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]] = x
    out = np.full((*x.shape[:2], rows, columns), -np.inf)
    for i in range(k):
        for j in range(k):
            out = np.maximum(out, padded[:, :, i:, j:][:, :, ::stride, ::stride][:, :, :rows, :columns])
    return out, (x, padded, k, stride, pad, out)
""")
exercise.alternative("windows", code="""
def maxpool2d_forward(x, k, stride, pad=0):
    padded = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)], constant_values=np.finfo(x.dtype).min)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (k, k), axis=(2, 3))[:, :, ::stride, ::stride]
    return windows.max(axis=(4, 5)), None
""")
