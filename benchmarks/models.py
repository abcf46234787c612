"""Compare the course's models with those of torch and of the transformers library: python benchmarks/models.py [cpu|cuda]

Training steps of equal models in turns, then a GPT that writes with its cache and without.
"""

import sys
import time
from collections.abc import Callable

import torch
from torch import nn
from torch.nn.functional import cross_entropy

from atiende.decoding import generate
from atiende.device import device
from atiende.models.bert import BertConfig, MaskedBert
from atiende.models.gpt import GPT, GPTConfig
from atiende.models.transformer import Transformer, TransformerConfig, sinusoids
from atiende.models.vit import ViT, ViTConfig

ROUNDS, STEPS = 7, 4
VOCAB, DROPOUT = 1000, 0.1
TRANSFORMER = {"small": (16, 12, 64, 4, 128, 1), "middle": (16, 24, 128, 4, 512, 2)}  # batch, words, d_model, heads, d_ff, layers
BERT = TRANSFORMER
GPTS = {"small": (12, 64, 128, 4, 4), "middle": (8, 128, 256, 8, 4)}  # batch, tokens, d_model, heads, layers
VITS = {"small": (16, 32, 8, 64, 4, 2), "middle": (8, 64, 8, 128, 4, 4)}  # batch, side, patch, d_model, heads, layers
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


def compare_transformer(size: str, norm: str, where: torch.device):
    """Race our Transformer against torch.nn.Transformer."""
    batch, words, d_model, heads, d_ff, layers = TRANSFORMER[size]
    config = TransformerConfig(VOCAB, VOCAB, d_model, heads, d_ff, layers, DROPOUT, norm)
    source, target = (torch.randint(1, VOCAB, (batch, words), device=where) for _ in range(2))
    source[:, -2:] = 0  # some padding, as in any real batch

    def loss(model):
        return cross_entropy(model(source, target[:, :-1]).flatten(0, 1), target[:, 1:].flatten())

    race(f"Transformer {size} {norm}", batch * words, "words", where,
         atiende=(Transformer(config), loss), torch=(Torchs(config), loss))  # fmt: skip


def compare_bert(size: str, where: torch.device):
    """Race our BERT against BertForMaskedLM."""
    from transformers import BertConfig as TheirConfig
    from transformers import BertForMaskedLM

    batch, words, d_model, heads, d_ff, layers = BERT[size]
    sizes = {"hidden_size": d_model, "num_attention_heads": heads, "intermediate_size": d_ff, "num_hidden_layers": layers}
    theirs = BertForMaskedLM(TheirConfig(vocab_size=VOCAB, max_position_embeddings=64, **sizes))
    ours = MaskedBert(BertConfig(VOCAB, d_model, heads, d_ff, layers, 64, DROPOUT))
    ids, wanted = (torch.randint(1, VOCAB, (batch, words), device=where) for _ in range(2))
    ids[:, -2:] = 0
    real = (ids != 0).long()
    race(f"BERT {size}", batch * words, "words", where,
         atiende=(ours, lambda model: cross_entropy(model(ids).flatten(0, 1), wanted.flatten())),
         transformers=(theirs, lambda model: cross_entropy(model(ids, real).logits.flatten(0, 1), wanted.flatten())))  # fmt: skip


def compare_gpt(size: str, where: torch.device):
    """Race our GPT against GPT2LMHeadModel."""
    from transformers import GPT2Config, GPT2LMHeadModel

    batch, length, d_model, heads, layers = GPTS[size]
    sizes = {"vocab_size": VOCAB, "n_positions": length, "n_embd": d_model, "n_head": heads, "n_layer": layers}
    drops = {f"{part}_pdrop": DROPOUT for part in ("resid", "embd", "attn")}
    theirs = GPT2LMHeadModel(GPT2Config(**sizes, **drops, bos_token_id=0, eos_token_id=0, use_cache=False))
    ours = GPT(GPTConfig(VOCAB, length, d_model, heads, layers, DROPOUT))
    ids = torch.randint(VOCAB, (batch, length + 1), device=where)
    wanted = ids[:, 1:].flatten()
    race(f"GPT {size}", batch * length, "tokens", where,
         atiende=(ours, lambda model: cross_entropy(model(ids[:, :-1])[0].flatten(0, 1), wanted)),
         transformers=(theirs, lambda model: cross_entropy(model(ids[:, :-1]).logits.flatten(0, 1), wanted)))  # fmt: skip


