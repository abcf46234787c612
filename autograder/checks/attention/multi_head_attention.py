"""Exercise 4.9: attention with several heads."""

import torch
from torch.nn import functional

from autograder import expect
from autograder.checks.attention.attention import LIBRARY
from autograder.checks.attention.masked_softmax import random_mask
from autograder.exercise import Exercise
from autograder.text import Text
from autograder.weights import load_weights

exercise = Exercise(
    "MultiHeadAttention", points=12, uses=("attention", "split_heads", "merge_heads"), forbids=LIBRARY,
    title=Text("Atención con varias cabezas", "Attention with several heads"),
    hints=(
        Text("Tres capas reciben `d_in` y dan `d_model`; la cuarta, `to_out`, va de `d_model` a `d_model`. Todas llevan `bias=bias`.",
             "Three layers take `d_in` and give `d_model`; the fourth, `to_out`, goes from `d_model` to `d_model`. All have "
             "`bias=bias`."),
        Text("En `forward`: cada entrada por su capa, y después por `split_heads`. Con los ejes (B, H) delante, tu `attention` "
             "atiende a "
             "todas las cabezas a la vez.",
             "In `forward`: each input through its layer, and then through `split_heads`. With the axes (B, H) in front, your "
             "`attention` serves all heads at once."),
        Text("`attention` devuelve una pareja: lo que se junta y pasa por `to_out` es lo primero.",
             "`attention` returns a pair: what is merged and goes through `to_out` is the first of the two."),
    ),
)


def drawn_weights(draw, D: int, d_in: int, bias: bool = True) -> dict[str, torch.Tensor]:
    weights = {}
    for name, wide in (("to_q", d_in), ("to_k", d_in), ("to_v", d_in), ("to_out", D)):
        weights[f"{name}.weight"] = draw.tensor(D, wide, std=0.3)
        if bias:
            weights[f"{name}.bias"] = draw.tensor(D, std=0.5)
    return weights


def inputs(draw, B: int, T: int, S: int, d_in: int):
    return tuple(draw.tensor(B, length, d_in, dtype=torch.float32) for length in (T, S, S))


def reference(weights, H: int, query, key, value, mask=None):
    """Return the output, one head after another with PyTorch's kernel."""
    q, k, v = (functional.linear(x.double(), weights[f"{name}.weight"], weights.get(f"{name}.bias"))
               for name, x in (("to_q", query), ("to_k", key), ("to_v", value)))  # fmt: skip
    d = q.shape[-1] // H
    mask = None if mask is None else mask.expand(len(q), H, q.shape[1], k.shape[1])
    heads = []
    for h in range(H):
        part = slice(h * d, (h + 1) * d)
        heads.append(functional.scaled_dot_product_attention(
            q[..., part], k[..., part], v[..., part], attn_mask=None if mask is None else mask[:, h]))  # fmt: skip
    return functional.linear(torch.cat(heads, dim=-1), weights["to_out.weight"], weights.get("to_out.bias"))


def built(student, draw, D: int, H: int, d_in: int | None = None, bias: bool = True):
    weights = drawn_weights(draw, D, d_in or D, bias)
    options = {} if d_in is None else {"d_in": d_in}
    layer = student.keep("MultiHeadAttention", D, H, **options, **({} if bias else {"bias": False}))
    load_weights(layer, weights)
    return layer, weights


def agrees(layer, weights, H, *given):
    expect.near(layer.call(*given), reference(weights, H, *given), what="MultiHeadAttention(…)(query, key, value)")


@exercise.property(3, "Con los mismos pesos, da lo que `nn.MultiheadAttention`.",
                   "With the same weights, it gives what `nn.MultiheadAttention` gives.")
