"""Exercise 6.1: pairs of a word and its neighbours."""

from autograder import expect
from autograder.exercise import Exercise
from autograder.text import Text

exercise = Exercise(
    "skipgram_pairs", points=4,
    title=Text("Una palabra y sus vecinas", "A word and its neighbours"),
    hints=(
        Text("Dos bucles: uno sobre los centros, otro sobre los sitios de `t - window` a `t + window`, sin salirse de la frase.",
             "Two loops: one over the centres, another over the positions from `t - window` to `t + window`, without leaving the "
             "sentence."),
        Text("Se salta el **sitio** del centro, no su id: la misma palabra puede estar dos veces.",
             "What is skipped is the **position** of the centre, not its id: the same word may be there twice."),
    ),
)


def reference(ids, window: int) -> list[tuple[int, int]]:
    places = [(t, u) for t in range(len(ids)) for u in range(len(ids)) if 0 < abs(t - u) <= window]
    return [(ids[t], ids[u]) for t, u in places]


def agrees(student, ids, window: int):
    seen, wanted = student.call("skipgram_pairs", ids, window), reference(ids, window)
    expect.true(isinstance(seen, (list, tuple)) and all(isinstance(pair, (list, tuple)) and len(pair) == 2 for pair in seen),
                "`skipgram_pairs` debía dar una lista de parejas y da {kind}.",
                "`skipgram_pairs` should give a list of pairs, but gives {kind}.", kind=expect.kind(seen))
    farthest = sum(t + window < len(ids) for t in range(len(ids)))
    expect.true(0 == farthest or len(seen) != len(wanted) - farthest, "Faltan {farthest} parejas, tantas como vecinas hay justo a "
                "`window` = {w} sitios a la derecha. `range` no incluye su final.",
                "{farthest} pairs are missing, as many as there are neighbours exactly `window` = {w} positions to the right. "
                "`range` does not include its end.", farthest=farthest, w=window)
    expect.true(len(seen) == len(wanted), "Una frase de {T} palabras con ventana {w} tiene {wanted} parejas, y salen {seen}.",
                "A sentence of {T} words with window {w} has {wanted} pairs, and {seen} come out.",
                T=len(ids), w=window, wanted=len(wanted), seen=len(seen))
    if wanted:
        expect.same(seen, wanted, what="skipgram_pairs(…)")


@exercise.property(3, "En frases al azar, con ventanas al azar, da las parejas que son, en su orden.",
                   "In random sentences, with random windows, it gives the right pairs in the right order.")
def random_sentences(student, draw):
    for T, window in ((9, 2), (8, 3), (int(draw.integers(10, 14)), int(draw.integers(4, 6)))):
        agrees(student, [int(n) for n in draw.permutation(30)[:T]], window)


@exercise.property(2, "En los bordes no da la vuelta: una ventana mayor que la frase es toda la frase.",
                   "At the edges it does not wrap around: a window larger than the sentence is the whole sentence.")
def edges(student, draw):
    agrees(student, [int(n) for n in draw.permutation(30)[:3]], int(draw.integers(4, 8)))
    agrees(student, [int(n) for n in draw.permutation(30)[:2]], 1)


@exercise.property(1, "Una palabra repetida es vecina de sí misma en otro sitio; una frase de una palabra no da parejas.",
                   "A repeated word is a neighbour of itself at another position; a sentence of one word gives no pairs.")
def repeated(student, draw):
    a, b = (int(n) for n in draw.permutation(30)[:2])
    agrees(student, [a, a, b, a], 2)
    agrees(student, [b], 2)


@exercise.property(1, "Deja `ids` como estaba.", "It leaves `ids` as it was.")
def unchanged(student, draw):
    ids = [int(n) for n in draw.permutation(30)[:6]]
    mine = student.put(ids)
    expect.same(student.call("skipgram_pairs", mine, 2), reference(ids, 2), what="skipgram_pairs(…)")
    expect.unchanged(ids, mine.value(), "ids")


RANGE = "range(max(0, t - window), min(len(ids), t + window + 1))"
APPEND = "pairs.append((centre, ids[u]))"

exercise.mistake("right_only", (RANGE, "range(t, min(len(ids), t + window + 1))"), es="Solo miras a la derecha.",
    en="You only look to the right.")
exercise.mistake("left_only", (RANGE, "range(max(0, t - window), t + 1)"), es="Solo miras a la izquierda.",
    en="You only look to the left.")
exercise.mistake("one_short", (RANGE, "range(max(0, t - window), min(len(ids), t + window))"),
    es="`range` no incluye su final: te falta la vecina más lejana de la derecha.",
    en="`range` does not include its end: the farthest neighbour on the right is missing.")
exercise.mistake("one_too_many", (RANGE, "range(max(0, t - window - 1), min(len(ids), t + window + 2))"),
    es="La ventana es un sitio más ancha de la cuenta a cada lado.", en="The window is one position too wide on each side.")
exercise.mistake("wraps_around", (RANGE, "range(t - window, min(len(ids), t + window + 1))"),
    es="Un índice negativo da la vuelta: las primeras palabras reciben vecinas del final.",
    en="A negative index wraps around: the first words get neighbours from the end.")
exercise.mistake("with_itself", ("            if u != t:\n                pairs.append((centre, ids[u]))", f"            {APPEND}"),
    es="Cada palabra sale también consigo misma.", en="Each word comes with itself too.")
exercise.mistake("equal_ids_skipped", ("if u != t:", "if ids[u] != centre:"),
    es="Saltas las vecinas que son la misma palabra. Se salta solo el sitio del centro.",
    en="You skip the neighbours that are the same word. Only the position of the centre is skipped.")
exercise.mistake("turned_round", (APPEND, "pairs.append((ids[u], centre))"), es="El centro va primero, y la vecina después.",
    en="The centre comes first, and the neighbour after it.")
exercise.mistake("farthest_only", ("if u != t:", "if abs(u - t) == window:"),
    es="Solo tomas las vecinas a `window` sitios justos; también cuentan las más cercanas.",
    en="You only take the neighbours exactly `window` positions away; the closer ones count too.")

exercise.alternative("offsets", code="""
def skipgram_pairs(ids, window):
    offsets = [o for o in range(-window, window + 1) if o]
    return [(ids[t], ids[t + o]) for t in range(len(ids)) for o in offsets if 0 <= t + o < len(ids)]
""")
exercise.alternative("slices", code="""
def skipgram_pairs(ids, window):
    pairs = []
    for t in range(len(ids)):
        around = ids[max(t - window, 0):t] + ids[t + 1:t + 1 + window]
        pairs.extend((ids[t], other) for other in around)
    return pairs
""")
