"""The figures and explorers of the lab on detection tell the truth about what they draw."""

import re
from pathlib import Path

import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from atiende import plots, widgets
from atiende.data import make_scenes
from atiende.language import set_language
from atiende.models.detector import iou
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
    ("x", "y", "scale", "iou"),
    [(0, 0, 1, 1), (4, 0, 1, 24 / 72), (2, 1.5, 1, 27 / 69), (0, 0, 0.5, 0.25), (8, 0, 1, 0), (-4, -3, 1, 12 / 84)],
)
def test_the_overlap_of_two_boxes_is_the_one_worked_out_by_hand(x, y, scale, iou):
    assert f"IoU = {iou:.2f}" in caption(widgets.explore_iou(), x=x, y=y, scale=scale)


def test_a_higher_threshold_keeps_more_boxes_and_a_low_one_loses_a_thing():
    explorer = widgets.explore_nms()
    kept, things = zip(
        *(map(int, re.search(r"(\d+) boxes stay, of (\d)", caption(explorer, threshold=t)).groups()) for t in (0.1, 0.45, 0.75, 0.95)),
        strict=True,
    )
    assert list(kept) == sorted(kept) and kept[1] == 3 and kept[-1] == 18
    assert things[0] == 2 and things[1] == 3


def test_the_figure_of_two_boxes_tells_the_sum():
    alt = alt_of(plots.plot_overlap, [1, 1, 5, 4], [[3, 2, 7, 5], [5, 4, 8, 6]])
    assert "4 / 20 = 0.2; 0 / 18 = 0" in alt


def test_sizes_belong_to_the_anchor_of_greatest_iou():
    sizes, anchors = np.array([[4.0, 8.0], [8.0, 4.0], [5.0, 9.0]]), np.array([[4.0, 9.0], [9.0, 4.0]])
    assert plots.owners(sizes, anchors, iou).tolist() == [0, 1, 0]
    assert "both: 4 × 9 (2), 9 × 4 (1)" in alt_of(plots.plot_sizes, sizes, {"both": (anchors, plots.owners(sizes, anchors, iou))})


def test_the_curve_of_precision_and_recall_tells_its_mended_area():
    recall, precision = np.array([1, 1, 2, 3, 3]) / 4, np.array([1, 1 / 2, 2 / 3, 3 / 4, 3 / 5])
    assert "discs: 0.62" in alt_of(plots.plot_precision_recall, {"discs": (recall, precision)})  # 0.625


def test_the_lab_asks_every_question_of_its_own_in_order():
    lab = (Path(__file__).parent.parent / "units" / "02_detector" / "assignment.py").read_text(encoding="utf-8")
    assert re.findall(r'widgets\.predict\("detector\.(\w+)"\)', lab) == list(questions("detector"))


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_figure_of_the_lab_has_a_text_in_the_language_of_the_notebook(language):
    set_language(language)
    scenes = make_scenes(train=2, test=1)
    picture, boxes = scenes.x_train[0], scenes.boxes_train[0]
    places = np.zeros((len(boxes), 3), dtype=int)
    told = [
        alt_of(plots.plot_boxes, scenes.x_train, scenes.boxes_train, scenes.y_train, scenes.classes, "About:"),
        alt_of(plots.plot_grid, picture, boxes, places, np.array([[9.0, 9.0]]), 8),
        alt_of(plots.plot_claims, picture, np.eye(8), boxes, np.full(len(boxes), 0.5), scenes.y_train[0], scenes.classes, 8),
        alt_of(plots.plot_sorted_hits, [True, False], 3),
        alt_of(plots.plot_overlap, [0, 0, 2, 2], [[1, 1, 3, 3]]),
    ]
    spanish = ("About: 1: ", "La rejilla", "Puntuación", "Cajas por puntuación: acierto, fallo", "Dos cajas")
    english = ("About: 1: ", "The grid", "Score", "Boxes by score: hit, miss", "Two boxes")
    for alt, begins in zip(told, spanish if language == "es" else english, strict=True):
        assert alt.startswith(begins)
