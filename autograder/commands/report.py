"""`autograder report`: how the class did."""

from pathlib import Path
from typing import Annotated

import typer

from autograder.commands.init import fail
from autograder.gradebook.course import CourseError, open_course
from autograder.gradebook.report import write_report


def report(
    folder: Annotated[Path, typer.Argument(help="The class folder.")],
    assignment: Annotated[str, typer.Argument(help="The assignment, such as 01_mlp.")],
):
    """Write a page about the class: scores, exercises, commonest mistakes."""
    try:
        print(write_report(open_course(folder), assignment))
    except CourseError as error:
        raise typer.Exit(fail(error)) from None
