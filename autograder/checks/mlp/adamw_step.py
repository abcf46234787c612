"""Exercise: one step of AdamW (Loshchilov and Hutter 2019, arXiv:1711.05101, algorithm 2)."""

import numpy as np
import torch

from autograder import expect
from autograder.exercise import Exercise
from autograder.text import Text

exercise = Exercise(
    "adamw_step", points=7,
    title=Text("Un paso de AdamW", "One step of AdamW"),
    hints=(
        Text("`state.get(\"m\", 0.0)` vale 0 la primera vez, cuando `state` está vacío; y t es `state.get(\"t\", 0) + 1`.",
             "`state.get(\"m\", 0.0)` is 0 the first time, when `state` is empty; and t is `state.get(\"t\", 0) + 1`."),
        Text("En el primer paso, con t = 1, las dos correcciones deshacen justo el factor: el paso mide lr en cada coordenada.",
             "At the first step, with t = 1, both corrections undo the factor exactly: the step has length lr in every coordinate."),
        Text("Escribe las fórmulas con p a la derecha (`new_p = p * … - …`): así se crea un array nuevo y nadie pierde el suyo.",
             "Write the formulas with p on the right (`new_p = p * … - …`): that makes a new array and nobody loses theirs."),
    ),
    forbids=("torch.optim.AdamW", "torch.optim.Adam", "torch.optim.adamw.AdamW", "torch.optim.adam.Adam"),
)


def reference(p, gradients, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, wd=0.01) -> list[np.ndarray]:
    """Return the path of torch.optim.AdamW from `p` under the given gradients."""
    parameter = torch.nn.Parameter(torch.tensor(p))
    optimizer = torch.optim.AdamW([parameter], lr=lr, betas=betas, eps=eps, weight_decay=wd, foreach=False)
    path = []
    for g in gradients:
        parameter.grad = torch.tensor(g)
        optimizer.step()
        path.append(parameter.detach().numpy().copy())
    return path


def follow(student, p, gradients, **settings):
    """Compare the student's path with torch's, step by step; the state stays on the student's side."""
    state = student.put({})
    for t, (g, wanted) in enumerate(zip(gradients, reference(p, gradients, **settings), strict=True), 1):
        result = student.keep("adamw_step", p, g, state, **settings)
        p, state = result.item(0).value(), result.item(1)
        expect.close(p, wanted, atol=1e-10, what=f"p (t = {t})")


def some_settings(draw) -> dict:
    return {"lr": float(draw.uniform(0.01, 0.1)), "betas": (float(draw.uniform(0.7, 0.9)), float(draw.uniform(0.92, 0.99))),
            "eps": 1e-8, "wd": float(draw.uniform(0.05, 0.2))}


@exercise.property(1, "El primer paso coincide con el de PyTorch.", "The first step agrees with PyTorch's.")
def first_step(student, draw):
    shape = draw.sizes(2)
    follow(student, draw.array(*shape) + 2, [draw.array(*shape)], **some_settings(draw) | {"wd": 0.0})


@exercise.property(2, "Veinte pasos siguen el camino de `torch.optim.AdamW`.", "Twenty steps follow the path of `torch.optim.AdamW`.")
def twenty_steps(student, draw):
    shape = draw.sizes(2)
    follow(student, draw.array(*shape), [draw.array(*shape) for _ in range(20)], **some_settings(draw))


@exercise.property(1, "Aguanta gradientes diminutos y nulos: eps se suma fuera de la raíz.",
                   "It handles tiny and zero gradients: eps is added outside the root.")
def tiny_gradients(student, draw):
    size = np.array([1.0, 1e-8, 0.0])
    follow(student, draw.array(3), [draw.array(3) * size for _ in range(10)], **some_settings(draw))


@exercise.property(1, "El decaimiento va aparte del gradiente: con gradiente 0, p encoge un factor 1 - lr * wd en cada paso.",
                   "Decay is kept apart from the gradient: with gradient 0, p shrinks by a factor 1 - lr * wd at each step.")
def decoupled_decay(student, draw):
    p, settings = draw.array(*draw.sizes(2)) * 5, some_settings(draw) | {"wd": float(draw.uniform(0.3, 0.6))}
    follow(student, p, [np.zeros_like(p)] * 3, **settings)


