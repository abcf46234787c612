"""Run each lesson once, and keep what it showed until the lesson or the course's code changes."""

import hashlib
import os
import time
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parent.parent
STORE = ROOT / "build" / "executed"
KERNEL = Path(__file__).with_name("kernel.py")  # what runs before the first cell
LIBRARIES = ("torch", "numpy", "matplotlib", "scikit-learn")
AT_ONCE = 2
TIMEOUT = 600  # seconds a cell


@cache
def _code_digest() -> bytes:
    """Return a digest of all that a lesson imports and that may change what it shows."""
    digest = hashlib.sha256(" ".join(version(name) for name in LIBRARIES).encode())
    for path in [KERNEL, *sorted(p for p in (ROOT / "atiende").rglob("*") if p.suffix in (".py", ".toml"))]:
        digest.update(path.read_bytes())
    return digest.digest()


def _stored(notebook: Path) -> Path:
    digest = hashlib.sha256(_code_digest() + notebook.read_bytes()).hexdigest()[:16]
    return STORE / notebook.parent.name / f"{notebook.stem}-{digest}.ipynb"


def executed(notebooks: list[Path]) -> dict[Path, Path]:
    """Return where each notebook lies with its outputs, running those that changed. Raises nbclient's CellExecutionError."""
    stored = {notebook: _stored(notebook) for notebook in notebooks}
    missing: dict[str, list[Path]] = {}  # the languages of a lesson go one after the other
    for notebook, path in stored.items():
        if not path.is_file():
            missing.setdefault(notebook.stem, []).append(notebook)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda languages: _run_languages(languages, stored), missing.values()))
    for path in STORE.glob("*/*.ipynb"):
        if path not in stored.values() and path.name.rpartition("-")[0] in {n.stem for n in notebooks}:
            path.unlink()
    return stored


def _run_languages(notebooks: list[Path], stored: dict[Path, Path]):
    """Run a lesson in each language; what one has trained, the next takes over."""
    with TemporaryDirectory() as trained:
        for notebook in notebooks:
            _run(notebook, stored[notebook], trained)


def _run(notebook: Path, stored: Path, trained: str):
    """Run one notebook without network or the reader's own data, store it, and print how long it took."""
    begun = time.monotonic()
    content = nbformat.read(notebook, as_version=4)
    content.cells.insert(0, nbformat.v4.new_code_cell(KERNEL.read_text(encoding="utf-8"), id="kernel"))
    with TemporaryDirectory() as empty:
        offline = {"ATIENDE_OFFLINE": "1", "ATIENDE_CACHE": empty, "OMP_NUM_THREADS": "1", "ATIENDE_TRAINED": trained}
        client = NotebookClient(content, timeout=TIMEOUT, kernel_name="python3", coalesce_streams=True)
        client.execute(cwd=empty, env={k: v for k, v in os.environ.items() if k != "ATIENDE_MIRROR"} | offline)
    del content.cells[0]
    content.metadata.pop("widgets", None)
    stored.parent.mkdir(parents=True, exist_ok=True)
    fresh = stored.with_suffix(".part")
    nbformat.write(content, fresh)
    fresh.replace(stored)
    print(f"{notebook.relative_to(ROOT)}: {time.monotonic() - begun:.0f} s", flush=True)
