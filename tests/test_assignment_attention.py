"""The text of the fourth assignment promises the gate that its check holds."""

from pathlib import Path

import pytest

from autograder.checks.attention import translator

ASSIGNMENT = Path(__file__).parent.parent / "units" / "04_attention" / "assignment.py"


@pytest.fixture(scope="module")
def told():
    return " ".join(ASSIGNMENT.read_text(encoding="utf-8").replace("\n#", " ").split())


def test_both_languages_tell_the_gate_of_the_check(told):
    steps, rows, gate, looks = translator.STEPS, translator.BATCH_SIZE, f"{100 * translator.GATE:g}", f"{translator.LOOKS:g}"
    assert f"{steps} lotes de {rows} secuencias nuevas" in told and f"{steps} batches of {rows} new sequences" in told
    assert f"el {gate} % de las secuencias" in told and f"{gate}% of the sequences" in told
    assert f"sea de {looks} o más" in told and f"must be {looks} or more" in told


def test_the_run_after_the_gate_trains_as_the_gate_does(told):
    assert f"T={translator.T}, steps={translator.STEPS}, vocab_size={translator.SYMBOLS}" in told
    assert f"{translator.LR} * min(1, 2 * (steps - step) / steps)" in told
    assert f"torch.randint(vocab_size, ({translator.BATCH_SIZE}, T))" in told
