"""Right answers that are written, run or saved in an unusual way keep full marks."""

import re

import pytest
from grading import EXERCISES, add_cell, cell_of, earned, grade_cases, maxima, right, solved

from autograder.exercise import find
from autograder.solutions import SOLUTION, variant_source

# What runs at each call of the answer, or whenever its class is used.
WRAPPED = """
RIGHT

def around(inner):
    def call(*args, **kwargs):
        BEFORE
        result = inner(*args, **kwargs)
        return AFTER
    return call

if isinstance(NAME, type):
    NAME.__init__ = around(NAME.__init__)
else:
    NAME = around(NAME)
"""
FUNCTIONS = ("softmax", "gelu")  # whose result is one array


def wrapped(id: str, before: str = "pass", after: str = "result", top: str = "") -> dict:
    source = WRAPPED.replace("BEFORE", before.replace("\n", "\n        ")).replace("AFTER", after)
    source = re.sub(r"\bNAME\b", find(id).name, source).replace("RIGHT", right(id))
    return solved(**{id: top + source})


def with_cell(id: str, source: str) -> dict:
    return add_cell(solved(id), source)


def reordered(id: str) -> dict:
    """Answer at the very top, above the imports."""
    notebook = solved(id)
    cell = cell_of(notebook, id + SOLUTION)
    notebook["cells"].remove(cell)
    notebook["cells"].insert(0, cell)
    return notebook


def helpers(id: str) -> dict:
    """Keep the work in a function of another name, in a cell of one's own, and point to it."""
    name = find(id).name
    notebook = solved(**{id: f"{name} = my_{name}\n"})
    return add_cell(notebook, re.sub(rf"\b{name}\b", f"my_{name}", right(id)))


def run_twice(id: str) -> dict:
    notebook = solved(id)
    return add_cell(notebook, right(id), len(notebook["cells"]))


def in_colab(id: str) -> dict:
    """Save as Colab does: its metadata, no ids, outputs of its own."""
    notebook = solved(id)
    for n, cell in enumerate(notebook["cells"]):
        del cell["id"]
        cell["metadata"] |= {"id": f"aBc{n}", "colab": {"base_uri": "https://localhost:8080/"}, "outputId": "x"}
        cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ["ok"]}]
    return notebook | {"nbformat_minor": 0, "metadata": {"colab": {"provenance": []}, "accelerator": "GPU"}}


ODD = {
    "F01_warns": lambda id: wrapped(id, "import warnings, sys\nwarnings.warn('old', DeprecationWarning)\nprint('x', file=sys.stderr)"),
    "F01_tqdm": lambda id: wrapped(id, "from tqdm.auto import tqdm\nfor _ in tqdm(range(3)): pass"),
    "F01_logs": lambda id: wrapped(id, top="import logging, warnings\nlogging.basicConfig(level=0)\nwarnings.simplefilter('always')\n"),
    "F02_prints": lambda id: wrapped(id, "print('x' * 100_000)"),
    "F02_cell": lambda id: with_cell(id, "for i in range(20000): print(i, 'a line that says something')"),
    "F07_helpers": helpers,
    "F07_reordered": reordered,
    "F07_twice": run_twice,
    "F10_slow": lambda id: wrapped(id, "for _ in range(3): inner(*args, **kwargs)"),
    "F12_files": lambda id: wrapped(id, "import os, tempfile\nos.makedirs('cache/deep', exist_ok=True)\n"
                                        "open('cache/deep/a.txt', 'w').write('x')\ntempfile.NamedTemporaryFile().write(b'x')"),
    "F12_plots": lambda id: with_cell(id, "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\nplt.figure()\nplt.hist([1])"),
    "F13_workers": lambda id: with_cell(id, "from torch.utils.data import DataLoader\n"
                                            "assert len(list(DataLoader(torch.arange(8), batch_size=4, num_workers=2))) == 2"),
    "F13_threads": lambda id: with_cell(id, "from concurrent.futures import ThreadPoolExecutor\n"
                                            "assert list(ThreadPoolExecutor(2).map(abs, [-1, 2])) == [1, 2]"),
    "F13_command": lambda id: with_cell(id, "import subprocess, sys\n"
                                            "assert subprocess.check_output([sys.executable, '-c', 'print(7)']) == b'7\\n'\n"
                                            "!echo hello\nx = !echo {2 + 3}\nassert list(x) == ['5'], x"),
    "F13_shared": lambda id: with_cell(id, "assert torch.zeros(3).share_memory_().is_shared()"),
    "F14_input": lambda id: with_cell(id, "name = input('¿Cómo te llamas? ')"),
    "F14_exit": lambda id: with_cell(id, "exit()"),
    "F14_interrupt": lambda id: with_cell(id, "raise KeyboardInterrupt"),
    "F14_seed": lambda id: wrapped(id, "np.random.seed(3)\ntorch.manual_seed(3)"),
    "F14_dtype": lambda id: with_cell(id, "torch.set_grad_enabled(True)\nnp.set_printoptions(precision=2)"),
    "F15_colab": in_colab,
    "F15_outputs": lambda id: with_cell(id, "from IPython.display import HTML\nHTML('<b>bold</b>')"),
}  # fmt: skip
LOOSE = {
    "F03_list": "result.tolist()",
    "F03_tuple": "tuple(result) if np.ndim(result) == 1 else result.tolist()",
    "F03_float32": "np.asarray(result, dtype=np.float32)",
    "F03_gradient": "torch.tensor(result, requires_grad=True)",
    "F06_other_rounding": "(np.asarray(result, dtype=np.float32) * np.float32(3) / np.float32(3)).astype(float)",
}
CASES = [(name, id) for name in ODD for id in EXERCISES]
CASES += [(name, id) for name in LOOSE for id in FUNCTIONS]
CASES += [(f"F06_{n}", id) for id in EXERCISES for n, _ in enumerate(find(id).alternatives)]


def make(name: str, id: str) -> dict:
    if name in LOOSE:
        return wrapped(id, after=LOOSE[name])
    if name in ODD:
        return ODD[name](id)
    return solved(**{id: variant_source(find(id), find(id).alternatives[int(name.removeprefix("F06_"))])})


@pytest.fixture(scope="module")
def results(request, judges):
    return grade_cases(request, judges, make)


@pytest.mark.parametrize("case", CASES, ids="/".join)
def test_an_odd_but_right_answer_keeps_full_marks(case, results):
    result = results["/".join(case)]
    failed = [v.first_failed.message for v in result.verdicts if v.id == case[1] and v.first_failed]
    assert (result.state, earned(result)) == ("graded", maxima(case[1])), failed


def test_the_odd_cells_did_what_they_should(request, results):
    """A cell that fails in the worker, but not at home, would not be an odd one: only three of them may raise."""
    for name, result in results.items():
        if not name.startswith(("F14_input", "F14_exit", "F14_interrupt")):
            errors = [o["evalue"] for c in result.notebook["cells"] for o in c.get("outputs", ()) if o["output_type"] == "error"]
            assert not errors, (name, errors)
