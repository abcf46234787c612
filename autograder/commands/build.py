"""`autograder build`: sources to notebooks."""

from pathlib import Path
from typing import Annotated

import typer
from rich import print

from autograder.build.course import build_course, compare_course, write_course
from autograder.build.source import SourceError


def build(
    check: Annotated[bool, typer.Option("--check", help="Write nothing; fail if a committed notebook differs.")] = False,
    root: Annotated[Path, typer.Option(help="The checkout, where units/ lies.")] = Path("."),
):
    """Build lessons/, assignments/ and solutions/ from units/."""
    if not (root / "units" / "units.toml").is_file():
        raise typer.Exit(_fail(f"{root / 'units' / 'units.toml'}: no such file. Run this in the checkout, or give --root."))
    try:
        built = build_course(root)
    except SourceError as error:
        raise typer.Exit(_fail(str(error))) from None
    if check:
        differing = compare_course(root, built)
        for path in differing:
            print(f"[red]differs[/] {path}")
        if differing:
            raise typer.Exit(_fail("The notebooks do not match units/. Mend it with: make build"))
        print(f"[green]{len(built)} notebooks match their sources[/]")
    else:
        changed = write_course(root, built)
        print(f"[green]{len(built)} notebooks built[/], {len(changed)} changed")


def _fail(message: str) -> int:
    typer.secho(message, err=True, fg="red")
    return 1
