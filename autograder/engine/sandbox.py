"""Isolate a process on Linux: namespaces, a read-only view of a few folders, no privileges, limits.

The warm parent enters the view once; each worker then gets namespaces of its own, where it is nobody and sees nobody.
"""

import contextlib
import ctypes
import os
import platform
import resource
import select
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from autograder.engine.limits import Limits
from autograder.engine.seccomp import refuse_calls

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x20000, 0x4000000, 0x8000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
MS_NOSUID, MS_NODEV, MS_BIND, MS_REC, MS_PRIVATE = 2, 4, 4096, 16384, 1 << 18
MNT_DETACH, AT_FDCWD, AT_RECURSIVE = 2, -100, 0x8000
ATTR_RDONLY, ATTR_NOSUID = 1, 2
PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS, PR_CAPBSET_DROP, PR_SET_DUMPABLE = 1, 38, 24, 4
SYS_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
SYS_MOUNT_SETATTR = 442
NOBODY = 1_879_048_192  # from here on, host uids that own nothing; each worker of a root grader runs as one of them
LOOK_SECONDS = 0.2  # between two looks at how much memory a worker uses
SYSTEM = (
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/fonts",
    "/etc/alternatives",
    "/etc/ssl",
    "/etc/mime.types",
)
DEVICES = ("null", "zero", "full", "random", "urandom")
HOME, TMP = "/home/student", "/tmp"

libc = ctypes.CDLL(None, use_errno=True)


class IsolationError(OSError):
    """Say which step of the isolation this host refused."""


def _call(name: str, *args):
    if getattr(libc, name)(*args) != 0:
        error = ctypes.get_errno()
        raise IsolationError(error, f"{name}: {os.strerror(error)}")


def _mount(source: str, target: str, kind: str | None = None, flags: int = 0, options: str | None = None):
    _call(
        "mount",
        source.encode(),
        target.encode(),
        kind and kind.encode(),
        ctypes.c_ulong(flags),
        options and options.encode(),
    )


def _read_only(path: str):
    attributes = (ctypes.c_uint64 * 4)(ATTR_RDONLY | ATTR_NOSUID, 0, 0, 0)
    if libc.syscall(SYS_MOUNT_SETATTR, AT_FDCWD, path.encode(), AT_RECURSIVE, attributes, ctypes.sizeof(attributes)):
        error = ctypes.get_errno()
        raise IsolationError(error, f"mount_setattr {path}: {os.strerror(error)}")


def isolation_problem() -> str:
    """Return why this host cannot isolate workers, or an empty string where it can; tries it in a child."""
    if not sys.platform.startswith("linux") or platform.machine() not in SYS_PIVOT_ROOT:
        return f"{platform.system()} on {platform.machine()} has no Linux namespaces"
    for place in (sys.prefix, Path(__file__).resolve().parent):
        if Path(place).is_relative_to(TMP):
            return f"{place} lies in {TMP}, which is another one for a student's process: put the course somewhere else"
    reader, writer = os.pipe()
    root = tempfile.mkdtemp(prefix="atiende-")
    pid = os.fork()
    if pid == 0:
        try:
            enter_view(root, [], [])
            worker = fork_isolated(lambda: os._exit(42), Limits())
            status = os.waitstatus_to_exitcode(os.waitpid(worker.outer, 0)[1])
            os.write(writer, b"" if status == 42 else f"the worker ended with {status}".encode())
        except BaseException as error:
            os.write(writer, f"{type(error).__name__}: {error}".encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        problem = pipe.read().decode()
    os.waitpid(pid, 0)
    os.rmdir(root)
    return problem


def enter_view(root: str, shown: list[Path], hidden: list[Path]):
    """Move this process into a root that holds nothing but the system's folders, Python, and `shown`, all read-only.

    `root` is an empty folder to build it on. Paths stay what they were. A `hidden` path below a shown one becomes empty.
    Raises IsolationError.
    """
    if os.geteuid() == 0:
        _call("unshare", CLONE_NEWNS)
    else:
        uid, gid = os.geteuid(), os.getegid()
        _call("unshare", CLONE_NEWUSER | CLONE_NEWNS)
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"0 {uid} 1")
        Path("/proc/self/gid_map").write_text(f"0 {gid} 1")
    _mount("none", "/", flags=MS_REC | MS_PRIVATE)
    _mount("tmpfs", root, "tmpfs", MS_NOSUID, "size=1m,mode=755")
    for path in _without_nested([Path(p) for p in (*SYSTEM, sys.base_prefix, sys.prefix)] + list(shown)):
        _show(path, root)
    for path in hidden:
        if Path(root + str(path)).is_dir():
            _mount("tmpfs", root + str(path), "tmpfs", MS_NOSUID, "size=4k,mode=755")
        elif Path(root + str(path)).exists():
            _mount("/dev/null", root + str(path), flags=MS_BIND)
    for name in ("dev/shm", "proc", HOME[1:], TMP[1:], ".old"):
        os.makedirs(f"{root}/{name}", exist_ok=True)
    for device in DEVICES:
        Path(f"{root}/dev/{device}").touch()
        _mount(f"/dev/{device}", f"{root}/dev/{device}", flags=MS_BIND)
    _mount("/proc", f"{root}/proc", flags=MS_BIND | MS_REC)
    if libc.syscall(SYS_PIVOT_ROOT[platform.machine()], root.encode(), f"{root}/.old".encode()):
        raise IsolationError(ctypes.get_errno(), "pivot_root")
    os.chdir("/")
    _call("umount2", b"/.old", MNT_DETACH)
    os.rmdir("/.old")
    _make_read_only()


