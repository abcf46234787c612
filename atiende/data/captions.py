"""Digits with a caption that cannot always be trusted, and canvases of four digits with a question about one of them."""

from dataclasses import dataclass

import numpy as np

from atiende.data.digits import load_digits
from atiende.data.numbers import spell
from atiende.language import language

SURE = {"es": ("es", "un"), "en": ("it", "is", "a")}
UNSURE = {"es": ("será", "un"), "en": ("perhaps", "a")}
QUESTIONS = {"es": (("arriba", "abajo"), ("izquierda", "derecha")), "en": (("top", "bottom"), ("left", "right"))}


@dataclass(frozen=True)
class Captions:
    """Hold pictures of digits, their captions as bags of words, and which of the two is to be trusted in each row."""

    pictures: np.ndarray  # (N, 8, 8) float32 in [0, 1]
    words: np.ndarray  # (N, V) float32, 1 where the caption has the word
    y: np.ndarray  # (N,) int64, the digit
    picture_is_right: np.ndarray  # (N,) bool; where it is not, the caption is
    captions: tuple[str, ...]
    vocabulary: tuple[str, ...]


def make_captions(count: int = 2000, seed: int = 0, test: bool = False) -> Captions:
    """Make digits with captions, one of the two right in each row: half of the rows have a blurred picture of another digit
    and a caption that is sure, the other half a clear picture and a caption that is in doubt, and wrong.

    `test` takes digits that are not among the others. The captions are in the language of the notebook.
    """
    rng, digits = np.random.default_rng([seed, test]), load_digits(seed)
    x, labels = (digits.x_test, digits.y_test) if test else (digits.x_train, digits.y_train)
    y, right = rng.integers(10, size=count), rng.random(count) < 0.5
    other = (y + rng.integers(1, 10, size=count)) % 10
    shown, said = np.where(right, y, other), np.where(right, other, y)
    by_digit = [np.flatnonzero(labels == digit) for digit in range(10)]
    pictures = x[[rng.choice(by_digit[digit]) for digit in shown]]
    faint = 0.4 * pictures + 0.6 * rng.random(pictures.shape)  # a dim light, and a noisy camera
    pictures = np.where(right[:, None, None], pictures, faint).astype(np.float32)
    captions = tuple(
        " ".join((*(UNSURE if clear else SURE)[language()], spell(int(digit), language()))).replace(" a eight", " an eight")
        for digit, clear in zip(said, right, strict=True)
    )
    vocabulary = tuple(sorted({word for caption in captions for word in caption.split()}))
    words = np.array([[word in caption.split() for word in vocabulary] for caption in captions], dtype=np.float32)
    return Captions(pictures, words, y.astype(np.int64), right, captions, vocabulary)


@dataclass(frozen=True)
class Questions:
    """Hold canvases of four digits, and a question of two words about one of them: which digit is at the top left?"""

    pictures: np.ndarray  # (N, 16, 16) float32 in [0, 1], a digit in each quarter
    questions: np.ndarray  # (N, 2) int64, ids of the words of `vocabulary`
    y: np.ndarray  # (N,) int64, the digit in the quarter that is asked for
    vocabulary: tuple[str, ...]


def make_questions(count: int = 2000, seed: int = 0, test: bool = False) -> Questions:
    """Make canvases of four digits and ask for one of them by its place, in the language of the notebook.

    `test` takes digits that are not among the others.
    """
    rng, digits = np.random.default_rng([seed, test]), load_digits(seed)
    x, labels = (digits.x_test, digits.y_test) if test else (digits.x_train, digits.y_train)
    rows = rng.integers(len(x), size=(count, 2, 2))
    pictures = x[rows].transpose(0, 1, 3, 2, 4).reshape(count, 16, 16)  # (N, 2, 2, 8, 8), each digit in its quarter
    asked = rng.integers(2, size=(count, 2))  # top or bottom, left or right
    y = labels[rows[np.arange(count), asked[:, 0], asked[:, 1]]]
    down, across = QUESTIONS[language()]
    return Questions(pictures, asked + np.array([0, 2]), y.astype(np.int64), (*down, *across))
