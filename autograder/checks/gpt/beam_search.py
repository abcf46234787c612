"""Exercise 7.11: the best beginnings, against all sentences there are."""

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
             "Put the lengthened ones of **all** the living together, sort them and cut at `width`; then set apart those that end "
                 "in `eos`."),
        Text("Para elegir se usa la suma; la nota, con `power`, solo al final.",
            "The sum is used to choose; the mark, with `power`, only at the end."),
    ),
)


def table(draw, V: int, max_len: int) -> torch.Tensor:
    """Draw the log-probabilities (beginnings, V) of a random model, in the order that LentTable asks for."""
    beginnings = sum(V**n for n in range(max_len))
    return draw.tensor(beginnings, V, std=1.2).log_softmax(dim=-1)


def searched(rows, width: int, max_len: int, eos=None, power: float = 0.0) -> list[tuple[list[int], float]]:
    """Keep the best beginnings, each told by its row of the table: (row, ids, total)."""
    V = rows.shape[1]
    alive, found = {0: ((), 0.0)}, []
    for _ in range(max_len):
        reached = {}
        for row, (ids, total) in alive.items():
            for piece in range(V):
                reached[row * V + piece + 1] = ((*ids, piece), total + float(rows[row, piece]))
        alive = {}
        for row in sorted(reached, key=lambda row: -reached[row][1])[:width]:
            if reached[row][0][-1] == eos:
                found.append(reached[row])
            else:
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
    expect.true(form, "Se pide una lista de parejas `(ids, mark)`, y devuelves {kind}.",
        "A list of pairs `(ids, mark)` is asked for, and you return {kind}.",
                kind=expect.kind(seen))
    return seen, model


def compare(seen, wanted):
    expect.true(len(seen) == len(wanted), "Debían salir {wanted} frases y salen {seen}.",
        "{wanted} sentences should come out, and {seen} do.",
                wanted=len(wanted), seen=len(seen))
    for n, ((ids, mark), (right, wanted_mark)) in enumerate(zip(seen, wanted, strict=True)):
        expect.true(list(ids) == right, "La frase {n} (0 es la mejor) no es la debida, o no está en su sitio; mide {seen} piezas "
            "y debía medir {wanted}.",
                    "Sentence {n} (0 is the best) is not the right one, or not in its place; it measures {seen} pieces and should "
                        "measure {wanted}.",
                    n=n, seen=len(ids), wanted=len(right))
        expect.near(mark, wanted_mark, what="mark")


def all_agree(student, tasks):
    """Ask for everything before looking at anything, for all of it tells one mistake from another; return the models asked."""
    answers = [asked(student, *task) for task in tasks]
    for (seen, _), task in zip(answers, tasks, strict=True):
        compare(seen, searched(*task))
    return [model for _, model in answers]


@exercise.property(1, "Con `width=1` es lo voraz.", "With `width=1` it is greedy.")
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
                   "With a narrow beam, the best of all the lengthened ones together stay.")
def narrow(student, draw):
    V, T = 5, 4
    rows = table(draw, V, T)
    widths = 2, 3, int(draw.integers(4, 8))
    for width, model in zip(widths, all_agree(student, [(rows, width, T) for width in widths]), strict=True):
        calls = len(model.get("asked"))
        expect.true(calls <= 1 + (T - 1) * width, "Con un haz de {width} y {T} pasos bastan {most} consultas al modelo; haces {seen}.",
                    "With a beam of {width} and {T} steps, {most} queries to the model are enough; you make {seen}.",
                    width=width, T=T, most=1 + (T - 1) * width, seen=calls)


@exercise.property(2, "Las frases que acaban en `eos` se guardan y no crecen; si acaban todas, para.",
                   "Sentences that end in `eos` are kept and grow no more; if all end, it stops.")
def ended(student, draw):
    V, T, eos = 4, 4, int(draw.integers(4))
    tasks = []
    for likely in (0.5, 1.5, 9.0):
        rows = table(draw, V, T)
        rows[:, eos] += likely
        tasks += [(rows.log_softmax(dim=-1), width, T, eos) for width in (2, 3, 4)]
    for model in all_agree(student, tasks):
        expect.true(not any(eos in ids for ids in model.get("asked")), "Preguntas al modelo qué sigue a una frase acabada.",
                    "You ask the model what follows a sentence that has ended.")
    rows = tasks[0][0]
    best = sorted(everything(rows, 3, eos), key=lambda one: -one[1])
    compare(asked(student, rows, V**3, 3, eos)[0], best)


@exercise.property(2, "La nota divide la suma entre el largo elevado a `power`, con el `eos` contado; para elegir en el camino se "
    "usa la suma.",
                   "The mark divides the sum by the length to the `power`, `eos` counted; to choose on the way the sum is used.")
