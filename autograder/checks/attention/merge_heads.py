"""Exercise 4.8: what the heads return is put side by side."""

import torch

from autograder import expect
from autograder.exercise import Exercise
from autograder.text import Text

exercise = Exercise(
    "merge_heads", points=4,
    title=Text("Juntar las cabezas", "Putting the heads together"),
    hints=(
        Text("Son los pasos de `split_heads`, deshechos y en orden inverso: primero cambiar ejes y después juntar los dos últimos.",
             "They are the steps of `split_heads`, undone and in reverse order: first swap axes, and then join the last two."),
        Text("`x.transpose(1, 2)` es (B, T, H, d). `flatten(2)` junta desde el eje 2. `view` protesta aquí: los números no están "
             "seguidos.",
             "`x.transpose(1, 2)` is (B, T, H, d). `flatten(2)` joins from axis 2 on. `view` complains here: the numbers are not "
             "contiguous."),
    ),
)


def oracle(x) -> torch.Tensor:
    """Return the heads, one after another."""
    return torch.cat([x[:, h] for h in range(x.shape[1])], dim=-1)


def agrees(student, x):
    expect.near(student.call("merge_heads", x), oracle(x).double(), what="merge_heads(x)")


@exercise.property(3, "Los tramos de cada símbolo, en fila: la cabeza 0 primero.",
                   "The stretches of each symbol side by side: head 0 first.")
def in_a_row(student, draw):
    agrees(student, draw.tensor(*draw.sizes(4, 2, 7)))


@exercise.property(2, "Con una sola secuencia, y con tantas cabezas como símbolos.",
                   "With a single sequence, and with as many heads as symbols.")
def one_sequence(student, draw):
    H, T, d = draw.sizes(3, 2, 7)
    agrees(student, draw.tensor(1, H, T, d))
    agrees(student, draw.tensor(2, H, H, H))


@exercise.property(1, "Sirve para una cabeza, para cabezas de un número y para un solo símbolo.",
                   "It works for one head, for heads of one number and for a single symbol.")
def smallest(student, draw):
    agrees(student, draw.tensor(2, 1, 3, 4))
    agrees(student, draw.tensor(2, 4, 3, 1))
    agrees(student, draw.tensor(2, 3, 1, 4))


@exercise.property(1, "Con una entrada de ejes cambiados (no contigua) da lo mismo, y no la cambia.",
                   "With an input of swapped axes (not contiguous) it gives the same, and does not change it.")
def swapped_input(student, draw):
    B, H, T, d = draw.sizes(4, 2, 6)
    x = draw.tensor(B, H, d, T)
    mine = student.put(x)
    expect.near(student.call("merge_heads", mine.keep_method("transpose", 2, 3)), oracle(x.transpose(2, 3)), what="merge_heads(x)")
    expect.unchanged(x, mine.value(), "x")


RETURN = "return x.transpose(1, 2).flatten(2)"

exercise.mistake(
    "reshaped_only", (RETURN, "return x.reshape(len(x), x.shape[2], -1)"),
    es="Sin cambiar ejes, `reshape` mezcla símbolos: el primero recibe números de otros. Cambia ejes primero.",
    en="Without swapping axes, `reshape` mixes symbols: the first one gets numbers of others. Swap axes first.")
exercise.mistake(
    "viewed", (RETURN, "return x.transpose(1, 2).view(len(x), x.shape[2], -1)"),
    es="Tras cambiar ejes, los números no están seguidos y `view` no puede. Usa `flatten` o `reshape`.",
    en="After swapping axes the numbers are not contiguous, and `view` cannot join them. Use `flatten` or `reshape`.")
exercise.mistake(
    "heads_summed", (RETURN, "return x.sum(dim=1)"),
    es="Sumas las cabezas. Se ponen en fila.", en="You add the heads up. They go side by side.")
exercise.mistake(
    "heads_averaged", (RETURN, "return x.mean(dim=1)"),
    es="Promedias las cabezas. Se ponen en fila.", en="You average the heads. They go side by side.")
exercise.mistake(
    "interleaved", (RETURN, "return x.permute(0, 2, 3, 1).flatten(2)"),
    es="Intercalas las cabezas: el primer número de cada una, el segundo de cada una… Va una entera detrás de otra.",
    en="You interleave the heads: the first number of each, the second of each… Each goes whole, one after another.")
exercise.mistake(
    "heads_reversed", (RETURN, "return x.flip(1).transpose(1, 2).flatten(2)"),
    es="Las cabezas salen en orden inverso.", en="The heads come out in reverse order.")
exercise.mistake(
    "not_joined", (RETURN, "return x.transpose(1, 2)"),
    es="Falta juntar los dos últimos ejes: devuelves (B, T, H, d).", en="The last two axes are not joined: you return (B, T, H, d).")
exercise.mistake(
    "time_after_heads", (RETURN, "return x.flatten(1, 2)"),
    es="Pones las cabezas una detrás de otra en el tiempo: (B, H · T, d).",
    en="You put the heads one after another in time: (B, H · T, d).")
exercise.mistake(
    "axes_left", (RETURN, "return x.flatten(2)"),
    es="Juntas tiempo y números: (B, H, T · d). Faltó cambiar ejes.",
    en="You join time and numbers: (B, H, T · d). The swap of axes is missing.")
exercise.mistake(
    "batch_joined", (RETURN, "return x.permute(2, 0, 1, 3).flatten(2)"),
    es="El tiempo sale delante del lote. Se pide (B, T, D).", en="Time comes out before the batch. (B, T, D) is asked for.")

exercise.alternative("concatenated", code="""
def merge_heads(x):
    return torch.cat(x.unbind(dim=1), dim=-1)
""")
exercise.alternative("reshaped", code="""
def merge_heads(x):
    B, H, T, d = x.shape
    return x.permute(0, 2, 1, 3).contiguous().view(B, T, H * d)
""")
exercise.alternative("filled_in", code="""
def merge_heads(x):
    B, H, T, d = x.shape
    row = torch.zeros(B, T, H * d)
    for h in range(H):
        row[:, :, h * d : (h + 1) * d] = x[:, h]
    return row
""")
