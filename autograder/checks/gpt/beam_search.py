"""Exercise 7.11: the best beginnings, against all sentences there are."""

from itertools import pairwise

import torch

from autograder import expect
from autograder.exercise import Exercise
from autograder.text import Text

TABLE = """
class LentTable:
    # Give the log-probabilities after each beginning, read from a row of a table: beginnings by length, then in order.
    def __init__(self, rows):
        self.rows, self.asked = rows, []

    def __call__(self, ids):
        V, n = self.rows.shape[1], 0
        for piece in ids:
            n = n * V + int(piece) + 1
        self.asked.append([int(piece) for piece in ids])
        return self.rows[n]
"""

exercise = Exercise(
    "beam_search", points=7,
    title=Text("Búsqueda en haz", "Beam search"),
    hints=(
        Text("Un comienzo es una pareja `(ids, total)`. El primero, `([], 0.0)`, y solo uno: con varios iguales habría repetidos.",
             "A beginning is a pair `(ids, total)`. The first one, `([], 0.0)`, and only one: several equal ones would give repeats."),
        Text("Junta los alargados de **todos** los vivos, ordénalos y corta por `width`; después separa los que acaban en `eos`.",
             "Put the extensions of **all** the living together, sort them and cut at `width`; then set apart those that end "
                 "in `eos`."),
        Text("La nota, con `power`, se calcula al final, con los acabados y los vivos juntos.",
            "The score, with `power`, is computed at the end, with the finished and the living together."),
    ),
)


def table(draw, V: int, max_len: int, eos=None, likely: float = 0.0) -> torch.Tensor:
    """Draw the log-probabilities (beginnings, V) of a random model, float32, in the order that LentTable asks for.

    `eos` is likelier than the others, and no two sentences are so alike that rounding could change their order.
    """
    while True:
        rows = draw.tensor(sum(V**n for n in range(max_len)), V, std=1.2, dtype=torch.float32)
        if eos is not None:
            rows[:, eos] += likely
        rows = rows.log_softmax(dim=-1)
        if all(apart([total for _, total in everything(rows, length, eos)]) for length in range(1, max_len + 1)):
            return rows


def apart(totals) -> bool:
    """Tell whether no two numbers are nearly equal."""
    return all(after - before > 2e-5 for before, after in pairwise(sorted(totals)))


def searched(rows, width: int, max_len: int, eos=None, power: float = 0.0, enough: int = 10**9, refill: bool = False):
    """Keep the best beginnings, each told by its row of the table: (row, ids, total); return pairs (ids, mark).

    Two ways to go wrong, which tell whether a table is decisive: to stop once `enough` have ended, and to `refill` the beam
    with the next best in place of those that end.
    """
    V = rows.shape[1]
    alive, found = {0: ((), 0.0)}, []
    for _ in range(max_len):
        if len(found) >= enough:
            break
        reached = {}
        for row, (ids, total) in alive.items():
            for piece in range(V):
                reached[row * V + piece + 1] = ((*ids, piece), total + float(rows[row, piece]))
        alive = {}
        best = sorted(reached, key=lambda row: -reached[row][1])
        for place, row in enumerate(best):
            if reached[row][0][-1] == eos and place < width:
                found.append(reached[row])
            elif reached[row][0][-1] != eos and (len(alive) if refill else place) < width:
                alive[row] = reached[row]
    marks = [(list(ids), total / len(ids) ** power) for ids, total in (*found, *alive.values())]
    return sorted(marks, key=lambda one: -one[1])[:width]


def everything(rows, max_len: int, eos=None, ids=(), total: float = 0.0):
    """Yield all sentences there are, (ids, total)."""
    if ids and (ids[-1] == eos or len(ids) == max_len):
        yield list(ids), total
        return
    n = 0
    for piece in ids:
        n = n * rows.shape[1] + piece + 1
    for piece in range(rows.shape[1]):
        yield from everything(rows, max_len, eos, (*ids, piece), total + float(rows[n, piece]))


def asked(student, rows, *arguments):
    """Return the student's pairs, after a look at their form, and the model that was asked."""
    student.lend(TABLE)
    model = student.keep("LentTable", rows)
    seen = student.call("beam_search", model, *arguments)
    form = isinstance(seen, (list, tuple)) and all(isinstance(one, (list, tuple)) and len(one) == 2 and isinstance(one[0], (list,
        tuple))
                                                   for one in seen)
    expect.true(form, "Se pide una lista de parejas `(ids, score)`, y devuelves {kind}.",
        "A list of pairs `(ids, score)` is asked for, and you return {kind}.",
                kind=expect.kind(seen))
    return seen, model


