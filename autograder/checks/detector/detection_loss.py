"""Exercise D.5: the four terms of the loss."""

import math

import numpy as np
import torch

from autograder import expect
from autograder.exercise import Exercise
from autograder.text import Text

TERMS = ("box", "something", "empty", "class")

exercise = Exercise(
    "detection_loss", points=12,
    title=Text("La pérdida de un detector", "The loss of a detector"),
    hints=(
        Text("`full = target[..., 4] == 1` dice en qué sitios hay algo; `output[full]` los reúne en un tensor (cosas, 5 + C).",
             "`full = target[..., 4] == 1` tells at which places there is something; `output[full]` gathers them in a tensor "
             "(things, 5 + C)."),
        Text("La sigmoide va solo en los dos primeros números. Para el quinto, `binary_cross_entropy_with_logits(…, "
             "reduction=\"none\")` "
             "la lleva dentro y da un valor por sitio.",
             "The sigmoid goes on the first two numbers only. For the fifth, `binary_cross_entropy_with_logits(…, reduction=\"none\")` "
             "has it inside and gives a value for each place."),
        Text("Los cuatro términos se dividen entre lo mismo, `full.sum().clamp(min=1)`; también `empty`. Y la clase es una "
             "entropía cruzada "
             "con `reduction=\"sum\"`.",
             "All four terms are divided by the same, `full.sum().clamp(min=1)`; `empty` too. And the class is a cross-entropy with "
             "`reduction=\"sum\"`."),
    ),
    forbids=("atiende.models.detector.detection_loss", "atiende.models.detector.total_loss"),
)


def sigmoid(z: float) -> float:
    return 1 / (1 + math.exp(-z)) if z >= 0 else math.exp(z) / (1 + math.exp(z))


def surprise(z: float) -> float:
    """Return -ln(sigmoid(z)), without rounding to infinity."""
    return max(-z, 0) + math.log1p(math.exp(-abs(z)))


def oracle(output, target) -> dict[str, float]:
    """Return the four terms, place by place, in plain Python."""
    said = np.asarray(output, dtype=float).reshape(-1, np.shape(output)[-1])
    true = np.asarray(target, dtype=float).reshape(-1, 6)
    sums = dict.fromkeys(TERMS, 0.0)
    things = 0
    for z, t in zip(said.tolist(), true.tolist(), strict=True):
        if t[4] == 0:
            sums["empty"] += surprise(-z[4])
            continue
        things += 1
        sums["box"] += sum((sigmoid(z[i]) - t[i]) ** 2 + (z[i + 2] - t[i + 2]) ** 2 for i in range(2))
        sums["something"] += surprise(z[4])
        top = max(z[5:])
        sums["class"] += top + math.log(sum(math.exp(v - top) for v in z[5:])) - z[5 + int(t[5])]
    return {name: value / max(things, 1) for name, value in sums.items()}


def problem(draw, *shape: int, things: int = 5, classes: int = 4, std: float = 1.5):
    """Return an output (*shape, 5 + classes) and a target (*shape, 6) with so many things, of at least two classes."""
    places = math.prod(shape)
    target = torch.zeros(places, 6, dtype=torch.float64)
    chosen = torch.from_numpy(draw.choice(places, size=things, replace=False))
    target[chosen, :2] = torch.from_numpy(draw.uniform(0.05, 0.95, size=(things, 2)))
    target[chosen, 2:4] = draw.tensor(things, 2, std=0.5)
    target[chosen, 4] = 1
    target[chosen, 5] = torch.from_numpy((draw.integers(classes) + np.arange(things)) % classes).double()
    return draw.tensor(*shape, 5 + classes, std=std), target.reshape(*shape, 6)


def agrees(student, output, target, *names):
    terms = student.keep("detection_loss", output, target)
    wanted = oracle(output, target)
    for name in names:
        expect.near(terms.item(name).value(), wanted[name], what=f'detection_loss(…)["{name}"]')


