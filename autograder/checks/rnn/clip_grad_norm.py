"""Exercise 3.5: gradients shortened by one factor (Pascanu et al. 2013, arXiv:1211.5063, algorithm 1)."""

import math

import torch

from autograder import expect
from autograder.exercise import Exercise
from autograder.text import Text

SHAPES = ((3, 4), (5,), (2, 1, 3))

NET = """
def lent_linear():
    return torch.nn.Linear(3, 2).double()
"""

exercise = Exercise(
    "clip_grad_norm", points=5,
    title=Text("Recortar el gradiente", "Clipping the gradient"),
    hints=(
        Text("Primero guarda en una lista los `p.grad` que no son `None`: `params` puede ser un generador, que solo se recorre una "
             "vez.",
             "First keep in a list each `p.grad` that is not `None`: `params` may be a generator, which can be walked only once."),
        Text("`(g**2).sum().item()` es lo que aporta un gradiente; suma todos y saca la raíz al final.",
             "`(g**2).sum().item()` is what one gradient contributes; add them all, and take the root at the end."),
        Text("Si el largo pasa de `max_norm`, multiplica todos por el mismo factor, `max_norm / norm`, con `g *= …`.",
             "If the length is more than `max_norm`, multiply all of them by one factor, `max_norm / norm`, with `g *= …`."),
    ),
    forbids=("torch.nn.utils.clip_grad_norm_", "torch.nn.utils.clip_grad_value_", "torch.nn.utils.get_total_norm",
             "torch.nn.utils.clip_grads_with_norm_", "torch.nn.utils.clip_grad.clip_grad_norm_"),
)


def put(student, gradients) -> list:
    """Lay parameters with these gradients, some of them None, on the student's side."""
    params = []
    for gradient in gradients:
        params.append(student.put(torch.zeros(4 if gradient is None else gradient.shape, dtype=torch.float64)))
        params[-1].set("grad", gradient)
    return params


def length(gradients) -> float:
    return math.sqrt(sum(float((g**2).sum()) for g in gradients if g is not None))


def agrees(student, gradients, max_norm: float):
    params = put(student, gradients)
    expect.near(student.call("clip_grad_norm", params, max_norm), length(gradients), what="clip_grad_norm(params, max_norm)")
    for p, gradient in zip(params, gradients, strict=True):
        seen = p.get("grad")
        if gradient is not None:
            expect.near(seen, gradient * min(1.0, max_norm / length(gradients)), what="p.grad")


def drawn(draw) -> list[torch.Tensor]:
    """Draw gradients of several shapes and very different lengths."""
    return [size * draw.tensor(*shape) for size, shape in zip(draw.permutation([0.3, 1.0, 4.0]), SHAPES, strict=True)]


@exercise.property(3, "Si es más largo que `max_norm`, acorta todo por el mismo factor, y devuelve el largo de antes.",
                   "If it is longer than `max_norm`, it shortens all by one factor, and returns the length of before.")
def shortened(student, draw):
    gradients = drawn(draw)
    agrees(student, gradients, length(gradients) * float(draw.uniform(0.1, 0.5)))


@exercise.property(2, "Si es más corto, no toca nada, y devuelve igualmente el largo.",
                   "If it is shorter, it touches nothing, and returns the length all the same.")
def left_alone(student, draw):
    gradients = drawn(draw)
    agrees(student, gradients, length(gradients) * float(draw.uniform(1.5, 3.0)))


@exercise.property(1, "El largo es el de todos juntos: ninguno pasa de `max_norm` por sí solo, y aun así se acortan.",
                   "The length is that of all together: none is over `max_norm` on its own, and yet they are shortened.")
def joint_length(student, draw):
    gradients = [g / g.norm() for g in drawn(draw)]  # each of length 1, together the root of 3
    agrees(student, gradients, float(draw.uniform(1.1, 1.5)))


@exercise.property(1, "Se salta los parámetros sin gradiente.", "It skips the parameters without a gradient.")
def without_gradient(student, draw):
    first, *rest = drawn(draw)
    gradients = [None, first, None, *rest]
    agrees(student, gradients, length(gradients) / 3)


@exercise.property(1, "Acepta `model.parameters()`, que solo se puede recorrer una vez.",
                   "It takes `model.parameters()`, which can be walked only once.")
def generator(student, draw):
    student.lend(NET)
    net = student.keep("lent_linear")
    gradients = {"weight": draw.tensor(2, 3), "bias": 5 * draw.tensor(2)}
    for name, gradient in gradients.items():
        net.attribute(name).set("grad", gradient)
    before = length(gradients.values())
    seen = student.call("clip_grad_norm", net.keep_method("parameters"), before / 4)
    expect.near(seen, before, what="clip_grad_norm(model.parameters(), max_norm)")
    for name, seen in net.gradients().items():
        expect.near(seen, gradients[name] / 4, what=f"{name}.grad")


NORM = "norm = sum((g**2).sum().item() for g in gradients) ** 0.5"
LIST = "gradients = [p.grad for p in params if p.grad is not None]"
CLIP = "    if norm > max_norm:\n        for g in gradients:\n            g *= max_norm / norm\n"
RETURN = "    return norm\n"

