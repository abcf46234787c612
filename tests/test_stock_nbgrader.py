"""Stock `nbgrader autograde` gives honest submissions of the same release the scores that the engine gives."""

import shutil

import nbformat
import pytest
from graded import EXERCISE, SMALL
from test_init import nbgrader
from typer.testing import CliRunner

from autograder.commands import app
from autograder.exercise import find
from autograder.gradebook.course import open_course
from autograder.solutions import SOLUTION, solution_source, variant_source


def hand_in(course, student: str, source: str | None, essay: str = ""):
    """Submit the small assignment with this answer, as released without one."""
    notebook = nbformat.read(course.released(SMALL), 4)
    for cell in notebook.cells:
        id = cell.metadata.get("nbgrader", {}).get("grade_id")
        if id == EXERCISE + SOLUTION and source is not None:
            cell.source = source
        elif cell.cell_type == "markdown" and essay:
            cell.source = essay
    path = course.root / "submitted" / student / SMALL / f"{SMALL}.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(notebook, path)


def scores(course) -> dict:
    """Return what the gradebook holds of each student: auto scores, and whether a person is needed."""
    with course.gradebook() as gradebook:
        return {
            submission.student.id: {
                g.name: (g.auto_score, g.needs_manual_grade) for notebook in submission.notebooks for g in notebook.grades}
            for submission in gradebook.assignment_submissions(SMALL)
        }


@pytest.mark.slow
def test_honest_submissions_score_alike(course, tmp_path):
    exercise = find(EXERCISE)
    mistake = next(m for m in exercise.mistakes if m.name == "no_shift")
    hand_in(course, "solved", solution_source(EXERCISE), "Porque sí.")
    hand_in(course, "alternative", variant_source(exercise, exercise.alternatives[0]))
    hand_in(course, "partial", variant_source(exercise, mistake))
    hand_in(course, "blank", None)
    stock = open_course(shutil.copytree(course.root, tmp_path / "stock"))
    nbgrader(stock.root, "autograde", SMALL)
    done = CliRunner().invoke(app, ["grade", str(course.root), SMALL])
    assert done.exit_code == 0, done.output
    ours = scores(course)
    assert ours == scores(stock)
    assert ours["solved"] == ours["alternative"] | {"why": (None, True)}
    assert ours["solved"][EXERCISE][0] == exercise.points > ours["partial"][EXERCISE][0] > 0
    assert ours["blank"] == {EXERCISE: (0, False), "why": (0, False)}
