"""Read a unit's source: py:percent cells with the five marks of the course, each with the line where it starts."""

import ast
import io
import re
import tokenize
from dataclasses import dataclass
from pathlib import Path

import jupytext

CELL = re.compile(r"#\s*%%(\s|$)")  # what jupytext takes for the beginning of a cell
MARKS = ("lang", "exercise", "test", "answer", "points")
JUPYTEXT = ("lines_to_next_cell", "lines_to_end_of_cell_marker")  # blank lines around a cell, noted by jupytext
ID = re.compile(r"[a-z][a-z0-9_]*")
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

    @property
    def id(self) -> str:
        """Return the id of the exercise, test or written answer that the cell holds, if any."""
        return self.exercise or self.test or self.answer

    def error(self, problem: str, remedy: str) -> SourceError:
        return SourceError(self.path, self.line, problem, remedy)


def read_source(root: Path, path: Path) -> list[Cell]:
    """Return the cells of the source at `path` below `root`. Raises SourceError for what the format does not allow."""
    if not (root / path).is_file():
        raise SourceError(path, 1, "the unit has no such source", "Write it, or take the unit out of units/units.toml.")
    text = (root / path).read_text(encoding="utf-8")
    lost = re.search(r"[\x00-\x09\x0b-\x1f]", text)
    if lost:
        raise SourceError(
            path,
            text.count("\n", 0, lost.start()) + 1,
            f"a control character, {lost[0]!r}",
            "A backslash has probably been lost: write \\times, not a tab and `imes`.",
        )
    try:
        ast.parse(text)
    except SyntaxError as error:
        raise SourceError(
            path,
            error.lineno or 1,
            f"this is not valid Python: {error.msg}",
            "A source is the solved version and must run; mend the line.",
        ) from None
    lines, starts = text.split("\n"), _cell_starts(text)
    if not starts or any(line.strip() for line in lines[: starts[0] - 1]):
        raise SourceError(
            path, 1, "the file does not begin with a cell", "Begin it with a line `# %%` or `# %% [markdown]`."
        )
    cells = jupytext.reads(text, fmt="py:percent").cells
    if len(cells) != len(starts):
        raise SourceError(
            path,
            1,
            f"{len(starts)} lines begin a cell, but jupytext reads {len(cells)} cells",
            "Look for a line `# %%` inside a string.",
        )
    return [_marked(path, line, cell) for line, cell in zip(starts, cells, strict=True)]


def _cell_starts(text: str) -> list[int]:
    """Return the numbers of the lines that begin a cell: comments of their own, never lines inside a string."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return [
        t.start[0]
        for t in tokens
        if t.type == tokenize.COMMENT and CELL.match(t.string) and not t.line[: t.start[1]].strip()
    ]


def _marked(path: Path, line: int, raw) -> Cell:
    """Return a cell with its marks set, each checked."""
    cell = Cell(path, line, raw.cell_type, raw.source)
    for mark, value in raw.metadata.items():
        if mark in JUPYTEXT:
            continue
        if mark not in MARKS:
            shown = value if mark in ("title", "incorrectly_encoded_metadata") and value else mark
            raise cell.error(
                f"unknown mark `{shown}`", f'The marks are {", ".join(MARKS)}, written like test="softmax" points=4.'
            )
        setattr(cell, mark, value)
    _check_marks(cell)
    _check_solution(cell)
    return cell


def _check_marks(cell: Cell):
    kinds = [mark for mark in ("lang", "exercise", "test", "answer") if getattr(cell, mark)]
    if len(kinds) > 1:
        raise cell.error(f"marks {' and '.join(kinds)} on one cell", "Give each its own cell.")
    if cell.type not in ("code", "markdown"):
        raise cell.error(f"a {cell.type} cell", "Cells are code (`# %%`) or prose (`# %% [markdown]`).")
    if not cell.source.strip():
        raise cell.error("an empty cell", "Write it or take it out.")
    if cell.lang and (cell.lang not in ("es", "en") or cell.type != "markdown"):
        raise cell.error(
            f'lang="{cell.lang}" on a {cell.type} cell', 'Only prose has a language, lang="es" or lang="en".'
        )
    if cell.type == "markdown" and not (cell.lang or cell.answer or cell.exercise or cell.test):
        raise cell.error("prose without a language", 'Mark it lang="es", and write its twin lang="en" right below.')
    if cell.id and not (isinstance(cell.id, str) and ID.fullmatch(cell.id)):
        raise cell.error(f"`{cell.id}` is not an id", "Write small letters, digits and underscores, a letter first.")
    if (cell.test or cell.answer) and (type(cell.points) not in (int, float) or cell.points <= 0):
        raise cell.error("a graded cell without points", "Add points=N with a number above 0.")
    if cell.points is not None and not (cell.test or cell.answer):
        raise cell.error("points on a cell that is not graded", "Only test= and answer= cells carry points.")
    if (cell.exercise or cell.test) and cell.type != "code":
        raise cell.error("an exercise or test that is not code", "Make it a code cell.")
    if cell.answer and cell.type != "markdown":
        raise cell.error("a written answer that is not prose", "Make it a [markdown] cell.")


def _check_solution(cell: Cell):
    """Check that solutions stand where nbgrader will cut them, and nowhere else."""
    fences = [line.strip() for line in cell.source.split("\n") if BEGIN in line or END in line]
    if (cell.exercise or cell.answer) and (not fences or fences != [BEGIN, END] * (len(fences) // 2)):
        raise cell.error("no solution that can be cut", f"Put it between a line `{BEGIN}` and a line `{END}`.")
    if fences and not (cell.exercise or cell.answer):
        raise cell.error("a solution in a cell that is no exercise", 'Mark the cell exercise="id".')
