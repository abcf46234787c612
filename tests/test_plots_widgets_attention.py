"""The figures and explorers of the fourth unit tell the truth about what they draw."""

import re
from pathlib import Path

import numpy as np
import pytest
import torch
from test_plots_widgets_cnn import alt_of, caption, style  # noqa: F401 - style is a fixture

from atiende import plots, widgets
from atiende.language import set_language
from atiende.plots.attention import draw_map
from atiende.plots.style import new_figure
from atiende.widgets.attention import look, owners
from atiende.widgets.predict import questions

LESSON = Path(__file__).parent.parent / "units" / "04_attention" / "lesson.py"


def told_weights(**values) -> list[float]:
    return [float(number) for number in re.findall(r"[a-z] (\d\.\d\d)", caption(widgets.explore_query(), **values))]


def test_a_query_finds_the_key_that_points_where_it_does_and_by_more_the_longer_it_is(style):  # noqa: F811
    winners = [np.argmax(told_weights(angle=angle, length=3.0)) for angle in (20, 90, 160, 250)]
    assert winners == [0, 1, 2, 3]
    none, short, long = (told_weights(angle=20, length=length) for length in (0.0, 1.0, 3.0))
    assert none == [0.25] * 4 and none[0] < short[0] < long[0]


def test_weights_of_a_look_are_the_softmax_of_the_scaled_products():
    rng = np.random.default_rng(0)
    query, keys = rng.standard_normal(6), rng.standard_normal((4, 6))
    e = np.exp(keys @ query / np.sqrt(6))
    np.testing.assert_allclose(look(query, keys), e / e.sum())


def test_the_root_keeps_the_softmax_awake(style):  # noqa: F811
    def largest(**values):
        return float(re.search(r"largest weight (\d\.\d+)", caption(widgets.explore_root(), **values)).group(1))

    assert largest(d=4, scaled=False) < 0.6 < 0.95 < largest(d=1024, scaled=False)
    assert all(largest(d=d, scaled=True) < 0.6 for d in (4, 16, 64, 256, 1024))


@pytest.mark.parametrize(
    ("kind", "length", "hidden"), [("none", 3, 0), ("padding", 3, 10), ("causal", 3, 10), ("both", 3, 13), ("both", 5, 10)]
)
def test_a_mask_hides_what_it_says(style, kind, length, hidden):  # noqa: F811
    assert f"{hidden} of 25 weights are 0" in caption(widgets.explore_mask(), kind=kind, length=length)


def test_a_map_writes_the_weights_of_at_least_so_much(style):  # noqa: F811
    for numbers, written in ((None, []), (0.1, ["0.30", "0.65"]), (0.0, ["0.05", "0.30", "0.65"])):
        _, ax = new_figure()
        draw_map(ax, [[0.05, 0.3, 0.65]], ["a"], ["b", "c", "d"], numbers)
        assert [text.get_text() for text in ax.texts] == written


@pytest.mark.parametrize("heads", [1, 2, 3, 4, 6])
def test_owners_of_the_numbers_are_those_of_torchs_reshape_and_transpose(heads):
    numbers = torch.arange(48).reshape(1, 4, 12)  # one sequence of four symbols
    ways = {True: numbers.reshape(1, 4, heads, -1).transpose(1, 2), False: numbers.reshape(1, heads, 4, -1)}
    for swapped, split in ways.items():
        shared = owners(heads, swapped).reshape(-1)
        for h in range(heads):
            assert set(split[0, h].flatten().tolist()) == set(np.flatnonzero(shared == h))


def test_alternative_texts_tell_the_numbers(style):  # noqa: F811
    assert "one: 100%, 50%; two: 75%, 0%" in alt_of(
        plots.plot_lengths, [2, 8], {"one": [1.0, 0.5], "two": [0.75, 0.0]}, trained=(2, 4)
    )
    square = np.eye(2)
    alt = alt_of(plots.plot_lookup, ["a", "b"], square[0], square, square, np.array([0.7, 0.3]), np.array([0.7, 0.3]))
    assert "a 0.70, b 0.30" in alt and "(0.70, 0.30)" in alt
    assert "x → c, y → a" in alt_of(plots.plot_looks, {"": [[0.1, 0.2, 0.7], [0.9, 0.1, 0.0]]}, ["x", "y"], ["a", "b", "c"])
    assert "some: 1, 2" in alt_of(plots.plot_masks, {"some": [[True, False], [True, True]]}, ["a", "b"])
    assert "deviation of q·k, 2.0, 4.1. Largest weight: raw: 0.5, 0.9; over: 0.1, 0.1." in alt_of(
        plots.plot_scaling, [4, 16], [2.0, 4.1], {"raw": [0.5, 0.9], "over": [0.1, 0.1]}
    )
    assert "right: 2; wrong: 1" in alt_of(plots.plot_splits, {"right": [[0, 1], [0, 1]], "wrong": [[0, 0], [1, 1]]}, ["a", "b"])
    assert "a: 1 → 2.5 ms" in alt_of(plots.plot_cost, [4, 8], {"a": [0.001, 0.0025]})


def test_the_lesson_asks_every_question_of_its_unit_in_order():
    lesson = LESSON.read_text(encoding="utf-8")
    assert re.findall(r'widgets\.predict\("attention\.(\w+)"\)', lesson) == list(questions("attention"))


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_figure_of_the_unit_has_a_text_in_the_language_of_the_notebook(style, language):  # noqa: F811
    set_language(language)
    square = np.eye(2)
    told = [
        alt_of(plots.plot_lengths, [2], {"a": [1.0]}, (2, 4)),
        alt_of(plots.plot_lookup, ["a", "b"], square[0], square, square, square[0], square[0]),
        alt_of(plots.plot_looks, {"": square}, ["a", "b"], ["c", "d"]),
        alt_of(plots.plot_masks, {"m": square}, ["a", "b"]),
        alt_of(plots.plot_scaling, [4, 16], [2.0, 4.0], {"a": [0.5, 0.9], "b": [0.1, 0.1]}),
        alt_of(plots.plot_splits, {"s": [[0, 1], [0, 1]]}, ["a", "b"]),
        alt_of(plots.plot_cost, [4, 8], {"a": [0.001, 0.002]}),
    ]
    spanish = ("Secuencias enteras", "Una consulta", "A qué mira", "Cuántas palabras", "Con d =", "De cuántos", "De 4 a 8")
    english = ("Whole sequences", "A query", "What each row", "How many words", "With d =", "Of how many", "From 4 to 8")
    for alt, begins in zip(told, spanish if language == "es" else english, strict=True):
        assert alt.startswith(begins)
