"""Environments: conda's list is pyproject's, and every version that make installs is pinned."""

import ast
import re
import sys
import tomllib
from importlib.metadata import distributions, packages_distributions

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

CONDA_NAMES = {"torch": "pytorch", "msgpack": "msgpack-python"}
TEACHER_SIDE = {"build", "commands", "demo", "engine", "gradebook"}  # folders of autograder that a notebook never imports


@pytest.fixture(scope="module")
def project(root):
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture(scope="module")
def pins(root):
    """Return the exact version of each package in constraints.txt."""
    lines = [line for line in (root / "constraints.txt").read_text().splitlines() if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", line) for line in lines), "one exact, public version a line"
    return {canonical(line.split("==")[0]): line.split("==")[1] for line in lines}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_conda_installs_what_pyproject_asks_for(root, project):
    conda = yaml.safe_load((root / "environment.yml").read_text(encoding="utf-8"))
    wanted = [Requirement(line) for line in project["dependencies"] + project["optional-dependencies"]["teach"]]
    expected = {CONDA_NAMES.get(r.name, r.name) + str(r.specifier) for r in wanted} | {"python" + project["requires-python"], "pip"}
    listed = {str(Requirement(line)) for line in conda["dependencies"] if isinstance(line, str)}
    assert listed == {str(Requirement(line)) for line in expected}
    assert conda["dependencies"][-1] == {"pip": ["--editable ."]}
    assert conda["channels"] == ["conda-forge"]


def test_every_requirement_is_pinned_within_its_bounds(project, pins):
    extras = project["optional-dependencies"]
    lines = [*project["dependencies"], *extras["teach"], *extras["cluster"], *extras["postgresql"], *extras["site"], *extras["dev"]]
    requirements = [Requirement(line) for line in lines]
    for requirement in requirements:
        if requirement.name != project["name"]:
            assert requirement.specifier.contains(pins[canonical(requirement.name)]), requirement
    assert pins["torch"] == "2.13.0"


def test_what_is_pinned_installs_on_debian_12(pins):
    """pip falls into a search without end where one pin asks for a later Python than the 3.11.2 of Debian 12."""
    asked = {d.name: d.metadata.get("Requires-Python") for d in distributions() if pins.get(canonical(d.name)) == d.version}
    assert len(asked) > len(pins) / 2, "the tests run with other versions than those pinned"
    assert {name: spec for name, spec in asked.items() if spec and "3.11.2" not in SpecifierSet(spec)} == {}


def test_students_get_lower_bounds_only(project):
    for line in project["dependencies"]:
        assert [spec.operator for spec in Requirement(line).specifier] == [">="], line


def test_every_import_is_declared(root, project):
    """What notebooks import needs the dependencies alone; the rest of autograder may need those of teach and cluster."""
    distributions = packages_distributions()
    extras = project["optional-dependencies"]
    student = {canonical(Requirement(line).name) for line in project["dependencies"]}
    teacher = student | {canonical(Requirement(line).name) for line in extras["teach"] + extras["cluster"]}
    for path in [*root.glob("atiende/**/*.py"), *root.glob("autograder/**/*.py")]:
        parts = path.relative_to(root).parts
        for_students = parts[0] == "atiende" or parts[1] not in TEACHER_SIDE
        for module in imported(path) - {"atiende", "autograder"}:
            names = {canonical(name) for name in distributions[module]}
            assert names & (student if for_students else teacher), f"{path.relative_to(root)} imports {module}"


def imported(path) -> set[str]:
    """Return the top-level names of the modules that a file imports, Python's own left out."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module)
    return {name.split(".")[0] for name in found} - sys.stdlib_module_names
