"""What an exercise is: the properties that it must satisfy, the named mistakes, and the alternatives.

Each exercise is one module `autograder.checks.<unit>.<id>` that defines `exercise`. The checks know nothing of processes:
a property is a function of a student interface and of a source of random inputs.
"""

import importlib.util
import pkgutil
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from autograder import checks
from autograder.content import units
from autograder.draw import Draw
from autograder.student import Student
from autograder.text import Text


@dataclass(frozen=True)
class Property:
    """State one thing that a right solution does; `test` raises MismatchError where it does not hold."""

    name: str
    weight: float
    text: Text
    test: Callable[[Student, Draw], None]
    costly: bool = False  # a training run: never repeated to name a mistake


@dataclass(frozen=True)
class Mistake:
    """Name one wrong solution, given as edits of the course's solution or as code of its own, and explain it."""

    name: str
    text: Text
    edits: tuple[tuple[str, str], ...] = ()
    code: str = ""


@dataclass(frozen=True)
class Alternative:
    """Name one right solution that is written differently."""

    name: str
    edits: tuple[tuple[str, str], ...] = ()
    code: str = ""


@dataclass
class Exercise:
    """Describe one graded exercise: `id` is the grade_id, and `name` the function or class that the student writes."""

    name: str
    points: float
    title: Text
    hints: tuple[Text, ...]
    uses: tuple[str, ...] = ()  # ids of the earlier exercises that its solution calls
    forbids: tuple[str, ...] = ()  # dotted paths of library functions that would give the answer away
    seconds: float = 20.0  # CPU seconds that its whole check may take
    properties: list[Property] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)
    alternatives: list[Alternative] = field(default_factory=list)

    @property
    def id(self) -> str:
        return exercise_id(self.name)

    def property(self, weight: float, es: str, en: str, costly: bool = False):
        """Add the decorated function as a property; its name is the property's name."""

        def add(test):
            self.properties.append(Property(test.__name__, weight, Text(es, en), test, costly))
            return test

        return add

    def mistake(self, name: str, *edits: tuple[str, str], es: str, en: str, code: str = ""):
        """Add a wrong solution: pairs (old, new) that edit the course's solution, or `code` of its own."""
        self.mistakes.append(Mistake(name, Text(es, en), edits, code))

    def alternative(self, name: str, *edits: tuple[str, str], code: str = ""):
        """Add a right solution that is written differently."""
        self.alternatives.append(Alternative(name, edits, code))


def exercise_id(name: str) -> str:
    """Return the id of a function or class: `MultiHeadAttention` becomes `multi_head_attention`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


@cache
def _modules() -> dict[str, str]:
    """Return the module of each exercise id of the listed units, found by file name: looking one up imports only that one."""
    found = {}
    for unit in units():
        package = f"{checks.__name__}.{unit['id'].split('_', 1)[1]}"
        if importlib.util.find_spec(package):
            for module in pkgutil.iter_modules(importlib.import_module(package).__path__, package + "."):
                found[module.name.rsplit(".", 1)[-1]] = module.name
    return found


def exercise_ids() -> list[str]:
    """Return the ids of all exercises that have a check, unordered."""
    return sorted(_modules())


def find(id: str) -> Exercise:
    """Return the exercise called `id`. Raises KeyError."""
    return importlib.import_module(_modules()[id]).exercise


def check_unit(id: str) -> str:
    """Return the name of the unit (`mlp`) whose checks hold exercise `id`."""
    return _modules()[id].split(".")[-2]
