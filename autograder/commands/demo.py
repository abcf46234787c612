"""`autograder demo`: a whole class, from notebooks to report."""

import shutil
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from autograder.commands.grade import grade_class
from autograder.commands.init import Language, fail
from autograder.content import units
from autograder.demo.classroom import TITLES, hand_in, stories
from autograder.demo.people import PEOPLE
from autograder.engine.sandbox import isolation_problem
from autograder.gradebook.course import CourseError, is_demo
from autograder.gradebook.create import create_course
from autograder.gradebook.pages import number
from autograder.gradebook.records import read_records
from autograder.gradebook.report import write_report
from autograder.gradebook.scores import state_table
from autograder.results import STATES, SubmissionResult
from autograder.text import Text

HANDED_IN = Text("{count} entregas en {root}/submitted, hechas con los cuadernos del curso",
                 "{count} submissions in {root}/submitted, made from the course's notebooks")
DONE = Text("""\
Calificadas en {seconds:.0f} s. Ahora:
  Informe de la clase    {report}
  Página de cada quien   {root}/feedback
  Notas                  autograder scores {root} {name}
  El curso, en Jupyter   make lab
  El formgrader          cd {root} && jupyter lab, menú Nbgrader""", """\
Graded in {seconds:.0f} s. Now:
  Class report           {report}
  A page for each        {root}/feedback
  Scores                 autograder scores {root} {name}
  The course in Jupyter  make lab
  The formgrader         cd {root} && jupyter lab, menu Nbgrader""")
COLUMNS = (Text("estudiante", "student"), Text("qué entregó", "what came in"), Text("estado", "state"),
           Text("puntos", "points"), Text("errores", "mistakes"))


def demo(
    folder: Annotated[Path, typer.Argument(help="Where; an earlier demonstration there is replaced.")] = Path("demo"),
    lang: Annotated[Language, typer.Option(help="Language of the class; its students use both.")] = Language.es,
):
    """Make a class, hand in notebooks of every kind, grade them, and write the class report."""
    console = Console()
    if is_demo(folder):
        shutil.rmtree(folder)
    try:
        course, _ = create_course(folder, lang, demo=True)
        name = units()[0]["id"]
        hand_in(course, name)
        console.print(HANDED_IN.fill(count=len(stories(name)), root=folder).pick(lang), highlight=False)
        begun = time.monotonic()
        grade_class(course, name, course.choose(name, None), console, practice=bool(isolation_problem()))
        seconds = time.monotonic() - begun
        report = write_report(course, name)
        results = list(read_records(course, name))
    except CourseError as error:
        raise typer.Exit(fail(error)) from None
    console.print(_table(results, name, course.language))
    console.print(state_table(results, course.language))
    console.print(DONE.fill(seconds=seconds, report=report, root=folder, name=name).pick(lang), highlight=False)
    if any(result.state == "infrastructure_error" for result in results):
        raise typer.Exit(1)


def _table(results: list[SubmissionResult], assignment: str, language: str) -> Table:
    """Return a row for each student, in the order of the class."""
    found = {result.student: result for result in results}
    table = Table(*(title.pick(language) for title in COLUMNS))
    for (id, first, last), story in zip(PEOPLE, stories(assignment), strict=True):
        result = found[id]
        points = f"{number(result.points)} / {number(result.max_points)}" if result.scored else "—"
        mistakes = str(sum(bool(verdict.mistake) for verdict in result.verdicts) or "")
        table.add_row(f"{first} {last}", TITLES[story.name].pick(language), STATES[result.state].pick(language), points,
                      mistakes)
    return table
