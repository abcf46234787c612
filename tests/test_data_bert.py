"""What BERT reads: its tokens, the sentences with an ambiguous word, the messages of two halves, and the real labelled texts."""

import numpy as np
import pytest
from test_data_files import alone, lines, mirror  # noqa: F401 - fixtures

from atiende.data import (
    CLS,
    FIRST_WORD,
    MASK,
    PAD,
    SEP,
    UNK,
    BertTokens,
    ambiguous_word,
    load_sib200,
    load_sst2,
    make_documents,
    make_messages,
    make_senses,
    split_words,
    topic_words,
)

LANGUAGES = pytest.mark.parametrize("language", ["es", "en"])


def test_rows_begin_with_cls_and_end_with_sep():
    tokens = BertTokens(["la llama lee .", "la niña duerme ."])
    assert [tokens.words[n] for n in (PAD, CLS, SEP, UNK, MASK)] == ["[PAD]", "[CLS]", "[SEP]", "[UNK]", "[MASK]"]
    assert len(tokens) == FIRST_WORD + 6 and tokens.words[FIRST_WORD] == "."
    rows = tokens.rows(["la niña", "la llama corre ."])
    assert [tokens.decode(row) for row in rows] == [["[CLS]", "la", "niña", "[SEP]"], ["[CLS]", "la", "llama", "[UNK]", ".", "[SEP]"]]
    assert rows[0, -1] == PAD
    assert tokens.decode(tokens.rows(["la llama lee ."], max_len=4)[0]) == ["[CLS]", "la", "llama", "[SEP]"]


@LANGUAGES
def test_a_sentence_says_where_the_ambiguous_word_is_and_what_it_means(language):
    sentences, word, topics = make_senses(2000, language=language), ambiguous_word(language), topic_words(language)
    assert word == {"es": "banco", "en": "bank"}[language] and len(BertTokens(s.text for s in sentences)) < 100
    for sentence in sentences:
        words = split_words(sentence.text)
        assert (word in words) == (sentence.at is not None)
        if sentence.at is not None:
            assert words[sentence.at] == word
        else:
            assert any(place in words for place in topics[sentence.topic]) and not set(words) & set(topics[1 - sentence.topic])
    assert np.mean([s.at is not None for s in sentences]) == pytest.approx(0.4, abs=0.05)
    assert np.mean([s.topic for s in sentences]) == pytest.approx(0.5, abs=0.05)
    assert make_senses(20, language=language, seed=1) == make_senses(20, language=language, seed=1) != sentences[:20]


@LANGUAGES
def test_a_document_stays_on_its_topic(language):
    topics = topic_words(language)
    for document in make_documents(200, length=5, language=language):
        used = [{place for text in document for place in topic if place in text.split()} for topic in topics]
        assert len(document) == 5 and not (used[0] and used[1])


@LANGUAGES
def test_the_halves_share_no_word_that_tells_the_label(language):
    said = {}
    for half in (0, 1):
        texts, y = make_messages(2000, half=half, language=language)
        for label in (0, 1):
            said[half, label] = {word for text, n in zip(texts, y, strict=True) if n == label for word in split_words(text)}
        assert y.dtype == np.int64 and y.mean() == pytest.approx(0.5, abs=0.05)
    common = set.intersection(*said.values())  # greetings, articles and marks
    for label in (0, 1):
        assert not (said[0, label] & said[1, 1 - label]) - common and not (said[0, label] & said[1, label]) - common


@LANGUAGES
def test_offline_the_labelled_texts_are_generated(alone, capfd, language):  # noqa: F811
    for load, name in ((load_sst2, "SST-2"), (lambda: load_sib200(language), "SIB-200")):
        data = load()
        assert (data.name, data.source, len(data.classes)) == ("mensajes generados", "default", 2)
        assert [len(part[0]) for part in (data.train, data.validation, data.test)] == [600, 200, 200]
        assert lines(capfd)[0].startswith(f"{name} · sin los datos reales")


def test_the_real_reviews_are_the_published_ones(alone, mirror):  # noqa: F811
    if not (mirror / "sst2" / "stsa.binary.train").is_file():
        pytest.skip("no mirror of SST-2: set ATIENDE_MIRROR to a folder that has sst2")
    data = load_sst2()
    assert (data.name, data.source) == ("SST-2", "mirror")
    assert [(len(texts), int(y.sum())) for texts, y in (data.train, data.validation, data.test)] == [(6920, 3610), (872, 444), (1821,
        909)]


def test_the_real_topics_are_the_published_ones_in_both_languages(alone, mirror):  # noqa: F811
    if not (mirror / "sib200" / "spa_Latn" / "train.tsv").is_file():
        pytest.skip("no mirror of SIB-200: set ATIENDE_MIRROR to a folder that has sib200")
    spanish, english = load_sib200("es"), load_sib200("en")
    for data in (spanish, english):
        assert (data.name, data.source) == ("SIB-200", "mirror")
        assert [len(texts) for texts, _ in (data.train, data.validation, data.test)] == [701, 99, 204]
        counts = dict(zip(data.classes, np.bincount(data.train[1]).tolist(), strict=True))
        assert counts == {"science/technology": 176, "travel": 138, "politics": 102, "sports": 85, "health": 77, "entertainment": 65,
                          "geography": 58}  # fmt: skip
    assert all(np.array_equal(one[1], other[1]) for one, other in zip(
        (spanish.train, spanish.validation, spanish.test), (english.train, english.validation, english.test), strict=True))  # fmt: skip
