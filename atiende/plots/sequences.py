"""Words in a row: their ids and vectors, who is like whom, who follows whom, and how surprising each one is."""

import numpy as np
from matplotlib.patches import Rectangle

from atiende.language import label
from atiende.plots.style import BLUE, COLOURS, GREY, INK, MARKERS, ORANGE, PALE, new_figure, show


def draw_words(ax, words, colours, y: float = 0.0, height: float = 1.0) -> list[float]:
    """Draw words as boxes in a row, each as wide as its letters need; return the middle of each."""
    x, middles = 0.0, []
    for word, colour in zip(words, colours, strict=True):
        width = 0.62 * len(word) + 0.9
        ax.add_patch(Rectangle((x, y), width - 0.18, height, facecolor=colour, edgecolor=INK, lw=1))
        ax.text(x + (width - 0.18) / 2, y + height / 2, word, ha="center", va="center")
        middles.append(x + (width - 0.18) / 2)
        x += width
    ax.set(xlim=(-0.1, x))
    return middles


def plot_ids(words, ids, vectors):
    """Show how words become ids and ids become the rows of a table: words and ids (T,), vectors (T, D)."""
    vectors = np.asarray(vectors)
    top, depth = np.abs(vectors).max(), vectors.shape[1]
    figure, ax = new_figure(height=2.9)
    middles = draw_words(ax, words, ["white"] * len(words), y=1.9)
    for middle, n, vector in zip(middles, ids, vectors, strict=True):
        ax.text(middle, 1.25, str(int(n)), ha="center", va="center", color=BLUE, fontweight="bold")
        for d, value in enumerate(vector):
            tint = BLUE if value > 0 else ORANGE
            box = Rectangle((middle - 0.8, 0.5 - 0.55 * d), 1.6, 0.5, facecolor=tint, alpha=abs(value) / top, lw=0)
            ax.add_patch(box)
            ax.add_patch(Rectangle((middle - 0.8, 0.5 - 0.55 * d), 1.6, 0.5, facecolor="none", edgecolor=GREY, lw=0.7))
    for y, name in ((2.4, label("palabra", "word")), (1.25, "id"), (0.75 - 0.275 * depth, label("fila", "row"))):
        ax.text(-0.6, y, name, ha="right", va="center", color=GREY)
    ax.set(ylim=(0.4 - 0.55 * (depth - 1) - 0.1, 3.0))
    ax.set_xlim(-4.2, ax.get_xlim()[1])
    ax.set_axis_off()
    told = "; ".join(f"{word}: {int(n)}" for word, n in zip(words, ids, strict=True))
    show(figure, label(f"Cada palabra, su id y su fila de {depth} números (azul, positivos; naranja, negativos). {told}.",
                       f"Each word, its id and its row of {depth} numbers (blue, positive; orange, negative). {told}."))  # fmt: skip


def plot_cosines(words, cosines, groups: int):
    """Show the cosine of each pair of words (N, N); a line parts the first `groups` words from the others."""
    cosines = np.asarray(cosines)
    figure, ax = new_figure(height=4.6, width=6.6)
    drawn = ax.imshow(cosines, cmap="RdBu", vmin=-1, vmax=1)
    for at in (ax.axhline, ax.axvline):
        at(groups - 0.5, color=INK, lw=1.5)
    ax.set(xticks=range(len(words)), yticks=range(len(words)), yticklabels=words)
    ax.set_xticklabels(words, rotation=60, ha="right", rotation_mode="anchor")
    ax.grid(False)
    figure.colorbar(drawn, ax=ax, label=label("coseno", "cosine"))
    same = [cosines[:groups, :groups], cosines[groups:, groups:]]
    inside = np.mean([block[~np.eye(len(block), dtype=bool)].mean() for block in same])
    across = cosines[:groups, groups:].mean()
    show(figure, label(f"Coseno de cada par. Media dentro de cada grupo: {inside:.2f}; entre grupos: {across:.2f}.",
                       f"Cosine of each pair. Mean within each group: {inside:.2f}; across groups: {across:.2f}."))  # fmt: skip


def plot_bigrams(table, symbols):
    """Show the probability of each next symbol, a row per symbol: (V, V)."""
    table = np.asarray(table)
    names = ["↵" if s == "\n" else "␣" if s == " " else s for s in symbols]
    figure, ax = new_figure(height=4.9, width=6.6)
    drawn = ax.imshow(table, cmap="cividis", vmin=0, vmax=np.quantile(table, 0.99))
    ax.set(xticks=range(len(names)), yticks=range(len(names)), xticklabels=names, yticklabels=names,
           xlabel=label("la siguiente", "the next"), ylabel=label("la letra", "the letter"))  # fmt: skip
    ax.tick_params(length=0)
    ax.grid(False)
    figure.colorbar(drawn, ax=ax, extend="max",
                    label=label(f"probabilidad (máx. {table.max():.2f})", f"probability (max. {table.max():.2f})"))  # fmt: skip
    row, column = np.unravel_index(table.argmax(), table.shape)
    surest = f"{names[row]} → {names[column]}, {table[row, column]:.0%}"
    show(figure, label(f"Qué letra sigue a cada una. La más segura: {surest}.", f"Which letter follows each. The surest: {surest}."))


