"""The training loop of the course, and the measure of a trained model."""

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import nn

from atiende.language import label
from atiende.progress_bar import progress_bar


@dataclass
class History:
    """Hold what happened in a training: a loss a step, and a validation loss every few steps."""

    steps: list[int] = field(default_factory=list)  # 1, 2, 3 ...
    losses: list[float] = field(default_factory=list)  # of the batch of each step, before the step
    validation_steps: list[int] = field(default_factory=list)
    validation: list[float] = field(default_factory=list)  # after the step

    @property
    def best(self) -> int | None:
        """Tell the step with the lowest validation loss, None without validation."""
        return min(zip(self.validation, self.validation_steps, strict=True))[1] if self.validation else None

    def curves(self) -> dict[str, tuple[list[int], list[float]]]:
        """Return each curve by its name in the notebook's language: (steps, losses)."""
        curves = {label("entrenamiento", "training"): (self.steps, self.losses)}
        if self.validation:
            curves[label("validación", "validation")] = (self.validation_steps, self.validation)
        return curves


def train(
    model: nn.Module,
    x,
    y,
    *,
    loss: Callable = nn.functional.cross_entropy,
    optimizer: torch.optim.Optimizer | None = None,
    lr: float | Callable[[int], float] = 1e-3,
    steps: int = 1000,
    batch_size: int = 64,
    validation: tuple | None = None,
    every: int = 100,
    patience: int | None = None,
    clip: float | None = None,
    seed: int = 0,
) -> History:
    """Train a model in place, on its own device, and leave it ready to predict (`model.eval()`).

    `x` and `y` are arrays or tensors with one example a row; `x` may be a tuple of them for a model of several inputs.
    `loss(model(x), y)` is the mean over a batch. Without `optimizer` it is AdamW. `lr` is a number, for AdamW only, or a
    function of the step (1, 2, 3 ...), for any optimiser. `validation` is another (x, y),
    measured every `every` steps; after `patience` measures without a new lowest loss the training stops, and with patience
    the weights of the lowest come back. `clip` is the largest norm of the gradient. The same weights and the same `seed`
    give the same result; the seed of torch is set. Raises FloatingPointError where the loss is no longer finite.
    """
    if patience is not None and validation is None:
        raise ValueError(label("patience necesita validation=(x, y)", "patience needs validation=(x, y)"))
    torch.manual_seed(seed)  # for dropout
    optimizer = optimizer or torch.optim.AdamW(model.parameters(), lr=lr(1) if callable(lr) else lr)
    batches = _batches(len(y), batch_size, seed)
    history, best_weights = History(), None

    model.train()
    with progress_bar(range(1, steps + 1), text=label("Entrenando", "Training"), unit=label(" pasos", " steps")) as bar:
        for step in bar:
            rows = next(batches)
            value = loss(_outputs(model, x, rows), _take(y, rows, model))
            history.steps.append(step)
            history.losses.append(value.item())
            if not math.isfinite(history.losses[-1]):
                raise FloatingPointError(_not_finite(step, history.losses[-1]))
            if callable(lr):
                for group in optimizer.param_groups:
                    group["lr"] = lr(step)
            optimizer.zero_grad()
            value.backward()
            if clip is not None:
                nn.utils.clip_grad_norm_(model.parameters(), clip)
            optimizer.step()
            bar.set_postfix_str(f"{label('pérdida', 'loss')} {history.losses[-1]:.4g}", refresh=False)

            if validation is not None and (step % every == 0 or step == steps):
                history.validation_steps.append(step)
                history.validation.append(evaluate(model, *validation, measure=loss))
                if patience is not None and history.best == step:
                    best_weights = copy.deepcopy(model.state_dict())
                if patience is not None and sum(s > history.best for s in history.validation_steps) >= patience:
                    break
    if best_weights is not None:
        model.load_state_dict(best_weights)
    model.eval()
    return history


@torch.no_grad()
def evaluate(model: nn.Module, x, y, *, measure: Callable, batch_size: int = 1000) -> float:
    """Return the mean of `measure(model(x), y)` over all rows, without dropout; the model's mode is left as it was."""
    mode = model.training
    model.eval()
    total = 0.0
    for rows in torch.arange(len(y)).split(batch_size):
        total += len(rows) * float(measure(_outputs(model, x, rows), _take(y, rows, model)))
    model.train(mode)
    return total / len(y)


def accuracy(logits, y):
    """Return the share of right answers: logits (..., C) against classes y (...)."""
    return (logits.argmax(-1) == y).float().mean()


def _not_finite(step: int, value: float) -> str:
    return label(
        f"La pérdida del paso {step} es {value}: prueba un lr menor o busca nan en los datos.",
        f"The loss of step {step} is {value}: try a smaller lr, or look for nan in the data.",
    )


def _batches(n: int, batch_size: int, seed: int):
    """Yield the rows of each batch, for ever: every pass over the n rows is in a new random order."""
    generator = torch.Generator().manual_seed(seed)
    while True:
        yield from torch.randperm(n, generator=generator).split(batch_size)


def _outputs(model, x, rows):
    inputs = x if isinstance(x, tuple) else (x,)
    return model(*(_take(part, rows, model) for part in inputs))


def _take(values, rows, model):
    """Take rows of an array or tensor to the model's device, and decimals to its precision."""
    weight = next(model.parameters())
    taken = torch.as_tensor(values)[rows]
    return taken.to(weight.device, weight.dtype if taken.is_floating_point() else taken.dtype)
