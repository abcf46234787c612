"""The student interface through a pipe: the student's objects live in a fork of the worker, made for one check."""

import socket
import time

from autograder.engine.frames import ClosedError, TooLateError, receive, send
from autograder.engine.limits import Limits
from autograder.engine.nursery import Worker
from autograder.exercise import Exercise
from autograder.student import Student
from autograder.values import MAX_BYTES, NotPlainError, Reference, size_of

SIGXCPU, SIGKILL = 24, 9
CHECK_BYTES = 4 * MAX_BYTES  # of all the answers of one check, as the judge holds them


class RemoteStudent(Student):
    """Ask the code of a worker. Used in a `with`: a fork of the worker at the start, dead at the end.

    When the fork dies or is late, `ended` says "crash" or "timeout", and every question from then on is an error.
    """

    def __init__(self, worker: Worker, exercise: Exercise, define: list[str], limits: Limits):
        super().__init__()
        self.worker, self.exercise, self.define = worker, exercise, define
        self.seconds = exercise.seconds * limits.check_factor
        self.deadline = time.monotonic() + limits.wall(self.seconds)
        self.grace = limits.wall_grace
        self.room = CHECK_BYTES
        self.socket: socket.socket | None = None
        self.ended = ""

    def __enter__(self) -> "RemoteStudent":
        request = {"define": self.define, "forbidden": list(self.exercise.forbids), "seconds": self.seconds}
        self.socket, theirs = socket.socketpair()  # made on this side: nothing that the student holds can block it
        try:
            send(self.worker.control, request, self.deadline, fds=(theirs.fileno(),))
        except (ClosedError, TooLateError) as error:
            self._end(error)
        finally:
            theirs.close()
        return self

    def __exit__(self, *_):
        """End the fork. Raises ClosedError, TooLateError or NotPlainError where the worker itself no longer answers."""
        grace = time.monotonic() + self.grace
        try:
            if not self.ended:
                send(self.socket, {"op": "end"}, grace)
        except (ClosedError, TooLateError):
            pass
        self.socket.close()
        if self.ended == "timeout":
            send(self.worker.control, {"stop": True}, grace)
        status = receive(self.worker.control, grace, arrays=False)
        if not isinstance(status, dict) or set(status) != {"ended"}:
            raise NotPlainError("the worker does not tell how its fork ended")
        if self.ended == "crash" and status["ended"] in (-SIGXCPU, -SIGKILL):
            self.ended = "timeout"

    def send(self, request: dict) -> dict:
        if self.ended:
            return _error(self.ended)
        try:
            send(self.socket, request, self.deadline)
            answer = _checked(receive(self.socket, self.deadline), request["keep"])
            self.room -= size_of(answer)
            if self.room < 0:
                raise NotPlainError("the answers of one check are too large")
            return answer
        except (ClosedError, TooLateError, NotPlainError) as error:
            self._end(error)
            return _error(self.ended)

    def _end(self, error: Exception):
        self.ended = "timeout" if isinstance(error, TooLateError) else "crash"


def _checked(answer, keep: bool) -> dict:
    """Return an answer whose form is right; anything else is a NotPlainError."""
    if isinstance(answer, dict) and set(answer) == {"value"}:
        if keep != (type(answer["value"]) is Reference):
            raise NotPlainError("malformed answer")
        return answer
    if isinstance(answer, dict) and set(answer) == {"error"}:
        error = answer["error"]
        if isinstance(error, tuple) and [type(part) for part in error] == [str, str, str, int]:
            return {"error": (error[0][:100], error[1][:1000], error[2][:200], error[3])}
    raise NotPlainError("malformed answer")


def _error(ended: str) -> dict:
    return {"error": ("StudentTimeout" if ended == "timeout" else "StudentCrash", "", "", 0)}
