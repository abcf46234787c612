"""Build the whole course, every unit in both languages, and compare it with what is committed."""

from collections.abc import Iterator
from pathlib import Path

from autograder.build.matching import match_assignment, match_checks, match_lesson
from autograder.build.notebooks import make_notebook, write_notebook
from autograder.build.readme import READMES, write_readme
from autograder.build.release import cut_solutions
from autograder.build.source import Cell, SourceError, read_source
from autograder.build.twins import pair_twins
from autograder.build.units import UNITS, Unit, read_units

LANGUAGES = ("es", "en")
KINDS = ("lessons", "assignments", "solutions")
SOURCES = (("lesson", ("lessons",), "minutes_lesson"), ("assignment", ("assignments", "solutions"), "minutes_assignment"))


def build_course(root: Path) -> dict[Path, str]:
    """Return the text of each generated file, notebooks and READMEs, by its path below `root`. Raises SourceError."""
    slug, units = read_units(root)
    seen: dict[str, Cell] = {}
    built: dict[Path, str] = {}
    for unit in units:
        built.update(_build_unit(root, unit, slug, seen))
    match_checks(units, seen)
    for lang in LANGUAGES:
        built[READMES[lang]] = write_readme(root, lang, slug, units)
    return built


def _build_unit(root: Path, unit: Unit, slug: str, seen: dict[str, Cell]) -> Iterator[tuple[Path, str]]:
    sources = {}
    for name, kinds, minutes in SOURCES:
        path = unit.folder / f"{name}.py"
        if getattr(unit, minutes):
            cells = read_source(root, path)
            pair_twins(cells)
            sources |= dict.fromkeys(kinds, cells)
        elif (root / path).is_file():
            raise SourceError(path, 1, f"{unit.id} has this source and no {minutes}", f"Write {minutes} in {UNITS}.")
    match_lesson(sources.get("lessons", []))
    if "assignments" in sources:
        match_assignment(sources["assignments"], unit, seen)
    for lang in LANGUAGES:
        for kind, cells in sources.items():
            path = Path(kind) / lang / f"{unit.id}.ipynb"
            notebook = make_notebook(cells, lang, path.as_posix(), slug)
            yield path, write_notebook(cut_solutions(notebook) if kind == "assignments" else notebook)


def compare_course(root: Path, built: dict[Path, str]) -> list[Path]:
    """Return the paths whose text on disk differs from what was built, missing and left-over notebooks included."""
    differing = [path for path, text in built.items() if _on_disk(root / path) != text.encode()]
    return sorted(differing + _leftovers(root, built))


def write_course(root: Path, built: dict[Path, str]) -> list[Path]:
    """Write what was built where it differs, take left-over notebooks away, and return the paths that changed."""
    changed = compare_course(root, built)
    for path in changed:
        if path in built:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(built[path].encode())
        else:
            (root / path).unlink()
    return changed


def _on_disk(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _leftovers(root: Path, built: dict[Path, str]) -> list[Path]:
    found = (path.relative_to(root) for kind in KINDS for path in (root / kind).glob("*/*.ipynb"))
    return [path for path in found if path not in built]
