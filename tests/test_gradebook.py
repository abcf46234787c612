"""The writer, what the formgrader and the exporters then see, feedback pages and the class report."""

import base64
import csv
import json
import os
import re
import stat
from datetime import datetime
from html.parser import HTMLParser
from urllib.parse import unquote

import nbformat
import pytest
from graded import EXERCISE, SMALL, WRITTEN, graded
from nbgrader.apps.api import NbGraderAPI
from test_init import nbgrader

from autograder.gradebook.cells import code_html, output_html, prose_html, sanitise
from autograder.gradebook.course import CourseError, open_course
from autograder.gradebook.feedback import feedback_page, write_feedback
from autograder.gradebook.records import read_record
from autograder.gradebook.report import write_report
from autograder.gradebook.writer import Marks, Writer
from autograder.results import SubmissionResult
from autograder.text import Text

PROBLEM = Text("No es JSON. Guárdalo otra vez.", "It is not JSON. Save it again.")


def store(course, *results):
    """Store results and return the marks of the last."""
    with Writer(course, SMALL) as writer:
        return [writer.store(result) for result in results][-1]


def grades(course, student: str) -> dict:
    """Return (auto score, manual score, needs a person) of each graded cell of a student."""
    with course.gradebook() as gradebook:
        notebook = gradebook.find_submission_notebook(SMALL, SMALL, student)
        return {g.name: (g.auto_score, g.manual_score, g.needs_manual_grade) for g in notebook.grades}


def mark_by_hand(course, student: str, cell: str, score: float):
    """Do what the formgrader does when a person gives a score."""
    with course.gradebook() as gradebook:
        grade = gradebook.find_grade(cell, SMALL, SMALL, student)
        grade.manual_score, grade.needs_manual_grade = score, False
        gradebook.db.commit()


def ungradable(student: str) -> SubmissionResult:
    return SubmissionResult(student, SMALL, "ungradable", "es", problem=PROBLEM, digest="0")


def test_a_result_survives_json(course):
    made = graded(course, "ana", "axis_zero")
    made.repairs, made.flags, made.problem, made.timing = [Text("a", "b")], [Text("c\n", "d")], PROBLEM, {"run": 1.5}
    line = made.to_json()
    assert "\n" not in line
    assert SubmissionResult.from_json(line) == made


def test_stores_points_of_checks_and_leaves_words_to_a_person(course):
    made = graded(course, "ana", "no_shift", essay="Porque sí.")
    marks = store(course, made)
    assert 0 < made.points < 4
    assert grades(course, "ana") == {EXERCISE: (made.points, None, False), WRITTEN: (None, None, True)}
    assert marks.manual == {WRITTEN: None} and marks.maxima == {WRITTEN: 3}


def test_an_answer_left_as_released_is_zero_and_needs_nobody(course):
    store(course, graded(course, "ana"))
    assert grades(course, "ana")[WRITTEN] == (0, None, False)
    with course.gradebook() as gradebook:
        assert gradebook.find_comment(WRITTEN, SMALL, SMALL, "ana").comment == "No response."


def test_grading_again_overwrites_and_keeps_what_a_person_gave(course):
    store(course, graded(course, "ana", "axis_zero", essay="Uno."))
    mark_by_hand(course, "ana", WRITTEN, 2.5)
    marks = store(course, graded(course, "ana", "axis_zero", essay="Uno."))
    assert grades(course, "ana")[WRITTEN] == (None, 2.5, False), "the answer is the same: no second look"
    assert marks.manual == {WRITTEN: 2.5}
    store(course, graded(course, "ana", "", essay="Dos."))
    assert grades(course, "ana") == {EXERCISE: (4, None, False), WRITTEN: (None, 2.5, True)}


def test_a_score_that_a_person_changed_is_kept_and_shown_again_when_the_check_changes(course):
    store(course, graded(course, "ana", "axis_zero"))
    mark_by_hand(course, "ana", EXERCISE, 3)
    made = graded(course, "ana", "")
    made.digest = graded(course, "ana", "axis_zero").digest
    store(course, made)
    assert grades(course, "ana")[EXERCISE] == (4, 3, True)


