"""Exercise 6.3: the rows that BERT reads."""

from autograder import expect
from autograder.exercise import Exercise
from autograder.text import Text

exercise = Exercise(
    "build_input", points=7,
    title=Text("Una frase, o dos", "One sentence, or two"),
    hints=(
        Text("Copia las listas antes de quitarles palabras: `a = list(a)`.", "Copy the lists before taking words away: `a = list(a)`."),
        Text("Un `while` quita una palabra por vuelta, de la más larga, hasta que quepa todo con sus 2 o 3 especiales.",
             "A `while` takes one word away each time, from the longer one, until all fits with its 2 or 3 special ids."),
        Text("`segments` es tantos ceros como ids tiene la primera parte, tantos unos como la segunda, y ceros hasta el final.",
             "`segments` is as many zeros as the first part has ids, as many ones as the second, and zeros to the end."),
    ),
)


def kept(length_a: int, length_b: int, room: int) -> tuple[int, int]:
    """Return how many words of each stay: the longer one is cut down to the shorter, and then b first, a next, in turn."""
    shorter = min(length_a, length_b)
    if length_a + length_b <= room:
        return length_a, length_b
    if room - shorter >= shorter:
        return (room - shorter, length_b) if length_a > length_b else (length_a, room - shorter)
    return room - room // 2, room // 2


def reference(a, b, max_len: int, cls: int, sep: int, pad: int):
    i, j = kept(len(a), len(b), max_len - 3) if b is not None else (min(len(a), max_len - 2), 0)
    first, second = [cls, *a[:i], sep], [] if b is None else [*b[:j], sep]
    empty = max_len - len(first) - len(second)
    return ([*first, *second, *[pad] * empty], [0] * len(first) + [1] * len(second) + [0] * empty,
            [True] * (max_len - empty) + [False] * empty)


def agrees(student, draw, length_a: int, length_b: int | None, max_len: int):
    cls, sep, pad, *words = (int(n) for n in draw.permutation(60))
    a = words[:length_a]
    b = None if length_b is None else words[30 : 30 + length_b]
    seen = student.call("build_input", a, b, max_len, cls, sep, pad)
    expect.true(isinstance(seen, (tuple, list)) and len(seen) == 3, "`build_input` debía dar tres tensores y da {kind}.",
                "`build_input` should give three tensors, but gives {kind}.", kind=expect.kind(seen))
    for name, one, wanted in zip(("ids", "segments", "seen"), seen, reference(a, b, max_len, cls, sep, pad), strict=True):
        expect.same(one, wanted, what=name)
    return seen


@exercise.property(2, "Una frase que cabe: `[CLS] a [SEP]` y relleno.", "A sentence that fits: `[CLS] a [SEP]` and padding.")
def single(student, draw):
    for length in (1, int(draw.integers(3, 7)), 8):
        agrees(student, draw, length, None, 10)


@exercise.property(3, "Dos frases que caben: la segunda, en el segmento 1, con su `[SEP]`.",
                   "Two sentences that fit: the second, in segment 1, with its `[SEP]`.")
def pair(student, draw):
    for a, b in ((3, 5), (5, 2), (int(draw.integers(1, 5)), int(draw.integers(1, 5)))):
        agrees(student, draw, a, b, 13)
    agrees(student, draw, 4, 3, 10)


@exercise.property(3, "Lo que no cabe se quita del final de la más larga, y de `b` si empatan; los especiales se quedan.",
                   "What does not fit is taken from the end of the longer one, and from `b` if they are equal; special ids stay.")
def cut(student, draw):
    for a, b, room in ((9, 3, 8), (3, 9, 8), (6, 6, 7), (5, 8, 9), (8, 5, 8), (12, 1, 6)):
        agrees(student, draw, a, b, room + 3)
    agrees(student, draw, 12, None, 7)


@exercise.property(1, "Tipos: ids y segmentos enteros, `seen` booleano; una segunda frase vacía sigue teniendo su `[SEP]`.",
                   "Types: integer ids and segments, boolean `seen`; an empty second sentence still has its `[SEP]`.")
def kinds(student, draw):
    seen = agrees(student, draw, 2, 0, 6)
    names = [str(getattr(one, "dtype", type(one))).removeprefix("torch.") for one in seen]
    expect.true(names == ["int64", "int64", "bool"], "Se piden tipos int64, int64 y bool, y son {seen}.",
                "Types int64, int64 and bool are asked for, and they are {seen}.", seen=", ".join(names))


@exercise.property(1, "Deja las listas como estaban, también cuando corta.", "It leaves the lists as they were, also when it cuts.")
def unchanged(student, draw):
    words = [int(n) for n in draw.permutation(40) + 3]
    a, b = words[:7], words[7:12]
    mine = student.put(a), student.put(b)
    ids = student.call("build_input", *mine, 9, 1, 2, 0)[0]
    expect.same(ids, reference(a, b, 9, 1, 2, 0)[0], what="ids")
    expect.unchanged(a, mine[0].value(), "a")
    expect.unchanged(b, mine[1].value(), "b")


COPY = "a, pair = list(a), b is not None"
POP = "(a if len(a) > len(b) else b).pop()"
FIRST = "first = [cls, *a, sep]"
SECOND = "second = [*b, sep] if pair else []"
SEGMENTS = "segments = torch.tensor([0] * len(first) + [1] * len(second) + [0] * empty)"
SEEN = "torch.arange(max_len) < max_len - empty"
WHILE = "while len(a) + len(b) + 2 + pair > max_len:"

