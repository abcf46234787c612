"""Exercise 8.5: attention followed through the layers (Abnar and Zuidema 2020, arXiv:2005.00928)."""

import numpy as np
import torch

from autograder import expect
from autograder.checks.vit import single
from autograder.exercise import Exercise
from autograder.text import Text

exercise = Exercise(
    "attention_rollout", points=7,
    title=Text("El despliegue de la atención", "Attention rollout"),
    hints=(
        Text("Empieza con la identidad y recorre las capas de la primera a la última, multiplicando por la izquierda.",
             "Begin with the identity and go through the layers from the first to the last, multiplying from the left."),
        Text("`maps.mean(dim=2)` promedia las cabezas. `@` multiplica las matrices `(T, T)` de todas las imágenes a la vez.",
             "`maps.mean(dim=2)` averages the heads. `@` multiplies the `(T, T)` matrices of all pictures at once."),
    ),
)


def drawn(draw, L: int, B: int, heads: int, T: int):
    """Draw maps whose rows add up to 1, each head looking mostly somewhere."""
    return (2 * single(draw, L, B, heads, T, T)).softmax(dim=-1)


def reference(maps) -> np.ndarray:
    """Follow the mixture a number at a time."""
    maps = maps.double().numpy()
    L, B, heads, T, _ = maps.shape
    out = np.zeros((B, T, T))
    for b in range(B):
        for i in range(T):
            share = np.eye(T)[i]  # what the last layer leaves at place i, told as shares of the places one layer below
            for layer in range(L - 1, -1, -1):
                below = np.zeros(T)
                for j in range(T):
                    mixed = sum(maps[layer, b, h, j] for h in range(heads)) / heads
                    below += share[j] * (mixed + np.eye(T)[j]) / 2
                share = below
            out[b, i] = share
    return out


def agrees(student, maps):
    expect.near(student.call("attention_rollout", maps), reference(maps), what="attention_rollout(maps)")


@exercise.property(3, "Con varias capas, cabezas e imágenes, sigue la mezcla de la primera capa a la última.",
                   "With several layers, heads and pictures, it follows the mixture from the first layer to the last.")
def values(student, draw):
    agrees(student, drawn(draw, *draw.sizes(4, 2, 6)))


@exercise.property(1, "Con una sola capa es la media de las cabezas y la identidad.",
                   "With a single layer it is the mean of the heads and the identity.")
def one_layer(student, draw):
    agrees(student, drawn(draw, 1, 2, 3, 4))
    agrees(student, drawn(draw, 1, 1, 1, 5))


@exercise.property(1, "Si nadie mira a otro, cada sitio sale de sí mismo; y si una capa no mira, no cuenta.",
                   "If nobody looks at another, each place comes from itself; and a layer that does not look does not count.")
def identity(student, draw):
    maps = drawn(draw, 3, 2, 4, 5)
    maps[1] = torch.eye(5)
    agrees(student, maps)
    agrees(student, maps[1:2].repeat(3, 1, 1, 1, 1))


@exercise.property(1, "Cada imagen va por su lado, y los mapas quedan como estaban.",
                   "Each picture goes on its own, and the maps stay as they were.")
def apart(student, draw):
    maps = drawn(draw, 3, 4, 2, 5)
    mine = student.put(maps)
    right = reference(maps)
    expect.near(student.call("attention_rollout", mine), right, what="attention_rollout(maps)")
    expect.near(student.call("attention_rollout", maps[:, 1:2]), right[1:2], what="attention_rollout(maps[:, 1:2])")
    expect.unchanged(maps, mine.value(), "maps")


STEP = "total = (0.5 * layer + 0.5 * here) @ total"
MEAN = "maps.mean(dim=2)"

exercise.mistake("order_reversed", (STEP, "total = total @ (0.5 * layer + 0.5 * here)"),
    es="Multiplicas por la derecha: la primera capa queda a la izquierda. Va a la derecha.",
    en="You multiply from the right: the first layer ends up on the left. It goes on the right.")
exercise.mistake("no_residual", (STEP, "total = layer @ total"),
    es="Olvidas la corriente que pasa de largo: falta la mitad de identidad.",
    en="You forget the stream that passes by: the half of identity is missing.")
exercise.mistake("residual_not_halved", (STEP, "total = (layer + here) @ total"),
    es="Sumas la identidad entera: las filas dejan de sumar 1.", en="You add the whole identity: rows no longer add up to 1.")
exercise.mistake("residual_once_at_the_end", (STEP, "total = layer @ total"),
    ("    return total", "    return 0.5 * total + 0.5 * here"),
    es="Cuentas la corriente una sola vez, al final. Pasa por cada capa.",
    en="You count the stream only once, at the end. It passes by each layer.")
exercise.mistake("heads_by_maximum", (MEAN, "maps.amax(dim=2)"), es="Tomas la cabeza que más mira. Se promedian.",
    en="You take the head that looks most. They are averaged.")
