"""The engine, one submission at a time: what runs, what is blamed, what is begun again, what is told in which language."""

import hashlib
import json
import os
import threading
import time
from pathlib import Path

import graders
import pytest
import small_class as small
from grading import (
    EXERCISES,
    LIMITS,
    NAME,
    add_cell,
    assignment,
    cell_of,
    earned,
    handed,
    maxima,
    needs_isolation,
    release,
    right,
    solved,
)

from autograder.engine.limits import MB, Limits
from autograder.engine.nursery import Connection, Nursery
from autograder.engine.submission import Assignment, Handed, collect, grade_submission
from autograder.solutions import SOLUTION

pytestmark = needs_isolation()


@pytest.fixture(scope="module")
def grade(judges):
    connection = Connection(judges.nursery.address)
    yield lambda notebook, **more: grade_submission(handed("ana", notebook, **more), judges.assignment, connection)
    connection.close()


def errors(result) -> list[str]:
    return [o["ename"] for c in result.notebook["cells"] for o in c.get("outputs", ()) if o["output_type"] == "error"]


def test_an_untouched_notebook_earns_nothing(grade):
    result = grade(release())
    assert (result.state, earned(result)) == ("graded", maxima())
    assert {v.state for v in result.verdicts} == {"not_written"}


def test_a_solved_notebook_earns_everything(grade):
    result = grade(solved(*EXERCISES))
    assert (result.state, earned(result), result.flags, result.repairs) == ("graded", maxima(*EXERCISES), [], [])


def test_the_result_is_the_same_again(grade):
    first, second = (grade(solved("softmax", gelu="def gelu(x):\n    return x / 2")) for _ in range(2))
    assert (first.verdicts, first.notebook) == (second.verdicts, second.notebook)


def test_one_error_costs_one_exercise(grade):
    result = grade(solved("softmax", "gelu", linear_forward="raise ValueError('no')"))  # F11
    assert (result.state, earned(result)) == ("graded", maxima("softmax", "gelu"))
    assert errors(result) == ["ValueError"]


def test_a_cell_that_never_ends_is_interrupted_and_the_next_ones_run(grade):
    result = grade(add_cell(solved("softmax"), "import time\nready = 7\nwhile True: pass"))
    assert (result.state, earned(result)) == ("student_timeout", maxima("softmax"))
    assert "2" in result.problem.en and errors(result)[0] == "CellTimeoutError"


def test_a_cell_that_crashes_is_left_out_and_the_rest_runs_again(grade):
    result = grade(add_cell(solved("softmax"), "import os\nos._exit(3)"))
    assert (result.state, earned(result)) == ("student_crash", maxima("softmax"))


def test_an_answer_cell_that_crashes_is_named(grade):
    result = grade(solved("softmax", gelu="import os\nos.abort()"))
    assert (result.state, earned(result)) == ("student_crash", maxima("softmax"))
    assert "gelu" in result.problem.es


def test_restarts_end(grade):
    notebook = solved("softmax")
    for _ in range(LIMITS.restarts + 3):
        add_cell(notebook, "import os\nos._exit(3)")
    result = grade(notebook)
    assert (result.state, earned(result)) == ("student_crash", maxima())


def test_a_check_that_crashes_or_never_ends_costs_that_check(grade):
    for body, state in (("import os; os._exit(1)", "student_crash"), ("while True: pass", "student_timeout")):
        result = grade(solved("softmax", gelu=f"def gelu(x):\n    {body}\n"))
        assert (result.state, earned(result)) == (state, maxima("softmax"))
        assert "gelu" in result.problem.en


def test_a_check_leaves_no_trace_for_the_next(grade):
    spoil = "def gelu(x):\n    global softmax\n    np.exp = np.sum = np.max = None\n    del softmax\n    return x\n"
    result = grade(solved("softmax", "linear_forward", gelu=spoil))
    assert earned(result)["softmax"] and earned(result)["linear_forward"]


