"""Texts to model, and text to ids: Tiny Shakespeare, Don Quijote, first names, and a vocabulary of any symbols."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from atiende.data.files import DON_QUIJOTE, NAMES, TINY_SHAKESPEARE, fetch
from atiende.data.sentences import make_sentences
from atiende.language import label

TRAIN = 0.9  # share of a text; the rest is for validation


@dataclass(frozen=True)
class Corpus:
    """Hold a text cut in two, and say where it came from."""

    train: str
    validation: str
    name: str  # the text that this really is
    source: str  # "cache", "mirror", "download" or "default"


class Vocabulary:
    """Number symbols, in their own order: the characters of a text, or the words of a list.

    len() tells how many there are. A symbol that was not there at the start raises KeyError.
    """

    def __init__(self, symbols: Iterable[str]):
        self.symbols = sorted(set(symbols))
        self.ids = {symbol: n for n, symbol in enumerate(self.symbols)}

    def __len__(self):
        return len(self.symbols)

    def encode(self, symbols: Sequence[str]) -> torch.Tensor:
        """Return the ids (T,) int64 of a text, or of a list of words."""
        return torch.tensor([self.ids[symbol] for symbol in symbols], dtype=torch.int64)

    def decode(self, ids) -> list[str]:
        """Return the symbols of ids (T,)."""
        return [self.symbols[int(n)] for n in ids]


def load_shakespeare() -> Corpus:
    """Load 1.1 million characters of Shakespeare's plays, the last tenth for validation; offline, generated sentences."""
    return _load("Tiny Shakespeare", TINY_SHAKESPEARE, "en", lambda text: text)


def load_quijote() -> Corpus:
    """Load Don Quijote, 2.1 million characters, the last tenth for validation; offline, generated sentences in Spanish."""
    return _load("Don Quijote", DON_QUIJOTE, "es", _between_markers)


def load_names() -> Corpus:
    """Load 29,494 different first names, one a line in random order, the last tenth for validation; offline, made-up ones."""
    made_up = label("nombres inventados", "made-up names")
    paths, source = fetch("Names", NAMES, default=made_up)
    names = _make_names() if paths is None else paths[0].read_text(encoding="utf-8").split()
    names = sorted(set(names))
    np.random.default_rng(0).shuffle(names)
    cut = round(TRAIN * len(names))
    train, validation = ("\n".join(part) + "\n" for part in (names[:cut], names[cut:]))
    return Corpus(train, validation, made_up if paths is None else "names", source)


def _load(title: str, files, language: str, clean) -> Corpus:
    generated = label("frases generadas", "generated sentences")
    paths, source = fetch(title, files, default=generated)
    if paths is None:
        text = "".join(f"{sentence}\n" for sentence in make_sentences(8000, language=language)).replace(" .", ".")
    else:
        text = clean(paths[0].read_text(encoding="utf-8-sig"))  # line ends become "\n"
    cut = round(TRAIN * len(text))
    return Corpus(text[:cut], text[cut:], generated if paths is None else title, source)


def _between_markers(text: str) -> str:
    """Return a text of Project Gutenberg without its licence."""
    body = text.split("*** START OF", 1)[1].split("\n", 1)[1]
    return body.split("*** END OF", 1)[0].strip() + "\n"


def _make_names(count: int = 3000) -> list[str]:
    """Make up names of two to four syllables; those in -a, -o and -n abound, as in real ones."""
    rng = np.random.default_rng(0)
    consonants, vowels, ends = list("bcdfglmnrstv"), list("aeio"), ["a", "a", "o", "an", "en", "ia", "el", "is"]
    names = []
    for syllables in rng.integers(1, 4, size=count):
        body = "".join(rng.choice(consonants) + rng.choice(vowels) for _ in range(syllables))
        names.append(body + rng.choice(consonants) + rng.choice(ends))
    return names
