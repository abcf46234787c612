"""Exercise 2.5: max-pooling, backward."""

import numpy as np

from autograder import expect
from autograder.checks.cnn.maxpool2d_forward import LIBRARY
from autograder.exercise import Exercise
from autograder.text import Text

exercise = Exercise(
    "maxpool2d_backward", points=6,
    title=Text("El mayor de cada ventana, hacia atrás", "The largest of each window, backward"),
    uses=("maxpool2d_forward",),
    hints=(
        Text("`argmax` da el primero donde hay empate: si apilaste las rebanadas en orden de lectura, ese es el ganador.",
             "`argmax` gives the first where there is a tie: if you stacked the slices in reading order, that is the winner."),
        Text("Repite las `k * k` rebanadas: en la número n, acumula `dout * (winner == n)`.",
             "Repeat the `k * k` slices: in number n, accumulate `dout * (winner == n)`."),
    ),
    forbids=(*LIBRARY, "torch.nn.functional.max_unpool2d", "torch.autograd.grad", "torch.autograd.backward", "torch.func.grad",
             "torch.func.vjp"),
)


def oracle(dout, x, k: int, stride: int, pad: int) -> np.ndarray:
    """Return the gradient, one window at a time: to the first of the largest in reading order."""
    dx = np.zeros(x.shape)
    for n, c, r, s in np.ndindex(dout.shape):
        inside = [(u, v) for u in range(r * stride - pad, r * stride - pad + k) for v in range(s * stride - pad, s * stride - pad + k)
                  if 0 <= u < x.shape[2] and 0 <= v < x.shape[3]]
        winner = max(inside, key=lambda place: x[n, c, *place])  # the first of several
        dx[n, c, *winner] += dout[n, c, r, s]
    return dx


