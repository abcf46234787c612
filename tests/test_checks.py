"""The checks of every unit against every solution, alternative, mistake, blank and piece of junk."""

import copy
import dataclasses
import inspect
import json

import numpy as np
import pytest
import torch

from autograder.content import units
from autograder.exercise import Exercise, check_unit, exercise_ids, find
from autograder.judge import Verdict, judge
from autograder.matrix import try_exercise
from autograder.solutions import SOLUTION, mistaken_namespace, solved_namespace
from autograder.student import LocalStudent

pytestmark = pytest.mark.usefixtures("one_thread")
IDS = exercise_ids()
GATES = [id for id in IDS if any(prop.costly for prop in find(id).properties)]  # their answers train a network
FILES = {unit["id"].split("_", 1)[1]: f"{unit['id']}.ipynb" for unit in units()}


@pytest.fixture(scope="module")
def one_thread():
    """Keep torch to one thread, as the grader does: on the small tensors of a check more of them only wait for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


QUICK = 2  # secrets of the quick tests; the slow ones go on from there


def keys(*numbers: int) -> list[bytes]:
    return [f"secret {n}".encode() for n in range(*numbers)]


def cheap(exercise: Exercise) -> Exercise:
    """Return an exercise without the properties that train: a mistake must lose, and be named, without them."""
    return dataclasses.replace(exercise, properties=[p for p in exercise.properties if not p.costly])


def judged(exercise: Exercise, namespace: dict, key: bytes) -> Verdict:
    return judge(exercise, LocalStudent(namespace, exercise.forbids), key)


def right_ones(exercise: Exercise) -> dict[str, dict]:
    """Return the namespaces of the course's solution and of the alternatives, by name."""
    return {"solution": solved_namespace(exercise)} | {a.name: mistaken_namespace(exercise, a) for a in exercise.alternatives}


def losses(exercise: Exercise, secrets: list[bytes]) -> list[str]:
    """Return what right answers lose under some secrets."""
    found = []
    for name, namespace in right_ones(exercise).items():
        for key in secrets:
            verdict = judged(exercise, namespace, key)
            if verdict.points != exercise.points:
                found.append(f"{name} under {key!r} loses {verdict.first_failed.name}: {verdict.first_failed.message.en}")
    return found


def faults(exercise: Exercise, secrets: list[bytes]) -> list[str]:
    """Return which mistakes survive, or are named as another, under some secrets."""
    return [
        f"{trial.kind} {trial.name} under {key!r} {trial.fault}"
        for key in secrets
        for trial in try_exercise(cheap(exercise), key)
        if trial.fault
    ]


@pytest.mark.parametrize("id", IDS)
def test_right_answers_earn_everything(id):
    assert losses(cheap(find(id)), keys(QUICK)) == []


@pytest.mark.slow
@pytest.mark.parametrize("id", IDS)
def test_right_answers_earn_everything_under_every_secret(id):
    assert losses(cheap(find(id)), keys(QUICK, 15 if id in GATES else 50)) == []


@pytest.mark.slow
@pytest.mark.parametrize("id", GATES)
def test_right_answers_pass_the_gate(id):
    """The course's solution with three seeds, each alternative with one."""
    exercise = find(id)
    assert losses(dataclasses.replace(exercise, alternatives=[]), keys(3)) == [] == losses(exercise, keys(3, 4))


@pytest.mark.parametrize("id", IDS)
def test_each_mistake_loses_and_is_named(id):
    assert faults(find(id), keys(QUICK)) == []