def compare(seen, wanted):
    expect.true(len(seen) == len(wanted), "Debían salir {wanted} frases y salen {seen}.",
        "There should be {wanted} sentences, and there are {seen}.",
                wanted=len(wanted), seen=len(seen))
    for n, ((ids, mark), (right, wanted_mark)) in enumerate(zip(seen, wanted, strict=True)):
        told = Text("tiene otras piezas", "it has other pieces") if len(ids) == len(right) else Text(
            f"mide {len(ids)} piezas y debía medir {len(right)}", f"it has {len(ids)} pieces and should have {len(right)}")
        expect.true(list(ids) == right, "La frase {n} (0 es la mejor) no es la debida, o no está en su sitio: {told}.",
                    "Sentence {n} (0 is the best) is not the right one, or not in its place: {told}.", n=n, told=told)
        expect.near(mark, wanted_mark, what="score")


def all_agree(student, tasks):
    """Ask for everything before looking at anything, for all of it tells one mistake from another; return the models asked."""
    answers = [asked(student, *task) for task in tasks]
    for (seen, _), task in zip(answers, tasks, strict=True):
        compare(seen, searched(*task))
    return [model for _, model in answers]


@exercise.property(1, "Con `width=1` es lo voraz.", "With `width=1` it is greedy search.")
def greedy(student, draw):
    for _ in range(2):
        V, T = int(draw.integers(3, 6)), int(draw.integers(3, 5))
        rows = table(draw, V, T)
        n, ids, total = 0, [], 0.0
        for _ in range(T):
            piece = int(rows[n].argmax())
            total += float(rows[n, piece])
            ids, n = [*ids, piece], n * V + piece + 1
        compare(asked(student, rows, 1, T)[0], [(ids, total)])


@exercise.property(3, "Con un haz bastante ancho, encuentra las mejores de todas las frases que hay.",
                   "With a beam that is wide enough, it finds the best of all the sentences there are.")
def exhaustive(student, draw):
    for V, T in ((4, 3), (3, 4)):
        rows = table(draw, V, T)
        best = sorted(everything(rows, T), key=lambda one: -one[1])
        compare(asked(student, rows, V**T, T)[0], best)


@exercise.property(2, "Con un haz estrecho, se quedan los mejores de todos los alargados juntos.",
                   "With a narrow beam, the best of all the extensions together stay.")
def narrow(student, draw):
    V, T = 5, 4
    rows = table(draw, V, T)
    widths = 2, 3, int(draw.integers(4, 8))
    for width, model in zip(widths, all_agree(student, [(rows, width, T) for width in widths]), strict=True):
        looked = len({tuple(ids) for ids in model.get("asked")})
        expect.true(looked <= 1 + (T - 1) * width, "Con un haz de {width} y {T} pasos se alargan {most} comienzos a lo sumo; alargas "
            "{seen}.",
                    "With a beam of {width} and {T} steps, {most} beginnings are extended at most; you extend {seen}.",
                    width=width, T=T, most=1 + (T - 1) * width, seen=looked)


def decisive(rows, width: int, T: int, eos, power: float = 0.0) -> bool:
    """Tell whether this table shows who stops too soon, and who refills the beam."""
    right = searched(rows, width, T, eos, power)
    return right != searched(rows, width, T, eos, power, enough=width) and right != searched(rows, width, T, eos, power, refill=True)


@exercise.property(2, "Las frases que acaban en `eos` se guardan y no crecen; si acaban todas, para.",
                   "Sentences that end in `eos` are kept and grow no more; if all end, it stops.")
def ended(student, draw):
    V, T, eos = 4, 4, int(draw.integers(4))
    tasks = []
    for likely in (0.5, 1.5, 9.0):
        rows = table(draw, V, T, eos, likely)
        tasks += [(rows, width, T, eos) for width in (2, 3, 4)]
    while not decisive(*(task := (table(draw, V, T, eos, 0.5), 2, T, eos))):
        pass
    for model in all_agree(student, [*tasks, task]):
        expect.true(not any(eos in ids for ids in model.get("asked")), "Preguntas al modelo qué sigue a una frase acabada.",
                    "You ask the model what follows a sentence that has ended.")
    rows = tasks[0][0]
    best = sorted(everything(rows, 3, eos), key=lambda one: -one[1])
    compare(asked(student, rows, V**3, 3, eos)[0], best)


