"""The figures and explorers of the eighth unit tell the truth about what they draw."""

import re
from pathlib import Path

import numpy as np
import pytest
import torch
from test_plots_widgets_cnn import alt_of, caption, style  # noqa: F401 - style is a fixture

from atiende import plots, widgets
from atiende.data import make_questions
from atiende.language import set_language
from atiende.models.vit import attention_rollout
from atiende.widgets.predict import questions

LESSON = Path(__file__).parent.parent / "units" / "08_vit" / "lesson.py"
CANVAS = make_questions(1).pictures[0]


def drawn_maps():
    torch.manual_seed(0)
    return torch.randn(2, 3, 17, 17).softmax(dim=-1)  # (L, heads, T, T)


EXPLORERS = {
    "explore_patches": lambda: widgets.explore_patches(CANVAS),
    "explore_likeness": lambda: widgets.explore_likeness(np.random.default_rng(0).normal(size=(12, 5)), (3, 4)),
    "explore_rollout": lambda: widgets.explore_rollout(CANVAS, drawn_maps(), (4, 4)),
    "explore_fusion": widgets.explore_fusion,
}


@pytest.mark.parametrize(("side", "said"), [(1, "256 patches of 1 × 1, of 1 number; attention table of 66049"),
                                            (4, "16 patches of 4 × 4, of 16 numbers; attention table of 289"),
                                            (8, "4 patches of 8 × 8, of 64 numbers; attention table of 25")])  # fmt: skip
def test_smaller_patches_are_more_and_cost_more(style, side, said):  # noqa: F811
    assert said in caption(widgets.explore_patches(CANVAS), patch_size=side)


def test_the_place_most_alike_is_found(style):  # noqa: F811
    positions = np.eye(12)
    positions[7] = positions[2] + 0.1 * positions[7]  # row 1, column 3 resembles row 0, column 2
    said = caption(widgets.explore_likeness(positions, (3, 4)), row=0, column=2)
    assert "The position most like that of (0, 2) is that of (1, 3): cosine 1.00" in said


def test_one_layer_alone_and_the_chain_tell_their_own_shares(style):  # noqa: F811
    maps, explorer = drawn_maps(), EXPLORERS["explore_rollout"]()
    alone = maps[1].mean(dim=0)[0]
    assert f"{alone[1:].max():.2f}; from the token itself, {alone[0]:.2f}" in caption(explorer, layers=2, chained="one")
    chain = attention_rollout(maps[:, None])[0, 0]
    assert f"{chain[1:].max():.2f}; from the token itself, {chain[0]:.2f}" in caption(explorer, layers=2, chained="rollout")


def test_gates_of_two_share_out_and_those_of_many_do_not(style):  # noqa: F811
    explorer = widgets.explore_fusion()
    values = {"first": 1.0, "second": -2.0, "score_first": 1.0, "score_second": 3.0}
    z, other = 1 / (1 + np.exp(-1.0)), 1 / (1 + np.exp(-3.0))
    two = z * np.tanh(1) + (1 - z) * np.tanh(-2)
    assert f"adding up to 1.00; output {two:.2f}" in caption(explorer, **values, kind="two")
    many = z * np.tanh(1) + other * np.tanh(-2)
    assert f"adding up to {z + other:.2f}; output {many:.2f}" in caption(explorer, **values, kind="many")


def test_a_picture_is_told_by_its_patches(style):  # noqa: F811
    assert "16 × 16 cut into 4 × 4 patches of 4 × 4, and the 16 patches" in alt_of(plots.plot_patches, CANVAS, 4)


def test_tables_grow_with_the_square_of_the_words(style):  # noqa: F811
    assert "pixels: 4e+03 → 1e+06" in alt_of(plots.plot_table_size, [8, 32], {"pixels": [64, 1024]})


def test_neighbours_that_are_alike_are_told_so(style):  # noqa: F811
    same, apart = np.ones((6, 4)), np.eye(6)
    said = alt_of(plots.plot_likeness_maps, {"same": same, "apart": apart}, (2, 3))
    assert "same: with the neighbour, 1.00" in said and "apart: with the neighbour, 0.00" in said


def test_gates_are_told_by_who_is_right(style):  # noqa: F811
    said = alt_of(plots.plot_gates, [0.9, 0.7, 0.1], np.array([True, True, False]), ("a", "b"), "z")
    assert "a: 0.80; b: 0.10" in said


def test_bars_and_curves_tell_their_numbers(style):  # noqa: F811
    assert "g: a 0.25, b 0.75" in alt_of(plots.plot_bars, {"g": {"a": 0.25, "b": 0.75}}, "share")
    assert "m: 0.30, 0.60" in alt_of(plots.plot_by_count, [1, 2], {"m": [[0.2, 0.4], [0.6, 0.6]]}, "n")


def test_what_is_looked_at_is_told(style):  # noqa: F811
    shares = torch.tensor([[0.5, 0.2, 0.2, 0.1], [0.3, 0.3, 0.3, 0.1]])
    said = alt_of(plots.plot_looked_at, np.random.default_rng(0).random((2, 4, 4)), {"map": shares}, (2, 2), ["a", "b"])
    assert "2 pictures" in said and "map: 0.40" in said


def test_the_boxes_and_the_pairs_have_words(style):  # noqa: F811
    assert "class token" in alt_of(plots.plot_vit)
    assert "Two: one; two." in alt_of(plots.plot_pairs, np.zeros((2, 4, 4)), ["one", "two"], about="Two:")


@pytest.mark.parametrize("name", sorted(EXPLORERS))
@pytest.mark.parametrize("lang", ["es", "en"])
def test_every_explorer_has_a_strip_with_words(style, name, lang):  # noqa: F811
    set_language(lang)
    explorer = EXPLORERS[name]()
    figure, alt = explorer.strip()
    assert len(explorer.states) >= 4 and figure.get_axes() and len(alt) > 100
    assert all(set(state) == set(explorer.controls) for state in explorer.states)


def test_the_lesson_asks_each_question_once_and_each_has_one_right_option():
    asked = re.findall(r'predict\("vit\.(\w+)"\)', LESSON.read_text(encoding="utf-8"))
    assert sorted(asked) == sorted(questions("vit")) and len(set(asked)) == len(asked)
    for question in questions("vit").values():
        assert sum(option.get("right", False) for option in question["option"]) == 1
        assert all(option["why"][lang].strip() for option in question["option"] for lang in ("es", "en"))
