"""Text out of a language model, one symbol after another."""

import torch
from torch import nn


def next_probabilities(logits, temperature: float = 1.0, top_k: int | None = None, top_p: float | None = None):
    """Turn scores (..., V) into the probabilities that the next symbol is drawn with, of the same shape.

    First the temperature, at 0 all on the likeliest; then only the `top_k` likeliest are kept; then, of what is left, the fewest
    likeliest that hold at least a share `top_p`. Holtzman et al. (2020, arXiv:1904.09751), section 3.1.
    """
    if temperature == 0:
        return torch.nn.functional.one_hot(logits.argmax(dim=-1), logits.shape[-1]).to(logits.dtype)
    likeliest, order = (logits / temperature).softmax(dim=-1).sort(dim=-1, descending=True, stable=True)
    if top_k is not None:
        likeliest[..., top_k:] = 0.0
    likeliest = likeliest / likeliest.sum(dim=-1, keepdim=True)
    if top_p is not None:
        before = likeliest.cumsum(dim=-1) - likeliest  # what those likelier hold: the one that reaches top_p stays
        likeliest = likeliest.masked_fill(before >= top_p, 0.0)
    return torch.zeros_like(likeliest).scatter(-1, order, likeliest / likeliest.sum(dim=-1, keepdim=True))


@torch.no_grad()
def generate(
    model: nn.Module,
    ids: torch.Tensor,
    count: int,
    temperature: float = 1.0,
    seed: int = 0,
    top_k: int | None = None,
    top_p: float | None = None,
    cached: bool = True,
) -> torch.Tensor:
    """Continue ids (T,) with `count` symbols drawn from a language model: the ids drawn (count,).

    `model(ids (1, T), state)` returns logits (1, T, V) and the state to go on from: what a recurrent net remembers, or the keys
    and values of a GPT. Below 1 the temperature favours the likely symbols; at 0 the likeliest is always taken. top_k, top_p:
    see `next_probabilities`. A model with a `context` sees no more symbols than those, the last ones; without `cached` it reads
    them all anew each time, which gives the same.
    """
    generator, state, written = torch.Generator().manual_seed(seed), None, ids
    limit = getattr(model, "context", None)
    following = ids if limit is None else ids[-limit:]  # what the model has not read yet
    for _ in range(count):
        logits, state = model(following[None], state)
        p = next_probabilities(logits[0, -1].cpu(), temperature, top_k, top_p)  # (V,)
        chosen = p.argmax(dim=-1, keepdim=True) if temperature == 0 else torch.multinomial(p, 1, generator=generator)
        following = chosen.to(ids.device)
        written = torch.cat([written, following])
        if not cached or (limit is not None and len(written) > limit):  # every place moves by one: no key is right any more
            state, following = None, written if limit is None else written[-limit:]
    return written[len(ids) :]


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


def beam_search(
    next_log_p, width: int, max_len: int, eos: int | None = None, length_power: float = 0.0
) -> list[tuple[list[int], float]]:
    """Write with a language model keeping the `width` best beginnings: (ids, score) of at most `width`, best first.

    `next_log_p(ids)` returns the log-probabilities (V,) of what follows a list of ids. A text ends with `eos` or at `max_len`. The
    score is the sum of the log-probabilities over length ** length_power.
    """
    alive, ended = [([], 0.0)], []
    for _ in range(max_len):
        grown = [([*ids, n], total + step) for ids, total in alive for n, step in enumerate(next_log_p(ids).tolist())]
        best = sorted(grown, key=lambda one: -one[1])[:width]
        ended += [one for one in best if one[0][-1] == eos]
        alive = [one for one in best if one[0][-1] != eos]
    scored = [(ids, total / len(ids) ** length_power) for ids, total in ended + alive]
    return sorted(scored, key=lambda one: -one[1])[:width]
