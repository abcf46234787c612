"""The builder: repeatable, equal to what is committed, and clear about what does not fit."""

import json
import re
import shutil
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from autograder.build.course import build_course, compare_course, write_course
from autograder.build.source import SourceError
from autograder.commands import app
from autograder.exercise import exercise_ids, find

IMPORTS = "# %%\nimport numpy as np\n\n"
EXERCISE = """\
# %% exercise="softmax"
def softmax(z, axis=-1):
    ### BEGIN SOLUTION
    return z
    ### END SOLUTION

"""
TEST = '# %% test="softmax" points=4\ncheck(softmax)\n\n'


@pytest.fixture
def error_of(small_course):
    """Return a function that builds a small course and returns the error that it must raise."""

    def build(**parts) -> str:
        with pytest.raises(SourceError) as error:
            build_course(small_course(**parts))
        return str(error.value)

    return build


def notebooks(built):
    return {path.as_posix(): json.loads(text) for path, text in built.items() if path.suffix == ".ipynb"}


def test_the_course_matches_what_is_committed(root, built):
    assert compare_course(root, built) == [], "run `make build` and commit"


def test_building_twice_gives_the_same_bytes_in_seconds(root, built):
    start = time.process_time()
    assert build_course(root) == built
    assert time.process_time() - start < 5


def test_every_notebook_begins_with_badge_title_and_setup(built):
    for path, notebook in notebooks(built).items():
        badge, title, setup = notebook["cells"][:3]
        lang = path.split("/")[1]
        assert "colab.research.google.com/github/" in "".join(badge["source"]) and path in "".join(badge["source"])
        assert "".join(title["source"]).startswith("# ")
        assert setup["id"] == "setup" and "".join(setup["source"]).endswith(f'atiende.start("{lang}")')
        assert all(cell.get("outputs", []) == [] and cell.get("execution_count") is None for cell in notebook["cells"])
        assert len({cell["id"] for cell in notebook["cells"]}) == len(notebook["cells"])
        assert "jupytext" not in notebook["metadata"]


def test_code_and_ids_are_the_same_in_both_languages(built):
    for path, spanish in notebooks(built).items():
        if "/es/" not in path:
            continue
        english = notebooks(built)[path.replace("/es/", "/en/")]
        assert [cell["id"] for cell in spanish["cells"]] == [cell["id"] for cell in english["cells"]]
        for es, en in zip(spanish["cells"], english["cells"], strict=True):
            if es["cell_type"] == "code" and es["id"] != "setup":
                assert es == en


def test_every_check_has_its_test_cell_with_its_points(built):
    points = {}
    for path, notebook in notebooks(built).items():
        if path.startswith("assignments/es/"):
            for cell in notebook["cells"]:
                mark = cell["metadata"].get("nbgrader", {})
                if mark.get("grade") and not mark["solution"]:
                    points[mark["grade_id"]] = mark["points"]
    assert points == {id: find(id).points for id in exercise_ids()}


def test_build_writes_then_check_passes_then_notices_each_difference(small_course):
    root = small_course()
    run = CliRunner()
    assert run.invoke(app, ["build", "--root", str(root)]).exit_code == 0
    assert run.invoke(app, ["build", "--root", str(root), "--check"]).exit_code == 0
    edited, missing = root / "lessons/es/99_small.ipynb", root / "lessons/en/99_small.ipynb"
    edited.write_text(edited.read_text().replace("Hola", "Adiós"))
    missing.unlink()
    left_over = root / "assignments/es/00_old.ipynb"
    shutil.copy(edited, left_over)
    (root / "README.md").write_text((root / "README.md").read_text().replace("1 h", "2 h"))
    result = run.invoke(app, ["build", "--root", str(root), "--check"])
    assert result.exit_code == 1
    for name in ("lessons/es/99_small.ipynb", "lessons/en/99_small.ipynb", "assignments/es/00_old.ipynb", "README.md"):
        assert name in result.output
    assert "solutions" not in result.output and "make build" in result.output
    assert len(write_course(root, build_course(root))) == 4
    assert not left_over.exists() and run.invoke(app, ["build", "--root", str(root), "--check"]).exit_code == 0


