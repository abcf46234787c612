import datetime
import math
from functools import partial

import numpy as np
import pytest
import torch
from torch import nn

from atiende.data import load_digits, make_sales, make_spiral
from atiende.language import set_language
from atiende.models.mlp import MLP, EmbeddingMLP
from atiende.training import accuracy, evaluate, train

CATEGORIES = ("store", "product", "weekday", "month", "holiday", "promotion")


@pytest.fixture(autouse=True)
def one_thread():
    """Train small nets on one thread: on a busy machine two wait for each other."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def sales():
    return make_sales()


def test_spiral_has_balanced_classes_in_random_order_within_the_circle():
    x, y = make_spiral(points_per_class=30, classes=4)
    assert (x.shape, x.dtype, y.shape, y.dtype) == ((120, 2), np.float64, (120,), np.int64)
    assert np.bincount(y).tolist() == [30] * 4
    assert len(set(y[:30])) == 4
    assert np.linalg.norm(x, axis=1).max() <= 1 + 1e-12


def test_spiral_repeats_with_its_seed_only():
    one, again, other = make_spiral(seed=1), make_spiral(seed=1), make_spiral(seed=2)
    assert np.array_equal(one[0], again[0]) and np.array_equal(one[1], again[1])
    assert not np.array_equal(one[0], other[0])


def test_arms_are_the_same_arm_turned():
    x, y = make_spiral(classes=5, noise=0.0)
    turn = -2 * np.pi / 5  # angles grow clockwise, from the vertical
    rotation = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    arms = [x[y == k][np.argsort(np.linalg.norm(x[y == k], axis=1))] for k in range(5)]
    for arm, following in zip(arms, arms[1:], strict=False):
        np.testing.assert_allclose(arm @ rotation, following, atol=1e-12)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_small_mlp_learns_the_spiral_and_a_linear_model_cannot(seed):
    x, y = make_spiral(seed=seed)
    unseen = make_spiral(points_per_class=1000, seed=100 + seed)
    torch.manual_seed(seed)
    scores = {}
    for activation in ("relu", "none"):
        model = MLP(2, 64, 3, activation=activation)
        train(model, x, y, lr=0.02, steps=500, batch_size=len(y))
        scores[activation] = evaluate(model, *unseen, measure=accuracy)
    assert scores["relu"] >= 0.97
    assert scores["none"] <= 0.60


def test_digits_are_images_in_unit_range_split_alike():
    digits = load_digits(seed=3)
    assert (digits.x_train.shape, digits.x_test.shape) == ((1347, 8, 8), (450, 8, 8))
    assert (digits.x_train.dtype, digits.y_train.dtype) == (np.float32, np.int64)
    assert (digits.x_train.min(), digits.x_train.max()) == (0.0, 1.0)
    shares = [np.bincount(y) / len(y) for y in (digits.y_train, digits.y_test)]
    np.testing.assert_allclose(*shares, atol=0.005)
    assert (digits.name, digits.source, len(digits.classes)) == ("digits", "package", 10)


def test_digits_split_depends_on_the_seed():
    tests = [load_digits(seed=seed).x_test for seed in (0, 0, 1)]
    assert np.array_equal(tests[0], tests[1]) and not np.array_equal(tests[0], tests[2])


def test_sales_are_whole_series_of_consecutive_days(sales):
    shape = (len(sales.names["store"]), len(sales.names["product"]), sales.days)
    assert len(sales.units) == math.prod(shape)
    for series in sales.date.reshape(-1, sales.days):
        assert (np.diff(series) == np.timedelta64(1, "D")).all()
    store, product, day = np.indices(shape)
    assert np.array_equal(sales.store.reshape(shape), store) and np.array_equal(sales.product.reshape(shape), product)


def test_calendar_agrees_with_pythons(sales):
    days = [datetime.date.fromisoformat(str(day)) for day in sales.date[: sales.days]]
    assert sales.weekday[: sales.days].tolist() == [day.weekday() for day in days]
    assert sales.month[: sales.days].tolist() == [day.month - 1 for day in days]
    holidays = {str(day) for day in sales.date[sales.holiday > 0]}
    assert len(holidays) == 3 * 10
    assert {"2022-12-25", "2023-10-12", "2022-04-15", "2023-04-07", "2024-03-29"} <= holidays
    assert all(datetime.date.fromisoformat(f"{year}-{day}").weekday() == 4 for year, day in [
        (2022, "04-15"), (2023, "04-07"), (2024, "03-29"),
    ])  # fmt: skip


def test_every_code_has_a_name_in_each_language(sales):
    set_language("en")
    try:
        english = make_sales().names
    finally:
        set_language("es")
    for column in CATEGORIES:
        codes = getattr(sales, column)
        assert codes.dtype == np.int64
        assert np.array_equal(np.unique(codes), np.arange(len(sales.names[column])))
        assert len(english[column]) == len(sales.names[column]) and english[column] != sales.names[column]


def test_noise_has_the_size_it_says(sales):
    floor = sales.noise * math.sqrt(2 / math.pi)
    error = np.abs(sales.units - sales.mean)
    assert error.mean() == pytest.approx(floor, abs=5 * error.std() / math.sqrt(len(error)))
    assert (sales.units == 0).mean() < 0.001
    silent = make_sales(noise=0.0)
    assert np.array_equal(silent.units, silent.mean) and np.array_equal(silent.mean, sales.mean)


def test_sales_repeat_with_their_seed_only(sales):
    assert np.array_equal(sales.units, make_sales().units)
    assert not np.array_equal(sales.promotion, make_sales(seed=1).promotion)


def test_arrays_belong_to_the_caller(sales):
    arrays = [value for value in vars(sales).values() if isinstance(value, np.ndarray)]
    assert len(arrays) == 9 and all(array.flags.writeable for array in arrays)


def linear_decay(step, steps):
    return 5e-3 * (1 - step / steps)


def test_embeddings_beat_lags_and_come_near_the_noise(sales):
    """Forecast the last 180 days from windows of 14 days."""
    k, test_days = 14, 180
    units = sales.units.reshape(-1, sales.days)
    windows = np.lib.stride_tricks.sliding_window_view(units, k, axis=1)[:, :-1]  # (series, days - k, k)
    codes = np.stack([getattr(sales, name).reshape(units.shape)[:, k:] for name in CATEGORIES], axis=-1)
    targets = units[:, k:]
    centre, scale = units[:, :-test_days].mean(), units[:, :-test_days].std()

    def rows(part):
        numbers = (windows[:, part].reshape(-1, k) - centre) / scale
        return (numbers, codes[:, part].reshape(-1, len(CATEGORIES))), (targets[:, part].reshape(-1) - centre) / scale

    def error_with(columns):
        (numbers, categories), y = rows(slice(None, -test_days))
        (new_numbers, new_categories), new_y = rows(slice(-test_days, None))
        torch.manual_seed(0)
        model = EmbeddingMLP([len(sales.names[CATEGORIES[c]]) for c in columns], k)
        x, steps = (numbers, categories[:, columns]), 1000
        lr = partial(linear_decay, steps=steps)
        train(model, x, y, loss=nn.functional.l1_loss, lr=lr, steps=steps, batch_size=256)
        return scale * evaluate(model, (new_numbers, new_categories[:, columns]), new_y, measure=nn.functional.l1_loss)

    lags, embeddings = error_with([]), error_with(list(range(len(CATEGORIES))))
    assert 8.8 <= lags <= 9.8
    assert 6.3 <= embeddings <= 7.2
