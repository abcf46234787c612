"""Exercise 3.3: backpropagation through time."""

import numpy as np
import torch

from autograder import expect
from autograder.checks.rnn.rnn_forward import LIBRARY, layer, torch_layer
from autograder.exercise import Exercise
from autograder.text import Text

NAMES = ("dx", "dh0", "dWx", "dWh", "db")

exercise = Exercise(
    "rnn_backward", points=10,
    title=Text("Retropropagación en el tiempo", "Backpropagation through time"),
    uses=("rnn_forward",),
    hints=(
        Text("Recorre `reversed(range(T))` y lleva en una variable lo que vuelve del paso siguiente; para el último paso es cero.",
             "Walk `reversed(range(T))`, and carry in a variable what comes back from the step after; for the last step it is zero."),
        Text("La derivada dentro del paréntesis es `(dh[:, t] + from_next) * (1 - h[:, t] ** 2)`. De ella salen las demás.",
             "The derivative inside the brackets is `(dh[:, t] + from_next) * (1 - h[:, t] ** 2)`. All others come out of it."),
        Text("Como en una capa lineal: `inside @ Wx.T` para la entrada, `inside @ Wh.T` para el estado anterior, y "
             "`before.T @ inside` para `Wh`, acumulando con `+=`.",
             "As in a linear layer: `inside @ Wx.T` for the input, `inside @ Wh.T` for the state before, and `before.T @ inside` "
             "for `Wh`, accumulating with `+=`."),
    ),
    forbids=(*LIBRARY, "torch.autograd.grad", "torch.autograd.backward", "torch.func.grad", "torch.func.vjp"),
)


def oracle(dh, x, h0, Wx, Wh, b) -> dict[str, np.ndarray]:
    """Return the gradients as torch's own layer finds them."""
    rnn = torch_layer(Wx, Wh, b)
    x, h0 = torch.tensor(x, requires_grad=True), torch.tensor(h0[None], requires_grad=True)
    rnn(x, h0)[0].backward(torch.tensor(dh))
    found = (x.grad, h0.grad[0], rnn.weight_ih_l0.grad.T, rnn.weight_hh_l0.grad.T, rnn.bias_ih_l0.grad)
    return {name: value.numpy() for name, value in zip(NAMES, found, strict=True)}


def agrees(student, draw, B: int, T: int, D: int, H: int, names=NAMES):
    inputs, dh = layer(draw, B, T, D, H), draw.array(B, T, H)
    gradients = student.keep("rnn_backward", dh, student.keep("rnn_forward", *inputs).item(1))
    wanted = oracle(dh, *inputs)
    for name in names:
        expect.near(gradients.item(NAMES.index(name)).value(), wanted[name], what=name)


@exercise.property(2, "`dx` es correcta: cada entrada llega a la pérdida por su paso y por todos los que siguen.",
                   "`dx` is right: each input reaches the loss through its step and all that follow.")
def inputs(student, draw):
    agrees(student, draw, *draw.sizes(4, 3, 7), names=("dx",))


@exercise.property(2, "`dWh` es correcta: suma lo de todos los pasos, cada uno con el estado anterior.",
                   "`dWh` is right: it adds what comes from all steps, each with the state before.")
def recurrent_weights(student, draw):
    agrees(student, draw, *draw.sizes(4, 3, 7), names=("dWh",))


@exercise.property(1, "`dWx` y `db` son correctas.", "`dWx` and `db` are right.")
def input_weights_and_bias(student, draw):
    agrees(student, draw, *draw.sizes(4, 3, 7), names=("dWx", "db"))


@exercise.property(1, "`dh0` es correcta: lo que llega al estado de antes del primer paso.",
                   "`dh0` is right: what reaches the state before the first step.")
def first_state(student, draw):
    agrees(student, draw, *draw.sizes(4, 3, 7), names=("dh0",))


@exercise.property(1, "Sirve para un solo paso, para una sola secuencia, y para un número de estado.",
                   "It works for a single step, for a single sequence, and for one number of state.")
def smallest(student, draw):
    for sizes in ((3, 1, 4, 2), (1, 4, 2, 3), (2, 3, 1, 1)):
        agrees(student, draw, *sizes)


