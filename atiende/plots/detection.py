"""Boxes on pictures: overlap, sizes and anchors, the grid, what a detector claims, precision and recall."""

import numpy as np
from matplotlib import patheffects
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from atiende.language import label
from atiende.plots.style import BLUE, COLOURS, GREY, INK, MARKERS, ORANGE, PURPLE, SKY, new_figure, show

CLASSES = (ORANGE, SKY, PURPLE)  # of the boxes: light, to be seen on photographs
LINES = ("-", "--", "-.")  # a class is told by its line as well as by its colour
HALO = [patheffects.withStroke(linewidth=4, foreground="black")]


def draw_picture(ax, picture, title: str = ""):
    """Draw a picture (3, H, W) with x to the right and y downwards, in pixels, so that boxes fall on it."""
    height, width = picture.shape[1:]
    ax.imshow(picture.transpose(1, 2, 0), extent=(0, width, height, 0))
    ax.set_title(title, fontsize=10.5)
    ax.set(xticks=[], yticks=[], xlim=(0, width), ylim=(height, 0))
    ax.grid(False)
    ax.spines[:].set_visible(False)


def draw_box(ax, box, colour: str, line: str = "-", text: str = "", width: float = 1.8, halo: bool = True, alpha: float = 1):
    """Draw the border of a box (left, top, right, bottom), with a word above it."""
    left, top, right, bottom = box
    effects = HALO if halo else None
    ax.add_patch(Rectangle((left, top), right - left, bottom - top, fill=False, ec=colour, lw=width, ls=line, alpha=alpha,
                           path_effects=effects))  # fmt: skip
    if text:
        ax.annotate(text, (left, top), xytext=(0, -2 if top < 6 else 2), textcoords="offset points", color=colour, fontsize=8.5,
                    va="top" if top < 6 else "bottom", path_effects=effects)  # fmt: skip


def plot_boxes(pictures, boxes, classes, names, about: str, scores=None, columns: int = 4, titles=None, line: float = 1.8):
    """Show pictures (N, 3, H, W) with their boxes, coloured by class, each with its score if `scores` has any.

    boxes, classes, scores: a list of N arrays. names: of the classes. `about` says in a sentence what is seen.
    """
    rows, (height, width) = -(-len(pictures) // columns), pictures[0].shape[1:]
    figure, axes = new_figure(rows, columns, height=rows * (8 / columns) * height / width + 0.5, squeeze=False)
    told = []
    for n, ax in enumerate(axes.flat):
        if n >= len(pictures):
            ax.set_axis_off()
            continue
        draw_picture(ax, pictures[n], titles[n] if titles else "")
        for i, (box, k) in enumerate(zip(boxes[n], classes[n], strict=True)):
            draw_box(ax, box, CLASSES[k % 3], LINES[k % 3], f"{scores[n][i]:.2f}" if scores is not None else "", line)
        told.append(", ".join(names[k] for k in classes[n]) or label("nada", "nothing"))
    show_classes(figure, names)
    shown = "; ".join(f"{n}: {words}" for n, words in enumerate(told, 1))
    show(figure, f"{about} {shown}.")


def show_classes(figure, names):
    """Put the colour and the line of each class below a figure."""
    handles = [Line2D([], [], color=CLASSES[k % 3], ls=LINES[k % 3], lw=2.5, label=name, path_effects=HALO)
               for k, name in enumerate(names)]  # fmt: skip
    figure.legend(handles=handles, loc="outside lower center", ncols=len(names), handlelength=3)


def draw_overlap(ax, a, b) -> tuple[float, float]:
    """Draw two boxes and what they share; return the area of what they share and that of their union."""
    a, b = (np.asarray(box, dtype=float) for box in (a, b))
    corner, opposite = np.maximum(a[:2], b[:2]), np.minimum(a[2:], b[2:])
    shared = float(np.prod(np.maximum(opposite - corner, 0)))
    for box, colour in ((a, BLUE), (b, ORANGE)):
        ax.add_patch(Rectangle(box[:2], *(box[2:] - box[:2]), facecolor=colour, alpha=0.25))
        draw_box(ax, box, colour, width=2.5, halo=False)
    if shared:
        ax.add_patch(Rectangle(corner, *(opposite - corner), facecolor="none", edgecolor=INK, hatch="///", lw=0))
    ax.set_aspect("equal")
    ax.invert_yaxis()
    return shared, float(sum(np.prod(box[2:] - box[:2]) for box in (a, b)) - shared)


def plot_overlap(a, others):
    """Show box a beside each of `others` (m, 4), on squared paper, with the sum of their intersection over union."""
    figure, axes = new_figure(1, len(others), height=2.9, squeeze=False)
    every = np.concatenate([[a], others])
    low, high = every[:, :2].min(axis=0) - 1, every[:, 2:].max(axis=0) + 1
    told = []
    for ax, b in zip(axes[0], others, strict=True):
        ax.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))
        shared, union = draw_overlap(ax, a, b)
        ax.set_title(f"IoU = {shared:g} / {union:g} = {shared / union:.2g}")
        ax.set_xticks(np.arange(low[0], high[0] + 1))
        ax.set_yticks(np.arange(low[1], high[1] + 1))
        ax.tick_params(labelsize=9)
        told.append(f"{shared:g} / {union:g} = {shared / union:.2g}")
    show(figure, label(f"Dos cajas en papel cuadriculado, y lo que comparten rayado. IoU: {'; '.join(told)}.",
                       f"Two boxes on squared paper, with what they share hatched. IoU: {'; '.join(told)}."))  # fmt: skip


