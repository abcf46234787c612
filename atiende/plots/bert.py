"""BERT drawn: word vectors in a plane, what it reads, what is hidden, and what it guesses."""

import numpy as np
from matplotlib.patches import Rectangle

from atiende.language import label
from atiende.plots.style import BLUE, COLOURS, GREEN, GREY, INK, MARKERS, ORANGE, PALE, SKY, new_figure, show


def to_plane(vectors):
    """Return vectors (N, D) as points (N, 2): the two directions in which they differ most."""
    centred = np.asarray(vectors, dtype=np.float64)
    centred = centred - centred.mean(axis=0)
    _, _, directions = np.linalg.svd(centred, full_matrices=False)
    return centred @ directions[:2].T


def across_name() -> str:
    return label("la otra dirección en\nque más difieren", "the other direction in\nwhich they differ most")


def per_cent(share: float) -> str:
    return label(f"{100 * share:.0f} %", f"{share:.0%}")


def plot_word_plane(vectors, words, groups: dict):
    """Show the vectors of words (N, D) as points: across, from the middle of one group (0) to that of the other (1).

    Upwards goes the direction in which they differ most besides. groups: name -> words, two of them; the other words stand out.
    """
    vectors, of = np.asarray(vectors, dtype=np.float64), {word: k for k, members in enumerate(groups.values()) for word in members}
    zero, one = (vectors[[words.index(word) for word in members]].mean(axis=0) for members in groups.values())
    across = (vectors - zero) @ (one - zero) / ((one - zero) @ (one - zero))
    rest = vectors - vectors.mean(axis=0)
    rest -= np.outer(rest @ (one - zero) / ((one - zero) @ (one - zero)), one - zero)
    upwards = to_plane(rest)[:, 0]
    figure, ax = new_figure(height=3.6, width=6.6)
    for k, (name, members) in enumerate(groups.items()):
        at = [words.index(word) for word in members]
        ax.scatter(across[at], upwards[at], s=60, color=(BLUE, GREEN)[k], marker=MARKERS[k], edgecolors="white", zorder=3, label=name)
    lone = [n for n, word in enumerate(words) if word not in of]
    ax.scatter(across[lone], upwards[lone], s=270, color=ORANGE, marker="*", edgecolors="white", zorder=3)
    for n, (word, x, y) in enumerate(zip(words, across, upwards, strict=True)):
        near = [m for m in range(len(words)) if m != n and abs(across[m] - x) < 0.25 * np.ptp(across)]
        above = all(upwards[m] <= y for m in near)
        below = not above and all(upwards[m] >= y for m in near)
        at, ha = ((0, 10), "center") if above else ((0, -19), "center") if below else ((9, -4), "left")
        ax.annotate(word, (x, y), xytext=at, textcoords="offset points", ha=ha, color=INK)
    ax.margins(0.14, 0.25)
    first, second = groups
    ax.set(yticks=[], xlabel=label(f"de {first} (0) a {second} (1)", f"from {first} (0) to {second} (1)"), ylabel=across_name())
    ax.legend(loc="upper left", bbox_to_anchor=(1.01, 1))
    told = ", ".join(f"{word} {x:.2f}" for word, x in zip(words, across, strict=True))
    show(figure, label(f"Los vectores de {len(words)} palabras, de {first} (0) a {second} (1): {told}.",
                       f"The vectors of {len(words)} words, from {first} (0) to {second} (1): {told}."))  # fmt: skip


def plot_input(words, segments, second: str = "B"):
    """Show what is added up at each place: words (T,), segments (T,) of 0 and 1, and positions."""
    figure, ax = new_figure(height=2.6)
    x = 0.0
    names = label(("palabra", "segmento", "posición"), ("word", "segment", "position"))
    for place, (word, segment) in enumerate(zip(words, segments, strict=True)):
        width = max(0.62 * len(word) + 0.5, 1.5)
        for row, (text, colour) in enumerate(((word, PALE if word.startswith("[") else "white"),
                                              ("A" if segment == 0 else second, SKY if segment == 0 else ORANGE), (str(place),
                                              "#E8F3EC"))):
            ax.add_patch(Rectangle((x, -1.5 * row), width - 0.18, 1, facecolor=colour, edgecolor=INK, lw=1))
            ax.text(x + (width - 0.18) / 2, 0.5 - 1.5 * row, text, ha="center", va="center", fontsize=10)
        for row in (0, 1):
            ax.text(x + (width - 0.18) / 2, -0.25 - 1.5 * row, "+", ha="center", va="center", color=BLUE, fontweight="bold")
        x += width
    for row, name in enumerate(names):
        ax.text(-0.4, 0.5 - 1.5 * row, name, ha="right", va="center", color=GREY)
    ax.set(xlim=(-4.4, x), ylim=(-3.2, 1.2))
    ax.set_axis_off()
    told = ", ".join(f"{word} ({'A' if segment == 0 else second}, {place})" for place, (word, segment) in
                     enumerate(zip(words, segments, strict=True)))  # fmt: skip
    show(figure, label(f"En cada sitio se suman palabra, segmento y posición: {told}.",
        f"At each place word, segment and position are added: {told}."))


