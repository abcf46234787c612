"""Turn the notebooks of the course into pages: pictures as files, answers folded, and a strip of what one can do with each."""

import base64
import hashlib
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from words import ASSIGNMENT, DOWNLOAD, GUIDE, HINT, LESSON, OPEN_IN_COLAB, POINTS, SOLUTION, TRY_FIRST, hours

from autograder.build.notebooks import COLAB
from autograder.build.units import Unit
from autograder.exercise import find
from autograder.solutions import SOLUTION as SOLUTION_MARK

PICTURE = re.compile(r'<img src="data:image/png;base64,([^"]+)" width="(\d+)"([^>]*)>')
STYLE_OR_HEIGHT = re.compile(r'\s(?:style|height)="[^"]*"')
TITLE = re.compile(r"\A# .+\n?")
HEADING = re.compile(r"^(#{1,5}) ", re.MULTILINE)
CODE_BLOCK = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
SOLVED_PART = re.compile(r"^[ \t]*### (?:BEGIN|END) SOLUTION\n?", re.MULTILINE)
LINTER = re.compile(r"  # fmt: skip$", re.MULTILINE)  # a word to a tool, not to a reader
DROPPED = ("badge", "setup")  # cells that only a notebook needs; a badge would be fetched from elsewhere


@dataclass(frozen=True)
class Shelf:
    """Know what a page needs of its unit and of the site: language, repository, and the folder for pictures."""

    unit: Unit
    lang: str
    slug: str
    figures: Path

    def notebook(self, kind: str) -> str:
        """Return the path in the repository of a notebook of this unit, "lessons", "assignments" or "solutions"."""
        return f"{kind}/{self.lang}/{self.unit.id}.ipynb"


def lesson_page(executed: Path, shelf: Shelf) -> NotebookNode:
    """Return a lesson that was run as the site shows it."""
    notebook = nbformat.read(executed, as_version=4)
    notebook.cells = [cell for cell in notebook.cells if cell.id not in DROPPED]
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [_page_output(output, shelf.figures) for output in cell.outputs]
    links = [_link(f"../assignments/{shelf.unit.id}.html", ASSIGNMENT.pick(shelf.lang))] if shelf.unit.minutes_assignment else []
    child = ["", "```{toctree}", ":hidden:", f"../assignments/{shelf.unit.id}", "```"] if shelf.unit.minutes_assignment else []
    _begin(notebook, _strip(shelf, "lessons", shelf.unit.minutes_lesson, links) + child)
    return notebook


def assignment_page(student: Path, solved: Path, shelf: Shelf) -> NotebookNode:
    """Return an assignment as the site shows it: what the student gets, then hints and a solution, each in a fold."""
    notebook, solutions = nbformat.read(student, as_version=4), nbformat.read(solved, as_version=4)
    solution_of = {cell.id: cell.source for cell in solutions.cells if cell.metadata.get("nbgrader", {}).get("solution")}
    cells = []
    for cell in notebook.cells:
        if cell.id not in DROPPED:
            cells.append(cell)
            cells += _folds(cell, solution_of.get(cell.id), shelf.lang)
    notebook.cells = cells
    links = [_link(f"../lessons/{shelf.unit.id}.html", LESSON.pick(shelf.lang))] if shelf.unit.minutes_lesson else []
    points = f"{shelf.unit.points:g} {POINTS.pick(shelf.lang)}"
    note = ["", "```{note}", TRY_FIRST.pick(shelf.lang), "```"]
    _begin(notebook, _strip(shelf, "assignments", shelf.unit.minutes_assignment, links, points) + note)
    _demote_parts(notebook)
    return notebook


