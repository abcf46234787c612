"""`autograder grade`: notebooks in, scores and feedback out."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from autograder.commands.init import fail
from autograder.engine import run
from autograder.engine.sandbox import isolation_problem
from autograder.gradebook.course import Course, CourseError, open_course
from autograder.gradebook.feedback import write_feedback
from autograder.gradebook.records import read_record
from autograder.gradebook.runs import difference_table, differences, find_pending, only_run, write_differences
from autograder.gradebook.scores import notes, score_rows, state_table
from autograder.gradebook.writer import Writer
from autograder.results import SubmissionResult
from autograder.text import Text

GRADING = Text("Calificando", "Grading")
DONE = Text("{count} entregas ya estaban calificadas y siguen igual.",
            "{count} submissions were graded already and stay as they are.")
STOPPED = Text("Interrumpido: lo calificado hasta aquí está guardado. Repite la orden para seguir.",
               "Interrupted: what was graded so far is stored. Give the command again to go on.")
WHERE = Text("Notas: autograder scores {root} {name}\nInforme: autograder report {root} {name}\nPáginas: {root}/feedback",
             "Scores: autograder scores {root} {name}\nReport: autograder report {root} {name}\nPages: {root}/feedback")
NO_ISOLATION = Text("""\
Esta máquina no puede aislar el código de los estudiantes ({problem}), y sin eso cualquier entrega podría cambiar las notas.
Qué falta y cómo conseguirlo: autograder doctor
Para calificar aquí a sabiendas, con notas marcadas como práctica: añade --practice""", """\
This machine cannot isolate the students' code ({problem}), and without that any submission could change the marks.
What is missing and how to get it: autograder doctor
To grade here knowingly, with marks that say practice: add --practice""")
HOST = Text("No se pudo empezar a calificar: {error}", "Grading could not begin: {error}")
NO_DASK = Text("Para usar un clúster hace falta Dask: pip install 'atiende[cluster]'",
               "A cluster needs Dask: pip install 'atiende[cluster]'")
SHOWN = 40  # differences that are printed; all of them are in the file
SAME = Text("Ninguna nota cambió.", "No mark changed.")
CHANGED = Text("{count} notas cambiaron; todas están en {path}", "{count} marks changed; all of them are in {path}")


def grade(
    folder: Annotated[Path, typer.Argument(help="The class folder, made by `autograder init`.")],
    assignment: Annotated[str, typer.Argument(help="The assignment, such as 01_mlp.")],
    student: Annotated[str | None, typer.Option(help="Grade this one alone.")] = None,
    jobs: Annotated[int | None, typer.Option(min=1, help="Submissions at a time; one a core without.")] = None,
    regrade: Annotated[bool, typer.Option("--regrade", help="Also what was graded by other checks; with --student, again.")] = False,
    practice: Annotated[bool, typer.Option("--practice", help="Without isolation; the marks say so.")] = False,
    scheduler: Annotated[str | None, typer.Option(help="Address of a Dask cluster to grade on.")] = None,
):
    """Grade what was submitted: scores to the gradebook, notebooks to autograded/, a page for each student to feedback/."""
    console = Console()
    try:
        course = open_course(folder)
        students = course.choose(assignment, student)
        if not practice and scheduler is None and (problem := isolation_problem()):
            raise course.error(NO_ISOLATION.fill(problem=problem))
        grade_class(course, assignment, students, console, jobs, regrade, bool(student), practice, scheduler)
        found = [state_table(_records(course, assignment, students), course.language)]
        if regrade:
            found += _tell_differences(course, assignment, students)
    except CourseError as error:
        raise typer.Exit(fail(error)) from None
    console.print(*found, sep="\n", highlight=False)
    unclear = [r for r in _records(course, assignment, students) if r.state == "infrastructure_error"]
    console.print(*notes(score_rows(unclear, course.language)), sep="\n", end="\n" if unclear else "")
    console.print(WHERE.fill(root=folder, name=assignment).pick(course.language), highlight=False)
    if unclear:
        raise typer.Exit(1)


def grade_class(
    course: Course,
    assignment: str,
    students: list[str],
    console: Console,
    jobs: int | None = None,
    regrade: bool = False,
    asked: bool = False,
    practice: bool = False,
    scheduler: str | None = None,
):
    """Grade and store, under a progress bar, what is still to grade of these students' submissions.

    `asked` and `regrade` together grade all of them again. Raises CourseError.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("·"),
               TimeRemainingColumn())
    opened = run.open_assignment(course, assignment)
    with only_run(course, assignment), Writer(course, assignment) as writer:
        pending = students if asked and regrade else find_pending(course, opened, students, regrade, practice)
        if len(pending) < len(students):
            console.print(DONE.fill(count=len(students) - len(pending)).pick(course.language), highlight=False)
        if not pending:
            return
        with Progress(*columns, console=console) as progress:
            bar = progress.add_task(GRADING.pick(course.language), total=len(pending))
            try:
                for result in run.grade(course, opened, pending, jobs, not practice, scheduler):
                    writer.store(result, lambda result, marks: write_feedback(course, result, marks))
                    progress.advance(bar)
            except KeyboardInterrupt:
                console.print(STOPPED.pick(course.language))
                raise
            except ModuleNotFoundError as error:
                if error.name != "distributed":
                    raise
                raise course.error(NO_DASK) from None
            except (OSError, RuntimeError) as error:
                raise course.error(HOST.fill(error=error)) from error


def _records(course: Course, assignment: str, students: list[str]) -> Iterator[SubmissionResult]:
    """Yield the records of these students, one at a time."""
    return filter(None, (read_record(course, assignment, student) for student in students))


def _tell_differences(course: Course, assignment: str, students: list[str]) -> list:
    """Write the file of differences; return what to print of them."""
    rows = [row for record in _records(course, assignment, students) for row in differences(record)]
    path = write_differences(course, assignment, rows)
    if not rows:
        return [SAME.pick(course.language)]
    return [difference_table(rows[:SHOWN], course.language), CHANGED.fill(count=len(rows), path=path).pick(course.language)]
