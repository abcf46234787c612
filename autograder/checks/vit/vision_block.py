"""Exercise 8.4: the block, against torch's own layer with the same weights."""

import torch

from autograder import expect
from autograder.checks.vit import about, block_weights, reaches, single, torch_block
from autograder.exercise import Exercise
from autograder.text import Text
from autograder.weights import load_weights

exercise = Exercise(
    "VisionBlock", points=5,
    title=Text("El bloque", "The block"),
    forbids=("torch.nn.TransformerEncoderLayer.forward", "torch.nn.MultiheadAttention.forward"),
    hints=(
        Text("En `pre` se normaliza lo que entra en cada rama; lo que sigue por la corriente residual es `x`.",
             "In `pre`, what goes into each branch is normalized; what travels along the residual stream is `x`."),
        Text("La segunda rama parte de la `x` que dejó la primera: `narrow(gelu(widen(norm2(x))))`.",
             "The second branch starts from the `x` that the first one left: `narrow(gelu(widen(norm2(x))))`."),
    ),
)


def built(student, draw):
    heads = int(draw.integers(2, 4))
    D, F = heads * int(draw.integers(2, 4)), int(draw.integers(10, 14))
    weights = block_weights(draw, D, F)
    block = student.keep("VisionBlock", D, heads, F)
    load_weights(block, weights)
    return block, torch_block(weights, D, heads, F), D


@exercise.property(3, "Da lo mismo que la capa de PyTorch en `pre` con GELU y los mismos pesos.",
                   "It gives the same as PyTorch's layer in `pre` with GELU and the same weights.")
def agrees(student, draw):
    block, wanted, D = built(student, draw)
    for B, T in (draw.sizes(2, 3, 7), (1, 4), (2, 1)):
        x = single(draw, B, T, D)
        about(block.call(x), wanted(x.double()), what="VisionBlock(…)(x)")


@exercise.property(1, "Si se barajan los parches, las salidas se barajan igual, y una imagen no cambia a otra.",
                   "If the patches are shuffled, the outputs are shuffled alike, and one picture does not change another.")
def order(student, draw):
    block, wanted, D = built(student, draw)
    x, turn = single(draw, 3, 6, D), torch.from_numpy(draw.permutation(6))
    changed = x[:, turn].clone()
    changed[0] = single(draw, 6, D)
    about(expect.array(block.call(changed), (3, 6, D), "VisionBlock(…)(x)")[1:], wanted(x.double())[1:, turn], what="VisionBlock(…)(x)")


@exercise.property(1, "El gradiente llega a todos los pesos, y coincide con el de PyTorch.",
                   "The gradient reaches all weights, and agrees with PyTorch's.")
def gradients(student, draw):
    block, wanted, D = built(student, draw)
    x, scale = single(draw, 3, 4, D), single(draw, 3, 4, D)
    (block.keep(x) * scale).keep_method("sum").method("backward")
    (wanted(x.double()) * scale).sum().backward()
    seen = block.gradients()
    for ours, torchs in (("widen.weight", "linear1.weight"), ("narrow.bias", "linear2.bias"), ("norm1.weight", "norm1.weight"),
                         ("norm2.bias", "norm2.bias"), ("attention.to_out.weight", "self_attn.out_proj.weight")):  # fmt: skip
        reaches(seen.get(ours), wanted.get_parameter(torchs).grad, ours)


LOOK = "        h = self.norm1(x)\n        x = x + self.attention(h, h, h)\n"
THINK = "return x + self.narrow(functional.gelu(self.widen(self.norm2(x))))"

exercise.mistake("relu", (THINK, THINK.replace("functional.gelu", "torch.relu")), es="Usas ReLU. Se pide GELU.",
    en="You use ReLU. GELU is asked for.")
exercise.mistake("gelu_approximated", (THINK, THINK.replace("self.norm2(x)))", 'self.norm2(x)), approximate="tanh")')),
    es="Usas la GELU aproximada. Es `functional.gelu` sin más argumentos.",
    en="You use the approximate GELU. It is `functional.gelu` with no other arguments.")
exercise.mistake("post_norm", (LOOK, "        x = self.norm1(x + self.attention(x, x, x))\n"),
    (THINK, "return self.norm2(x + self.narrow(functional.gelu(self.widen(x))))"),
    es="Normalizas después de sumar, en `post`. Se pide `pre`.", en="You normalize after adding, in `post`. `pre` is asked for.")
exercise.mistake("causal_mask", ("(h, h, h)", "(h, h, h, torch.ones(x.shape[1], x.shape[1], dtype=torch.bool).tril())"),
    es="Dejas la máscara causal: cada parche solo ve a los anteriores. Una imagen se ve entera.",
    en="You leave the causal mask in: each patch sees only those before it. A picture is seen whole.")