FATES = (PALE, BLUE, ORANGE, GREEN)  # not chosen, hidden, changed, kept


def fate_names() -> tuple[str, ...]:
    return label(("no elegida", "tapada", "cambiada", "se queda"), ("not chosen", "hidden", "replaced", "kept"))


def plot_hidden(words, inputs, asked):
    """Show a sentence, what BERT reads instead, and what it is asked: words, inputs (T,) and asked (T,) booleans."""
    figure, ax = new_figure(height=2.6)
    fates = [0 if not ask else 1 if read == "[MASK]" else 3 if read == word else 2
             for word, read, ask in zip(words, inputs, asked, strict=True)]  # fmt: skip
    x = 0.0
    for word, read, fate in zip(words, inputs, fates, strict=True):
        width = max(0.62 * max(len(word), len(read)) + 0.4, 1.4)
        texts = ((word, "white"), (read, FATES[fate] if fate else "white"), (word if fate else "·", "white"))
        for row, (text, colour) in enumerate(texts):
            if text != "·":
                ax.add_patch(Rectangle((x, -1.4 * row), width - 0.18, 1, facecolor=colour, edgecolor=INK, lw=1, alpha=0.9))
            light = row == 1 and fate in (1, 3)
            ax.text(x + (width - 0.18) / 2, 0.5 - 1.4 * row, text, ha="center", va="center", fontsize=10,
                color="white" if light else INK)
        x += width
    for row, name in enumerate(label(("la frase", "lo que lee", "lo que se pide"), ("the sentence", "what it reads",
        "what it has to say"))):
        ax.text(-0.3, 0.5 - 1.4 * row, name, ha="right", va="center", color=GREY)
    for k, name in enumerate(fate_names()[1:], start=1):
        ax.add_patch(Rectangle((6.0 * (k - 1), -4.3), 0.9, 0.6, facecolor=FATES[k], edgecolor=INK, lw=1))
        ax.text(6.0 * (k - 1) + 1.2, -4.0, name, va="center")
    ax.set(xlim=(-6.0, max(x, 18)), ylim=(-4.5, 1.2))
    ax.set_axis_off()
    told = "; ".join(f"{word}: {fate_names()[fate]}" + (f" ({read})" if fate == 2 else "")
                     for word, read, fate in zip(words, inputs, fates, strict=True) if fate)  # fmt: skip
    show(figure, label(f"Lo que se tapa de una frase. {told}.", f"What is hidden in a sentence. {told}."))


def draw_fates(ax, fates):
    """Draw words as squares of a grid (rows, columns), each coloured by what happened to it, 0 to 3."""
    fates = np.asarray(fates)
    for (row, column), fate in np.ndenumerate(fates):
        ax.add_patch(Rectangle((column, -row), 0.86, 0.86, facecolor=FATES[fate], edgecolor=INK if fate else GREY, lw=0.6))
    ax.legend([Rectangle((0, 0), 1, 1, facecolor=colour, edgecolor=INK, lw=0.6) for colour in FATES], fate_names(), ncols=len(FATES),
              loc="upper center", bbox_to_anchor=(0.5, 0.0), fontsize=10, handlelength=1, columnspacing=1)  # fmt: skip
    ax.set(xlim=(-0.2, fates.shape[1]), ylim=(-fates.shape[0] + 0.8, 1.1), aspect="equal")
    ax.set_axis_off()


def draw_guesses(ax, words, shares, right: str):
    """Draw the likeliest words with their probabilities, (K,); the right one is green."""
    bars = ax.barh(range(len(words)), shares, color=[GREEN if word == right else BLUE for word in words])
    for text in ax.bar_label(bars, [f"{share:.2f}" for share in shares], padding=3, fontsize=10):
        text.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 0.8})
    ax.set(xlim=(0, 1.15), xticks=[0, 0.5, 1], yticks=range(len(words)), yticklabels=words,
           xlabel=label("probabilidad (verde: la que había)", "probability (green: the word that was there)"))  # fmt: skip
    ax.invert_yaxis()
    ax.grid(axis="y", visible=False)


