"""Try every exercise against its own solution, its blank, its mistakes and its alternatives."""

import contextlib
import io
import os
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

from autograder.exercise import Exercise
from autograder.judge import Verdict, judge
from autograder.solutions import mistaken_namespace, solved_namespace
from autograder.student import LocalStudent


@dataclass
class Trial:
    """Tell how one variant of an exercise fared. `kind` is solution, blank, mistake or alternative."""

    exercise: str
    kind: str
    name: str
    verdict: Verdict

    @property
    def killed_by(self) -> list[str]:
        return [outcome.name for outcome in self.verdict.outcomes if not outcome.passed]

    @property
    def fault(self) -> str:
        """Say what is wrong with this outcome, or nothing."""
        full = self.verdict.state == "right"
        if self.kind in ("solution", "alternative"):
            failed = self.verdict.first_failed
            return (
                ""
                if full
                else f"should earn everything, loses on {failed.name}: {failed.message and failed.message.en}"
            )
        if self.kind == "blank":
            return "" if self.verdict.points == 0 else f"should earn nothing, earns {self.verdict.points:g}"
        if full:
            return "survives"
        return "" if self.verdict.mistake == self.name else f"is named {self.verdict.mistake or 'nothing'}"


def try_exercise(exercise: Exercise, key: bytes | None = None) -> Iterator[Trial]:
    """Yield a trial of each variant of an exercise; `key` decides the inputs, fresh ones without it."""
    key, known = key or os.urandom(32), {}
    yield _try(exercise, "solution", exercise.id, solved_namespace(exercise), key, known)
    yield _try(exercise, "blank", "blank", solved_namespace(exercise) | {exercise.name: _blank}, key, known)
    for kind, variants in (("mistake", exercise.mistakes), ("alternative", exercise.alternatives)):
        for variant in variants:
            yield _try(exercise, kind, variant.name, mistaken_namespace(exercise, variant), key, known)


def _blank(*args, **kwargs):
    raise NotImplementedError


def _try(exercise: Exercise, kind: str, name: str, namespace: dict, key: bytes, known: dict) -> Trial:
    student = LocalStudent(namespace, exercise.forbids)
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        return Trial(exercise.id, kind, name, judge(exercise, student, key, known))