@pytest.mark.slow
@pytest.mark.parametrize("id", IDS)
def test_each_mistake_loses_and_is_named_under_every_secret(id):
    assert faults(find(id), keys(QUICK, 10)) == []


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("id", IDS)
def test_the_released_cell_earns_nothing(id, language, root):
    exercise = find(id)
    cells = json.loads((root / "assignments" / language / FILES[check_unit(id)]).read_text(encoding="utf-8"))["cells"]
    source = next("".join(c["source"]) for c in cells if c["metadata"].get("nbgrader", {}).get("grade_id") == id + SOLUTION)
    namespace = solved_namespace(exercise)
    del namespace[exercise.name]
    exec(source, namespace)
    verdict = judged(exercise, namespace, b"secret")
    assert (verdict.state, verdict.points) == ("not_written", 0.0)


def replace_numbers(value, number):
    """Return `value` with `number(shape)` in place of every array and number in it; what holds none becomes None."""
    if isinstance(value, torch.Tensor):
        return torch.as_tensor(number(tuple(value.shape)), dtype=torch.float64)
    if isinstance(value, np.ndarray):
        return np.asarray(number(value.shape))
    if isinstance(value, (int, float, np.number)):
        return float(number(()))
    if isinstance(value, (list, tuple)):
        return type(value)(replace_numbers(item, number) for item in value)
    if isinstance(value, dict):
        return {key: replace_numbers(item, number) for key, item in value.items()}
    return None


def junk(solution) -> dict:
    """Return functions that answer without having done the work; the shape of a right answer is taken from copies of the inputs."""
    noise = np.random.default_rng(0)

    def shaped(number):
        return lambda *args, **kwargs: replace_numbers(solution(*copy.deepcopy(args), **copy.deepcopy(kwargs)), number)

    return {
        "nothing": lambda *args, **kwargs: None,
        "zero": lambda *args, **kwargs: 0.0,
        "a pair of nothing": lambda *args, **kwargs: (None, None),
        "the first input": lambda *args, **kwargs: args[0] if args else None,
        "the first input twice": lambda *args, **kwargs: (args[0], args[0]) if args else None,
        "all inputs": lambda *args, **kwargs: args,
        "zeros like the first input": lambda *args, **kwargs: np.zeros(np.shape(args[0])) if args else 0.0,
        "an error": lambda *args, **kwargs: {}["missing"],
        "zeros in the right shape": shaped(np.zeros),
        "ones in the right shape": shaped(np.ones),
        "nan in the right shape": shaped(lambda shape: np.full(shape, np.nan)),
        "noise in the right shape": shaped(lambda shape: noise.normal(size=shape)),
    }


@pytest.mark.parametrize("id", IDS)
def test_junk_earns_nothing_on_any_property(id):
    exercise = find(id)
    namespace = solved_namespace(exercise)
    solution = namespace[exercise.name]
    if inspect.isclass(solution):
        junks = {"a bare class": type(exercise.name, (), {}), "a class that takes anything": type(
            exercise.name, (), {"__init__": lambda self, *args, **kwargs: None, "__call__": lambda self, *args: args})}  # fmt: skip
    else:
        junks = junk(solution)
    passed = {
        name: [o.name for o in verdict.outcomes if o.passed]
        for name, answer in junks.items()
        if (verdict := judged(exercise, namespace | {exercise.name: answer}, b"secret")).points
    }
    assert passed == {}


@pytest.mark.parametrize("id", IDS)
def test_every_exercise_is_complete(id):
    exercise = find(id)
    names = [variant.name for variant in (*exercise.mistakes, *exercise.alternatives)]
    texts = [exercise.title, *exercise.hints, *(p.text for p in exercise.properties), *(m.text for m in exercise.mistakes)]
    assert 3 <= len(exercise.properties) <= 12 and all(p.weight > 0 for p in exercise.properties)
    assert len(exercise.mistakes) >= 8 and len(exercise.alternatives) >= 2 and len(exercise.hints) in (2, 3)
    assert len(set(names)) == len(names) and len({m.text for m in exercise.mistakes}) == len(exercise.mistakes)
    assert all(text.es.strip() and text.en.strip() for text in texts)
    assert all(text.es.count("`") == text.en.count("`") and text.es.count("`") % 2 == 0 for text in texts)
