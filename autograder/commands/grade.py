"""`autograder grade`: notebooks in, scores and feedback out."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from autograder.commands.init import fail
from autograder.engine import run
from autograder.gradebook.course import Course, CourseError, open_course
from autograder.gradebook.feedback import write_feedback
from autograder.gradebook.scores import notes, score_rows, state_table
from autograder.gradebook.writer import Writer
from autograder.results import SubmissionResult
from autograder.text import Text

GRADING = Text("Calificando", "Grading")
STOPPED = Text("Interrumpido: lo calificado hasta aquí está guardado. Repite la orden para seguir.",
               "Interrupted: what was graded so far is stored. Give the command again to go on.")
WHERE = Text("Notas: autograder scores {root} {name}\nInforme: autograder report {root} {name}\nPáginas: {root}/feedback",
             "Scores: autograder scores {root} {name}\nReport: autograder report {root} {name}\nPages: {root}/feedback")


def grade(
    folder: Annotated[Path, typer.Argument(help="The class folder, made by `autograder init`.")],
    assignment: Annotated[str, typer.Argument(help="The assignment, such as 01_mlp.")],
    student: Annotated[str | None, typer.Option(help="Grade this one alone.")] = None,
    jobs: Annotated[int | None, typer.Option(min=1, help="Submissions at a time; one a core without.")] = None,
):
    """Grade what was submitted: scores to the gradebook, notebooks to autograded/, a page for each student to feedback/."""
    console = Console()
    try:
        course = open_course(folder)
        students = course.choose(assignment, student)
        results = grade_class(course, assignment, students, jobs, console)
    except CourseError as error:
        raise typer.Exit(fail(error)) from None
    console.print(state_table(results, course.language))
    unclear = [result for result in results if result.state == "infrastructure_error"]
    console.print(*notes(score_rows(unclear, course.language)), sep="\n", end="\n" if unclear else "")
    console.print(WHERE.fill(root=folder, name=assignment).pick(course.language), highlight=False)
    if unclear:
        raise typer.Exit(1)


def grade_class(
    course: Course, assignment: str, students: list[str], jobs: int | None, console: Console
) -> list[SubmissionResult]:
    """Grade and store these students' submissions under a progress bar; return the results without their notebooks."""
    results = []
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("·"),
               TimeRemainingColumn())
    with Writer(course, assignment) as writer, Progress(*columns, console=console) as progress:
        bar = progress.add_task(GRADING.pick(course.language), total=len(students))
        try:
            for result in run.grade(course, run.open_assignment(course, assignment), students, jobs):
                marks = writer.store(result)
                if result.state != "infrastructure_error":
                    write_feedback(course, result, marks)
                results.append(result.without_notebook())
                progress.advance(bar)
        except KeyboardInterrupt:
            console.print(STOPPED.pick(course.language))
            raise
    return sorted(results, key=lambda result: result.student)
