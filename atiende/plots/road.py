"""The road of the course: a stop for each unit, its ring closed as its exercises pass."""

from textwrap import fill

from matplotlib.patches import Wedge

from atiende.language import label, language
from atiende.plots.style import BLUE, GREEN, GREY, INK, PALE, new_figure, show
from atiende.record import Record

COLUMNS = 4
STEP_X, STEP_Y = 2.4, 2.3  # between stops, in radii of a large ring


def plot_road(record: Record):
    """Show how far along the road a reader is."""
    rows = -(-len(record.units) // COLUMNS)
    figure, ax = new_figure(height=1.5 * rows + 0.4)
    places = [_place(n) for n in range(len(record.units))]
    ax.plot(*zip(*places, strict=True), color=PALE, lw=5, zorder=0, solid_joinstyle="round")
    told = []
    for unit, (x, y) in zip(record.units, places, strict=True):
        done, total = sum(id in record.passed for id in unit["exercises"]), len(unit["exercises"])
        colour = GREEN if done == total else BLUE
        ax.add_patch(Wedge((x, y), 0.62, 0, 360, facecolor="white", edgecolor="none", zorder=1))
        ax.add_patch(Wedge((x, y), 0.62, 0, 360, width=0.15, facecolor=PALE, edgecolor="none", zorder=2))
        if done:
            ax.add_patch(Wedge((x, y), 0.62, 90 - 360 * done / total, 90, width=0.15, facecolor=colour, edgecolor="none", zorder=3))
        ax.text(x, y, f"{done}/{total}" if done < total else "✓", ha="center", va="center", color=INK if done else GREY, zorder=4,
                fontsize=10 if done < total else 15)  # fmt: skip
        title = unit[f"title_{language()}"]
        ax.text(x, y - 0.8, fill(title, 20), ha="center", va="top", fontsize=9, linespacing=1.15,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5})  # fmt: skip
        told.append(label(f"{title}: {done} de {total}", f"{title}: {done} of {total}"))
    ax.set(xlim=(-1.2, STEP_X * (min(COLUMNS, len(places)) - 1) + 1.2), ylim=(-STEP_Y * (rows - 1) - 1.55, 0.75), aspect="equal")
    ax.set_axis_off()
    show(figure, label(f"El camino del curso. {'; '.join(told)}.", f"The road of the course. {'; '.join(told)}."))


def _place(n: int) -> tuple[float, float]:
    """Return where stop n is; every second row goes back."""
    row, column = divmod(n, COLUMNS)
    return STEP_X * (COLUMNS - 1 - column if row % 2 else column), -STEP_Y * row
