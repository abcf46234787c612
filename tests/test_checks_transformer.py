"""What the panels of unit 5 say to wrong solutions that no named mistake equals to the last digit."""

import pytest

from autograder.exercise import Mistake, find
from autograder.judge import judge
from autograder.solutions import mistaken_namespace
from autograder.student import LocalStudent
from autograder.text import Text

HALVES = """
def sinusoids(length, d_model):
    speed = torch.exp(torch.arange(0, d_model, 2) * (-math.log(10000.0) / d_model))
    angle = torch.arange(length)[:, None] * speed
    return torch.cat([angle.sin(), angle.cos()], dim=1)
"""
CROSS = "self.cross_attention(h, memory, memory, memory_mask)"
HEAD = "        self.head ="


def judged(id: str, *edits: tuple[str, str], code: str = ""):
    exercise = find(id)
    namespace = mistaken_namespace(exercise, Mistake("", Text("", ""), edits, code))
    return judge(exercise, LocalStudent(namespace, exercise.forbids), b"secret")


def test_single_precision_does_not_hide_a_named_mistake():
    assert judged("sinusoids", code=HALVES).mistake == "halves"


@pytest.mark.parametrize("call, said", [
    ("self.cross_attention(memory, h, h)", "the query is the target"),
    ("self.cross_attention(h, h, memory, memory_mask)", "the key is `memory`"),
    ("self.cross_attention(h, memory, h)", "the value is `memory`"),
    ("self.cross_attention(h, memory, memory, None)", "No mask reaches `cross_attention`"),
    ("self.attention(h, memory, memory, memory_mask)", "`attention` is used once"),
])  # fmt: skip
def test_a_decoder_layer_is_told_what_its_attentions_are_asked(call, said):
    assert said in judged("decoder_layer", (CROSS, call)).first_failed.message.en


@pytest.mark.parametrize("old, new, said", [
    (HEAD, "        self.register_buffer('pe', sinusoids(300, d_model)[None])\n" + HEAD, "persistent=False"),
    ("nn.ModuleList(DecoderLayer", "list(DecoderLayer", "nn.ModuleList"),
])  # fmt: skip
def test_a_model_is_told_what_is_registered_that_should_not_be_and_the_reverse(old, new, said):
    assert said in judged("transformer", (old, new)).first_failed.message.en
