"""What a signal becomes as it crosses a deep network."""

import numpy as np

from atiende.language import label
from atiende.plots.style import COLOURS, GREY, INK, MARKERS, new_figure, show

FLOOR = 1e-21  # a logarithmic axis has no zero: what is smaller is drawn here


def draw_layers_std(ax, stds: dict):
    """Draw the standard deviation after each layer, name -> (layers,), on a logarithmic axis."""
    for k, (name, std) in enumerate(stds.items()):
        layer = np.arange(1, len(std) + 1)
        ax.plot(layer, np.maximum(std, FLOOR), color=COLOURS[k], marker=MARKERS[k], ms=5, lw=1.6, label=name)
    ax.axhspan(0.5, 2, color=GREY, alpha=0.18, lw=0)
    ax.set(yscale="log", xticks=[1, 5, 10, 15, 20], xlabel=label("capa", "layer"),
           ylabel=label("desviación estándar", "standard deviation"))  # fmt: skip


def plot_layers_std(stds: dict):
    """Show the standard deviation after each layer for several initialisations, name -> (layers,)."""
    figure, ax = new_figure(height=3.4)
    draw_layers_std(ax, stds)
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
    told = "; ".join(f"{name}: {std[0]:.2g} → {std[-1]:.2g}" for name, std in stds.items())
    show(figure, label(f"Desviación estándar de la señal de la primera capa a la última. {told}.",
                       f"Standard deviation of the signal from the first layer to the last. {told}."))  # fmt: skip


def plot_layers_histograms(signals: dict, layers=(1, 5, 10, 20), reach: float = 4.0):
    """Show histograms of the signal after some layers, a row per initialisation: name -> list of arrays, one per layer.

    All have the same axis, from -reach to reach; what lies beyond is counted in the bars at the edges.
    """
    figure, axes = new_figure(len(signals), len(layers), height=1.15 * len(signals) + 0.5, sharex=True, sharey=True)
    for k, (row, (name, signal)) in enumerate(zip(axes, signals.items(), strict=True)):
        for ax, layer in zip(row, layers, strict=True):
            values = signal[layer - 1].ravel()
            shown = np.clip(values, -reach, reach)
            ax.hist(shown, bins=41, range=(-reach, reach), color=COLOURS[k], weights=np.full(shown.size, 1 / shown.size))
            ax.set(ylim=(0, 0.3), yticks=[])
            ax.grid(False)
            ax.text(0.74, 0.92, f"{values.std():.2g}", transform=ax.transAxes, ha="center", va="top", color=INK)
            if k == 0:
                ax.set_title(label(f"capa {layer}", f"layer {layer}"))
        row[0].set_ylabel(name, rotation=0, ha="right", va="center")
    told = "; ".join(f"{name}: {', '.join(f'{signal[n - 1].std():.2g}' for n in layers)}" for name, signal in signals.items())
    at = ", ".join(map(str, layers))
    show(figure, label(f"Histogramas de la señal en las capas {at}, con el mismo eje. Desviación estándar de cada uno: {told}.",
                       f"Histograms of the signal at layers {at}, on the same axis. Standard deviation of each: {told}."))  # fmt: skip
