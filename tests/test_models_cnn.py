import pytest
import torch
from torch import nn
from torch.nn import functional

from atiende.models.cnn import CNN, LeNet, ResidualBlock


def randomize(model):
    """Give every parameter and running statistic a random value, so that none is neutral."""
    for name, value in model.state_dict().items():
        if value.is_floating_point():
            value.copy_(0.2 + torch.rand_like(value) if "var" in name else 0.5 * torch.randn_like(value))
    return model


def normalized(x, state, name, train):
    weights = (state[f"{name}.{key}"] for key in ("running_mean", "running_var", "weight", "bias"))
    mean, var, weight, bias = (value.clone() for value in weights)
    return functional.batch_norm(x, mean, var, weight, bias, training=train)


def reference_block(x, state, stride, train):
    h = functional.conv2d(x, state["conv1.weight"], stride=stride, padding=1)
    h = functional.conv2d(functional.relu(normalized(h, state, "norm1", train)), state["conv2.weight"], padding=1)
    h = normalized(h, state, "norm2", train)
    if "shortcut.0.weight" in state:
        x = normalized(functional.conv2d(x, state["shortcut.0.weight"], stride=stride), state, "shortcut.1", train)
    return functional.relu(h + x)


@pytest.mark.parametrize("train", [True, False])
@pytest.mark.parametrize("c_in, c_out, stride", [(3, 3, 1), (3, 5, 1), (3, 3, 2), (2, 5, 2)])
def test_block_is_a_residual_and_a_shortcut(c_in, c_out, stride, train):
    block = randomize(ResidualBlock(c_in, c_out, stride)).double().train(train)
    state = {name: value.clone() for name, value in block.state_dict().items()}
    x = torch.randn(4, c_in, 7, 6, dtype=torch.float64)
    torch.testing.assert_close(block(x), reference_block(x, state, stride, train))


def test_block_of_equal_shapes_has_no_weights_in_its_shortcut():
    names = {name for name, _ in ResidualBlock(4, 4).named_parameters()}
    assert not any(name.startswith("shortcut") for name in names) and len(names) == 6


def test_block_whose_last_gain_is_zero_lets_its_input_through():
    block = ResidualBlock(4, 4)
    nn.init.zeros_(block.norm2.weight)
    x = torch.randn(3, 4, 5, 5)
    torch.testing.assert_close(block(x), torch.relu(x))


def test_lenet_equals_torchs_sequential_with_the_same_weights():
    model = LeNet(c_in=3, num_classes=7).double()
    reference = nn.Sequential(
        nn.Conv2d(3, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 7),
    ).double()  # fmt: skip
    for own, other in zip(model.parameters(), reference.parameters(), strict=True):
        other.data.copy_(own)
    x = torch.randn(2, 3, 28, 28, dtype=torch.float64)
    torch.testing.assert_close(model(x), reference(x))


def test_lenet_has_the_parameters_of_the_paper_with_full_connections():
    assert sum(p.numel() for p in LeNet().parameters()) == 61_706


def test_cnn_is_its_parts_in_order():
    model = randomize(CNN(c_in=2, num_classes=4, widths=(3, 5, 6))).double().eval()
    x = torch.randn(3, 2, 9, 12, dtype=torch.float64)
    state = model.state_dict()
    h = functional.conv2d(x, state["stem.weight"], padding=1)
    h = functional.relu(normalized(h, state, "norm", False))
    for i in range(2):
        prefix = f"blocks.{i}."
        part = {name.removeprefix(prefix): value for name, value in state.items() if name.startswith(prefix)}
        h = reference_block(h, part, 2, False)
    wanted = functional.linear(functional.adaptive_max_pool2d(h, 1).flatten(1), state["head.weight"], state["head.bias"])
    torch.testing.assert_close(model(x), wanted)


def test_cnn_takes_grey_pictures_without_a_channel_axis():
    model = CNN().eval()
    x = torch.rand(3, 16, 16)
    torch.testing.assert_close(model(x), model(x[:, None]))
    assert sum(p.numel() for p in model.parameters()) == 15_034


def test_cnn_does_not_mind_where_the_digit_stands():
    model = randomize(CNN()).double().eval()
    canvas = torch.zeros(2, 40, 40, dtype=torch.float64)
    digit = torch.rand(6, 6, dtype=torch.float64)
    canvas[0, 14:20, 16:22] = canvas[1, 20:26, 14:20] = digit  # moved by a multiple of the stride, far from the edges
    torch.testing.assert_close(*model(canvas))
