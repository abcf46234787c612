"""A model that writes, drawn: text cut into pieces, its boxes, beams, what the cache keeps, and how sure each piece was."""

import numpy as np
from matplotlib.patches import FancyArrowPatch, Rectangle
from matplotlib.ticker import LogLocator

from atiende.language import label
from atiende.plots.style import BLUE, COLOURS, GREEN, GREY, INK, MARKERS, ORANGE, PALE, SKY, new_figure, show

LINES = ("-", "--", "-.", ":")
TINTS = ("#CFE5F3", "#FBE6C2", "#CDEBDF", "#F3DCE8")  # pale blue, orange, green and purple: text is read on them


def shown(piece: str) -> str:
    """Return a piece with its blanks in sight."""
    return piece.replace(" ", "␣").replace("\n", "↵")


def draw_pieces(ax, rows: dict, most: float | None = None):
    """Draw texts cut into pieces, a row each, name -> pieces; a box is as wide as its piece is long."""
    widest = most or max(sum(0.55 + len(shown(piece)) for piece in pieces) for pieces in rows.values())
    for row, pieces in enumerate(rows.values()):
        left = 0.0
        for n, piece in enumerate(map(shown, pieces)):
            width = 0.55 + len(piece)
            ax.add_patch(Rectangle((left, row - 0.36), width - 0.12, 0.72, facecolor=TINTS[n % 4], edgecolor=GREY, lw=0.7))
            ax.text(left + width / 2 - 0.06, row, piece, ha="center", va="center", fontsize=10, family="monospace")
            left += width
    ax.set(xlim=(-0.2, widest), ylim=(len(rows) - 0.45, -0.55), yticks=range(len(rows)), yticklabels=list(rows), xticks=[])
    ax.tick_params(length=0)
    ax.grid(False)
    ax.spines[:].set_visible(False)


def plot_pieces(rows: dict):
    """Show texts cut into pieces, a row each: name -> pieces."""
    figure, ax = new_figure(height=0.35 + 0.42 * len(rows))
    draw_pieces(ax, rows)
    told = "; ".join(f"{name}: {len(pieces)} ({' | '.join(map(shown, pieces))})" for name, pieces in rows.items())
    show(figure, label(f"Piezas de cada fila. {told}.", f"Pieces of each row. {told}."))


def plot_curves(x, curves: dict, xlabel: str, ylabel: str, title: str = "", log: str = "", form: str = ".2f", floor: bool = True):
    """Show numbers against others: x (N,), name -> (N,). `log` names the axes that are logarithmic, as in "xy"."""
    figure, ax = new_figure(height=3.2)
    told = []
    for k, (name, values) in enumerate(curves.items()):
        ax.plot(x, values, color=COLOURS[k], ls=LINES[k % 4], marker=MARKERS[k], ms=5, label=name)
        told.append(f"{name}: " + ", ".join(f"{value:{form}}" for value in values))
    ax.set(xlabel=xlabel, ylabel=ylabel, title=title, **{f"{axis}scale": "log" for axis in log})
    if "x" in log:
        ax.set_xticks(x, [f"{value:g}" for value in x])
        ax.minorticks_off()
    if "y" in log:
        ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        ax.yaxis.set_major_formatter("{x:g}")
    elif floor:
        ax.set_ylim(0, 1.08 * max(map(max, curves.values())))
    if len(curves) > 1:
        ax.legend()
    places = ", ".join(f"{value:g}" for value in x)
    show(figure, f"{title}{': ' if title else ''}{ylabel}; {xlabel}: {places}. {'; '.join(told)}.")


def _arrow(ax, start, end, colour=INK, **options):
    ax.add_patch(FancyArrowPatch(start, end, arrowstyle="-|>", mutation_scale=11, color=colour, lw=1.4, shrinkA=0, shrinkB=0,
        **options))


