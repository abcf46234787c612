"""Exercise 6.5: the loss, only where something is asked."""

import numpy as np
import torch

from autograder import expect
from autograder.exercise import Exercise
from autograder.text import Text

exercise = Exercise(
    "masked_loss", points=6,
    title=Text("Preguntar solo por lo tapado", "Asking only about what is hidden"),
    hints=(
        Text("¿Qué sitios cuentan, y entre cuántos se divide? Toma primero solo esos.",
             "Which positions count, and how many do you divide by? Take only those first."),
        Text("`logits[labels != -100]` da `(N, V)`: los sitios por los que se pregunta.",
             "`logits[labels != -100]` gives `(N, V)`: the positions that are asked about."),
        Text("La media de nada es `nan`. Suma, y divide entre el número de sitios o entre 1, lo que sea mayor.",
             "The mean of nothing is `nan`. Sum, and divide by the number of positions or by 1, whichever is larger."),
    ),
)


def reference(logits, labels) -> float:
    logits, labels = np.asarray(logits, dtype=np.float64), np.asarray(labels)
    total, count = 0.0, 0
    for place in zip(*np.nonzero(labels != -100), strict=True):
        row = logits[place]
        total += row.max() + np.log(np.exp(row - row.max()).sum()) - row[labels[place]]
        count += 1
    return total / max(count, 1)


def batch(draw, scale: float = 2.0):
    """Return logits, and labels of which some are asked about, none is 0 alone, and each row has another number."""
    B, T, V = draw.sizes(3, 3, 8)
    labels = torch.from_numpy(draw.integers(0, V, size=(B, T)))
    asked = torch.from_numpy(draw.random((B, T)) < 0.4)
    asked[0, :2], asked[1, 0], asked[1, 1:] = True, True, False
    asked[-1, -1] = False
    labels[0, 0] = 0  # a word like any other
    return draw.tensor(B, T, V, std=scale, dtype=torch.float32), torch.where(asked, labels, -100)


def value(student, logits, labels) -> float:
    return expect.number(student.call("masked_loss", logits, labels), "masked_loss(…)")


@exercise.property(3, "Da la entropía cruzada media de los sitios preguntados.",
    "It gives the mean cross-entropy of the chosen positions.")
def mean(student, draw):
    for _ in range(3):
        logits, labels = batch(draw)
        expect.near(value(student, logits, labels), reference(logits, labels), what="masked_loss(…)")
    logits = draw.tensor(1, 1, 5, dtype=torch.float32)
    labels = torch.tensor([[int(draw.integers(5))]])
    expect.near(value(student, logits, labels), reference(logits, labels), what="masked_loss(…)")


@exercise.property(2, "Lo que se diga donde no se pregunta no cuenta.", "What is said where nothing is asked does not count.")
def elsewhere(student, draw):
    logits, labels = batch(draw)
    changed = torch.where((labels == -100)[..., None], 50 * draw.tensor(*logits.shape, dtype=torch.float32), logits)
    expect.near(value(student, changed, labels), reference(logits, labels), what="masked_loss(…)")


@exercise.property(2, "Sin ningún sitio preguntado la pérdida es 0, con grafo, y el gradiente es 0.",
                   "With no chosen position the loss is 0, attached to the graph, and the gradient is 0.")
def nothing_asked(student, draw):
    for labels in (torch.full((2, 3), -100), torch.tensor([[-100, 2, -100]])):
        logits = draw.tensor(*labels.shape, 4, dtype=torch.float32)
        mine = student.put(logits).keep_method("requires_grad_")
        loss = student.keep("masked_loss", mine, labels)
        expect.near(expect.number(loss.value(), "masked_loss(…)"), reference(logits, labels), what="masked_loss(…)")
        loss.method("backward")
        expect.true(mine.get("grad") is not None, "El 0 no cuelga de `logits`, que se queda sin gradiente: calcúlalo a partir de "
                                                  "ellos (por "
                    "ejemplo, una suma por 0).",
                    "The 0 does not depend on `logits`, which get no gradient: compute it from them (for instance, a sum times 0).")
        ours = logits.clone().requires_grad_()
        asked = labels != -100
        (torch.nn.functional.cross_entropy(ours[asked], labels[asked], reduction="sum") / max(int(asked.sum()), 1)).backward()
        expect.near(mine.get("grad"), ours.grad, what="logits.grad")


@exercise.property(1, "El gradiente es el de la media, y 0 donde no se pregunta.",
    "The gradient is that of the mean, and 0 where nothing is asked.")
def gradient(student, draw):
    logits, labels = batch(draw)
    mine = student.put(logits).keep_method("requires_grad_")
    student.keep("masked_loss", mine, labels).method("backward")
    asked = labels != -100
    wanted = logits.softmax(-1) - torch.nn.functional.one_hot(labels.clamp(min=0), logits.shape[-1])
    expect.near(mine.get("grad"), wanted * asked[..., None] / asked.sum(), what="logits.grad")


