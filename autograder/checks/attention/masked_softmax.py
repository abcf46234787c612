"""Exercise 4.1: a softmax that gives exactly nothing to what may not be looked at."""

import torch

from autograder import expect
from autograder.exercise import Exercise
from autograder.text import Text

exercise = Exercise(
    "masked_softmax", points=8,
    title=Text("La softmax con máscara", "The softmax with a mask"),
    hints=(
        Text("¿Qué número, puesto como puntuación antes de la softmax, da peso 0? Busca un método de los tensores que rellene donde "
             "diga una máscara (*fill*).",
             "Which number, put as a score before the softmax, gives weight 0? Look for a method of tensors that fills where a mask "
             "says so."),
        Text("`scores.masked_fill(~mask, float(\"-inf\"))` devuelve una copia con −∞ donde la máscara es `False`, y "
             "extiende la máscara.",
             "`scores.masked_fill(~mask, float(\"-inf\"))` returns a copy with −∞ where the mask is `False`, and "
             "stretches the mask."),
        Text("Una fila sin nada permitido sale `nan` de la softmax. Otra `masked_fill`, después, pone esos `nan` a 0 y no toca "
             "los demás.",
             "A row with nothing allowed comes out of the softmax as `nan`. Another `masked_fill`, afterwards, sets those `nan` to "
             "0 and leaves the others alone."),
    ),
)


def random_mask(draw, *shape, dim: int = -1) -> torch.Tensor:
    """Draw a mask that allows something, and forbids something, along each row of axis `dim`."""
    mask = torch.tensor(draw.random(shape) < 0.5)
    order = torch.tensor(draw.random(shape)).argsort(dim=dim)
    mask.scatter_(dim, order.narrow(dim, 0, 1), True)
    return mask.scatter_(dim, order.narrow(dim, 1, 1), False)


def oracle(scores, mask=None, dim=-1):
    """Return the weights, each row computed alone from what it allows."""
    mask = torch.ones(scores.shape, dtype=torch.bool) if mask is None else mask.expand(scores.shape)
    rows, allowed = scores.movedim(dim, -1), mask.movedim(dim, -1)
    weights = torch.zeros(rows.shape, dtype=torch.float64)
    for place in torch.cartesian_prod(*(torch.arange(n) for n in rows.shape[:-1])).reshape(-1, rows.ndim - 1).tolist():
        seen = allowed[tuple(place)]
        weights[tuple(place)][seen] = rows[tuple(place)][seen].softmax(dim=0)
    return weights.movedim(-1, dim)


def agrees(student, scores, *rest):
    weights = expect.array(student.call("masked_softmax", scores, *rest), tuple(scores.shape))
    wanted = oracle(scores, *rest)
    expect.near(weights, wanted)
    expect.true(not weights[(wanted == 0).numpy()].any(), "Lo que no se puede mirar pesa exactamente 0, y en tu código pesa algo.",
                "What may not be looked at weighs exactly 0, and in your code it weighs something.")


@exercise.property(2, "Sin máscara es la softmax, en el eje que se pida.",
                   "Without a mask it is the softmax, along the axis asked for.")
def without_a_mask(student, draw):
    scores = draw.tensor(*draw.sizes(3, 2, 6), std=2.0)
    agrees(student, scores)
    for dim in (0, 1):
        agrees(student, scores, None, dim)


@exercise.property(3, "Con máscara: 0 exacto en lo prohibido, y lo permitido suma 1.",
                   "With a mask: exactly 0 where forbidden, and what is allowed adds up to 1.")
def with_a_mask(student, draw):
    shape = draw.sizes(3, 3, 7)
    agrees(student, draw.tensor(*shape, std=2.0), random_mask(draw, *shape))
    agrees(student, draw.tensor(*shape, std=2.0), random_mask(draw, shape[-1]))  # one mask for all rows
    agrees(student, draw.tensor(*shape, std=2.0), random_mask(draw, *shape, dim=1), 1)


@exercise.property(2, "Donde nada está permitido, todo 0 y ningún `nan`.", "Where nothing is allowed, all 0 and no `nan`.")
def nothing_allowed(student, draw):
    mask = random_mask(draw, 4, 3, 5)
    mask[1, 2] = mask[3, 0] = False
    agrees(student, draw.tensor(4, 3, 5, std=2.0), mask)


