"""Sentences in Spanish with their English translation: real ones (Tatoeba, by way of ManyThings), or made by a grammar."""

import hashlib
import zipfile
from dataclasses import dataclass

import numpy as np

from atiende.data.files import SPA_ENG, fetch
from atiende.data.tokens import split_words
from atiende.language import label

TEST = VALIDATION = 0.05  # shares of the English sentences

# noun: Spanish singular and plural, gender (0 feminine, 1 masculine), English singular and plural
BEINGS = (
    ("llama", "llamas", 0, "llama", "llamas"), ("niña", "niñas", 0, "girl", "girls"),
    ("vecina", "vecinas", 0, "neighbour", "neighbours"),
    ("gata", "gatas", 0, "cat", "cats"), ("niño", "niños", 1, "boy", "boys"), ("caballo", "caballos", 1, "horse", "horses"),
    ("pastor", "pastores", 1, "shepherd", "shepherds"), ("perro", "perros", 1, "dog", "dogs"),
)  # fmt: skip
THINGS = (
    ("casa", "casas", 0, "house", "houses"), ("carta", "cartas", 0, "letter", "letters"),
    ("manzana", "manzanas", 0, "apple", "apples"),
    ("puerta", "puertas", 0, "door", "doors"), ("libro", "libros", 1, "book", "books"), ("río", "ríos", 1, "river", "rivers"),
    ("puente", "puentes", 1, "bridge", "bridges"), ("árbol", "árboles", 1, "tree", "trees"),
)  # fmt: skip
# adjective: Spanish feminine and masculine, to which the plural adds an s; English
ADJECTIVES = (
    ("blanca", "blanco", "white"), ("negra", "negro", "black"), ("vieja", "viejo", "old"), ("pequeña", "pequeño", "small"),
    ("alta", "alto", "tall"), ("tranquila", "tranquilo", "quiet"),
)  # fmt: skip
# determiner: Spanish feminine and masculine singular, then plural; English singular and plural
DETERMINERS = (
    ("la", "el", "las", "los", "the", "the"), ("esta", "este", "estas", "estos", "this", "these"),
    ("mi", "mi", "mis", "mis", "my", "my"),
)  # fmt: skip
# verb: Spanish present and past, each singular and plural; English plain, third person and past
VERBS = (
    ("ve", "ven", "vio", "vieron", "see", "sees", "saw"), ("busca", "buscan", "buscó", "buscaron", "seek", "seeks", "sought"),
    ("cruza", "cruzan", "cruzó", "cruzaron", "cross", "crosses", "crossed"),
    ("mira", "miran", "miró", "miraron", "watch", "watches", "watched"),
    ("pinta", "pintan", "pintó", "pintaron", "paint", "paints", "painted"),
    ("pierde", "pierden", "perdió", "perdieron", "lose", "loses", "lost"),
)  # fmt: skip


@dataclass(frozen=True)
class Pairs:
    """Hold sentences (Spanish, English) in three parts that share no English sentence, and say where they came from."""

    train: list[tuple[str, str]]
    validation: list[tuple[str, str]]
    test: list[tuple[str, str]]
    name: str  # what this really is
    source: str  # "cache", "mirror", "download" or "default"


def load_translations(max_words: int = 10) -> Pairs:
    """Load 118,121 pairs of short sentences, those of at most `max_words` in both languages; offline, a grammar's.

    Tatoeba by way of www.manythings.org/anki, CC BY 2.0. Cut by English sentence: many come several times, with different
    translations, and one that was trained on must not be in the test.
    """
    generated = label("frases de una gramática", "sentences of a grammar")
    paths, source = fetch("Tatoeba es–en", SPA_ENG, default=generated)
    pairs = make_translations(8000) if paths is None else _read(paths[0])
    short = [pair for pair in pairs if all(len(split_words(text)) <= max_words for text in pair)]
    parts = {"train": [], "validation": [], "test": []}
    for pair in short:
        parts[_part(pair[1])].append(pair)
    return Pairs(**parts, name=generated if paths is None else "Tatoeba", source=source)


def make_translations(count: int, seed: int = 0) -> list[tuple[str, str]]:
    """Make `count` different sentences such as ("la gata negra no cruzó el río .", "the black cat did not cross the river .").

    Spanish puts the adjective behind and makes all agree in gender and number; English puts it before, and denies with "do".
    """
    rng, made = np.random.default_rng(seed), {}
    while len(made) < count:
        spanish, english = _sentence(rng)
        made.setdefault(spanish, english)
    return list(made.items())


def _sentence(rng) -> tuple[str, str]:
    plural = int(rng.integers(2))
    subject, object_ = _group(rng, BEINGS, plural), _group(rng, THINGS, int(rng.integers(2)))
    verb, past, negated = VERBS[rng.integers(len(VERBS))], int(rng.integers(2)), rng.random() < 0.3
    spanish = [*subject[0], *(["no"] if negated else []), verb[2 * past + plural], *object_[0], "."]
    if negated:
        english = ["did" if past else ("do" if plural else "does"), "not", verb[4]]
    else:
        english = [verb[6] if past else verb[4 if plural else 5]]
    return " ".join(spanish), " ".join([*subject[1], *english, *object_[1], "."])


def _group(rng, nouns, plural: int) -> tuple[list[str], list[str]]:
    """Draw a noun with its determiner and, half of the time, an adjective, in both languages."""
    noun, words = nouns[rng.integers(len(nouns))], DETERMINERS[rng.integers(len(DETERMINERS))]
    gender = noun[2]
    spanish, english = [words[2 * plural + gender], noun[plural]], [words[4 + plural], noun[3 + plural]]
    if rng.random() < 0.5:
        adjective = ADJECTIVES[rng.integers(len(ADJECTIVES))]
        spanish.append(adjective[gender] + "s" * plural)
        english.insert(1, adjective[2])
    return spanish, english


def _read(path) -> list[tuple[str, str]]:
    """Return the pairs of a zip of ManyThings: English, Spanish and, in newer releases, a third column."""
    with zipfile.ZipFile(path) as archive:
        member = next(name for name in archive.namelist() if name.endswith("spa.txt"))
        rows = [line.split("\t") for line in archive.read(member).decode("utf-8").splitlines()]
    return [(row[1], row[0]) for row in rows if len(row) >= 2]


def _part(english: str) -> str:
    """Tell in which part an English sentence goes; punctuation and capitals do not make it another one."""
    words = " ".join(word for word in split_words(english) if word[0].isalnum())
    share = int.from_bytes(hashlib.sha256(words.encode()).digest()[:4], "big") / 2**32
    return "test" if share < TEST else "validation" if share < TEST + VALIDATION else "train"
