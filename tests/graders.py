"""Run `autograder grade` as a process of its own, know its processes, and read what it stored."""

import os
import subprocess
import sys
from pathlib import Path

import psutil
from nbgrader.api import Grade, SubmittedAssignment, SubmittedNotebook
from small_class import NAME
from typer.testing import CliRunner

from autograder.commands import app
from autograder.gradebook.records import read_records

WHOLE_RUN = 120  # seconds after which a run that does not end has a defect


def command(course, *options) -> list[str]:
    return [sys.executable, "-m", "autograder", "grade", str(course.root), NAME, *options]


def grade(course, *options):
    done = CliRunner().invoke(app, ["grade", str(course.root), NAME, *options])
    assert done.exit_code == 0, done.output
    return done.output


def points(course) -> dict:
    """Return state, language, and points by exercise of each student, as the records tell."""
    return {r.student: (r.state, r.digest, [(v.id, v.points, v.mistake) for v in r.verdicts])
            for r in read_records(course, NAME)}


def stored(course) -> dict:
    """Return the rows of the gradebook by student, and how many submissions and notebooks each has."""
    found = {}
    with course.gradebook() as gradebook:
        for student in course.submitted(NAME):
            rows = gradebook.db.query(SubmittedAssignment).filter_by(student_id=student).all()
            notebooks = [n for row in rows for n in gradebook.db.query(SubmittedNotebook).filter_by(assignment_id=row.id)]
            grades = [g for n in notebooks for g in gradebook.db.query(Grade).filter_by(notebook_id=n.id)]
            found[student] = len(rows), len(notebooks), sorted((g.name, g.auto_score, g.needs_manual_grade) for g in grades)
    return found


def mine(folder: Path) -> list[psutil.Process]:
    """Return the processes that were started with `folder` as their place for temporary files."""
    found = []
    for process in psutil.process_iter():
        try:
            if f"TMPDIR={folder}\0".encode() in Path(f"/proc/{process.pid}/environ").read_bytes() + b"\0":
                found.append(process)
            elif f"HOME={folder}/atiende-nursery".encode() in Path(f"/proc/{process.pid}/environ").read_bytes():
                found.append(process)
        except (OSError, psutil.Error):
            continue
    return [process for process in found if process.pid != os.getpid()]


class Grader:
    """Run `autograder grade`, and know its processes by what they do."""

    def __init__(self, course, temporary: Path, *options):
        environment = os.environ | {"TMPDIR": str(temporary)}
        self.popen = subprocess.Popen(command(course, "--jobs", "2", *options), env=environment,
                                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.temporary = temporary

    def running(self) -> bool:
        return self.popen.poll() is None

    def find(self, kind: str) -> list[int]:
        """Return the pids of the judges, of the warm parent, of its workers' outermost processes, or of the grader."""
        if kind == "grader":
            return [self.popen.pid]
        by_parent, names = {}, {}
        for process in mine(self.temporary):
            try:
                names[process.pid] = " ".join(process.cmdline())
                by_parent.setdefault(process.ppid(), []).append(process.pid)
            except psutil.Error:
                continue
        parents = [p for p in by_parent.get(self.popen.pid, []) if "engine.nursery" in names[p]]
        if kind == "parent":
            return parents
        servers = [p for p in by_parent.get(self.popen.pid, []) if "forkserver" in names[p]]
        return [p for above in (servers if kind == "judge" else parents) for p in by_parent.get(above, [])]
