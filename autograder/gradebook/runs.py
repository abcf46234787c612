"""Runs of `autograder grade`: one at a time over an assignment, and each grades only what is still to grade."""

import csv
import fcntl
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.table import Table

from autograder.engine.run import read_handed
from autograder.engine.submission import Assignment
from autograder.files import remove_parts, write_atomically
from autograder.gradebook.course import RECORDS, Course
from autograder.gradebook.records import read_record
from autograder.gradebook.scores import COLUMNS, disarm, plain
from autograder.results import SubmissionResult
from autograder.text import Text

BUSY = Text("{root}: ya hay un `autograder grade` en marcha con {name}. Espera a que acabe, o detenlo.",
            "{root}: an `autograder grade` is already at work on {name}. Wait until it ends, or stop it.")
DIFFERENCE = {
    "student": COLUMNS["student"],
    "exercise": COLUMNS["exercise"],
    "before": Text("antes", "before"),
    "after": Text("ahora", "now"),
    "difference": Text("diferencia", "difference"),
    "changed": Text("qué cambió", "what changed"),
}
CHANGED = {"submission": Text("la entrega", "the submission"), "checks": Text("las comprobaciones", "the checks"),
           "": Text("nada", "nothing")}


@contextmanager
def only_run(course: Course, assignment: str) -> Iterator[None]:
    """Be the only run over an assignment; one that was killed no longer counts. Raises CourseError."""
    folder = course.root / RECORDS / assignment
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise course.error(BUSY.fill(root=course.root, name=assignment)) from None
        remove_parts(folder)
        yield


def find_pending(course: Course, assignment: Assignment, students: list[str], regrade: bool, practice: bool) -> list[str]:
    """Return the students whose submission has no result that holds for it.

    With `regrade`, one of other checks than today's does not hold. A practice result holds for practice alone.
    """
    pending = []
    for student in students:
        record = read_record(course, assignment.name, student)
        if (
            record is None
            or record.state == "infrastructure_error"
            or record.digest != read_handed(course, assignment, student).digest
            or (regrade and record.version != assignment.version)
            or (record.practice and not practice)
        ):
            pending.append(student)
    for student in pending:
        for kind in ("autograded", "feedback"):
            remove_parts(course.root / kind / student / assignment.name)
    return pending


def differences(result: SubmissionResult) -> list[dict]:
    """Return a row for each exercise that has other points than in the student's result before, None for no score."""
    if result.previous is None:
        return []
    before, after = result.previous.points, result.as_previous().points
    changed = [name for name, differs in (("submission", result.previous.digest != result.digest),
                                          ("checks", result.previous.version != result.version)) if differs]
    return [
        {"student": result.student, "exercise": id, "before": before.get(id), "after": after.get(id),
         "difference": round(after.get(id, 0) - before.get(id, 0), 2), "changed": " ".join(changed)}
        for id in dict.fromkeys((*after, *before)) if before.get(id) != after.get(id)
    ]


def write_differences(course: Course, assignment: str, rows: list[dict]) -> Path:
    """Write ASSIGNMENT-scores-diff.csv into the class folder and return its path."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(DIFFERENCE)
    writer.writerows(["" if value is None else disarm(value) for value in row.values()] for row in rows)
    path = course.root / f"{assignment}-scores-diff.csv"
    write_atomically(path, out.getvalue())
    return path


def difference_table(rows: list[dict], language: str) -> Table:
    """Return the rows of `differences` as a table for a terminal."""
    table = Table(*(text.pick(language) for text in DIFFERENCE.values()))
    for row in rows:
        points = ["—" if row[name] is None else f"{row[name]:g}" for name in ("before", "after")]
        changed = ", ".join(CHANGED[name].pick(language) for name in row["changed"].split(" "))
        table.add_row(plain(row["student"]), row["exercise"], *points, f"{row['difference']:+g}", changed)
    return table
