"""Codes of digits on the plane, and what networks invent: rows of images, points on a ring, counts of classes."""

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.patches import Circle

from atiende.language import label
from atiende.plots.style import COLOURS, GREY, INK, ORANGE, PALE, new_figure, show

NEAR = 0.2  # how near the centre of a place a point falls on it
DIGITS = (*COLOURS, INK, GREY, "#8F6200", "#4B0092")  # a colour for each of ten digits
PLACES = (*COLOURS, GREY, INK)  # a colour for each of eight places


def plot_image_rows(rows: dict, about: str, height: float = 0.72):
    """Show rows of images, title -> (n, 8, 8); `about` says in a sentence what is seen, for those who cannot see it."""
    columns = max(len(images) for images in rows.values())
    figure, axes = new_figure(len(rows), columns, height=height * len(rows) + 0.1, squeeze=False)
    for line, (title, images) in zip(axes, rows.items(), strict=True):
        for ax in line:
            ax.set(xticks=[], yticks=[])
            ax.grid(False)
            for spine in ax.spines.values():
                spine.set_visible(False)
        for ax, image in zip(line, images, strict=False):
            ax.imshow(image, cmap="gray_r", vmin=0, vmax=1)
        line[0].set_ylabel(title, rotation=0, ha="right", va="center", fontsize=10, labelpad=8)
    show(figure, f"{about} {'; '.join(rows)}.".replace("\n", " "))


def draw_codes(ax, codes, y, size: float = 30):
    """Draw each code (N, 2) as the digit that it stands for, y (N,), in a colour of its own."""
    for k in range(10):
        ax.scatter(*codes[y == k].T, s=size, color=DIGITS[k], marker=f"${k}$", linewidths=0.3)
    ax.grid(False)


def plot_codes(panels: dict, y):
    """Show codes on the plane, title -> (N, 2), each point drawn as its digit y (N,)."""
    figure, axes = new_figure(1, len(panels), height=4.1, squeeze=False)
    for ax, (title, codes) in zip(axes[0], panels.items(), strict=True):
        draw_codes(ax, np.asarray(codes), np.asarray(y))
        ax.set(title=title, xlabel=label("primer número del código", "first number of the code"))
    axes[0, 0].set_ylabel(label("segundo número", "second number"))
    titles = "; ".join(panels).replace("\n", " ")
    show(figure, label(f"Cada dígito, escrito donde cae su código de dos números: {titles}.",
                       f"Each digit, written where its code of two numbers falls: {titles}."))  # fmt: skip


def plot_sheet(images, low, high):
    """Show what a decoder draws at each point of a grid of codes, images (rows, columns, 8, 8), from `low` (2,) to `high` (2,)."""
    rows, columns = images.shape[:2]
    framed = np.pad(np.asarray(images)[::-1], ((0, 0), (0, 0), (1, 1), (1, 1)))  # the lowest codes at the bottom
    sheet = framed.swapaxes(1, 2).reshape(10 * rows, 10 * columns)
    figure, ax = new_figure(height=5.0, width=6.6)
    ax.imshow(sheet, cmap="gray_r", vmin=0, vmax=1, extent=(low[0], high[0], low[1], high[1]), aspect="auto")
    ax.set(xlabel=label("primer número del código", "first number of the code"), ylabel=label("segundo número", "second number"))
    ax.grid(False)
    places = f"{rows} × {columns}"
    show(figure, label(f"Lo que el descodificador dibuja en {places} puntos del plano: dígitos, y entre ellos mezclas.",
                       f"What the decoder draws at {places} points of the plane: digits, and blends between them."))  # fmt: skip


def draw_ring(ax, x, centres, colours=()):
    """Draw points x (N, 2) over discs of radius NEAR around centres (K, 2), numbered where they have colours."""
    for k, centre in enumerate(np.asarray(centres)):
        ax.add_patch(Circle(centre, NEAR, facecolor=colours[k] if colours else PALE, edgecolor=GREY, zorder=1))
        if colours:
            ax.text(*(1.38 * centre), k, ha="center", va="center", fontsize=10)
    ax.scatter(*np.asarray(x).T, s=5, color=COLOURS[0], alpha=0.6, linewidths=0, zorder=2)
    ax.set(xlim=(-1.6, 1.6), ylim=(-1.6, 1.6), xticks=[], yticks=[], aspect="equal")
    ax.grid(False)


def plot_rings(snapshots: dict, centres):
    """Show what a generator drew, row -> {column title: (points (N, 2), how many places it reaches)}, over centres (K, 2)."""
    columns = max(len(line) for line in snapshots.values())
    figure, axes = new_figure(len(snapshots), columns, height=1.95 * len(snapshots) + 0.2, squeeze=False)
    told = []
    for line, (row, shots) in zip(axes, snapshots.items(), strict=True):
        heard = []
        for ax, (title, (points, reached)) in zip(line, shots.items(), strict=True):
            draw_ring(ax, points, centres)
            ax.set_title(label(f"{title}: {reached} de {len(centres)}", f"{title}: {reached} of {len(centres)}"), fontsize=9.5)
            gaps = np.asarray(points)[:, None] - np.asarray(centres)  # (N, K, 2)
            inside = (np.hypot(*np.moveaxis(gaps, -1, 0)).min(axis=1) < NEAR).mean()
            ax.set_xlabel(label(f"{inside:.0%} dentro", f"{inside:.0%} inside"), fontsize=9.5)
            heard.append(f"{reached} ({inside:.0%})")
        line[0].set_ylabel(row)
        told.append(f"{row}: {', '.join(heard)}")
    seen = "; ".join(told)
    clouds = len(centres)
    show(figure, label(f"Lo que dibuja el generador sobre {clouds} nubes en anillo; nubes alcanzadas, y puntos dentro. {seen}.",
                       f"What the generator draws over a ring of {clouds}; clouds reached, and points inside. {seen}."))  # fmt: skip


def plot_counts(counts: dict, fair: float):
    """Show how many images of each class, a panel each, title -> (10,); `fair` is the count of an even share."""
    figure, axes = new_figure(1, len(counts), height=2.6, sharey=True, squeeze=False)
    told = []
    for ax, (title, values) in zip(axes[0], counts.items(), strict=True):
        ax.bar(range(10), values, color=COLOURS[0])
        ax.axhline(fair, color=ORANGE, ls="--", lw=1.8)
        ax.set(title=title, xticks=range(10))
        ax.grid(axis="x", visible=False)
        told.append(f"{title}: {', '.join(str(int(v)) for v in values)}")
    axes[0, 0].set_ylabel(label("imágenes", "images"))
    show(figure, label(f"Cuántas imágenes de cada dígito, del 0 al 9; lo justo serían {fair:g}. {'; '.join(told)}.",
                       f"How many images of each digit, from 0 to 9; an even share would be {fair:g}. {'; '.join(told)}."))  # fmt: skip


def draw_territories(ax, reached, reach: float):
    """Paint which place each latent point falls on, reached (side, side), -1 where none, over [-reach, reach] each way."""
    ax.imshow(reached, extent=(-reach, reach) * 2, origin="lower", cmap=ListedColormap(["white", *PLACES]), vmin=-1, vmax=7)
    ax.set(xlabel="$z_1$", ylabel="$z_2$", aspect="equal")
    ax.grid(False)