def plot_sizes(sizes, panels: dict):
    """Show the sizes of boxes (n, 2), title -> (anchors (k, 2), owner (n,)): each in the colour of its anchor, a cross."""
    figure, axes = new_figure(1, len(panels), height=3.5, squeeze=False, sharex=True, sharey=True)
    told = []
    limit = 1.08 * max(sizes.max(), *(anchors.max() for anchors, _ in panels.values()))  # a cross at the edge is seen whole
    for ax, (title, (anchors, owner)) in zip(axes[0], panels.items(), strict=True):
        for k, (w, h) in enumerate(anchors):
            mine = sizes[owner == k]
            ax.scatter(*mine.T, s=14, color=COLOURS[k], marker=MARKERS[k], alpha=0.45, lw=0)
            ax.scatter(w, h, s=150, color=COLOURS[k], marker="X", edgecolors="black", lw=1.4, zorder=3)
        ax.set(title=title, aspect="equal", xlim=(0, limit), ylim=(0, limit), xlabel=label("ancho, en píxeles", "width, in pixels"))
        told.append(f"{title}: " + ", ".join(f"{w:.0f} × {h:.0f} ({np.sum(owner == k)})" for k, (w, h) in enumerate(anchors)))
    axes[0, 0].set_ylabel(label("alto, en píxeles", "height, in pixels"))
    show(figure, label(f"Cada punto es una caja; cada aspa, un ancla. {'; '.join(told)}.",
                       f"Each point is a box; each cross, an anchor. {'; '.join(told)}."))  # fmt: skip


