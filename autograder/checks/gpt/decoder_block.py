"""Exercise 7.7: the block of a GPT, against PyTorch's layer with the same weights."""

import torch
from torch import nn
from torch.nn import functional

from autograder import expect
from autograder.exercise import Exercise
from autograder.replies import parts
from autograder.text import Text
from autograder.weights import load_weights

exercise = Exercise(
    "DecoderBlock", points=5, uses=("cached_attention",),
    title=Text("El bloque", "The block"),
    forbids=("torch.nn.TransformerEncoderLayer.forward", "torch.nn.TransformerDecoderLayer.forward",
        "torch.nn.MultiheadAttention.forward"),
    hints=(
        Text("`self.to_qkv(...).split(D, dim=-1)` da los tres tercios: consulta, clave y valor.",
             "`self.to_qkv(...).split(D, dim=-1)` gives the three thirds: query, key and value."),
        Text("De `(B, T, D)` a `(B, H, T, d)`: `view(B, T, H, d)` y luego `transpose(1, 2)`. A la vuelta, `transpose` y `reshape`.",
             "From `(B, T, D)` to `(B, H, T, d)`: `view(B, T, H, d)` and then `transpose(1, 2)`. On the way back, `transpose` and "
                 "`reshape`."),
    ),
)


def block_weights(draw, D: int) -> dict[str, torch.Tensor]:
    """Draw the weights of a block, by the names that the assignment asks for."""
    def drawn(*shape):
        return draw.tensor(*shape, std=0.4, dtype=torch.float32)

    weights = {}
    for name, outputs, inputs in (("to_qkv", 3 * D, D), ("to_out", D, D), ("widen", 4 * D, D), ("narrow", D, 4 * D)):
        weights |= {f"{name}.weight": drawn(outputs, inputs), f"{name}.bias": drawn(outputs)}
    for name in ("norm1", "norm2"):
        weights |= {f"{name}.weight": 1 + drawn(D), f"{name}.bias": drawn(D)}
    return weights


def agrees(seen, wanted, what: str):
    """Compare what layers one after another give in single precision."""
    expect.close(seen, wanted, atol=5e-5, rtol=5e-5, what=what)


def torch_block(weights: dict, D: int, heads: int) -> nn.Module:
    """Return PyTorch's encoder layer with these weights: called with a causal mask, it is the block."""
    def gelu(x):
        return functional.gelu(x, approximate="tanh")

    layer = nn.TransformerEncoderLayer(D, heads, 4 * D, dropout=0.0, activation=gelu, batch_first=True, norm_first=True).double()
    theirs = {"self_attn.in_proj_": "to_qkv.", "self_attn.out_proj.": "to_out.", "linear1.": "widen.", "linear2.": "narrow.",
              "norm1.": "norm1.", "norm2.": "norm2."}
    layer.load_state_dict({its + end: weights[ours + end] for its, ours in theirs.items() for end in ("weight", "bias")})
    return layer.train()  # torch's fast path, which rounds otherwise, is for eval; there is no dropout


def causal(T: int) -> torch.Tensor:
    """Return PyTorch's mask: True where one may not look."""
    return torch.ones(T, T, dtype=torch.bool).triu(1)


def built(student, draw):
    """Return the student's block and PyTorch's with the same weights, and D and the heads."""
    heads = int(draw.integers(2, 4))
    D = heads * int(draw.integers(2, 5))
    weights = block_weights(draw, D)
    block = student.keep("DecoderBlock", D, heads)
    load_weights(block, weights)
    return block, torch_block(weights, D, heads), weights, D, heads


@exercise.property(3, "Con los mismos pesos, da lo mismo que la capa de PyTorch.",
    "With the same weights, it gives the same as PyTorch's layer.")
def scores(student, draw):
    block, wanted, _, D, _ = built(student, draw)
    for B, T in ((3, int(draw.integers(4, 8))), (1, 2), (2, 1)):
        x = draw.tensor(B, T, D, dtype=torch.float32)
        out, _ = parts(block.keep(x), "x", "past")
        agrees(out.value(), wanted(x.double(), src_mask=causal(T)), "DecoderBlock(…)(x)")


@exercise.property(2, "Leído a trozos con su pasado, da lo mismo que entero.",
    "Read in parts with its past, it gives the same as whole.")