@pytest.mark.parametrize("state", ["ungradable", "infrastructure_error"])
def test_without_a_score_nobody_is_touched(course, state):
    """Neither a zero nor a row for who has no score yet, nor a change for who has one."""
    nothing = ungradable("ana")
    nothing.state = state
    store(course, nothing)
    with course.gradebook() as gradebook:
        assert gradebook.students == [] and gradebook.assignment_submissions(SMALL) == []
    store(course, graded(course, "ana"))
    before = (course.root / "autograded" / "ana" / SMALL / f"{SMALL}.ipynb").read_bytes()
    store(course, nothing)
    assert grades(course, "ana")[EXERCISE] == (4, None, False)
    assert (course.root / "autograded" / "ana" / SMALL / f"{SMALL}.ipynb").read_bytes() == before


def test_a_fault_of_the_host_does_not_hide_an_earlier_result(course):
    made = graded(course, "ana")
    broken = SubmissionResult("ana", SMALL, "infrastructure_error", "es", problem=PROBLEM)
    store(course, made, broken)
    assert read_record(course, SMALL, "ana") == made.without_notebook()


def test_one_students_result_leaves_the_others_as_they_were(course):
    store(course, graded(course, "ana"), graded(course, "bea", "axis_zero"))
    before = grades(course, "ana")
    store(course, graded(course, "bea"))
    assert grades(course, "ana") == before
    assert grades(course, "bea")[EXERCISE][0] == 4


def test_names_known_to_the_gradebook_stay(course):
    with course.gradebook() as gradebook:
        gradebook.add_student("ana", first_name="Ana", last_name="Núñez")
    assert store(course, graded(course, "ana")).name == "Ana Núñez"
    assert store(course, graded(course, "bea")).name == "bea"


def test_the_time_of_submission_is_what_the_collection_wrote(course):
    folder = course.root / "submitted" / "ana" / SMALL
    folder.mkdir(parents=True)
    (folder / "timestamp.txt").write_text("2026-03-02 18:05:00 UTC\n")
    store(course, graded(course, "ana"))
    with course.gradebook() as gradebook:
        assert gradebook.find_submission(SMALL, "ana").timestamp == datetime(2026, 3, 2, 18, 5)
    assert (course.root / "autograded" / "ana" / SMALL / "timestamp.txt").read_text().strip() == "2026-03-02 18:05:00 UTC"


@pytest.mark.parametrize("content", ["yesterday, honest", "9" * 5000, "\udcff", ""])
def test_an_odd_time_is_told_and_not_stored(course, content):
    folder = course.root / "submitted" / "ana" / SMALL
    folder.mkdir(parents=True)
    (folder / "timestamp.txt").write_bytes(content.encode("utf-8", "surrogateescape"))
    made = graded(course, "ana")
    store(course, made)
    assert len(made.flags) == 1 and "timestamp.txt" in made.flags[0].es
    with course.gradebook() as gradebook:
        assert gradebook.find_submission(SMALL, "ana").timestamp is None


def test_a_time_that_is_a_link_is_not_followed(course, tmp_path):
    (tmp_path / "early").write_text("2020-01-01 00:00:00 UTC")
    folder = course.root / "submitted" / "ana" / SMALL
    folder.mkdir(parents=True)
    (folder / "timestamp.txt").symlink_to(tmp_path / "early")
    made = graded(course, "ana")
    store(course, made)
    assert made.flags
    with course.gradebook() as gradebook:
        assert gradebook.find_submission(SMALL, "ana").timestamp is None


@pytest.mark.parametrize(("method", "penalty"), [("zero", 4.0), ("none", 0.0)])
def test_late_penalties_are_the_instructors(course, method, penalty):
    with (course.root / "nbgrader_config.py").open("a") as file:
        file.write(f"c.LateSubmissionPlugin.penalty_method = '{method}'\n")
    course = open_course(course.root)
    with course.gradebook() as gradebook:
        gradebook.update_or_create_assignment(SMALL, duedate="2026-03-01 00:00:00 UTC")
    for student, day in (("late", 2), ("early", 1)):
        folder = course.root / "submitted" / student / SMALL
        folder.mkdir(parents=True)
        (folder / "timestamp.txt").write_text(f"2026-0{day + 1}-01 12:00:00 UTC")
    assert store(course, graded(course, "early")).late_penalty == 0
    assert store(course, graded(course, "late")).late_penalty == penalty


def test_records_are_for_the_instructor_alone(course):
    store(course, graded(course, "ana"))
    assert stat.S_IMODE(course.record(SMALL, "ana").stat().st_mode) == 0o600
    assert not list(course.root.rglob(".part-*")), "nothing half-written is left"