@exercise.property(1, "Cada parámetro tiene su propio estado: dos que se turnan no se estorban.",
                   "Each parameter has a state of its own: two that take turns do not disturb each other.")
def state_per_parameter(student, draw):
    shapes, settings = (draw.sizes(2), draw.sizes(1)), some_settings(draw)
    p = [draw.array(*shape) for shape in shapes]
    gradients = [[draw.array(*shape) for _ in range(4)] for shape in shapes]
    wanted = [reference(p[i], gradients[i], **settings) for i in range(2)]
    states = [student.put({}), student.put({})]
    for t in range(4):
        for i in range(2):
            result = student.keep("adamw_step", p[i], gradients[i][t], states[i], **settings)
            p[i], states[i] = result.item(0).value(), result.item(1)
            expect.close(p[i], wanted[i][t], atol=1e-10, what=f"p{i + 1} (t = {t + 1})")


@exercise.property(1, "No escribe sobre p, ni sobre g, ni sobre el estado recibido: devuelve valores nuevos.",
                   "It writes neither into p, nor into g, nor into the state received: it returns new values.")
def nothing_in_place(student, draw):
    shape, settings = draw.sizes(2), some_settings(draw)
    p, g = draw.array(*shape) + 9, draw.array(*shape)
    mine = [student.put(p), student.put(g)]
    state = student.keep("adamw_step", p, draw.array(*shape), student.put({}), **settings).item(1)
    once, twice = (student.keep("adamw_step", *mine, state, **settings).item(0).value() for _ in range(2))
    moved = np.abs(expect.array(once, p.shape, what="p") - p).max()
    expect.true(moved > 1e-6, "p no se movió.", "p did not move.")
    expect.true(moved < 5, "p se movió mucho más que lr.", "p moved much further than lr.")
    expect.unchanged(p, mine[0].value(), "p")
    expect.unchanged(g, mine[1].value(), "g")
    expect.unchanged(once, twice, "state")


STEP = "p = p * (1 - lr * wd) - lr * m_hat / (np.sqrt(v_hat) + eps)"

exercise.mistake(
    "eps_inside_root", ("np.sqrt(v_hat) + eps", "np.sqrt(v_hat + eps)"),
    es="Sumas eps dentro de la raíz: con gradientes de 1e-8 el paso sale diez mil veces más corto. Va fuera.",
    en="You add eps inside the root: with gradients of 1e-8 the step comes out ten thousand times shorter. It goes outside.")
exercise.mistake(
    "late_correction", ("1 - beta1**t", "1 - beta1 ** (t + 1)"), ("1 - beta2**t", "1 - beta2 ** (t + 1)"),
    es="La corrección del sesgo va un paso adelantada. En el primer paso t = 1: así 1 - beta**1 deshace justo el factor 1 - beta.",
    en="The bias correction is one step ahead. At the first step t = 1: so 1 - beta**1 undoes exactly the factor 1 - beta.")
exercise.mistake(
    "no_correction", ("m_hat = m / (1 - beta1**t)", "m_hat = m"), ("v_hat = v / (1 - beta2**t)", "v_hat = v"),
    es="Falta la corrección del sesgo: m y v nacen en 0 y los primeros pasos los dejan cortos. Divide entre 1 - beta**t.",
    en="The bias correction is missing: m and v start at 0 and are too small during the first steps. Divide by 1 - beta**t.")
exercise.mistake(
    "l2_in_gradient", (STEP, "p = p - lr * m_hat / (np.sqrt(v_hat) + eps)"), ("t = state", "g = g + wd * p\n    t = state"),
    es="Sumas wd * p al gradiente: eso es Adam con L2, y v acaba dividiendo también el decaimiento. En AdamW va aparte.",
    en="You add wd * p to the gradient: that is Adam with L2, and v ends up dividing the decay too. In AdamW it is kept apart.")
exercise.mistake(
    "decay_without_lr", ("1 - lr * wd", "1 - wd"),
    es="El decaimiento también se multiplica por lr: p encoge un factor 1 - lr * wd, no 1 - wd.",
    en="Decay is multiplied by lr too: p shrinks by a factor 1 - lr * wd, not 1 - wd.")
