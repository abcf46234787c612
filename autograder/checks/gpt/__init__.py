"""The checks of unit 7; and byte pairs done with texts in place of lists, which those of its tokenizer compare with."""

import re

from autograder import expect

PIECE = re.compile(r" ?\w+| ?[^\w\s]+|\s")
SPANISH = "¿Por qué no cruzó la llama el río? ¡Porque estaba cansada, y el niño también! Mañana será otro día; año nuevo: pingüino."
FOREIGN = "😀🦙→ж日本"
ODD = "ñáéü¿¡😀🦙→’ßж日本 \n\t"


def joined(ids, pair, new: int) -> list[int]:
    """Join a pair by replacing two characters of a text by one, each id being a character."""
    return list(map(ord, "".join(map(chr, ids)).replace(chr(pair[0]) + chr(pair[1]), chr(new))))


def learnt(texts, n_merges: int) -> list[tuple[int, int]]:
    """Learn merges from all words one by one, as often as they come."""
    words = ["".join(map(chr, word.encode())) for text in texts for word in PIECE.findall(text)]
    merges = []
    for n in range(n_merges):
        counts = {}
        for word in words:
            for at in range(len(word) - 1):
                counts[word[at : at + 2]] = counts.get(word[at : at + 2], 0) + 1
        if not counts:
            break
        most = max(counts.values())
        best = max(pair for pair, count in counts.items() if count == most)
        words = [word.replace(best, chr(256 + n)) for word in words]
        merges.append((ord(best[0]), ord(best[1])))
    return merges


def cut(text: str, specials) -> list[str]:
    """Cut a text at its specials, looking at each place for the longest."""
    parts, begun, at = [], 0, 0
    while at < len(text):
        found = max((special for special in specials if text.startswith(special, at)), key=len, default="")
        if found:
            parts += [text[begun:at], found]
            begun = at + len(found)
        at += len(found) or 1
    return [*parts, text[begun:]]


def encoded(text: str, merges, specials=()) -> list[int]:
    """Carry out the merges one after the other, each on the whole of every word."""
    ids = []
    for part in cut(text, specials):
        if part in specials:
            ids.append(256 + len(merges) + list(specials).index(part))
            continue
        for word in PIECE.findall(part):
            symbols = "".join(map(chr, word.encode()))
            for n, (left, right) in enumerate(merges):
                symbols = symbols.replace(chr(left) + chr(right), chr(256 + n))
            ids += map(ord, symbols)
    return ids


def letters(draw, count: int, alphabet: str) -> str:
    return "".join(draw.choice(list(alphabet), size=count))


def words(draw, count: int, alphabet: str = "abc", low: int = 2, high: int = 7) -> str:
    """Draw words of few letters, so that pairs come again and again."""
    return " ".join(letters(draw, int(draw.integers(low, high)), alphabet) for _ in range(count))


def merges_of(draw, n_merges: int = 12, alphabet: str = "abc") -> list[tuple[int, int]]:
    """Draw merges of letters and of earlier merges in no order of length, so that rank and length disagree."""
    ids, merges = list(alphabet.encode()), []
    while len(merges) < n_merges:
        pair = int(draw.choice(ids)), int(draw.choice(ids))
        if pair not in merges:
            ids.append(256 + len(merges))
            merges.append(pair)
    return merges


def equal_ids(seen, wanted: list, what: str):
    """Fail unless `seen` is the list wanted; tuples are taken as lists."""
    expect.true(isinstance(seen, (list, tuple)), "`{what}` debía ser una lista y es {kind}.",
                "`{what}` should be a list, but it is {kind}.", what=what, kind=expect.kind(seen))
    expect.true(len(seen) == len(wanted), "`{what}` debía tener {wanted} elementos y tiene {seen}.",
                "`{what}` should have {wanted} elements, but has {seen}.", what=what, wanted=len(wanted), seen=len(seen))
    at = next((n for n, (a, b) in enumerate(zip(seen, wanted, strict=True)) if a != b), None)
    expect.true(at is None, "`{what}`: el elemento {at}, contando desde 0, no es el debido.",
                "`{what}`: element {at}, counted from 0, is not the right one.", what=what, at=at)
