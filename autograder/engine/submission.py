"""Grade one submission: read it, run its cells in a worker, judge each exercise from here, write down what happened."""

import dataclasses
import hashlib
import hmac
import inspect
import json
import sys
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from autograder.engine.frames import ClosedError, TooLateError, receive, send
from autograder.engine.intake import UngradableError, find_notebook, read_bytes, read_submission
from autograder.engine.limits import MB, Limits
from autograder.engine.nursery import Connection, Worker
from autograder.engine.outputs import clean_markdown, clean_outputs, clean_text
from autograder.engine.remote import RemoteStudent
from autograder.engine.splice import Cell, Spliced, release_cells, splice
from autograder.exercise import Exercise, check_unit, exercise_ids, find
from autograder.forbidden import forbidden_calls
from autograder.judge import Verdict, judge
from autograder.panel import panel_html
from autograder.results import SubmissionResult
from autograder.solutions import all_uses, solution_source
from autograder.text import Text
from autograder.values import NotPlainError

LATE = Text(
    "La celda {cell} no terminó en el tiempo que hay; se dejó fuera y se calificó el resto. ¿Hay un bucle que no acaba?",
    "Cell {cell} did not end in the time there is; it was left out and the rest was graded. Is there a loop that never ends?",
)
CRASHED = Text(
    "La celda {cell} tumbó el proceso de Python; se dejó fuera y se calificó el resto.",
    "Cell {cell} brought down the Python process; it was left out and the rest was graded.",
)
CHECK_LATE = Text(
    "Al comprobar `{id}`, tu código no terminó a tiempo.", "While `{id}` was checked, your code did not end in time."
)
CHECK_CRASHED = Text(
    "Al comprobar `{id}`, tu código tumbó el proceso de Python.",
    "While `{id}` was checked, your code brought down the Python process.",
)
RENAMED = Text(
    "El cuaderno se llamaba {name}; se calificó como {wanted}.",
    "The notebook was called {name}; it was graded as {wanted}.",
)
OUTPUT_CUT = Text(
    "El cuaderno muestra más de {megabytes} MB; las salidas que siguen se dejaron fuera.",
    "The notebook shows more than {megabytes} MB; the outputs that follow were left out.",
)
EXTRA = Text("La entrega trae además {name}; no se usó.", "The submission also holds {name}; it was not used.")
MESSAGE_CHARS = 2000  # of what a check says, a student's error quoted in it
FORBIDDEN = Text(
    "`{id}`, línea {line}: menciona `{path}`, que el ejercicio pide escribir a mano.",
    "`{id}`, line {line}: names `{path}`, which the exercise asks to be written by hand.",
)


@dataclass(frozen=True)
class Assignment:
    """Hold what grading takes, alike for a whole class. `releases` holds the released notebook by language."""

    name: str
    releases: dict[str, dict]
    language: str  # of the class
    secret: bytes
    limits: Limits = Limits()

    @property
    def exercises(self) -> list[Exercise]:
        """The exercises that are judged by machine, in the order of the release, with its points."""
        return _exercises(release_cells(next(iter(self.releases.values()))))

    @property
    def unit(self) -> str:
        """The unit whose models no worker may see: `mlp`."""
        return check_unit(self.exercises[0].id) if self.exercises else ""

    @cached_property
    def version(self) -> str:
        """What tells one state of the checks and of the released code from another; prose has no part in it."""
        cells = [(c.role, c.source, c.grade_id, c.metadata.get("nbgrader", {}).get("points"))
                 for c in release_cells(self.releases[self.language]) if c.type == "code" or c.grade_id]
        sources = [_source(exercise) for exercise in self.exercises]
        sources += [inspect.getsource(sys.modules[f"autograder.{name}"]) for name in ("draw", "expect", "judge")]
        return hashlib.sha256(json.dumps([cells, sources]).encode()).hexdigest()


@dataclass(frozen=True)
class Handed:
    """Hold what one student handed in: the bytes of the notebook, its file name, and the names of other files."""

    student: str
    data: bytes = b""
    file: str = ""
    others: tuple[str, ...] = ()
    problem: Text | None = None  # why there are no bytes

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.data or (self.problem.en.encode() if self.problem else b"")).hexdigest()


def collect(student: str, folder: Path, assignment: Assignment) -> Handed:
    """Return what lies in a submitted folder, within the limits; what cannot be read is said, not raised."""
    try:
        path, others = find_notebook(folder, assignment.name)
        return Handed(student, read_bytes(path, assignment.limits), path.name, tuple(others))
    except UngradableError as error:
        return Handed(student, problem=error.text)


