"""The one writer of scores: results go through nbgrader's gradebook, and into autograded/ for its formgrader."""

import stat
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import nbformat
from nbgrader.api import Comment, Grade, Student, SubmittedAssignment, SubmittedNotebook
from nbgrader.preprocessors import AssignLatePenalties
from nbgrader.utils import compute_checksum, determine_grade, is_grade, is_solution, parse_utc
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from autograder.files import write_atomically
from autograder.gradebook.course import NBGRADER, NO_GRADEBOOK, Course
from autograder.gradebook.records import read_cells, read_record, write_record
from autograder.results import SubmissionResult
from autograder.text import Text

TIMESTAMP = "timestamp.txt"
PAUSES = (0.1, 0.5, 2, 5, 10)  # seconds between tries at the database
NO_RESPONSE = "No response."  # nbgrader's own words for an answer left as released
BAD_TIME = Text("No se entiende la hora de entrega en {path}; no se ha guardado ninguna.",
                "The time of submission in {path} cannot be understood; none was stored.")


@dataclass
class Marks:
    """Tell what the gradebook holds for one submission after a result was stored.

    name: the student's, where the gradebook knows it, else the id. manual: for each graded cell that a person marks,
    the score given, or None while it waits. maxima: their points.
    """

    name: str
    manual: dict[str, float | None] = field(default_factory=dict)
    maxima: dict[str, float] = field(default_factory=dict)
    late_penalty: float = 0.0