def test_a_faulty_source_changes_nothing_and_ends_in_one_clear_error(small_course):
    root = small_course(lesson='# %% [markdown] lang="es"\n# Hola\n')
    result = CliRunner().invoke(app, ["build", "--root", str(root)])
    assert result.exit_code == 1
    assert re.match(r"units/99_small/lesson.py:1: .*\n  Write the twin", result.output)
    assert not (root / "lessons").exists()


@pytest.mark.parametrize(
    ("unit", "assignment", "line", "says"),
    [
        ("99_small", IMPORTS + EXERCISE.replace("softmax", "nothing_checks_it"), 4, "an exercise without a check: `nothing_checks_it`"),
        ("99_small", IMPORTS + EXERCISE + TEST, 4, "lies in autograder/checks/mlp/"),
        ("01_mlp", IMPORTS + EXERCISE.replace("def softmax", "def soft_max") + TEST, 4, "does not define `softmax`"),
        ("01_mlp", IMPORTS + EXERCISE, 4, "an exercise without a test: `softmax`"),
        ("01_mlp", IMPORTS + TEST, 4, "a test without an exercise above it: `softmax`"),
        ("01_mlp", IMPORTS + TEST + EXERCISE, 4, "a test without an exercise above it: `softmax`"),
        ("01_mlp", IMPORTS + EXERCISE + EXERCISE + TEST, 10, "duplicate id `softmax`"),
        ("01_mlp", IMPORTS + EXERCISE + TEST + TEST, 13, "a second test of `softmax`"),
        ("01_mlp", IMPORTS + EXERCISE + TEST.replace("4", "5"), 10, "points=5 here, 4 in its check"),
        ("01_mlp", IMPORTS + EXERCISE + TEST.replace("check(softmax)", "check(softmax);"), 10, "is not its check alone"),
        ("01_mlp", EXERCISE + TEST, 1, "does not begin with its imports"),
        ("01_mlp", '# %% [markdown] lang="es"\n# Hola\n# %% [markdown] lang="en"\n# Hello\n', 1, "does not begin with its imports"),
    ],
)
def test_exercises_tests_and_checks_must_fit(error_of, unit, assignment, line, says):
    message, remedy = error_of(unit=unit, assignment=assignment).split("\n")
    assert message.startswith(f"units/{unit}/assignment.py:{line}: ") and says in message
    assert remedy.strip()


def test_a_check_without_an_exercise(error_of):
    message = error_of(unit="01_mlp", assignment=IMPORTS + EXERCISE + TEST, points=4)
    assert re.match(r"autograder/checks/mlp/(\w+)\.py:1: a check without an exercise: `\1`\n  Write", message)


def test_a_graded_cell_in_a_lesson(error_of):
    assert "units/01_mlp/lesson.py:4: a graded cell in a lesson: `softmax`" in error_of(unit="01_mlp", lesson=IMPORTS + EXERCISE)


def test_the_points_of_a_unit_are_those_of_its_cells(error_of):
    answer = '# %% [markdown] answer="why" points=3\n# ### BEGIN SOLUTION\n# Because.\n# ### END SOLUTION\n'
    message = error_of(assignment=IMPORTS + answer, points=4)
    assert message == "units/units.toml:1: 99_small: points = 4, but its cells add up to 3\n  Make them equal."


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("slug = ", 1, "this is not TOML"),
        ("[[unit]]\n", 1, "no slug"),
        ('slug = "a/b"\n', 1, "no unit"),
        ('slug = "a/b"\nunit = "01_mlp"\n', 1, "no unit"),
        ('slug = "a/b"\n[[unit]]\nid = "01_mlp"\n', 2, "a unit without title_es"),
        ('slug = "a/b"\n[[unit]]\nid = "01_mlp"\ncolour = 1\n', 2, "unknown key `colour`"),
        ('slug = "a/b"\n[[unit]]\nid = "01_mlp"\nneeds_gpu = 1\n', 2, "needs_gpu = 1 is of the wrong type"),
        ('slug = "a/b"\n[[unit]]\nid = "01_mlp"\nminutes_lesson = true\n', 2, "minutes_lesson = True is of the wrong type"),
    ],
)
def test_a_malformed_list_of_units(small_course, text, line, says):
    root = small_course()
    (root / "units" / "units.toml").write_text(text)
    with pytest.raises(SourceError) as error:
        build_course(root)
    message, remedy = str(error.value).split("\n")
    assert message.startswith(f"units/units.toml:{line}: ") and says in message and remedy.strip()