def _make_read_only():
    """Make every mount below / read-only but /proc, which the warm parent needs to write its workers' user maps."""
    for line in Path("/proc/self/mounts").read_text().splitlines():
        target = line.split()[1].encode().decode("unicode_escape")
        if target != "/proc" and not target.startswith("/proc/"):
            attributes = (ctypes.c_uint64 * 4)(ATTR_RDONLY | ATTR_NOSUID, 0, 0, 0)
            libc.syscall(SYS_MOUNT_SETATTR, AT_FDCWD, target.encode(), 0, attributes, ctypes.sizeof(attributes))
            if not os.statvfs(target).f_flag & os.ST_RDONLY:
                raise IsolationError(ctypes.get_errno(), f"{target} could not be made read-only")


def _without_nested(paths: list[Path]) -> list[Path]:
    """Return the paths that exist and lie below none of the others, each once."""
    existing = list(dict.fromkeys(p for p in paths if p.exists() or p.is_symlink()))
    return [p for p in existing if not any(q != p and q in p.parents and not q.is_symlink() for q in existing)]


def _show(path: Path, root: str):
    target = Path(root + str(path))
    target.parent.mkdir(parents=True, exist_ok=True)
    if path.is_symlink():
        target.symlink_to(os.readlink(path))
    elif path.is_dir():
        target.mkdir(exist_ok=True)
        _mount(str(path), str(target), flags=MS_BIND | MS_REC)
    else:
        target.touch()
        _mount(str(path), str(target), flags=MS_BIND)


class Isolated:
    """Hold an isolated worker, as the warm parent sees it: the pid of the outer process, and the worker's pid 1."""

    def __init__(self, outer: int, inner: int):
        self.outer = outer
        try:
            self.inner = os.pidfd_open(inner)  # its number may be another's by the time that it is to die
        except ProcessLookupError:
            self.inner = None

    def kill(self):
        """Kill everything the worker started, and return when all of it is dead."""
        if self.inner is not None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self.inner, signal.SIGKILL)
            os.close(self.inner)
        os.waitpid(self.outer, 0)


def fork_isolated(main: Callable[[], None], limits: Limits, keep: int | None = None) -> Isolated:
    """Run `main` in new user, mount, pid, network and ipc namespaces; `keep` is the one descriptor it inherits.

    The worker is an orphan of an init process of its own: when that ends, the kernel kills whatever is left.
    """
    to_outer, from_outer = os.pipe(), os.pipe()
    parent = os.getpid()
    outer = os.fork()
    if outer == 0:
        status = 1
        try:
            status = _outer(main, limits, keep, to_outer[0], from_outer[1], parent)
        finally:
            os._exit(status)
    os.close(to_outer[0])
    os.close(from_outer[1])
    with os.fdopen(to_outer[1], "wb") as tell, os.fdopen(from_outer[0], "rb") as hear:
        line = hear.readline()
        if line == b"unshared\n":
            worker_id = NOBODY + outer % 2**22 if os.geteuid() == 0 and _owns_all_ids() else 0  # no two share a quota
            for name in ("uid_map", "gid_map"):
                Path(f"/proc/{outer}/{name}").write_text(f"0 {worker_id} 1")
            tell.write(b"mapped\n")
            tell.flush()
            line = hear.readline()
    if not line.startswith(b"pid "):
        os.waitpid(outer, 0)
        raise IsolationError(0, line.decode().strip() or "the worker did not start")
    return Isolated(outer, int(line[4:]))


def _owns_all_ids() -> bool:
    return Path("/proc/self/uid_map").read_text().split()[2] == "4294967295"


