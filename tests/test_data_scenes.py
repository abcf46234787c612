import numpy as np
import pytest

from atiende.data import make_scenes
from atiende.data.scenes import _cover


@pytest.fixture(scope="module")
def scenes():
    return make_scenes(train=150, test=30, seed=3)


def test_shapes_types_and_range(scenes):
    assert (scenes.x_train.shape, scenes.x_test.shape) == ((150, 3, 64, 64), (30, 3, 64, 64))
    assert scenes.x_train.dtype == np.float32 and scenes.x_train.min() >= 0 and scenes.x_train.max() <= 1
    assert (len(scenes.boxes_train), len(scenes.y_test), len(scenes.classes), scenes.source) == (150, 30, 3, "generated")
    for boxes, classes in zip(scenes.boxes_train, scenes.y_train, strict=True):
        assert boxes.shape == (len(classes), 4) and 1 <= len(boxes) <= 4 and classes.dtype == np.int64


def test_boxes_lie_inside_and_hide_little_of_each_other(scenes):
    every = np.concatenate(scenes.boxes_train)
    sides = every[:, 2:] - every[:, :2]
    assert every.min() >= 0 and every.max() <= 64 and sides.min() >= 8 and sides.max() <= 30
    for boxes in scenes.boxes_train:
        assert all(_cover(a, b) <= 0.2 for n, a in enumerate(boxes) for b in boxes[:n])


def test_a_box_is_as_tight_as_the_thing_in_it(scenes):
    alone = [n for n, boxes in enumerate(scenes.boxes_train) if len(boxes) == 1]
    assert len(alone) > 20
    for n in alone:
        picture = scenes.x_train[n]
        corners = picture[:, [0, 0, -1, -1], [0, -1, 0, -1]].T  # the background, for no thing has all four
        ground = np.median(corners, axis=0)
        lit = np.argwhere(np.abs(picture - ground[:, None, None]).max(axis=0) > 0.28)
        top, left = lit.min(axis=0)
        bottom, right = lit.max(axis=0) + 1
        assert np.abs(np.array([left, top, right, bottom]) - scenes.boxes_train[n][0]).max() <= 2


def test_the_three_classes_fill_different_shares_of_their_boxes(scenes):
    shares = {k: [] for k in range(3)}
    for picture, boxes, classes in zip(scenes.x_train, scenes.boxes_train, scenes.y_train, strict=True):
        if len(boxes) == 1:
            left, top, right, bottom = boxes[0].astype(int)
            inside = picture[:, top:bottom, left:right]
            ground = np.median(picture[:, [0, 0, -1, -1], [0, -1, 0, -1]], axis=1)
            shares[int(classes[0])].append((np.abs(inside - ground[:, None, None]).max(axis=0) > 0.28).mean())
    disc, cross, triangle = (np.median(shares[k]) for k in range(3))
    assert disc == pytest.approx(np.pi / 4, abs=0.08) and cross == pytest.approx(5 / 9, abs=0.09)
    assert triangle == pytest.approx(0.5, abs=0.09)


def test_repeats_with_its_seed_only():
    one, again, other = (make_scenes(train=3, test=2, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(one.x_train, again.x_train) and np.array_equal(one.boxes_test[0], again.boxes_test[0])
    assert not np.array_equal(one.x_train, other.x_train)


def test_a_canvas_smaller_than_a_thing_is_refused():
    with pytest.raises(ValueError, match="side=30"):
        make_scenes(side=30)
