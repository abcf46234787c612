"""`autograder init`: the folder of a class."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from autograder.gradebook.course import CourseError
from autograder.gradebook.create import create_course
from autograder.text import Text


class Language(StrEnum):
    """Choose one of the course's languages."""

    es = "es"
    en = "en"


NEXT = Text("""\
Lista: {root}
Tareas: {assignments}

1. Reparte {root}/release a la clase. Quien prefiera trabajar en inglés puede entregar
   el cuaderno de assignments/en: se califica igual.
2. Pon cada entrega en {root}/submitted/ESTUDIANTE/{first}/{first}.ipynb
   (`nbgrader collect` y `nbgrader zip_collect` lo hacen por ti).
3. Califica: autograder grade {root} {first}
4. Mira las notas: autograder scores {root} {first}, el formgrader (cd {root} && jupyter lab) o {root}/feedback

{root}/.autograder_secret decide los datos de las comprobaciones: guárdalo, y no lo enseñes.""", """\
Ready: {root}
Assignments: {assignments}

1. Hand out {root}/release to the class. Who would rather work in Spanish may submit
   the notebook of assignments/es: it is graded alike.
2. Put each submission in {root}/submitted/STUDENT/{first}/{first}.ipynb
   (`nbgrader collect` and `nbgrader zip_collect` do it for you).
3. Grade: autograder grade {root} {first}
4. See the marks: autograder scores {root} {first}, the formgrader (cd {root} && jupyter lab) or {root}/feedback

{root}/.autograder_secret decides the inputs of the checks: keep it, and show it to nobody.""")


def init(
    folder: Annotated[Path, typer.Argument(help="A new or empty folder, or a class folder to bring up to date.")],
    lang: Annotated[Language | None, typer.Option(help="Language of the class; Spanish without.")] = None,
    db: Annotated[str | None, typer.Option(help="URL of the gradebook, such as postgresql+psycopg://…; a file without.")] = None,
):
    """Make the nbgrader folder of a class, or bring it up to date with the course; nothing in it is lost."""
    try:
        course, notes = create_course(folder, lang, db=db)
    except CourseError as error:
        raise typer.Exit(fail(error)) from None
    for note in notes:
        typer.secho(note.pick(course.language), fg="yellow")
    names = course.assignments()
    print(NEXT.fill(root=folder, assignments=", ".join(names), first=names[0]).pick(course.language))


def fail(error: CourseError) -> int:
    """Print what is wrong and return the exit code of bad input."""
    typer.secho(error.tell(), err=True, fg="red")
    return 2
