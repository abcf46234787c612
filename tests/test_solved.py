"""Every assignment, solved and blank, in both languages, through `autograder grade` as an instructor runs it."""

import nbformat
import pytest
from grading import needs_isolation
from typer.testing import CliRunner

from autograder.commands import app
from autograder.content import content_root, units
from autograder.gradebook.create import create_course
from autograder.gradebook.records import read_record

pytestmark = [needs_isolation(), pytest.mark.slow]
ASSIGNMENTS = [unit["id"] for unit in units() if unit.get("minutes_assignment")]
LANGUAGES = "es", "en"


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return create_course(tmp_path_factory.mktemp("solved") / "class", "es")[0]


def hand_in(course, unit: str, student: str, path):
    copy = course.root / "submitted" / student / unit / f"{unit}.ipynb"
    copy.parent.mkdir(parents=True)
    copy.write_bytes(path.read_bytes())


@pytest.mark.parametrize("unit", ASSIGNMENTS)
def test_the_solved_one_earns_everything_and_the_blank_one_nothing(course, unit):
    for lang in LANGUAGES:
        hand_in(course, unit, f"solved-{lang}", content_root() / "solutions" / lang / f"{unit}.ipynb")
        hand_in(course, unit, f"blank-{lang}", content_root() / "assignments" / lang / f"{unit}.ipynb")
    done = CliRunner().invoke(app, ["grade", str(course.root), unit])
    assert done.exit_code == 0, done.output
    for lang in LANGUAGES:
        solved, blank = (read_record(course, unit, f"{kind}-{lang}") for kind in ("solved", "blank"))
        assert (solved.state, blank.state) == ("graded", "graded"), (solved.problem, blank.problem)
        lost = {v.id: v.first_failed.message.en for v in solved.verdicts if v.points < v.max_points}
        assert lost == {} and [v.id for v in blank.verdicts if v.points] == []
        assert solved.flags == blank.flags == []
        autograded = nbformat.read(course.root / "autograded" / solved.student / unit / f"{unit}.ipynb", 4)
        assert [o for c in autograded.cells for o in c.get("outputs", []) if o.output_type == "error"] == []