@exercise.property(2, "La nota divide la suma entre el largo elevado a `power`, con el `eos` contado.",
                   "The score divides the sum by the length to the `power`, `eos` counted.")
def scores(student, draw):
    V, T, tasks = 4, 4, []
    for power in (0.7, 1.0, 2.0):
        tasks.append((table(draw, V, T, 0, 1.0), int(draw.integers(3, 6)), T, 0, power))
    while not decisive(*(task := (table(draw, V, T, 0, 1.0), 2, T, 0, 2.0))):
        pass
    all_agree(student, [*tasks, task])


GROW = "grown.append(([*ids, piece], total + log_p))"
CUT = "grown = sorted(grown, key=lambda one: one[1], reverse=True)[:width]"
ENDED = "ended += [one for one in grown if one[0][-1] == eos]"
ALIVE = "alive = [one for one in grown if one[0][-1] != eos]"
SCORED = "scored = [(ids, total / len(ids) ** power) for ids, total in ended + alive]"
RETURN = "return sorted(scored, key=lambda one: one[1], reverse=True)[:width]"

exercise.mistake("last_step_only", (GROW, "grown.append(([*ids, piece], log_p))"),
    es="El total es solo el de la última pieza. Se suman todas.",
    en="Your total is only the last piece's. Add them all up.")
exercise.mistake("multiplied", (GROW, "grown.append(([*ids, piece], (total or 1.0) * log_p))"),
    es="Multiplicas los logaritmos. Se suman.",
    en="You multiply the logarithms. Add them.")
exercise.mistake("worst_kept", (CUT, CUT.replace(", reverse=True", "")), es="Te quedas con los peores comienzos.",
    en="You keep the worst beginnings.")
exercise.mistake("cut_a_beginning", ("            for piece, log_p in enumerate(next_log_p(ids).tolist()):\n                " + GROW,
    "            new = [([*ids, piece], total + log_p) for piece, log_p in enumerate(next_log_p(ids).tolist())]\n"
    "            grown += sorted(new, key=lambda one: one[1], reverse=True)[:width]"), (CUT, "grown = grown"),
    es="Te quedas con `width` alargados de **cada** comienzo: el haz no para de crecer.",
        en="You keep `width` extensions of **each** beginning: the beam never stops growing.")
exercise.mistake("best_of_each", ("            for piece, log_p in enumerate(next_log_p(ids).tolist()):\n                " + GROW,
    "            new = [([*ids, piece], total + log_p) for piece, log_p in enumerate(next_log_p(ids).tolist())]\n"
    "            grown += sorted(new, key=lambda one: one[1], reverse=True)[: width if not ids else 1]"),
    es="Cada comienzo solo se alarga con su mejor pieza. Compiten todos los alargados.",
        en="Each beginning is only extended by its best piece. All the extensions compete.")
exercise.mistake("copies_at_first", ("alive, ended = [([], 0.0)], []", "alive, ended = [([], 0.0)] * width, []"),
    es="Empiezas con `width` comienzos iguales: el haz se llena de repetidos.",
    en="You begin with `width` equal beginnings: the beam fills up with repeats.")
exercise.mistake("ended_go_on", (ALIVE, "alive = grown"), es="Las frases acabadas siguen creciendo.",
    en="Sentences that have ended go on growing.")
exercise.mistake("ended_lost", ("in ended + alive]", "in alive or ended]"), es="Si queda alguna viva, olvidas las acabadas.",
    en="If any is alive, you forget those that ended.")
exercise.mistake("alive_lost", ("in ended + alive]", "in ended or alive]"), es="Si alguna acabó, olvidas las que seguían vivas.",
    en="If any has ended, you forget those that were alive.")
exercise.mistake("power_the_wrong_way", (SCORED, SCORED.replace("/ len", "* len")), es="Multiplicas por el largo. Se divide.",
    en="You multiply by the length. Divide by it.")
