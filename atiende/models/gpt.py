"""GPT: a Transformer that only writes. Radford et al. (2019), "Language models are unsupervised multitask learners"."""

import math
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional

from atiende.models.attention import causal_mask


@dataclass(frozen=True)
class GPTConfig:
    """Choose the sizes of a GPT; `context` is the most tokens that it reads at a time."""

    vocab_size: int
    context: int = 128
    d_model: int = 128
    heads: int = 4
    num_layers: int = 4
    dropout: float = 0.0


class CausalAttention(nn.Module):
    """Let each token look at itself and at those before: x (B, T, d_model) to the same shape.

    past: keys and values (B, heads, P, d_model / heads) of P tokens that were read before, or None. Also returns them with those
    of x behind, for the next call.
    """

    def __init__(self, config: GPTConfig):
        super().__init__()
        self.heads, self.dropout = config.heads, config.dropout
        self.to_qkv = nn.Linear(config.d_model, 3 * config.d_model)
        self.to_out = nn.Linear(config.d_model, config.d_model)

    def forward(self, x, past=None):
        B, T, D = x.shape
        q, k, v = self.to_qkv(x).view(B, T, 3, self.heads, D // self.heads).permute(2, 0, 3, 1, 4)  # each (B, heads, T, d)
        if past is not None:
            k, v = torch.cat([past[0], k], dim=2), torch.cat([past[1], v], dim=2)
        # one token may look at all there is; several behind a past need a mask that begins after it
        mask = causal_mask(T, k.shape[2], device=x.device) if past is not None and T > 1 else None
        out = functional.scaled_dot_product_attention(
            q, k, v, attn_mask=mask, is_causal=past is None and T > 1, dropout_p=self.dropout if self.training else 0.0
        )
        return self.to_out(out.transpose(1, 2).flatten(2)), (k, v)


class Block(nn.Module):
    """Look back, then think: x (B, T, d_model) to the same shape, and the keys and values for the next call."""

    def __init__(self, config: GPTConfig):
        super().__init__()
        self.norm1 = nn.LayerNorm(config.d_model)
        self.attention = CausalAttention(config)
        self.norm2 = nn.LayerNorm(config.d_model)
        self.widen = nn.Linear(config.d_model, 4 * config.d_model)
        self.narrow = nn.Linear(4 * config.d_model, config.d_model)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x, past=None):
        looked, past = self.attention(self.norm1(x), past)
        x = x + self.dropout(looked)
        thought = self.narrow(functional.gelu(self.widen(self.norm2(x)), approximate="tanh"))
        return x + self.dropout(thought), past


class GPT(nn.Module):
    """Score the next token at every place: ids (B, T) to logits (B, T, vocab_size), and the past for the next call.

    past: what the last call returned, to go on where it ended; None to begin. The table of tokens serves twice, at the input
    and at the output. Raises ValueError beyond `config.context` tokens.
    """

    def __init__(self, config: GPTConfig):
        super().__init__()
        self.config = config
        self.tokens = nn.Embedding(config.vocab_size, config.d_model)
        self.positions = nn.Embedding(config.context, config.d_model)
        self.dropout = nn.Dropout(config.dropout)
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.num_layers))
        self.norm = nn.LayerNorm(config.d_model)
        for name, weight in self.named_parameters():
            if weight.dim() == 2:
                writes = name.endswith(("to_out.weight", "narrow.weight"))  # into the stream, 2 * num_layers of them
                nn.init.normal_(weight, std=0.02 / math.sqrt(2 * config.num_layers) if writes else 0.02)
            elif name.endswith("bias"):
                nn.init.zeros_(weight)

    @property
    def context(self) -> int:
        return self.config.context

    def forward(self, ids, past=None):
        begun = 0 if past is None else past[0][0].shape[2]
        end = begun + ids.shape[1]
        if end > self.config.context:
            raise ValueError(f"{end} tokens do not fit in a context of {self.config.context}")
        x = self.dropout(self.tokens(ids) + self.positions.weight[begun:end])
        kept = []
        for n, block in enumerate(self.blocks):
            x, keys_values = block(x, None if past is None else past[n])
            kept.append(keys_values)
        return functional.linear(self.norm(x), self.tokens.weight), kept


def next_token_loss(outputs, y):
    """Return the mean cross-entropy of what a GPT returns, (logits (B, T, V), past), against the next tokens y (B, T)."""
    return functional.cross_entropy(outputs[0].flatten(0, 1), y.flatten())


def sample_windows(ids: torch.Tensor, rows: int, length: int, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    """Draw windows of ids (N,): inputs x (rows, length), and y, the same a token later. Every start is as likely."""
    starts = torch.randint(len(ids) - length, (rows, 1), generator=torch.Generator().manual_seed(seed))
    at = starts + torch.arange(length)
    return ids[at], ids[at + 1]


def copied_share(sample: list[int], text: list[int], n: int) -> float:
    """Return what share of the runs of n ids of a sample stand in a text word for word."""
    known = {tuple(text[at : at + n]) for at in range(len(text) - n + 1)}
    places = range(len(sample) - n + 1)
    return sum(tuple(sample[at : at + n]) in known for at in places) / max(len(places), 1)


def repeated_share(sample: list[int], n: int) -> float:
    """Return what share of the runs of n ids of a sample had occurred before in it."""
    runs = [tuple(sample[at : at + n]) for at in range(len(sample) - n + 1)]
    return 1 - len(set(runs)) / max(len(runs), 1)


def from_gpt2(other: nn.Module) -> GPT:
    """Return a GPT with the weights of a GPT2LMHeadModel of the transformers library."""
    sizes = other.config
    if sizes.activation_function != "gelu_new" or sizes.n_inner not in (None, 4 * sizes.n_embd):
        raise ValueError("only GPT-2 with its own activation and width can be read")
    model = GPT(GPTConfig(sizes.vocab_size, sizes.n_positions, sizes.n_embd, sizes.n_head, sizes.n_layer))
    names = {"tokens.": "transformer.wte.", "positions.": "transformer.wpe.", "blocks.": "transformer.h.", "norm1.": "ln_1.",
             "norm2.": "ln_2.", "attention.to_qkv.": "attn.c_attn.", "attention.to_out.": "attn.c_proj.", "widen.": "mlp.c_fc.",
             "narrow.": "mlp.c_proj."}  # fmt: skip
    theirs, weights = other.state_dict(), {}
    for ours in model.state_dict():
        name = ours if not ours.startswith("norm.") else ours.replace("norm.", "transformer.ln_f.")
        for own, its in names.items():
            name = name.replace(own, its)
        linear = theirs[name].dim() == 2 and "wte" not in name and "wpe" not in name
        weights[ours] = theirs[name].T if linear else theirs[name]  # the library keeps these (inputs, outputs)
    model.load_state_dict(weights)
    return model.eval()
