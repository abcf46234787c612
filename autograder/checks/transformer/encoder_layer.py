"""Exercise 5.5: the encoder layer, against torch's own with the same weights."""

import torch

from autograder import expect
from autograder.checks.transformer import built_layer, silences_inside, visible
from autograder.exercise import Exercise
from autograder.text import Text

exercise = Exercise(
    "EncoderLayer", points=7, uses=("sublayer", "feed_forward"),
    title=Text("La capa del codificador", "The encoder layer"),
    forbids=("torch.nn.TransformerEncoderLayer.forward", "torch.nn.MultiheadAttention.forward"),
    hints=(
        Text("`Sublayer` quiere una rama de una sola entrada, y la atención tiene cuatro: envuélvela en un `lambda h: ...`.",
             "`Sublayer` wants a branch of a single input, and attention has four: wrap it in a `lambda h: ...`."),
        Text("Dentro de ese `lambda`, consulta, clave y valor son `h`, lo que `Sublayer` le dio, no la `x` de fuera.",
             "Within that `lambda`, query, key and value are `h`, what `Sublayer` gave it, not the `x` from outside."),
    ),
)


def agrees(student, draw, norm: str):
    layer, wanted, _, D = built_layer(student, draw, "EncoderLayer", norm)
    for B, S in (draw.sizes(2, 3, 7), (1, 4), (2, 1)):
        x = draw.tensor(B, S, D)
        expect.near(layer.call(x), wanted(x), what="EncoderLayer(…)(x)")
        if S > 1:
            seen = visible(draw, B, S)
            expect.near(layer.call(x, seen[:, None, None]), wanted(x, src_key_padding_mask=~seen), what="EncoderLayer(…)(x, mask)")


@exercise.property(2, "En `pre`, da lo mismo que la capa de PyTorch con los mismos pesos.",
                   "In `pre`, it gives the same as PyTorch's layer with the same weights.")
def pre(student, draw):
    agrees(student, draw, "pre")


@exercise.property(2, "En `post`, da lo mismo que la capa de PyTorch con los mismos pesos.",
                   "In `post`, it gives the same as PyTorch's layer with the same weights.")
def post(student, draw):
    agrees(student, draw, "post")


@exercise.property(1, "Lo que la máscara tapa no cambia lo demás, y una frase no cambia a otra.",
                   "What the mask hides does not change the rest, and one sentence does not change another.")
def hidden(student, draw):
    layer, wanted, _, D = built_layer(student, draw, "EncoderLayer", "pre")
    B, S = draw.sizes(2, 3, 7)
    x, seen = draw.tensor(B, S, D), visible(draw, B, S)
    changed = torch.where(seen[..., None], x, draw.tensor(B, S, D, std=3.0))
    changed[-1] = draw.tensor(S, D)
    said = expect.array(layer.call(changed, seen[:, None, None]), (B, S, D), "EncoderLayer(…)(x, mask)")
    right = wanted(x, src_key_padding_mask=~seen)
    expect.near(said[:-1][seen[:-1].numpy()], right[:-1][seen[:-1]], what="EncoderLayer(…)(x, mask)")


@exercise.property(1, "Las dos ramas pasan por el dropout antes de sumarse, y por dentro también lo usan.",
                   "Both branches go through dropout before they are added, and use it inside too.")
def dropout(student, draw):
    share = float(draw.uniform(0.3, 0.5))
    layer, _, weights, D = built_layer(student, draw, "EncoderLayer", "pre", share)
    silent = {name: torch.zeros_like(value) for name, value in weights.items() if "to_out" in name or "narrow" in name}
    ones = torch.ones(D, dtype=torch.float64)  # each branch says one number only, and it can be told which one spoke
    layer.keep_method("load_state_dict", weights | silent | {"attention.to_out.bias": ones, "feed_forward.narrow.bias": 10 * ones})
    student.seed(draw.seed())
    x = draw.tensor(20, 30, D)
    said = (expect.array(layer.keep_method("train").call(x), (20, 30, D), "EncoderLayer(…)(x)") - x.numpy()) * (1 - share)
    expect.true(all(abs(value) < 1e-6 for value in (said - said.round()).flat[:500]),
                "En modo `train()`, lo que se suma no son las dos ramas, cada una con su dropout.",
                "In `train()` mode, what is added is not the two branches, each with its dropout.")
    deviation = (share * (1 - share) / said.size) ** 0.5
    for name, spoke in (("attention", said.round() % 10 == 1), ("feed_forward", said.round() >= 10)):
        expect.true(abs(spoke.mean() - (1 - share)) < 5 * deviation,
                    "Con `dropout={share:.2f}`, de la rama `{name}` llega el {seen:.0%}.",
                    "With `dropout={share:.2f}`, {seen:.0%} of what branch `{name}` says gets through.",
                    share=share, name=name, seen=spoke.mean())
    for part in ("attention", "feed_forward"):
        silences_inside(student, draw, layer, weights, part, share)


