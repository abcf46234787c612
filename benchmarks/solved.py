"""The whole solved assignment 01_mlp: what grading it costs, against its own cells run once in a warm process."""

import contextlib
import os
import resource
import tempfile
import threading
import time
from pathlib import Path

import nbformat
import psutil
import torch

from autograder.demo.changes import solved
from autograder.engine import run
from autograder.engine.local import LocalJudges
from autograder.engine.nursery import ONE_THREAD, warm_up
from autograder.engine.worker import make_shell
from autograder.files import write_atomically
from autograder.gradebook.course import Course
from autograder.gradebook.create import create_course
from autograder.gradebook.feedback import write_feedback
from autograder.gradebook.writer import Writer

UNIT = "01_mlp"
STUDENT = "solved"
EVERY = 0.1  # seconds between looks at the processes


def compare_solved():
    """Print the CPU of grading the assignment, of its own cells, and their ratio."""
    os.environ.update(ONE_THREAD)
    torch.set_num_threads(1)
    notebook = solved("es", UNIT)
    with tempfile.TemporaryDirectory() as folder:
        course, _ = create_course(Path(folder) / "class", "es")
        write_atomically(course.root / "submitted" / STUDENT / UNIT / f"{UNIT}.ipynb", nbformat.writes(notebook))
        spent = grade_warm(course)
    graded, (others, checks) = sum(spent.values()), run_cells(notebook)
    print(f"\nthe whole solved {UNIT}: {graded:.1f} s of CPU to grade ({', '.join(f'{k} {v:.1f}' for k, v in spent.items())})")
    print(f"its own cells once, warm: {others + checks:.1f} s, of them {checks:.1f} s in check() and continue_with(), whose "
          "draws the grader makes once and no more")
    print(f"{graded / (others + checks):.2f} times its own cells (at most 1.5 wanted)")


def grade_warm(course: Course) -> dict[str, float]:
    """Return the CPU seconds of grading and storing the submission in processes that are warm, and whose they were."""
    assignment = run.open_assignment(course, UNIT)
    with LocalJudges(assignment, 1) as judges, Writer(course, UNIT) as writer, Watch(judges.nursery.process.pid) as watch:
        judges.pool.submit(os.getpid).result()  # the judge is there
        before = _spent(judges)
        (result,) = run.judge_all(assignment, [run.read_handed(course, assignment, STUDENT)], judges)
        if result.state != "graded" or result.points != result.max_points:
            raise RuntimeError(f"the solved assignment lost points: {result.problem}")
        writer.store(result, lambda result, marks: write_feedback(course, result, marks))
        spent = {name: seconds - before[name] for name, seconds in _spent(judges).items()}
        return {"worker": watch.seconds()} | spent


class Watch:
    """Watch the CPU seconds of the students' processes, looking often: of those that are killed the kernel keeps no account."""

    def __init__(self, parent: int):
        self.parent, self.seen, self.over = psutil.Process(parent), {}, threading.Event()
        self.thread = threading.Thread(target=self._watch)

    def __enter__(self) -> "Watch":
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()

    def seconds(self) -> float:
        return sum(self.seen.values())

    def _watch(self):
        while not self.over.wait(EVERY):
            with contextlib.suppress(psutil.Error):
                for student in (s for outer in self.parent.children() for inner in outer.children() for s in inner.children()):
                    self.seen[student.pid] = sum(student.cpu_times()[:4])  # with its forks, one for each check


def _spent(judges: LocalJudges) -> dict[str, float]:
    """Return the CPU seconds so far of the warm parent, of the judge, and of this process, which writes."""
    parent = psutil.Process(judges.nursery.process.pid).cpu_times()
    found = [judge.cpu_times() for server in psutil.Process().children() if "forkserver" in " ".join(server.cmdline())
             for judge in server.children()]
    return {
        "warm parent": sum(parent[:4]),
        "judge": sum(times.user + times.system for times in found),
        "writer": time.process_time(),
    }


def run_cells(notebook) -> tuple[float, float]:
    """Run every code cell in a fork of a warm process; return the CPU seconds of those that check nothing, and of those
    that do. Raises RuntimeError where a cell fails."""
    warm_up()
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
                    shell.run_cell(cell.source, store_history=False).raise_error()
                    spent["check(" in cell.source or "continue_with(" in cell.source] += _cpu() - before
            os.write(writer, f"{spent[False]} {spent[True]}".encode())
            status = 0
        finally:
            os._exit(status)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        told = pipe.read()
    if os.waitpid(child, 0)[1]:
        raise RuntimeError("a cell of the solved assignment failed")
    others, checks = map(float, told.split())
    return others, checks


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime

