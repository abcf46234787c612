"""A run of `autograder grade` that is killed anywhere, and run again, loses nothing and stores nothing twice."""

import contextlib
import csv
import json
import os
import random
import signal
import time

import psutil
import pytest
from graders import WHOLE_RUN, Grader, grade, mine, points, stored
from small_class import NAME, hand_in
from typer.testing import CliRunner

from autograder.commands import app
from autograder.engine import run
from autograder.engine.local import LocalJudges
from autograder.files import PART
from autograder.gradebook.records import read_records


@pytest.fixture(scope="module")
def undisturbed(small_class, tmp_path_factory):
    """Return a class of 24 that was graded without a fault, its points, and what its gradebook holds."""
    course = small_class(tmp_path_factory.mktemp("undisturbed"), 24)
    grade(course, "--jobs", "2")
    return course, points(course), stored(course)


def test_what_is_graded_is_not_graded_again(undisturbed):
    course, scores, rows = undisturbed
    before = {path: path.stat().st_mtime_ns for path in course.root.glob("*/*/small/*")}
    records = {path: path.stat().st_mtime_ns for path in (course.root / ".autograder" / NAME).glob("*.json")}
    assert len(records) == 24 and len(before) >= 48
    assert "24 " in grade(course)
    assert before == {path: path.stat().st_mtime_ns for path in course.root.glob("*/*/small/*")}
    assert records == {path: path.stat().st_mtime_ns for path in (course.root / ".autograder" / NAME).glob("*.json")}
    assert points(course) == scores and stored(course) == rows


def test_only_what_was_handed_in_again_is_graded(small_class, tmp_path):
    course = small_class(tmp_path, 3)
    grade(course)
    first = points(course)
    hand_in(course, "student00001", "solved", 99)
    assert "2 submissions were graded already" in grade(course)
    second = points(course)
    assert {s for s in first if first[s] != second[s]} == {"student00001"}
    assert sum(p for _, p, _ in second["student00001"][2]) == 7


@pytest.fixture
def changed(small_class, tmp_path):
    """Return a class that was graded, and whose release was changed since so that one exercise is worth twice as much."""
    course = small_class(tmp_path, 4)
    grade(course)
    path = course.released(NAME)
    notebook = json.loads(path.read_text())
    (cell,) = [c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == "linear_forward"]
    cell["metadata"]["nbgrader"]["points"] = 6
    path.write_text(json.dumps(notebook))
    return course


def test_a_regrade_tells_who_has_other_points(changed):
    before = points(changed)
    assert "4 submissions were graded already" in grade(changed), "other checks alone are no reason to grade again"
    assert points(changed) == before
    shown = grade(changed, "--regrade")
    after = points(changed)
    rows = list(csv.DictReader((changed.root / f"{NAME}-scores-diff.csv").open()))
    expected = {(s, id): (float(p), float(q)) for s in before
                for (id, p, _), (_, q, _) in zip(before[s][2], after[s][2], strict=True) if p != q}
    assert len(expected) == 3 and {(r["student"], r["exercise"]): (float(r["before"]), float(r["after"])) for r in rows} == expected
    assert {r["changed"] for r in rows} == {"checks"} and {float(r["difference"]) for r in rows} == {3}
    assert "student00000" in shown and "+3" in shown
    again = grade(changed, "--regrade")
    assert "4 submissions were graded already" in again and points(changed) == after


def test_a_student_asked_for_is_graded_again(changed):
    grade(changed, "--regrade", "--student", "student00000")
    (r,) = [r for r in read_records(changed, NAME) if r.student == "student00000"]
    assert r.points == 10 and r.previous.points == {"softmax": 4, "linear_forward": 3}
    shown = grade(changed, "--regrade", "--student", "student00000")
    assert "Grading" in shown and "No mark changed" in shown


def test_one_run_at_a_time(small_class, tmp_path):
    course = small_class(tmp_path, 4)
    grader = Grader(course, tmp_path)
    lock = course.root / ".autograder" / NAME / ".lock"
    while not lock.exists():
        time.sleep(0.05)
    done = CliRunner().invoke(app, ["grade", str(course.root), NAME])
    assert done.exit_code == 2 and "already at work" in done.output
    assert grader.popen.wait(WHOLE_RUN) == 0
    grade(course)


def test_a_new_warm_parent_takes_the_place_of_a_dead_one(undisturbed):
    course, scores, _ = undisturbed
    assignment = run.open_assignment(course, NAME)
    coming = (run.read_handed(course, assignment, student) for student in course.submitted(NAME)[:6])
    with LocalJudges(assignment, 1) as judges:
        first, results = judges.nursery.process.pid, []
        for result in run.judge_all(assignment, coming, judges):
            results.append(result)
            if len(results) == 2:
                os.kill(judges.nursery.process.pid, signal.SIGKILL)
        assert judges.nursery.process.pid != first
    assert [r.state for r in results] == ["graded"] * 6
    assert all([(v.id, v.points, v.mistake) for v in r.verdicts] == scores[r.student][2] for r in results)


def test_a_submission_that_always_brings_its_judge_down_has_no_score(undisturbed):
    course, _, _ = undisturbed
    assignment = run.open_assignment(course, NAME)
    with LocalJudges(assignment, 1) as judges:
        handed = run.read_handed(course, assignment, "student00000")
        results = run.judge_all(assignment, [handed], Murderous(judges))
        assert [r.state for r in results] == ["infrastructure_error"]


class Murderous:
    """Be judges that are killed as soon as they have something to do."""

    def __init__(self, judges: LocalJudges):
        self.judges, self.slots, self.last_words = judges, 1, ()

    def submit(self, handed):
        future = self.judges.submit(handed)
        while not (found := [judge for server in psutil.Process().children() if "forkserver" in " ".join(server.cmdline())
                             for judge in server.children()]):
            time.sleep(0.01)
        for judge in found:
            judge.kill()
        return future


@pytest.mark.slow
def test_thirty_deaths_change_nothing(small_class, tmp_path, undisturbed):
    """Kill the grader, judges, the warm parent and workers at random; then let a run end, and compare with none killed."""
    _, scores, rows = undisturbed
    chance = random.Random(20)
    course = small_class(tmp_path, 24)
    plan = ["grader"] * 5 + ["judge"] * 14 + ["parent"] * 6 + ["worker"] * 5
    chance.shuffle(plan)
    records = course.root / ".autograder" / NAME
    grader = Grader(course, tmp_path)
    while plan:
        if not grader.running():
            for record in sorted(records.glob("*.json"))[::2]:
                record.unlink()  # as if the run before had been killed between the gradebook and the record
            grader = Grader(course, tmp_path)
        if not (grader.find("judge") and (victims := grader.find(plan[-1]))):
            time.sleep(0.02)
            continue
        time.sleep(chance.uniform(0, 0.3))
        with contextlib.suppress(ProcessLookupError):
            os.kill(chance.choice(victims), signal.SIGKILL)
            if plan.pop() == "grader":
                grader.popen.wait()
    grader.popen.kill()
    grader.popen.wait()
    last = Grader(course, tmp_path)
    assert last.popen.wait(WHOLE_RUN) == 0, last.popen.stdout.read().decode()
    assert points(course) == scores
    assert stored(course) == rows
    assert not list(course.root.rglob(PART + "*"))
    deadline = time.monotonic() + 10
    while (strays := mine(tmp_path)) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert not strays, strays
