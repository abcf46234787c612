"""Where the host cannot isolate, `autograder grade` refuses; with --practice it grades, and every mark says so."""

import csv
import io

import pytest
from graders import grade
from small_class import NAME
from test_doctor import without_namespaces
from typer.testing import CliRunner

from autograder.commands import app
from autograder.gradebook.records import read_records


@pytest.fixture(scope="module")
def practised(small_class, tmp_path_factory):
    """Return a class that was graded in practice mode, and what the command said."""
    course = small_class(tmp_path_factory.mktemp("practice"), 4)
    return course, grade(course, "--practice")


def scores(course, *options) -> str:
    return CliRunner().invoke(app, ["scores", str(course.root), NAME, *options], env={"COLUMNS": "160"}).output


def test_refuses_where_it_cannot_isolate(small_class, tmp_path):
    course = small_class(tmp_path, 1)
    done = without_namespaces("grade", course.root, NAME)
    assert done.returncode == 2
    assert "cannot isolate" in done.stderr and "autograder doctor" in done.stderr and "--practice" in done.stderr
    assert not list((course.root / ".autograder").glob(f"{NAME}/*.json")) and not (course.root / "autograded").exists()
    done = without_namespaces("grade", course.root, NAME, "--practice")
    assert done.returncode == 0, done.stderr
    assert [(r.practice, r.points) for r in read_records(course, NAME)] == [(True, 7)]


def test_every_mark_says_practice(practised):
    course, shown = practised
    assert "graded (practice)" in shown
    assert scores(course).count("(practice)") == 8
    rows = list(csv.DictReader(io.StringIO(scores(course, "--format", "csv"))))
    assert len(rows) == 8 and {row["practice"] for row in rows} == {"yes"}
    for student in course.submitted(NAME):
        assert "Practice mark" in (course.root / "feedback" / student / NAME / f"{NAME}.html").read_text()
    CliRunner().invoke(app, ["report", str(course.root), NAME])
    assert (course.root / f"{NAME}-report.html").read_text().count("Practice mark") == 4


def test_practice_scores_are_those_of_a_real_run_which_takes_their_place(practised):
    course, _ = practised
    before = {r.student: r.points for r in read_records(course, NAME)}
    assert "4 submissions were graded already" in grade(course, "--practice")
    assert "graded already" not in grade(course)
    assert {r.student: r.points for r in read_records(course, NAME)} == before
    assert not any(r.practice for r in read_records(course, NAME))
    assert {row["practice"] for row in csv.DictReader(io.StringIO(scores(course, "--format", "csv")))} == {""}
    assert "4 submissions were graded already" in grade(course, "--practice"), "a real mark holds for practice too"
