"""Attacks that are after points."""

import copy

from grading import add_cell, cell_of

from attacks.corpus import SOCKETS, Attack, solution_cell

MAGIC = """
class Yes:
    def __call__(self, *a, **k): return self
    def __getattr__(self, name): return self
    def __getitem__(self, key): return self
    def __bool__(self): return True
    def __eq__(self, other): return True
    def __lt__(self, other): return True
    __le__ = __gt__ = __ge__ = __lt__
    def __add__(self, other): return self
    __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __pow__ = __matmul__ = __add__
    def __abs__(self): return self
    def __float__(self): return 1.0
    def __len__(self): return 1
    def __iter__(self): return iter([self])
    def __array__(self, *a, **k): return np.ones(1)
    def __hash__(self): return 1
"""
DELEGATES = {
    "softmax": ("scipy.special", "softmax", "z, axis=-1", "LIBRARY(z, axis=axis)"),
    "gelu": ("torch.nn.functional", "gelu", "x", "LIBRARY(torch.as_tensor(x)).numpy()"),
    "linear_forward": ("torch.nn.functional", "linear", "x, W, b",
                       "(LIBRARY(torch.tensor(x), torch.tensor(W).T, torch.tensor(b)).numpy(), (x, W))"),
}  # fmt: skip
DELEGATING = tuple(DELEGATES)


def delegate(before: str, library: str):
    """Return a change that answers by the forbidden function: `before` runs in the cell, `library` names it in the call."""

    def change(notebook: dict, id: str) -> dict:
        module, name, parameters, call = DELEGATES[id]
        source = f"import importlib, base64\n{before}\ndef {id}({parameters}):\n    return {call.replace('LIBRARY', library)}\n"
        for old, new in (("MODULE", module), ("FUNCTION", name)):
            source = source.replace(old, new)
        solution_cell(notebook, id)["source"] = source
        return notebook

    return change


def same_grade_id(notebook: dict, id: str) -> dict:
    for source, points in (("1000.0", 1000), ("check = lambda f: 1e9\ncheck(0)", 10**6)):
        forged = copy.deepcopy(cell_of(notebook, id))
        forged["source"], forged["id"] = source, f"forged-{points}"
        forged["metadata"]["nbgrader"] |= {"points": points, "locked": False, "solution": True}
        notebook["cells"].insert(1, forged)
    return notebook


def new_graded_cells(notebook: dict, id: str) -> dict:
    for name in ("bonus", f"{id}2", "__proto__", ""):
        cell = copy.deepcopy(cell_of(notebook, id))
        cell["metadata"]["nbgrader"] |= {"grade_id": name, "points": 50}
        cell["source"] = "50.0"
        add_cell(notebook, "", None)
        notebook["cells"][1] = cell
    for cell in notebook["cells"]:
        if "points" in cell["metadata"].get("nbgrader", {}):
            cell["metadata"]["nbgrader"]["points"] = 1e6
    return notebook


def forged_outputs(notebook: dict, id: str) -> dict:
    cell_of(notebook, id)["outputs"] = [
        {"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": {"text/plain": value}}
        for value in ("10.0", "nan", "-1", "inf", "1e308")
    ]
    notebook["metadata"]["nbgrader"] = {"score": 100, "manual_score": 100, "extra_credit": 50}
    return notebook


def no_tests(notebook: dict, id: str) -> dict:
    notebook["cells"] = [cell for cell in notebook["cells"] if not cell["source"].startswith("check(")]
    return notebook


