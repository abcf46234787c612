"""The commands of `autograder`, a module each."""

import typer

from autograder.commands.build import build
from autograder.commands.exercises import exercises
from autograder.commands.init import init
from autograder.commands.matrix import matrix

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
                  help="Build the course, and grade it: notebooks in, scores and feedback out.")
for command in (build, exercises, init, matrix):
    app.command()(command)
