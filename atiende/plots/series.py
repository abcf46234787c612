"""Time series: windows, forecasts, and what a model learned of their causes."""

import numpy as np
from matplotlib.patches import Rectangle
from matplotlib.ticker import FixedLocator

from atiende.language import label
from atiende.plots.style import BLUE, COLOURS, GREY, INK, MARKERS, ORANGE, new_figure, show


def plot_windows(series, k: int):
    """Show how a short series (T,) becomes rows of k inputs and one target."""
    series, rows = np.asarray(series), len(series) - k
    figure, ax = new_figure(height=0.75 + 0.42 * (rows + 1))
    _boxes(ax, 0, 0, series, ["white"] * len(series))
    ax.text(-0.25, 0.5, label("serie", "series"), ha="right", va="center", fontweight="bold")
    for n in range(rows):
        _boxes(ax, n, -1.3 - n, series[n : n + k + 1], [BLUE] * k + [ORANGE])
        ax.text(-0.25, -0.8 - n, label(f"fila {n}", f"row {n}"), ha="right", va="center")
    ax.text(len(series) + 0.3, -0.8, label("azul: lo que se ve", "blue: what is seen"), va="center", color=BLUE)
    ax.text(len(series) + 0.3, -1.8, label("naranja: lo que\nse predice", "orange: what is\nforecast"), va="top", color="#8F6200")
    ax.set(xlim=(-1.3, len(series) + 3), ylim=(-1.4 - rows, 1.1))
    ax.set_axis_off()
    show(figure, label(f"Una serie de {len(series)} días cortada en {rows} filas: {k} días de entrada y el siguiente como objetivo.",
                       f"A series of {len(series)} days cut into {rows} rows: {k} days as input and the next as target."))  # fmt: skip


def _boxes(ax, x, y, values, colours):
    for n, (value, colour) in enumerate(zip(values, colours, strict=True)):
        ax.add_patch(Rectangle((x + n, y), 1, 0.86, facecolor=colour, alpha=0.35 if colour != "white" else 1))
        ax.add_patch(Rectangle((x + n, y), 1, 0.86, facecolor="none", edgecolor=INK, lw=1))
        ax.text(x + n + 0.5, y + 0.42, f"{value:g}", ha="center", va="center")


def plot_forecasts(days, truth, forecasts: dict, title: str, marks: dict | None = None):
    """Show a stretch of a series (T,) and its forecasts, name -> (T,), against its days (T,).

    marks: name -> (T,) bool, the days to ring, such as the holidays.
    """
    figure, ax = new_figure(height=3.2)
    ax.plot(days, truth, "o-", color=INK, ms=4, lw=1, label=label("ventas", "sales"))
    for k, (name, values) in enumerate(forecasts.items()):
        ax.plot(days, values, color=COLOURS[k], ls=("-", "--", ":")[k % 3], label=name)
    for k, (name, marked) in enumerate((marks or {}).items()):
        ax.plot(days[marked], truth[marked], ("o", "s")[k % 2], color=COLOURS[3 + k], mfc="none", ms=10, mew=1.6, label=name)
    ax.set(title=title, ylabel=label("unidades", "units"))
    ax.xaxis.set_major_locator(_weekly(days))
    ax.xaxis.set_major_formatter(lambda at, _: str(np.datetime64(int(round(at)), "D"))[5:])
    ax.set_xlabel(label("mes-día", "month-day"))
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
    told = "; ".join(f"{name}: {np.abs(values - truth).mean():.1f}" for name, values in forecasts.items())
    show(figure, label(f"{title}. Error medio en el tramo: {told}.", f"{title}. Mean error over the stretch: {told}."))


def _weekly(days):
    return FixedLocator(np.asarray(days).astype("datetime64[D]").astype(int)[::7])


def plot_effects(titles, names, truth, learned: dict, axis: str):
    """Show the true effect of some causes and what models learned of it, a panel per cause.

    titles (causes,), names (N,), truth (N, causes); learned: model -> (N, causes).
    """
    figure, axes = new_figure(1, len(titles), height=3.3, sharey=True)
    at, told = np.arange(len(names)), []
    for c, (ax, title) in enumerate(zip(axes, titles, strict=True)):
        ax.scatter(at, truth[:, c], s=420, marker="_", color=INK, lw=2.5, label=label("verdad", "truth"))
        for k, (name, effect) in enumerate(learned.items(), 1):
            ax.scatter(at, effect[:, c], s=48, color=COLOURS[k], marker=MARKERS[k], zorder=3, label=name)
        ax.axhline(1, color=GREY, lw=0.8)
        ax.set(title=title, xticks=at, xlim=(-0.6, len(names) - 0.4))
        ax.set_xticklabels(names, rotation=35, ha="right")
        ax.grid(axis="x", visible=False)
    axes[0].set_ylabel(axis)
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=1 + len(learned))
    for name, effect in learned.items():
        told.append(f"{name}: {np.abs(effect - truth).mean():.2f}")
    show(figure, label(f"{axis}: la verdad y lo aprendido. Distancia media a la verdad: {'; '.join(told)}.",
                       f"{axis}: the truth and what was learned. Mean distance from the truth: {'; '.join(told)}."))  # fmt: skip


def plot_images(images, titles):
    """Show grey images (N, height, width) in a row, each under its title."""
    figure, axes = new_figure(1, len(images), height=1.7)
    for ax, image, title in zip(axes, images, titles, strict=True):
        ax.imshow(image, cmap="gray_r")
        ax.set_title(title, fontweight="normal", fontsize=10)
        ax.set_axis_off()
    show(figure, label(f"Imágenes: {'; '.join(titles)}.", f"Images: {'; '.join(titles)}.").replace("\n", " "))
