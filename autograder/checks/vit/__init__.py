"""The checks of unit 8; and the slow loops that cut and glue, which they compare with."""

import numpy as np
import torch

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


def block_weights(draw, D: int, F: int) -> dict[str, torch.Tensor]:
    """Draw the weights of a block, by the names that the assignment asks for."""
    weights = norm_weights(draw, "norm1", D) | norm_weights(draw, "norm2", D)
    for part in ("to_q", "to_k", "to_v", "to_out"):
        weights |= linear_weights(draw, f"attention.{part}", D, D)
    return weights | linear_weights(draw, "widen", F, D) | linear_weights(draw, "narrow", D, F)


def torch_block(weights: dict, D: int, heads: int, F: int) -> torch.nn.Module:
    """Return torch's own layer with these weights, in double precision."""
    layer = torch.nn.TransformerEncoderLayer(D, heads, F, 0.0, "gelu", batch_first=True, norm_first=True).double()
    named = {}
    for end in ("weight", "bias"):
        named[f"self_attn.in_proj_{end}"] = torch.cat([weights[f"attention.{part}.{end}"] for part in ("to_q", "to_k", "to_v")])
        named[f"self_attn.out_proj.{end}"] = weights[f"attention.to_out.{end}"]
        for ours, torchs in (("widen", "linear1"), ("narrow", "linear2"), ("norm1", "norm1"), ("norm2", "norm2")):
            named[f"{torchs}.{end}"] = weights[f"{ours}.{end}"]
    layer.load_state_dict(named)
    return layer.train()  # torch's fast path, which rounds otherwise, is for eval; there is no dropout