def test_a_listed_unit_needs_its_folder_an_id_and_a_place_of_its_own(small_course):
    root = small_course()
    listed = (root / "units" / "units.toml").read_text()
    entry = listed[listed.index("[[unit]]"):]
    for change, says in (
        (("99_small", "98_gone"), "units.toml:12: there is no folder units/98_gone"),
        (("99_small", "small"), "units.toml:12: `small` is not the id of a unit"),
        (("", ""), "units.toml:12: duplicate id `99_small`"),
    ):
        (root / "units" / "units.toml").write_text(listed + "\n" + entry.replace(*change))
        with pytest.raises(SourceError, match=re.escape(says)):
            build_course(root)


def test_a_folder_without_a_course_is_named(tmp_path):
    result = CliRunner().invoke(app, ["build", "--root", str(tmp_path)])
    assert result.exit_code == 1 and "units/units.toml:1: no such file" in result.output


@pytest.mark.parametrize("path", ["README.md", "README.es.md"])
def test_a_readme_without_its_places(small_course, path):
    root = small_course()
    (root / path).write_text("# Course\n")
    with pytest.raises(SourceError, match=f"{path}:1: no place for the badges"):
        build_course(root)
    (root / path).unlink()
    with pytest.raises(SourceError, match=f"{path}:1: no such file"):
        build_course(root)


def test_the_slug_is_one_setting(small_course):
    for text in build_course(small_course()).values():
        assert set(re.findall(r"github\.com/([\w.-]+/[\w.-]+)", text)) | {"someone/course"} == {"someone/course"}
        assert "someone/course" in text


@pytest.mark.parametrize(
    ("gone", "kinds", "row"),
    [("assignment", {"lessons"}, r"\| One \| \[read\]\(lessons/en/99_small.ipynb\) [^|]* 1 h 30 min \|  \|  \|"),
     ("lesson", {"assignments", "solutions"}, r"\| One \|  \| \[open\]\(assignments/en/99_small.ipynb\) [^|]* 1 h \| 0 \|")],
)
def test_a_unit_may_be_a_page_or_a_lab_alone(small_course, gone, kinds, row):
    root = small_course()
    (root / "units" / "99_small" / f"{gone}.py").unlink()
    listed = root / "units" / "units.toml"
    listed.write_text(re.sub(rf"minutes_{gone} = \d+\n", "", listed.read_text()))
    built = build_course(root)
    assert {path.parts[0] for path in built if path.suffix == ".ipynb"} == kinds
    assert re.search(row, built[Path("README.md")])


def test_a_source_and_its_minutes_go_together(small_course):
    root = small_course()
    listed = root / "units" / "units.toml"
    listed.write_text(re.sub(r"minutes_lesson = \d+\n", "", listed.read_text()))
    with pytest.raises(SourceError, match="units/99_small/lesson.py:1: 99_small has this source and no minutes_lesson"):
        build_course(root)
    listed.write_text(re.sub(r"minutes_assignment = \d+\n", "", listed.read_text()))
    with pytest.raises(SourceError, match=r"units.toml:3: 99_small has neither a lesson nor an assignment"):
        build_course(root)
