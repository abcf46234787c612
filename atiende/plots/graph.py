"""A computation graph with the value of each node and its gradient."""

from matplotlib.patches import FancyBboxPatch

from atiende.language import label
from atiende.plots.style import BLUE, GREY, INK, RED, new_figure, show

HALF_WIDTH, HALF_HEIGHT = 0.36, 0.27  # of a node, in columns and rows


def plot_graph(nodes: dict[str, tuple], edges: dict[tuple[str, str], str], title: str = ""):
    """Show a computation graph.

    nodes: name -> (column, row, formula, value, gradient); a gradient None is not written.
    edges: (from, to) -> the local derivative, written on the arrow.
    """
    columns = [node[0] for node in nodes.values()]
    rows = [node[1] for node in nodes.values()]
    figure, ax = new_figure(height=0.9 + 1.15 * (max(rows) - min(rows) + 1))
    for (tail, head), local in edges.items():
        (x0, y0), (x1, y1) = nodes[tail][:2], nodes[head][:2]
        start, end = _border(x0, y0, x1, y1), _border(x1, y1, x0, y0)
        ax.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": INK, "lw": 1.6, "mutation_scale": 15})
        middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
        ax.text(*middle, local, ha="center", va="center", color=GREY,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5})  # fmt: skip
    for column, row, formula, value, gradient in nodes.values():
        corner = (column - HALF_WIDTH, row - HALF_HEIGHT)
        ax.add_patch(FancyBboxPatch(corner, 2 * HALF_WIDTH, 2 * HALF_HEIGHT, boxstyle="round,pad=0,rounding_size=0.08",
                                    facecolor="white", edgecolor=INK, lw=1.5))  # fmt: skip
        ax.text(column, row + 0.02, formula, ha="center", va="center", fontsize=11.5)
        ax.text(column, row + HALF_HEIGHT + 0.05, _number(value), ha="center", va="bottom", color=BLUE, fontweight="bold")
        if gradient is not None:
            ax.text(column, row - HALF_HEIGHT - 0.06, _number(gradient), ha="center", va="top", color=RED, fontweight="bold")
    ax.set(xlim=(min(columns) - 0.6, max(columns) + 0.6), ylim=(min(rows) - 0.55, max(rows) + 0.62))
    ax.set_axis_off()
    ax.set_title(title or label("azul, arriba: valor (ida) · naranja, abajo: gradiente (vuelta) · gris: derivada local",
                                "blue, above: value (forward) · orange, below: gradient (backward) · grey: local derivative"),
                 fontweight="normal", fontsize=10.5)  # fmt: skip
    told = [_told(node[2].replace("$", "").replace(r"\cdot", "·"), *node[3:]) for node in nodes.values()]
    show(figure, label(f"Grafo de cálculo. {'; '.join(told)}.", f"Computation graph. {'; '.join(told)}."))


def _border(x0, y0, x1, y1):
    """Return where the segment from the centre of one node to another leaves the first."""
    dx, dy = x1 - x0, y1 - y0
    scale = min(HALF_WIDTH / abs(dx) if dx else 1.0, HALF_HEIGHT / abs(dy) if dy else 1.0)
    return x0 + scale * dx, y0 + scale * dy


def _number(value: float) -> str:
    return f"{value:g}".replace("-", "−")


def _told(formula: str, value: float, gradient: float | None) -> str:
    told = f"{formula}: {label('valor', 'value')} {_number(value)}"
    return told if gradient is None else f"{told}, {label('gradiente', 'gradient')} {_number(gradient)}"
