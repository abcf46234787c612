"""Exercise 6.9: the vector of a word in its sentence."""

import torch

from autograder import expect
from autograder.checks.bert import lent_reader
from autograder.exercise import Exercise
from autograder.student import StudentError
from autograder.text import Text

V, WORD = 17, 9

exercise = Exercise(
    "word_vectors", points=6,
    title=Text("El vector de una palabra en su frase", "The vector of a word in its sentence"),
    hints=(
        Text("Primero, dónde está la palabra en cada fila; después, una lectura de todas las filas; al final, un vector de cada una.",
             "First, where the word is in each row; then, one reading of all rows; at the end, one vector of each."),
        Text("`(rows == word).int().argmax(dim=1)` da el primer sitio de cada fila; si no está, da 0: por eso se mira antes.",
             "`(rows == word).int().argmax(dim=1)` gives the first position in each row; if it is not there, it gives 0: hence the "
             "look before."),
        Text("`hidden[torch.arange(N), places]` toma un sitio de cada fila.",
        "`hidden[torch.arange(N), places]` takes one position of each row."),
    ),
)


def sentences(draw, N: int, T: int, where=None) -> torch.Tensor:
    """Draw rows with the word at one place each, a few of them also later, and with padding at the end of some."""
    rows = torch.from_numpy(draw.integers(5, V, size=(N, T)))
    rows[rows == WORD] = WORD + 1
    rows[:, 0] = 1
    for n in range(N):
        at = int(draw.integers(1, T - 2)) if where is None else where[n]
        rows[n, at] = WORD
        if n % 2 and at + 1 < T - 1:
            rows[n, -1] = 0
    return rows


def right(ours, rows):
    with torch.no_grad():
        hidden = ours.eval()(rows, torch.zeros_like(rows), rows != 0)
    first = [row.index(WORD) for row in rows.tolist()]
    return hidden[torch.arange(len(rows)), torch.tensor(first)]


def agrees(student, draw, rows, dropout: float = 0.0):
    theirs, ours = lent_reader(student, draw, V, 6, dropout)
    student.seed(draw.seed())
    seen = student.call("word_vectors", theirs, rows, WORD)
    expect.near(seen, right(ours, rows), what="word_vectors(…)")
    return theirs


@exercise.property(3, "Da el vector del sitio de la palabra, en cada fila el suyo.",
    "It gives the vector at the word's position, in each row its own.")
def vectors(student, draw):
    N, T = draw.sizes(2, 5, 9)
    agrees(student, draw, sentences(draw, N, T))
    agrees(student, draw, sentences(draw, 1, 4))


@exercise.property(1, "Si la palabra está dos veces, el de la primera.", "If the word is there twice, that of the first.")
def first_of_two(student, draw):
    rows = sentences(draw, 4, 8, where=[1, 2, 3, 4])
    rows[:, 6] = WORD
    agrees(student, draw, rows)


@exercise.property(2, "Lee en `eval()`, con segmentos 0 y sin mirar el relleno.",
    "It reads in `eval()`, with segments 0 and without looking at the padding.")
def how_it_reads(student, draw):
    rows = sentences(draw, 4, 7)
    theirs = agrees(student, draw, rows, dropout=0.5)
    modes, asked = theirs.get("modes"), theirs.get("asked")
    expect.true(isinstance(modes, list) and modes and not any(modes), "El modelo leyó en modo `train()`.",
        "The model read in `train()` mode.")
    expect.true(theirs.get("training") is False, "El modelo debía quedar en `eval()`.", "The model should be left in `eval()`.")
    expect.true(all(not bool(part[1].any()) for part in asked), "Los segmentos no son todos 0.", "Segments are not all 0.")
    expect.true(sum(int((~part[2]).sum()) for part in asked) == int((rows == 0).sum()), "`seen` no es `rows != PAD`.",
        "`seen` is not `rows != PAD`.")


@exercise.property(1, "Los vectores no llevan grafo, y `rows` queda como estaba.",
    "The vectors are detached from the graph, and `rows` stays as it was.")
def no_graph(student, draw):
    rows = sentences(draw, 3, 6)
    theirs, ours = lent_reader(student, draw, V, 6)
    mine = student.put(rows)
    seen = student.keep("word_vectors", theirs, mine, WORD)
    expect.near(seen.value(), right(ours, rows), what="word_vectors(…)")
    expect.true(seen.get("requires_grad") is False, "Los vectores piden gradiente (`requires_grad` es `True`), y debían salir sin él.",
        "The vectors require gradients (`requires_grad` is `True`), and they should not.")
    expect.unchanged(rows, mine.value(), "rows")


@exercise.property(1, "Sin la palabra en alguna fila, `ValueError`.", "Without the word in some row, `ValueError`.")
def missing(student, draw):
    rows = sentences(draw, 4, 7)
    some = rows.clone()
    some[2][some[2] == WORD] = WORD + 1
    theirs, ours = lent_reader(student, draw, V, 6)
    for without in (torch.where(rows == WORD, WORD + 1, rows), some):
        try:
            student.call("word_vectors", theirs, without, WORD)
        except StudentError as error:
            expect.true(error.kind == "ValueError", "Una fila sin la palabra debía dar `ValueError`, y da {kind}.",
                        "A row without the word should give `ValueError`, but gives {kind}.", kind=error.kind)
        else:
            expect.fail("Una fila sin la palabra debía dar `ValueError`, y no da error.",
                        "A row without the word should give `ValueError`, but gives no error.")
    expect.near(student.call("word_vectors", theirs, rows, WORD), right(ours, rows), what="word_vectors(…)")


