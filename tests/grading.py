"""A small assignment of four exercises, what students may do to it, and limits that end a hostile submission soon."""

import copy
import json
import re
from functools import cache

import pytest

from autograder.content import content_root
from autograder.engine.limits import MB, Limits
from autograder.engine.local import LocalJudges
from autograder.engine.run import judge_all
from autograder.engine.sandbox import isolation_problem
from autograder.engine.submission import Assignment, Handed
from autograder.exercise import find
from autograder.results import SubmissionResult
from autograder.solutions import SOLUTION, solution_source

NAME = "attacked"
EXERCISES = ("softmax", "linear_forward", "gelu", "embedding_mlp")  # three functions, which forbid library calls, and a class
SECRET = b"atiende-marker-0000000000000001-of-the-course"
LIMITS = Limits(
    cell_seconds=1.0, notebook_seconds=8.0, wall_factor=3.0, wall_grace=3.0, check_factor=0.1, restarts=2,
    memory_bytes=1024 * MB, tmp_bytes=32 * MB, processes=48,
)  # fmt: skip
MARKS = re.compile(r"^[ \t]*### (?:BEGIN|END) SOLUTION\n?", re.MULTILINE)


def release() -> dict:
    """Return a copy of the released notebook: the cells of the exercises, cut out of the course's own assignment."""
    return copy.deepcopy(_release())


@cache
def _release() -> dict:
    path = content_root() / "assignments" / "en" / "01_mlp.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    kept = {"imports"} | set(EXERCISES) | {id + SOLUTION for id in EXERCISES}
    cells = [cell for cell in notebook["cells"] if cell["id"] == "imports" or grade_id(cell) in kept]
    for cell in cells:
        cell["source"] = "".join(cell["source"])
    return notebook | {"cells": cells}


def assignment(limits: Limits = LIMITS) -> Assignment:
    return Assignment(NAME, {"en": release()}, "en", SECRET, limits)


def solved(*ids: str, **answers: str) -> dict:
    """Return a submission in which the exercises `ids` are right, and others answered with the code given by id."""
    notebook = release()
    sources = {id: right(id) for id in ids} | answers
    for id, source in sources.items():
        cell_of(notebook, id + SOLUTION)["source"] = source
    return notebook


def right(id: str) -> str:
    """Return a right answer of an exercise."""
    return MARKS.sub("", solution_source(id))


def add_cell(notebook: dict, source: str, place: int | None = None, kind: str = "code") -> dict:
    """Put a cell of the student's own into a notebook, under the imports or at `place`."""
    cell = {"cell_type": kind, "id": f"own-{len(notebook['cells'])}", "metadata": {}, "source": source}
    if kind == "code":
        cell |= {"outputs": [], "execution_count": None}
    notebook["cells"].insert(1 if place is None else place, cell)
    return notebook


def cell_of(notebook: dict, id: str) -> dict:
    return next(cell for cell in notebook["cells"] if grade_id(cell) == id)


def grade_id(cell: dict) -> str:
    return cell["metadata"].get("nbgrader", {}).get("grade_id", "")


def handed(student: str, submission: dict | bytes, **more) -> Handed:
    data = submission if isinstance(submission, bytes) else json.dumps(submission).encode()
    return Handed(student, data, f"{NAME}.ipynb", **more)


@cache
def problem() -> str:
    """Return why this host cannot isolate workers, or an empty string."""
    return isolation_problem()


def needs_isolation():
    return pytest.mark.skipif(bool(problem()), reason=f"this host cannot isolate: {problem()}")


def cases_of(request) -> list:
    """Return the values of the parameter `case` of the tests of this file that are to run, each once."""
    items = [item for item in request.session.items if item.path == request.path and hasattr(item, "callspec")]
    return list(dict.fromkeys(item.callspec.params["case"] for item in items if "case" in item.callspec.params))


def grade_cases(request, judges: LocalJudges, make) -> dict[str, SubmissionResult]:
    """Return the results of all cases of a test file by their name "/".join(case), graded side by side."""
    given = (handed("/".join(case), make(*case)) for case in cases_of(request))
    return {result.student: result for result in judge_all(judges.assignment, given, judges)}


def earned(result: SubmissionResult) -> dict[str, float]:
    """Return the points by exercise."""
    return {verdict.id: verdict.points for verdict in result.verdicts}


def maxima(*ids: str) -> dict[str, float]:
    """Return what each exercise gives when `ids` are right and the rest is nothing."""
    return {id: find(id).points if id in ids else 0.0 for id in EXERCISES}


def said(result: SubmissionResult) -> str:
    """Return everything that goes back to the student or the instructor, but for the times it took."""
    fields = json.loads(result.to_json())
    del fields["timing"]
    return json.dumps(fields, ensure_ascii=False, sort_keys=True)
