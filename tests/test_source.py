"""Sources: what the format allows, and the error for each thing that it does not."""

from pathlib import Path

import pytest

from autograder.build.source import SourceError, read_source

EXERCISE = """\
# %% exercise="softmax"
def softmax(z):
    ### BEGIN SOLUTION
    return z
    ### END SOLUTION

# %% test="softmax" points=4
check(softmax)
"""


@pytest.fixture
def read(tmp_path):
    def read_text(text: str):
        (tmp_path / "lesson.py").write_text(text, encoding="utf-8")
        return read_source(tmp_path, Path("lesson.py"))

    return read_text


def test_reads_cells_with_their_marks_and_lines(read):
    cells = read('# %% [markdown] lang="es"\n# # Hola\n\n' + EXERCISE)
    assert [(c.type, c.line, c.id, c.points) for c in cells] == [
        ("markdown", 1, "", None), ("code", 4, "softmax", None), ("code", 10, "softmax", 4),
    ]
    assert cells[0].source == "# Hola" and cells[2].source == "check(softmax)"


def test_a_cell_mark_inside_a_string_begins_no_cell(read):
    assert len(read('# %%\ntext = """\n# %% shown as it is\n"""\n')) == 1


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("x = 1\n\n# %%\ny = 2\n", 1, "does not begin with a cell"),
        ("", 1, "does not begin with a cell"),
        ('# %% [markdown] lang="es"\n# $2 \times 3$\n', 2, "a control character, '\\t'"),
        ("# %%\nx = 1\n# %%\nfor\n", 4, "not valid Python"),
        ("# %%\nx = 1\n\n# %% colour=\"red\"\ny = 2\n", 4, "unknown mark `colour`"),
        ("# %% softmax\nx = 1\n", 1, "unknown mark `softmax`"),
        ("# %% test=softmax points=4\nx = 1\n", 1, "unknown mark `test=softmax`"),
        ("# %% [raw]\n# x\n", 1, "a raw cell"),
        ("# %%\n\n# %%\nx = 1\n", 1, "an empty cell"),
        ("# %% [markdown]\n# Hola\n", 1, "prose without a language"),
        ('# %% [markdown] lang="fr"\n# Salut\n', 1, 'lang="fr"'),
        ('# %% lang="es"\nx = 1\n', 1, 'lang="es" on a code cell'),
        ('# %% exercise="softmax" test="softmax"\nx = 1\n', 1, "marks exercise and test on one cell"),
        ('# %% test="Soft Max" points=1\nx = 1\n', 1, "`Soft Max` is not an id"),
        ('# %% test="softmax"\nx = 1\n', 1, "a graded cell without points"),
        ('# %% test="softmax" points=0\nx = 1\n', 1, "a graded cell without points"),
        ('# %% test="softmax" points="4"\nx = 1\n', 1, "a graded cell without points"),
        ("# %% points=4\nx = 1\n", 1, "points on a cell that is not graded"),
        ('# %% [markdown] exercise="softmax"\n# x\n', 1, "not code"),
        ('# %% answer="why" points=2\nx = 1\n', 1, "not prose"),
        ('# %% exercise="softmax"\nx = 1\n', 1, "no solution that can be cut"),
        ('# %% exercise="softmax"\n### END SOLUTION\nx = 1\n### BEGIN SOLUTION\n', 1, "no solution that can be cut"),
        ('# %% exercise="softmax"\n### BEGIN SOLUTION\nx = 1\n', 1, "no solution that can be cut"),
        ("# %%\n### BEGIN SOLUTION\nx = 1\n### END SOLUTION\n", 1, "a solution in a cell that is no exercise"),
    ],
)
def test_each_fault_names_file_line_and_remedy(read, text, line, says):
    with pytest.raises(SourceError) as error:
        read(text)
    message, remedy = str(error.value).split("\n")
    assert message.startswith(f"lesson.py:{line}: ") and says in message
    assert remedy.strip()


def test_a_missing_source_is_named(tmp_path):
    with pytest.raises(SourceError, match="units/01_mlp/lesson.py:1: the unit has no such source"):
        read_source(tmp_path, Path("units/01_mlp/lesson.py"))
