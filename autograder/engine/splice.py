"""Put a student's cells into the release: its tests, points, names and order are the release's, the answers the student's."""

import ast
import re
from dataclasses import dataclass, field
from functools import lru_cache

from autograder.engine.intake import Submission, SubmittedCell, UngradableError
from autograder.text import Text

CALLED = re.compile(r"^[ \t]*check\([ \t]*([A-Za-z_]\w*)[ \t]*\)", re.MULTILINE)


@dataclass
class Cell:
    """Hold one cell of the spliced notebook. `role` is solution, test, answer, given or extra."""

    role: str
    type: str
    source: str
    grade_id: str = ""
    id: str = ""
    metadata: dict = field(default_factory=dict)


@dataclass
class Spliced:
    """Hold the cells to run and to show, what was mended, and where the student's own names are."""

    cells: list[Cell]
    repairs: list[Text]


def release_cells(notebook: dict) -> list[Cell]:
    """Return the cells of a released notebook with their roles."""
    cells = []
    for raw in notebook["cells"]:
        marks = raw["metadata"].get("nbgrader", {})
        role = "given"
        if marks.get("grade") and marks.get("solution"):
            role = "answer"
        elif marks.get("solution"):
            role = "solution"
        elif marks.get("grade") or marks.get("locked"):
            role = "test"
        source = raw["source"] if isinstance(raw["source"], str) else "".join(raw["source"])
        cells.append(
            Cell(role, raw["cell_type"], source, marks.get("grade_id", ""), raw.get("id", ""), dict(raw["metadata"]))
        )
    return cells


def splice(release: list[Cell], submission: Submission) -> Spliced:
    """Return the release with the student's answers in place and their extra cells after the cell that they followed.

    Raises UngradableError where no answer of the release is found.
    """
    repairs = list(submission.repairs)
    match = _match(release, submission.cells, repairs)
    if not any(release[k].role in ("solution", "answer") for k in match.values()):
        raise UngradableError(
            Text(
                "En este cuaderno no hay ninguna celda de esta tarea. ¿Es el de otra tarea? Entrega el cuaderno que te dieron.",
                "This notebook holds no cell of this assignment. Is it another assignment's? Hand in the notebook you were given.",
            )
        )
    taken = {k: submission.cells[s] for s, k in match.items()}
    following = _extras(release, submission.cells, match)
    elsewhere = _defined_names(submission.cells)
    cells = [_extra(cell) for cell in following.get(-1, [])]
    for k, given in enumerate(release):
        cells.append(_fill(given, taken.get(k), elsewhere, repairs))
        cells += [_extra(cell) for cell in following.get(k, [])]
    return Spliced(cells, list(dict.fromkeys(repairs)))


def _match(release: list[Cell], submitted: list[SubmittedCell], repairs: list[Text]) -> dict[int, int]:
    """Return submitted index -> release index: by grade_id, cell id, visible marker, defined name, then equal text."""
    found: dict[int, int] = {}
    left = set(range(len(release)))

    def take(s: int, k: int, how: Text | None = None):
        found[s] = k
        left.discard(k)
        if how:
            repairs.append(how)

    by_grade_id = {cell.grade_id: k for k, cell in enumerate(release) if cell.grade_id}
    by_id = {cell.id: k for k, cell in enumerate(release) if cell.id}
    for s, cell in enumerate(submitted):
        k = by_grade_id.get(cell.grade_id)
        if k is None:
            continue
        if k in left:
            take(s, k)
        else:
            repairs.append(
                Text(
                    f"La celda `{cell.grade_id}` está dos veces; la copia se trató como una celda tuya más.",
                    f"The cell `{cell.grade_id}` is there twice; the copy was taken as one more cell of yours.",
                )
            )
    for s, cell in enumerate(submitted):
        k = by_id.get(cell.id)
        if s not in found and k in left:
            lost = release[k].grade_id
            take(
                s,
                k,
                Text(
                    f"La celda `{lost}` había perdido sus marcas; se reconoció por su identificador.",
                    f"The cell `{lost}` had lost its marks; it was recognised by its id.",
                )
                if lost
                else None,
            )
    markers = {m.group(1): k for k, c in enumerate(release) if c.role == "test" for m in CALLED.finditer(c.source)}
    names = {name: k for k, c in enumerate(release) if c.role == "solution" for name in _top_names(c.source)}
    for s, cell in enumerate(submitted):
        if s in found or cell.type != "code":
            continue
        called = CALLED.search(cell.source)
        if called and markers.get(called.group(1)) in left and not _top_names(cell.source):
            take(s, markers[called.group(1)])
            continue
        for name in _top_names(cell.source):
            if names.get(name) in left:
                k = names[name]
                take(
                    s,
                    k,
                    Text(
                        f"La celda de `{name}` había perdido sus marcas; se reconoció por el nombre que define.",
                        f"The cell of `{name}` had lost its marks; it was recognised by the name that it defines.",
                    ),
                )
                break
    texts: dict[str, int] = {}
    for k in sorted(left, reverse=True):
        texts[release[k].source.strip()] = k
    for s, cell in enumerate(submitted):
        k = texts.get(cell.source.strip())
        if s not in found and k in left:
            take(s, k)
    return found


