"""Explorers of the second unit: a filter over a photograph, its places along a row, pooling, and the field of view."""

from functools import cache

import ipywidgets
import numpy as np
import torch
from torch import nn
from torch.nn.functional import conv2d, max_pool2d

from atiende.data import load_digits
from atiende.language import label
from atiende.plots.convolution import draw_places
from atiende.plots.features import draw_field, draw_map
from atiende.widgets.explorer import Explorer

NAMES = [f"w{r}{c}" for r in range(3) for c in range(3)]
VERTICAL = (1.0, 0.0, -1.0, 2.0, 0.0, -2.0, 1.0, 0.0, -1.0)  # Sobel: left minus right
HORIZONTAL = (1.0, 2.0, 1.0, 0.0, 0.0, 0.0, -1.0, -2.0, -1.0)  # Sobel: above minus below
SHARPEN = (0.0, -1.0, 0.0, -1.0, 5.0, -1.0, 0.0, -1.0, 0.0)
BLUR = (0.1,) * 9
TOP = 4.0  # what VERTICAL gives at most, on pixels from 0 to 1
SIDE = 41  # pixels a side of the picture under the field of view


@cache
def grey_photo() -> torch.Tensor:
    """Return the roofs of scikit-learn's photograph of the Summer Palace, (150, 200), grey levels in [0, 1]."""
    from sklearn.datasets import load_sample_image

    photo = load_sample_image("china.jpg")[60:360:2, 120:520:2]  # (150, 200, 3) uint8
    return torch.tensor(photo.mean(axis=2) / 255, dtype=torch.float32)


def explore_kernel() -> Explorer:
    """Change the nine entries of a filter and see what it makes of a photograph."""
    photo = grey_photo()

    def draw(canvas, **entries):
        kernel = torch.tensor([entries[name] for name in NAMES]).reshape(3, 3)
        out = conv2d(photo[None, None], kernel[None, None])[0, 0].numpy()  # (148, 198)
        total = kernel.sum().item()
        ax = canvas.subplots()
        edges = abs(total) < 0.05
        title = label(f"suma de los pesos: {total:.1f}", f"sum of the weights: {total:.1f}").replace("-", "−")
        draw_map(ax, out if edges else out.clip(0, 1), title, edges)
        rows = "\n".join("  ".join(f"{v:g}" for v in row).replace("-", "−") for row in kernel.tolist())
        ax.set_xlabel(rows)
        numbers = ", ".join(f"{v:g}" for v in kernel.flatten().tolist())
        return label(f"Filtro {numbers}: salida de {out.min():.1f} a {out.max():.1f}.",
                     f"Filter {numbers}: output from {out.min():.1f} to {out.max():.1f}.")  # fmt: skip

    controls = {
        name: ipywidgets.FloatSlider(value, min=-5, max=5, step=0.1,
                                     description=label(f"fila {name[1]}, col. {name[2]}", f"row {name[1]}, col. {name[2]}"))
        for name, value in zip(NAMES, VERTICAL, strict=True)
    }  # fmt: skip
    states = [dict(zip(NAMES, kernel, strict=True)) for kernel in (VERTICAL, HORIZONTAL, SHARPEN, BLUR)]
    return Explorer(draw, controls, states, height=3.0)


def explore_stride() -> Explorer:
    """Change padding, stride and the size of a filter, and count its places along a row of pixels."""

    def draw(canvas, n, k, stride, pad):
        ax = canvas.subplots()
        count = draw_places(ax, n, k, stride, pad)
        ax.set_title(label(f"n={n}, k={k}, paso {stride}, relleno {pad}: {count} sitios",
                           f"n={n}, k={k}, stride {stride}, padding {pad}: {count} places"), fontsize=10.5)  # fmt: skip
        left = max(n + 2 * pad - k, 0) % stride
        return label(f"Fila de {n} píxeles, filtro de {k}, paso {stride}, relleno {pad}. Sitios: {count}; sobran: {left}.",
                     f"Row of {n} pixels, filter of {k}, stride {stride}, padding {pad}. Places: {count}; over: {left}.")  # fmt: skip

    controls = {
        "n": ipywidgets.ToggleButtons(options=[6, 7, 8, 9], value=7, description=label("píxeles n", "pixels n")),
        "k": ipywidgets.ToggleButtons(options=[1, 2, 3, 5], value=3, description=label("filtro k", "filter k")),
        "stride": ipywidgets.ToggleButtons(options=[1, 2, 3], value=1, description=label("paso", "stride")),
        "pad": ipywidgets.ToggleButtons(options=[0, 1, 2], value=0, description=label("relleno", "padding")),
    }
    states = [
        {"n": 7, "k": 3, "stride": 1, "pad": 0},
        {"n": 7, "k": 3, "stride": 1, "pad": 1},
        {"n": 7, "k": 3, "stride": 2, "pad": 1},
        {"n": 8, "k": 3, "stride": 2, "pad": 0},
    ]
    return Explorer(draw, controls, states, height=2.6)