def test_what_is_handed_in_chooses_the_language():
    releases = {language: release() for language in ("es", "en")}
    for language, notebook in releases.items():
        setup = {"cell_type": "code", "id": "setup", "metadata": {}, "source": f'import atiende\natiende.start("{language}")'}
        notebook["cells"].insert(0, setup)
    given = Assignment(NAME, releases, "es", b"secret", LIMITS)
    with Nursery("mlp", LIMITS) as nursery:
        connection = Connection(nursery.address)
        for language, notebook in releases.items():
            result = grade_submission(handed("ana", notebook), given, connection)
            assert result.language == language
            panel = cell_of(result.notebook, "softmax")["outputs"][0]["data"]["text/html"]
            assert {"es": "Sin escribir", "en": "Not written yet"}[language] in panel
        connection.close()


def test_inputs_depend_on_what_was_handed_in(grade):
    spy = "def softmax(z, axis=-1):\n    raise ValueError(repr(np.asarray(z).ravel()[:3]))\n"
    seen = {cell_of(grade(solved(softmax=spy + "#" * n)).notebook, "softmax")["outputs"][0]["data"]["text/html"] for n in range(3)}
    assert len(seen) == 3


def test_other_files_are_listed_and_never_used(tmp_path, grade, judges):
    folder = tmp_path / "ana" / NAME
    folder.mkdir(parents=True)
    (folder / f"{NAME}.ipynb").write_text(json.dumps(solved("softmax")))
    for name in ("numpy.py", "results.pkl", "=cmd|'calc'!A1.csv", "a,\"b\".txt", "..zip", "\x1b[2J.txt"):
        (folder / name).write_text("raise SystemExit")
    (folder / os.fsdecode(b"\xff\xfe.txt")).write_text("x")
    (folder / "link.py").symlink_to("/etc/passwd")
    (folder / "timestamp.txt").write_text("1970-01-01 00:00:00 UTC")
    given = collect("ana", folder, judges.assignment)
    result = grade_submission(given, judges.assignment, Connection(judges.nursery.address))
    assert (result.state, earned(result)) == ("graded", maxima("softmax"))
    told = " ".join(flag.en for flag in result.flags)
    assert "numpy.py" in told and "link.py" in told and "timestamp" not in told
    assert "\x1b" not in told
    result.to_json().encode("utf-8")


@pytest.mark.parametrize("kind", ["link", "hard link", "device", "pipe", "folder", "unreadable name", "two", "none", "only zip"])
def test_what_is_not_a_notebook_file_is_refused(tmp_path, kind, judges):
    source, folder = tmp_path / "source.ipynb", tmp_path / "ana" / NAME  # S21, T07
    source.write_text(json.dumps(solved(*EXERCISES)))
    folder.mkdir(parents=True)
    path = folder / f"{NAME}.ipynb"
    make = {
        "link": lambda: path.symlink_to(source),
        "hard link": lambda: path.hardlink_to(source),
        "device": lambda: path.symlink_to("/dev/zero"),
        "pipe": lambda: os.mkfifo(path),
        "folder": lambda: path.mkdir(),
        "unreadable name": lambda: (folder / "other.txt").write_text("x"),
        "two": lambda: [(folder / f"{n}.ipynb").write_text("{}") for n in "ab"],
        "none": lambda: None,
        "only zip": lambda: (folder / "work.zip").write_bytes(b"PK\x05\x06" + bytes(18)),
    }
    make[kind]()
    given = collect("ana", folder, judges.assignment)
    assert not given.data and given.problem.es and given.problem.en
    result = grade_submission(given, judges.assignment, Connection("/nowhere"))
    assert (result.state, result.verdicts) == ("ungradable", [])


def test_a_folder_that_is_a_link_is_refused(tmp_path, judges):
    real = tmp_path / "bea"
    real.mkdir()
    (real / f"{NAME}.ipynb").write_text(json.dumps(solved(*EXERCISES)))
    (tmp_path / "ana").symlink_to(real)
    assert collect("ana", tmp_path / "ana", judges.assignment).problem


def test_nothing_is_left_of_a_submission(grade, judges):
    daemon = "import os, time\nif os.fork() == 0:\n    os.setsid()\n    while True: time.sleep(1)\n"
    before = workers(judges)
    result = grade(add_cell(solved("softmax"), daemon))
    assert result.state == "graded"
    assert workers(judges) == before