exercise.mistake(
    "no_decay", ("p * (1 - lr * wd)", "p"),
    es="Esto es Adam sin decaimiento: falta encoger p un factor 1 - lr * wd.",
    en="This is Adam without decay: p must shrink by a factor 1 - lr * wd.")
exercise.mistake(
    "decay_after_step", (STEP, "p = (p - lr * m_hat / (np.sqrt(v_hat) + eps)) * (1 - lr * wd)"),
    es="Encoges p después del paso, y encoges también el paso. El decaimiento se aplica a la p de antes.",
    en="You shrink p after the step, and so the step shrinks as well. Decay is applied to p as it was before.")
exercise.mistake(
    "gradient_not_squared", ("(1 - beta2) * g**2", "(1 - beta2) * np.abs(g)"),
    es="v promedia el cuadrado del gradiente, no su valor absoluto: luego lleva una raíz.",
    en="v averages the square of the gradient, not its absolute value: a root follows.")
exercise.mistake(
    "betas_swapped", ("beta1, beta2 = betas", "beta2, beta1 = betas"),
    es="Las betas están cambiadas: la primera es la de m, la segunda (más cerca de 1) la de v.",
    en="The betas are swapped: the first is that of m, the second (closer to 1) that of v.")
exercise.mistake(
    "no_root", ("np.sqrt(v_hat) + eps", "v_hat + eps"),
    es="Falta la raíz de v: sin ella el paso depende de las unidades del gradiente, justo lo que Adam quiere evitar.",
    en="The root of v is missing: without it the step depends on the units of the gradient, just what Adam means to avoid.")
exercise.mistake(
    "uphill", ("- lr * m_hat", "+ lr * m_hat"),
    es="Sumas el paso: subes por la pérdida en vez de bajar. El gradiente señala cuesta arriba; se resta.",
    en="You add the step: you climb the loss instead of going down. The gradient points uphill; subtract it.")
exercise.mistake(
    "state_forgotten", ('return p, {"t": t, "m": m, "v": v}', "return p, state"),
    es="Devuelves el estado sin poner al día, así que cada paso cree ser el primero. Devuelve los nuevos t, m y v.",
    en="You return the state as it came, so every step believes it is the first. Return the new t, m and v.")
exercise.mistake(
    "p_in_place", (STEP, "p *= 1 - lr * wd\n    p -= lr * m_hat / (np.sqrt(v_hat) + eps)"),
    es="`p *= …` y `p -= …` escriben sobre el array de quien te llama. Calcula un valor nuevo.",
    en="`p *= …` and `p -= …` write into the caller's array. Compute a new value.")
exercise.mistake(
    "state_in_place", ('return p, {"t": t, "m": m, "v": v}', "state.update(t=t, m=m, v=v)\n    return p, state"),
    es="Cambias el diccionario recibido: repetir el mismo paso da ya otro resultado. Devuelve un diccionario nuevo.",
    en="You change the dictionary received: repeating the same step gives another result. Return a new dictionary.")

exercise.alternative("folded_corrections", code="""
def adamw_step(p, g, state, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, wd=0.01):
    t, m, v = state.get("t", 0), state.get("m", np.zeros_like(p)), state.get("v", np.zeros_like(p))
    t += 1
    m = m + (1 - betas[0]) * (g - m)
    v = v + (1 - betas[1]) * (g * g - v)
    step_size = lr / (1 - betas[0] ** t)
    root = np.sqrt(v) / np.sqrt(1 - betas[1] ** t)
    return p - lr * wd * p - step_size * m / (root + eps), dict(t=t, m=m, v=v)
""")
exercise.alternative("history_of_gradients", code="""
def adamw_step(p, g, state, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, wd=0.01):
    past = [*state.get("gradients", []), np.array(g)]
    t = len(past)

    def average(values, beta):
        weights = np.array([beta ** (t - 1 - i) for i in range(t)])
        return sum(w * x for w, x in zip(weights, values)) / weights.sum()

    direction = average(past, betas[0]) / (np.sqrt(average([x * x for x in past], betas[1])) + eps)
    return (1 - lr * wd) * p - lr * direction, {"gradients": past}
""")
