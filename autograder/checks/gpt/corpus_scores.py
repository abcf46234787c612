"""Exercise 7.12: perplexity and nats per character of a whole text."""

import numpy as np

from autograder import expect
from autograder.exercise import Exercise
from autograder.replies import parts
from autograder.text import Text

exercise = Exercise(
    "corpus_scores", points=3,
    title=Text("Medir sin trampas", "Measuring without cheating"),
    hints=(
        Text("Una media por su número de piezas es un total. Suma primero los totales.",
            "A mean times its number of pieces is a total. Add up the totals first."),
        Text("La exponencial va una sola vez, al final, y solo en la perplejidad.",
            "The exponential comes only once, at the end, and only in perplexity."),
    ),
)


def agrees(student, losses, counts, characters: int, which=(0, 1)):
    pieces = np.repeat(np.asarray(losses), counts)  # each piece on its own
    wanted = float(np.exp(pieces.mean())), float(pieces.sum() / characters)
    seen = parts(student.keep("corpus_scores", losses, counts, characters), "perplexity", "nats")
    for n in which:
        expect.near(expect.number(seen[n].value(), ("perplexity", "nats")[n]), wanted[n], what=("perplexity", "nats")[n])


def drawn(draw, batches: int):
    """Return the means of uneven batches, their numbers of pieces, and the characters of the text."""
    counts = [int(n) for n in draw.choice(np.arange(3, 60), size=batches, replace=False)]
    losses = [float(x) for x in draw.permutation(np.linspace(0.4, 4.0, batches)) + draw.uniform(0, 0.2)]
    return losses, counts, int(sum(counts) * draw.uniform(2, 5))


@exercise.property(2, "La perplejidad es la de todas las piezas, con lotes desiguales.",
    "Perplexity is over all pieces, with uneven batches.")
def perplexity(student, draw):
    for batches in (2, int(draw.integers(3, 8))):
        agrees(student, *drawn(draw, batches), which=(0,))


@exercise.property(2, "Los nats por carácter son el total entre los caracteres.",
    "Nats per character are the total over the characters.")
def nats(student, draw):
    for batches in (2, int(draw.integers(3, 8))):
        agrees(student, *drawn(draw, batches), which=(1,))


@exercise.property(1, "Partir un lote en dos no cambia nada; y vale con uno solo.",
    "Splitting a batch in two changes nothing; and a single one works too.")
def cut(student, draw):
    loss, count, characters = float(draw.uniform(1, 3)), int(draw.integers(10, 30)), int(draw.integers(60, 99))
    other = int(draw.integers(1, 9))
    agrees(student, [loss], [count], characters)
    agrees(student, [loss, loss + 1, loss], [other, other + 3, count], characters)
    agrees(student, [loss, loss + 1], [other + count, other + 3], characters)


RETURN = "return math.exp(total / sum(counts)), total / characters"

exercise.mistake("mean_of_means", (RETURN, "return math.exp(sum(losses) / len(losses)), total / characters"),
    es="Promedias las medias sin pesarlas: un lote corto cuenta como uno largo.",
    en="You average the means unweighted: a short batch counts like a long one.")
exercise.mistake("mean_of_perplexities", (RETURN,
    "return sum(math.exp(loss) * count for loss, count in zip(losses, counts)) / sum(counts), total / characters"),
    es="Promedias las perplejidades. Se promedian los nats, y la exponencial va al final.",
        en="You average perplexities. Average the nats; the exponential comes last.")
exercise.mistake("plain_mean_of_perplexities", (RETURN, "return sum(map(math.exp, losses)) / len(losses), total / characters"),
    es="Promedias las perplejidades de los lotes, sin pesarlas.", en="You average the perplexities of the batches, unweighted.")
exercise.mistake("nats_a_piece", (RETURN, RETURN.replace("total / characters", "total / sum(counts)")),
    es="Los nats son por pieza. Se piden por carácter.",
    en="The nats are per piece. They are asked for per character.")
exercise.mistake("nats_a_piece_over_characters", (RETURN, RETURN.replace("total / characters", "total / sum(counts) / characters")),
    es="Divides entre los caracteres la media por pieza. Se divide el total.",
    en="You divide the mean per piece by the characters. Divide the total.")
exercise.mistake("mean_over_characters", (RETURN, RETURN.replace("total / characters", "sum(losses) / characters")),
    es="Sumas las medias sin multiplicar por las piezas de cada lote.",
    en="You add up the means without multiplying by the pieces of each batch.")
exercise.mistake("bits", (RETURN, RETURN.replace("total / characters", "total / characters / math.log(2)")),
    es="Das bits por carácter. Se piden nats.",
    en="You give bits per character. Nats are asked for.")
exercise.mistake("base_two", (RETURN, RETURN.replace("math.exp(total / sum(counts))", "2 ** (total / sum(counts))")),
    es="La perplejidad usa 2 como base, y las pérdidas son nats: es $e$.",
    en="Perplexity uses base 2, and losses are nats: it is $e$.")
exercise.mistake("a_character", (RETURN, RETURN.replace("math.exp(total / sum(counts))", "math.exp(total / characters)")),
    es="La perplejidad es por carácter. Se pide por pieza.",
    en="Your perplexity is per character. It is asked for per piece.")
exercise.mistake("swapped", (RETURN, "return total / characters, math.exp(total / sum(counts))"), es="Devuelves las dos al revés.",
    en="You return both the wrong way round.")
exercise.mistake("no_exponential", (RETURN, RETURN.replace("math.exp(total / sum(counts))", "total / sum(counts)")),
    es="Falta la exponencial.", en="The exponential is missing.")

exercise.alternative("numpy", code="""
def corpus_scores(losses, counts, characters):
    losses, counts = np.asarray(losses, float), np.asarray(counts, float)
    return float(np.exp(np.average(losses, weights=counts))), float(losses @ counts / characters)
""")
exercise.alternative("running", code="""
def corpus_scores(losses, counts, characters):
    nats = pieces = 0
    for n, loss in enumerate(losses):
        nats += counts[n] * loss
        pieces += counts[n]
    return torch.exp(torch.tensor(nats / pieces, dtype=torch.float64)), nats / characters
""")
exercise.alternative("single_precision", code="""
def corpus_scores(losses, counts, characters):
    nats = (torch.tensor(losses) * torch.tensor(counts)).sum()
    return (nats / torch.tensor(counts).sum()).exp(), nats / characters
""")
