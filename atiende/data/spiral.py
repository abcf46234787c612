"""Interleaved spirals: the smallest picture that no straight line can cut."""

import numpy as np

TURN = 4.5  # radians from the centre to the end of an arm
CORE = 0.1  # arms begin a little away from the centre, where all of them meet


def make_spiral(points_per_class: int = 100, classes: int = 3, noise: float = 0.2, seed: int = 0):
    """Draw points on the arms of a spiral, one arm a class, in random order.

    Returns x (N, 2) float64 within the unit circle and y (N,) int64, with N = points_per_class * classes.
    `noise` is the standard deviation of the angle, in radians.
    """
    rng = np.random.default_rng(seed)
    y = np.repeat(np.arange(classes, dtype=np.int64), points_per_class)  # (N,)
    radius = np.tile(np.linspace(CORE, 1.0, points_per_class), classes)
    angle = TURN * radius + 2 * np.pi * y / classes + noise * rng.standard_normal(len(y))
    x = radius[:, None] * np.stack([np.sin(angle), np.cos(angle)], axis=1)  # (N, 2)
    order = rng.permutation(len(y))
    return x[order], y[order]
