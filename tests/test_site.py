"""The website as its readers get it: built once, opened from the folder in headless Chromium, in both languages."""

import re
import subprocess
import sys
import time
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from test_jupyterlab import CHROMIUM, browser  # noqa: F401

from autograder.content import units

LANGUAGES = ("es", "en")
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
# What accessibility is checked for: preloading would fetch style sheets, which a page opened from a folder may not.
RULES = {"runOnly": ["wcag2a", "wcag2aa"], "preload": False, "resultTypes": ["violations"]}
CONTRAST = RULES | {"runOnly": ["color-contrast"]}
ALIKE = {"exclude": [[".highlight"], ["math"], [".bd-sidebar-primary"]]}  # thousands of parts, alike on all pages: checked on one
LESSON = "lessons/01_mlp.html"
BUILD = 3000  # seconds that a build from nothing may take on a busy machine

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium found: sudo apt-get install chromium"),
]


def build(root: Path, out: Path) -> str:
    done = subprocess.run([sys.executable, "site/build.py", "--out", out], cwd=root, capture_output=True, text=True, timeout=BUILD)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def site(root, tmp_path_factory) -> Path:
    """Return the folder of the site, built once; lessons that were run before and did not change are not run again."""
    out = tmp_path_factory.mktemp("web") / "site"
    build(root, out)
    return out


@pytest.fixture(scope="module")
def pages(site) -> list[Path]:
    """Return every page, both languages."""
    found = sorted(path for lang in LANGUAGES for path in (site / lang).rglob("*.html") if "_static" not in path.parts)
    assert len(found) > 4 * len(units())
    return found