SCORE = (
    Attack("S01", "an input transformer turns every later cell into pass", first="""
get_ipython().input_transformers_post.append(lambda lines: ["pass\\n"])
""", keeps=False),
    Attack("S02", "an AST transformer deletes assertions, and numpy.testing does nothing", first="""
import ast, numpy.testing
class NoAssert(ast.NodeTransformer):
    def visit_Assert(self, node): return ast.Pass()
get_ipython().ast_transformers.append(NoAssert())
for name in dir(numpy.testing):
    if name.startswith("assert"): setattr(numpy.testing, name, lambda *a, **k: None)
"""),
    Attack("S03", "an AST transformer makes each later cell a constant", first="""
import ast
class Constant(ast.NodeTransformer):
    def visit_Module(self, node):
        node.body = [ast.Expr(ast.Constant(10.0))]
        return ast.fix_missing_locations(node)
get_ipython().ast_transformers.append(Constant())
""", keeps=False),
    Attack("S04", "the worker's send turns errors into values", first="""
import sys
worker = sys.modules["autograder.engine.worker"]
original = worker.send
def send(sock, value, *args, **kwargs):
    if "error" in value and "cell" not in value: value = {"value": True}
    return original(sock, value, *args, **kwargs)
worker.send = send
""", answer="def NAME(*args, **kwargs):\n    raise ValueError", states=("graded", "student_crash")),
    Attack("S05", "the agent answers with its own verdict", first="""
import sys
agent = sys.modules["autograder.student"].Agent
answers = [{"value": "right"}, {"points": 10.0, "state": "right"}, {"value": 1.0}, {"verdict": 1, "value": None}]
agent.answer = lambda self, request: answers[len(request["op"]) % 4]
""", keeps=False, states=("graded", "student_crash")),
    Attack("S06", "everything asked of the result succeeds", answer=MAGIC + "\ndef NAME(*args, **kwargs):\n    return Yes()\n"),
    Attack("S06_class", "the answer itself is an object of which everything succeeds", answer=MAGIC + "\nNAME = Yes()\n"),
    Attack("S07", "a float whose subtraction and comparison favour the student", answer="""
class Near(float):
    def __sub__(self, other): return 0.0
    __rsub__ = __abs__ = lambda self, *a: 0.0
    def __lt__(self, other): return True
    __le__ = __eq__ = __lt__
    __hash__ = float.__hash__
def NAME(*args, **kwargs): return Near(3)
"""),
    Attack("S07_numpy", "the same of numpy.float64", answer="""
class Near(np.float64):
    def __sub__(self, other): return 0.0
    def __lt__(self, other): return True
    def __eq__(self, other): return True
    __hash__ = np.float64.__hash__
    def item(self): return 0.5
def NAME(*args, **kwargs): return (Near(3), [Near(1)])
"""),
    Attack("S08", "np and torch are objects of which everything succeeds", first=MAGIC + "\nnp = torch = math = Yes()\n",
           keeps=False),
    Attack("S08_modules", "and so are the modules", first=MAGIC + """
import sys
for name in [n for n in sys.modules if n.split(".")[0] in ("numpy", "torch", "msgpack")]:
    sys.modules[name] = Yes()
sys.modules["autograder.values"].np = sys.modules["autograder.values"].torch = Yes()
""", keeps=False, states=("graded", "student_crash")),
    Attack("S09", "comparisons of the libraries do nothing, or say yes", first="""
import numpy.testing, torch.testing
np.allclose = np.array_equal = np.isclose = np.all = lambda *a, **k: True
torch.allclose = torch.equal = lambda *a, **k: True
torch.testing.assert_close = numpy.testing.assert_allclose = lambda *a, **k: None
"""),
    Attack("S10", "an ndarray subclass with hooks of its own", answer="""
class Hooked(np.ndarray):
    def __array_ufunc__(self, *a, **k): return np.array(True)
    def __array_function__(self, *a, **k): return True
    def __array__(self, *a, **k): return np.zeros(1)
    def __eq__(self, other): return True
    def __getitem__(self, key): return 0.0
    def __sub__(self, other): return np.zeros(1)
    @property
    def shape(self): return (3, 4)
    def __array_finalize__(self, other): pass
def NAME(*args, **kwargs): return np.zeros((3, 4)).view(Hooked)
"""),
    Attack("S10_torch", "a tensor subclass with hooks of its own", answer="""
class Hooked(torch.Tensor):
    @classmethod
    def __torch_function__(cls, *a, **k): return torch.ones(())
    def detach(self): return self
    def numpy(self): return np.zeros((2, 2))
def NAME(*args, **kwargs): return torch.zeros(3, 4).as_subclass(Hooked)
"""),
    Attack("S18", "a perfect result is written wherever it may be looked for, then a hard exit", answer="""
def NAME(*args, **kwargs):
    import os, sys, json
    perfect = json.dumps({"state": "graded", "points": 100.0, "verdicts": [{"id": "ID", "state": "right", "points": 10.0}]})
    paths = [v for v in vars(sys.modules["__main__"]).values() if isinstance(v, str)] + sys.argv
    for path in [*paths, "/tmp/result.json", "results.json", "result.json", "/dev/shm/result", "/proc/1/fd/1", "/proc/1/fd/2"]:
        try:
            open(path, "w").write(perfect)
        except (OSError, ValueError):
            pass
    print(perfect, flush=True)
    os._exit(0)
""", states=("student_crash",)),
    Attack("S19", "the caller's frames are walked to a reference", answer="""
def NAME(*args, **kwargs):
    import sys
    frame = sys._getframe()
    while frame:
        for scope in (frame.f_locals, frame.f_globals):
            for key, value in list(scope.items()):
                if key in ("oracle", "expected", "wanted", "reference", "answer") and value is not NAME:
                    try:
                        return value(*args, **kwargs) if callable(value) else value
                    except Exception:
                        pass
        frame = frame.f_back
    return 0.0
""", states=("graded", "student_crash")),
    Attack("S20", "the course's own solution is looked for, and run", first="""
import glob, importlib, json, marshal, os, pathlib, sys
found = []
for name in ("autograder.solutions", "autograder.checks.mlp.ID", "autograder.judge", "autograder.draw", "atiende.models.mlp"):
    try:
        found.append(getattr(importlib.import_module(name), "NAME", None))
    except Exception:
        pass
try:
    found.append(importlib.import_module("autograder.solutions").solution_source("ID"))
except Exception:
    pass
here = [p for p in sys.path if p] + ["..", "../..", "/", "/work", "/root", "/home", "/tmp", os.path.dirname(os.__file__)]
for base in here:
    for pattern in ("*/solutions/*/*.ipynb", "solutions/*/*.ipynb", "source/*/*.ipynb", "autograder/content/solutions/*/*.ipynb",
                    "autograder/checks/mlp/*", "*/autograder/checks/mlp/*", "units/*/assignment.py", "*/units/*/assignment.py"):
        for path in glob.glob(os.path.join(base, pattern)):
            text = pathlib.Path(path).read_bytes().decode("utf-8", "replace")
            found.append(text)
import atiende
for path in glob.glob(os.path.dirname(atiende.__file__) + "/models/**/*", recursive=True):
    if path.endswith(".pyc") and "mlp" in path:
        namespace = {"__name__": "stolen"}
        exec(marshal.loads(pathlib.Path(path).read_bytes()[16:]), namespace)
        found.append(namespace.get("NAME"))
stolen = [f for f in found if f]
print("tried", len(stolen), "stolen")
""", answer="""
NAME = next((s for s in stolen if callable(s)), None)
for s in stolen:
    if isinstance(s, str):
        try:
            exec(s)
        except Exception:
            pass
if not callable(NAME):
    def NAME(*args, **kwargs): return 0.0
""", proof="tried 0 stolen"),
    Attack("S31", "libraries are shadowed by files", first="""
import os, sys
for folder in (".", "/tmp", os.path.expanduser("~")):
    for name in ("numpy", "torch", "random", "msgpack", "autograder", "sitecustomize", "usercustomize"):
        with open(os.path.join(folder, name + ".py"), "w") as file:
            file.write("raise SystemExit('shadowed')\\n")
sys.path.insert(0, os.getcwd())
os.environ["PYTHONPATH"] = os.getcwd()
"""),
    Attack("S35", "the answers to the tests that students see are written down", answer="""
def NAME(*args, **kwargs):
    known = {1: [0.09003057, 0.24472847, 0.66524096], 2: [[0.5, 0.5]], 3: 0.8413447}
    return known.get(len(args), np.ones(3) / 3)
"""),
    Attack("S37", "the forbidden function is called", change=delegate("import MODULE as m", "m.FUNCTION"), only=DELEGATING),
    Attack("S37_alias", "it was imported under another name", change=delegate("from MODULE import FUNCTION as f", "f"),
           only=DELEGATING),
    Attack("S37_getattr", "it is found by getattr and importlib", only=DELEGATING,
           change=delegate("", 'getattr(importlib.import_module("MODULE"), "".join(reversed("FUNCTION"[::-1])))')),
    Attack("S37_exec", "it is called by code that was hidden in a string", only=DELEGATING,
           change=delegate("hidden = base64.b64encode(b'from MODULE import FUNCTION as f').decode()\n"
                           "def load():\n    exec(base64.b64decode(hidden), globals())\n    return f", "load()")),
    Attack("S40", "inputs are zeroed in place, and zeros returned", answer="""
def NAME(*args, **kwargs):
    for a in args:
        if isinstance(a, np.ndarray): a[...] = 0
        if isinstance(a, torch.Tensor): a.detach().zero_()
    return np.zeros_like(args[0]) if args and isinstance(args[0], np.ndarray) else 0.0
"""),
    Attack("S42", "an operator spies what it is compared with", answer="""
seen = []
class Spy:
    __array_priority__ = 1e9
    def spy(self, *others, **k):
        seen.extend(o for o in others if isinstance(o, np.ndarray))
        return seen[-1] if seen else 0.0
    __eq__ = __rsub__ = __sub__ = __radd__ = __array_ufunc__ = __array_function__ = __rtruediv__ = spy
    __hash__ = None
def NAME(*args, **kwargs):
    return seen[-1] if seen else Spy()
"""),
    Attack("S43", "not a number, and infinite", answer="""
turn = iter(range(10**9))
def NAME(*args, **kwargs):
    value = [np.nan, np.inf, -np.inf][next(turn) % 3]
    return np.full_like(args[0], value, dtype=float) if args and isinstance(args[0], np.ndarray) else value
"""),
    Attack("S44", "views that broadcast into agreement", answer="""
turn = iter(range(10**9))
def NAME(*args, **kwargs):
    return [np.float64(0.5), np.zeros((1, 1)), np.broadcast_to(0.5, np.shape(args[0]) if args else (3,)), np.zeros(0),
            np.zeros((0, 3))][next(turn) % 5]
"""),
    Attack("S49", "builtins are replaced", first="""
import builtins
real_isinstance = isinstance
for name in ("all", "any", "float", "abs", "round"):
    setattr(builtins, name, lambda *a, **k: 1.0)
builtins.len = lambda x: 1
builtins.isinstance = lambda x, kinds: True
""", keeps=False, states=("graded", "student_crash", "student_timeout")),
    Attack("S52", "copies of the test cell with the same grade_id and trivial content", change=same_grade_id),
    Attack("S52_new", "graded cells of one's own, worth much", change=new_graded_cells),
    Attack("S53", "every graded cell is deleted", change=no_tests),
    Attack("S65", "check returns nan, a negative number, an object", first="""
import sys, autograder
class Odd:
    def __repr__(self): return "100.0"
    __float__ = lambda self: float("nan")
for value in (float("nan"), -5, 1e9, Odd()):
    check = autograder.check = sys.modules["autograder.notebook"].check = lambda f, value=value: value
check(0)
"""),
    Attack("S65_outputs", "scores are written into outputs and metadata", change=forged_outputs),
    Attack("S70", "the control socket speaks early, twice, and of other cells", first=SOCKETS + """
import sys
frames = sys.modules["autograder.engine.frames"]
for s in sockets:
    for number in range(12):
        for message in ({"cell": str(number), "outputs": [], "error": ""}, {"done": True}, {"ended": 0}, {"ready": True}):
            frames.send(s, message)
""", keeps=False, states=("graded", "student_crash", "student_timeout")),
    Attack("S70_arrays", "arrays stand where the judge compares", first=SOCKETS + """
import sys
frames = sys.modules["autograder.engine.frames"]
for s in sockets:
    frames.send(s, {"cell": np.ones(3), "outputs": [{"output_type": np.ones(2)}], "error": np.ones(2), "ended": np.ones(2)})
""", keeps=False, states=("graded", "student_crash", "student_timeout")),
    Attack("S70_check", "the check socket answers twice, before it is asked, and for another question", first="""
import sys
worker = sys.modules["autograder.engine.worker"]
original = worker.send
def send(sock, value, *args, **kwargs):
    for forged in ({"value": 1.0}, value, {"value": np.ones((2, 2))}):
        original(sock, forged, *args, **kwargs)
worker._answer_real = worker._answer
def _answer(sock, agent, define):
    worker.send = send
    original(sock, {"value": 0.5})
    worker._answer_real(sock, agent, define)
worker._answer = _answer
""", keeps=False, states=("graded", "student_crash")),
    Attack("S70_wait", "the worker tells that a check ended well, and goes on with it", first="""
import os, sys, time
worker = sys.modules["autograder.engine.worker"]
def _wait(control, child):
    for value in ({"ended": np.ones(2)}, {"ended": "well"}, [1], 7, {"ended": 0, "points": 10.0}):
        worker.send(control, value)
worker._wait = _wait
""", keeps=False, states=("graded", "student_crash", "student_timeout")),
    Attack("S70_fds", "descriptors are passed to the judge", first=SOCKETS + """
import array, struct
for s in sockets:
    for _ in range(50):
        fds = [os.open("/dev/zero", os.O_RDONLY), *os.pipe()]
        s.sendmsg([struct.pack(">I", 1) + b"\\xc0"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))])
""", keeps=False, states=("graded", "student_crash", "student_timeout")),
    Attack("S71", "every descriptor is written to", first="""
import os
for fd in range(3, 300):
    try:
        os.write(fd, b"\\x00\\x00\\x00\\x08" + b'\\xa7perfect')
    except OSError:
        pass
""", keeps=False, states=("graded", "student_crash", "student_timeout")),
    Attack("S71_check", "every descriptor is written to while a check runs", answer="""
def NAME(*args, **kwargs):
    import os
    for fd in range(3, 300):
        try:
            os.write(fd, b"\\x00\\x00\\x00\\x0f\\x81\\xa5value\\xcb\\x3f\\xf0\\x00\\x00\\x00\\x00\\x00\\x00")
        except OSError:
            pass
    return 1.0
""", keeps=False, states=("graded", "student_crash", "student_timeout")),
    Attack("S80", "a name that the course's version of an exercise calls is replaced", first="""
import sys
class Agent(sys.modules["autograder.student"].Agent):
    def do_define(self, source):
        print(source)
        raise RuntimeError(source)
sys.modules["autograder.student"].Agent = sys.modules["autograder.engine.worker"].Agent = Agent
"""),
)  # fmt: skip
