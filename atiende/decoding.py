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


@torch.no_grad()
def greedy_decode(model: nn.Module, source: torch.Tensor, max_len: int, bos: int = 1, eos: int = 2) -> torch.Tensor:
    """Translate source (B, S) taking the likeliest word each time: ids (B, T), T at most `max_len`, each row up to its end.

    `model` has `encode` and `decode`, as a Transformer does; behind its end a row holds the model's padding.
    """
    memory, memory_mask = model.encode(source)
    target = source.new_full((len(source), 1), bos)
    ended = torch.zeros(len(source), dtype=torch.bool, device=source.device)
    for _ in range(max_len):
        chosen = model.decode(target, memory, memory_mask)[:, -1].argmax(dim=-1)  # (B,)
        target = torch.cat([target, chosen.masked_fill(ended, model.config.pad)[:, None]], dim=1)
        ended |= chosen == eos
        if ended.all():
            break
    return target[:, 1:]


@torch.no_grad()
def beam_decode(
    model: nn.Module, source: torch.Tensor, max_len: int, width: int = 4, length_power: float = 0.6, bos: int = 1, eos: int = 2
) -> list[tuple[list[int], float]]:
    """Translate one sentence, source (S,), keeping the `width` best beginnings: (ids with their end, score), best first.

    The score is the sum of the log-probabilities over length ** length_power: without it the short ones would win, for each
    word makes a sentence less likely. Wu et al. (2016, arXiv:1609.08144), section 7, with a plain power.
    """
    memory, memory_mask = model.encode(source[None])
    alive, ended = [([bos], 0.0)], []
    for _ in range(max_len):
        target = torch.tensor([ids for ids, _ in alive], device=source.device)  # (W, t)
        again = memory.expand(len(alive), -1, -1), memory_mask.expand(len(alive), -1, -1, -1)
        scores = model.decode(target, *again)[:, -1].log_softmax(dim=-1)  # (W, V)
        scores = scores + torch.tensor([total for _, total in alive], device=source.device)[:, None]
        best = scores.flatten().topk(min(width, scores.numel()))
        grown = []
        for total, at in zip(best.values.tolist(), best.indices.tolist(), strict=True):
            ids = [*alive[at // scores.shape[1]][0], at % scores.shape[1]]
            (ended if ids[-1] == eos else grown).append((ids, total))
        alive = grown
        if not alive or len(ended) >= width:
            break
    ranked = [(ids[1:], total / (len(ids) - 1) ** length_power) for ids, total in ended or alive]
    return sorted(ranked, key=lambda one: -one[1])
