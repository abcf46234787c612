"""`autograder doctor`: can this machine grade?"""

import locale
import re
import stat
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from autograder.commands.init import Language
from autograder.engine.host import Finding, examine_host
from autograder.gradebook.course import SECRET, CourseError, open_course
from autograder.text import Text

COLUMNS = (Text("", ""), Text("qué", "what"), Text("encontrado", "found"), Text("cómo conseguirlo", "how to get it"))
WELL = Text("Todo en orden: aquí se puede calificar.", "All is well: this machine can grade.")
ILL = Text("Aquí no se puede calificar con garantías todavía: falta lo marcado con ✗.",
           "This machine cannot grade safely yet: what is marked ✗ is missing.")


def doctor(
    folder: Annotated[Path | None, typer.Argument(help="A class folder to look at too.")] = None,
    lang: Annotated[Language | None, typer.Option(help="Language of the answer; that of the system without.")] = None,
):
    """Tell what grading needs: what is there, what is missing, and how to get it."""
    language = lang or ("en" if (locale.getlocale()[0] or "es").startswith("en") else "es")
    findings = examine_host() + (examine_class(folder) if folder else [])
    table = Table(*(title.pick(language) for title in COLUMNS))
    for finding in findings:
        mark = "[green]✓[/]" if finding.good else "[red]✗[/]"
        table.add_row(mark, finding.name.pick(language), finding.found, "" if finding.good else finding.remedy.pick(language))
    well = all(finding.good for finding in findings)
    Console().print(table, (WELL if well else ILL).pick(language), sep="\n")
    if not well:
        raise typer.Exit(1)


def examine_class(root: Path) -> list[Finding]:
    """Return whether a class folder, its secret and its gradebook are in order."""
    name = Text("carpeta de la clase", "class folder")
    try:
        course = open_course(root)
    except CourseError as error:
        return [Finding(name, str(root), False, error.text)]
    mode = stat.S_IMODE(course.secret.stat().st_mode)
    command = f"chmod 600 {course.secret}"
    secret = Finding(Text("secreto, solo para ti", "secret, for you alone"), f"{SECRET} {mode:o}", not mode & 0o077,
                     Text(command, command))
    title, url = Text("libro de calificaciones", "gradebook"), course.directory.db_url
    shown = re.sub(r"(://[^:/@]*):[^@]*@", r"\1:***@", url)
    try:
        course.gradebook().close()
        gradebook = Finding(title, shown, True)
    except CourseError as error:
        gradebook = Finding(title, shown, False, error.text)
    return [Finding(name, str(course.root), True), secret, gradebook]
