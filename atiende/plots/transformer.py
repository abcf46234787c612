"""The Transformer drawn: its boxes, its positions, its gradients by depth, its traps, and where its numbers are."""

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

LINES = ("-", "--", "-.", ":")


def _arrow(ax, start, end, colour=INK, style="-|>"):
    ax.add_patch(FancyArrowPatch(start, end, arrowstyle=style, mutation_scale=11, color=colour, lw=1.4, shrinkA=0, shrinkB=0))


def _tower(ax, x: float, boxes, name: str):
    """Draw boxes (text, colour, branch) from the bottom up around x, a road past each branch; return their heights."""
    heights, y = [], 0.0
    for text, colour, branch in boxes:
        ax.add_patch(Rectangle((x - 1.35, y), 2.7, 0.62, facecolor=colour, edgecolor=INK, lw=1, alpha=0.85))
        ax.text(x, y + 0.31, text, ha="center", va="center", fontsize=10)
        heights.append(y + 0.31)
        if branch:  # the stream passes by on the left and is added above the box
            ax.plot([x, x - 1.62, x - 1.62, x - 0.12], [y - 0.14, y - 0.14, y + 0.8, y + 0.8], color=BLUE, lw=1.4)
            ax.text(x, y + 0.8, "+", ha="center", va="center", color=BLUE, fontweight="bold",
                    bbox={"boxstyle": "circle,pad=0.08", "facecolor": "white", "edgecolor": BLUE})  # fmt: skip
        y += 1.1
        _arrow(ax, (x, y - (0.18 if branch else 0.48)), (x, y))
    ax.text(x, y + 0.1, name, ha="center", va="bottom", fontweight="bold")
    return heights


def plot_transformer():
    """Show the boxes of encoder and decoder, the stream that passes by each, and the memory that goes across."""
    words = label("embeddings + posiciones", "embeddings + positions")
    looks, thinks = label("atención", "attention"), "feed-forward"
    masked, across = label("atención, sin futuro", "attention, no future"), label("atención cruzada", "cross-attention")
    figure, ax = new_figure(height=4.6)
    _tower(ax, 0, [(words, PALE, False), (looks, ORANGE, True), (thinks, SKY, True)], label("memoria", "memory"))
    right = _tower(ax, 5.4, [(words, PALE, False), (masked, ORANGE, True), (across, PURPLE, True), (thinks, SKY, True),
                             (label("lineal y softmax", "linear and softmax"), GREEN, False)],
                   label("la palabra siguiente", "the next word"))  # fmt: skip
    ax.plot([1.0, 2.7, 2.7], [3.52, 3.52, right[2]], color=PURPLE, lw=1.8)
    _arrow(ax, (2.7, right[2]), (5.4 - 1.38, right[2]), PURPLE)
    ax.text(2.62, 2.95, "K, V", ha="right", color=PURPLE, fontweight="bold")
    for x, low, high in ((0, 0.85, 3.2), (5.4, 0.85, 4.3)):
        ax.add_patch(Rectangle((x - 1.85, low), 3.5, high - low, facecolor="none", edgecolor=GREY, ls="--", lw=1.1))
        ax.text(x + 1.72, low + 0.05, "× N", ha="left", va="bottom", color=GREY)
    ax.text(0, -0.28, label("la frase de origen", "the source sentence"), ha="center", va="top")
    ax.text(5.4, -0.28, label("lo escrito hasta ahora", "what is written so far"), ha="center", va="top")
    ax.set(xlim=(-2.1, 7.9), ylim=(-0.75, 6.1))
    ax.set_axis_off()
    show(figure, label("El Transformer. A la izquierda, el codificador: embeddings y posiciones, atención y feed-forward, N veces. "
                       "A la "
                       "derecha, el decodificador: embeddings y posiciones, atención sin futuro, atención cruzada a la memoria del "
                       "codificador y feed-forward, N veces; después, lineal y softmax. Junto a cada rama pasa la corriente, y se "
                       "suma.",
                       "The Transformer. On the left, the encoder: embeddings and positions, attention and feed-forward, N times. "
                       "On "
                       "the right, the decoder: embeddings and positions, attention without the future, cross-attention to the "
                       "encoder's memory, and feed-forward, N times; then linear and softmax. The stream passes by each branch, "
                       "and is added."))  # fmt: skip


def draw_likeness(ax, table, position: int):
    """Draw the dot product of one row of a table (T, D) with all others."""
    table = np.asarray(table)
    products = table @ table[position]
    ax.plot(products, color=BLUE)
    ax.plot(position, products[position], "o", color=ORANGE, ms=8)
    ax.axhline(0, color=GREY, lw=1)
    ax.set(xlabel=label("otra posición", "another position"), ylabel=label("producto escalar", "dot product"))
    return products


