"""Attention drawn: a lookup step by step, weights as a map, masks, heads, and what length costs."""

import numpy as np
from matplotlib.patches import Rectangle

from atiende.language import label
from atiende.plots.style import BLUE, COLOURS, GREY, INK, MARKERS, ORANGE, PALE, new_figure, show


def _told(curves: dict, form: str = ".2g") -> str:
    return "; ".join(f"{name}: {', '.join(format(value, form) for value in values)}" for name, values in curves.items())


def plot_lengths(lengths, shares: dict, trained: tuple[int, int]):
    """Show the share of whole sequences right against their length, model -> (L,); a band marks the lengths of training."""
    figure, ax = new_figure(height=3.1)
    ax.axvspan(trained[0] - 0.4, trained[1] + 0.4, color=PALE, alpha=0.6, lw=0)
    for k, (name, values) in enumerate(shares.items()):
        ax.plot(lengths, values, color=COLOURS[k], marker=MARKERS[k], ls=("-", "--", "-.")[k % 3], ms=6, label=name)
    ax.set(ylim=(-0.04, 1.05), xlabel=label("símbolos (banda gris: los del entrenamiento)", "symbols (grey band: those of training)"),
           ylabel=label("secuencias enteras", "whole sequences"))  # fmt: skip
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
    at = ", ".join(map(str, lengths))
    show(figure, label(f"Secuencias enteras bien escritas, con {at} símbolos. {_told(shares, '.0%')}.",
                       f"Whole sequences written right, with {at} symbols. {_told(shares, '.0%')}."))  # fmt: skip


def draw_arrows(ax, keys, query, words, reach: float):
    """Draw keys (S, 2) as arrows with their words, and the query (2,) as a thicker one; axes go from -reach to reach."""
    keys, query = np.asarray(keys, dtype=float), np.asarray(query, dtype=float)
    ax.annotate("", query, (0, 0), arrowprops={"arrowstyle": "-|>", "color": ORANGE, "lw": 5})
    for key, word in zip(keys, words, strict=True):
        ax.annotate("", key, (0, 0), arrowprops={"arrowstyle": "-|>", "color": BLUE, "lw": 1.6})
        turn = np.arctan2(key[0] * query[1] - key[1] * query[0], key @ query)  # from the key to the query
        away = -np.sign(turn) if abs(turn) > 1e-6 else -np.sign(key[0])  # downwards where they point the same way
        covered = np.hypot(*query) > 0 and abs(turn) < 0.6  # then the word steps aside
        angle = np.arctan2(key[1], key[0]) + 0.6 * away * covered
        x, y = (np.hypot(*key) + 0.2 * reach) * np.array([np.cos(angle), np.sin(angle)])
        ax.text(x, y, word, ha="center", va="center", color=BLUE, fontsize=10)
    ax.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")


def draw_weights(ax, weights, words):
    """Draw a bar for each weight (S,), with its word and its number."""
    bars = ax.barh(range(len(weights)), np.asarray(weights), color=BLUE)
    ax.bar_label(bars, [f"{value:.2f}" for value in weights], padding=3, fontsize=10)
    ax.set(xlim=(0, 1.35), xticks=[0, 1], yticks=range(len(words)), yticklabels=words)
    ax.invert_yaxis()
    ax.grid(False)


def plot_lookup(words, query, keys, values, weights, output):
    """Show one lookup in the plane: query (2,) and keys (S, 2), weights (S,), and values (S, 2) mixed into output (2,)."""
    figure, (left, middle, right) = new_figure(1, 3, height=2.7)
    draw_arrows(left, keys, query, words, reach=2.1)
    left.set(xticks=[-1, 0, 1], yticks=[-1, 0, 1], title=label("consulta (gruesa) y claves", "query (thick) and keys"))
    draw_weights(middle, weights, words)
    middle.set_title(label("pesos", "weights"))
    values, weights, output = map(np.asarray, (values, weights, output))
    for value, word, weight in zip(values, words, weights, strict=True):
        right.plot(*value, "s", color=BLUE, ms=4 + 14 * weight)
        above = 1 if value[1] > output[1] else -1  # away from the lines
        right.text(value[0], value[1] + above * (0.3 + 0.2 * weight), word, ha="center", va="center", color=BLUE)
        right.plot(*zip(value, output, strict=True), color=GREY, lw=4 * weight, zorder=1)
    right.plot(*output, "*", color=ORANGE, ms=17, zorder=4)
    middle.set_box_aspect(1)  # as the others: their titles stand at one height
    right.set(xlim=(-1.9, 1.9), ylim=(-1.9, 1.9), aspect="equal", xticks=[-1, 0, 1], yticks=[-1, 0, 1],
              title=label("valores y mezcla (★)", "values and mixture (★)"))  # fmt: skip
    told = ", ".join(f"{word} {weight:.2f}" for word, weight in zip(words, weights, strict=True))
    mixed = f"({output[0]:.2f}, {output[1]:.2f})"
    show(figure, label(f"Una consulta entre {len(words)} claves. Pesos: {told}. Mezcla de los valores: {mixed}.",
                       f"A query among {len(words)} keys. Weights: {told}. Mixture of the values: {mixed}."))  # fmt: skip


