"""Scenes of discs, crosses and triangles, generated: where everything is, and what, is known exactly."""

from dataclasses import dataclass

import numpy as np

from atiende.language import label

SHORTEST, LONGEST = 8, 30  # pixels that a side of a box may measure
CROWDED = 0.2  # share of the smaller of two boxes that may be covered by the other


@dataclass(frozen=True)
class Scenes:
    """Hold pictures with the boxes and the classes of what they show, cut in training and test.

    Pictures are (N, 3, height, width) float32 in [0, 1]. Boxes are a list of N arrays (n, 4) float64, in pixels: left, top,
    right, bottom; x grows to the right and y downwards. Classes are a list of N arrays (n,) int64.
    """

    x_train: np.ndarray
    boxes_train: list[np.ndarray]
    y_train: list[np.ndarray]
    x_test: np.ndarray
    boxes_test: list[np.ndarray]
    y_test: list[np.ndarray]
    classes: tuple[str, ...]  # the name of each class, in the notebook's language
    name: str  # the set that this really is: the offline default of one set is another
    source: str  # "generated", "cache", "mirror", "download" or "default"


def make_scenes(train: int = 1000, test: int = 200, side: int = 64, seed: int = 0) -> Scenes:
    """Draw scenes of one to four things each, of any colour, size and proportion, on a noisy background.

    `side` is the height and the width, in pixels. Raises ValueError where it is too small for the largest thing.
    """
    if side <= LONGEST:
        raise ValueError(f"side={side} is too small for things of up to {LONGEST} pixels")
    rng = np.random.default_rng(seed)
    x_train, boxes_train, y_train = _draw_scenes(train, side, rng)
    x_test, boxes_test, y_test = _draw_scenes(test, side, rng)
    classes = tuple(label("disco, cruz, triángulo", "disc, cross, triangle").split(", "))
    name = label("escenas generadas", "generated scenes")
    return Scenes(x_train, boxes_train, y_train, x_test, boxes_test, y_test, classes, name, "generated")


def _draw_scenes(count: int, side: int, rng):
    scenes = [_draw_scene(side, rng) for _ in range(count)]
    pictures, boxes, classes = zip(*scenes, strict=True)
    return np.stack(pictures), list(boxes), list(classes)


def _draw_scene(side: int, rng):
    """Return one picture (3, side, side), its boxes (n, 4) and their classes (n,)."""
    ground = rng.uniform(0.05, 0.3, size=3)
    slope = rng.uniform(-0.1, 0.1, size=(3, 2))
    y, x = np.mgrid[0:side, 0:side] + 0.5  # centres of the pixels
    picture = ground[:, None, None] + slope[:, :1, None] * (x / side - 0.5) + slope[:, 1:, None] * (y / side - 0.5)
    boxes = _place_boxes(int(rng.integers(1, 5)), side, rng)
    classes = rng.integers(3, size=len(boxes))
    for box, k in zip(boxes, classes, strict=True):
        colour = rng.uniform(0.35, 0.95, size=3)
        picture[:, _inside(k, box, x, y)] = colour[:, None]
    picture += 0.03 * rng.standard_normal(picture.shape)
    return picture.clip(0, 1).astype(np.float32), boxes, classes


def _place_boxes(count: int, side: int, rng) -> np.ndarray:
    """Return up to `count` boxes (n, 4), at least one, none hiding more of another than CROWDED."""
    boxes = []
    for _ in range(20 * count):
        size, stretch = np.exp(rng.uniform(np.log([12, 1 / 2]), np.log([26, 2])))  # area's root, width / height
        w, h = np.clip(np.round([size * stretch**0.5, size / stretch**0.5]), SHORTEST, LONGEST)
        left, top = rng.integers(side - w + 1), rng.integers(side - h + 1)
        box = np.array([left, top, left + w, top + h], dtype=float)
        if all(_cover(box, other) <= CROWDED for other in boxes):
            boxes.append(box)
        if len(boxes) == count:
            break
    return np.stack(boxes)


def _cover(a, b) -> float:
    """Return the share of the smaller of two boxes that the other covers."""
    width, height = np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2])
    return max(width, 0) * max(height, 0) / min(np.prod(a[2:] - a[:2]), np.prod(b[2:] - b[:2]))


def _inside(k: int, box, x, y):
    """Tell which pixels a disc (0), a cross (1) or a triangle (2) that fills a box covers."""
    left, top, right, bottom = box
    across, down = (x - left) / (right - left), (y - top) / (bottom - top)  # 0 to 1 in the box
    if k == 0:
        return (across - 0.5) ** 2 + (down - 0.5) ** 2 <= 0.25
    if k == 1:
        inside = (across >= 0) & (across <= 1) & (down >= 0) & (down <= 1)
        return inside & ((np.abs(across - 0.5) <= 1 / 6) | (np.abs(down - 0.5) <= 1 / 6))
    half = np.maximum(down * (right - left), 1) / 2  # one pixel at the tip
    return (down >= 0) & (down <= 1) & (np.abs(x - (left + right) / 2) <= half)