def plot_positions(table, position: int = 20):
    """Show the position vectors (T, D) as a map, and how like one of them the others are."""
    table = np.asarray(table)
    figure, (left, right) = new_figure(1, 2, height=3.4, width_ratios=(1.3, 1))
    drawn = left.imshow(table, cmap="RdBu", vmin=-1, vmax=1, aspect="auto", interpolation="nearest")
    left.set(xlabel=label("rasgo", "feature"), ylabel=label("posición", "position"))
    left.grid(False)
    figure.colorbar(drawn, ax=left)
    products = draw_likeness(right, table, position)
    right.set_title(label(f"parecido con la {position}", f"likeness with {position}"))
    near, far = products[position + 1] / products[position], products[-1] / products[position]
    show(figure, label(f"{len(table)} posiciones de {table.shape[1]} rasgos: los primeros cambian deprisa, los últimos despacio. "
                       f"Parecido "
                       f"de la {position} con la siguiente, {near:.2f}; con la última, {far:.2f}.",
                       f"{len(table)} positions of {table.shape[1]} features: the first change fast, the last slowly. Likeness of "
                       f"{position} with the next, {near:.2f}; with the last, {far:.2f}."))  # fmt: skip


def plot_position_cosines(tables: dict, seen: int):
    """Show how alike each two positions are, name -> table (T, D), with a line after the `seen` first ones."""
    figure, axes = new_figure(1, len(tables), height=3.5, squeeze=False)
    told = []
    for ax, (name, table) in zip(axes[0], tables.items(), strict=True):
        rows = np.asarray(table)
        rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        cosines = rows @ rows.T
        drawn = ax.imshow(cosines, cmap="RdBu", vmin=-1, vmax=1)
        for line in (ax.axhline, ax.axvline):
            line(seen - 0.5, color=INK, ls="--", lw=1.2)
        ax.set(title=name, xlabel=label("posición", "position"), xticks=range(0, len(rows), 2), yticks=range(0, len(rows), 2))
        ax.grid(False)
        inside, outside = (np.abs(np.diagonal(part, 1)).mean() for part in (cosines[:seen, :seen], cosines[seen:, seen:]))
        told.append(label(f"{name}: {inside:.2f} dentro, {outside:.2f} más allá",
                          f"{name}: {inside:.2f} within, {outside:.2f} beyond"))  # fmt: skip
    axes[0, 0].set_ylabel(label("posición", "position"))
    figure.colorbar(drawn, ax=axes, label=label("coseno", "cosine"))
    show(figure, label(f"Coseno entre posiciones; las {seen} primeras salieron al entrenar. Valor absoluto medio con la siguiente: "
                       f"{'; '.join(told)}.",
                       f"Cosine between positions; the first {seen} were seen in training. Mean absolute value with the next: "
                       f"{'; '.join(told)}."))  # fmt: skip


def plot_by_depth(depths, last: dict, each: dict):
    """Show two panels of gradient norms: of the last layer against the depth, name -> (L,), and of each layer of one model."""
    figure, (left, right) = new_figure(1, 2, height=3.2)
    told = []
    for k, (name, norms) in enumerate(last.items()):
        left.plot(depths, norms, color=COLOURS[k], marker=MARKERS[k], ls=LINES[k], label=name)
        told.append(f"{name}: {', '.join(f'{norm:.2f}' for norm in norms)}")
    left.set(xscale="log", ylim=0, xlabel=label("capas", "layers"), ylabel=label("norma del gradiente", "norm of the gradient"),
             title=label("última capa", "last layer"))  # fmt: skip
    left.set_xticks(depths, [str(depth) for depth in depths])
    left.minorticks_off()
    for k, (name, norms) in enumerate(each.items()):
        right.plot(range(1, len(norms) + 1), norms, color=COLOURS[k], marker=MARKERS[k], ms=4, ls=LINES[k], label=name)
    count = len(next(iter(each.values())))
    right.set_xticks(range(1, count + 1, 3))
    right.set(ylim=0, xlabel=label("capa", "layer"), title=label(f"cada capa de {count}", f"each layer of {count}"))
    left.legend()
    at = ", ".join(map(str, depths))
    show(figure, label(f"Norma del gradiente al nacer. Última capa con {at} capas. {'; '.join(told)}.",
                       f"Norm of the gradient at birth. Last layer with {at} layers. {'; '.join(told)}."))  # fmt: skip


