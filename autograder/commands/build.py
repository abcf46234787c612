"""`autograder build`: sources to notebooks."""

from pathlib import Path
from typing import Annotated

import typer


def build(
    check: Annotated[bool, typer.Option("--check", help="Write nothing; fail if a committed file differs.")] = False,
    root: Annotated[Path, typer.Option(help="The checkout, where units/ lies.")] = Path("."),
):
    """Build lessons/, assignments/, solutions/ and the lists of units in the READMEs from units/."""
    from autograder.build.course import build_course, compare_course, write_course  # nbgrader takes 2 s to import
    from autograder.build.source import SourceError

    try:
        built = build_course(root)
    except SourceError as error:
        raise typer.Exit(_fail(str(error))) from None
    if not check:
        print(f"{len(built)} files built, {len(write_course(root, built))} changed")
    elif differing := compare_course(root, built):
        raise typer.Exit(
            _fail("\n".join([*(f"differs from units/: {path}" for path in differing), "Mend it with: make build"]))
        )
    else:
        print(f"{len(built)} files match units/")


def _fail(message: str) -> int:
    typer.secho(message, err=True, fg="red")
    return 1
