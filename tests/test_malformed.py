"""Broken submissions are named or mended, hurt the broken part alone, and are never a silent zero."""

import copy
import json

import pytest
from grading import EXERCISES, add_cell, cell_of, earned, grade_cases, maxima, release, right, solved

from autograder.exercise import find
from autograder.solutions import SOLUTION

OTHER = {"softmax": "gelu"}  # the exercise that is right beside the broken one; softmax without an entry


def other(id: str) -> str:
    return OTHER.get(id, "softmax")


def text(id: str) -> str:
    return json.dumps(solved(id, other(id)), indent=1)


def answered(id: str, source: str) -> dict:
    return solved(other(id), **{id: source})


def changed(id: str, change) -> dict:
    notebook = solved(id, other(id))
    change(notebook, cell_of(notebook, id + SOLUTION))
    return notebook


def without(id: str, *ids: str) -> dict:
    notebook = solved(id, other(id))
    notebook["cells"] = [cell for cell in notebook["cells"] if cell["id"] not in ids]
    return notebook


def old_format(id: str) -> bytes:
    """Write the notebook as Jupyter did until 2014."""
    cells = [{"cell_type": "code", "input": cell["source"], "metadata": cell["metadata"], "outputs": [], "language": "python",
              "collapsed": False} for cell in solved(id, other(id))["cells"]]  # fmt: skip
    return json.dumps({"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": "x"}, "worksheets": [{"cells": cells}]}).encode()


def split_cell(notebook: dict, cell: dict):
    """Split an answer in two cells, as Ctrl-Shift-minus does: the marks stay with the first, the function is in the second."""
    source, cell["source"] = cell["source"], "def helper(x):\n    return x"
    add_cell(notebook, source, notebook["cells"].index(cell) + 1)


def merge_cells(notebook: dict, cell: dict):
    """Merge an answer with its test."""
    test = notebook["cells"].pop(notebook["cells"].index(cell) + 1)
    cell["source"] += "\n\n" + test["source"]


def copied(notebook: dict, cell: dict):
    """Copy the answer and its test below themselves, marks, ids and all."""
    place = notebook["cells"].index(cell)
    notebook["cells"][place + 2 : place + 2] = copy.deepcopy(notebook["cells"][place : place + 2])


def set_type(kind: str):
    return lambda notebook, cell: cell.update(cell_type=kind)


def surrogates(id: str) -> bytes:
    return text(id).replace('"cells"', '"title": "\\ud800", "cells"', 1).replace("# ", "# \\ud800\\u0000 ", 1).encode()


