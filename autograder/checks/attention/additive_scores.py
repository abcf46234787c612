"""Exercise 4.4: every query scored against every key by a small network."""

import torch

from autograder import expect
from autograder.exercise import Exercise
from autograder.text import Text

exercise = Exercise(
    "additive_scores", points=8,
    title=Text("La puntuación aditiva", "The additive score"),
    hints=(
        Text("`q @ Wq` es (B, T, h) y `k @ Wk` es (B, S, h). Para sumar todas las parejas hacen falta (B, T, 1, h) y (B, 1, S, h).",
             "`q @ Wq` is (B, T, h) and `k @ Wk` is (B, S, h). To add all pairs you need (B, T, 1, h) and (B, 1, S, h)."),
        Text("`a[:, :, None]` pone un eje de largo 1 después de T, y `a[:, None]` antes de S. Una matriz (…, h) por un vector (h,), "
             "con `@`, suma sobre h.",
             "`a[:, :, None]` puts an axis of length 1 after T, and `a[:, None]` before S. An (…, h) tensor times a vector (h,), "
             "by `@`, adds up over h."),
    ),
)


def inputs(draw, B: int, T: int, S: int, d_q: int, d_k: int, h: int):
    return draw.tensor(B, T, d_q), draw.tensor(B, S, d_k), draw.tensor(d_q, h), draw.tensor(d_k, h), draw.tensor(h)


def oracle(q, k, Wq, Wk, v) -> torch.Tensor:
    """Return the scores, pair by pair."""
    scores = torch.zeros(q.shape[0], q.shape[1], k.shape[1], dtype=torch.float64)
    for b, t, s in torch.cartesian_prod(*(torch.arange(n) for n in scores.shape)).tolist():
        scores[b, t, s] = torch.dot(v, torch.tanh(Wq.T.mv(q[b, t]) + Wk.T.mv(k[b, s])))
    return scores


def agrees(student, *given):
    expect.near(student.call("additive_scores", *given), oracle(*given))


@exercise.property(3, "Una sola pareja: la puntuación de una consulta ante una clave.", "A single pair: the score of a query at a key.")
def one_pair(student, draw):
    d_q, d_k, h = draw.sizes(3, 2, 7)
    agrees(student, *inputs(draw, 1, 1, 1, d_q, d_k, h))


@exercise.property(4, "Todas las parejas de cada secuencia del lote.", "All pairs of each sequence of the batch.")
def all_pairs(student, draw):
    agrees(student, *inputs(draw, *draw.sizes(6, 2, 8)))


@exercise.property(2, "Con tantas claves como consultas, y tan largas.", "With as many keys as queries, and as long.")
def square(student, draw):
    n, h = draw.sizes(2, 3, 7)
    agrees(student, *inputs(draw, 2, n, n, n, n, h))


@exercise.property(1, "Sirve para vectores de un número.", "It works for vectors of one number.")
def smallest(student, draw):
    agrees(student, *inputs(draw, 3, 4, 2, 1, 1, 1))


@exercise.property(1, "Deja sus entradas como estaban.", "It leaves its inputs as they were.")
def inputs_unchanged(student, draw):
    given = inputs(draw, 2, 3, 4, 3, 5, 6)
    mine = [student.put(value) for value in given]
    expect.near(student.call("additive_scores", *mine), oracle(*given))
    for handle, before, name in zip(mine, given, ("q", "k", "Wq", "Wk", "v"), strict=True):
        expect.unchanged(before, handle.value(), name)


QUERY, KEY = "(q @ Wq)[:, :, None]", "(k @ Wk)[:, None]"
HIDDEN = f"hidden = torch.tanh({QUERY} + {KEY})"
RETURN = "return hidden @ v"

exercise.mistake(
    "no_tanh", (HIDDEN, f"hidden = {QUERY} + {KEY}"),
    es="Falta la tangente hiperbólica: sin ella, la clave preferida es la misma para todas las consultas.",
    en="The hyperbolic tangent is missing: without it, the favourite key is the same for all queries.")
exercise.mistake(
    "tanh_at_the_end", (HIDDEN, f"hidden = {QUERY} + {KEY}"), (RETURN, "return torch.tanh(hidden @ v)"),
    es="La tangente va antes de multiplicar por `v`, no después.", en="The tangent goes before multiplying by `v`, not after.")
