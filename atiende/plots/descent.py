"""Paths of optimisers on a valley seen from above."""

import numpy as np

from atiende.language import label
from atiende.plots.style import COLOURS, GREY, INK, new_figure, show


def draw_path(ax, loss, path, colour=COLOURS[4], reach=(2.4, 1.6)):
    """Draw the level lines of a loss of two weights and the path (steps + 1, 2) of an optimiser over them."""
    x, y = np.meshgrid(np.linspace(-reach[0], reach[0], 200), np.linspace(-reach[1], reach[1], 200))
    values = loss(x, y)
    levels = values.min() + (values.max() - values.min()) * np.linspace(0.01, 1, 14) ** 2
    ax.contour(x, y, values, levels=levels, colors=GREY, linewidths=0.7, alpha=0.8)
    path = np.asarray(path)
    inside = np.clip(path, [-3 * r for r in reach], [3 * r for r in reach])
    ax.plot(*inside.T, "-o", color=colour, ms=3.5, lw=1.4, zorder=3)
    ax.plot(*path[0], "s", color=INK, ms=7, zorder=4)
    lowest = np.unravel_index(values.argmin(), values.shape)
    ax.plot(x[lowest], y[lowest], "*", color=INK, ms=13, zorder=4)
    ax.set(xlim=(-reach[0], reach[0]), ylim=(-reach[1], reach[1]), xlabel="$w_1$", ylabel="$w_2$")
    ax.grid(False)


def plot_paths(loss, paths: dict, columns: int = 3):
    """Show the paths of several optimisers over one loss of two weights, title -> (steps + 1, 2)."""
    rows = -(-len(paths) // columns)
    figure, axes = new_figure(rows, columns, height=2.6 * rows, squeeze=False, sharex=True, sharey=True)
    told = []
    for k, (ax, (title, path)) in enumerate(zip(axes.flat, paths.items(), strict=True)):
        draw_path(ax, loss, path, COLOURS[k % len(COLOURS)])
        end = loss(*path[-1])
        ax.set_title(f"{title}\n" + label(f"pérdida final {end:.2g}", f"final loss {end:.2g}"))
        ax.label_outer()
        told.append(f"{title}: {end:.2g}")
    steps, ends = len(path) - 1, "; ".join(told)
    show(figure, label(f"Caminos en el valle, {steps} pasos desde el cuadrado hacia la estrella. Pérdida final: {ends}.",
                       f"Paths on the valley, {steps} steps from the square to the star. Final loss: {ends}."))  # fmt: skip
