"""What runs beside a student's code: execute the cells once, then fork for each check and answer the judge.

Nothing here is trusted once the first cell has run. It holds no test, no seed and no expected value.
"""

import base64
import contextlib
import os
import random
import resource
import select
import signal
import socket
import subprocess
import sys
import traceback
import types

import numpy as np
import torch
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.text import LSString, SList
from traitlets.config import Config

from autograder.engine.frames import receive, receive_with_fd, send
from autograder.engine.limits import Limits
from autograder.student import Agent
from autograder.values import NotPlainError


class CellTimeoutError(BaseException):
    """Interrupt a cell that has used up its CPU seconds; not an Exception, so that `except Exception` lets it through."""


class Tail:
    """Collect what a cell prints, and drop what is over the limit."""

    def __init__(self, name: str, outputs: list, limits: Limits):
        self.name, self.outputs, self.limits, self.written = name, outputs, limits, 0
        self.encoding, self.errors = "utf-8", "replace"

    def write(self, text) -> int:
        text = str(text)
        room = self.limits.output_chars - self.written
        self.written += len(text)
        if room > 0 and text:
            last = self.outputs[-1] if self.outputs else {}
            if last.get("name") == self.name:
                last["text"] += text[:room]
            else:
                self.outputs.append({"output_type": "stream", "name": self.name, "text": text[:room]})
        return len(text)

    def flush(self):
        pass

    def isatty(self) -> bool:
        return False

    def fileno(self):
        raise OSError("a cell's output has no file")

    def writable(self) -> bool:
        return True

    def writelines(self, lines):
        for line in lines:
            self.write(line)


def install_stubs():
    """Give notebooks a `autograder` whose check, hint and continue_with do nothing: the judge is in another process.

    So do the explorers and questions of `atiende.widgets`, for nobody is there to move them.
    """
    stub = types.ModuleType("autograder.notebook")
    stub.check = lambda solution: 0.0
    stub.hint = lambda solution: None
    stub.continue_with = lambda *names: None
    sys.modules["autograder.notebook"] = stub
    widgets = types.ModuleType("atiende.widgets")
    widgets.__getattr__ = _do_nothing
    sys.modules["atiende.widgets"] = widgets


def _do_nothing(name: str):
    if name.startswith("__"):  # what Python asks of every module
        raise AttributeError(name)
    return lambda *args, **kwargs: None


def make_shell():
    """Return the IPython shell that will run the cells; made in the warm parent, before the fork."""
    config = Config()
    config.HistoryManager.enabled = False
    config.CellShell.colors = "NoColor"
    config.CellShell.cache_size = 0
    shell = CellShell.instance(config=config)
    shell.run_line_magic("matplotlib", "inline")
    for name in ("matplotlib", "pip", "conda"):  # what a notebook asks of its front end or of the network is not there
        shell.register_magic_function(lambda line: None, "line", name)
    return shell


class CellShell(InteractiveShell):
    """Run cells as a kernel does, without a front end; errors are told as outputs, not printed."""

    def enable_gui(self, gui=None):
        pass

    def showtraceback(self, *args, **kwargs):
        pass

    def showsyntaxerror(self, *args, **kwargs):
        pass

    def _tee(self, channel):
        """Keep no second copy of what a cell prints; IPython 9 would, without end."""
        return contextlib.nullcontext()

    def system(self, cmd):
        """Run a `!command`; there is no terminal to run it in."""
        done = _run(self.var_expand(cmd, depth=1))
        print(done.stdout, end="")
        self.user_ns["_exit_code"] = done.returncode

    system_piped = system_raw = system

    def getoutput(self, cmd, split=True, depth=0):
        out = _run(self.var_expand(cmd, depth=depth + 1)).stdout
        return SList(out.splitlines()) if split else LSString(out)


def _run(command: str) -> subprocess.CompletedProcess:
    merged = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True, "errors": "replace"}
    return subprocess.run(command, shell=True, **merged)


def serve(control: socket.socket, shell, limits: Limits):
    """Be the student's process: run the cells that the judge sends, then fork for each check until it hangs up."""
    os.environ.clear()
    os.environ.update(
        HOME="/home/student",
        PATH="/usr/bin:/bin",
        LANG="C.UTF-8",
        TMPDIR="/tmp",
        MPLCONFIGDIR="/tmp/mpl",
        OMP_NUM_THREADS="1",
        OMP_THREAD_LIMIT="1",
        PYTHONDONTWRITEBYTECODE="1",
        MPLBACKEND="agg",
    )
    sys.path[:] = [path for path in sys.path if path not in ("", ".", os.getcwd())]
    random.seed(0)
    np.random.seed(0)
    torch.manual_seed(0)
    send(control, {"ready": True})
    request = receive(control)
    for name, source in request["cells"]:
        send(control, {"cell": name, **run_cell(shell, source, limits)})
    send(control, {"done": True})
    while True:
        request, fd = receive_with_fd(control)
        if fd is not None:
            _fork_check(control, shell, request, socket.socket(fileno=fd))


