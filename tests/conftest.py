"""Fixtures that several test files share."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from graded import add_small_assignment
from grading import assignment, problem
from small_class import fill_class, make_class
from xdist.scheduler import LoadFileScheduling

from autograder.build.course import build_course
from autograder.engine.local import LocalJudges
from autograder.exercise import check_unit
from autograder.gradebook.course import Course, open_course
from autograder.gradebook.create import create_course

ROOT = Path(__file__).resolve().parent.parent
LISTS = "".join(f"<!-- {name} -->\n\n<!-- /{name} -->\n" for name in ("badges", "clone", "units"))
UNIT = """
[[unit]]
id = "{id}"
title_es = "Uno"
title_en = "One"
minutes_lesson = 90
minutes_assignment = 60
needs_gpu = false
points = {points}
"""
SOURCE = """\
# %% [markdown] lang="es"
# # Hola

# %% [markdown] lang="en"
# # Hello

# %%
from autograder import check
"""


FIRST = "test_site.py", "test_checks.py"  # the longest; and attacks, which have little time, do not run beside the site


class ByFile(LoadFileScheduling):
    """Share the tests out by file, and those of test_checks.py by unit too, for they are a third of all."""

    def _split_scope(self, nodeid: str) -> str:
        file, id = super()._split_scope(nodeid), nodeid.partition("[")[2].rstrip("]").partition("-")[0]
        return f"{file} {check_unit(id)}" if file.endswith("test_checks.py") else file


def pytest_xdist_make_scheduler(config, log):
    return ByFile(config, log)


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: FIRST.index(item.path.name) if item.path.name in FIRST else len(FIRST))


@pytest.fixture(scope="session", autouse=True)
def reader(tmp_path_factory):
    """Give the tests a reader's record of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ATIENDE_DATA", str(tmp_path_factory.mktemp("reader")))
        yield


@pytest.fixture(scope="session")
def judges():
    """Judge the small assignment of grading.py in two processes, with one warm parent for the whole session."""
    if problem():
        pytest.skip(f"this host cannot isolate: {problem()}")
    with LocalJudges(assignment(), jobs=2) as running:
        yield running


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def built() -> dict[Path, str]:
    """Return what the builder makes of the course, built once."""
    return build_course(ROOT)


@pytest.fixture
def small_course(tmp_path) -> Callable[..., Path]:
    """Return a function that writes a course of one small unit into a fresh folder, and returns the folder."""

    def write(unit: str = "99_small", lesson: str = SOURCE, assignment: str = SOURCE, points: int = 0) -> Path:
        files = {
            "README.md": LISTS,
            "README.es.md": LISTS,
            "units/units.toml": 'slug = "someone/course"\n' + UNIT.format(id=unit, points=points),
            f"units/{unit}/lesson.py": lesson,
            f"units/{unit}/assignment.py": assignment,
        }
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path

    return write


@pytest.fixture(scope="session")
def class_folder(tmp_path_factory) -> Path:
    """Return a class in Spanish with the course's assignments and the small one of `graded`, made once."""
    course, _ = create_course(tmp_path_factory.mktemp("made") / "class", "es")
    add_small_assignment(course)
    return course.root


@pytest.fixture
def course(class_folder, tmp_path) -> Course:
    """Return a copy of that class for one test."""
    return open_course(shutil.copytree(class_folder, tmp_path / "class"))


@pytest.fixture(scope="session")
def small_class(tmp_path_factory) -> Callable[[Path, int], Course]:
    """Return a function that makes, in a folder, a class of some students who handed in the assignment of small_class."""
    made = make_class(tmp_path_factory.mktemp("small") / "class").root

    def copy(folder: Path, count: int) -> Course:
        course = open_course(shutil.copytree(made, folder / "class"))
        fill_class(course, count)
        return course

    return copy
