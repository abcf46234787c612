"""A class with a small assignment: two quick exercises of unit 01_mlp in a notebook that imports torch."""

import re
from itertools import cycle
from pathlib import Path

import nbformat
from nbgrader.apps.api import NbGraderAPI

from autograder.build.notebooks import make_notebook, write_notebook
from autograder.build.source import BEGIN, END, read_source
from autograder.files import write_atomically
from autograder.gradebook.course import Course
from autograder.gradebook.create import create_course

NAME = "small"
SHIFT = "z - np.max(z, axis=axis, keepdims=True)"
KINDS = {  # what students hand in: edits of the solved notebook
    "solved": {},
    "no_shift": {SHIFT: "z"},
    "blank_softmax": {"e = np.exp": "raise NotImplementedError\n    e = np.exp"},
    "half_linear": {"x @ W + b": "x @ W"},
}


def make_class(root: Path, db: str | None = None) -> Course:
    """Make a class folder at `root` that has the small assignment; `db` is the URL of its gradebook."""
    course, _ = create_course(root, "en", db=db)
    folder = Path(__file__).resolve().parent
    solved = make_notebook(read_source(folder, folder / "assignment.py"), "en", f"{NAME}.ipynb", "someone/course")
    write_atomically(root / "source" / NAME / f"{NAME}.ipynb", write_notebook(solved))
    outcome = NbGraderAPI(course.directory, config=course.config).generate_assignment(NAME)
    if not outcome["success"]:
        raise RuntimeError(outcome["log"])
    return course


def fill_class(course: Course, count: int):
    """Have `count` students hand in, the kinds in turn."""
    for n, kind in zip(range(count), cycle(KINDS)):
        hand_in(course, f"student{n:05d}", kind, n)


def hand_in(course: Course, student: str, kind: str, n: int = 0):
    """Write one submission; `n` makes it differ from others of its kind."""
    text = course.released(NAME).read_text(encoding="utf-8")
    solved = nbformat.read(course.root / "source" / NAME / f"{NAME}.ipynb", 4)
    answers = {c.id: c.source for c in solved.cells if BEGIN in c.source}
    notebook = nbformat.reads(text, 4)
    for cell in notebook.cells:
        if cell.id in answers:
            source = re.sub(rf"^ *(?:{BEGIN}|{END})\n?", "", answers[cell.id], flags=re.MULTILINE)
            for old, new in KINDS[kind].items():
                source = source.replace(old, new)
            cell.source = f"{source.rstrip()}\n\n# {n}"
    write_atomically(course.root / "submitted" / student / NAME / f"{NAME}.ipynb", nbformat.writes(notebook))
