"""What hidden neurons make possible, and what it costs: two lines together, depth, memory."""

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.ticker import MaxNLocator

from atiende.language import label
from atiende.plots.features import draw_map
from atiende.plots.points import GRID, draw_points
from atiende.plots.style import BLUE, COLOURS, GREY, INK, MARKERS, ORANGE, new_figure, show


def draw_two_lines(ax, lines, x, y):
    """Draw two lines and paint where exactly one of them says yes, below points x (N, 2) with answers y (N,) of 0 and 1.

    lines: two of (w (2,), b). Returns the share of points right for each line alone, at its best side, and for both.
    """
    x, y = np.asarray(x), np.asarray(y)
    reach = 1.1 * np.abs(x).max()
    side = np.linspace(-reach, reach, GRID)
    grid = np.stack(np.meshgrid(side, side), axis=-1)  # (GRID, GRID, 2)
    one, other = (grid @ np.asarray(w, dtype=float) + b > 0 for w, b in lines)
    ax.imshow(one ^ other, extent=(-reach, reach) * 2, origin="lower", cmap=ListedColormap([BLUE, ORANGE]), alpha=0.22, vmin=0, vmax=1)
    for (w, b), style in zip(lines, ("-", "--"), strict=True):
        ax.contour(side, side, grid @ np.asarray(w, dtype=float) + b, levels=[0], colors=INK, linewidths=1.8, linestyles=style)
    draw_points(ax, x, y, size=16)
    ax.set(xlim=(-reach, reach), ylim=(-reach, reach), xticks=[], yticks=[], aspect="equal")
    ax.grid(False)
    said = [x @ np.asarray(w, dtype=float) + b > 0 for w, b in lines]
    shares = [np.mean(s == y) for s in said]
    return [max(share, 1 - share) for share in shares], np.mean((said[0] ^ said[1]) == y)


def plot_hidden_plane(before, hidden, kinds, names, line, axis_names):
    """Show pairs as they arrive, before (N, 2), and as two hidden neurons see them, hidden (N, 2) in (0, 1).

    kinds (N,): which of `names` each pair is; line: the output's (w (2,), b) on the hidden plane; axis_names of the left panel.
    """
    figure, axes = new_figure(1, 2, height=3.6)
    for k, name in enumerate(names):
        for ax, points in zip(axes, (before, hidden), strict=True):
            look = {"color": COLOURS[k], "marker": MARKERS[k], "edgecolors": "white", "lw": 0.5, "zorder": 3}
            ax.scatter(*points[kinds == k].T, s=24, label=name, **look)
    w, b = np.asarray(line[0], dtype=float), float(line[1])
    side = np.linspace(-0.08, 1.08, GRID)
    grid = np.stack(np.meshgrid(side, side), axis=-1) @ w + b  # (GRID, GRID)
    axes[1].contourf(side, side, grid > 0, levels=[-0.5, 0.5, 1.5], colors=[BLUE, ORANGE], alpha=0.18)
    axes[1].contour(side, side, grid, levels=[0], colors=INK, linewidths=2)
    axes[0].set(title=label("lo que llega", "what arrives"), xlabel=axis_names[0], ylabel=axis_names[1])
    axes[1].set(title=label("lo que ve la salida", "what the output sees"), xlim=(-0.08, 1.08), ylim=(-0.08, 1.08),
                xlabel=label("neurona oculta 1", "hidden neuron 1"), ylabel=label("neurona oculta 2", "hidden neuron 2"))  # fmt: skip
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=len(names), markerscale=1.6)
    show(figure, label(f"A la izquierda, los pares {', '.join(names)} en cuatro nubes cruzadas; a la derecha, en el plano de las dos "
                       "neuronas ocultas, una recta deja a un lado los iguales y al otro los distintos.",
                       f"On the left, the pairs {', '.join(names)} in four crossed clouds; on the right, on the plane of the two "
                       "hidden neurons, a line leaves equal ones on one side and different ones on the other."))  # fmt: skip


def draw_depth(ax, gradients: dict):
    """Draw the size of the gradient at each layer, name -> (layers,), on a logarithmic axis."""
    for k, (name, sizes) in enumerate(gradients.items()):
        ax.plot(np.arange(1, len(sizes) + 1), sizes, color=COLOURS[k], marker=MARKERS[k], ms=5, label=name)
    ax.set(yscale="log", xlabel=label("capa, de la entrada a la salida", "layer, from input to output"),
           ylabel=label("tamaño del gradiente", "size of the gradient"))  # fmt: skip
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))


