"""What a person sees: a real JupyterLab in headless Chromium, its panels, its sliders, and the marks in the formgrader."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from graded import SMALL, add_small_assignment, verdict
from playwright.sync_api import Locator, Page, expect, sync_playwright

from autograder.gradebook.create import create_course
from autograder.solutions import solution_source

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--no-first-run"]  # fmt: skip
LAB = ["--no-browser", "--allow-root", "--ServerApp.token=", "--ServerApp.password=", "--ServerApp.port=0"]
WAIT = 120_000  # milliseconds; a kernel that imports torch on a busy machine needs many of them
WRONG = ("z - np.max(z, axis=axis, keepdims=True)", "z")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium found: sudo apt-get install chromium"),
]


@pytest.fixture(scope="module")
def folder(root, tmp_path_factory) -> Path:
    """Return the folder of a class, two submissions graded, with the course's notebooks beside them."""
    course, _ = create_course(tmp_path_factory.mktemp("lab") / "class", "es")
    add_small_assignment(course)
    released = course.released(SMALL).read_text(encoding="utf-8")
    for student, solution in (("ana", solution_source("softmax")), ("blas", solution_source("softmax").replace(*WRONG))):
        notebook = json.loads(released)
        next(cell for cell in notebook["cells"] if cell["id"] == "a")["source"] = solution
        path = course.root / "submitted" / student / SMALL / f"{SMALL}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(notebook), encoding="utf-8")
    command = [sys.executable, "-m", "autograder", "grade", course.root, SMALL]
    subprocess.run(command, check=True, timeout=300)
    for kind in ("lessons", "assignments"):
        shutil.copytree(root / kind, course.root / kind)
    return course.root


@pytest.fixture(scope="module")
def address(folder, tmp_path_factory) -> str:
    """Return the address of a JupyterLab that serves the class folder and knows nothing of this machine's settings."""
    home = tmp_path_factory.mktemp("home")
    environment = os.environ | {"HOME": str(home), "JUPYTER_RUNTIME_DIR": str(home / "runtime"), "IPYTHONDIR": str(home)}
    environment["PATH"] = os.pathsep.join((os.path.dirname(sys.executable), os.environ["PATH"]))
    with open(home / "log", "w") as log:
        lab = subprocess.Popen([sys.executable, "-m", "jupyterlab", *LAB], cwd=folder, env=environment, stdout=log, stderr=log)
        try:
            yield wait_for_server(lab, home)
        finally:
            lab.terminate()
            lab.wait(timeout=60)


def wait_for_server(lab: subprocess.Popen, home: Path) -> str:
    """Return the server's address as soon as it answers; fail with its log if it ends before."""
    deadline = time.monotonic() + WAIT / 1000
    while lab.poll() is None and time.monotonic() < deadline:
        for path in (home / "runtime").glob("jpserver-*.json"):
            try:
                url = json.loads(path.read_text())["url"]
                urllib.request.urlopen(url + "api", timeout=5).close()
                return url
            except (OSError, ValueError):
                pass  # written, but not listening yet
        time.sleep(0.1)
    pytest.fail("JupyterLab did not start:\n" + (home / "log").read_text())


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser, address) -> Page:
    page = browser.new_page(base_url=address, viewport={"width": 1280, "height": 1000})
    page.set_default_timeout(WAIT)
    expect.set_options(timeout=WAIT)
    yield page
    page.close()


def open_notebook(page: Page, path: str):
    """Open a notebook in a JupyterLab of its own and wait until its kernel is there."""
    page.goto(f"lab/workspaces/{path.replace('/', '-').removesuffix('.ipynb')}/tree/{path}")
    expect(page.locator(".jp-Notebook .jp-CodeCell").first).to_be_visible()
    expect(page.locator(".jp-NotebookPanel-toolbar")).to_contain_text("Python 3")
    expect(page.locator(".jp-Notebook-ExecutionIndicator")).to_have_attribute("data-status", "idle")


