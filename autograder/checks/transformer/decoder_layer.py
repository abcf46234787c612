"""Exercise 5.6: the decoder layer, against torch's own with the same weights."""

import contextlib

import torch

from autograder import expect
from autograder.checks.transformer import built_layer, silences_inside, visible
from autograder.exercise import Exercise
from autograder.expect import MismatchError
from autograder.student import StudentError
from autograder.text import Text

exercise = Exercise(
    "DecoderLayer", points=10, uses=("sublayer", "feed_forward"),
    title=Text("La capa del decodificador", "The decoder layer"),
    forbids=("torch.nn.TransformerDecoderLayer.forward", "torch.nn.MultiheadAttention.forward"),
    hints=(
        Text("Empieza por tu `EncoderLayer`: la primera y la última rama son las mismas.",
             "Begin with your `EncoderLayer`: the first and the last branch are the same."),
        Text("En la atención cruzada la consulta es lo que `Sublayer` le da a la rama; `memory` se usa tal cual, dos veces.",
             "In cross-attention the query is what `Sublayer` gives to the branch; `memory` is used as it is, twice."),
        Text("`mask` va con el destino y `memory_mask` con el origen: sus formas no encajan al revés, salvo por "
             "casualidad (`S` igual a `T`, una sola frase).",
             "`mask` goes with the target and `memory_mask` with the source: swapped, their shapes do not fit, except "
             "by chance (`S` equal to `T`, a single sentence)."),
    ),
)


def causal(T: int) -> torch.Tensor:
    return torch.ones(T, T, dtype=torch.bool).tril()


SPY = """
import torch

class LentAttention(torch.nn.Module):
    def __init__(self, *shape):
        super().__init__()
        self.shape, self.asked = shape, []

    def forward(self, query, key, value, mask=None):
        self.asked.append([list(part.shape) for part in (query, key, value)] + [None if mask is None else list(mask.shape)])
        return torch.zeros(*self.shape, dtype=torch.float64)
"""  # lent in the place of an attention, it notes the shapes of what it is asked


def explain(student, draw, layer, D: int):
    """Fail with what is wrong between a layer and its attentions, where it can be told by the shapes; else do nothing."""
    B, (T, S) = 2, draw.sizes(2, 4, 7)
    student.lend(SPY)
    spies = {name: student.keep("LentAttention", B, T, D) for name in ("attention", "cross_attention")}
    for name, spy in spies.items():
        layer.set(name, spy)
    with contextlib.suppress(StudentError):  # it raises, but it may have asked before
        layer.call(draw.tensor(B, T, D), draw.tensor(B, S, D), causal(T).expand(B, 1, T, T), torch.ones(B, 1, 1, S, dtype=torch.bool))
    own, cross = (spy.get("asked") for spy in spies.values())
    for name, asked in (("attention", own), ("cross_attention", cross)):
        expect.true(len(asked) == 1, "En cada pasada `{name}` se usa una vez, y tu capa la usa {n}.",
                    "In each pass `{name}` is used once, and your layer uses it {n} times.", name=name, n=len(asked))
    (*looks, own_mask), (query, *read, cross_mask) = own[0], cross[0]
    expect.true(all(part[1] == T for part in looks), "En `attention`, consulta, clave y valor son el destino; la tuya recibe también "
                "`memory`.", "In `attention`, query, key and value are the target; yours receives `memory` too.")
    expect.true(query[1] == T, "En `cross_attention`, la consulta es el destino, y la tuya sale de `memory`.",
                "In `cross_attention`, the query is the target, and yours comes from `memory`.")
    for part, given in zip((Text("la clave", "the key"), Text("el valor", "the value")), read, strict=True):
        expect.true(given[1] == S, "En `cross_attention`, {part} es `memory`, y en la tuya es el destino.",
                    "In `cross_attention`, {part} is `memory`, and in yours it is the target.", part=part)
    swapped = own_mask is not None and own_mask[-1] == S and cross_mask is not None and cross_mask[-1] == T
    expect.true(not swapped, "Tienes cambiadas las máscaras: `mask` es de `attention`; `memory_mask`, de `cross_attention`.",
                "You have the masks swapped: `mask` belongs to `attention`, and `memory_mask` to `cross_attention`.")
    for name, given, mine, width in (("attention", own_mask, "mask", T), ("cross_attention", cross_mask, "memory_mask", S)):
        expect.true(given is not None, "A `{name}` no le llega ninguna máscara. La suya es `{mine}`.",
                    "No mask reaches `{name}`. Its own is `{mine}`.", name=name, mine=mine)
        expect.true(given[-1] == width, "La máscara de `{name}` es `{mine}`, y le llega otra.",
                    "The mask of `{name}` is `{mine}`, and another one reaches it.", name=name, mine=mine)


