"""Compare Spanish prose with its English twin: what is not language must be the same in both."""

import re
from collections import Counter

from autograder.build.source import Cell

CODE_BLOCK = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
FORMULA = re.compile(r"\$\$(.+?)\$\$|(?<!\\)\$((?:[^$\n]|\n(?!\s*\n))+?)\$", re.DOTALL)
WORDS_IN_FORMULA = re.compile(r"\\(?:text|mathrm|operatorname)\{[^{}]*\}")
INLINE_CODE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)\s]+)[^)]*\)")
NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)*(?!\w)")
THOUSANDS = re.compile(r"(?<=\d)[\u202f\u00a0 ](?=\d{3}(?!\d))")
HEADING = re.compile(r"^(#{1,6}) ", re.MULTILINE)


def pair_twins(cells: list[Cell]):
    """Check that each Spanish prose cell is followed by its English twin. Raises SourceError at the first without."""
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
    for what, es, en in (
        ("heading levels", _headings(spanish.source), _headings(english.source)),
        ("formulas", _formulas(spanish.source), _formulas(english.source)),
        ("inline code", _code(spanish.source), _code(english.source)),
        ("links", _links(spanish.source), _links(english.source)),
        ("numbers", _spanish_numbers(spanish.source), _english_numbers(english.source)),
    ):
        if es == en:
            continue
        only = (("Spanish", Counter(es) - Counter(en)), ("English", Counter(en) - Counter(es)))
        difference = "; ".join(f"only in {name}: {', '.join(parts.elements())}" for name, parts in only if parts)
        raise spanish.error(
            f"the twins differ in their {what} ({difference or 'another order'})",
            f"Make them equal here and at line {english.line}.",
        )


def _headings(text: str) -> list[str]:
    return HEADING.findall(CODE_BLOCK.sub("", text))


def _formulas(text: str) -> list[str]:
    found = ("".join(match) for match in FORMULA.findall(INLINE_CODE.sub("", CODE_BLOCK.sub("", text))))
    wordless = (WORDS_IN_FORMULA.sub(r"\\text{}", formula) for formula in found)
    return sorted(re.sub(r"\s+", "", formula).replace("{,}", ".") for formula in wordless)


def _code(text: str) -> list[str]:
    return sorted(INLINE_CODE.findall(CODE_BLOCK.sub("", text)))


def _links(text: str) -> list[str]:
    return sorted(LINK.findall(text))


def _spanish_numbers(text: str) -> list[str]:
    return _numbers(text.replace(",", "."))


def _english_numbers(text: str) -> list[str]:
    return _numbers(re.sub(r"(?<=\d)(,(?=\d{3}(?!\d))|s\b)", "", text))  # 1,000 and the 1980s


def _numbers(text: str) -> list[str]:
    """Return the numbers of prose whose decimal sign is a point; a space may part the thousands."""
    for pattern in (CODE_BLOCK, FORMULA, INLINE_CODE, LINK):
        text = pattern.sub(" ", text)
    return sorted(NUMBER.findall(THOUSANDS.sub("", text.replace("−", "-"))))
