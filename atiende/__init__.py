"""What a notebook of the course imports: data, models, training, plots and widgets."""

import importlib

from atiende.device import device
from atiende.language import label, language, set_language

PARTS = ("data", "models", "plots", "training", "widgets")  # imported when first named, so that this package is light

__all__ = ["device", "label", "language", "progress", "set_language", "start", *PARTS]


def start(lang: str = "es"):
    """Begin a notebook: choose its language ("es" or "en") and the look of its figures, and say where it runs."""
    import torch

    from atiende.plots import use_style

    set_language(lang)
    use_style()
    print(f"Atiende · {label('español', 'English')} · {device()} · torch {torch.__version__.split('+')[0]}")


def progress():
    """Show the road of the course with the exercises that pass so far, and say which comes next. Nothing leaves the machine."""
    from atiende.plots.road import plot_road
    from atiende.record import read_record, record_file

    record = read_record()
    if not record.units:
        print(label("Aún no hay nada apuntado: ejecuta un check(...) en una tarea.",
                    "Nothing is noted yet: run a check(...) in an assignment."))  # fmt: skip
        return
    plot_road(record)
    done = sum(id in record.passed for unit in record.units for id in unit["exercises"])
    total = sum(len(unit["exercises"]) for unit in record.units)
    follows = label(f" Sigue: {record.next}.", f" Next: {record.next}.") if record.next else ""
    print(label(f"{done} de {total} ejercicios.{follows} Apuntado en {record_file()}",
                f"{done} of {total} exercises.{follows} Noted in {record_file()}"))  # fmt: skip


def __getattr__(name):
    if name in PARTS:
        return importlib.import_module(f"atiende.{name}")
    raise AttributeError(f"module 'atiende' has no attribute {name!r}")


def __dir__():
    return sorted(__all__)
