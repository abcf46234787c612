"""Whatever bytes come in, from a file or from a worker, what happens is one of the things that may happen."""

import contextlib
import copy
import json
import random
import socket
import struct
import threading
import time
from types import SimpleNamespace

import msgpack
import nbformat
import numpy as np
import pytest
import torch
from grading import EXERCISES, LIMITS, add_cell, earned, grade_cases, maxima, release, solved
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.engine.frames import receive, send
from autograder.engine.intake import UngradableError, read_submission
from autograder.engine.limits import Limits
from autograder.engine.remote import RemoteStudent
from autograder.engine.splice import release_cells, splice
from autograder.exercise import find
from autograder.judge import judge
from autograder.student import Student
from autograder.values import MAX_BYTES, NotPlainError, Reference, decode, encode, size_of


def tries(count: int):
    """Return settings that try as many examples, the same in every run."""
    return settings(max_examples=count, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))


HONEST = solved("softmax", "gelu")  # what is mutated: two exercises are right
RELEASE = release_cells(release())
ODD = [None, True, -1, 0, 3, 4, 1e300, 10**30, "", "x", "check(softmax)", "def softmax(z):\n    pass", "\ud800", "\x00", [], {},
       [[]], {"a": 1}, ["a", 1], "markdown", "code", "raw", {"nbgrader": {"grade_id": "softmax-solution"}}, "softmax-solution",
       {"nbgrader": []}, "\n" * 2000, "é" * 300, [None] * 50]  # fmt: skip


def places(value, path=()):
    """Yield the path of every part of a JSON value."""
    yield path
    for key, part in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(part, (*path, key))


PLACES = [path for path in places(HONEST) if path]


def mutate(notebook: dict, chance: random.Random) -> dict:
    """Change a few parts of a notebook: replace, delete, copy, swap, rename."""
    notebook = copy.deepcopy(notebook)
    for _ in range(chance.randint(1, 4)):
        path = chance.choice(PLACES)
        try:
            parent = notebook
            for key in path[:-1]:
                parent = parent[key]
            kind = chance.randrange(6)
            if kind == 0:
                del parent[path[-1]]
            elif kind == 1 and isinstance(parent, list):
                parent.insert(chance.randint(0, len(parent)), copy.deepcopy(parent[path[-1]]))
            elif kind == 2 and isinstance(parent, list):
                chance.shuffle(parent)
            elif kind == 3 and isinstance(parent, dict):
                parent[chance.choice(("source", "metadata", "id", "cell_type", "nbgrader", "odd"))] = parent.pop(path[-1])
            elif kind == 4 and isinstance(parent[path[-1]], str):
                text = parent[path[-1]]
                cut = chance.randint(0, len(text))
                parent[path[-1]] = chance.choice((text[:cut], text[cut:], text + text, text[:cut] + "\n\n" + text[cut:]))
            else:
                parent[path[-1]] = copy.deepcopy(chance.choice(ODD))
        except (KeyError, IndexError, TypeError):
            continue
    return notebook


def mutate_bytes(data: bytes, chance: random.Random) -> bytes:
    """Flip, cut, double and insert bytes."""
    data = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        place, kind = chance.randrange(len(data) + 1), chance.randrange(5)
        if kind == 0 and place < len(data):
            data[place] ^= 1 << chance.randrange(8)
        elif kind == 1:
            del data[place : place + chance.randint(1, 400)]
        elif kind == 2:
            data[place:place] = chance.choice((b'"', b"{", b"]", b"\\", b"\x00", b"\xff\xfe", b",", b"\\ud800", b"1e999", b"NaN"))
        elif kind == 3:
            data[place:place] = data[place : place + chance.randint(1, 400)]
        else:
            data[place:place] = chance.randbytes(chance.randint(1, 20))
    return bytes(data)


