"""The class of the demonstration: everyone ends in the state and with the points that their story tells."""

import json

import nbformat
import pytest
from typer.testing import CliRunner

from autograder.commands import app
from autograder.demo.classroom import TITLES, hand_in, stories
from autograder.demo.people import PEOPLE
from autograder.engine import run
from autograder.engine.limits import Limits
from autograder.gradebook.create import create_course

UNIT = "01_mlp"
LIMITS = Limits(cell_seconds=45)  # an endless loop is found in these


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """Return the result of each student of the class, graded once, by story."""
    course, _ = create_course(tmp_path_factory.mktemp("demo") / "class", "es", demo=True)
    hand_in(course, UNIT)
    results = {r.student: r for r in run.grade(course, run.open_assignment(course, UNIT, LIMITS), course.submitted(UNIT))}
    return [(story, results[id]) for (id, _, _), story in zip(PEOPLE, stories(UNIT), strict=True)]


def test_the_class_is_of_many_kinds():
    told = stories(UNIT)
    assert len(told) >= 24 and {story.name for story in told} == set(TITLES)
    assert {story.language for story in told} == {"es", "en"}
    named = {mistake for story in told for mistake in story.wrong.items() if mistake[1]}
    assert len(named) >= 8
    assert len({id for id, _, _ in PEOPLE}) == len(PEOPLE) == len(told)


def test_submissions_are_real_notebooks(tmp_path):
    course, _ = create_course(tmp_path / "class", "es", demo=True)
    hand_in(course, UNIT)
    odd = {"broken_json", "empty_file"}
    for (id, _, _), story in zip(PEOPLE, stories(UNIT), strict=True):
        path = course.root / "submitted" / id / UNIT / f"{UNIT}.ipynb"
        if story.name in odd:
            with pytest.raises(ValueError):
                json.loads(path.read_bytes())
        else:
            nbformat.validate(json.loads(path.read_bytes()))
            assert b"BEGIN SOLUTION" not in path.read_bytes()


@pytest.mark.slow
def test_everyone_ends_in_the_state_of_their_story(graded):
    assert {(s.name, r.student): r.state for s, r in graded} == {(s.name, r.student): s.state for s, r in graded}


def as_told(story, verdict) -> bool:
    """Tell whether a verdict is what its story says."""
    if verdict.id in story.blank:
        return verdict.points == 0
    if verdict.id in story.wrong:
        return verdict.points < verdict.max_points and story.wrong[verdict.id] in ("", verdict.mistake)
    return verdict.points == verdict.max_points


@pytest.mark.slow
def test_everyone_earns_what_their_story_tells(graded):
    assert [(s.name, r.student, v) for s, r in graded for v in r.verdicts if not as_told(s, v)] == []
    for story, result in graded:
        assert (len(result.verdicts) >= 10) if result.scored else (result.verdicts == [] and result.problem), story.name


@pytest.mark.slow
def test_each_notebook_is_read_in_its_language(graded):
    assert all(result.language == story.language for story, result in graded if result.scored)


@pytest.mark.slow
def test_what_was_mended_is_told(graded):
    told = {story.name: result for story, result in graded}
    for name in ("copied_cells", "deleted_test", "no_metadata", "no_metadata_no_ids"):
        assert told[name].repairs, name
    assert told["solved"].repairs == []
    assert any("scipy.special.softmax" in flag.en for flag in told["forbidden_call"].flags)


def test_replaces_its_own_folder_and_no_other(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("mine")
    done = CliRunner().invoke(app, ["demo", str(tmp_path / "mine")])
    assert done.exit_code == 2 and (tmp_path / "mine" / "thesis.tex").read_text() == "mine"
    course, _ = create_course(tmp_path / "class", "es")
    done = CliRunner().invoke(app, ["demo", str(course.root)])
    assert done.exit_code == 2 and course.secret.is_file()
    assert course.submitted(UNIT) == []
