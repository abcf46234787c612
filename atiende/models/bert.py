"""BERT (Devlin et al., 2019, arXiv:1810.04805): an encoder that learns to guess hidden words, and what is built on top of it."""

from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional

from atiende.models.attention import MultiHeadAttention

IGNORE = -100  # the label of a place that is not asked about


@dataclass(frozen=True)
class BertConfig:
    """Choose the sizes of a BERT."""

    vocab_size: int
    d_model: int = 64
    heads: int = 4
    d_ff: int = 256
    num_layers: int = 2
    max_len: int = 64
    dropout: float = 0.1
    pad: int = 0
    eps: float = 1e-12  # of the layer norms


class Embeddings(nn.Module):
    """Add up what is known of each place, its word, its segment and its position: ids (B, T) to (B, T, d_model)."""

    def __init__(self, config: BertConfig):
        super().__init__()
        self.tokens = nn.Embedding(config.vocab_size, config.d_model)
        self.segments = nn.Embedding(2, config.d_model)
        self.positions = nn.Embedding(config.max_len, config.d_model)
        self.norm = nn.LayerNorm(config.d_model, eps=config.eps)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, ids, segments):
        x = self.tokens(ids) + self.segments(segments) + self.positions.weight[: ids.shape[1]]
        return self.dropout(self.norm(x))


class Layer(nn.Module):
    """Let each place look at all others, then think: x (B, T, d_model) to the same shape. Norms come after the sums."""

    def __init__(self, config: BertConfig):
        super().__init__()
        self.attention = MultiHeadAttention(config.d_model, config.heads, config.dropout)
        self.norm1 = nn.LayerNorm(config.d_model, eps=config.eps)
        self.widen = nn.Linear(config.d_model, config.d_ff)
        self.narrow = nn.Linear(config.d_ff, config.d_model)
        self.norm2 = nn.LayerNorm(config.d_model, eps=config.eps)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x, mask):
        x = self.norm1(x + self.dropout(self.attention(x, x, x, mask)))
        return self.norm2(x + self.dropout(self.narrow(functional.gelu(self.widen(x)))))


class Bert(nn.Module):
    """Read sentences both ways: ids (B, T) to a vector for each place in its context (B, T, d_model).

    segments: (B, T), 0 for the first sentence and 1 for the second; None, all 0. seen: boolean (B, T), True where there is a
    word; None, wherever the id is not padding. With `keep_layers` the output of every layer is left in `layer_outputs`.
    """

    def __init__(self, config: BertConfig):
        super().__init__()
        self.config = config
        self.embeddings = Embeddings(config)
        self.layers = nn.ModuleList(Layer(config) for _ in range(config.num_layers))
        self.keep_layers, self.layer_outputs = False, []
        for part in self.modules():
            if isinstance(part, nn.Embedding):
                nn.init.normal_(part.weight, std=0.02)
            if isinstance(part, nn.Linear):
                nn.init.xavier_uniform_(part.weight)  # the paper's 0.02 suits 768 features, not 64
                nn.init.zeros_(part.bias)

    def mask(self, seen):
        """Return who may look where, broadcastable to (B, heads, T, T): everybody at every word, before or after."""
        return seen[:, None, None, :]

    def forward(self, ids, segments=None, seen=None):
        segments = torch.zeros_like(ids) if segments is None else segments
        seen = ids != self.config.pad if seen is None else seen
        mask = self.mask(seen)
        x = self.embeddings(ids, segments)
        outputs = [x]
        for layer in self.layers:
            x = layer(x, mask)
            outputs.append(x)
        if self.keep_layers:
            self.layer_outputs = [output.detach() for output in outputs]
        return x


class MaskedHead(nn.Module):
    """Score every word of the vocabulary: x (B, T, d_model) to (B, T, V), with the very table of the embeddings."""

    def __init__(self, config: BertConfig, table: nn.Parameter):
        super().__init__()
        self.transform = nn.Linear(config.d_model, config.d_model)
        self.norm = nn.LayerNorm(config.d_model, eps=config.eps)
        self.table = table  # (V, d_model), the same storage: tied
        self.bias = nn.Parameter(torch.zeros(config.vocab_size))
        nn.init.xavier_uniform_(self.transform.weight)
        nn.init.zeros_(self.transform.bias)

    def forward(self, x):
        return functional.linear(self.norm(functional.gelu(self.transform(x))), self.table, self.bias)


class MaskedBert(nn.Module):
    """Guess the word at every place: ids (B, T) to logits (B, T, V)."""

    def __init__(self, config: BertConfig):
        super().__init__()
        self.bert = Bert(config)
        self.head = MaskedHead(config, self.bert.embeddings.tokens.weight)

    def forward(self, ids, segments=None, seen=None):
        return self.head(self.bert(ids, segments, seen))


