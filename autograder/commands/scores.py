"""`autograder scores`: who earned what."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from autograder.commands.init import fail
from autograder.gradebook.course import CourseError, open_course
from autograder.gradebook.records import read_records
from autograder.gradebook.scores import as_csv, as_json, as_table, notes, score_rows, timing_table


class Format(StrEnum):
    """Choose how scores are printed."""

    table = "table"
    csv = "csv"
    json = "json"


def scores(
    folder: Annotated[Path, typer.Argument(help="The class folder.")],
    assignment: Annotated[str, typer.Argument(help="The assignment, such as 01_mlp.")],
    format: Annotated[Format, typer.Option(help="For a person, a spreadsheet or a program.")] = Format.table,
    timing: Annotated[bool, typer.Option("--timing", help="Show how long each phase of grading took instead.")] = False,
):
    """Print points, state and first failed property of every student and exercise."""
    try:
        course = open_course(folder)
        if timing:
            Console().print(timing_table(read_records(course, assignment), course.language))
            return
        rows = score_rows(read_records(course, assignment), course.language)
    except CourseError as error:
        raise typer.Exit(fail(error)) from None
    if format is Format.table:
        console = Console()
        console.print(as_table(rows, course.language), *notes(rows), sep="\n")
    else:
        print(as_csv(rows) if format is Format.csv else as_json(rows), end="" if format is Format.csv else "\n")
