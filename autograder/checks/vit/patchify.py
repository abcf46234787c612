"""Exercise 8.1: pictures cut into a row of patches."""

import torch

from autograder import expect
from autograder.checks.vit import cut, reaches, single
from autograder.exercise import Exercise
from autograder.student import StudentError
from autograder.text import Text

exercise = Exercise(
    "patchify", points=7,
    title=Text("Cortar", "Cutting"),
    hints=(
        Text("Parte el alto en dos ejes, (parches hacia abajo, píxeles dentro), y lo mismo el ancho: quedan seis ejes.",
             "Split the height into two axes, (patches down, pixels inside), and the width likewise: six axes are left."),
        Text("Después ordena los ejes con `permute` como pide la salida: primero qué parche (fila y columna), luego qué píxel "
             "dentro de él, y el canal al final.",
             "Then order the axes with `permute` as the output asks: first which patch (row and column), then which pixel "
             "within it, and the channel last."),
        Text("Solo al final se juntan ejes con `reshape`: los dos de los parches, y los tres de dentro.",
             "Only at the end are axes joined with `reshape`: the two of the patches, and the three inside."),
    ),
)


def sizes(draw) -> tuple[int, int, int, int, int]:
    """Draw B, C, H, W and P, with more patches across than down, and neither number nor P alike."""
    down, across = sorted(draw.sizes(2, 2, 5))
    P = int(draw.choice([p for p in (2, 3, 4) if p not in (down, across)]))
    return 2, 3, down * P, across * P, P


def agrees(student, draw, B: int, C: int, H: int, W: int, P: int):
    x = single(draw, B, C, H, W)
    expect.same(student.call("patchify", x, P), cut(x.numpy(), P), what="patchify(x, P)")


@exercise.property(2, "Con un canal, los parches van fila a fila, y dentro de cada uno, los píxeles también.",
                   "With one channel, patches go row by row, and so do the pixels in each of them.")
def one_channel(student, draw):
    B, _, H, W, P = sizes(draw)
    agrees(student, draw, B, 1, H, W, P)


@exercise.property(2, "Con tres canales, cada píxel da sus tres números seguidos.",
                   "With three channels, each pixel gives its three numbers in a row.")
def three_channels(student, draw):
    agrees(student, draw, *sizes(draw))


@exercise.property(1, "Vale para una sola imagen, para un solo parche y para parches de un píxel.",
                   "It works for a single picture, for a single patch and for patches of one pixel.")
def edges(student, draw):
    agrees(student, draw, 1, 2, 6, 4, 2)
    agrees(student, draw, 3, 2, 4, 4, 4)
    agrees(student, draw, 2, 3, 2, 5, 1)


@exercise.property(1, "Si el alto o el ancho no es múltiplo de `P`, lanza `ValueError`, y si lo son, no.",
                   "Where height or width is not a multiple of `P`, it raises `ValueError`; where they are, it does not.")
def indivisible(student, draw):
    agrees(student, draw, 1, 1, 3, 6, 3)
    for H, W in ((7, 6), (6, 7), (6, 8)):
        try:
            student.call("patchify", single(draw, 2, 1, H, W), 3 if 7 in (H, W) else 4)
        except StudentError as error:
            expect.true(error.kind == "ValueError", "Con una imagen que no se puede cortar se pide `ValueError`; lanzas {kind}.",
                        "With a picture that cannot be cut, `ValueError` is asked for; you raise {kind}.", kind=error.kind)
        else:
            expect.fail("Cortas una imagen de {H} × {W} en parches que no caben justos: se pide `ValueError`.",
                        "You cut a picture of {H} × {W} into patches that do not fit: `ValueError` is asked for.", H=H, W=W)


@exercise.property(1, "Deja `x` como estaba, y el gradiente llega a todos los píxeles.",
                   "It leaves `x` as it was, and the gradient reaches all pixels.")
