"""Build the site, Spanish and English, from the notebooks of the course and the pages beside this file."""

import argparse
import hashlib
import re
import shutil
import struct
import tomllib
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import nbformat
from execute import ROOT, executed
from lists import glossary_page, references_page
from maths import write_font
from pages import Shelf, assignment_page, lesson_page
from panel import example_panel
from road import builds, number, road
from sphinx.application import Sphinx
from words import CONTENTS, FOUND, GUIDES, LICENCE, MORE, NAME, NOT_FOUND, SEARCH, SWITCH, UNITS, hours

from autograder.build.units import Unit, read_units

HERE = Path(__file__).resolve().parent
LANGUAGES = ("es", "en")
SOURCES = ("site", "units", "lessons", "assignments", "solutions", "atiende", "autograder")
SHOT = re.compile(r"\[\[shot:(\w+):([^]]+)\]\]")  # [[shot:name:alternative text]]


def main():
    """Read the command line, build, and say where the site lies."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "site", help="folder of the site (default: build/site)")
    out = parser.parse_args().out.resolve()
    build_site(out)
    print(f"{out / 'index.html'}")


def build_site(out: Path):
    """Build both languages side by side, then the page that chooses between them."""
    stamp, digest = out / ".digest", source_digest()
    if stamp.is_file() and stamp.read_text() == digest:
        return
    slug, units = read_units(ROOT)
    lessons = [ROOT / "lessons" / lang / f"{unit.id}.ipynb" for unit in units if unit.minutes_lesson for lang in LANGUAGES]
    stored = executed(lessons)
    with ProcessPoolExecutor(len(LANGUAGES)) as pool:
        list(pool.map(build_language, LANGUAGES, [slug] * 2, [units] * 2, [stored] * 2, [out] * 2))
    shutil.copyfile(HERE / "index.html", out / "index.html")
    (out / ".nojekyll").touch()  # GitHub is to leave folders that begin with _ in
    stamp.write_text(digest)


def source_digest() -> str:
    """Return a digest of all that the site is made from."""
    digest = hashlib.sha256()
    for folder in SOURCES:
        for path in sorted((ROOT / folder).rglob("*.*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()


def build_language(lang: str, slug: str, units: list[Unit], stored: dict[Path, Path], out: Path):
    """Write what Sphinx reads in one language, let it build, and cut the font of its formulas. Raises Sphinx's errors."""
    source, files = out.parent / f"{out.name}-source" / lang, out.parent / f"{out.name}-files" / lang
    write_source(lang, slug, units, stored, source, files / "figures")
    for unit in units:
        for kind, minutes in (("lessons", unit.minutes_lesson), ("assignments", unit.minutes_assignment)):
            if minutes:
                copy = files / "notebooks" / kind / f"{unit.id}.ipynb"
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(ROOT / kind / lang / copy.name, copy)
    doctrees = out.parent / f"{out.name}-doctrees" / lang
    app = Sphinx(str(source), str(HERE), str(out / lang), str(doctrees), "html", settings(lang, slug, files), status=None,
                 warningiserror=True)  # fmt: skip
    app.build(force_all=True)  # Sphinx does not see when this folder's own modules change
    write_font(sorted((out / lang).rglob("*.html")), out / lang / "_static" / "maths.css")


def settings(lang: str, slug: str, files: Path) -> dict:
    """Return what differs between the languages of the site, in Sphinx's own names."""
    other = next(code for code in LANGUAGES if code != lang)
    return {
        "language": lang,
        "html_extra_path": [str(files)],
        "html_context": {
            "atiende_other": other,
            "atiende_switch": SWITCH.pick(lang),
            "atiende_search": SEARCH.pick(lang),
            "atiende_some": FOUND.pick(lang),
            "atiende_none": NOT_FOUND.pick(lang),
            "default_mode": "auto",
        },
        "html_theme_options": {
            "logo": {"text": NAME.pick(lang), "image_light": "static/mark.svg", "image_dark": "static/mark.svg", "alt_text": ""},
            "repository_url": f"https://github.com/{slug}",
            "use_repository_button": True,
            "use_download_button": False,
            "use_fullscreen_button": False,
            "article_header_end": ["language.html", "article-header-buttons.html"],
            "navbar_persistent": [],
            "home_page_in_toc": True,
            "toc_title": CONTENTS.pick(lang),
            "search_bar_text": SEARCH.pick(lang),
            "show_toc_level": 2,
            "extra_footer": f"<p>{LICENCE.pick(lang)}.</p>",
            "footer_content_items": ["extra-footer.html"],
        },
    }


