"""Grade many submissions at once: one warm parent, a judge in each of a few processes, results as they come."""

import multiprocessing
import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool

import nbformat

from autograder.content import content_root
from autograder.engine.limits import Limits
from autograder.engine.nursery import ONE_THREAD, Connection, Nursery
from autograder.engine.submission import Assignment, Handed, collect, grade_submission
from autograder.gradebook.course import Course
from autograder.results import SubmissionResult
from autograder.text import Text

TRIES = 3  # at a submission whose judge the host brought down
HOST = Text(
    "La máquina falló al calificar ({error}); no se guardó ninguna nota. Vuelve a ejecutar `autograder grade`.",
    "The host failed while grading ({error}); no score was stored. Run `autograder grade` again.",
)

_connection: Connection | None = None
_assignment: Assignment | None = None


def open_assignment(course: Course, name: str, limits: Limits | None = None) -> Assignment:
    """Return what grading an assignment of a class takes."""
    return Assignment(name, _releases(course, name), course.language, course.secret.read_bytes(), limits or Limits())


def grade(
    course: Course, assignment: Assignment, students: list[str], jobs: int | None = None, isolate: bool = True
) -> Iterator[SubmissionResult]:
    """Yield the result of each student's submission, as they are ready; `jobs` are processes, one a core without it.

    Raises RuntimeError where the host cannot start a warm parent.
    """
    jobs = min(jobs or len(os.sched_getaffinity(0)), len(students))
    with Nursery(assignment.unit, assignment.limits, isolate) as nursery:
        waiting = deque((student, 1) for student in students)
        while waiting:
            yield from _grade_some(waiting, course, assignment, jobs, nursery.address)


def _grade_some(
    waiting: deque, course: Course, assignment: Assignment, jobs: int, address: str
) -> Iterator[SubmissionResult]:
    """Yield results until all are graded or a judge dies; what was lost goes back to `waiting`."""
    lost: list[tuple[str, int, Exception]] = []
    with _pool(jobs, assignment, address) as pool:
        running: dict[Future, tuple[str, int]] = {}
        while (waiting or running) and not lost:
            while waiting and len(running) < 2 * jobs:  # a few ahead, so that memory stays flat
                student, tries = waiting.popleft()
                handed = collect(student, course.root / "submitted" / student / assignment.name, assignment)
                running[pool.submit(_grade, handed)] = student, tries
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                student, tries = running.pop(future)
                try:
                    yield SubmissionResult.from_json(future.result())
                except BrokenProcessPool as error:
                    lost.append((student, tries, error))
                except Exception as error:  # the host's fault, or ours: said, tried again, never a score
                    yield from _again(waiting, assignment, student, tries, error)
        lost += [(student, tries, BrokenProcessPool("a judge died")) for student, tries in running.values() if lost]
    for entry in lost:
        yield from _again(waiting, assignment, *entry)


def _again(
    waiting: deque, assignment: Assignment, student: str, tries: int, error: Exception
) -> Iterator[SubmissionResult]:
    if tries < TRIES:
        waiting.append((student, tries + 1))
        return
    problem = HOST.fill(error=f"{type(error).__name__}: {error}"[:300])
    yield SubmissionResult(student, assignment.name, "infrastructure_error", assignment.language, problem=problem)


def _pool(jobs: int, assignment: Assignment, address: str) -> ProcessPoolExecutor:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["autograder.engine.submission"])
    kept = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(ONE_THREAD)  # the judges' parent is started with it, so that its forks may use torch
    try:
        multiprocessing.forkserver.ensure_running()
    finally:
        for name, value in kept.items():
            os.environ.pop(name) if value is None else os.environ.__setitem__(name, value)
    return ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin, initargs=(address, assignment))


def _begin(address: str, assignment: Assignment):
    global _connection, _assignment
    _connection, _assignment = Connection(address), assignment


def _grade(handed: Handed) -> str:
    return grade_submission(handed, _assignment, _connection).to_json()


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
