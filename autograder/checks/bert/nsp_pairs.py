"""Exercise 6.7: pairs of sentences, half of them in a row and half from two documents."""

import numpy as np

from autograder import expect
from autograder.exercise import Exercise
from autograder.text import Text

DOCUMENTS, LENGTH = 30, 31  # of the statistics: 900 pairs

exercise = Exercise(
    "nsp_pairs", points=7,
    title=Text("¿Va después?", "Does it come next?"),
    hints=(
        Text("Una vuelta por frase que tenga otra detrás, y en cada una, una moneda: la siguiente, o una de otro documento.",
             "One turn per sentence that has another after it, and in each a coin: the next one, or one from another document."),
        Text("`zip(document, document[1:])` recorre cada frase con la siguiente; una frase suelta no da ninguna pareja.",
             "`zip(document, document[1:])` goes over each sentence with the next; a lone sentence gives no pair."),
        Text("Otro documento, seguro: suma al número del tuyo un sorteo de 1 a `len(documents) - 1`, y toma el resto.",
             "Another document, for sure: add to the number of yours a draw from 1 to `len(documents) - 1`, and take the remainder."),
    ),
)


def numbered(lengths) -> list[list[int]]:
    """Return documents of sentences that are numbers: the thousands tell the document, the rest the place."""
    return [[1000 * d + n for n in range(length)] for d, length in enumerate(lengths)]


def pairs(student, documents, rng) -> np.ndarray:
    """Return the student's triples as an array (N, 3), after checking the first sentences and the labels."""
    seen = student.call("nsp_pairs", documents, rng)
    expect.true(isinstance(seen, list) and all(isinstance(row, (tuple, list)) and len(row) == 3 for row in seen),
                "`nsp_pairs` debía dar una lista de ternas y da {kind}.",
                "`nsp_pairs` should give a list of triples, but gives {kind}.",
                kind=expect.kind(seen))
    wanted = [sentence for document in documents for sentence in document[:-1]]
    everything = sum(map(len, documents))
    expect.true(len(seen) != everything or everything == len(wanted), "Salen {seen} parejas, una por frase: la última de cada "
        "documento no "
                "tiene otra detrás, y no da pareja.",
                "{seen} pairs come out, one per sentence: the last one of each document has none after it, and gives no pair.",
                seen=len(seen))
    expect.true(len(seen) != 2 * len(wanted), "Salen {seen} parejas, el doble: por cada frase se hace **una**, la seguida o la ajena.",
                "{seen} pairs come out, twice as many: make **one** per sentence, either the next or another.", seen=len(seen))
    expect.true(len(seen) == len(wanted), "Se piden {wanted} parejas, una por frase con otra detrás, y salen {seen}.",
                "There should be {wanted} pairs, one per sentence with another after it, and {seen} come out.",
                wanted=len(wanted), seen=len(seen))
    result = expect.array(seen, (len(wanted), 3), "nsp_pairs(…)")
    expect.same(result[:, 0], wanted, what="nsp_pairs(…)[0]")
    expect.true(bool(np.isin(result[:, 2], (0, 1)).all()), "Las etiquetas son 0 y 1.", "Labels are 0 and 1.")
    return result.astype(int)


def many(student, draw) -> np.ndarray:
    return pairs(student, numbered([LENGTH] * DOCUMENTS), student.rng(draw.seed()))


def share(count: int, total: int, p: float, es: str, en: str):
    gap = abs(count - p * total) / np.sqrt(total * p * (1 - p) + 1)
    expect.true(gap < 5.5, "{what}: {seen} de {total}; se esperan unas {wanted:.0f}.",
        "{what}: {seen} of {total}; about {wanted:.0f} are expected.",
                what=Text(es, en), seen=count, total=total, wanted=p * total)


@exercise.property(3, "La mitad lleva etiqueta 1, y en esas la segunda es justo la siguiente.",
                   "Half have label 1, and in those the second is just the next one.")
def half_follow(student, draw):
    rows = many(student, draw)
    follows = rows[:, 2] == 1
    share(int(follows.sum()), len(rows), 0.5, "Parejas seguidas", "Pairs in a row")
    expect.same(rows[follows, 1], rows[follows, 0] + 1, what="nsp_pairs(…)[1]")


@exercise.property(3, "En las otras, la segunda es de otro documento, nunca del mismo.",
                   "In the others, the second is from another document, never from the same.")
