"""Read units/units.toml: the repository's slug, and the units in the order of the course."""

import re
import tomllib
from dataclasses import MISSING, dataclass, fields
from pathlib import Path

from autograder.build.source import SourceError

UNITS = Path("units/units.toml")
SLUG = re.compile(r"[\w.-]+/[\w.-]+")
ID = re.compile(r"\d\d_[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Unit:
    """Describe one unit as units.toml lists it; a lab has no lesson, and a page to read has no assignment."""

    id: str
    title_es: str
    title_en: str
    needs_gpu: bool
    minutes_lesson: int = 0  # 0 where it has none
    minutes_assignment: int = 0  # 0 where it has none
    points: int | float = 0  # of the whole assignment

    @property
    def name(self) -> str:
        """Return the id without its number, the name of the folder that holds the unit's checks."""
        return self.id.split("_", 1)[1]

    @property
    def folder(self) -> Path:
        return UNITS.parent / self.id

    def title(self, lang: str) -> str:
        return self.title_es if lang == "es" else self.title_en


def read_units(root: Path) -> tuple[str, list[Unit]]:
    """Return the slug and the units of units.toml. Raises SourceError for a malformed file or a missing folder."""
    if not (root / UNITS).is_file():
        raise SourceError(UNITS, 1, "no such file", "Run this in the checkout, or give --root.")
    text = (root / UNITS).read_text(encoding="utf-8")
    try:
        settings = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        raise SourceError(UNITS, int(line[1]) if line else 1, f"this is not TOML: {error}", "Mend the line.") from None
    slug, entries = settings.get("slug"), settings.get("unit")
    if not (isinstance(slug, str) and SLUG.fullmatch(slug)):
        raise SourceError(UNITS, 1, "no slug of the repository", 'Begin with slug = "owner/name".')
    if not (isinstance(entries, list) and entries):
        raise SourceError(UNITS, 1, "no unit", "List each unit below a line [[unit]].")
    lines = [n for n, line in enumerate(text.split("\n"), 1) if re.match(r"\s*\[\[\s*unit\s*\]\]", line)]
    units: list[Unit] = []
    for line, entry in zip(lines, entries, strict=True):
        unit = _read_unit(entry, line)
        if unit.id in (other.id for other in units):
            raise SourceError(UNITS, line, f"duplicate id `{unit.id}`", "Rename one.")
        if not (root / unit.folder).is_dir():
            raise SourceError(
                UNITS, line, f"there is no folder {unit.folder}", "Write the unit, or take it out of the list."
            )
        units.append(unit)
    return slug, units


def _read_unit(entry: dict, line: int) -> Unit:
    known = {field.name: field for field in fields(Unit)}
    for key, value in entry.items():
        if key not in known:
            raise SourceError(UNITS, line, f"unknown key `{key}`", f"The keys of a unit are {', '.join(known)}.")
        if not isinstance(value, known[key].type) or isinstance(value, bool) != (known[key].type is bool):
            raise SourceError(
                UNITS, line, f"{key} = {value!r} is of the wrong type", f"Write {_type_name(known[key].type)}."
            )
    missing = [name for name, field in known.items() if name not in entry and field.default is MISSING]
    if missing:
        raise SourceError(
            UNITS, line, f"a unit without {', '.join(missing)}", f"The keys of a unit are {', '.join(known)}."
        )
    if not ID.fullmatch(entry["id"]):
        raise SourceError(
            UNITS, line, f"`{entry['id']}` is not the id of a unit", "Write two digits and a name, as in 01_mlp."
        )
    unit = Unit(**entry)
    if not (unit.minutes_lesson or unit.minutes_assignment):
        raise SourceError(
            UNITS, line, f"{unit.id} has neither a lesson nor an assignment", "Write minutes_lesson or minutes_assignment."
        )
    return unit


def _type_name(type_) -> str:
    return {str: "a string in quotes", bool: "true or false", int: "a whole number"}.get(type_, "a number")