exercise.mistake(
    "tanh_of_each", (HIDDEN, f"hidden = torch.tanh({QUERY}) + torch.tanh({KEY})"),
    es="La tangente abarca la suma: una de cada sumando no es lo mismo.",
    en="The tangent spans the sum: one of each term is not the same.")
exercise.mistake(
    "tanh_of_the_query_only", (HIDDEN, f"hidden = torch.tanh({QUERY}) + {KEY}"),
    es="La tangente solo abarca la consulta. Es de la suma entera.", en="The tangent spans the query only. It is of the whole sum.")
exercise.mistake(
    "product", (HIDDEN, f"hidden = torch.tanh({QUERY} * {KEY})"),
    es="Multiplicas consulta y clave. Aquí se suman: por eso se llama aditiva.",
    en="You multiply query and key. Here they are added: that is why it is called additive.")
exercise.mistake(
    "difference", (f"{QUERY} + {KEY}", f"{QUERY} - {KEY}"),
    es="Restas la clave. Se suman.", en="You subtract the key. They are added.")
exercise.mistake(
    "keys_first", (RETURN, "return (hidden @ v).transpose(1, 2)"),
    es="Devuelves (B, S, T). Las consultas van primero: (B, T, S).", en="You return (B, S, T). Queries come first: (B, T, S).")
exercise.mistake(
    "weights_swapped", ("q @ Wq", "q @ Wk"), ("k @ Wk", "k @ Wq"),
    es="Cambias las matrices: `Wq` es la de las consultas. Solo cuadra cuando consulta y clave tienen el mismo largo.",
    en="You swap the matrices: `Wq` is that of the queries. It only fits when query and key have the same length.")
exercise.mistake(
    "same_place_only", code="""
def additive_scores(q, k, Wq, Wk, v):
    return torch.tanh(q @ Wq + k @ Wk) @ v
""",
    es="Solo sumas cada consulta con la clave de su mismo sitio. Hacen falta todas las parejas.",
    en="You add each query to the key at its own place only. All pairs are needed.")
exercise.mistake(
    "softmax_at_the_end", (RETURN, "return (hidden @ v).softmax(dim=-1)"),
    es="Acabas en softmax. Se piden las puntuaciones.", en="You end in softmax. The scores are asked for.")
exercise.mistake(
    "divided_by_the_root", (RETURN, "return hidden @ v / sqrt(len(v))"),
    es="Divides por una raíz. La puntuación aditiva no lo hace: la tangente ya la limita.",
    en="You divide by a root. The additive score does not: the tangent bounds it already.")
exercise.mistake(
    "v_left_out", (RETURN, "return hidden.sum(dim=-1)"),
    es="No usas `v`: sumas lo de dentro sin más.", en="You do not use `v`: you just add up what is inside.")
exercise.mistake(
    "mean_over_h", (RETURN, "return (hidden * v).mean(dim=-1)"),
    es="Promedias sobre h. El producto escalar suma.", en="You take the mean over h. The dot product adds up.")
exercise.mistake(
    "other_sequences", (KEY, "(k @ Wk)[:1, None]"),
    es="Todas las consultas miran las claves de la primera secuencia. Cada una, las de la suya.",
    en="All queries look at the keys of the first sequence. Each one, at those of its own.")

exercise.alternative("concatenated", code="""
def additive_scores(q, k, Wq, Wk, v):
    B, T, S = len(q), q.shape[1], k.shape[1]
    queries = q.unsqueeze(2).expand(B, T, S, q.shape[-1])
    keys = k.unsqueeze(1).expand(B, T, S, k.shape[-1])
    hidden = torch.cat([queries, keys], dim=-1) @ torch.cat([Wq, Wk], dim=0)
    return torch.einsum("btsh,h->bts", hidden.tanh(), v)
""")
exercise.alternative("query_by_query", code="""
def additive_scores(q, k, Wq, Wk, v):
    rows = []
    for t in range(q.size(1)):
        query = q[:, t : t + 1] @ Wq  # (B, 1, h)
        rows.append((torch.tanh(query + k @ Wk) * v).sum(-1))
    return torch.stack(rows, dim=1)
""")
