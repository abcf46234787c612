"""Write the parts of the READMEs that follow from units/units.toml: badges, first steps, the list of units."""

import re
from pathlib import Path

from autograder.build.notebooks import COLAB
from autograder.build.source import SourceError
from autograder.build.units import Unit
from autograder.content import site_address

READMES = {"en": Path("README.md"), "es": Path("README.es.md")}

BADGES = """\
[![CI](https://github.com/{slug}/actions/workflows/ci.yml/badge.svg)](https://github.com/{slug}/actions/workflows/ci.yml)
[![{site}](https://github.com/{slug}/actions/workflows/pages.yml/badge.svg)]({address}/{lang}/)
[![Binder](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/{slug}/HEAD?urlpath=lab/tree/lessons/{lang})"""
CLONE = """\
```sh
git clone https://github.com/{slug}
cd {name}
make demo
make test
```"""
HEADER = {
    "es": "| Unidad | Lección | Tarea | Puntos |",
    "en": "| Unit | Lesson | Assignment | Points |",
}
RULE = "|---|---|---|--:|"
SITE = {"es": "Sitio web", "en": "Website"}
READ = {"es": "leer", "en": "read"}
OPEN = {"es": "abrir", "en": "open"}


def write_readme(root: Path, lang: str, slug: str, units: list[Unit]) -> str:
    """Return the text of the README in one language with its generated parts made anew. Raises SourceError."""
    path = READMES[lang]
    if not (root / path).is_file():
        raise SourceError(path, 1, "no such file", "Write it; the list of units stands in it.")
    text = (root / path).read_text(encoding="utf-8")
    parts = {
        "badges": BADGES.format(slug=slug, lang=lang, site=SITE[lang], address=site_address(slug)),
        "clone": CLONE.format(slug=slug, name=slug.split("/")[1]),
        "units": _table(lang, slug, units),
    }
    for name, part in parts.items():
        text, found = re.subn(
            rf"(<!-- {name} -->\n).*?(\n<!-- /{name} -->)",
            lambda m, part=part: m[1] + part + m[2],
            text,
            flags=re.DOTALL,
        )
        if found != 1:
            raise SourceError(
                path, 1, f"no place for the {name}", f"Write the lines <!-- {name} --> and <!-- /{name} --> once."
            )
    return text


def _table(lang: str, slug: str, units: list[Unit]) -> str:
    rows = []
    for unit in units:
        links = [
            _links(f"{folder}/{lang}/{unit.id}.ipynb", verb[lang], slug, minutes) if minutes else ""
            for folder, verb, minutes in (
                ("lessons", READ, unit.minutes_lesson),
                ("assignments", OPEN, unit.minutes_assignment),
            )
        ]
        number = f"{int(unit.id[:2])}. " if all(links) else ""  # a lab or a page between units bears none
        points = f"{unit.points:g}" if links[1] else ""
        rows.append(f"| {number}{unit.title(lang)} | {links[0]} | {links[1]} | {points} |")
    return "\n".join([HEADER[lang], RULE, *rows])


def _links(path: str, verb: str, slug: str, minutes: int) -> str:
    return f"[{verb}]({path}) · [Colab]({COLAB.format(slug=slug, path=path)}) · {_hours(minutes)}"


def _hours(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    return " ".join(part for part, n in ((f"{hours} h", hours), (f"{rest} min", rest)) if n)
