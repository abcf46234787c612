"""Exercise 3.10: symbols drawn with a temperature."""

import numpy as np
from scipy.special import softmax

from autograder import expect
from autograder.exercise import Exercise
from autograder.text import Text

DRAWS = 3000

exercise = Exercise(
    "sample", points=5,
    title=Text("Escribir con temperatura", "Writing with temperature"),
    hints=(
        Text("Con temperatura 0, `logits.argmax(axis=1)`. Si no, divide entre la temperatura antes del softmax, y réstale a "
             "cada fila "
             "su máximo.",
             "With temperature 0, `logits.argmax(axis=1)`. Otherwise divide by the temperature before the softmax, and "
             "subtract from "
             "each row its maximum."),
        Text("`rng.choice(V, p=row)` sortea un símbolo con las probabilidades de una fila.",
             "`rng.choice(V, p=row)` draws one symbol with the probabilities of one row."),
    ),
)


def symbols(seen, count: int, V: int) -> np.ndarray:
    """Return the student's symbols, after checking that they are `count` integers from 0 to V - 1."""
    result = expect.array(seen, (count,), what="sample(…)")
    expect.true(bool(np.all((result == np.round(result)) & (result >= 0) & (result < V))),
                "`sample` debía dar números enteros de 0 a V − 1.", "`sample` should give integers from 0 to V − 1.")
    return result.astype(int)


def scores(draw) -> np.ndarray:
    """Return the scores of one row, well apart and in random order."""
    return draw.permutation([0.0, 0.7, 1.4, 2.1, 2.8]) + draw.uniform(-0.1, 0.1, size=5) - 3


def many(student, draw, row, temperature: float):
    """Return what the student draws for one row, many times."""
    return student.call("sample", np.tile(row, (DRAWS, 1)), temperature, student.rng(draw.seed()))


def follow(seen, row, temperature: float):
    """Expect the frequencies of a row drawn many times to be those of the softmax (5 sigma)."""
    counts, p = np.bincount(symbols(seen, DRAWS, len(row)), minlength=len(row)), softmax(row / temperature)
    gap = np.abs(counts - DRAWS * p) / np.sqrt(DRAWS * p * (1 - p) + 1)
    expect.true(bool(gap.max() < 5.5),
                "Con temperatura {t:.2f}, los símbolos no salen con las probabilidades debidas: hay uno que sale {seen} veces de {n}.",
                "With temperature {t:.2f}, symbols do not come out with the right probabilities: there is one that comes {seen} "
                "times in {n}.",
                t=temperature, seen=int(counts[gap.argmax()]), n=DRAWS)


@exercise.property(3, "Con tres temperaturas, las frecuencias son las del softmax de las puntuaciones divididas.",
                   "With three temperatures, the frequencies are those of the softmax of the divided scores.")
def frequencies(student, draw):
    tasks = [(scores(draw), t) for t in (float(draw.uniform(0.4, 0.6)), 1.0, float(draw.uniform(2.0, 3.0)))]
    answers = [many(student, draw, row, temperature) for row, temperature in tasks]
    for seen, (row, temperature) in zip(answers, tasks, strict=True):
        follow(seen, row, temperature)


@exercise.property(2, "Con temperatura 0, o casi, sale siempre el mayor; y nada se desborda.",
                   "With temperature 0, or nearly, the largest always comes out; and nothing overflows.")
def cold(student, draw):
    rows = draw.permuted(np.tile(np.arange(7.0), (40, 1)), axis=1)
    levels = 1000.0 * np.arange(40)[:, None]  # of the scores of each row
    for size, offset, temperature in ((1, 0, 0), (1, 0, 1e-4), (1, 5000, 0.02), (300, -levels, 1.0)):
        seen = student.call("sample", size * rows + offset, temperature, student.rng(draw.seed()))
        expect.same(symbols(seen, 40, 7), rows.argmax(axis=1), what="sample(…)")


