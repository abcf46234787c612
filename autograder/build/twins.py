"""Compare Spanish prose with its English twin: what is not language must be the same in both."""

import re
from collections import Counter

from autograder.build.source import Cell

CODE_BLOCK = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
FORMULA = re.compile(r"\$\$(.+?)\$\$|(?<!\\)\$([^$\n]+?)\$", re.DOTALL)
WORDS_IN_FORMULA = re.compile(r"\\(?:text|mathrm|operatorname)\{[^{}]*\}")
INLINE_CODE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)\s]+)[^)]*\)")
NUMBER = re.compile(r"(?<![\w.,])[-+]?\d+(?:[.,\u202f\u00a0 ]\d+)*(?!\w)")
HEADING = re.compile(r"^(#{1,6}) ", re.MULTILINE)


def pair_twins(cells: list[Cell]):
    """Check that every Spanish prose cell is followed by its English twin. Raises SourceError at the first that is not."""
    i = 0
    while i < len(cells):
        cell = cells[i]
        if not cell.lang:
            i += 1
            continue
        twin = cells[i + 1] if i + 1 < len(cells) else None
        if cell.lang == "en":
            raise cell.error("English prose without Spanish before it", 'Write the twin lang="es" right above.')
        if twin is None or twin.lang != "en":
            raise cell.error("Spanish prose without its English twin", 'Write the twin lang="en" right below.')
        _compare(cell, twin)
        i += 2


def _compare(spanish: Cell, english: Cell):
    for what, parts in (("heading levels", _headings), ("formulas", _formulas), ("inline code", _code), ("links", _links),
                        ("numbers", _numbers)):
        es, en = parts(spanish.source), parts(english.source)
        if es != en:
            only_es, only_en = Counter(es) - Counter(en), Counter(en) - Counter(es)
            difference = "; ".join(
                f"only in {name}: {', '.join(only)}" for name, only in (("Spanish", only_es), ("English", only_en)) if only
            ) or f"Spanish {es}, English {en}"
            raise spanish.error(f"the twins differ in their {what} ({difference})",
                                f"Make them equal here and at line {english.line}.")


def _headings(text: str) -> list[str]:
    return HEADING.findall(CODE_BLOCK.sub("", text))


def _formulas(text: str) -> list[str]:
    found = ("".join(match) for match in FORMULA.findall(INLINE_CODE.sub("", CODE_BLOCK.sub("", text))))
    return sorted(re.sub(r"\s+", "", WORDS_IN_FORMULA.sub(r"\\text{}", formula)).replace("{,}", ".") for formula in found)


def _code(text: str) -> list[str]:
    return sorted(INLINE_CODE.findall(CODE_BLOCK.sub("", text)))


def _links(text: str) -> list[str]:
    return sorted(LINK.findall(text))


def _numbers(text: str) -> list[str]:
    """Return the numbers of the prose: decimal commas are points, thousands are joined, percent signs may stand apart."""
    for pattern in (CODE_BLOCK, FORMULA, INLINE_CODE, LINK):
        text = pattern.sub(" ", text)
    text = re.sub(r"(?<=\d)[\u202f\u00a0 ](?=\d{3}(?!\d))", "", text)
    text = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", text)
    return sorted(number.replace(",", ".").lstrip("+") for number in NUMBER.findall(text))