@exercise.property(1, "Deja `dh` y las entradas como estaban.", "It leaves `dh` and the inputs as they were.")
def inputs_unchanged(student, draw):
    inputs, dh = layer(draw, 3, 5, 4, 2), draw.array(3, 5, 2)
    mine = [student.put(value) for value in (dh, *inputs)]
    gradients = student.keep("rnn_backward", mine[0], student.keep("rnn_forward", *mine[1:]).item(1))
    wanted = oracle(dh, *inputs)
    for n, name in enumerate(NAMES):
        expect.near(gradients.item(n).value(), wanted[name], what=name)
    for handle, before, name in zip(mine, (dh, *inputs), ("dh", "x", "h0", "Wx", "Wh", "b"), strict=True):
        expect.unchanged(before, handle.value(), name)


INSIDE = "inside = (dh[:, t] + from_next) * (1 - h[:, t] ** 2)"
NEXT = "        from_next = inside @ Wh.T\n"
BEFORE = "before = h[:, t - 1] if t > 0 else h0"
RETURN = "return dx, from_next, dWx, dWh, db"

exercise.mistake(
    "detached_each_step", ("(dh[:, t] + from_next)", "dh[:, t]"),
    es="Cada paso solo recibe lo de su propia salida: el gradiente no viaja hacia atrás en el tiempo. Suma lo que vuelve del paso "
       "siguiente.",
    en="Each step receives only what comes from its own output: the gradient does not travel back in time. Add what comes back "
       "from the "
       "step after.")
exercise.mistake(
    "last_output_only", ("(dh[:, t] + from_next)", "(dh[:, t] * (t == x.shape[1] - 1) + from_next)"),
    es="Solo usas `dh` del último paso. Cada estado llega a la pérdida también por su propia salida.",
    en="You use `dh` of the last step only. Each state reaches the loss through its own output too.")
exercise.mistake(
    "forward_in_time", ("reversed(range(x.shape[1]))", "range(x.shape[1])"),
    es="Recorres el tiempo hacia delante. El gradiente vuelve del último paso al primero.",
    en="You walk time forwards. The gradient comes back from the last step to the first.")
exercise.mistake(
    "tanh_forgotten", (" * (1 - h[:, t] ** 2)", ""),
    es="Falta la derivada de la tangente hiperbólica, 1 − h².", en="The derivative of the hyperbolic tangent, 1 − h², is missing.")
exercise.mistake(
    "not_squared", ("(1 - h[:, t] ** 2)", "(1 - h[:, t])"),
    es="La derivada de la tangente hiperbólica es 1 − h², no 1 − h.",
    en="The derivative of the hyperbolic tangent is 1 − h², not 1 − h.")
exercise.mistake(
    "tanh_skipped_on_the_way_back", (NEXT, "        from_next = (dh[:, t] + from_next) @ Wh.T\n"),
    es="Lo que vuelve al estado anterior también pasa por la tangente: parte de `inside`, no de lo que llegó.",
    en="What goes back to the state before goes through the tangent too: start from `inside`, not from what arrived.")
exercise.mistake(
    "not_transposed", (NEXT, "        from_next = inside @ Wh\n"),
    es="Para volver al estado anterior hace falta `Wh.T`. `Wh` es cuadrada y no protesta.",
    en="To go back to the state before, `Wh.T` is needed. `Wh` is square and does not complain.")
exercise.mistake(
    "state_of_the_same_step", (BEFORE, "before = h[:, t]"),
    es="En `dWh` usas el estado del mismo paso. `Wh` multiplicó al anterior.",
    en="In `dWh` you use the state of the same step. `Wh` multiplied the one before.")
exercise.mistake(
    "h0_taken_for_zero", (BEFORE, "before = h[:, t - 1] if t > 0 else np.zeros(h0.shape)"),
    es="En el primer paso, `Wh` multiplicó a `h0`, que no tiene por qué ser cero.",
    en="At the first step, `Wh` multiplied `h0`, which need not be zero.")
exercise.mistake(
    "wraps_round", (BEFORE, "before = h[:, t - 1]"),
    es="En el primer paso, `h[:, -1]` es el último estado, no `h0`.",
    en="At the first step, `h[:, -1]` is the last state, not `h0`.")
exercise.mistake(
    "overwritten", ("dWh += before.T @ inside", "dWh = before.T @ inside"),
    es="`dWh` se queda con lo de un solo paso. Los pesos son los mismos en todos: acumula con `+=`.",
    en="`dWh` keeps what comes from a single step. The weights are the same at all of them: accumulate with `+=`.")
exercise.mistake(
    "input_weights_overwritten", ("dWx += x[:, t].T @ inside", "dWx = x[:, t].T @ inside"),
    es="`dWx` se queda con lo de un solo paso. Los pesos son los mismos en todos: acumula con `+=`.",
    en="`dWx` keeps what comes from a single step. The weights are the same at all of them: accumulate with `+=`.")
