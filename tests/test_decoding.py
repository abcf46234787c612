import pytest
import torch
from torch import nn

from atiende.decoding import generate
from atiende.models.rnn import RecurrentLM


class Fixed(nn.Module):
    """Score every next symbol alike, whatever came before."""

    def __init__(self, logits):
        super().__init__()
        self.logits = torch.tensor(logits)

    def forward(self, ids, state=None):
        return self.logits.expand(*ids.shape, -1), state


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_symbols_come_as_often_as_the_temperature_says(temperature):
    logits, count = [2.0, 1.0, 0.0], 3000
    drawn = generate(Fixed(logits), torch.tensor([0]), count, temperature=temperature)
    p = torch.softmax(torch.tensor(logits) / temperature, dim=0)
    seen = torch.bincount(drawn, minlength=3) / count
    assert ((seen - p).abs() < 5 * (p * (1 - p) / count).sqrt()).all()


def test_at_zero_the_likeliest_is_always_taken():
    assert generate(Fixed([0.0, 0.1, -1.0]), torch.tensor([2]), 9, temperature=0).tolist() == [1] * 9


def test_the_state_carries_all_that_was_written():
    """Drawn one by one with a state, each symbol is the likeliest of the whole text read anew."""
    torch.manual_seed(0)
    model, start = RecurrentLM(7, 8, 16), torch.tensor([3, 1, 4])
    drawn = generate(model, start, 12, temperature=0)
    text = torch.cat([start, drawn])
    for n in range(12):
        logits, _ = model(text[None, : 3 + n])
        assert logits[0, -1].argmax() == drawn[n]


def test_a_seed_repeats_the_text():
    model, start = Fixed([0.0, 0.0, 0.0]), torch.tensor([0])
    one, again, other = (generate(model, start, 30, seed=seed).tolist() for seed in (1, 1, 2))
    assert one == again != other