def gradient(student, draw):
    B, C, H, W, P = sizes(draw)
    x, scale = single(draw, B, C, H, W), single(draw, B, (H // P) * (W // P), P * P * C)
    mine = student.put(x)
    mine.keep_method("requires_grad_")
    said = student.keep("patchify", mine, P)
    (said * scale).keep_method("sum").method("backward")
    wanted = torch.zeros(B, C, H, W)
    for picture in range(B):  # each pixel gets the factor of the place where it went
        numbers = torch.arange(C * H * W).reshape(1, C, H, W)
        wanted[picture].view(-1)[cut(numbers.numpy(), P)[0].astype(int).ravel()] = scale[picture].ravel()
    reaches(mine.get("grad"), wanted, "x")
    expect.unchanged(x, mine.value(), "x")


SPLIT = "x.reshape(B, C, H // P, P, W // P, P)"
ORDER = "cut.permute(0, 2, 4, 3, 5, 1)"
WHOLE = f"    cut = {SPLIT}\n    return {ORDER}.reshape(B, (H // P) * (W // P), P * P * C)"
CHECK = "    if H % P or W % P:\n"

exercise.mistake("one_reshape", (WHOLE, "    return x.reshape(B, (H // P) * (W // P), P * P * C)"),
    es="Un solo `reshape` corta la imagen en tiras de píxeles seguidos, no en cuadrados: mezcla filas y canales.",
    en="A single `reshape` cuts the picture into strips of consecutive pixels, not into squares: it mixes rows and channels.")
exercise.mistake("column_by_column", (ORDER, "cut.permute(0, 4, 2, 3, 5, 1)"),
    es="Pones los parches columna a columna. Se pide fila a fila.",
    en="You put the patches column by column. Row by row is asked for.")
exercise.mistake("channel_first", (ORDER, "cut.permute(0, 2, 4, 1, 3, 5)"),
    es="Dentro de cada parche pones primero los canales. Se pide (fila, columna, canal).",
    en="Within each patch you put the channels first. (row, column, channel) is asked for.")
exercise.mistake("pixels_transposed", (ORDER, "cut.permute(0, 2, 4, 5, 3, 1)"),
    es="Dentro de cada parche recorres los píxeles columna a columna.",
    en="Within each patch you go through the pixels column by column.")
exercise.mistake("every_nth_pixel", (SPLIT, "x.reshape(B, C, P, H // P, P, W // P).transpose(2, 3).transpose(4, 5)"),
    es="Cada parche toma un píxel de cada tantos, por toda la imagen. El eje de los parches va antes que el de sus píxeles.",
    en="Each patch takes one pixel out of so many, all over the picture. The axis of the patches goes before that of their pixels.")
exercise.mistake("permuted_without_splitting", (WHOLE, "    return x.permute(0, 2, 3, 1).reshape(B, (H // P) * (W // P), P * P * C)"),
    es="Pasas el canal al final y cortas en tiras: los parches no son cuadrados.",
    en="You move the channel to the end and cut into strips: the patches are not squares.")
exercise.mistake("no_error", (CHECK, "    if False:\n"),
    ("x.reshape(B, C, H", "x[:, :, : H // P * P, : W // P * P].reshape(B, C, H"),
    es="Recortas lo que sobra sin decir nada. Se pide `ValueError`.",
    en="You silently drop the pixels that are left over. `ValueError` is asked for.")
exercise.mistake("only_height_is_looked_at", (CHECK, "    if H % P:\n"),
    ("x.reshape(B, C, H", "x[..., : W // P * P].reshape(B, C, H"),
    es="Solo miras el alto. El ancho también ha de ser múltiplo de `P`.",
    en="You only look at the height. The width has to be a multiple of `P` too.")
exercise.mistake("area_is_looked_at", (CHECK, "    if H * W % (P * P):\n"),
    ("x.reshape(B, C, H", "x[:, :, : H // P * P, : W // P * P].reshape(B, C, H"),
    es="Miras si el área se puede repartir. Han de ser múltiplos el alto y el ancho, cada uno por su lado.",
    en="You look at whether the area can be shared out. Height and width have to be multiples, each on its own.")
exercise.mistake("another_error", ("raise ValueError", "raise AssertionError"),
    es="El error es otro. Se pide `ValueError`.", en="The error is another one. `ValueError` is asked for.")
exercise.mistake("rows_and_columns_swapped", (SPLIT, "x.transpose(2, 3).reshape(B, C, W // P, P, H // P, P)"),
    es="Giras la imagen antes de cortar: alto y ancho quedan cambiados.",
    en="You turn the picture before cutting: height and width are swapped.")
exercise.mistake("patches_first", ("P * P * C)\n", "P * P * C).transpose(0, 1)\n"),
    es="Devuelves `(N, B, …)`. Primero va la imagen.", en="You return `(N, B, …)`. The picture goes first.")
exercise.mistake("not_a_row", ("reshape(B, (H // P) * (W // P), P * P * C)", "reshape(B, H // P, W // P, P * P * C)"),
    es="Dejas los parches en rejilla. Se piden en fila: un solo eje de `N`.",
    en="You leave the patches as a grid. They are asked for in a row: a single axis of `N`.")

exercise.alternative("unfold", code="""
def patchify(x, patch_size):
    B, C, H, W = x.shape
    if H % patch_size != 0 or W % patch_size != 0:
        raise ValueError("it does not fit")
    columns = functional.unfold(x, patch_size, stride=patch_size)  # (B, C * P * P, N)
    return columns.unflatten(1, (C, patch_size**2)).permute(0, 3, 2, 1).flatten(2)
""")
exercise.alternative("filled_in_place", code="""
def patchify(x, patch_size):
    B, C, H, W = x.shape
    P = patch_size
    if H % P != 0 or W % P != 0:
        raise ValueError("H and W have to be multiples of P")
    patches = torch.zeros(B, (H // P) * (W // P), P * P * C)
    n = 0
    for i in range(H // P):
        for j in range(W // P):
            block = x[:, :, i * P : (i + 1) * P, j * P : (j + 1) * P]
            patches[:, n] = block.permute(0, 2, 3, 1).reshape(B, -1)
            n += 1
    return patches
""")
exercise.alternative("loops", code="""
def patchify(x, patch_size):
    P, (H, W) = patch_size, x.shape[-2:]
    if H % P or W % P:
        raise ValueError(f"{H}, {W}")
    rows = []
    for i in range(0, H, P):
        for j in range(0, W, P):
            rows.append(x[:, :, i : i + P, j : j + P].movedim(1, -1).flatten(1))
    return torch.stack(rows, dim=1)
""")
