"""Exercise 3.11: how much of the gradient of the last state reaches the first input."""

import torch

from autograder import expect
from autograder.exercise import Exercise
from autograder.text import Text

CELL = """
def lent_cell(kind, d_in, d_hidden):
    return getattr(torch.nn, kind)(d_in, d_hidden)
"""

exercise = Exercise(
    "grad_reach", points=6,
    title=Text("¿Hasta dónde llega el gradiente?", "How far does the gradient reach?"),
    hints=(
        Text("Trabaja con una copia: `x.detach().clone().requires_grad_()`. Recorrer un tensor `(T, B, D)` con `for x_t in x` da "
             "sus pasos.",
             "Work on a copy: `x.detach().clone().requires_grad_()`. Walking a tensor `(T, B, D)` with `for x_t in x` gives its "
             "steps."),
        Text("`isinstance(state, tuple)` distingue las dos celdas. En la LSTM, h es el primero de la pareja.",
             "`isinstance(state, tuple)` tells the two cells apart. In the LSTM, h is the first of the pair."),
        Text("`(gradient,) = torch.autograd.grad(h.sum(), x)` da la derivada respecto a todas las entradas a la vez, `(T, B, D)`.",
             "`(gradient,) = torch.autograd.grad(h.sum(), x)` gives the derivative with respect to all inputs at once, `(T, B, D)`."),
    ),
)


def built(student, draw, kind: str, D: int, H: int, scale: float = 0.5):
    """Return a cell on the student's side, and its weights."""
    student.lend(CELL)
    cell = student.keep("lent_cell", f"{kind}Cell", D, H)
    blocks = {"RNN": 1, "LSTM": 4}[kind] * H
    weights = {"weight_ih": draw.tensor(blocks, D, std=0.5), "weight_hh": draw.tensor(blocks, H, std=scale),
               "bias_ih": draw.tensor(blocks, std=0.5), "bias_hh": draw.tensor(blocks, std=0.5)}  # fmt: skip
    cell.keep_method("load_state_dict", weights)
    return cell, weights


def oracle(kind: str, weights, x) -> float:
    """Return the reach as torch's own layer gives it."""
    layer = getattr(torch.nn, kind)(x.shape[2], weights["weight_hh"].shape[1]).double()
    layer.load_state_dict({f"{name}_l0": value for name, value in weights.items()})
    x = x.double().requires_grad_()
    layer(x)[0][-1].sum().backward()
    return (x.grad[0].pow(2).sum().sqrt() / x.grad[-1].pow(2).sum().sqrt()).item()


def agrees(student, draw, kind: str, T: int, B: int, D: int, H: int, scale: float = 0.5):
    cell, weights = built(student, draw, kind, D, H, scale)
    x = draw.tensor(T, B, D, dtype=torch.float32)
    seen = expect.number(student.call("grad_reach", cell, x), "grad_reach(cell, x)")
    expect.close(seen, oracle(kind, weights, x), atol=0, rtol=1e-4, what="grad_reach(cell, x)")


@exercise.property(2, "Con una celda tanh, el cociente de las dos longitudes.", "With a tanh cell, the ratio of the two lengths.")
def tanh_cell(student, draw):
    agrees(student, draw, "RNN", *draw.sizes(4, 3, 7))


@exercise.property(2, "Con una LSTM, lo mismo: llega por el estado y por la memoria.",
                   "With an LSTM, the same: it comes through the state and through the memory.")
def lstm_cell(student, draw):
    agrees(student, draw, "LSTM", *draw.sizes(4, 3, 7))


@exercise.property(1, "Lo mide bien cuando se desvanece y cuando explota.", "It measures rightly where it vanishes and where it "
                                                                            "explodes.")
def vanishes_and_explodes(student, draw):
    agrees(student, draw, "RNN", 12, 2, 3, 5, scale=0.1)
    agrees(student, draw, "LSTM", 40, 3, 2, 4, scale=0.3)
    agrees(student, draw, "RNN", 6, 3, 2, 12, scale=0.8)


@exercise.property(1, "Con un solo paso vale 1, y sirve para una sola secuencia.", "With a single step it is 1, and it works for a "
                                                                                   "single sequence.")
def smallest(student, draw):
    agrees(student, draw, "RNN", 5, 1, 3, 4)
    agrees(student, draw, "LSTM", 1, 2, 3, 4)


