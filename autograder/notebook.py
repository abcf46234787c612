"""What a notebook calls: check an exercise, ask for a hint, go on with the course's version where one's own is not right."""

import contextlib
import io
import os
import sys
from functools import cache

from atiende import record
from atiende.language import language
from autograder.content import site_address, slug, units
from autograder.exercise import Exercise, check_unit, exercise_id, exercise_ids, find
from autograder.judge import Outcome, Verdict, judge
from autograder.panel import panel_html, panel_text, rich
from autograder.solutions import all_uses, solution_ids, solution_source
from autograder.student import LocalStudent
from autograder.text import Text

MAX_PRINTED = 2000  # characters of a student's own prints that the panel shows

UNKNOWN = Text(
    "`{name}` no es un ejercicio del curso. ¿Cambiaste el nombre? Los de este cuaderno dicen `check(nombre)`.",
    "`{name}` is not an exercise of the course. Did you rename it? Those of this notebook say `check(name)`.",
)
YOURS = Text("la tuya", "yours")
OURS = Text("la del curso (la tuya aún no pasa su comprobación)", "the course's (yours does not pass its check yet)")
OURS_CHECKED = Text(
    "Esta es la versión del curso, la que puso `continue_with`. Ejecuta otra vez tu celda para comprobar la tuya.",
    "This is the course's version, which `continue_with` put in place. Run your own cell again to check yours.",
)
NO_MORE = Text(
    "No hay más pistas. La solución está plegada aquí: {site}/es/{page}, y en la celda de `{name}` de solutions/es/{unit}.ipynb",
    "There are no more hints. The solution is folded away here: {site}/en/{page}, and in the cell of `{name}` of "
    "solutions/en/{unit}.ipynb",
)
HINT = Text("Pista {n} de {total}", "Hint {n} of {total}")


class Score(float):
    """Be the points of a verdict, a plain number to nbgrader and a panel to a person."""

    verdict: Verdict
    printed: str

    def _repr_html_(self) -> str:
        return panel_html(self.verdict, language(), self.printed)


class Card(str):
    """Be a sentence that a notebook shows as HTML."""

    def _repr_html_(self) -> str:
        return f'<div style="border-left:.3em solid #4575b4;padding:.4em .9em;max-width:52em">{rich(self)}</div>'

    def __repr__(self) -> str:
        return str(self)


def check(solution) -> Score:
    """Check one exercise: pass the function or class itself. Returns the points earned, shown as a panel."""
    exercise = _exercise(solution)
    if _is_ours(exercise, _user_namespace().get(exercise.name) if isinstance(solution, str) else solution):
        return _score(Verdict(exercise.id, "course", 0.0, exercise.points, [Outcome("", Text("", ""), 1, False, OURS_CHECKED)]))
    namespace = _user_namespace() | ({} if isinstance(solution, str) else {exercise.name: solution})
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        verdict = judge(exercise, LocalStudent(namespace, exercise.forbids), os.urandom(32))
    if "NBGRADER_EXECUTION" not in os.environ:  # what nbgrader runs is no reader's progress
        record.note(_road(), exercise.id if verdict.state == "right" else None)
    return _score(verdict, printed.getvalue()[:MAX_PRINTED])


@cache
def _road() -> list[dict]:
    """Return each unit with exercises as the reader's record keeps it, the exercises in the order of the assignment."""
    road = []
    for unit in units():
        exercises = solution_ids(unit["id"])
        if exercises:
            road.append({key: unit[key] for key in ("id", "title_es", "title_en")} | {"exercises": exercises})
    return road


def _score(verdict: Verdict, printed: str = "") -> Score:
    score = Score(verdict.points)
    score.verdict, score.printed = verdict, printed
    if not _in_kernel():
        print(panel_text(verdict, language()))
    return score


_hints_shown: dict[str, int] = {}


def hint(solution) -> Card:
    """Reveal the next hint of an exercise: pass the function or class itself, or its name."""
    exercise = _exercise(solution)
    shown = _hints_shown.get(exercise.id, 0)
    if shown >= len(exercise.hints):
        unit = _unit_folder(exercise)
        page = f"assignments/{unit}.html#solution-{exercise.id}"
        return Card(NO_MORE.pick(language()).format(site=site_address(slug()), page=page, unit=unit, name=exercise.name))
    _hints_shown[exercise.id] = shown + 1
    title = HINT.pick(language()).format(n=shown + 1, total=len(exercise.hints))
    return Card(f"{title}. {exercise.hints[shown].pick(language())}")


def continue_with(*names: str):
    """Make sure that earlier exercises work from here on: one's own where it passes its check, else the course's."""
    namespace = _user_namespace()
    for name in names:
        exercise = _exercise(name)
        if _is_ours(exercise, namespace.get(exercise.name)):
            print(f"{name}: {OURS.pick(language())}")
            continue
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            verdict = judge(exercise, LocalStudent(namespace, exercise.forbids), os.urandom(32))
        if verdict.state != "right":
            for id in (*all_uses(exercise), exercise.id):
                if id == exercise.id or find(id).name not in namespace:
                    exec(compile(solution_source(id), f"<{id}>", "exec"), namespace)
                    _ours[id] = namespace[find(id).name]
        print(f"{name}: {(YOURS if verdict.state == 'right' else OURS).pick(language())}")


_ours: dict[str, object] = {}  # what `continue_with` put in place, by exercise


def _is_ours(exercise: Exercise, solution) -> bool:
    return exercise.id in _ours and _ours[exercise.id] is solution


def _exercise(solution) -> Exercise:
    name = solution if isinstance(solution, str) else getattr(solution, "__name__", type(solution).__name__)
    id = exercise_id(name)
    if id not in exercise_ids():
        raise ValueError(UNKNOWN.pick(language()).format(name=name)) from None
    return find(id)


def _unit_folder(exercise: Exercise) -> str:
    return next(u["id"] for u in units() if u["id"].split("_", 1)[1] == check_unit(exercise.id))


def _user_namespace() -> dict:
    """Return the namespace of the notebook, or of the script that runs as main."""
    if "IPython" in sys.modules and (shell := sys.modules["IPython"].get_ipython()):
        return shell.user_ns
    return vars(sys.modules["__main__"])


def _in_kernel() -> bool:
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    return shell is not None and shell.__class__.__name__ != "TerminalInteractiveShell"
