"""What an attack is: cells of a notebook, with the exercise that it is after left open."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from grading import EXERCISES, add_cell, cell_of, right, solved

from autograder.exercise import find
from autograder.solutions import SOLUTION

SOCKETS = """
import os, socket, stat
def is_socket(fd):
    try:
        return stat.S_ISSOCK(os.fstat(fd).st_mode)
    except OSError:
        return False
sockets = [socket.socket(fileno=os.dup(fd)) for fd in [*filter(is_socket, range(3, 256))]]
print("sockets", len(sockets))
"""
WRONG = "def NAME(*args, **kwargs):\n    return 0.0\n"


@dataclass(frozen=True)
class Attack:
    """Describe one hostile submission; in its code, NAME stands for the function or class, ID for the exercise.

    answer: what is handed in for the exercise. first, last: cells of the student's own at the top and at the end.
    states: in which it may end. keeps: whether the honest half of the notebook keeps its points. proof: what must be
    in the result for the attack to have been tried at all. only: exercises that it can be tried on. change: what else
    is done to the notebook; bytes it returns are handed in.
    """

    code: str
    what: str
    answer: str = WRONG
    first: str = ""
    last: str = ""
    states: tuple[str, ...] = ("graded",)
    keeps: bool = True
    proof: str = ""
    only: tuple[str, ...] = EXERCISES
    change: Callable[[dict, str], dict | bytes] | None = field(default=None, repr=False)

    def notebook(self, id: str) -> dict | bytes:
        """Return the submission that attacks exercise `id`, and answers another one honestly."""
        notebook = solved(partner(id), **{id: self._fill(self.answer, id)})
        if self.first:
            add_cell(notebook, self._fill(self.first, id))
        if self.last:
            add_cell(notebook, self._fill(self.last, id), len(notebook["cells"]))
        return self.change(notebook, id) if self.change else notebook

    def _fill(self, source: str, id: str) -> str:
        source = re.sub(r"\bRIGHT\b", lambda _: repr(right(id)), source)
        return re.sub(r"\bID\b", id, re.sub(r"\bNAME\b", find(id).name, source)).strip() + "\n"


def partner(id: str) -> str:
    """Return the exercise that is answered honestly beside an attack on `id`."""
    return "gelu" if id == "softmax" else "softmax"


def solution_cell(notebook: dict, id: str) -> dict:
    return cell_of(notebook, id + SOLUTION)
