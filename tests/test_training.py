import math
import time

import numpy as np
import pytest
import torch
from torch import nn

from atiende.data import make_spiral
from atiende.device import device
from atiende.language import set_language
from atiende.models.mlp import MLP, EmbeddingMLP
from atiende.training import accuracy, evaluate, train


@pytest.fixture(autouse=True)
def one_thread():
    """Train small nets on one thread: on a busy machine two wait for each other."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def new_model(**options):
    torch.manual_seed(0)
    return MLP(2, 16, 3, **options)


def weights(model):
    return torch.cat([p.detach().flatten() for p in model.parameters()])


def test_the_same_seed_gives_the_same_result_and_another_seed_another():
    x, y = make_spiral()
    trained = [new_model(dropout=0.3) for _ in range(3)]
    histories = [train(model, x, y, steps=30, seed=seed) for model, seed in zip(trained, (4, 4, 5), strict=True)]
    assert histories[0] == histories[1] and torch.equal(weights(trained[0]), weights(trained[1]))
    assert histories[0].losses != histories[2].losses


def test_whole_batches_equal_a_loop_written_by_hand():
    x, y = make_spiral(points_per_class=20)
    model, reference = new_model(), new_model()
    history = train(model, x, y, steps=20, lr=0.02, batch_size=60)
    optimizer = torch.optim.AdamW(reference.parameters(), lr=0.02)
    losses = []
    for _ in range(20):
        loss = nn.functional.cross_entropy(reference(torch.tensor(x, dtype=torch.float32)), torch.tensor(y))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert history.losses == pytest.approx(losses, abs=1e-4)
    torch.testing.assert_close(weights(model), weights(reference), atol=1e-3, rtol=0)


def test_each_pass_shows_every_example_once_in_a_new_order():
    seen = []

    def loss(outputs, y):
        seen.append(y.tolist())
        return outputs.mean()

    train(MLP(1, 1), np.zeros((10, 1)), np.arange(10), loss=loss, steps=6, batch_size=4)
    assert [len(batch) for batch in seen] == [4, 4, 2, 4, 4, 2]
    first, second = sum(seen[:3], []), sum(seen[3:], [])
    assert sorted(first) == sorted(second) == list(range(10))
    assert first != second and first != list(range(10))


def noisy_task():
    """Return two sets of points with labels drawn at random: all that can be learnt is to memorise the first."""
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((2, 60, 2)), rng.integers(0, 3, (2, 60))
    return (x[0], y[0]), (x[1], y[1])


def test_patience_stops_and_brings_back_the_best_weights():
    (x, y), validation = noisy_task()
    model = new_model()
    history = train(model, x, y, lr=0.05, steps=2000, validation=validation, every=10, patience=3)
    assert history.steps[-1] == history.best + 3 * 10 < 2000
    measured = evaluate(model, *validation, measure=nn.functional.cross_entropy)
    assert measured == pytest.approx(min(history.validation)) and measured < history.validation[-1]
    assert history.validation_steps[history.validation.index(min(history.validation))] == history.best


def test_without_patience_the_last_weights_stay():
    (x, y), validation = noisy_task()
    model = new_model()
    history = train(model, x, y, lr=0.05, steps=205, validation=validation, every=50)
    assert history.validation_steps == [50, 100, 150, 200, 205]
    assert evaluate(model, *validation, measure=nn.functional.cross_entropy) == pytest.approx(history.validation[-1])
    assert min(history.validation) < history.validation[-1]


def test_patience_without_validation_is_refused():
    with pytest.raises(ValueError, match="validation"):
        train(new_model(), *make_spiral(), patience=2)


def test_the_optimizer_given_is_used_and_clip_bounds_its_step():
    x, y = make_spiral()
    before = weights(new_model())
    moved = []
    for clip in (None, 0.01):
        model = new_model()
        train(model, x, y, steps=1, optimizer=torch.optim.SGD(model.parameters(), lr=1.0), clip=clip)
        moved.append((weights(model) - before).norm().item())
    assert moved[0] > 0.1 and moved[1] == pytest.approx(0.01, rel=1e-3)


@pytest.mark.parametrize("given", [True, False])
def test_a_learning_rate_may_depend_on_the_step(given):
    x, y = make_spiral()
    model, still = new_model(), new_model()
    optimizer = torch.optim.SGD(model.parameters(), lr=7.0) if given else None
    train(model, x, y, steps=5, optimizer=optimizer, lr=lambda step: 0.1 if step == 1 else 0.0)
    train(still, x, y, steps=1, optimizer=torch.optim.SGD(still.parameters(), lr=0.1) if given else None, lr=0.1)
    assert torch.equal(weights(model), weights(still))


def test_a_loss_that_explodes_says_at_which_step_and_what_to_try():
    x = np.full((8, 2), np.nan)
    with pytest.raises(FloatingPointError, match=r"paso 1 es nan: prueba un lr menor"):
        train(new_model(), x, np.zeros(8, dtype=np.int64))


def test_a_model_of_several_inputs_takes_a_tuple():
    rng = np.random.default_rng(0)
    numbers, categories = rng.standard_normal((200, 2)), rng.integers(0, 4, (200, 1))
    y = numbers[:, 0] + np.array([3.0, -2.0, 0.0, 5.0])[categories[:, 0]]
    torch.manual_seed(0)
    model = EmbeddingMLP([4], 2)
    train(model, (numbers, categories), y, loss=nn.functional.mse_loss, lr=0.01, steps=300)
    assert evaluate(model, (numbers, categories), y, measure=nn.functional.mse_loss) < 0.05 * y.var()


def test_a_language_model_trains_on_sequences_of_targets():
    tokens = torch.arange(200) % 5
    windows = tokens.unfold(0, 9, 1)  # (192, 9)
    x, y = windows[:, :-1], windows[:, 1:]

    def loss(logits, y):
        return nn.functional.cross_entropy(logits.flatten(0, 1), y.flatten())

    torch.manual_seed(0)
    model = nn.Sequential(nn.Embedding(5, 8), nn.Linear(8, 5))
    history = train(model, x, y, loss=loss, lr=0.05, steps=100, batch_size=16)
    assert history.losses[0] > 1.0 and history.losses[-1] < 0.1
    assert evaluate(model, x, y, measure=accuracy) == 1.0


def test_evaluate_weighs_batches_by_their_rows_and_keeps_the_mode():
    model = new_model(dropout=0.5)
    x, y = make_spiral(points_per_class=33)
    model.eval()
    with torch.no_grad():
        whole = nn.functional.cross_entropy(model(torch.tensor(x, dtype=torch.float32)), torch.tensor(y)).item()
    model.train()
    assert evaluate(model, x, y, measure=nn.functional.cross_entropy, batch_size=10) == pytest.approx(whole, rel=1e-5)
    assert model.training


def test_training_stays_on_the_device_of_the_model():
    model = new_model().to(device())
    validation = make_spiral(seed=1)
    train(model, *make_spiral(), steps=3, validation=validation, patience=1)
    assert {p.device.type for p in model.parameters()} == {device().type}
    assert math.isfinite(evaluate(model, *validation, measure=accuracy))


def test_a_double_model_is_trained_in_double():
    model = new_model().double()
    train(model, *make_spiral(), steps=2)
    assert weights(model).dtype == torch.float64


def test_a_trained_model_is_ready_to_predict():
    model = new_model(dropout=0.5)
    train(model, *make_spiral(), steps=2)
    assert not model.training


@pytest.mark.parametrize("language, word, curves", [
    ("es", "Entrenando", ["entrenamiento", "validación"]),
    ("en", "Training", ["training", "validation"]),
])  # fmt: skip
def test_a_long_training_shows_a_bar_and_writes_nothing_on_standard_error(language, word, curves, capfd):
    def slow(logits, y):
        time.sleep(0.3)
        return nn.functional.cross_entropy(logits, y)

    set_language(language)
    try:
        x, y = make_spiral()
        history = train(new_model(), x, y, loss=slow, steps=6, validation=(x, y))
        assert list(history.curves()) == curves
    finally:
        set_language("es")
    out, err = capfd.readouterr()
    assert word in out and "6/6" in out and err == ""


def test_curves_pair_steps_with_losses():
    x, y = make_spiral()
    alone = train(new_model(), x, y, steps=3)
    assert list(alone.curves().values()) == [([1, 2, 3], alone.losses)] and alone.best is None
    assert alone.losses[0] == pytest.approx(math.log(3), abs=0.8)