def grade_submission(handed: Handed, assignment: Assignment, connection: Connection) -> SubmissionResult:
    """Return the result of one submission. Raises RuntimeError where the host, not the student, is at fault."""
    begun = time.monotonic()
    result = SubmissionResult(handed.student, assignment.name, "graded", assignment.language)
    result.digest, result.version = handed.digest, assignment.version
    try:
        if handed.problem:
            raise UngradableError(handed.problem)
        submission = read_submission(handed.data, assignment.limits)
        result.language = _language(submission.cells, assignment)
        spliced = splice(release_cells(assignment.releases[result.language]), submission)
    except UngradableError as error:
        result.state, result.problem = "ungradable", error.text
        return result
    wanted = f"{assignment.name}.ipynb"
    if handed.file and handed.file != wanted:
        spliced.repairs.append(RENAMED.fill(name=clean_text(handed.file, 100), wanted=wanted))
    result.repairs = spliced.repairs
    exercises = assignment.exercises
    result.flags = _flags(spliced.cells, exercises) + [EXTRA.fill(name=clean_text(n, 100)) for n in handed.others[:20]]
    result.timing["intake"] = time.monotonic() - begun
    run = Run(assignment, connection, spliced, result)
    try:
        run.start()
        for exercise in exercises:
            result.verdicts.append(run.judge(exercise))
    finally:
        run.stop()
    result.notebook = _notebook(assignment.releases[result.language], spliced, run.outputs, result)
    result.timing["total"] = time.monotonic() - begun
    return result


def _language(cells, assignment: Assignment) -> str:
    for cell in cells:
        for language in assignment.releases:
            if cell.type == "code" and f'atiende.start("{language}")' in cell.source:
                return language
    return assignment.language if assignment.language in assignment.releases else next(iter(assignment.releases))


def _exercises(cells: list[Cell]) -> list[Exercise]:
    known = set(exercise_ids())
    return [
        dataclasses.replace(find(cell.grade_id), points=float(cell.metadata["nbgrader"]["points"]))
        for cell in cells
        if cell.role == "test" and cell.grade_id in known
    ]


def _source(exercise: Exercise) -> str:
    """Return the source of the module that holds an exercise's properties."""
    return inspect.getsource(sys.modules[exercise.properties[0].test.__module__])


def _flags(cells: list[Cell], exercises: list[Exercise]) -> list[Text]:
    code = {cell.grade_id: cell.source for cell in cells if cell.role == "solution"}
    return [
        FORBIDDEN.fill(id=exercise.id, line=line, path=path)
        for exercise in exercises
        for line, path in forbidden_calls(code.get(exercise.id + "-solution", ""), exercise.forbids)
    ]


