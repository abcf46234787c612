"""The feedback page of one submission: what it earned, why, and the notebook as it was graded."""

from autograder.content import units
from autograder.exercise import find
from autograder.files import write_atomically
from autograder.gradebook.cells import code_css, code_html, output_html, prose_html, sanitise
from autograder.gradebook.course import Course
from autograder.gradebook.pages import fill_page, number
from autograder.gradebook.records import read_cells
from autograder.gradebook.writer import Marks
from autograder.panel import HEADLINES, panel_html
from autograder.results import STATES, SubmissionResult
from autograder.text import Text

PLUMBING = ("badge", "setup")  # ids of the cells that the builder adds to every notebook
WORDS = {
    "course": Text("Atiende", "Atiende"),
    "state": Text("Estado de la entrega", "State of the submission"),
    "of": Text("de", "of"),
    "problem": Text("Qué pasó y qué hacer", "What happened and what to do"),
    "repairs": Text("Arreglamos esto para poder calificarlo", "We mended this to be able to grade it"),
    "exercises": Text("Ejercicio por ejercicio", "Exercise by exercise"),
    "see": Text("Ver en el cuaderno", "See it in the notebook"),
    "notebook": Text("Tu cuaderno, como se ejecutó al calificarlo", "Your notebook, as it ran when it was graded"),
    "yours": Text("Tu respuesta", "Your answer"),
}
WRITTEN = Text("Respuesta escrita", "Written answer")
WAITING = Text("La califica una persona", "A person marks it")
MARKED = Text("Calificada a mano", "Marked by hand")
EMPTY = Text("Sin responder", "No answer")
TO_COME = Text("Faltan por calificar a mano {points} puntos; ahora cuentan como cero.",
               "{points} points are still to be marked by hand; for now they count as zero.")
LATE = Text("Entrega tardía: se descuentan {points} puntos.", "Late submission: {points} points are taken off.")
PRACTICE = Text("Nota de práctica: esta máquina no puede aislar el código que califica, así que no vale como nota oficial.",
                "Practice mark: this machine cannot isolate the code that it grades, so it does not count as a real mark.")
NO_ATTEMPT = Text("Esta entrega no tiene nota y no gasta ningún intento. Si ya tenías una nota, sigue en pie.",
                  "This submission has no mark and costs no attempt. If you had a mark already, it stands.")


def write_feedback(course: Course, result: SubmissionResult, marks: Marks):
    """Write feedback/STUDENT/ASSIGNMENT/ASSIGNMENT.html."""
    path = course.root / "feedback" / result.student / result.assignment / f"{result.assignment}.html"
    write_atomically(path, feedback_page(result, marks))


def feedback_page(result: SubmissionResult, marks: Marks) -> str:
    """Return the page of one submission, in the language of its notebook; it needs no other file and no network."""
    language = result.language
    by_hand = sum(score or 0 for score in marks.manual.values())
    earned = max(0.0, result.points + by_hand - marks.late_penalty)
    maximum = result.max_points + sum(marks.maxima.values())
    return fill_page(
        "feedback.html",
        language=language, title=f"{marks.name} · {result.assignment}", name=marks.name, code_css=code_css(),
        words={name: text.pick(language) for name, text in WORDS.items()},
        assignment=title(result.assignment, language), state=STATES[result.state].pick(language),
        scored=result.scored, points=number(earned), maximum=number(maximum),
        percent=round(100 * earned / maximum) if maximum else 0, lines=_lines(result, marks),
        problem=result.problem and result.problem.pick(language),
        repairs=[repair.pick(language) for repair in result.repairs],
        exercises=_exercises(result, marks) if result.scored else [], cells=_cells(result),
    )


def title(assignment: str, language: str) -> str:
    """Return the title of an assignment: its unit's, or its own name where it is no unit of the course."""
    return next((unit[f"title_{language}"] for unit in units() if unit["id"] == assignment), assignment)


def _lines(result: SubmissionResult, marks: Marks) -> list[str]:
    waiting = sum(marks.maxima[name] for name, score in marks.manual.items() if score is None)
    lines = [
        (result.practice, PRACTICE),
        (not result.scored, NO_ATTEMPT),
        (waiting, TO_COME.fill(points=number(waiting))),
        (marks.late_penalty, LATE.fill(points=number(marks.late_penalty))),
    ]
    return [text.pick(result.language) for holds, text in lines if holds]


def _exercises(result: SubmissionResult, marks: Marks) -> list[dict]:
    """Return what the page shows of each exercise: those checked by the machine, then those marked by hand."""
    language = result.language
    shown = [{
        "id": verdict.id, "title": find(verdict.id).title.pick(language), "state": verdict.state,
        "headline": HEADLINES[verdict.state].pick(language), "open": verdict.state in ("partial", "wrong"),
        "points": f"{number(verdict.points)} / {number(verdict.max_points)}",
        "panel": sanitise(panel_html(verdict, language)),
    } for verdict in result.verdicts]
    machine = {verdict.id for verdict in result.verdicts}
    for name, score in marks.manual.items():
        if name in machine:
            continue
        headline = WAITING if score is None else MARKED if score else EMPTY
        shown.append({
            "id": name, "title": f"{WRITTEN.pick(language)} · {name}", "state": "none",
            "headline": headline.pick(language), "open": False, "panel": "",
            "points": f"{'—' if score is None else number(score)} / {number(marks.maxima[name])}",
        })
    return shown


def _cells(result: SubmissionResult) -> list[dict]:
    """Return the cells of the notebook as safe HTML; the student's own answers are marked."""
    shown = []
    for cell in read_cells(result):
        if cell.get("id") in PLUMBING:
            continue
        grading = cell.metadata.get("nbgrader", {})
        yours = grading.get("solution", False)
        if cell.cell_type == "code":
            kind, source = "code", code_html(cell.source)
            outputs = "".join(map(output_html, cell.outputs))
        else:
            kind, source, outputs = "answer" if yours else "prose", prose_html(cell.source), ""
        id = grading.get("grade_id", "") if grading.get("grade") else ""
        shown.append({"kind": kind, "source": source, "outputs": outputs, "yours": yours, "id": id})
    return shown
