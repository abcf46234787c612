"""The course's own prose as a text to model."""

import pytest

from atiende.data import load_prose, prose


@pytest.mark.parametrize(("language", "word"), [("es", "gradiente"), ("en", "gradient")])
def test_the_prose_is_of_its_language_and_holds_no_code(language, word):
    corpus = load_prose(language)
    assert word in corpus.train and corpus.source == "default"
    assert 0.08 < len(corpus.validation) / len(corpus.train) < 0.15
    assert not set("`$*") & set(corpus.train) and "http" not in corpus.train
    assert not set(corpus.train.splitlines()) >= set(corpus.validation.splitlines())


@pytest.mark.parametrize(("language", "foreign"), [("es", "the of and with which"), ("en", "los las para una que")])
def test_the_prose_holds_one_language(language, foreign):
    """A few sentences quoted from the other language are the course's examples; a bilingual paragraph would bring many."""
    words = (load_prose(language).train + load_prose(language).validation).lower().split()
    assert sum(word in foreign.split() for word in words) < len(words) / 500


def test_without_lessons_there_are_generated_sentences(monkeypatch, tmp_path):
    monkeypatch.setattr(prose, "LESSONS", (tmp_path,))
    assert "río" in load_prose("es").train and "river" in load_prose("en").train
