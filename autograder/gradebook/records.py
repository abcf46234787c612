"""The last result of each submission, kept beside the gradebook: what scores, feedback and the class report read."""

import json
from collections.abc import Iterator

import nbformat

from autograder.files import write_atomically
from autograder.gradebook.course import RECORDS, Course
from autograder.results import SubmissionResult
from autograder.text import Text

BROKEN = Text("{path}: este registro no se entiende ({error}). Bórralo y califica otra vez a este estudiante.",
              "{path}: this record cannot be understood ({error}). Delete it and grade this student again.")
NO_RESULTS = Text("{root}: {name} no tiene resultados todavía. Califica con: autograder grade {root} {name}",
                  "{root}: {name} has no results yet. Grade it with: autograder grade {root} {name}")


def read_record(course: Course, assignment: str, student: str) -> SubmissionResult | None:
    """Return the last result of a submission, without its notebook; None where there is none. Raises CourseError."""
    path = course.record(assignment, student)
    try:
        return SubmissionResult.from_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise course.error(BROKEN.fill(path=path, error=error)) from None


def write_record(course: Course, result: SubmissionResult):
    """Keep a result, without its notebook."""
    path = course.record(result.assignment, result.student)
    write_atomically(path, result.without_notebook().to_json() + "\n", mode=0o600)


def read_records(course: Course, assignment: str) -> Iterator[SubmissionResult]:
    """Return the last results of all submissions, by student, read one at a time. Raises CourseError where there are none."""
    course.require(assignment)
    students = sorted(path.name.removesuffix(".json") for path in (course.root / RECORDS / assignment).glob("*.json"))
    if not students:
        raise course.error(NO_RESULTS.fill(root=course.root, name=assignment))
    return (read_record(course, assignment, student) for student in students)


def read_cells(result: SubmissionResult) -> list:
    """Return the cells of a result's notebook as nbformat nodes, the source of each one string."""
    return [] if result.notebook is None else nbformat.reads(json.dumps(result.notebook), 4).cells
