"""A filter that slides: the window, the sum, and what comes out, number by number."""

import numpy as np
from matplotlib.patches import Rectangle

from atiende.language import label
from atiende.plots.style import BLUE, COLOURS, GREY, INK, ORANGE, PALE, new_figure, show


def draw_grid(ax, values, title: str = "", colours=None, fontsize: float = 10.5):
    """Draw a matrix (rows, columns) as boxes with their numbers; `colours` (rows, columns) fills them."""
    rows, columns = np.shape(values)
    for r in range(rows):
        for c in range(columns):
            colour = "white" if colours is None else colours[r][c]
            ax.add_patch(Rectangle((c, r), 1, 1, facecolor=colour, edgecolor=GREY, lw=0.8))
            ax.text(
                c + 0.5, r + 0.5, f"{values[r][c]:g}".replace("-", "−"), ha="center", va="center", fontsize=fontsize
            )
    ax.set(xlim=(-0.1, columns + 0.1), ylim=(rows + 0.1, -0.1), aspect="equal")
    ax.set_title(title, fontsize=10.5)
    ax.set_axis_off()


def draw_window(ax, row: float, column: float, height: float, width: float, colour: str = ORANGE, **options):
    """Draw the border of a window whose first corner is at (row, column)."""
    ax.add_patch(Rectangle((column, row), width, height, facecolor="none", edgecolor=colour, lw=3, **options))


def plot_grids(grids: dict):
    """Show small matrices side by side, title -> (rows, columns), all boxes of one size."""
    shapes = [np.shape(values) for values in grids.values()]
    figure, axes = new_figure(1, len(grids), height=0.55 * max(rows for rows, _ in shapes) + 0.7,
                              width_ratios=[columns + 0.6 for _, columns in shapes], squeeze=False)  # fmt: skip
    for ax, (title, values) in zip(axes[0], grids.items(), strict=True):
        draw_grid(ax, values, title, _by_sign(values))
    told = "; ".join(f"{title}: {np.asarray(values).tolist()}" for title, values in grids.items())
    show(figure, label(f"Matrices, cada una con sus números. {told}.", f"Matrices, each with its numbers. {told}."))


def plot_slide(image, kernel, out):
    """Show a kernel (k, k) in each of its places on an image (H, W), beside the number of `out` that it gives there."""
    image, kernel, out = np.asarray(image), np.asarray(kernel), np.asarray(out)
    k, places = len(kernel), list(np.ndindex(*out.shape))
    figure, axes = new_figure(
        1, len(places) + 1, height=2.4, width_ratios=[len(kernel)] + [image.shape[1]] * len(places)
    )
    draw_grid(axes[0], kernel, label("filtro", "filter"), _by_sign(kernel))
    for ax, (r, c) in zip(axes[1:], places, strict=True):
        draw_grid(ax, image, f"({r}, {c}) → {out[r, c]:g}".replace("-", "−"))
        draw_window(ax, r, c, k, k)
    told = "; ".join(f"({r}, {c}): {out[r, c]:g}" for r, c in places)
    show(figure, label(f"El filtro en cada sitio de la imagen, y la suma que da allí. {told}.",
                       f"The filter in each place of the image, and the sum that it gives there. {told}."))  # fmt: skip


def draw_places(ax, n: int, k: int, stride: int, pad: int) -> int:
    """Draw each place that a filter of k takes along a row of n pixels, a line a place; return how many there are."""
    starts = range(-pad, n + pad - k + 1, stride)
    for pixel in range(-pad, n + pad):
        inside = 0 <= pixel < n
        ax.add_patch(Rectangle((pixel, -1), 1, 0.8, facecolor="white" if inside else PALE, edgecolor=INK if inside else GREY,
                               ls="-" if inside else ":"))  # fmt: skip
        number = str(pixel).replace("-", "−")
        ax.text(pixel + 0.5, -0.6, number, ha="center", va="center", color=INK if inside else GREY)
    for place, start in enumerate(starts):
        ax.add_patch(Rectangle((start, place), k, 0.7, facecolor=COLOURS[place % 2], alpha=0.75))
        told = label(f"empieza en {start}", f"starts at {start}").replace("-", "−")
        ax.text(n + pad + 0.3, place + 0.35, told, ha="left", va="center", fontsize=10)
    covered = starts[-1] + k if len(starts) else -pad
    if covered < n + pad:
        ax.add_patch(
            Rectangle((covered, -1), n + pad - covered, 0.8, facecolor="none", edgecolor=GREY, hatch="///", lw=0)
        )
    ax.set(xlim=(-pad - 0.2, n + pad + 4.8), ylim=(max(len(starts), 1) + 0.1, -1.2))
    ax.set_axis_off()
    return len(starts)


def _by_sign(values):
    """Return a fill for each number: blue above zero, orange below, both pale."""
    tints = {1: "#CFE3F2", -1: "#FBE5BF", 0: "white"}
    return [[tints[int(np.sign(value))] for value in row] for row in np.asarray(values)]


def plot_one_number(inputs: dict, weights: dict, products: dict, total: float):
    """Show how channels add up: name -> (k, k) windows, (k, k) weights, and the sum of the products of each."""
    figure, axes = new_figure(2, len(inputs), height=3.6)
    for n, name in enumerate(inputs):
        draw_grid(axes[0, n], inputs[name], name)
        title = label(f"× filtro → {products[name]:g}", f"× filter → {products[name]:g}").replace("-", "−")
        draw_grid(axes[1, n], weights[name], title, _by_sign(weights[name]))
    figure.suptitle(
        label(f"Las sumas de los canales se suman: {total:g}", f"The sums of the channels add up: {total:g}"),
        color=BLUE,
    )
    told = "; ".join(f"{name}: {value:g}" for name, value in products.items())
    show(figure, label(f"Una ventana de {len(inputs)} canales y los pesos de cada uno. {told}. Total: {total:g}.",
                       f"A window of {len(inputs)} channels and the weights of each. {told}. Total: {total:g}."))  # fmt: skip
