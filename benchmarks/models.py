"""Compare the course's models with those of torch and of the transformers library: python benchmarks/models.py [cpu|cuda]"""

import sys
import time

import torch
from torch import nn

from atiende.decoding import generate
from atiende.device import device
from atiende.models.gpt import GPT, GPTConfig
from atiende.models.transformer import Transformer, TransformerConfig, sinusoids

ROUNDS, STEPS = 7, 4
SIZES = {"small": (16, 12, 64, 4, 128, 1), "middle": (16, 24, 128, 4, 512, 2)}  # batch, words, d_model, heads, d_ff, layers
VOCAB, DROPOUT = 1000, 0.1
GPT_SIZES = {"small": (12, 64, 128, 4, 4), "middle": (8, 128, 256, 8, 4)}  # batch, tokens, d_model, heads, layers
LENGTHS = 64, 256  # tokens to write


class Torchs(nn.Module):
    """Do what our Transformer does, out of torch.nn.Transformer, embeddings and a head: the same parameters and sums."""

    def __init__(self, config: TransformerConfig):
        super().__init__()
        D, self.pad = config.d_model, config.pad
        self.source, self.target = nn.Embedding(VOCAB, D), nn.Embedding(VOCAB, D)
        self.layers = nn.Transformer(D, config.heads, config.num_layers, config.num_layers, config.d_ff, config.dropout,
                                     batch_first=True, norm_first=config.norm == "pre")  # fmt: skip
        self.head, self.dropout = nn.Linear(D, VOCAB), nn.Dropout(config.dropout)
        self.register_buffer("positions", sinusoids(config.max_len, D))

    def forward(self, source, target):
        T, D = target.shape[1], self.positions.shape[1]
        embedded = (self.dropout(table(ids) * D**0.5 + self.positions[: ids.shape[1]])
                    for table, ids in ((self.source, source), (self.target, target)))  # fmt: skip
        hidden = source == self.pad
        causal = torch.ones(T, T, dtype=torch.bool, device=target.device).triu(1)
        return self.head(self.layers(*embedded, tgt_mask=causal, src_key_padding_mask=hidden,
                                     tgt_key_padding_mask=target == self.pad, memory_key_padding_mask=hidden))  # fmt: skip


def step_seconds(model, optimizer, source, target) -> float:
    """Return the seconds of one training step, the mean of a few."""
    begun = _now(source.device)
    for _ in range(STEPS):
        logits = model(source, target[:, :-1])
        loss = nn.functional.cross_entropy(logits.flatten(0, 1), target[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return (_now(source.device) - begun) / STEPS


def _now(where: torch.device) -> float:
    """Return seconds: of the one thread that computes, which another program's work does not change, or of the clock."""
    if where.type != "cuda":
        return time.process_time()
    torch.cuda.synchronize()
    return time.perf_counter()


def compare(name: str, norm: str, where: torch.device):
    """Print the time of a step of both, and their ratio, at one size."""
    batch, words, d_model, heads, d_ff, layers = SIZES[name]
    config = TransformerConfig(VOCAB, VOCAB, d_model, heads, d_ff, layers, DROPOUT, norm)
    torch.manual_seed(0)
    source, target = (torch.randint(1, VOCAB, (batch, words), device=where) for _ in range(2))
    source[:, -2:] = 0  # some padding, as in any real batch
    models = {"atiende": Transformer(config).to(where), "torch": Torchs(config).to(where)}
    optimizers = {kind: torch.optim.Adam(model.parameters(), lr=1e-4) for kind, model in models.items()}
    seconds = {kind: [] for kind in models}
    for _ in range(ROUNDS):  # in turns, so that a busy moment hits both
        for kind, model in models.items():
            seconds[kind].append(step_seconds(model, optimizers[kind], source, target))
    ours, theirs = (min(seconds[kind][1:]) for kind in models)  # the first round warms up
    sizes = ", ".join(f"{sum(p.numel() for p in model.parameters()):,}" for model in models.values())
    print(f"{name:6} {norm:4}  atiende {1000 * ours:7.2f} ms  torch.nn.Transformer {1000 * theirs:7.2f} ms  "
          f"ratio {ours / theirs:.2f}  ({sizes} parameters)")


def compare_gpt(name: str, where: torch.device):
    """Print the tokens a second of both in training, and their ratio, at one size."""
    from transformers import GPT2Config, GPT2LMHeadModel

    batch, length, d_model, heads, layers = GPT_SIZES[name]
    torch.manual_seed(0)
    sizes = {"vocab_size": VOCAB, "n_positions": length, "n_embd": d_model, "n_head": heads, "n_layer": layers}
    drops = {f"{part}_pdrop": DROPOUT for part in ("resid", "embd", "attn")}
    models = {"atiende": GPT(GPTConfig(VOCAB, length, d_model, heads, layers, DROPOUT)).to(where),
              "transformers": GPT2LMHeadModel(GPT2Config(**sizes, **drops, bos_token_id=0, eos_token_id=0)).to(where)}  # fmt: skip
    scores = {"atiende": lambda model, ids: model(ids)[0], "transformers": lambda model, ids: model(ids, use_cache=False).logits}
    optimizers = {kind: torch.optim.AdamW(model.parameters(), lr=1e-4) for kind, model in models.items()}
    ids = torch.randint(VOCAB, (batch, length + 1), device=where)
    seconds = {kind: [] for kind in models}
    for _ in range(ROUNDS):
        for kind, model in models.items():
            model.train()
            begun = _now(where)
            for _ in range(STEPS):
                logits = scores[kind](model, ids[:, :-1])
                loss = nn.functional.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten())
                optimizers[kind].zero_grad()
                loss.backward()
                optimizers[kind].step()
            seconds[kind].append((_now(where) - begun) / STEPS)
    ours, theirs = (min(seconds[kind][1:]) for kind in models)
    print(f"{name:6} GPT   atiende {batch * length / ours:9,.0f} tokens/s  GPT2LMHeadModel {batch * length / theirs:9,.0f} tokens/s  "
          f"ratio {ours / theirs:.2f}")


def compare_cache(where: torch.device):
    """Print how long a GPT takes to write, reading each token once and reading everything anew each time."""
    torch.manual_seed(0)
    model = GPT(GPTConfig(VOCAB, max(LENGTHS) + 1, 256, 8, 4)).to(where).eval()
    start = torch.zeros(1, dtype=torch.int64, device=where)
    for length in LENGTHS:
        seconds = {}
        for cached in (True, False):
            begun = _now(where)
            generate(model, start, length, cached=cached)
            seconds[cached] = _now(where) - begun
        print(f"{length:4} tokens written  with the cache {seconds[True]:6.2f} s  without {seconds[False]:6.2f} s  "
              f"ratio {seconds[True] / seconds[False]:.2f}")


if __name__ == "__main__":
    torch.set_num_threads(1)
    where = torch.device(sys.argv[1]) if len(sys.argv) > 1 else device()
    print(f"a training step on {where.type}, best of {ROUNDS - 1}; a ratio below 1 is faster")
    for size in SIZES:
        for norm in ("pre", "post"):
            compare(size, norm, where)
    for size in GPT_SIZES:
        compare_gpt(size, where)
    compare_cache(where)
