"""The history of the field as a strip of years, one event above it and the next below."""

from atiende.language import label
from atiende.plots.style import BLUE, GREY, INK, RED, new_figure, show

HISTORY = [  # year, who, what in Spanish and in English, whether it opened a way (or closed one)
    (1943, "McCulloch · Pitts", "la neurona\ncomo lógica", "the neuron\nas logic", True),
    (1949, "Hebb", "aprender es reforzar\nconexiones", "learning is strengthening\nconnections", True),
    (1958, "Rosenblatt", "el perceptrón aprende\nde ejemplos", "the perceptron learns\nfrom examples", True),
    (1960, "Widrow · Hoff", "bajar por\nel error", "going down\nthe error", True),
    (1969, "Minsky · Papert", "lo que un perceptrón\nno puede", "what one perceptron\ncannot do", False),
    (1970, "Linnainmaa", "derivar de atrás\nhacia adelante", "derivatives from\nthe end backwards", True),
    (1980, "Fukushima", "capas que miran\npor partes", "layers that look\nat parts", True),
    (1986, "Rumelhart · Hinton ·\nWilliams", "retropropagación\nen redes", "backpropagation\nin networks", True),
]


def plot_history(first: int, last: int):
    """Show the events of the field between two years."""
    events = [event for event in HISTORY if first <= event[0] <= last]
    figure, ax = new_figure(height=3.1)
    ax.axhline(0, color=INK, lw=2.5, zorder=1)
    for n, (year, who, es, en, opened) in enumerate(events):
        up, colour = n % 2 == 0, BLUE if opened else RED
        sign = 1 if up else -1
        ax.plot([year, year], [0, 0.3 * sign], color=GREY, lw=1, zorder=0)
        ax.plot(year, 0, "o" if opened else "X", color=colour, ms=11, mec="white", zorder=2)
        text = f"{who}\n{label(es, en)}"
        ax.text(year, 0.34 * sign, f"{text}\n" if up else f"\n{text}", ha="center", va="bottom" if up else "top", linespacing=1.25)
        ax.text(year, 0.34 * sign, str(year), ha="center", va="bottom" if up else "top", color=colour, fontweight="bold")
    ax.set(xlim=(first - 4.5, last + 5), ylim=(-1, 1))
    ax.set_axis_off()
    told = "; ".join(f"{year}, {who}: {label(es, en)}".replace("\n", " ") for year, who, es, en, _ in events)
    show(figure, label(f"Línea del tiempo. {told}.", f"Timeline. {told}."))
