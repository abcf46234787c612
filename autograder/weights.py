"""Weights of the judge's choosing, put into a module of the student's."""

from autograder import expect
from autograder.student import Handle
from autograder.text import Text

BUFFERS = ("running_mean", "running_var", "num_batches_tracked")
SHOWN = 6  # names of a kind


def load_weights(model: Handle, weights: dict):
    """Load tensors by name into a torch module, or fail with what it lacks, has in excess or shapes otherwise."""
    seen, wanted = model.shapes(), {name: tuple(value.shape) for name, value in weights.items()}
    _agree(seen if isinstance(seen, dict) else {}, wanted)
    model.keep_method("load_state_dict", weights)


def _agree(seen: dict, wanted: dict):
    lacks = [name for name in wanted if name not in seen]
    spare = [name for name in seen if name not in wanted]
    shaped = "; ".join(f"`{name}`: {seen[name]}, {wanted[name]}" for name in wanted if name in seen and seen[name] != wanted[name])
    parts = []
    if spare:
        parts.append(Text(f"{'Sobran' if len(spare) > 1 else 'Sobra'}: {_told(spare)}.", f"Not asked for: {_told(spare)}."))
    if lacks:
        parts.append(Text(f"{'Faltan' if len(lacks) > 1 else 'Falta'}: {_told(lacks)}.", f"Missing: {_told(lacks)}."))
    if shaped:
        parts.append(Text(f"Con otra forma (la tuya y la pedida): {shaped}.",
                          f"Of another shape (yours and the one asked for): {shaped}."))
    if parts:
        expect.fail("Los parámetros no son los que se piden. {parts}", "The parameters are not those asked for. {parts}",
                    parts=Text(" ".join(part.es for part in parts), " ".join(part.en for part in parts)))


def _told(names: list[str]) -> str:
    """Return names in a row, without the running averages of a layer whose weights are named too."""
    layers = {name.rpartition(".")[0] for name in names if not name.endswith(BUFFERS)}
    kept = [name for name in names if not name.endswith(BUFFERS) or name.rpartition(".")[0] not in layers]
    return ", ".join(f"`{name}`" for name in kept[:SHOWN]) + (f" … (+{len(kept) - SHOWN})" if len(kept) > SHOWN else "")