@pytest.fixture
def page(browser: Browser) -> Page:  # noqa: F811
    """Return a page that fails its test for an error in the console or a request that leaves the machine."""
    page = browser.new_page(viewport=WIDE)
    faults = []
    page.on("console", lambda message: faults.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("request", lambda request: None if request.url.startswith(("file:", "data:")) else faults.append(request.url))
    yield page
    page.close()
    assert faults == []


class Reader(HTMLParser):
    """Gather the ids, the addresses and the pictures of a page."""

    def __init__(self, path: Path):
        super().__init__()
        self.ids, self.addresses, self.pictures, self.texts = set(), [], [], []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.ids.add(attributes.get("id"))
        if tag == "img":
            self.pictures.append(attributes)
        if tag in ("a", "img", "script", "link"):
            self.addresses += [attributes[name] for name in ("href", "src") if attributes.get(name)]


@pytest.fixture(scope="module")
def read(pages) -> dict[Path, Reader]:
    """Return what is in each page."""
    return {path: Reader(path) for path in pages}


def twin(page: Path, site: Path) -> Path:
    lang, *rest = page.relative_to(site).parts
    return site.joinpath("en" if lang == "es" else "es", *rest)


def test_every_unit_has_its_pages_in_both_languages(site, pages):
    for lang in LANGUAGES:
        for unit in units():
            for kind, minutes in (("lessons", "minutes_lesson"), ("assignments", "minutes_assignment")):
                assert (site / lang / kind / f"{unit['id']}.html" in pages) == bool(unit.get(minutes))
        assert {"index.html", "learn.html", "study.html", "teach.html", "glossary.html", "references.html", "search.html"} <= {
            path.name for path in pages if path.parent.name == lang
        }


def test_links_and_pictures_lead_somewhere(pages, read):
    broken = []
    for path in pages:
        for address in read[path].addresses:
            parts = urlsplit(address)
            if parts.scheme:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not target.is_file() or parts.fragment and target.suffix == ".html" and target in read and (
                parts.fragment not in read[target].ids
            ):
                broken.append((str(path), address))
    assert broken == []


def test_scripts_styles_and_pictures_come_with_the_site(pages):
    foreign = re.compile(r'<(?:script|img|link|iframe)[^>]+(?:src|href)="(?:https?:)?//[^"]*"')
    assert {str(path): found for path in pages if (found := foreign.findall(path.read_text(encoding="utf-8")))} == {}


def test_every_picture_says_in_the_page_s_language_what_it_shows(site, pages, read):
    for path in pages:
        alts = [picture.get("alt", "").strip() for picture in read[path].pictures if "logo" not in picture.get("class", "")]
        assert all(alts), path
        others = {picture.get("alt", "").strip() for picture in read[twin(path, site)].pictures} - {""}
        assert set(alts) & others == set(), path


def test_pages_open_without_errors_or_outside_requests_and_fit_a_phone(page, pages):
    too_wide = {}
    for path in pages:
        page.goto(path.as_uri())
        expect(page.locator("article h1").first).to_be_visible()
        page.set_viewport_size(PHONE)
        page.wait_for_function("document.readyState === 'complete'")
        width = page.evaluate("document.scrollingElement.scrollWidth")
        if width > PHONE["width"]:
            too_wide[str(path)] = width
        page.set_viewport_size(WIDE)
    assert too_wide == {}


@pytest.mark.parametrize(("scheme", "rules"), [("light", RULES), ("dark", CONTRAST)])
def test_pages_pass_the_accessibility_check(page, pages, scheme, rules):
    page.emulate_media(color_scheme=scheme)
    faults = {}
    for path in pages:
        page.goto(path.as_uri())
        page.evaluate("document.querySelectorAll('details').forEach((fold) => (fold.open = true))")
        context = None if path.name == "learn.html" else ALIKE
        found = Axe().run(page, context=context, options=rules).response["violations"]
        if found:
            faults[str(path)] = [(fault["id"], fault["nodes"][0]["html"][:200]) for fault in found]
    assert faults == {}


def test_a_lesson_opens_in_under_a_second(page, site):
    times = []
    for _ in range(5):
        page.goto((site / "es" / LESSON).as_uri())
        times.append(page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd"))
    assert min(times) < 1000, times


@pytest.mark.parametrize(("lang", "other", "name"), [("es", "en", "English"), ("en", "es", "Español")])
def test_the_switch_keeps_the_page(page, site, lang, other, name):
    for path in ("index.html", LESSON, "glossary.html", "search.html"):
        page.goto((site / lang / path).as_uri())
        page.get_by_role("link", name=name).first.click()
        expect(page).to_have_url(re.compile(f"/{other}/{path}"))
        assert page.evaluate("document.documentElement.lang") == other


@pytest.mark.parametrize(("locale", "lang"), [("es-AR", "es"), ("en-GB", "en"), ("fr-FR", "en")])
def test_the_first_page_takes_the_reader_s_language(browser, site, locale, lang):  # noqa: F811
    context = browser.new_context(locale=locale)
    page = context.new_page()
    page.goto((site / "index.html").as_uri())
    expect(page).to_have_url(re.compile(f"/{lang}/index.html"))
    context.close()


def results(page: Page) -> list[str]:
    expect(page.locator("#search-found li").first).to_be_visible()
    return page.locator("#search-found li > a").all_inner_texts()


@pytest.mark.parametrize(("lang", "typed", "accented", "leads_to"), [
    ("es", "retropropagacion", "retropropagación", "lessons/01_mlp"),
    ("es", "atencion", "atención", "04_attention"),
    ("en", "attention heads", "ATTENTION HEADS", "04_attention"),
])  # fmt: skip
def test_search_finds_words_typed_with_and_without_accents(page, site, lang, typed, accented, leads_to):
    found = []
    for words in (typed, accented):
        page.goto(f"{(site / lang / 'search.html').as_uri()}?q={words}")
        found.append(results(page))
        assert leads_to in page.locator("#search-found a").first.get_attribute("href")
        expect(page.locator("#search-found mark").first).to_be_visible()
    assert found[0] == found[1]


def test_the_search_field_of_a_page_leads_to_the_results(page, site):
    page.goto((site / "es" / LESSON).as_uri())
    page.locator("button.search-button-field").click()
    field = page.locator("dialog input[name=q]")
    field.fill("camara")
    field.press("Enter")
    expect(page).to_have_url(re.compile(r"/es/search\.html\?q=camara"))
    page.locator("#search-words").fill("perceptron")
    assert any("perceptrón" in title.lower() for title in results(page))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_explorers_show_one_state_at_a_time(page, site, lang):
    for path in sorted((site / lang / "lessons").glob("*.html")):
        page.goto(path.as_uri())
        explorers = page.locator(".explorer")
        assert explorers.count() >= 2, path
        for explorer in explorers.all():
            assert explorer.locator("li").count() >= 2
            shown = explorer.locator("li:visible p")
            before = shown.inner_text()
            explorer.get_by_role("button").last.click()
            expect(shown).not_to_have_text(before)
            assert explorer.locator("li.shown img").evaluate("(image) => image.decode().then(() => image.naturalWidth)") > 0


def test_answers_hints_and_solutions_are_folded(page, site):
    page.goto((site / "es" / LESSON).as_uri())
    assert page.locator("article details").count() > 8
    assert page.locator("article details[open]").count() == 0
    page.goto((site / "en" / "assignments" / "01_mlp.html").as_uri() + "#solution-softmax")
    solution = page.locator("#solution-softmax")
    expect(solution.locator(".highlight")).not_to_be_visible()
    solution.locator("summary").click()
    expect(solution.locator(".highlight")).to_contain_text("np.max(z, axis=axis, keepdims=True)")
    assert "BEGIN SOLUTION" not in page.content()


def test_what_did_not_change_is_not_built_again(root, site):
    before = {path: path.stat().st_mtime_ns for path in site.rglob("*.html")}
    begun = time.monotonic()
    assert ".ipynb" not in build(root, site), "a lesson was run again"
    assert time.monotonic() - begun < 30
    assert {path: path.stat().st_mtime_ns for path in site.rglob("*.html")} == before


def test_the_screenshots_can_be_taken_anew(root, tmp_path):
    """The pictures are of pages that may change: take them again, and expect pages of the same size with something on them."""
    command = [sys.executable, "site/screenshots.py", "--out", tmp_path, "--lang", "es"]
    subprocess.run(command, cwd=root, check=True, timeout=600)
    taken = sorted(path.name for path in tmp_path.iterdir())
    committed = root / "site" / "static" / "screenshots"
    assert taken == sorted(path.name for path in committed.glob("*-es.png"))
    for name in taken:
        fresh, kept = Image.open(tmp_path / name), Image.open(committed / name)
        assert fresh.size == kept.size and len(fresh.getcolors()) > 20, name
