"""The example under each exercise of the lab on detection prints what its comment works out by hand."""

import json

import numpy as np
import pytest

from autograder.content import content_root
from autograder.exercise import find
from autograder.solutions import SOLUTION, solved_namespace

BY_HAND = {
    "iou": [[0.2, 0, 1]],
    "kmeans_anchors": [[2, 5], [5, 2]],
    "encode_boxes": [[[2, 4, 0]], [[0.375, 0.25, 0, 0]]],
    "decode_boxes": [[30, 8, 40, 28]],
    "detection_loss": [{"box": 2, "something": 0.693, "empty": 1.386, "class": 0.693}],
    "read_output": [([[8, 2, 16, 6]], [0.72], [0])],
    "nms": [0, 2, 3],
    "match_boxes": [False, True, False],
    "average_precision": 5 / 12,
}


def cells(language: str) -> list[dict]:
    path = content_root() / "solutions" / language / "02_detector.ipynb"
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def example(id: str, language: str) -> str:
    """Return the source of the code cell that follows the solution of an exercise."""
    found = cells(language)
    place = next(i for i, cell in enumerate(found) if cell["metadata"].get("nbgrader", {}).get("grade_id") == id + SOLUTION)
    return "".join(found[place + 1]["source"])


def numbers(value) -> list:
    """Return all numbers of a nested value, in order."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return [number for item in value for number in numbers(item)]
    return np.ravel(value).astype(float).tolist()


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("id", BY_HAND)
def test_an_example_prints_what_is_worked_out_by_hand(id, language):
    printed = []
    namespace = solved_namespace(find(id)) | {"print": lambda *values: printed.extend(values)}
    if id == "decode_boxes":  # it goes on from the example before
        namespace |= {"encode_boxes": solved_namespace(find("encode_boxes"))["encode_boxes"]}
        exec(example("encode_boxes", language), namespace)
        printed.clear()
    exec(example(id, language), namespace)
    assert numbers(printed) == pytest.approx(numbers(BY_HAND[id]), abs=1e-9)
