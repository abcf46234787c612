"""The figures and explorers of the sixth unit tell the truth about what they draw."""

import re
from pathlib import Path

import numpy as np
import pytest
import torch
from test_plots_widgets_cnn import alt_of, caption, style  # noqa: F401 - style is a fixture

from atiende import plots, widgets
from atiende.data import BertTokens
from atiende.plots.bert import to_plane
from atiende.widgets.predict import questions

LESSON = Path(__file__).parent.parent / "units" / "06_bert" / "lesson.py"


def test_the_plane_keeps_the_two_largest_directions():
    rng = np.random.default_rng(0)
    flat = rng.normal(size=(20, 2)) @ np.linalg.qr(rng.normal(size=(5, 5)))[0][:2]  # a plane in five dimensions
    points = to_plane(flat)
    apart = np.linalg.norm(flat[:, None] - flat[None], axis=-1)
    np.testing.assert_allclose(np.linalg.norm(points[:, None] - points[None], axis=-1), apart)


def test_a_word_between_two_groups_stands_between_them(style):  # noqa: F811
    vectors = np.array([[-1.0, 0], [-2, 1], [-2, -1], [2, 1], [2, -1]])
    said = alt_of(plots.plot_word_plane, vectors, ["bank", "a", "b", "c", "d"], {"shores": ["a", "b"], "money": ["c", "d"]})
    assert said.endswith("from shores (0) to money (1): bank 0.25, a 0.00, b 0.00, c 1.00, d 1.00.")


def test_every_fate_is_told(style):  # noqa: F811
    words, read = ["the", "girl", "sat", "here"], ["the", "[MASK]", "king", "here"]
    said = alt_of(plots.plot_hidden, words, read, [False, True, True, True])
    assert said.endswith("girl: hidden; sat: replaced (king); here: kept.")


def test_an_input_tells_segments_and_positions(style):  # noqa: F811
    assert "[SEP] (A, 2), yes (B, 3)" in alt_of(plots.plot_input, ["[CLS]", "no", "[SEP]", "yes"], [0, 0, 0, 1])


@pytest.mark.parametrize(("p", "masked"), [(0.15, 0.8), (0.5, 0.4), (1.0, 1.0), (0.0, 0.8)])
def test_of_the_chosen_words_the_rest_is_shared_in_halves(style, p, masked):  # noqa: F811
    numbers = [int(n) for n in re.findall(r"\d+", caption(widgets.explore_hiding(), p=p, masked=masked))]
    total, chosen, hidden, changed, kept = numbers
    assert total == 200 and chosen == hidden + changed + kept
    assert abs(chosen - 200 * p) < 25 and abs(hidden - masked * chosen) < 15 and abs(changed - kept) < 15


class Certain(torch.nn.Module):
    """Believe with 0.9 that every word is the same one."""

    def __init__(self, size: int, word: int):
        super().__init__()
        self.shares = torch.nn.Parameter(torch.full((size,), 0.1 / (size - 1)))
        self.shares.data[word] = 0.9

    def forward(self, ids):
        return self.shares.log().expand(*ids.shape, -1)


def test_a_guess_shows_the_gap_the_likeliest_and_what_was_there(style):  # noqa: F811
    tokens = BertTokens(["the king reads .", "a queen writes ."])
    explorer = widgets.explore_guess(Certain(len(tokens), tokens.ids["queen"]), tokens, ["the king reads .", "a queen writes ."],
        ["king"])
    assert "the ___ reads . Likeliest, “queen”, 0.90; the one that was there, “king”, 0.01" in caption(explorer, sentence=0, place=2)
    assert "a ___ writes . Likeliest, “queen”, 0.90; the one that was there, “queen”, 0.90" in caption(explorer, sentence=1, place=2)


def test_senses_that_part_fall_on_their_own_side(style):  # noqa: F811
    rng, senses, known = np.random.default_rng(0), np.arange(200) % 2, np.arange(200) < 100
    mixed = rng.normal(size=(200, 4))
    parted = mixed + 20 * senses[:, None]
    explorer = widgets.explore_senses({"newborn": [mixed, mixed], "read": [mixed, parted]}, senses, known, ["a", "b"])
    assert "side of their sense, 100%" in caption(explorer, model="read", layer=1)
    share = int(re.search(r"sense, (\d+)%", caption(explorer, model="read", layer=0)).group(1))
    assert 25 < share < 75
    assert "in 100 sentences with new clues. On the side of their sense, read: 100%." in alt_of(
        plots.plot_senses, {"read": parted}, senses, known, ["a", "b"])  # fmt: skip


def test_kinds_tell_every_share(style):  # noqa: F811
    assert alt_of(plots.plot_kinds, {"x": [0.5, 1.0], "y": [0.25, 0.0]}, ["gap", "seen"]) == (
        "Accuracy. x: gap 50%, seen 100%; y: gap 25%, seen 0%.")  # fmt: skip
    assert alt_of(plots.plot_kinds, {"x": [0.5, 1.0]}, ["gap", "seen"], {"gap": (0.75, "at most")}) == (
        "Accuracy. x: gap 50%, seen 100%; gap, at most: 75%.")  # fmt: skip


def test_the_lesson_asks_every_question_of_its_unit_in_order():
    lesson = LESSON.read_text(encoding="utf-8")
    assert re.findall(r'widgets\.predict\("bert\.(\w+)"\)', lesson) == list(questions("bert"))