def read(data: bytes) -> dict | None:
    """Return the notebook that would be run and shown, or None where the submission is refused with a reason."""
    try:
        spliced = splice(RELEASE, read_submission(data, LIMITS))
    except UngradableError as error:
        assert error.text.es and error.text.en
        return None
    mine = ("solution", "answer", "given", "extra")
    assert [(c.grade_id, c.metadata) for c in spliced.cells if c.role != "extra"] == [(c.grade_id, c.metadata) for c in RELEASE]
    assert [c.source for c in spliced.cells if c.role not in mine] == [c.source for c in RELEASE if c.role not in mine]
    for note in spliced.repairs:
        (note.es + note.en).encode("utf-8")
    cells = [{"cell_type": c.type, "id": f"c{n}", "metadata": c.metadata, "source": c.source}
             | ({"outputs": [], "execution_count": None} if c.type == "code" else {}) for n, c in enumerate(spliced.cells)]  # fmt: skip
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    nbformat.validate(nbformat.from_dict(notebook))
    json.dumps(notebook, ensure_ascii=False).encode("utf-8")
    return notebook


@tries(1200)
@given(st.integers(0, 2**60))
def test_a_mutated_structure_is_read_or_refused(seed):
    read(json.dumps(mutate(HONEST, random.Random(seed))).encode())


@tries(800)
@given(st.integers(0, 2**60))
def test_mutated_bytes_are_read_or_refused(seed):
    read(mutate_bytes(json.dumps(HONEST).encode(), random.Random(seed)))


@tries(300)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data):
    read(data)


@tries(300)
@given(st.recursive(st.sampled_from(ODD), lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
    st.sampled_from(("nbformat", "cells", "worksheets", "metadata", "source", "input", "cell_type", "nbgrader", "id", "level")), inner),
    max_leaves=20))  # fmt: skip
def test_any_json_is_read_or_refused(value):
    for version in ({}, {"nbformat": 3}, {"nbformat": 4}, {"nbformat": 2}, {"nbformat": None}):
        read(json.dumps({"cells": value, "worksheets": [{"cells": value}], **version}).encode())


SEEDS = [("structure", str(n)) for n in range(24)] + [("bytes", str(n)) for n in range(16)]


@pytest.fixture(scope="module")
def graded(request, judges):
    change = {"structure": lambda chance: json.dumps(mutate(HONEST, chance)).encode(),
              "bytes": lambda chance: mutate_bytes(json.dumps(HONEST).encode(), chance)}  # fmt: skip
    return grade_cases(request, judges, lambda kind, seed: change[kind](random.Random(int(seed))))


@pytest.mark.parametrize("case", SEEDS, ids="/".join)
def test_a_mutated_notebook_never_earns_more(case, graded):
    result = graded["/".join(case)]
    assert result.state in ("graded", "ungradable", "student_timeout", "student_crash")
    most = maxima("softmax", "gelu")
    assert all(points <= most[id] for id, points in earned(result).items())
    if result.notebook is None:
        assert result.state == "ungradable" and result.problem
    else:
        nbformat.validate(nbformat.from_dict(result.notebook))


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**40), 10**40) | st.floats() | st.text(max_size=20)
    | st.builds(lambda shape, kind: np.zeros(shape, kind), st.lists(st.integers(0, 4), max_size=4),
                st.sampled_from(("bool", "int8", "float16", "float64", "complex64")))
    | st.builds(torch.ones, st.lists(st.integers(0, 4), max_size=3)) | st.builds(Reference, st.integers(0, 10**6)),
    lambda inner: st.lists(inner, max_size=4) | st.tuples(inner, inner)
    | st.dictionaries(st.text(max_size=5) | st.integers(-5, 5), inner, max_size=4), max_leaves=12)  # fmt: skip


@tries(400)
@given(plain)
def test_a_plain_value_survives_its_journey(value):
    back = decode(encode(value))
    assert same(value, back)
    assert size_of(back) > 0


def same(a, b) -> bool:
    if isinstance(a, (list, tuple)):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[k], b[k]) for k in a)
    if isinstance(a, (np.ndarray, torch.Tensor)):
        return type(a) is type(b) and a.dtype == b.dtype and a.shape == b.shape and bool((a == b).all())
    return type(a) is type(b) and (a == b or a != a)


