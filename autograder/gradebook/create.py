"""`autograder init`: make the folder of a class, or bring it up to date with the course."""

import hashlib
import json
import os
import tomllib
from datetime import datetime
from pathlib import Path

import nbformat
from nbgrader.api import MissingEntry
from nbgrader.apps.api import NbGraderAPI

from autograder.build.release import CODE_STUB, TEXT_STUB
from autograder.content import content_root, units
from autograder.files import write_atomically
from autograder.gradebook.course import NBGRADER, RECORDS, SECRET, SETTINGS, Course, CourseError, open_course
from autograder.text import Text

CONFIG = '''\
# {comment}
import pathlib

c = get_config()  # noqa: F821
here = pathlib.Path(__file__).resolve().parent

c.CourseDirectory.root = str(here)
c.CourseDirectory.course_id = "atiende"
c.Exchange.root = str(here / "exchange")

c.ClearSolutions.code_stub = {{"python": {code!r}}}
c.ClearSolutions.text_stub = {text!r}
c.ExecutePreprocessor.timeout = 900  # seconds a cell, for `nbgrader autograde`: some cells train
'''
DATABASE = "c.CourseDirectory.db_url = {url!r}\n"
OTHER_DB = Text("{path}: la clase ya tiene su libro de calificaciones. Para usar otro, cambia ahí CourseDirectory.db_url.",
                "{path}: the class has its gradebook already. To use another one, change CourseDirectory.db_url there.")
COMMENT = Text("Lo que nbgrader sabe de esta clase. Puedes cambiarlo: `autograder init` no lo toca.",
               "What nbgrader knows about this class. Change it as you like: `autograder init` leaves it alone.")
NOT_EMPTY = Text("{path}: la carpeta no está vacía y tiene otras cosas. Elige una nueva o vacía.",
                 "{path}: the folder is not empty and holds other things. Choose a new or empty one.")
NOT_A_FOLDER = Text("{path}: es un archivo. Elige una carpeta nueva o vacía.",
                    "{path}: this is a file. Choose a new or empty folder.")
KEPT = Text("{path}: lo habías cambiado; tu versión está en {kept}",
            "{path}: you had changed it; your version is in {kept}")
FROZEN = Text("{name}: se queda como estaba. Ya hay notas y la versión nueva cambia las celdas calificadas "
              "({changed}). Para usarla, haz otra carpeta: autograder init OTRA",
              "{name}: left as it was. There are scores already, and the new version changes the graded cells "
              "({changed}). To use it, make another folder: autograder init OTHER")
FAILED = Text("{name}: nbgrader no pudo generar la tarea:\n{log}",
              "{name}: nbgrader could not make the assignment:\n{log}")


def create_course(
    root: Path, language: str | None = None, demo: bool = False, db: str | None = None
) -> tuple[Course, list[Text]]:
    """Make a class folder at `root`, or refresh the one there; return it, and what the instructor should know.

    `db` is the URL of a new class's gradebook, a file of SQLite in the folder without it. Scores, submissions, settings
    and the secret are never touched. Raises CourseError.
    """
    root = root.resolve()
    _claim(root, language, demo, db)
    course = open_course(root)
    notes = []
    for unit in units():
        if not unit.get("minutes_assignment"):
            continue  # a page to read
        solved = _solved(unit["id"], course.language)
        if has_graded_cells(solved):
            notes += _refresh(course, unit["id"], solved)
    return course, notes


def _solved(unit: str, language: str) -> bytes:
    """Return the solved notebook of a unit, its badge that of the assignment: what is released must not lead to it."""
    notebook = nbformat.read(content_root() / "solutions" / language / f"{unit}.ipynb", 4)
    for cell in notebook.cells:
        if cell.id == "badge":
            cell.source = cell.source.replace("/solutions/", "/assignments/")
    return (nbformat.writes(notebook) + "\n").encode()


def has_graded_cells(notebook: bytes) -> bool:
    """Tell whether a notebook has anything to grade."""
    return bool(_graded_ids(nbformat.reads(notebook.decode(), 4)))