def draw_map(ax, weights, rows, columns, numbers: float | None = None):
    """Draw weights (T, S) as a map, a row per query, and return its image; write the weights of at least `numbers`."""
    weights = np.asarray(weights)
    image = ax.imshow(weights, cmap="Blues", vmin=0, vmax=1)
    turned = {"rotation": 50, "ha": "right", "rotation_mode": "anchor"} if max(map(len, map(str, columns))) > 2 else {}
    ax.set_xticks(range(len(columns)), columns, **turned)
    ax.set_yticks(range(len(rows)), rows)
    ax.tick_params(length=0)
    ax.grid(False)
    for t, s in np.argwhere(weights >= (np.inf if numbers is None else numbers)):
        ax.text(s, t, f"{weights[t, s]:.2f}", ha="center", va="center", fontsize=10,
                color="white" if weights[t, s] > 0.55 else INK)  # fmt: skip
    return image


def plot_looks(maps: dict, rows, columns, xlabel: str = "", ylabel: str = "", height: float = 3.4, numbers: float | None = None):
    """Show maps of weights side by side, title -> (T, S), a row per query: rows (T,) and columns (S,) are their words.

    Weights of at least `numbers` are written; without it there is a scale of colours.
    """
    figure, axes = new_figure(1, len(maps), height=height, width=8.0 if len(maps) > 1 else 5.4, squeeze=False)
    told = []
    for ax, (title, weights) in zip(axes[0], maps.items(), strict=True):
        image = draw_map(ax, weights, rows, columns, numbers)
        ax.set(title=title, xlabel=xlabel)
        best = np.asarray(weights).argmax(axis=1)
        pairs = ", ".join(f"{row} → {columns[s]}" for row, s in zip(rows, best, strict=True))
        told.append(f"{title}: {pairs}" if title else pairs)
    axes[0, 0].set_ylabel(ylabel)
    if numbers is None:
        figure.colorbar(image, ax=axes, label=label("peso", "weight"), ticks=[0, 0.5, 1], shrink=0.7, aspect=14)
    show(figure, label(f"A qué mira más cada fila. {'; '.join(told)}.", f"What each row looks at most. {'; '.join(told)}."))


def plot_scaling(sizes, spread, largest: dict):
    """Show how far q·k spreads with d, (L,), beside the largest weight of the softmax, name -> (L,)."""
    figure, (left, right) = new_figure(1, 2, height=3.0)
    left.plot(sizes, spread, "o", color=BLUE, ms=7, label=label("medida", "measured"))
    left.plot(sizes, np.sqrt(sizes), color=GREY, ls="--", label=r"$\sqrt{d}$")
    left.set(xscale="log", yscale="log", xlabel="d", title=label("desviación estándar de q·k", "standard deviation of q·k"))
    left.set_yticks(np.sqrt(sizes), [f"{root:g}" for root in np.sqrt(sizes)])
    for ax in (left, right):
        ax.set(xscale="log")
        ax.set_xticks(sizes, [str(d) for d in sizes])
        ax.minorticks_off()
    left.legend()
    for k, (name, values) in enumerate(largest.items()):
        right.plot(sizes, values, color=COLOURS[k], marker=MARKERS[k], ls=("--", "-")[k], label=name)
    right.set(xlabel="d", ylim=(0, 1.05), title=label("peso mayor", "largest weight"))
    right.legend()
    at = ", ".join(map(str, sizes))
    told = ", ".join(f"{value:.1f}" for value in spread)
    show(figure, label(f"Con d = {at}: desviación estándar de q·k, {told}. Peso mayor: {_told(largest)}.",
                       f"With d = {at}: standard deviation of q·k, {told}. Largest weight: {_told(largest)}."))  # fmt: skip