@exercise.property(1, "Deja `x` como estaba, sin gradiente.", "It leaves `x` as it was, without a gradient.")
def input_unchanged(student, draw):
    cell, weights = built(student, draw, "RNN", 3, 4)
    x = draw.tensor(5, 2, 3, dtype=torch.float32)
    mine = student.put(x)
    seen = expect.number(student.call("grad_reach", cell, mine), "grad_reach(cell, x)")
    expect.close(seen, oracle("RNN", weights, x), atol=0, rtol=1e-4, what="grad_reach(cell, x)")
    expect.unchanged(x, mine.value(), "x")
    expect.true(not mine.get("requires_grad") and mine.get("grad") is None,
                "Tu código pide gradiente sobre la propia `x`; hazlo sobre una copia.",
                "Your code asks for the gradient on `x` itself; do it on a copy.")


COPY = "x = x.detach().clone().requires_grad_()"
STEP = "state = cell(x_t, state)"
GRAD = "torch.autograd.grad(h.sum(), x)"
RETURN = "return (gradient[0].norm() / gradient[-1].norm()).item()"
LAST = "h = state[0] if isinstance(state, tuple) else state"
CUT = "tuple(part.detach() for part in state) if isinstance(state, tuple) else state.detach() if state is not None else None"

exercise.mistake(
    "detached_each_step", (STEP, f"state = {CUT}\n        {STEP}"),
    es="Cortas el grafo en cada paso: el gradiente no pasa del último, y da 0. Deja el estado tal como sale.",
    en="You cut the graph at each step: the gradient gets no further than the last, and it gives 0. Leave the state as it comes out.")
exercise.mistake(
    "memory_not_passed", (STEP, f"{STEP}\n        state = (state[0], torch.zeros_like(state[1])) if isinstance(state, tuple) else "
                                "state"),
    es="La memoria `c` vuelve a cero en cada paso. La LSTM quiere de vuelta la pareja entera.",
    en="The memory `c` goes back to zero at each step. The LSTM wants the whole pair back.")
exercise.mistake(
    "memory_differentiated", (LAST, LAST.replace("state[0]", "state[1]")),
    es="Derivas la memoria `c`. Se pide el estado `h`, el primero de la pareja.",
    en="You take the derivative of the memory `c`. It is the state `h`, the first of the pair, that is asked for.")
exercise.mistake(
    "state_and_memory", ("h.sum()", "(h.sum() + (state[1].sum() if isinstance(state, tuple) else 0))"),
    es="Derivas la suma de `h` y de la memoria `c`. Se pide solo el estado `h`.",
    en="You take the derivative of the sum of `h` and the memory `c`. Only the state `h` is asked for.")
exercise.mistake(
    "pair_taken_for_a_tensor", (LAST, "h = state"),
    es="La LSTM devuelve una pareja `(h, c)`, que no se puede sumar: toma `h`.",
    en="The LSTM returns a pair `(h, c)`, which cannot be added up: take `h`.")
exercise.mistake(
    "last_over_first", (RETURN, "return (gradient[-1].norm() / gradient[0].norm()).item()"),
    es="El cociente está al revés: es la primera entre la última.", en="The ratio is upside down: it is the first over the last.")
exercise.mistake(
    "all_states_added", (f"        {STEP}", f"        {STEP}\n        total = total + (state[0] if isinstance(state, tuple) else "
                                            "state).sum()"),
    ("    state = None\n", "    state, total = None, 0.0\n"), ("h.sum()", "total"),
    es="Sumas los estados de todos los pasos: la primera entrada llega al suyo sin viajar. Es solo el último.",
    en="You add up the states of all steps: the first input reaches its own without a journey. It is the last only.")
exercise.mistake(
    "first_sequence_only", ("h.sum()", "h[0].sum()"),
    es="Solo sumas la primera secuencia del lote. Son todos los números de h.",
    en="You add up only the first sequence of the batch. It is all numbers of h.")
exercise.mistake(
    "one_number_only", ("h.sum()", "h[:, 0].sum()"),
    es="Solo sumas un número de estado. Son todos.", en="You add up only one number of state. It is all of them.")
