"""The release: what students get is what nbgrader itself cuts, and nothing of the solution stays in it."""

import json
import os
import re
import subprocess
import sys

import pytest
from nbformat import from_dict
from nbgrader.utils import compute_checksum

from autograder.build.release import CODE_STUB, TEXT_STUB

FENCED = re.compile(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", re.DOTALL)


@pytest.fixture(scope="module")
def assignments(built):
    """Return (unit, language, released notebook, solved notebook) of every assignment."""
    return [
        (path.stem, path.parent.name, json.loads(text), json.loads(built["solutions" / path.relative_to("assignments")]))
        for path, text in built.items()
        if path.parts[0] == "assignments"
    ]


def graded(notebook) -> dict[str, dict]:
    """Return the cells that nbgrader knows by their grade_id."""
    cells = notebook["cells"]
    return {cell["metadata"]["nbgrader"]["grade_id"]: cell for cell in cells if "nbgrader" in cell["metadata"]}


def source(cell) -> str:
    return "".join(cell["source"])


def test_nbgrader_itself_releases_the_same_notebooks_without_a_warning(assignments, tmp_path):
    (tmp_path / "nbgrader_config.py").write_text(
        f"c = get_config()\nc.ClearSolutions.code_stub = {dict(python=CODE_STUB)!r}\nc.ClearSolutions.text_stub = {TEXT_STUB!r}\n"
    )
    (tmp_path / "source" / "all").mkdir(parents=True)
    for unit, lang, _, solved in assignments:
        (tmp_path / "source" / "all" / f"{unit}-{lang}.ipynb").write_text(json.dumps(solved), encoding="utf-8")
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", "all"]
    programs = os.pathsep.join((os.path.dirname(sys.executable), os.environ["PATH"]))  # nbgrader calls alembic by name
    environment = os.environ | {"PATH": programs}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert not re.search("warn|error", done.stderr, re.IGNORECASE), done.stderr
    for unit, lang, released, _ in assignments:
        theirs = json.loads((tmp_path / "release" / "all" / f"{unit}-{lang}.ipynb").read_text(encoding="utf-8"))
        differing = [c["id"] for c, d in zip(released["cells"], theirs["cells"], strict=True) if c != d]
        assert differing == ["badge"]  # which names its own file
        assert released["metadata"] == theirs["metadata"]


def test_graded_cells_are_the_same_in_both_languages(assignments):
    by_unit = {}
    for unit, _, released, _ in assignments:
        by_unit.setdefault(unit, []).append(graded(released))
    for spanish, english in by_unit.values():
        assert spanish == english and spanish


def test_checksums_are_those_of_nbgrader_and_test_cells_are_locked(assignments):
    for _, _, released, _ in assignments:
        for cell in graded(released).values():
            mark = cell["metadata"]["nbgrader"]
            if mark["grade"] or mark["locked"]:
                assert mark["checksum"] == compute_checksum(from_dict(cell | {"source": source(cell)}))
            if mark["grade"] and not mark["solution"]:
                assert cell["metadata"]["deletable"] is False and cell["metadata"]["editable"] is False


def test_no_line_of_a_solution_stays_in_the_release(assignments):
    for unit, lang, released, solved in assignments:
        lines = {line.strip() for cell in released["cells"] for line in source(cell).split("\n")}
        assert not [line for line in lines if "SOLUTION" in line]
        everything = "\n".join(map(source, solved["cells"]))
        public = {line.strip() for line in FENCED.sub("", everything).split("\n")}
        secret = {line.strip() for block in FENCED.findall(everything) for line in block.split("\n")} - public
        secret = {line for line in secret if len(line) > 8}  # `else:` is nobody's secret
        assert secret
        assert secret & lines == set(), f"{unit} {lang}"


def test_every_exercise_says_where_to_write(assignments):
    for _, _, released, _ in assignments:
        for cell in graded(released).values():
            if cell["metadata"]["nbgrader"]["solution"]:
                stub = CODE_STUB if cell["cell_type"] == "code" else TEXT_STUB
                assert stub.split("\n")[0] in source(cell)
