"""Read a unit's source: py:percent cells with the five marks of the course, each with the line where it starts."""

import ast
import re
from dataclasses import dataclass
from pathlib import Path

import jupytext

CELL = re.compile(r"^# %%(.*)$")
MARKS = ("lang", "exercise", "test", "answer", "points")
JUPYTEXT = ("lines_to_next_cell", "lines_to_end_of_cell_marker")  # blank lines around a cell, noted by jupytext
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"


class SourceError(Exception):
    """Say what is wrong in a source: the file, the line, and the remedy."""

    def __init__(self, path: Path, line: int, problem: str, remedy: str):
        self.path, self.line, self.problem, self.remedy = path, line, problem, remedy
        super().__init__(f"{path}:{line}: {problem}\n  {remedy}")


@dataclass
class Cell:
    """Hold one cell of a source and its marks."""

    path: Path
    line: int
    type: str  # "code" or "markdown"
    source: str
    lang: str = ""
    exercise: str = ""
    test: str = ""
    answer: str = ""
    points: float | None = None

    def error(self, problem: str, remedy: str) -> SourceError:
        return SourceError(self.path, self.line, problem, remedy)


def read_source(path: Path) -> list[Cell]:
    """Return the cells of a source file. Raises SourceError for what the format does not allow."""
    text = path.read_text(encoding="utf-8")
    lines = text.split("\n")
    starts = [n for n, line in enumerate(lines, 1) if CELL.match(line)]
    if not starts or any(line.strip() for line in lines[: starts[0] - 1]):
        raise SourceError(path, 1, "the file does not begin with a cell", "Begin it with a line `# %%` or `# %% [markdown]`.")
    try:
        ast.parse(text)
    except SyntaxError as error:
        raise SourceError(path, error.lineno or 1, f"this is not valid Python: {error.msg}",
                          "A source is the solved version and must run; mend the line.") from None
    notebook = jupytext.reads(text, fmt="py:percent")
    if len(notebook.cells) != len(starts):
        raise SourceError(path, 1, f"{len(starts)} cell marks, but jupytext reads {len(notebook.cells)} cells",
                          "Look for `# %%` inside a string or a cell without content.")
    return [_marked(path, line, cell) for line, cell in zip(starts, notebook.cells, strict=True)]


def _marked(path: Path, line: int, raw) -> Cell:
    cell = Cell(path, line, raw.cell_type, raw.source)
    for mark, value in raw.metadata.items():
        if mark in JUPYTEXT:
            continue
        if mark not in MARKS:
            raise cell.error(f"unknown mark `{mark}`", f"The marks are {', '.join(MARKS)}.")
        setattr(cell, mark, value)
    kinds = [mark for mark in ("lang", "exercise", "test", "answer") if getattr(cell, mark)]
    if len(kinds) > 1:
        raise cell.error(f"marks {' and '.join(kinds)} on one cell", "Give each its own cell.")
    if cell.lang and (cell.lang not in ("es", "en") or cell.type != "markdown"):
        raise cell.error(f"lang=\"{cell.lang}\" on a {cell.type} cell", 'Only prose has a language, lang="es" or lang="en".')
    if cell.type == "markdown" and not (cell.lang or cell.answer):
        raise cell.error("prose without a language", 'Mark it lang="es", and write its twin lang="en" right below.')
    if cell.type == "code" and not cell.source.strip():
        raise cell.error("an empty code cell", "Write it or take it out.")
    if (cell.test or cell.answer) and (type(cell.points) not in (int, float) or cell.points <= 0):
        raise cell.error("a graded cell without points", "Add points=N with a number above 0.")
    if cell.points is not None and not (cell.test or cell.answer):
        raise cell.error("points on a cell that is not graded", "Only test= and answer= cells carry points.")
    if (cell.exercise or cell.test) and cell.type != "code":
        raise cell.error("an exercise or test that is not code", "Make it a code cell.")
    if cell.answer and cell.type != "markdown":
        raise cell.error("a written answer that is not prose", "Make it a [markdown] cell.")
    if (cell.exercise or cell.answer) and not (cell.source.count(BEGIN) == cell.source.count(END) >= 1):
        raise cell.error("no solution to cut", f"Put the solution between `{BEGIN}` and `{END}`.")
    if not (cell.exercise or cell.answer) and (BEGIN in cell.source or END in cell.source):
        raise cell.error("a solution in a cell that is no exercise", 'Mark the cell exercise="id".')
    return cell
