"""Turn the cells of a source into the solved notebook of one language."""

import hashlib

import nbformat
from nbformat import NotebookNode

from autograder.build.source import Cell
from autograder.solutions import IMPORTS, SOLUTION

SETUP = """\
# {comment}
import importlib.metadata
import importlib.util
import pathlib
import subprocess
import sys
import tempfile

if importlib.util.find_spec("atiende") is None:
    kept = {{f"{{d.name}}=={{d.version}}" for d in importlib.metadata.distributions() if d.name and d.version}}
    constraints = pathlib.Path(tempfile.mkdtemp(), "constraints.txt")
    constraints.write_text("\\n".join(sorted(kept)))
    source = "atiende @ git+https://github.com/{slug}"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--constraint", str(constraints)]
    subprocess.run([*pip, source], check=True)

import atiende

atiende.start("{lang}")"""
COMMENT = {
    "es": "Ejecuta esta celda primero. Instala el curso solo si falta, y no cambia nada de lo que ya tienes.",
    "en": "Run this cell first. It installs the course only where it is missing, and changes nothing that you have.",
}
COLAB = "https://colab.research.google.com/github/{slug}/blob/main/{path}"
BADGE = "[![{text}](https://colab.research.google.com/assets/colab-badge.svg)](" + COLAB + ")"
BADGE_TEXT = {"es": "Abrir en Colab", "en": "Open in Colab"}


def make_notebook(cells: list[Cell], lang: str, path: str, slug: str) -> NotebookNode:
    """Return the solved notebook of a source in one language; `path` is where it will lie in the repository."""
    prose = [cell for cell in cells if cell.lang in ("", lang)]
    ids = _cell_ids(cells)
    made = [_make_cell(cell, ids[id(cell)]) for cell in prose]
    if any(cell.test for cell in cells):
        first = next(i for i, cell in enumerate(made) if cell.cell_type == "code")
        made[first].id = IMPORTS
    badge = _new_cell("markdown", "badge", BADGE.format(text=BADGE_TEXT[lang], slug=slug, path=path))
    setup = _new_cell("code", "setup", SETUP.format(comment=COMMENT[lang], slug=slug, lang=lang))
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    cells = [badge, made[0], setup, *made[1:]]
    return nbformat.from_dict({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})


def write_notebook(notebook: NotebookNode) -> str:
    """Return the text of a notebook, the same for the same notebook. Raises nbformat.ValidationError."""
    nbformat.validate(notebook)
    return nbformat.writes(notebook, version=4) + "\n"


def _new_cell(type: str, id: str, source: str) -> NotebookNode:
    """Return a cell that is not validated yet; nbformat's own constructors do so for each, which takes most of the time."""
    code = {"execution_count": None, "outputs": []} if type == "code" else {}
    return nbformat.from_dict({"cell_type": type, "id": id, "metadata": {}, "source": source, **code})


def _make_cell(cell: Cell, id: str) -> NotebookNode:
    made = _new_cell(cell.type, id, cell.source)
    if cell.exercise:
        made.metadata["nbgrader"] = _nbgrader(cell.exercise + SOLUTION, solution=True)
    elif cell.test:
        made.metadata["nbgrader"] = _nbgrader(cell.test, points=cell.points)
    elif cell.answer:
        made.metadata["nbgrader"] = _nbgrader(cell.answer, points=cell.points, solution=True)
    return made


def _nbgrader(grade_id: str, points: float | None = None, solution: bool = False) -> dict:
    graded = {} if points is None else {"points": points}
    return {
        "grade": points is not None,
        "grade_id": grade_id,
        "locked": not solution,
        "schema_version": 3,
        "solution": solution,
        "task": False,
        **graded,
    }


def _cell_ids(cells: list[Cell]) -> dict[int, str]:
    """Return a fixed id for each cell by its `id()`: graded cells by name, twins alike, others by content."""
    ids: dict[int, str] = {}
    taken = {"badge", "setup", IMPORTS}
    previous = ""
    for cell in cells:
        if cell.lang == "en":
            ids[id(cell)] = previous
            continue
        name = (cell.exercise and cell.exercise + SOLUTION) or cell.test or cell.answer
        stem = name or hashlib.sha256(cell.source.encode()).hexdigest()[:10]
        unique, n = stem, 2
        while unique in taken:
            unique, n = f"{stem}-{n}", n + 1
        taken.add(unique)
        ids[id(cell)] = previous = unique
    return ids