@pytest.mark.slow
def test_nbgrader_sees_feeds_back_and_exports_what_was_stored(course):
    """The formgrader's interface, `nbgrader generate_feedback` and `nbgrader export` read what the writer wrote."""
    for student in ("ana", "bea"):
        (course.root / "submitted" / student / SMALL).mkdir(parents=True)
        (course.root / "submitted" / student / SMALL / "timestamp.txt").write_text("2026-03-02 18:05:00 UTC\n")
        (course.root / "submitted" / student / SMALL / f"{SMALL}.ipynb").write_text("{}")
    store(course, graded(course, "ana", essay="Porque sí."), graded(course, "bea", "axis_zero"))
    api = NbGraderAPI(course.directory, config=course.config)
    assert api.get_autograded_students(SMALL) == {"ana", "bea"}
    shown = {s["student"]: s for s in api.get_submissions(SMALL)}
    assert shown["ana"]["autograded"] and shown["ana"]["score"] == 4 and shown["ana"]["needs_manual_grade"]
    assert shown["bea"]["score"] == 0 and not shown["bea"]["needs_manual_grade"]
    assert {s["student"] for s in api.get_notebook_submissions(SMALL, SMALL)} == {"ana", "bea"}
    nbgrader(course.root, "generate_feedback", SMALL)
    assert "Score: 4.0 / 7.0" in (course.root / "feedback" / "ana" / SMALL / f"{SMALL}.html").read_text()
    nbgrader(course.root, "export", "--to", "grades.csv")
    with (course.root / "grades.csv").open() as file:
        exported = {row["student_id"]: row["score"] for row in csv.DictReader(file) if row["assignment"] == SMALL}
    assert exported == {"ana": "4.0", "bea": "0.0"}


def test_the_notebook_in_autograded_pays_the_same_under_nbgraders_own_rule(course):
    from nbgrader.utils import determine_grade, is_grade

    made = graded(course, "ana", "no_shift")
    store(course, made)
    notebook = nbformat.read(course.root / "autograded" / "ana" / SMALL / f"{SMALL}.ipynb", 4)
    paid = {c.metadata.nbgrader.grade_id: determine_grade(c)[0] for c in notebook.cells if is_grade(c)}
    assert paid[EXERCISE] == made.points


class Page(HTMLParser):
    """Collect the tags, attributes and text of a page."""

    def __init__(self, html: str):
        super().__init__()
        self.tags, self.attributes, self.parts = [], [], []
        self.feed(html)
        self.words = "".join(self.parts)
        self.spaced = " ".join(" ".join(self.parts).split())

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_data(self, data):
        self.parts.append(data)


def assert_harmless(html: str):
    """Assert that a page runs nothing and fetches nothing."""
    page = Page(html)
    assert not {"script", "iframe", "object", "embed", "form", "input", "base", "link", "foreignobject"} & set(page.tags)
    for tag, name, value in page.attributes:
        assert not name.startswith("on"), (tag, name)
        assert "javascript:" not in value.lower()
        if name in ("src", "srcset", "data", "action", "poster", "background", "xlink:href"):
            assert value.startswith(("data:image/", "#")), (tag, name, value)
        if name == "style":
            assert "url(" not in value.lower() and "position" not in value.lower()
    return page


HOSTILE = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg onload=alert(1)><script>1</script></svg>",
    "<iframe src='https://evil.example'></iframe>", "<a href='javascript:alert(1)'>x</a>", "<math><mtext><img src=x onerror=1>",
    "<style>body{display:none}</style>", "<div style='position:fixed;background:url(https://evil.example)'>x</div>",
    "<form action='https://evil.example'><input name=a></form>", "<img src='https://evil.example/pixel.png'>",
    "</section></main><script>1</script>", "<a href='data:text/html,<script>1</script>'>x</a>", "<base href='//evil.example'>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>", "$$\\text{<script>alert(1)</script>}$$",
    "[x](javascript:alert(1))", "![x](https://evil.example/p.png)", "$\\href{javascript:alert(1)}{x}$", "{{ 7*7 }}",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_a_student_writes_runs_in_a_page(course, text):
    made = graded(course, "ana", essay=text)
    made.notebook["cells"][0]["source"] = text
    made.notebook["cells"][2]["outputs"] = [
        {"output_type": "stream", "name": "stderr", "text": text},
        {"output_type": "error", "ename": text, "evalue": text, "traceback": [text]},
        {"output_type": "display_data", "metadata": {}, "data": {"text/html": text}},
        {"output_type": "display_data", "metadata": {}, "data": {"text/markdown": text}},
        {"output_type": "display_data", "metadata": {}, "data": {"text/plain": text}},
        {"output_type": "display_data", "metadata": {}, "data": {"image/svg+xml": text}},
        {"output_type": "display_data", "metadata": {}, "data": {"image/png": text}},
    ]
    made.repairs = made.flags = [Text(text, text)]
    page = assert_harmless(feedback_page(made, Marks(text, {WRITTEN: None}, {WRITTEN: 3})))
    assert "49" not in re.findall(r"\b49\b", page.words)