def agrees(student, draw, x, k: int, stride: int, pad: int = 0):
    sides = [(n + 2 * pad - k) // stride + 1 for n in x.shape[2:]]
    dout = draw.array(*x.shape[:2], *sides)
    cache = student.keep("maxpool2d_forward", x, k, stride, pad).item(1)
    expect.near(student.call("maxpool2d_backward", dout, cache), oracle(dout, x, k, stride, pad), what="dx")


@exercise.property(2, "En ventanas una al lado de otra, el gradiente va al ganador.",
                      "In windows side by side, the gradient goes to the winner.")
def side_by_side(student, draw):
    n, c, rows, columns = draw.sizes(4, 2, 5)
    for k in (2, 3):
        agrees(student, draw, draw.array(n, c, k * rows, k * columns), k, k)


@exercise.property(2, "Donde se solapan, el que gana en varias suma; donde no llega ninguna, queda 0.",
                   "Where they overlap, whoever wins in several adds up; where none reaches, 0 is left.")
def overlapping(student, draw):
    for k, stride in ((3, 1), (3, 2), (2, 3)):
        agrees(student, draw, draw.array(2, 3, k + 2 * stride + (stride > 1), k + 3 * stride), k, stride)


@exercise.property(2, "En un empate gana solo el primero en orden de lectura.", "In a tie only the first in reading order wins.")
def ties(student, draw):
    for k, stride in ((2, 2), (3, 2)):
        agrees(student, draw, draw.integers(0, 2, size=(2, 3, k + 2 * stride, k + 3 * stride)).astype(float), k, stride)


@exercise.property(2, "Con relleno, `dx` tiene la forma de `x` y los números negativos reciben lo suyo.",
                   "With padding, `dx` has the shape of `x`, and negative numbers receive what is theirs.")
def padding(student, draw):
    for k, stride, pad in ((2, 2, 1), (3, 2, 1), (4, 3, 2)):
        agrees(student, draw, draw.array(2, 3, *draw.sizes(2, 5, 8)) - 10, k, stride, pad)


@exercise.property(1, "Deja `dout` y `x` como estaban, y se puede llamar dos veces.",
                   "It leaves `dout` and `x` as they were, and can be called twice.")
def inputs_unchanged(student, draw):
    x, dout = draw.array(2, 3, 4, 6), draw.array(2, 3, 2, 3)
    mine = {"x": student.put(x), "dout": student.put(dout)}
    cache = student.keep("maxpool2d_forward", mine["x"], 2, 2).item(1)
    for _ in range(2):
        expect.near(student.call("maxpool2d_backward", mine["dout"], cache), oracle(dout, x, 2, 2, 0), what="dx")
    expect.unchanged(x, mine["x"].value(), "x")
    expect.unchanged(dout, mine["dout"].value(), "dout")


ADD = "+= dout * (winner == n)"
SLICE = "dpadded[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]"
CROP = "return dpadded[:, :, pad : pad + H, pad : pad + W]"
FORWARD = '''
def maxpool2d_forward(x, k, stride, pad=0):
    rows, columns = conv_out(x.shape[2], k, stride, pad), conv_out(x.shape[3], k, stride, pad)
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), constant_values=-np.inf)
    windows = np.stack(
        [padded[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride] for i, j in np.ndindex(k, k)], axis=-1
    )
    return windows.max(axis=-1), (x.shape, k, stride, pad, windows)

def maxpool2d_backward(dout, cache):
    (N, C, H, W), k, stride, pad, windows = cache
    rows, columns = dout.shape[2:]
    dpadded = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    SHARE
    for n, (i, j) in enumerate(np.ndindex(k, k)):
        dpadded[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride] += dout * share[..., n]
    return dpadded[:, :, pad : pad + H, pad : pad + W]
'''  # keeps the windows, so that ties can be settled otherwise

SCATTERED = """
def maxpool2d_backward(dout, cache):
    (N, C, H, W), k, stride, pad, winner = cache
    n, c, r, s = np.indices(dout.shape)
    u, v = r * stride - pad + winner // k, s * stride - pad + winner % k
    dx = np.zeros((N, C, H, W))
    np.add.at(dx, (n, c, u, v), dout)
    return dx
"""

exercise.mistake(
    "all_ties", code=FORWARD.replace("SHARE", "share = windows == windows.max(axis=-1, keepdims=True)"),
    es="En un empate das el gradiente entero a todos los empatados. Solo uno llegó a la salida: el primero.",
    en="In a tie you give the whole gradient to all that are equal. Only one reached the output: the first.")
exercise.mistake(
    "ties_share", code=FORWARD.replace("SHARE", "share = windows == windows.max(axis=-1, keepdims=True)\n"
                                       "    share = share / share.sum(axis=-1, keepdims=True)"),
    es="En un empate repartes el gradiente. El convenio de aquí es otro: entero para el primero en orden de lectura.",
    en="In a tie you share the gradient out. The convention here is another: all of it to the first in reading order.")
exercise.mistake(
    "last_winner", code=FORWARD.replace("SHARE", "last = k * k - 1 - windows[..., ::-1].argmax(axis=-1)\n"
                                        "    share = last[..., None] == np.arange(k * k)"),
    es="En un empate premias al último. Gana el primero en orden de lectura: cámbialo solo con `>`, no con `>=`.",
    en="In a tie you reward the last. The first in reading order wins: replace it only with `>`, not with `>=`.")
exercise.mistake(
    "everyone_shares", (ADD, "+= dout / k**2"),
    es="Repartes el gradiente por toda la ventana: eso es la agrupación por medias.",
    en="You spread the gradient over the whole window: that is average pooling.")
exercise.mistake(
    "everyone_receives", (ADD, "+= dout"),
    es="Das el gradiente a todos los píxeles de la ventana. Solo el ganador llegó a la salida.",
    en="You give the gradient to all pixels of the window. Only the winner reached the output.")
exercise.mistake(
    "overwritten", (f"{SLICE} {ADD}", f"part = {SLICE}\n        part[winner == n] = dout[winner == n]"),
    es="Escribes con `=`: si un píxel gana en varias ventanas, se queda con el gradiente de una sola. Acumula con `+=`.",
    en="You write with `=`: where a pixel wins in several windows, it keeps the gradient of one only. Accumulate with `+=`.")
exercise.mistake(
    "slices_overwritten", (ADD, "= dout * (winner == n)"),
    es="Escribes cada rebanada con `=`, y borra lo que dejaron las anteriores. Acumula con `+=`.",
    en="You write each slice with `=`, and it wipes out what earlier ones left. Accumulate with `+=`.")
exercise.mistake(
    "last_window_kept", code=SCATTERED.replace("np.add.at(dx, (n, c, u, v), dout)", "dx[n, c, u, v] = dout"),
    es="Escribes con `=`: un píxel que gana en varias ventanas se queda con la última. Acumula con `+=` (o con `np.add.at`).",
    en="You write with `=`: a pixel that wins in several windows keeps the last. Accumulate with `+=` (or with `np.add.at`).")
exercise.mistake(
    "ties_by_columns", code=FORWARD.replace("SHARE", "order = np.arange(k * k).reshape(k, k).T.ravel()\n"
                                            "    share = order[windows[..., order].argmax(axis=-1)][..., None] == np.arange(k * k)"),
    es="En un empate lees la ventana por columnas. El orden de lectura va por filas.",
    en="In a tie you read the window by columns. Reading order goes row by row.")
exercise.mistake(
    "zeros_of_the_padding_win",
    code=FORWARD.replace("SHARE", "share = windows.argmax(axis=-1)[..., None] == np.arange(k * k)").replace(
        ", constant_values=-np.inf", ""),
    es="En tu `cache` gana un cero del relleno, y su gradiente se pierde al recortar. Rellena con `-np.inf`.",
    en="In your `cache` a zero of the padding wins, and its gradient is lost in cropping. Pad with `-np.inf`.")
exercise.mistake(
    "padding_not_cropped", (CROP, "return dpadded"),
    es="`dx` conserva el relleno. Recórtalo: debe tener la forma de `x`.",
    en="`dx` still has the padding. Crop it: it must have the shape of `x`.")
exercise.mistake(
    "cropped_from_the_start", (CROP, "return dpadded[:, :, :H, :W]"),
    es="Recortas solo por el final: `dx` queda desplazada.", en="You crop at the end only: `dx` comes out displaced.")
exercise.mistake(
    "cropped_to_nothing", (CROP, "return dpadded[:, :, pad:-pad, pad:-pad]"),
    es="`a[pad:-pad]` con `pad = 0` no deja nada. Recorta hasta `pad + H`.",
    en="`a[pad:-pad]` with `pad = 0` leaves nothing. Crop up to `pad + H`.")
exercise.mistake(
    "columns_first", ("winner == n", "winner == (n % k) * k + n // k"),
    es="Cambias filas por columnas al deshacer el índice del ganador: n = i * k + j.",
    en="You swap rows and columns when you undo the index of the winner: n = i * k + j.")
exercise.mistake(
    "dout_forgotten", (ADD, "+= winner == n"),
    es="No usas `dout`: marcas con un 1 al ganador. La regla de la cadena multiplica por lo que viene de la pérdida.",
    en="You do not use `dout`: you mark the winner with a 1. The chain rule multiplies by what comes from the loss.")
exercise.mistake(
    "stride_is_k", (SLICE, "dpadded[:, :, i : i + k * rows : k, j : j + k * columns : k]"),
    es="Colocas las ventanas una al lado de otra, sea cual sea `stride`.",
    en="You put the windows side by side, whatever `stride` is.")
exercise.mistake(
    "dout_overwritten", (ADD, ADD + "\n        dout[winner == n] = 0"),
    es="Escribes ceros en `dout` según lo repartes: quien te lo dio se queda sin él. Déjalo como estaba.",
    en="You write zeros into `dout` as you hand it out: whoever gave it to you is left without. Leave it as it was.")

exercise.alternative("window_by_window", code="""
def maxpool2d_forward(x, k, stride, pad=0):
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), constant_values=-np.inf)
    rows, columns = conv_out(x.shape[2], k, stride, pad), conv_out(x.shape[3], k, stride, pad)
    out = np.empty((*x.shape[:2], rows, columns))
    for r, c in np.ndindex(rows, columns):
        out[:, :, r, c] = padded[:, :, r * stride : r * stride + k, c * stride : c * stride + k].max(axis=(2, 3))
    return out, (padded, k, stride, pad)


def maxpool2d_backward(dout, cache):
    padded, k, stride, pad = cache
    dx = np.zeros(padded.shape)
    for n, c, row, column in np.ndindex(dout.shape):
        u, v = row * stride, column * stride
        i, j = np.unravel_index(padded[n, c, u : u + k, v : v + k].argmax(), (k, k))
        dx[n, c, u + i, v + j] += dout[n, c, row, column]
    return dx[:, :, pad : dx.shape[2] - pad, pad : dx.shape[3] - pad]
""")
exercise.alternative("scattered", code=SCATTERED)
