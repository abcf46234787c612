"""Exercise 3.4: one step of a long short-term memory."""

import numpy as np
import torch

from autograder import expect
from autograder.checks.rnn.rnn_forward import LIBRARY
from autograder.exercise import Exercise
from autograder.text import Text

exercise = Exercise(
    "lstm_step", points=8,
    title=Text("Un paso de LSTM", "One step of LSTM"),
    hints=(
        Text("Una sola cuenta, `x @ W + h @ U + b`, y `np.split(…, 4, axis=1)` la corta en los cuatro bloques, en orden i, f, g, o.",
             "A single computation, `x @ W + h @ U + b`, and `np.split(…, 4, axis=1)` cuts it into the four blocks, in order i, f, "
             "g, o."),
        Text("Tres puertas llevan sigmoide; el candidato y la memoria que sale, tangente hiperbólica. "
             "`0.5 * (1 + np.tanh(z / 2))` es la sigmoide y nunca se desborda.",
             "Three gates have a sigmoid; the candidate and the memory that leaves, a hyperbolic tangent. "
             "`0.5 * (1 + np.tanh(z / 2))` is the sigmoid, and never overflows."),
    ),
    forbids=LIBRARY,
)


def drawn(draw, B: int, D: int, H: int):
    """Draw (x, h, c, W, U, b)."""
    return (draw.array(B, D), draw.array(B, H), draw.array(B, H),
            draw.array(D, 4 * H, std=0.6), draw.array(H, 4 * H, std=0.6), draw.array(4 * H, std=0.6))  # fmt: skip


def oracle(x, h, c, W, U, b) -> tuple[np.ndarray, np.ndarray]:
    """Return the step of torch's own cell with these weights."""
    cell = torch.nn.LSTMCell(len(W), len(U)).double()
    weights = {"weight_ih": W.T, "weight_hh": U.T, "bias_ih": b, "bias_hh": np.zeros_like(b)}
    cell.load_state_dict({name: torch.tensor(np.ascontiguousarray(value)) for name, value in weights.items()})
    with torch.no_grad():
        return tuple(part.numpy() for part in cell(torch.tensor(x), (torch.tensor(h), torch.tensor(c))))


def agrees(student, *inputs, what=("h", "c")):
    seen = student.keep("lstm_step", *inputs)
    for n, (name, wanted) in enumerate(zip("hc", oracle(*inputs), strict=True)):
        if name in what:
            expect.near(seen.item(n).value(), wanted, what=name)


@exercise.property(2, "La memoria `c` del paso es correcta.", "The memory `c` of the step is right.")
def memory(student, draw):
    agrees(student, *drawn(draw, *draw.sizes(3, 2, 7)), what="c")


@exercise.property(2, "El estado `h` del paso es correcto.", "The state `h` of the step is right.")
def state(student, draw):
    agrees(student, *drawn(draw, *draw.sizes(3, 2, 7)), what="h")


@exercise.property(1, "Varios pasos seguidos, cada uno desde donde acabó el anterior.",
                   "Several steps in a row, each from where the one before ended.")
def several_steps(student, draw):
    B, D, H = draw.sizes(3, 2, 6)
    x, h, c, *weights = drawn(draw, B, D, H)
    mine, wanted = (h, c), (h, c)
    for _ in range(5):
        x = draw.array(B, D)
        seen = student.call("lstm_step", x, *mine, *weights)
        mine = [expect.array(part, (B, H), name) for part, name in zip(seen, "hc", strict=True)]
        wanted = oracle(x, *wanted, *weights)
    expect.near(mine[0], wanted[0], what="h")
    expect.near(mine[1], wanted[1], what="c")


@exercise.property(1, "Con la puerta de olvido abierta y la de entrada cerrada, la memoria dura 100 pasos; al revés, se renueva "
                      "entera.",
                   "With the forget gate open and the input gate closed, the memory lasts 100 steps; the other way round, it is "
                   "all new.")