def compare_vit(size: str, where: torch.device):
    """Race our ViT against ViTModel, up to the last features."""
    from transformers import ViTConfig as TheirConfig
    from transformers import ViTModel

    batch, side, patch, d_model, heads, layers = VITS[size]
    sizes = {"hidden_size": d_model, "num_hidden_layers": layers, "num_attention_heads": heads, "intermediate_size": 4 * d_model}
    drops = {"hidden_dropout_prob": DROPOUT, "attention_probs_dropout_prob": DROPOUT}
    theirs = ViTModel(TheirConfig(**sizes, **drops, image_size=side, patch_size=patch), add_pooling_layer=False)
    ours = ViT(ViTConfig((side, side), patch, 3, d_model=d_model, heads=heads, d_ff=4 * d_model, num_layers=layers, dropout=DROPOUT))
    x = torch.randn(batch, 3, side, side, device=where)
    race(f"ViT {size}", batch, "pictures", where,
         atiende=(ours, lambda model: model.features(x).square().mean()),
         transformers=(theirs, lambda model: model(x).last_hidden_state.square().mean()))  # fmt: skip


def race(title: str, amount: int, what: str, where: torch.device, **contest: tuple[nn.Module, Callable]):
    """Train two models in turns, name=(model, its loss), and print what each takes a second, at its best, and their ratio."""
    seconds = {kind: [] for kind in contest}
    optimizers = {}
    for kind, (model, _) in contest.items():
        optimizers[kind] = torch.optim.Adam(model.to(where).train().parameters(), lr=1e-4)
    for _ in range(ROUNDS):  # in turns, so that a busy moment hits both
        for kind, (model, loss) in contest.items():
            begun = _now(where)
            for _ in range(STEPS):
                optimizers[kind].zero_grad()
                loss(model).backward()
                optimizers[kind].step()
            seconds[kind].append((_now(where) - begun) / STEPS)
    (own, ours), (other, theirs) = ((kind, min(seconds[kind][1:])) for kind in contest)  # the first round warms up
    print(f"{title:24}{own} {amount / ours:9,.0f}  {other:12} {amount / theirs:9,.0f} {what:9} a second  {theirs / ours:.2f} times")


def compare_cache(where: torch.device):
    """Print how long a GPT takes to write, reading each token once and reading everything anew each time."""
    model = GPT(GPTConfig(VOCAB, max(LENGTHS) + 1, 256, 8, 4)).to(where).eval()
    start = torch.zeros(1, dtype=torch.int64, device=where)
    for length in LENGTHS:
        seconds = {}
        for cached in (True, False):
            begun = _now(where)
            generate(model, start, length, cached=cached)
            seconds[cached] = _now(where) - begun
        print(f"{length:4} tokens written  with the cache {seconds[True]:6.2f} s  without {seconds[False]:6.2f} s  "
              f"{seconds[False] / seconds[True]:.1f} times")  # fmt: skip


def _now(where: torch.device) -> float:
    """Return seconds: of the one thread that computes, which another program's work does not change, or of the clock."""
    if where.type != "cuda":
        return time.process_time()
    torch.cuda.synchronize()
    return time.perf_counter()


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.manual_seed(0)
    where = torch.device(sys.argv[1]) if len(sys.argv) > 1 else device()
    print(f"training on {where.type}, the best of {ROUNDS - 1} rounds; above 1, the course's model is faster")
    for size in TRANSFORMER:
        for norm in ("pre", "post"):
            compare_transformer(size, norm, where)
    for compare, sizes in ((compare_bert, BERT), (compare_gpt, GPTS), (compare_vit, VITS)):
        for size in sizes:
            compare(size, where)
    compare_cache(where)
