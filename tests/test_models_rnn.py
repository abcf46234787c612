import pytest
import torch
from torch import nn

from atiende.models.rnn import (
    CausalConv,
    ConvLM,
    GRUCell,
    LSTMCell,
    Recurrent,
    RecurrentLM,
    RNNCell,
    detach,
    set_forget_bias,
)  # fmt: skip

CELLS = {RNNCell: nn.RNN, LSTMCell: nn.LSTM, GRUCell: nn.GRU}
B, T, D_IN, D_HIDDEN = 3, 7, 4, 5


def drawn(model):
    """Give every parameter a random value, so that none is neutral."""
    for parameter in model.parameters():
        nn.init.normal_(parameter, std=0.5)
    return model.double()


def pair(cell_class):
    """Return our layer and torch's with the same weights."""
    own = Recurrent(drawn(cell_class(D_IN, D_HIDDEN)))
    other = CELLS[cell_class](D_IN, D_HIDDEN, batch_first=True).double()
    cell = own.cell
    with torch.no_grad():
        other.weight_ih_l0.copy_(cell.from_input.weight)
        other.weight_hh_l0.copy_(cell.from_state.weight)
        other.bias_ih_l0.copy_(cell.from_input.bias)
        other.bias_hh_l0.copy_(
            torch.zeros_like(other.bias_hh_l0) if cell.from_state.bias is None else cell.from_state.bias
        )
    return own, other


@pytest.mark.parametrize("steps", [1, T])
@pytest.mark.parametrize("cell_class", CELLS)
def test_layer_equals_torchs_with_the_same_weights(cell_class, steps):
    own, other = pair(cell_class)
    x = torch.randn(B, steps, D_IN, dtype=torch.float64)
    state = tuple(torch.randn(B, D_HIDDEN, dtype=torch.float64) for _ in own.cell.start(x[:, 0]))
    torchs = tuple(part[None] for part in state)
    outputs, last = own(x, state)
    wanted, wanted_last = other(x, torchs if len(state) > 1 else torchs[0])
    torch.testing.assert_close(outputs, wanted)
    torch.testing.assert_close(torch.stack(last), wanted_last if len(state) == 1 else torch.cat(wanted_last))


@pytest.mark.parametrize("cell_class", CELLS)
def test_layer_begins_at_zero_and_its_gradients_equal_torchs(cell_class):
    own, other = pair(cell_class)
    x = torch.randn(B, T, D_IN, dtype=torch.float64)
    own(x)[0].square().sum().backward()
    other(x)[0].square().sum().backward()
    torch.testing.assert_close(own.cell.from_input.weight.grad, other.weight_ih_l0.grad)
    torch.testing.assert_close(own.cell.from_state.weight.grad, other.weight_hh_l0.grad)


@pytest.mark.parametrize("cell_class", CELLS)
def test_two_halves_with_the_state_carried_are_one_whole(cell_class):
    own, _ = pair(cell_class)
    x = torch.randn(B, T, D_IN, dtype=torch.float64)
    first, state = own(x[:, :3])
    second, last = own(x[:, 3:], state)
    whole, wanted = own(x)
    torch.testing.assert_close(torch.cat([first, second], dim=1), whole)
    torch.testing.assert_close(last, wanted)


def test_detached_states_let_no_gradient_through():
    own, _ = pair(LSTMCell)
    x = torch.randn(B, T, D_IN, dtype=torch.float64, requires_grad=True)
    state = own(x)[1]
    cut = detach(state)
    torch.testing.assert_close(cut, tuple(state))
    assert all(part.requires_grad for part in state) and not any(part.requires_grad for part in cut)
    assert not detach(state[0]).requires_grad


@pytest.mark.parametrize("forget_bias", [0.0, 3.0])
def test_untrained_lstm_forgets_as_fast_as_its_bias_says(forget_bias):
    cell = LSTMCell(D_IN, D_HIDDEN, forget_bias=forget_bias)
    for name, parameter in cell.named_parameters():
        if name.endswith("weight"):
            nn.init.zeros_(parameter)
    nn.init.zeros_(cell.from_input.bias[2 * D_HIDDEN : 3 * D_HIDDEN])  # nothing new comes in
    c = torch.ones(1, D_HIDDEN)
    _, after = cell(torch.ones(1, D_IN), (torch.zeros_like(c), c))
    torch.testing.assert_close(after, torch.sigmoid(torch.tensor(forget_bias)) * c)


def test_forget_bias_of_torchs_lstm_is_what_was_asked_for_in_every_layer():
    lstm = nn.LSTM(D_IN, D_HIDDEN, num_layers=2)
    before = {name: value.clone() for name, value in lstm.state_dict().items()}
    set_forget_bias(lstm, 2.5)
    for layer in (0, 1):
        biases = getattr(lstm, f"bias_ih_l{layer}") + getattr(lstm, f"bias_hh_l{layer}")
        torch.testing.assert_close(biases[D_HIDDEN : 2 * D_HIDDEN], torch.full((D_HIDDEN,), 2.5))
        others = torch.cat([torch.arange(D_HIDDEN), torch.arange(2 * D_HIDDEN, 4 * D_HIDDEN)])
        for name in (f"bias_ih_l{layer}", f"bias_hh_l{layer}"):
            torch.testing.assert_close(lstm.state_dict()[name][others], before[name][others])


@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru"])
def test_language_model_goes_on_from_its_state(kind):
    model = drawn(RecurrentLM(11, d_embed=4, d_hidden=5, kind=kind, num_layers=2))
    ids = torch.randint(11, (B, T))
    logits, _ = model(ids)
    assert logits.shape == (B, T, 11)
    first, state = model(ids[:, :4])
    torch.testing.assert_close(torch.cat([first, model(ids[:, 4:], state)[0]], dim=1), logits)


def test_causal_convolution_equals_a_loop():
    layer = drawn(CausalConv(3, kernel_size=2, dilation=3))
    x = torch.randn(2, 3, 9, dtype=torch.float64)
    weight, bias = layer.conv.weight, layer.conv.bias
    for t in range(9):
        before = x[:, :, t - 3] if t >= 3 else torch.zeros(2, 3, dtype=torch.float64)
        torch.testing.assert_close(
            layer(x)[:, :, t], before @ weight[:, :, 0].T + x[:, :, t] @ weight[:, :, 1].T + bias
        )


def test_convolutional_language_model_sees_exactly_its_context():
    model = drawn(ConvLM(11, d_model=6, num_layers=3, kernel_size=2))
    for parameter in model.parameters():
        parameter.data.abs_()  # no ReLU closes
    assert model.context == 8
    embedded = model.embedding.weight
    ids = torch.randperm(11)[None]  # every symbol once: the gradient of its embedding is that of its place
    model(ids)[0, 10].sum().backward()
    reached = embedded.grad[ids[0]].abs().sum(dim=1) > 0
    assert reached.tolist() == [False] * 3 + [True] * 8
