"""Match the exercises of the course with their tests and their checks."""

import ast
from pathlib import Path

from autograder.build.source import Cell, SourceError
from autograder.build.units import UNITS, Unit
from autograder.exercise import check_unit, exercise_ids, find


def match_lesson(cells: list[Cell]):
    """Check that a lesson grades nothing. Raises SourceError."""
    for cell in cells:
        if cell.id:
            raise cell.error(
                f"a graded cell in a lesson: `{cell.id}`", "Move it to assignment.py; lessons are not cut."
            )


def match_assignment(cells: list[Cell], unit: Unit, seen: dict[str, Cell]):
    """Check that the graded cells of an assignment fit each other, the checks and units.toml; note their ids in `seen`.

    Raises SourceError at the first that does not.
    """
    code = [cell for cell in cells if cell.type == "code"]
    if not code or code[0].id:
        raise (code or cells)[0].error(
            "the assignment does not begin with its imports",
            "Make the first code cell the imports that solutions rely on, without marks.",
        )
    untested: dict[str, Cell] = {}
    hidden = f"atiende.models.{unit.name}"
    for cell in cells:
        if cell.type == "code" and hidden in cell.source:
            raise cell.error(
                f"`{hidden}` holds this unit's answers, and is hidden where it is graded",
                "Define what you lend in a cell of the assignment.",
            )
        if cell.exercise or cell.answer:
            if cell.id in seen:
                raise cell.error(
                    f"duplicate id `{cell.id}`",
                    f"It stands at {seen[cell.id].path}:{seen[cell.id].line} too; rename one.",
                )
            seen[cell.id] = cell
        if cell.exercise:
            _match_exercise(cell, unit)
            untested[cell.id] = cell
        elif cell.test:
            if cell.id not in untested:
                tested = cell.id in seen
                raise cell.error(
                    f"a second test of `{cell.id}`" if tested else f"a test without an exercise above it: `{cell.id}`",
                    "Keep one." if tested else f'Mark the cell of its solution exercise="{cell.id}".',
                )
            _match_test(cell)
            del untested[cell.id]
    for id, cell in untested.items():
        raise cell.error(f"an exercise without a test: `{id}`", f'Add a cell test="{id}" points=N below it.')
    graded = sum(cell.points for cell in cells if cell.points)
    if graded != unit.points:
        raise SourceError(
            UNITS, 1, f"{unit.id}: points = {unit.points:g}, but its cells add up to {graded:g}", "Make them equal."
        )


def _match_exercise(cell: Cell, unit: Unit):
    if cell.id not in exercise_ids():
        raise cell.error(
            f"an exercise without a check: `{cell.id}`", f"Write autograder/checks/{unit.name}/{cell.id}.py."
        )
    if check_unit(cell.id) != unit.name:
        raise cell.error(
            f"the check of `{cell.id}` lies in autograder/checks/{check_unit(cell.id)}/",
            f"Move it to autograder/checks/{unit.name}/.",
        )
    name = find(cell.id).name
    if name not in _defined(cell.source):
        raise cell.error(
            f"the cell of `{cell.id}` does not define `{name}`", "Define it; its check asks for that name."
        )


def _match_test(cell: Cell):
    exercise = find(cell.id)
    if cell.points != exercise.points:
        raise cell.error(
            f"`{cell.id}`: points={cell.points:g} here, {exercise.points:g} in its check", "Make them equal."
        )
    if cell.source.strip() != f"check({exercise.name})":
        raise cell.error(
            f"the test of `{cell.id}` is not its check alone",
            f"Write `check({exercise.name})` and nothing else: nbgrader pays what the cell shows.",
        )


def _defined(source: str) -> set[str]:
    """Return the names of the functions and classes that a cell defines."""
    return {node.name for node in ast.parse(source).body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}


def match_checks(units: list[Unit], seen: dict[str, Cell]):
    """Check that every check of these units has its exercise in `seen`. Raises SourceError."""
    for id in exercise_ids():
        if id not in seen and check_unit(id) in {unit.name for unit in units}:
            raise SourceError(
                Path("autograder/checks") / check_unit(id) / f"{id}.py",
                1,
                f"a check without an exercise: `{id}`",
                f'Write its cells exercise="{id}" and test="{id}" in the unit, or take the check out.',
            )
