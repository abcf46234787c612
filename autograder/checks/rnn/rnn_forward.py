"""Exercise 3.2: a tanh cell walks along time."""

import numpy as np
import torch

from autograder import expect
from autograder.exercise import Exercise
from autograder.text import Text

LIBRARY = (
    "torch.nn.RNN.forward", "torch.nn.RNNCell.forward", "torch.rnn_tanh", "torch.rnn_tanh_cell",
    "torch.nn.LSTM.forward", "torch.nn.LSTMCell.forward", "torch.lstm", "torch.lstm_cell",
)  # fmt: skip

exercise = Exercise(
    "rnn_forward", points=8,
    title=Text("La red recurrente, hacia delante", "The recurrent network, forward"),
    hints=(
        Text("`x[:, t]` es la entrada del paso t de todas las secuencias, de forma (B, D). Hace falta un bucle en t.",
             "`x[:, t]` is the input of step t of all sequences, of shape (B, D). A loop over t is needed."),
        Text("Guarda el estado en una variable que empieza en `h0`; cada paso la cambia y la apunta en `h[:, t]`.",
             "Keep the state in a variable that begins at `h0`; each step changes it and notes it down in `h[:, t]`."),
    ),
    forbids=LIBRARY,
)


def layer(draw, B: int, T: int, D: int, H: int):
    """Draw (x, h0, Wx, Wh, b), such that the tangent is seldom flat."""
    return draw.array(B, T, D), draw.array(B, H), draw.array(D, H, std=0.5), draw.array(H, H, std=0.5), draw.array(H, std=0.5)


def torch_layer(Wx, Wh, b) -> torch.nn.RNN:
    """Return torch's own layer with these weights."""
    rnn = torch.nn.RNN(*Wx.shape, batch_first=True).double()
    weights = {"weight_ih_l0": Wx.T, "weight_hh_l0": Wh.T, "bias_ih_l0": b, "bias_hh_l0": np.zeros_like(b)}
    rnn.load_state_dict({name: torch.tensor(np.ascontiguousarray(value)) for name, value in weights.items()})
    return rnn


def oracle(x, h0, Wx, Wh, b) -> np.ndarray:
    with torch.no_grad():
        return torch_layer(Wx, Wh, b)(torch.tensor(x), torch.tensor(h0)[None])[0].numpy()


def agrees(student, *inputs):
    expect.near(student.keep("rnn_forward", *inputs).item(0).value(), oracle(*inputs), what="h")


@exercise.property(2, "Un solo paso: la mezcla de la entrada, el estado y el sesgo, por la tangente hiperbólica.",
                   "A single step: the mix of input, state and bias, through the hyperbolic tangent.")
def one_step(student, draw):
    B, D, H = draw.sizes(3, 2, 7)
    agrees(student, *layer(draw, B, 1, D, H))


@exercise.property(3, "Varios pasos, como `nn.RNN` con los mismos pesos.", "Several steps, like `nn.RNN` with the same weights.")
def several_steps(student, draw):
    agrees(student, *layer(draw, *draw.sizes(4, 2, 8)))


@exercise.property(1, "Leer en dos trozos, con el estado del primero como `h0` del segundo, es leer de una vez.",
                   "Reading in two pieces, with the state of the first as `h0` of the second, is reading at one go.")
def in_two_pieces(student, draw):
    x, h0, *weights = layer(draw, 3, 7, 4, 5)
    wanted, cut = oracle(x, h0, *weights), int(draw.integers(2, 5))
    for part, state, result in ((x[:, :cut], h0, wanted[:, :cut]), (x[:, cut:], wanted[:, cut - 1], wanted[:, cut:])):
        expect.near(student.keep("rnn_forward", part, state, *weights).item(0).value(), result, what="h")


@exercise.property(1, "Sirve para una sola secuencia, y para un número por paso y uno de estado.",
                   "It works for a single sequence, and for one number per step and one of state.")
def smallest(student, draw):
    agrees(student, *layer(draw, 1, 5, 3, 4))
    agrees(student, *layer(draw, 3, 4, 1, 1))


@exercise.property(1, "Deja sus entradas como estaban.", "It leaves its inputs as they were.")
def inputs_unchanged(student, draw):
    inputs = layer(draw, 3, 5, 4, 2)
    mine = [student.put(value) for value in inputs]
    expect.near(student.keep("rnn_forward", *mine).item(0).value(), oracle(*inputs), what="h")
    for handle, before, name in zip(mine, inputs, ("x", "h0", "Wx", "Wh", "b"), strict=True):
        expect.unchanged(before, handle.value(), name)


STEP = "state = np.tanh(x[:, t] @ Wx + state @ Wh + b)"
RETURN = "return h, (x, h0, Wx, Wh, h)"

exercise.mistake(
    "state_not_carried", ("state @ Wh", "h0 @ Wh"),
    es="Cada paso parte de `h0`: la red olvida el paso anterior. Lleva el estado de uno a otro.",
    en="Each step starts from `h0`: the network forgets the step before. Carry the state from one to the next.")
exercise.mistake(
    "h0_ignored", ("state = h0", "state = np.zeros(h0.shape)"),
    es="Empiezas siempre en cero y no usas `h0`.", en="You always begin at zero, and do not use `h0`.")
