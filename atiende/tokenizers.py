"""Text to numbers and back: bytes, and pairs of them merged because they often occur together."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

PIECE = re.compile(r" ?\w+| ?[^\w\s]+|\s")  # a word or marks, with the space before it; or one blank
BYTES = 256


class BytePair:
    """Cut text into the pieces of a byte-pair encoding; len() tells how many ids there are.

    Ids 0 to 255 are bytes, 256 + n is the pair of ids `merges[n]`, and the specials come last. Any text can be encoded, and
    comes back as it was. Sennrich et al. (2016, arXiv:1508.07909); on bytes, Radford et al. (2019), section 2.2.
    """

    def __init__(self, merges: Sequence[tuple[int, int]], specials: Sequence[str] = ()):
        self.merges, self.specials = list(merges), list(specials)
        self.ranks = {pair: rank for rank, pair in enumerate(self.merges)}
        self.bytes = [bytes([n]) for n in range(BYTES)]
        for left, right in self.merges:
            self.bytes.append(self.bytes[left] + self.bytes[right])
        self.special_ids = {text: len(self.bytes) + n for n, text in enumerate(self.specials)}
        self.bytes += [text.encode() for text in self.specials]
        self.known: dict[str, list[int]] = {}  # pieces that were encoded before

    def __len__(self):
        return len(self.bytes)

    @classmethod
    def train(cls, text: str, num_merges: int, specials: Sequence[str] = ()) -> "BytePair":
        """Learn up to `num_merges` merges from a text: each joins the most frequent pair, of equals the one of greatest ids."""
        parts = (part for part in split_specials(text, specials) if part not in specials)
        counts = Counter(piece for part in parts for piece in PIECE.findall(part))
        words = [(list(piece.encode()), count) for piece, count in counts.items()]
        pairs, where = Counter(), defaultdict(set)  # how often each pair comes, and in which words
        for n, (ids, count) in enumerate(words):
            for pair in pairwise(ids):
                pairs[pair] += count
                where[pair].add(n)
        merges = []
        while len(merges) < num_merges and pairs:
            most = max(pairs.values())
            if not most:
                break
            best = max(pair for pair, count in pairs.items() if count == most)
            for n in where[best]:
                ids, count = words[n]
                for pair in pairwise(ids):
                    pairs[pair] -= count
                words[n] = join(ids, best, BYTES + len(merges)), count
                for pair in pairwise(words[n][0]):
                    pairs[pair] += count
                    where[pair].add(n)
            del pairs[best], where[best]
            merges.append(best)
        return cls(merges, specials)

    def encode(self, text: str) -> list[int]:
        """Return the ids of a text."""
        ids = []
        for part in split_specials(text, self.specials):
            if part in self.special_ids:
                ids.append(self.special_ids[part])
                continue
            for piece in PIECE.findall(part):
                if piece not in self.known:
                    self.known[piece] = self._merge(list(piece.encode()))
                ids += self.known[piece]
        return ids

    def decode(self, ids: Iterable[int]) -> str:
        """Return the text of ids; bytes that are no text become the replacement character."""
        return b"".join(self.bytes[int(n)] for n in ids).decode(errors="replace")

    def pieces(self, ids: Iterable[int]) -> list[str]:
        """Return the text of each id on its own; a byte of a longer character is shown as its number, <c3>."""
        shown = []
        for n in ids:
            piece = self.bytes[int(n)]
            try:
                shown.append(piece.decode())
            except UnicodeDecodeError:
                shown.append("".join(chr(byte) if byte < 128 else f"<{byte:02x}>" for byte in piece))
        return shown

    def _merge(self, ids: list[int]) -> list[int]:
        """Carry out the merges on one piece, the ones learnt first first."""
        while len(ids) > 1:
            best = min(pairwise(ids), key=lambda pair: self.ranks.get(pair, len(self.ranks)))
            if best not in self.ranks:
                break
            ids = join(ids, best, BYTES + self.ranks[best])
        return ids


def join(ids: list[int], pair: tuple[int, int], new: int) -> list[int]:
    """Replace each `pair` in ids by `new`, from left to right: of three equal ids, the first two are joined."""
    joined, at = [], 0
    while at < len(ids):
        found = tuple(ids[at : at + 2]) == pair
        joined.append(new if found else ids[at])
        at += 2 if found else 1
    return joined


def split_specials(text: str, specials: Sequence[str]) -> list[str]:
    """Cut a text at its specials, which stay as parts of their own; where two begin alike, the longest wins."""
    if not specials:
        return [text]
    longest_first = sorted(specials, key=len, reverse=True)
    return re.split("(" + "|".join(map(re.escape, longest_first)) + ")", text)
