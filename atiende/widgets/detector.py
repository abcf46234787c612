"""Explorers of the lab on detection: the overlap of two boxes, and the suppression of repeated ones."""

import ipywidgets
import numpy as np

from atiende.language import label
from atiende.models.detector import nms
from atiende.plots.detection import draw_overlap, draw_suppression
from atiende.widgets.explorer import Explorer

THINGS = np.array([[4.0, 8.0, 24.0, 30.0], [14.0, 10.0, 35.0, 33.0], [44.0, 6.0, 62.0, 26.0]])  # the first two overlap: IoU 0.29
CLAIMS = 6  # boxes around each thing


def explore_iou() -> Explorer:
    """Move and stretch a box over another one of 8 x 6, and see their intersection over union."""
    fixed = (6.0, 5.0, 14.0, 11.0)

    def draw(canvas, x, y, scale):
        half = np.array([8.0, 6.0]) * scale / 2
        centre = np.array([10.0 + x, 8.0 + y])
        ax = canvas.subplots()
        ax.set(xlim=(0, 22), ylim=(0, 16), xticks=range(23), yticks=range(17))  # squares to be counted
        shared, union = draw_overlap(ax, fixed, (*(centre - half), *(centre + half)))
        ax.set_title(f"{shared:.0f} / {union:.0f} = {shared / union:.2f}")
        ax.tick_params(labelbottom=False, labelleft=False, length=0)
        return label(f"Movida {x:g} a la derecha y {y:g} abajo, lado × {scale:g}: IoU = {shared / union:.2f}.",
                     f"Moved {x:g} to the right and {y:g} down, side × {scale:g}: IoU = {shared / union:.2f}.")  # fmt: skip

    controls = {
        "x": ipywidgets.FloatSlider(2, min=-6, max=8, step=0.5, description=label("a la derecha", "to the right")),
        "y": ipywidgets.FloatSlider(0, min=-5, max=5, step=0.5, description=label("hacia abajo", "down")),
        "scale": ipywidgets.FloatSlider(1, min=0.2, max=1.6, step=0.1, description=label("lado ×", "side ×")),
    }
    states = [
        {"x": 1, "y": 0, "scale": 1},
        {"x": 2, "y": 1.5, "scale": 1},
        {"x": 0, "y": 0, "scale": 0.5},
        {"x": 8, "y": 3, "scale": 0.6},
    ]
    return Explorer(draw, controls, states, height=2.5)


def explore_nms() -> Explorer:
    """Change the threshold of non-maximum suppression over three things, two of which overlap."""
    rng = np.random.default_rng(4)
    boxes = np.repeat(THINGS, CLAIMS, axis=0) + rng.uniform(-2.2, 2.2, size=(3 * CLAIMS, 4))
    scores = rng.uniform(0.3, 0.99, size=len(boxes))
    thing = np.repeat(np.arange(3), CLAIMS)

    def draw(canvas, threshold):
        kept = nms(boxes, scores, np.zeros(len(boxes), dtype=int), threshold)
        ax = canvas.subplots()
        draw_suppression(ax, boxes, kept)
        found = len(set(thing[kept].tolist()))
        ax.set_title(label(f"umbral {threshold:.2f}: quedan {len(kept)}, hay 3",
            f"threshold {threshold:.2f}: {len(kept)} stay, there are 3"))
        return label(f"Umbral {threshold:.2f}: quedan {len(kept)} cajas, de {found} de las 3 cosas.",
                     f"Threshold {threshold:.2f}: {len(kept)} boxes stay, of {found} of the 3 things.")  # fmt: skip

    controls = {"threshold": ipywidgets.FloatSlider(0.5, min=0.05, max=0.95, step=0.05, description=label("umbral", "threshold"))}
    states = [{"threshold": t} for t in (0.1, 0.45, 0.75, 0.9)]
    return Explorer(draw, controls, states, height=2.1)
