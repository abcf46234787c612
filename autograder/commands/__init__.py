"""The commands of `autograder`, a module each."""

import typer

from autograder.commands.build import build
from autograder.commands.demo import demo
from autograder.commands.doctor import doctor
from autograder.commands.exercises import exercises
from autograder.commands.grade import grade
from autograder.commands.init import init
from autograder.commands.matrix import matrix
from autograder.commands.report import report
from autograder.commands.scores import scores

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
                  help="Build the course, and grade it: notebooks in, scores and feedback out.")
for command in (build, demo, doctor, exercises, grade, init, matrix, report, scores):
    app.command()(command)
