"""Multilayer perceptrons: the plain one, and one that reads categories as embeddings."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import torch
from torch import nn

ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "gelu": nn.GELU, "none": nn.Identity}


class MLP(nn.Module):
    """Stack linear layers with an activation and dropout between them: x (..., widths[0]) to (..., widths[-1]).

    `MLP(2, 64, 64, 3)` has two hidden layers. `activation` is "relu", "tanh", "gelu" or "none" (linear maps only). `init`
    fills each weight in place and sets biases at zero; without it all start as torch makes them. For example
    `nn.init.kaiming_normal_` is He et al. (2015, eq. 10): normal, variance 2 / fan_in.
    """

    def __init__(
        self,
        *widths: int,
        activation: str = "relu",
        dropout: float = 0.0,
        init: Callable[[torch.Tensor], torch.Tensor] | None = None,
    ):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(d_in, d_out) for d_in, d_out in pairwise(widths))
        self.activation = ACTIVATIONS[activation]()
        self.dropout = nn.Dropout(dropout)
        if init is not None:
            for layer in self.layers:
                init(layer.weight)
                nn.init.zeros_(layer.bias)

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = self.dropout(self.activation(layer(x)))
        return self.layers[-1](x)


class EmbeddingMLP(nn.Module):
    """Look up a vector for each category, join them to the numbers, and give all to an MLP with one output.

    `cardinalities` has how many values each categorical column takes; columns share the size `d_embedding`. Entity
    embeddings: Guo and Berkhahn (2016, arXiv:1604.06737).
    """

    def __init__(
        self,
        cardinalities: Sequence[int],
        d_numeric: int,
        *,
        d_embedding: int = 8,
        d_hidden: Sequence[int] = (64, 64),
        dropout: float = 0.0,
    ):
        super().__init__()
        self.embeddings = nn.ModuleList(nn.Embedding(n, d_embedding) for n in cardinalities)
        d_in = d_numeric + len(cardinalities) * d_embedding
        self.mlp = MLP(d_in, *d_hidden, 1, dropout=dropout)

    def forward(self, numbers, categories):
        """Map numbers (B, d_numeric) and categories (B, columns) int64 to forecasts (B,)."""
        vectors = [embed(categories[:, i]) for i, embed in enumerate(self.embeddings)]  # columns x (B, d_embedding)
        return self.mlp(torch.cat([numbers, *vectors], dim=1)).squeeze(1)