class Run:
    """Hold the worker of one submission; start it again without a cell that never ends or that crashes it."""

    def __init__(self, assignment: Assignment, connection: Connection, spliced: Spliced, result: SubmissionResult):
        self.assignment, self.connection, self.result = assignment, connection, result
        self.cells = [
            (str(i), cell)
            for i, cell in enumerate(spliced.cells)
            if cell.type == "code" and cell.role in ("given", "solution", "extra") and cell.source.strip()
        ]
        self.outputs: dict[str, list[dict]] = {}
        self.output_room = assignment.limits.notebook_output_bytes
        self.skipped: set[str] = set()
        self.slow: set[str] = set()  # cells that used up their time in the worker that is there
        self.starts = 0
        self.seconds = assignment.limits.wall(assignment.limits.notebook_seconds)  # that cells may still run, by the clock
        self.worker: Worker | None = None
        self.key = hmac.digest(assignment.secret, result.digest.encode(), "sha256")

    def start(self):
        """Start a worker and run the cells, as often as the limits allow; without a worker every check fails."""
        while self.starts <= self.assignment.limits.restarts:
            self.starts += 1
            started = time.monotonic()
            self.worker = self.connection.spawn()
            ran = time.monotonic()
            culprit = self._run_cells()
            self.seconds -= time.monotonic() - ran  # not those of starting: a busy host takes its time
            self._time("start", ran - started)
            self._time("cells", time.monotonic() - ran)
            if culprit is None:
                return
            if not self.slow:
                self.skipped.add(culprit)
            self.stop()

    def stop(self):
        """Kill the worker and all that it started; the next one does without the cells that used up their time."""
        self.skipped |= self.slow
        self.slow.clear()
        if self.worker is not None:
            self.worker.__exit__()
            self.worker = None

    def _run_cells(self) -> str | None:
        """Run the cells; return the one during which the worker died or was late, if any.

        Where cells before it used up their time, it is given another chance without them: what they left behind (memory,
        threads, processes) may be what ended the worker.
        """
        limits = self.assignment.limits
        until = time.monotonic() + self.seconds
        left = [(name, cell.source) for name, cell in self.cells if name not in self.skipped]
        error: Exception = ClosedError()
        for position in range(len(left) + 1):
            name = left[position][0] if position < len(left) else None
            try:
                deadline = min(time.monotonic() + limits.wall(limits.cell_seconds), until)
                if position == 0:
                    send(self.worker.control, {"cells": left}, deadline)
                answer = receive(self.worker.control, deadline, arrays=False)
                if not isinstance(answer, dict) or answer.get("cell") != name or (name is None) != ("done" in answer):
                    raise NotPlainError("the worker told of another cell")
                if name is None:
                    return None
            except (ClosedError, TooLateError, NotPlainError) as raised:
                error = raised
                break
            self._keep(name, clean_outputs(answer.get("outputs"), limits))
            if answer.get("error") == "CellTimeoutError":
                self.slow.add(name)
                self._blame("student_timeout", LATE.fill(cell=self._title(name)))
        late = isinstance(error, TooLateError)
        culprit = name or (left[-1][0] if left else "")
        self._blame(
            "student_timeout" if late else "student_crash", (LATE if late else CRASHED).fill(cell=self._title(culprit))
        )
        return culprit

    def _keep(self, name: str, outputs: list[dict]):
        """Keep what a cell shows, as long as the whole notebook does not show too much."""
        size = len(json.dumps(outputs))
        if size > self.output_room:
            self.output_room = 0
            megabytes = self.assignment.limits.notebook_output_bytes // MB
            if (note := OUTPUT_CUT.fill(megabytes=megabytes)) not in self.result.repairs:
                self.result.repairs.append(note)
            return
        self.output_room -= size
        self.outputs[name] = outputs

    def _title(self, name: str) -> str:
        cell = dict(self.cells).get(name)
        return f"`{cell.grade_id}`" if cell and cell.grade_id else f"{int(name or 0) + 1}"

    def _blame(self, state: str, problem: Text):
        if self.result.state == "graded":
            self.result.state, self.result.problem = state, problem

    def judge(self, exercise: Exercise) -> Verdict:
        """Return the verdict on one exercise; earlier ones that are not right are replaced by the course's in its fork."""
        begun = time.monotonic()
        right = {verdict.id for verdict in self.result.verdicts if verdict.state == "right"}
        graded = {verdict.id for verdict in self.result.verdicts}
        define = [solution_source(id) for id in all_uses(exercise) if id in graded and id not in right]
        key = hmac.digest(self.key, hashlib.sha256(_source(exercise).encode()).digest(), "sha256")
        verdict, ended = self._judge(exercise, define, key)
        if ended and self.slow:  # what slow cells left behind may have ended it: once more without them
            self.stop()
            self.start()
            verdict, ended = self._judge(exercise, define, key)
        if ended:
            late = ended == "timeout"
            self._blame(
                "student_timeout" if late else "student_crash",
                (CHECK_LATE if late else CHECK_CRASHED).fill(id=exercise.id),
            )
        for outcome in verdict.outcomes:
            outcome.message = outcome.message and Text(*(clean_text(line, MESSAGE_CHARS) for line in outcome.message))
        self._time("checks", time.monotonic() - begun)
        return verdict

    def _judge(self, exercise: Exercise, define: list[str], key: bytes) -> tuple[Verdict, str]:
        """Return the verdict, and how the check ended where it did not end by itself: "crash" or "timeout"."""
        if self.worker is None:
            return judge(exercise, _Gone(), key), ""
        student = RemoteStudent(self.worker, exercise, define, self.assignment.limits)
        try:
            with student:
                verdict = judge(exercise, student, key)
        except (ClosedError, TooLateError, NotPlainError):  # the worker itself no longer answers
            student.ended = student.ended or "crash"
            verdict = judge(exercise, _Gone(student.ended), key)
            if not self.slow:
                self.stop()
                self.start()  # for the next check
        return verdict, student.ended

    def _time(self, phase: str, seconds: float):
        self.result.timing[phase] = self.result.timing.get(phase, 0.0) + seconds


class _Gone(RemoteStudent):
    """Be a student that answers nothing, because no worker is left."""

    def __init__(self, ended: str = "crash"):
        self.ended, self.transcript = ended, []


def _notebook(release: dict, spliced: Spliced, outputs: dict[str, list[dict]], result: SubmissionResult) -> dict:
    """Return the spliced notebook with the outputs that were made here."""
    verdicts = {verdict.id: verdict for verdict in result.verdicts}
    cells = []
    for i, cell in enumerate(spliced.cells):
        mine = cell.role in ("extra", "answer")
        made = {
            "cell_type": cell.type,
            "id": f"extra-{i}" if cell.role == "extra" else cell.id,
            "metadata": cell.metadata,
            "source": clean_markdown(cell.source) if mine and cell.type != "code" else cell.source,
        }
        if cell.type == "code":
            verdict = verdicts.get(cell.grade_id) if cell.role == "test" else None
            made["execution_count"] = None
            made["outputs"] = [_verdict_output(verdict, result.language)] if verdict else outputs.get(str(i), [])
        cells.append(made)
    return {"cells": cells, "metadata": release["metadata"], "nbformat": 4, "nbformat_minor": 5}


def _verdict_output(verdict: Verdict, language: str) -> dict:
    data = {"text/html": panel_html(verdict, language), "text/plain": repr(float(verdict.points))}
    return {"output_type": "execute_result", "data": data, "metadata": {}, "execution_count": None}
