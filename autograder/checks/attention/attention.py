"""Exercise 4.2: scaled dot-product attention."""

import torch
from torch.nn import functional

from autograder import expect
from autograder.checks.attention.masked_softmax import random_mask
from autograder.exercise import Exercise
from autograder.replies import parts
from autograder.text import Text

LIBRARY = (
    "torch.nn.functional.scaled_dot_product_attention", "torch.nn.functional.multi_head_attention_forward",
    "torch.nn.MultiheadAttention.forward",
)  # fmt: skip

exercise = Exercise(
    "attention", points=12, uses=("masked_softmax",), forbids=LIBRARY,
    title=Text("Atención por producto escalar", "Scaled dot-product attention"),
    hints=(
        Text("`k.transpose(-2, -1)` cambia los dos últimos ejes, haya los que haya delante, y `@` multiplica matrices en los dos "
             "últimos.",
             "`k.transpose(-2, -1)` swaps the last two axes, whatever is in front, and `@` multiplies matrices on the last two."),
        Text("Tres líneas: las puntuaciones, entre `sqrt(q.shape[-1])`; los pesos, con tu `masked_softmax`; y los pesos por `v`.",
             "Three lines: the scores, over `sqrt(q.shape[-1])`; the weights, by your `masked_softmax`; and the weights times `v`."),
    ),
)


def inputs(draw, T: int, S: int, d: int, d_v: int, *before: int, std: float = 1.5):
    shapes = (T, d), (S, d), (S, d_v)
    return tuple(draw.tensor(*before, *shape, std=s, dtype=torch.float32) for shape, s in zip(shapes, (std, std, 1.0), strict=True))


def oracle(q, k, v, mask=None):
    """Return PyTorch's output, zeros where nothing is allowed, and weights: what it gives for values that are unit vectors."""
    q, k, v = q.double(), k.double(), v.double()

    def ask(values):
        values = values.expand(*q.shape[:-2], *values.shape[-2:])
        return functional.scaled_dot_product_attention(q, k, values, attn_mask=mask).nan_to_num(nan=0.0)

    return ask(v), ask(torch.eye(k.shape[-2], dtype=torch.float64))


def agrees(student, *given):
    output, weights = parts(student.keep("attention", *given), "output", "weights")
    wanted = oracle(*given)
    expect.near(weights.value(), wanted[1], what="weights")
    expect.near(output.value(), wanted[0], what="output")


@exercise.property(3, "Con una secuencia sola, los pesos y la mezcla son los de PyTorch.",
                   "With a single sequence, weights and mixture are PyTorch's.")
def one_sequence(student, draw):
    agrees(student, *inputs(draw, *draw.sizes(4, 2, 8)))


@exercise.property(2, "Con lote y cabezas delante, lo mismo para cada uno.", "With batch and heads in front, the same for each.")
def batch_and_heads(student, draw):
    T, S, d, d_v, B, H = draw.sizes(6, 2, 8)
    agrees(student, *inputs(draw, T, S, d, d_v, B, H))
    agrees(student, *inputs(draw, T, S, d, d_v, B))


@exercise.property(3, "Con máscaras, enteras o que se extienden; quien no puede mirar nada recibe ceros.",
                   "With masks, whole or to be stretched; one who may look nowhere gets zeros.")
def masks(student, draw):
    S, T, d, d_v, B, H = sorted(draw.sizes(6, 2, 8), reverse=True)  # many keys, so that a mask leaves several
    given = inputs(draw, T, S, d, d_v, B, H)
    whole = random_mask(draw, B, H, T, S)
    whole[0, 0, 1] = False
    for mask in (whole, random_mask(draw, B, 1, 1, S), random_mask(draw, T, S)):
        agrees(student, *given, mask)


@exercise.property(1, "Sirve para una sola consulta, una sola clave y vectores de un número.",
                   "It works for a single query, a single key and vectors of one number.")
def smallest(student, draw):
    agrees(student, *inputs(draw, 1, 5, 3, 2, 1))
    agrees(student, *inputs(draw, 4, 5, 1, 2, 3))
    agrees(student, *inputs(draw, 3, 1, 4, 2))


@exercise.property(1, "Con tantas claves como consultas, y valores tan largos como las claves.",
                   "With as many keys as queries, and values as long as keys.")
def square(student, draw):
    n = int(draw.integers(3, 7))
    agrees(student, *inputs(draw, n, n, n, n))


@exercise.property(1, "El gradiente vuelve a las consultas, a las claves y a los valores.",
                   "The gradient comes back to queries, keys and values.")
