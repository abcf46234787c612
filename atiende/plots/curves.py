"""Curves of one number against another: errors, losses, scores of several seeds."""

import numpy as np

from atiende.language import label
from atiende.plots.style import COLOURS, GREY, INK, MARKERS, new_figure, show


def plot_gradient_error(steps, errors: dict):
    """Show the error of numeric gradients against their step h (steps,), name -> (steps,), on logarithmic axes."""
    figure, ax = new_figure(height=3.4, width=7.2)
    told = []
    for k, (name, error) in enumerate(errors.items()):
        error = np.maximum(error, 1e-17)
        ax.plot(steps, error, color=COLOURS[k], marker=MARKERS[k], ms=4.5, lw=1.4, label=name)
        best = int(np.argmin(error))
        told.append(f"{name}: {label('el menor', 'the least')} {error[best]:.0e}, h = {steps[best]:.0e}")
    ax.set(xscale="log", yscale="log", xlabel=label("paso h", "step h"), ylabel=label("error relativo", "relative error"))
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
    curves = "; ".join(told)
    show(figure, label(f"Error del gradiente numérico según el paso; cada curva baja y vuelve a subir. {curves}.",
                       f"Error of the numeric gradient against the step; each curve falls and rises again. {curves}."))  # fmt: skip


def plot_losses(runs: dict, marks: dict | None = None, columns: int = 3):
    """Show losses against steps, a panel per run: title -> {name: (steps, losses)}; `marks` title -> step of a vertical line."""
    columns = min(columns, len(runs))
    rows = -(-len(runs) // columns)
    figure, axes = new_figure(rows, columns, height=2.9 * rows, squeeze=False, sharex=True, sharey=True)
    told = []
    for ax, (title, curves) in zip(axes.flat, runs.items(), strict=False):
        for k, (name, (steps, losses)) in enumerate(curves.items()):
            ax.plot(steps, losses, color=COLOURS[k], ls="-" if k == 0 else "--", label=name)
            told.append(f"{title}, {name}: {losses[-1]:.2g}")
        if marks and title in marks:
            ax.axvline(marks[title], color=INK, lw=1.2, ls=":")
        ax.set(title=title, xlabel=label("paso", "step"))
    axes[0, 0].set_ylabel(label("pérdida", "loss"))
    axes[0, 0].legend()
    show(figure, label(f"Pérdida frente a pasos. Al final: {'; '.join(told)}.", f"Loss against steps. At the end: {'; '.join(told)}."))


def _apart(values) -> np.ndarray:
    """Return a little height for each value that comes again, so that its point does not hide another."""
    rounded = [round(float(value), 3) for value in values]
    return np.array([0.16 * rounded[:n].count(value) for n, value in enumerate(rounded)])


def plot_scores(scores: dict, axis: str, best: float | None = None, best_name: str = ""):
    """Show the scores of several seeds as points, a row per model: name -> (seeds,); `best` is a limit drawn as a line."""
    figure, ax = new_figure(height=0.9 + 0.5 * len(scores), width=7.2)
    for k, values in enumerate(scores.values()):
        ax.scatter(values, -k + _apart(values), s=60, color=COLOURS[k], marker=MARKERS[k], edgecolors="white", zorder=3)
        ax.plot([np.mean(values)] * 2, [-k - 0.28, -k + 0.28], color=INK, lw=1.6)
    if best is not None:
        ax.axvline(best, color=GREY, ls="--", lw=1.4)
        ax.text(best, 0.62, best_name, color=GREY, ha="center", va="bottom")
    ax.set(yticks=[-k for k in range(len(scores))], yticklabels=list(scores), ylim=(-len(scores) + 0.4, 0.6), xlabel=axis)
    ax.grid(axis="y", visible=False)
    told = "; ".join(f"{name}: {np.mean(v):.2f} ({np.min(v):.2f} – {np.max(v):.2f})" for name, v in scores.items())
    show(figure, label(f"{axis}, un punto por semilla. Media y extremos: {told}.",
                       f"{axis}, one point per seed. Mean and range: {told}."))  # fmt: skip
