"""The Transformer of Vaswani et al. (2017, arXiv:1706.03762): an encoder that reads and a decoder that writes."""

import math
from dataclasses import dataclass

import torch
from torch import nn

from atiende.models.attention import MultiHeadAttention, causal_mask, padding_mask


@dataclass(frozen=True)
class TransformerConfig:
    """Choose the sizes of a Transformer. norm: "pre" or "post". positions: "sinusoids" or "learned"."""

    source_vocab: int
    target_vocab: int
    d_model: int = 128
    heads: int = 4
    d_ff: int = 512
    num_layers: int = 2  # of the encoder, and as many of the decoder
    dropout: float = 0.1
    norm: str = "pre"
    positions: str = "sinusoids"
    max_len: int = 128
    pad: int = 0


def sinusoids(length: int, d_model: int):
    """Return the position vectors (length, d_model): even features sines, odd ones cosines, from fast to slow.

    Vaswani et al. (2017), section 3.5.
    """
    position = torch.arange(length)[:, None]  # (length, 1)
    slowness = 10000 ** (-torch.arange(0, d_model, 2) / d_model)  # (d_model / 2,), radians a step
    table = torch.zeros(length, d_model)
    table[:, 0::2] = torch.sin(position * slowness)
    table[:, 1::2] = torch.cos(position * slowness[: d_model // 2])
    return table


class Embedding(nn.Module):
    """Turn ids (B, T) into vectors (B, T, d_model): a learned row times sqrt(d_model), plus the position."""

    def __init__(self, vocab_size: int, config: TransformerConfig):
        super().__init__()
        self.tokens = nn.Embedding(vocab_size, config.d_model)
        nn.init.normal_(self.tokens.weight, std=config.d_model**-0.5)  # times the square root: as large as the sinusoids
        self.scale = math.sqrt(config.d_model)
        self.dropout = nn.Dropout(config.dropout)
        if config.positions == "learned":
            self.positions = nn.Parameter(torch.randn(config.max_len, config.d_model) * 0.02)
        else:
            self.register_buffer("positions", sinusoids(config.max_len, config.d_model), persistent=False)

    def forward(self, ids):
        return self.dropout(self.tokens(ids) * self.scale + self.positions[: ids.shape[1]])


class FeedForward(nn.Module):
    """Think about each place on its own: x (B, T, d_model) to the same shape, through d_ff features."""

    def __init__(self, config: TransformerConfig):
        super().__init__()
        self.widen = nn.Linear(config.d_model, config.d_ff)
        self.narrow = nn.Linear(config.d_ff, config.d_model)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x):
        return self.narrow(self.dropout(torch.relu(self.widen(x))))


class Sublayer(nn.Module):
    """Add what a branch says to the stream x (B, T, d_model), with a layer norm before the branch or after the sum.

    Xiong et al. (2020, arXiv:2002.04745), figure 1.
    """

    def __init__(self, config: TransformerConfig):
        super().__init__()
        self.norm = nn.LayerNorm(config.d_model)
        self.dropout = nn.Dropout(config.dropout)
        self.first = config.norm == "pre"

    def forward(self, x, branch):
        if self.first:
            return x + self.dropout(branch(self.norm(x)))
        return self.norm(x + self.dropout(branch(x)))


class EncoderLayer(nn.Module):
    """Let each source word look at the others, then think: x (B, S, d_model) to the same shape."""

    def __init__(self, config: TransformerConfig):
        super().__init__()
        self.attention = MultiHeadAttention(config.d_model, config.heads, config.dropout)
        self.feed_forward = FeedForward(config)
        self.sublayers = nn.ModuleList(Sublayer(config) for _ in range(2))

    def forward(self, x, mask=None):
        x = self.sublayers[0](x, lambda h: self.attention(h, h, h, mask))
        return self.sublayers[1](x, self.feed_forward)


class DecoderLayer(nn.Module):
    """Let each target word look back, then at the source, then think: x (B, T, d_model), memory (B, S, d_model)."""

    def __init__(self, config: TransformerConfig):
        super().__init__()
        self.attention = MultiHeadAttention(config.d_model, config.heads, config.dropout)
        self.cross_attention = MultiHeadAttention(config.d_model, config.heads, config.dropout)
        self.feed_forward = FeedForward(config)
        self.sublayers = nn.ModuleList(Sublayer(config) for _ in range(3))

    def forward(self, x, memory, mask=None, memory_mask=None):
        x = self.sublayers[0](x, lambda h: self.attention(h, h, h, mask))
        x = self.sublayers[1](x, lambda h: self.cross_attention(h, memory, memory, memory_mask))  # queries: the target
        return self.sublayers[2](x, self.feed_forward)


class Transformer(nn.Module):
    """Score the next target word at every place: source (B, S) and target (B, T) to logits (B, T, target_vocab).

    The target begins with the mark of the beginning; the logits of place t are of the word after it. Both are padded with
    `config.pad`, which nobody looks at. In pre norm a last layer norm closes each stack.
    """

    def __init__(self, config: TransformerConfig):
        super().__init__()
        self.config = config
        self.source_embedding = Embedding(config.source_vocab, config)
        self.target_embedding = Embedding(config.target_vocab, config)
        self.encoder = nn.ModuleList(EncoderLayer(config) for _ in range(config.num_layers))
        self.decoder = nn.ModuleList(DecoderLayer(config) for _ in range(config.num_layers))
        last = nn.LayerNorm if config.norm == "pre" else lambda d_model: nn.Identity()
        self.encoder_norm, self.decoder_norm = last(config.d_model), last(config.d_model)
        self.head = nn.Linear(config.d_model, config.target_vocab)
        for layer in (*self.encoder, *self.decoder):
            for name, weight in layer.named_parameters():
                if weight.dim() == 2:
                    nn.init.xavier_uniform_(weight)
                elif name.endswith("bias"):
                    nn.init.zeros_(weight)
        nn.init.normal_(self.head.weight, std=0.02)  # the first guess gives all words about the same: ln V
        nn.init.zeros_(self.head.bias)

    def encode(self, source):
        """Return what the decoder looks at: source (B, S) to memory (B, S, d_model) and its mask (B, 1, 1, S)."""
        mask = padding_mask(source, self.config.pad)
        x = self.source_embedding(source)
        for layer in self.encoder:
            x = layer(x, mask)
        return self.encoder_norm(x), mask

    def decode(self, target, memory, memory_mask):
        """Return the logits (B, T, target_vocab) of the word after each place of target (B, T)."""
        mask = padding_mask(target, self.config.pad) & causal_mask(target.shape[1], device=target.device)  # (B, 1, T, T)
        x = self.target_embedding(target)
        for layer in self.decoder:
            x = layer(x, memory, mask, memory_mask)
        return self.head(self.decoder_norm(x))

    def forward(self, source, target):
        return self.decode(target, *self.encode(source))


def translation_batch(sources: list[list[int]], targets: list[list[int]], pad: int = 0, bos: int = 1, eos: int = 2):
    """Return sources (B, S), inputs (B, T) and labels (B, T) of rows of ids without beginning or end.

    The inputs begin with `bos` and the labels end with `eos`: at each place, the label is the next word.
    """
    def padded(rows):
        return nn.utils.rnn.pad_sequence([torch.tensor(row) for row in rows], batch_first=True, padding_value=pad)

    return padded(sources), padded([[bos, *row] for row in targets]), padded([[*row, eos] for row in targets])


def inverse_sqrt(step: int, warmup: int, peak: float) -> float:
    """Return the learning rate of a step, 1, 2, 3 ...: a straight line up to `peak` at step `warmup`, then as 1 / sqrt(step)."""
    return peak * min(step / warmup, math.sqrt(warmup / step))