def _claim(root: Path, language: str | None, demo: bool, db: str | None):
    """Make `root` a class folder in all but its assignments; what is there already stays."""
    settings = root / SETTINGS
    if root.is_file():
        raise CourseError(NOT_A_FOLDER.fill(path=root), language)
    if root.is_dir() and any(root.iterdir()) and (demo or not settings.is_file()):
        raise CourseError(NOT_EMPTY.fill(path=root), language)
    for name in ("source", "release", "submitted", "exchange", RECORDS):
        (root / name).mkdir(parents=True, exist_ok=True)
    (root / RECORDS).chmod(0o700)
    if language or not settings.is_file():
        old = tomllib.loads(settings.read_text(encoding="utf-8")) if settings.is_file() else {}
        marked = demo or old.get("demo", False)  # a folder that a new demonstration may replace
        write_atomically(settings, f'language = "{language or "es"}"\n' + "demo = true\n" * marked)
    language = tomllib.loads(settings.read_text(encoding="utf-8")).get("language", "es")
    if not (root / NBGRADER).is_file():
        text = CONFIG.format(comment=COMMENT.pick(language), code=CODE_STUB, text=TEXT_STUB)
        if db:
            text += DATABASE.format(url=db)
        write_atomically(root / NBGRADER, text, mode=0o600 if db else 0o644)
    elif db:
        raise CourseError(OTHER_DB.fill(path=root / NBGRADER), language)
    if not (root / SECRET).is_file():
        write_atomically(root / SECRET, os.urandom(32).hex() + "\n", mode=0o600)


def _refresh(course: Course, name: str, solved: bytes) -> list[Text]:
    """Write the source of one assignment, and have nbgrader register and release it."""
    if changed := _changes_under_submissions(course, name, solved):
        return [FROZEN.fill(name=name, changed=", ".join(sorted(changed)))]
    source = course.root / "source" / name / f"{name}.ipynb"
    notes = _keep_edits(course, source)
    source.parent.mkdir(exist_ok=True)
    write_atomically(source, solved)
    _write_made(course, source, solved)
    outcome = NbGraderAPI(course.directory, config=course.config).generate_assignment(name)
    if not outcome["success"]:
        raise course.error(FAILED.fill(name=name, log=outcome.get("error") or outcome.get("log", "")))
    return notes


def _changes_under_submissions(course: Course, name: str, solved: bytes) -> set[str]:
    """Return the graded cells that the new version adds or takes away, if scores stand on the old ones."""
    with course.gradebook() as gradebook:
        try:
            notebook = gradebook.find_notebook(name, name)
        except MissingEntry:
            return set()
        known = {cell.name for cell in notebook.source_cells}
        return known ^ _graded_ids(nbformat.reads(solved.decode(), 4)) if notebook.submissions else set()


def _graded_ids(notebook) -> set[str]:
    return {cell.metadata.nbgrader.grade_id for cell in notebook.cells if "nbgrader" in cell.metadata}


def _keep_edits(course: Course, source: Path) -> list[Text]:
    """Set the instructor's own version of a source aside before it is overwritten."""
    if not source.is_file() or hashlib.sha256(source.read_bytes()).hexdigest() == _made(course).get(source.name):
        return []
    kept = course.root / RECORDS / "kept" / f"{datetime.now():%Y-%m-%dT%H-%M-%S}-{source.name}"
    kept.parent.mkdir(exist_ok=True)
    source.rename(kept)
    return [KEPT.fill(path=source, kept=kept)]


def _made(course: Course) -> dict[str, str]:
    """Return the sha256 of each source as `autograder init` wrote it."""
    path = course.root / RECORDS / "made.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _write_made(course: Course, source: Path, solved: bytes):
    made = _made(course) | {source.name: hashlib.sha256(solved).hexdigest()}
    write_atomically(course.root / RECORDS / "made.json", json.dumps(made, indent=1) + "\n")
