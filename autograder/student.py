"""The student interface: how a judge talks to a student's code without ever holding the student's objects.

A property asks by name and gets plain values back; whatever is not plain stays on the student's side behind a Handle.
The Agent sits beside the student's code and answers. In a notebook it lives in the same process (LocalStudent); when a
class is graded it lives in another one and speaks through a pipe (RemoteStudent in autograder.engine).
"""

import linecache
import operator
import traceback
from contextlib import contextmanager

import numpy as np
import torch

from autograder.forbidden import forbid
from autograder.values import NotPlainError, Reference, to_plain

OPERATORS = {
    name: getattr(operator, name)
    for name in ("add", "sub", "mul", "truediv", "pow", "neg", "matmul", "getitem", "eq", "lt", "gt", "contains")
} | {"len": len, "float": float, "iter": list}
MAX_MESSAGE = 1000  # characters of a student's error that are kept
NOT_THEIRS = ("site-packages", "/lib/python", "/autograder/", "/atiende/models/")  # whose lines are no help to a student


class StudentError(Exception):
    """Carry an error that the student's code raised: its type's name, its message and the line that raised it."""

    def __init__(self, kind: str, message: str, line: str = "", number: int = 0):
        super().__init__(kind, message, line, number)
        self.kind, self.message, self.line, self.number = kind, message, line, number


class Agent:
    """Answer a judge's requests with the objects of one namespace; runs beside the student's code."""

    def __init__(self, namespace: dict, forbidden: tuple[str, ...] = ()):
        self.namespace = namespace
        self.forbidden = forbidden
        self.objects: dict[int, object] = {}

    def answer(self, request: dict) -> dict:
        """Carry out one request; return {"value": …} or {"error": …}, never raise but for an interruption."""
        try:
            with forbid(self.forbidden, self.namespace):
                result = getattr(self, "do_" + request["op"])(*request["args"])
            return {"value": self._keep(result) if request["keep"] else to_plain(result)}
        except NotPlainError as error:
            return {"error": ("NotPlainError", str(error), "", 0)}
        except Exception as error:  # the student's code may raise anything
            return {"error": describe(error)}

    def do_named(self, name, args, kwargs):
        if name not in self.namespace:
            raise NameMissingError(name)
        return self.namespace[name](*map(self._resolve, args), **{k: self._resolve(v) for k, v in kwargs.items()})

    def do_call(self, target, args, kwargs):
        function = self._resolve(target)
        return function(*map(self._resolve, args), **{k: self._resolve(v) for k, v in kwargs.items()})

    def do_method(self, target, name, args, kwargs):
        method = getattr(self._resolve(target), name)
        return method(*map(self._resolve, args), **{k: self._resolve(v) for k, v in kwargs.items()})

    def do_look_up(self, name):
        if name not in self.namespace:
            raise NameMissingError(name)
        return self.namespace[name]

    def do_get(self, target, name):
        return getattr(self._resolve(target), name)

    def do_set(self, target, name, value):
        setattr(self._resolve(target), name, self._resolve(value))

    def do_item(self, target, key):
        return self._resolve(target)[key]

    def do_set_item(self, target, key, value):
        self._resolve(target)[key] = self._resolve(value)

    def do_operate(self, name, args):
        return OPERATORS[name](*map(self._resolve, args))

    def do_put(self, value):
        return self._resolve(value)

    def do_value(self, target):
        return self._resolve(target)

    def do_rng(self, seed):
        return np.random.default_rng(seed)

    def do_seed(self, seed):
        torch.manual_seed(seed)

    def do_gradients(self, target):
        return {name: p.grad for name, p in self._resolve(target).named_parameters()}

    def do_shapes(self, target):
        return {name: tuple(value.shape) for name, value in self._resolve(target).state_dict().items()}

    def do_define(self, source):
        exec(compile(source, "<course>", "exec"), self.namespace)

    def do_forget(self):
        self.objects.clear()

    def _keep(self, value) -> Reference:
        reference = Reference(len(self.objects))
        self.objects[reference] = value
        return reference

    def _resolve(self, value):
        if isinstance(value, Reference):
            return self.objects[value]
        if isinstance(value, (list, tuple)):
            return type(value)(map(self._resolve, value))
        if isinstance(value, dict):
            return {k: self._resolve(v) for k, v in value.items()}
        return value


class NameMissingError(Exception):
    """Say that the notebook does not define a name."""


def describe(error: BaseException) -> tuple[str, str, str, int]:
    """Return an error's type, its message cut short, and the last line of the student's own code that it went through."""
    line, number = "", 0
    for frame, n in traceback.walk_tb(error.__traceback__):
        name = frame.f_code.co_filename
        text = linecache.getline(name, n, frame.f_globals).strip()
        if text and not any(folder in name for folder in NOT_THEIRS):
            line, number = text, n
    try:
        message = str(error)[:MAX_MESSAGE]
    except Exception:  # a student's exception whose text cannot be made
        message = ""
    return type(error).__name__, message, line[:200], number


