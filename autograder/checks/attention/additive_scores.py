"""Exercise 4.4: every query scored against every key by a small network."""

import torch

from autograder import expect
from autograder.exercise import Exercise
from autograder.text import Text

exercise = Exercise(
    "additive_scores", points=8,
    title=Text("La puntuación aditiva", "The additive score"),
    hints=(
        Text("`q @ Wq` es (B, T, m) y `k @ Wk` es (B, S, m). Para sumar todas las parejas hacen falta (B, T, 1, m) y (B, 1, S, m).",
             "`q @ Wq` is (B, T, m) and `k @ Wk` is (B, S, m). To add all pairs you need (B, T, 1, m) and (B, 1, S, m)."),
        Text("`a[:, :, None]` pone un eje de largo 1 después de T, y `a[:, None]` antes de S. Un tensor (…, m) por un vector (m,), "
             "con `@`, suma sobre m.",
             "`a[:, :, None]` puts an axis of length 1 after T, and `a[:, None]` before S. An (…, m) tensor times a vector (m,), "
             "by `@`, adds up over m."),
    ),
)


def inputs(draw, B: int, T: int, S: int, d_q: int, d_k: int, m: int):
    return draw.tensor(B, T, d_q), draw.tensor(B, S, d_k), draw.tensor(d_q, m), draw.tensor(d_k, m), draw.tensor(m)


def oracle(q, k, Wq, Wk, w) -> torch.Tensor:
    """Return the scores, pair by pair."""
    scores = torch.zeros(q.shape[0], q.shape[1], k.shape[1], dtype=torch.float64)
    for b, t, s in torch.cartesian_prod(*(torch.arange(n) for n in scores.shape)).tolist():
        scores[b, t, s] = torch.dot(w, torch.tanh(Wq.T.mv(q[b, t]) + Wk.T.mv(k[b, s])))
    return scores


def agrees(student, *given):
    expect.near(student.call("additive_scores", *given), oracle(*given))


@exercise.property(3, "Una sola pareja: la puntuación de una consulta ante una clave.", "A single pair: the score of a query at a key.")
def one_pair(student, draw):
    d_q, d_k, m = draw.sizes(3, 2, 7)
    agrees(student, *inputs(draw, 1, 1, 1, d_q, d_k, m))


@exercise.property(4, "Todas las parejas de cada secuencia del lote.", "All pairs of each sequence of the batch.")
def all_pairs(student, draw):
    agrees(student, *inputs(draw, *draw.sizes(6, 2, 8)))


@exercise.property(2, "Con tantas claves como consultas, y del mismo largo que ellas.",
                   "With as many keys as queries, and of the same length.")
def square(student, draw):
    n, m = draw.sizes(2, 3, 7)
    agrees(student, *inputs(draw, 2, n, n, n, n, m))


@exercise.property(1, "Sirve para vectores de un número.", "It works for vectors of one number.")
def smallest(student, draw):
    agrees(student, *inputs(draw, 3, 4, 2, 1, 1, 1))


@exercise.property(1, "Deja sus entradas como estaban.", "It leaves its inputs as they were.")
def inputs_unchanged(student, draw):
    given = inputs(draw, 2, 3, 4, 3, 5, 6)
    mine = [student.put(value) for value in given]
    expect.near(student.call("additive_scores", *mine), oracle(*given))
    for handle, before, name in zip(mine, given, ("q", "k", "Wq", "Wk", "w"), strict=True):
        expect.unchanged(before, handle.value(), name)


QUERY, KEY = "(q @ Wq)[:, :, None]", "(k @ Wk)[:, None]"
HIDDEN = f"hidden = torch.tanh({QUERY} + {KEY})"
RETURN = "return hidden @ w"

exercise.mistake(
    "no_tanh", (HIDDEN, f"hidden = {QUERY} + {KEY}"),
    es="Falta la tangente hiperbólica: sin ella, la clave preferida es la misma para todas las consultas.",
    en="The hyperbolic tangent is missing: without it, the favourite key is the same for all queries.")
exercise.mistake(
    "tanh_at_the_end", (HIDDEN, f"hidden = {QUERY} + {KEY}"), (RETURN, "return torch.tanh(hidden @ w)"),
    es="La tanh va antes de multiplicar por `w`, no después.", en="The tanh goes before multiplying by `w`, not after.")
exercise.mistake(
    "tanh_of_each", (HIDDEN, f"hidden = torch.tanh({QUERY}) + torch.tanh({KEY})"),
    es="La tanh abarca la suma entera: una de cada sumando no es lo mismo.",
    en="The tanh is of the whole sum: one of each term is not the same.")