def like_torch(student, draw):
    B, T, H, d = draw.sizes(4, 2, 6)
    D = H * d
    layer, weights = built(student, draw, D, H)
    torchs = torch.nn.MultiheadAttention(D, H, batch_first=True).double()
    torchs.load_state_dict({
        "in_proj_weight": torch.cat([weights[f"to_{n}.weight"] for n in "qkv"]),
        "in_proj_bias": torch.cat([weights[f"to_{n}.bias"] for n in "qkv"]),
        "out_proj.weight": weights["to_out.weight"], "out_proj.bias": weights["to_out.bias"],
    })  # fmt: skip
    x = draw.tensor(B, T, D, dtype=torch.float32)
    with torch.no_grad():
        expect.near(layer.call(x, x, x), torchs(x.double(), x.double(), x.double())[0], what="MultiHeadAttention(…)(x, x, x)")


@exercise.property(3, "Consultas de una secuencia, y claves y valores de otras dos.",
                   "Queries from one sequence, and keys and values from two others.")
def cross(student, draw):
    B, T, S, H, d = draw.sizes(5, 2, 7)
    layer, weights = built(student, draw, H * d, H)
    agrees(layer, weights, H, *inputs(draw, B, T, S, H * d))


@exercise.property(3, "Con máscara: la misma para todas las cabezas, o una por cabeza.",
                   "With a mask: the same for all heads, or one for each.")
def masks(student, draw):
    S, T, B, H, d = sorted(draw.sizes(5, 2, 7), reverse=True)  # many keys, so that a mask leaves several
    layer, weights = built(student, draw, H * d, H)
    given = inputs(draw, B, T, S, H * d)
    for mask in (random_mask(draw, B, H, T, S), random_mask(draw, T, S), random_mask(draw, B, 1, 1, S)):
        agrees(layer, weights, H, *given, mask)


@exercise.property(1, "Con `d_in` distinto de `d_model`, y sin sesgos.", "With `d_in` other than `d_model`, and without biases.")
def other_sizes(student, draw):
    B, T, S, H, d = draw.sizes(5, 2, 6)
    for d_in, bias in ((H * d + 3, True), (H * d + 1, False)):
        layer, weights = built(student, draw, H * d, H, d_in, bias)
        agrees(layer, weights, H, *inputs(draw, B, T, S, d_in))


@exercise.property(1, "Sirve para una sola cabeza, una secuencia y un símbolo.", "It works for a single head, a sequence and a symbol.")
def smallest(student, draw):
    for H, T, S in ((1, 3, 4), (2, 1, 5), (4, 2, 1)):
        layer, weights = built(student, draw, 4, H)
        agrees(layer, weights, H, *inputs(draw, 1, T, S, 4))


@exercise.property(1, "El gradiente llega a las cuatro capas.", "The gradient reaches all four layers.")
def gradients(student, draw):
    layer, weights = built(student, draw, 6, 3)
    given = inputs(draw, 2, 3, 4, 6)
    output = layer.keep(*given)
    (output * output).keep_method("sum").method("backward")
    leaves = {name: value.clone().requires_grad_() for name, value in weights.items()}
    reference(leaves, 3, *given).square().sum().backward()
    seen = layer.gradients()
    for name, leaf in leaves.items():
        expect.near(seen.get(name), leaf.grad, what=f"{name}.grad")


CALL = "heads, _ = attention(q, k, v, mask)"
RETURN = "return self.to_out(merge_heads(heads))"
Q, K, V = (f"split_heads(self.to_{n}({name}), self.H)" for n, name in (("q", "query"), ("k", "key"), ("v", "value")))

exercise.mistake(
    "no_output_layer", (RETURN, "return merge_heads(heads)"),
    es="Falta `to_out`, la capa que mezcla lo que traen las cabezas.",
    en="`to_out`, the layer that mixes what the heads return, is missing.")
exercise.mistake(
    "merged_without_swapping", (RETURN, "return self.to_out(heads.reshape(query.shape[0], query.shape[1], -1))"),
    es="Juntas las cabezas con `reshape`, sin cambiar ejes: se mezclan los símbolos.",
    en="You join the heads by `reshape`, without swapping axes: symbols are mixed.")
exercise.mistake(
    "split_by_reshape", *((f"split_heads(self.to_{n}({x}), self.H)", f"self.to_{n}({x}).reshape(len({x}), self.H, {x}.shape[1], -1)")
                          for n, x in (("q", "query"), ("k", "key"), ("v", "value"))),
    es="Partes en cabezas con un solo `reshape`, sin cambiar ejes: cada cabeza ve otros símbolos.",
    en="You split into heads by a single `reshape`, without swapping axes: each head sees other symbols.")
