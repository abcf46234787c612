"""The figures and explorers of the second unit tell the truth about what they draw."""

import re
from pathlib import Path

import numpy as np
import pytest
import torch
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from torch.nn.functional import conv1d

from atiende import plots, widgets
from atiende.language import set_language
from atiende.widgets.predict import questions


@pytest.fixture(autouse=True)
def style():
    set_language("en")
    plots.use_style()
    yield
    set_language("es")


def alt_of(draw, *args, **options) -> str:
    """Return the alternative text of the one figure that a plotting function shows."""
    InteractiveShell.instance()
    with capture_output() as captured:
        draw(*args, **options)
    (output,) = captured.outputs
    return output.data["text/plain"]


def caption(explorer, **values) -> str:
    for name, value in values.items():
        explorer.controls[name].value = value
    return explorer.caption.value


@pytest.mark.parametrize(
    ("n", "k", "stride", "pad"),
    [(7, 3, 1, 0), (7, 3, 2, 1), (8, 3, 2, 0), (9, 5, 3, 2), (6, 5, 3, 0), (6, 1, 2, 0), (9, 2, 3, 1)],
)
def test_the_places_along_a_row_are_those_of_torch(n, k, stride, pad):
    places = conv1d(torch.zeros(1, 1, n), torch.zeros(1, 1, k), stride=stride, padding=pad).shape[2]
    assert f"Places: {places};" in caption(widgets.explore_stride(), n=n, k=k, stride=stride, pad=pad)


@pytest.mark.parametrize(
    ("layers", "k", "stride", "side"),
    [(1, 3, 1, 3), (3, 3, 1, 7), (2, 5, 1, 9), (2, 3, 2, 7), (4, 3, 2, 15), (5, 5, 2, 37)],
)
def test_the_field_of_view_has_the_side_worked_out_by_hand(layers, k, stride, side):
    assert f"Sees {side} × {side}" in caption(widgets.explore_field(), layers=layers, k=k, stride=stride)


def test_one_window_over_the_whole_map_forgets_where_the_digit_is():
    explorer = widgets.explore_pooling()
    assert "changes by 0%" in caption(explorer, shift=4, window=16)
    assert "changes by 0%" not in caption(explorer, shift=4, window=2)
    assert "changes by 0%" in caption(explorer, shift=0, window=2)


def test_a_filter_with_a_single_one_leaves_the_photograph_in_its_range():
    explorer = widgets.explore_kernel()
    zeros = {name: 0.0 for name in explorer.controls}
    lowest, highest = map(
        float, re.search(r"from (\S+) to (\S+)\.$", caption(explorer, **zeros | {"w11": 1.0})).groups()
    )
    assert 0 <= lowest < highest <= 1
    assert "from 0.0 to 0.0" in caption(explorer, **zeros)


def test_a_slide_tells_the_sum_of_each_place():
    alt = alt_of(plots.plot_slide, np.zeros((3, 4)), np.ones((2, 2)), np.arange(6).reshape(2, 3) - 2)
    assert "(0, 0): -2" in alt and "(1, 2): 3" in alt


def test_the_map_of_places_tells_centre_mean_and_least():
    shares = np.full((3, 3), 0.5)
    shares[1, 1], shares[0, 2] = 1.0, 0.0
    assert "a net: centre 100%, mean 50%, least 0%" in alt_of(plots.plot_places, {"a net": shares}, start=(1, 1))


def test_the_field_of_a_gradient_is_the_box_of_what_is_not_zero():
    gradient = np.zeros((9, 9))
    gradient[2:7, 3:8] = 1
    assert "a stack: 5 × 5" in alt_of(plots.plot_fields, {"a stack": gradient, "another": gradient})


def test_the_lesson_asks_every_question_of_its_unit_in_order():
    lesson = (Path(__file__).parent.parent / "units" / "02_cnn" / "lesson.py").read_text(encoding="utf-8")
    assert re.findall(r'widgets\.predict\("cnn\.(\w+)"\)', lesson) == list(questions("cnn"))


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_figure_of_the_unit_has_a_text_in_the_language_of_the_notebook(language):
    set_language(language)
    rng = np.random.default_rng(0)
    told = [
        alt_of(plots.plot_grids, {"a": np.eye(2), "b": -np.eye(3)}),
        alt_of(
            plots.plot_one_number,
            {"r": np.eye(2), "g": np.eye(2)},
            {"r": np.eye(2), "g": np.eye(2)},
            {"r": 2, "g": 2},
            4,
        ),
        alt_of(plots.plot_maps, {"a": rng.random((4, 5)), "b": rng.random((4, 5, 3))}, "Images:", signed=("a",)),
        alt_of(plots.plot_channels, rng.random((2, 3, 4, 4)), rng.random((2, 3, 4, 4))),
        alt_of(plots.plot_gradients, {"a": np.array([1.0, 0.1])}),
        alt_of(plots.plot_parameters, {"a": 10, "b": 1000}),
    ]
    spanish = ("Matrices", "Una ventana", "Images", "Histogramas", "Tamaño", "Parámetros")
    english = ("Matrices", "A window", "Images", "Histograms", "Size", "Parameters")
    for alt, begins in zip(told, spanish if language == "es" else english, strict=True):
        assert alt.startswith(begins)
