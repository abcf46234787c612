"""The checks of unit 6; and torch's own layers with weights of the judge's choosing, which they compare with."""

import torch
from torch import nn

from autograder import expect
from autograder.text import Text


def percent(share: float, digits: int = 0) -> Text:
    """Write a share as each language does: 13,5 % and 13.5%."""
    return Text(f"{100 * share:.{digits}f} %".replace(".", ","), f"{share:.{digits}%}")


def decimal(value: float, digits: int = 2) -> Text:
    return Text(f"{value:.{digits}f}".replace(".", ","), f"{value:.{digits}f}")


def near(seen, wanted, what: str):
    """Compare what went through layers in single precision, on the student's side, with what went through them in double."""
    expect.close(seen, wanted, atol=1e-4, rtol=1e-4, what=what)


def linear_weights(draw, name: str, outputs: int, inputs: int) -> dict[str, torch.Tensor]:
    return {f"{name}.weight": draw.tensor(outputs, inputs, std=0.4), f"{name}.bias": draw.tensor(outputs, std=0.4)}


def norm_weights(draw, name: str, D: int) -> dict[str, torch.Tensor]:
    return {f"{name}.weight": 1 + draw.tensor(D, std=0.4), f"{name}.bias": draw.tensor(D, std=0.4)}


def layer_weights(draw, D: int, F: int) -> dict[str, torch.Tensor]:
    """Draw the weights of an encoder layer, by the names of `atiende.models.transformer.EncoderLayer`."""
    weights = {}
    for part in ("to_q", "to_k", "to_v", "to_out"):
        weights |= linear_weights(draw, f"attention.{part}", D, D)
    weights |= linear_weights(draw, "feed_forward.widen", F, D) | linear_weights(draw, "feed_forward.narrow", D, F)
    for n in range(2):
        weights |= norm_weights(draw, f"sublayers.{n}.norm", D)
    return weights


def torch_layer(weights: dict, D: int, heads: int, F: int) -> nn.Module:
    """Return torch's own encoder layer with these weights, norms after the sums, in double precision, without dropout."""
    layer = nn.TransformerEncoderLayer(D, heads, F, dropout=0.0, batch_first=True, norm_first=False).double()
    named = {}
    for end in ("weight", "bias"):
        named[f"self_attn.in_proj_{end}"] = torch.cat([weights[f"attention.{part}.{end}"] for part in ("to_q", "to_k", "to_v")])
        named[f"self_attn.out_proj.{end}"] = weights[f"attention.to_out.{end}"]
        named[f"linear1.{end}"] = weights[f"feed_forward.widen.{end}"]
        named[f"linear2.{end}"] = weights[f"feed_forward.narrow.{end}"]
        for n in range(2):
            named[f"norm{n + 1}.{end}"] = weights[f"sublayers.{n}.norm.{end}"]
    layer.load_state_dict(named)
    return layer.train()  # torch's fast path, which rounds otherwise, is for eval; there is no dropout


LENT_READER = '''
import torch

class LentReader(torch.nn.Module):
    """A small reader, so that only what is built around it is judged; it notes what it is asked and in which mode."""

    def __init__(self, vocab_size, d_model, dropout=0.0):
        super().__init__()
        self.tokens = torch.nn.Embedding(vocab_size, d_model)
        self.segments = torch.nn.Embedding(2, d_model)
        self.mix = torch.nn.Linear(d_model, d_model)
        self.dropout = torch.nn.Dropout(dropout)
        self.bias = torch.nn.Parameter(torch.zeros(vocab_size))
        self.asked, self.modes = [], []

    def forward(self, ids, segments, seen):
        self.asked.append([ids.clone(), segments.clone(), seen.clone()])
        self.modes.append(self.training)
        x = self.dropout(self.tokens(ids) + self.segments(segments))
        looks = seen.to(x.dtype)[..., None]
        mean = (x * looks).sum(dim=1, keepdim=True) / looks.sum(dim=1, keepdim=True)
        order = torch.arange(ids.shape[1], dtype=x.dtype)[None, :, None]
        return torch.tanh(self.mix(x) + mean * (1 + 0.3 * order))

    def scores(self, hidden):
        return hidden @ self.tokens.weight.T + self.bias
'''


def lent_reader(student, draw, vocab_size: int, d_model: int, dropout: float = 0.0):
    """Return the lent reader on the student's side, and the same one here."""
    student.lend(LENT_READER)
    here: dict = {}
    exec(LENT_READER, here)
    theirs, ours = student.keep("LentReader", vocab_size, d_model, dropout), here["LentReader"](vocab_size, d_model, dropout)
    weights = {name: draw.tensor(*value.shape, std=0.6, dtype=torch.float32) for name, value in ours.state_dict().items()}
    theirs.keep_method("load_state_dict", weights)
    ours.load_state_dict(weights)
    return theirs, ours