def keeps_and_renews(student, draw):
    B, D, H = draw.sizes(3, 2, 6)
    _, h, c, W, U, _ = drawn(draw, B, D, H)
    W, U = W.copy(), U.copy()
    W[:, : 2 * H] = U[:, : 2 * H] = 0  # what decides these two gates is the bias alone
    keep, renew = (np.concatenate([np.full(H, i), np.full(H, -i), draw.array(2 * H, std=0.6)]) for i in (-60.0, 60.0))
    x = draw.array(B, D)
    mine, wanted = (h, c), (h, c)
    for _ in range(100):
        mine, wanted = student.call("lstm_step", x, *mine, W, U, keep), oracle(x, *wanted, W, U, keep)
    expect.near(mine[1], c, what="c")
    expect.near(mine[0], wanted[0], what="h")
    agrees(student, x, h, c, W, U, renew)


@exercise.property(1, "Con números enormes en las puertas no salen nan.", "With huge numbers at the gates no nan comes out.")
def saturated(student, draw):
    B, D, H = draw.sizes(3, 2, 6)
    x, h, c, W, U, b = drawn(draw, B, D, H)
    agrees(student, x, h, c, W, U, 1000 * np.sign(b))


@exercise.property(1, "Sirve para una sola secuencia y un solo número de estado.", "It works for a single sequence and a single "
                                                                                   "number of state.")
def smallest(student, draw):
    agrees(student, *drawn(draw, 1, 3, 4))
    agrees(student, *drawn(draw, 3, 2, 1))


@exercise.property(1, "Deja sus entradas como estaban.", "It leaves its inputs as they were.")
def inputs_unchanged(student, draw):
    inputs = drawn(draw, 3, 4, 2)
    mine = [student.put(value) for value in inputs]
    seen = student.keep("lstm_step", *mine)
    for n, (name, wanted) in enumerate(zip("hc", oracle(*inputs), strict=True)):
        expect.near(seen.item(n).value(), wanted, what=name)
    for handle, before, name in zip(mine, inputs, ("x", "h", "c", "W", "U", "b"), strict=True):
        expect.unchanged(before, handle.value(), name)


SPLIT = "i, f, g, o = np.split("
MEMORY = "c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)"
RETURN = "return sigmoid(o) * np.tanh(c), c"
Z = "x @ W + h @ U + b"

exercise.mistake(
    "order_i_f_o_g", (SPLIT, "i, f, o, g = np.split("),
    es="Lees los bloques en el orden i, f, o, g: el candidato y la puerta de salida están cambiados. Aquí, como en PyTorch, es i, "
       "f, g, o.",
    en="You read the blocks in the order i, f, o, g: candidate and output gate are swapped. Here, as in PyTorch, it is i, f, g, o.")
exercise.mistake(
    "order_f_i_g_o", (SPLIT, "f, i, g, o = np.split("),
    es="Lees primero la puerta de olvido y luego la de entrada. El orden es i, f, g, o.",
    en="You read the forget gate first and the input gate next. The order is i, f, g, o.")
exercise.mistake(
    "order_i_g_f_o", (SPLIT, "i, g, f, o = np.split("),
    es="Lees los bloques en el orden i, g, f, o: el olvido y el candidato están cambiados. El orden es i, f, g, o.",
    en="You read the blocks in the order i, g, f, o: forget gate and candidate are swapped. The order is i, f, g, o.")
exercise.mistake(
    "interleaved", (f"np.split({Z}, 4, axis=1)", f"({Z}).reshape(len(x), -1, 4).transpose(2, 0, 1)"),
    es="Tomas una columna de cada cuatro. Cada bloque son H columnas seguidas.",
    en="You take one column in four. Each block is H columns in a row.")
exercise.mistake(
    "no_tanh_on_the_memory", (RETURN, "return sigmoid(o) * c, c"),
    es="Falta la tangente en la salida: h' = σ(o) tanh(c').", en="The tangent at the output is missing: h' = σ(o) tanh(c').")
exercise.mistake(
    "sigmoid_on_the_candidate", ("sigmoid(i) * np.tanh(g)", "sigmoid(i) * sigmoid(g)"),
    es="El candidato lleva tangente, no sigmoide: si no, la memoria solo podría crecer.",
    en="The candidate has a tangent, not a sigmoid: otherwise the memory could only grow.")
