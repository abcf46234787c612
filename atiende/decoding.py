"""Text out of a language model, one symbol after another."""

import torch
from torch import nn


@torch.no_grad()
def generate(model: nn.Module, ids: torch.Tensor, count: int, temperature: float = 1.0, seed: int = 0) -> torch.Tensor:
    """Continue ids (T,) with `count` symbols drawn from a recurrent language model: the ids drawn (count,).

    `model(ids (1, T), state)` returns logits (1, T, V) and the state to go on from. Below 1 the temperature favours the
    likely symbols; at 0 the likeliest is always taken.
    """
    generator, state, drawn = torch.Generator().manual_seed(seed), None, []
    following = ids[None]  # (1, T)
    for _ in range(count):
        logits, state = model(following, state)
        last = logits[0, -1].cpu()  # (V,)
        if temperature == 0:
            chosen = last.argmax()
        else:
            chosen = torch.multinomial((last / temperature).softmax(dim=0), 1, generator=generator)[0]
        drawn.append(chosen)
        following = chosen.reshape(1, 1).to(ids.device)
    return torch.stack(drawn)
