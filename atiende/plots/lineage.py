"""The families of networks from 1958 to 2014, a lane for each question that they answered."""

from atiende.language import label
from atiende.plots.style import BLUE, GREY, INK, PALE, RED, new_figure, show

LANES = [  # a lane and its events: year, year of its text, above (1) or below (-1), who, what, year that mended a limit
    (
        ("capas", "layers"),
        [
            (1958, 1959, 1, "Rosenblatt", "el perceptrón", "the perceptron", None),
            (1965, 1961.5, -1, "Ivakhnenko · Lapa", "muchas capas,\nuna a una", "many layers,\none by one", None),
            (1969, 1969, 1, "Minsky · Papert", "sus límites", "its limits", 1986),
            (1970, 1972.5, -1, "Linnainmaa", "derivar de atrás\nhacia adelante", "derivatives from\nthe end backwards", None),
            (1986, 1986, 1, "Rumelhart · Hinton · Williams", "retropropagación en redes", "backpropagation in networks", None),
            (1991, 1998.5, -1, "Hochreiter", "el gradiente\nse desvanece", "the gradient\nvanishes", 2010),
            (2010, 2010, 1, "Glorot · Bengio", "la escala al empezar;\nReLU (2011)", "the starting scale;\nReLU (2011)", None),
        ],
    ),
    (
        ("imágenes", "pictures"),
        [
            (1980, 1980, -1, "Fukushima", "neocognitrón", "neocognitron", None),
            (1989, 1989, 1, "LeCun y otros|LeCun and others", "pesos compartidos,\nentrenados", "shared weights,\ntrained", None),
        ],
    ),
    (
        ("secuencias", "sequences"),
        [
            (1986, 1978.5, -1, "Jordan", "la salida vuelve", "the output returns", None),
            (1989, 1982, 1, "Williams · Zipser", "entrenar sin esperar\nal final", "training without\nwaiting for the end", None),
            (1990, 1988.2, -1, "Elman", "el estado vuelve", "the state returns", None),
            (1994, 1998.2, -1, "Bengio y otros|Bengio and others", "por qué olvida", "why it forgets", 1997),
            (1997, 1996, 1, "Hochreiter ·\nSchmidhuber", "LSTM", "LSTM", None),
            (2000, 2008, 1, "Gers y otros|Gers and others", "puerta de olvido", "forget gate", None),
        ],
    ),
    (
        ("sin etiquetas", "no labels"),
        [
            (1985, 1980, -1, "Ackley · Hinton · Sejnowski", "máquina de Boltzmann", "Boltzmann machine", None),
            (1986, 1986, 1, "Smolensky", "la restringida\n(harmonium)", "the restricted one\n(harmonium)", None),
            (2002, 2001.5, 1, "Hinton", "divergencia\ncontrastiva", "contrastive\ndivergence", None),
            (2006, 2001, -1, "Hinton y otros|Hinton and others",
             "redes de creencia,\nautocodificador", "belief networks,\nautoencoder", None),
            (2013, 2014, -1, "Kingma · Welling", "autocodificador\nvariacional", "variational\nautoencoder", None),
            (2014, 2013.5, 1, "Goodfellow\ny otros|Goodfellow\nand others", "GAN", "GAN", None),
        ],
    ),
]  # fmt: skip
LANE = 2.3  # height of a lane, in units of its own


def plot_lineage():
    """Show what each family of networks brought and when, a lane a family, from 1958 to 2014."""
    figure, ax = new_figure(height=6.9)
    told, bottom = [], -LANE * (len(LANES) - 1) - 1.3
    for decade in range(1960, 2020, 10):
        ax.axvline(decade, color=PALE, lw=0.8, zorder=-1)
        ax.text(decade, bottom, decade, ha="center", va="top", fontsize=9, color=GREY)
    for n, (names, events) in enumerate(LANES):
        y, heard = -LANE * n, []
        ax.axhline(y, color=PALE, lw=6, zorder=0)
        ax.text(1950.5, y, label(*names), ha="left", va="center", fontweight="bold", color=INK,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 2})  # fmt: skip
        for year, at, side, who, es, en, mended in events:
            who, what = label(*who.split("|")) if "|" in who else who, label(es, en)
            colour, va = (RED if mended else BLUE), "bottom" if side > 0 else "top"
            ax.plot(year, y, "X" if mended else "o", color=colour, ms=10, mec="white", zorder=2)
            if mended:
                ax.plot([year, mended], [y, y], color=RED, lw=2.2, ls=":", zorder=1)
            ax.plot([year, at], [y, y + 0.3 * side], color=GREY, lw=1, zorder=1)
            lines = [str(year), who, what] if side < 0 else [who, what, str(year)]
            ax.text(at, y + 0.33 * side, "\n".join(lines), ha="center", va=va, fontsize=8.6, linespacing=1.15,
                    bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5})  # fmt: skip
            until = label(f" (un límite, hasta {mended})", f" (a limit, until {mended})") if mended else ""
            heard.append(f"{year}, {who}: {what}{until}".replace("\n", " "))
        told.append(f"{label(*names)}: {'; '.join(heard)}")
    ax.set(xlim=(1950, 2018.5), ylim=(bottom - 0.25, 1.1))
    ax.set_axis_off()
    show(figure, label(f"Línea del tiempo en cuatro franjas. {'. '.join(told)}.", f"Timeline in four lanes. {'. '.join(told)}."))
