"""A picture that answers to sliders, and a strip of its states where no widget can run."""

from collections.abc import Callable

import ipywidgets
from matplotlib.figure import Figure

from atiende.language import label
from atiende.plots.style import SCREEN_DPI, WIDTH, to_bundle, to_png

VIEW = "application/vnd.jupyter.widget-view+json"
LIVE_WIDTH = 5.2  # inches
MOVE = ("Mueve los mandos en un cuaderno en marcha; aquí, algunos de sus estados.",
        "Move the controls in a running notebook; here, some of their states.")  # fmt: skip


class Explorer:
    """Show controls and the picture that they draw; where no widget can run, the picture in a few chosen states.

    draw(canvas, **values) draws on a matplotlib figure or subfigure and returns a sentence on what is seen there.
    controls: name -> ipywidgets control, whose `value` is passed to `draw` by that name.
    states: what the strip shows, each a dict of values. `height` of one picture, in inches; `columns` of them per row.
    """

    def __init__(self, draw: Callable[..., str], controls: dict, states: list[dict], height: float = 2.9, columns: int = 2):
        self.draw, self.controls, self.states, self.height, self.columns = draw, controls, states, height, columns
        self.picture = ipywidgets.Image(format="png", width=round(LIVE_WIDTH * SCREEN_DPI))
        self.picture.layout.max_width = "100%"
        self.caption = ipywidgets.HTML()
        for control in controls.values():
            control.style.description_width = "10em"
            control.layout.width = "36em"
            if isinstance(control, ipywidgets.ToggleButtons):
                control.style.button_width = "6em"
            control.observe(self._redraw, "value")
        self._redraw()
        self.view = ipywidgets.VBox([*controls.values(), self.picture, self.caption])

    def _redraw(self, change=None):
        figure = Figure(figsize=(LIVE_WIDTH, self.height), layout="constrained")
        caption = self.draw(figure, **{name: control.value for name, control in self.controls.items()})
        self.picture.value, self.caption.value = to_png(figure), caption

    def strip(self) -> tuple[Figure, str]:
        """Return the picture of the chosen states side by side, and what is seen there in words."""
        rows = -(-len(self.states) // self.columns)
        figure = Figure(figsize=(WIDTH, self.height * rows), layout="constrained")
        canvases = figure.subfigures(rows, self.columns, squeeze=False)
        told = [self.draw(canvas, **state) for canvas, state in zip(canvases.flat, self.states, strict=False)]
        return figure, " ".join([label(*MOVE), *told])

    def _repr_mimebundle_(self, include=None, exclude=None):
        figure, alt = self.strip()
        view = {"version_major": 2, "version_minor": 0, "model_id": self.view.model_id}
        return {VIEW: view, **to_bundle(figure, alt)}
