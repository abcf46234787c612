"""The checks of unit 8; and the slow loops that cut and glue, which they compare with.

What a student is handed is in single precision, as what `torch.zeros` makes; what it is compared with is worked out in double.
"""

import numpy as np
import torch

from autograder import expect
from autograder.checks.transformer import linear_weights, norm_weights


def cut(x: np.ndarray, P: int) -> np.ndarray:
    """Cut pictures (B, C, H, W) into patches (B, N, P * P * C), a number at a time."""
    B, C, H, W = x.shape
    patches = np.zeros((B, (H // P) * (W // P), P * P * C))
    for n in range(patches.shape[1]):
        top, left = n // (W // P) * P, n % (W // P) * P
        for k in range(P * P * C):
            patches[:, n, k] = x[:, k % C, top + k // C // P, left + k // C % P]
    return patches


def single(draw, *shape: int, std: float = 1.0) -> torch.Tensor:
    """Draw a tensor in single precision."""
    return draw.tensor(*shape, std=std, dtype=torch.float32)


def rounded(weights: dict) -> dict[str, torch.Tensor]:
    """Return weights rounded to single precision."""
    return {name: value.float() for name, value in weights.items()}


def doubled(weights: dict) -> dict[str, torch.Tensor]:
    """Return weights in double precision, to compare with."""
    return {name: value.double() for name, value in weights.items()}


def about(seen, wanted, what: str):
    """Fail unless `seen` is `wanted` up to the rounding of long sums in single precision."""
    expect.close(seen, wanted, atol=1e-4, rtol=1e-4, what=what)


def reaches(seen, wanted, name: str):
    """Fail unless the gradient of `name` is there, and is `wanted`."""
    expect.true(seen is not None, "El gradiente no llega a `{name}`: su `.grad` se queda en `None`.",
                "The gradient does not reach `{name}`: its `.grad` stays `None`.", name=name)
    about(seen, wanted, f"{name}.grad")


def block_weights(draw, D: int, F: int) -> dict[str, torch.Tensor]:
    """Draw the weights of a block in single precision, by the names that the assignment asks for."""
    weights = norm_weights(draw, "norm1", D) | norm_weights(draw, "norm2", D)
    for part in ("to_q", "to_k", "to_v", "to_out"):
        weights |= linear_weights(draw, f"attention.{part}", D, D)
    return rounded(weights | linear_weights(draw, "widen", F, D) | linear_weights(draw, "narrow", D, F))


def torch_block(weights: dict, D: int, heads: int, F: int) -> torch.nn.Module:
    """Return torch's own layer with these weights, in double precision."""
    weights = doubled(weights)
    layer = torch.nn.TransformerEncoderLayer(D, heads, F, 0.0, "gelu", batch_first=True, norm_first=True).double()
    named = {}
    for end in ("weight", "bias"):
        named[f"self_attn.in_proj_{end}"] = torch.cat([weights[f"attention.{part}.{end}"] for part in ("to_q", "to_k", "to_v")])
        named[f"self_attn.out_proj.{end}"] = weights[f"attention.to_out.{end}"]
        for ours, torchs in (("widen", "linear1"), ("narrow", "linear2"), ("norm1", "norm1"), ("norm2", "norm2")):
            named[f"{torchs}.{end}"] = weights[f"{ours}.{end}"]
    layer.load_state_dict(named)
    return layer.train()  # torch's fast path, which rounds otherwise, is for eval; there is no dropout