def plot_depth(gradients: dict, scores: dict):
    """Show the gradient at each layer, name -> (layers,), and the share right at each depth, name -> (depths,)."""
    figure, axes = new_figure(1, 2, height=3.3)
    draw_depth(axes[0], gradients)
    for k, (name, shares) in enumerate(scores.items()):
        axes[1].plot(np.arange(1, len(shares) + 1), shares, color=COLOURS[k], marker=MARKERS[k], ms=6, label=name)
    axes[1].axhline(0.1, color=GREY, ls=":", lw=1.4)
    axes[1].text(1, 0.115, label("a ciegas", "blind guess"), color=GREY, va="bottom")
    axes[1].set(ylim=(0, 1.05), xlabel=label("capas ocultas", "hidden layers"),
                ylabel=label("aciertos en dígitos nuevos", "share right, new digits"))  # fmt: skip
    axes[1].xaxis.set_major_locator(MaxNLocator(integer=True))
    figure.legend(*axes[1].get_legend_handles_labels(), loc="outside lower center", ncols=len(scores))
    told = []
    for name, shares in scores.items():
        right = ", ".join(f"{share:.0%}" for share in shares)
        told.append(f"{name}: {gradients[name][-1]:.0e} → {gradients[name][0]:.0e}; {right}")
    runs = ". ".join(told)
    show(figure, label(f"Gradiente de la última capa a la primera, y aciertos con más y más capas. {runs}.",
                       f"Gradient from the last layer to the first, and share right with more and more layers. {runs}."))  # fmt: skip


def plot_against(x, curves: dict, xlabel: str, ylabel: str, chance: float | None = None, log: bool = False):
    """Show curves over x (N,), name -> (N,) or (seeds, N), each seed thin and their mean thick; `chance` is a dotted line."""
    figure, ax = new_figure(height=3.2, width=7.2)
    told = []
    for k, (name, values) in enumerate(curves.items()):
        values = np.atleast_2d(values)
        if len(values) > 1:
            ax.plot(x, values.T, color=COLOURS[k], lw=0.9, alpha=0.6)
        ax.plot(x, values.mean(axis=0), color=COLOURS[k], marker=MARKERS[k], ms=6, label=name)
        told.append(f"{name}: {', '.join(f'{v:.2g}' for v in values.mean(axis=0)[[0, -1]])}".replace("\n", " "))
    if chance is not None:
        ax.axhline(chance, color=GREY, ls=":", lw=1.4)
        ax.text(x[0], chance, label("a ciegas", "blind guess"), color=GREY, va="bottom")
    ax.set(xlabel=xlabel, ylabel=ylabel)
    if len(x) <= 13:  # few enough to name each
        ax.set_xticks(x)
    if log:
        ax.set_yscale("log")
    else:
        ax.set_ylim(bottom=0)
    if len(curves) > 1:
        ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
    show(figure, label(f"{ylabel} frente a {xlabel}; el primero y el último: {'; '.join(told)}.",
                       f"{ylabel} against {xlabel}; first and last: {'; '.join(told)}."))  # fmt: skip


def plot_cells(image, states, read: int):
    """Show a digit read row by row (T, 8) above the cells that hold it (T, units), `read` rows of ink and then blank ones."""
    figure, axes = new_figure(2, 1, height=3.9, height_ratios=(1, 2), sharex=True)
    enters = label("lo que entra, una fila cada vez (tumbado)", "what comes in, one row at a time (on its side)")
    draw_map(axes[0], 1 - np.asarray(image).T, enters)
    draw_map(axes[1], np.asarray(states).T, label("lo que guardan las celdas", "what the cells keep"), signed=True)
    for ax in axes:
        ax.axvline(read - 0.5, color=ORANGE, lw=2)
        ax.set_aspect("auto")
    axes[1].set(xlabel=label("tiempo; tras la raya, filas en blanco", "time; after the line, blank rows"),
                ylabel=label("celdas", "cells"))  # fmt: skip
    kept, cells = int((np.sign(states[read - 1]) == np.sign(states[-1])).sum()), len(states[-1])
    show(figure, label(f"Arriba, un dígito fila a fila y después blanco; abajo, las celdas: {kept} de {cells} acaban con el signo "
                       "que tenían al terminar la tinta.",
                       f"Above, a digit row by row and then blank; below, the cells: {kept} of {cells} end with the sign "
                       "that they had when the ink was over."))  # fmt: skip
