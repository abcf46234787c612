"""Byte pairs: any text comes back, merges are the most frequent pairs, and specials stay whole."""

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atiende.tokenizers import PIECE, BytePair, join

TEXT = "red rey reja reno remo rama: ¿qué niño añadió el río? ¡el niño del año, el niño!"


@given(st.text())
@settings(max_examples=150, deadline=None)
def test_any_text_comes_back(text):
    tokenizer = BytePair.train(TEXT, 30, ["<end>"])
    assert tokenizer.decode(tokenizer.encode(text)) == text
    assert "".join(PIECE.findall(text)) == text


def slowly(text, num_merges):
    """Learn merges by counting all words anew each time."""
    words, merges = [list(word.encode()) for word in PIECE.findall(text)], []
    for n in range(num_merges):
        pairs = Counter(pair for word in words for pair in pairwise(word))
        if not pairs:
            break
        merges.append(max(pairs, key=lambda pair: (pairs[pair], pair)))
        words = [join(word, merges[-1], 256 + n) for word in words]
    return merges


@given(st.text(alphabet="ab ñ", max_size=60), st.integers(0, 12))
@settings(max_examples=150, deadline=None)
def test_merges_are_those_of_counting_anew(text, num_merges):
    assert BytePair.train(text, num_merges).merges == slowly(text, num_merges)


def test_fewer_merges_are_the_beginning_of_more():
    assert BytePair.train(TEXT, 9).merges == BytePair.train(TEXT, 25).merges[:9]


def test_merges_are_carried_out_by_rank_and_not_by_length():
    tokenizer = BytePair([(98, 99), (97, 98)])
    assert tokenizer.encode("abc") == [97, 256]


@pytest.mark.parametrize("specials", [["<a>", "<a><b>"], ["<a><b>", "<a>"]])
def test_of_two_specials_the_longest_wins(specials):
    tokenizer = BytePair([(97, 60)], specials)
    ids = tokenizer.encode("a<a><b>a<a>")
    assert ids == [97, tokenizer.special_ids["<a><b>"], 97, tokenizer.special_ids["<a>"]]
    assert tokenizer.decode(ids) == "a<a><b>a<a>"


def test_specials_are_not_learnt_from():
    assert BytePair.train("<xx><xx><xx>ab ab", 3, ["<xx>"]).merges[0] == (97, 98)


def test_what_is_no_text_is_replaced_and_shown_as_numbers():
    tokenizer = BytePair([(195, 177)])
    assert tokenizer.decode([195, 111]) == "�o" and tokenizer.decode([256]) == "ñ"
    assert tokenizer.pieces([195, 177, 256, 97]) == ["<c3>", "<b1>", "ñ", "a"]
    assert len(tokenizer) == 257