def marks(student, draw):
    V, T, tasks = 4, 4, []
    for power in (0.7, 1.0, 2.0):
        rows = table(draw, V, T)
        rows[:, 0] += 1.0
        tasks.append((rows.log_softmax(dim=-1), int(draw.integers(3, 6)), T, 0, power))
    all_agree(student, tasks)


GROW = "grown.append(([*ids, piece], total + log_p))"
CUT = "grown = sorted(grown, key=lambda one: one[1], reverse=True)[:width]"
ENDED = "ended += [one for one in grown if one[0][-1] == eos]"
ALIVE = "alive = [one for one in grown if one[0][-1] != eos]"
MARK = "marked = [(ids, total / len(ids) ** power) for ids, total in ended + alive]"
RETURN = "return sorted(marked, key=lambda one: one[1], reverse=True)[:width]"

exercise.mistake("last_step_only", (GROW, "grown.append(([*ids, piece], log_p))"),
    es="Los puntos son solo los de la última pieza. Se suman todas.",
    en="The points are only those of the last piece. All add up.")
exercise.mistake("multiplied", (GROW, "grown.append(([*ids, piece], (total or 1.0) * log_p))"),
    es="Multiplicas los logaritmos. Se suman.",
    en="You multiply the logarithms. They add up.")
exercise.mistake("worst_kept", (CUT, CUT.replace(", reverse=True", "")), es="Te quedas con los peores comienzos.",
    en="You keep the worst beginnings.")
exercise.mistake("cut_a_beginning", ("            for piece, log_p in enumerate(next_log_p(ids).tolist()):\n                " + GROW,
    "            new = [([*ids, piece], total + log_p) for piece, log_p in enumerate(next_log_p(ids).tolist())]\n"
    "            grown += sorted(new, key=lambda one: one[1], reverse=True)[:width]"), (CUT, "grown = grown"),
    es="Te quedas con `width` alargados de **cada** comienzo: el haz no para de crecer.",
        en="You keep `width` lengthened ones of **each** beginning: the beam never stops growing.")
exercise.mistake("best_of_each", ("            for piece, log_p in enumerate(next_log_p(ids).tolist()):\n                " + GROW,
    "            new = [([*ids, piece], total + log_p) for piece, log_p in enumerate(next_log_p(ids).tolist())]\n"
    "            grown += sorted(new, key=lambda one: one[1], reverse=True)[: width if not ids else 1]"),
    es="Cada comienzo solo se alarga con su mejor pieza. Compiten todos los alargados.",
        en="Each beginning is only lengthened by its best piece. All the lengthened ones compete.")
exercise.mistake("copies_at_first", ("alive, ended = [([], 0.0)], []", "alive, ended = [([], 0.0)] * width, []"),
    es="Empiezas con `width` comienzos iguales: el haz se llena de repetidos.",
    en="You begin with `width` equal beginnings: the beam fills up with repeats.")
exercise.mistake("ended_go_on", (ALIVE, "alive = grown"), es="Las frases acabadas siguen creciendo.",
    en="Sentences that have ended go on growing.")
exercise.mistake("ended_lost", ("in ended + alive]", "in alive or ended]"), es="Si queda alguna viva, olvidas las acabadas.",
    en="If any is alive, you forget those that ended.")
exercise.mistake("alive_lost", ("in ended + alive]", "in ended or alive]"), es="Si alguna acabó, olvidas las que seguían vivas.",
    en="If any has ended, you forget those that were alive.")
exercise.mistake("power_the_wrong_way", (MARK, MARK.replace("/ len", "* len")), es="Multiplicas por el largo. Se divide.",
    en="You multiply by the length. It divides.")
exercise.mistake("ended_keep_their_place", (CUT, CUT.replace("[:width]", "[: max(width - len(ended), 0)]")),
    es="Cada frase acabada ocupa un sitio en los pasos que siguen: el haz se estrecha.",
        en="Each sentence that ended takes a place in the steps that follow: the beam gets narrower.")
exercise.mistake("end_not_counted", (MARK,
    "marked = [(ids, total / max(len(ids) - (ids[-1] == eos), 1) ** power) for ids, total in ended + alive]"),
    es="No cuentas el `eos` en el largo.", en="You do not count `eos` in the length.")
exercise.mistake("end_removed", (RETURN,
    "marked = [(ids[:-1] if ids[-1] == eos else ids, mark) for ids, mark in marked]\n    " + RETURN),
    es="Quitas el `eos` de las frases.", en="You take the `eos` off the sentences.")
exercise.mistake("not_sorted", (RETURN, "return marked[:width]"), es="Los resultados no van de mejor a peor.",
    en="The results do not go from best to worst.")
exercise.mistake("all_returned", (RETURN, RETURN.removesuffix("[:width]")), es="Devuelves más de `width` frases.",
    en="You return more than `width` sentences.")
exercise.mistake("probabilities", (MARK, MARK.replace("(ids, total /", "(ids, math.exp(total) /")),
    es="La nota son logaritmos, no probabilidades.",
    en="The mark is in logarithms, not probabilities.")

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
