"""Grade many submissions at once: whoever judges them, here or on a cluster, results come as they are ready."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, replace
from typing import Protocol

import nbformat

from autograder.content import content_root
from autograder.engine.limits import Limits
from autograder.engine.local import LocalJudges, cores
from autograder.engine.submission import Assignment, Handed, collect
from autograder.gradebook.course import Course
from autograder.results import SubmissionResult
from autograder.text import Text

TRIES = 3  # at a submission whose judge the host brought down
HOST = Text(
    "La máquina falló al calificar ({error}); no se guardó ninguna nota. Vuelve a ejecutar `autograder grade`.",
    "The host failed while grading ({error}); no score was stored. Run `autograder grade` again.",
)


class Judges(Protocol):
    """Judge submissions in other processes; `slots` are how many at a time. A context manager."""

    slots: int
    last_words: type[Exception]  # an error after which a submission is not tried again

    def submit(self, handed: Handed) -> Future[str]:
        """Return the JSON of its SubmissionResult, to come; what died of the judges is replaced first."""


def open_assignment(course: Course, name: str, limits: Limits | None = None) -> Assignment:
    """Return what grading an assignment of a class takes."""
    return Assignment(name, _releases(course, name), course.language, course.secret.read_bytes(), limits or Limits())


def read_handed(course: Course, assignment: Assignment, student: str) -> Handed:
    """Return what a student handed in, within the limits."""
    return collect(student, course.root / "submitted" / student / assignment.name, assignment)


def grade(
    course: Course,
    assignment: Assignment,
    students: list[str],
    jobs: int | None = None,
    isolate: bool = True,
    scheduler: str | None = None,
) -> Iterator[SubmissionResult]:
    """Yield the result of each student's submission, as they are ready.

    `jobs` are processes of this machine, one a core without it; `scheduler` is the address of a Dask cluster to use
    instead. Raises RuntimeError where no warm parent can be started, OSError where no scheduler answers.
    """
    submissions = (read_handed(course, assignment, student) for student in students)
    with _judges(assignment, min(jobs or cores(), len(students)), isolate, scheduler) as judges:
        for result in judge_all(assignment, submissions, judges):
            result.practice = not isolate
            yield result


def _judges(assignment: Assignment, jobs: int, isolate: bool, scheduler: str | None) -> Judges:
    if scheduler is None:
        return LocalJudges(assignment, jobs, isolate)
    from autograder.engine.cluster import ClusterJudges  # needs the extra `cluster`

    return ClusterJudges(assignment, scheduler, isolate)


@dataclass
class Attempt:
    """Hold a submission on its way: which try this is, and whether its code brought down the process before."""

    handed: Handed
    number: int = 1
    crashed: bool = False


def judge_all(assignment: Assignment, submissions: Iterable[Handed], judges: Judges) -> Iterator[SubmissionResult]:
    """Yield the result of each submission as it is ready; only a few are read ahead, so that memory stays flat.

    A crash is believed when it happens twice: the host, too, may kill a student's process.
    """
    coming = map(Attempt, submissions)
    again: deque[Attempt] = deque()
    running: dict[Future[str], Attempt] = {}
    while True:
        while len(running) < 2 * judges.slots and (attempt := again.popleft() if again else next(coming, None)):
            running[judges.submit(attempt.handed)] = attempt
        if not running:
            return
        for future in wait(running, return_when=FIRST_COMPLETED).done:
            attempt = running.pop(future)
            try:
                result = SubmissionResult.from_json(future.result())
            except Exception as error:  # the host's fault, or ours: said, tried again, never a score
                if attempt.number < TRIES and not isinstance(error, judges.last_words):
                    again.append(replace(attempt, number=attempt.number + 1))
                    continue
                result = _failed(attempt.handed, assignment, error)
            if result.state == "student_crash" and not attempt.crashed:
                again.append(replace(attempt, crashed=True))
            else:
                yield result


def _failed(handed: Handed, assignment: Assignment, error: Exception) -> SubmissionResult:
    result = SubmissionResult(handed.student, assignment.name, "infrastructure_error", assignment.language)
    result.digest, result.version = handed.digest, assignment.version
    result.problem = HOST.fill(error=f"{type(error).__name__}: {error}"[:300])
    return result


def _releases(course: Course, assignment: str) -> dict[str, dict]:
    """Return the released notebook by language: the class's own, and the course's twin where it grades the same cells."""
    own = nbformat.read(course.released(assignment), as_version=4)
    releases = {course.language: own}
    for language in ("es", "en"):
        twin = content_root() / "assignments" / language / f"{assignment}.ipynb"
        if language not in releases and twin.is_file():
            other = nbformat.read(twin, as_version=4)
            if _graded(other) == _graded(own):
                releases[language] = other
    return releases


def _graded(notebook) -> list[tuple]:
    cells = [cell for cell in notebook.cells if "nbgrader" in cell.metadata]
    return [(cell.metadata.nbgrader.grade_id, cell.metadata.nbgrader.get("points"), cell.source) for cell in cells]