exercise.mistake(
    "tanh_of_the_query_only", (HIDDEN, f"hidden = torch.tanh({QUERY}) + {KEY}"),
    es="La tanh solo abarca la consulta. Es de la suma entera.", en="Your tanh is of the query only. It should be of the whole sum.")
exercise.mistake(
    "product", (HIDDEN, f"hidden = torch.tanh({QUERY} * {KEY})"),
    es="Multiplicas consulta y clave. Aquí se suman: por eso se llama aditiva.",
    en="You multiply query and key. Here they are added: that is why it is called additive.")
exercise.mistake(
    "difference", (f"{QUERY} + {KEY}", f"{QUERY} - {KEY}"),
    es="Restas la clave. Se suman.", en="You subtract the key. They are added.")
exercise.mistake(
    "keys_first", (RETURN, "return (hidden @ w).transpose(1, 2)"),
    es="Devuelves (B, S, T). Las consultas van primero: (B, T, S).", en="You return (B, S, T). Queries come first: (B, T, S).")
exercise.mistake(
    "weights_swapped", ("q @ Wq", "q @ Wk"), ("k @ Wk", "k @ Wq"),
    es="Cambias las matrices: `Wq` es la de las consultas. Solo cuadra cuando consulta y clave tienen el mismo largo.",
    en="You swap the matrices: `Wq` is that of the queries. It only fits when query and key have the same length.")
exercise.mistake(
    "same_place_only", code="""
def additive_scores(q, k, Wq, Wk, w):
    return torch.tanh(q @ Wq + k @ Wk) @ w
""",
    es="Solo sumas cada consulta con la clave de su mismo sitio. Hacen falta todas las parejas.",
    en="You add each query to the key at its own place only. All pairs are needed.")
exercise.mistake(
    "softmax_at_the_end", (RETURN, "return (hidden @ w).softmax(dim=-1)"),
    es="Acabas en softmax. Se piden las puntuaciones.", en="You end in softmax. The scores are asked for.")
exercise.mistake(
    "divided_by_the_root", (RETURN, "return hidden @ w / sqrt(len(w))"),
    es="Divides por una raíz. La puntuación aditiva no lo hace: la tanh ya la acota.",
    en="You divide by a root. The additive score does not: the tanh bounds it already.")
exercise.mistake(
    "w_left_out", (RETURN, "return hidden.sum(dim=-1)"),
    es="No usas `w`: sumas lo de dentro sin más.", en="You do not use `w`: you just add up what is inside.")
exercise.mistake(
    "mean_over_m", (RETURN, "return (hidden * w).mean(dim=-1)"),
    es="Promedias sobre m. El producto escalar suma.", en="You take the mean over m. The dot product adds up.")
exercise.mistake(
    "not_summed", (RETURN, "return hidden * w"),
    es="`* w` multiplica y no suma: falta sumar sobre m. `@ w` hace las dos cosas.",
    en="`* w` multiplies and does not add up: the sum over m is missing. `@ w` does both.")
exercise.mistake(
    "matrices_first", ("q @ Wq", "Wq @ q"), ("k @ Wk", "Wk @ k"),
    es="Los vectores van en filas: es `q @ Wq`, no `Wq @ q`.", en="Vectors are rows: it is `q @ Wq`, not `Wq @ q`.")
exercise.mistake(
    "pairs_of_sequences", (QUERY, "(q @ Wq)[:, None, :, None]"), (KEY, "(k @ Wk)[None, :, None]"),
    es="Formas parejas también entre secuencias distintas del lote: salen cuatro ejes. Cada consulta, con las claves de su secuencia.",
    en="You pair different sequences of the batch too: four axes come out. Each query goes with the keys of its own sequence.")
exercise.mistake(
    "other_sequences", (KEY, "(k @ Wk)[:1, None]"),
    es="Todas las consultas miran las claves de la primera secuencia. Cada una, las de la suya.",
    en="All queries look at the keys of the first sequence. Each one, at those of its own.")

exercise.alternative("concatenated", code="""
def additive_scores(q, k, Wq, Wk, w):
    B, T, S = len(q), q.shape[1], k.shape[1]
    queries = q.unsqueeze(2).expand(B, T, S, q.shape[-1])
    keys = k.unsqueeze(1).expand(B, T, S, k.shape[-1])
    hidden = torch.cat([queries, keys], dim=-1) @ torch.cat([Wq, Wk], dim=0)
    return torch.einsum("btsm,m->bts", hidden.tanh(), w)
""")
exercise.alternative("query_by_query", code="""
def additive_scores(q, k, Wq, Wk, w):
    rows = []
    for t in range(q.size(1)):
        query = q[:, t : t + 1] @ Wq  # (B, 1, h)
        rows.append((torch.tanh(query + k @ Wk) * w).sum(-1))
    return torch.stack(rows, dim=1)
""")
