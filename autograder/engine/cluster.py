"""Judges on a Dask cluster: each of its worker processes keeps a warm parent of its own; nothing is written there."""

import dataclasses
import threading
import uuid
from concurrent.futures import Future

import torch
from distributed import Client, KilledWorker, WorkerPlugin, get_worker

from autograder.engine.nursery import Connection, Nursery
from autograder.engine.submission import Assignment, Handed, grade_submission


class ClusterJudges:
    """Judge on the cluster whose scheduler is at `address`. Used in a `with`: the warm parents are gone at the end."""

    last_words = KilledWorker  # Dask has tried a submission on several workers by then, and each of them died

    def __init__(self, assignment: Assignment, address: str, isolate: bool = True):
        """Raises OSError where no scheduler answers at the address."""
        _ = assignment.version  # told to the workers, which compare it with their own
        self.client = Client(address, timeout="10s", set_as_default=False)
        self.bench = Bench(assignment, isolate)
        self.client.register_plugin(self.bench)
        self.executor = self.client.get_executor(pure=False)

    @property
    def slots(self) -> int:
        return max(1, sum(self.client.nthreads().values()))

    def submit(self, handed: Handed) -> Future[str]:
        return self.executor.submit(_grade, self.bench.name, handed)

    def __enter__(self) -> "ClusterJudges":
        return self

    def __exit__(self, *_):
        self.executor.shutdown(wait=False)
        self.client.unregister_worker_plugin(self.bench.name)
        self.client.close()


class Bench(WorkerPlugin):
    """Lie ready in every worker process, also one that joins late: the assignment, and a warm parent once it is needed."""

    def __init__(self, assignment: Assignment, isolate: bool):
        self.name = f"atiende-{uuid.uuid4().hex}"
        self.assignment, self.isolate = assignment, isolate

    def setup(self, worker):
        self.lock, self.nursery, self.connection = threading.Lock(), None, None

    def teardown(self, worker):
        if self.nursery is not None:
            self.connection.close()
            self.nursery.close()

    def grade(self, handed: Handed) -> str:
        with self.lock:  # one submission at a time in a process, however many threads it has
            if self.nursery is None:
                self._warm_up()
            return grade_submission(handed, self.assignment, self.connection).to_json()

    def _warm_up(self):
        if dataclasses.replace(self.assignment).version != self.assignment.version:
            raise RuntimeError("this worker has another version of the course than the machine that grades")
        torch.set_num_threads(1)
        self.nursery = Nursery(self.assignment.unit, self.assignment.limits, self.isolate)
        self.connection = Connection(self.nursery.address)


def _grade(bench: str, handed: Handed) -> str:
    return get_worker().plugins[bench].grade(handed)
