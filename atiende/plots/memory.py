"""What a recurrent network remembers: the unrolled cell, gradients that travel back, cliffs, gates and cuts."""

import numpy as np
from matplotlib.patches import FancyArrowPatch, Rectangle

from atiende.language import label
from atiende.plots.style import BLUE, COLOURS, GREEN, GREY, INK, MARKERS, ORANGE, PALE, RED, new_figure, show

FLOOR = 1e-16  # a logarithmic axis has no zero: what is smaller is drawn here


def _arrow(ax, start, end, colour=INK, **options):
    ax.add_patch(
        FancyArrowPatch(start, end, arrowstyle="-|>", mutation_scale=13, color=colour, lw=1.6, shrinkA=0, shrinkB=0, **options)
    )


def _box(ax, x, y, text, colour, width=1.3, height=0.7):
    ax.add_patch(Rectangle((x - width / 2, y - height / 2), width, height, facecolor=colour, edgecolor=INK, lw=1))
    ax.text(x, y, text, ha="center", va="center")


def plot_unrolled(inputs, states, gradients=None):
    """Show a cell unrolled along time: inputs (T,), states (T + 1,) from h0, and the gradient that reaches each state."""
    figure, ax = new_figure(height=2.7)
    for t, h in enumerate(states):
        _box(ax, 2.4 * t, 1, f"{h:.3f}".replace("-", "−"), "#CFE3F2" if t else "white")
        ax.text(2.4 * t, 1.55, f"$h_{t}$", ha="center", va="center", color=BLUE)
        if gradients is not None:
            text = f"{gradients[t]:.3f}".replace("-", "−")
            ax.text(2.4 * t, 2.0, text, ha="center", va="center", color="#8F3B00", fontweight="bold")
        if t:
            _arrow(ax, (2.4 * t - 1.72, 1), (2.4 * t - 0.67, 1))
            _box(ax, 2.4 * t, -0.35, f"{inputs[t - 1]:g}".replace("-", "−"), "#FBE5BF")
            ax.text(2.4 * t - 0.85, -0.35, f"$x_{t}$", ha="center", va="center", color="#8F6200")
            _arrow(ax, (2.4 * t, 0.02), (2.4 * t, 0.63))
    ax.text(-1.0, 1, label("estado", "state"), ha="right", va="center")
    ax.text(-1.0, -0.35, label("entrada", "input"), ha="right", va="center")
    if gradients is not None:
        ax.text(-1.0, 2.0, label("gradiente", "gradient"), ha="right", va="center", color="#8F3B00", fontweight="bold")
        for t in range(1, len(states)):
            _arrow(ax, (2.4 * t - 0.55, 2.0), (2.4 * t - 1.8, 2.0), RED, ls="--")
    ax.set(xlim=(-2.6, 2.4 * (len(states) - 1) + 1), ylim=(-0.9, 2.4 if gradients is not None else 1.9), aspect="equal")
    ax.set_axis_off()
    told = ", ".join(f"{h:.3f}" for h in states)
    alt = label(f"La misma celda en cada paso. Estados: {told}.", f"The same cell at each step. States: {told}.")
    if gradients is not None:
        alt += label(" Gradientes: ", " Gradients: ") + ", ".join(f"{g:.3f}" for g in gradients) + "."
    show(figure, alt)


def draw_reach(ax, curves: dict):
    """Draw the size of the gradient that reaches each step, name -> (T,), on a logarithmic axis; return last over first."""
    ratios = {}
    for k, (name, sizes) in enumerate(curves.items()):
        sizes, at = np.asarray(sizes), np.arange(1, len(sizes) + 1)
        ax.plot(at, np.maximum(sizes, FLOOR), color=COLOURS[k], ls=("-", "--", "-.", ":")[k % 4], label=name)
        ax.plot(at[::7], np.maximum(sizes, FLOOR)[::7], MARKERS[k % len(MARKERS)], color=COLOURS[k], ms=5)
        ratios[name] = float(sizes[0] / sizes[-1])
    ax.set(yscale="log", xlabel=label("paso", "step"), ylabel=label("gradiente", "gradient"))
    return ratios


def plot_reach(curves: dict):
    """Show the size of the gradient of the last step's loss at each step, name -> (T,)."""
    figure, ax = new_figure(height=3.3)
    ratios = draw_reach(ax, curves)
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
    told = "; ".join(f"{name}: {ratio:.1e}" for name, ratio in ratios.items())
    show(figure, label(f"Gradiente que llega a cada paso. El del primero entre el del último: {told}.",
                       f"Gradient that reaches each step. The first over the last: {told}.").replace("\n", " "))  # fmt: skip


def draw_cliff(ax, loss, path, low: float, high: float):
    """Draw a loss of one weight, a function on arrays, and the steps (N,) taken on it."""
    w = np.linspace(low, high, 800)
    path = np.asarray(path)
    inside = np.clip(path, low, high)
    ax.plot(w, loss(w), color=GREY, lw=1.6)
    ax.plot(inside, loss(inside), color=ORANGE, lw=0.9)
    ax.plot(inside, loss(inside), "o", color=BLUE, ms=4)
    ax.plot(inside[:1], loss(inside[:1]), "s", color=GREEN, ms=9)
    ax.plot(inside[-1:], loss(inside[-1:]), "*", color=RED, ms=14)
    ax.set(xlabel=label("peso w", "weight w"), ylabel=label("pérdida", "loss"), xlim=(low - 0.05, high + 0.05))


