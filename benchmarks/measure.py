"""What a command costs: time, CPU of all its processes, and their memory."""

import contextlib
import os
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil

EVERY = 0.1  # seconds between looks at the processes


@dataclass
class Cost:
    """Hold what one command cost. `memory` is in MB: of the grader alone, and of all processes, shared pages split."""

    seconds: float
    cpu: float
    grader_memory: float
    peak_memory: float
    in_flight: list[float] = field(default_factory=list)  # MB of its own of each submission that was seen at work


def run(command: list[str], look_inside: bool = False, folder: Path | None = None, cores: int | None = None) -> Cost:
    """Run a command to its end, in a folder, on so many cores. With `look_inside` its memory is read, which slows it down.

    The kernel adds up the CPU of every process that was waited for; the judges, which are not, are read as they live.
    """
    allowed = sorted(os.sched_getaffinity(0))[:cores]
    begun = time.monotonic()
    process = subprocess.Popen(["taskset", "--cpu-list", ",".join(map(str, allowed)), *command],
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=folder)
    judges: dict[int, float] = {}
    workers: dict[int, float] = {}
    peak = 0.0
    while os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        with contextlib.suppress(psutil.Error):
            for server in _children(process.pid, "forkserver"):
                for part in [server, *server.children()]:
                    spent = part.cpu_times()
                    judges[part.pid] = spent.user + spent.system
        if look_inside:
            with contextlib.suppress(psutil.Error, OSError):
                peak = max(peak, sum(_rollup(p.pid, "Pss") for p in psutil.Process(process.pid).children(recursive=True)))
            for parent in _children(process.pid, "engine.nursery"):
                with contextlib.suppress(psutil.Error, OSError):
                    for worker in parent.children():
                        own = sum(_rollup(p.pid, "Private_Dirty") for p in [worker, *worker.children(recursive=True)])
                        workers[worker.pid] = max(own, workers.get(worker.pid, 0.0))
        time.sleep(EVERY)
    seconds = time.monotonic() - begun
    said = process.stderr.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise RuntimeError(f"{' '.join(map(str, command))}: {said[-2000:]}")
    cpu = usage.ru_utime + usage.ru_stime + sum(judges.values())
    return Cost(seconds, cpu, usage.ru_maxrss / 1024, peak, list(workers.values()))


def load() -> str:
    """Say how busy the machine is with other work; timings mean little unless it is near zero."""
    return f"load of the machine before: {os.getloadavg()[0]:.1f} on {len(os.sched_getaffinity(0))} cores"


def _children(pid: int, name: str) -> list[psutil.Process]:
    with contextlib.suppress(psutil.Error):
        return [child for child in psutil.Process(pid).children() if name in " ".join(child.cmdline())]
    return []


def _rollup(pid: int, field: str) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) / 1024
    return 0.0
