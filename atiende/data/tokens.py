"""Sentences as rows of numbers: words and marks, four special ids, and padding up to the longest."""

import re
from collections import Counter
from collections.abc import Iterable

import torch

PAD, BOS, EOS, UNK = 0, 1, 2, 3  # padding, beginning and end of a sentence, a word that the vocabulary does not hold
SPECIAL = ("<pad>", "<bos>", "<eos>", "<unk>")


def split_words(text: str) -> list[str]:
    """Return the words and the punctuation marks of a text, in small letters."""
    return re.findall(r"\w+(?:['’]\w+)*|[^\w\s]", text.lower())


class Tokens:
    """Number the words of a language; len() tells how many ids there are, special ones included.

    `texts` are the sentences to learn from. A word that they hold less than `min_count` times is unknown.
    """

    def __init__(self, texts: Iterable[str], min_count: int = 1):
        counts = Counter(word for text in texts for word in split_words(text))
        self.words = [*SPECIAL, *sorted(word for word, count in counts.items() if count >= min_count)]
        self.ids = {word: n for n, word in enumerate(self.words)}

    def __len__(self):
        return len(self.words)

    def encode(self, text: str) -> list[int]:
        """Return the ids of a sentence, without beginning or end."""
        return [self.ids.get(word, UNK) for word in split_words(text)]

    def decode(self, ids) -> list[str]:
        """Return the words of ids (T,) up to the first end, without padding or beginning."""
        words = []
        for n in map(int, ids):
            if n == EOS:
                break
            if n not in (PAD, BOS):
                words.append(self.words[n])
        return words


def pad_rows(rows: list[list[int]], pad: int = PAD) -> torch.Tensor:
    """Return rows of different lengths as one tensor (N, T) int64, filled up with `pad` to the longest."""
    longest = max(map(len, rows))
    return torch.tensor([[*row, *[pad] * (longest - len(row))] for row in rows], dtype=torch.int64)


def join_words(words: list[str]) -> str:
    """Return words and marks as a sentence: no space before a closing mark, nor after an opening one."""
    return re.sub(r"([¿¡(]) ", r"\1", re.sub(r" ([.,;:!?)…])", r"\1", " ".join(words)))