def plot_cliffs(loss, paths: dict, low: float, high: float):
    """Show steps on a loss of one weight, title -> (N,), side by side; a square begins, a star ends."""
    figure, axes = new_figure(1, len(paths), height=3.0, sharey=True, squeeze=False)
    for ax, (title, path) in zip(axes[0], paths.items(), strict=True):
        draw_cliff(ax, loss, path, low, high)
        ax.set_title(title)
        ax.label_outer()
    told = "; ".join(f"{title}: w = {path[-1]:.3g}" for title, path in paths.items())
    show(figure, label(f"Pasos sobre un acantilado; del cuadrado a la estrella. Al final, {told}.",
                       f"Steps on a cliff; from the square to the star. At the end, {told}.").replace("-", "−"))  # fmt: skip


def draw_memory(ax, curves: dict):
    """Draw how much of what was written at step 0 is left at each step, name -> (T,)."""
    for k, (name, left) in enumerate(curves.items()):
        ax.plot(np.arange(len(left)), left, color=COLOURS[k], ls=("-", "--", "-.", ":")[k % 4], label=name)
        ax.plot(np.arange(len(left))[::6], np.asarray(left)[::6], MARKERS[k % len(MARKERS)], color=COLOURS[k], ms=5)
    ax.set(ylim=(-0.03, 1.05), xlabel=label("pasos después", "steps later"), ylabel=label("lo que queda", "what is left"))


def plot_memory(curves: dict):
    """Show how much of what a cell wrote at step 0 is left later, name -> (T,)."""
    figure, ax = new_figure(height=3.0)
    draw_memory(ax, curves)
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
    told = "; ".join(f"{name}: {left[-1]:.2g}" for name, left in curves.items())
    steps = len(next(iter(curves.values()))) - 1
    show(figure, label(f"Lo que queda de un 1 tras {steps} pasos. {told}.", f"What is left of a 1 after {steps} steps. {told}."))


def draw_truncation(ax, steps: int, window: int, lag: int):
    """Draw a sequence cut in windows; an answer depends on the input `lag` steps before. Return how many get there."""
    reached = 0
    for t in range(steps):
        _box(ax, t, 0, "", "#CFE3F2" if (t // window) % 2 == 0 else "#E9DDEA", width=0.8)
        if t + 1 < steps:
            _arrow(ax, (t + 0.42, 0), (t + 0.58, 0), GREY)
    for cut in range(window, steps, window):
        ax.plot([cut - 0.5] * 2, [-0.7, 1.9], color=INK, lw=1.6, ls=":")
    for t in range(lag, steps):
        inside = (t % window) >= lag
        reached += inside
        arc = FancyArrowPatch((t, 0.4), (t - lag, 0.4), connectionstyle="arc3,rad=0.45", arrowstyle="-|>", mutation_scale=11,
                              color=BLUE if inside else ORANGE, lw=1.8 if inside else 1.0, ls="-" if inside else "--")  # fmt: skip
        ax.add_patch(arc)
    ax.set(xlim=(-0.7, steps - 0.3), ylim=(-0.75, 2.1))
    ax.set_axis_off()
    return reached


def plot_truncation(steps: int, windows, lag: int):
    """Show which gradients get from an answer to its cause, `lag` steps before, when time is cut in pieces."""
    figure, axes = new_figure(len(windows), height=1.75 * len(windows), squeeze=False)
    told = []
    for ax, window in zip(axes[:, 0], windows, strict=True):
        reached = draw_truncation(ax, steps, window, lag)
        ax.set_title(label(f"trozos de {window}: llegan {reached} de {steps - lag}",
                           f"pieces of {window}: {reached} of {steps - lag} get there"), fontsize=10.5)  # fmt: skip
        told.append(f"{window}: {reached}")
    show(figure, label(f"Gradientes que llegan {lag} pasos atrás, de {steps - lag}, según el trozo. {'; '.join(told)}.",
                       f"Gradients that get {lag} steps back, of {steps - lag}, by piece. {'; '.join(told)}."))  # fmt: skip


def plot_units(words: dict, values: dict, title: str):
    """Show one unit of the state word by word, for several sentences: name -> (T,) words, name -> (T,) values."""
    figure, ax = new_figure(height=3.2)
    for k, (name, line) in enumerate(values.items()):
        at = np.arange(len(line))
        ax.plot(at, line, color=COLOURS[k], marker=MARKERS[k], ls=("-", "--")[k % 2], label=name)
    ax.axhline(0, color=GREY, lw=0.8)
    lines = list(words.values())
    texts = ["\n".join(dict.fromkeys(column)) for column in zip(*lines, strict=True)]
    ax.set(xticks=range(len(texts)), title=title, ylabel=label("memoria $c$", "memory $c$"))
    ax.set_xticklabels(texts, rotation=35, ha="right", rotation_mode="anchor")
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
    told = "; ".join(f"{name}: {line[-1]:.2f}" for name, line in values.items())
    show(figure, label(f"{title}. Al final, {told}.", f"{title}. At the end, {told}."))


def draw_context(ax, words, seen: int, subject: int, columns: int = 5):
    """Draw words in rows; the last `seen` are coloured and the subject has a thick border. Tell whether it is seen."""
    first = len(words) - seen
    for n, word in enumerate(words):
        column, row, inside = n % columns, n // columns, n >= first
        edge = ORANGE if n == subject else GREY
        ax.add_patch(Rectangle((column, -row), 0.94, 0.72, facecolor="#CFE3F2" if inside else PALE, edgecolor=edge,
                               lw=3 if n == subject else 0.8))  # fmt: skip
        ax.text(column + 0.47, -row + 0.36, word, ha="center", va="center", fontsize=10, color=INK if inside else GREY)
    ax.set(xlim=(-0.1, columns), ylim=(-3.1, 0.85))
    ax.set_axis_off()
    return subject >= first
