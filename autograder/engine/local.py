"""Judges on this machine: a process each, and one warm parent for all of them."""

import multiprocessing
import os
import signal
import threading
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import forkserver

from autograder.engine.nursery import ONE_THREAD, Connection, Nursery
from autograder.engine.submission import Assignment, Handed, grade_submission

_connection: Connection | None = None
_assignment: Assignment | None = None


class LocalJudges:
    """Judge in `jobs` processes, one a core without it. Used in a `with`: all of them are dead at the end."""

    last_words = ()

    def __init__(self, assignment: Assignment, jobs: int | None = None, isolate: bool = True):
        """Raises RuntimeError where the host cannot start a warm parent."""
        self.slots = jobs or cores()
        self.assignment = assignment
        _start_forkserver()  # it imports while the warm parent does
        self.nursery = Nursery(assignment.unit, assignment.limits, isolate)
        self.pool = self._new_pool()

    def submit(self, handed: Handed) -> Future[str]:
        try:
            return self.pool.submit(_grade, handed)
        except BrokenProcessPool:  # a judge died, and took the pool with it
            self.pool.shutdown()
            self.pool = self._new_pool()
            return self.pool.submit(_grade, handed)

    def __enter__(self) -> "LocalJudges":
        return self

    def __exit__(self, *_):
        self.nursery.close()  # first: a judge that is still at work ends with its worker
        self.pool.shutdown(cancel_futures=True)

    def _new_pool(self) -> ProcessPoolExecutor:
        _start_forkserver()
        context = multiprocessing.get_context("forkserver")
        return ProcessPoolExecutor(self.slots, context, _begin, (self.nursery.address, self.assignment))


def cores() -> int:
    """Return the cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _start_forkserver():
    """Start the judges' parent with one thread, so that its forks may use torch."""
    forkserver.set_forkserver_preload(["autograder.engine.local"])
    kept = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(ONE_THREAD)
    try:
        forkserver.ensure_running()
    finally:
        for name, value in kept.items():
            os.environ.pop(name) if value is None else os.environ.__setitem__(name, value)


def _begin(address: str, assignment: Assignment):
    global _connection, _assignment
    _connection, _assignment = Connection(address), assignment
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the grader ends its judges
    threading.Thread(target=_die_with_grader, daemon=True).start()


def _die_with_grader():
    """End this judge when the grader is gone, however it went."""
    multiprocessing.parent_process().join()
    os._exit(1)


def _grade(handed: Handed) -> str:
    return grade_submission(handed, _assignment, _connection).to_json()
