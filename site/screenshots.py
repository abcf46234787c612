"""Take the pictures of the instructor's page: the demonstration's class, graded, its report, a student's page and the formgrader."""

import argparse
import io
import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from autograder.content import units
from autograder.demo.classroom import hand_in, stories
from autograder.demo.people import PEOPLE
from autograder.gradebook.create import create_course

HERE = Path(__file__).resolve().parent
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
KEPT = ("solved", "half_solved", "blank", "alternatives", "syntax_error", "broken_json", "colab")
SIZE = {"width": 1100, "height": 760}
LAB = ["--no-browser", "--allow-root", "--ServerApp.token=", "--ServerApp.password=", "--ServerApp.port=0"]
START, STEP = 120, 0.2  # seconds to wait for the server, and between two looks


def main():
    """Read the command line and take the pictures of each language."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=HERE / "static" / "screenshots", help="folder of the pictures")
    parser.add_argument("--lang", choices=("es", "en"), action="append", help="one language (default: both)")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for lang in arguments.lang or ("es", "en"):
            take(browser, lang, arguments.out)


def take(browser: Browser, lang: str, out: Path):
    """Grade some students of the demonstration's class in one language and take its pictures."""
    name = units()[0]["id"]
    with TemporaryDirectory() as folder:
        course, _ = create_course(Path(folder) / "class", lang, demo=True)
        hand_in(course, name)
        student = keep_some(course.root / "submitted", name, lang)
        for command in ("grade", "report"):
            run = [sys.executable, "-m", "autograder", command, course.root, name]
            subprocess.run(run, check=True, stdout=subprocess.DEVNULL)
        with server(course.root) as address:
            pages = {
                "report": (course.root / f"{name}-report.html").as_uri(),
                "feedback": (course.root / "feedback" / student / name / f"{name}.html").as_uri(),
                "formgrader": f"{address}formgrader/manage_submissions/{name}",
            }
            for kind, url in pages.items():
                page = browser.new_page(viewport=SIZE)
                page.goto(url)
                page.wait_for_load_state("networkidle")
                save(page.screenshot(), out / f"{kind}-{lang}.png")
                page.close()


def keep_some(submitted: Path, name: str, lang: str) -> str:
    """Leave one submission of each kind in KEPT, and those with mistakes; return a student of this language with mistakes."""
    told = [(id, story) for (id, *_), story in zip(PEOPLE, stories(name), strict=True)]
    first = {story.name: id for id, story in reversed(told)}
    with_mistakes = {id: story for id, story in told if story.name == "mistakes"}
    for id, _ in told:
        if id not in with_mistakes and id not in (first[kind] for kind in KEPT):
            shutil.rmtree(submitted / id)
    return next(id for id, story in with_mistakes.items() if story.language == lang)


def save(png: bytes, path: Path):
    """Store a picture with a palette, which a page of text needs no more than."""
    Image.open(io.BytesIO(png)).convert("RGB").quantize(128).save(path, optimize=True)


@contextmanager
def server(course: Path) -> Iterator[str]:
    """Yield the address of a JupyterLab in the class folder that knows nothing of this machine's settings."""
    with TemporaryDirectory() as home:
        environment = os.environ | {"HOME": home, "JUPYTER_RUNTIME_DIR": f"{home}/runtime", "IPYTHONDIR": home}
        environment["PATH"] = os.pathsep.join((os.path.dirname(sys.executable), os.environ["PATH"]))
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        lab = subprocess.Popen([sys.executable, "-m", "jupyterlab", *LAB], cwd=course, env=environment, **quiet)
        try:
            yield wait(Path(home) / "runtime", lab)
        finally:
            lab.terminate()
            lab.wait(timeout=60)


def wait(runtime: Path, lab: subprocess.Popen) -> str:
    """Return the server's address as soon as it answers. Raises TimeoutError."""
    deadline = time.monotonic() + START
    while lab.poll() is None and time.monotonic() < deadline:
        for path in runtime.glob("jpserver-*.json"):
            try:
                url = json.loads(path.read_text())["url"]
                urllib.request.urlopen(url + "api", timeout=5).close()
                return url
            except (OSError, ValueError):
                pass  # written, but not listening yet
        time.sleep(STEP)
    raise TimeoutError(f"JupyterLab did not start in {START} seconds: run `jupyter lab` to see why")


if __name__ == "__main__":
    main()
