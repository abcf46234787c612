"""Exercise 7.9: from scores to the probabilities of the draw."""

import math

import torch

from autograder import expect
from autograder.exercise import Exercise
from autograder.text import Text

exercise = Exercise(
    "next_probabilities", points=8,
    title=Text("Con qué probabilidades se sortea", "Sampling probabilities"),
    hints=(
        Text("Ordena una vez, de mayor a menor, con `sort(dim=-1, descending=True, stable=True)`; guarda `order` para deshacerlo "
            "al final.",
             "Sort once, from largest to smallest, with `sort(dim=-1, descending=True, stable=True)`; keep `order` to undo it at the "
                 "end."),
        Text("En orden, `p.cumsum(dim=-1) - p` es lo que suman las piezas más probables que cada una. Sobra la que ya tiene "
            "`top_p` por delante.",
             "In order, `p.cumsum(dim=-1) - p` is what the pieces likelier than each one add up to. One that has `top_p` in front "
                 "of it already is left out."),
        Text("`torch.zeros_like(p).scatter(-1, order, p)` devuelve cada número a su pieza.",
             "`torch.zeros_like(p).scatter(-1, order, p)` gives each number back to its piece."),
    ),
)


def wanted(logits, temperature=1.0, top_k=None, top_p=None):
    """Do the steps row by row with lists."""
    rows = []
    for row in logits.tolist():
        V = len(row)
        order = sorted(range(V), key=lambda n: -row[n])  # sorting keeps the order of equals
        if temperature == 0:
            rows.append([float(n == order[0]) for n in range(V)])
            continue
        p = {n: math.exp((row[n] - max(row)) / temperature) for n in order[: top_k or V]}
        total, p_kept, reached = sum(p.values()), {}, 0.0
        for n in order[: top_k or V]:
            if top_p is None or reached < top_p:
                p_kept[n] = p[n] / total
            reached += p[n] / total
        rows.append([p_kept.get(n, 0.0) / sum(p_kept.values()) for n in range(V)])
    return torch.tensor(rows, dtype=torch.float64)


def scores(draw, B: int, V: int) -> torch.Tensor:
    """Draw scores of no order, float32, no two of a row closer than 0.3."""
    steps = torch.from_numpy(draw.uniform(0.3, 0.8, size=(B, V)).cumsum(axis=1))
    return (torch.from_numpy(draw.permuted(steps.numpy(), axis=1)) - float(draw.uniform(0, 9))).float()


def between(logits, temperature: float, top_k, count: int) -> float:
    """Return a share that the first row reaches with `count` pieces, halfway between those of one less and of so many."""
    p = wanted(logits, temperature, top_k)[0].sort(descending=True).values.cumsum(0)
    return float((p[count - 1] + (p[count - 2] if count > 1 else 0.0)) / 2)


def all_agree(student, tasks):
    """Ask for everything before looking at anything: all of it tells one mistake from another."""
    answers = [student.call("next_probabilities", *task) for task in tasks]
    for seen, task in zip(answers, tasks, strict=True):
        compare(seen, *task)


def compare(seen, logits, *choices):
    told = ", ".join(f"{name}={value}" if isinstance(value, (int, type(None))) else f"{name}={value:.2f}"
                     for name, value in zip(("temperature", "top_k", "top_p"), choices, strict=False))
    expect.near(seen, wanted(logits, *choices), what=f"next_probabilities(logits, {told})")


@exercise.property(2, "La temperatura divide las puntuaciones; con 0 toda la probabilidad es de la mayor.",
                   "The temperature divides the scores; at 0 all the probability goes to the largest.")
def temperature(student, draw):
    logits = scores(draw, 3, 7)
    degrees = (1.0, float(draw.uniform(0.3, 0.7)), float(draw.uniform(1.5, 4.0)), 0, 0.0)
    all_agree(student, [*((logits, t) for t in degrees), (2000 * logits, 1.0)])


@exercise.property(2, "`top_k` deja las más probables, exactamente esas, y las demás a 0.",
    "`top_k` leaves the likeliest, exactly those, and the others at 0.")
def top_k(student, draw):
    for B, V in ((3, 8), (1, 5)):
        logits, t = scores(draw, B, V), float(draw.uniform(0.5, 2.0))
        all_agree(student, [(logits, t, k) for k in (int(draw.integers(2, V - 1)), 1, V, V + 4)])


@exercise.property(3, "`top_p` deja las justas para llegar, con la que hace pasar la suma.",
    "`top_p` leaves just enough to get there, with the one that takes the sum past it.")
def top_p(student, draw):
    tasks = []
    for count in (1, 2, 4):
        for t in (1.0, float(draw.uniform(1.5, 2.5))):
            logits = scores(draw, 2, 7)
            logits[1] = logits[0][torch.from_numpy(draw.permutation(7))]  # the same shares in another order
            tasks.append((logits, t, None, between(logits, t, None, count)))
    all_agree(student, tasks)