exercise.mistake("residual_of_the_normalized", (LOOK, "        h = self.norm1(x)\n        x = h + self.attention(h, h, h)\n"),
    es="Por la corriente residual mandas la `x` normalizada. En `pre` pasa tal cual.",
    en="Along the residual stream you send the normalized `x`. In `pre` it travels as it is.")
exercise.mistake("query_alone_normalized", ("(h, h, h)", "(h, x, x)"),
    es="Solo normalizas la consulta. Las tres entradas de la atención son `norm1(x)`.",
    en="You normalize the query only. All three inputs of attention are `norm1(x)`.")
exercise.mistake("first_norm_missing", (LOOK, "        x = x + self.attention(x, x, x)\n"),
    es="La atención no normaliza su entrada: falta `norm1`.", en="Attention does not normalize its input: `norm1` is missing.")
exercise.mistake("no_norms", (LOOK, "        x = x + self.attention(x, x, x)\n"), (THINK, THINK.replace("self.norm2(x)", "x")),
    es="No normalizas en ninguna de las dos ramas.", en="You normalize in neither branch.")
exercise.mistake("no_residuals", (LOOK, LOOK.replace("x = x + ", "x = ")), (THINK, THINK.replace("return x + ", "return ")),
    es="Ninguna de las dos ramas se suma a `x`: falta la corriente residual.",
    en="Neither branch is added to `x`: the residual stream is missing.")
exercise.mistake("second_residual_normalized",
    (THINK, "h = self.norm2(x)\n        " + THINK.replace("x + ", "h + ").replace("self.norm2(x)", "h")),
    es="En la segunda suma lo que pasa es la `x` normalizada. En `pre` pasa tal cual.",
    en="In the second sum the normalized `x` travels on. In `pre` it travels as it is.")
exercise.mistake("activation_at_the_end", (THINK, "return x + functional.gelu(self.narrow(self.widen(self.norm2(x))))"),
    es="GELU va al final. Va entre `widen` y `narrow`.", en="GELU comes at the end. It goes between `widen` and `narrow`.")
exercise.mistake("look_without_residual", (LOOK, LOOK.replace("x = x + ", "x = ")), es="La atención no se suma a `x`: la sustituye.",
    en="Attention is not added to `x`: it takes its place.")
exercise.mistake("think_without_residual", (THINK, THINK.replace("return x + ", "return ")),
    es="La red no se suma a `x`: la sustituye.", en="The net is not added to `x`: it takes its place.")
exercise.mistake("one_norm_for_both", (THINK, THINK.replace("norm2", "norm1")),
    es="Usas `norm1` en las dos ramas. La segunda tiene la suya.", en="You use `norm1` in both branches. The second has its own.")
exercise.mistake("second_norm_missing", (THINK, THINK.replace("self.norm2(x)", "x")),
    es="La red no normaliza su entrada: falta `norm2`.", en="The net does not normalize its input: `norm2` is missing.")
exercise.mistake("raw_query", ("(h, h, h)", "(x, h, h)"), es="La consulta es `x` sin normalizar. Las tres entradas son `h`.",
    en="The query is `x`, not normalized. All three inputs are `h`.")
exercise.mistake("raw_values", ("(h, h, h)", "(h, h, x)"), es="El valor es `x` sin normalizar. Las tres entradas son `h`.",
    en="The value is `x`, not normalized. All three inputs are `h`.")
exercise.mistake("activation_missing", (THINK, THINK.replace("functional.gelu(self.widen(self.norm2(x)))",
    "self.widen(self.norm2(x))")), es="Falta la activación entre las dos capas.", en="The activation between both layers is missing.")
exercise.mistake("branches_side_by_side", (LOOK, "        h = self.norm1(x)\n        looked = x + self.attention(h, h, h)\n"),
    (THINK, THINK.replace("return x", "return looked")),
    es="La segunda rama lee la entrada del bloque, no lo que dejó la atención.",
    en="The second branch reads the block's input, not what attention left.")

exercise.alternative("in_steps", code="""
class VisionBlock(nn.Module):
    def __init__(self, d_model, heads, d_ff):
        super().__init__()
        self.narrow, self.widen = nn.Linear(d_ff, d_model), nn.Linear(d_model, d_ff)
        self.norm2, self.norm1 = nn.LayerNorm(d_model), nn.LayerNorm(d_model)
        self.attention = MultiHeadAttention(d_model, heads, dropout=0.0)

    def think(self, x):
        h = self.widen(x)
        return self.narrow(h * 0.5 * (1 + torch.erf(h / math.sqrt(2))))

    def forward(self, x):
        looked = self.norm1(x)
        y = x + self.attention(query=looked, key=looked, value=looked, mask=None)
        return y + self.think(self.norm2(y))
""")
exercise.alternative("a_mask_of_trues", ("(h, h, h)", "(h, h, h, torch.ones(1, 1, 1, x.shape[1], dtype=torch.bool))"))
