"""The figures and explorers of the third unit tell the truth about what they draw."""

import re
from pathlib import Path

import numpy as np
import pytest
import torch
from test_plots_widgets_cnn import alt_of, caption, style  # noqa: F401 - style is a fixture

from atiende import plots, widgets
from atiende.language import set_language
from atiende.models.rnn import RNNCell
from atiende.widgets.predict import questions
from atiende.widgets.rnn import cliff, power, reach, slide

LESSON = Path(__file__).parent.parent / "units" / "03_rnn" / "lesson.py"


def test_the_reach_of_a_cell_of_one_number_is_the_product_of_its_factors(style):  # noqa: F811
    cell = RNNCell(1, 1)
    with torch.no_grad():
        for weight in cell.parameters():
            weight.fill_(0.5)
    h, factors = 0.0, []
    for _ in range(6):
        h = np.tanh(0.5 * h + 0.5)  # the input is zero, the bias is 0.5
        factors.append(0.5 * (1 - h**2))
    sizes = reach(cell, torch.zeros(1, 6, 1))
    np.testing.assert_allclose(sizes, [np.prod(factors[t + 1 :]) for t in range(6)], rtol=1e-5)


def test_a_bias_of_three_carries_the_gradient_that_a_bias_of_zero_loses(style):  # noqa: F811
    def ratios(**values):
        said = caption(widgets.explore_reach(), **values)
        plain = said.replace(" · 10", "e").translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))
        return [float(number) for number in re.search(r"tanh, (\S+); LSTM .*, (\S+)\.$", plain).groups()]

    assert ratios(forget=0.0)[1] < 1e-6 < 1e-2 < ratios(forget=3.0)[1]
    assert ratios(scale=1.0)[0] < 1e-6 and ratios(scale=3.0)[0] > 1


def test_a_number_far_from_one_is_read_with_a_power_of_ten():
    assert [power(value) for value in (8.1e-13, 0.357, 211.3, 2e4, 0.0)] == ["8.1 · 10⁻¹³", "0.36", "211", "2.0 · 10⁴", "0"]


def test_the_cliff_is_the_repeated_cell_and_a_limit_bounds_each_step(style):  # noqa: F811
    h = 0.3
    for _ in range(80):
        h = np.tanh(1.2 * h)
    assert cliff(np.array([1.2]))[0] == pytest.approx((h - 0.6) ** 2)
    free, held = slide(0.95, lr=1.0, limit=None), slide(0.95, lr=1.0, limit=0.1)
    assert np.abs(np.diff(held)).max() <= 0.1 + 1e-9 < np.abs(np.diff(free)).max()
    assert cliff(held[-1]) < cliff(free[-1])


def test_what_a_gate_leaves_is_a_power(style):  # noqa: F811
    said = caption(widgets.explore_gate(), forget=3.0, write=-8.0)
    left = float(re.search(r"after 59 steps (\S+) of the 1", said).group(1))
    assert left == pytest.approx((1 / (1 + np.exp(-3.0))) ** 59, rel=0.05)


def test_heat_spreads_the_choice_and_cold_gathers_it(style):  # noqa: F811
    explorer = widgets.explore_temperature()
    cold, warm, hot = (
        float(re.search(r"among (\S+) words", caption(explorer, temperature=t)).group(1)) for t in (0.1, 1.0, 4.0)
    )
    assert 1 <= cold < warm < hot < 6


@pytest.mark.parametrize(("layers", "gap", "seen"), [(3, 0, True), (3, 2, False), (4, 8, True), (4, 10, False), (5, 12, True)])
def test_the_subject_is_seen_up_to_the_context_and_no_further(style, layers, gap, seen):  # noqa: F811
    said = caption(widgets.explore_context(), layers=layers, gap=gap)
    assert ("sees the subject" in said) is seen and ("misses the subject" in said) is not seen
    assert f"{2**layers} words" in said


@pytest.mark.parametrize(("window", "lag"), [(6, 6), (8, 6), (12, 6), (5, 2)])
def test_an_arrow_gets_there_when_answer_and_cause_share_a_piece(style, window, lag):  # noqa: F811
    shared = sum(t // window == (t - lag) // window for t in range(lag, 24))
    assert f"{window}: {shared}." in alt_of(plots.plot_truncation, 24, (window,), lag)


def test_alternative_texts_tell_the_numbers(style):  # noqa: F811
    cosines = np.array([[1, 0.5, -1, 0], [0.5, 1, -0.5, 0], [-1, -0.5, 1, 0.3], [0, 0, 0.3, 1]])
    assert "group: 0.40; across groups: -0.38" in alt_of(plots.plot_cosines, ["a", "b", "c", "d"], cosines, 2)
    assert "surest: x → ↵, 90%" in alt_of(plots.plot_bigrams, [[0.5, 0.5], [0.9, 0.1]], ["\n", "x"])
    assert "a: 4; b: 2.5" in alt_of(plots.plot_perplexities, {"a": 4.0, "b": 2.5}, floor=2.0)
    assert "one: 100%, 50%; two: 75%, 25%" in alt_of(
        plots.plot_agreement, [0, 4], {"one": [1, 0.5], "two": [[1, 0], [0.5, 0.5]]}, trained=(0, 3)
    )
    assert "bigram: 1.50" in alt_of(plots.plot_surprise, ["a", "b"], {"bigram": np.array([1.0, 2.0])})
    assert "k: 1.0e-03" in alt_of(plots.plot_reach, {"k": np.array([1e-3, 1e-1, 1.0])})


def test_the_lesson_asks_every_question_of_its_unit_in_order():
    lesson = LESSON.read_text(encoding="utf-8")
    assert re.findall(r'widgets\.predict\("rnn\.(\w+)"\)', lesson) == list(questions("rnn"))


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_figure_of_the_unit_has_a_text_in_the_language_of_the_notebook(style, language):  # noqa: F811
    set_language(language)
    told = [
        alt_of(plots.plot_ids, ["la", "."], [1, 0], np.eye(2)),
        alt_of(plots.plot_unrolled, [1.0], [0.0, 0.5], [0.1, 1.0]),
        alt_of(plots.plot_cliffs, cliff, {"a": [0.95, 1.1], "b": [0.95, 5.0]}, 0.8, 3.0),
        alt_of(plots.plot_memory, {"a": 0.5 ** np.arange(9)}),
        alt_of(plots.plot_units, {"a": ["la", "x"], "b": ["la", "y"]}, {"a": [0, 1], "b": [0, -1]}, "T"),
        alt_of(plots.plot_truncation, 12, (4, 6), 3),
    ]
    spanish = ("Cada palabra", "La misma celda", "Pasos sobre", "Lo que queda", "T. Al final", "Gradientes que")
    english = ("Each word", "The same cell", "Steps on", "What is left", "T. At the end", "Gradients that")
    for alt, begins in zip(told, spanish if language == "es" else english, strict=True):
        assert alt.startswith(begins)
