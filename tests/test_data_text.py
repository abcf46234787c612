"""Texts and sentences: what a model reads, and what it should know."""

import math
from collections import Counter

import pytest
import torch
from test_data_files import alone, lines, mirror  # noqa: F401 - fixtures

from atiende.data import Vocabulary, load_names, load_quijote, load_shakespeare, make_sentences
from atiende.data.sentences import GRAMMARS
from atiende.language import set_language


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_decided_word_agrees_with_who_decides_it(language):
    grammar = GRAMMARS[language]
    numbers = {(article, noun): number for article, noun, number, _ in grammar.obstacles}
    for sentence in make_sentences(500, gap=(0, 5), language=language):
        subject = 0 if sentence.words[1] in grammar.subjects[0] else 1
        joint = sentence.words.index("porque" if language == "es" else "because")
        who = subject if sentence.about == "subject" else numbers[sentence.words[joint - 2 : joint]]
        if language == "es":
            said = {"a": 0, "o": 1}[sentence.words[sentence.at][-1]]
            assert sentence.rival[:-1] == sentence.words[sentence.at][:-1]
        else:
            said = ["she", "he"].index(sentence.words[sentence.at]) if sentence.about == "subject" else ["it", "they"].index(
                sentence.words[sentence.at]
            )  # fmt: skip
        assert said == who
        assert sentence.words[sentence.at] != sentence.rival and sentence.words[-1] == "."


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_gap_is_the_number_of_words_between_subject_and_verb(language):
    grammar = GRAMMARS[language]
    for gap in (0, 1, 4, 9):
        for sentence in make_sentences(40, gap=(gap, gap), language=language, seed=gap):
            middle = " ".join(sentence.words[2:])
            verb = next(negation for negation in grammar.negations if f"{negation} " in middle)
            assert len(middle.split(f"{verb} ")[0].split()) == gap


def test_about_chooses_who_is_to_blame_and_the_default_is_even():
    assert {sentence.about for sentence in make_sentences(50, about="obstacle")} == {"obstacle"}
    both = Counter(sentence.about for sentence in make_sentences(2000))
    assert abs(both["subject"] - 1000) < 5 * math.sqrt(500)


def test_the_nats_of_a_sentence_are_those_of_its_draws():
    """Sentences without filler: gender, determiner, noun, obstacle, verb, mood, each of as many options."""
    drawn = make_sentences(4000, gap=(0, 0), about="subject", language="es")
    assert {round(sentence.nats, 9) for sentence in drawn} == {round(math.log(2 * 2 * 8 * 1 * 8 * 3 * 4), 9)}
    counts = Counter(map(str, drawn))  # each of the 3072 sentences as likely as any other
    assert len(counts) <= 3072 and max(counts.values()) < 4000 / 3072 + 5 * math.sqrt(4000 / 3072) + 3


def test_sentences_repeat_with_their_seed_and_speak_the_language_of_the_notebook():
    assert make_sentences(5, seed=1) == make_sentences(5, seed=1) != make_sentences(5, seed=2)
    assert "porque" in make_sentences(1)[0].words
    set_language("en")
    try:
        assert "because" in make_sentences(1)[0].words
    finally:
        set_language("es")


def test_a_vocabulary_numbers_letters_or_words_and_refuses_the_unknown():
    letters = Vocabulary("¿ñandú?")
    assert len(letters) == 7 and letters.symbols == sorted("¿ñandú?")
    ids = letters.encode("ñandú")
    assert (ids.dtype, ids.shape) == (torch.int64, (5,)) and "".join(letters.decode(ids)) == "ñandú"
    words = Vocabulary("la llama la niña".split())
    assert words.encode(["niña", "la"]).tolist() == [words.symbols.index("niña"), words.symbols.index("la")]
    with pytest.raises(KeyError, match="z"):
        letters.encode("z")


@pytest.mark.parametrize("load, word", [(load_quijote, "porque"), (load_shakespeare, "because")])
def test_offline_a_text_is_made_of_sentences_in_its_language(alone, capfd, load, word):  # noqa: F811
    corpus = load()
    assert corpus.source == "default" and word in corpus.train and word in corpus.validation
    assert len(corpus.validation) == pytest.approx(len(corpus.train) / 9, abs=2)
    (line,) = lines(capfd)
    assert "frases generadas" in line and corpus.name == "frases generadas"


def test_offline_names_are_made_up_and_no_name_is_in_both_parts(alone):  # noqa: F811
    names = load_names()
    train, validation = names.train.split(), names.validation.split()
    assert names.source == "default" and len(set(train)) == len(train) > 1000
    assert not set(train) & set(validation)


def test_the_real_texts_are_the_published_ones(alone, mirror):  # noqa: F811
    shakespeare, quijote, names = load_shakespeare(), load_quijote(), load_names()
    assert {corpus.source for corpus in (shakespeare, quijote, names)} == {"mirror"}
    whole = shakespeare.train + shakespeare.validation
    assert (len(whole), len(set(whole))) == (1_115_394, 65) and whole.startswith("First Citizen:")
    whole = quijote.train + quijote.validation
    assert "Gutenberg" not in whole and "\r" not in whole and len(set(whole)) == 92
    assert len(whole) == pytest.approx(2_110_726, abs=50) and "En un lugar de la Mancha" in whole
    assert len((names.train + names.validation).split()) == 29_494
    assert set(names.train + names.validation) == set("abcdefghijklmnopqrstuvwxyz\n")