exercise.mistake(
    "each_on_its_own", (CLIP, "    for g in gradients:\n        if g.norm() > max_norm:\n            g *= max_norm / g.norm()\n"),
    es="Acortas cada gradiente según su propio largo: cambia la dirección del conjunto. El largo es uno, el de todos juntos.",
    en="You shorten each gradient by its own length: the direction of the whole changes. There is one length, that of all together.")
exercise.mistake(
    "by_value", (CLIP, "    for g in gradients:\n        g.clamp_(-max_norm, max_norm)\n"),
    es="Recortas número a número: cambia la dirección. Multiplica todos por un mismo factor.",
    en="You clip number by number: the direction changes. Multiply all by one factor.")
exercise.mistake(
    "small_ones_stretched", (CLIP, "    for g in gradients:\n        g *= max_norm / norm\n"),
    es="También estiras los gradientes cortos hasta `max_norm`. Solo se acortan los largos: falta el `if`.",
    en="You stretch short gradients to `max_norm` too. Only long ones are shortened: the `if` is missing.")
exercise.mistake(
    "no_root", (NORM, NORM.replace(" ** 0.5", "")),
    es="Falta la raíz: das el cuadrado del largo.", en="The root is missing: you give the square of the length.")
exercise.mistake(
    "sum_of_lengths", (NORM, "norm = sum(g.norm().item() for g in gradients)"),
    es="Sumas los largos. Se suman los cuadrados, y la raíz va al final.",
    en="You add up the lengths. The squares are added, and the root comes at the end.")
exercise.mistake(
    "longest_one", (NORM, "norm = max(g.norm().item() for g in gradients)"),
    es="Tomas el largo del mayor. Es el de todos juntos.", en="You take the length of the largest. It is that of all together.")
exercise.mistake(
    "absolute_values", (NORM, "norm = sum(g.abs().sum().item() for g in gradients)"),
    es="Sumas valores absolutos. El largo es la raíz de la suma de cuadrados.",
    en="You add absolute values. The length is the root of the sum of squares.")
exercise.mistake(
    "walked_twice", code="""
def clip_grad_norm(params, max_norm):
    norm = sum((p.grad**2).sum().item() for p in params if p.grad is not None) ** 0.5
    if norm > max_norm:
        for p in params:
            if p.grad is not None:
                p.grad *= max_norm / norm
    return norm
""",
    es="Recorres `params` dos veces, y `model.parameters()` se agota en la primera: no queda nada que acortar. Guárdalo antes en una "
       "lista.",
    en="You walk `params` twice, and `model.parameters()` is used up by the first: nothing is left to shorten. Keep it in a list "
       "first.")
exercise.mistake(
    "walked_twice_over_none", code="""
def clip_grad_norm(params, max_norm):
    norm = sum((p.grad**2).sum().item() for p in params if p.grad is not None) ** 0.5
    if norm > max_norm:
        for p in params:
            p.grad *= max_norm / norm
    return norm
""",
    es="Al acortar no saltas los `p.grad` que son `None`. Guarda antes los demás en una lista: además, `model.parameters()` solo se "
       "recorre una vez.",
    en="When you shorten you do not skip those `p.grad` that are `None`. Keep the others in a list first: besides, "
       "`model.parameters()` can be walked only once.")
exercise.mistake(
    "copies_scaled", ("g *= max_norm / norm", "g = g * max_norm / norm"),
    es="`g = g * …` hace un tensor nuevo y lo tira: los `p.grad` no cambian. Usa `g *= …`.",
    en="`g = g * …` makes a new tensor and throws it away: no `p.grad` changes. Use `g *= …`.")
exercise.mistake(
    "multiplied_by_max_norm", ("g *= max_norm / norm", "g *= max_norm"),
    es="Multiplicas por `max_norm`. El factor es `max_norm / norm`.",
    en="You multiply by `max_norm`. The factor is `max_norm / norm`.")
exercise.mistake(
    "cut_to_one", ("g *= max_norm / norm", "g /= norm"),
    es="Acortas hasta largo 1. Es hasta `max_norm`.", en="You shorten to length 1. It is to `max_norm`.")
exercise.mistake(
    "length_after", (RETURN, "    return min(norm, max_norm)\n"),
    es="Devuelves el largo de después. Conviene vigilar el de antes.",
    en="You return the length after. The one before is worth watching.")
exercise.mistake(
    "nothing_returned", (RETURN, ""),
    es="No devuelves el largo.", en="You do not return the length.")
exercise.mistake(
    "none_not_skipped", (LIST, "gradients = [p.grad for p in params]"),
    es="No saltas los `p.grad` que son `None`.", en="You do not skip those `p.grad` that are `None`.")

exercise.alternative("one_vector", code="""
def clip_grad_norm(params, max_norm):
    params = [p for p in params if p.grad is not None]
    norm = torch.cat([p.grad.flatten() for p in params]).norm()
    factor = min(1.0, max_norm / (norm.item() + 1e-6))
    for p in params:
        p.grad.mul_(factor)
    return norm
""")
exercise.alternative("replaced", code="""
def clip_grad_norm(params, max_norm):
    kept, total = [], 0.0
    for p in params:
        if p.grad is None:
            continue
        kept.append(p)
        total += float(torch.linalg.vector_norm(p.grad)) ** 2
    norm = np.sqrt(total)
    for p in kept if norm > max_norm else ():
        p.grad = p.grad / norm * max_norm
    return norm
""")