@exercise.property(1, "Cada fila se sortea por su cuenta, con sus puntuaciones.", "Each row is drawn on its own, with its scores.")
def rows_apart(student, draw):
    favourites = draw.integers(6, size=50)
    seen = student.call("sample", 50.0 * np.eye(6)[favourites], 1.0, student.rng(draw.seed()))
    expect.same(symbols(seen, 50, 6), favourites, what="sample(…)")
    pairs = symbols(many(student, draw, np.zeros(20), 1.0), DRAWS, 20).reshape(-1, 2)
    equal, wanted = int((pairs[:, 0] == pairs[:, 1]).sum()), len(pairs) / 20
    expect.true(abs(equal - wanted) < 5 * np.sqrt(wanted),
                "Los sorteos de dos filas seguidas no son independientes: coinciden {seen} veces de {n}.",
                "The draws of two rows in a row are not independent: they agree {seen} times in {n}.", seen=equal, n=len(pairs))


@exercise.property(1, "El sorteo sale de `rng`: la misma semilla lo repite, y seguir con él da otro.",
                   "The draw comes from `rng`: the same seed repeats it, and going on with it gives another.")
def from_rng(student, draw):
    row, seed = scores(draw), draw.seed()
    rows = np.tile(row, (300, 1))
    rng = student.rng(seed)
    first, second = (symbols(student.call("sample", rows, 1.0, rng), 300, 5) for _ in range(2))
    again = symbols(student.call("sample", rows, 1.0, student.rng(seed)), 300, 5)
    expect.true(bool(np.any(first != second)), "Dos llamadas seguidas dan el mismo sorteo.", "Two calls in a row give the same draw.")
    expect.true(bool(np.all(again == first)),
                "Con la misma semilla sale otro sorteo: ¿sorteas con el `rng` que te dan, y no con `np.random`?",
                "With the same seed another draw comes out: do you draw with the `rng` that you are given, and not with `np.random`?")
    follow(many(student, draw, row, 1.0), row, 1.0)


@exercise.property(1, "Deja `logits` como estaba.", "It leaves `logits` as it was.")
def input_unchanged(student, draw):
    favourites = draw.integers(6, size=20)
    rows = 50.0 * np.eye(6)[favourites] + 3
    mine = student.put(rows)
    for temperature in (0.7, 0):
        expect.same(symbols(student.call("sample", mine, temperature, student.rng(draw.seed())), 20, 6), favourites, what="sample(…)")
    expect.unchanged(rows, mine.value(), "logits")


ZERO = "    if temperature == 0:\n        return logits.argmax(axis=1)\n"
Z = "z = (logits - logits.max(axis=1, keepdims=True)) / temperature"
DRAWN = "return np.array([rng.choice(len(row), p=row) for row in p])"

exercise.mistake(
    "multiplied", (Z, Z.replace(" / temperature", " * temperature")),
    es="Multiplicas por la temperatura: con frío se iguala todo, y es al revés. Se divide.",
    en="You multiply by the temperature: cold makes all equal, and it is the other way round. One divides.")
exercise.mistake(
    "temperature_ignored", (Z, Z.replace(" / temperature", "")),
    es="La temperatura no cambia nada. ¿La usas? Si divides las probabilidades, al volver a sumar 1 quedan igual: se dividen las "
       "puntuaciones, antes del softmax.",
    en="The temperature changes nothing. Do you use it? If you divide the probabilities, once they add up to 1 again they are as "
       "before: "
       "it is the scores that are divided, before the softmax.")
exercise.mistake(
    "always_the_largest", (DRAWN, "return p.argmax(axis=1)"),
    es="Tomas siempre el mayor. Solo con temperatura 0: si no, se sortea.",
    en="You always take the largest. Only with temperature 0: otherwise one draws.")
exercise.mistake(
    "uniform", (DRAWN, "return rng.integers(p.shape[1], size=len(p))"),
    es="Sorteas todos los símbolos por igual, sin mirar las probabilidades.",
    en="You draw all symbols alike, without a look at the probabilities.")