def gradients(student, draw):
    given = inputs(draw, 3, 5, 4, 2, 2)
    mine = [student.put(value).keep_method("requires_grad_") for value in given]
    output, _ = parts(student.keep("attention", *mine), "output", "weights")
    (output * output).keep_method("sum").method("backward")
    leaves = [value.clone().requires_grad_() for value in given]
    functional.scaled_dot_product_attention(*leaves).square().sum().backward()
    for handle, leaf, name in zip(mine, leaves, "qkv", strict=True):
        expect.near(handle.get("grad"), leaf.grad, what=f"{name}.grad")


@exercise.property(1, "Deja sus entradas como estaban.", "It leaves its inputs as they were.")
def inputs_unchanged(student, draw):
    given = (*inputs(draw, 3, 5, 4, 2, 2), random_mask(draw, 3, 5))
    mine = [student.put(value) for value in given]
    agreed = student.keep("attention", *mine)
    expect.near(parts(agreed, "output", "weights")[0].value(), oracle(*given)[0], what="output")
    for handle, before, name in zip(mine, given, ("q", "k", "v", "mask"), strict=True):
        expect.unchanged(before, handle.value(), name)


SCORES = "scores = q @ k.transpose(-2, -1) / sqrt(q.shape[-1])"
WEIGHTS = "weights = masked_softmax(scores, mask)"
RETURN = "return weights @ v, weights"

exercise.mistake(
    "not_scaled", (" / sqrt(q.shape[-1])", ""),
    es="Falta dividir por √d: con vectores largos la softmax se satura.",
    en="The division by √d is missing: with long vectors the softmax saturates.")
exercise.mistake(
    "divided_by_d", ("sqrt(q.shape[-1])", "q.shape[-1]"),
    es="Divides por d y no por su raíz: los pesos salen demasiado iguales.",
    en="You divide by d and not by its root: the weights come out too even.")
exercise.mistake(
    "times_the_root", ("/ sqrt(q.shape[-1])", "* sqrt(q.shape[-1])"),
    es="Multiplicas por la raíz en lugar de dividir.", en="You multiply by the root instead of dividing.")
exercise.mistake(
    "root_of_the_keys", ("sqrt(q.shape[-1])", "sqrt(k.shape[-2])"),
    es="Divides por la raíz del número de claves. Es la del largo de una consulta.",
    en="You divide by the root of the number of keys. It is that of the length of a query.")
exercise.mistake(
    "root_of_axis_one", ("sqrt(q.shape[-1])", "sqrt(q.shape[1])"),
    es="Divides por la raíz de `q.shape[1]`, que con lote o cabezas delante no es d: d es el último eje, `q.shape[-1]`.",
    en="You divide by the root of `q.shape[1]`, which is not d with batch or heads in front: d is the last axis, `q.shape[-1]`.")
exercise.mistake(
    "all_axes_reversed", ("k.transpose(-2, -1)", "k.T"),
    es="`k.T` da la vuelta a todos los ejes, también a los de delante. Cambia solo los dos últimos.",
    en="`k.T` reverses all axes, those in front too. Swap the last two only.")
exercise.mistake(
    "fixed_axes", ("k.transpose(-2, -1)", "k.transpose(1, 2)"),
    es="`transpose(1, 2)` cuenta los ejes desde delante, y delante puede haber los que sean. Cuenta desde atrás: −2 y −1.",
    en="`transpose(1, 2)` counts axes from the front, and there may be any number in front. Count from the back: −2 and −1.")
exercise.mistake(
    "root_of_the_value", ("sqrt(q.shape[-1])", "sqrt(v.shape[-1])"),
    es="Divides por la raíz del largo de un valor. Es la del largo de una consulta.",
    en="You divide by the root of the length of a value. It is that of the length of a query.")
exercise.mistake(
    "softmax_over_queries", (WEIGHTS, "weights = masked_softmax(scores, mask, dim=-2)"),
    es="La softmax va por columnas: suman 1 las consultas. Los pesos de cada consulta suman 1 sobre las claves.",
    en="The softmax goes by columns: the queries add up to 1. The weights of each query add up to 1 over the keys.")
exercise.mistake(
    "softmax_over_the_first_axis", (WEIGHTS, "weights = masked_softmax(scores, mask, dim=0 if scores.ndim > 2 else -1)"),
    es="La softmax va por el primer eje, el lote: cada secuencia compite con las otras.",
    en="The softmax goes along the first axis, the batch: each sequence competes with the others.")
exercise.mistake(
    "mask_ignored", ("masked_softmax(scores, mask)", "masked_softmax(scores)"),
    es="No pasas la máscara: se mira todo.", en="You do not pass the mask on: everything is looked at.")