def agrees(student, draw, norm: str):
    layer, wanted, _, D = built_layer(student, draw, "DecoderLayer", norm)
    T, S = draw.sizes(2, 3, 7)
    for B, target, source in ((3, T, S), (2, S, S), (1, 1, 3), (2, 4, 1)):
        x, memory, seen = draw.tensor(B, target, D), draw.tensor(B, source, D), visible(draw, B, source) if source > 1 else None
        mask = causal(target)
        given = (mask.expand(B, 1, target, target), None if seen is None else seen[:, None, None])
        right = wanted(x, memory, tgt_mask=~mask, memory_key_padding_mask=None if seen is None else ~seen)
        try:
            expect.near(layer.call(x, memory, *given), right, what="DecoderLayer(…)(x, memory, mask, memory_mask)")
        except (MismatchError, StudentError):
            explain(student, draw, layer, D)
            raise


@exercise.property(3, "En `pre`, da lo mismo que la capa de PyTorch con los mismos pesos.",
                   "In `pre`, it gives the same as PyTorch's layer with the same weights.")
def pre(student, draw):
    agrees(student, draw, "pre")


@exercise.property(2, "En `post`, da lo mismo que la capa de PyTorch con los mismos pesos.",
                   "In `post`, it gives the same as PyTorch's layer with the same weights.")
def post(student, draw):
    agrees(student, draw, "post")


@exercise.property(1, "Sin máscaras, mira a todas partes.", "Without masks, it looks everywhere.")
def no_masks(student, draw):
    for norm in ("pre", "post"):
        layer, wanted, _, D = built_layer(student, draw, "DecoderLayer", norm)
        B, T, S = draw.sizes(3, 2, 7)
        x, memory = draw.tensor(B, T, D), draw.tensor(B, S, D)
        expect.near(layer.call(x, memory), wanted(x, memory), what="DecoderLayer(…)(x, memory)")


@exercise.property(2, "Una palabra futura no cambia nada de lo anterior; el relleno del origen no cuenta; su orden, tampoco.",
                   "A future word changes nothing before it; the padding of the source does not count; nor does its order.")
def laws(student, draw):
    layer, wanted, _, D = built_layer(student, draw, "DecoderLayer", "pre")
    B, (T, S) = 2, draw.sizes(2, 4, 7)
    x, memory, seen = draw.tensor(B, T, D), draw.tensor(B, S, D), visible(draw, B, S)
    right = wanted(x, memory, tgt_mask=~causal(T), memory_key_padding_mask=~seen)
    cut, order = int(draw.integers(1, T)), torch.from_numpy(draw.permutation(S))
    future, noisy = x.clone(), torch.where(seen[..., None], memory, draw.tensor(B, S, D, std=3.0))
    future[:, cut:] = draw.tensor(B, T - cut, D)
    said = layer.call(future, noisy[:, order], causal(T), seen[:, order][:, None, None])
    expect.near(expect.array(said, (B, T, D), "DecoderLayer(…)(…)")[:, :cut], right[:, :cut], what="DecoderLayer(…)(…)")


@exercise.property(1, "Las tres ramas pasan por el dropout antes de sumarse, y por dentro también lo usan.",
                   "All three branches go through dropout before they are added, and use it inside too.")