exercise.mistake(
    "root_of_d_model", (CALL, "heads, _ = attention(q * sqrt(q.shape[-1] / self.to_out.in_features), k, v, mask)"),
    es="Divides por la raíz de `d_model`. Es la de los números de una cabeza, `d_model / H`.",
    en="You divide by the root of `d_model`. It is that of the numbers of a head, `d_model / H`.")
exercise.mistake(
    "not_scaled", (CALL, "heads, _ = attention(q * sqrt(q.shape[-1]), k, v, mask)"),
    es="No se divide por la raíz de los números de una cabeza.", en="There is no division by the root of the numbers of a head.")
exercise.mistake(
    "one_head", (Q, "self.to_q(query)[:, None]"), (K, "self.to_k(key)[:, None]"), (V, "self.to_v(value)[:, None]"),
    (CALL, "heads, _ = attention(q, k, v, mask if mask is None else mask[:, :1] if mask.ndim == 4 else mask)"),
    es="Es una sola cabeza con todos los números: falta repartir.",
    en="It is a single head with all the numbers: they have not been split.")
exercise.mistake(
    "softmax_over_heads",
    (CALL, "weights = masked_softmax(q @ k.transpose(-2, -1) / sqrt(q.shape[-1]), mask, dim=1)\n        heads = weights @ v"),
    es="La softmax va por el eje de las cabezas: compiten entre sí. Cada una reparte sobre sus claves.",
    en="The softmax goes along the axis of the heads: they compete with each other. Each should spread its weight over its keys.")
exercise.mistake(
    "heads_not_moved",
    (Q, "self.to_q(query).unflatten(-1, (self.H, -1))"), (K, "self.to_k(key).unflatten(-1, (self.H, -1))"),
    (V, "self.to_v(value).unflatten(-1, (self.H, -1))"), (CALL, "heads, _ = attention(q, k, v)"),
    (RETURN, "return self.to_out(heads.flatten(2))"),
    es="Sin pasar la cabeza delante del tiempo, cada símbolo mira entre sus propias cabezas y no a los demás símbolos.",
    en="Without moving the head before time, each symbol looks among its own heads and not at the other symbols.")
exercise.mistake(
    "values_from_keys", (V, "split_heads(self.to_v(key), self.H)"),
    es="Los valores salen de `key`. Salen de `value`.", en="The values come from `key`. They come from `value`.")
exercise.mistake(
    "key_layer_for_values", (V, "split_heads(self.to_k(value), self.H)"),
    es="Los valores pasan por `to_k`. Tienen su propia capa, `to_v`.",
    en="The values go through `to_k`. They have a layer of their own, `to_v`.")
exercise.mistake(
    "one_layer_for_both", ("self.to_v = nn.Linear(d_in, d_model, bias=bias)", "self.to_v = self.to_k"),
    es="`to_v` y `to_k` son la misma capa: comparten los pesos. Cada una tiene los suyos.",
    en="`to_v` and `to_k` are one layer: they share their weights. Each has its own.")
exercise.mistake(
    "output_from_d_in", ("nn.Linear(d_model, d_model, bias=bias)", "nn.Linear(d_in, d_model, bias=bias)"),
    es="`to_out` recibe lo que traen las cabezas, `d_model` números, y no `d_in`.",
    en="`to_out` takes what the heads return, `d_model` numbers, and not `d_in`.")
exercise.mistake(
    "pair_merged", (CALL, "heads = attention(q, k, v, mask)"),
    es="`attention` devuelve una pareja, y juntas la pareja. Lo que se junta es lo primero, la mezcla.",
    en="`attention` returns a pair, and you merge the pair. What is merged is the first of the two, the mixture.")
exercise.mistake(
    "only_the_query", (K, "split_heads(self.to_k(query), self.H)"), (V, "split_heads(self.to_v(query), self.H)"),
    es="Solo usas `query`: es siempre autoatención. Las claves y los valores pueden venir de otra secuencia.",
    en="You use `query` alone: it is always self-attention. Keys and values may come from another sequence.")
