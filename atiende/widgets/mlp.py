"""Explorers of the first unit: a neuron, a softmax, a deep signal, a valley, the regions of a network."""

from functools import cache

import ipywidgets
import numpy as np
import torch
from torch import nn

from atiende.data import make_spiral
from atiende.language import label
from atiende.models.mlp import MLP
from atiende.plots.descent import draw_path
from atiende.plots.layers import draw_layers_std
from atiende.plots.points import draw_neuron, draw_regions
from atiende.plots.style import BLUE, ORANGE
from atiende.training import accuracy, evaluate, train
from atiende.widgets.explorer import Explorer

CORNERS = np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]])
TABLES = {"AND": (-1, -1, -1, 1), "OR": (-1, 1, 1, 1), "XOR": (-1, 1, 1, -1)}


def explore_neuron() -> Explorer:
    """Move the line of a neuron over the points of AND, OR or XOR."""

    def draw(canvas, task, w1, w2, b):
        ax = canvas.subplots()
        wrong = draw_neuron(ax, (w1, w2), b, CORNERS, np.array(TABLES[task]))
        ax.set_title(label(f"{task}: {wrong} mal", f"{task}: {wrong} wrong"))
        ax.set_xlabel(f"{w1:g}·$x_1$ {w2:+g}·$x_2$ {b:+g}".replace("-", "−"))
        return label(f"{task}, pesos {w1:g} y {w2:g}, sesgo {b:g}: {wrong} de 4 mal.",
                     f"{task}, weights {w1:g} and {w2:g}, bias {b:g}: {wrong} of 4 wrong.")  # fmt: skip

    controls = {
        "task": ipywidgets.ToggleButtons(options=list(TABLES), value="OR", description=label("puntos", "points")),
        "w1": ipywidgets.FloatSlider(0.5, min=-2, max=2, step=0.1, description=label("peso w₁", "weight w₁")),
        "w2": ipywidgets.FloatSlider(-1.0, min=-2, max=2, step=0.1, description=label("peso w₂", "weight w₂")),
        "b": ipywidgets.FloatSlider(0.0, min=-2, max=2, step=0.1, description=label("sesgo b", "bias b")),
    }
    states = [
        {"task": "OR", "w1": 0.5, "w2": -1.0, "b": 0.0},
        {"task": "OR", "w1": 1.0, "w2": 1.0, "b": 1.0},
        {"task": "AND", "w1": 1.0, "w2": 1.0, "b": -1.0},
        {"task": "XOR", "w1": 1.0, "w2": 1.0, "b": 1.0},
    ]
    return Explorer(draw, controls, states, height=2.7, columns=4)


def explore_softmax() -> Explorer:
    """Scale the logits (2, 1, 0) and see the probabilities and the loss."""
    logits = torch.tensor([2.0, 1.0, 0.0])

    def draw(canvas, scale, answer):
        ax = canvas.subplots()
        p = torch.softmax(scale * logits, dim=0).numpy()  # (3,)
        loss = nn.functional.cross_entropy(scale * logits, torch.tensor(answer)).item()
        right = [k == answer for k in range(3)]
        bars = ax.bar(range(3), p, color=[ORANGE if r else BLUE for r in right], hatch=["//" if r else "" for r in right],
                      edgecolor="white")  # fmt: skip
        ax.bar_label(bars, [f"{value:.3f}" for value in p], padding=2)
        names = [f"z = {scale * z:.3g}" + label("\n✓ correcta", "\n✓ right") * r for z, r in zip(logits.tolist(), right, strict=True)]
        ax.set(ylim=(0, 1.18), yticks=[0, 0.5, 1], xticks=range(3), xticklabels=names)
        ax.set_title(label(f"escala {scale:g} · pérdida {loss:.3f}", f"scale {scale:g} · loss {loss:.3f}"))
        ax.grid(axis="x", visible=False)
        return label(f"Escala {scale:g}, clase correcta {answer} (rayada): pérdida {loss:.3f}.",
                     f"Scale {scale:g}, right class {answer} (hatched): loss {loss:.3f}.")  # fmt: skip

    controls = {
        "scale": ipywidgets.FloatSlider(1.0, min=0, max=8, step=0.25, description=label("escala", "scale")),
        "answer": ipywidgets.ToggleButtons(options=[0, 1, 2], value=0, description=label("clase correcta", "right class")),
    }
    states = [{"scale": 0.0, "answer": 0}, {"scale": 1.0, "answer": 0}, {"scale": 4.0, "answer": 0}, {"scale": 4.0, "answer": 2}]
    return Explorer(draw, controls, states, height=2.5)


