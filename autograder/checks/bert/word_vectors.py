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
        Text("`(rows == word).int().argmax(dim=1)` da el primer sitio de cada fila; si no está, da 0: por eso se mira antes.",
             "`(rows == word).int().argmax(dim=1)` gives the first place of each row; if it is not there, it gives 0: hence the "
             "look before."),
        Text("`hidden[torch.arange(N), places]` toma un sitio de cada fila.",
        "`hidden[torch.arange(N), places]` takes one place of each row."),
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
    "It gives the vector at the word's place, in each row its own.")
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
    "The vectors have no graph, and `rows` stays as it was.")
def no_graph(student, draw):
    rows = sentences(draw, 3, 6)
    theirs, ours = lent_reader(student, draw, V, 6)
    mine = student.put(rows)
    seen = student.keep("word_vectors", theirs, mine, WORD)
    expect.near(seen.value(), right(ours, rows), what="word_vectors(…)")
    expect.true(seen.get("requires_grad") is False, "Los vectores llevan grafo: usa `torch.no_grad()`.",
        "The vectors have a graph: use `torch.no_grad()`.")
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
    en="You take the first place, that of `[CLS]`.")
exercise.mistake("last_place", (TAKE, "return hidden[:, -1]"), es="Tomas el último sitio.", en="You take the last place.")
exercise.mistake("mean_of_the_row", (TAKE, "return hidden.mean(dim=1)"),
    es="Haces la media de la fila. Se pide el sitio de la palabra.",
    en="You take the mean of the row. The place of the word is asked for.")
exercise.mistake("static_vector", (TAKE, "return model.tokens(rows)[torch.arange(len(rows)), here.int().argmax(dim=1)].detach()"),
    es="Es el vector de entrada, igual en todas las frases: falta leer.",
    en="That is the input vector, the same in all sentences: it has not read.")
exercise.mistake("place_of_the_first_row", (TAKE, "return hidden[:, here[0].int().argmax()]"),
    es="Usas el sitio de la primera fila en todas.",
    en="You use the place of the first row in all.")
exercise.mistake("last_of_two", (TAKE, "return hidden[torch.arange(len(rows)), rows.shape[1] - 1 - here.flip(1).int().argmax(dim=1)]"),
    es="Si está dos veces tomas la última.", en="If it is there twice you take the last.")
exercise.mistake("one_place_late", (TAKE, TAKE.replace("argmax(dim=1)]", "argmax(dim=1) + 1]")), es="Tomas el sitio siguiente.",
    en="You take the place after it.")
exercise.mistake("still_training", ("    model.eval()\n", ""), es="Lees en modo `train()`: el dropout sortea.",
    en="You read in `train()` mode: dropout draws.")
exercise.mistake("padding_read", (READ, READ.replace("rows != PAD", "torch.ones_like(rows, dtype=torch.bool)")),
    es="Dejas que se mire el relleno.",
    en="You let the padding be looked at.")
exercise.mistake("second_segment", (READ, READ.replace("zeros_like", "ones_like")),
    es="Los segmentos son 1. Una frase sola va en el 0.",
    en="Segments are 1. A single sentence goes in 0.")
exercise.mistake("graph_kept", ("with torch.no_grad():", "if True:"), es="Los vectores llevan grafo: falta `torch.no_grad()`.",
    en="The vectors have a graph: `torch.no_grad()` is missing.")
exercise.mistake("nothing_raised", (CHECK, "if False:"), es="Donde no está la palabra, `argmax` da 0: devuelves `[CLS]` sin avisar.",
    en="Where the word is not, `argmax` gives 0: you return `[CLS]` without a word.")
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
exercise.alternative("gathered", code="""
def word_vectors(model, rows, word):
    first = (rows == word).long().cumsum(dim=1).eq(1) & rows.eq(word)
    if (first.sum(dim=1) != 1).any():
        raise ValueError("missing")
    hidden = model.eval()(rows, rows * 0, rows.ne(PAD)).detach()
    return (hidden * first[..., None]).sum(dim=1)
""")
