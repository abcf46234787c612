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
from autograder.engine.submission import Task, grade_submission
from autograder.exercise import check_unit, exercise_ids
from autograder.gradebook.course import Course
from autograder.results import SubmissionResult
from autograder.text import Text

TRIES = 3  # at a submission whose judge the host brought down
HOST = Text(
    "La máquina falló al calificar ({error}); no se guardó ninguna nota. Vuelve a ejecutar `autograder grade`.",
    "The host failed while grading ({error}); no score was stored. Run `autograder grade` again.",
)

_connection: Connection | None = None


def grade(
    course: Course,
    assignment: str,
    students: list[str],
    jobs: int | None = None,
    limits: Limits | None = None,
    isolate: bool = True,
) -> Iterator[SubmissionResult]:
    """Yield the result of each student's submission, as they are ready; `jobs` are processes, one a core without it.

    Raises RuntimeError where the host cannot start a warm parent.
    """
    limits = limits or Limits()
    tasks = [
        Task(
            student,
            assignment,
            course.root / "submitted" / student / assignment,
            _releases(course, assignment),
            course.language,
            course.secret.read_bytes(),
            limits,
        )
        for student in students
    ]
    unit = _unit(tasks[0].releases)
    jobs = min(jobs or len(os.sched_getaffinity(0)), len(tasks))
    with Nursery(unit, limits, isolate) as nursery:
        waiting = deque((task, 1) for task in tasks)
        while waiting:
            lost = []
            with _pool(jobs, nursery) as pool:
                running: dict[Future, tuple[Task, int]] = {}
                while waiting or running:
                    while waiting and len(running) < 2 * jobs:  # a few ahead, so that memory stays flat
                        entry = waiting.popleft()
                        running[pool.submit(_grade, entry[0])] = entry
                    done, _ = wait(running, return_when=FIRST_COMPLETED)
                    for future in done:
                        task, tries = running.pop(future)
                        try:
                            yield SubmissionResult.from_json(future.result())
                        except BrokenProcessPool as error:
                            lost.append((task, tries, error))
                        except Exception as error:  # the host's, or a fault of ours: said, never a score
                            if tries < TRIES:
                                waiting.append((task, tries + 1))
                            else:
                                yield _infrastructure_error(task, error)
                    if any(isinstance(error, BrokenProcessPool) for _, _, error in lost):
                        lost += [(*entry, BrokenProcessPool("a judge died")) for entry in running.values()]
                        break
            for task, tries, error in lost:
                if tries < TRIES:
                    waiting.append((task, tries + 1))
                else:
                    yield _infrastructure_error(task, error)


def _pool(jobs: int, nursery: Nursery) -> ProcessPoolExecutor:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["autograder.engine.run"])
    kept = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(ONE_THREAD)  # the judges' process is started with it, so that its forks may use torch
    try:
        multiprocessing.forkserver.ensure_running()
    finally:
        for name, value in kept.items():
            os.environ.pop(name) if value is None else os.environ.__setitem__(name, value)
    return ProcessPoolExecutor(jobs, mp_context=context, initializer=_connect, initargs=(nursery.address,))


def _connect(address: str):
    global _connection
    _connection = Connection(address)


def _grade(task: Task) -> str:
    return grade_submission(task, _connection).to_json()


def _infrastructure_error(task: Task, error: Exception) -> SubmissionResult:
    problem = HOST.fill(error=f"{type(error).__name__}: {error}"[:300])
    return SubmissionResult(task.student, task.assignment, "infrastructure_error", task.language, problem=problem)


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
    return [
        (c.metadata.nbgrader.grade_id, c.metadata.nbgrader.get("points"), c.source)
        for c in notebook.cells
        if "nbgrader" in c.metadata
    ]


def _unit(releases: dict[str, dict]) -> str:
    known = set(exercise_ids())
    for notebook in releases.values():
        for cell in notebook.cells:
            if cell.metadata.get("nbgrader", {}).get("grade_id") in known:
                return check_unit(cell.metadata.nbgrader.grade_id)
    return ""
