"""Handwritten digits of 8 x 8 pixels, which scikit-learn carries inside: no download."""

import numpy as np

from atiende.data.split import Split


def load_digits(seed: int = 0) -> Split:
    """Load scikit-learn's 1,797 digits, a quarter of each class kept for test.

    Images are (N, 8, 8) float32 in [0, 1]. `seed` chooses which images are kept for test.
    """
    from sklearn.datasets import load_digits as load
    from sklearn.model_selection import train_test_split

    digits = load()
    x = (digits.images / 16).astype(np.float32)  # (1797, 8, 8), grey levels from 0 to 16
    y = digits.target.astype(np.int64)
    x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.25, stratify=y, random_state=seed)
    return Split(x_train, y_train, x_test, y_test, tuple("0123456789"), "digits", "package")
