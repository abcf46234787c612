import pytest
import torch
from torch import nn

from atiende.models.mlp import MLP, EmbeddingMLP


@pytest.mark.parametrize("name, activation", [("relu", nn.ReLU), ("tanh", nn.Tanh), ("gelu", nn.GELU), ("none", nn.Identity)])
def test_mlp_equals_a_sequential_with_the_same_weights(name, activation):
    model = MLP(3, 7, 5, 2, activation=name).double()
    parts = [nn.Linear(3, 7), activation(), nn.Linear(7, 5), activation(), nn.Linear(5, 2)]
    reference = nn.Sequential(*parts).double()
    for own, other in zip(model.parameters(), reference.parameters(), strict=True):
        nn.init.normal_(own)
        other.data.copy_(own)
    x = torch.randn(4, 6, 3, dtype=torch.float64)
    torch.testing.assert_close(model(x), reference(x))


def test_mlp_without_activation_is_an_affine_map():
    model = MLP(3, 8, 2, activation="none").double()
    a, b = torch.randn(2, 5, 3, dtype=torch.float64)
    torch.testing.assert_close(model(0.3 * a + 0.7 * b), 0.3 * model(a) + 0.7 * model(b))


def test_he_start_keeps_the_size_of_the_signal_through_many_layers():
    torch.manual_seed(0)
    signal = MLP(*[512] * 21, init=nn.init.kaiming_normal_)(torch.randn(256, 512))
    assert 0.5 < signal.std() < 2.5


def test_weights_start_as_init_says_and_biases_at_zero():
    model = MLP(3, 8, 2, init=nn.init.ones_)
    assert all(torch.equal(layer.weight, torch.ones_like(layer.weight)) for layer in model.layers)
    assert all(not layer.bias.any() for layer in model.layers)


def test_dropout_is_for_training_only():
    model = MLP(4, 100, 3, dropout=0.5)
    x = torch.randn(5, 4)
    assert not torch.equal(model(x), model(x))
    model.eval()
    assert torch.equal(model(x), model(x))


def test_embedding_mlp_equals_one_hot_columns_times_the_tables():
    model = EmbeddingMLP([4, 7], 3, d_embedding=5, d_hidden=(6,)).double()
    numbers = torch.randn(9, 3, dtype=torch.float64)
    categories = torch.stack([torch.randint(4, (9,)), torch.randint(7, (9,))], dim=1)
    one_hot = [nn.functional.one_hot(column, n).double() for column, n in zip(categories.T, (4, 7), strict=True)]
    vectors = [hot @ table.weight for hot, table in zip(one_hot, model.embeddings, strict=True)]
    first, last = model.mlp.layers
    expected = last(torch.relu(first(torch.cat([numbers, *vectors], dim=1))))[:, 0]
    torch.testing.assert_close(model(numbers, categories), expected)


def test_embedding_mlp_without_categories_reads_the_numbers_alone():
    model = EmbeddingMLP([], 3)
    numbers = torch.randn(5, 3)
    assert torch.equal(model(numbers, torch.empty(5, 0, dtype=torch.int64)), model.mlp(numbers)[:, 0])


def test_only_the_categories_seen_get_a_gradient():
    model = EmbeddingMLP([5], 2)
    model(torch.randn(3, 2), torch.tensor([[1], [1], [4]])).sum().backward()
    touched = model.embeddings[0].weight.grad.abs().sum(1) > 0
    assert touched.tolist() == [False, True, False, False, True]