def plot_gpt():
    """Show the boxes of a GPT from left to right, the stream that passes by, and the table that serves twice."""
    figure, ax = new_figure(height=2.5)
    looks, thinks = label("autoatención\ncon máscara", "masked\nself-attention"), "feed-\nforward"
    boxes = ((label("tabla", "table"), PALE, 0.0, 1.2), ("norm", PALE, 2.45, 0.8), (looks, ORANGE, 3.4, 1.75),
             ("norm", PALE, 6.35, 0.8), (thinks, SKY, 7.3, 1.2), ("norm", PALE, 9.7, 0.8),
             (label("tabla", "table"), PALE, 11.1, 1.2))  # fmt: skip
    for name, colour, x, width in boxes:
        ax.add_patch(Rectangle((x, 0), width, 1.0, facecolor=colour, edgecolor=INK, lw=1, alpha=0.85))
        ax.text(x + width / 2, 0.5, name, ha="center", va="center", fontsize=8.5)
    for start, end in ((2.2, 5.55), (6.1, 8.9)):  # the stream passes above each branch, and its output is added
        ax.plot([start, start, end, end], [0.5, 1.3, 1.3, 0.72], color=BLUE, lw=1.4)
        ax.text(end, 0.5, "+", ha="center", va="center", color=BLUE, fontweight="bold",
                bbox={"boxstyle": "circle,pad=0.08", "facecolor": "white", "edgecolor": BLUE})  # fmt: skip
    for start, end in ((-0.7, 0.0), (1.2, 2.45), (3.25, 3.4), (5.15, 5.37), (5.73, 6.35), (7.15, 7.3), (8.5, 8.72), (9.08, 9.7),
                       (10.5, 11.1), (12.3, 12.9)):  # fmt: skip
        (_arrow if end - start > 0.25 else _line)(ax, (start, 0.5), (end, 0.5))
    _arrow(ax, (1.65, -0.55), (1.65, 0.46))
    ax.text(1.65, -0.6, label("+ posición", "+ position"), ha="center", va="top")
    ax.add_patch(Rectangle((1.95, -0.2), 7.35, 1.75, facecolor="none", edgecolor=GREY, ls="--", lw=1.1))
    ax.text(9.25, -0.27, "× L", ha="right", va="top", color=GREY)
    ax.plot([0.6, 0.6, 11.7, 11.7], [1.05, 1.85, 1.85, 1.05], color=GREEN, lw=1.6, ls=":")
    ax.text(6.1, 1.92, label("la misma tabla, dos veces", "the same table, twice"), ha="center", va="bottom", color=GREEN)
    ax.text(-0.75, 0.5, label("piezas", "pieces"), ha="right", va="center")
    scores = label("puntuación\nde la pieza\nsiguiente", "scores of\nthe next\npiece")
    ax.text(12.95, 0.5, scores, ha="left", va="center", fontsize=9)
    ax.set(xlim=(-2.2, 15.2), ylim=(-1.1, 2.4))
    ax.set_axis_off()
    show(figure, label("GPT de izquierda a derecha: la tabla de piezas, más la posición; L veces, autoatención con máscara y "
                       "feed-forward, cada una tras su normalización y sumada a la corriente; una normalización; y la misma "
                       "tabla otra vez, que puntúa la pieza siguiente.",
                       "GPT from left to right: the table of pieces, plus the position; L times, masked self-attention and "
                       "feed-forward, each after its norm and added to the stream; a norm; and the same table again, which "
                       "scores the next piece."))  # fmt: skip


def _line(ax, start, end):
    ax.plot([start[0], end[0]], [start[1], end[1]], color=INK, lw=1.4)


def plot_nats(values: dict, unit: str):
    """Show a loss for each model as a bar: name -> number."""
    figure, ax = new_figure(height=0.8 + 0.42 * len(values), width=7.2)
    bars = ax.barh(range(len(values)), list(values.values()), color=[COLOURS[k % len(COLOURS)] for k in range(len(values))])
    ax.bar_label(bars, [f"{number:.2f}" for number in values.values()], padding=4, color=INK)
    ax.set(yticks=range(len(values)), yticklabels=list(values), xlabel=unit, xlim=(0, 1.12 * max(values.values())))
    ax.invert_yaxis()
    ax.grid(axis="y", visible=False)
    told = "; ".join(f"{name}: {number:.2f}" for name, number in values.items())
    show(figure, f"{unit}. {told}.")


def draw_chances(ax, pieces, before, after):
    """Draw the probabilities of the likeliest pieces, (N,): the model's, and those after the cuts; the axis fits them."""
    places = np.arange(len(pieces))
    ax.barh(places, after, 0.72, color=BLUE, label=label("tras los cortes", "after the cuts"))
    ax.plot(before, places, "D", color=ORANGE, ms=6, mec="white", label=label("del modelo", "the model's"))
    ax.set(yticks=places, xlim=(0, 1.12 * max(*before, *after)), xlabel=label("probabilidad", "probability"))
    ax.set_yticks(places, [shown(piece) for piece in pieces], family="monospace")
    ax.invert_yaxis()
    ax.grid(axis="y", visible=False)
    ax.legend(loc="lower right")


