"""Points in the plane, the line of a neuron and the regions of a classifier."""

import numpy as np
import torch
from matplotlib.colors import ListedColormap

from atiende.language import label
from atiende.plots.style import BLUE, COLOURS, GREY, INK, MARKERS, ORANGE, new_figure, show
from atiende.training import accuracy, evaluate

GRID = 160  # points per side of the grid that regions are painted on


def draw_points(ax, x, y, size: float = 22):
    """Draw points x (N, 2), the class y (N,) told by colour and marker."""
    x, y = np.asarray(x), np.asarray(y)
    for k in range(y.max() + 1):
        ax.scatter(*x[y == k].T, s=size, color=COLOURS[k], marker=MARKERS[k], edgecolors="white", linewidths=0.6, zorder=3)


def draw_regions(ax, model, x, y):
    """Paint the class that a torch model chooses at every point of the plane, below the points x (N, 2), y (N,)."""
    reach = 1.12 * np.abs(x).max()
    side = np.linspace(-reach, reach, GRID)
    grid = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)  # (GRID * GRID, 2)
    with torch.no_grad():
        chosen = model(torch.tensor(grid, dtype=torch.float32)).argmax(dim=1)
    ax.imshow(
        chosen.reshape(GRID, GRID).numpy(), extent=(-reach, reach, -reach, reach), origin="lower", alpha=0.28,
        cmap=ListedColormap(COLOURS[: y.max() + 1]), vmin=0, vmax=y.max(), interpolation="nearest",
    )  # fmt: skip
    draw_points(ax, x, y)
    ax.set(xticks=[], yticks=[], xlim=(-reach, reach), ylim=(-reach, reach))
    ax.grid(False)


def plot_decision_regions(models: dict, x, y):
    """Show the regions of several torch models, title -> model, and how many of the points x (N, 2), y (N,) each gets right."""
    figure, axes = new_figure(1, len(models), height=3.35, width=min(8.0, 2.8 * len(models) + 0.2), squeeze=False)
    heard = []
    for ax, (title, model) in zip(axes[0], models.items(), strict=True):
        draw_regions(ax, model, x, y)
        share = evaluate(model, x, y, measure=accuracy)
        ax.set_title(f"{title}\n{share:.0%}")
        heard.append(f"{title}: {share:.0%}")
    show(figure, label(f"Regiones de decisión sobre los puntos; aciertos: {'; '.join(heard)}.",
                       f"Decision regions over the points; accuracy: {'; '.join(heard)}."))  # fmt: skip


def draw_neuron(ax, w, b, x, y, reach: float = 2.0):
    """Draw the line w·x + b = 0 of a neuron, the side where it says yes, and points x (N, 2) with answers y (N,), 1 or -1."""
    side = np.linspace(-reach, reach, GRID)
    grid = np.stack(np.meshgrid(side, side), axis=-1)  # (GRID, GRID, 2)
    yes = grid @ np.asarray(w, dtype=float) + b > 0
    ax.imshow(yes, extent=(-reach, reach) * 2, origin="lower", cmap=ListedColormap([BLUE, ORANGE]), vmin=0, vmax=1, alpha=0.22)
    draw_points(ax, x, (np.asarray(y) > 0).astype(int), size=90)
    wrong = np.asarray(y) * (np.asarray(x) @ np.asarray(w, dtype=float) + b) <= 0  # on the line is wrong too
    ax.scatter(*np.asarray(x)[wrong].T, s=300, facecolors="none", edgecolors=INK, linewidths=1.8, zorder=4)
    norm = np.hypot(*w)
    if norm > 0:
        foot = -b * np.asarray(w) / norm**2  # the point of the line nearest the origin
        along = np.asarray(w) / norm
        tip = foot + (0.25 + 0.25 * norm) * along
        if np.abs(foot).max() < reach:
            ax.annotate("", tip, foot, arrowprops={"arrowstyle": "-|>", "color": INK, "lw": 2, "shrinkA": 0, "shrinkB": 0})
            beside = (foot + tip) / 2 + 0.3 * np.array([-along[1], along[0]])
            ax.text(*beside, "w", ha="center", va="center", fontweight="bold", clip_on=True)
    ax.axhline(0, color=GREY, lw=0.6)
    ax.axvline(0, color=GREY, lw=0.6)
    ax.set(xlim=(-reach, reach), ylim=(-reach, reach), xticks=[-1, 0, 1], yticks=[-1, 0, 1], aspect="equal")
    ax.grid(False)
    return int(wrong.sum())


def plot_corrections(x, y, corrections):
    """Show the line of a perceptron after each of its corrections [(w, b), ...] over points x (N, 2), y (N,) of 1 and -1."""
    columns = min(len(corrections), 4)
    rows = -(-len(corrections) // columns)
    figure, axes = new_figure(rows, columns, height=2.5 * rows, squeeze=False)
    for ax in axes.flat[len(corrections) :]:
        ax.set_axis_off()
    heard = []
    for n, (ax, (w, b)) in enumerate(zip(axes.flat, corrections, strict=False), 1):
        wrong = draw_neuron(ax, w, b, x, y)
        line = label(f"{wrong} mal", f"{wrong} wrong") if np.any(w) else label("w = 0: sin recta", "w = 0: no line")
        ax.set_title(label(f"Corrección {n}", f"Correction {n}") + f"\n{line}")
        heard.append(str(wrong))
    show(figure, label(f"La recta del perceptrón tras cada corrección. Puntos mal clasificados: {', '.join(heard)}.",
                       f"The perceptron's line after each correction. Points on the wrong side: {', '.join(heard)}."))  # fmt: skip
