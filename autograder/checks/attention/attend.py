"""Exercise 4.10: the states of a decoder look at those of an encoder."""

import torch
from torch.nn import functional

from autograder import expect
from autograder.checks.attention.attention import LIBRARY
from autograder.exercise import Exercise
from autograder.replies import parts
from autograder.text import Text

exercise = Exercise(
    "attend", points=5, uses=("attention",), forbids=LIBRARY,
    title=Text("Lo que mira un decodificador", "What a decoder looks at"),
    hints=(
        Text("`torch.arange(S) < lengths[:, None]` da, por comparación, una máscara (B, S): `True` en lo que no es relleno.",
             "`torch.arange(S) < lengths[:, None]` gives, by comparison, a mask (B, S): `True` on what is not padding."),
        Text("Tu `attention` quiere una máscara que se extienda a (B, T, S): `[:, None, :]`. Las claves y los valores son los mismos.",
             "Your `attention` wants a mask that broadcasts to (B, T, S): `[:, None, :]`. Keys and values are the same."),
    ),
)


def inputs(draw, B: int, T: int, S: int, d_h: int, d_e: int, full: bool = False):
    lengths = torch.full((B,), S) if full else torch.tensor(draw.permutation(range(1, S))[:B])  # pairwise different
    shapes = (B, T, d_h), (B, S, d_e), (d_h, d_e)
    return *(draw.tensor(*shape, std=s, dtype=torch.float32) for shape, s in zip(shapes, (1.0, 1.0, 0.7), strict=True)), lengths


def oracle(h, encoded, W, lengths):
    """Return context and weights, each sentence alone and without its padding, by PyTorch's kernel."""
    h, encoded, W = h.double(), encoded.double(), W.double()
    contexts, weights = h.new_zeros(*h.shape[:2], encoded.shape[2]), h.new_zeros(*h.shape[:2], encoded.shape[1])
    for n, length in enumerate(lengths.tolist()):
        given = (h[n] @ W)[None], encoded[n, :length][None]
        contexts[n] = functional.scaled_dot_product_attention(*given, given[1])[0]
        weights[n, :, :length] = functional.scaled_dot_product_attention(*given, torch.eye(length, dtype=h.dtype)[None])[0]
    return contexts, weights


def agrees(student, *given):
    context, weights = parts(student.keep("attend", *given), "context", "weights")
    wanted = oracle(*given)
    expect.near(weights.value(), wanted[1], what="weights")
    expect.near(context.value(), wanted[0], what="context")


@exercise.property(2, "Sin relleno, cada estado mira a todos los del codificador.",
                   "Without padding, each state looks at all those of the encoder.")
def without_padding(student, draw):
    agrees(student, *inputs(draw, *draw.sizes(5, 2, 8), full=True))


@exercise.property(3, "Con relleno, nadie lo mira.", "With padding, nobody looks at it.")
def with_padding(student, draw):
    B, T, d_h, d_e = draw.sizes(4, 3, 7)
    agrees(student, *inputs(draw, B, T, 8, d_h, d_e))


@exercise.property(1, "Sirve para una sola pregunta y para una sola frase.",
                   "It works for a single question and for a single sentence.")
def smallest(student, draw):
    h, encoded, W, _ = inputs(draw, 1, 4, 5, 3, 2)
    agrees(student, h, encoded, W, torch.tensor([int(draw.integers(1, 4))]))
    agrees(student, *inputs(draw, 3, 1, 5, 2, 4))


@exercise.property(1, "El gradiente vuelve a `h`, a `encoded` y a `W`.", "The gradient comes back to `h`, `encoded` and `W`.")
def gradients(student, draw):
    given = inputs(draw, 3, 2, 5, 4, 3)
    mine = [student.put(value).keep_method("requires_grad_") for value in given[:3]]
    context, _ = parts(student.keep("attend", *mine, given[3]), "context", "weights")
    (context * context).keep_method("sum").method("backward")
    leaves = [value.clone().requires_grad_() for value in given[:3]]
    oracle(*leaves, given[3])[0].square().sum().backward()
    for handle, leaf, name in zip(mine, leaves, ("h", "encoded", "W"), strict=True):
        expect.near(handle.get("grad"), leaf.grad, what=f"{name}.grad")


REAL = "real = torch.arange(encoded.shape[1]) < lengths[:, None]"
RETURN = "return attention(h @ W, encoded, encoded, real[:, None, :])"

exercise.mistake(
    "padding_seen", (RETURN, "return attention(h @ W, encoded, encoded)"),
    es="No tapas el relleno.", en="You do not hide the padding.")
exercise.mistake(
    "padding_only", ("<", ">="),
    es="La máscara está al revés: tapas lo que hay y dejas ver el relleno.",
    en="The mask is upside down: you hide what is there and leave the padding to be seen.")
exercise.mistake(
    "one_more", ("<", "<="),
    es="Dejas ver un sitio de relleno: el `lengths[n]` ya lo es, porque se cuenta desde 0.",
    en="You leave one place of padding to be seen: place `lengths[n]` is padding already, for counting begins at 0.")
exercise.mistake(
    "one_less", ("lengths[:, None]", "lengths[:, None] - 1"),
    es="Tapas también el último símbolo de verdad.", en="You hide the last true symbol too.")
exercise.mistake(
    "the_longest_for_all", ("lengths[:, None]", "lengths.max().expand(len(h), 1)"),
    es="Usas el mismo largo para todas las frases.", en="You use the same length for all sentences.")
