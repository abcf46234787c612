"""Train a GPT on Tiny Shakespeare, character by character: python benchmarks/shakespeare.py [small|large] [seed]

Prints the validation loss, in nats a character, over the whole last tenth of the text. `small`, for a CPU, is 4 layers of 128
and 2 000 steps; `large`, for a GPU, is 6 layers of 384 and 5 000. Sizes, batches and steps are those that nanoGPT publishes 1.88
and 1.47 for (Karpathy, 2022); the learning rate is ours.
"""

import math
import sys
import time

import torch
from tqdm import tqdm

from atiende.data import Vocabulary, load_shakespeare
from atiende.device import device
from atiende.models.gpt import GPT, GPTConfig, next_token_loss, sample_windows

RUNS = {  # context, d_model, heads, layers, dropout, batch, steps, top learning rate
    "small": (64, 128, 4, 4, 0.0, 12, 2000, 3e-3),
    "large": (256, 384, 6, 6, 0.2, 64, 5000, 1e-3),
}
WARM_UP, DECAY = 100, 0.1


@torch.no_grad()
def measure(model: GPT, ids: torch.Tensor) -> float:
    """Return the loss, in nats a token, over the windows of ids that follow one another."""
    model.eval()
    T = model.context
    whole = (len(ids) - 1) // T * T
    x, y = ids[:whole].view(-1, T), ids[1 : whole + 1].view(-1, T)
    losses = [next_token_loss(model(a), b).item() * len(a) for a, b in zip(x.split(64), y.split(64), strict=True)]
    model.train()
    return sum(losses) / len(x)


def main(size: str, seed: int):
    context, d_model, heads, layers, dropout, batch, steps, top = RUNS[size]
    corpus, where = load_shakespeare(), device()
    if corpus.source == "default":
        sys.exit("Tiny Shakespeare is neither within reach nor in a mirror: see README.md on ATIENDE_MIRROR.")
    vocabulary = Vocabulary(corpus.train + corpus.validation)
    ids, held_out = vocabulary.encode(corpus.train), vocabulary.encode(corpus.validation).to(where)
    torch.manual_seed(seed)
    model = GPT(GPTConfig(len(vocabulary), context, d_model, heads, layers, dropout)).to(where)
    shrunk = [p for p in model.parameters() if p.dim() == 2]
    free = [p for p in model.parameters() if p.dim() < 2]
    optimizer = torch.optim.AdamW([{"params": shrunk}, {"params": free, "weight_decay": 0.0}], betas=(0.9, 0.99), weight_decay=DECAY)
    began = time.perf_counter()
    for step in tqdm(range(steps), desc=f"{size}, {where}"):
        along = max(0, step - WARM_UP) / (steps - WARM_UP)
        rate = top * min(1, (step + 1) / WARM_UP) * (0.55 + 0.45 * math.cos(math.pi * along))  # down to a tenth
        for group in optimizer.param_groups:
            group["lr"] = rate
        x, y = (t.to(where) for t in sample_windows(ids, batch, context, seed=seed * steps + step))
        loss = next_token_loss(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    parameters = sum(p.numel() for p in model.parameters())
    print(f"{size} on {where}, seed {seed}, {parameters:,} parameters, {steps} steps in {time.perf_counter() - began:.0f} s: "
          f"training {loss.item():.3f}, validation {measure(model, held_out):.4f} nats a character")  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "small", int(sys.argv[2]) if len(sys.argv) > 2 else 0)