def explore_pooling() -> Explorer:
    """Move a digit and see how much its edges change after pooling, window by window."""
    digit = torch.tensor(load_digits().x_train[3])  # (8, 8)
    kernel = torch.tensor(VERTICAL).reshape(1, 1, 3, 3)

    def pooled(shift: int, window: int):
        canvas = torch.zeros(1, 1, 16, 16)
        canvas[0, 0, 4:12, 2 + shift : 10 + shift] = digit
        edges = conv2d(canvas, kernel, padding=1).relu()  # (1, 1, 16, 16)
        return canvas[0, 0].numpy(), max_pool2d(edges, window)[0, 0].numpy()  # (16, 16), (16 / window, 16 / window)

    def draw(canvas, shift, window):
        image, now = pooled(shift, window)
        before = pooled(0, window)[1]
        change = np.abs(now - before).sum() / np.abs(before).sum()
        axes = canvas.subplots(1, 2)
        draw_map(axes[0], image, label(f"movido {shift} px", f"moved {shift} px"))
        title = label(f"mapa, ventana {window}\ncambia un {change:.0%}", f"map, window {window}\nchange {change:.0%}")
        draw_map(axes[1], now, title, top=TOP)
        for (r, c), value in np.ndenumerate(now) if now.size <= 16 else ():
            ink = "black" if value > TOP / 2 else "white"
            axes[1].text(c, r, f"{value:.1f}", ha="center", va="center", fontsize=10, color=ink)
        return label(f"Dígito movido {shift} px, ventanas de {window}: el mapa cambia un {change:.0%}.",
                     f"Digit moved {shift} px, windows of {window}: the map changes by {change:.0%}.")  # fmt: skip

    controls = {
        "shift": ipywidgets.ToggleButtons(options=[0, 1, 2, 3, 4], value=1, description=label("píxeles", "pixels")),
        "window": ipywidgets.ToggleButtons(options=[1, 2, 4, 8, 16], value=2, description=label("ventana", "window")),
    }
    states = [
        {"shift": 1, "window": 1},
        {"shift": 1, "window": 4},
        {"shift": 3, "window": 4},
        {"shift": 3, "window": 16},
    ]
    return Explorer(draw, controls, states, height=2.3)


def explore_field() -> Explorer:
    """Stack convolutions and see which pixels reach one neuron of the last."""

    def draw(canvas, layers, k, stride):
        net = nn.Sequential(*(nn.Conv2d(1, 1, k, stride if n == 0 else 1, k // 2, bias=False) for n in range(layers)))
        for layer in net:
            nn.init.constant_(layer.weight, 1.0)
        image = torch.zeros(1, 1, SIDE, SIDE, requires_grad=True)
        out = net(image)  # (1, 1, SIDE / stride, SIDE / stride)
        out[0, 0, out.shape[2] // 2, out.shape[3] // 2].backward()
        ax = canvas.subplots()
        side = draw_field(ax, image.grad[0, 0].numpy())
        weights = layers * k * k
        ax.set_title(label(f"{layers} × ({k} × {k}), paso {stride}\nve {side} × {side}",
                           f"{layers} × ({k} × {k}), stride {stride}\nsees {side} × {side}"), fontsize=10)  # fmt: skip
        return label(f"Capas: {layers}, de {k} × {k}; paso de la primera: {stride}. Ve {side} × {side} con {weights} pesos.",
                     f"Layers: {layers}, of {k} × {k}; first stride: {stride}. Sees {side} × {side}, {weights} weights.")  # fmt: skip

    controls = {
        "layers": ipywidgets.ToggleButtons(options=[1, 2, 3, 4, 5], value=2, description=label("capas", "layers")),
        "k": ipywidgets.ToggleButtons(options=[3, 5], value=3, description=label("lado del filtro", "side of filter")),
        "stride": ipywidgets.ToggleButtons(options=[1, 2], value=1, description=label("primer paso", "first stride")),
    }
    states = [
        {"layers": 1, "k": 5, "stride": 1},
        {"layers": 2, "k": 3, "stride": 1},
        {"layers": 4, "k": 3, "stride": 1},
        {"layers": 4, "k": 3, "stride": 2},
    ]
    return Explorer(draw, controls, states, height=2.4, columns=4)
