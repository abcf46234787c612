"""What students do to a notebook: small functions, notebook -> notebook, each readable and removable alone."""

import copy
import re

import nbformat

from autograder.content import content_root
from autograder.solutions import SOLUTION

MARKS = re.compile(r"^[ \t]*### (?:BEGIN|END) SOLUTION\n?", re.MULTILINE)
ESSAY = {
    "es": "Probé con tres semillas y el resultado se mantiene. La curva de validación se separa de la de entrenamiento hacia "
          "la mitad, así que me quedo con los pesos de ese punto.",
    "en": "I tried three seeds and the result holds. The validation curve leaves the training one about half way, so I keep "
          "the weights of that point.",
}


def read_notebook(kind: str, language: str, assignment: str) -> dict:
    """Return a notebook of the course; kind is assignments or solutions. Sources are one string each."""
    return nbformat.read(content_root() / kind / language / f"{assignment}.ipynb", 4)


def exercises(notebook) -> list[str]:
    """Return the ids of the exercises of a notebook, in its order."""
    ids = (_grade_id(cell) for cell in notebook.cells)
    return [id.removesuffix(SOLUTION) for id in ids if id.endswith(SOLUTION)]


def solved(language: str, assignment: str):
    """Return the notebook of a student who got everything right and wrote something where words were asked for."""
    answers = {_grade_id(cell): MARKS.sub("", cell.source) for cell in read_notebook("solutions", language, assignment).cells
               if cell.cell_type == "code"}
    notebook = read_notebook("assignments", language, assignment)
    for cell in notebook.cells:
        if _grade_id(cell).endswith(SOLUTION):
            cell.source = answers[_grade_id(cell)]
        elif cell.metadata.get("nbgrader", {}).get("solution"):
            cell.source = ESSAY[language]
    return notebook


def answer(notebook, sources: dict[str, str]):
    """Write other code into the answers of some exercises."""
    for id, source in sources.items():
        _find(notebook, id + SOLUTION).source = MARKS.sub("", source)
    return notebook


def stop_half_way(notebook, blank):
    """Leave the second half of the exercises, and the words, as they were released."""
    left = {id + SOLUTION for id in exercises(notebook)[: (len(exercises(notebook)) + 1) // 2]}
    for cell, empty in zip(notebook.cells, blank.cells, strict=True):
        if cell.metadata.get("nbgrader", {}).get("solution") and _grade_id(cell) not in left:
            cell.source = empty.source
    return notebook


def save_in_colab(notebook):
    """Have the notebook saved by Colab: nbformat 4.0, no cell ids, metadata of its own, outputs kept."""
    notebook.nbformat_minor = 0
    notebook.metadata = {"colab": {"provenance": []}, "kernelspec": notebook.metadata["kernelspec"],
                         "language_info": {"name": "python"}}
    for i, cell in enumerate(notebook.cells):
        del cell["id"]
        cell.metadata["id"] = f"aB{i:010d}"
        if cell.cell_type == "code":
            cell.execution_count = i
            cell.metadata["colab"] = {"base_uri": "https://localhost:8080/"}
            cell.outputs = [{"output_type": "stream", "name": "stdout", "text": ["ok\n"]}]
    return notebook


def copy_cells(notebook):
    """Copy and paste an answer and its test below themselves, grade_id and all; Jupyter gives the copies new ids."""
    first = exercises(notebook)[0]
    for id in (first + SOLUTION, first):
        cell = _find(notebook, id)
        copied = copy.deepcopy(cell)
        copied.id = f"copy-of-{id}"
        notebook.cells.insert(notebook.cells.index(cell) + 1, copied)
    return notebook


def shuffle_cells(notebook):
    """Move the last answer to the top, under the imports, and the first answer below its own test."""
    ids = exercises(notebook)
    last = _find(notebook, ids[-1] + SOLUTION)
    notebook.cells.remove(last)
    top = next(i for i, cell in enumerate(notebook.cells) if cell.get("id") == "imports")
    notebook.cells.insert(top + 1, last)
    if len(ids) > 1:
        first = _find(notebook, ids[0] + SOLUTION)
        notebook.cells.remove(first)
        notebook.cells.insert(notebook.cells.index(_find(notebook, ids[0])) + 1, first)
    return notebook


def warn(notebook):
    """Print to stderr and warn in every answer, as libraries do."""
    for id in exercises(notebook):
        _find(notebook, id + SOLUTION).source += (
            "\n\nimport sys\nimport warnings\n\nwarnings.warn('old name', DeprecationWarning)\nprint('ready', file=sys.stderr)")
    return notebook


def delete_test(notebook):
    """Delete the first test cell."""
    notebook.cells.remove(_find(notebook, exercises(notebook)[0]))
    return notebook


def strip_metadata(notebook):
    """Lose all metadata, as some converters do."""
    notebook.metadata = {}
    for cell in notebook.cells:
        cell.metadata = {}
    return notebook


def strip_everything(notebook):
    """Lose the metadata and the ids of the cells: only their text tells what they are."""
    for cell in strip_metadata(notebook).cells:
        del cell["id"]
    notebook.nbformat_minor = 4
    return notebook


def add_cell(notebook, source: str):
    """Add a cell of one's own under the imports."""
    top = next(i for i, cell in enumerate(notebook.cells) if cell.get("id") == "imports")
    notebook.cells.insert(top + 1, nbformat.v4.new_code_cell(source, id="mine"))
    return notebook


def split_helper(notebook):
    """Keep the first answer in a function of another name, in a cell of its own, and call it."""
    id = exercises(notebook)[0]
    cell = _find(notebook, id + SOLUTION)
    kind, name = re.search(r"^(def|class) (\w+)", cell.source, re.MULTILINE).groups()
    add_cell(notebook, re.sub(rf"\b{name}\b", f"my_{name}", cell.source))
    cell.source = (f"def {name}(*args, **kwargs):\n    return my_{name}(*args, **kwargs)" if kind == "def" else
                   f"class {name}(my_{name}):\n    pass")
    return notebook


def break_syntax(notebook):
    """Forget a bracket in the first answer."""
    _find(notebook, exercises(notebook)[0] + SOLUTION).source += "\n\nresult = (1, 2"
    return notebook


def another_assignment():
    """Return a notebook of another course, graded cells and all."""
    marks = {"grade": True, "grade_id": "average", "locked": True, "points": 2, "schema_version": 3, "solution": False,
             "task": False}
    return nbformat.v4.new_notebook(cells=[
        nbformat.v4.new_markdown_cell("# Tarea 3 · Consultas", id="title"),
        nbformat.v4.new_code_cell("average = sum([1, 2, 3]) / 3", id="average"),
        nbformat.v4.new_code_cell("assert average == 2", id="test", metadata={"nbgrader": marks}),
    ])


def _grade_id(cell) -> str:
    return cell.metadata.get("nbgrader", {}).get("grade_id", "")


def _find(notebook, grade_id: str):
    return next(cell for cell in notebook.cells if _grade_id(cell) == grade_id)