exercise.mistake(
    "zero_not_treated", (ZERO, ""),
    es="Con temperatura 0 divides entre cero. Por convenio, se toma el mayor.",
    en="With temperature 0 you divide by zero. By convention, the largest is taken.")
exercise.mistake(
    "overflows", (Z, "z = logits / temperature"),
    es="`np.exp` se desborda con puntuaciones grandes. Resta antes el máximo de cada fila.",
    en="`np.exp` overflows with large scores. Subtract the maximum of each row first.")
exercise.mistake(
    "one_maximum_for_all", (Z, "z = logits / temperature\n    z -= z.max()"),
    es="Restas a todas las filas un mismo máximo: en las que quedan muy por debajo, todo se redondea a cero. Cada fila tiene el suyo.",
    en="You subtract one maximum from all rows: in those that lie far below, all is rounded to zero. Each row has its own.")
exercise.mistake(
    "one_draw_for_all", (DRAWN, "u = rng.random()\n    return (p.cumsum(axis=1) < u).sum(axis=1).clip(max=p.shape[1] - 1)"),
    es="Todas las filas comparten un sorteo. Cada una lleva el suyo.", en="All rows share one draw. Each has its own.")
exercise.mistake(
    "first_row_for_all", (DRAWN, "return rng.choice(p.shape[1], size=len(p), p=p[0])"),
    es="Sorteas todas las filas con las probabilidades de la primera.", en="You draw all rows with the probabilities of the first.")
exercise.mistake(
    "softmax_down_the_columns", ("p /= p.sum(axis=1, keepdims=True)", "p /= p.sum(axis=0)\n    p /= p.sum(axis=1, keepdims=True)"),
    es="Normalizas por columnas: las filas se mezclan.", en="You normalize down the columns: the rows are mixed.")
exercise.mistake(
    "squared_temperature", (Z, Z + "\n    z /= temperature"),
    es="Divides dos veces entre la temperatura.", en="You divide by the temperature twice.")
exercise.mistake(
    "own_generator", (DRAWN, "rng = np.random.default_rng(0)\n    " + DRAWN),
    es="Sorteas con un generador tuyo de semilla fija: siempre sale el mismo texto. Usa el `rng` recibido.",
    en="You draw with a generator of your own and a fixed seed: the same text always comes out. Use the `rng` that is passed.")
exercise.mistake(
    "own_generator_for_each_row", (DRAWN, DRAWN.replace("rng.choice", "np.random.default_rng(0).choice")),
    es="Haces un generador de semilla fija para cada fila: todas comparten el mismo sorteo. Usa el `rng` recibido.",
    en="You make a generator with a fixed seed for each row: all share the same draw. Use the `rng` that is passed.")
exercise.mistake(
    "probabilities_returned", (DRAWN, "return p"),
    es="Devuelves las probabilidades. Falta sortear.", en="You return the probabilities. The draw is missing.")
exercise.mistake(
    "written_into_logits", (Z, "logits -= logits.max(axis=1, keepdims=True)\n    z = logits / temperature"),
    es="`logits -= …` escribe sobre las puntuaciones de quien te llama.", en="`logits -= …` writes into the caller's scores.")

exercise.mistake(
    "logits_divided_in_place", (Z, "logits /= temperature\n    z = logits - logits.max(axis=1, keepdims=True)"),
    es="`logits /= …` escribe sobre las puntuaciones de quien te llama.", en="`logits /= …` writes into the caller's scores.")

exercise.alternative("gumbel", code="""
def sample(logits, temperature, rng):
    noise = rng.gumbel(size=logits.shape)
    return np.argmax(logits + temperature * noise, axis=1)
""")
exercise.alternative("cumulative", code="""
def sample(logits, temperature, rng):
    if not temperature:
        return [int(np.argmax(row)) for row in logits]
    drawn = []
    for row in np.asarray(logits) / temperature:
        weights = np.exp(row - max(row)).cumsum()
        drawn.append(int(np.searchsorted(weights, rng.random() * weights[-1], side="right")))
    return drawn
""")
