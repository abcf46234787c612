"""Exercise 3.6: a long text in strips, served batch by batch."""

import numpy as np

from autograder import expect
from autograder.exercise import Exercise
from autograder.text import Text

exercise = Exercise(
    "stream_batches", points=6,
    title=Text("Servir un texto largo", "Serving a long text"),
    hints=(
        Text("N símbolos dan N − 1 parejas (símbolo, siguiente). ¿Cuántas columnas enteras de B filas salen de ellas?",
             "N symbols make N − 1 pairs (symbol, next). How many whole columns of B rows come out of them?"),
        Text("`ids[: B * columns].reshape(B, columns)` pone las tiras una debajo de otra. Los objetivos son lo mismo, empezando en 1.",
             "`ids[: B * columns].reshape(B, columns)` puts the strips one below the other. The targets are the same, beginning at 1."),
        Text("Después, corta las dos tablas de T en T columnas: `x[:, t : t + T]`.",
             "Then cut both tables every T columns: `x[:, t : t + T]`."),
    ),
)


def oracle(ids, B: int, T: int) -> list[tuple[list, list]]:
    """Return the batches, symbol by symbol."""
    columns = (len(ids) - 1) // B
    batches = []
    for start in range(0, columns, T):
        places = [[row * columns + t for t in range(start, min(start + T, columns))] for row in range(B)]
        batches.append(([[ids[n] for n in row] for row in places], [[ids[n + 1] for n in row] for row in places]))
    return batches


def served(student, ids, B: int, T: int) -> list:
    """Return the student's batches, after checking that they are a list of as many pairs as there should be."""
    seen = student.call("stream_batches", ids, B, T)
    wanted = len(oracle(ids, B, T) if isinstance(ids, np.ndarray) else oracle(ids.value(), B, T))
    expect.true(isinstance(seen, (list, tuple)) and all(isinstance(pair, (list, tuple)) and len(pair) == 2 for pair in seen),
                "Se pide una lista de parejas (x, y), y es {kind}.", "A list of pairs (x, y) is asked for, and it is {kind}.",
                kind=expect.kind(seen))
    expect.true(len(seen) == wanted, "Con esos ids debían salir {wanted} lotes y salen {seen}.",
                "From these ids {wanted} batches should come out, and {seen} do.", wanted=wanted, seen=len(seen))
    return seen


def agrees(student, ids, B: int, T: int, parts=(0, 1)):
    for seen, wanted in zip(served(student, ids, B, T), oracle(ids, B, T), strict=True):
        for part in parts:
            expect.same(seen[part], wanted[part], what="xy"[part])


def text(draw, pairs: int) -> np.ndarray:
    """Return ids, all different, that make `pairs` pairs (symbol, next)."""
    return draw.permutation(1000)[: pairs + 1]


@exercise.property(2, "Las entradas: B tiras seguidas del texto, y cada fila continúa la misma fila del lote anterior.",
                   "The inputs: B strips of the text in a row, and each row goes on from the same row of the batch before.")
def inputs(student, draw):
    B, T, batches = draw.sizes(3, 2, 6)
    agrees(student, text(draw, B * T * batches), B, T, parts=(0,))


@exercise.property(2, "Los objetivos: el símbolo que sigue en el texto a cada entrada.",
                   "The targets: the symbol that follows each input in the text.")
def targets(student, draw):
    B, T, batches = draw.sizes(3, 2, 6)
    agrees(student, text(draw, B * T * batches), B, T, parts=(1,))


@exercise.property(2, "El último lote puede ser más corto, y solo se pierde lo que no alcanza para otra columna.",
                   "The last batch may be shorter, and all that is lost is what is not enough for another column.")
def remainders(student, draw):
    B, T = (int(n) for n in draw.permutation([3, 4, 5])[:2])
    for short in range(1, T):
        agrees(student, text(draw, B * (2 * T + short) + int(draw.integers(B))), B, T)
    agrees(student, text(draw, B * 2 * T + B - 1), B, T)  # len(ids) is a multiple of B


@exercise.property(1, "Sirve con una sola fila, con una sola columna, y con un texto que cabe en un lote.",
                   "It works with a single row, with a single column, and with a text that fits in one batch.")
