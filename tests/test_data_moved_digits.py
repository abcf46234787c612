import numpy as np
import pytest

from atiende.data import load_digits, make_moved_digits


def boxes(pictures):
    """Return the first and last lit row and column of each picture."""
    lit = [np.nonzero(picture) for picture in pictures]
    return np.array([(rows.min(), rows.max(), columns.min(), columns.max()) for rows, columns in lit])


def windows(picture):
    return np.lib.stride_tricks.sliding_window_view(picture, (8, 8)).reshape(-1, 8, 8)


def test_shapes_types_and_range():
    moved = make_moved_digits(train=30, test=20, side=19)
    assert (moved.x_train.shape, moved.x_test.shape) == ((30, 19, 19), (20, 19, 19))
    assert (moved.x_train.dtype, moved.y_test.dtype) == (np.float32, np.int64)
    assert moved.x_train.min() == 0 and 0.9 < moved.x_train.max() <= 1
    assert (moved.name, moved.source, len(moved.classes)) == ("moved digits", "package", 10)


@pytest.mark.parametrize("part", ["train", "test"])
def test_each_picture_is_one_digit_of_its_own_part_with_its_label(part):
    digits, moved = load_digits(seed=4), make_moved_digits(train=40, test=40, seed=4)
    labels = {image.tobytes(): label for image, label in zip(*(getattr(digits, f"{v}_{part}") for v in "xy"), strict=True)}
    for picture, label in zip(*(getattr(moved, f"{v}_{part}") for v in "xy"), strict=True):
        whole = [w for w in windows(picture) if np.isclose(w.sum(), picture.sum())]
        assert label in [labels[w.tobytes()] for w in whole if w.tobytes() in labels]


def test_digits_stand_everywhere_and_evenly():
    found = boxes(make_moved_digits(train=4000, test=1).x_train)
    assert found[:, 0].min() == 0 and found[:, 1].max() == 15 and found[:, 2].min() <= 1 and found[:, 3].max() == 15
    centre = (found[:, :2].mean(axis=1) - 7.5).mean()  # digits fill the 8 rows, and corners are even: mean 0, std about 2.6
    assert abs(centre) < 5 * 2.6 / np.sqrt(len(found))


def test_no_digit_is_in_both_parts():
    moved = make_moved_digits(train=1000, test=300, side=8)
    train = {picture.tobytes() for picture in moved.x_train}
    assert not any(picture.tobytes() in train for picture in moved.x_test)


def test_repeats_with_its_seed_only():
    one, again, other = (make_moved_digits(train=10, test=10, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(one.x_train, again.x_train) and np.array_equal(one.y_test, again.y_test)
    assert not np.array_equal(one.x_train, other.x_train)


def test_a_canvas_smaller_than_a_digit_is_refused():
    with pytest.raises(ValueError, match="8 pixels"):
        make_moved_digits(side=7)
