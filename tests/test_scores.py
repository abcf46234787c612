"""`autograder scores`, and what `autograder grade` and `autograder report` say of bad input."""

import csv
import io
import json

import pytest
from graded import EXERCISE, SMALL, graded
from rich.console import Console
from typer.testing import CliRunner

from autograder.commands import app
from autograder.gradebook.scores import as_csv, as_table, notes, score_rows, state_table
from autograder.gradebook.writer import Writer
from autograder.results import SubmissionResult
from autograder.text import Text

PROBLEM = Text("No es JSON.", "It is not JSON.")


@pytest.fixture
def scored(course):
    """Return a class with one right, one wrong and one ungradable submission."""
    with Writer(course, SMALL) as writer:
        for result in (graded(course, "ana"), graded(course, "bea", "no_shift"),
                       SubmissionResult("carl", SMALL, "ungradable", "es", problem=PROBLEM)):
            writer.store(result)
    return course


def run(*args):
    return CliRunner().invoke(app, [str(arg) for arg in args])


def render(*things) -> str:
    console = Console(width=100, file=io.StringIO(), color_system=None)
    console.print(*things, sep="\n")
    return console.file.getvalue()


def test_json_holds_every_student_and_exercise(scored):
    rows = json.loads(run("scores", scored.root, SMALL, "--format", "json").stdout)
    ana, bea, carl = rows
    assert (ana["student"], ana["exercise"], ana["points"], ana["maximum"], ana["state"]) == ("ana", EXERCISE, 4, 4, "right")
    assert ana["first_failed"] == ana["mistake"] == ""
    assert bea["state"] == "partial" and 0 < bea["points"] < 4
    assert bea["first_failed"] and bea["mistake"] == "no_shift"
    assert carl["submission"] == "ungradable" and carl["flags"] == PROBLEM.es
    assert carl["points"] is None, "never a silent zero"


def test_csv_says_the_same(scored):
    from_csv = list(csv.DictReader(io.StringIO(run("scores", scored.root, SMALL, "--format", "csv").stdout)))
    from_json = json.loads(run("scores", scored.root, SMALL, "--format", "json").stdout)
    for a, b in zip(from_csv, from_json, strict=True):
        assert list(a) == list(b)
        assert [a[k] for k in a if k not in ("points", "maximum")] == [b[k] for k in b if k not in ("points", "maximum")]
        assert [float(a[k]) if a[k] else None for k in ("points", "maximum")] == [b["points"], b["maximum"]]


def test_the_table_is_for_a_person(scored):
    shown = run("scores", scored.root, SMALL).stdout
    assert "Correcto" in shown and "4 / 4" in shown and "no calificable" in shown and "—" in shown
    assert f"carl: {PROBLEM.es}" in shown


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", '=HYPERLINK("http://evil","x")'])
def test_no_cell_of_the_csv_is_a_formula(course, name):
    made = graded(course, name)
    made.flags = [Text(name, name)]
    text = as_csv(score_rows([made], "es"))
    (row,) = list(csv.reader(io.StringIO(text)))[1:]
    assert row[0] == row[-1] and row[0].lstrip("' ") == name.lstrip("\r")
    assert not any(cell[:1] in ("=", "+", "-", "@", "\t", "\r") for cell in row)


@pytest.mark.parametrize("name", ['García, "la Ñ"', "a\nb", "O'Brien; x", "Nguyễn"])
def test_commas_quotes_and_newlines_stay_in_their_cell(course, name):
    rows = list(csv.reader(io.StringIO(as_csv(score_rows([graded(course, name)], "es")))))
    assert rows[1][0] == name and len(rows[1]) == len(rows[0]) == 10


@pytest.mark.parametrize("name", ["\x1b[31mred", "\x1b]0;owned\x07", "a\x9bb", "safe\u202egpj.exe", "[bold red]x", "a\rb\x08"])
def test_nothing_in_a_table_steers_the_terminal(course, name):
    made = graded(course, name)
    made.flags = [Text(name, name)]
    shown = render(as_table(score_rows([made], "es"), "es"), *notes(score_rows([made], "es")))
    assert not any(c in shown for c in "\x1b\x07\x9b\u202e\r\x08")
    assert "[bold red]x" in shown or "[bold red]" not in name


def test_the_closing_table_counts_states_and_gives_no_mean_without_scores(course):
    results = [graded(course, "ana"), graded(course, "bea", "axis_zero"), SubmissionResult("c", SMALL, "ungradable", "es")]
    shown = render(state_table(results, "en"))
    graded_line = next(line for line in shown.splitlines() if "graded" in line)
    assert "2" in graded_line and "2.0" in graded_line
    assert "—" in next(line for line in shown.splitlines() if "ungradable" in line)


@pytest.mark.parametrize("command", ["grade", "scores", "report"])
class TestBadInput:
    """Each says what is wrong and what to do, and ends with 2."""

    def test_a_wrong_folder(self, command, tmp_path):
        done = run(command, tmp_path, SMALL)
        assert done.exit_code == 2
        assert "no es la carpeta de una clase" in done.output and "autograder init" in done.output
        assert "not the folder of a class" in done.output, "no language is known yet: both"

    def test_an_unknown_assignment(self, command, course):
        done = run(command, course.root, "99_none")
        assert done.exit_code == 2 and "99_none" in done.output and "01_mlp, 02_cnn" in done.output.replace("\n", " ")

    def test_nothing_there_yet(self, command, course):
        done = run(command, course.root, SMALL)
        assert done.exit_code == 2
        assert ("submitted/ESTUDIANTE/small" if command == "grade" else "autograder grade") in done.output.replace("\n", "")


def test_an_unknown_student(course):
    (course.root / "submitted" / "ana" / SMALL).mkdir(parents=True)
    done = run("grade", course.root, SMALL, "--student", "zoe")
    assert done.exit_code == 2 and "zoe" in done.output and "ana" in done.output