def _term(student, draw, name):
    rows, columns, anchors = draw.sizes(3, 2, 5)
    agrees(student, *problem(draw, 2, rows, columns, anchors, things=int(draw.integers(4, 7))), name)


@exercise.property(3, "`box` mira solo los sitios con algo, con sigmoide en el centro y sin ella en el tamaño.",
                   "`box` looks only at places with something, with a sigmoid on the centre and none on the size.")
def box(student, draw):
    _term(student, draw, "box")


@exercise.property(1, "`something` es la sorpresa en los sitios con algo.", "`something` is the surprise at the places with something.")
def something(student, draw):
    _term(student, draw, "something")


@exercise.property(2, "`empty` es la sorpresa en los sitios vacíos, dividida también entre el número de cosas.",
                   "`empty` is the surprise at the empty places, divided by the number of things too.")
def empty(student, draw):
    _term(student, draw, "empty")


@exercise.property(2, "`class` es la entropía cruzada de las clases en los sitios con algo.",
                   "`class` is the cross-entropy of the classes at the places with something.")
def classes(student, draw):
    _term(student, draw, "class")


@exercise.property(1, "Sirve con cualquier número de ejes, con un solo sitio, y cuando no hay nada en ninguna parte.",
                   "It works with any number of axes, with a single place, and where there is nothing anywhere.")
def shapes(student, draw):
    agrees(student, *problem(draw, 1, things=1, classes=2), "box", "something", "class")
    agrees(student, *problem(draw, 7, things=0), "empty", *TERMS)
    agrees(student, *problem(draw, 3, 5, things=4), *TERMS)


@exercise.property(1, "Con logits enormes sigue siendo finita.", "With huge logits it stays finite.")
def huge(student, draw):
    agrees(student, *problem(draw, 4, 6, things=6, std=300.0), "something", "empty", "class")


@exercise.property(2, "El gradiente de cada término respecto a `output` es el verdadero.",
                   "The gradient of each term with respect to `output` is the true one.")
def gradients(student, draw):
    output, target = problem(draw, 4, 3, things=5, classes=3)
    for name in TERMS:
        mine = student.put(output).keep_method("requires_grad_")
        student.keep("detection_loss", mine, target).item(name).method("backward")
        wanted, h = np.zeros(output.shape), 1e-5
        for place in np.ndindex(*output.shape):
            ends = []
            for step in (h, -h):
                moved = output.clone()
                moved[place] += step
                ends.append(oracle(moved, target)[name])
            wanted[place] = (ends[0] - ends[1]) / (2 * h)
        expect.near(mine.get("grad"), wanted, what=f"output.grad ({name})")


CENTRE = "centre = (torch.sigmoid(said[:, :2]) - true[:, :2]) ** 2"
SIZE = "size = (said[:, 2:4] - true[:, 2:4]) ** 2"
BOX = '"box": (centre.sum() + size.sum()) / count'
EMPTY = '"empty": surprise[~full].sum() / count'
SOMETHING = '"something": surprise[full].sum() / count'
CLASS = 'functional.cross_entropy(said[:, 5:], true[:, 5].long(), reduction="sum") / count'
EVERYWHERE = "    said, true = output.reshape(-1, output.shape[-1]), target.reshape(-1, 6)\n"

exercise.mistake(
    "box_everywhere", ("    centre =", EVERYWHERE + "    centre ="), (CLASS, CLASS.replace("said[:, 5:], true[:, 5]",
    "output[full][:, 5:], target[full][:, 5]")),
    es="`box` mira todos los sitios: donde no hay nada obligas a la red a decir la caja (0, 0, 0, 0). Solo cuentan los sitios con "
       "algo.",
    en="`box` looks at all places: where there is nothing you force the network to say the box (0, 0, 0, 0). Only places with "
       "something count.")
