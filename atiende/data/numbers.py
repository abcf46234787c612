"""Numbers in words, in Spanish and in English: pairs to translate, as many as wanted and without a download."""

import numpy as np

LIMIT = 10_000  # numbers are spelled below it

SPANISH = (
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete dieciocho "
    "diecinueve veinte veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis veintisiete veintiocho veintinueve"
).split()
SPANISH_TENS = "treinta cuarenta cincuenta sesenta setenta ochenta noventa".split()
SPANISH_HUNDREDS = (
    "ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos"
).split()
ENGLISH = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen "
    "nineteen"
).split()
ENGLISH_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()


def spell(number: int, language: str) -> str:
    """Return a number from 0 to 9999 in words of "es" or "en": "dos mil trescientos cinco", "two thousand three hundred five".

    English words stand apart and without "and", so that each is one of 30.
    """
    if not 0 <= number < LIMIT:
        raise ValueError(f"{number} is not between 0 and {LIMIT - 1}")
    words = {"es": _spanish, "en": _english}[language](number)
    return " ".join(words)


def make_numbers(count: int = LIMIT, seed: int = 0) -> list[tuple[str, str]]:
    """Return `count` different numbers in words in random order, as pairs (Spanish, English)."""
    numbers = np.random.default_rng(seed).permutation(LIMIT)[:count]
    return [(spell(int(n), "es"), spell(int(n), "en")) for n in numbers]


def _spanish(n: int) -> list[str]:
    if n < 30:
        return [SPANISH[n]]
    if n < 100:
        return [SPANISH_TENS[n // 10 - 3], *(["y", SPANISH[n % 10]] if n % 10 else [])]
    if n == 100:
        return ["cien"]
    if n < 1000:
        return [SPANISH_HUNDREDS[n // 100 - 1], *_rest(n % 100, _spanish)]
    return [*([] if n < 2000 else [SPANISH[n // 1000]]), "mil", *_rest(n % 1000, _spanish)]


def _english(n: int) -> list[str]:
    if n < 20:
        return [ENGLISH[n]]
    if n < 100:
        return [ENGLISH_TENS[n // 10 - 2], *_rest(n % 10, _english)]
    if n < 1000:
        return [ENGLISH[n // 100], "hundred", *_rest(n % 100, _english)]
    return [ENGLISH[n // 1000], "thousand", *_rest(n % 1000, _english)]


def _rest(n: int, words) -> list[str]:
    return words(n) if n else []
