"""Short texts with labels: SST-2, sentiment in English, and SIB-200, topics in English and in Spanish."""

import csv
from dataclasses import dataclass

import numpy as np

from atiende.data.files import SIB200, SST2, fetch
from atiende.data.messages import make_messages
from atiende.language import label
from atiende.language import language as notebook_language


@dataclass(frozen=True)
class Labelled:
    """Hold texts and their labels (N,) int64 in three parts, and say where they came from."""

    train: tuple[list[str], np.ndarray]
    validation: tuple[list[str], np.ndarray]
    test: tuple[list[str], np.ndarray]
    classes: tuple[str, ...]  # what labels 0, 1 ... mean
    name: str  # what this really is
    source: str  # "cache", "mirror", "download" or "default"


def load_sst2() -> Labelled:
    """Load 9,613 sentences of film reviews, negative or positive; offline, generated messages.

    Socher et al. (2013), Stanford Sentiment Treebank, whole sentences of two classes: 6,920, 872 and 1,821.
    """
    paths, source = fetch("SST-2", SST2, default=label("mensajes generados", "generated messages"))
    if paths is None:
        return _generated()
    parts = []
    for path in paths:
        rows = [line.split(" ", 1) for line in path.read_text(encoding="utf-8").splitlines()]
        parts.append(([text for _, text in rows], np.array([int(y) for y, _ in rows])))
    return Labelled(*parts, label(("negativa", "positiva"), ("negative", "positive")), "SST-2", source)


def load_sib200(language: str | None = None) -> Labelled:
    """Load 1,004 sentences on seven topics in "es" or "en", by default the notebook's language; offline, generated messages.

    Adelani et al. (2024, arXiv:2309.07445), CC BY-SA 4.0. Both languages hold the same sentences in the same order.
    """
    language = language or notebook_language()
    paths, source = fetch("SIB-200", SIB200[language], default=label("mensajes generados", "generated messages"))
    if paths is None:
        return _generated()
    tables = []
    for path in paths:
        with open(path, encoding="utf-8", newline="") as file:
            tables.append([(row["text"], row["category"]) for row in csv.DictReader(file, delimiter="\t")])
    classes = tuple(sorted({category for _, category in tables[0]}))
    parts = [([text for text, _ in rows], np.array([classes.index(category) for _, category in rows])) for rows in tables]
    return Labelled(*parts, classes, "SIB-200", source)


def _generated() -> Labelled:
    parts = (make_messages(count, seed=seed) for seed, count in enumerate((600, 200, 200)))
    classes = label(("de un amigo", "publicidad"), ("from a friend", "advertising"))
    return Labelled(*parts, classes, label("mensajes generados", "generated messages"), "default")