def test_pictures_and_tables_are_kept():
    png = base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()
    assert f'src="data:image/png;base64,{png}"' in output_html(
        {"output_type": "display_data", "data": {"image/png": png + "\n", "text/plain": "<Figure>"}})
    table = "<table><thead><tr><th>a</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table>"
    assert sanitise(table) == table
    assert f'<img src="data:image/png;base64,{png}">' == sanitise(f"<img src='data:image/png;base64,{png}'>")


def test_prose_is_set_with_its_formulas():
    html = prose_html("Una **suma** $\\sum_i x_i$ y\n\n$$\n\\frac{a}{b} < 1\n$$")
    page = Page(html)
    assert {"strong", "math", "munder", "mfrac"} & set(page.tags) >= {"strong", "math", "mfrac"}
    assert "\\frac" not in page.words


def test_what_is_no_formula_or_too_long_is_shown_as_written():
    assert "\\frac{" in Page(prose_html("$\\frac{$")).words
    assert "{" * 3000 in Page(prose_html("$" + "{" * 3000 + "$")).words
    assert len(prose_html("x" * 60_000)) < 61_000


def test_terminal_escapes_do_not_reach_a_page():
    shown = output_html({"output_type": "stream", "name": "stdout", "text": "\x1b[31mred\x1b[0m \x1b]0;title\x07 end\n"})
    assert Page(shown).words == "red  end"
    assert Page(code_html("a < b  # <script>")).words == "a < b  # <script>\n"


@pytest.mark.parametrize(("language", "words"), [
    ("es", ["Estado de la entrega", "de 7", "Tu respuesta", "Causa más probable", "Faltan por calificar a mano 3 puntos"]),
    ("en", ["State of the submission", "of 7", "Your answer", "Most likely cause", "3 points are still to be marked"]),
])
def test_a_page_tells_all_in_the_language_of_the_notebook(course, language, words):
    made = graded(course, "ana", "axis_zero", essay="Hm.", language=language)
    made.repairs = [Text("Faltaba la celda `x`.", "Cell `x` was missing.")]
    marks = store(course, made)
    write_feedback(course, made, marks)
    text = Page((course.root / "feedback" / "ana" / SMALL / f"{SMALL}.html").read_text()).words
    for word in [*words, made.verdicts[0].cause.pick(language).split(".")[0].split("`")[0],
                 made.repairs[0].pick(language).split("`")[0]]:
        assert word in text, word


def test_the_page_of_an_ungradable_submission_says_why_and_what_to_do():
    text = Page(feedback_page(ungradable("ana"), Marks("ana"))).words
    assert PROBLEM.es in text and "no gasta ningún intento" in text
    assert "0 de" not in text


def test_the_report_counts_names_and_links(course):
    results = [graded(course, "ana"), graded(course, "bea", "axis_zero"), graded(course, "carl", "axis_zero"),
               ungradable("dani"), graded(course, "<b>eva", "no_shift")]
    with Writer(course, SMALL) as writer:
        for result in results:
            write_feedback(course, result, writer.store(result))
    html = write_report(course, SMALL).read_text()
    page = assert_harmless(html)
    text = page.spaced
    assert "5 entregas" in text and "4 con nota" in text
    assert "2× Softmax · axis_zero" in text and text.index("axis_zero") < text.index("no_shift")
    assert "bea, carl" in text and PROBLEM.es in text and "<b>eva" in text
    links = [value for tag, name, value in page.attributes if (tag, name) == ("a", "href")]
    assert f"feedback/ana/{SMALL}/{SMALL}.html" in links
    assert all(os.path.isfile(course.root / unquote(link)) for link in links)
    assert html.count("<svg") == 2 and "currentColor" in html


def test_a_report_without_a_single_score_is_still_a_page(course):
    store(course, ungradable("ana"))
    assert PROBLEM.es in Page(write_report(course, SMALL).read_text()).words


def test_a_broken_record_is_named(course):
    store(course, graded(course, "ana"))
    course.record(SMALL, "ana").write_text(json.dumps({"student": "ana"}))
    with pytest.raises(CourseError, match="ana.json"):
        read_record(course, SMALL, "ana")