def plot_surprise(words, surprises: dict):
    """Show how many nats each word costs, model -> (T,), a group of bars per word."""
    figure, ax = new_figure(height=3.2)
    width, at = 0.8 / len(surprises), np.arange(len(words))
    for k, (name, nats) in enumerate(surprises.items()):
        bars = ax.bar(at - 0.4 + width * (k + 0.5), nats, width, color=COLOURS[k], label=name, hatch=("", "//", "..")[k])
        if len(surprises) == 1:
            ax.bar_label(bars, [f"{np.exp(-value):.2g}" for value in nats], padding=2, fontsize=10)
    turned = {"rotation": 35, "ha": "right", "rotation_mode": "anchor"} if len(words) > 8 else {}
    ax.set_xticks(at, words, **turned)
    ax.set(ylabel=label("sorpresa (nats)", "surprise (nats)"))
    ax.grid(axis="x", visible=False)
    if len(surprises) > 1:
        ax.legend()
    else:
        ax.set_ylim(0, 1.12 * max(next(iter(surprises.values()))))
    told = "; ".join(f"{name}: {np.mean(nats):.2f}" for name, nats in surprises.items())
    show(figure, label(f"Lo que cuesta cada palabra. Media, en nats: {told}.", f"What each word costs. Mean, in nats: {told}."))


def plot_perplexities(values: dict, floor: float | None = None):
    """Show the perplexity of each model, name -> value, on a logarithmic axis; `floor` is the least that is possible."""
    figure, ax = new_figure(height=0.9 + 0.42 * len(values), width=7.2)
    names, numbers = list(values), list(values.values())
    bars = ax.barh(range(len(numbers)), numbers, color=[COLOURS[k % len(COLOURS)] for k in range(len(numbers))])
    ax.bar_label(bars, [f"{number:.3g}" for number in numbers], padding=4, color=INK)
    ax.set(xscale="log", yticks=range(len(names)), yticklabels=names, xlabel=label("perplejidad", "perplexity"))
    ticks = [t for t in (1, 2, 3, 5, 10, 20, 50, 100) if t <= 1.5 * max(numbers)]
    ax.set_xlim(1, 1.7 * max(numbers))
    ax.set_xticks(ticks, [str(t) for t in ticks])
    ax.minorticks_off()
    if floor is not None:
        ax.axvline(floor, color=INK, ls="--", lw=1.4)
        ax.text(floor, -0.62, label(f"lo mínimo: {floor:.3g}", f"the least: {floor:.3g}"), ha="center", va="bottom")
    ax.invert_yaxis()
    ax.grid(axis="y", visible=False)
    told = "; ".join(f"{name}: {number:.3g}" for name, number in values.items())
    show(figure, label(f"Perplejidad de cada modelo. {told}.", f"Perplexity of each model. {told}."))


def plot_agreement(gaps, shares: dict, trained: tuple[int, int], title: str = ""):
    """Show the share of right endings against the words put in between: gaps (G,), model -> (seeds, G) or (G,).

    With several seeds the line is their mean and the points are each of them. A band marks the gaps seen in training.
    """
    figure, ax = new_figure(height=3.5)
    ax.axvspan(trained[0] - 0.3, trained[1] + 0.3, color=PALE, alpha=0.6, lw=0)
    ax.axhline(0.5, color=GREY, ls=":", lw=1.6, label=label("a cara o cruz", "tossing a coin"))
    told = []
    for k, (name, values) in enumerate(shares.items()):
        values = np.atleast_2d(values)
        mean = values.mean(axis=0)
        ax.plot(gaps, mean, color=COLOURS[k], marker=MARKERS[k], ls=("-", "--", "-.")[k % 3], ms=6, label=name)
        if len(values) > 1:
            for row in values:
                ax.scatter(gaps, row, s=16, color=COLOURS[k], alpha=0.55, zorder=3)
        told.append(f"{name}: {', '.join(f'{share:.0%}' for share in mean)}")
    ax.set(ylim=(0.25, 1.05), xlabel=label("palabras entre el sujeto y el verbo (banda gris: vistas al entrenar)",
                                           "words between subject and verb (grey band: seen in training)"),
           ylabel=label("aciertos", "share right"), title=title)  # fmt: skip
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
    at = ", ".join(map(str, gaps))
    show(figure, label(f"Aciertos con {at} palabras en medio. {'; '.join(told)}.",
                       f"Share right with {at} words in between. {'; '.join(told)}.").replace("\n", " "))  # fmt: skip