exercise.mistake(
    "zeros_instead", (RETURN, "return attention(h @ W, encoded * real[:, :, None], encoded * real[:, :, None])"),
    es="Pones el relleno a cero, y sigue contando: una puntuación de 0 no es un peso de 0. Hace falta la máscara.",
    en="You set the padding to zero, and it still counts: a score of 0 is not a weight of 0. The mask is needed.")
exercise.mistake(
    "matrix_left_out", ("h @ W", "h @ torch.eye(*W.shape, dtype=h.dtype)"),
    es="No usas `W`.", en="You do not use `W`.")
exercise.mistake(
    "keys_translated", (RETURN, "return attention(h @ W, encoded @ W.T @ W, encoded, real[:, None, :])"),
    es="Pasas también las claves por `W`. Solo traduce la consulta.",
    en="You take the keys through `W` too. It translates the query only.")
exercise.mistake(
    "not_scaled", ("h @ W,", "h @ W * sqrt(W.shape[1]),"),
    es="No se divide por la raíz. Llama a tu `attention`, que ya divide.",
    en="There is no division by the root. Call your `attention`, which divides already.")
exercise.mistake(
    "divided_twice", ("h @ W,", "h @ W / sqrt(W.shape[1]),"),
    es="Divides dos veces por la raíz: tu `attention` ya lo hace.",
    en="You divide by the root twice: your `attention` does it already.")
exercise.mistake(
    "root_of_the_state", ("h @ W,", "h @ W * sqrt(W.shape[1] / W.shape[0]),"),
    es="Divides por la raíz de d_h. La consulta es `h @ W`, de largo d_e, y es ella la que se traduce, no las claves.",
    en="You divide by the root of d_h. The query is `h @ W`, of length d_e, and it is the query that is translated, not the keys.")
exercise.mistake(
    "matrix_forgotten", ("h @ W,", "h,"),
    es="Preguntas con `h`, que no tiene el largo de las claves. La consulta es `h @ W`.",
    en="You ask with `h`, which has not the length of the keys. The query is `h @ W`.")
exercise.mistake(
    "matrix_transposed", ("h @ W,", "h @ W.T,"),
    es="`W` es (d_h, d_e) y los vectores van en filas: es `h @ W`, sin trasponer.",
    en="`W` is (d_h, d_e) and vectors are rows: it is `h @ W`, not transposed.")
exercise.mistake(
    "mask_of_two_axes", ("real[:, None, :]", "real"),
    es="Tu máscara es (B, S), y las puntuaciones, (B, T, S): falta el eje de en medio, (B, 1, S).",
    en="Your mask is (B, S), and the scores are (B, T, S): the axis in the middle is missing, (B, 1, S).")
exercise.mistake(
    "mask_of_heads", ("real[:, None, :]", "real[:, None, None, :]"),
    es="Tu máscara es (B, 1, 1, S), como en 4.6, pero aquí no hay cabezas: (B, 1, S).",
    en="Your mask is (B, 1, 1, S), as in 4.6, but there are no heads here: (B, 1, S).")
exercise.mistake(
    "queries_hidden", (REAL, REAL.replace("encoded", "h")), ("real[:, None, :]", "real[:, :, None]"),
    es="Tapas consultas. Lo que se tapa son las claves: (B, 1, S).", en="You hide queries. It is keys that are hidden: (B, 1, S).")
exercise.mistake(
    "cut_short", (REAL, f"encoded = encoded[:, : int(lengths.max())]\n    {REAL}"),
    es="Recortas `encoded` al largo mayor, y los pesos salen con menos columnas. Son (B, T, S), con 0 en el relleno.",
    en="You cut `encoded` to the greatest length, and the weights have fewer columns. They are (B, T, S), with 0 on padding.")
exercise.mistake(
    "weights_first", (RETURN, f"{RETURN}[::-1]"),
    es="Devuelves los pesos primero. Se pide `(context, weights)`.",
    en="You return the weights first. `(context, weights)` is asked for.")
exercise.mistake(
    "context_only", (RETURN, f"{RETURN}[0]"),
    es="Devuelves solo el contexto. Se pide la pareja `(context, weights)`.",
    en="You return the context alone. The pair `(context, weights)` is asked for.")
exercise.mistake(
    "encoder_cut_off", ("h @ W, encoded, encoded", "h @ W, encoded.detach(), encoded.detach()"),
    es="`.detach()` corta el gradiente hacia el codificador: no aprendería nada.",
    en="`.detach()` cuts the gradient to the encoder: it would learn nothing.")

exercise.alternative("by_hand", code="""
def attend(h, encoded, W, lengths):
    scores = torch.einsum("btd,de,bse->bts", h, W, encoded) / encoded.size(-1) ** 0.5
    for n, length in enumerate(lengths):
        scores[n, :, int(length):] = -torch.inf
    weights = torch.softmax(scores, dim=-1)
    return torch.bmm(weights, encoded), weights
""")
exercise.alternative("whole_mask", code="""
def attend(h, encoded, W, lengths):
    B, T, S = h.shape[0], h.shape[1], encoded.shape[1]
    places = torch.arange(S).expand(B, T, S)
    context, weights = attention(torch.matmul(h, W), encoded, encoded, mask=places < lengths.view(B, 1, 1))
    return context, weights
""")
exercise.alternative("sentence_by_sentence", code="""
def attend(h, encoded, W, lengths):
    B, T, S = h.shape[0], h.shape[1], encoded.shape[1]
    weights = torch.zeros(B, T, S)
    for n in range(B):
        real = int(lengths[n])
        weights[n, :, :real] = attention(h[n] @ W, encoded[n, :real], encoded[n, :real])[1]
    return weights @ encoded, weights
""")