class Student:
    """Ask a student's code for plain values; a subclass says how a request travels.

    Every answer is kept in `transcript`, which tells one wrong solution from another.
    """

    def __init__(self):
        self.transcript: list = []

    def ask(self, op: str, *args, keep: bool = False):
        """Send one request; return its plain value or, with `keep`, a Handle. Raises StudentError."""
        answer = self.send({"op": op, "args": [_lower(a) for a in args], "keep": keep})
        if "error" in answer:
            error = StudentError(*answer["error"])
            self.transcript.append((error.kind, error.message))
            raise error
        if keep:
            return Handle(self, answer["value"])
        self.transcript.append(answer["value"])
        return answer["value"]

    def send(self, request: dict) -> dict:
        raise NotImplementedError

    def call(self, name: str, *args, **kwargs):
        """Call a function of the notebook and return its plain value."""
        return self.ask("named", name, list(args), kwargs)

    def keep(self, name: str, *args, **kwargs) -> "Handle":
        """Call a function of the notebook, or build a class, and leave the result there behind a Handle."""
        return self.ask("named", name, list(args), kwargs, keep=True)

    def look_up(self, name: str) -> "Handle":
        """Return a Handle on an object of the notebook."""
        return self.ask("look_up", name, keep=True)

    def put(self, value) -> "Handle":
        """Lay a plain value down on the student's side, to look at it again later."""
        return self.ask("put", value, keep=True)

    def rng(self, seed: int) -> "Handle":
        """Make a NumPy random generator on the student's side."""
        return self.ask("rng", seed, keep=True)

    def seed(self, seed: int):
        """Set torch's seed on the student's side."""
        self.ask("seed", seed)

    def lend(self, source: str):
        """Define something of the course's own beside the student's code, such as a net that records what it is asked."""
        self.ask("define", source)

    def operate(self, name: str, *args) -> "Handle":
        """Apply an operator (see OPERATORS) to handles and plain values."""
        return self.ask("operate", name, list(args), keep=True)

    @contextmanager
    def fresh(self):
        """Forget the handles made inside, and the transcript made before."""
        self.transcript = []
        try:
            yield self
        finally:
            self.send({"op": "forget", "args": [], "keep": False})


class Handle:
    """Stand for an object that stays on the student's side."""

    def __init__(self, student: Student, reference: Reference):
        self.student, self.reference = student, reference

    def value(self):
        """Return the object as a plain value."""
        return self.student.ask("value", self)

    def call(self, *args, **kwargs):
        """Call the object; return the plain result."""
        return self.student.ask("call", self, args, kwargs)

    def keep(self, *args, **kwargs) -> "Handle":
        """Call the object; leave the result behind a Handle."""
        return self.student.ask("call", self, args, kwargs, keep=True)

    def method(self, name: str, *args, **kwargs):
        """Call a method; return the plain result."""
        return self.student.ask("method", self, name, args, kwargs)

    def keep_method(self, name: str, *args, **kwargs) -> "Handle":
        """Call a method; leave the result behind a Handle."""
        return self.student.ask("method", self, name, args, kwargs, keep=True)

    def get(self, name: str):
        """Return an attribute as a plain value."""
        return self.student.ask("get", self, name)

    def attribute(self, name: str) -> "Handle":
        """Return a Handle on an attribute."""
        return self.student.ask("get", self, name, keep=True)

    def set(self, name: str, value):
        """Set an attribute to a plain value or to another Handle's object."""
        self.student.ask("set", self, name, value)

    def item(self, key) -> "Handle":
        """Return a Handle on `object[key]`."""
        return self.student.ask("item", self, key, keep=True)

    def set_item(self, key, value):
        """Do `object[key] = value`."""
        self.student.ask("set_item", self, key, value)

    def gradients(self) -> dict:
        """Return the gradient of every parameter of a torch module, by name."""
        return self.student.ask("gradients", self)

    def shapes(self) -> dict[str, tuple]:
        """Return the shape of every parameter and buffer of a torch module, by name."""
        return self.student.ask("shapes", self)

    def __add__(self, other):
        return self.student.operate("add", self, other)

    def __radd__(self, other):
        return self.student.operate("add", other, self)

    def __mul__(self, other):
        return self.student.operate("mul", self, other)

    def __rmul__(self, other):
        return self.student.operate("mul", other, self)

    def __sub__(self, other):
        return self.student.operate("sub", self, other)

    def __rsub__(self, other):
        return self.student.operate("sub", other, self)

    def __truediv__(self, other):
        return self.student.operate("truediv", self, other)

    def __rtruediv__(self, other):
        return self.student.operate("truediv", other, self)

    def __neg__(self):
        return self.student.operate("neg", self)

    def __pow__(self, other):
        return self.student.operate("pow", self, other)


def _lower(value):
    """Replace handles by their references, at any depth; copy everything else, so that both sides keep their own."""
    if isinstance(value, Handle):
        return value.reference
    if isinstance(value, (list, tuple)):
        return type(value)(map(_lower, value))
    if isinstance(value, dict):
        return {k: _lower(v) for k, v in value.items()}
    return to_plain(value)


class LocalStudent(Student):
    """Ask the code of a namespace in this process."""

    def __init__(self, namespace: dict, forbidden: tuple[str, ...] = ()):
        super().__init__()
        self.agent = Agent(namespace, forbidden)

    def send(self, request: dict) -> dict:
        return self.agent.answer(request)
