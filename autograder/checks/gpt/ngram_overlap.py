"""Exercise 7.13: how much of a sample stands in the training text word for word."""

from autograder import expect
from autograder.exercise import Exercise
from autograder.text import Text

exercise = Exercise(
    "ngram_overlap", points=3,
    title=Text("¿Escribe o copia?", "Does it write or copy?"),
    hints=(
        Text("Una lista de `L` ids tiene `L - n + 1` trozos de `n`.", "A list of `L` ids has `L - n + 1` n-grams of `n`."),
        Text("Haz un conjunto de tuplas con los trozos del entrenamiento: buscar en él es inmediato.",
             "Make a set of tuples of the n-grams of the training text: looking up in it is immediate."),
    ),
)


def wanted(sample, train, n: int) -> float:
    """Look for each n-gram at every place of the training text."""
    places = range(len(sample) - n + 1)
    found = sum(any(train[at : at + n] == sample[here : here + n] for at in range(len(train) - n + 1)) for here in places)
    return found / len(places) if len(places) else 0.0


def all_agree(student, *tasks):
    """Ask for everything before looking at anything: all of it tells one mistake from another."""
    answers = [student.call("ngram_overlap", *task) for task in tasks]
    for seen, task in zip(answers, tasks, strict=True):
        expect.near(seen, wanted(*task), what=f"ngram_overlap(…, n={task[2]})")


def ids(draw, count: int, V: int = 4) -> list[int]:
    return [int(n) for n in draw.integers(V, size=count)]


@exercise.property(2, "Da la parte de los trozos que están en el entrenamiento.",
    "It gives the share of the n-grams that are in the training text.")
def shares(student, draw):
    tasks = []
    for n in (1, 2, 3, 4):
        train = ids(draw, int(draw.integers(20, 30)))
        tasks.append(([*ids(draw, 10), 4, *train[5:14], 4, *ids(draw, 5)], train, n))
    all_agree(student, *tasks)


@exercise.property(1, "Cada sitio de la muestra cuenta, también los trozos repetidos; y el orden importa.",
                   "Every place of the sample counts, repeated n-grams too; and the order matters.")
def places(student, draw):
    a, b, c, d = (int(n) for n in draw.choice(9, size=4, replace=False))
    all_agree(student, ([a, b] * 5 + [c, a, d], [a, b, a, d, d], 2), ([a, b, c, b, a, c, d], [c, b, a, d], 3),
              ([1, 2, 12, 1], [11, 2, 1, 21], 2))  # no texts: 12 is not 1 and 2


@exercise.property(1, "Una copia da 1, y una muestra demasiado corta, 0.", "A copy gives 1, and a sample that is too short, 0.")
def ends(student, draw):
    train = ids(draw, 20)
    cut = int(draw.integers(0, 6))
    last = train[-5:]  # the last n-gram of all
    all_agree(student, (train[cut : cut + 9], train, 4), (last, train, 5), (train[:3], train, 4), ([5, 6, 7, 8], train, 2),
              ([*train[:4], 9], train[:4], 4))


KNOWN = "known = {tuple(train[at : at + n]) for at in range(len(train) - n + 1)}"
GRAMS = "grams = [tuple(sample[at : at + n]) for at in range(len(sample) - n + 1)]"
RETURN = "return sum(gram in known for gram in grams) / len(grams) if grams else 0.0"

exercise.mistake("repeats_once", (GRAMS, GRAMS.replace("[tuple", "{tuple").replace(")]", ")}")),
    es="Cuentas una sola vez los trozos que se repiten en la muestra.",
    en="You count n-grams that occur again in the sample only once.")
exercise.mistake("share_of_the_training_text", (RETURN, "return len(known & set(grams)) / len(known) if known else 0.0"),
    es="Das la parte del entrenamiento que sale en la muestra. Es al revés.",
    en="You give the share of the training text that is in the sample. It is the other way round.")
exercise.mistake("last_place_of_the_sample_lost", (GRAMS, GRAMS.replace("n + 1", "n")), es="Falta el último trozo de la muestra.",
    en="The last n-gram of the sample is missing.")
