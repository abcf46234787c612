"""Ways of joining what comes from a picture, a text or any other source: concatenation, sum, gates, and cross-attention."""

from collections.abc import Sequence

import torch
from torch import nn

from atiende.models.attention import MultiHeadAttention
from atiende.models.transformer import sinusoids


class ConcatFusion(nn.Module):
    """Join two sources side by side: v (B, d_first) and t (B, d_second) to tanh of one linear map, (B, d_out)."""

    def __init__(self, d_first: int, d_second: int, d_out: int):
        super().__init__()
        self.to_both = nn.Linear(d_first + d_second, d_out, bias=False)

    def forward(self, v, t):
        return torch.tanh(self.to_both(torch.cat([v, t], dim=-1)))


class SumFusion(nn.Module):
    """Add what each of two sources says: v (B, d_first) and t (B, d_second) to (B, d_out)."""

    def __init__(self, d_first: int, d_second: int, d_out: int):
        super().__init__()
        self.from_first = nn.Linear(d_first, d_out, bias=False)
        self.from_second = nn.Linear(d_second, d_out, bias=False)

    def forward(self, v, t):
        return torch.tanh(self.from_first(v)) + torch.tanh(self.from_second(t))


class BimodalGMU(nn.Module):
    """Let a gate choose, feature by feature, between two sources: v (B, d_first) and t (B, d_second) to (B, d_out).

    The gates are complementary: what one source gets the other loses. Arevalo et al. (2017, arXiv:1702.01992), equations
    of figure 2b, which have no biases either.
    """

    def __init__(self, d_first: int, d_second: int, d_out: int):
        super().__init__()
        self.from_first = nn.Linear(d_first, d_out, bias=False)
        self.from_second = nn.Linear(d_second, d_out, bias=False)
        self.to_gate = nn.Linear(d_first + d_second, d_out, bias=False)

    def gate(self, v, t):
        """Return how much of the first source each feature takes: (B, d_out), between 0 and 1."""
        return torch.sigmoid(self.to_gate(torch.cat([v, t], dim=-1)))

    def forward(self, v, t):
        z = self.gate(v, t)
        return z * torch.tanh(self.from_first(v)) + (1 - z) * torch.tanh(self.from_second(t))


class MultimodalGMU(nn.Module):
    """Give each of n sources (B, d) a gate of its own and add them up: a list of them to (B, d_out).

    The gates are independent: all may be open, or all closed. A source that is missing is None: it counts as zeros, and
    its part is zero. Arevalo et al. (2017, arXiv:1702.01992), figure 2a.
    """

    def __init__(self, dims: Sequence[int], d_out: int):
        super().__init__()
        self.branches = nn.ModuleList(nn.Linear(d, d_out, bias=False) for d in dims)
        self.gates = nn.ModuleList(nn.Linear(sum(dims), d_out, bias=False) for _ in dims)

    def open(self, xs):
        """Return how far each source is let through: (n, B, d_out), between 0 and 1; 0 where it is missing."""
        whole = torch.cat(self._filled(xs), dim=-1)  # (B, sum of d)
        return torch.stack([torch.sigmoid(gate(whole)) * (x is not None) for gate, x in zip(self.gates, xs, strict=True)])

    def forward(self, xs):
        said = torch.stack([torch.tanh(branch(x)) for branch, x in zip(self.branches, self._filled(xs), strict=True)])
        return (self.open(xs) * said).sum(dim=0)

    def _filled(self, xs):
        """Put zeros (B, d) where a source is missing."""
        here = next(x for x in xs if x is not None)
        sizes = [branch.in_features for branch in self.branches]
        return [here.new_zeros(len(here), d) if x is None else x for x, d in zip(xs, sizes, strict=True)]


class Fused(nn.Module):
    """Classify what a fusion makes of two sources: v (B, d_first) and t (B, d_second) to logits (B, num_classes)."""

    def __init__(self, fusion: nn.Module, d_out: int, num_classes: int):
        super().__init__()
        self.fusion = fusion
        self.head = nn.Linear(d_out, num_classes)

    def forward(self, v, t):
        return self.head(self.fusion(v, t))


class CrossReader(nn.Module):
    """Let the words of a question look at the patches of a picture: patches (B, N, d_patch), words (B, T) to (B, num_classes).

    Each source has positions of its own, `positions`: "learned", "fixed" (sinusoids) or "none". The words are the queries,
    the patches the keys and values; the mean of what the words saw is classified.
    """

    def __init__(self, num_patches: int, d_patch: int, vocab_size: int, num_words: int, num_classes: int, *,
                 d_model: int = 64, heads: int = 4, positions: str = "learned"):  # fmt: skip
        super().__init__()
        self.patches, self.words = nn.Linear(d_patch, d_model), nn.Embedding(vocab_size, d_model)
        for name, length in (("patch_positions", num_patches), ("word_positions", num_words)):
            if positions == "learned":
                self.register_parameter(name, nn.Parameter(0.02 * torch.randn(length, d_model)))
            else:
                self.register_buffer(name, sinusoids(length, d_model) * (positions == "fixed"))
        self.norm1, self.norm2 = nn.LayerNorm(d_model), nn.LayerNorm(d_model)
        self.attention = MultiHeadAttention(d_model, heads)
        self.head = nn.Sequential(nn.Linear(d_model, 2 * d_model), nn.GELU(), nn.Linear(2 * d_model, num_classes))

    def forward(self, patches, words):
        seen = self.norm1(self.patches(patches) + self.patch_positions)  # (B, N, D)
        asked = self.norm2(self.words(words) + self.word_positions)  # (B, T, D)
        return self.head((asked + self.attention(asked, seen, seen)).mean(dim=1))
