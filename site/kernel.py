"""Prepare the kernel of a lesson: explorers show their states as the site can, and each model is trained once for both languages."""

import base64
import hashlib
import itertools
import os
from functools import wraps
from html import escape
from pathlib import Path

import numpy as np
import torch
from IPython import get_ipython
from matplotlib.figure import Figure

from atiende import training
from atiende.language import label
from atiende.plots.style import SCREEN_DPI, to_png
from atiende.widgets.explorer import LIVE_WIDTH, Explorer


def frames(explorer: Explorer, include=None, exclude=None) -> dict:
    """Return the chosen states of an explorer as a list of pictures, each with what is seen there."""
    width, height = round(LIVE_WIDTH * SCREEN_DPI), round(explorer.height * SCREEN_DPI)
    items = []
    for state in explorer.states:
        figure = Figure(figsize=(LIVE_WIDTH, explorer.height), layout="constrained")
        told = explorer.draw(figure, **state)
        picture = base64.b64encode(to_png(figure)).decode()
        items.append(f'<li><img src="data:image/png;base64,{picture}" width="{width}" height="{height}" alt="{escape(told)}">'
                     f"<p>{escape(told)}</p></li>")  # fmt: skip
    name = label("Explorador", "Explorer")
    return {"text/html": f'<div class="explorer" role="group" aria-label="{name}"><ol>{"".join(items)}</ol></div>'}


def trained_once(train, folder: Path):
    """Return `train` with a memory: its n-th call on the same weights and data gives what another language's run got."""
    calls = itertools.count()

    @wraps(train)
    def remembered(model, x, y, *, optimizer=None, **options):
        path, begun = folder / f"{next(calls)}.pt", _digest(model, x, y)
        kept = torch.load(path, weights_only=False) if path.is_file() else {}
        if kept.get("begun") == begun:
            model.load_state_dict(kept["weights"])
            model.eval()
            if optimizer is not None:
                optimizer.load_state_dict(kept["optimizer"])
            torch.set_rng_state(kept["random"])
            return kept["history"]
        history = train(model, x, y, optimizer=optimizer, **options)
        steps = None if optimizer is None else optimizer.state_dict()
        kept = {"begun": begun, "weights": model.state_dict(), "optimizer": steps, "random": torch.get_rng_state(), "history": history}
        torch.save(kept, path)
        return history

    return remembered


def _digest(model, x, y) -> str:
    parts = [*model.state_dict().values(), *(x if isinstance(x, tuple) else (x,)), y]
    return hashlib.sha256(b"".join(np.asarray(part).tobytes() for part in parts)).hexdigest()


training.train = trained_once(training.train, Path(os.environ["ATIENDE_TRAINED"]))
get_ipython().display_formatter.mimebundle_formatter.for_type(Explorer, frames)
