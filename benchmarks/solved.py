"""The whole solved assignment 01_mlp: what grading it costs, against its own cells run once in a warm process."""

import os
import resource
import tempfile
import time
from pathlib import Path

import psutil

from autograder.demo.changes import solved
from autograder.engine import run
from autograder.engine.local import LocalJudges
from autograder.engine.nursery import ONE_THREAD
from autograder.engine.submission import Assignment
from autograder.files import write_atomically
from autograder.gradebook.course import Course
from autograder.gradebook.create import create_course
from autograder.gradebook.feedback import write_feedback
from autograder.gradebook.writer import Writer

UNIT = "01_mlp"
COUNT = 2  # submissions that are timed, after one that is not


def compare_solved():
    """Print the CPU of grading, of the cells, the ratio, and what a second worker brings."""
    os.environ.update(ONE_THREAD)
    notebook = solved("es", UNIT)
    with tempfile.TemporaryDirectory() as folder:
        course, _ = create_course(Path(folder) / "class", "es")
        for n in range(2 * COUNT + 1):
            notebook.cells[2].source += f"\n# {n}"
            write_atomically(course.root / "submitted" / f"s{n}" / UNIT / f"{UNIT}.ipynb", _text(notebook))
        assignment = run.open_assignment(course, UNIT)
        graded, spent = grade_warm(course, assignment)
        one, two = (rate(course, assignment, jobs) for jobs in (1, 2))
    cells, checks = run_cells(notebook)
    print(f"\nthe whole solved {UNIT}: {graded:.1f} s of CPU to grade ({', '.join(f'{k} {v:.1f}' for k, v in spent.items())}); "
          f"its cells once, warm: {cells + checks:.1f} s, of them {checks:.1f} s in check() and continue_with()")
    print(f"{graded / (cells + checks):.2f} times its own cells (at most 1.5 wanted); two workers: {two / one:.2f} times one")


def grade_warm(course: Course, assignment: Assignment) -> tuple[float, dict[str, float]]:
    """Return the CPU seconds of grading and storing one submission in processes that are warm, and of whom they were."""
    with LocalJudges(assignment, 1) as judges, Writer(course, UNIT) as writer:
        for students in (["s0"], [f"s{n}" for n in range(1, COUNT + 1)]):
            before = _spent(judges)
            handed = (run.read_handed(course, assignment, student) for student in students)
            for result in run.judge_all(assignment, handed, judges):
                if result.state != "graded" or result.points != result.max_points:
                    raise RuntimeError(f"the solved assignment lost points: {result.problem}")
                writer.store(result, lambda result, marks: write_feedback(course, result, marks))
            spent = {name: (seconds - before[name]) / COUNT for name, seconds in _spent(judges).items()}
    return sum(spent.values()), spent


def _spent(judges: LocalJudges) -> dict[str, float]:
    """Return the CPU seconds so far of the workers, of the judge, and of this process, which writes."""
    parent = psutil.Process(judges.nursery.process.pid).cpu_times()
    found = [judge.cpu_times() for server in psutil.Process().children() if "forkserver" in " ".join(server.cmdline())
             for judge in server.children()]
    return {
        "workers": sum(parent[:4]),
        "judge": sum(times.user + times.system for times in found),
        "writer": time.process_time(),
    }


def rate(course: Course, assignment: Assignment, jobs: int) -> float:
    """Return submissions a second from the first result to the last."""
    students = course.submitted(UNIT)
    with LocalJudges(assignment, jobs) as judges:
        warm = [run.read_handed(course, assignment, student) for student in students[:jobs]]
        list(run.judge_all(assignment, warm, judges))
        begun = time.monotonic()
        list(run.judge_all(assignment, (run.read_handed(course, assignment, s) for s in students[: 2 * COUNT]), judges))
        return 2 * COUNT / (time.monotonic() - begun)


def run_cells(notebook) -> tuple[float, float]:
    """Run every code cell in a fork of a process that has imported what it needs; return the CPU seconds of those
    that check, and of the others, in the order (others, checks)."""
    from autograder.engine.nursery import _warm_up
    from autograder.engine.worker import make_shell

    _warm_up()
    shell = make_shell()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            spent = {True: 0.0, False: 0.0}
            with open(os.devnull, "w") as nothing:
                os.dup2(nothing.fileno(), 1)
                os.dup2(nothing.fileno(), 2)
            for cell in notebook.cells:
                if cell.cell_type == "code":
                    before = _cpu()
                    shell.run_cell(cell.source, store_history=False)
                    spent["check(" in cell.source or "continue_with(" in cell.source] += _cpu() - before
            os.write(writer, f"{spent[False]} {spent[True]}".encode())
            status = 0
        finally:
            os._exit(status)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        others, checks = map(float, pipe.read().split())
    os.waitpid(child, 0)
    return others, checks


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _text(notebook) -> str:
    import nbformat

    return nbformat.writes(notebook)