@exercise.property(1, "Con puntuaciones de 10 000 no se desborda.", "With scores of 10,000 it does not overflow.")
def large(student, draw):
    logits, labels = batch(draw, scale=10_000.0)
    expect.near(value(student, logits, labels), reference(logits, labels), what="masked_loss(…)")


ASKED = "asked = labels != -100"
TOTAL = 'total = nn.functional.cross_entropy(logits[asked], labels[asked], reduction="sum")'
RETURN = "return total / asked.sum().clamp(min=1)"
ROWS = "logits[asked], labels[asked]"

exercise.mistake("mean_over_all_places", (RETURN, "return total / labels.numel()"),
    es="Divides entre todos los sitios. Se divide entre los preguntados.",
    en="You divide by all positions. Divide by the chosen ones.")
exercise.mistake("sum", (RETURN, "return total"), es="Es una media, no una suma.", en="It is a mean, not a sum.")
exercise.mistake("mean_of_the_rows", (RETURN, "rows = [nn.functional.cross_entropy(a[k], b[k], reduction=\"sum\") / "
                                              "k.sum().clamp(min=1) "
    "for a, b, k in zip(logits, labels, asked)]\n    return torch.stack(rows).mean()"),
    es="Haces la media de cada fila y luego la de las filas: las que tienen menos preguntas pesan más.",
    en="You take the mean of each row and then that of the rows: those with fewer questions weigh more.")
exercise.mistake("nan_without_questions", (RETURN, "return total / asked.sum()"), es="Sin preguntas divides 0 entre 0.",
    en="With no chosen position you divide 0 by 0.")
exercise.mistake("zero_without_graph", (RETURN, "return total / asked.sum() if asked.any() else torch.tensor(0.0)"),
    es="Sin preguntas devuelves un 0 sin grafo: `backward` falla.",
    en="With no chosen position you return a 0 without a graph: `backward` fails.")
exercise.mistake("zero_of_its_own", (RETURN, "return total / asked.sum() if asked.any() else torch.tensor(0.0, requires_grad=True)"),
    es="Sin preguntas devuelves un 0 que no sale de `logits`: no les llega gradiente. Una suma por 0 sí sale de ellos.",
    en="With no chosen position you return a 0 that does not depend on `logits`: no gradient reaches them. A sum times 0 does.")
exercise.mistake("zero_ignored_too", (ASKED, "asked = labels > 0"),
    es="Saltas también la etiqueta 0, que es una palabra como las demás.",
    en="You skip label 0 too, which is a word like any other.")
exercise.mistake("minus_one_ignored", (ASKED, "asked = labels != -1"), (TOTAL, TOTAL.replace("labels[asked]",
    "labels[asked].clamp(min=0)")),
    es="Preguntas por todos los sitios: lo que se salta lleva −100, no −1.",
    en="You ask about all positions: what is skipped holds −100, not −1.")
exercise.mistake("softmax_twice", (ROWS, "logits[asked].softmax(dim=-1), labels[asked]"),
    es="`cross_entropy` ya hace el softmax: le das puntuaciones, no probabilidades.",
    en="`cross_entropy` does the softmax already: it is given scores, not probabilities.")
exercise.mistake("log_with_a_clamp", (TOTAL, "p = logits[asked].softmax(dim=-1).gather(-1, labels[asked][:, None])\n"
    "    total = -torch.log(p + 1e-8).sum()"), es="Sumar 1e-8 dentro del logaritmo corta las pérdidas grandes. Usa `log_softmax`.",
    en="Adding 1e-8 inside the logarithm cuts large losses off. Use `log_softmax`.")
exercise.mistake("sign", (RETURN, "return -total / asked.sum().clamp(min=1)"), es="El signo está cambiado.",
    en="The sign is the wrong one.")

exercise.alternative("ignore_index", code="""
def masked_loss(logits, labels):
    if (labels == -100).all():
        return logits.sum() * 0
    return nn.functional.cross_entropy(logits.transpose(1, 2), labels, ignore_index=-100)
""")
exercise.alternative("fresh_tensors", code="""
def masked_loss(logits, labels):
    asked = (labels != -100).float()
    right = torch.zeros(logits.shape)
    right[torch.arange(len(labels))[:, None], torch.arange(labels.shape[1]), labels.clamp(min=0)] = 1.0
    losses = -(right * logits.log_softmax(dim=-1)).sum(dim=-1)
    return losses.flatten() @ asked.flatten() / asked.sum().clamp(min=1)
""")
exercise.alternative("log_softmax", code="""
def masked_loss(logits, labels):
    asked = labels.ne(-100)
    log_p = torch.log_softmax(logits, dim=-1).gather(-1, labels.clamp(min=0)[..., None])[..., 0]
    return -torch.where(asked, log_p, torch.zeros_like(log_p)).sum() / max(int(asked.sum()), 1)
""")