exercise.mistake("last_place_of_the_training_lost", (KNOWN, KNOWN.replace("n + 1", "n")),
    es="Falta el último trozo del entrenamiento.", en="The last n-gram of the training text is missing.")
exercise.mistake("divided_by_ids", (RETURN, "return sum(gram in known for gram in grams) / len(sample) if grams else 0.0"),
    es="Divides entre los ids de la muestra. Es entre sus trozos.",
    en="You divide by the ids of the sample. It is by its n-grams.")
exercise.mistake("order_ignored", (KNOWN, KNOWN.replace("tuple(train[at : at + n])", "tuple(sorted(train[at : at + n]))")), (GRAMS,
    GRAMS.replace("tuple(sample[at : at + n])", "tuple(sorted(sample[at : at + n]))")),
    es="No miras el orden dentro del trozo.", en="You do not look at the order within the n-gram.")
exercise.mistake("single_ids", (GRAMS, "grams = [(piece,) for piece in sample]"), (KNOWN, "known = {(piece,) for piece in train}"),
    es="Miras ids sueltos, no trozos de `n`.",
    en="You look at single ids, not at n-grams of `n`.")
exercise.mistake("glued_into_text", (KNOWN, "book = ''.join(map(str, train))"), (GRAMS,
    "grams = [''.join(map(str, sample[at : at + n])) for at in range(len(sample) - n + 1)]"), (RETURN,
    "return sum(gram in book for gram in grams) / len(grams) if grams else 0.0"),
    es="Pegas las cifras en un texto: `1, 2` parece `12`. Compara tuplas.",
    en="You glue the digits into a text: `1, 2` looks like `12`. Compare tuples.")
exercise.mistake("glued_with_spaces", (KNOWN, "book = ' '.join(map(str, train))"), (GRAMS,
    "grams = [' '.join(map(str, sample[at : at + n])) for at in range(len(sample) - n + 1)]"), (RETURN,
    "return sum(gram in book for gram in grams) / len(grams) if grams else 0.0"),
    es="Buscas los números dentro de un texto, y `1 2` está también en `11 2`. Compara tuplas.",
    en="You look for the numbers inside a text, and `1 2` is in `11 2` too. Compare tuples.")
exercise.mistake("cut_into_blocks", (GRAMS, "grams = [tuple(sample[at : at + n]) for at in range(0, len(sample) - n + 1, n)]"),
    es="Los trozos de la muestra no se solapan. Hay uno en cada sitio.",
    en="The n-grams of the sample do not overlap. There is one at each place.")
exercise.mistake("nothing_is_a_copy", ("if grams else 0.0", "if grams else 1.0"), es="Una muestra demasiado corta da 1. Es 0.",
    en="A sample that is too short gives 1. It is 0.")
exercise.mistake("short_sample_fails", (" if grams else 0.0", ""), es="Con una muestra demasiado corta divides entre 0.",
    en="With a sample that is too short you divide by 0.")
exercise.mistake("new_share", (RETURN, "return sum(gram not in known for gram in grams) / len(grams) if grams else 0.0"),
    es="Das la parte nueva. Se pide la copiada.",
    en="You give the new share. The copied one is asked for.")

exercise.alternative("zipped", code="""
def ngram_overlap(sample, train, n):
    def grams(ids):
        return list(zip(*(ids[k:] for k in range(n))))

    seen, mine = set(grams(train)), grams(sample)
    return float(np.mean([gram in seen for gram in mine])) if len(sample) >= n else 0.0
""")
exercise.alternative("counted", code="""
def ngram_overlap(sample, train, n):
    counts = Counter(tuple(sample[at : at + n]) for at in range(max(len(sample) - n + 1, 0)))
    known = Counter(tuple(train[at : at + n]) for at in range(max(len(train) - n + 1, 0)))
    copied = sum(times for gram, times in counts.items() if known[gram])
    return copied / max(sum(counts.values()), 1)
""")
