"""What convolutions see: maps of a photograph, learned filters, fields of view, accuracy place by place."""

import numpy as np
from matplotlib.patches import Rectangle

from atiende.language import label
from atiende.plots.style import COLOURS, INK, MARKERS, ORANGE, new_figure, show


def draw_map(ax, values, title: str = "", signed: bool = False, top: float | None = None):
    """Draw a map (H, W), or a photograph (H, W, 3); `signed` maps are blue below zero, red above, white at zero.

    `top` is the value drawn brightest, the largest of the map where it is not given.
    """
    if signed:
        top = top or np.abs(values).max() or 1
        ax.imshow(values, cmap="RdBu_r", vmin=-top, vmax=top)
    else:
        ax.imshow(values, cmap="gray", vmin=min(0, np.min(values)), vmax=top)
    for spine in ax.spines.values():
        spine.set_visible(True)
    ax.set_title(title, fontsize=10.5)
    ax.set(xticks=[], yticks=[])
    ax.grid(False)


def plot_maps(maps: dict, about: str, columns: int = 3, signed=(), row_height: float = 2.1, top: float | None = None):
    """Show maps, title -> (H, W) or (H, W, 3); those whose title is in `signed` have a colour for each sign.

    `top` is the value drawn brightest, each map's own largest where it is not given. `about` says in a sentence what is
    seen, for those who cannot see it.
    """
    rows = -(-len(maps) // columns)
    figure, axes = new_figure(rows, columns, height=row_height * rows, squeeze=False)
    for ax in axes.flat[len(maps) :]:
        ax.set_axis_off()
    for ax, (title, values) in zip(axes.flat, maps.items(), strict=False):
        draw_map(ax, values, title, title in signed, top)
    note = label(" Rojo: positivo; azul: negativo.", " Red: positive; blue: negative.") if signed else ""
    show(figure, f"{about} {', '.join(maps)}.{note}".replace("\n", " "))


def plot_places(scores: dict, start: tuple[int, int] | None = None):
    """Show the share right at each place of a digit, title -> (rows, columns); `start` is the place seen in training."""
    figure, axes = new_figure(1, len(scores), height=3.6, width=4.0 * len(scores), squeeze=False)
    told = []
    for ax, (title, shares) in zip(axes[0], scores.items(), strict=True):
        shares = np.asarray(shares)
        ax.imshow(shares, cmap="cividis", vmin=0, vmax=1)
        for (r, c), share in np.ndenumerate(shares):
            ax.text(
                c,
                r,
                f"{100 * share:.0f}",
                ha="center",
                va="center",
                color="white" if share < 0.55 else "black",
                fontsize=10,
            )
        if start is not None:
            ax.add_patch(Rectangle((start[1] - 0.5, start[0] - 0.5), 1, 1, facecolor="none", edgecolor=ORANGE, lw=3))
        middle = np.array(shares.shape) // 2
        ax.set(title=title, xticks=range(shares.shape[1]), yticks=range(shares.shape[0]))
        ax.set_xticklabels([_offset(c) for c in np.arange(shares.shape[1]) - middle[1]])
        ax.set_yticklabels([_offset(r) for r in np.arange(shares.shape[0]) - middle[0]])
        ax.set_xlabel(label("píxeles a la derecha", "pixels to the right"))
        ax.grid(False)
        ax.tick_params(length=0)
        centre, mean, least = shares[tuple(middle)], shares.mean(), shares.min()
        told.append(label(f"{title}: centro {centre:.0%}, media {mean:.0%}, mínimo {least:.0%}",
                          f"{title}: centre {centre:.0%}, mean {mean:.0%}, least {least:.0%}"))  # fmt: skip
    axes[0, 0].set_ylabel(label("píxeles hacia abajo", "pixels down"))
    show(figure, label(f"Porcentaje de aciertos en cada sitio. {'; '.join(told)}.",
                       f"Percentage right at each place. {'; '.join(told)}."))  # fmt: skip


def _offset(pixels: int) -> str:
    return f"{pixels:+d}".replace("-", "−") if pixels else "0"


def draw_field(ax, gradient, title: str = ""):
    """Draw how much each pixel (H, W) moves one neuron, and the box of those that move it; return its side."""
    seen = np.argwhere(gradient != 0)
    (top, left), (bottom, right) = seen.min(axis=0), seen.max(axis=0)
    ax.imshow(gradient / gradient.max(), cmap="Blues", vmin=0, vmax=1)
    ax.add_patch(
        Rectangle(
            (left - 0.5, top - 0.5), right - left + 1, bottom - top + 1, facecolor="none", edgecolor=ORANGE, lw=2.5
        )
    )
    ax.set_title(title, fontsize=10.5)
    ax.set(xticks=[], yticks=[])
    ax.grid(False)
    return int(bottom - top + 1)


def plot_fields(gradients: dict):
    """Show which pixels move one neuron, title -> (H, W) absolute gradient, each with the box of its field of view."""
    figure, axes = new_figure(1, len(gradients), height=2.5, squeeze=False)
    told = []
    for ax, (title, gradient) in zip(axes[0], gradients.items(), strict=True):
        side = draw_field(ax, gradient, title)
        ax.set_xlabel(f"{side} × {side}")
        told.append(f"{title}: {side} × {side}")
    show(figure, label(f"Los píxeles que mueven la neurona del centro. {'; '.join(told)}.",
                       f"The pixels that move the neuron in the middle. {'; '.join(told)}.").replace("\n", " "))  # fmt: skip


def plot_channels(before, after):
    """Show histograms of each channel (N, C, H, W) before a normalization and after it."""
    parts = {label("antes", "before"): np.asarray(before), label("después", "after"): np.asarray(after)}
    figure, axes = new_figure(1, 2, height=2.9)
    told = []
    for ax, (title, values) in zip(axes, parts.items(), strict=True):
        for k in range(values.shape[1]):
            channel = values[:, k].ravel()
            edges = channel.mean() + channel.std() * np.linspace(-4, 4, 49)  # of its own: shifting and stretching keep the shape
            ax.hist(channel, bins=edges, color=COLOURS[k], alpha=0.55, label=label(f"canal {k}", f"channel {k}"))
            ax.hist(channel, bins=edges, color=COLOURS[k], histtype="step", lw=1.5, ls=("-", "--", ":", "-.")[k % 4])
            told.append(label(f"{title}, canal {k}: media {channel.mean():.2f}, desviación {channel.std():.2f}",
                              f"{title}, channel {k}: mean {channel.mean():.2f}, deviation {channel.std():.2f}"))  # fmt: skip
        ax.set(title=title, yticks=[], xlabel=label("valor", "value"), ylabel=label("cuántos", "how many"))
    axes[0].legend()
    show(figure, label(f"Histogramas por canal. {'; '.join(told)}.", f"Histograms by channel. {'; '.join(told)}."))


def plot_gradients(gradients: dict):
    """Show the size of the gradient at each depth, name -> (layers,), on a logarithmic axis."""
    figure, ax = new_figure(height=3.0, width=7.2)
    for k, (name, sizes) in enumerate(gradients.items()):
        ax.plot(np.arange(1, len(sizes) + 1), sizes, color=COLOURS[k], marker=MARKERS[k], ms=5, label=name)
    last = max(map(len, gradients.values()))
    ax.set_xticks(sorted({1, *range(5, last, 5), last}))
    ax.set(yscale="log", xlabel=label("bloque, de la entrada a la salida", "block, from input to output"),
           ylabel=label("tamaño del gradiente", "size of the gradient"))  # fmt: skip
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
    told = "; ".join(f"{name}: {sizes[-1]:.1e} → {sizes[0]:.1e}" for name, sizes in gradients.items())
    show(figure, label(f"Tamaño del gradiente del último bloque al primero. {told}.",
                       f"Size of the gradient from the last block to the first. {told}."))  # fmt: skip


def plot_parameters(counts: dict):
    """Show how many parameters each layer has, name -> count, as dots on a logarithmic axis."""
    figure, ax = new_figure(height=0.8 + 0.42 * len(counts), width=7.2)
    names, values = list(counts), list(counts.values())
    for k, value in enumerate(values):
        ax.scatter(value, k, s=70, color=COLOURS[k % len(COLOURS)], marker=MARKERS[k % len(MARKERS)], zorder=3)
        ax.annotate(f"{value:,}".replace(",", " "), (value, k), (9, 0), textcoords="offset points", va="center", color=INK)
    ax.set(xscale="log", yticks=range(len(values)), yticklabels=names,
           xlabel=label("parámetros (cada raya, diez veces la anterior)", "parameters (each line, ten times the last)"))  # fmt: skip
    ax.set_xticks([10.0**n for n in range(int(np.log10(min(values))), int(np.log10(max(values))) + 2)])
    ax.set_xlim(min(values) / 3, max(values) * 200)
    ax.minorticks_off()
    ax.set_ylim(len(values) - 0.5, -0.5)
    told = "; ".join(f"{name}: {value}" for name, value in counts.items())
    show(figure, label(f"Parámetros de cada capa. {told}.", f"Parameters of each layer. {told}."))