class BertClassifier(nn.Module):
    """Classify whole texts with what a BERT puts at [CLS], the first place: ids (B, T) to logits (B, classes).

    freeze: the BERT neither learns nor drops out; only the layer on top learns.
    """

    def __init__(self, bert: Bert, classes: int, freeze: bool = False):
        super().__init__()
        self.bert, self.freeze = bert, freeze
        self.head = nn.Linear(bert.config.d_model, classes)
        bert.requires_grad_(not freeze)
        self.train()

    def train(self, mode: bool = True):
        super().train(mode)
        if self.freeze:
            self.bert.eval()
        return self

    def forward(self, ids, segments=None, seen=None):
        return self.head(self.bert(ids, segments, seen)[:, 0])


def mask_tokens(ids, mask: int, vocab_size: int, special: int, p: float = 0.15, shares=(0.8, 0.1), generator=None):
    """Hide some words and ask for them: ids (B, T) to inputs and labels (B, T); ids below `special` are never chosen.

    Each other place is chosen with probability p; of the chosen, the share shares[0] becomes `mask`, shares[1] a random word, and
    the rest stays. Labels are the words at the chosen places and -100 elsewhere. Devlin et al. (2019), section 3.1.
    """
    chosen = (torch.rand(ids.shape, generator=generator) < p) & (ids >= special)
    fate = torch.rand(ids.shape, generator=generator)
    drawn = torch.randint(special, vocab_size, ids.shape, generator=generator)
    inputs = torch.where(chosen & (fate < shares[0]), mask, ids)
    inputs = torch.where(chosen & (fate >= shares[0]) & (fate < sum(shares)), drawn, inputs)
    return inputs, torch.where(chosen, ids, IGNORE)


def masked_loss(logits, labels):
    """Return the mean cross-entropy over the places that are asked about: logits (B, T, V), labels (B, T); 0 if there are none."""
    if not (labels != IGNORE).any():
        return 0.0 * logits.sum()
    return functional.cross_entropy(logits.flatten(0, -2), labels.flatten(), ignore_index=IGNORE)


LIBRARY = (  # names of transformers' BertForMaskedLM, and ours
    ("embeddings.word_embeddings", "embeddings.tokens"), ("embeddings.token_type_embeddings", "embeddings.segments"),
    ("embeddings.position_embeddings", "embeddings.positions"), ("embeddings.LayerNorm", "embeddings.norm"),
    ("encoder.layer", "layers"), ("attention.self.query", "attention.to_q"), ("attention.self.key", "attention.to_k"),
    ("attention.self.value", "attention.to_v"), ("attention.output.dense", "attention.to_out"),
    ("attention.output.LayerNorm", "norm1"), ("intermediate.dense", "widen"), ("output.dense", "narrow"),
    ("output.LayerNorm", "norm2"), ("cls.predictions.transform.dense", "head.transform"),
    ("cls.predictions.transform.LayerNorm", "head.norm"), ("cls.predictions.decoder.weight", "head.table"),
    ("cls.predictions.bias", "head.bias"),
)  # fmt: skip


def from_library(weights: dict) -> dict:
    """Return the weights of transformers' BertForMaskedLM, a state_dict, under the names of a MaskedBert."""
    ours = {}
    for name, weight in weights.items():
        if name.endswith("position_ids") or name == "cls.predictions.decoder.bias":
            continue
        for theirs, own in LIBRARY:
            name = name.replace(theirs, own)
        ours[name] = weight
    return ours | {"head.table": ours["bert.embeddings.tokens.weight"]}


def pretrain(
    model: MaskedBert, rows, *, steps: int, mask: int, special: int, batch_size: int = 64, lr: float = 2e-3, p: float = 0.15,
    shares=(0.8, 0.1), seed: int = 0,
) -> list[float]:  # fmt: skip
    """Teach a model to guess hidden words of rows (N, T), hidden anew each time; return the loss of each step.

    The rate warms up in a tenth of the steps and then falls to zero in a line. The model is left in eval mode.
    """
    generator, weight = torch.Generator().manual_seed(seed), next(model.parameters())
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr)
    model.train()
    losses = []
    for step in range(1, steps + 1):
        ids = rows[torch.randint(len(rows), (batch_size,), generator=generator)]
        inputs, labels = mask_tokens(ids, mask, model.bert.config.vocab_size, special, p, shares, generator)
        asked = labels != IGNORE  # only those are scored: a seventh of the work of scoring all
        logits = model.head(model.bert(inputs.to(weight.device))[asked.to(weight.device)])
        loss = masked_loss(logits, labels[asked].to(weight.device))
        optimizer.param_groups[0]["lr"] = lr * min(10 * step / steps, (steps - step + 1) / (0.9 * steps))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    model.eval()
    return losses
