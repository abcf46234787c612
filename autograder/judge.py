"""The verdict on one exercise: which properties hold, how many points that is, and which known mistake it looks like."""

import warnings
from dataclasses import dataclass, field

import numpy as np
import torch

from autograder.draw import Draw
from autograder.exercise import Exercise, Property
from autograder.expect import MismatchError
from autograder.solutions import mistaken_namespace
from autograder.student import LocalStudent, Student, StudentError
from autograder.text import Text

DOUBLE, SINGLE = {"rtol": 1e-6, "atol": 1e-9}, {"rtol": 1e-5, "atol": 1e-5}  # how far rounding takes two answers that are the same
NOT_WRITTEN = Text("Todavía sin escribir.", "Not written yet.")
ODD = Text(
    "Lo que devuelve tu código no tiene la forma que pide el enunciado ({kind} al leerlo).",
    "What your code returns does not have the form that the text asks for ({kind} when reading it).",
)
ENDED = {
    "StudentTimeout": Text(
        "Tu código no terminó a tiempo: ¿hay un bucle que no acaba?",
        "Your code did not end in time: is there a loop that never ends?",
    ),
    "StudentCrash": Text(
        "Tu código tumbó el proceso de Python (memoria, recursión en C, o una salida forzada).",
        "Your code brought down the Python process (memory, recursion in C, or a forced exit).",
    ),
}


@dataclass
class Outcome:
    """Tell how one property went; `message` says why it failed."""

    name: str
    text: Text
    weight: float
    passed: bool
    message: Text | None = None


@dataclass
class Verdict:
    """Tell what one exercise earned. `state` is right, partial, wrong, not_written or missing."""

    id: str
    state: str
    points: float
    max_points: float
    outcomes: list[Outcome] = field(default_factory=list)
    mistake: str = ""
    cause: Text | None = None

    @property
    def first_failed(self) -> Outcome | None:
        return next((outcome for outcome in self.outcomes if not outcome.passed), None)


def judge(exercise: Exercise, student: Student, key: bytes, known: dict | None = None) -> Verdict:
    """Put every property of `exercise` to `student`, with inputs that follow from `key`, and return the verdict.

    `known` keeps how the mistakes answer under this key, for a caller who judges many students with the same one.
    """
    outcomes, transcripts = [], {}
    for prop in exercise.properties:
        error = _try(prop, exercise, student, key)
        transcripts[prop.name] = student.transcript
        if isinstance(error, StudentError) and error.kind in ("NotImplementedError", "NameMissingError"):
            if not outcomes or not any(o.passed for o in outcomes):
                state = "not_written" if error.kind == "NotImplementedError" else "missing"
                return Verdict(
                    exercise.id,
                    state,
                    0.0,
                    exercise.points,
                    [Outcome(p.name, p.text, p.weight, False, _explain(error)) for p in exercise.properties],
                )
        outcomes.append(Outcome(prop.name, prop.text, prop.weight, error is None, error and _explain(error)))

    earned = sum(o.weight for o in outcomes if o.passed) / sum(o.weight for o in outcomes)
    points = exercise.points if earned == 1 else float(np.floor(100 * exercise.points * earned) / 100)
    verdict = Verdict(
        exercise.id, "right" if earned == 1 else "partial" if points else "wrong", points, exercise.points, outcomes
    )
    if earned < 1:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what the mistakes, tried for comparison, would say
            _diagnose(verdict, exercise, key, transcripts, {} if known is None else known)
    return verdict


def _try(prop: Property, exercise: Exercise, student: Student, key: bytes) -> Exception | None:
    """Run one property; return what went wrong, or None."""
    try:
        with student.fresh():
            prop.test(student, Draw(key, f"{exercise.id}/{prop.name}"))
    except (MismatchError, StudentError) as error:
        return error
    except Exception as error:  # an answer so odd that the property itself stumbles over it
        return MismatchError(ODD.fill(kind=type(error).__name__))
    return None


def _explain(error: Exception) -> Text:
    if isinstance(error, MismatchError):
        return error.text
    if error.kind == "NotImplementedError":
        return NOT_WRITTEN
    if error.kind in ENDED:
        return ENDED[error.kind]
    if error.kind == "NameMissingError":
        return Text(
            "El cuaderno no define `{name}`: ¿se ejecutó la celda, tiene el nombre pedido?",
            "The notebook does not define `{name}`: was its cell run, does it have the name asked for?",
        ).fill(name=error.message)
    if error.kind == "ForbiddenCallError":
        return Text(
            "Aquí se pide escribirlo a mano, y tu código llama a `{name}`.",
            "This is to be written by hand, and your code calls `{name}`.",
        ).fill(name=error.message)
    if error.kind == "NotPlainError":
        return Text(
            "No se pudo leer lo que devuelve tu código: {name}.", "What your code returns could not be read: {name}."
        ).fill(name=error.message)
    where = Text(f" en la línea {error.number}: `{error.line}`", f" at line {error.number}: `{error.line}`")
    where = where if error.line else Text("", "")
    message = f"{error.kind}: {error.message}" if error.message else error.kind
    return Text(f"Tu código lanzó {message}{where.es}", f"Your code raised {message}{where.en}")


def _diagnose(verdict: Verdict, exercise: Exercise, key: bytes, transcripts: dict[str, list], known: dict):
    """Name the known mistake whose answers equal the student's on the failed properties, if there is one."""
    failed = {o.name for o in verdict.outcomes if not o.passed}
    wrong = [p for p in exercise.properties if p.name in failed and not p.costly]
    best, best_score = None, 0
    for mistake in exercise.mistakes if wrong else ():
        score = 0
        for i, prop in enumerate(wrong):
            if (mistake.name, prop.name) not in known:
                suspect = LocalStudent(mistaken_namespace(exercise, mistake), exercise.forbids)
                failed_too = _try(prop, exercise, suspect, key) is not None
                known[mistake.name, prop.name] = suspect.transcript if failed_too else []
            answers = known[mistake.name, prop.name]
            equal = answers and alike(transcripts[prop.name], answers)
            if not equal and i == 0:
                break
            score += bool(equal)
        if score > best_score:
            best, best_score = mistake, score
    if best:
        verdict.mistake, verdict.cause = best.name, best.text


def alike(a, b) -> bool:
    """Tell whether two plain values are equal up to the rounding of their precision, nan being equal to nan."""
    if isinstance(a, torch.Tensor) or isinstance(b, torch.Tensor):
        a, b = (x.numpy() if isinstance(x, torch.Tensor) else x for x in (a, b))
    if isinstance(a, np.ndarray) != isinstance(b, np.ndarray):
        a, b = (x.tolist() if isinstance(x, np.ndarray) else x for x in (a, b))
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        return (
            a.shape == b.shape
            and a.dtype.kind in "biufc"
            and b.dtype.kind in "biufc"
            and np.allclose(a, b, **(SINGLE if np.float32 in (a.dtype, b.dtype) else DOUBLE), equal_nan=True)
        )
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(map(alike, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(alike(a[k], b[k]) for k in a)
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return bool(np.isclose(a, b, rtol=1e-6, atol=1e-12, equal_nan=True))
    return type(a) is type(b) and a == b