def others(student, draw):
    rows = many(student, draw)
    other = rows[rows[:, 2] == 0]
    expect.true(len(other) > 250 and bool((other[:, 0] // 1000 != other[:, 1] // 1000).all()),
                "Hay parejas de etiqueta 0 con las dos frases del mismo documento, o no hay parejas de etiqueta 0.",
                "There are pairs of label 0 with both sentences from the same document, or there are no pairs of label 0.")
    for _ in range(3):  # with two documents the other one is known
        two = pairs(student, numbered([20, 20]), student.rng(draw.seed()))
        two = two[two[:, 2] == 0]
        expect.same(two[:, 1] // 1000, 1 - two[:, 0] // 1000, what="nsp_pairs(…)[1]")


@exercise.property(2, "Ese documento y su frase se sortean entre todos.", "That document and its sentence are drawn from all of them.")
def evenly(student, draw):
    rows = many(student, draw)
    other = rows[rows[:, 2] == 0]
    expect.true(len(other) > 250, "Casi no hay parejas de etiqueta 0.", "There are hardly any pairs of label 0.")
    steps, places = (other[:, 1] // 1000 - other[:, 0] // 1000) % DOCUMENTS, other[:, 1] % 1000
    expect.true(len(set(steps)) > 1, "El otro documento es siempre el que está a la misma distancia del tuyo: se sortea entre todos.",
                "The other document is always the one at the same distance from yours: draw it from all of them.")
    expect.true(len(set(places)) > 1, "Tomas siempre la misma frase del otro documento, la {n}.ª: se sortea entre todas.",
                "You always take the same sentence of the other document, number {n}: draw it from all of them.", n=int(places[0]) + 1)
    share(int((steps <= DOCUMENTS // 4).sum()), len(other), (DOCUMENTS // 4) / (DOCUMENTS - 1),
        f"Segundas frases de los {DOCUMENTS // 4} documentos siguientes",
        f"Second sentences from the next {DOCUMENTS // 4} documents")
    share(int((places < 10).sum()), len(other), 10 / LENGTH, "Segundas frases sacadas de las diez primeras",
        "Second sentences out of the first ten")
    share(int((places >= LENGTH - 10).sum()), len(other), 10 / LENGTH, "Segundas frases sacadas de las diez últimas",
        "Second sentences out of the last ten")
    short = pairs(student, numbered([4] * 200), student.rng(draw.seed()))
    short = short[short[:, 2] == 0]
    share(int((short[:, 1] % 1000 == 3).sum()), len(short), 1 / 4, "Segundas frases que son la última de su documento",
        "Second sentences that are the last of their document")


@exercise.property(1, "Un documento de una frase no da parejas, pero puede dar la segunda.",
                   "A document of one sentence gives no pairs, but may give the second.")
def single_sentences(student, draw):
    rows = pairs(student, numbered([1, 60, 1]), student.rng(draw.seed()))
    other = rows[rows[:, 2] == 0]
    expect.true(len(other) > 8 and set(other[:, 1]) == {0, 2000},
        "Con documentos de 1, 60 y 1 frases, las ajenas solo pueden ser las sueltas, "
                "y han de salir las dos.", "With documents of 1, 60 and 1 sentences, foreign ones can only be the lone ones, and "
                                           "both have "
                "to come out.")


@exercise.property(1, "El azar viene de `rng`, y las listas quedan como estaban.",
    "All randomness comes from `rng`, and the lists stay as they were.")
def from_rng(student, draw):
    documents, seed = numbered([12, 9, 15]), draw.seed()
    mine, rng = student.put(documents), student.rng(seed)
    first, second = (student.call("nsp_pairs", mine, rng) for _ in range(2))
    again = student.call("nsp_pairs", mine, student.rng(seed))
    wanted = [sentence for document in documents for sentence in document[:-1]]
    expect.true(all(isinstance(rows, list) for rows in (first, second, again)), "`nsp_pairs` debía dar una lista.",
        "`nsp_pairs` should give a list.")
    expect.same([row[0] for row in first], wanted, what="nsp_pairs(…)[0]")
    labels = [row[2] for row in first]
    expect.true(0 < sum(labels) < len(labels), "Todas las etiquetas son iguales.", "All labels are the same.")
    expect.true(first != second, "Dos llamadas seguidas dan lo mismo.", "Two calls in a row give the same.")
    expect.true(first == again, "Con la misma semilla sale otro sorteo: ¿usas el `rng` que te dan?",
                "The same seed gives another draw: do you use the `rng` that you are given?")
    expect.true(mine.value() == documents, "Tu código cambió los documentos.", "Your code changed the documents.")


IF = "if rng.random() < 0.5:"
OTHER = "other = documents[(d + rng.integers(1, len(documents))) % len(documents)]"
NEGATIVE = "pairs.append((sentence, other[rng.integers(len(other))], 0))"
POSITIVE = "pairs.append((sentence, following, 1))"

exercise.mistake("same_document_possible", (OTHER, "other = documents[rng.integers(len(documents))]"),
    es="Como otro documento puede salir el mismo: esas parejas llevan una etiqueta que puede ser falsa.",
    en="The other document may turn out to be the same: those pairs hold a label that may be false.")
exercise.mistake("always_the_next_document", (OTHER, "other = documents[(d + 1) % len(documents)]"),
    es="Tomas siempre el documento de al lado. Se sortea entre todos.",
    en="You always take the next document. Draw it from all of them.")
exercise.mistake("always_the_first_sentence", (NEGATIVE, "pairs.append((sentence, other[0], 0))"),
    es="Tomas siempre la primera frase: el modelo aprendería a reconocer primeras frases.",
    en="You always take the first sentence: the model would learn to recognise first sentences.")
exercise.mistake("last_sentence_never", (NEGATIVE, "pairs.append((sentence, other[rng.integers(max(len(other) - 1, 1))], 0))"),
    es="`integers` ya excluye su final: la última frase no sale nunca.",
    en="`integers` excludes its end already: the last sentence never comes out.")
exercise.mistake("labels_swapped", (POSITIVE, "pairs.append((sentence, following, 0))"), (NEGATIVE, NEGATIVE.replace("], 0)", "], 1)")),
    es="Las etiquetas están cambiadas: 1 es que va después.", en="The labels are swapped: 1 means that it comes next.")
exercise.mistake("not_next_ignored", (NEGATIVE, NEGATIVE.replace("], 0)", "], -100)")),
    es="Con −100 esas parejas no se entrenan. Su etiqueta es 0.", en="With −100 those pairs are not trained on. Their label is 0.")
exercise.mistake("nearly_all_follow", (IF, IF.replace("0.5", "0.85")), es="Las parejas no van por mitades.",
    en="The pairs are not half and half.")
exercise.mistake("always_follow", (IF, "if True:"), es="No hay parejas de otro documento.",
    en="There are no pairs from another document.")
exercise.mistake("both_pairs", (IF, "if True:\n                " + POSITIVE + "\n            if False:"),
    es="Haces las dos parejas de cada frase. "
    "Se hace una, al azar.", en="You make both pairs of each sentence. One is made, at random.")
exercise.mistake("skips_every_other", ("zip(document[:-1], document[1:], strict=True)", "zip(document[::2], document[1::2])"),
    es="Emparejas de dos en dos: faltan la segunda con la tercera, la cuarta con la quinta…",
    en="You pair two by two: the second with the third, the fourth with the fifth … are missing.")
exercise.mistake("last_sentence_paired_too", ("zip(document[:-1], document[1:], strict=True)", "zip(document, [*document[1:], None])"),
    (IF, "if following is not None and rng.random() < 0.5:"),
    es="Emparejas también la última frase de cada documento, que no tiene otra detrás.",
    en="You also pair the last sentence of each document, which has none after it.")
exercise.mistake("from_the_same_document", (OTHER, "other = document"), es="La frase ajena sale del mismo documento.",
    en="The foreign sentence comes from the same document.")
exercise.mistake("own_seed", ("    pairs = []", "    rng = np.random.default_rng(0)\n    pairs = []"),
    es="Tu semilla es fija. Usa `rng`.",
    en="Your seed is fixed. Use `rng`.")
exercise.mistake("previous_instead", (POSITIVE, "pairs.append((following, sentence, 1))"),
    es="El orden está al revés: la que sigue va segunda.",
    en="The order is the wrong way round: the one that follows goes second.")

exercise.alternative("chosen_from_the_rest", code="""
def nsp_pairs(documents, rng):
    triples = []
    for d in range(len(documents)):
        rest = [k for k in range(len(documents)) if k != d]
        for n in range(len(documents[d]) - 1):
            follows = int(rng.integers(2))
            other = documents[rest[int(rng.integers(len(rest)))]]
            foreign = other[int(rng.integers(len(other)))]
            triples.append((documents[d][n], documents[d][n + 1] if follows else foreign, follows))
    return triples
""")
exercise.alternative("tries_again", code="""
def nsp_pairs(documents, rng):
    pairs = []
    for d, document in enumerate(documents):
        for n in range(1, len(document)):
            k = d
            while k == d:
                k = int(rng.choice(len(documents)))
            wrong = documents[k][int(rng.choice(len(documents[k])))]
            pairs.append((document[n - 1], *((document[n], 1) if rng.random() >= 0.5 else (wrong, 0))))
    return pairs
""")
