"""The class report: one page for the instructor, with what went well, what did not, and what to talk about in class."""

import statistics
from collections import defaultdict
from pathlib import Path
from urllib.parse import quote

from nbgrader.api import Student

from autograder.exercise import find
from autograder.files import write_atomically
from autograder.gradebook.course import Course
from autograder.gradebook.feedback import PRACTICE, title
from autograder.gradebook.pages import fill_page, number
from autograder.gradebook.plots import distribution, shares
from autograder.gradebook.records import read_records
from autograder.gradebook.writer import person_name
from autograder.results import STATES, SubmissionResult
from autograder.text import Text

STATE_COLOURS = {"graded": "right", "student_timeout": "partial", "student_crash": "partial"}
WORDS = {
    "course": Text("Atiende", "Atiende"),
    "report": Text("Informe de la clase", "Class report"),
    "distribution": Text("Reparto de las notas", "Distribution of scores"),
    "automatic": Text("Puntos de los ejercicios que se califican solos.",
                      "Points of the exercises that grade themselves."),
    "by_exercise": Text("Ejercicio por ejercicio", "Exercise by exercise"),
    "exercise": Text("Ejercicio", "Exercise"),
    "mean": Text("Media", "Mean"),
    "maximum": Text("Máximo", "Maximum"),
    "right": Text("Correctos", "Right"),
    "mistakes": Text("Los errores más frecuentes", "The commonest mistakes"),
    "rest": Text("Los demás", "The others"),
    "students": Text("Entrega por entrega", "Submission by submission"),
    "student": Text("Estudiante", "Student"),
    "state": Text("Estado", "State"),
    "points": Text("Puntos", "Points"),
    "notes": Text("Avisos", "Notes"),
}
SUBMISSIONS = Text("entregas", "submissions")
SCORED = Text("con nota", "with a score")
MEDIAN = Text("puntos de mediana, de {maximum}", "points, the median, of {maximum}")
POINTS = Text("puntos", "points")
GROUPS = (Text("correcto", "right"), Text("casi", "almost"), Text("todavía no", "not yet"),
          Text("sin escribir", "unwritten"))


def write_report(course: Course, assignment: str) -> Path:
    """Write ASSIGNMENT-report.html into the class folder and return its path. Raises CourseError without results."""
    path = course.root / f"{assignment}-report.html"
    results = [result.without_outcomes() for result in read_records(course, assignment)]
    write_atomically(path, report_page(course, assignment, results))
    return path


def report_page(course: Course, assignment: str, results: list[SubmissionResult]) -> str:
    """Return the report on all results of one assignment, in the language of the class."""
    language = course.language
    scored = [result for result in results if result.scored and result.verdicts]
    points = [result.points for result in scored]
    maximum = max((result.max_points for result in scored), default=0)
    names = _names(course)
    figures = [(str(len(results)), SUBMISSIONS), (str(len(scored)), SCORED)]
    if scored:
        figures.append((number(statistics.median(points)), MEDIAN.fill(maximum=number(maximum))))
    return fill_page(
        "report.html", language=language, title=f"{WORDS['report'].pick(language)} · {assignment}",
        words={name: text.pick(language) for name, text in WORDS.items()}, assignment=title(assignment, language),
        figures=[{"value": value, "label": label.pick(language)} for value, label in figures],
        distribution=points and distribution(points, maximum, (POINTS.pick(language), SUBMISSIONS.pick(language))),
        by_exercise=scored and _plot_exercises(scored, language),
        exercises=_exercises(scored, language), mistakes=_mistakes(scored, names, language),
        students=[_student(course, result, names, language) for result in results],
    )


def _names(course: Course) -> dict[str, str]:
    with course.gradebook() as gradebook:
        return {student.id: person_name(student) for student in gradebook.db.query(Student)}


def _by_exercise(scored: list[SubmissionResult]) -> dict[str, list]:
    found = defaultdict(list)
    for result in scored:
        for verdict in result.verdicts:
            found[verdict.id].append(verdict)
    return found


def _plot_exercises(scored: list[SubmissionResult], language: str) -> str:
    states = ("right",), ("partial",), ("wrong",), ("not_written", "missing")
    found = _by_exercise(scored)
    rows = [tuple(sum(v.state in group for v in verdicts) for group in states) for verdicts in found.values()]
    names = [find(id).title.pick(language) for id in found]
    return shares(names, rows, tuple(group.pick(language) for group in GROUPS), SUBMISSIONS.pick(language))


def _exercises(scored: list[SubmissionResult], language: str) -> list[dict]:
    return [{
        "title": find(id).title.pick(language),
        "mean": number(statistics.fmean(verdict.points for verdict in verdicts)),
        "maximum": number(verdicts[0].max_points),
        "right": f"{sum(verdict.state == 'right' for verdict in verdicts)} / {len(verdicts)}",
    } for id, verdicts in _by_exercise(scored).items()]


def _mistakes(scored: list[SubmissionResult], names: dict[str, str], language: str) -> list[dict]:
    """Return the mistakes that were recognised, the commonest first, with who made them."""
    found = defaultdict(list)
    for result in scored:
        for verdict in result.verdicts:
            if verdict.mistake:
                found[verdict.id, verdict.mistake, verdict.cause].append(names.get(result.student, result.student))
    return [{
        "times": len(students), "exercise": find(id).title.pick(language), "name": name, "text": cause.pick(language),
        "students": ", ".join(students),
    } for (id, name, cause), students in sorted(found.items(), key=lambda item: -len(item[1]))]


def _student(course: Course, result: SubmissionResult, names: dict[str, str], language: str) -> dict:
    feedback = Path("feedback", result.student, result.assignment, f"{result.assignment}.html")
    notes = [PRACTICE] * result.practice + ([result.problem] if result.problem else []) + result.flags + result.repairs
    return {
        "name": names.get(result.student, result.student), "state": STATES[result.state].pick(language),
        "colour": STATE_COLOURS.get(result.state, "wrong"), "notes": [note.pick(language) for note in notes],
        "points": f"{number(result.points)} / {number(result.max_points)}" if result.scored else "—",
        "link": quote(feedback.as_posix()) if (course.root / feedback).is_file() else "",
    }
