"""What a notebook of the course imports: data, models, training, plots and widgets."""

import importlib

from atiende.device import device
from atiende.language import label, language, set_language

PARTS = ("data", "models", "plots", "training", "widgets")  # imported when first named, so that this package is light

__all__ = ["device", "label", "language", "set_language", "start", *PARTS]


def start(lang: str = "es"):
    """Begin a notebook: choose its language ("es" or "en") and the look of its figures, and say where it runs."""
    import torch

    from atiende.plots import use_style

    set_language(lang)
    use_style()
    print(f"Atiende · {label('español', 'English')} · {device()} · torch {torch.__version__.split('+')[0]}")


def __getattr__(name):
    if name in PARTS:
        return importlib.import_module(f"atiende.{name}")
    raise AttributeError(f"module 'atiende' has no attribute {name!r}")


def __dir__():
    return sorted(__all__)