@exercise.property(1, "Puntuaciones enormes no la desbordan.", "Huge scores do not overflow it.")
def huge_scores(student, draw):
    agrees(student, draw.tensor(3, 6) - 1e4, random_mask(draw, 3, 6))
    agrees(student, 1e4 * draw.tensor(3, 6), random_mask(draw, 3, 6))
    mask = random_mask(draw, 3, 6)
    agrees(student, torch.where(mask, -1e4, 1e4) * (1 + draw.tensor(3, 6).abs()), mask)  # the hidden ones are the largest by far


@exercise.property(1, "El gradiente vuelve por lo permitido, y por lo prohibido no.",
                   "The gradient comes back through what is allowed, and not through what is not.")
def gradient(student, draw):
    scores, mask, out = draw.tensor(4, 5), random_mask(draw, 4, 5), draw.tensor(4, 5)
    mine = student.put(scores).keep_method("requires_grad_")
    (student.keep("masked_softmax", mine, mask) * out).keep_method("sum").method("backward")
    p = oracle(scores, mask)
    expect.near(mine.get("grad"), p * (out - (p * out).sum(dim=1, keepdim=True)), what="scores.grad")


@exercise.property(1, "Deja sus entradas como estaban.", "It leaves its inputs as they were.")
def inputs_unchanged(student, draw):
    scores, mask = draw.tensor(3, 5), random_mask(draw, 3, 5)
    mine = student.put(scores), student.put(mask)
    expect.near(student.call("masked_softmax", *mine), oracle(scores, mask))
    expect.unchanged(scores, mine[0].value(), "scores")
    expect.unchanged(mask, mine[1].value(), "mask")


FILL = 'scores.masked_fill(~mask, float("-inf"))'
WEIGHTS = f"weights = {FILL}.softmax(dim=dim)"
RETURN = "return weights.masked_fill(~mask, 0.0)"

exercise.mistake(
    "mask_ignored", (WEIGHTS, "weights = scores.softmax(dim=dim)"), (RETURN, "return weights"),
    es="No usas la máscara: todo se mira.", en="You do not use the mask: everything is looked at.")
exercise.mistake(
    "mask_inverted", ("~mask", "mask"),
    es="La máscara está al revés: `True` es que se puede mirar, y tú lo tapas.",
    en="The mask is upside down: `True` means one may look, and you hide it.")
exercise.mistake(
    "renormalised_afterwards", (WEIGHTS, "weights = scores.softmax(dim=dim) * mask"),
    (RETURN, "return weights / weights.sum(dim=dim, keepdim=True).clamp(min=1e-30)"),
    es="Repartir otra vez después de la softmax falla si una puntuación tapada es enorme: las permitidas ya se redondearon a 0. Tapa "
       "las puntuaciones antes.",
    en="Rescaling after the softmax fails if a hidden score is huge: the allowed ones have already rounded to 0. Hide the scores "
       "before.")
exercise.mistake(
    "not_renormalised", (WEIGHTS, "weights = scores.softmax(dim=dim)"),
    es="Pones a 0 después de la softmax y no vuelves a repartir: lo permitido no suma 1. Tapa las puntuaciones antes.",
    en="You set to 0 after the softmax and do not rescale: what is allowed does not add up to 1. Hide the scores before.")
exercise.mistake(
    "scores_times_mask", (WEIGHTS, "weights = (scores * mask).softmax(dim=dim)"), (RETURN, "return weights"),
    es="Multiplicas las puntuaciones por la máscara: lo prohibido queda con puntuación 0, que no es peso 0.",
    en="You multiply the scores by the mask: what is forbidden is left with score 0, which is not weight 0.")
exercise.mistake(
    "minus_ten", ('float("-inf")', "-10.0"), (RETURN, "return weights"),
    es="Una puntuación de -10 es poca, pero no es −∞: algo se filtra, y mucho si las demás son menores.",
    en="A score of -10 is low, but it is not −∞: something leaks, and a lot if the others are lower.")
exercise.mistake(
    "nan_rows", (RETURN, "return weights"),
    es="Donde no se permite nada devuelves `nan`. El convenio es todo 0.",
    en="Where nothing is allowed you return `nan`. The convention is all 0.")
