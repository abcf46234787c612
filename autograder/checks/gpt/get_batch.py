"""Exercise 7.5: windows of a text, and the same a piece later."""

import numpy as np
import torch

from autograder import expect
from autograder.exercise import Exercise
from autograder.replies import parts
from autograder.text import Text

exercise = Exercise(
    "get_batch", points=4,
    title=Text("Ventanas", "Windows"),
    hints=(
        Text("Hay `N - length` comienzos: 0, 1, ..., `N - length - 1`. `rng.integers(n)` sortea de 0 a `n - 1`.",
             "There are `N - length` starts: 0, 1, ..., `N - length - 1`. `rng.integers(n)` draws from 0 to `n - 1`."),
        Text("Una columna de comienzos más una fila `torch.arange(length)` es la tabla de todos los índices.",
             "A column of starts plus a row `torch.arange(length)` is the table of all indices."),
    ),
)


def drawn(student, draw, N: int, rows: int, length: int):
    """Ask for a batch of a text in which each id tells its place; return the places of x and of y, (rows, length)."""
    order = draw.permutation(2000)[:N]
    x, y = parts(student.keep("get_batch", torch.from_numpy(order), rows, length, student.rng(draw.seed())), "x", "y")
    where = {int(n): at for at, n in enumerate(order)}
    found = []
    for handle, name in ((x, "x"), (y, "y")):
        value = handle.value()
        expect.true(isinstance(value, torch.Tensor) and value.dtype == torch.int64, "`{name}` debía ser un tensor int64 y es {kind}.",
                    "`{name}` should be an int64 tensor, but it is {kind}.", name=name, kind=expect.kind(value))
        ids = expect.array(value, (rows, length), name)
        expect.true(all(int(n) in where for n in ids.flat), "`{name}` contiene ids que no están en el texto.",
                    "`{name}` contains ids that are not in the text.", name=name)
        found.append(np.vectorize(lambda n: where[int(n)])(ids))
    return found


@exercise.property(2, "Cada fila de `x` son ids seguidos del texto.", "Each row of `x` is consecutive ids of the text.")
def windows(student, draw):
    for rows, length in ((5, 7), (1, int(draw.integers(2, 9))), (4, 3)):
        x, _ = drawn(student, draw, int(draw.integers(30, 60)), rows, length)
        expect.true(bool(np.all(np.diff(x, axis=1) == 1)), "Las filas de `x` no son trozos seguidos del texto.",
                    "The rows of `x` are not consecutive ids of the text.")


@exercise.property(3, "`y` es `x` un id más allá.", "`y` is `x` one id further on.")
def shifted(student, draw):
    for rows, length in ((6, 5), (3, 1), (1, 9)):
        x, y = drawn(student, draw, int(draw.integers(30, 60)), rows, length)
        moved = np.unique(y - x)
        expect.true(len(moved) == 1 and moved[0] == 1, "`y` debía ir 1 id por delante de `x`; va {seen}.",
                    "`y` should be 1 id ahead of `x`; it is {seen}.", seen=[int(n) for n in moved[:4]])


@exercise.property(3, "Salen todos los comienzos que caben, del primero al último, con la misma probabilidad.",
                   "All starts that fit are drawn, from the first to the last, with the same probability.")
def starts(student, draw):
    length, fits, rows = int(draw.integers(2, 5)), int(draw.integers(9, 14)), 3000
    x, y = drawn(student, draw, length + fits, rows, length)
    expect.true(bool(np.all(y == x + 1)), "`y` debía ir 1 id por delante de `x`.", "`y` should be 1 id ahead of `x`.")
    counts = np.bincount(x[:, 0], minlength=fits)
    expect.true(len(counts) == fits and counts.min() > 0, "Caben {fits} comienzos, y salen {seen}.",
                "{fits} starts fit, and {seen} are drawn.", fits=fits, seen=int((counts > 0).sum()))
    p = 1 / fits
    gap = float(np.abs(counts - rows * p).max() / np.sqrt(rows * p * (1 - p)))
    expect.true(gap < 5.5, "Unos comienzos salen más que otros.", "Some starts are drawn more often than others.")


@exercise.property(1, "Sortea de nuevo en cada llamada, con `rng`: con la misma semilla, lo mismo.",
                   "It draws anew at each call, with `rng`: with the same seed, the same.")
def fresh(student, draw):
    ids, seed, seen = torch.arange(400), draw.seed(), []
    for _ in range(2):
        rng = student.rng(seed)
        for _ in range(2):
            x, y = (part.value() for part in parts(student.keep("get_batch", ids, 6, 5, rng), "x", "y"))
            expect.same(y, np.asarray(x) + 1, "y")
            seen.append(expect.array(x, (6, 5), "x"))
    expect.true(not np.array_equal(seen[0], seen[1]), "Dos llamadas seguidas dan el mismo lote.",
        "Two calls in a row give the same batch.")
    expect.true(np.array_equal(seen[0], seen[2]) and np.array_equal(seen[1], seen[3]),
                "Con la misma semilla el sorteo es otro: ¿usas otro generador?",
                    "With the same seed the draw is different: do you use another generator?")
    expect.true(len(np.unique(seen[0][:, 0])) > 1, "Todas las filas empiezan igual.", "All rows begin at the same place.")


