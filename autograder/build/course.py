"""Build the whole course: every unit, the three kinds of notebook, both languages; and check what is committed."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

from autograder.build.notebooks import make_notebook, write_notebook
from autograder.build.release import cut_solutions
from autograder.build.source import Cell, SourceError, read_source
from autograder.build.twins import pair_twins
from autograder.exercise import check_unit, exercise_ids, find

LANGUAGES = ("es", "en")
KINDS = ("lessons", "assignments", "solutions")


def build_course(root: Path) -> dict[Path, str]:
    """Return the text of every generated notebook by its path below `root`. Raises SourceError."""
    settings = tomllib.loads((root / "units" / "units.toml").read_text(encoding="utf-8"))
    built: dict[Path, str] = {}
    seen: dict[str, Cell] = {}
    for unit in settings["unit"]:
        for path, notebook in _build_unit(root, unit, settings["slug"], seen):
            built[path] = write_notebook(notebook)
    units = {unit["id"].split("_", 1)[1] for unit in settings["unit"]}
    for id in exercise_ids():
        if id not in seen and check_unit(id) in units:
            raise SourceError(Path("autograder/checks") / check_unit(id) / f"{id}.py", 1, f"a check without an exercise: `{id}`",
                              f'Write its cells exercise="{id}" and test="{id}" in the unit, or take the check out.')
    return built


def _build_unit(root: Path, unit: dict, slug: str, seen: dict[str, Cell]) -> Iterator[tuple[Path, object]]:
    folder = Path("units") / unit["id"]
    for kind, sources in (("lesson", ("lessons",)), ("assignment", ("assignments", "solutions"))):
        cells = read_source_at(root, folder / f"{kind}.py")
        pair_twins(cells)
        _match_checks(cells, unit, seen)
        for lang in LANGUAGES:
            for target in sources:
                path = Path(target) / lang / f"{unit['id']}.ipynb"
                notebook = make_notebook(cells, lang, path.as_posix(), slug)
                yield path, cut_solutions(notebook) if target == "assignments" else notebook


def read_source_at(root: Path, path: Path) -> list[Cell]:
    """Return the cells of the source at `path` below `root`, their path told relative to it."""
    if not (root / path).is_file():
        raise SourceError(path, 1, "the unit has no such source", "Write it, or take the unit out of units/units.toml.")
    cells = read_source(root / path)
    for cell in cells:
        cell.path = path
    return cells


def _match_checks(cells: list[Cell], unit: dict, seen: dict[str, Cell]):
    """Check that exercises, tests and checks belong together, with unique ids and the same points."""
    written: dict[str, Cell] = {}
    known = set(exercise_ids())
    for cell in cells:
        id = cell.exercise or cell.answer
        if id:
            if id in seen:
                raise cell.error(f"duplicate id `{id}`", f"It stands at {seen[id].path}:{seen[id].line} too; rename one.")
            seen[id] = written[id] = cell
        if cell.exercise and id not in known:
            raise cell.error(f"an exercise without a check: `{id}`", f"Write autograder/checks/…/{id}.py with its `exercise`.")
    tested: dict[str, Cell] = {}
    for cell in cells:
        if not cell.test:
            continue
        if cell.test not in written:
            raise cell.error(f"a test without an exercise above it: `{cell.test}`", f'Mark its cell exercise="{cell.test}".')
        if cell.test in tested:
            raise cell.error(f"duplicate id `{cell.test}`", f"Line {tested[cell.test].line} tests it already; keep one.")
        tested[cell.test] = cell
        if cell.points != find(cell.test).points:
            raise cell.error(f"`{cell.test}`: points={cell.points} here, {find(cell.test).points} in its check",
                             "Make them equal.")
        if f"check({find(cell.test).name})" not in cell.source:
            raise cell.error(f"the test of `{cell.test}` does not call its check", f"End it with `check({find(cell.test).name})`.")
    for id, cell in written.items():
        if cell.exercise and id not in tested:
            raise cell.error(f"an exercise without a test: `{id}`", f'Add a cell test="{id}" points=N below it.')
    graded = sum(cell.points for cell in cells if cell.points)
    if graded and "points" in unit and graded != unit["points"]:  # TODO before the release: always
        raise SourceError(Path("units/units.toml"), 1, f"{unit['id']}: points = {unit['points']}, but its cells add up to {graded:g}",
                          "Make them equal.")


def compare_course(root: Path, built: dict[Path, str]) -> list[Path]:
    """Return the paths whose text on disk differs from what was built, missing and left-over notebooks included."""
    differing = [path for path, text in built.items() if not (root / path).is_file() or (root / path).read_bytes() != text.encode()]
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


def _leftovers(root: Path, built: dict[Path, str]) -> list[Path]:
    found = (path.relative_to(root) for kind in KINDS for path in (root / kind).glob("*/*.ipynb"))
    return [path for path in found if path not in built]