exercise.mistake(
    "first_input_every_step", ("x[:, t] @ Wx", "x[:, 0] @ Wx"),
    es="Lees la primera entrada en todos los pasos. Es `x[:, t]`.", en="You read the first input at every step. It is `x[:, t]`.")
exercise.mistake(
    "axes_reshaped", ("B, T, _ = x.shape\n", "B, T, _ = x.shape\n    x = x.reshape(T, B, -1).transpose(1, 0, 2)\n"),
    es="Cambias lote y tiempo con `reshape`, que no mueve los números: mezcla unas secuencias con otras. Para cambiar ejes está "
       "`transpose`, y aquí no hace falta.",
    en="You swap batch and time with `reshape`, which does not move the numbers: it mixes sequences with one another. For swapping "
       "axes "
       "there is `transpose`, and here it is not needed.")
exercise.mistake(
    "time_first", (RETURN, RETURN.replace("return h,", "return h.transpose(1, 0, 2),")),
    es="Devuelves el tiempo primero, `(T, B, H)`. Se pide `(B, T, H)`.",
    en="You return time first, `(T, B, H)`. `(B, T, H)` is asked for.")
exercise.mistake(
    "outputs_reversed", (RETURN, RETURN.replace("return h,", "return h[:, ::-1],")),
    es="Devuelves los pasos en orden inverso.", en="You return the steps in reverse order.")
exercise.mistake(
    "read_backwards", ("for t in range(T)", "for t in reversed(range(T))"),
    es="Lees del último paso al primero.", en="You read from the last step to the first.")
exercise.mistake(
    "last_state_only", (RETURN, RETURN.replace("return h,", "return state,")),
    es="Devuelves solo el último estado. Se piden los de todos los pasos.",
    en="You return the last state only. Those of all steps are asked for.")
exercise.mistake(
    "weights_transposed", ("state @ Wh", "state @ Wh.T"),
    es="Usas `Wh.T`. `Wh` es cuadrada y no protesta, pero es otra matriz.",
    en="You use `Wh.T`. `Wh` is square and does not complain, but it is another matrix.")
exercise.mistake(
    "no_tanh", ("np.tanh(x[:, t] @ Wx + state @ Wh + b)", "x[:, t] @ Wx + state @ Wh + b"),
    es="Falta la tangente hiperbólica.", en="The hyperbolic tangent is missing.")
exercise.mistake(
    "tanh_on_the_state_only", (STEP, "state = x[:, t] @ Wx + np.tanh(state @ Wh) + b"),
    es="La tangente abarca la suma entera, no solo lo que viene del estado.",
    en="The tangent spans the whole sum, not only what comes from the state.")
exercise.mistake(
    "bias_forgotten", (" + state @ Wh + b", " + state @ Wh"),
    es="Falta sumar el sesgo.", en="The bias is not added.")
exercise.mistake(
    "state_added", (STEP, "state = state + np.tanh(x[:, t] @ Wx + state @ Wh + b)"),
    es="Sumas lo nuevo al estado anterior. Esta celda lo reemplaza.",
    en="You add the new to the state before. This cell replaces it.")
exercise.mistake(
    "no_cache", (RETURN, "return h"),
    es="Devuelves solo `h`. Se pide la pareja `(h, cache)`.", en="You return `h` alone. The pair `(h, cache)` is asked for.")
exercise.mistake(
    "one_array_for_all_steps", code="""
def rnn_forward(x, h0, Wx, Wh, b):
    state, states = h0.copy(), []
    for t in range(x.shape[1]):
        state[:] = np.tanh(x[:, t] @ Wx + state @ Wh + b)
        states.append(state)
    h = np.stack(states, axis=1)
    return h, (x, h0, Wx, Wh, h)
""",
    es="Guardas T veces el mismo array y lo reescribes en cada paso: al final, todos los estados son el último. Haz uno nuevo.",
    en="You keep the same array T times and rewrite it at each step: in the end all states are the last one. Make a new one.")
exercise.mistake(
    "h0_among_the_outputs", (RETURN, RETURN.replace("return h,", "return np.concatenate([h0[:, None], h], axis=1),")),
    es="Devuelves también `h0`: salen T + 1 estados. Son los de después de cada paso.",
    en="You return `h0` as well: T + 1 states come out. They are those after each step.")
exercise.mistake(
    "written_into_h0", (STEP, "state[...] = np.tanh(x[:, t] @ Wx + state @ Wh + b)"),
    es="Escribes el estado sobre `h0`, que es de quien te llama.", en="You write the state into `h0`, which belongs to the caller.")

exercise.alternative("stacked", code="""
def rnn_forward(x, h0, Wx, Wh, b):
    states = [h0]
    for x_t in np.swapaxes(x, 0, 1):
        states.append(np.tanh(b + np.dot(x_t, Wx) + np.dot(states[-1], Wh)))
    h = np.stack(states[1:], axis=1)
    return h, {"x": x, "states": states, "Wx": Wx, "Wh": Wh}
""")
exercise.alternative("one_matrix", code="""
def rnn_forward(x, h0, Wx, Wh, b):
    W = np.vstack([Wx, Wh])
    h, state = [], h0.copy()
    for t in range(x.shape[1]):
        a = np.hstack([x[:, t, :], state]) @ W + b
        state = 2 / (1 + np.exp(-2 * a)) - 1
        h.append(state)
    return np.array(h).transpose(1, 0, 2), None
""")
