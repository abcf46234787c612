"""Exercise 8.3: the class token in front, and positions for all."""

import torch

from autograder import expect
from autograder.checks.vit import reaches, single
from autograder.exercise import Exercise
from autograder.text import Text

exercise = Exercise(
    "add_tokens", points=5,
    title=Text("El testigo de clase y las posiciones", "The class token and the positions"),
    hints=(
        Text("`expand` repite un tensor a lo largo de un eje de tamaño 1 sin copiarlo: `-1` deja un eje como está.",
             "`expand` repeats a tensor along an axis of size 1 without copying it: `-1` leaves an axis as it is."),
        Text("Primero se pone en la fila; después se suman las posiciones a la fila entera.",
             "First it is put in the row; then the positions are added to the whole row."),
    ),
)


def reference(x, token, positions):
    """Write each row by itself."""
    B, N, D = x.shape
    out = torch.zeros(B, 1 + N, D, dtype=x.dtype)
    for b in range(B):
        for n in range(1 + N):
            out[b, n] = (token[0, 0] if n == 0 else x[b, n - 1]) + positions[0, n]
    return out


def drawn(draw, B: int, N: int, D: int):
    return single(draw, B, N, D), single(draw, 1, 1, D), single(draw, 1, 1 + N, D)


@exercise.property(2, "El testigo de clase va el primero, y todos llevan su posición.",
                   "The class token goes first, and all carry their position.")
def values(student, draw):
    student.seed(draw.seed())
    inputs = drawn(draw, *draw.sizes(3, 2, 7))
    expect.near(student.call("add_tokens", *inputs), reference(*inputs), what="add_tokens(…)")


@exercise.property(1, "Vale para una sola imagen y para un solo parche.", "It works for a single picture and for a single patch.")
def edges(student, draw):
    student.seed(draw.seed())
    for B, N in ((1, 4), (5, 1), (1, 1), (4, 3)):
        inputs = drawn(draw, B, N, 6)
        expect.near(student.call("add_tokens", *inputs), reference(*inputs), what="add_tokens(…)")


@exercise.property(1, "El gradiente llega al testigo de clase, a las posiciones y a los parches.",
                   "The gradient reaches the class token, the positions and the patches.")
def gradients(student, draw):
    student.seed(draw.seed())
    inputs = drawn(draw, 3, 4, 5)
    scale, mine = single(draw, 3, 5, 5), [student.put(value) for value in inputs]
    for handle in mine:
        handle.keep_method("requires_grad_")
    (student.keep("add_tokens", *mine) * scale).keep_method("sum").method("backward")
    reaches(mine[1].get("grad"), scale[:, :1].sum(0, keepdim=True), "class_token")
    reaches(mine[2].get("grad"), scale.sum(0, keepdim=True), "positions")
    reaches(mine[0].get("grad"), scale[:, 1:], "x")


@exercise.property(1, "Deja sus entradas como estaban, y se puede llamar dos veces.",
                   "It leaves its inputs as they were, and can be called twice.")
def unchanged(student, draw):
    student.seed(draw.seed())
    inputs = drawn(draw, 3, 4, 5)
    mine = [student.put(value) for value in inputs]
    for _ in range(2):
        expect.near(student.call("add_tokens", *mine), reference(*inputs), what="add_tokens(…)")
    for handle, before, name in zip(mine, inputs, ("x", "class_token", "positions"), strict=True):
        expect.unchanged(before, handle.value(), name)


FIRST = "first = class_token.expand(len(x), -1, -1)"
JOIN = "return torch.cat([first, x], dim=1) + positions"

exercise.mistake("class_token_last", (JOIN, "return torch.cat([x, first], dim=1) + positions"),
    es="Pones el testigo de clase al final. Va el primero: de ahí lo lee la cabeza.",
    en="You put the class token at the end. It goes first: the head reads it from there.")
exercise.mistake("positions_to_patches_only", (JOIN, "return torch.cat([first, x + positions[:, 1:]], dim=1)"),
    es="El testigo de clase se queda sin posición. También la lleva: la fila 0.",
    en="The class token gets no position. It has one too: row 0.")
