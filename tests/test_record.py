"""The reader's record: what passes is noted on their own machine, drawn on request, and never noted for somebody else."""

import json
import sys
from pathlib import Path

import pytest

import atiende
from atiende.record import note, read_record, record_file
from autograder import check
from autograder.exercise import exercise_ids
from autograder.solutions import imports_source, solution_source

UNITS = [
    {"id": "01_a", "title_es": "Uno", "title_en": "One", "exercises": ["add", "double"]},
    {"id": "02_b", "title_es": "Dos", "title_en": "Two", "exercises": ["halve"]},
]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch) -> Path:
    """Return the data folder of a reader who has not begun, and who reads English."""
    monkeypatch.setenv("ATIENDE_DATA", str(tmp_path / "data"))
    atiende.set_language("en")
    yield tmp_path / "data"
    atiende.set_language("es")


def work(source: str) -> float:
    """Run a cell and its check as a notebook does; return the points."""
    namespace = {}
    exec(imports_source("softmax") + "\n" + source, namespace)
    return check(namespace["softmax"])


def test_a_right_exercise_is_noted_with_all_exercises_of_the_course():
    assert work(solution_source("softmax")) == 4
    record = read_record()
    assert list(record.passed) == ["softmax"] and record.next == "cross_entropy"
    assert sorted(id for unit in record.units for id in unit["exercises"]) == exercise_ids()
    assert record.units[0]["exercises"][:3] == ["softmax", "cross_entropy", "cross_entropy_grad"]


def test_a_wrong_exercise_notes_the_course_alone_and_takes_nothing_back():
    work(solution_source("softmax"))
    assert work(solution_source("softmax").replace("axis=axis", "axis=0")) < 4
    assert list(read_record().passed) == ["softmax"]


@pytest.mark.parametrize("how", ["autograde", "validate"])
def test_nothing_is_noted_where_nbgrader_runs_the_notebook(folder, monkeypatch, how):
    monkeypatch.setenv("NBGRADER_EXECUTION", how)
    assert work(solution_source("softmax")) == 4
    assert not folder.exists()


def test_a_folder_that_cannot_be_written_costs_no_points(folder):
    folder.write_text("a file stands in the way")
    assert work(solution_source("softmax")) == 4
    assert folder.is_file()


def test_a_damaged_record_begins_anew():
    note(UNITS, "add")
    record_file().write_text('{"units": [')
    note(UNITS, "halve")
    assert list(read_record().passed) == ["halve"]


def test_the_first_day_of_an_exercise_stays():
    note(UNITS, "add")
    saved = json.loads(record_file().read_text(encoding="utf-8"))
    saved["passed"]["add"] = "2020-01-01"
    record_file().write_text(json.dumps(saved))
    note(UNITS, "add")
    note(UNITS, "double")
    assert read_record().passed["add"] == "2020-01-01" and len(read_record().passed) == 2


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere the data folder has another name")
def test_the_record_lies_in_the_user_s_data_folder(monkeypatch, tmp_path):
    monkeypatch.delenv("ATIENDE_DATA")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert record_file() == tmp_path / "atiende" / "progress.json"


def test_progress_says_how_to_begin(capsys):
    atiende.progress()
    assert "check(...)" in capsys.readouterr().out


@pytest.mark.parametrize(("language", "told", "printed"), [
    ("es", "Uno: 2 de 2; Dos: 0 de 1", "2 de 3 ejercicios. Sigue: halve."),
    ("en", "One: 2 of 2; Two: 0 of 1", "2 of 3 exercises. Next: halve."),
])  # fmt: skip
def test_progress_draws_the_road_and_names_what_comes_next(language, told, printed, monkeypatch, capsys):
    shown = []
    monkeypatch.setattr("atiende.plots.style.display", lambda bundle, raw: shown.append(bundle))
    atiende.set_language(language)
    for id in ("add", "double"):
        note(UNITS, id)
    atiende.progress()
    assert told in shown[0]["text/plain"] and shown[0]["image/png"]
    assert printed in capsys.readouterr().out