@exercise.property(2, "Primero la temperatura, luego `top_k`, y `top_p` sobre lo que queda, renormalizado.",
                   "First the temperature, then `top_k`, and `top_p` on what is left, renormalized.")
def together(student, draw):
    tasks = []
    for _ in range(3):
        logits = scores(draw, 1, 8)
        t, k = float(draw.uniform(2.0, 3.0)), int(draw.integers(3, 5))
        tasks += [(logits, t, k, between(logits, t, k, count)) for count in (1, 2, k)]
    all_agree(student, tasks)


@exercise.property(1, "En los empates del borde se quedan las de menor id.", "In ties at the edge, those of lower id stay.")
def ties(student, draw):
    a, b, c = sorted(int(n) for n in draw.choice(6, size=3, replace=False))
    logits = torch.zeros(2, 6)
    logits[0, [a, c]], logits[1, b] = 2.0, 1.0
    tasks = [(logits, 1.0, k) for k in (1, 2, 4)]
    all_agree(student, [*tasks, (logits[:1], 1.0, None, between(logits[:1], 1.0, None, 4)), (logits[:1], 0)])


@exercise.property(1, "Con `top_p=1` quedan todas; deja `logits` como estaba.",
    "With `top_p=1` all stay; it leaves `logits` as it was.")
def unchanged(student, draw):
    logits = scores(draw, 3, 6)
    compare(student.call("next_probabilities", logits, 1.0, None, 1.0), logits, 1.0, None, 1.0)
    mine = student.put(logits.clone())
    compare(student.call("next_probabilities", mine, 0.7, 4, 1.0), logits, 0.7, 4, 1.0)
    expect.unchanged(logits, mine.value(), "logits")


SOFTMAX = "(logits / temperature).softmax(dim=-1)"
BEFORE = "before = p.cumsum(dim=-1) - p  # what the likelier ones add up to"
ZERO = "    if temperature == 0:\n        return functional.one_hot(logits.argmax(dim=-1), logits.shape[-1]).to(logits.dtype)\n"
TOP_K = "    if top_k is not None:\n        p[:, top_k:] = 0\n"
NORM = "    p = p / p.sum(dim=-1, keepdim=True)\n    if top_p"
LAST = "        p = p / p.sum(dim=-1, keepdim=True)\n"
RETURN = "return torch.zeros_like(p).scatter(-1, order, p)"

exercise.mistake("temperature_multiplies", ("logits / temperature", "logits * temperature"),
    es="Multiplicas por la temperatura. Se divide.",
    en="You multiply by the temperature. Divide by it.")
exercise.mistake("zero_divides", (ZERO, ""), es="Con temperatura 0 divides entre 0.", en="At temperature 0 you divide by 0.")
exercise.mistake("temperature_on_probabilities", (SOFTMAX, "logits.softmax(dim=-1).div(temperature).softmax(dim=-1)"),
    es="Aplicas la temperatura a las probabilidades. Va en las puntuaciones, antes del softmax.",
        en="You apply the temperature to the probabilities. It goes to the scores, before the softmax.")
exercise.mistake("zero_takes_the_last", ("logits.argmax(dim=-1), logits",
    "logits.shape[-1] - 1 - logits.flip(-1).argmax(dim=-1), logits"),
    es="Con temperatura 0 y empate, tomas la última. Es la primera.",
        en="At temperature 0 and a tie, you take the last one. It is the first.")
exercise.mistake("top_k_keeps_ties", (TOP_K,
    "    if top_k is not None:\n        p = p.masked_fill(p < p[:, [min(top_k, p.shape[1]) - 1]], 0)\n"),
    es="`top_k` deja también las que empatan con la última: salen más de `top_k`.",
        en="`top_k` keeps those that tie with the last one too: more than `top_k` stay.")
exercise.mistake("top_k_of_the_least", ("p[:, top_k:] = 0", "p[:, :-top_k] = 0"), es="`top_k` deja las menos probables.",
    en="`top_k` keeps the least likely.")
exercise.mistake("top_k_masks_scores_with_zero", (ZERO,
    ZERO + "    if top_k is not None:\n        last = logits.sort(dim=-1, descending=True).values[:, [min(top_k, logits.shape[1]) "
    "- 1]]\n"
    "        logits = logits.masked_fill(logits < last, 0)\n"), (TOP_K, ""),
        es="Pones a 0 las puntuaciones, y $e^0 = 1$: siguen teniendo probabilidad.",
    en="You set scores to 0, and $e^0 = 1$: they still have probability.")
exercise.mistake("top_k_beyond_v", (TOP_K,
    "    if top_k is not None:\n        p[:, p.topk(top_k, dim=-1).indices.shape[1] :] = 0\n"),
    es="Si `top_k` es mayor que `V`, `topk` falla. Quedan todas: `min(top_k, V)`.",
    en="If `top_k` is greater than `V`, `topk` fails. All stay: `min(top_k, V)`.")