def run_cell(shell, source: str, limits: Limits) -> dict:
    """Run one cell; return {"outputs": […], "error": name or ""} with what it showed, capped."""
    outputs: list[dict] = []

    def publish(data, *args, **kwargs):
        outputs.append({"output_type": "display_data", "data": dict(data), "metadata": {}})

    def show(result):
        if result is not None:
            data, _ = shell.display_formatter.format(result)
            outputs.append({"output_type": "execute_result", "data": data, "metadata": {}, "execution_count": None})

    shell.display_pub.publish = publish
    shell.display_trap.hook = show
    signal.signal(signal.SIGPROF, _interrupt)
    signal.setitimer(signal.ITIMER_PROF, limits.cell_seconds, 1.0)
    try:
        with (
            contextlib.redirect_stdout(Tail("stdout", outputs, limits)),
            contextlib.redirect_stderr(Tail("stderr", outputs, limits)),
        ):
            result = shell.run_cell(source, store_history=False)
        error = result.error_before_exec or result.error_in_exec
    except BaseException as raised:  # CellTimeoutError, and whatever escapes IPython
        error = raised
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    if error is not None:
        outputs.append(_describe(error))
    return {
        "outputs": [_plain_output(o, limits) for o in outputs[: limits.outputs]],
        "error": type(error).__name__ if error is not None else "",
    }


def _interrupt(signum, frame):
    raise CellTimeoutError


def _describe(error: BaseException) -> dict:
    """Return an error as a notebook output, its traceback cut to the student's own lines."""
    try:
        message = str(error)[:1000]
        lines = traceback.format_exception_only(type(error), error)
        steps = [s for s in traceback.extract_tb(error.__traceback__) if s.filename.startswith("<ipython-input")]
        lines = [f"  line {s.lineno}, in {s.name}: {s.line}\n" for s in steps[-10:]] + lines
    except Exception:  # a student's exception whose text cannot be made
        message, lines = "", [type(error).__name__]
    return {
        "output_type": "error",
        "ename": type(error).__name__,
        "evalue": message,
        "traceback": "".join(lines)[-4000:].split("\n"),
    }


def _plain_output(output: dict, limits: Limits) -> dict:
    if "data" in output:
        kept = {}
        for mime, content in output["data"].items():
            if isinstance(content, bytes):
                content = base64.b64encode(content).decode()
            text = content if isinstance(content, str) else ""
            if text and len(text) <= limits.output_bytes:
                kept[str(mime)] = text
        output["data"] = kept
    return output


def _fork_check(control: socket.socket, shell, request: dict, judge: socket.socket):
    """Fork; the child answers one check on a socket of its own, this process waits until it ends or is told to kill it."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.setsid()
            control.close()
            seconds = max(1, int(request["seconds"]))
            resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 2))
            signal.signal(signal.SIGPROF, signal.SIG_DFL)
            _answer(judge, Agent(shell.user_ns, tuple(request["forbidden"])), request["define"])
            status = 0
        finally:
            os._exit(status)
    judge.close()
    _wait(control, child)


def _wait(control: socket.socket, child: int):
    watched = os.pidfd_open(child)
    try:
        ready, _, _ = select.select([watched, control], [], [])
        if watched not in ready:
            receive(control)  # whatever it says while a check runs, it means: stop
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child, signal.SIGKILL)
    finally:
        os.close(watched)
    status = os.waitpid(child, 0)[1]
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child, signal.SIGKILL)  # what the check left behind
    send(control, {"ended": os.waitstatus_to_exitcode(status)})


def _answer(sock: socket.socket, agent: Agent, define: list[str]):
    sink = Tail("stdout", [], Limits(output_chars=0))
    with contextlib.redirect_stdout(sink), contextlib.redirect_stderr(sink):
        for source in define:
            agent.do_define(source)
        while True:
            request = receive(sock)
            if request.get("op") == "end":
                return
            try:
                answer = agent.answer(request)
            except BaseException as error:  # SystemExit, KeyboardInterrupt: the student's doing
                answer = {"error": (type(error).__name__, str(error)[:1000], "", 0)}
            try:
                send(sock, answer)
            except NotPlainError as error:
                send(sock, {"error": ("NotPlainError", str(error), "", 0)})