exercise.mistake("heads_by_maximum_shared_out", (MEAN, "maps.amax(dim=2)"),
    (STEP, "layer = layer + here\n        total = layer / layer.sum(dim=-1, keepdim=True) @ total"),
    es="Tomas la cabeza que más mira y repartes de nuevo. Se pide la media, que ya suma 1.",
    en="You take the head that looks most and share out anew. The mean is asked for, which adds up to 1 already.")
exercise.mistake("each_head_by_itself", (f"    for layer in {MEAN}:  # (B, T, T)\n        {STEP}\n    return total",
    "    total = total[:, None]\n    for layer in maps:\n"
    "        total = (0.5 * layer + 0.5 * here) @ total\n    return total.mean(dim=1)"),
    es="Encadenas cada cabeza por su lado y promedias al final. Se promedian en cada capa, antes de encadenar.",
    en="You chain each head on its own and average at the end. They are averaged in each layer, before chaining.")
exercise.mistake("pictures_averaged", ("total = here.expand(maps.shape[1], -1, -1)", "total = here"), (MEAN, "maps.mean(dim=1)"),
    es="Promedias el eje 1, las imágenes. El de las cabezas es el 2.",
    en="You average axis 1, the pictures. That of the heads is 2.")
exercise.mistake("layers_for_heads", ("total = here.expand(maps.shape[1], -1, -1)", "total = here"), (MEAN, "maps.mean(dim=0)"),
    es="Promedias el eje 0, las capas. El de las cabezas es el 2.", en="You average axis 0, the layers. That of the heads is 2.")
exercise.mistake("row_of_the_class_token_only", ("    return total", "    return total[:, 0]"),
    es="Devuelves solo la fila 0. Se pide la tabla entera.", en="You return row 0 only. The whole table is asked for.")
exercise.mistake("first_layer_without_stream", (f"    for layer in {MEAN}:", f"    total = {MEAN}[0]\n    for layer in {MEAN}[1:]:"),
    es="Empiezas con la primera capa tal cual: le falta la mitad de identidad.",
    en="You begin with the first layer as it is: it lacks the half of identity.")
exercise.mistake("first_head_only", (MEAN, "maps[:, :, 0]"), es="Usas solo la primera cabeza.", en="You use the first head only.")
exercise.mistake("heads_added", (MEAN, "maps.sum(dim=2)"), es="Sumas las cabezas. Se promedian.",
    en="You add the heads. They are averaged.")
exercise.mistake("last_layer_only", (STEP, "total = 0.5 * layer + 0.5 * here"), es="Solo cuenta la última capa: falta encadenarlas.",
    en="Only the last layer counts: they have to be chained.")
exercise.mistake("number_by_number", (STEP, "total = (0.5 * layer + 0.5 * here) * total"),
    es="Multiplicas número a número con `*`. Es un producto de matrices, `@`.",
    en="You multiply number by number with `*`. It is a product of matrices, `@`.")
exercise.mistake("number_by_number_from_the_first", (f"    for layer in {MEAN}:  # (B, T, T)\n        {STEP}",
    f"    total = 1\n    for layer in {MEAN}:\n        {STEP.replace('@', '*')}"),
    es="Encadenas las capas con `*`, número a número. Es un producto de matrices, `@`.",
    en="You chain the layers with `*`, number by number. It is a product of matrices, `@`.")
exercise.mistake("layers_averaged", (f"    for layer in {MEAN}:  # (B, T, T)\n        {STEP}\n    return total",
                                     f"    return 0.5 * {MEAN}.mean(dim=0) + 0.5 * here"),
    es="Promedias las capas. Se multiplican.", en="You average the layers. They are multiplied.")
exercise.mistake("looked_at_for_looking", (MEAN, MEAN + ".transpose(-2, -1)"),
    es="Usas los mapas transpuestos: fila y columna, quién mira y quién es mirado, están cambiados.",
    en="You use the maps transposed: row and column, who looks and who is looked at, are swapped.")
exercise.mistake("last_layer_left_out", (MEAN, "maps[:-1].mean(dim=2)"), es="Falta la última capa.", en="The last layer is missing.")

exercise.alternative("einsum", code="""
def attention_rollout(maps):
    L, B, heads, T, _ = maps.shape
    mixed = (maps.sum(dim=2) / heads + torch.eye(T)) / 2
    total = mixed[0]
    for l in range(1, L):
        total = torch.einsum("bij,bjk->bik", mixed[l], total)
    return total
""")
exercise.alternative("one_picture_at_a_time", code="""
def attention_rollout(maps):
    L, B, heads, T, _ = maps.shape
    out = torch.zeros(B, T, T)
    for b in range(B):
        chain = torch.eye(T)
        for l in range(L):
            mean = torch.zeros(T, T)
            for h in range(heads):
                mean += maps[l, b, h] / heads
            chain = torch.matmul(0.5 * mean + 0.5 * torch.eye(T), chain)
        out[b] = chain
    return out
""")
exercise.alternative("from_the_last", code="""
def attention_rollout(maps):
    eye = torch.eye(maps.shape[-1])
    total = eye.repeat(maps.shape[1], 1, 1)
    for layer in reversed(maps.mean(dim=2)):
        total = torch.bmm(total, 0.5 * (layer + eye))
    return total
""")
