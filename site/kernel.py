"""Teach the kernel of a lesson to show explorers as the site does: their states one at a time, without a running kernel."""

import base64
from html import escape

from IPython import get_ipython
from matplotlib.figure import Figure

from atiende.language import label
from atiende.plots.style import SCREEN_DPI, to_png
from atiende.widgets.explorer import LIVE_WIDTH, Explorer


def frames(explorer: Explorer, include=None, exclude=None) -> dict:
    """Return the chosen states of an explorer as a list of pictures, each with what is seen there."""
    width, height = round(LIVE_WIDTH * SCREEN_DPI), round(explorer.height * SCREEN_DPI)
    items = []
    for state in explorer.states:
        figure = Figure(figsize=(LIVE_WIDTH, explorer.height), layout="constrained")
        told = explorer.draw(figure, **state)
        picture = base64.b64encode(to_png(figure)).decode()
        items.append(f'<li><img src="data:image/png;base64,{picture}" width="{width}" height="{height}" alt="{escape(told)}">'
                     f"<p>{escape(told)}</p></li>")  # fmt: skip
    name = label("Explorador", "Explorer")
    return {"text/html": f'<div class="explorer" role="group" aria-label="{name}"><ol>{"".join(items)}</ol></div>'}


get_ipython().display_formatter.mimebundle_formatter.for_type(Explorer, frames)