def in_parts(student, draw):
    block, wanted, _, D, _ = built(student, draw)
    x = draw.tensor(2, 8, D, dtype=torch.float32)
    right, at, past = wanted(x.double(), src_mask=causal(8)), 0, None
    for size in (2, 1, 3, 1, 1):
        out, past = parts(block.keep(x[:, at : at + size], past), "x", "past")
        agrees(out.value(), right[:, at : at + size], "DecoderBlock(…)(x, past)")
        at += size


@exercise.property(1, "El pasado son las claves y los valores de cada cabeza.", "The past is the keys and values of each head.")
def kept(student, draw):
    block, _, weights, D, heads = built(student, draw)
    x = draw.tensor(2, 5, D, dtype=torch.float32)
    h = functional.layer_norm(x, (D,), weights["norm1.weight"], weights["norm1.bias"])
    thirds = functional.linear(h, weights["to_qkv.weight"], weights["to_qkv.bias"]).chunk(3, dim=-1)
    _, past = parts(block.keep(x), "x", "past")
    for handle, third, name in zip(parts(past, "k", "v"), thirds[1:], "kv", strict=True):
        agrees(handle.value(), torch.stack(third.chunk(heads, dim=-1), dim=1), name)


THIRDS = "q, k, v = (part"
VIEW = "part.view(B, T, self.heads, D // self.heads).transpose(1, 2)"
FIRST = "x = x + self.to_out(out.transpose(1, 2).reshape(B, T, D))"
LAST = "return x + self.narrow(hidden), past"
HIDDEN = 'hidden = functional.gelu(self.widen(self.norm2(x)), approximate="tanh")'

exercise.mistake("relu", (HIDDEN, "hidden = torch.relu(self.widen(self.norm2(x)))"), es="Usas ReLU. Se pide GELU.",
    en="You use ReLU. GELU is asked for.")
exercise.mistake("other_gelu", (', approximate="tanh"', ""), es='Falta `approximate="tanh"`: es otra GELU, parecida.',
    en='`approximate="tanh"` is missing: it is another GELU, a similar one.')
exercise.mistake("no_activation", (HIDDEN, "hidden = self.widen(self.norm2(x))"),
    es="Falta la GELU: dos capas lineales seguidas son una.",
    en="GELU is missing: two linear layers in a row are one.")
exercise.mistake("no_first_residual", (FIRST, FIRST.replace("x + ", "")), es="No sumas `x` a la atención.",
    en="You do not add `x` to what attention gives.")
exercise.mistake("no_second_residual", (LAST, LAST.replace("x + ", "")), es="No sumas `x` a la red.",
    en="You do not add `x` to what the feed-forward part gives.")
exercise.mistake("residual_of_the_norm", (FIRST, FIRST.replace("x + ", "self.norm1(x) + ")),
    es="Sumas la entrada normalizada. Pasa `x`, tal cual.",
    en="You add the normalized input. Add `x` as it is.")
exercise.mistake("post_norm", ("self.to_qkv(self.norm1(x))", "self.to_qkv(x)"), (FIRST,
    FIRST.replace("x + self.to_out(out.transpose(1, 2).reshape(B, T, D))",
    "self.norm1(x + self.to_out(out.transpose(1, 2).reshape(B, T, D)))")), ("self.widen(self.norm2(x))", "self.widen(x)"),
    (LAST, "return self.norm2(x + self.narrow(hidden)), past"),
        es="Normalizas tras sumar. En `pre` se normaliza lo que entra en la rama.",
    en="You normalize after adding. In `pre`, what goes into the branch is normalized.")
exercise.mistake("one_norm_for_both", ("self.widen(self.norm2(x))", "self.widen(self.norm1(x))"), es="Usas `norm1` en las dos ramas.",
    en="You use `norm1` in both branches.")
exercise.mistake("second_norm_missing", ("self.widen(self.norm2(x))", "self.widen(x)"), es="Falta `norm2` antes de la red.",
    en="`norm2` is missing before the feed-forward part.")
exercise.mistake("another_order", (THIRDS, "k, q, v = (part"), es="El orden de los tercios es consulta, clave, valor.",
    en="The order of the thirds is query, key, value.")
exercise.mistake("interleaved_heads", (VIEW, "part.view(B, T, D // self.heads, self.heads).permute(0, 3, 1, 2)"),
    es="Repartes los rasgos de uno en uno. La cabeza 0 se lleva los `d` primeros.",
        en="You interleave the features across heads. Head 0 takes the first `d`.")
