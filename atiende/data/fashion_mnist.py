"""Fashion-MNIST: clothes of 28 x 28 pixels (Xiao, Rasul and Vollgraf, 2017, arXiv:1708.07747; MIT licence)."""

import gzip
from dataclasses import replace

import numpy as np

from atiende.data.digits import load_digits
from atiende.data.files import FASHION_MNIST, fetch
from atiende.data.split import Split
from atiende.language import label


def load_fashion_mnist() -> Split:
    """Load 60,000 images for training and 10,000 for test, (N, 28, 28) float32 in [0, 1], of ten kinds of clothes.

    Offline the split holds `load_digits()` instead, images of (8, 8): read the size from `x_train.shape`.
    """
    digits = label("los dígitos de scikit-learn", "scikit-learn's digits")
    paths, source = fetch("Fashion-MNIST", FASHION_MNIST, default=digits)
    if paths is None:
        return replace(load_digits(), source=source)
    x_train, y_train, x_test, y_test = (gzip.decompress(path.read_bytes()) for path in paths)
    classes = label(
        "camiseta, pantalón, jersey, vestido, abrigo, sandalia, camisa, zapatilla, bolso, botín",
        "T-shirt, trousers, pullover, dress, coat, sandal, shirt, trainer, bag, ankle boot",
    )
    return Split(
        _images(x_train), _labels(y_train), _images(x_test), _labels(y_test), tuple(classes.split(", ")), "Fashion-MNIST", source
    )


def _images(content: bytes):
    pixels = np.frombuffer(content, np.uint8, offset=16)  # after magic number, count, height and width
    return np.divide(pixels.reshape(-1, 28, 28), 255, dtype=np.float32)


def _labels(content: bytes):
    return np.frombuffer(content, np.uint8, offset=8).astype(np.int64)  # after magic number and count
