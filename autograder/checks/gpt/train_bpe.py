"""Exercise 7.2: merges learnt from texts, in order."""

from autograder import expect
from autograder.checks.gpt import FOREIGN, SPANISH, equal_ids, learnt, letters, words
from autograder.exercise import Exercise
from autograder.text import Text

exercise = Exercise(
    "train_bpe", points=7, uses=("merge_pair",),
    title=Text("Aprender las uniones", "Learning the merges"),
    hints=(
        Text("Guarda cada palabra distinta una sola vez, con sus ids y sus veces: `[(ids, count), ...]`.",
             "Keep each different word only once, with its ids and its count: `[(ids, count), ...]`."),
        Text("`pairwise(ids)` da los vecinos. Un `Counter` al que sumas `count` por cada pareja lleva la cuenta.",
             "`pairwise(ids)` gives the neighbours. A `Counter` to which you add `count` for each pair keeps the tally."),
        Text("El más frecuente y, de los iguales, el mayor: `max(pairs, key=lambda pair: (pairs[pair], pair))`.",
             "The most frequent and, of equals, the greatest: `max(pairs, key=lambda pair: (pairs[pair], pair))`."),
    ),
)


def agrees(student, texts, n_merges: int):
    seen = student.call("train_bpe", texts, n_merges)
    seen = [tuple(pair) if isinstance(pair, list) else pair for pair in seen] if isinstance(seen, (list, tuple)) else seen
    equal_ids(seen, learnt(texts, n_merges), "train_bpe(…)")


@exercise.property(3, "Con palabras al azar, aprende las mismas uniones y en el mismo orden que contando una a una.",
                   "On random words, it learns the same merges in the same order as counting one by one.")
def random_words(student, draw):
    for alphabet in ("abc", "aeñó"):
        agrees(student, [words(draw, 40, alphabet), words(draw, 20, alphabet)], int(draw.integers(8, 15)))


@exercise.property(2, "En los empates gana la pareja mayor.", "In ties the greatest pair wins.")
def ties(student, draw):
    for size in (5, 8):  # all different letters: every pair comes once
        agrees(student, ["".join(draw.permutation(list("abcdefghijklm"))[:size])], size + 1)


@exercise.property(2, "Ninguna unión cruza de una palabra a otra, ni de un texto a otro.",
                   "No merge crosses from one word to another, nor from one text to another.")
def borders(student, draw):
    a, b, c = draw.permutation(list("abcdefgh"))[:3]
    agrees(student, [f"{a} {b}, {c}\n{b} {a} {c} {a}!"], 9)  # a pair of two letters would cross
    agrees(student, [f"{a}{b}", f"{c}{a}", f"{c}{a}", *[b] * 5, *[c] * 5], 9)


@exercise.property(2, "Cada palabra cuenta tantas veces como sale, en todos los textos; dentro, cada pareja también.",
                   "Each word counts as many times as it occurs, in all texts; inside it, so does each pair.")
def frequencies(student, draw):
    a, b, c, d, e = draw.permutation(list("abcdefgh"))[:5]
    often = [f"{a}{b}\n"] * 5  # one word that comes often, against three different ones with the same pair
    agrees(student, [*often, f"{c}{d} {e}{c}{d} {b}{c}{d}\n"], 5)
    agrees(student, [f"{a * int(draw.integers(5, 9))}{b} {c}{d}{c}{d} {c}{d}"] * 2, 7)


@exercise.property(1, "Con acentos y emojis trabaja con bytes; y para cuando no quedan parejas.",
                   "With accents and emoji it works with bytes; and it stops when there are no pairs left.")
def bytes_of_text(student, draw):
    agrees(student, [SPANISH, f"{letters(draw, 4, FOREIGN)}ñ " * 12], 14)
    agrees(student, [letters(draw, 2, "ñáж")], 20)


@exercise.property(1, "Pedir menos uniones da el principio de pedir más.",
    "Asking for fewer merges gives the beginning of asking for more.")
def prefix(student, draw):
    texts = [words(draw, 40)]
    wanted = learnt(texts, 10)
    for n_merges in (0, 1, int(draw.integers(3, 8)), 10):
        seen = student.call("train_bpe", texts, n_merges)
        expect.true(isinstance(seen, (list, tuple)) and len(seen) == n_merges, "Se piden {n} uniones.", "{n} merges are asked for.",
                    n=n_merges)
        equal_ids([tuple(pair) for pair in seen], wanted[:n_merges], "train_bpe(…)")


COUNTS = "counts = Counter(word for text in texts for word in PIECE.findall(text))"
BEST = "best = max(pairs, key=lambda pair: (pairs[pair], pair))"
ADD = "pairs[pair] += count"
MERGED = "words = [(merge_pair(ids, best, 256 + n), count) for ids, count in words]"

exercise.mistake("ties_by_first_seen", (BEST, "best = max(pairs, key=pairs.get)"),
    es="En los empates tomas la primera que viste. Gana la mayor.",
    en="In ties you take the first one you saw. The greatest wins.")
exercise.mistake("ties_by_the_least", (BEST, "best = min(pairs, key=lambda pair: (-pairs[pair], pair))"),
    es="En los empates tomas la menor.",
    en="In ties you take the least.")
