"""Exercise 6.2: the loss with negative samples."""

import numpy as np
import torch

from autograder import expect
from autograder.exercise import Exercise
from autograder.text import Text

exercise = Exercise(
    "negative_loss", points=6,
    title=Text("Acercar y alejar", "Pulling together and pushing apart"),
    hints=(
        Text("`nn.functional.logsigmoid` calcula el logaritmo de la sigmoide sin desbordarse.",
             "`nn.functional.logsigmoid` computes the logarithm of the sigmoid without overflowing."),
        Text("`(centre * context).sum(dim=-1)` da `(N,)`. Para las negativas, `(centre[:, None] * negatives).sum(dim=-1)` da `(N, K)`.",
             "`(centre * context).sum(dim=-1)` gives `(N,)`. For the negatives, `(centre[:, None] * negatives).sum(dim=-1)` gives "
             "`(N, K)`."),
        Text("Se **suma** sobre las `K` negativas y se hace la **media** sobre las `N` parejas.",
             "**Sum** over the `K` negatives, and take the **mean** over the `N` pairs."),
    ),
)


def reference(centre, context, negatives) -> float:
    """Work out the loss pair by pair, in NumPy."""
    total = 0.0
    for u, v, others in zip(*(np.asarray(part, dtype=np.float64) for part in (centre, context, negatives)), strict=True):
        total += np.logaddexp(0, -(u @ v)) + sum(np.logaddexp(0, u @ n) for n in others)
    return total / len(centre)


def inputs(draw, std: float = 0.8):
    N, K, D = draw.sizes(3, 2, 7)
    return [draw.tensor(*shape, std=std, dtype=torch.float32) for shape in ((N, D), (N, D), (N, K, D))]


@exercise.property(3, "Da lo mismo que la fórmula, pareja por pareja.", "It gives the same as the formula, pair by pair.")
def formula(student, draw):
    for _ in range(3):
        parts = inputs(draw)
        expect.near(expect.number(student.call("negative_loss", *parts),
            "negative_loss(…)"), reference(*parts), what="negative_loss(…)")


@exercise.property(1, "Es una media sobre las parejas: repetirlas todas no la cambia.",
                   "It is a mean over the pairs: repeating them all does not change it.")
def repeated(student, draw):
    parts = [torch.cat([part, part]) for part in inputs(draw)]
    expect.near(expect.number(student.call("negative_loss", *parts), "negative_loss(…)"), reference(*parts), what="negative_loss(…)")
    one = [draw.tensor(*shape, dtype=torch.float32) for shape in ((1, 5), (1, 5), (1, 1, 5))]
    expect.near(expect.number(student.call("negative_loss", *one), "negative_loss(…)"), reference(*one), what="negative_loss(…)")


@exercise.property(2, "Con productos de 1000, de uno y otro signo, no se desborda.",
                   "With products of 1000, of either sign, it does not overflow.")
def large(student, draw):
    for sign in (1.0, -1.0):
        u, away = draw.tensor(3, 4, dtype=torch.float32), draw.tensor(3, 2, 4, dtype=torch.float32)
        v = 1000 * sign * u / (u**2).sum(dim=1, keepdim=True)
        far = away - ((away * u[:, None]).sum(-1, keepdim=True) - 1000 * sign) * (u / (u**2).sum(1, keepdim=True))[:, None]
        seen = expect.number(student.call("negative_loss", u, v, far), "negative_loss(…)")
        expect.near(seen, reference(u, v, far), what="negative_loss(…)")


@exercise.property(2, "Sus gradientes son los de la fórmula, en las tres entradas.",
                   "Its gradients are those of the formula, at the three inputs.")
def gradients(student, draw):
    parts = inputs(draw)
    mine = [student.put(part) for part in parts]
    for part in mine:
        part.keep_method("requires_grad_")
    student.keep("negative_loss", *mine).method("backward")
    u, v, n = (part.clone().requires_grad_() for part in parts)
    near, far = torch.einsum("nd,nd->n", u, v), torch.einsum("nd,nkd->nk", u, n)
    (torch.nn.functional.softplus(-near).sum() + torch.nn.functional.softplus(far).sum()).div(len(u)).backward()
    for name, handle, wanted in zip(("centre", "context", "negatives"), mine, (u, v, n), strict=True):
        expect.near(handle.get("grad"), wanted.grad, what=f"{name}.grad")


