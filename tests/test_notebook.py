"""What a notebook calls: check, hint and continue_with, in the namespace of the person who works."""

import pytest

import atiende
from autograder import check, continue_with, hint
from autograder.exercise import find
from autograder.notebook import _hints_shown, _ours, _user_namespace
from autograder.panel import rich
from autograder.solutions import imports_source, solution_source

WRONG = solution_source("softmax").replace("axis=axis", "axis=0")


@pytest.fixture
def run():
    """Return a function that runs a cell in the namespace of the notebook, which is empty again afterwards."""
    namespace = _user_namespace()
    before = dict(namespace)
    atiende.set_language("en")
    exec(imports_source("softmax"), namespace)
    yield lambda source: exec(source, namespace)
    namespace.clear()
    namespace.update(before)
    _ours.clear()
    _hints_shown.clear()
    atiende.set_language("es")


def written():
    """Return the softmax that stands in the notebook."""
    return _user_namespace()["softmax"]


def test_check_is_worth_its_points_as_a_plain_number(run):
    run(solution_source("softmax"))
    score = check(written())
    assert float(repr(score)) == find("softmax").points
    assert "Right" in score._repr_html_()


def test_only_the_first_failure_is_crossed_and_its_cause_is_named(run):
    run(WRONG)
    panel = check(written())._repr_html_()
    assert panel.count("✗") == 1 and "–" in panel
    assert "axis 0" in panel


def test_what_the_code_prints_is_folded_into_the_panel(run):
    run(solution_source("softmax").replace("    e = ", "    print('here I am')\n    e = "))
    score = check(written())
    assert score == find("softmax").points and "here I am" in score._repr_html_()


def test_continue_with_keeps_what_is_right(run, capsys):
    run(solution_source("softmax"))
    mine = written()
    continue_with("softmax")
    assert written() is mine and "yours" in capsys.readouterr().out


def test_continue_with_puts_the_course_in_place_of_what_is_wrong_and_pays_nothing_for_it(run, capsys):
    run(WRONG)
    for _ in range(2):
        continue_with("softmax")
        assert "the course's" in capsys.readouterr().out
    score = check(written())
    assert score == 0 and "continue_with" in score._repr_html_()
    run(solution_source("softmax"))
    assert check(written()) == find("softmax").points


def test_hints_come_one_at_a_time_and_end_with_where_the_solution_is(run):
    shown = [str(hint("softmax")) for _ in range(len(find("softmax").hints) + 1)]
    assert len(set(shown)) == len(shown)
    assert "/en/assignments/01_mlp.html#solution-softmax" in shown[-1] and shown[-1].endswith("solutions/en/01_mlp.ipynb")


def test_a_name_that_is_no_exercise_is_told(run):
    with pytest.raises(ValueError, match="`nothing` is not an exercise"):
        check("nothing")


def test_a_sentence_shows_its_code_and_its_bold_words_and_no_markup_of_others():
    assert rich("`a ** b` y **cada una**, 2 ** 3 <b>") == "<code>a ** b</code> y <b>cada una</b>, 2 ** 3 &lt;b&gt;"