exercise.mistake("empty_b_forgotten", (COPY, "a, pair = list(a), bool(b)"),
    es="Una lista vacía no es `None`: sigue siendo una segunda frase, con su `[SEP]`. Compara con `b is not None`.",
    en="An empty list is not `None`: it is still a second sentence, with its `[SEP]`. Compare with `b is not None`.")
exercise.mistake("no_cls", (FIRST, "first = [*a, sep]"), es="Falta `[CLS]` al principio.", en="`[CLS]` is missing at the beginning.")
exercise.mistake("cls_again", (SECOND, "second = [cls, *b, sep] if pair else []"), (WHILE, WHILE.replace("2 + pair", "2 + 2 * pair")),
    es="La segunda frase no lleva otro `[CLS]`.", en="The second sentence does not have another `[CLS]`.")
exercise.mistake("last_sep_missing", (SECOND, "second = [*b] if pair else []"), (WHILE, WHILE.replace(" + pair", "")),
    es="Falta el `[SEP]` del final de la segunda frase.", en="The `[SEP]` at the end of the second sentence is missing.")
exercise.mistake("middle_sep_missing", (FIRST, "first = [cls, *a] if pair else [cls, *a, sep]"), (WHILE, WHILE.replace(" + pair", "")),
    es="Falta el `[SEP]` entre las dos frases.", en="The `[SEP]` between the two sentences is missing.")
exercise.mistake("segments_all_zero", (SEGMENTS, "segments = torch.tensor([0] * max_len)"),
    es="Los segmentos son todos 0: las dos frases no se distinguen.", en="Segments are all 0: the two sentences are not told apart.")
exercise.mistake("sep_in_segment_one", (SEGMENTS,
    "segments = torch.tensor([0] * (len(first) - pair) + [1] * (len(second) + pair) + [0] * "
                                                  "empty)"),
    es="El `[SEP]` de en medio es de la primera frase: segmento 0.",
    en="The `[SEP]` in the middle belongs to the first sentence: segment 0.")
exercise.mistake("padding_in_segment_one", (SEGMENTS, SEGMENTS.replace("[0] * empty", "[1] * empty")),
    es="El relleno va en el segmento 0.", en="Padding goes in segment 0.")
exercise.mistake("padding_seen", (SEEN, "torch.ones(max_len, dtype=torch.bool)"), es="`seen` es `True` también en el relleno.",
    en="`seen` is `True` in the padding too.")
exercise.mistake("seen_inverted", (SEEN, "torch.arange(max_len) >= max_len - empty"),
    es="`seen` está al revés: `True` es donde hay algo.",
    en="`seen` is the wrong way round: `True` is where there is something.")
exercise.mistake("seen_as_numbers", (SEEN, f"({SEEN}).long()"), es="`seen` es de unos y ceros. Se pide booleano.",
    en="`seen` is of ones and zeros. It should be boolean.")
exercise.mistake("cut_from_the_front", (POP, POP.replace(".pop()", ".pop(0)")),
    es="Quitas palabras del principio. Se quitan del final.",
    en="You take words from the beginning. They are taken from the end.")
exercise.mistake("ties_cut_a", (POP, POP.replace("len(a) > len(b)", "len(a) >= len(b)")), es="Si empatan, se quita de `b`.",
    en="If they are equal, `b` loses one.")
exercise.mistake("always_b", (POP, "(b or a).pop()"), es="Cortas siempre la segunda. Se corta la más larga.",
    en="You always cut the second. The longer one is cut.")
exercise.mistake("specials_cut", (WHILE, "while len(a) + len(b) > max_len:"),
    ("return ids, segments, " + SEEN, "return ids[:max_len], segments[:max_len], torch.arange(max_len) < max_len - max(empty, 0)"),
    es="No cuentas los especiales: al cortar la fila se pierde el último `[SEP]`.",
    en="You do not count the special ids: on cutting the row the last `[SEP]` is lost.")
exercise.mistake("padded_with_zero", ("*[pad] * empty", "*[0] * empty"), es="Rellenas con 0, no con `pad`.",
    en="You pad with 0, not with `pad`.")
exercise.mistake("lists_changed", (COPY, "pair = b is not None"), ("b = list(b) if pair else []", "b = b if pair else []"),
    es="`pop` quita palabras de las listas de quien te llama.", en="`pop` takes words from the caller's lists.")

exercise.alternative("lengths_first", code="""
def build_input(a, b, max_len, cls, sep, pad):
    i, j = len(a), 0 if b is None else len(b)
    room = max_len - (2 if b is None else 3)
    while i + j > room:
        i, j = (i - 1, j) if i > j else (i, j - 1)
    row = [cls] + list(a[:i]) + [sep] + ([] if b is None else list(b[:j]) + [sep])
    ids = torch.full((max_len,), pad, dtype=torch.int64)
    ids[: len(row)] = torch.tensor(row)
    places = torch.arange(max_len)
    seen = places.lt(len(row))
    return ids, ((places >= i + 2) & seen).long(), seen
""")
exercise.alternative("recursive", code="""
def build_input(a, b, max_len, cls, sep, pad):
    if b is None:
        a = a[: max_len - 2]
        row, kinds = [cls, *a, sep], [0] * (len(a) + 2)
    elif len(a) + len(b) + 3 > max_len:
        shorter = (a[:-1], b) if len(a) > len(b) else (a, b[:-1])
        return build_input(*shorter, max_len, cls, sep, pad)
    else:
        row, kinds = [cls, *a, sep, *b, sep], [0] * (len(a) + 2) + [1] * (len(b) + 1)
    rest = max_len - len(row)
    seen = np.array([True] * len(row) + [False] * rest)
    return torch.tensor(row + [pad] * rest), torch.tensor(kinds + [0] * rest), torch.from_numpy(seen)
""")
