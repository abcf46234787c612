"""Recurrent networks: the tanh cell, LSTM and GRU, a language model made of them, and a convolutional one beside it."""

import torch
from torch import nn
from torch.nn import functional


class RNNCell(nn.Module):
    """Take one step in time: x (B, d_in) and state (h,) to the next (h,), h (B, d_hidden). Elman (1990), Cognitive Science 14."""

    def __init__(self, d_in: int, d_hidden: int):
        super().__init__()
        self.from_input = nn.Linear(d_in, d_hidden)
        self.from_state = nn.Linear(d_hidden, d_hidden, bias=False)

    def start(self, x):
        """Return the state before the first step, zeros: one row for each row of x."""
        return (x.new_zeros(len(x), self.from_state.in_features),)

    def forward(self, x, state):
        (h,) = state
        return (torch.tanh(self.from_input(x) + self.from_state(h)),)


class LSTMCell(nn.Module):
    """Take one step of a long short-term memory: x (B, d_in) and state (h, c) to the next (h, c), each (B, d_hidden).

    Hochreiter and Schmidhuber (1997), Neural Computation 9, with the forget gate of Gers et al. (2000). The forget gate begins
    with bias `forget_bias`: the larger, the longer the memory of an untrained cell.
    """

    def __init__(self, d_in: int, d_hidden: int, forget_bias: float = 1.0):
        super().__init__()
        self.from_input = nn.Linear(d_in, 4 * d_hidden)  # gates in PyTorch's order: input, forget, candidate, output
        self.from_state = nn.Linear(d_hidden, 4 * d_hidden, bias=False)
        nn.init.constant_(self.from_input.bias[d_hidden : 2 * d_hidden], forget_bias)

    def start(self, x):
        """Return the state before the first step, zeros: one row for each row of x."""
        zeros = x.new_zeros(len(x), self.from_state.in_features)
        return zeros, zeros

    def forward(self, x, state):
        h, c = state
        i, f, g, o = (self.from_input(x) + self.from_state(h)).chunk(4, dim=-1)  # (B, d_hidden) each
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c


class GRUCell(nn.Module):
    """Take one step of a gated recurrent unit: x (B, d_in) and state (h,) to the next (h,), h (B, d_hidden).

    Cho et al. (2014, arXiv:1406.1078), with the reset gate after the product, as in PyTorch.
    """

    def __init__(self, d_in: int, d_hidden: int):
        super().__init__()
        self.from_input = nn.Linear(d_in, 3 * d_hidden)  # gates in PyTorch's order: reset, update, candidate
        self.from_state = nn.Linear(d_hidden, 3 * d_hidden)

    def start(self, x):
        """Return the state before the first step, zeros: one row for each row of x."""
        return (x.new_zeros(len(x), self.from_state.in_features),)

    def forward(self, x, state):
        (h,) = state
        r, z, n = self.from_input(x).chunk(3, dim=-1)  # (B, d_hidden) each
        r_state, z_state, n_state = self.from_state(h).chunk(3, dim=-1)
        r, z = torch.sigmoid(r + r_state), torch.sigmoid(z + z_state)
        n = torch.tanh(n + r * n_state)
        return ((1 - z) * n + z * h,)


class Recurrent(nn.Module):
    """Walk a cell along time: x (B, T, d_in) to its outputs (B, T, d_hidden) and the state after the last step."""

    def __init__(self, cell: nn.Module):
        super().__init__()
        self.cell = cell

    def forward(self, x, state=None):
        state = self.cell.start(x[:, 0]) if state is None else state
        outputs = []
        for x_t in x.unbind(dim=1):  # (B, d_in)
            state = self.cell(x_t, state)
            outputs.append(state[0])
        return torch.stack(outputs, dim=1), state


def detach(state):
    """Return a state, a tensor or a tuple of tensors, cut off from the steps that made it: truncated backpropagation."""
    return tuple(part.detach() for part in state) if isinstance(state, tuple) else state.detach()


def set_forget_bias(lstm: nn.LSTM, value: float):
    """Set the bias of every forget gate of a torch LSTM: its two biases add up, so one takes `value` and the other zero."""
    for name, bias in lstm.named_parameters():
        if name.startswith("bias"):
            forget = slice(lstm.hidden_size, 2 * lstm.hidden_size)
            nn.init.constant_(bias[forget], value if name.startswith("bias_ih") else 0.0)


class RecurrentLM(nn.Module):
    """Score the next symbol at every step: ids (B, T) to logits (B, T, vocab_size), and the state to go on from.

    kind: "rnn", "lstm" or "gru"; the layers are torch's, which compute what the cells above do, only faster. Without `state`
    the memory begins at zero.
    """

    LAYERS = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}

    def __init__(self, vocab_size: int, d_embed: int = 32, d_hidden: int = 128, kind: str = "lstm", num_layers: int = 1,
                 forget_bias: float = 1.0):  # fmt: skip
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, d_embed)
        self.layers = self.LAYERS[kind](d_embed, d_hidden, num_layers, batch_first=True)
        self.head = nn.Linear(d_hidden, vocab_size)
        if kind == "lstm":
            set_forget_bias(self.layers, forget_bias)

    def forward(self, ids, state=None):
        outputs, state = self.layers(self.embedding(ids), state)  # (B, T, d_hidden)
        return self.head(outputs), state


class CausalConv(nn.Module):
    """Convolve along time looking only backwards: x (B, d_model, T) to the same shape; the start is padded with zeros."""

    def __init__(self, d_model: int, kernel_size: int, dilation: int = 1):
        super().__init__()
        self.conv = nn.Conv1d(d_model, d_model, kernel_size, dilation=dilation)
        self.before = dilation * (kernel_size - 1)

    def forward(self, x):
        return self.conv(functional.pad(x, (self.before, 0)))


class ConvLM(nn.Module):
    """Score the next symbol from the last `context` ones: ids (B, T) to logits (B, T, vocab_size).

    Residual causal convolutions whose dilation doubles from layer to layer, in the spirit of WaveNet (van den Oord et al.
    2016, arXiv:1609.03499) and Bai et al. (2018, arXiv:1803.01271). It keeps no state: all steps are computed at once.
    """

    def __init__(self, vocab_size: int, d_model: int = 64, num_layers: int = 4, kernel_size: int = 2):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, d_model)
        self.layers = nn.ModuleList(CausalConv(d_model, kernel_size, 2**n) for n in range(num_layers))
        self.head = nn.Linear(d_model, vocab_size)
        self.context = 1 + sum(layer.before for layer in self.layers)

    def forward(self, ids):
        x = self.embedding(ids).transpose(1, 2)  # (B, d_model, T)
        for layer in self.layers:
            x = x + torch.relu(layer(x))
        return self.head(x.transpose(1, 2))
