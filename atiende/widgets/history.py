"""Explorers of the history page: two lines, depth, the code of an autoencoder, the latent plane of a generator."""

import ipywidgets
import numpy as np
import torch
from torch import nn

from atiende.data import load_digits
from atiende.language import label
from atiende.plots.features import draw_map
from atiende.plots.generated import NEAR, PLACES, draw_codes, draw_ring, draw_territories
from atiende.plots.hidden import draw_depth, draw_two_lines
from atiende.plots.style import INK
from atiende.widgets.explorer import Explorer

ACTIVATIONS = {"sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "ReLU": nn.ReLU}


def explore_two_lines(x, y) -> Explorer:
    """Move two lines over points x (N, 2), with answers y (N,) of 0 and 1: yes is where exactly one of them says yes."""

    def draw(canvas, turn1, shift1, turn2, shift2):
        ax = canvas.subplots()
        lines = [((np.cos(t), np.sin(t)), -s) for t, s in ((np.radians(turn1), shift1), (np.radians(turn2), shift2))]
        (one, other), both = draw_two_lines(ax, lines, x, y)
        ax.set_title(label(f"solas: {one:.0%} y {other:.0%}\njuntas: {both:.0%}",
                           f"alone: {one:.0%}, {other:.0%}\ntogether: {both:.0%}"), fontsize=10)  # fmt: skip
        return label(f"Rectas a {turn1}° y {turn2}°, corridas {shift1:g} y {shift2:g}: "
                     f"solas, {one:.0%} y {other:.0%}; juntas, {both:.0%}.",
                     f"Lines at {turn1}° and {turn2}°, moved {shift1:g} and {shift2:g}: "
                     f"alone, {one:.0%} and {other:.0%}; together, {both:.0%}.")  # fmt: skip

    options = {"turn": {"min": 0, "max": 180, "step": 5}, "shift": {"min": -2, "max": 2, "step": 0.1}}
    controls = {
        "turn1": ipywidgets.IntSlider(30, **options["turn"], description=label("giro, recta 1", "turn, line 1")),
        "shift1": ipywidgets.FloatSlider(0.8, **options["shift"], description=label("lugar, recta 1", "place, line 1")),
        "turn2": ipywidgets.IntSlider(30, **options["turn"], description=label("giro, recta 2", "turn, line 2")),
        "shift2": ipywidgets.FloatSlider(-1.2, **options["shift"], description=label("lugar, recta 2", "place, line 2")),
    }
    states = [
        {"turn1": 30, "shift1": 0.8, "turn2": 30, "shift2": -1.2},
        {"turn1": 45, "shift1": 0.8, "turn2": 120, "shift2": -1.2},
        {"turn1": 45, "shift1": 0.7, "turn2": 45, "shift2": -0.7},
        {"turn1": 0, "shift1": 0.0, "turn2": 90, "shift2": 0.0},
    ]
    return Explorer(draw, controls, states, height=2.6, columns=4)


def explore_depth(width: int = 64) -> Explorer:
    """Choose the activation and the depth of a network just created, and see the gradient cross it."""
    digits = load_digits()
    x, y = torch.tensor(digits.x_train[:256]).flatten(1), torch.tensor(digits.y_train[:256])  # (256, 64), (256,)
    names = {key: label("sigmoide", "sigmoid") if key == "sigmoid" else key for key in ACTIVATIONS}

    def draw(canvas, activation, layers, scale):
        torch.manual_seed(0)
        sizes = [64, *[width] * layers]
        linear = [nn.Linear(a, b) for a, b in zip(sizes, [*sizes[1:], 10], strict=True)]
        net = nn.Sequential(*(part for layer in linear for part in (layer, ACTIVATIONS[activation]())))[:-1]
        with torch.no_grad():
            for layer in linear:
                layer.weight.mul_(scale)
        nn.functional.cross_entropy(net(x), y).backward()
        gradients = np.array([layer.weight.grad.norm().item() for layer in linear])
        ratio, name = gradients[0] / gradients[-1], names[activation]
        ax = canvas.subplots()
        draw_depth(ax, {name: gradients})
        ax.set(ylim=(min(1e-8, gradients.min() / 3), 1e2), title=label(f"{name}, {layers} capas, pesos × {scale:g}",
                                              f"{name}, {layers} layers, weights × {scale:g}"))  # fmt: skip
        return label(f"{name}, {layers} capas ocultas, pesos × {scale:g}: "
                     f"a la primera capa llega {ratio:.1e} veces lo de la última.",
                     f"{name}, {layers} hidden layers, weights × {scale:g}: "
                     f"the first layer gets {ratio:.1e} times what the last does.")  # fmt: skip

    controls = {
        "activation": ipywidgets.ToggleButtons(options=[(name, key) for key, name in names.items()], value="sigmoid",
                                               description=label("activación", "activation")),  # fmt: skip
        "layers": ipywidgets.IntSlider(4, min=1, max=12, description=label("capas ocultas", "hidden layers")),
        "scale": ipywidgets.ToggleButtons(options=[0.5, 1, 2, 4], value=1, description=label("pesos ×", "weights ×")),
    }
    states = [
        {"activation": "sigmoid", "layers": 2, "scale": 1},
        {"activation": "sigmoid", "layers": 8, "scale": 1},
        {"activation": "sigmoid", "layers": 8, "scale": 4},
        {"activation": "ReLU", "layers": 8, "scale": 2},
    ]
    return Explorer(draw, controls, states, height=2.7)


def explore_code(decoder, codes, y) -> Explorer:
    """Walk over the plane of codes (N, 2) of digits y (N,) and see what the decoder, (N, 2) to (N, 64), draws at each place."""
    codes, y = np.asarray(codes), np.asarray(y)
    low, high = codes.min(axis=0), codes.max(axis=0)

    def decode(points):
        with torch.no_grad():
            return decoder(torch.tensor(points, dtype=torch.float32)).numpy()  # (N, 64)

    def greyest(points):
        images = decode(points)
        return points[(images * (1 - images)).mean(axis=1).argmax()]

    def draw(canvas, first, second):
        at = np.array([first, second])
        image = decode(at[None]).reshape(8, 8)
        axes = canvas.subplots(1, 2)
        draw_codes(axes[0], codes, y, size=14)
        axes[0].plot(*at, "o", color=INK, ms=20, mew=2.5, mfc="none")
        draw_map(axes[1], 1 - image)
        near = np.argsort(np.hypot(*(codes - at).T))[:10]
        empty = np.hypot(*(codes[near[0]] - at))
        axes[1].set_title(f"({first:.1f}, {second:.1f})".replace("-", "−"), fontsize=10)
        around = ", ".join(str(k) for k in sorted(set(y[near].tolist())))
        return label(f"Código ({first:.1f}, {second:.1f}): alrededor hay {around}; el más cercano, a {empty:.1f}.",
                     f"Code ({first:.1f}, {second:.1f}): around it: {around}; the nearest, {empty:.1f} away.")  # fmt: skip

    centres = [np.median(codes[y == k], axis=0) for k in (0, 6)]
    between = centres[0] + np.linspace(0, 1, 41)[:, None] * (centres[1] - centres[0])  # (41, 2)
    everywhere = np.stack(np.meshgrid(*np.linspace(low, high, 41).T), axis=-1).reshape(-1, 2)  # (41 * 41, 2)
    chosen = [centres[0], greyest(between), centres[1], greyest(everywhere)]
    names = {"first": label("primer número", "first number"), "second": label("segundo número", "second number")}
    controls = {
        name: ipywidgets.FloatSlider(float(centres[0][n]), min=float(low[n]), max=float(high[n]), step=0.1, description=text)
        for n, (name, text) in enumerate(names.items())
    }
    return Explorer(draw, controls, [{"first": float(a), "second": float(b)} for a, b in chosen], height=2.0)


def explore_latent(generator, centres, reach: float = 2.5) -> Explorer:
    """Walk over the latent plane of a generator, (N, 2) to (N, 2), and see where each point falls, over centres (K, 2)."""
    centres = torch.as_tensor(centres)
    side = torch.linspace(-reach, reach, 81)
    grid = torch.cartesian_prod(side, side).flip(1)  # (81 * 81, 2): rows of z2, from below

    def place(z):
        with torch.no_grad():
            x = generator(z)  # (N, 2)
        distance, nearest = torch.cdist(x, centres).min(dim=1)
        return x, torch.where(distance < NEAR, nearest, -1)

    territories = place(grid)[1].reshape(81, 81).numpy()

    def draw(canvas, z1, z2):
        x, (reached,) = place(torch.tensor([[z1, z2]], dtype=torch.float32))
        axes = canvas.subplots(1, 2)
        draw_territories(axes[0], territories, reach)
        axes[0].plot(z1, z2, "P", color="white", mec=INK, ms=13)
        draw_ring(axes[1], x.numpy(), centres, colours=PLACES)
        axes[1].plot(*x[0].tolist(), "P", color="white", mec=INK, ms=10)
        falls = label("fuera de las nubes", "on no cloud") if reached < 0 else label(f"en la nube {reached}", f"on cloud {reached}")
        axes[1].set_title(falls, fontsize=10)
        return label(f"El punto ({z1:g}, {z2:g}) cae {falls}.", f"The point ({z1:g}, {z2:g}) falls {falls}.")

    controls = {
        "z1": ipywidgets.FloatSlider(0.5, min=-reach, max=reach, step=0.1, description="z₁"),
        "z2": ipywidgets.FloatSlider(0.5, min=-reach, max=reach, step=0.1, description="z₂"),
    }
    common = np.bincount(territories[territories >= 0], minlength=len(centres)).argsort()[::-1][:3]
    shown = [(territories == k).ravel() for k in (*common, -1) if (territories == k).any()]
    states = []
    for here in shown:  # a point within each of the largest territories, and one on a border
        points = grid[torch.tensor(here)]  # (M, 2)
        z1, z2 = points[(points - points.median(dim=0).values).norm(dim=1).argmin()].tolist()
        states.append({"z1": round(z1, 2), "z2": round(z2, 2)})
    return Explorer(draw, controls, states, height=2.0)