class Writer:
    """Store results of one assignment, one transaction each; a context manager that holds the gradebook open."""

    def __init__(self, course: Course, assignment: str):
        self.course, self.assignment = course, assignment

    def __enter__(self) -> "Writer":
        self.gradebook = self.course.gradebook()
        try:
            self._find_assignment()
        except OperationalError as error:
            raise self.course.error(NO_GRADEBOOK.fill(error=error.orig, file=NBGRADER)) from None
        penalties = AssignLatePenalties(config=self.course.config)
        penalties.init_plugin()
        self.late_penalty = penalties.plugin_inst.late_submission_penalty
        return self

    def _find_assignment(self):
        self.session = Session(self.gradebook.engine, expire_on_commit=False)
        assignment = self.gradebook.find_assignment(self.assignment)
        notebook = self.gradebook.find_notebook(self.assignment, self.assignment)
        self.assignment_id, self.notebook_id = assignment.id, notebook.id
        self.graded = {cell.name: cell.id for cell in notebook.grade_cells}
        self.maxima = {cell.name: cell.max_score for cell in notebook.grade_cells}
        self.solutions = {cell.name: cell.id for cell in notebook.solution_cells}
        self.gradebook.db.remove()

    def __exit__(self, *_):
        self.session.close()
        self.gradebook.close()

    def store(
        self, result: SubmissionResult, publish: Callable[[SubmissionResult, Marks], None] | None = None
    ) -> Marks:
        """Store one result and return the marks; a submission without a score leaves the gradebook as it was.

        What is stored last is the record: a result that has one is in the gradebook and in autograded/, and `publish`
        has been called with it. A fault of the host tells nothing of the submission, and takes the place of no record.
        Storing a result again changes nothing. Raises CourseError where the gradebook does not answer.
        """
        begun = time.monotonic()
        marks = Marks(result.student)
        before = read_record(self.course, self.assignment, result.student)
        if result.state == "infrastructure_error" and before is not None:
            return marks
        if before is not None:
            result.previous = before.previous if before.state == "infrastructure_error" else before.as_previous()
        if result.scored:
            same = before is not None and before.digest == result.digest
            stamp, submitted = self._read_time(result)
            self._write_notebook(result, stamp)
            marks = self._insist(lambda: self._store_scores(result, submitted, same))
        if publish is not None and result.state != "infrastructure_error":
            publish(result, marks)
        result.timing["write"] = time.monotonic() - begun
        write_record(self.course, result)
        return marks

    def _insist(self, store: Callable[[], Marks]) -> Marks:
        """Store in one transaction, again where the database is busy or the connection to it was lost."""
        for pause in (*PAUSES, None):
            try:
                with self.session.begin():
                    marks = store()
                self.session.expunge_all()
                return marks
            except DBAPIError as error:
                self.session.close()
                if not (isinstance(error, OperationalError) or error.connection_invalidated):
                    raise
                if pause is None:
                    raise self.course.error(NO_GRADEBOOK.fill(error=error.orig, file=NBGRADER)) from None
                time.sleep(pause)

    def _store_scores(self, result: SubmissionResult, time: datetime | None, same: bool) -> Marks:
        """Fill in the grades as nbgrader's SaveAutoGrades and AssignLatePenalties do; manual scores are never touched.

        A grade that a person changed is marked for another look, unless the submission is the `same` as it was.
        """
        submission, notebook = self._find_submission(result.student)
        if time is not None:
            submission.timestamp = time
        automatic = {verdict.id: verdict.points for verdict in result.verdicts}
        cells = {c.metadata.nbgrader.grade_id: c for c in read_cells(result) if is_grade(c) or is_solution(c)}
        marks = Marks(person_name(self.session.get(Student, result.student)))
        for name, grade in self._of_notebook(Grade, notebook, self.graded).items():
            cell = cells.get(name)
            by_hand = name not in automatic
            score = (determine_grade(cell)[0] if cell is not None else None) if by_hand else automatic[name]
            changed = not same or grade.auto_score != score
            grade.auto_score = score
            if grade.manual_score is None or changed:
                grade.needs_manual_grade = grade.manual_score is not None or score is None
            if by_hand or grade.manual_score is not None:
                marks.manual[name] = score if grade.manual_score is None else grade.manual_score
                marks.maxima[name] = self.maxima[name]
        for name, comment in self._of_notebook(Comment, notebook, self.solutions).items():
            untouched = name in cells and is_solution(cells[name]) and _untouched(cells[name])
            comment.auto_comment = NO_RESPONSE if untouched else None
        self.session.flush()
        self.session.refresh(notebook, ["score"])
        notebook.late_submission_penalty = self._penalty(submission, notebook.score, result.student)
        marks.late_penalty = notebook.late_submission_penalty or 0.0
        return marks

    def _find_submission(self, student: str) -> tuple[SubmittedAssignment, SubmittedNotebook]:
        """Return the rows of one submission; make them, and the student's, where they are missing."""
        if self.session.get(Student, student) is None:
            self.session.add(Student(id=student))
        submission = self.session.scalar(
            select(SubmittedAssignment).filter_by(assignment_id=self.assignment_id, student_id=student))
        if submission is None:
            submission = SubmittedAssignment(assignment_id=self.assignment_id, student_id=student)
            self.session.add(submission)
            self.session.flush()
        notebook = self.session.scalar(
            select(SubmittedNotebook).filter_by(assignment_id=submission.id, notebook_id=self.notebook_id))
        if notebook is None:
            notebook = SubmittedNotebook(assignment_id=submission.id, notebook_id=self.notebook_id)
            self.session.add(notebook)
            self.session.flush()
        return submission, notebook

    def _of_notebook(self, kind: type, notebook: SubmittedNotebook, cells: dict[str, str]) -> dict:
        """Return the grades or comments of a submitted notebook by cell name; make those that are missing."""
        found = {row.cell_id: row for row in self.session.scalars(select(kind).filter_by(notebook_id=notebook.id))}
        for cell_id in cells.values():
            if cell_id not in found:
                found[cell_id] = kind(cell_id=cell_id, notebook_id=notebook.id)
                self.session.add(found[cell_id])
        return {name: found[cell_id] for name, cell_id in cells.items()}

    def _penalty(self, submission: SubmittedAssignment, score: float, student: str) -> float | None:
        if submission.total_seconds_late <= 0:
            return None
        penalty = self.late_penalty(student, score, submission.total_seconds_late)
        return None if penalty is None else min(max(penalty, 0), score)

    def _read_time(self, result: SubmissionResult) -> tuple[str, datetime | None]:
        """Return the time that nbgrader's collection wrote beside the submission, as text and parsed."""
        path = self.course.root / "submitted" / result.student / self.assignment / TIMESTAMP
        try:
            if not stat.S_ISREG(path.lstat().st_mode):
                raise ValueError("not a file")
            with path.open("rb") as file:
                text = file.read(101).decode().strip()
            if len(text) > 100:
                raise ValueError("too long")
            return text, parse_utc(text)
        except FileNotFoundError:
            return "", None
        except (OSError, ValueError, OverflowError):
            result.flags.append(BAD_TIME.fill(path=path))
            return "", None

    def _write_notebook(self, result: SubmissionResult, stamp: str):
        """Write what the formgrader shows: the notebook, and the time of submission."""
        if result.notebook is None:
            return
        folder = self.course.root / "autograded" / result.student / self.assignment
        text = nbformat.writes(nbformat.from_dict(result.notebook), version=4) + "\n"
        write_atomically(folder / f"{self.assignment}.ipynb", text)
        if stamp:
            write_atomically(folder / TIMESTAMP, stamp + "\n")


def person_name(student: Student) -> str:
    """Return the first and last name of a student, the id where the gradebook knows none."""
    return " ".join(filter(None, (student.first_name, student.last_name))) or student.id


def _untouched(cell) -> bool:
    """Tell whether an answer is as it was released."""
    return cell.metadata.nbgrader.get("checksum") == compute_checksum(cell)
