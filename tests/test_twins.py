"""Twins: what is not language is the same in Spanish and in English."""

from pathlib import Path

import pytest

from autograder.build.source import Cell, SourceError
from autograder.build.twins import pair_twins

CODE = Cell(Path("lesson.py"), 1, "code", "x = 1")


def prose(lang: str, text: str, line: int = 1) -> Cell:
    return Cell(Path("lesson.py"), line, "markdown", text, lang=lang)


def pair(es: str, en: str):
    pair_twins([CODE, prose("es", es, 10), prose("en", en, 20), CODE])


@pytest.mark.parametrize(
    ("es", "en"),
    [
        ("# Título\ntexto", "# Title\ntext"),
        ("vale 0,5 o 0.5, y 0,125", "it is 0.5 or 0.5, and 0.125"),
        ("10 000 pasos y 1500 más", "10,000 steps and 1,500 more"),
        ("un 5 % en los años 1980, −3 grados", "5% in the 1980s, -3 degrees"),
        ("los valores 1, 2 y 3", "the values 1, 2 and 3"),
        (r"$p = 0{,}5$ si $x\text{ es par}$", r"$p = 0.5$ if $x\text{ is even}$"),
        ("si $a +\nb$ y $c$", "if $a + b$ and\n$c$"),
        ("$$\na = b\n$$", "$$a = b$$"),
        ("`b` y `a`", "`a` and `b`"),
        ("[aquí](https://example.org/a_1) está", "it is [here](https://example.org/a_1)"),
        ("```\n# nota 3\n```", "```\n# note 4\n```"),
    ],
)
def test_twins_that_agree(es, en):
    pair(es, en)


@pytest.mark.parametrize(
    ("es", "en", "what", "difference"),
    [
        ("# Uno\n## Dos", "# One\n### Two", "heading levels", "only in Spanish: ##; only in English: ###"),
        ("# Uno\n## Dos\n# Tres", "# One\n# Two\n## Three", "heading levels", "another order"),
        ("$a + b$", "$a - b$", "formulas", "only in Spanish: a+b; only in English: a-b"),
        ("$a$ y $a$", "$a$", "formulas", "only in Spanish: a"),
        ("usa `axis`", "use `dim`", "inline code", "only in Spanish: axis; only in English: dim"),
        ("[x](a.html)", "[x](b.html)", "links", "only in Spanish: a.html; only in English: b.html"),
        ("![x](a.png)", "x", "links", "only in Spanish: a.png"),
        ("unos 10 minutos", "some 15 minutes", "numbers", "only in Spanish: 10; only in English: 15"),
        ("vale 0,125", "it is 0.126", "numbers", "only in Spanish: 0.125; only in English: 0.126"),
        ("vale -3", "it is 3", "numbers", "only in Spanish: -3; only in English: 3"),
        ("dos", "2", "numbers", "only in English: 2"),
    ],
)
def test_twins_that_differ(es, en, what, difference):
    with pytest.raises(SourceError) as error:
        pair(es, en)
    assert str(error.value) == f"lesson.py:10: the twins differ in their {what} ({difference})\n" \
                               "  Make them equal here and at line 20."


@pytest.mark.parametrize(
    ("cells", "line", "says"),
    [
        ([prose("es", "Hola", 5)], 5, "without its English twin"),
        ([prose("es", "Hola", 5), CODE, prose("en", "Hello", 9)], 5, "without its English twin"),
        ([prose("es", "Hola", 5), prose("es", "Adiós", 7)], 5, "without its English twin"),
        ([prose("en", "Hello", 5), prose("es", "Hola", 7)], 5, "without Spanish before it"),
    ],
)
def test_a_missing_twin(cells, line, says):
    with pytest.raises(SourceError, match=f"lesson.py:{line}: .*{says}"):
        pair_twins(cells)