exercise.mistake(
    "mask_inverted", ("masked_softmax(scores, mask)", "masked_softmax(scores, mask if mask is None else ~mask)"),
    es="La máscara está al revés: `True` es que se puede mirar.", en="The mask is upside down: `True` means one may look.")
exercise.mistake(
    "mask_after_the_softmax", (WEIGHTS, "weights = masked_softmax(scores) * (1.0 if mask is None else mask)"),
    es="Aplicas la máscara después de la softmax: lo permitido no suma 1.",
    en="You apply the mask after the softmax: what is allowed does not add up to 1.")
exercise.mistake(
    "keys_as_values", (RETURN, "return weights @ k, weights"),
    es="Mezclas las claves. Lo que se lleva la consulta son los valores.",
    en="You mix the keys. What the query gets back is a mixture of the values.")
exercise.mistake(
    "transposed_by_reshape", ("k.transpose(-2, -1)", "k.reshape(*k.shape[:-2], k.shape[-1], k.shape[-2])"),
    es="`reshape` da la forma de la traspuesta con los números en otro sitio. Para cambiar ejes está `transpose`.",
    en="`reshape` gives the shape of the transpose with the numbers elsewhere. For swapping axes there is `transpose`.")
exercise.mistake(
    "queries_and_keys_swapped", (SCORES, "scores = k @ q.transpose(-2, -1) / sqrt(q.shape[-1])"),
    es="Consultas y claves cambiadas de sitio: las filas son las de las claves. Solo cuadra cuando hay tantas de unas como de "
       "otras.",
    en="Queries and keys in each other's place: the rows are those of the keys. It only fits when there are as many of both.")
exercise.mistake(
    "even_weights", (SCORES, "scores = 0 * (q @ k.transpose(-2, -1))"),
    es="Todos los pesos son iguales: las puntuaciones no cuentan.", en="All weights are equal: the scores do not count.")
exercise.mistake(
    "hard_choice", (WEIGHTS, f"{WEIGHTS}\n    weights = nn.functional.one_hot(weights.argmax(-1), weights.shape[-1]).to(v.dtype)"),
    es="Te quedas solo con la clave mayor. La atención mezcla, y por eso se puede derivar.",
    en="You keep the largest key only. Attention mixes, and that is why it has a derivative.")
exercise.mistake(
    "weights_first", (RETURN, "return weights, weights @ v"),
    es="Devuelves los pesos primero. Se pide `(output, weights)`.",
    en="You return the weights first. `(output, weights)` is asked for.")
exercise.mistake(
    "no_weights", (RETURN, "return weights @ v"),
    es="Devuelves solo la mezcla. Se pide la pareja `(output, weights)`.",
    en="You return the mixture alone. The pair `(output, weights)` is asked for.")
exercise.mistake(
    "scores_for_weights", (RETURN, "return weights @ v, scores"),
    es="Devuelves las puntuaciones, no los pesos. Los pesos son lo que sale de la softmax.",
    en="You return the scores, not the weights. The weights are what comes out of the softmax.")
exercise.mistake(
    "written_into_q", (SCORES, "q /= sqrt(q.shape[-1])\n    scores = q @ k.transpose(-2, -1)"),
    es="`q /= …` escribe sobre las consultas de quien te llama. Divide las puntuaciones.",
    en="`q /= …` writes into the caller's queries. Divide the scores.")

exercise.alternative("einsum", code="""
def attention(q, k, v, mask=None):
    scores = torch.einsum("...td,...sd->...ts", q * q.shape[-1] ** -0.5, k)
    weights = masked_softmax(scores, mask, dim=scores.ndim - 1)
    return torch.einsum("...ts,...sv->...tv", weights, v), weights
""")
exercise.alternative("by_hand", code="""
def attention(q, k, v, mask=None):
    d = q.size(-1)
    scores = torch.matmul(q, k.mT) / (d ** 0.5)
    if mask is not None:
        scores = scores.masked_fill(mask.logical_not(), -torch.inf)
    weights = torch.softmax(scores, dim=-1)
    if mask is not None:
        weights = torch.where(mask, weights, 0.0)
    return [torch.matmul(weights, v), weights]
""")
exercise.alternative("zeros_where_hidden", code="""
def attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / sqrt(q.shape[-1])
    kept = torch.ones(scores.shape) if mask is None else mask.float().expand(scores.shape)
    weights = masked_softmax(scores, mask) * kept
    return torch.zeros(*weights.shape[:-1], v.shape[-1]) + weights @ v, weights
""")
