"""Sentences about seats, shores and money, where one word, "banco" or "bank", has two senses that only the others tell."""

from dataclasses import dataclass

import numpy as np

from atiende.language import language as notebook_language


@dataclass(frozen=True)
class Topic:
    """Hold the words of one sense: places, of which the first is the ambiguous one, and what gives the sense away."""

    places: tuple[str, ...]  # with their article
    actions: tuple[str, ...]  # before the place
    traits: tuple[str, ...]  # after it


@dataclass(frozen=True)
class Words:
    """Hold the words of a language from which the sentences are drawn."""

    people: tuple[tuple[str, ...], tuple[str, ...]]  # feminine, masculine
    moods: tuple[tuple[str, str], ...]  # feminine, masculine
    at: str
    tails: tuple[str, ...]
    openers: tuple[str, ...]
    topics: tuple[Topic, Topic]


SPANISH = Words(
    people=(("la niña", "la vecina", "la abuela", "la doctora"), ("el niño", "el vecino", "el abuelo", "el doctor")),
    moods=(("cansada", "cansado"), ("tranquila", "tranquilo"), ("contenta", "contento")),
    at="en",
    tails=("ayer", "hoy", "otra vez", "por la tarde"),
    openers=("ayer", "aquí", "dicen que", "creo que"),
    topics=(
        Topic(("el banco", "la silla", "el sofá", "el sillón"), ("se sentó", "descansó un rato", "durmió bien", "leyó un libro"),
              ("era de madera", "tenía cuatro patas", "estaba junto al árbol", "cojeaba un poco")),
        Topic(("el banco", "la caja", "la oficina", "el cajero"),
              ("ahorró dinero", "pidió un préstamo", "pagó deudas", "cobró un cheque"),
              ("subió los intereses", "cerró las cuentas", "negó el crédito", "guardó sus ahorros")),
    ),
)  # fmt: skip

ENGLISH = Words(
    people=(("the girl", "the sister", "the aunt", "the queen"), ("the boy", "the brother", "the uncle", "the king")),
    moods=(("with her dog", "with his dog"), ("in her coat", "in his coat"), ("on her bike", "on his bike")),
    at="at",
    tails=("yesterday", "today", "once more", "in the afternoon"),
    openers=("yesterday", "here", "they say that", "i think that"),
    topics=(
        Topic(("the bank", "the shore", "the beach", "the pond"),
              ("went swimming", "caught a fish", "slept outdoors", "picked some flowers"),
              ("was full of mud", "had tall trees", "lay by the river", "flooded a little")),
        Topic(("the bank", "the office", "the counter", "the branch"),
              ("saved money", "got a loan", "cashed checks", "paid a debt"),
              ("raised its fees", "closed all accounts", "refused credit", "kept the savings")),
    ),
)  # fmt: skip

LANGUAGES = {"es": SPANISH, "en": ENGLISH}


@dataclass(frozen=True)
class SenseSentence:
    """Hold a sentence, its topic, and where the ambiguous word stands."""

    text: str
    topic: int  # 0 seats or shores, 1 money
    clue: int  # which action or trait of the topic tells it, from 0 to 3
    at: int | None  # place of the ambiguous word among the words; None where the sentence does not have it

    def __str__(self):
        return self.text


def ambiguous_word(language: str | None = None) -> str:
    """Return the word with two senses: "banco" or "bank"."""
    return _words(language).topics[0].places[0].split()[1]


def topic_words(language: str | None = None) -> tuple[list[str], list[str]]:
    """Return the places of each topic, without the ambiguous word."""
    return tuple([place.split()[1] for place in topic.places[1:]] for topic in _words(language).topics)


def make_senses(count: int, ambiguous: float = 0.4, language: str | None = None, seed: int = 0) -> list[SenseSentence]:
    """Draw sentences such as "la niña cansada se sentó en el banco ayer ." or "dicen que el banco subió los intereses .".

    `ambiguous` is the share of sentences about the ambiguous word. Half tell the sense before the place and half after it.
    `language` is "es" or "en", by default the notebook's.
    """
    rng, words = np.random.default_rng(seed), _words(language)
    return [_draw(rng, words, ambiguous) for _ in range(count)]


def make_documents(count: int, length: int = 4, language: str | None = None, seed: int = 0) -> list[list[str]]:
    """Draw documents, each of `length` sentences on one topic, the same person in all of those that have one."""
    rng, words = np.random.default_rng(seed), _words(language)
    documents = []
    for _ in range(count):
        topic, gender, who = (int(rng.integers(n)) for n in (2, 2, 4))
        documents.append([_draw(rng, words, 0.4, topic, (gender, who)).text for _ in range(length)])
    return documents


def _draw(rng, words: Words, ambiguous: float, topic: int | None = None, person: tuple[int, int] | None = None) -> SenseSentence:
    def one(options):
        return options[rng.integers(len(options))]

    topic = int(rng.integers(2)) if topic is None else topic
    clue, known = int(rng.integers(4)), words.topics[topic]
    told = rng.random() < ambiguous
    place = known.places[0] if told else one(known.places[1:])
    if rng.random() < 0.5:
        gender, who = person or (int(rng.integers(2)), int(rng.integers(4)))
        before = [words.people[gender][who], *([one(words.moods)[gender]] if rng.random() < 0.5 else []), known.actions[clue], words.at]
        after = [one(words.tails)] if rng.random() < 0.5 else []
    else:
        before, after = [one(words.openers)], [known.traits[clue]]
    text = " ".join([*before, place, *after, "."])
    return SenseSentence(text, topic, clue, len(" ".join(before).split()) + 1 if told else None)


def _words(language: str | None) -> Words:
    return LANGUAGES[language or notebook_language()]