UNGRADABLE = {
    "M01_empty": lambda id: b"",
    "M01_blank": lambda id: b" \n\n ",
    "M01_text": lambda id: b"import numpy as np\n" + right(id).encode(),
    "M01_truncated": lambda id: text(id).encode()[:-200],
    "M01_half": lambda id: text(id).encode()[: len(text(id)) // 2],
    "M01_list": lambda id: b"[]",
    "M01_null": lambda id: b"null",
    "M01_number": lambda id: b"1e999",
    "M01_object": lambda id: b"{}",
    "M01_zeros": lambda id: bytes(5000),
    "M01_zip": lambda id: b"PK\x03\x04" + bytes(300),
    "M02_format_5": lambda id: json.dumps(solved(id) | {"nbformat": 5}).encode(),
    "M02_format_text": lambda id: json.dumps(solved(id) | {"nbformat": "four"}).encode(),
    "M02_format_3_broken": lambda id: b'{"nbformat": 3, "worksheets": [{"cells": 7}]}',
    "M02_cells_object": lambda id: json.dumps(solved(id) | {"cells": {"0": {}}}).encode(),
    "M03_utf16_half": lambda id: text(id).encode("utf-16")[:301],
    "M06_other_notebook": lambda id: json.dumps(solved(id) | {"cells": [{"cell_type": "code", "source": "x = 1"}]}).encode(),
}  # fmt: skip
MENDED = {  # the answer still earns everything, and what was mended is said
    "M02_format_3": old_format,
    "M03_byte_order_mark": lambda id: b"\xef\xbb\xbf" + text(id).encode(),
    "M03_utf16": lambda id: text(id).encode("utf-16"),
    "M03_not_utf8": lambda id: text(id).replace('"cells"', '"author": "Mar\xed\xf1a", "cells"', 1).encode("latin-1", "replace"),
    "M03_surrogates": surrogates,
    "M06_no_test_cell": lambda id: without(id, id),
    "M06_markdown": lambda id: changed(id, set_type("markdown")),
    "M06_raw": lambda id: changed(id, set_type("raw")),
    "M06_unknown_type": lambda id: changed(id, set_type("heading")),
    "M06_merged": lambda id: changed(id, merge_cells),
    "M07_copied": lambda id: changed(id, copied),
    "M07_test_changed": lambda id: changed(id, lambda nb, cell: cell_of(nb, id).update(source="check(0)")),
}
UNHARMED = {  # the answer still earns everything
    "M02_no_format": lambda id: {"cells": solved(id, other(id))["cells"]},
    "M02_no_minor": lambda id: {"cells": solved(id, other(id))["cells"], "nbformat": 4},
    "M02_float": lambda id: solved(id, other(id)) | {"nbformat": 4.0},
    "M02_lists": lambda id: changed(id, lambda nb, cell: cell.update(source=cell["source"].splitlines(True))),
    "M02_strangers": lambda id: changed(id, lambda nb, cell: nb["cells"].extend([None, 3, [], "x", {}, {"source": {"a": 1}}])),
    "M06_split": lambda id: changed(id, split_cell),
    "M07_same_ids": lambda id: changed(id, lambda nb, cell: [c.update(id="same") for c in nb["cells"]]),
    "M09_crlf": lambda id: changed(id, lambda nb, cell: cell.update(source=cell["source"].replace("\n", "\r\n"))),
    "M09_mac": lambda id: changed(id, lambda nb, cell: cell.update(source=cell["source"].replace("\n", "\r"))),
    "M09_magics": lambda id: changed(id, lambda nb, cell: cell.update(source=(
        "%matplotlib widget\n%config InlineBackend.figure_format = 'retina'\n%load_ext autoreload\n%autoreload 2\n"
        + cell["source"] + "\n%pip install tqdm\n%cd /tmp\n!wget -q http://example.org\n"))),
    "M09_cell_magic": lambda id: changed(id, lambda nb, cell: cell.update(source="%%time\n" + cell["source"])),
    "M09_own_magic": lambda id: changed(id, lambda nb, cell: add_cell(nb, "%no_such_magic\n")),
    "M11_conflict_elsewhere": lambda id: changed(id, lambda nb, cell: add_cell(nb, "<<<<<<< HEAD\nx = 1\n=======\n>>>>>>> b\n")),
}  # fmt: skip
BROKEN = {  # the answer earns nothing, and why is said; the rest keeps its points
    "M06_no_solution_cell": lambda id: without(id, id + SOLUTION),
    "M06_emptied": lambda id: answered(id, ""),
    "M09_mixed_tabs": lambda id: answered(id, "def f():\n\tif 1:\n        return 2\n" + right(id)),
    "M10_syntax_error": lambda id: answered(id, right(id) + "\n\nresult = (1, 2"),
    "M10_indentation": lambda id: answered(id, right(id).replace("\n    ", "\n  ", 1)),
    "M11_conflict": lambda id: answered(id, f"<<<<<<< HEAD\n{right(id)}\n=======\n{right(id)}\n>>>>>>> mine\n"),
    "M11_not_written": lambda id: release_with(other(id)),
    "M11_dots": lambda id: answered(id, f"def {find(id).name}(*args, **kwargs):\n    ...\n"),
    "M20_renamed": lambda id: answered(id, right(id).replace(find(id).name, "renamed")),
    "M20_arity": lambda id: answered(id, f"def {find(id).name}():\n    return 1\n"),
    "M20_keyword_only": lambda id: answered(id, f"def {find(id).name}(*, x, y=None):\n    return 1\n"),
    "M20_async": lambda id: answered(id, f"async def {find(id).name}(*args, **kwargs):\n    return 1\n"),
    "M20_generator": lambda id: answered(id, f"def {find(id).name}(*args, **kwargs):\n    yield 1\n"),
    "M20_number": lambda id: answered(id, f"{find(id).name} = 3\n"),
    "M20_other_kind": lambda id: answered(id, f"class {find(id).name}:\n    pass\n"),
    "M20_twice": lambda id: answered(id, right(id) + f"\n\ndef {find(id).name}(*args):\n    raise KeyError('second')\n"),
    "M20_none": lambda id: answered(id, f"def {find(id).name}(*args, **kwargs):\n    pass\n"),
    "M20_deleted": lambda id: answered(id, right(id) + f"\n\ndel {find(id).name}\n"),
    "M20_exit": lambda id: answered(id, f"exit()\n{right(id)}"),
}  # fmt: skip


def release_with(*ids: str) -> dict:
    return solved(*ids) if ids else release()


MAKE = UNGRADABLE | MENDED | UNHARMED | BROKEN


def cases(names) -> list[tuple[str, str]]:
    return [(name, id) for name in names for id in EXERCISES]


@pytest.fixture(scope="module")
def results(request, judges):
    return grade_cases(request, judges, lambda name, id: MAKE[name](id))


@pytest.mark.parametrize("case", cases(UNGRADABLE), ids="/".join)
def test_what_is_no_notebook_of_the_assignment_is_named(case, results):
    result = results["/".join(case)]
    assert result.state == "ungradable"
    assert not result.scored and not result.verdicts
    assert len(result.problem.es) > 20 and len(result.problem.en) > 20


@pytest.mark.parametrize("case", cases(MENDED), ids="/".join)
def test_what_an_editor_broke_is_mended_and_said(case, results):
    result = results["/".join(case)]
    assert (result.state, earned(result)) == ("graded", maxima(case[1], other(case[1])))
    assert result.repairs


@pytest.mark.parametrize("case", cases(UNHARMED), ids="/".join)
def test_what_does_no_harm_costs_nothing(case, results):
    result = results["/".join(case)]
    assert (result.state, earned(result)) == ("graded", maxima(case[1], other(case[1])))


@pytest.mark.parametrize("case", cases(BROKEN), ids="/".join)
def test_what_is_broken_costs_itself_alone_and_is_said(case, results):
    result = results["/".join(case)]
    assert (result.state, earned(result)) == ("graded", maxima(other(case[1])))
    verdict = next(v for v in result.verdicts if v.id == case[1])
    assert verdict.state in ("wrong", "missing", "not_written")
    assert verdict.first_failed.message.es and verdict.first_failed.message.en