exercise.mistake(
    "mask_ignored", (CALL, "heads, _ = attention(q, k, v)"),
    es="No pasas la máscara.", en="You do not pass the mask on.")
exercise.mistake(
    "mask_inverted", (CALL, "heads, _ = attention(q, k, v, mask if mask is None else ~mask)"),
    es="La máscara está al revés: `True` es que se puede mirar. (La de `nn.MultiheadAttention` dice lo contrario.)",
    en="The mask is upside down: `True` means one may look. (That of `nn.MultiheadAttention` says the opposite.)")
exercise.mistake(
    "mask_of_the_first_head", (CALL, "heads, _ = attention(q, k, v, mask[:, :1] if mask is not None and mask.ndim == 4 else mask)"),
    es="Usas la máscara de la primera cabeza para todas.", en="You use the mask of the first head for all of them.")
exercise.mistake(
    "d_in_ignored", ("d_in = d_model if d_in is None else d_in", "d_in = d_model"),
    es="No usas `d_in`: las tres primeras capas reciben `d_in` números.",
    en="You do not use `d_in`: the first three layers take `d_in` numbers.")
exercise.mistake(
    "bias_always", ("bias=bias", "bias=True"),
    es="Las capas llevan siempre sesgo. `bias=False` lo quita.", en="The layers always have a bias. `bias=False` takes it away.")
exercise.mistake(
    "bias_in_the_output_only", ("d_in, d_model, bias=bias", "d_in, d_model, bias=False"),
    es="Las capas de consultas, claves y valores también llevan sesgo.", en="The layers of queries, keys and values have a bias too.")
exercise.mistake(
    "input_added", (RETURN, "return query + self.to_out(merge_heads(heads))"),
    es="Sumas la entrada a la salida. Eso vendrá en la unidad 5; aquí no.",
    en="You add the input to the output. That comes in unit 5; not here.")
exercise.mistake(
    "pair_returned", (RETURN, "return self.to_out(merge_heads(heads)), _"),
    es="Devuelves también los pesos. Se pide solo la salida.", en="You return the weights too. The output alone is asked for.")

exercise.alternative("head_by_head", code="""
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, H, d_in=None, bias=True):
        super().__init__()
        self.to_q, self.to_k, self.to_v = (nn.Linear(d_in or d_model, d_model, bias) for _ in range(3))
        self.to_out = nn.Linear(d_model, d_model, bias)
        self.heads = H

    def forward(self, query, key, value, mask=None):
        q, k, v = (layer(x).chunk(self.heads, dim=-1) for layer, x in
                   ((self.to_q, query), (self.to_k, key), (self.to_v, value)))
        if mask is not None:
            mask = mask.broadcast_to(len(query), self.heads, query.shape[1], key.shape[1])
        seen = [attention(q[h], k[h], v[h], None if mask is None else mask[:, h])[0] for h in range(self.heads)]
        return self.to_out(torch.cat(seen, dim=2))
""")
exercise.alternative("einsum", code="""
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, H, d_in=None, bias=True):
        super().__init__()
        if d_in is None:
            d_in = d_model
        self.H, self.d = H, d_model // H
        for name in ("to_q", "to_k", "to_v"):
            setattr(self, name, nn.Linear(d_in, d_model, bias=bias))
        self.to_out = nn.Linear(d_model, d_model, bias=bias)

    def forward(self, query, key, value, mask=None):
        B, T, S = query.size(0), query.size(1), key.size(1)
        q = self.to_q(query).view(B, T, self.H, self.d)
        k = self.to_k(key).view(B, S, self.H, self.d)
        v = self.to_v(value).view(B, S, self.H, self.d)
        scores = torch.einsum("bthd,bshd->bhts", q, k) / self.d**0.5
        if mask is not None:
            scores = scores.masked_fill(~mask, -torch.inf)
        p = scores.softmax(-1).nan_to_num(0.0)
        return self.to_out(torch.einsum("bhts,bshd->bthd", p, v).reshape(B, T, -1))
""")
