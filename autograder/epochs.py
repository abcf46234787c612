"""Whether a training loop goes over its rows epoch by epoch, in batches and in a new order each time."""

from collections.abc import Callable
from itertools import product

import numpy as np

from autograder import expect

ROWS, BATCH_SIZE, STEPS, TRIES = 3, 2, 3, 12


def check_epochs(run: Callable[[], np.ndarray], references: Callable[[list], list[np.ndarray]], tolerance: float):
    """Fail unless three steps over three rows in batches of two are an epoch and a half, and orders differ.

    run: trains anew from the same weights and returns the scores. references: batches of row numbers to the scores that they
    give, one array for each admissible way of training.
    """
    plans = list(product(range(ROWS), repeat=2))  # who is left out of the first batch, in each of two epochs; the rest is no matter
    pairs = [[row for row in range(ROWS) if row != out] for out in range(ROWS)]
    wanted = [references([pairs[a], [a], pairs[b]]) for a, b in plans]
    met = set()
    for _ in range(TRIES):
        seen = run()
        gaps = [min(float(np.abs(seen - scores).max()) for scores in ways) for ways in wanted]
        expect.true(min(gaps) < tolerance,
                    "Con tres imágenes y lotes de dos, tres pasos son época y media: dos imágenes, la que queda, y otras dos. No es "
                    "lo que hizo tu bucle.",
                    "With three pictures and batches of two, three steps are an epoch and a half: two pictures, the one left, and "
                    "two more. That is not what your loop did.")
        met.add(plans[int(np.argmin(gaps))])
    expect.true(any(a != b for a, b in met),
                "Los lotes de todas las épocas son los mismos: sortea un orden nuevo en cada una.",
                "The batches of all epochs are the same: draw a new order at each.")