@exercise.property(1, "El gradiente llega a todos los pesos, y coincide con el de PyTorch.",
                   "The gradient reaches all weights, and agrees with PyTorch's.")
def gradients(student, draw):
    layer, wanted, weights, D = built_layer(student, draw, "EncoderLayer", "pre")
    x, scale = draw.tensor(3, 4, D), draw.tensor(3, 4, D)
    (layer.keep(x) * scale).keep_method("sum").method("backward")
    (wanted(x) * scale).sum().backward()
    seen = layer.gradients()
    for ours, torchs in (("feed_forward.widen.weight", "linear1.weight"), ("feed_forward.narrow.bias", "linear2.bias"),
                         ("attention.to_out.weight", "self_attn.out_proj.weight"), ("sublayer1.norm.weight", "norm1.weight"),
                         ("sublayer2.norm.bias", "norm2.bias")):
        expect.near(seen.get(ours), wanted.get_parameter(torchs).grad, what=f"{ours}.grad")
    packed = torch.cat([expect_tensor(seen.get(f"attention.{part}.weight")) for part in ("to_q", "to_k", "to_v")])
    expect.near(packed, wanted.self_attn.in_proj_weight.grad, what="attention.to_q.weight.grad …")


def expect_tensor(value):
    return torch.from_numpy(expect.array(value, what="grad"))


LOOK = "x = self.sublayer1(x, lambda h: self.attention(h, h, h, mask))"
THINK = "return self.sublayer2(x, self.feed_forward)"
SECOND = "self.sublayer2 = Sublayer(d_model, norm, dropout)"

exercise.mistake("norm_shared", (SECOND, "self.sublayer2 = self.sublayer1"),
    es="Las dos ramas comparten la normalización. Cada `Sublayer` es una capa nueva.",
    en="Both branches share one norm. Each `Sublayer` is a new layer.")
exercise.mistake("mask_forgotten", ("(h, h, h, mask)", "(h, h, h)"),
    es="No pasas la máscara a la atención: mira también el relleno.",
    en="You do not pass the mask to attention: it looks at the padding too.")
exercise.mistake("mask_inverted", ("(h, h, h, mask)", "(h, h, h, None if mask is None else ~mask)"),
    es="Das la máscara al revés. `True` es donde se puede mirar, también en `MultiHeadAttention`.",
    en="Your mask is inverted. `True` is where one may look, in `MultiHeadAttention` too.")
exercise.mistake("norm_ignored", ("Sublayer(d_model, norm, dropout)", 'Sublayer(d_model, "pre", dropout)'),
    es="No pasas `norm` a los `Sublayer`: hacen siempre `pre`.",
    en="You do not pass `norm` to the `Sublayer`s: they always do `pre`.")
exercise.mistake("think_without_residual", (THINK, "return self.feed_forward(x)"),
    es="La red va sin `Sublayer`: ni se normaliza ni se suma `x`.",
    en="The net is not in a `Sublayer`: no norm, and `x` is not added.")
exercise.mistake("look_without_residual", (LOOK, "x = self.attention(x, x, x, mask)"),
    es="La atención va sin `Sublayer`: ni se normaliza ni se suma `x`.",
    en="Attention is not in a `Sublayer`: no norm, and `x` is not added.")
