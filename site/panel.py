"""Make the panel of the front page: the verdict of the course's own check on a real mistake."""

import warnings

from autograder.exercise import find
from autograder.judge import judge
from autograder.panel import panel_html
from autograder.solutions import mistaken_namespace
from autograder.student import LocalStudent

EXERCISE, MISTAKE = "softmax", "no_shift"


def example_panel(lang: str) -> str:
    """Return the panel that a student sees who forgot to subtract the maximum."""
    exercise = find(EXERCISE)
    mistake = next(m for m in exercise.mistakes if m.name == MISTAKE)
    student = LocalStudent(mistaken_namespace(exercise, mistake), exercise.forbids)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # numpy's, on the overflow that is the mistake
        return panel_html(judge(exercise, student, b"site"), lang)
