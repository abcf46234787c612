"""Compare the training speed of the course's models with that of libraries: python benchmarks/models.py [cpu|cuda]

The Transformer with torch.nn.Transformer, and BERT with transformers' BertForMaskedLM.
"""

import sys
import time

import torch
from torch import nn

from atiende.device import device
from atiende.models.bert import BertConfig, MaskedBert
from atiende.models.transformer import Transformer, TransformerConfig, sinusoids

ROUNDS, STEPS = 7, 4
SIZES = {"small": (16, 12, 64, 4, 128, 1), "middle": (16, 24, 128, 4, 512, 2)}  # batch, words, d_model, heads, d_ff, layers
VOCAB, DROPOUT = 1000, 0.1


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


class Guesser(nn.Module):
    """Score the words of a row with a BERT, ours or the library's, called as a translator is."""

    def __init__(self, bert: nn.Module):
        super().__init__()
        self.bert = bert

    def forward(self, source, target):
        logits = self.bert(source) if isinstance(self.bert, MaskedBert) else self.bert(source, (source != 0).long()).logits
        return logits[:, 1:]


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
    models = {"atiende": Transformer(config).to(where), "torch.nn.Transformer": Torchs(config).to(where)}
    race(f"{name:6} {norm:4}", models, source, target)


def compare_bert(name: str, where: torch.device):
    """Print the same of BERT and transformers' own, at one size."""
    import transformers

    batch, words, d_model, heads, d_ff, layers = SIZES[name]
    sizes = {"hidden_size": d_model, "num_attention_heads": heads, "intermediate_size": d_ff, "num_hidden_layers": layers}
    library = transformers.BertForMaskedLM(transformers.BertConfig(vocab_size=VOCAB, max_position_embeddings=64, **sizes))
    torch.manual_seed(0)
    source, target = (torch.randint(1, VOCAB, (batch, words), device=where) for _ in range(2))
    source[:, -2:] = 0
    ours = MaskedBert(BertConfig(VOCAB, d_model, heads, d_ff, layers, 64, DROPOUT))
    models = {"atiende": Guesser(ours).to(where), "BertForMaskedLM": Guesser(library).to(where).train()}
    race(f"{name:6} bert", models, source, target)


def race(title: str, models: dict, source, target):
    """Train two models in turns, and print the best time of a step of each, and their ratio."""
    optimizers = {kind: torch.optim.Adam(model.parameters(), lr=1e-4) for kind, model in models.items()}
    seconds = {kind: [] for kind in models}
    for _ in range(ROUNDS):  # in turns, so that a busy moment hits both
        for kind, model in models.items():
            seconds[kind].append(step_seconds(model, optimizers[kind], source, target))
    (own, ours), (other, theirs) = ((kind, min(seconds[kind][1:])) for kind in models)  # the first round warms up
    sizes = ", ".join(f"{sum(p.numel() for p in model.parameters()):,}" for model in models.values())
    print(f"{title}  {own} {1000 * ours:7.2f} ms  {other} {1000 * theirs:7.2f} ms  ratio {ours / theirs:.2f}  ({sizes} parameters)")


if __name__ == "__main__":
    torch.set_num_threads(1)
    where = torch.device(sys.argv[1]) if len(sys.argv) > 1 else device()
    print(f"a training step on {where.type}, best of {ROUNDS - 1}; a ratio below 1 is faster")
    for size in SIZES:
        for norm in ("pre", "post"):
            compare(size, norm, where)
        compare_bert(size, where)
