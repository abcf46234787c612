"""The checks of unit 5; and torch's own layers with weights of the judge's choosing, which they compare with."""

import torch
from torch import nn

from autograder import expect
from autograder.weights import load_weights


def linear_weights(draw, name: str, outputs: int, inputs: int) -> dict[str, torch.Tensor]:
    return {f"{name}.weight": draw.tensor(outputs, inputs, std=0.4), f"{name}.bias": draw.tensor(outputs, std=0.4)}


def norm_weights(draw, name: str, D: int) -> dict[str, torch.Tensor]:
    return {f"{name}.weight": 1 + draw.tensor(D, std=0.4), f"{name}.bias": draw.tensor(D, std=0.4)}


def layer_weights(draw, D: int, F: int, decoder: bool = False) -> dict[str, torch.Tensor]:
    """Draw the weights of an encoder or decoder layer, by the names that the assignment asks for."""
    weights = {}
    for attention in ("attention", "cross_attention")[: 1 + decoder]:
        for part in ("to_q", "to_k", "to_v", "to_out"):
            weights |= linear_weights(draw, f"{attention}.{part}", D, D)
    weights |= linear_weights(draw, "feed_forward.widen", F, D) | linear_weights(draw, "feed_forward.narrow", D, F)
    for n in range(1, 3 + decoder):
        weights |= norm_weights(draw, f"sublayer{n}.norm", D)
    return weights


def torch_layer(weights: dict, D: int, heads: int, F: int, norm: str) -> nn.Module:
    """Return torch's own layer with these weights, in double precision and without dropout."""
    decoder = "cross_attention.to_q.weight" in weights
    kind = nn.TransformerDecoderLayer if decoder else nn.TransformerEncoderLayer
    layer = kind(D, heads, F, dropout=0.0, batch_first=True, norm_first=norm == "pre").double()
    named = {}
    for ours, torchs in (("attention", "self_attn"), ("cross_attention", "multihead_attn"))[: 1 + decoder]:
        for end in ("weight", "bias"):
            named[f"{torchs}.in_proj_{end}"] = torch.cat([weights[f"{ours}.{part}.{end}"] for part in ("to_q", "to_k", "to_v")])
            named[f"{torchs}.out_proj.{end}"] = weights[f"{ours}.to_out.{end}"]
    for end in ("weight", "bias"):
        named[f"linear1.{end}"] = weights[f"feed_forward.widen.{end}"]
        named[f"linear2.{end}"] = weights[f"feed_forward.narrow.{end}"]
        for n in range(1, 3 + decoder):
            named[f"norm{n}.{end}"] = weights[f"sublayer{n}.norm.{end}"]
    layer.load_state_dict(named)
    return layer.train()  # torch's fast path, which rounds otherwise, is for eval; there is no dropout


def built_layer(student, draw, name: str, norm: str, dropout: float = 0.0):
    """Return the student's `EncoderLayer` or `DecoderLayer` with drawn weights, torch's with the same, the weights, and D."""
    heads = int(draw.integers(2, 4))
    D, F = heads * int(draw.integers(2, 4)), int(draw.integers(10, 14))
    weights = layer_weights(draw, D, F, decoder=name == "DecoderLayer")
    layer = student.keep(name, D, heads, F, norm, dropout).keep_method("double")
    load_weights(layer, weights)
    return layer, torch_layer(weights, D, heads, F, norm), weights, D


def visible(draw, B: int, S: int) -> torch.Tensor:
    """Draw which source words are no padding, (B, S): the first ones of each row, one at least, not all of the first row."""
    lengths = torch.tensor([1 + int(draw.integers(S - 1)), *(1 + int(draw.integers(S)) for _ in range(B - 1))])
    return torch.arange(S) < lengths[:, None]


def silences_inside(student, draw, layer, weights: dict, part: str, share: float):
    """Check that `part` of a layer in pre norm, alone in training, zeroes that share of what it works with."""
    F, D = weights["feed_forward.widen.weight"].shape
    quiet = {name: torch.zeros_like(value) for name, value in weights.items() if "to_out" in name or "narrow" in name}
    first, last = ("widen", "narrow") if part == "feed_forward" else ("to_v", "to_out")
    ones = {f"{part}.{first}.weight": torch.zeros(F if first == "widen" else D, D, dtype=torch.float64),
            f"{part}.{first}.bias": torch.ones(F if first == "widen" else D, dtype=torch.float64),
            f"{part}.{last}.weight": torch.eye(D, F if last == "narrow" else D, dtype=torch.float64)}  # fmt: skip
    layer.keep_method("load_state_dict", weights | quiet | ones)  # the part says 1 at each feature, the others nothing
    layer.keep_method("eval")
    layer.attribute(part).keep_method("train")
    student.seed(draw.seed())
    x, memory = draw.tensor(600, 1, D), [draw.tensor(600, 1, D)] * ("cross_attention.to_q.weight" in weights)
    said = expect.array(layer.call(x, *memory), (600, 1, D), "(…)(x, …)")[:, 0] - x[:, 0].numpy()
    silent = (abs(said) < 1e-6)[:, [0, -1]]  # two features of different heads
    expect.true(abs(silent.mean() - share) < 5 * (share * (1 - share) / silent.size) ** 0.5,
                "Con `dropout={share:.2f}`, al entrenar se apaga el {seen:.0%} dentro de `{part}`. ¿Le das `dropout` al construirla?",
                "With `dropout={share:.2f}`, {seen:.0%} is silenced inside `{part}` in training. Do you give it `dropout` when you "
                "build it?", share=share, seen=silent.mean(), part=part)