STARTS = "rng.integers(len(ids) - length, size=(batch_size, 1))"
RETURN = "return ids[at], ids[at + 1]"

exercise.mistake("not_shifted", (RETURN, "return ids[at], ids[at]"), es="`y` es igual que `x`: el modelo solo aprendería a copiar.",
    en="`y` is the same as `x`: the model would only learn to copy.")
exercise.mistake("shifted_backwards", (RETURN, "return ids[at + 1], ids[at]"), es="Cambias `x` por `y`: pides la pieza de antes.",
    en="You swap `x` and `y`: you ask for the piece before.")
exercise.mistake("shifted_by_two", (RETURN, "return ids[at], ids[(at + 2).clamp(max=len(ids) - 1)]"),
    es="`y` va dos piezas por delante.",
    en="`y` is two pieces ahead.")
exercise.mistake("window_rolled", (RETURN, "return ids[at], ids[at].roll(-1, dims=1)"),
    es="Giras la ventana con `roll`: la respuesta de la última pieza está fuera de ella, no al principio.",
    en="You turn the window round with `roll`: the answer to its last piece is outside it, not at its beginning.")
exercise.mistake("batch_rolled", (RETURN, "return ids[at], ids[at].roll(-1)"),
    es="Giras el lote con `roll`: la respuesta de la última pieza de cada fila está fuera de la ventana, no en otra fila.",
    en="You turn the batch round with `roll`: the answer to the last piece of each row is outside its window, not in another row.")
exercise.mistake("last_start_lost", (STARTS, "rng.integers(max(len(ids) - length - 1, 1), size=(batch_size, 1))"),
    es="El último comienzo nunca sale.",
    en="The last start is never drawn.")
exercise.mistake("first_start_lost", (STARTS,
    "rng.integers(min(1, len(ids) - length - 1), len(ids) - length, size=(batch_size, 1))"), es="El primer comienzo nunca sale.",
    en="The first start is never drawn.")
exercise.mistake("past_the_end", (STARTS, "rng.integers(len(ids) - length + 1, size=(batch_size, 1))"), (RETURN,
    "return ids[at], ids[(at + 1) % len(ids)]"),
    es="El último comienzo deja `y` sin respuesta: da la vuelta al principio del texto.",
        en="The last start leaves `y` without an answer: it wraps round to the beginning of the text.")
exercise.mistake("seed_inside", (STARTS, "np.random.default_rng(0).integers(len(ids) - length, size=(batch_size, 1))"),
    es="Haces un generador nuevo en cada llamada: sale siempre el mismo lote.",
        en="You make a new generator at each call: you always get the same batch.")
exercise.mistake("one_start_for_all", (STARTS, "np.repeat(rng.integers(len(ids) - length, size=(1, 1)), batch_size, 0)"),
    es="Todas las filas empiezan en el mismo sitio.",
    en="All rows begin in the same place.")
exercise.mistake("block_starts_only", (STARTS,
    "length * rng.integers(max((len(ids) - length) // length, 1), size=(batch_size, 1)) % (len(ids) - length)"),
    es="Solo empiezas en múltiplos de `length`.", en="You only begin at multiples of `length`.")
exercise.mistake("scattered", ("torch.arange(length)", "torch.from_numpy(rng.permutation(length))"),
    es="Las piezas de cada ventana salen desordenadas.",
    en="The pieces of each window come out of order.")
exercise.mistake("transposed", (RETURN, "return ids[at].T, ids[at + 1].T"),
    es="Devuelves `(length, batch_size)`. Es una fila por ventana.",
    en="You return `(length, batch_size)`. It is one row per window.")
exercise.mistake("decimals", (RETURN, "return ids[at].float(), ids[at + 1].float()"), es="Devuelves decimales. Los ids son enteros.",
    en="You return decimals. Ids are integers.")

exercise.alternative("stacked", code="""
def get_batch(ids, batch_size, length, rng):
    starts = [int(rng.integers(0, len(ids) - length)) for _ in range(batch_size)]
    return torch.stack([ids[s : s + length] for s in starts]), torch.stack([ids[s + 1 : s + 1 + length] for s in starts])
""")
exercise.alternative("unfolded", code="""
def get_batch(ids, batch_size, length, rng):
    windows = ids.unfold(0, length + 1, 1)
    rows = windows[torch.as_tensor(rng.choice(len(windows), size=batch_size))].clone()
    return rows[:, :-1], rows[:, 1:]
""")
