"""The warm parent: a process that has imported what notebooks import, and forks a worker from it for each submission.

It holds no check, no secret and no path of the class, and sees no file but Python's, the system's and the course's package.
"""

import atexit
import contextlib
import dataclasses
import gc
import json
import os
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import atiende
import autograder
from autograder.engine.frames import ClosedError, TooLateError, receive, receive_with_fd, send
from autograder.engine.limits import Limits
from autograder.engine.pages import merge_pages
from autograder.engine.sandbox import (
    Isolated,
    IsolationError,
    close_all,
    die_with,
    enter_view,
    fork_isolated,
    set_limits,
)
from autograder.engine.worker import install_stubs, make_shell, serve

START_SECONDS = 120
ANSWERS_ELSEWHERE = {"gpt": ("tokenizers.py", "decoding.py")}  # by unit, what of it lies outside atiende/models
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OMP_THREAD_LIMIT", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")


class Nursery:
    """Start a warm parent for the assignment of one unit; judges connect to it at `address`."""

    def __init__(self, unit: str, limits: Limits, isolate: bool = True):
        """Start it for `unit` (`mlp`), whose models it hides. Raises RuntimeError where it does not start."""
        self.settings = {"unit": unit, "isolate": isolate, "limits": dataclasses.asdict(limits)}
        self.folder = tempfile.mkdtemp(prefix="atiende-nursery-")
        self.address = os.path.join(self.folder, "socket")
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.address)
        self.listener.listen(64)
        self.closing = False
        atexit.register(self.close)
        try:
            self._start()
        except RuntimeError:
            self.close()
            raise
        threading.Thread(target=self._watch, daemon=True).start()

    def _start(self):
        """Start the process and wait until it is warm. Raises RuntimeError."""
        self.lifeline, theirs = socket.socketpair()
        given = self.settings | {"listener": self.listener.fileno(), "lifeline": theirs.fileno()}
        environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": self.folder,
            "LANG": "C.UTF-8",
            **ONE_THREAD,
            "MPLBACKEND": "agg",
            "MPLCONFIGDIR": self.folder,
            "IPYTHONDIR": self.folder,
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONHASHSEED": "0",  # the same order of sets in every run
            "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "autograder.engine.nursery", json.dumps(given)],
            pass_fds=(self.listener.fileno(), theirs.fileno()),
            env=environment,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for the grader, which ends this one
        )
        theirs.close()
        try:
            answer = receive(self.lifeline, time.monotonic() + START_SECONDS)
        except (ClosedError, TooLateError) as error:
            raise RuntimeError(f"the warm parent did not start ({type(error).__name__})") from None
        if "problem" in answer:
            raise RuntimeError(answer["problem"])

    def _watch(self):
        """Start a new warm parent whenever this one dies; judges wait for it at the same address."""
        while self.process.wait() is not None and not self.closing:
            self.lifeline.close()
            try:
                self._start()
            except (OSError, RuntimeError):
                break
        self.listener.close()  # judges are refused from now on

    def close(self):
        """End the warm parent, and with it every worker."""
        atexit.unregister(self.close)
        self.closing = True
        self.lifeline.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(5)
        self.process.kill()
        self.process.wait()
        self.listener.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> "Nursery":
        return self

    def __exit__(self, *_):
        self.close()


class Connection:
    """Ask a warm parent for workers; when the connection ends, they die."""

    def __init__(self, address: str):
        self.address, self.socket = address, None

    def spawn(self) -> "Worker":
        """Start a worker; return when it waits for its cells.

        Raises RuntimeError with the step that the host refused, or where the warm parent died.
        """
        mine, theirs = socket.socketpair()
        try:
            answer = self._ask({"op": "spawn"}, fds=(theirs.fileno(),))
            if "problem" in answer:
                raise RuntimeError(answer["problem"])
        except RuntimeError:
            mine.close()
            raise
        finally:
            theirs.close()
        worker = Worker(self, answer["worker"], mine)
        try:
            receive(mine, time.monotonic() + START_SECONDS)
        except (ClosedError, TooLateError) as error:
            worker.__exit__()
            raise RuntimeError(f"the worker did not start ({type(error).__name__})") from None
        return worker

    def kill(self, worker: int):
        """Kill a worker and everything that it started; return when it is dead.

        Raises RuntimeError where the warm parent died: then the worker was not the student's to crash.
        """
        self._ask({"op": "kill", "worker": worker})

    def _ask(self, request: dict, fds: tuple[int, ...] = ()) -> dict:
        try:
            if self.socket is None:
                if request["op"] != "spawn":
                    raise ClosedError("the worker's warm parent")
                self.socket = socket.socket(socket.AF_UNIX)
                self.socket.connect(self.address)
            send(self.socket, request, fds=fds)
            return receive(self.socket, time.monotonic() + START_SECONDS)
        except (OSError, TooLateError) as error:
            self.close()
            raise RuntimeError(f"the warm parent is gone ({type(error).__name__})") from None

    def close(self):
        if self.socket is not None:
            self.socket.close()
            self.socket = None


