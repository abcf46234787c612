"""The plots of the class report, as SVG that takes the colours of the page, light or dark."""

import io

import matplotlib
from matplotlib.figure import Figure

INK = "#010203"  # drawn in this colour, shown in that of the page's text
PAINT = {"#010204": "var(--accent)", "#010205": "var(--right)", "#010206": "var(--partial)", "#010207": "var(--wrong)",
         "#010208": "var(--rule)"}
ACCENT, RIGHT, PARTIAL, WRONG, RULE = PAINT


def distribution(points: list[float], maximum: float, labels: tuple[str, str]) -> str:
    """Plot how many submissions earned how much, in ten bins, the median marked; labels are those of x and y."""
    figure, axes = _axes(3.1)
    counts, edges, _ = axes.hist(points, bins=10, range=(0, maximum), color=ACCENT, rwidth=0.92)
    for count, left, right in zip(counts, edges, edges[1:], strict=False):
        if count:
            axes.annotate(f"{count:.0f}", ((left + right) / 2, count), ha="center", va="bottom", color=INK, fontsize=9)
    axes.set(xlabel=labels[0], ylabel=labels[1], xlim=(0, maximum))
    axes.yaxis.get_major_locator().set_params(integer=True)
    axes.margins(y=0.15)
    return _svg(figure)


def shares(names: list[str], rows: list[tuple[int, int, int, int]], labels: tuple[str, ...], xlabel: str) -> str:
    """Plot, for each exercise, how many submissions are right, partial, wrong and unwritten, stacked from the left."""
    figure, axes = _axes(0.9 + 0.36 * len(names))
    left = [0] * len(names)
    for i, (label, colour) in enumerate(zip(labels, (RIGHT, PARTIAL, WRONG, RULE), strict=True)):
        widths = [row[i] for row in rows]
        axes.barh(names, widths, left=left, color=colour, height=0.72, label=label)
        left = [a + b for a, b in zip(left, widths, strict=True)]
    axes.set(xlabel=xlabel, xlim=(0, max(left)))
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.margins(y=0.6 / len(names))
    axes.invert_yaxis()
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.legend(ncols=4, loc="lower left", bbox_to_anchor=(0, 1), frameon=False, fontsize=9, labelcolor=INK,
                handlelength=1, columnspacing=1.4)
    return _svg(figure)


def _axes(height: float):
    figure = Figure(figsize=(8, height), layout="constrained")
    axes = figure.add_subplot()
    figure.patch.set_alpha(0)
    axes.patch.set_alpha(0)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[:].set_color(INK)
    axes.tick_params(colors=INK, labelsize=9)
    axes.xaxis.label.set(color=INK, size=10)
    axes.yaxis.label.set(color=INK, size=10)
    return figure, axes


def _svg(figure: Figure) -> str:
    """Return a figure as an inline SVG element whose colours are the page's."""
    out = io.StringIO()
    with matplotlib.rc_context({"svg.fonttype": "path", "svg.hashsalt": "atiende"}):
        figure.savefig(out, format="svg", metadata={"Date": None})
    svg = out.getvalue()
    svg = svg[svg.index("<svg"):].replace(INK, "currentColor")
    for drawn, shown in PAINT.items():
        svg = svg.replace(drawn, shown)
    return svg.replace("<svg", '<svg style="width:100%;height:auto"', 1)
