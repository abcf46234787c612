"""Sentences as BERT reads them: words numbered after five special ids, and rows that begin with [CLS] and end with [SEP]."""

from collections.abc import Iterable, Sequence

import torch

from atiende.data.tokens import PAD, Tokens, pad_rows

CLS, SEP, MASK = 1, 2, 4  # beside PAD = 0 and UNK = 3
FIRST_WORD = 5  # ids below it are special
BERT_SPECIAL = ("[PAD]", "[CLS]", "[SEP]", "[UNK]", "[MASK]")


class BertTokens(Tokens):
    """Number the words of a language, after [PAD], [CLS], [SEP], [UNK] and [MASK]; len() counts those too.

    `texts` are the sentences to learn from. A word that they hold less than `min_count` times is unknown.
    """

    def __init__(self, texts: Iterable[str], min_count: int = 1):
        super().__init__(texts, min_count)
        self.words = [*BERT_SPECIAL, *self.words[len(BERT_SPECIAL) - 1 :]]
        self.ids = {word: n for n, word in enumerate(self.words)}

    def decode(self, ids) -> list[str]:
        """Return the words of ids (T,), special ones included, without padding."""
        return [self.words[n] for n in map(int, ids) if n != PAD]

    def rows(self, texts: Sequence[str], max_len: int | None = None) -> torch.Tensor:
        """Return texts as ids (N, T) int64, each as [CLS] words [SEP] and padded; of at most `max_len` ids if given."""
        cut = None if max_len is None else max_len - 2
        return pad_rows([[CLS, *self.encode(text)[:cut], SEP] for text in texts])
