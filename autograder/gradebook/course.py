"""The folder of a class: an nbgrader course that holds the notebooks of this course."""

import os
import sys
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import SQLAlchemyError
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from autograder.text import Text

SETTINGS = "autograder.toml"
NBGRADER = "nbgrader_config.py"
SECRET = ".autograder_secret"
RECORDS = ".autograder"  # results of every submission, and what `autograder init` wrote

NO_FOLDER = Text("{path}: no es la carpeta de una clase. Créala con: autograder init {path}",
                 "{path}: this is not the folder of a class. Make it with: autograder init {path}")
INCOMPLETE = Text("{path}: falta este archivo de la carpeta de la clase. Recupéralo con: autograder init {root}",
                  "{path}: this file of the class folder is missing. Bring it back with: autograder init {root}")
BAD_FILE = Text("{path}: no se puede leer ({error}). Corrígelo, o bórralo y ejecuta: autograder init {root}",
                "{path}: cannot be read ({error}). Mend it, or delete it and run: autograder init {root}")
NO_ASSIGNMENT = Text("{root}: no hay ninguna tarea «{name}». Las que hay: {known}",
                     "{root}: there is no assignment “{name}”. Those there are: {known}")
NONE = Text("ninguna", "none")
EMPTY = Text("{root}: nadie ha entregado {name}. Cada entrega va en {place}",
             "{root}: nobody has submitted {name}. Each submission goes to {place}")
STUDENT = Text("ESTUDIANTE", "STUDENT")
NO_STUDENT = Text("{root}: «{student}» no ha entregado {name}. Han entregado: {known}",
                  "{root}: “{student}” has not submitted {name}. These have: {known}")

NO_GRADEBOOK = Text("El libro de calificaciones no responde ({error}). Lo guardado hasta aquí está bien: cuando responda, o "
                    "cuando {file} dé su dirección correcta (CourseDirectory.db_url), repite la orden.",
                    "The gradebook does not answer ({error}). What was stored so far is right: once it answers, or {file} "
                    "gives its right address (CourseDirectory.db_url), give the command again.")


class CourseError(Exception):
    """Say in both languages what is wrong with a class folder, or with what was asked of it, and the remedy."""

    def __init__(self, text: Text, language: str | None = None):
        super().__init__(text.en)
        self.text, self.language = text, language

    def tell(self) -> str:
        """Return the message in the language of the class, in both where that is not known."""
        return self.text.pick(self.language) if self.language else f"{self.text.es}\n{self.text.en}"


@dataclass(frozen=True)
class Course:
    """Know where everything of a class lies. `language` is that of its instructor: messages, report."""

    root: Path
    language: str
    config: Config

    @cached_property
    def directory(self) -> CourseDirectory:
        return CourseDirectory(config=self.config)

    def gradebook(self) -> Gradebook:
        """Open the gradebook; a new one asks the command alembic for its version, which need not be on the PATH.

        Raises CourseError where it does not answer.
        """
        path = os.environ.get("PATH", os.defpath)
        os.environ["PATH"] = os.pathsep.join((str(Path(sys.executable).parent), path))
        try:
            return Gradebook(self.directory.db_url, self.directory.course_id)
        except (SQLAlchemyError, ModuleNotFoundError) as error:  # the second: of a database without its driver
            raise self.error(NO_GRADEBOOK.fill(error=error, file=NBGRADER)) from None
        finally:
            os.environ["PATH"] = path

    @property
    def secret(self) -> Path:
        return self.root / SECRET

    def released(self, assignment: str) -> Path:
        return self.root / "release" / assignment / f"{assignment}.ipynb"

    def record(self, assignment: str, student: str) -> Path:
        """Return where the result of one submission is kept."""
        return self.root / RECORDS / assignment / f"{student}.json"

    def assignments(self) -> list[str]:
        """Return the names of the released assignments."""
        found = (path.name for path in (self.root / "release").glob("*") if self.released(path.name).is_file())
        return sorted(found)

    def submitted(self, assignment: str) -> list[str]:
        """Return the students who have submitted an assignment."""
        found = (path.parent.name for path in (self.root / "submitted").glob(f"*/{assignment}"))
        return sorted(name for name in found if not name.startswith("."))

    def require(self, assignment: str):
        """Raise CourseError unless the class has this assignment."""
        if assignment not in self.assignments():
            known = ", ".join(self.assignments())
            raise self.error(NO_ASSIGNMENT.fill(root=self.root, name=assignment, known=known or NONE))

    def choose(self, assignment: str, student: str | None) -> list[str]:
        """Return who is to be graded: everyone who submitted, or the one asked for. Raises CourseError."""
        self.require(assignment)
        found = self.submitted(assignment)
        if not found:
            place = Text(*(str(self.root / "submitted" / who / assignment / f"{assignment}.ipynb") for who in STUDENT))
            raise self.error(EMPTY.fill(root=self.root, name=assignment, place=place))
        if student is None:
            return found
        if student not in found:
            known = ", ".join(found[:12]) + (" …" if len(found) > 12 else "")
            raise self.error(NO_STUDENT.fill(root=self.root, student=student, name=assignment, known=known))
        return [student]

    def error(self, text: Text) -> CourseError:
        return CourseError(text, self.language)


def is_demo(root: Path) -> bool:
    """Tell whether `root` is a class that `autograder demo` made, which it may replace."""
    settings = root / SETTINGS
    return settings.is_file() and tomllib.loads(settings.read_text(encoding="utf-8")).get("demo") is True


def open_course(root: Path) -> Course:
    """Return the course in folder `root`. Raises CourseError."""
    root = root.resolve()
    settings = root / SETTINGS
    if not settings.is_file():
        raise CourseError(NO_FOLDER.fill(path=root))
    try:
        language = tomllib.loads(settings.read_text(encoding="utf-8"))["language"]
        Text("", "")._asdict()[language]
    except (KeyError, TypeError, ValueError) as error:
        raise CourseError(BAD_FILE.fill(path=settings, error=error, root=root)) from None
    for name in (NBGRADER, SECRET):
        if not (root / name).is_file():
            raise CourseError(INCOMPLETE.fill(path=root / name, root=root), language)
    return Course(root, language, _read_config(root, language))


def _read_config(root: Path, language: str) -> Config:
    """Return the settings in nbgrader_config.py, which is the instructor's own code."""
    try:
        config = PyFileConfigLoader(NBGRADER, path=str(root)).load_config()
    except Exception as error:
        raise CourseError(BAD_FILE.fill(path=root / NBGRADER, error=error, root=root), language) from error
    config.CourseDirectory.root = str(root)
    return config