def plot_grid(picture, boxes, places, anchors, stride: int):
    """Show the grid over a picture, and for each box its cell, its centre and its anchor."""
    figure, ax = new_figure(height=4.6, width=6.4)
    draw_picture(ax, picture)
    height, width = picture.shape[1:]
    for x in range(0, width + 1, stride):
        ax.axvline(x, color="white", lw=0.6, alpha=0.55)
    for y in range(0, height + 1, stride):
        ax.axhline(y, color="white", lw=0.6, alpha=0.55)
    told = []
    for box, (row, column, k) in zip(boxes, places, strict=True):
        centre, size = (box[:2] + box[2:]) / 2, anchors[k]
        ax.add_patch(Rectangle((column * stride, row * stride), stride, stride, facecolor="white", alpha=0.6))
        draw_box(ax, box, ORANGE, width=2.4)
        draw_box(ax, np.concatenate([centre - size / 2, centre + size / 2]), SKY, "--", width=1.8)
        ax.plot(*centre, "o", color="black", ms=5)
        told.append(label(f"fila {row}, columna {column}, ancla {k}", f"row {row}, column {column}, anchor {k}"))
    ax.set(xticks=np.arange(stride / 2, width, stride), yticks=np.arange(stride / 2, height, stride))
    ax.set_xticklabels(range(width // stride))
    ax.set_yticklabels(range(height // stride))
    ax.tick_params(length=0)
    ax.set(xlabel=label("columna", "column"), ylabel=label("fila", "row"))
    handles = [Line2D([], [], color=ORANGE, lw=2.4, label=label("caja", "box")),
               Line2D([], [], color=SKY, ls="--", lw=1.8, label=label("su ancla", "its anchor")),
               Line2D([], [], color="black", marker="o", ls="", ms=5, label=label("centro", "centre"))]  # fmt: skip
    ax.legend(handles=handles, loc="center left", bbox_to_anchor=(1.01, 0.5))
    show(figure, label(f"La rejilla sobre una escena. Cada caja pertenece a la celda de su centro: {'; '.join(told)}.",
                       f"The grid over a scene. Each box belongs to the cell of its centre: {'; '.join(told)}."))  # fmt: skip


def plot_claims(picture, best, boxes, scores, classes, names, stride: int):
    """Show the best score of each cell (rows, columns) beside a picture with all that it claims, the fainter the less sure.

    boxes: (n, 4), scores: (n,) and classes: (n,) of the claims. names: of the classes.
    """
    figure, axes = new_figure(1, 2, height=4.0)
    title = label(f"{len(boxes)} cajas, más tenues las menos seguras", f"{len(boxes)} boxes, the less sure fainter")
    draw_picture(axes[1], picture, title)
    for i in np.argsort(scores):
        k = classes[i] % 3
        draw_box(axes[1], boxes[i], CLASSES[k], LINES[k], width=1.6, halo=False, alpha=0.3 + 0.7 * float(scores[i]))
    show_classes(figure, names)
    height, width = picture.shape[1:]
    seen = axes[0].imshow(best, cmap="cividis", vmin=0, vmax=1, extent=(0, width, height, 0))
    axes[0].set(xticks=[], yticks=[], title=label("mejor puntuación de cada celda", "best score of each cell"))
    axes[0].grid(False)
    for (row, column), score in np.ndenumerate(best):
        if score >= 0.1:
            axes[0].text((column + 0.5) * stride, (row + 0.5) * stride, f"{100 * score:.0f}", ha="center", va="center",
                         fontsize=9, color="white" if score < 0.55 else "black")  # fmt: skip
    figure.colorbar(seen, ax=axes[0], shrink=0.8)
    sure = int((best >= 0.5).sum())
    show(figure, label(f"Puntuación de cada celda: {sure} llegan a 0.5. A la derecha, las {len(boxes)} cajas propuestas.",
                       f"Score of each cell: {sure} reach 0.5. On the right, the {len(boxes)} boxes claimed."))  # fmt: skip


def plot_precision_recall(curves: dict):
    """Show precision against recall, name -> (recall (n,), precision (n,)), and the same never rising with recall."""
    figure, axes = new_figure(1, len(curves), height=3.2, squeeze=False, sharey=True)
    told = []
    for k, (ax, (name, (recall, precision))) in enumerate(zip(axes[0], curves.items(), strict=True)):
        best = np.maximum.accumulate(precision[::-1])[::-1]
        size = float(np.sum(np.diff(recall, prepend=0) * best))
        ax.fill_between(np.append(0, recall), np.append(best[:1], best), step="pre", color=COLOURS[k], alpha=0.25, lw=0)
        ax.plot(recall, precision, color=INK, lw=1)
        ax.step(np.append(0, recall), np.append(best[:1], best), where="pre", color=COLOURS[k])
        ax.set(title=f"{name}: AP = {size:.2f}", xlim=(0, 1.02), ylim=(0, 1.05), xticks=(0, 0.5, 1))
        ax.set_xlabel(label("exhaustividad", "recall"))
        told.append(f"{name}: {size:.2f}")
    axes[0, 0].set_ylabel(label("precisión", "precision"))
    handles = [Line2D([], [], color=INK, lw=1, label=label("tal cual", "as it is")),
               Line2D([], [], color=COLOURS[0], label=label("corregida, con su área", "mended, with its area"))]  # fmt: skip
    figure.legend(handles=handles, loc="outside lower center", ncols=2)
    show(figure, label(f"Precisión frente a exhaustividad, y su área. {'; '.join(told)}.",
                       f"Precision against recall, and its area. {'; '.join(told)}."))  # fmt: skip


def draw_suppression(ax, boxes, kept):
    """Draw boxes (n, 4): those kept (rows) in full, the others dotted."""
    for n, box in enumerate(boxes):
        if n not in kept:
            draw_box(ax, box, GREY, ":", width=1.2, halo=False)
    for n in kept:
        draw_box(ax, boxes[n], BLUE, width=2.6, halo=False)
    low, high = boxes[:, :2].min(axis=0) - 3, boxes[:, 2:].max(axis=0) + 3
    ax.set(xlim=(low[0], high[0]), ylim=(high[1], low[1]), aspect="equal", xticks=[], yticks=[])
    ax.grid(False)


def plot_sorted_hits(hits, total: int):
    """Show claims by decreasing score, hit or miss, with precision and recall after each; `total` things in all."""
    found, looked = np.cumsum(hits), np.arange(1, len(hits) + 1)
    figure, ax = new_figure(height=2.6)
    ax.bar(looked, np.ones(len(hits)), color=[BLUE if hit else "white" for hit in hits], edgecolor=INK, width=0.8)
    for n, hit, f in zip(looked, hits, found, strict=True):
        ax.text(n, 0.5, "✓" if hit else "✗", ha="center", va="center", color="white" if hit else INK, fontsize=13)
        ax.text(n, -0.18, f"{f}/{n}", ha="center", va="top", fontsize=10)
        ax.text(n, -0.62, f"{f}/{total}", ha="center", va="top", fontsize=10)
    ax.text(0.3, -0.18, label("precisión", "precision"), ha="right", va="top", fontsize=10)
    ax.text(0.3, -0.62, label("exhaustividad", "recall"), ha="right", va="top", fontsize=10)
    ax.set(xlim=(-0.9, len(hits) + 0.6), ylim=(-1.0, 1.05))
    ax.set_title(label("de la caja más segura a la menos", "from the surest box to the least sure"), fontsize=10.5)
    ax.set_axis_off()
    told = ", ".join(label("acierto", "hit") if hit else label("fallo", "miss") for hit in hits)
    show(figure, label(f"Cajas por puntuación: {told}. Había {total} cosas.", f"Boxes by score: {told}. There were {total} things."))


def owners(sizes, anchors, iou) -> np.ndarray:
    """Return the anchor (n,) with which each size (n, 2) has the greatest `iou`, a function of boxes (n, 4) and (m, 4)."""
    return iou(np.pad(sizes, ((0, 0), (2, 0))), np.pad(anchors, ((0, 0), (2, 0)))).argmax(axis=1)
