"""Pictures as sentences, drawn: patches, positions, what is looked at, and gates between a picture and a text."""

import numpy as np
from matplotlib.patches import FancyArrowPatch, Rectangle

from atiende.language import label
from atiende.plots.style import (
    BLUE,
    COLOURS,
    GREEN,
    GREY,
    INK,
    MARKERS,
    ORANGE,
    PALE,
    PURPLE,
    RED,
    SKY,
    new_figure,
    show,
)


def _bare(ax):
    ax.set(xticks=[], yticks=[])
    ax.grid(False)


def draw_cut(ax, picture, patch_size: int):
    """Draw a picture (H, W) with the edges of its patches."""
    picture = np.asarray(picture)
    H, W = picture.shape
    ax.imshow(picture, cmap="gray", vmin=0, vmax=max(1.0, picture.max()))
    for edge in range(0, W + 1, patch_size):
        ax.axvline(edge - 0.5, color=ORANGE, lw=1.3)
    for edge in range(0, H + 1, patch_size):
        ax.axhline(edge - 0.5, color=ORANGE, lw=1.3)
    _bare(ax)


def plot_patches(picture, patch_size: int):
    """Show a picture (H, W) cut into patches, and below it the patches in a row, numbered as they are read."""
    picture, P = np.asarray(picture), patch_size
    rows, columns = picture.shape[0] // P, picture.shape[1] // P
    figure, (top, bottom) = new_figure(2, 1, height=3.9, height_ratios=(3, 1))
    draw_cut(top, picture, P)
    for n in range(rows * columns):
        top.text(n % columns * P + P / 2 - 0.5, n // columns * P + P / 2 - 0.5, str(n + 1), ha="center", va="center", color="white",
                 fontweight="bold", fontsize=10, bbox={"boxstyle": "round,pad=0.15", "facecolor": BLUE, "lw": 0})  # fmt: skip
    strip = np.full((P, rows * columns * (P + 1) - 1), np.nan)
    for n in range(rows * columns):
        r, c = n // columns * P, n % columns * P
        strip[:, n * (P + 1) : n * (P + 1) + P] = picture[r : r + P, c : c + P]
    bottom.imshow(strip, cmap="gray", vmin=0, vmax=max(1.0, picture.max()), interpolation="nearest")
    bottom.set_xticks([n * (P + 1) + (P - 1) / 2 for n in range(rows * columns)], [str(n + 1) for n in range(rows * columns)])
    bottom.set_yticks([])
    bottom.set_facecolor(ORANGE)  # what shows between patches
    bottom.grid(False)
    bottom.tick_params(length=0)
    for spine in bottom.spines.values():
        spine.set_visible(False)
    show(figure, label(f"Una imagen de {picture.shape[0]} × {picture.shape[1]} cortada en {rows} × {columns} parches de {P} × {P}, "
                       f"y los {rows * columns} parches en fila, de izquierda a derecha y de arriba abajo.",
                       f"A picture of {picture.shape[0]} × {picture.shape[1]} cut into {rows} × {columns} patches of {P} × {P}, and "
                       f"the {rows * columns} patches in a row, from left to right and from top to bottom."))  # fmt: skip


def plot_table_size(sides, tokens: dict):
    """Show how many numbers an attention table has against the side of the picture, name -> tokens of each side (L,)."""
    figure, ax = new_figure(height=3.2, width=7.4)
    told = []
    for k, (name, counts) in enumerate(tokens.items()):
        table = np.asarray(counts, dtype=float) ** 2
        ax.plot(sides, table, color=COLOURS[k], marker=MARKERS[k], ls=("-", "--", "-.")[k % 3], label=name)
        told.append(f"{name}: {table[0]:.0e} → {table[-1]:.0e}")
    ax.axhline(1e9, color=GREY, ls=":", lw=1.4)
    ax.text(sides[0], 1.3e9, label("mil millones: 4 GB", "a billion numbers: 4 GB"), color=GREY, va="bottom")
    ax.set(xscale="log", yscale="log", xlabel=label("lado de la imagen, en píxeles", "side of the picture, in pixels"),
           ylabel=label("números de la tabla", "numbers of the table"))  # fmt: skip
    ax.set_xticks(sides, [str(n) for n in sides])
    ax.minorticks_off()
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
    show(figure, label(f"Números de la tabla de atención, de lado {sides[0]} a {sides[-1]}. {'; '.join(told)}.",
                       f"Numbers of the attention table, from side {sides[0]} to {sides[-1]}. {'; '.join(told)}."))  # fmt: skip