LAST = "return -(log_sigmoid(near) + log_sigmoid(-far).sum(dim=-1)).mean()"
SIGMOID = "log_sigmoid = nn.functional.logsigmoid"

exercise.mistake("negatives_drawn_near", (LAST, LAST.replace("-far", "far")), es="Falta el signo menos: acercas también las negativas.",
    en="The minus sign is missing: you pull the negatives closer too.")
exercise.mistake("context_pushed_away", (LAST, LAST.replace("(near)", "(-near)")), es="Alejas la vecina verdadera: sobra un signo.",
    en="You push the true neighbour away: there is one sign too many.")
exercise.mistake("no_minus", (LAST, LAST.replace("return -(", "return (")), es="Falta el menos de delante: la pérdida sale negativa.",
    en="The minus in front is missing: the loss comes out negative.")
exercise.mistake("mean_over_negatives", (LAST, LAST.replace(".sum(dim=-1)", ".mean(dim=-1)")), es="Sobre las negativas se suma, no "
    "se hace la media.",
    en="Sum over the negatives, do not average.")
exercise.mistake("sum_over_pairs", (LAST, LAST.replace(").mean()", ").sum()")), es="Sobre las parejas se hace la media, no la suma.",
    en="Take the mean over the pairs.")
exercise.mistake("negatives_of_the_context", ("centre[:, :, None]", "context[:, :, None]"),
    es="Comparas las negativas con la vecina. Se comparan con el centro.",
    en="You compare the negatives with the neighbour. They are compared with the centre.")
exercise.mistake("no_negatives", (LAST, "return -log_sigmoid(near).mean()"),
    es="Faltan las negativas: todo acabaría en el mismo punto.",
    en="The negatives are missing: everything would end up at the same point.")
exercise.mistake("first_negative_only", (LAST, LAST.replace("-far)", "-far[:, :1])")), es="Solo usas la primera negativa.",
    en="You only use the first negative.")
exercise.mistake("log_of_sigmoid", (SIGMOID, "log_sigmoid = lambda x: torch.log(torch.sigmoid(x))"),
    es="La sigmoide de −1000 es 0 y su logaritmo, infinito. Usa `logsigmoid`.",
    en="The sigmoid of −1000 is 0 and its logarithm, infinite. Use `logsigmoid`.")
exercise.mistake("clamped", (SIGMOID, "log_sigmoid = lambda x: torch.log(torch.sigmoid(x) + 1e-8)"),
    es="Sumar 1e-8 cambia la pérdida y borra el gradiente de las parejas peores. Usa `logsigmoid`.",
    en="Adding 1e-8 changes the loss and wipes out the gradient of the worst pairs. Use `logsigmoid`.")
exercise.mistake("sigmoid_without_log", (SIGMOID, "log_sigmoid = torch.sigmoid"), es="Falta el logaritmo.",
    en="The logarithm is missing.")
exercise.mistake("scaled", ("near = (centre * context).sum(dim=-1)", "near = (centre * context).mean(dim=-1)"),
    es="El producto escalar suma; no es una media.", en="The dot product adds up; it is not a mean.")

exercise.alternative("softplus", code="""
def negative_loss(centre, context, negatives):
    products = torch.einsum("nd,nkd->nk", centre, torch.cat([context[:, None], negatives], dim=1))
    signs = torch.ones_like(products)
    signs[:, 0] = -1
    return nn.functional.softplus(signs * products).sum(dim=1).mean()
""")
exercise.alternative("fresh_tensors", code="""
def negative_loss(centre, context, negatives):
    log_sigmoid, ones = nn.functional.logsigmoid, torch.ones(negatives.shape[1])
    losses = torch.zeros(len(centre))
    for n in range(len(centre)):
        losses[n] = -log_sigmoid(centre[n] @ context[n]) - log_sigmoid(-negatives[n] @ centre[n]) @ ones
    return losses @ torch.full((len(centre),), 1 / len(centre))
""")
exercise.alternative("cross_entropies", code="""
def negative_loss(centre, context, negatives):
    bce = nn.functional.binary_cross_entropy_with_logits
    near = torch.einsum("nd,nd->n", centre, context)
    far = torch.einsum("nd,nkd->nk", centre, negatives)
    return bce(near, torch.ones_like(near)) + bce(far, torch.zeros_like(far), reduction="sum") / len(centre)
""")