exercise.mistake(
    "box_multiplied_by_what_is_said",
    ("    centre =", "    weight = torch.sigmoid(said[:, 4:5])\n    centre ="), ("centre.sum() + size.sum()",
    "(weight * centre).sum() + (weight * size).sum()"),
    es="Multiplicas `box` por la probabilidad que dice la red: le bastaría negar que hay algo para no pagar. Cuenta lo que dice "
       "`target`.",
    en="You multiply `box` by the probability that the network says: denying that there is something would be enough not to pay. What "
       "`target` says is what counts.")
exercise.mistake(
    "everywhere_counts_as_empty", (EMPTY, '"empty": surprise.sum() / count'),
    es="`empty` suma todos los sitios: los que tienen algo ya están en `something`.",
    en="`empty` adds up all places: those with something are in `something` already.")
exercise.mistake(
    "mask_upside_down", ("full = target[..., 4] == 1", "full = target[..., 4] == 0"),
    es="La máscara está al revés: `full` debe ser donde hay algo.",
    en="The mask is upside down: `full` should be where there is something.")
exercise.mistake(
    "no_sigmoid", ("torch.sigmoid(said[:, :2])", "said[:, :2]"),
    es="Falta la sigmoide en el centro: lo que dice la red es cualquier número, y dx, dy van de 0 a 1.",
    en="The sigmoid on the centre is missing: what the network says is any number, and dx, dy go from 0 to 1.")
exercise.mistake(
    "sigmoid_on_the_size", (SIZE, "size = (torch.sigmoid(said[:, 2:4]) - true[:, 2:4]) ** 2"),
    es="Aplicas la sigmoide al tamaño: tw y th son logaritmos, y pueden ser negativos.",
    en="You apply the sigmoid to the size: tw and th are logarithms, and may be negative.")
exercise.mistake(
    "sigmoid_twice", ("logits(output[..., 4],", "logits(torch.sigmoid(output[..., 4]),"),
    es="`binary_cross_entropy_with_logits` ya lleva la sigmoide: la aplicas dos veces.",
    en="`binary_cross_entropy_with_logits` has the sigmoid inside: you apply it twice.")
exercise.mistake(
    "mean_of_the_four", (BOX, '"box": (centre.mean() + size.mean()) / 2'),
    es="Tomas la media de los cuatro números. Se suman, y se divide entre las cosas.",
    en="You take the mean of the four numbers. They are added up, and divided by the things.")
exercise.mistake(
    "absolute", (CENTRE, CENTRE.replace(" ** 2", ".abs()")), (SIZE, SIZE.replace(" ** 2", ".abs()")),
    es="Tomas el valor absoluto de la diferencia. Se pide el cuadrado.",
    en="You take the absolute difference. The square is asked for.")
exercise.mistake(
    "centre_only", (BOX, '"box": centre.sum() / count'),
    es="`box` olvida el tamaño.", en="`box` forgets the size.")
exercise.mistake(
    "mean_over_the_empty", (EMPTY, '"empty": surprise[~full].sum() / (~full).sum().clamp(min=1)'),
    es="Divides `empty` entre los sitios vacíos. Los cuatro términos se dividen entre el número de cosas, o pesarían según la rejilla.",
    en="You divide `empty` by the empty places. All four terms are divided by the number of things, or their weight would depend on "
       "the grid.")
exercise.mistake(
    "mean_over_pictures", ("count = full.sum().clamp(min=1)", "count = len(target)"),
    es="Divides entre las imágenes. Se divide entre el número de cosas.",
    en="You divide by the pictures. The number of things is what to divide by.")
exercise.mistake(
    "nothing_over_nothing", ("full.sum().clamp(min=1)", "full.sum()"),
    es="Si no hay nada divides entre 0 y sale nan. Divide entonces entre 1.",
    en="Where there is nothing you divide by 0, and get nan. Divide by 1 then.")
exercise.mistake(
    "classes_from_four", ("said[:, 5:]", "said[:, 4:-1]"),
    es="Tomas las clases desde la posición 4, donde está el logit de que haya algo. Empiezan en la 5.",
    en="You take the classes from position 4, where the logit of something is. They begin at 5.")
