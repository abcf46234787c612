"""Sentences whose last words depend on words far behind, with as many words in between as wanted."""

from dataclasses import dataclass
from math import log

import numpy as np

from atiende.language import language as notebook_language


@dataclass(frozen=True)
class Grammar:
    """Hold the words of a language from which sentences are drawn."""

    subjects: tuple[tuple[str, ...], tuple[str, ...]]  # feminine, masculine
    determiners: tuple[tuple[str, ...], tuple[str, ...]]  # feminine, masculine
    obstacles: tuple[tuple[str, str, int, int], ...]  # (article, noun, gender or number, kind: 0 water, 1 way)
    negations: tuple[str, ...]  # "did not cross"
    fillers: tuple[str, ...]  # of one, two and three words; none begins another, none comes twice in a row
    moods: tuple[tuple[str, str], ...]  # what a subject may be: feminine, masculine
    states: tuple[tuple[tuple[str, str], ...], ...]  # what an obstacle may be, by kind; by gender or number
    reasons: tuple[tuple[str, str], tuple[str, str]]  # before the mood, and before the state; by gender or number


SPANISH = Grammar(
    subjects=(
        ("llama", "niña", "mula", "vecina", "pastora", "abuela", "doctora", "gata"),
        ("burro", "niño", "caballo", "vecino", "pastor", "abuelo", "cartero", "gato"),
    ),
    determiners=(("la", "mi"), ("el", "mi")),
    obstacles=(
        ("el", "río", 1, 0), ("el", "arroyo", 1, 0), ("la", "laguna", 0, 0), ("la", "corriente", 0, 0),
        ("el", "puente", 1, 1), ("el", "camino", 1, 1), ("la", "calle", 0, 1), ("la", "plaza", 0, 1),
    ),
    negations=("no cruzó", "no pasó", "no atravesó"),
    fillers=(
        "ayer", "anoche", "entonces", "sin prisa", "otra vez", "muy temprano", "por la tarde", "como cada lunes", "en pleno invierno",
    ),
    moods=(("cansada", "cansado"), ("asustada", "asustado"), ("dormida", "dormido"), ("enferma", "enfermo")),
    states=((("crecida", "crecido"), ("helada", "helado")), (("cortada", "cortado"), ("cerrada", "cerrado"))),
    reasons=(("estaba", "estaba"), ("estaba", "estaba")),
)  # fmt: skip

ENGLISH = Grammar(
    subjects=(
        ("queen", "girl", "mother", "sister", "aunt", "grandmother", "actress", "nun"),
        ("king", "boy", "father", "brother", "uncle", "grandfather", "actor", "monk"),
    ),
    determiners=(("the", "my"), ("the", "my")),
    obstacles=(
        ("the", "river", 0, 0), ("the", "stream", 0, 0), ("the", "rivers", 1, 0), ("the", "streams", 1, 0),
        ("the", "bridge", 0, 1), ("the", "road", 0, 1), ("the", "bridges", 1, 1), ("the", "roads", 1, 1),
    ),
    negations=("did not cross", "could not cross", "would not cross"),
    fillers=(
        "yesterday", "later", "then", "without hurry", "once more", "very early", "in the afternoon", "like every monday",
        "without much money",
    ),
    moods=(("tired", "tired"), ("afraid", "afraid"), ("asleep", "asleep"), ("ill", "ill")),
    states=((("swollen", "swollen"), ("frozen", "frozen")), (("closed", "closed"), ("broken", "broken"))),
    reasons=(("she was", "he was"), ("it was", "they were")),
)  # fmt: skip

GRAMMARS = {"es": SPANISH, "en": ENGLISH}


@dataclass(frozen=True)
class Sentence:
    """Hold a sentence, the word in it that an earlier word decides, and the word that would be wrong there."""

    words: tuple[str, ...]  # the last is "."
    at: int  # where the decided word stands; the words before it are enough to know it from its rival
    rival: str  # the same word of the other gender or number
    about: str  # who decides it: "subject", far behind, or "obstacle", close by
    nats: float  # minus the logarithm of its probability: what a perfect model pays for all its words

    def __str__(self):
        return " ".join(self.words)


def make_sentences(
    count: int, gap: tuple[int, int] = (0, 3), about: str | None = None, language: str | None = None, seed: int = 0
) -> list[Sentence]:
    """Draw sentences such as "la llama no cruzó el río porque estaba cansada" (because she was tired) or "... crecido".

    `gap` has the least and the most words put between the subject and its verb. `about` chooses who explains the ending,
    "subject" or "obstacle"; without it each does half of the time. `language` is "es" or "en", by default the notebook's.
    """
    rng, grammar = np.random.default_rng(seed), GRAMMARS[language or notebook_language()]
    return [_draw(rng, grammar, gap, about) for _ in range(count)]


def _draw(rng, grammar: Grammar, gap, about) -> Sentence:
    nats = 0.0

    def pick(options):
        nonlocal nats
        nats += log(len(options))
        return options[rng.integers(len(options))]

    gender = pick((0, 1))
    words = [pick(grammar.determiners[gender]), pick(grammar.subjects[gender])]
    left, filler = pick(range(gap[0], gap[1] + 1)), None
    while left:
        filler = pick([f for f in grammar.fillers if len(f.split()) <= left and f != filler])
        words += filler.split()
        left -= len(filler.split())
    article, obstacle, number, kind = pick(grammar.obstacles)
    words += [*pick(grammar.negations).split(), article, obstacle, "because" if grammar is ENGLISH else "porque"]
    who = about or pick(("subject", "obstacle"))
    chosen, endings = (gender, pick(grammar.moods)) if who == "subject" else (number, pick(grammar.states[kind]))
    reasons = grammar.reasons[0 if who == "subject" else 1]
    right, wrong = ([*reasons[k].split(), endings[k]] for k in (chosen, 1 - chosen))
    first = next(n for n, (a, b) in enumerate(zip(right, wrong, strict=True)) if a != b)
    return Sentence((*words, *right, "."), len(words) + first, wrong[first], who, nats)
