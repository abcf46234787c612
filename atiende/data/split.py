"""What every loader of labelled images returns: a training part and a test part."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Split:
    """Hold images and their labels, cut in training and test, and say where they came from."""

    x_train: np.ndarray  # (N, height, width) float32 in [0, 1]
    y_train: np.ndarray  # (N,) int64
    x_test: np.ndarray
    y_test: np.ndarray
    classes: tuple[str, ...]  # the name of each label, in the notebook's language
    name: str  # the set that this really is: the offline default of one set is another
    source: str  # "package", "cache", "mirror", "download" or "default"