exercise.mistake("crossing_one_dropped", (BEFORE, "before = p.cumsum(dim=-1)"),
    es="Quitas la pieza que hace pasar la suma de `top_p`. Se queda; si la primera ya llega, sin ella divides 0 entre 0.",
    en="You drop the piece that takes the sum past `top_p`. It stays; if the first one gets there, without it you divide 0 by 0.")
exercise.mistake("crossing_one_dropped_but_the_first", (BEFORE, "before = p.cumsum(dim=-1)\n        before[:, 0] = 0"),
    es="Quitas la pieza que hace pasar la suma de `top_p`. Se queda: las de antes no llegan sin ella.",
    en="You drop the piece that takes the sum past `top_p`. It stays: those before it do not get there without it.")
exercise.mistake("crossing_one_dropped_and_the_row_empty", (BEFORE, "before = p.cumsum(dim=-1)"), (LAST + "    return",
    "        p = p / p.sum(dim=-1, keepdim=True).clamp(min=1e-9)\n    return"),
    es="Quitas la pieza que hace pasar la suma de `top_p`. Se queda; si la primera ya llega, sin ella la fila está vacía.",
    en="You drop the piece that takes the sum past `top_p`. It stays; if the first one gets there, the row would be empty.")
exercise.mistake("one_too_many", (BEFORE, "before = p.cumsum(dim=-1) - p - p.roll(1, -1).index_fill(-1, torch.tensor([0]), 0)"),
    es="`top_p` deja una pieza de más.",
    en="`top_p` keeps one piece too many.")
exercise.mistake("top_p_unsorted", (BEFORE, "before = torch.zeros_like(p).scatter(-1, order, p).cumsum(-1).gather(-1, order) - p"),
    es="Para `top_p` sumas en el orden de los ids. Se suma de mayor a menor.",
        en="For `top_p` you add up in the order of ids. Add from the largest down.")
exercise.mistake("left_in_order", (RETURN, "return p"), es="Devuelves las probabilidades ordenadas: cada una es ya de otra pieza.",
    en="You return the probabilities sorted: each now belongs to another piece.")
exercise.mistake("not_renormalized", (LAST + "    return", "    return"), es="Tras `top_p`, las filas no suman 1.",
    en="After `top_p`, the rows do not add up to 1.")
exercise.mistake("top_p_before_renormalizing", (NORM, "    if top_p"), (LAST + "    return",
    "    p = p / p.sum(dim=-1, keepdim=True)\n    return"),
    es="`top_p` mira las probabilidades de antes de `top_k`, sin renormalizar.",
        en="`top_p` looks at the probabilities from before `top_k`, not renormalized.")
exercise.mistake("top_k_not_renormalized", (NORM, "    if top_p"), es="Tras `top_k`, las filas no suman 1.",
    en="After `top_k`, the rows do not add up to 1.")
exercise.mistake("top_p_before_temperature", (BEFORE,
    "cold = logits.softmax(dim=-1).gather(-1, order) * (p > 0)\n        cold = cold / cold.sum(dim=-1, keepdim=True)\n"
    "        before = cold.cumsum(dim=-1) - cold"), es="`top_p` mira las probabilidades sin temperatura. La temperatura va primero.",
    en="`top_p` looks at the probabilities without temperature. Temperature comes first.")
exercise.mistake("changes_its_input", (SOFTMAX, "logits.div_(temperature).softmax(dim=-1)"),
    es="Divides `logits` en su sitio: cambias tu entrada.",
    en="You divide `logits` in place: you change your input.")

exercise.alternative("masks_the_scores", code="""
def next_probabilities(logits, temperature=1.0, top_k=None, top_p=None):
    V = logits.shape[-1]
    order = torch.argsort(logits, dim=-1, descending=True, stable=True)
    rank = torch.argsort(order, dim=-1)
    if temperature == 0:
        return (rank == 0).to(logits.dtype)
    scores = logits / temperature
    if top_k is not None and top_k < V:
        scores = scores.masked_fill(rank >= top_k, -torch.inf)
    if top_p is not None:
        p = torch.softmax(scores, -1)
        ahead = torch.stack([(p * (rank < rank[:, [n]])).sum(-1) for n in range(V)], dim=-1)
        scores = scores.masked_fill(ahead >= top_p, -torch.inf)
    return torch.softmax(scores, -1)
""")
exercise.alternative("row_by_row", code="""
def next_probabilities(logits, temperature=1.0, top_k=None, top_p=None):
    rows = []
    for row in logits.clone():
        V = len(row)
        order = sorted(range(V), key=lambda n: (-float(row[n]), n))
        keep = 1 if temperature == 0 else min(V, V if top_k is None else top_k)
        p = torch.zeros(V, dtype=logits.dtype)
        kept = order[:keep]
        p[kept] = torch.softmax(row[kept] / (temperature or 1.0), dim=0)
        if top_p is not None:
            total, n = 0.0, 0
            while n < keep and total < top_p:
                total += float(p[order[n]])
                n += 1
            p[order[n:]] = 0
        rows.append(p / p.sum())
    return torch.stack(rows)
""")
