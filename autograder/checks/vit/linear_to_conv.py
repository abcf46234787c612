"""Exercise 8.2: the linear layer of the patches as a convolution."""

import torch
from torch.nn import functional

from autograder import expect
from autograder.checks.vit import cut, reaches, single
from autograder.exercise import Exercise
from autograder.text import Text

exercise = Exercise(
    "linear_to_conv", points=5,
    title=Text("Una convolución disfrazada", "A convolution in disguise"),
    hints=(
        Text("Cada fila de `weight` es un filtro: sus números van en el orden (fila, columna, canal) de los parches.",
             "Each row of `weight` is a filter: its numbers go in the order (row, column, channel) of the patches."),
        Text("Dale primero la forma `(D, P, P, C)`, que es su orden, y solo después mueve el canal.",
             "Give it first the shape `(D, P, P, C)`, which is its order, and only then move the channel."),
    ),
)


def drawn(draw) -> tuple[int, int, int]:
    """Draw D, P and C, all different."""
    return tuple(draw.sizes(3, 2, 6))


@exercise.property(2, "Con varios canales, los filtros dan con `conv2d` lo mismo que la capa con los parches.",
                   "With several channels, the filters give with `conv2d` what the layer gives with the patches.")
def same_sum(student, draw):
    D, P, C = drawn(draw)
    weight, x = single(draw, D, P * P * C), single(draw, 2, C, 2 * P, 3 * P)
    filters = torch.from_numpy(expect.array(student.call("linear_to_conv", weight, P), (D, C, P, P), "linear_to_conv(weight, P)"))
    said = functional.conv2d(x.double(), filters, stride=P).flatten(2).transpose(1, 2)
    expect.near(said, torch.from_numpy(cut(x.numpy(), P)) @ weight.double().T, what="conv2d(x, linear_to_conv(weight, P), stride=P)")


@exercise.property(1, "Con un canal, cada filtro es la fila de pesos puesta en cuadrado.",
                   "With one channel, each filter is the row of weights put in a square.")
def one_channel(student, draw):
    D, P, _ = drawn(draw)
    weight = single(draw, D, P * P)
    wanted = torch.zeros(D, 1, P, P)
    for k in range(P * P):
        wanted[:, 0, k // P, k % P] = weight[:, k]
    expect.same(student.call("linear_to_conv", weight, P), wanted, what="linear_to_conv(weight, P)")


@exercise.property(1, "Con parches de un píxel, los pesos quedan iguales, con dos ejes más.",
                   "With patches of one pixel, the weights stay the same, with two more axes.")
def one_pixel(student, draw):
    weight = single(draw, 5, 3)
    expect.same(student.call("linear_to_conv", weight, 1), weight[..., None, None], what="linear_to_conv(weight, 1)")


@exercise.property(1, "Deja los pesos como estaban, y el gradiente llega a ellos.",
                   "It leaves the weights as they were, and the gradient reaches them.")
def gradient(student, draw):
    D, P, C = drawn(draw)
    weight, scale = single(draw, D, P * P * C), single(draw, D, C, P, P)
    mine = student.put(weight)
    mine.keep_method("requires_grad_")
    (student.keep("linear_to_conv", mine, P) * scale).keep_method("sum").method("backward")
    reaches(mine.get("grad"), cut(scale.numpy(), P)[:, 0], "weight")
    expect.unchanged(weight, mine.value(), "weight")


LAID, MOVED = "weight.reshape(len(weight), P, P, -1)", ".permute(0, 3, 1, 2)"

exercise.mistake("reshaped_only", (LAID + MOVED, "weight.reshape(len(weight), -1, P, P)"),
    es="Un solo `reshape` toma los números como si el canal fuera delante. En los parches va al final.",
    en="A single `reshape` takes the numbers as if the channel were in front. In patches it comes last.")
exercise.mistake("rows_and_columns_swapped", (MOVED, ".permute(0, 3, 2, 1)"),
    es="El filtro sale traspuesto: filas por columnas.", en="The filter comes out transposed: rows for columns.")
exercise.mistake("flipped", (LAID + MOVED, f"({LAID}{MOVED}).flip(2, 3)"),
    es="Das la vuelta al filtro. `conv2d` es correlación: no hace falta.",
    en="You flip the filter. `conv2d` is correlation: there is no need.")
exercise.mistake("channel_left_last", (MOVED, ""),
    es="El canal se queda al final: `conv2d` lo espera tras `D`.", en="The channel stays last: `conv2d` expects it after `D`.")
exercise.mistake("outputs_and_channels_swapped", (MOVED, ".permute(3, 0, 1, 2)"),
    es="Salidas y canales están cambiados: los filtros son `(D, C, P, P)`.",
    en="Outputs and channels are swapped: filters are `(D, C, P, P)`.")
exercise.mistake("outputs_from_the_end", (LAID, "weight.T.reshape(P, P, -1, len(weight)).permute(3, 0, 1, 2).flip(0)"),
    es="Los filtros quedan en orden inverso.", en="The filters come in reverse order.")
exercise.mistake("transposed_weight", (LAID, "weight.T.reshape(len(weight), P, P, -1)"),
    es="Transpones los pesos antes: `nn.Linear` ya guarda una fila por salida.",
    en="You transpose the weights first: `nn.Linear` keeps one row for each output already.")
exercise.mistake("divided", (LAID + MOVED, f"{LAID}{MOVED} / P**2"),
    es="Divides entre los píxeles: la convolución suma, no promedia.",
    en="You divide by the pixels: convolution adds, it does not average.")
exercise.mistake("first_channel_everywhere", (LAID + MOVED, f"({LAID}{MOVED})[:, :1].expand(-1, weight.shape[1] // P**2, -1, -1)"),
    es="Repites el filtro del primer canal. Cada canal tiene el suyo.",
    en="You repeat the filter of the first channel. Each channel has its own.")
exercise.mistake("without_gradient", (LAID, "weight.detach().reshape(len(weight), P, P, -1)"),
    es="Cortas el gradiente con `detach()`.", en="You cut the gradient with `detach()`.")

exercise.alternative("one_channel_at_a_time", code="""
def linear_to_conv(weight, patch_size):
    C = weight.shape[1] // patch_size**2
    return torch.stack([weight[:, c::C].unflatten(1, (patch_size, patch_size)) for c in range(C)], dim=1)
""")
exercise.alternative("filled_in_place", code="""
def linear_to_conv(weight, patch_size):
    D, P = weight.shape[0], patch_size
    C = weight.shape[1] // (P * P)
    filters = torch.zeros(D, C, P, P)
    for i in range(P):
        for j in range(P):
            for c in range(C):
                filters[:, c, i, j] = weight[:, (i * P + j) * C + c]
    return filters
""")
exercise.alternative("moved_axis", (MOVED, ".movedim(-1, 1)"))