exercise.mistake(
    "renormalised_without_care", (WEIGHTS, "weights = scores.softmax(dim=dim) * mask"),
    (RETURN, "return weights / weights.sum(dim=dim, keepdim=True)"),
    es="Vuelves a repartir después de la softmax, y donde lo permitido suma 0 divides 0 entre 0. Tapa las puntuaciones antes.",
    en="You rescale after the softmax, and where the allowed weights add up to 0 you divide 0 by 0. Hide the scores before.")
exercise.mistake(
    "uniform_rows", ('float("-inf")', "-1e9"), (RETURN, "return weights"),
    es="Con -1e9 en lugar de −∞, una fila sin nada permitido reparte por igual entre lo prohibido. Debe dar 0.",
    en="With -1e9 instead of −∞, a row with nothing allowed spreads evenly over the forbidden ones. It should give 0.")
exercise.mistake(
    "last_axis_always", ("softmax(dim=dim)", "softmax(dim=-1)"),
    es="No usas `dim`: la softmax va siempre por el último eje.",
    en="You do not use `dim`: the softmax always goes along the last axis.")
exercise.mistake(
    "first_axis_by_default", ("dim=-1):", "dim=0):"),
    es="Por omisión usas el primer eje. El valor por omisión de `dim` es -1.",
    en="By default you use the first axis. The default of `dim` is -1.")
exercise.mistake(
    "overflow", code="""
def masked_softmax(scores, mask=None, dim=-1):
    e = scores.exp()
    if mask is not None:
        e = e * mask
    total = e.sum(dim=dim, keepdim=True)
    return torch.where(total == 0, torch.zeros_like(e), e / total)
""",
    es="`exp` desborda con puntuaciones grandes y da `nan`, o todo 0 con las muy negativas. Resta antes el máximo, o usa `softmax`.",
    en="`exp` overflows with large scores and gives `nan`, or all 0 with very negative ones. Subtract the maximum first, or use "
       "`softmax`.")
exercise.mistake(
    "written_into_scores", (f"{FILL}.softmax", 'scores.masked_fill_(~mask, float("-inf")).softmax'),
    es="Escribes sobre las puntuaciones de quien te llama (con `masked_fill_`, o con `scores[…] = …`). `masked_fill`, sin el guion "
       "bajo, hace una copia.",
    en="You write into the caller's scores (by `masked_fill_`, or by `scores[…] = …`). `masked_fill`, without the underscore, makes "
       "a copy.")
exercise.mistake(
    "added_as_number", (WEIGHTS, "weights = (scores + mask).softmax(dim=dim)"), (RETURN, "return weights"),
    es="Sumas la máscara como 0 y 1: apenas cambia nada. Lo prohibido necesita −∞.",
    en="You add the mask as 0 and 1: that hardly changes anything. What is forbidden needs −∞.")
exercise.mistake(
    "detached", (RETURN, "return weights.masked_fill(~mask, 0.0).detach()"),
    es="`.detach()` corta el gradiente: la red no aprendería a dónde mirar.",
    en="`.detach()` cuts the gradient: the network would not learn where to look.")

exercise.alternative("by_hand", code="""
def masked_softmax(scores, mask=None, dim=-1):
    if mask is None:
        mask = torch.ones_like(scores, dtype=torch.bool)
    lowest = scores.masked_fill(~mask, -1e300 if scores.dtype == torch.float64 else -3e38)
    e = torch.exp(scores - lowest.amax(dim=dim, keepdim=True).detach().clamp(min=-1e30))
    e = torch.where(mask, e, torch.zeros_like(e))
    total = e.sum(dim=dim, keepdim=True)
    return e / total.clamp(min=1e-300 if scores.dtype == torch.float64 else 1e-38)
""")
exercise.alternative("nan_to_num", code="""
def masked_softmax(scores, mask=None, dim=-1):
    if mask is None:
        mask = torch.tensor(True)
    hidden = torch.zeros_like(scores).masked_fill(torch.logical_not(mask), -torch.inf)
    return torch.nan_to_num(torch.softmax(scores + hidden, dim), nan=0.0)
""")