def dropout(student, draw):
    share = float(draw.uniform(0.3, 0.5))
    layer, _, weights, D = built_layer(student, draw, "DecoderLayer", "pre", share)
    silent = {name: torch.zeros_like(value) for name, value in weights.items() if "to_out" in name or "narrow" in name}
    ones = torch.ones(D, dtype=torch.float64)
    speakers = {"attention.to_out.bias": ones, "cross_attention.to_out.bias": 10 * ones, "feed_forward.narrow.bias": 100 * ones}
    layer.keep_method("load_state_dict", weights | silent | speakers)
    student.seed(draw.seed())
    x = draw.tensor(20, 30, D)
    said = layer.keep_method("train").call(x, draw.tensor(20, 3, D))
    said = (expect.array(said, (20, 30, D), "DecoderLayer(…)(…)") - x.numpy()) * (1 - share)
    expect.true(all(abs(value) < 1e-6 for value in (said - said.round()).flat[:500]),
                "En modo `train()`, lo que se suma no son las tres ramas, cada una con su dropout.",
                "In `train()` mode, what is added is not the three branches, each with its dropout.")
    deviation = (share * (1 - share) / said.size) ** 0.5
    for n, name in enumerate(("attention", "cross_attention", "feed_forward")):
        heard = (said.round() // 10**n % 10).mean()
        expect.true(abs(heard - (1 - share)) < 5 * deviation,
                    "Con `dropout={share:.2f}`, de la rama `{name}` llega el {seen:.0%}.",
                    "With `dropout={share:.2f}`, {seen:.0%} of what branch `{name}` says gets through.", share=share, name=name,
                    seen=heard)
    for part in ("attention", "cross_attention", "feed_forward"):
        silences_inside(student, draw, layer, weights, part, share)


@exercise.property(1, "El gradiente llega a `x`, a `memory` y a las dos atenciones, y coincide con el de PyTorch.",
                   "The gradient reaches `x`, `memory` and both attentions, and agrees with PyTorch's.")
def gradients(student, draw):
    layer, wanted, _, D = built_layer(student, draw, "DecoderLayer", "pre")
    x, memory, scale = draw.tensor(2, 4, D), draw.tensor(2, 5, D), draw.tensor(2, 4, D)
    mine = [student.put(value).keep_method("requires_grad_") for value in (x, memory)]
    (layer.keep(*mine, causal(4)) * scale).keep_method("sum").method("backward")
    leaves = [value.clone().requires_grad_() for value in (x, memory)]
    (wanted(*leaves, tgt_mask=~causal(4)) * scale).sum().backward()
    for handle, leaf, name in zip(mine, leaves, ("x", "memory"), strict=True):
        expect.near(handle.get("grad"), leaf.grad, what=f"{name}.grad")
    seen = layer.gradients()
    for ours, torchs in (("attention", "self_attn"), ("cross_attention", "multihead_attn")):
        expect.near(seen.get(f"{ours}.to_out.weight"), wanted.get_parameter(f"{torchs}.out_proj.weight").grad,
                    what=f"{ours}.to_out.weight.grad")


SELF = "self.attention(h, h, h, mask)"
CROSS = "self.cross_attention(h, memory, memory, memory_mask)"
FIRST = f"        x = self.sublayer1(x, lambda h: {SELF})\n"
SECOND = f"        x = self.sublayer2(x, lambda h: {CROSS})\n"
NORM = "Sublayer(d_model, norm, dropout)"

exercise.mistake("query_from_memory", (CROSS, "self.cross_attention(memory, h, h, memory_mask)"),
    es="La consulta sale de `memory`: el origen pregunta al destino. Es al revés.",
    en="The query comes from `memory`: the source asks the target. It is the other way round.")
exercise.mistake("keys_from_target", (CROSS, "self.cross_attention(h, h, h, mask)"),
    es="La atención cruzada mira al destino: nunca lee el origen. Clave y valor son `memory`.",
    en="Cross-attention looks at the target: it never reads the source. Key and value are `memory`.")
exercise.mistake("memory_mask_forgotten", (CROSS, "self.cross_attention(h, memory, memory)"),
    es="No pasas `memory_mask`: mira también el relleno del origen.",
    en="You do not pass `memory_mask`: it looks at the padding of the source too.")
exercise.mistake("target_mask_in_cross", (CROSS, "self.cross_attention(h, memory, memory, mask)"),
    es="Pasas `mask`, la del destino, a la atención cruzada. La suya es `memory_mask`.",
    en="You pass `mask`, the target's, to cross-attention. Its own is `memory_mask`.")
exercise.mistake("mask_forgotten", (SELF, "self.attention(h, h, h)"),
    es="No pasas `mask`: cada palabra ve las que vienen después.",
    en="You do not pass `mask`: each word sees those that come after.")
exercise.mistake("mask_inverted", (SELF, "self.attention(h, h, h, None if mask is None else ~mask)"),
    es="Das la máscara al revés: cada palabra solo ve el futuro.",
    en="Your mask is inverted: each word sees only the future.")
exercise.mistake("cross_first", (FIRST + SECOND, SECOND + FIRST),
    es="La atención cruzada va después de la propia, no antes.", en="Cross-attention goes after self-attention, not before.")
exercise.mistake("attention_shared", ("self.cross_attention = MultiHeadAttention(d_model, heads, dropout)",
    "self.cross_attention = self.attention"),
    es="Las dos atenciones son la misma capa. Cada una tiene sus pesos.",
    en="Both attentions are the same layer. Each has weights of its own.")
exercise.mistake("norm_shared", (f"self.sublayer3 = {NORM}", "self.sublayer3 = self.sublayer2"),
    es="Dos ramas comparten la normalización.", en="Two branches share one norm.")
exercise.mistake("pre_and_post_mixed", (f"self.sublayer2 = {NORM}", 'self.sublayer2 = Sublayer(d_model, "post", dropout)'),
    es="La segunda rama hace siempre `post`: mezclas los dos sitios de la normalización.",
    en="The second branch always does `post`: you mix the two places of the norm.")
exercise.mistake("norm_ignored", (NORM, 'Sublayer(d_model, "pre", dropout)'),
    es="No pasas `norm` a los `Sublayer`.", en="You do not pass `norm` to the `Sublayer`s.")
exercise.mistake("memory_normalized", (CROSS, "self.cross_attention(h, *[self.sublayer2.norm(memory)] * 2, memory_mask)"),
    es="Normalizas `memory` aquí, y ya llega normalizada.", en="You normalize `memory` here: it is already normalized.")
exercise.mistake("cross_without_residual", (SECOND, f"        h = x\n        x = {CROSS}\n"),
    es="La atención cruzada va sin `Sublayer`: se pierde lo que llevaba `x`.",
    en="Cross-attention is not in a `Sublayer`: what `x` carried is lost.")
exercise.mistake("think_without_residual", ("return self.sublayer3(x, self.feed_forward)", "return self.feed_forward(x)"),
    es="La red va sin `Sublayer`.", en="The net is not in a `Sublayer`.")
exercise.mistake("raw_query", (CROSS, CROSS.replace("(h,", "(x,")),
    es="La consulta es la `x` de fuera, sin normalizar. Es `h`.",
    en="The query is the `x` from outside, not normalized. It is `h`.")
exercise.mistake("dropout_ignored", (NORM, "Sublayer(d_model, norm)"),
    es="No pasas `dropout` a los `Sublayer`.", en="You do not pass `dropout` to the `Sublayer`s.")
exercise.mistake("memory_detached", (CROSS, CROSS.replace("h, memory, memory", "h, memory.detach(), memory.detach()")),
    es="Cortas el gradiente de `memory`: el codificador no aprendería nunca.",
    en="You cut the gradient of `memory`: the encoder would never learn.")

exercise.mistake("query_and_keys_swapped_with_the_mask", (CROSS, "self.cross_attention(memory, h, h, mask)"),
    es="Pregunta `memory`, y responde el destino con su máscara. Pregunta `h`; `memory` responde, con `memory_mask`.",
    en="`memory` asks, and the target answers with its mask. `h` asks; `memory` answers, with `memory_mask`.")
exercise.mistake("query_from_memory_too", (CROSS, "self.cross_attention(memory, memory, memory, memory_mask)"),
    es="En la atención cruzada las tres son `memory`: el destino no pregunta nada. La consulta es `h`.",
    en="In cross-attention all three are `memory`: the target asks nothing. The query is `h`.")
exercise.mistake("values_from_target", (CROSS, "self.cross_attention(h, memory, h, memory_mask)"),
    es="En la atención cruzada el valor sale del destino. Es `memory`, como la clave.",
    en="In cross-attention the value comes from the target. It is `memory`, like the key.")
exercise.mistake("masks_swapped", (SELF, SELF.replace("mask", "memory_mask")), (CROSS, CROSS.replace("memory_mask", "mask")),
    es="Tienes cambiadas las máscaras: `mask` es la del destino, y `memory_mask`, la de `memory`.",
    en="You have the masks swapped: `mask` is the target's, and `memory_mask` is that of `memory`.")
exercise.mistake("one_attention_for_both", (CROSS, CROSS.replace("cross_attention", "attention")),
    es="Usas `attention` en las dos ramas. En la segunda va `cross_attention`.",
    en="You use `attention` in both branches. In the second it is `cross_attention`.")
exercise.mistake("causal_without_a_mask", (SELF, "self.attention(h, h, h, torch.ones(h.shape[1], h.shape[1], dtype=torch.bool).tril() "
                                                 "if mask is None else mask)"),
    es="Pones tú la máscara causal. Usa `mask`, la que te dan; si es `None`, se mira a todas partes.",
    en="You put in a causal mask of your own. Use `mask`, the one given; if it is `None`, one looks everywhere.")
exercise.mistake("raw_self", (SELF, "self.attention(x, x, x, mask)"),
    es="La atención propia usa la `x` de fuera, sin normalizar. Las tres son `h`.",
    en="Self-attention uses the `x` from outside, not normalized. All three are `h`.")
exercise.mistake("attention_without_dropout", ("MultiHeadAttention(d_model, heads, dropout)", "MultiHeadAttention(d_model, heads)"),
    es="No pasas `dropout` a las atenciones.", en="You do not pass `dropout` to the attentions.")
exercise.mistake("think_without_dropout", ("FeedForward(d_model, d_ff, dropout)", "FeedForward(d_model, d_ff)"),
    es="No pasas `dropout` a `FeedForward`.", en="You do not pass `dropout` to `FeedForward`.")
exercise.mistake("residual_outside", (SECOND, SECOND.replace("x = ", "x = x + ")),
    es="En la atención cruzada sumas `x` otra vez: `Sublayer` ya la suma.",
    en="At cross-attention you add `x` once more: `Sublayer` adds it already.")

exercise.alternative("three_methods", code="""
class DecoderLayer(nn.Module):
    def __init__(self, d_model, heads, d_ff, norm="pre", dropout=0.0):
        super().__init__()
        self.cross_attention = MultiHeadAttention(d_model, heads, dropout=dropout)
        self.attention = MultiHeadAttention(d_model, heads, dropout=dropout)
        for n in (1, 2, 3):
            setattr(self, f"sublayer{n}", Sublayer(d_model, norm=norm, dropout=dropout))
        self.feed_forward = FeedForward(d_model, d_ff, dropout)

    def forward(self, x, memory, mask=None, memory_mask=None):
        def back(h):
            return self.attention(query=h, key=h, value=h, mask=mask)

        def across(h):
            return self.cross_attention(query=h, key=memory, value=memory, mask=memory_mask)

        for sublayer, branch in ((self.sublayer1, back), (self.sublayer2, across), (self.sublayer3, self.feed_forward)):
            x = sublayer(x, branch)
        return x
""")
exercise.alternative("nested", code="""
class DecoderLayer(nn.Module):
    def __init__(self, d_model, heads, d_ff, norm="pre", dropout=0.0):
        super().__init__()
        self.attention, self.cross_attention = (MultiHeadAttention(d_model, heads, dropout) for _ in range(2))
        self.feed_forward = FeedForward(d_model, d_ff, dropout)
        self.sublayer1, self.sublayer2, self.sublayer3 = (Sublayer(d_model, norm, dropout) for _ in range(3))

    def forward(self, x, memory, mask=None, memory_mask=None):
        looked = self.sublayer1(x, lambda own: self.attention(own, own, own, mask))
        read = self.sublayer2(looked, lambda own: self.cross_attention(own, memory, memory, memory_mask))
        return self.sublayer3(read, lambda own: self.feed_forward(own))
""")
