"""The course's own solutions, read from the solved notebooks, and the wrong and alternative ones made from them."""

import json
from functools import cache

from autograder.content import content_root
from autograder.exercise import Alternative, Exercise, Mistake, find

IMPORTS = "imports"  # cell id of the first code cell of an assignment
SOLUTION = "-solution"  # what follows an exercise's id in the grade_id of the cell that holds its solution


@cache
def _cells() -> dict[str, tuple[str, str, str]]:
    """Return (imports, source, unit) of the solution of every exercise id, in the order of the assignments."""
    found = {}
    for path in sorted((content_root() / "solutions" / "en").glob("*.ipynb")):
        imports = ""
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            source = "".join(cell["source"])
            if cell["id"] == IMPORTS:
                imports = source
            grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
            if grade_id.endswith(SOLUTION):
                found[grade_id.removesuffix(SOLUTION)] = imports, source, path.stem
    return found


def solution_ids(unit: str) -> list[str]:
    """Return the exercises of a unit's assignment, `01_mlp`, in its order; none for a unit without one."""
    return [id for id, (_, _, folder) in _cells().items() if folder == unit]


def imports_source(id: str) -> str:
    """Return the source of the imports cell of the assignment that holds exercise `id`."""
    return _cells()[id][0]


def solution_source(id: str) -> str:
    """Return the source of the course's solution of exercise `id`. Raises KeyError."""
    return _cells()[id][1]


def variant_source(exercise: Exercise, variant: Mistake | Alternative) -> str:
    """Return the source of a mistake or an alternative. Raises ValueError where an edit finds nothing to change."""
    if variant.code:
        return variant.code.strip() + "\n"
    source = solution_source(exercise.id)
    for old, new in variant.edits:
        if old not in source:
            raise ValueError(f"{exercise.id}: {variant.name}: the solution has no {old!r} to edit")
        source = source.replace(old, new)
    return source


def mistaken_namespace(exercise: Exercise, variant: Mistake | Alternative) -> dict:
    """Return a fresh namespace in which the exercise is answered by `variant`, and the ones it uses by the course."""
    return _namespace(exercise, variant_source(exercise, variant))


def solved_namespace(exercise: Exercise) -> dict:
    """Return a fresh namespace in which the exercise is answered by the course's solution."""
    return _namespace(exercise, solution_source(exercise.id))


def _namespace(exercise: Exercise, source: str) -> dict:
    namespace = {"__name__": "__main__"}
    exec(compile(imports_source(exercise.id), "<imports>", "exec"), namespace)
    for earlier in all_uses(exercise):
        exec(compile(solution_source(earlier), f"<{earlier}>", "exec"), namespace)
    exec(compile(source, f"<{exercise.id}>", "exec"), namespace)
    return namespace


def all_uses(exercise: Exercise) -> list[str]:
    """Return the ids of all exercises that a solution of `exercise` stands on, the deepest first."""
    ordered: list[str] = []
    for id in exercise.uses:
        ordered += [x for x in (*all_uses(find(id)), id) if x not in ordered]
    return ordered
