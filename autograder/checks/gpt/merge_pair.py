"""Exercise 7.1: two neighbours become one id."""

from autograder.checks.gpt import equal_ids, joined
from autograder.exercise import Exercise
from autograder.text import Text

exercise = Exercise(
    "merge_pair", points=2,
    title=Text("Unir una pareja", "Merging a pair"),
    hints=(
        Text("Lleva un índice `at` con `while`: tras una unión avanza dos; si no, uno.",
             "Keep an index `at` with `while`: after a merge it moves on by two; otherwise, by one."),
        Text("`ids[at : at + 2]` cerca del final tiene un solo elemento, y no es igual a ninguna pareja.",
             "Near the end, `ids[at : at + 2]` has a single element, and equals no pair."),
    ),
)


def agrees(student, ids, pair, new: int):
    equal_ids(student.call("merge_pair", ids, pair, new), joined(ids, pair, new), "merge_pair(…)")


def drawn(draw, end: str = "", count: int = 30):
    """Return ids of three kinds, a pair of different ones, ab, that occurs at least twice, and a new id; the last ids are `end`."""
    a, b, c = (int(n) for n in draw.choice(250, size=3, replace=False))
    ids = [int(n) for n in draw.choice([a, b, c], size=count)]
    last = [dict(a=a, b=b, c=c)[letter] for letter in end]
    return [a, c, *ids, a, b, c, b, a, a, b, *last], (a, b), int(draw.integers(256, 900))


@exercise.property(2, "Une todas las parejas de una lista cualquiera.", "It merges all pairs of any list.")
def any_list(student, draw):
    tasks = [drawn(draw, end) for end in ("c", "a", "cb")]
    answers = [student.call("merge_pair", *task) for task in tasks]  # all of them: they tell one mistake from another
    for seen, task in zip(answers, tasks, strict=True):
        equal_ids(seen, joined(*task), "merge_pair(…)")


@exercise.property(2, "En una fila de iguales, une de dos en dos desde la izquierda.",
                   "In a row of equals, it merges two by two from the left.")
def equals(student, draw):
    a, b = (int(n) for n in draw.choice(250, size=2, replace=False))
    tasks = [([b, *[a] * count, b], (a, a), 300) for count in (2, 3, 4, 5, int(draw.integers(6, 12)))]
    answers = [student.call("merge_pair", *task) for task in tasks]
    for seen, task in zip(answers, tasks, strict=True):
        equal_ids(seen, joined(*task), "merge_pair(…)")


@exercise.property(1, "Funciona en los bordes: la pareja al principio, al final, ausente, o una lista de un solo id.",
                   "It works at the edges: the pair at the beginning, at the end, missing, or a list of a single id.")
def edges(student, draw):
    a, b, c = (int(n) for n in draw.choice(250, size=3, replace=False))
    for ids in ([a, b, c], [c, a, b], [a, b], [c, b, a, c], [b], []):
        agrees(student, ids, (a, b), 300)


@exercise.property(1, "Devuelve otra lista, y deja la suya como estaba.", "It returns another list, and leaves its own as it was.")
def unchanged(student, draw):
    ids, pair, new = drawn(draw)
    mine = student.put(ids)
    equal_ids(student.call("merge_pair", mine, pair, new), joined(ids, pair, new), "merge_pair(…)")
    equal_ids(mine.value(), ids, "ids")


exercise.mistake("joined_twice", ("at += 2", "at += 1"),
    es="Tras una unión avanzas un solo lugar: el segundo de la pareja se usa otra vez.",
    en="After a merge you move on by one place only: the second of the pair is used again.")
