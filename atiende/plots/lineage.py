"""The families of networks from 1958 to 2014, a lane for each question that they answered."""

from atiende.language import label
from atiende.plots.style import BLUE, GREY, INK, PALE, RED, new_figure, show

LANES = [  # a lane and its events: year, year of its text, above (1) or below (-1), who, what, whether it opened a way
    (
        ("capas", "layers"),
        [
            (1958, 1959, 1, "Rosenblatt", "el perceptrón", "the perceptron", True),
            (1965, 1961.5, -1, "Ivakhnenko · Lapa", "muchas capas,\nuna a una", "many layers,\none by one", True),
            (1969, 1969, 1, "Minsky · Papert", "sus límites", "its limits", False),
            (1970, 1972.5, -1, "Linnainmaa", "derivar de atrás\nhacia adelante", "derivatives from\nthe end backwards", True),
            (1986, 1986, 1, "Rumelhart · Hinton · Williams", "retropropagación en redes", "backpropagation in networks", True),
        ],
    ),
    (
        ("imágenes", "pictures"),
        [
            (1980, 1980, -1, "Fukushima", "neocognitrón", "neocognitron", True),
            (1989, 1989, 1, "LeCun y otros|LeCun and others", "pesos compartidos,\nentrenados", "shared weights,\ntrained", True),
            (2012, 2011, -1, "Krizhevsky y otros|Krizhevsky and others", "ImageNet", "ImageNet", True),
        ],
    ),
    (
        ("secuencias", "sequences"),
        [
            (1986, 1983, -1, "Jordan", "la salida vuelve", "the output returns", True),
            (1989, 1985, 1, "Williams · Zipser; Elman (1990)", "el estado vuelve", "the state returns", True),
            (1994, 1994, -1, "Bengio y otros|Bengio and others", "por qué olvida", "why it forgets", False),
            (1997, 1999.5, 1, "Hochreiter ·\nSchmidhuber", "LSTM", "LSTM", True),
        ],
    ),
    (
        ("sin etiquetas", "no labels"),
        [
            (1985, 1985, -1, "Ackley · Hinton · Sejnowski", "máquina de Boltzmann", "Boltzmann machine", True),
            (2002, 2001.5, 1, "Hinton", "divergencia\ncontrastiva", "contrastive\ndivergence", True),
            (2006, 2006, -1, "Hinton y otros|Hinton and others",
             "redes de creencia,\nautocodificador", "belief networks,\nautoencoder", True),
            (2014, 2013.5, 1, "Goodfellow\ny otros|Goodfellow\nand others", "GAN", "GAN", True),
        ],
    ),
]  # fmt: skip
LANE = 2.3  # height of a lane, in units of its own


def plot_lineage():
    """Show what each family of networks brought and when, a lane a family, from 1958 to 2014."""
    figure, ax = new_figure(height=6.6)
    told = []
    for n, (names, events) in enumerate(LANES):
        y, heard = -LANE * n, []
        ax.axhline(y, color=PALE, lw=6, zorder=0)
        ax.text(1950.5, y, label(*names), ha="left", va="center", fontweight="bold", color=INK,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 2})  # fmt: skip
        for year, at, side, who, es, en, opened in events:
            who, what = label(*who.split("|")) if "|" in who else who, label(es, en)
            colour, va = (BLUE if opened else RED), "bottom" if side > 0 else "top"
            ax.plot(year, y, "o" if opened else "X", color=colour, ms=10, mec="white", zorder=2)
            ax.plot([year, at], [y, y + 0.3 * side], color=GREY, lw=1, zorder=1)
            lines = [str(year), who, what] if side < 0 else [who, what, str(year)]
            ax.text(at, y + 0.33 * side, "\n".join(lines), ha="center", va=va, fontsize=8.6, linespacing=1.15)
            heard.append(f"{year}, {who}: {what}".replace("\n", " "))
        told.append(f"{label(*names)}: {'; '.join(heard)}")
    ax.set(xlim=(1950, 2018.5), ylim=(-LANE * (len(LANES) - 1) - 1.2, 1.1))
    ax.set_axis_off()
    show(figure, label(f"Línea del tiempo en cuatro franjas. {'. '.join(told)}.", f"Timeline in four lanes. {'. '.join(told)}."))
