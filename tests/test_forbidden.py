"""What the syntax tree tells the instructor of calls that an exercise forbids."""

import pytest

from autograder.exercise import exercise_ids, find
from autograder.forbidden import forbidden_calls
from autograder.solutions import solution_source, variant_source

SOFTMAX = ("scipy.special.softmax", "torch.softmax", "torch.nn.functional.softmax", "torch.Tensor.softmax",
           "torch.nn.Softmax.forward", "torch.autograd.grad")


@pytest.mark.parametrize(("source", "found"), [
    ("scipy.special.softmax(z)", [(1, "scipy.special.softmax")]),
    ("from scipy.special import softmax as s\ns(z)", [(1, "scipy.special.softmax")]),
    ("f = torch.softmax", [(1, "torch.softmax")]),
    ("\nF.softmax(z, -1)", [(2, "scipy.special.softmax")]),
    ("torch.nn.functional.softmax(z, -1)", [(1, "torch.nn.functional.softmax")]),
    ("x = z.softmax(-1)", [(1, "scipy.special.softmax")]),
    ("layer = nn.Softmax(dim=-1)", [(1, "torch.nn.Softmax.forward")]),
    ("g, = torch.autograd.grad(y, x)", [(1, "torch.autograd.grad")]),
    ("def softmax(z):\n    return softmax(z - z.max())", []),
    ("class V:\n    def step(self):\n        self.grad += self.out.grad * 2", []),
    ("'torch.softmax'  # torch.softmax(z)", []),
    ("def softmax(:", []),
])
def test_calls_are_found_and_nothing_else(source, found):
    assert forbidden_calls(source, SOFTMAX) == found


@pytest.mark.parametrize("id", exercise_ids())
def test_no_honest_answer_is_flagged(id):
    exercise = find(id)
    for source in (solution_source(id), *(variant_source(exercise, a) for a in exercise.alternatives)):
        assert forbidden_calls(source, exercise.forbids) == []
