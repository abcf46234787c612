"""Exercise 4.7: each head gets its stretch of every symbol."""

import torch

from autograder import expect
from autograder.exercise import Exercise
from autograder.text import Text

exercise = Exercise(
    "split_heads", points=6,
    title=Text("Repartir entre cabezas", "Splitting among heads"),
    hints=(
        Text("Dos pasos: primero partir el último eje en dos, (B, T, H, d), y luego cambiar de sitio los ejes T y H.",
             "Two steps: first cut the last axis in two, (B, T, H, d), and then swap the axes T and H."),
        Text("`reshape` parte un eje sin mover números; `transpose(i, j)` cambia de sitio los ejes i y j.",
             "`reshape` cuts an axis without moving numbers; `transpose(i, j)` swaps axes i and j."),
    ),
)


def oracle(x, H: int) -> torch.Tensor:
    """Return the stretches, cut one by one."""
    d = x.shape[-1] // H
    return torch.stack([x[:, :, h * d : (h + 1) * d] for h in range(H)], dim=1)


def agrees(student, x, H):
    expect.near(student.call("split_heads", x, H), oracle(x, H).double(), what="split_heads(x, H)")


@exercise.property(3, "La cabeza `i` ve el tramo `i` de cada símbolo.", "Head `i` sees stretch `i` of each symbol.")
def stretches(student, draw):
    B, T, H, d = draw.sizes(4, 2, 7)
    agrees(student, draw.tensor(B, T, H * d), H)


@exercise.property(2, "También con una sola secuencia, cuando un `reshape` a secas da la misma forma.",
                   "With a single sequence too, where a bare `reshape` gives the same shape.")
def one_sequence(student, draw):
    T, H, d = draw.sizes(3, 2, 7)
    agrees(student, draw.tensor(1, T, H * d), H)


@exercise.property(1, "Con tantas cabezas como símbolos.", "With as many heads as symbols.")
def square(student, draw):
    n, d = draw.sizes(2, 3, 6)
    agrees(student, draw.tensor(3, n, n * d), n)


@exercise.property(1, "Sirve para una cabeza, para cabezas de un número y para un solo símbolo.",
                   "It works for one head, for heads of one number and for a single symbol.")
def smallest(student, draw):
    agrees(student, draw.tensor(2, 3, 4), 1)
    agrees(student, draw.tensor(2, 3, 4), 4)
    agrees(student, draw.tensor(2, 1, 6), 3)


@exercise.property(1, "Con una entrada de ejes cambiados (no contigua) da lo mismo, y no la cambia.",
                   "With an input of swapped axes (not contiguous) it gives the same, and does not change it.")
def swapped_input(student, draw):
    B, T, H, d = draw.sizes(4, 2, 6)
    x = draw.tensor(B, H * d, T)
    mine = student.put(x)
    expect.near(student.call("split_heads", mine.keep_method("transpose", 1, 2), H), oracle(x.transpose(1, 2), H),
                what="split_heads(x, H)")
    expect.unchanged(x, mine.value(), "x")


RETURN = "return x.reshape(B, T, H, D // H).transpose(1, 2)"

exercise.mistake(
    "reshaped_only", (RETURN, "return x.reshape(B, H, T, D // H)"),
    es="Un solo `reshape` da la forma con los números en otro sitio: la cabeza 0 se lleva los primeros símbolos enteros. Parte "
       "primero "
       "y cambia ejes después.",
    en="A single `reshape` gives the shape with the numbers elsewhere: head 0 takes the first symbols whole. Cut first, and swap axes "
       "afterwards.")
exercise.mistake(
    "time_before_heads", (RETURN, "return x.reshape(B, T, H, D // H)"),
    es="Devuelves (B, T, H, d). La cabeza va antes que el tiempo: (B, H, T, d).",
    en="You return (B, T, H, d). The head goes before time: (B, H, T, d).")
exercise.mistake(
    "interleaved", (RETURN, "return x.reshape(B, T, D // H, H).permute(0, 3, 1, 2)"),
    es="Cada cabeza se lleva un número de cada H, salteados. Son tramos seguidos.",
    en="Each head takes one number in every H, interleaved. They are consecutive stretches.")
exercise.mistake(
    "batch_swapped", (RETURN, "return x.reshape(B, T, H, D // H).transpose(0, 2)"),
    es="Cambias la cabeza con el lote. Se cambia con el tiempo: `transpose(1, 2)`.",
    en="You swap the head with the batch. It is swapped with time: `transpose(1, 2)`.")
exercise.mistake(
    "head_first", (RETURN, "return x.reshape(B, T, H, D // H).permute(2, 0, 1, 3)"),
    es="Pones la cabeza delante del lote. Se pide (B, H, T, d).",
    en="You put the head before the batch. (B, H, T, d) is asked for.")
exercise.mistake(
    "numbers_before_time", (RETURN, "return x.reshape(B, T, H, D // H).permute(0, 2, 3, 1)"),
    es="Devuelves (B, H, d, T). El tiempo va antes que los números.",
    en="You return (B, H, d, T). Time goes before the numbers.")
exercise.mistake(
    "size_not_whole", ("D // H", "D / H"),
    es="`D / H` es un número con decimales, y una forma se hace de enteros: `D // H`.",
    en="`D / H` is a float, and a shape is made of integers: `D // H`.")
exercise.mistake(
    "size_for_count", (RETURN, "return x.reshape(B, T, D // H, H).transpose(1, 2)"),
    es="Cambias el número de cabezas por su tamaño: son H cabezas de D / H números.",
    en="You take the number of heads for their size: they are H heads of D / H numbers.")
exercise.mistake(
    "time_cut", (RETURN, "return torch.stack(x.repeat(1, H, 1).chunk(H, dim=1), dim=1)[..., : D // H]"),
    es="Todas las cabezas ven el primer tramo. Cada una ve el suyo.",
    en="All heads see the first stretch. Each sees its own.")
exercise.mistake(
    "heads_reversed", (RETURN, f"{RETURN}.flip(1)"),
    es="Las cabezas salen en orden inverso.", en="The heads come out in reverse order.")
exercise.mistake(
    "whole_for_each", (RETURN, "return x[:, None].expand(B, H, T, D)"),
    es="Das a cada cabeza todos los números. Cada una tiene D / H.", en="You give each head all numbers. Each has D / H.")
exercise.mistake(
    "read_by_columns", (RETURN, "return x.transpose(1, 2).reshape(B, H, T, D // H)"),
    es="Cambias ejes y después haces `reshape`: mezclas símbolos. Es al revés: partir y después cambiar.",
    en="You swap axes and then `reshape`: you mix symbols. It is the other way round: cut, and then swap.")

exercise.alternative("stacked", code="""
def split_heads(x, H):
    return torch.stack(x.chunk(H, dim=-1), dim=1)
""")
exercise.alternative("unflattened", code="""
def split_heads(x, H):
    return x.unflatten(-1, (H, -1)).permute(0, 2, 1, 3).contiguous()
""")
exercise.alternative("filled_in", code="""
def split_heads(x, H):
    B, T, D = x.shape
    heads = torch.zeros(B, H, T, D // H)
    for h in range(H):
        heads[:, h] = x[:, :, h * (D // H) : (h + 1) * (D // H)]
    return heads
""")
