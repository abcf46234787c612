"""Attention: the scaled dot product, masks, several heads, additive scores, and a recurrent translator that looks back."""

from math import sqrt

import torch
from torch import nn
from torch.nn import functional


def masked_softmax(scores, mask=None):
    """Turn scores (..., S) into weights that add up to 1 over the last axis, exactly 0 where `mask` is False.

    mask: boolean, broadcastable to the scores, True where one may look; None allows everything. Where nothing is allowed all
    weights are 0.
    """
    if mask is None:
        return scores.softmax(dim=-1)
    weights = scores.masked_fill(~mask, float("-inf")).softmax(dim=-1)
    return weights.masked_fill(~mask, 0.0)  # a row of -inf gives nan: nothing to look at, nothing seen


def scaled_dot_product_attention(q, k, v, mask=None, dropout: float = 0.0):
    """Look up each query among the keys: return (output, weights), (..., Tq, d_v) and (..., Tq, Tk).

    q: (..., Tq, d). k: (..., Tk, d). v: (..., Tk, d_v). mask: boolean, broadcastable to (..., Tq, Tk), True where a query may
    look; a query that may look nowhere gets zeros. dropout: how often a weight is left out of the output.
    Vaswani et al. (2017, arXiv:1706.03762), equation 1.
    """
    scores = q @ k.transpose(-2, -1) / sqrt(q.shape[-1])  # (..., Tq, Tk)
    weights = masked_softmax(scores, mask)
    return functional.dropout(weights, dropout) @ v, weights


def causal_mask(queries: int, keys: int | None = None, device=None):
    """Return the boolean mask (queries, keys) that lets nobody look ahead; the last query sees the last key.

    keys: how many there are, by default as many as queries; more when the first ones were computed before.
    """
    keys = queries if keys is None else keys
    return torch.ones(queries, keys, dtype=torch.bool, device=device).tril(keys - queries)


def padding_mask(ids, pad: int):
    """Return the boolean mask (B, 1, 1, S) that hides the padding of ids (B, S) from every head and every query."""
    return (ids != pad)[:, None, None, :]


class MultiHeadAttention(nn.Module):
    """Let queries look at keys with several heads at once: query (B, Tq, d_model), key and value (B, Tk, d_model) to (B, Tq, d_model).

    mask: boolean, broadcastable to (B, heads, Tq, Tk), True where a query may look. PyTorch's kernel does the work unless
    `keep_weights` is set: then the equation as it is written does, and leaves in `weights` what each head looked at, of shape
    (B, heads, Tq, Tk). Vaswani et al. (2017, arXiv:1706.03762), section 3.2.2.
    """

    def __init__(self, d_model: int, heads: int, dropout: float = 0.0):
        super().__init__()
        if d_model % heads:
            raise ValueError(f"d_model={d_model} cannot be shared out among {heads} heads")
        self.heads, self.dropout = heads, dropout
        self.to_q = nn.Linear(d_model, d_model)
        self.to_k = nn.Linear(d_model, d_model)
        self.to_v = nn.Linear(d_model, d_model)
        self.to_out = nn.Linear(d_model, d_model)
        self.keep_weights, self.weights = False, None

    def split(self, x):
        """Give each head its features: (B, T, d_model) to (B, heads, T, d_model / heads)."""
        B, T, D = x.shape
        return x.view(B, T, self.heads, D // self.heads).transpose(1, 2)

    def forward(self, query, key, value, mask=None):
        if key.shape[1] != value.shape[1]:  # PyTorch's kernel would read beyond the end of the shorter one
            raise ValueError(f"keys and values go in pairs, and there are {key.shape[1]} and {value.shape[1]}")
        q, k, v = self.split(self.to_q(query)), self.split(self.to_k(key)), self.split(self.to_v(value))
        dropout = self.dropout if self.training else 0.0
        if self.keep_weights:
            out, self.weights = scaled_dot_product_attention(q, k, v, mask, dropout)  # (B, heads, Tq, d_model / heads)
        else:
            out = functional.scaled_dot_product_attention(q, k, v, attn_mask=mask, dropout_p=dropout)
        return self.to_out(out.transpose(1, 2).flatten(2))


class AdditiveAttention(nn.Module):
    """Score every pair with a small network: queries (B, Tq, d_q), keys (B, Tk, d_k) to scores (B, Tq, Tk).

    Bahdanau, Cho and Bengio (2014, arXiv:1409.0473), appendix A.1.2.
    """

    def __init__(self, d_query: int, d_key: int, d_hidden: int):
        super().__init__()
        self.from_query = nn.Linear(d_query, d_hidden, bias=False)
        self.from_key = nn.Linear(d_key, d_hidden, bias=False)
        self.score = nn.Linear(d_hidden, 1, bias=False)

    def forward(self, queries, keys):
        hidden = torch.tanh(self.from_query(queries)[:, :, None] + self.from_key(keys)[:, None])  # (B, Tq, Tk, d_hidden)
        return self.score(hidden).squeeze(-1)


class Seq2Seq(nn.Module):
    """Read a sequence with one recurrent network and write another with a second one, which may look at the first.

    Called with source (B, S) and target (B, T), what has been written so far, it returns the scores of the next symbol at each
    place (B, T, target_size), and where each place looked (B, T, S), None without `look`. Sutskever et al. (2014,
    arXiv:1409.3215); the look is that of Luong et al. (2015, arXiv:1508.04025), scaled.
    """

    def __init__(self, source_size: int, target_size: int, d_embed: int = 16, d_hidden: int = 32, look: bool = True):
        super().__init__()
        self.source_embedding = nn.Embedding(source_size, d_embed)
        self.target_embedding = nn.Embedding(target_size, d_embed)
        self.encoder = nn.GRU(d_embed, d_hidden, batch_first=True, bidirectional=True)
        self.decoder = nn.GRU(d_embed, 2 * d_hidden, batch_first=True)
        self.to_query = nn.Linear(2 * d_hidden, 2 * d_hidden, bias=False) if look else None
        self.head = nn.Linear(4 * d_hidden if look else 2 * d_hidden, target_size)

    def forward(self, source, target):
        encoded, last = self.encoder(self.source_embedding(source))  # (B, S, 2 * d_hidden), (2, B, d_hidden)
        states, _ = self.decoder(self.target_embedding(target), torch.cat([last[0], last[1]], dim=-1)[None])
        if self.to_query is None:
            return self.head(states), None
        context, weights = scaled_dot_product_attention(self.to_query(states), encoded, encoded)
        return self.head(torch.cat([states, context], dim=-1)), weights