def smallest(student, draw):
    agrees(student, text(draw, 7), 1, 3)
    agrees(student, text(draw, 8), 4, 1)
    agrees(student, text(draw, 6), 3, 50)


@exercise.property(1, "Deja `ids` como estaba.", "It leaves `ids` as it was.")
def input_unchanged(student, draw):
    ids = text(draw, 25)
    mine = student.put(ids)
    for seen, wanted in zip(served(student, mine, 3, 4), oracle(ids, 3, 4), strict=True):
        expect.same(seen[0], wanted[0], what="x")
        expect.same(seen[1], wanted[1], what="y")
    expect.unchanged(ids, mine.value(), "ids")


COLUMNS = "columns = (len(ids) - 1) // B"
X = "x = ids[: B * columns].reshape(B, columns)"
Y = "y = ids[1 : B * columns + 1].reshape(B, columns)"
LIST = "[(x[:, t : t + T], y[:, t : t + T]) for t in range(0, columns, T)]"

exercise.mistake(
    "rows_do_not_go_on", (X, "x = ids[: B * columns].reshape(-1, B).T"), (Y, "y = ids[1 : B * columns + 1].reshape(-1, B).T"),
    es="Repartes el texto por columnas: cada fila salta de B en B símbolos. Cada tira es un trozo seguido.",
    en="You deal the text out by columns: each row jumps B symbols at a time. Each strip is one piece in a row.")
exercise.mistake(
    "next_piece_in_every_row",
    (f"return {LIST}", "cut = [n for n in range(0, B * columns, T)]\n    rows = [(ids[n : n + T], ids[n + 1 : n + T + 1]) for n in "
                       "cut]\n"
                       "    groups = [rows[k : k + B] for k in range(0, len(rows), B)]\n"
                       "    return [(np.stack([a for a, _ in g]), np.stack([b for _, b in g])) for g in groups]"),
    es="La fila siguiente del mismo lote continúa el texto, y el lote siguiente no continúa sus filas: el estado que lleves será "
       "de otro "
       "sitio.",
    en="The next row of the same batch goes on with the text, and the next batch does not go on from its rows: the state that you "
       "carry "
       "will be from another place.")
exercise.mistake(
    "shuffled", (f"return {LIST}", f"batches = {LIST}\n    return [batches[n] for n in "
                                   "np.random.default_rng(0).permutation(len(batches))]"),
    es="Barajas los lotes. Con estado que pasa de uno a otro, el orden es sagrado.",
    en="You shuffle the batches. With a state that goes from one to the next, their order is sacred.")
exercise.mistake(
    "reversed_order", (LIST, LIST + "[::-1]"),
    es="Los lotes salen del último al primero.", en="The batches come from the last to the first.")
exercise.mistake(
    "targets_unshifted", (Y, Y.replace("ids[1 : B * columns + 1]", "ids[: B * columns]")),
    es="Los objetivos son las propias entradas: la red aprendería a copiar. Son el símbolo siguiente.",
    en="The targets are the inputs themselves: the network would learn to copy. They are the next symbol.")
exercise.mistake(
    "targets_shifted_by_two", (COLUMNS, "columns = (len(ids) - 1) // B\n    ids = np.append(ids, ids[-1])"),
    (Y, Y.replace("ids[1 : B * columns + 1]", "ids[2 : B * columns + 2]")),
    es="Los objetivos van dos símbolos por delante. Es uno.", en="The targets are two symbols ahead. It is one.")
exercise.mistake(
    "targets_before", (Y, "y = np.roll(ids, 1)[: B * columns].reshape(B, columns)"),
    es="Los objetivos son el símbolo anterior. Es el siguiente.", en="The targets are the symbol before. It is the next one.")
exercise.mistake(
    "strips_wrap_round", (Y, "y = np.roll(x, -1, axis=1)"),
    es="El último objetivo de cada tira es su primer símbolo. En el texto sigue el primero de la tira siguiente.",
    en="The last target of each strip is its first symbol. In the text there follows the first of the next strip.")