def plot_vit():
    """Show the boxes of a ViT from the picture to the class, with the class token and the positions."""
    figure, ax = new_figure(height=3.5)
    names = ("CLS", "1", "2", "3", "…", "N")
    for n, name in enumerate(names):
        x, colour = 1.05 * n, GREEN if n == 0 else SKY
        ax.add_patch(Rectangle((x, 1.5), 0.8, 0.5, facecolor=colour, edgecolor=INK, alpha=0.85))
        ax.text(x + 0.4, 1.75, name, ha="center", va="center", fontsize=10)
        ax.text(x + 0.4, 1.33, {"…": "", "N": "+ pN"}.get(name, f"+ p{n}"), ha="center", va="center", color=PURPLE)
        if n:
            ax.add_patch(Rectangle((x + 0.12, 0.1), 0.56, 0.56, facecolor=PALE, edgecolor=INK))
            ax.add_patch(FancyArrowPatch((x + 0.4, 0.7), (x + 0.4, 1.15), arrowstyle="-|>", mutation_scale=9, color=INK))
        ax.add_patch(FancyArrowPatch((x + 0.4, 2.02), (x + 0.4, 2.45), arrowstyle="-|>", mutation_scale=9, color=INK))
    ax.add_patch(Rectangle((0, 2.48), 6.05, 0.62, facecolor=ORANGE, edgecolor=INK, alpha=0.75))
    blocks = label("L bloques pre-norma: atención y GELU", "L pre-norm blocks: attention and GELU")
    ax.text(3.02, 2.79, blocks, ha="center", va="center")
    ax.add_patch(FancyArrowPatch((0.4, 3.12), (0.4, 3.5), arrowstyle="-|>", mutation_scale=9, color=INK))
    ax.text(0.62, 3.38, label("norma y capa lineal → la clase", "norm and linear layer → the class"), va="center", fontweight="bold")
    ax.text(6.3, 0.38, label("parches", "patches"), va="center")
    ax.text(6.3, 0.92, label("una capa lineal para todos", "one linear layer for all"), va="center", color=GREY)
    ax.text(6.3, 1.33, label("posiciones", "positions"), va="center", color=PURPLE)
    ax.text(6.3, 1.75, label("N + 1 vectores; CLS, el testigo", "N + 1 vectors; CLS, the class token"), va="center")
    ax.set(xlim=(-0.2, 9), ylim=(0, 3.65))
    ax.set_axis_off()
    show(figure, label("Un ViT: los parches pasan por una misma capa lineal; delante va el testigo de clase; a todos se les suma su "
                       "posición; L bloques; y la clase se lee del primer sitio.",
                       "A ViT: the patches go through one linear layer; the class token goes in front; a position is added to each; "
                       "L blocks; and the class is read from the first place."))  # fmt: skip


def _cosines(positions) -> np.ndarray:
    """Return the cosine of each of the positions (N, D) with each other, (N, N)."""
    positions = np.asarray(positions)
    unit = positions / np.linalg.norm(positions, axis=1, keepdims=True)
    return unit @ unit.T