exercise.mistake(
    "memory_not_carried", (MEMORY, "c = sigmoid(i) * np.tanh(g)"),
    es="La memoria anterior no entra en la nueva: falta σ(f) c.",
    en="The memory before does not enter the new one: σ(f) c is missing.")
exercise.mistake(
    "forget_gate_inverted", ("sigmoid(f) * c", "(1 - sigmoid(f)) * c"),
    es="La puerta de olvido abierta (1) conserva, pese a su nombre: es σ(f) c.",
    en="The forget gate open (1) keeps, despite its name: it is σ(f) c.")
exercise.mistake(
    "coupled_gates", ("sigmoid(i) * np.tanh(g)", "(1 - sigmoid(f)) * np.tanh(g)"),
    es="Dejas entrar 1 − σ(f), como la GRU. La LSTM tiene una puerta de entrada propia.",
    en="You let 1 − σ(f) in, as the GRU does. The LSTM has an input gate of its own.")
exercise.mistake(
    "old_memory_at_the_output", (MEMORY, "old = c\n    " + MEMORY), (RETURN, "return sigmoid(o) * np.tanh(old), c"),
    es="La salida usa la memoria de antes. Usa la nueva, c'.", en="The output uses the memory of before. Use the new one, c'.")
exercise.mistake(
    "tanh_stored", (RETURN, "return sigmoid(o) * np.tanh(c), np.tanh(c)"),
    es="Guardas tanh(c') como memoria: se encogería en cada paso. Se guarda c'.",
    en="You store tanh(c') as the memory: it would shrink at each step. c' is stored.")
exercise.mistake(
    "pair_swapped", (RETURN, "return c, sigmoid(o) * np.tanh(c)"),
    es="Devuelves (c, h). Se pide (h, c).", en="You return (c, h). (h, c) is asked for.")
exercise.mistake(
    "state_ignored", (Z, "x @ W + b"),
    es="Las puertas no miran el estado: falta h U.", en="The gates do not look at the state: h U is missing.")
exercise.mistake(
    "bias_forgotten", (Z, "x @ W + h @ U"),
    es="Falta sumar el sesgo.", en="The bias is not added.")
exercise.mistake(
    "sigmoid_overflows", ("0.5 * (1 + np.tanh(z / 2))", "np.exp(z) / (1 + np.exp(z))"),
    es="Con z grande, eᶻ es infinito, e infinito entre infinito da nan. `0.5 * (1 + np.tanh(z / 2))` es lo mismo y no se desborda.",
    en="With a large z, eᶻ is infinite, and infinite over infinite gives nan. `0.5 * (1 + np.tanh(z / 2))` is the same and never "
       "overflows.")
exercise.mistake(
    "written_into_c", (MEMORY, "c *= sigmoid(f)\n    c += sigmoid(i) * np.tanh(g)"),
    es="`c *= …` escribe sobre la memoria de quien te llama.", en="`c *= …` writes into the caller's memory.")

exercise.alternative("sliced", code="""
def lstm_step(x, h, c, W, U, b):
    H = h.shape[1]
    z = np.dot(x, W) + np.dot(h, U) + b

    def gate(n):
        with np.errstate(over="ignore"):
            return 1 / (1 + np.exp(-z[:, n * H : (n + 1) * H]))

    new = gate(1) * c + gate(0) * np.tanh(z[:, 2 * H : 3 * H])
    return gate(3) * np.tanh(new), new
""")
exercise.alternative("in_torch", code="""
def lstm_step(x, h, c, W, U, b):
    x, h, c, W, U, b = (torch.as_tensor(np.array(v)) for v in (x, h, c, W, U, b))
    i, f, g, o = torch.chunk(torch.cat([x, h], dim=1) @ torch.cat([W, U]) + b, 4, dim=-1)
    c = f.sigmoid() * c + i.sigmoid() * g.tanh()
    return [(o.sigmoid() * c.tanh()).numpy(), c.numpy()]
""")