def code_cell(page: Page, text: str) -> Locator:
    """Return the first code cell that contains a text."""
    return page.locator(".jp-CodeCell").filter(has=page.locator(".jp-InputArea", has_text=text)).first


def run(page: Page, text: str) -> Locator:
    """Run the first code cell that contains a text, wait until it is done, and return its output."""
    cell = code_cell(page, text)
    prompt = cell.locator(".jp-InputPrompt")
    before = prompt.inner_text()
    for _ in range(5):  # a key pressed while JupyterLab still lays out the page is lost
        cell.locator(".cm-content").click()
        expect(cell.locator(".cm-editor")).to_have_class(re.compile("cm-focused"))
        page.keyboard.press("Control+Enter")
        try:
            expect(prompt).not_to_have_text(before, timeout=WAIT / 8)
            break
        except AssertionError:
            continue
    expect(prompt).to_have_text(re.compile(r"\[\d+\]:"))
    expect(prompt).not_to_have_text(before)
    return cell.locator(".jp-Cell-outputArea")


def write(page: Page, text: str, source: str):
    """Replace what stands in the first code cell that contains a text."""
    code_cell(page, text).locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(source)


@pytest.mark.parametrize(
    ("lang", "not_written", "almost", "cause", "right"),
    [
        ("es", "Sin escribir", "Casi", "No restas el máximo", "Correcto"),
        ("en", "Not written yet", "Almost", "You do not subtract the maximum", "Right"),
    ],
)
def test_an_exercise_fails_is_explained_and_passes(page, tmp_path, lang, not_written, almost, cause, right):
    open_notebook(page, f"assignments/{lang}/01_mlp.ipynb")
    expect(run(page, "atiende.start")).to_contain_text("Atiende")
    run(page, "import numpy as np")
    run(page, "def softmax")
    panel = run(page, "check(softmax)")
    expect(panel).to_contain_text(not_written)
    expect(panel).to_contain_text("0 ")

    write(page, "def softmax", solution_source("softmax").replace(*WRONG))
    run(page, "def softmax")
    panel = run(page, "check(softmax)")
    expect(panel).to_contain_text(almost)
    expect(panel).to_contain_text(cause)
    page.screenshot(path=tmp_path / "almost.png")

    write(page, "def softmax", solution_source("softmax"))
    run(page, "def softmax")
    panel = run(page, "check(softmax)")
    expect(panel).to_contain_text(right)
    expect(panel).not_to_contain_text(cause)
    page.screenshot(path=tmp_path / "right.png")


@pytest.mark.parametrize(("lang", "before", "after"), [("es", "Escala 1,", "Escala 1.5"), ("en", "Scale 1,", "Scale 1.5")])
def test_a_slider_changes_its_picture(page, tmp_path, lang, before, after):
    open_notebook(page, f"lessons/{lang}/01_mlp.ipynb")
    run(page, "atiende.start")
    run(page, "from atiende import")
    output = run(page, "widgets.explore_softmax()")
    picture, slider = output.locator("img.widget-image"), output.locator(".noUi-handle")
    expect(output).to_contain_text(before)
    seen = picture.screenshot(path=tmp_path / "before.png")
    slider.focus()
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    expect(output).to_contain_text(after)
    assert picture.screenshot(path=tmp_path / "after.png") != seen
    page.screenshot(path=tmp_path / "page.png")


def test_the_marks_stand_in_the_formgrader(page, tmp_path):
    for student, given in (("ana", verdict()), ("blas", verdict("no_shift"))):
        page.goto(f"formgrader/manage_students/{student}")
        expect(page.get_by_role("row", name=SMALL)).to_contain_text(f"{given.points:g} / 7")
    page.goto(f"formgrader/gradebook/{SMALL}/{SMALL}")
    expect(page.locator("tbody tr")).to_have_count(2)
    page.screenshot(path=tmp_path / "gradebook.png")
    page.get_by_role("row", name=f"{given.points:g} / 7").get_by_role("link", name="Submission").click()
    expect(page.locator("body")).to_contain_text(given.cause.es.split(":")[0])
    page.screenshot(path=tmp_path / "submission.png", full_page=True)