exercise.mistake(
    "squares_differentiated", ("h.sum()", "(h**2).sum()"),
    es="Derivas la suma de los cuadrados. Es la suma de los números.",
    en="You take the derivative of the sum of squares. It is the plain sum.")
exercise.mistake(
    "not_divided", (RETURN, "return gradient[0].norm().item()"),
    es="Falta dividir entre el gradiente de la última entrada.", en="The division by the gradient of the last input is missing.")
exercise.mistake(
    "largest_entry", (RETURN, RETURN.replace(".norm()", ".abs().max()")),
    es="Comparas el número mayor de cada gradiente. Se mide con la raíz de la suma de cuadrados.",
    en="You compare the largest number of each gradient. It is measured by the root of the sum of squares.")
exercise.mistake(
    "absolute_values", (RETURN, RETURN.replace(".norm()", ".abs().sum()")),
    es="Sumas valores absolutos. Se mide con la raíz de la suma de cuadrados.",
    en="You add up absolute values. It is measured by the root of the sum of squares.")
exercise.mistake(
    "no_root", (RETURN, "return ((gradient[0] ** 2).sum() / (gradient[-1] ** 2).sum()).item()"),
    es="Falta la raíz: das el cuadrado del cociente.", en="The root is missing: you give the square of the ratio.")
exercise.mistake(
    "batch_axis", (RETURN, RETURN.replace("gradient[0]", "gradient[:, 0]").replace("gradient[-1]", "gradient[:, -1]")),
    es="`gradient[:, 0]` es la primera secuencia del lote, no la primera entrada. Aquí el tiempo va primero: `gradient[0]`.",
    en="`gradient[:, 0]` is the first sequence of the batch, not the first input. Here time comes first: `gradient[0]`.")
exercise.mistake(
    "signed_sums", (RETURN, RETURN.replace(".norm()", ".sum()")),
    es="Sumas el gradiente con signo: lo positivo y lo negativo se anulan.",
    en="You add up the gradient with its signs: positive and negative cancel.")
exercise.mistake(
    "second_input", (RETURN, RETURN.replace("gradient[0]", "gradient[min(1, len(x) - 1)]")),
    es="Mides la segunda entrada. La primera es `gradient[0]`.", en="You measure the second input. The first is `gradient[0]`.")
exercise.mistake(
    "batch_walked", ("for x_t in x:", "for x_t in x.transpose(0, 1):"),
    es="Recorres el lote y no el tiempo. Aquí el tiempo va primero.", en="You walk the batch and not time. Here time comes first.")
exercise.mistake(
    "asked_on_x_itself", (COPY, "x.requires_grad_()"),
    es="`x.requires_grad_()` cambia el tensor de quien te llama. Haz antes una copia.",
    en="`x.requires_grad_()` changes the caller's tensor. Make a copy first.")

exercise.alternative("backward", code="""
def grad_reach(cell, x):
    steps = [step.clone().requires_grad_() for step in x.detach()]
    state = cell(steps[0])
    for step in steps[1:]:
        state = cell(step, state)
    last = state if torch.is_tensor(state) else state[0]
    last.sum().backward()
    first, final = steps[0].grad, steps[-1].grad
    return torch.linalg.vector_norm(first) / torch.linalg.vector_norm(final)
""")
exercise.alternative("both_ends_only", code="""
def grad_reach(cell, x):
    first, last = x[0].detach().clone().requires_grad_(), x[-1].detach().clone().requires_grad_()
    if len(x) == 1:
        return 1.0
    state = cell(first)
    for t in range(1, len(x)):
        state = cell(last if t == len(x) - 1 else x[t], state)
    h = state[0] if isinstance(cell, nn.LSTMCell) else state
    a, b = torch.autograd.grad(h.mean(), [first, last])
    return float((a**2).sum() ** 0.5 / (b**2).sum() ** 0.5)
""")
exercise.alternative("from_zeros", code="""
def grad_reach(cell, x):
    x = x.clone().requires_grad_(True)
    h = c = torch.zeros(x.shape[1], cell.hidden_size)
    for t in range(x.shape[0]):
        if isinstance(cell, nn.LSTMCell):
            h, c = cell(x[t], (h, c))
        else:
            h = cell(x[t], h)
    h.sum().backward()
    return (x.grad[0].pow(2).sum().sqrt() / x.grad[-1].pow(2).sum().sqrt()).item()
""")