def explore_init(width: int = 256, layers: int = 20) -> Explorer:
    """Change the size of the initial weights and see the signal cross 20 layers."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((128, width))
    units = rng.standard_normal((layers, width, width)) / np.sqrt(width)  # sigma 1 / sqrt(width)

    def draw(canvas, sigma, activation):
        h, stds = x, []
        for w in units:
            z = h @ w * (sigma * np.sqrt(width))  # (128, width)
            h = np.maximum(z, 0) if activation == "ReLU" else np.tanh(z)
            stds.append(h.std())
        ax = canvas.subplots()
        draw_layers_std(ax, {"": np.array(stds)})
        ax.set(ylim=(1e-18, 1e9), title=f"{activation}, σ = {sigma:.3f}")
        ax.set_yticks([1e-18, 1e-12, 1e-6, 1, 1e6])
        return label(f"{activation}, σ = {sigma:.3f}: desviación estándar {stds[-1]:.1e} en la capa {layers}.",
                     f"{activation}, σ = {sigma:.3f}: standard deviation {stds[-1]:.1e} at layer {layers}.")  # fmt: skip

    controls = {
        "sigma": ipywidgets.FloatSlider(0.05, min=0.02, max=0.2, step=0.002, readout_format=".3f", description="σ"),
        "activation": ipywidgets.ToggleButtons(options=["ReLU", "tanh"], description=label("activación", "activation")),
    }
    he = round((2 / width) ** 0.5, 3)
    states = [
        {"sigma": 0.05, "activation": "ReLU"},
        {"sigma": he, "activation": "ReLU"},
        {"sigma": 0.15, "activation": "ReLU"},
        {"sigma": 0.15, "activation": "tanh"},
    ]
    return Explorer(draw, controls, states, height=2.5)


def explore_valley(steps: int = 30) -> Explorer:
    """Change the learning rate and the momentum and see the path on a valley ten times steeper one way than the other."""
    steep, bottom = np.array([1.0, 10.0]), np.array([1.0, 0.0])

    def loss(w1, w2):
        return 0.5 * (w1 - 1) ** 2 + 5 * w2**2

    def draw(canvas, lr, momentum):
        w, v = np.array([-1.0, 1.0]), np.zeros(2)
        path = [w]
        for _ in range(steps):
            v = momentum * v + steep * (w - bottom)
            w = w - lr * v
            path.append(w)
        ax, end = canvas.subplots(), loss(*w)
        draw_path(ax, loss, path)
        ax.set_title(label(f"η = {lr:g}, β = {momentum:g} · pérdida {end:.2g}", f"η = {lr:g}, β = {momentum:g} · loss {end:.2g}"))
        return label(f"Tasa {lr:g}, momento {momentum:g}: pérdida {end:.2g} tras {steps} pasos.",
                     f"Rate {lr:g}, momentum {momentum:g}: loss {end:.2g} after {steps} steps.")  # fmt: skip

    controls = {
        "lr": ipywidgets.FloatSlider(0.03, min=0.01, max=0.3, step=0.01, description=label("tasa η", "rate η")),
        "momentum": ipywidgets.FloatSlider(0.0, min=0, max=0.95, step=0.05, description=label("momento β", "momentum β")),
    }
    states = [{"lr": lr, "momentum": beta} for lr, beta in ((0.03, 0.0), (0.19, 0.0), (0.21, 0.0), (0.23, 0.3))]
    return Explorer(draw, controls, states, height=2.6)


@cache
def _trained_on_spiral(units: int, activation: str) -> MLP:
    x, y = make_spiral()
    torch.manual_seed(0)
    model = MLP(2, units, 3, activation=activation)
    train(model, x, y, lr=0.1, steps=300, batch_size=len(y))
    return model


def explore_regions() -> Explorer:
    """Choose the hidden units and the activation of a network, trained on the spiral there and then."""
    x, y = make_spiral()
    names = {"relu": "ReLU", "tanh": "tanh", "none": label("ninguna", "none")}

    def draw(canvas, units, activation):
        model = _trained_on_spiral(units, activation)
        ax, share = canvas.subplots(), evaluate(model, x, y, measure=accuracy)
        draw_regions(ax, model, x, y)
        name = names[activation]
        ax.set_title(f"{units} · {name}\n{share:.0%}")
        return label(f"{units} neuronas ocultas, activación {name}: {share:.0%} de aciertos.",
                     f"{units} hidden neurons, activation {name}: {share:.0%} right.")  # fmt: skip

    controls = {
        "units": ipywidgets.SelectionSlider(options=[1, 2, 3, 4, 6, 8, 16, 32, 64], value=2, continuous_update=False,
                                            description=label("neuronas ocultas", "hidden neurons")),
        "activation": ipywidgets.ToggleButtons(options=[(name, key) for key, name in names.items()],
                                               description=label("activación", "activation")),
    }  # fmt: skip
    states = [{"units": 64, "activation": "none"}, {"units": 2, "activation": "tanh"}, {"units": 4, "activation": "tanh"},
              {"units": 16, "activation": "relu"}]  # fmt: skip
    return Explorer(draw, controls, states, height=2.6, columns=4)
