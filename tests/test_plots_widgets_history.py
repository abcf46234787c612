"""The figures and explorers of the history page tell the truth about what they draw."""

import re
from pathlib import Path

import numpy as np
import pytest
import torch
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from torch import nn

from atiende import plots, widgets
from atiende.language import set_language
from atiende.widgets.predict import questions

CORNERS = np.array([[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]])
DIFFER = np.array([0, 1, 1, 0])
ANGLES = np.arange(8) * np.pi / 4
RING = torch.tensor(np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=1), dtype=torch.float32)


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
    ("values", "alone", "together"),
    [
        ({"turn1": 45, "shift1": 0.7, "turn2": 45, "shift2": -0.7}, ("75%", "75%"), "100%"),  # the band between them
        ({"turn1": 0, "shift1": 0.0, "turn2": 90, "shift2": 0.0}, ("50%", "50%"), "100%"),  # crossed
        ({"turn1": 45, "shift1": 0.7, "turn2": 45, "shift2": 0.7}, ("75%", "75%"), "50%"),  # the same line twice says no
    ],
)
def test_two_lines_solve_what_neither_does(values, alone, together):
    told = caption(widgets.explore_two_lines(CORNERS, DIFFER), **values)
    assert told.endswith(f"alone, {alone[0]} and {alone[1]}; together, {together}.")


def test_no_line_alone_gets_all_four_corners():
    explorer = widgets.explore_two_lines(CORNERS, DIFFER)
    told = [caption(explorer, turn1=turn, shift1=shift) for turn in range(0, 181, 15) for shift in (-1.2, -0.6, 0.0, 0.6, 1.2)]
    assert max(int(re.search(r"alone, (\d+)%", each)[1]) for each in told) == 75


def ratio(**values) -> float:
    return float(re.search(r"gets (\S+) times", caption(widgets.explore_depth(), **values))[1])


def test_the_gradient_dies_in_sigmoids_and_lives_in_relus_of_the_right_scale():
    assert ratio(activation="sigmoid", layers=8, scale=1) < 1e-5 < ratio(activation="sigmoid", layers=2, scale=1)
    assert ratio(activation="sigmoid", layers=8, scale=4) > 100 * ratio(activation="sigmoid", layers=8, scale=1)
    assert 0.1 < ratio(activation="ReLU", layers=8, scale=2) < 10


class Constant(nn.Module):
    """Draw a plain grey whose level is the first number of the code."""

    def forward(self, codes):
        return codes[:, :1].expand(-1, 64)


def test_the_walk_over_the_codes_tells_what_lies_around():
    rng = np.random.default_rng(0)
    codes = np.concatenate([0.01 * rng.random((20, 2)), 1 - 0.01 * rng.random((20, 2))])
    explorer = widgets.explore_code(Constant(), codes, np.repeat([0, 6], 20))
    assert "around it: 0;" in caption(explorer, first=0.0, second=0.0)
    assert "around it: 6;" in caption(explorer, first=1.0, second=1.0)
    between = explorer.states[1]  # the greyest code between the two clouds
    assert between["first"] == pytest.approx(0.5, abs=0.03)


def test_the_walk_over_the_latent_plane_tells_the_cloud_reached():
    explorer = widgets.explore_latent(nn.Identity(), RING)
    assert caption(explorer, z1=1.0, z2=0.0).endswith("on cloud 0.")
    assert caption(explorer, z1=0.0, z2=-1.0).endswith("on cloud 6.")
    assert caption(explorer, z1=0.0, z2=0.0).endswith("on no cloud.")
    told = [explorer.draw(plots.new_figure()[0].subfigures(), **state) for state in explorer.states]
    assert ["no cloud" in each for each in told] == [False, False, False, True]


def test_the_lineage_goes_from_the_perceptron_to_the_gan():
    alt = alt_of(plots.plot_lineage)
    for event in ("1958, Rosenblatt: the perceptron", "1989, LeCun and others", "2014, Goodfellow and others: GAN"):
        assert event in alt
    assert alt.count(";") + alt.count(". ") >= 15


def test_depth_tells_gradients_and_shares():
    alt = alt_of(plots.plot_depth, {"a net": np.array([1e-3, 1.0])}, {"a net": [0.9, 0.1]})
    assert "a net: 1e+00 → 1e-03; 90%, 10%" in alt


def test_curves_of_several_seeds_tell_their_mean():
    curves = {"a net": np.array([[0.0, 1.0], [1.0, 0.0]]), "other": [0.25, 0.75]}
    alt = alt_of(plots.plot_against, [0, 8], curves, "rows", "share")
    assert alt == "share against rows; first and last: a net: 0.5, 0.5; other: 0.25, 0.75."


def test_cells_tell_how_many_keep_their_sign():
    states = np.ones((10, 3))
    states[9] = [2.0, -1.0, 0.5]
    assert "2 of 3 end with the sign" in alt_of(plots.plot_cells, np.zeros((10, 8)), states, read=8)


def test_rings_and_counts_tell_their_numbers():
    alt = alt_of(plots.plot_rings, {"seed 0": {"step 1": (RING, 8), "step 2": (torch.cat([RING[:1], torch.zeros(1, 2)]), 1)}}, RING)
    assert "a ring of 8; clouds reached, and points inside. seed 0: 8 (100%), 1 (50%)." in alt
    assert "real: 0, 1, 2" in alt_of(plots.plot_counts, {"real": np.arange(10)}, fair=4.5)


def test_the_lesson_asks_every_question_of_its_unit_in_order():
    lesson = (Path(__file__).parent.parent / "units" / "02_history" / "lesson.py").read_text(encoding="utf-8")
    assert re.findall(r'widgets\.predict\("history\.(\w+)"\)', lesson) == list(questions("history"))


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_figure_of_the_page_has_a_text_in_the_language_of_the_notebook(language):
    set_language(language)
    rng = np.random.default_rng(0)
    told = [
        alt_of(plots.plot_lineage),
        alt_of(plots.plot_hidden_plane, CORNERS, (CORNERS + 1) / 2, np.arange(4), list("abcd"), ((1, 1), -1), ("x", "y")),
        alt_of(plots.plot_depth, {"a": np.array([1.0, 0.1])}, {"a": [0.9]}),
        alt_of(plots.plot_cells, rng.random((9, 8)), rng.random((9, 3)), read=8),
        alt_of(plots.plot_codes, {"a": rng.random((20, 2))}, np.arange(20) % 10),
        alt_of(plots.plot_sheet, rng.random((2, 3, 8, 8)), (0, 0), (1, 1)),
        alt_of(plots.plot_rings, {"a": {"b": (RING, 8)}}, RING),
        alt_of(plots.plot_counts, {"a": np.arange(10)}, fair=4.5),
        alt_of(plots.plot_image_rows, {"a": rng.random((3, 8, 8)), "b": rng.random((2, 8, 8))}, "Images:"),
    ]
    spanish = ("Línea", "A la izquierda", "Gradiente", "Arriba", "Cada dígito", "Lo que el", "Lo que dibuja", "Cuántas", "Images")
    english = ("Timeline", "On the left", "Gradient", "Above", "Each digit", "What the dec", "What the gen", "How many", "Images")
    for alt, begins in zip(told, spanish if language == "es" else english, strict=True):
        assert alt.startswith(begins)
