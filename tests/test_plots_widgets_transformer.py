"""The figures and explorers of the fifth unit tell the truth about what they draw."""

import math
import re
from pathlib import Path

import numpy as np
import pytest
from test_plots_widgets_cnn import alt_of, caption, style  # noqa: F401 - style is a fixture

from atiende import plots, widgets
from atiende.language import set_language
from atiende.models.transformer import sinusoids
from atiende.widgets.predict import questions
from atiende.widgets.transformer import smoothed_loss

LESSON = Path(__file__).parent.parent / "units" / "05_transformer" / "lesson.py"


def test_likeness_is_the_same_wherever_both_positions_stand(style):  # noqa: F811
    table = sinusoids(60, 64).double().numpy()
    products = table @ table.T
    np.testing.assert_allclose(products[3, 8], products[40, 45], rtol=1e-5)
    said = alt_of(plots.plot_positions, table, 20)
    assert f"with the next, {products[20, 21] / 32:.2f}; with the last, {products[20, 59] / 32:.2f}" in said


@pytest.mark.parametrize("d_model", [16, 256])
def test_no_other_position_resembles_one_as_much_as_itself(style, d_model):  # noqa: F811
    said = caption(widgets.explore_positions(), position=33, d_model=d_model)
    itself, other = (float(number) for number in re.search(r"itself, (\d+); .* at most ([\d.]+)\.", said).groups())
    assert itself == d_model / 2 > other


def test_the_rate_is_the_peak_at_the_end_of_the_warm_up_and_falls_as_a_root(style):  # noqa: F811
    said = caption(widgets.explore_warmup(), warmup=500, peak=0.004)
    assert "at step 10, 0.00008; at 2000, 0.00200" in said


@pytest.mark.parametrize(("eps", "size"), [(0.1, 100), (0.3, 10)])
def test_the_cheapest_confidence_is_what_is_asked_for(style, eps, size):  # noqa: F811
    said = caption(widgets.explore_smoothing(), eps=eps, vocab_size=size)
    least = -(1 - eps) * math.log(1 - eps) - eps * math.log(eps / (size - 2))
    assert f"give {1 - eps:.2f} to the right one, and it costs {least:.2f}" in said
    assert smoothed_loss(np.array([1 - eps]), eps, size)[0] == pytest.approx(least)


def test_positions_are_compared_within_what_was_seen_and_beyond(style):  # noqa: F811
    table = np.array([[1.0, 0], [1, 1], [0, 2], [3, 0], [0, 1]])  # cosines with the next: 0.71, 0.71 | 0
    assert "learned: 0.71 within, 0.00 beyond" in alt_of(plots.plot_position_cosines, {"learned": table}, 3)


def test_alternative_texts_tell_the_numbers(style):  # noqa: F811
    assert "post: 0.50, 0.25" in alt_of(plots.plot_by_depth, [2, 4], {"post": [0.5, 0.25]}, {"post": [0.1, 0.2, 0.25]})
    losses = {"right": [3, 0.1, 0.1], "no mask": [3, 0.003, 0.001]}
    assert "no mask: loss 0.002, 1%" in alt_of(plots.plot_traps, losses, {"right": 1.0, "no mask": 0.01}, 2)
    assert "new ones. right: 100%; broken: 25%" in alt_of(plots.plot_shares, {"right": 1.0, "broken": 0.25}, "new ones")
    assert "S = 8: a 25%, b 75%" in alt_of(plots.plot_parts, {"S = 8": {"a": 1, "b": 3}}, "cost")


def test_the_lesson_asks_every_question_of_its_unit_in_order():
    lesson = LESSON.read_text(encoding="utf-8")
    assert re.findall(r'widgets\.predict\("transformer\.(\w+)"\)', lesson) == list(questions("transformer"))


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_map_has_a_text_in_the_language_of_the_notebook(style, language):  # noqa: F811
    set_language(language)
    assert alt_of(plots.plot_transformer).startswith("El Transformer" if language == "es" else "The Transformer")