exercise.mistake("frequency_forgotten", (ADD, "pairs[pair] += 1"), es="Cuentas cada palabra una sola vez, salga las que salga.",
    en="You count each word only once, however often it occurs.")
exercise.mistake("once_a_word", ("for pair in pairwise(ids):", "for pair in set(pairwise(ids)):"),
    es="Dentro de una palabra cuentas cada pareja una vez, aunque salga más.",
    en="Inside a word you count each pair once, though it occurs more often.")
exercise.mistake("overlaps_counted_once", ("            for pair in pairwise(ids):\n                pairs[pair] += count\n",
    "            at, marks = 0, [0, *ids]\n            for before, pair in zip(marks, pairwise(ids)):\n"
    "                at = at + 1 if before == pair[0] == pair[1] else 0\n                pairs[pair] += count * (at % 2 == 0)\n"),
    es="En `aaa` cuentas la pareja una vez. Se cuentan todos los vecinos, también los que se solapan: son dos.",
    en="In `aaa` you count the pair once. All neighbours count, overlapping ones too: there are two.")
exercise.mistake("crosses_words", (COUNTS, "counts = Counter(texts)"),
    es="No partes el texto en palabras: las uniones cruzan los espacios.",
    en="You do not cut the text into words: merges cross spaces.")
exercise.mistake("crosses_texts", (COUNTS, 'counts = Counter(PIECE.findall("".join(texts)))'),
    es="Pegas los textos: el final de uno y el principio del siguiente forman una palabra que no existe.",
    en="You glue the texts together: the end of one and the start of the next make a word that does not exist.")
exercise.mistake("space_lost", (COUNTS, "counts = Counter(word for text in texts for word in text.split())"),
    es="Partes con `split()`: se pierden los espacios y no se separan los signos.",
    en="You cut with `split()`: spaces are lost and punctuation is not set apart.")
exercise.mistake("letters_not_bytes", ("list(word.encode())", "[ord(letter) for letter in word]"),
    es="Usas los números de las letras. Se empieza por los bytes: «ñ» son dos.",
    en="You use the numbers of the letters. Start from the bytes: “ñ” is two.")
exercise.mistake("latin_1", ("word.encode()", 'word.encode("latin-1", errors="ignore")'),
    es="Codificas en latin-1: se pierden los emojis y la «ñ» ocupa un byte. Es UTF-8.",
    en="You encode in latin-1: emoji are lost and “ñ” takes one byte. It is UTF-8.")
exercise.mistake("first_text_only", (COUNTS, "counts = Counter(PIECE.findall(texts[0]))"), es="Solo lees el primer texto.",
    en="You only read the first text.")
exercise.mistake("ids_from_257", ("256 + n), count", "257 + n), count"), es="La primera unión recibe el id 256, no el 257.",
    en="The first merge gets id 256, not 257.")
exercise.mistake("never_merged", (MERGED, "pass"), es="No unes la pareja ganadora en las palabras: gana siempre la misma.",
    en="You do not merge the winning pair in the words: the same one always wins.")
exercise.mistake("stops_at_once", ("        if not pairs:\n", "        if not pairs or max(pairs.values()) < 2:\n"),
    es="Paras cuando ninguna pareja sale dos veces. Se sigue mientras haya parejas.",
    en="You stop when no pair occurs twice. Go on as long as there are pairs.")
exercise.mistake("never_stops", ("        if not pairs:\n            break\n", ""),
    es="Cuando no quedan parejas, `max` falla: hay que parar antes.", en="When no pairs are left, `max` fails: stop before that.")
exercise.mistake("one_merge_too_many", ("range(n_merges)", "range(n_merges + 1)"), es="Aprendes una unión de más.",
    en="You learn one merge too many.")

exercise.alternative("no_counts", code="""
def train_bpe(texts, n_merges):
    words = [list(bytes(w, "utf-8")) for t in texts for w in re.findall(PIECE, t)]
    learnt = []
    while len(learnt) < n_merges:
        tally = Counter(pair for w in words for pair in zip(w, w[1:]))
        if len(tally) == 0:
            return learnt
        top = sorted(((c, pair) for pair, c in tally.items()), reverse=True)[0][1]
        words = [merge_pair(w, top, 256 + len(learnt)) for w in words]
        learnt.append(top)
    return learnt
""")
exercise.alternative("only_words_that_hold_it", code="""
def train_bpe(texts, n_merges):
    counts = Counter()
    for text in texts:
        counts.update(PIECE.findall(text))
    split = {word: tuple(word.encode("utf-8")) for word in counts}
    merges = []
    for new in range(256, 256 + n_merges):
        pairs = {}
        for word, times in counts.items():
            for pair in pairwise(split[word]):
                pairs[pair] = pairs.get(pair, 0) + times
        if not pairs:
            break
        most = max(pairs.values())
        best = max(p for p in pairs if pairs[p] == most)
        for word, ids in split.items():
            if best in set(pairwise(ids)):
                split[word] = tuple(merge_pair(list(ids), best, new))
        merges.append(best)
    return merges
""")