def _folds(cell: NotebookNode, solution: str | None, lang: str) -> Iterator[NotebookNode]:
    """Yield what is folded below a cell to write: the hints of its exercise one inside another, and a solution."""
    if solution is None:
        return
    if cell.cell_type == "markdown":
        shown = solution.partition("### BEGIN SOLUTION\n")[2].partition("### END SOLUTION")[0]
        yield _markdown(_fold(GUIDE.pick(lang), shown, "guide"), f"{cell.id}-guide")
        return
    exercise = find(cell.metadata["nbgrader"]["grade_id"].removesuffix(SOLUTION_MARK))
    hints = ""
    for n in range(len(exercise.hints), 0, -1):
        title = HINT.pick(lang).format(n=n, total=len(exercise.hints))
        hints = _fold(title, f"{exercise.hints[n - 1].pick(lang)}\n\n{hints}", "hint")
    code = SOLVED_PART.sub("", solution)
    name = SOLUTION.pick(lang).format(name=exercise.name)
    solved = _fold(name, f"```python\n{code}\n```", "solution", f"solution-{exercise.id}")
    yield _markdown(f"{hints}\n\n{solved}", f"{cell.id}-folds")


def _fold(summary: str, text: str, kind: str, id: str = "") -> str:
    """Return Markdown behind a line to click."""
    summary = re.sub(r"`([^`]+)`", r"<code>\1</code>", summary)
    mark = f' id="{id}"' if id else ""
    return f'<details class="{kind}"{mark}><summary>{summary}</summary>\n\n{text.strip()}\n\n</details>'


def _markdown(source: str, id: str) -> NotebookNode:
    return nbformat.from_dict({"cell_type": "markdown", "id": id[:64], "metadata": {}, "source": source})


def _begin(notebook: NotebookNode, lines: list[str]):
    """Put lines right below the title of a page, and take out what is for tools."""
    for cell in notebook.cells:
        cell.source = LINTER.sub("", cell.source)
    first = notebook.cells[0]
    title = TITLE.match(first.source)
    first.source = "\n".join([title[0].strip(), "", *lines, "", first.source[title.end() :]])


def _strip(shelf: Shelf, kind: str, minutes: int, links: list[str], *facts: str) -> list[str]:
    """Return the strip of a page: how long it takes, and where the notebook is to be had."""
    colab = COLAB.format(slug=shelf.slug, path=shelf.notebook(kind))
    items = [f"<span>{fact}</span>" for fact in (hours(minutes), *facts)]
    items += [_link(colab, OPEN_IN_COLAB.pick(shelf.lang)),
              _link(f"../notebooks/{kind}/{shelf.unit.id}.ipynb", DOWNLOAD.pick(shelf.lang), " download"), *links]  # fmt: skip
    return [f'<p class="strip">{" ".join(items)}</p>']


def _link(address: str, text: str, attribute: str = "") -> str:
    return f'<a href="{address}"{attribute}>{text}</a>'


def _demote_parts(notebook: NotebookNode):
    """Move the headings below the title one level down where the title is not the only one of its level."""
    prose = [cell for cell in notebook.cells if cell.cell_type == "markdown"]
    below = [CODE_BLOCK.sub("", cell.source) for cell in prose[1:]]
    if any(heading == "#" for text in below for heading in HEADING.findall(text)):
        for cell in prose[1:]:
            cell.source = HEADING.sub(r"#\1 ", cell.source)


def _page_output(output: NotebookNode, figures: Path) -> NotebookNode:
    """Return an output with the one representation that the page shows, its pictures moved to files."""
    data = output.get("data")
    if data and "text/html" in data:
        output.data = nbformat.from_dict({"text/html": PICTURE.sub(lambda m: _picture(m, figures), data["text/html"])})
    return output


def _picture(match: re.Match, figures: Path) -> str:
    """Return a picture that the page loads when it is about to be seen, and that a click shows in full size."""
    png, width = base64.b64decode(match[1]), int(match[2])
    file = figures / f"{hashlib.sha256(png).hexdigest()[:16]}.png"
    if not file.is_file():
        figures.mkdir(parents=True, exist_ok=True)
        file.write_bytes(png)
    across, down = struct.unpack(">II", png[16:24])  # of the IHDR chunk
    address = f"../figures/{file.name}"
    rest = STYLE_OR_HEIGHT.sub("", match[3])
    size = f'width="{width}" height="{round(down * width / across)}"'
    return f'<a class="figure" href="{address}"><img src="{address}" {size} loading="lazy" decoding="async"{rest}></a>'