def plot_masks(masks: dict, words):
    """Show masks side by side, title -> (T, S) of booleans: what each row may look at."""
    figure, axes = new_figure(1, len(masks), height=3.2, squeeze=False)
    told = []
    for ax, (title, mask) in zip(axes[0], masks.items(), strict=True):
        mask = np.asarray(mask)
        for t, s in np.ndindex(mask.shape):
            box = Rectangle((s - 0.46, t - 0.46), 0.92, 0.92, facecolor="#CFE3F2" if mask[t, s] else PALE, edgecolor="white")
            ax.add_patch(box)
            ax.text(s, t, "✓" if mask[t, s] else "·", ha="center", va="center", color=INK if mask[t, s] else GREY)
        ax.set_xticks(range(len(words)), words, rotation=50, ha="right", rotation_mode="anchor")
        ax.set_yticks(range(len(words)), words)
        ax.set(xlim=(-0.5, len(words) - 0.5), ylim=(len(words) - 0.5, -0.5), aspect="equal", title=title)
        ax.tick_params(length=0)
        ax.grid(False)
        ax.label_outer()
        told.append(f"{title}: {', '.join(str(int(n)) for n in mask.sum(axis=1))}")
    show(figure, label(f"Cuántas palabras puede mirar cada una. {'; '.join(told)}.",
                       f"How many words each may look at. {'; '.join(told)}."))  # fmt: skip


def draw_split(ax, owners, symbols):
    """Draw which head gets each number, owners (T, D): a row per symbol, a colour and a figure per head."""
    owners = np.asarray(owners)
    tints = ("#CFE3F2", "#FBE5BF", "#CDEBE0", "#F3DCE8", "#F6D3C2", "#D9F0FA")
    for t, d in np.ndindex(owners.shape):
        head = int(owners[t, d])
        ax.add_patch(Rectangle((d, -t), 0.94, 0.86, facecolor=tints[head % len(tints)], edgecolor=GREY, lw=0.8))
        ax.text(d + 0.47, -t + 0.43, str(head), ha="center", va="center", fontsize=10)
    for t, symbol in enumerate(symbols):
        ax.text(-0.2, -t + 0.43, symbol, ha="right", va="center", fontsize=10)
    ax.set(xlim=(-2.4, owners.shape[1]), ylim=(0.9 - len(symbols), 0.95), aspect="equal")
    ax.set_axis_off()


def plot_splits(splits: dict, symbols):
    """Show which head gets each number, title -> owners (T, D), side by side."""
    figure, axes = new_figure(1, len(splits), height=1.9, squeeze=False)
    told = []
    for ax, (title, owners) in zip(axes[0], splits.items(), strict=True):
        draw_split(ax, owners, symbols)
        ax.set_title(title, fontsize=10.5)
        told.append(f"{title}: {sum(0 in row for row in np.asarray(owners))}")
    show(figure, label(f"De cuántos símbolos ve algo la cabeza 0. {'; '.join(told)}.",
                       f"Of how many symbols head 0 sees something. {'; '.join(told)}."))  # fmt: skip


def plot_cost(lengths, seconds: dict):
    """Show the time that each layer takes against the length, name -> (L,) seconds, both axes logarithmic."""
    figure, ax = new_figure(height=3.1, width=7)
    for k, (name, values) in enumerate(seconds.items()):
        ax.plot(lengths, 1000 * np.asarray(values), color=COLOURS[k], marker=MARKERS[k], ls=("-", "--", "-.")[k % 3], label=name)
    ax.set(xscale="log", yscale="log", xlabel=label("símbolos (T)", "symbols (T)"), ylabel=label("milisegundos", "milliseconds"))
    ax.set_xticks(lengths, [str(n) for n in lengths])
    ax.minorticks_off()
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
    told = "; ".join(f"{name}: {1000 * values[0]:.2g} → {1000 * values[-1]:.2g} ms" for name, values in seconds.items())
    show(figure, label(f"De {lengths[0]} a {lengths[-1]} símbolos. {told}.", f"From {lengths[0]} to {lengths[-1]} symbols. {told}."))