CHECK = "if not here.any(dim=1).all():"
READ = "hidden = model(rows, torch.zeros_like(rows), rows != PAD)"
TAKE = "return hidden[torch.arange(len(rows)), here.int().argmax(dim=1)]"

exercise.mistake("always_cls", (TAKE, "return hidden[:, 0]"), es="Tomas el primer sitio, el de `[CLS]`.",
    en="You take the first position, that of `[CLS]`.")
exercise.mistake("last_place", (TAKE, "return hidden[:, -1]"), es="Tomas el último sitio.", en="You take the last position.")
exercise.mistake("mean_of_the_row", (TAKE, "return hidden.mean(dim=1)"),
    es="Haces la media de la fila. Se pide el sitio de la palabra.",
    en="You take the mean of the row. It should be the position of the word.")
exercise.mistake("static_vector", (TAKE, "return model.tokens(rows)[torch.arange(len(rows)), here.int().argmax(dim=1)].detach()"),
    es="Es el vector de entrada, igual en todas las frases: falta leer.",
    en="That is the input vector, the same in every sentence: it has not been through the layers.")
exercise.mistake("place_of_the_first_row", (TAKE, "return hidden[:, here[0].int().argmax()]"),
    es="Usas el sitio de la primera fila en todas.",
    en="You use the position of the first row in all.")
exercise.mistake("last_of_two", (TAKE, "return hidden[torch.arange(len(rows)), rows.shape[1] - 1 - here.flip(1).int().argmax(dim=1)]"),
    es="Si está dos veces tomas la última.", en="If it is there twice you take the last.")
exercise.mistake("every_occurrence", (TAKE, "return hidden[here]"),
    es="Tomas todos los sitios donde está la palabra. Se pide el primero de cada fila.",
    en="You take every position that holds the word. Only the first one of each row is wanted.")
exercise.mistake("mean_of_both", (TAKE, "return (hidden * here[..., None]).sum(dim=1) / here.sum(dim=1, keepdim=True)"),
    es="Si está dos veces haces la media de las dos. Se pide la primera.",
    en="If it is there twice you take the mean of both. It should be the first.")
exercise.mistake("one_place_late", (TAKE, TAKE.replace("argmax(dim=1)]", "argmax(dim=1) + 1]")), es="Tomas el sitio siguiente.",
    en="You take the position after it.")
exercise.mistake("still_training", ("    model.eval()\n", ""), es="Lees en modo `train()`: el dropout está activo.",
    en="You read in `train()` mode: dropout is active.")
exercise.mistake("padding_read", (READ, READ.replace("rows != PAD", "torch.ones_like(rows, dtype=torch.bool)")),
    es="Dejas que se mire el relleno.",
    en="You let the padding be looked at.")
exercise.mistake("second_segment", (READ, READ.replace("zeros_like", "ones_like")),
    es="Los segmentos son 1. Una frase sola va en el 0.",
    en="Segments are 1. A single sentence goes in 0.")
exercise.mistake("graph_kept", ("with torch.no_grad():", "if True:"), es="Falta `torch.no_grad()` alrededor de la lectura, o "
    "`detach()` al final.",
    en="`torch.no_grad()` is missing around the reading, or `detach()` at the end.")
exercise.mistake("nothing_raised", (CHECK, "if False:"), es="Donde no está la palabra, `argmax` da 0: devuelves `[CLS]` sin avisar.",
    en="Where the word is missing, `argmax` gives 0: you return `[CLS]` without warning.")
exercise.mistake("raised_only_if_nowhere", (CHECK, "if not here.any():"), es="Solo protestas si no está en **ninguna** fila.",
    en="You only complain if it is in **no** row.")

exercise.alternative("row_by_row", code="""
def word_vectors(model, rows, word):
    model.train(False)
    found = []
    for row in rows:
        at = row.tolist().index(word)  # raises ValueError
        with torch.inference_mode():
            hidden = model(row[None], torch.zeros(1, len(row), dtype=torch.long), (row != PAD)[None])
        found.append(hidden[0, at].clone())
    return torch.stack([vector.detach() for vector in found])
""")
exercise.alternative("filled_in", code="""
def word_vectors(model, rows, word):
    if not (rows == word).any(dim=1).all():
        raise ValueError(word)
    model.eval()
    hidden = model(rows, torch.zeros_like(rows), rows != PAD).detach()
    found, every = torch.zeros(len(rows), hidden.shape[-1]), torch.arange(len(rows))
    found[every] = hidden[every, torch.tensor([row.index(word) for row in rows.tolist()])]
    return found
""")
exercise.alternative("gathered", code="""
def word_vectors(model, rows, word):
    first = (rows == word).long().cumsum(dim=1).eq(1) & rows.eq(word)
    if (first.sum(dim=1) != 1).any():
        raise ValueError("missing")
    hidden = model.eval()(rows, rows * 0, rows.ne(PAD)).detach()
    return (hidden * first[..., None]).sum(dim=1)
""")
