"""A small assignment, and results of it for the tests of the gradebook: real verdicts, without the engine."""

import hashlib
import json

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbgrader.apps.api import NbGraderAPI

from autograder.exercise import find
from autograder.files import write_atomically
from autograder.judge import Verdict, judge
from autograder.panel import panel_html
from autograder.results import SubmissionResult
from autograder.solutions import imports_source, mistaken_namespace, solution_source, solved_namespace
from autograder.student import LocalStudent

SMALL = "small"  # an assignment with softmax, 4 points, and a written answer, 3 points
EXERCISE, WRITTEN = "softmax", "why"


def add_small_assignment(course):
    """Give a class an assignment of one exercise and one written answer."""
    points = find(EXERCISE).points
    cells = [
        new_code_cell(imports_source(EXERCISE), id="imports"),
        new_code_cell(solution_source(EXERCISE), id="a", metadata=_marks(EXERCISE + "-solution", solution=True)),
        new_code_cell("check(softmax)", id="b", metadata=_marks(EXERCISE, points)),
        new_markdown_cell("### BEGIN SOLUTION\nBecause.\n### END SOLUTION", id="c", metadata=_marks(WRITTEN, 3, True)),
    ]
    path = course.root / "source" / SMALL / f"{SMALL}.ipynb"
    write_atomically(path, nbformat.writes(new_notebook(cells=cells)))
    outcome = NbGraderAPI(course.directory, config=course.config).generate_assignment(SMALL)
    assert outcome["success"], outcome


def _marks(grade_id: str, points: float | None = None, solution: bool = False) -> dict:
    graded = {} if points is None else {"points": points}
    return {"nbgrader": {"grade": points is not None, "grade_id": grade_id, "locked": not solution, "schema_version": 3,
                         "solution": solution, "task": False, **graded}}


def verdict(mistake: str = "") -> Verdict:
    """Return the verdict on the course's softmax, or on one of its mistakes."""
    exercise = find(EXERCISE)
    variants = {m.name: m for m in exercise.mistakes}
    namespace = mistaken_namespace(exercise, variants[mistake]) if mistake else solved_namespace(exercise)
    return judge(exercise, LocalStudent(namespace, exercise.forbids), b"key")


def graded(course, student: str, mistake: str = "", essay: str = "", language: str = "es") -> SubmissionResult:
    """Return the result of a submission: softmax right or with a mistake, and the written answer, untouched without."""
    given = verdict(mistake)
    notebook = nbformat.read(course.released(SMALL), 4)
    for cell in notebook.cells:
        id = cell.metadata.get("nbgrader", {}).get("grade_id")
        if id == EXERCISE:
            data = {"text/plain": repr(float(given.points)), "text/html": panel_html(given, language)}
            cell.outputs = [new_output("execute_result", data)]
        elif id == WRITTEN and essay:
            cell.source = essay
    digest = hashlib.sha256(f"{student} {mistake} {essay}".encode()).hexdigest()
    return SubmissionResult(student, SMALL, "graded", language, [given], json.loads(json.dumps(notebook)), digest=digest)