RESHAPED = VIEW, "part.reshape(B, self.heads, T, D // self.heads)"
exercise.mistake("heads_reshaped", RESHAPED,
    es="Al separar las cabezas falta `transpose`: si pasas de `(B, T, D)` a `(B, H, T, d)` de una vez, se mezclan las piezas.",
    en="When splitting the heads `transpose` is missing: going from `(B, T, D)` to `(B, H, T, d)` at once mixes the pieces.")
exercise.mistake("heads_reshaped_there_and_back", RESHAPED,
    (FIRST, FIRST.replace("out.transpose(1, 2).reshape", "out.reshape")),
    es="Falta `transpose` al separar las cabezas y al juntarlas: con la forma sola, se mezclan las piezas.",
    en="`transpose` is missing when splitting the heads and when joining them: the shape alone mixes the pieces.")
exercise.mistake("heads_viewed", (VIEW, "part.view(B, self.heads, T, D // self.heads)"),
    es="Al separar las cabezas, `view` no puede pasar de `(B, T, D)` a `(B, H, T, d)` de una vez: falta `transpose`.",
    en="When splitting the heads, `view` cannot go from `(B, T, D)` to `(B, H, T, d)` at once: `transpose` is missing.")
exercise.mistake("heads_not_put_back", (FIRST, FIRST.replace("out.transpose(1, 2).reshape", "out.reshape")),
    es="Al juntar las cabezas falta `transpose`: se mezclan las piezas.",
    en="When joining the heads `transpose` is missing: pieces get mixed up.")
exercise.mistake("past_not_passed", ("cached_attention(q, k, v, past)", "cached_attention(q, k, v)"),
    es="No pasas el pasado a la atención.",
    en="You do not pass the past to attention.")
exercise.mistake("out_projection_missing", ("self.to_out(out.transpose(1, 2).reshape(B, T, D))",
    "out.transpose(1, 2).reshape(B, T, D)"),
    es="Falta `to_out`.", en="`to_out` is missing.")
exercise.mistake("narrower", ("nn.Linear(d_model, 4 * d_model)", "nn.Linear(d_model, 2 * d_model)"),
    ("nn.Linear(4 * d_model, d_model)", "nn.Linear(2 * d_model, d_model)"),
    es="La red mide `4 * d_model` por dentro.", en="The feed-forward part is `4 * d_model` wide inside.")

exercise.alternative("by_chunks", code="""
class DecoderBlock(nn.Module):
    def __init__(self, d_model, heads):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(d_model), nn.LayerNorm(d_model)
        self.to_qkv, self.to_out = nn.Linear(d_model, 3 * d_model), nn.Linear(d_model, d_model)
        self.widen, self.narrow = nn.Linear(d_model, 4 * d_model), nn.Linear(4 * d_model, d_model)
        self.h = heads

    def forward(self, x, past=None):
        q, k, v = [torch.stack(part.chunk(self.h, dim=2), dim=1) for part in self.to_qkv(self.norm1(x)).chunk(3, dim=2)]
        looked, new = cached_attention(q, k, v, past)
        x = self.to_out(torch.cat(looked.unbind(1), dim=-1)) + x
        return x + self.narrow(nn.GELU("tanh")(self.widen(self.norm2(x)))), new
""")
exercise.alternative("by_hand", code="""
class DecoderBlock(nn.Module):
    def __init__(self, d_model, heads):
        super().__init__()
        self.heads, self.size = heads, d_model // heads
        for name, sizes in (("to_qkv", (1, 3)), ("to_out", (1, 1)), ("widen", (1, 4)), ("narrow", (4, 1))):
            setattr(self, name, nn.Linear(sizes[0] * d_model, sizes[1] * d_model))
        self.norm1 = nn.LayerNorm(d_model)
        self.norm2 = nn.LayerNorm(d_model)

    def forward(self, x, past=None):
        qkv = self.to_qkv(self.norm1(x)).unflatten(-1, (3, self.heads, self.size)).permute(2, 0, 3, 1, 4)
        attended, past = cached_attention(qkv[0], qkv[1], qkv[2], past)
        x = x + self.to_out(attended.permute(0, 2, 1, 3).flatten(2))
        h = self.widen(self.norm2(x))
        h = 0.5 * h * (1 + torch.tanh(math.sqrt(2 / math.pi) * (h + 0.044715 * h**3)))
        return x + self.narrow(h), past
""")