exercise.mistake(
    "targets_from_the_strip", code="""
def stream_batches(ids, B, T):
    columns = len(ids) // B
    strips = ids[: B * columns].reshape(B, columns)
    x, y = strips[:, :-1], strips[:, 1:]
    return [(x[:, t : t + T], y[:, t : t + T]) for t in range(0, columns - 1, T)]
""",
    es="Sacas los objetivos de la propia tira y pierdes un símbolo en cada una: al último le sigue el primero de la tira siguiente. "
       "Primero las parejas, N − 1, y después las tiras.",
    en="You take the targets from the strip itself and lose one symbol in each: the last is followed by the first of the next strip. "
       "First the pairs, N − 1, and then the strips.")
exercise.mistake(
    "short_batch_dropped", (LIST, LIST.replace("range(0, columns, T)", "range(0, columns - T + 1, T)")),
    es="Tiras el último lote cuando es más corto. También es texto.",
    en="You throw the last batch away when it is shorter. It is text too.")
exercise.mistake(
    "one_symbol_too_many", (COLUMNS, "columns = len(ids) // B"),
    es="Con `len(ids)` múltiplo de B, al último símbolo le falta su siguiente. Las parejas son `len(ids) - 1`.",
    en="Where `len(ids)` is a multiple of B, the last symbol lacks its next. There are `len(ids) - 1` pairs.")
exercise.mistake(
    "windows_overlap", (LIST, LIST.replace("range(0, columns, T)", "range(columns - T + 1)")),
    es="Los lotes se solapan: avanzas de columna en columna, y es de T en T.",
    en="The batches overlap: you advance column by column, and it is T at a time.")
exercise.mistake(
    "windows_overlap_to_the_end", (LIST, LIST.replace("range(0, columns, T)", "range(columns)")),
    es="Los lotes se solapan: avanzas de columna en columna, y es de T en T. A `range` le falta el paso.",
    en="The batches overlap: you advance column by column, and it is T at a time. `range` lacks its step.")
exercise.mistake(
    "pair_swapped", (LIST, LIST.replace("(x[:, t : t + T], y[:, t : t + T])", "(y[:, t : t + T], x[:, t : t + T])")),
    es="Devuelves (objetivos, entradas). Es al revés.", en="You return (targets, inputs). It is the other way round.")
exercise.mistake(
    "time_first", (LIST, LIST.replace("(x[:, t : t + T], y[:, t : t + T])", "(x[:, t : t + T].T, y[:, t : t + T].T)")),
    es="Los lotes salen con forma (T, B). Se pide (B, T).", en="The batches have shape (T, B). (B, T) is asked for.")
exercise.mistake(
    "padded_with_zeros", (X, "more = -columns % T\n    x = np.pad(ids[: B * columns].reshape(B, columns), ((0, 0), (0, more)))"),
    (Y, "y = np.pad(ids[1 : B * columns + 1].reshape(B, columns), ((0, 0), (0, more)))"),
    es="Completas con ceros el último lote: la red aprendería a predecir ceros que nadie escribió.",
    en="You fill the last batch up with zeros: the network would learn to predict zeros that nobody wrote.")
exercise.mistake(
    "written_into_ids", code="""
def stream_batches(ids, B, T):
    columns = (len(ids) - 1) // B
    x = ids[: B * columns].reshape(B, columns).copy()
    ids[:-1] = ids[1:]
    y = ids[: B * columns].reshape(B, columns)
    return [(x[:, t : t + T], y[:, t : t + T]) for t in range(0, columns, T)]
""",
    es="Desplazas `ids` en su sitio: es el texto de quien te llama.", en="You shift `ids` in place: it is the caller's text.")

exercise.alternative("row_by_row", code="""
def stream_batches(ids, B, T):
    per_row = (len(ids) - 1) // B
    batches = []
    for start in range(0, per_row, T):
        stop = min(start + T, per_row)
        x = np.array([ids[r * per_row + start : r * per_row + stop] for r in range(B)])
        y = np.array([ids[r * per_row + start + 1 : r * per_row + stop + 1] for r in range(B)])
        batches.append([x, y])
    return batches
""")
exercise.alternative("split_tables", code="""
def stream_batches(ids, B, T):
    columns = (ids.size - 1) // B
    places = np.arange(B * columns).reshape(B, -1)
    cuts = np.split(places, range(T, columns, T), axis=1)
    return [(ids[cut], ids[cut + 1]) for cut in cuts]
""")
