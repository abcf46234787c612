"""`autograder init`: the folder of a class."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from graded import SMALL, graded
from typer.testing import CliRunner

from autograder.commands import app
from autograder.exercise import exercise_ids
from autograder.gradebook.course import CourseError, open_course
from autograder.gradebook.create import create_course
from autograder.gradebook.writer import Writer

UNIT = "01_mlp"
SECRET = ".autograder_secret"


def nbgrader(folder: Path, *args: str) -> str:
    """Run stock nbgrader in a folder and return what it says."""
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run([sys.executable, "-m", "nbgrader", *args], cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_the_folder_holds_what_nbgrader_needs(course):
    assert {"source", "release", "submitted", "gradebook.db", "nbgrader_config.py"} <= set(os.listdir(course.root))
    solved = nbformat.read(course.root / "source" / UNIT / f"{UNIT}.ipynb", 4)
    assert any("BEGIN SOLUTION" in cell.source for cell in solved.cells)
    released = nbformat.read(course.released(UNIT), 4)
    assert not any("BEGIN SOLUTION" in cell.source for cell in released.cells)
    assert any("raise NotImplementedError" in cell.source for cell in released.cells)


def test_release_is_what_the_builder_releases(course, root):
    """One cutter: the class hands out the very notebook of assignments/."""
    ours = nbformat.read(root / "assignments" / "es" / f"{UNIT}.ipynb", 4)
    assert [cell.source for cell in nbformat.read(course.released(UNIT), 4).cells] == [cell.source for cell in ours.cells]


def test_every_exercise_is_registered_with_its_points(course):
    with course.gradebook() as gradebook:
        cells = {cell.name: cell.max_score for cell in gradebook.find_notebook(UNIT, UNIT).grade_cells}
    released = nbformat.read(course.released(UNIT), 4)
    points = {cell.metadata.nbgrader.grade_id: cell.metadata.nbgrader.points for cell in released.cells
              if cell.metadata.get("nbgrader", {}).get("grade")}
    assert cells == points
    assert set(cells) & set(exercise_ids())


def test_opening_the_gradebook_leaves_the_path_alone(course):
    before = os.environ["PATH"]
    course.gradebook().close()
    assert os.environ["PATH"] == before


def test_the_secret_is_for_the_instructor_alone(course, tmp_path):
    assert stat.S_IMODE(course.secret.stat().st_mode) == 0o600
    assert len(bytes.fromhex(course.secret.read_text())) == 32
    other, _ = create_course(tmp_path / "other", "en")
    assert other.secret.read_text() != course.secret.read_text()


def test_again_refreshes_and_loses_nothing(course):
    (course.root / "nbgrader_config.py").open("a").write("c.CourseDirectory.course_id = 'mine'\n")
    secret = course.secret.read_text()
    released = course.released(UNIT).read_bytes()
    course.released(UNIT).write_text("{}")
    with Writer(course, SMALL) as writer:
        writer.store(graded(course, "ana"))
    again, notes = create_course(course.root)
    assert notes == []
    assert (again.language, again.directory.course_id) == ("es", "mine")
    assert again.secret.read_text() == secret
    assert again.released(UNIT).read_bytes() == released
    with again.gradebook() as gradebook:
        assert gradebook.find_submission(SMALL, "ana").score == 4


def test_the_instructors_own_source_is_set_aside(course):
    source = course.root / "source" / UNIT / f"{UNIT}.ipynb"
    notebook = nbformat.read(source, 4)
    notebook.cells[1].source += "\n\nNuestra aula es la 101."
    nbformat.write(notebook, source)
    edited = source.read_bytes()
    _, (note,) = create_course(course.root)
    kept = Path(note.en.rsplit(" ", 1)[1])
    assert kept.read_bytes() == edited
    assert source.read_bytes() != edited


def test_an_assignment_with_scores_keeps_its_graded_cells(course):
    """A course update that takes a cell away leaves the assignment, and its scores, as they were."""
    released = course.released(UNIT).read_bytes()
    with course.gradebook() as gradebook:
        gradebook.add_student("ana")
        gradebook.add_grade_cell("retired", UNIT, UNIT, max_score=5, cell_type="code")
        gradebook.add_source_cell("retired", UNIT, UNIT, cell_type="code")
        gradebook.update_or_create_submission(UNIT, "ana")
    course.released(UNIT).write_bytes(released + b"\n")
    _, (note,) = create_course(course.root)
    assert "retired" in note.es and "autograder init" in note.es
    assert course.released(UNIT).read_bytes() == released + b"\n"
    with course.gradebook() as gradebook:
        assert gradebook.find_submission(UNIT, "ana").max_score >= 5


def test_refuses_a_folder_that_is_not_a_class(tmp_path):
    (tmp_path / "thesis.tex").write_text("mine")
    run = CliRunner().invoke(app, ["init", str(tmp_path), "--lang", "es"])
    assert run.exit_code == 2
    assert "no está vacía" in run.output
    assert os.listdir(tmp_path) == ["thesis.tex"]


def test_refuses_a_file(tmp_path):
    (tmp_path / "file").write_text("mine")
    run = CliRunner().invoke(app, ["init", str(tmp_path / "file"), "--lang", "en"])
    assert run.exit_code == 2 and "this is a file" in run.output


@pytest.mark.parametrize(("language", "word"), [("es", "Califica"), ("en", "Grade")])
def test_says_what_to_do_next_in_the_language_of_the_class(tmp_path, language, word):
    run = CliRunner().invoke(app, ["init", str(tmp_path / "class"), "--lang", language])
    assert run.exit_code == 0, run.output
    assert f"{word}: autograder grade {tmp_path / 'class'} {UNIT}" in run.output
    assert open_course(tmp_path / "class").language == language


@pytest.mark.parametrize(("name", "content"), [
    ("autograder.toml", 'language = "fr"'), ("autograder.toml", "language = "), ("nbgrader_config.py", "c = get_config(")])
def test_a_damaged_setting_is_named(course, name, content):
    (course.root / name).write_text(content)
    with pytest.raises(CourseError) as raised:
        open_course(course.root)
    assert str(course.root / name) in raised.value.text.es and "autograder init" in raised.value.text.en


@pytest.mark.parametrize("name", [SECRET, "nbgrader_config.py"])
def test_a_lost_file_is_named_and_brought_back(course, name):
    (course.root / name).unlink()
    with pytest.raises(CourseError, match=name):
        open_course(course.root)
    create_course(course.root)
    assert open_course(course.root).root == course.root


@pytest.mark.slow
def test_stock_nbgrader_runs_in_it(course):
    assert "Released assignments" in nbgrader(course.root, "list")
    nbgrader(course.root, "db", "assignment", "list")
    nbgrader(course.root, "generate_assignment", SMALL, "--force")
    nbgrader(course.root, "release_assignment", SMALL)
    assert SMALL in nbgrader(course.root, "list")