def draw_senses(ax, vectors, senses, known, names) -> float:
    """Draw the vectors of one word (N, D) that are not known, across from the middle of one sense (0) to that of the other (1).

    Those middles are of the known ones, (N,) booleans. Returns the share that falls on the side of its own sense.
    """
    vectors, senses, known = np.asarray(vectors, dtype=np.float64), np.asarray(senses), np.asarray(known)
    zero, one = (vectors[known & (senses == k)].mean(axis=0) for k in (0, 1))
    axis = (one - zero) / max((one - zero) @ (one - zero), 1e-12)
    across = (vectors - zero) @ axis
    upwards = to_plane(vectors - np.outer(across, one - zero))[:, 0]
    for k, name in enumerate(names):
        shown = ~known & (senses == k)
        look = {"s": 46, "facecolors": "none", "edgecolors": BLUE} if k == 0 else {"s": 12, "color": GREEN, "edgecolors": "none"}
        ax.scatter(across[shown], upwards[shown], marker=MARKERS[k], alpha=0.75, label=name, **look)  # hollow: what it covers is seen
    ax.axvline(0.5, color=GREY, ls="--", lw=1.2)
    ax.set(yticks=[], ylabel=across_name(), xticks=[0, 1], xlabel=label(f"de {names[0]} (0) a {names[1]} (1)",
        f"from {names[0]} (0) to {names[1]} (1)"))
    ax.margins(0.08)
    return float(((across > 0.5) == (senses == 1))[~known].mean())


def plot_senses(panels: dict, senses, known, names):
    """Show the vectors of one word in many sentences, a panel per model: title -> (N, D); senses (N,) of 0 and 1."""
    figure, axes = new_figure(1, len(panels), height=3.2, squeeze=False)
    told = []
    for ax, (title, vectors) in zip(axes[0], panels.items(), strict=True):
        right = draw_senses(ax, vectors, senses, known, names)
        ax.set_title(title)
        told.append(f"{title}: {per_cent(right)}")
    for ax in axes[0, 1:]:
        ax.set_ylabel("")
    axes[0, -1].legend(loc="upper left", bbox_to_anchor=(1.01, 1), fontsize=10)
    count = int((~np.asarray(known)).sum())
    show(figure, label(f"Los vectores de una palabra en {count} frases con pistas nuevas. Del lado de su sentido, {'; '.join(told)}.",
                       f"The vectors of one word in {count} sentences with new clues. On the side of their sense, {'; '.join(told)}."))


def plot_kinds(shares: dict, groups, ceilings: dict | None = None):
    """Show shares from 0 to 1 as groups of bars, name -> (G,), a group per name in `groups`; `ceilings` name a line over some groups.

    ceilings: group -> (height, name).
    """
    figure, ax = new_figure(height=3.0, width=7.2)
    width, at = 0.8 / len(shares), np.arange(len(groups))
    for k, (name, values) in enumerate(shares.items()):
        bars = ax.bar(at - 0.4 + width * (k + 0.5), values, width * 0.94, color=COLOURS[k], label=name, hatch=("", "//", "..")[k % 3])
        for text in ax.bar_label(bars, [per_cent(value) for value in values], padding=2, fontsize=10):
            text.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 0.8})
    for group, (height, name) in (ceilings or {}).items():
        middle = list(groups).index(group)
        ax.plot([middle - 0.45, middle + 0.45], [height] * 2, color=INK, ls="--", lw=1.4)
        ax.text(middle, height + 0.02, name, ha="center", va="bottom", fontsize=10)
    ax.set(ylim=(0, 1.15), ylabel=label("aciertos", "accuracy"))
    ax.set_yticks([0, 0.5, 1], [per_cent(tick) for tick in (0, 0.5, 1)])
    ax.set_xticks(at, groups)
    ax.grid(axis="x", visible=False)
    if len(shares) > 1:
        ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
    told = "; ".join(f"{name}: " + ", ".join(f"{group} {per_cent(value)}" for group, value in zip(groups, values, strict=True))
                     for name, values in shares.items())  # fmt: skip
    told += "".join(f"; {group}, {name}: {per_cent(height)}" for group, (height, name) in (ceilings or {}).items())
    show(figure, label(f"Aciertos. {told}.".replace("\n", " "), f"Accuracy. {told}.".replace("\n", " ")))