def draw_beam(ax, levels, names, best):
    """Draw the beginnings of a beam search: levels of (ids, total, kept), the names of the ids, and the ids of the winner."""
    at = {(): 0.5}
    for depth, level in enumerate(levels, start=1):
        for n, (ids, total, kept) in enumerate(level):
            height = 1 - (n + 0.5) / len(level)
            at[ids] = height
            wins = kept and tuple(best[:depth]) == ids
            colour, width = (GREEN, 2.4) if wins else (BLUE, 1.4) if kept else (PALE, 0.9)
            if depth > 1:  # from the text of the beginning to its fork
                ax.plot([depth - 0.88, depth - 0.7], [at[ids[:-1]]] * 2, color=GREY, lw=0.8, ls=":")
            ax.plot([depth - 0.7, depth - 0.3], [at[ids[:-1]], height], color=colour, lw=width)
            told = f"{names[ids[-1]]} {total:.2f}".replace("-", "−")
            ax.text(depth - 0.28, height, told, va="center", fontsize=10, color=INK if kept else GREY,
                    fontweight="bold" if wins else "normal")  # fmt: skip
    ax.set(xlim=(0.1, len(levels) + 0.25), ylim=(0, 1))
    ax.set_axis_off()


def plot_chosen(texts: dict, given: int = 0):
    """Show how probable each piece was, text -> (T,): a likely text is not a human one. The first `given` are in grey."""
    figure, axes = new_figure(len(texts), 1, height=1.5 * len(texts) + 0.4, sharex=True, sharey=True, squeeze=False)
    told = []
    for k, (ax, (name, p)) in enumerate(zip(axes.flat, texts.items(), strict=True)):
        for first, last, colour in ((0, given, GREY), (given, len(p), COLOURS[k])):
            ax.fill_between(range(first, last), p[first:last], step="mid", color=colour, alpha=0.35)
            ax.plot(range(first, last), p[first:last], color=colour, lw=1.3, drawstyle="steps-mid")
        ax.set(title=name, ylim=(0, 1.02), ylabel=label("probabilidad", "probability"))
        told.append(f"{name}: {label('media', 'mean')} {np.mean(p[given:]):.2f}")
    axes[-1, 0].set_xlabel(label("pieza", "piece"))
    show(figure, label(f"Probabilidad que el modelo daba a cada pieza. {'; '.join(told)}.",
                       f"Probability that the model gave to each piece. {'; '.join(told)}."))  # fmt: skip


def plot_cache(words):
    """Show which scores are computed when each word is written, without a cache and with one: words (T,)."""
    T = len(words)
    figure, axes = new_figure(1, 2, height=3.4)
    now = T - 1
    for ax, cached in zip(axes, (False, True), strict=True):
        for row in range(T):
            for column in range(row + 1):
                fresh = row == now or not cached
                ax.add_patch(Rectangle((column, row), 1, 1, facecolor=ORANGE if fresh else "white", edgecolor=GREY, lw=0.8))
        for column in range(T):  # the keys and values, one column a word
            kept = cached and column < now
            ax.add_patch(Rectangle((column, T + 0.35), 1, 0.7, facecolor=TINTS[0] if kept else ORANGE, edgecolor=GREY, lw=0.8))
        ax.set(xlim=(-0.1, T + 0.1), ylim=(T + 1.2, -0.1), xticks=np.arange(T) + 0.5, yticks=[*(np.arange(T) + 0.5), T + 0.7],
               title=label("con caché", "with a cache") if cached else label("sin caché", "without a cache"))  # fmt: skip
        ax.set_xticklabels(words, rotation=35, ha="right", rotation_mode="anchor")
        ax.set_yticklabels([*words, "K, V"])
        ax.tick_params(length=0)
        ax.grid(False)
        ax.spines[:].set_visible(False)
    scores, keys = T * (T + 1) // 2, T
    show(figure, label(f"Lo que se calcula (naranja) al escribir la palabra que sigue a la {T}. Sin caché: {scores} puntuaciones "
        f"y {keys} claves. "
                       f"Con caché: {T} puntuaciones y 1 clave; las demás claves estaban guardadas (azul).",
                       f"What is computed (orange) when writing the word after the one numbered {T}. Without a cache: {scores} "
                           f"scores and {keys} keys. "
                       f"With a cache: {T} scores and 1 key; the other keys were kept (blue)."))  # fmt: skip
