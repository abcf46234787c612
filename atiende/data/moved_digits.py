"""Digits put down anywhere on a larger canvas: the same strokes, never at the same pixels."""

import numpy as np

from atiende.data.digits import load_digits
from atiende.data.split import Split

DIGIT = 8  # pixels a side


def make_moved_digits(train: int = 2000, test: int = 1000, side: int = 16, seed: int = 0) -> Split:
    """Put digits of `load_digits(seed)` down at random places of a black canvas.

    Returns `train` and `test` pictures (N, side, side) float32 in [0, 1], with digits drawn with repetition; no digit is
    in both parts. Each of the (side - 7)² places is as likely as any other. Raises ValueError where side < 8.
    """
    if side < DIGIT:
        raise ValueError(f"side={side} is less than the {DIGIT} pixels of a digit")
    digits, rng = load_digits(seed), np.random.default_rng(seed)
    x_train, y_train = _move(digits.x_train, digits.y_train, train, side, rng)
    x_test, y_test = _move(digits.x_test, digits.y_test, test, side, rng)
    return Split(x_train, y_train, x_test, y_test, digits.classes, "moved digits", digits.source)


def _move(images, y, count: int, side: int, rng):
    chosen = rng.integers(len(images), size=count)
    pictures = np.zeros((count, side, side), dtype=np.float32)
    corners = rng.integers(side - DIGIT + 1, size=(count, 2))
    for picture, image, (row, column) in zip(pictures, images[chosen], corners, strict=True):
        picture[row : row + DIGIT, column : column + DIGIT] = image
    return pictures, y[chosen]