def die_with(parent: int):
    """Have the kernel kill this process when its parent, whose pid is given, dies."""
    _call("prctl", PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def _outer(main, limits: Limits, keep: int | None, hear: int, tell: int, parent: int) -> int:
    try:
        Path("/proc/self/oom_score_adj").write_text("1000")  # a host without memory ends workers first
        _call("unshare", CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWUTS)
        os.write(tell, b"unshared\n")
        if os.read(hear, 16) != b"mapped\n":
            return 1
        os.setresgid(0, 0, 0)  # 0 in here; on the host, the id that the map says
        os.setresuid(0, 0, 0)
        die_with(parent)
        inner = os.fork()
        if inner == 0:
            try:
                _init(main, limits, keep)
            finally:
                os._exit(1)
        os.write(tell, f"pid {inner}\n".encode())
    except OSError as error:
        os.write(tell, f"{error}\n".encode())
        return 1
    close_all(None)
    worker = os.pidfd_open(inner)
    while not select.select([worker], [], [], LOOK_SECONDS)[0]:
        if _used_memory() > limits.memory_bytes:
            os.kill(inner, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(inner, 0)[1]) & 0xFF


def _used_memory() -> int:
    """Return the bytes that the processes of this worker use; what they share with the warm parent is not counted."""
    if os.path.exists("/proc/self"):
        return 0  # still the warm parent's /proc, where this process is to be seen
    pids = [name for name in os.listdir("/proc") if name.isdigit()]
    page = resource.getpagesize()
    whole = {pid: page * int(_read(f"/proc/{pid}/statm", "0 0").split()[1]) for pid in pids}
    if sum(whole.values()) < 2**28:
        return 0
    used = 0
    for pid, resident in whole.items():
        kinds = [line.split() for line in _read(f"/proc/{pid}/smaps_rollup", "").splitlines()]
        own = [int(line[1]) * 1024 for line in kinds if line[0] in ("Pss_Anon:", "Pss_Shmem:")]
        used += sum(own) if own else resident  # one that hides what it uses is counted whole
    return used


def _read(path: str, missing: str) -> str:
    try:
        return Path(path).read_text()
    except OSError:
        return missing


def _init(main, limits: Limits, keep: int | None):
    """Be pid 1 of the worker: mount what is private, give up every privilege, start the student's process, reap."""
    _call("prctl", PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    os.setsid()
    close_all(keep)
    _mount("none", "/", flags=MS_REC | MS_PRIVATE)
    for path, size in ((TMP, limits.tmp_bytes), (HOME, limits.tmp_bytes), ("/dev/shm", limits.tmp_bytes)):
        _mount("tmpfs", path, "tmpfs", MS_NOSUID | MS_NODEV, f"size={size},mode=1777")
    try:
        _mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV)
    except IsolationError:  # the host masks parts of /proc: go without
        _mount("tmpfs", "/proc", "tmpfs", MS_NOSUID, "size=4k,mode=555")
    _drop_privileges()
    _call("prctl", PR_SET_DUMPABLE, 0, 0, 0, 0)  # so that no process of the student's may look into this one
    os.chdir(HOME)
    student = os.fork()
    if student == 0:
        try:
            os.setsid()
            _call("prctl", PR_SET_DUMPABLE, 1, 0, 0, 0)  # but the outer process may count what the student uses
            set_limits(limits)
            main()
        finally:
            os._exit(1)
    close_all(None)
    while True:
        pid, status = os.waitpid(-1, 0)
        if pid == student:
            os._exit(os.waitstatus_to_exitcode(status) & 0xFF)


def _drop_privileges():
    for capability in range(64):
        libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
    _call("prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    _call("capset", header, (ctypes.c_uint32 * 6)())
    if refuse_calls(libc):
        raise IsolationError(ctypes.get_errno(), "seccomp")


def set_limits(limits: Limits):
    """Bound this process and its children: address space, file size, processes, open files, no core dumps."""
    pages = int(Path("/proc/self/statm").read_text().split()[0]) if os.path.exists("/proc/self/statm") else 2**18
    memory = pages * resource.getpagesize() + limits.memory_bytes
    for kind, value in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, limits.file_size_bytes),
        (resource.RLIMIT_NPROC, limits.processes),
        (resource.RLIMIT_NOFILE, limits.open_files),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
    ):
        resource.setrlimit(kind, (value, value))


def close_all(keep: int | None):
    """Close every descriptor but `keep`; standard input, output and error become /dev/null."""
    null = os.open("/dev/null", os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd)
    highest = 65536
    if keep is None:
        os.closerange(3, highest)
    else:
        os.closerange(3, keep)
        os.closerange(keep + 1, highest)