@tries(1500)
@given(st.binary(max_size=200) | st.builds(lambda value, seed: mutate_bytes(encode(value), random.Random(seed)), plain, st.integers()))
def test_any_message_is_a_plain_value_or_refused(data):
    for arrays in (True, False):
        try:
            value = decode(data, arrays)
        except NotPlainError:
            continue
        encode(value)
        if not arrays:
            assert value == value or "nan" in repr(value)  # comparing it raises nothing


def tag(code: int, payload: bytes) -> bytes:
    return b"\xc9" + struct.pack(">Ib", len(payload), code) + payload


def nested(depth: int, data: bytes = b"\x90") -> bytes:
    for _ in range(depth):
        data = tag(3, b"\x91" + data)
    return data


BOMBS = {
    "empty lists": lambda: b"\xdd" + struct.pack(">I", 10**6) + b"\x90" * 10**6,
    "empty lists in lists": lambda: b"\xdc\x03\xe8" + (b"\xdc\x27\x10" + b"\x90" * 10_000) * 1000,
    "empty dicts": lambda: b"\xdd" + struct.pack(">I", 199_999) + b"\x80" * 199_999,
    "promised lists": lambda: (b"\xdd" + struct.pack(">I", 199_999)) * 400,
    "promised text": lambda: b"\xdb\xff\xff\xff\xff",
    "deep lists": lambda: b"\x91" * 10**6,
    "deep tuples": lambda: nested(40),
    "tuples that copy": lambda: nested(8, tag(1, bytes(50 * 2**20))),
    "tiny tensors": lambda: b"\xdd" + struct.pack(">I", 10**5) + tag(2, msgpack.packb(["int8", [1], b"a"])) * 10**5,
    "keys that collide": lambda: b"\xdf" + struct.pack(">I", 90_000) + b"".join(
        tag(4, hex(k * (2**61 - 1)).encode()) + b"\xc0" for k in range(1, 90_001)),
    "a time": lambda: b"\xd6\xff\x00\x00\x00\x01",
    "a shape too large": lambda: tag(1, msgpack.packb(["int8", [2**39, 2**39], b""])),
    "a negative shape": lambda: tag(1, msgpack.packb(["int8", [-1, -1], b"a"])),
    "objects": lambda: tag(1, msgpack.packb(["object", [1], bytes(8)])),
    "a long number": lambda: tag(4, b"f" * 10**6),
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_a_message_that_would_fill_the_memory_is_refused_at_once(name):
    data = BOMBS[name]()
    assert len(data) < MAX_BYTES
    begun = time.process_time()
    with pytest.raises(NotPlainError):
        decode(data)
    assert time.process_time() - begun < 2


class HostilePeer:
    """Stand on the student's side of both sockets and answer every question with what `reply` makes."""

    def __init__(self, reply):
        self.control, theirs = socket.socketpair()
        self.thread = threading.Thread(target=self._serve, args=(theirs, reply), daemon=True)
        self.thread.start()

    def _serve(self, theirs, reply):
        from autograder.engine.frames import receive_with_fd

        try:
            while True:
                _, fd = receive_with_fd(theirs)
                with socket.socket(fileno=fd) as check, contextlib.suppress(OSError):  # the judge may hang up
                    while receive(check)["op"] != "end":
                        check.sendall(reply())
                send(theirs, {"ended": 0})
        except OSError:
            theirs.close()


ANSWERS = [
    None, True, 0, 1, -1, 10**18, 2**62, -(10**40), 0.5, float("nan"), float("inf"), 1e308, "", "a" * 1000, "\x1b[2J{0}{name}",
    [], [[]], [1, [2, [3]]], ["a" * 60_000] + ["a"] * 20_000, [[1.0] * 300] * 300, (), (1, 2), ([], {}), {}, {"W1": None, 1: 2},
    {"q1": ["a"], "q2": 10**30}, np.zeros(0), np.zeros((3, 0, 2)), np.zeros(()), np.ones((4, 5)), np.full((2, 3), np.nan),
    np.zeros(10**6), np.zeros((2,) * 20), np.array(["nan"], dtype=float), np.ones(3, dtype=complex), np.ones((2, 2), dtype=bool),
    torch.zeros(0), torch.ones(3, 4, dtype=torch.int64), torch.full((2, 2), float("inf")), torch.ones((), dtype=torch.float16),
    (np.zeros((2, 2)), (np.ones(2), None)), [np.zeros(3), np.zeros(4)], Reference(7), Reference(10**9),
]  # fmt: skip
LIMIT = Limits(wall_factor=1.0, wall_grace=2.0, check_factor=0.4)


@pytest.mark.parametrize("id", EXERCISES + ("cross_entropy", "he_init", "adamw_step", "dropout", "make_windows", "standardize",
                                            "linear_backward", "two_layer_net", "value", "quiz_mlp"))  # fmt: skip
def test_a_judge_survives_whatever_is_answered(id):
    """Answers of every kind and size, in any order, are wrong, and cost the judge neither its wits nor its time."""
    chance = random.Random(id)
    encoded = [encode({"value": value}) for value in ANSWERS]
    encoded += [encode({"value": Reference(1)})] * len(encoded)  # so that what is kept is often kept
    encoded += [encode({"error": (kind, "{x}\x1b", "line", 3)}) for kind in ("ValueError", "NotImplementedError", "StudentCrash")]
    exercise = find(id)
    for _ in range(12):
        peer = HostilePeer(lambda: struct.pack(">I", len(data := chance.choice(encoded))) + data)
        worker = SimpleNamespace(control=peer.control)
        begun = time.monotonic()
        with RemoteStudent(worker, exercise, [], LIMIT) as student:
            verdict = judge(exercise, student, b"key")
        assert time.monotonic() - begun < 40
        assert verdict.points == 0, [o for o in verdict.outcomes if o.passed]
        for outcome in verdict.outcomes:
            assert outcome.message.es and outcome.message.en
        peer.control.close()


@tries(150)
@given(st.lists(st.binary(max_size=60), min_size=1, max_size=4), st.booleans())
def test_any_frames_end_in_a_verdict(frames, framed):
    """Random bytes where answers should be end the check, never the judge."""
    turn = iter(range(10**9))

    def reply():
        data = frames[next(turn) % len(frames)]
        return struct.pack(">I", len(data)) + data if framed else data + bytes(4)

    peer = HostilePeer(reply)
    exercise = find("gelu")
    limits = Limits(wall_factor=0.0, wall_grace=0.3)
    try:
        with RemoteStudent(SimpleNamespace(control=peer.control), exercise, [], limits) as student:
            verdict = judge(exercise, student, b"key")
            assert verdict.points == 0
    except (ConnectionError, TimeoutError, NotPlainError):
        pass  # the worker itself is at fault, and is begun again
    peer.control.close()


def test_answers_have_a_budget():
    """Answers that are each allowed are together not: the judge does not keep all that it is sent."""
    data = encode({"value": np.zeros(7_000_000)})
    peer = HostilePeer(lambda: struct.pack(">I", len(data)) + data)
    with RemoteStudent(SimpleNamespace(control=peer.control), find("gelu"), [], Limits()) as student:
        kept = 0
        while not student.ended and kept < 20:
            student.send({"op": "value", "args": (), "keep": False})
            kept += 1
    assert student.ended == "crash" and kept < 8
    peer.control.close()


def test_a_training_set_fits_in_one_question():
    """Half of what a message may be is not counted twice on its way in."""

    class Echo(Student):
        def send(self, request):
            return {"value": decode(encode(request))["args"][1][0].shape}

    assert Echo().call("train", np.zeros((1000, 3, 64, 64), np.float32)) == (1000, 3, 64, 64)


def test_a_right_notebook_with_strange_cells_stays_right():
    notebook = add_cell(copy.deepcopy(HONEST), "x = 1")
    assert read(json.dumps(notebook).encode())["cells"][1]["source"] == "x = 1"
