"""Gather the glossary and the references of the course, each entry with its way back to the lesson."""

import re
from pathlib import Path

import nbformat
from road import number
from words import (
    APPEARS,
    GLOSSARY,
    GLOSSARY_INTRO,
    OTHER_TERM,
    REFERENCES,
    REFERENCES_INTRO,
    TERM,
)

from autograder.build.units import Unit

ITEM = re.compile(r"^- (.*(?:\n {2,}.*)*)", re.MULTILINE)
ADDRESS = re.compile(r"\]\(https?://")


def prose(unit: Unit, lang: str, root: Path) -> str:
    """Return all the prose of a unit in one language: its lesson, or else its assignment."""
    kind = "lessons" if unit.minutes_lesson else "assignments"
    notebook = nbformat.read(root / kind / lang / f"{unit.id}.ipynb", as_version=4)
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def link(unit: Unit, lang: str) -> str:
    """Return a link to the page of a unit."""
    return f"[{unit.title(lang)}]({'lessons' if unit.minutes_lesson else 'assignments'}/{unit.id}.ipynb)"


def glossary_page(terms: dict, units: list[Unit], lang: str, root: Path) -> str:
    """Return the glossary as a table in the order of the page's language."""
    other = "en" if lang == "es" else "es"
    texts = [(unit, prose(unit, lang, root).lower()) for unit in units]
    rows = []
    for entry in sorted(terms.values(), key=lambda entry: _sortable(entry[lang])):
        word = re.compile(rf"\b{re.escape(entry[lang].lower())}")
        first = next((link(unit, lang) for unit, text in texts if word.search(text)), "")
        rows.append(f'| {entry[lang]} | <span lang="{other}">{entry[other]}</span> | {first} |')
    head = f"| {TERM.pick(lang)} | {OTHER_TERM.pick(lang)} | {APPEARS.pick(lang)} |\n|---|---|---|"
    return "\n".join([f"# {GLOSSARY.pick(lang)}", "", GLOSSARY_INTRO.pick(lang), "", head, *rows, ""])


def _sortable(word: str) -> str:
    """Return a word as a dictionary files it: without capitals, accents of no weight."""
    return word.lower().translate(str.maketrans("áéíóúü", "aeiouu")).replace("ñ", "n~")


def references_page(units: list[Unit], lang: str, root: Path) -> str:
    """Return what each lesson tells one to read, unit by unit."""
    lines = [f"# {REFERENCES.pick(lang)}", "", REFERENCES_INTRO.pick(lang)]
    for unit in units:
        items = [item for item in ITEM.findall(prose(unit, lang, root)) if ADDRESS.search(item)]
        if items:
            lines += ["", f"## {number(unit)}{unit.title(lang)}", "", *(f"- {item}" for item in items)]
    return "\n".join([*lines, ""])