exercise.mistake("neighbours_zipped", es="Recorres las parejas de vecinos de una en una: el segundo de cada unión se usa otra vez.",
    en="You go over the pairs of neighbours one by one: the second of each merge is used again.", code="""
def merge_pair(ids, pair, new):
    return [new if both == tuple(pair) else both[0] for both in zip(ids, ids[1:])]
""")
exercise.mistake("overlaps_merged_twice", es="Unes las parejas que se solapan: en `[7, 7, 7]` salen dos uniones, y solo cabe una.",
    en="You merge pairs that overlap: in `[7, 7, 7]` there are two merges, and only one fits.", code="""
def merge_pair(ids, pair, new):
    starts = {at for at in range(len(ids) - 1) if (ids[at], ids[at + 1]) == tuple(pair)}
    return [new if at in starts else n for at, n in enumerate(ids) if at in starts or at - 1 not in starts]
""")
exercise.mistake("overlaps_swallowed", es="En `[7, 7, 7]` quitas los tres y pones un solo `new`: el tercero no era de esa pareja.",
    en="In `[7, 7, 7]` you take all three away and put a single `new`: the third was not of that pair.", code="""
def merge_pair(ids, pair, new):
    starts = {at for at in range(len(ids) - 1) if (ids[at], ids[at + 1]) == tuple(pair)}
    return [new if at in starts else n for at, n in enumerate(ids) if at - 1 not in starts]
""")
exercise.mistake("first_only", ("            at += 2\n", "            return joined + ids[at + 2 :]\n"),
    es="Unes solo la primera pareja.",
    en="You merge the first pair only.")
exercise.mistake("either_order", ("tuple(ids[at : at + 2]) == tuple(pair)", "sorted(ids[at : at + 2]) == sorted(pair)"),
    es="Unes también la pareja al revés. El orden cuenta.", en="You merge the reversed pair too. The order counts.")
exercise.mistake("pair_lost", ("            joined.append(new)\n", ""), es="Quitas la pareja y no pones `new`.",
    en="You take the pair away and do not put `new`.")
exercise.mistake("last_lost", ("while at < len(ids):", "while at < len(ids) - 1:"),
    es="Pierdes el último id cuando no cierra una pareja.",
    en="You lose the last id when it does not close a pair.")
exercise.mistake("first_compared_only", ("tuple(ids[at : at + 2]) == tuple(pair)", "ids[at] == pair[0] and at + 1 < len(ids)"),
    es="Solo miras el primero de la pareja.", en="You only look at the first of the pair.")
exercise.mistake("second_compared_only", ("tuple(ids[at : at + 2]) == tuple(pair)", "ids[at + 1 : at + 2] == [pair[1]]"),
    es="Solo miras el segundo de la pareja.", en="You only look at the second of the pair.")
exercise.mistake("pair_kept", ("joined.append(new)", "joined += [*pair, new]"), es="Pones `new` y dejas también la pareja.",
    en="You put `new` and leave the pair too.")
exercise.mistake("in_place", es="Cambias la lista recibida. Haz otra.",
    en="You change the list that you were given. Make another one.", code="""
def merge_pair(ids, pair, new):
    at = 0
    while at < len(ids) - 1:
        if (ids[at], ids[at + 1]) == tuple(pair):
            ids[at : at + 2] = [new]
        at += 1
    return ids
""")
exercise.mistake("from_the_right", es="Unes desde la derecha: en tres iguales, unes los dos últimos.",
    en="You merge from the right: of three equals, you merge the last two.", code="""
def merge_pair(ids, pair, new):
    joined, at = [], len(ids) - 1
    while at >= 0:
        if at > 0 and (ids[at - 1], ids[at]) == tuple(pair):
            joined.append(new)
            at -= 2
        else:
            joined.append(ids[at])
            at -= 1
    return joined[::-1]
""")

exercise.alternative("iterator", code="""
def merge_pair(ids, pair, new):
    out, waiting = [], list(ids)[::-1]
    while waiting:
        first = waiting.pop()
        if waiting and first == pair[0] and waiting[-1] == pair[1]:
            waiting.pop()
            first = new
        out.append(first)
    return out
""")
exercise.alternative("looks_back", code="""
def merge_pair(ids, pair, new):
    result, free = [], False
    for n in ids:
        if free and result[-1] == pair[0] and n == pair[1]:
            result[-1], free = new, False
        else:
            result.append(n)
            free = True
    return result
""")