exercise.mistake("ended_keep_their_place", (CUT, CUT.replace("[:width]", "[: max(width - len(ended), 0)]")),
    es="Cada frase acabada ocupa un sitio en los pasos que siguen: el haz se estrecha.",
        en="Each sentence that ended takes a place in the steps that follow: the beam gets narrower.")
exercise.mistake("ended_replaced", (CUT, "grown = sorted(grown, key=lambda one: one[1], reverse=True)"), (ENDED,
    "ended += [one for one in grown[:width] if one[0][-1] == eos]"), (ALIVE, ALIVE + "[:width]"),
    es="En lugar de los que acaban pones otros. Los que acaban también ocupan sitio entre los `width` de su paso.",
    en="You put others in place of those that end. Those that end take a place among the `width` of their step too.")
exercise.mistake("stops_too_soon", ("        if not alive:\n", "        if not alive or len(ended) >= width:\n"),
    es="Paras cuando hay `width` acabadas. Se sigue hasta `max_len`: una viva puede acabar mejor.",
    en="You stop when `width` have ended. Go on until `max_len`: a living one may end better.")
exercise.mistake("stops_too_soon_and_forgets", ("        if not alive:\n            break\n",
    "        if len(ended) >= width:\n            alive = []\n        if not alive:\n            break\n"),
    es="Paras cuando hay `width` acabadas, y tiras las vivas. Se sigue hasta `max_len`: una viva puede acabar mejor.",
    en="You stop when `width` have ended, and throw the living away. Go on until `max_len`: a living one may end better.")
exercise.mistake("power_forgotten", (SCORED, "scored = ended + alive"), es="No divides entre el largo elevado a `power`.",
    en="You do not divide by the length to the `power`.")
exercise.mistake("end_not_counted", (SCORED,
    "scored = [(ids, total / max(len(ids) - (ids[-1] == eos), 1) ** power) for ids, total in ended + alive]"),
    es="No cuentas el `eos` en el largo.", en="You do not count `eos` in the length.")
exercise.mistake("end_removed", (RETURN,
    "scored = [(ids[:-1] if ids[-1] == eos else ids, mark) for ids, mark in scored]\n    " + RETURN),
    es="Quitas el `eos` de las frases.", en="You take the `eos` off the sentences.")
exercise.mistake("not_sorted", (RETURN, "return scored[:width]"), es="Los resultados no van de mejor a peor.",
    en="The results do not go from best to worst.")
exercise.mistake("all_returned", (RETURN, RETURN.removesuffix("[:width]")), es="Devuelves más de `width` frases.",
    en="You return more than `width` sentences.")
exercise.mistake("probabilities", (SCORED, SCORED.replace("(ids, total /", "(ids, math.exp(total) /")),
    es="La nota son logaritmos, no probabilidades.",
    en="The score is in logarithms, not probabilities.")

exercise.alternative("tensors", code="""
def beam_search(next_log_p, width, max_len, eos=None, power=0.0):
    alive, totals, done = [[]], torch.zeros(1, dtype=torch.float64), []
    for _ in range(max_len):
        if not alive:
            break
        scores = totals[:, None] + torch.stack([torch.as_tensor(next_log_p(ids)).double() for ids in alive])
        best = scores.flatten().topk(min(width, scores.numel()))
        grown = [alive[at // scores.shape[1]] + [at % scores.shape[1]] for at in best.indices.tolist()]
        going = [n for n, ids in enumerate(grown) if eos is None or ids[-1] != eos]
        done += [(ids, total) for ids, total in zip(grown, best.values.tolist()) if eos is not None and ids[-1] == eos]
        alive, totals = [grown[n] for n in going], best.values[going]
    everything = done + list(zip(alive, totals.tolist()))
    return sorted(((ids, total / len(ids) ** power) for ids, total in everything), key=lambda pair: -pair[1])[:width]
""")
exercise.alternative("heap", code="""
def beam_search(next_log_p, width, max_len, eos=None, power=0.0):
    import heapq

    beam, finished = [(0.0, [])], []
    for _ in range(max_len):
        longer = ((total + float(step), ids + [piece]) for total, ids in beam for piece, step in enumerate(next_log_p(list(ids))))
        beam = []
        for total, ids in heapq.nlargest(width, longer):
            (finished if ids[-1] == eos else beam).append((total, ids))
    ranked = heapq.nlargest(width, ((total / len(ids) ** power, ids) for total, ids in finished + beam))
    return [(ids, mark) for mark, ids in ranked]
""")
