"""What grading needs of a machine: what is there, what is missing, and how to get it."""

import os
import platform
import re
import sys
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from autograder.engine.local import cores
from autograder.engine.sandbox import isolation_problem
from autograder.text import Text

KERNEL = (5, 12)  # the first with mount_setattr
NBGRADER_VERSIONS = (0, 9, 5), (0, 10)
MEMORY_GB = 2.0  # of the warm parent, the grader and the judges, and half a one for each submission at a time
WSL = Text("Usa Linux: en Windows, WSL 2 (wsl --install); en macOS, una máquina virtual o un contenedor. Sin aislamiento: --practice",
           "Use Linux: on Windows, WSL 2 (wsl --install); on macOS, a virtual machine or a container. Without isolation: --practice")
SYSCTLS = {  # file -> (the value that forbids user namespaces to ordinary users, what allows them)
    "/proc/sys/kernel/unprivileged_userns_clone": ("0", "sysctl -w kernel.unprivileged_userns_clone=1"),
    "/proc/sys/user/max_user_namespaces": ("0", "sysctl -w user.max_user_namespaces=10000"),
    "/proc/sys/kernel/apparmor_restrict_unprivileged_userns":
        ("1", "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"),
}
AS_ROOT = Text("Como root: {command} (para siempre: en /etc/sysctl.d/90-atiende.conf)",
               "As root: {command} (for good: in /etc/sysctl.d/90-atiende.conf)")
CONTAINER = Text("En un contenedor, da permiso para crear espacios de nombres y montar: docker run --privileged, o "
                 "--security-opt seccomp=unconfined --security-opt apparmor=unconfined --cap-add SYS_ADMIN",
                 "In a container, allow it to make namespaces and to mount: docker run --privileged, or "
                 "--security-opt seccomp=unconfined --security-opt apparmor=unconfined --cap-add SYS_ADMIN")

ABOVE = Text("Cambia primero lo marcado arriba", "Change first what is marked above")


@dataclass
class Finding:
    """Tell of one thing that grading needs: what was found, whether it will do, and the remedy where it will not."""

    name: Text
    found: str
    good: bool
    remedy: Text = Text("", "")


def examine_host() -> list[Finding]:
    """Return what this machine has of what grading needs."""
    settings = _sysctls()
    isolation = _isolation(all(setting.good for setting in settings))
    findings = [_system(), _kernel(), *settings, isolation, _memory(), _cores(), _nbgrader()]
    return [finding for finding in findings if finding]


def _system() -> Finding:
    return Finding(Text("sistema", "system"), f"{platform.system()} {platform.machine()}", sys.platform == "linux", WSL)


def _kernel() -> Finding | None:
    if sys.platform != "linux":
        return None
    release = platform.release()
    numbers = tuple(int(part) for part in release.split("-")[0].split(".")[:2])
    wanted = ".".join(map(str, KERNEL))
    return Finding(Text("núcleo", "kernel"), release, numbers >= KERNEL, Text(
        f"Hace falta Linux {wanted} (mount_setattr): actualiza el sistema",
        f"Linux {wanted} is needed (mount_setattr): update the system"))


def _sysctls() -> list[Finding]:
    """Return what the settings of the kernel say of user namespaces; root does not need the first and the last."""
    name = Text("espacios de nombres de usuario", "user namespaces")
    findings = []
    for path, (forbidding, command) in SYSCTLS.items():
        try:
            value = Path(path).read_text().strip()
        except OSError:
            continue
        setting = path.removeprefix("/proc/sys/").replace("/", ".")
        forbidden = value == forbidding and (os.geteuid() != 0 or "max_" in path)
        findings.append(Finding(name, f"{setting} = {value}", not forbidden, AS_ROOT.fill(command=command)))
    return findings


def _isolation(allowed: bool) -> Finding:
    problem = isolation_problem()
    remedy = WSL if sys.platform != "linux" else CONTAINER if allowed else ABOVE
    return Finding(Text("aislamiento, probado ahora", "isolation, tried just now"), problem or "ok", not problem, remedy)


def _memory() -> Finding | None:
    try:
        fields = dict(line.split(":") for line in Path("/proc/meminfo").read_text().splitlines())
        free = int(fields["MemAvailable"].split()[0]) / 2**20
    except (OSError, KeyError):
        return None
    needed = MEMORY_GB + cores() / 2
    return Finding(Text("memoria libre", "free memory"), f"{free:.1f} GB", free >= needed, Text(
        f"Con {cores()} a la vez convienen {needed:.1f} GB: cierra programas, o califica con --jobs 1",
        f"For {cores()} at a time {needed:.1f} GB are advised: close programs, or grade with --jobs 1"))


def _cores() -> Finding:
    return Finding(Text("núcleos de CPU", "CPU cores"), str(cores()), True)


def _nbgrader() -> Finding:
    low, high = NBGRADER_VERSIONS
    found = version("nbgrader")
    good = low <= tuple(int(part) for part in re.findall(r"\d+", found)) < high
    return Finding(Text("nbgrader", "nbgrader"), found, good, Text(*("pip install 'atiende[teach]'",) * 2))