def write_source(lang: str, slug: str, units: list[Unit], stored: dict[Path, Path], source: Path, figures: Path):
    """Write the pages of one language as Sphinx reads them, those that did not change left alone, old ones taken away."""
    pages: dict[str, str] = {}
    for unit in units:
        shelf = Shelf(unit, lang, slug, figures)
        if unit.minutes_lesson:
            page = lesson_page(stored[ROOT / shelf.notebook("lessons")], shelf)
            pages[f"lessons/{unit.id}.ipynb"] = nbformat.writes(page)
        if unit.minutes_assignment:
            page = assignment_page(ROOT / shelf.notebook("assignments"), ROOT / shelf.notebook("solutions"), shelf)
            pages[f"assignments/{unit.id}.ipynb"] = nbformat.writes(page)
    terms = tomllib.loads((ROOT / "units" / "glossary.toml").read_text(encoding="utf-8"))
    pages["glossary.md"] = glossary_page(terms, units, lang, ROOT)
    pages["references.md"] = references_page(units, lang, ROOT)
    for path in sorted((HERE / lang).glob("*.md")):
        pages[path.name] = fill(path.read_text(encoding="utf-8"), lang, slug, units)
    for name, text in pages.items():
        path = source / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    for path in source.rglob("*.*"):
        if path.is_file() and path.relative_to(source).as_posix() not in pages:
            path.unlink()


def fill(text: str, lang: str, slug: str, units: list[Unit]) -> str:
    """Return a page with what follows from the course in its places, `[[name]]` on a line or in a sentence."""
    lessons, assignments = (sum(getattr(unit, f"minutes_{kind}") for unit in units) for kind in ("lesson", "assignment"))
    first = next(unit for unit in units if unit.minutes_lesson)
    parts = {
        "road": road(units, lang),
        "panel": example_panel(lang),
        "contents": contents(units, lang),
        "builds": builds(units, lang),
        "slug": slug,
        "name": slug.split("/")[1],
        "first": first.id,
        "units": str(sum(bool(number(unit)) for unit in units)),
        "hours-lessons": hours(lessons // 60 * 60),
        "hours-assignments": hours(assignments // 60 * 60),
        "exercises": str(exercise_count(units)),
    }
    for name, part in parts.items():
        text = text.replace(f"[[{name}]]", part)
    return SHOT.sub(lambda m: screenshot(m[1], m[2], lang), text)


def exercise_count(units: list[Unit]) -> int:
    """Return how many exercises that check themselves the listed units have."""
    from autograder.exercise import check_unit, exercise_ids

    names = {unit.name for unit in units}
    return sum(check_unit(id) in names for id in exercise_ids())


def screenshot(name: str, alt: str, lang: str) -> str:
    """Return a screenshot that opens in full size. Raises FileNotFoundError where screenshots.py has not taken it."""
    file = HERE / "static" / "screenshots" / f"{name}-{lang}.png"
    width, height = struct.unpack(">II", file.read_bytes()[16:24])
    address = f"_static/screenshots/{file.name}"
    return (f'<a class="shot" href="{address}"><img src="{address}" alt="{alt}" width="{width}" height="{height}" '
            'loading="lazy"></a>')  # fmt: skip


def contents(units: list[Unit], lang: str) -> str:
    """Return the tables of contents that make the side bar: the road, the guides, what to look up."""
    rows = [f"{number(unit)}{unit.title(lang)} <{'lessons' if unit.minutes_lesson else 'assignments'}/{unit.id}>" for unit in units]
    blocks = ((GUIDES, ["learn", "study", "teach"]), (UNITS, rows), (MORE, ["glossary", "references"]))
    return "\n\n".join(
        "\n".join(["```{toctree}", ":hidden:", f":caption: {caption.pick(lang)}", "", *entries, "```"]) for caption, entries in blocks
    )


if __name__ == "__main__":
    main()
