"""Compare the speed of the course's models with those of torch and of transformers: python benchmarks/models.py [cpu|cuda]"""

import sys
import time

import torch
from torch import nn

from atiende.device import device
from atiende.models.transformer import Transformer, TransformerConfig, sinusoids
from atiende.models.vit import ViT, ViTConfig

ROUNDS, STEPS = 7, 4
SIZES = {"small": (16, 12, 64, 4, 128, 1), "middle": (16, 24, 128, 4, 512, 2)}  # batch, words, d_model, heads, d_ff, layers
VOCAB, DROPOUT = 1000, 0.1
VIT_SIZES = {"small": (16, 32, 8, 64, 4, 2), "middle": (8, 64, 8, 128, 4, 4)}  # batch, side, patch, d_model, heads, layers


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


def compare_vit(name: str, where: torch.device):
    """Print the pictures a second of both in training, up to the last features, and their ratio, at one size."""
    from transformers import ViTConfig as TheirConfig
    from transformers import ViTModel

    batch, side, patch, d_model, heads, layers = VIT_SIZES[name]
    torch.manual_seed(0)
    sizes = {"hidden_size": d_model, "num_hidden_layers": layers, "num_attention_heads": heads, "intermediate_size": 4 * d_model}
    drops = {"hidden_dropout_prob": DROPOUT, "attention_probs_dropout_prob": DROPOUT}
    theirs = TheirConfig(**sizes, **drops, image_size=side, patch_size=patch)
    ours = ViTConfig((side, side), patch, 3, d_model=d_model, heads=heads, d_ff=4 * d_model, num_layers=layers, dropout=DROPOUT)
    models = {"atiende": ViT(ours).to(where), "transformers": ViTModel(theirs, add_pooling_layer=False).to(where)}
    features = {"atiende": lambda model, x: model.features(x), "transformers": lambda model, x: model(x).last_hidden_state}
    optimizers = {kind: torch.optim.AdamW(model.parameters(), lr=1e-4) for kind, model in models.items()}
    x = torch.randn(batch, 3, side, side, device=where)
    seconds = {kind: [] for kind in models}
    for _ in range(ROUNDS):
        for kind, model in models.items():
            model.train()
            begun = _now(where)
            for _ in range(STEPS):
                loss = features[kind](model, x).square().mean()
                optimizers[kind].zero_grad()
                loss.backward()
                optimizers[kind].step()
            seconds[kind].append((_now(where) - begun) / STEPS)
    own, other = (min(seconds[kind][1:]) for kind in models)
    print(f"{name:6} ViT   atiende {batch / own:9,.0f} pictures/s  ViTModel {batch / other:9,.0f} pictures/s  ratio {own / other:.2f}")


if __name__ == "__main__":
    torch.set_num_threads(1)
    where = torch.device(sys.argv[1]) if len(sys.argv) > 1 else device()
    print(f"a training step on {where.type}, best of {ROUNDS - 1}; a ratio below 1 is faster")
    for size in SIZES:
        for norm in ("pre", "post"):
            compare(size, norm, where)
    for size in VIT_SIZES:
        compare_vit(size, where)