def draw_likeness_map(ax, positions, grid: tuple[int, int], n: int):
    """Draw the cosine of position n with each of a grid's positions (N, D), its own place framed; return them (rows, columns)."""
    cosines = _cosines(positions)[n].reshape(grid)
    ax.imshow(cosines, cmap="RdBu_r", vmin=-1, vmax=1)
    ax.add_patch(Rectangle((n % grid[1] - 0.5, n // grid[1] - 0.5), 1, 1, facecolor="none", edgecolor=INK, lw=2))
    _bare(ax)
    return cosines


def plot_likeness_maps(tables: dict, grid: tuple[int, int]):
    """Show, for each table of positions, title -> (N, D), how like some positions, up to 3 × 3 of them, every other is."""
    rows, columns = grid
    figure, whole = new_figure(height=3.5, width=4.2 * len(tables))
    whole.set_axis_off()
    shown = [np.linspace(0, count - 1, min(3, count)).round().astype(int) for count in grid]
    told = []
    parts = figure.subfigures(1, len(tables), squeeze=False)[0]
    for part, (title, positions) in zip(parts, tables.items(), strict=True):
        axes = part.subplots(len(shown[0]), len(shown[1]), squeeze=False)
        for line, r in zip(axes, shown[0], strict=True):
            for ax, c in zip(line, shown[1], strict=True):
                draw_likeness_map(ax, positions, grid, r * columns + c)
        if part is parts[-1]:
            part.colorbar(axes[0, 0].images[0], ax=axes, shrink=0.8, label=label("coseno", "cosine"))
        cosines = _cosines(positions).reshape(*grid, *grid)
        near = [cosines[r, c, i, j] for r in range(rows) for c in range(columns) for i, j in ((r + 1, c), (r, c + 1))
                if i < rows and j < columns]  # fmt: skip
        part.suptitle(title, fontsize=11, fontweight="bold")
        told.append(label(f"{title}: con el vecino, {np.mean(near):.2f} de media",
                          f"{title}: with the neighbour, {np.mean(near):.2f} on average"))
    neighbours = "; ".join(told)
    show(figure, label(f"Parecido (coseno) de unas posiciones con todas, un mapa por posición; rojo, iguales; azul, opuestas. "
                       f"{neighbours}.",
                       f"Likeness (cosine) of some positions with all, a map for each; red, alike; blue, opposite. "
                       f"{neighbours}."))  # fmt: skip


def plot_by_count(counts, shares: dict, axis: str, best: str = ""):
    """Show shares against a count, name -> (L, seeds): a point for each seed and a line through the means."""
    figure, ax = new_figure(height=3.2, width=7.4)
    told = []
    for k, (name, values) in enumerate(shares.items()):
        values = np.asarray(values)
        ax.plot(counts, values.mean(axis=1), color=COLOURS[k], ls=("-", "--", "-.", ":")[k % 4], label=name)
        for seed in values.T:
            ax.scatter(counts, seed, color=COLOURS[k], marker=MARKERS[k], s=34, zorder=3, edgecolors="white")
        told.append(f"{name}: {', '.join(f'{v:.2f}' for v in values.mean(axis=1))}")
    ax.set(xlabel=axis, ylabel=label("acierto en datos nuevos", "accuracy on new data"))
    if max(counts) > 5 * min(counts) > 0:
        ax.set_xscale("log")
    ax.set_xticks(counts, [str(n) for n in counts])
    ax.minorticks_off()
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
    at = ", ".join(map(str, counts))
    show(figure, label(f"Acierto; {axis}: {at}. Medias: {'; '.join(told)}.", f"Accuracy; {axis}: {at}. Means: {'; '.join(told)}."))


def draw_over(ax, picture, shares, grid: tuple[int, int], most: float):
    """Draw shares (N,) of the patches of a grid, `most` the brightest, and over them the outline of a picture (H, W)."""
    picture = np.asarray(picture)
    shares = np.asarray(shares).reshape(grid)
    tall = np.kron(shares, np.ones((picture.shape[0] // grid[0], picture.shape[1] // grid[1])))
    ax.imshow(tall, cmap="cividis", vmin=0, vmax=most)
    for colour, width in (("black", 3.2), ("white", 1.5)):  # an edge that shows on dark and on bright
        ax.contour(picture, levels=[0.5 * picture.max()], colors=colour, linewidths=width)
    _bare(ax)


def plot_looked_at(pictures, rows: dict, grid: tuple[int, int], titles):
    """Show pictures (K, H, W) and below them shares of their patches, name -> (K, N), each row on a scale of its own."""
    pictures, rows = np.asarray(pictures), {name: np.asarray(values) for name, values in rows.items()}
    width = 1.0 + 1.15 * len(pictures)
    figure, axes = new_figure(1 + len(rows), len(pictures), height=1.35 * (1 + len(rows)), width=width, squeeze=False)
    for k, picture in enumerate(pictures):
        axes[0, k].imshow(picture, cmap="gray")
        _bare(axes[0, k])
        axes[0, k].set_title(titles[k], fontsize=10)
        for r, values in enumerate(rows.values(), start=1):
            draw_over(axes[r, k], picture, values[k], grid, values.max())
    for r, name in enumerate(rows, start=1):
        axes[r, 0].set_ylabel(name)
        figure.colorbar(axes[r, -1].images[0], ax=axes[r], shrink=0.85, pad=0.01)
    told = "; ".join(f"{name}: {values.max(axis=1).mean():.2f}" for name, values in rows.items())
    show(figure, label(f"{len(pictures)} imágenes y cuánto llega de cada parche, con el contorno del trazo. "
                       f"El parche mayor, de media: {told}.",
                       f"{len(pictures)} pictures and how much arrives from each patch, with the outline of the stroke. "
                       f"The largest patch, on average: {told}."))  # fmt: skip


def plot_gates(gates, first_is_right, names: tuple[str, str], axis: str):
    """Show how the mean gate of each row (N,) is spread in the rows where the first source is right and in the others."""
    figure, ax = new_figure(height=2.9, width=7.4)
    gates, right = np.asarray(gates), np.asarray(first_is_right)
    bins = np.linspace(0, 1, 41)
    for k, (name, kept) in enumerate(zip(names, (right, ~right), strict=True)):
        ax.hist(gates[kept], bins=bins, color=(BLUE, RED)[k], alpha=0.75, hatch=("", "//")[k], edgecolor="white", label=name)
    ax.set(xlim=(0, 1), xlabel=axis, ylabel=label("parejas", "pairs"))
    ax.legend(loc="upper center")
    told = f"{names[0]}: {gates[right].mean():.2f}; {names[1]}: {gates[~right].mean():.2f}"
    show(figure, label(f"{axis}. Media: {told}.", f"{axis}. Mean: {told}."))


def plot_pairs(pictures, captions, rows: int = 1, about: str = ""):
    """Show pictures (K, H, W) in so many rows, each with its caption above."""
    figure, axes = new_figure(rows, len(pictures) // rows, height=2.1 * rows, squeeze=False)
    for ax, picture, caption in zip(axes.flat, pictures, captions, strict=True):
        ax.imshow(picture, cmap="gray", vmin=0, vmax=1)
        ax.set_title(caption, fontsize=10, fontweight="normal")
        _bare(ax)
    show(figure, f"{about} {'; '.join(c.replace(chr(10), ' ') for c in captions)}.")


def draw_gate(ax, first: float, second: float, gates: tuple[float, float], names: tuple[str, str]):
    """Draw what two sources say, what each gate lets through, and their sum; return the sum."""
    parts = (gates[0] * np.tanh(first), gates[1] * np.tanh(second))
    total = sum(parts)
    ax.barh([2, 1], np.tanh([first, second]), color=PALE, height=0.62)
    ax.barh([2, 1], parts, color=(BLUE, GREEN), height=0.34)
    ax.barh([0], [total], color=ORANGE, height=0.5)
    ax.axvline(0, color=INK, lw=1)
    ax.set(xlim=(-2.05, 2.05), ylim=(-0.5, 2.6), yticks=[0, 1, 2], yticklabels=[label("salida", "output"), names[1], names[0]])
    ax.grid(axis="y", visible=False)
    return total


def plot_bars(shares: dict, axis: str, best: float | None = None):
    """Show groups of bars, group -> {name -> share}, each with its number."""
    groups, names = list(shares), list(next(iter(shares.values())))
    figure, ax = new_figure(height=3.1, width=7.6)
    width = 0.8 / len(names)
    for k, name in enumerate(names):
        at = np.arange(len(groups)) + (k - (len(names) - 1) / 2) * width
        bars = ax.bar(at, [shares[g][name] for g in groups], width * 0.92, color=COLOURS[k], label=name,
                      hatch=("", "//", "..", "xx")[k % 4], edgecolor="white")  # fmt: skip
        ax.bar_label(bars, [f"{shares[g][name]:.2f}" for g in groups], padding=2, fontsize=9)
    ax.set(xticks=range(len(groups)), xticklabels=groups, ylabel=axis, ylim=(0, 1.12))
    ax.grid(axis="x", visible=False)
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
    told = "; ".join(f"{g}: " + ", ".join(f"{name} {shares[g][name]:.2f}" for name in names) for g in groups)
    show(figure, f"{axis}. {told}.")