def draw_shares(ax, shares: dict):
    """Draw shares from 0 to 1 as bars with their number, name -> share."""
    bars = ax.barh(range(len(shares)), list(shares.values()), color=COLOURS[: len(shares)])
    ax.bar_label(bars, [f"{share:.0%}" for share in shares.values()], padding=3)
    ax.set(yticks=range(len(shares)), yticklabels=list(shares), xlim=(0, 1.22), xticks=[0, 0.5, 1])
    ax.set_xticklabels(["0%", "50%", "100%"])
    ax.invert_yaxis()
    ax.grid(axis="y", visible=False)


def plot_shares(shares: dict, xlabel: str):
    """Show shares from 0 to 1 as bars, name -> share."""
    figure, ax = new_figure(height=0.9 + 0.42 * len(shares), width=7.2)
    draw_shares(ax, shares)
    ax.set_xlabel(xlabel)
    show(figure, f"{xlabel}. {'; '.join(f'{name}: {share:.0%}' for name, share in shares.items())}.")


def plot_traps(losses: dict, exact: dict, window: int = 20):
    """Show the training loss of each variant, name -> (steps,), beside the share that it translates whole, name -> share.

    The curves are means of `window` steps, so that they can be told apart.
    """
    figure, (left, right) = new_figure(1, 2, height=3.8, width_ratios=(1.25, 1))
    window = min(window, *map(len, losses.values()))
    last = {}
    for k, (name, values) in enumerate(losses.items()):
        means = np.convolve(values, np.ones(window) / window, mode="valid")
        last[name] = means[-1]
        left.plot(range(window, len(values) + 1), means, color=COLOURS[k], ls=LINES[k % 4], lw=1.7, label=f"{name}: {means[-1]:.2g}")
    left.set(yscale="log", xlabel=label("paso", "step"),
             title=label(f"pérdida (media de {window} pasos)", f"loss (mean of {window} steps)"))  # fmt: skip
    figure.legend(loc="outside lower center", ncols=3)
    draw_shares(right, exact)
    right.set_title(label("enteros, al traducir", "whole, when translating"))
    told = "; ".join(f"{name}: {label('pérdida', 'loss')} {last[name]:.2g}, {exact[name]:.0%}" for name in exact)
    show(figure, label(f"Pérdida al final y traducciones enteras. {told}.", f"Loss at the end and whole translations. {told}."))


def draw_rates(ax, steps, curves: dict):
    """Draw learning rates against steps, name -> (T,)."""
    for k, (name, rates) in enumerate(curves.items()):
        ax.plot(steps, rates, color=COLOURS[k], ls=LINES[k], label=name)
    ax.set(xlabel=label("paso", "step"), ylabel=label("tasa", "rate"), ylim=0)


def draw_smoothing(ax, confidence, curves: dict):
    """Draw the loss against the probability of the right word, name -> (N,), and mark where each is least."""
    least = {}
    for k, (name, losses) in enumerate(curves.items()):
        ax.plot(confidence, losses, color=COLOURS[k], ls=LINES[k], label=name)
        best = int(np.argmin(losses))
        ax.plot(confidence[best], losses[best], MARKERS[k], color=COLOURS[k], ms=8)
        least[name] = float(confidence[best]), float(losses[best])
    ax.set(xlabel=label("p de la palabra buena", "p of the right word"), ylabel=label("pérdida", "loss"))
    return least


def plot_parts(parts: dict, xlabel: str):
    """Show how a total is shared out among parts, a bar per model: model -> {part: number}."""
    names = list(dict.fromkeys(part for shares in parts.values() for part in shares))
    figure, ax = new_figure(height=1.3 + 0.6 * len(parts))
    told = []
    for row, (model, shares) in enumerate(parts.items()):
        left, total = 0.0, sum(shares.values())
        for part, number in shares.items():
            k, share = names.index(part), number / total
            ax.barh(row, share, left=left, color=COLOURS[k], edgecolor="white", label=part if row == 0 else None)
            if share > 0.07:
                dark = COLOURS[k] in (BLUE, RED)
                ax.text(left + share / 2, row, f"{share:.0%}", ha="center", va="center", color="white" if dark else INK)
            left += share
        told.append(f"{model}: " + ", ".join(f"{part} {number / total:.0%}" for part, number in shares.items()))
    ax.set(yticks=range(len(parts)), yticklabels=list(parts), xlabel=xlabel, xlim=(0, 1), xticks=[0, 0.5, 1])
    ax.set_xticklabels(["0%", "50%", "100%"])
    ax.invert_yaxis()
    ax.grid(axis="y", visible=False)
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=len(names))
    show(figure, f"{xlabel}. {'; '.join(told)}.")