exercise.mistake(
    "softmax_twice", ("cross_entropy(said[:, 5:]", "cross_entropy(torch.softmax(said[:, 5:], dim=1)"),
    es="`cross_entropy` ya lleva la softmax: la aplicas dos veces.", en="`cross_entropy` has the softmax inside: you apply it twice.")
exercise.mistake(
    "class_everywhere", (CLASS, 'functional.cross_entropy(output[..., 5:].reshape(-1, output.shape[-1] - 5), target[..., '
                                '5].reshape(-1).long(), reduction="sum") / count'),
    es="Sumas la clase también donde no hay nada: la red aprendería que el vacío es de la clase 0.",
    en="You add the class where there is nothing too: the network would learn that emptiness is of class 0.")
exercise.mistake(
    "logarithm_of_rounded", ("surprise = functional.binary_cross_entropy_with_logits(output[..., 4], target[..., 4], "
                             "reduction=\"none\")",
                             "p = torch.sigmoid(output[..., 4])\n    surprise = -torch.log(torch.where(full, p, 1 - p))"),
    es="Tomas el logaritmo de una probabilidad que puede redondearse a 0: sale inf. Usa la función que parte del logit.",
    en="You take the logarithm of a probability that may be rounded to 0: it gives inf. Use the function that starts from the logit.")
exercise.mistake(
    "numbers", ("    return {", "    return {name: term.item() for name, term in {"), ("/ count,\n    }", "/ count,\n    }.items()}"),
    es="Los términos deben ser tensores: con `.item()` se pierde el gradiente.",
    en="The terms must be tensors: `.item()` loses the gradient.")
exercise.mistake(
    "mean_over_nothing", (CLASS, "functional.cross_entropy(said[:, 5:], true[:, 5].long())"),
    es="La media de ningún sitio es nan: suma con `reduction=\"sum\"` y divide entre el número de cosas, o entre 1.",
    en="The mean over no places is nan: add up with `reduction=\"sum\"`, and divide by the number of things, or by 1.")
exercise.mistake(
    "detached", ("said, true = output[full], target[full]", "said, true = output[full].detach(), target[full]"),
    es="`.detach()` corta el gradiente: la red no aprendería cajas ni clases.",
    en="`.detach()` cuts the gradient: the network would learn neither boxes nor classes.")

exercise.alternative("with_weights", code="""
def detection_loss(output, target):
    mask = target[..., 4]
    n = max(float(mask.sum()), 1.0)
    box = torch.cat([output[..., :2].sigmoid(), output[..., 2:4]], dim=-1) - target[..., :4]
    logit = output[..., 4]
    logp = output[..., 5:].log_softmax(dim=-1).gather(-1, target[..., 5:].long())[..., 0]
    return {
        "box": (box.square().sum(-1) * mask).sum() / n,
        "something": (functional.softplus(-logit) * mask).sum() / n,
        "empty": (functional.softplus(logit) * (1 - mask)).sum() / n,
        "class": -(logp * mask).sum() / n,
    }
""")
exercise.alternative("library_sums", code="""
def detection_loss(output, target):
    z, t = output.flatten(0, -2), target.flatten(0, -2)
    rows = torch.nonzero(t[:, 4] > 0.5)[:, 0]
    rest = torch.nonzero(t[:, 4] < 0.5)[:, 0]
    n = max(len(rows), 1)
    mse, bce = nn.MSELoss(reduction="sum"), nn.BCEWithLogitsLoss(reduction="sum")
    return {
        "class": nn.CrossEntropyLoss(reduction="sum")(z[rows, 5:], t[rows, 5].to(torch.int64)) / n,
        "box": (mse(torch.sigmoid(z[rows, :2]), t[rows, :2]) + mse(z[rows, 2:4], t[rows, 2:4])) / n,
        "something": bce(z[rows, 4], t[rows, 4]) / n,
        "empty": bce(z[rest, 4], t[rest, 4]) / n,
    }
""")