exercise.mistake("positions_before_the_class_token", (JOIN, "return torch.cat([first, x + positions[:, :-1]], dim=1)"),
    es="Sumas las posiciones antes de añadir el testigo de clase: cada parche lleva la de su vecino.",
    en="You add the positions before putting the class token in: each patch carries its neighbour's.")
exercise.mistake("only_one_picture", (FIRST, "first = class_token"),
    es="El testigo de clase tiene un 1 delante y no cabe junto a `B` imágenes: falta repetirlo.",
    en="The class token has a 1 in front and does not fit beside `B` pictures: it has to be repeated.")
exercise.mistake("token_without_gradient", (FIRST, "first = class_token.detach().expand(len(x), -1, -1)"),
    es="El gradiente no llega al testigo de clase: no se aprende.",
    en="The gradient does not reach the class token: it is not learned.")
exercise.mistake("zeros_for_the_token", (FIRST, "first = torch.zeros_like(x[:, :1])"),
    es="Pones ceros en lugar del testigo de clase que te dan.", en="You put zeros in place of the class token that you are given.")
exercise.mistake("joined_along_the_batch", (JOIN, "return torch.cat([first, x], dim=0) + positions"),
    es="Juntas a lo largo del eje 0, el de las imágenes. La fila es el eje 1.",
    en="You join along axis 0, that of the pictures. The row is axis 1.")
exercise.mistake("token_for_every_patch", (FIRST, "first = class_token.expand(x.shape)"),
    es="Repites el testigo de clase tantas veces como parches. Hay uno por imagen.",
    en="You repeat the class token as often as there are patches. There is one for each picture.")
exercise.mistake("drawn_anew", (FIRST, "first = torch.randn_like(class_token).expand(len(x), -1, -1)"),
    es="Inventas otro testigo en cada llamada: así no se aprende.", en="You make up another token at each call: that way it is not "
    "learned.")
exercise.mistake("positions_without_gradient", (JOIN, JOIN + ".detach()"),
    es="El gradiente no llega a las posiciones: no se aprenden.",
    en="The gradient does not reach the positions: they are not learned.")
exercise.mistake("multiplied", (JOIN, "return torch.cat([first, x], dim=1) * positions"),
    es="Multiplicas por las posiciones. Se suman.", en="You multiply by the positions. They are added.")
exercise.mistake("no_positions", (JOIN, "return torch.cat([first, x], dim=1)"),
    es="Faltan las posiciones.", en="The positions are missing.")
exercise.mistake("token_replaces_a_patch", (JOIN, "return torch.cat([first, x[:, 1:], x[:, :1]], dim=1) + positions"),
    es="El testigo de clase quita de su sitio al primer parche. Los parches siguen en orden detrás de él.",
    en="The class token pushes the first patch out of its place. Patches follow it in order.")
exercise.mistake("token_as_a_feature", (JOIN, "return torch.cat([first, x + class_token], dim=1) + positions"),
    es="Sumas el testigo de clase también a los parches.", en="You add the class token to the patches too.")
exercise.mistake("in_place", (JOIN, "x += positions[:, 1:]\n    return torch.cat([first + positions[:, :1], x], dim=1)"),
    es="Escribes sobre `x`. Devuelve un tensor nuevo.", en="You write into `x`. Return a new tensor.")

exercise.alternative("repeated", (FIRST, "first = class_token.repeat(x.shape[0], 1, 1)"),
    (JOIN, "return positions + torch.cat((first, x), 1)"))
exercise.alternative("filled_in_place", code="""
def add_tokens(x, class_token, positions):
    B, N, D = x.shape
    row = torch.zeros(B, N + 1, D)
    row[:, 0] = class_token[0, 0]
    row[:, 1:] = x
    return row + positions
""")
exercise.alternative("in_two_parts", code="""
def add_tokens(x, class_token, positions):
    begun = (class_token + positions[:, :1]) + torch.zeros_like(x[:, :1])
    return torch.cat([begun, x + positions[:, 1:]], dim=1)
""")
