"""One look for every figure of the course: palette, sizes, and an alternative text beside each picture."""

import base64
import io
from html import escape

import matplotlib as mpl
from IPython.display import display
from matplotlib import cycler
from matplotlib.figure import Figure

BLUE, ORANGE, GREEN, PURPLE, RED, SKY = "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9"
COLOURS = (BLUE, ORANGE, GREEN, PURPLE, RED, SKY)  # Okabe and Ito, 2008: apart for every kind of colour vision
MARKERS = ("o", "s", "^", "D", "v", "P")  # a class is told by its marker as well as by its colour
INK, GREY, PALE = "#222222", "#6B6B6B", "#D9D9D9"
WIDTH = 8.0  # inches
SCREEN_DPI, FILE_DPI = 96, 160  # a page shows 96 dots per inch at 100 %; the file holds more, for sharp screens


def use_style():
    """Give every figure drawn from now on the look of the course."""
    mpl.rcParams.update(
        {
            "axes.axisbelow": True,
            "axes.edgecolor": GREY,
            "axes.grid": True,
            "axes.labelcolor": INK,
            "axes.prop_cycle": cycler(color=COLOURS),
            "axes.spines.right": False,
            "axes.spines.top": False,
            "axes.titlesize": 11,
            "axes.titleweight": "bold",
            "figure.constrained_layout.use": True,
            "figure.dpi": SCREEN_DPI,
            "figure.facecolor": "white",
            "figure.figsize": (WIDTH, 3.2),
            "figure.titlesize": 12,
            "font.size": 10.5,
            "grid.color": PALE,
            "grid.linewidth": 0.7,
            "legend.fontsize": 10,
            "legend.frameon": False,
            "lines.linewidth": 2,
            "text.color": INK,
            "xtick.color": INK,
            "xtick.labelsize": 10,
            "ytick.color": INK,
            "ytick.labelsize": 10,
        }
    )


def new_figure(rows: int = 1, columns: int = 1, height: float = 3.2, width: float = WIDTH, **options):
    """Return a figure and its axes (rows, columns), squeezed; `height` and `width` in inches."""
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots(rows, columns, **options)


def to_png(figure) -> bytes:
    """Return the picture of a figure as a PNG file."""
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=FILE_DPI, facecolor="white")
    return file.getvalue()


def to_bundle(figure, alt: str) -> dict:
    """Return a figure as what a notebook shows: HTML with its alternative text, the bare picture, and the text alone."""
    png = base64.b64encode(to_png(figure)).decode()
    width = round(figure.get_figwidth() * SCREEN_DPI)
    html = f'<img src="data:image/png;base64,{png}" width="{width}" style="max-width:100%;height:auto" alt="{escape(alt)}">'
    return {"text/html": html, "image/png": png, "text/plain": alt}


def show(figure, alt: str):
    """Show a figure in the notebook; `alt` says in words what it shows, for those who cannot see it."""
    display(to_bundle(figure, alt), raw=True)