class Worker:
    """Hold a worker's control socket; used in a `with`, it is dead at the end."""

    def __init__(self, connection: Connection, number: int, control: socket.socket):
        self.connection, self.number, self.control = connection, number, control

    def __enter__(self) -> "Worker":
        return self

    def __exit__(self, *_):
        self.control.close()
        self.connection.kill(self.number)


class Plain:
    """Stand for a worker that is not isolated, in practice mode: a session of its own, killed as a group."""

    def __init__(self, pid: int):
        self.pid = pid

    def kill(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)


def _fork_plain(main, limits: Limits, keep: int) -> Plain:
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        try:
            os.setsid()
            if sys.platform == "linux":
                die_with(parent)
            close_all(keep)
            home = tempfile.mkdtemp(prefix="atiende-practice-")
            os.chdir(home)
            set_limits(limits)
            main()
        finally:
            os._exit(1)
    return Plain(pid)


def warm_up():
    """Import what notebooks import, so that no worker pays for it."""
    import ipywidgets  # noqa: F401
    import matplotlib.pyplot as plt
    import scipy.special  # noqa: F401
    import sklearn.datasets
    import torch
    import torch._dynamo
    import tqdm.auto  # noqa: F401

    sklearn.datasets.load_digits()
    plt.figure().savefig(os.devnull, format="png")  # reads the fonts
    plt.close("all")
    layer = torch.nn.Linear(2, 2)
    torch.optim.AdamW(layer.parameters())


def main(listener: socket.socket, lifeline: socket.socket, unit: str, isolate: bool, limits: Limits):
    """Warm up, enter the view, and fork a worker for each request until the lifeline breaks."""
    install_stubs()
    warm_up()
    shell = make_shell()
    try:
        if isolate:
            package = Path(atiende.__file__).parent
            root = tempfile.mkdtemp(dir=os.getcwd())
            models = package / "models"
            answers = [models / f"{unit}.py", models / unit, models / "__pycache__"]  # compiled, they can be read too
            if unit in ANSWERS_ELSEWHERE:
                answers += [package / "__pycache__", *(package / name for name in ANSWERS_ELSEWHERE[unit])]
            enter_view(root, [package], [Path(autograder.__file__).parent, *answers])
        gc.collect()
        merge_pages()
        gc.freeze()  # so that a worker's collector does not touch, and copy, the parent's pages
        send(lifeline, {"ready": True})
    except IsolationError as error:
        send(lifeline, {"problem": str(error)})
        return
    except ClosedError:  # the grader died meanwhile
        return

    fork = fork_isolated if isolate else _fork_plain
    judges: dict[socket.socket, dict[int, Isolated | Plain]] = {}
    with selectors.DefaultSelector() as selector:
        for sock in (listener, lifeline):
            selector.register(sock, selectors.EVENT_READ)
        while True:
            for sock in [key.fileobj for key, _ in selector.select()]:
                if sock is lifeline:
                    for workers in judges.values():
                        _kill_all(workers)
                    return
                if sock is listener:
                    judge, _ = listener.accept()
                    judges[judge] = {}
                    selector.register(judge, selectors.EVENT_READ)
                    continue
                try:
                    _serve_judge(sock, judges[sock], lambda control: serve(control, shell, limits), fork, limits)
                except ClosedError:
                    selector.unregister(sock)
                    _kill_all(judges.pop(sock))
                    sock.close()


def _serve_judge(judge: socket.socket, workers: dict, run, fork, limits: Limits):
    request, fd = receive_with_fd(judge)
    if request["op"] == "spawn":
        control = socket.socket(fileno=fd)
        number = max(workers, default=0) + 1
        try:
            workers[number] = fork(lambda: run(control), limits, fd)
            send(judge, {"worker": number})
        except OSError as error:
            send(judge, {"problem": str(error)})
        control.close()
    else:
        if worker := workers.pop(request["worker"], None):
            worker.kill()
        send(judge, {"killed": True})


def _kill_all(workers: dict):
    for worker in workers.values():
        worker.kill()


if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    main(
        socket.socket(fileno=given["listener"]),
        socket.socket(fileno=given["lifeline"]),
        given["unit"],
        given["isolate"],
        Limits(**given["limits"]),
    )