exercise.mistake("thinks_first", (LOOK, "x = self.sublayer2(x, self.feed_forward)"),
    (THINK, "return self.sublayer1(x, lambda h: self.attention(h, h, h, mask))"),
    es="La red va antes que la atención. Es al revés: primero mirar, después pensar.",
    en="The net goes before attention. It is the other way round: look first, then think.")
exercise.mistake("raw_query", ("self.attention(h, h, h, mask)", "self.attention(x, h, h, mask)"),
    es="La consulta es la `x` de fuera, sin normalizar. Las tres entradas son `h`.",
    en="The query is the `x` from outside, not normalized. All three inputs are `h`.")
exercise.mistake("raw_keys", ("self.attention(h, h, h, mask)", "self.attention(h, x, x, mask)"),
    es="Clave y valor son la `x` de fuera, sin normalizar. Las tres entradas son `h`.",
    en="Key and value are the `x` from outside, not normalized. All three inputs are `h`.")
exercise.mistake("raw_values", ("self.attention(h, h, h, mask)", "self.attention(h, h, x, mask)"),
    es="El valor es la `x` de fuera, sin normalizar.", en="The value is the `x` from outside, not normalized.")
exercise.mistake("residual_twice", (THINK, "return self.sublayer2(x, lambda h: h + self.feed_forward(h))"),
    es="Sumas la entrada también dentro de la rama: `Sublayer` ya lo hace.",
    en="You add the input inside the branch too: `Sublayer` does it already.")
exercise.mistake("attention_lost", (LOOK, "self.sublayer1(x, lambda h: self.attention(h, h, h, mask))"),
    es="No guardas lo que devuelve el primer `Sublayer`: la atención se pierde.",
    en="You do not keep what the first `Sublayer` returns: attention is lost.")
exercise.mistake("dropout_ignored", ("Sublayer(d_model, norm, dropout)", "Sublayer(d_model, norm)"),
    es="No pasas `dropout` a los `Sublayer`.", en="You do not pass `dropout` to the `Sublayer`s.")
exercise.mistake("attention_shared", (THINK, "return self.sublayer2(x, lambda h: self.feed_forward(self.attention(h, h, h, "
                                             "mask)))"),
    es="La segunda rama vuelve a mirar. Solo piensa: `feed_forward`.",
    en="The second branch looks again. It only thinks: `feed_forward`.")

exercise.mistake("attention_without_dropout", ("MultiHeadAttention(d_model, heads, dropout)", "MultiHeadAttention(d_model, heads)"),
    es="No pasas `dropout` a la atención.", en="You do not pass `dropout` to the attention.")
exercise.mistake("think_without_dropout", ("FeedForward(d_model, d_ff, dropout)", "FeedForward(d_model, d_ff)"),
    es="No pasas `dropout` a `FeedForward`.", en="You do not pass `dropout` to `FeedForward`.")
exercise.mistake("residual_outside", (LOOK, LOOK.replace("x = ", "x = x + ")), (THINK, THINK.replace("return ", "return x + ")),
    es="Sumas `x` otra vez fuera: `Sublayer` ya la suma.", en="You add `x` once more outside: `Sublayer` adds it already.")
exercise.mistake("residual_outside_the_first", (LOOK, LOOK.replace("x = ", "x = x + ")),
    es="En la atención sumas `x` otra vez: `Sublayer` ya la suma.",
    en="At the attention you add `x` once more: `Sublayer` adds it already.")

exercise.alternative("a_method", code="""
class EncoderLayer(nn.Module):
    def __init__(self, d_model, heads, d_ff, norm="pre", dropout=0.0):
        super().__init__()
        self.sublayer1, self.sublayer2 = (Sublayer(d_model, norm=norm, dropout=dropout) for _ in "ab")
        self.feed_forward = FeedForward(d_model, d_ff, dropout=dropout)
        self.attention = MultiHeadAttention(d_model, heads, dropout=dropout)

    def forward(self, x, mask=None):
        def look(h):
            return self.attention(query=h, key=h, value=h, mask=mask)

        return self.sublayer2(self.sublayer1(x, look), self.feed_forward)
""")
exercise.alternative("full_mask", ("self.attention(h, h, h, mask)",
    "self.attention(h, h, h, torch.ones(1, 1, 1, h.shape[1], dtype=torch.bool) if mask is None else mask)"))