def workers(judges) -> int:
    """Return how many processes the warm parent has forked that still live."""
    folder, found = judges.nursery.folder.encode(), 0
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            found += folder in path.read_bytes()
        except OSError:
            continue
    return found


def test_many_processes_share_one_budget_of_memory(judges):
    """Thirty processes that each stay under the limit are ended before they fill the host."""
    hoard = """
import os, time
for n in range(30):
    if os.fork() == 0:
        x = bytearray(b"x" * 250_000_000)
        time.sleep(60)
time.sleep(60)
"""
    free, lowest, done = available(), [available()], threading.Event()

    def watch():
        while not done.wait(0.05):
            lowest.append(available())

    watcher = threading.Thread(target=watch)
    watcher.start()
    connection = Connection(judges.nursery.address)
    begun = time.monotonic()
    result = grade_submission(handed("ana", add_cell(solved("softmax"), hoard)), judges.assignment, connection)
    done.set()
    watcher.join()
    assert result.state == "student_crash" and earned(result) == maxima("softmax")
    assert time.monotonic() - begun < 30
    assert free - min(lowest) < LIMITS.memory_bytes + 3000 * MB  # thirty of them would take 7500 MB


def available() -> int:
    line = next(line for line in Path("/proc/meminfo").read_text().splitlines() if line.startswith("MemAvailable"))
    return int(line.split()[1]) * 1024


def test_the_warm_parent_is_told_apart_from_the_student():
    with Nursery("mlp", Limits()) as nursery:
        connection = Connection(nursery.address)
        nursery.closing = True  # so that no new one is started
        nursery.process.kill()
        nursery.process.wait()
        with pytest.raises(RuntimeError):
            grade_submission(handed("ana", solved("softmax")), assignment(), connection)


def test_a_digest_is_that_of_the_bytes(grade):
    notebook = solved("softmax")
    assert grade(notebook).digest == hashlib.sha256(json.dumps(notebook).encode()).hexdigest()
    assert Handed("ana", b"").digest


def test_the_answer_of_another_cell_is_found_by_its_name(grade):
    notebook = solved("softmax")
    cell = cell_of(notebook, "softmax" + SOLUTION)
    cell["metadata"], cell["id"] = {}, "lost"
    result = grade(notebook)
    assert earned(result) == maxima("softmax") and result.repairs
    assert right("softmax") in cell_of(result.notebook, "softmax" + SOLUTION)["source"]

def test_a_class_with_strange_names_and_worse_submissions_is_graded_to_the_end(small_class, tmp_path):
    course = small_class(tmp_path, 4)
    submitted = course.root / "submitted"
    names = ["=cmd|' /C calc'!A0", '-1+1,"x"', "@SUM(A1)", "<script>alert(1)</script>", "ñandú 🐦", "a'; DROP TABLE student; --"]
    for n, name in enumerate(name.replace("/", "∕") for name in names):  # H09
        small.hand_in(course, name, "solved", n)
    worse = {"link": lambda path: path.symlink_to(submitted / "student00000" / small.NAME / f"{small.NAME}.ipynb"),
             "folder": lambda path: path.mkdir(), "pipe": os.mkfifo, "empty": lambda path: path.write_bytes(b""),
             "zip": lambda path: path.write_bytes(b"PK\x03\x04../../etc/passwd")}  # fmt: skip
    for name, make in worse.items():
        (submitted / name / small.NAME).mkdir(parents=True)
        make(submitted / name / small.NAME / f"{small.NAME}.ipynb")
        (submitted / name / small.NAME / "timestamp.txt").write_text("0001-01-01 00:00:00 UTC")  # S62
    (submitted / "linked").mkdir()
    (submitted / "linked" / small.NAME).symlink_to(submitted / "student00000" / small.NAME)
    graders.grade(course, "--jobs", "2")
    states = {student: state for student, (state, _, _) in graders.points(course).items()}
    assert {state for name, state in states.items() if name in worse or name == "linked"} == {"ungradable"}
    assert {state for name, state in states.items() if name not in worse and name != "linked"} == {"graded"}
    scores = graders.stored(course)
    assert len({str(scores[name][2]) for name in scores if name not in worse and name.startswith(("=", "-", "@", "<", "ñ"))}) == 1
    assert all(scores[name][1] == 0 for name in worse)
