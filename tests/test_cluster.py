"""Verdicts are the same from one process, from all cores, and from a Dask cluster; a lost worker loses nothing."""

import os
import signal
from concurrent.futures import Future

import pytest
from distributed import KilledWorker, LocalCluster
from graders import grade
from small_class import NAME
from typer.testing import CliRunner

from autograder.commands import app
from autograder.engine import run
from autograder.engine.cluster import ClusterJudges
from autograder.gradebook.records import read_records

pytestmark = pytest.mark.slow
COUNT = 8


@pytest.fixture(scope="module")
def cluster():
    """Return a Dask cluster of two worker processes on this machine."""
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as started:
        yield started


@pytest.fixture(scope="module")
def course(small_class, tmp_path_factory):
    return small_class(tmp_path_factory.mktemp("cluster"), COUNT)


@pytest.fixture(scope="module")
def alone(course):
    """Return the results of one process."""
    return told(run.grade(course, run.open_assignment(course, NAME), course.submitted(NAME), jobs=1))


def told(results) -> dict:
    """Return everything that results tell but the time that they took, by student."""
    return {r.student: (r.state, r.verdicts, r.notebook, r.repairs, r.flags, r.digest, r.version) for r in results}


def test_all_cores_give_the_same_verdicts(course, alone):
    assert len(alone) == COUNT
    assert told(run.grade(course, run.open_assignment(course, NAME), course.submitted(NAME))) == alone


def test_a_cluster_gives_the_same_verdicts(course, cluster, alone):
    grade(course, "--scheduler", cluster.scheduler_address)
    assert {r.student: (r.state, r.verdicts, r.digest) for r in read_records(course, NAME)} == {
        student: (state, verdicts, digest) for student, (state, verdicts, _, _, _, digest, _) in alone.items()}


def test_a_lost_worker_loses_nothing(course, cluster, alone):
    assignment = run.open_assignment(course, NAME)
    results = []
    with ClusterJudges(assignment, cluster.scheduler_address) as judges:
        coming = (run.read_handed(course, assignment, student) for student in course.submitted(NAME))
        for result in run.judge_all(assignment, coming, judges):
            results.append(result)
            if len(results) == 2:
                os.kill(min(judges.client.run(os.getpid).values()), signal.SIGKILL)
    assert told(results) == alone


def test_a_submission_that_kills_every_worker_has_no_score(course, cluster):
    assignment = run.open_assignment(course, NAME)
    with ClusterJudges(assignment, cluster.scheduler_address) as judges:
        (result,) = run.judge_all(assignment, [run.read_handed(course, assignment, "student00000")], Deadly(judges))
    assert result.state == "infrastructure_error" and not result.scored and result.verdicts == []
    assert KilledWorker.__name__ in result.problem.en


class Deadly:
    """Be judges of whom every one dies."""

    def __init__(self, judges: ClusterJudges):
        self.judges, self.slots, self.last_words = judges, 1, judges.last_words

    def submit(self, handed) -> Future:
        return self.judges.executor.submit(os._exit, 1)


def test_an_address_where_nobody_answers_is_said(course):
    done = CliRunner().invoke(app, ["grade", str(course.root), NAME, "--scheduler", "tcp://127.0.0.1:9", "--regrade",
                                    "--student", "student00000"])
    assert done.exit_code == 2 and "Grading could not begin" in done.output