exercise.mistake(
    "averaged_over_time", (RETURN, "T = x.shape[1]\n    return dx, from_next, dWx / T, dWh / T, db / T"),
    es="Divides entre los pasos. Lo que llega a unos pesos por varios caminos se suma.",
    en="You divide by the steps. What reaches weights by several paths is added up.")
exercise.mistake(
    "averaged_over_the_batch", ("dWh += before.T @ inside", "dWh += before.T @ inside / len(x)"),
    es="Divides `dWh` entre las secuencias. Si la pérdida es una media, eso ya viene dentro de `dh`.",
    en="You divide `dWh` by the sequences. If the loss is a mean, that is already inside `dh`.")
exercise.mistake(
    "bias_of_one_sequence", ("inside.sum(axis=0)", "inside[0]"),
    es="`db` solo cuenta la primera secuencia. Suma sobre el lote.", en="`db` counts the first sequence only. Add over the batch.")
exercise.mistake(
    "bias_averaged", ("inside.sum(axis=0)", "inside.mean(axis=0)"),
    es="Promedias `db` sobre las secuencias. Lo que llega de todas se suma.",
    en="You average `db` over the sequences. What comes from all of them is added up.")
exercise.mistake(
    "dh0_before_the_weights", (RETURN, "return dx, inside, dWx, dWh, db"),
    es="En `dh0` falta pasar por `Wh.T`: es lo que vuelve al estado de antes del primer paso, no lo de dentro del paréntesis.",
    en="`dh0` has yet to go through `Wh.T`: it is what goes back to the state before the first step, not what is inside the brackets.")
exercise.mistake(
    "dh0_forgotten", (RETURN, "return dx, np.zeros(h0.shape), dWx, dWh, db"),
    es="Devuelves ceros en `dh0`. Es lo que queda al acabar el bucle.",
    en="You return zeros for `dh0`. It is what is left when the loop ends.")
exercise.mistake(
    "other_order", (RETURN, "return dx, dWx, dWh, db, from_next"),
    es="Los gradientes salen en otro orden. Se pide (dx, dh0, dWx, dWh, db).",
    en="The gradients come out in another order. (dx, dh0, dWx, dWh, db) is asked for.")
exercise.mistake(
    "weights_swapped", (RETURN, "return dx, from_next, dWh, dWx, db"),
    es="Devuelves `dWh` antes que `dWx`. Se pide (dx, dh0, dWx, dWh, db).",
    en="You return `dWh` before `dWx`. (dx, dh0, dWx, dWh, db) is asked for.")
exercise.mistake(
    "written_into_dh", (INSIDE, "dh[:, t] += from_next\n        inside = dh[:, t] * (1 - h[:, t] ** 2)"),
    es="`dh[:, t] += …` escribe sobre el array de quien te llama.", en="`dh[:, t] += …` writes into the caller's array.")

exercise.alternative("gathered_and_summed_at_the_end", code="""
def rnn_backward(dh, cache):
    x, h0, Wx, Wh, h = cache
    before = np.concatenate([h0[:, None], h[:, :-1]], axis=1)
    inside, back = np.empty_like(h), 0.0
    for t in range(h.shape[1] - 1, -1, -1):
        inside[:, t] = (1 - np.square(h[:, t])) * (dh[:, t] + back)
        back = np.dot(inside[:, t], Wh.T)
    return (inside @ Wx.T, back, np.einsum("btd,bth->dh", x, inside), np.einsum("btg,bth->gh", before, inside),
            inside.sum((0, 1)))
""")
exercise.alternative("recursive", code="""
def rnn_backward(dh, cache):
    x, h0, Wx, Wh, h = cache

    def back(t, grad):
        if t < 0:
            return [], grad, 0 * Wx, 0 * Wh, 0 * Wh[0]
        a = (grad + dh[:, t]) * (1 + h[:, t]) * (1 - h[:, t])
        dxs, dh0, dWx, dWh, db = back(t - 1, a @ Wh.T)
        previous = h0 if t == 0 else h[:, t - 1]
        return dxs + [a @ Wx.T], dh0, dWx + x[:, t].T @ a, dWh + previous.T @ a, db + np.sum(a, 0)

    dxs, *rest = back(x.shape[1] - 1, np.zeros_like(h0))
    return [np.stack(dxs, 1), *rest]
""")