def _extras(
    release: list[Cell], submitted: list[SubmittedCell], match: dict[int, int]
) -> dict[int, list[SubmittedCell]]:
    """Return the student's own cells by the release cell that each followed, -1 for the top."""
    following: dict[int, list[SubmittedCell]] = {}
    given_prose = {cell.source.strip() for cell in release if cell.type == "markdown"}
    last = -1
    for s, cell in enumerate(submitted):
        if s in match:
            last = match[s]
        elif cell.type == "code" and cell.source.strip() and not CALLED.fullmatch(cell.source.strip()):
            following.setdefault(last, []).append(cell)
        elif cell.type == "markdown" and cell.source.strip() not in given_prose and cell.source.strip():
            following.setdefault(last, []).append(cell)
    return following


def _fill(given: Cell, mine: SubmittedCell | None, elsewhere: set[str], repairs: list[Text]) -> Cell:
    """Return the release's cell with the student's text where the text is the student's to write."""
    cell = Cell(given.role, given.type, given.source, given.grade_id, given.id, given.metadata)
    if given.role == "solution":
        if mine is None:
            names = _top_names(given.source)
            if names & elsewhere:
                cell.source = ""
                repairs.append(
                    Text(
                        f"Falta la celda `{given.grade_id}`, pero `{min(names)}` está definido en otra; se usó esa.",
                        f"The cell `{given.grade_id}` is missing, but another one defines `{min(names)}`; that was used.",
                    )
                )
            else:
                repairs.append(
                    Text(
                        f"Falta la celda `{given.grade_id}`: ese ejercicio cuenta como sin escribir.",
                        f"The cell `{given.grade_id}` is missing: that exercise counts as not written.",
                    )
                )
            return cell
        if mine.type != "code":
            repairs.append(
                Text(
                    f"La celda `{given.grade_id}` venía como texto; se leyó como código.",
                    f"The cell `{given.grade_id}` came as text; it was read as code.",
                )
            )
        cell.source = mine.source
    elif given.role == "answer" or (given.role == "given" and given.type == "code" and given.id != "setup"):
        if mine is not None and (mine.type == given.type or given.role == "answer"):
            cell.source = mine.source
    elif given.role == "test" and mine is None:
        repairs.append(
            Text(
                f"Faltaba la celda de comprobación `{given.grade_id}`; se puso la original.",
                f"The test cell `{given.grade_id}` was missing; the original was put back.",
            )
        )
    elif given.role == "test" and mine.source.strip() != given.source.strip():
        repairs.append(
            Text(
                f"La celda de comprobación `{given.grade_id}` estaba cambiada; se puso la original.",
                f"The test cell `{given.grade_id}` had been changed; the original was put back.",
            )
        )
    return cell


def _extra(cell: SubmittedCell) -> Cell:
    return Cell("extra", cell.type, cell.source)


@lru_cache(maxsize=256)
def _top_names(source: str) -> frozenset[str]:
    """Return the functions and classes that a source defines at its top, even where it does not parse."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset(re.findall(r"^(?:async\s+def|def|class)\s+([A-Za-z_]\w*)", source, re.MULTILINE))
    definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return frozenset(node.name for node in tree.body if isinstance(node, definitions))


def _defined_names(cells: list[SubmittedCell]) -> set[str]:
    return {name for cell in cells if cell.type == "code" for name in _top_names(cell.source)}
