"""The wheel: an installation without the checkout has all that a student and an instructor need."""

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from autograder.exercise import exercise_ids
from autograder.solutions import solution_source

SOLVE = f"""
import numpy as np
from autograder import check, continue_with
{solution_source("softmax")}
print("mine", float(check(softmax)))
softmax = None
continue_with("softmax")
print("course", softmax(np.zeros((1, 2))).tolist(), float(check(softmax)))
"""


@pytest.fixture(scope="module")
def wheel(root, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, root]
    subprocess.run(pip, check=True, timeout=120)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    """Return the programs of an environment with the wheel, which borrows the dependencies of this one and not its checkout."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, symlinks=True)
    pip = [sys.executable, "-m", "pip", "--python", folder / "bin" / "python", "install", "--quiet", "--no-deps", wheel]
    subprocess.run(pip, check=True, timeout=120)
    site = next(folder.glob("lib/python*/site-packages"))
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib"))  # a path in a .pth file: its own .pth files are not read
    return folder / "bin"


def run(program: Path, *arguments: str, cwd: Path) -> str:
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run([program, *arguments], cwd=cwd, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_holds_the_packages_and_the_content_and_no_more(wheel, built):
    names = set(zipfile.ZipFile(wheel).namelist())
    content = {name.removeprefix("autograder/content/") for name in names if name.startswith("autograder/content/")}
    lessons = {name.removeprefix("atiende/") for name in names if name.startswith("atiende/lessons/")}
    released = {path.as_posix() for path in built if path.parts[0] in ("lessons", "assignments", "solutions")}
    assert content | lessons == released | {"units/units.toml"}
    assert lessons == {path.as_posix() for path in built if path.parts[0] == "lessons"}
    assert {name.split("/")[0] for name in names} == {"atiende", "autograder", "atiende-0.1.0.dist-info"}
    assert {f"autograder/{name}.py" for name in ("content", "build/course", "commands/build", "checks/mlp/softmax")} <= names
    assert not [name for name in names if "__pycache__" in name]


def test_the_package_is_the_installed_one(installed, tmp_path):
    path = run(installed / "python", "-c", "import autograder; print(autograder.__file__)", cwd=tmp_path)
    assert Path(path.strip()).is_relative_to(installed.parent)


def test_the_command_lists_the_exercises(installed, tmp_path):
    listed = json.loads(run(installed / "autograder", "exercises", "--json", cwd=tmp_path))
    assert sorted(row["id"] for row in listed) == exercise_ids()


def test_the_course_s_prose_is_at_hand(installed, tmp_path):
    line = "from atiende.data import load_prose; print('gradiente' in load_prose('es').train, 'gradient' in load_prose('en').train)"
    assert run(installed / "python", "-c", line, cwd=tmp_path).split() == ["True", "True"]


def test_a_check_and_the_course_s_own_version_work(installed, tmp_path):
    (tmp_path / "solve.py").write_text(SOLVE)
    printed = run(installed / "python", "solve.py", cwd=tmp_path)
    assert "mine 4.0" in printed and "course [[0.5, 0.5]] 0.0" in printed
