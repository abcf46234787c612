import hashlib
import os
import shutil
import socket
import threading
import zipfile
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from atiende.data import load_bike_sharing, load_blood_cells, load_fashion_mnist
from atiende.data.files import BIKE_SHARING, BLOOD_CELLS, FASHION_MNIST, Archive, File, cache_folder, fetch
from atiende.language import set_language

CONTENT = b"date,count\n2011-01-01,985\n"


@pytest.fixture(autouse=True)
def alone(monkeypatch, tmp_path):
    """Give the test an empty cache, no mirror and no way to the network but this machine itself."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}"  # closed at once: connecting there is refused
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, nobody)
        monkeypatch.setenv(name.upper(), nobody)
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "127.0.0.1")
    monkeypatch.setenv("ATIENDE_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("ATIENDE_MIRROR", raising=False)


REAL = os.environ.get("ATIENDE_MIRROR")  # read before the fixture above removes it


@pytest.fixture
def mirror(root, monkeypatch) -> Path:
    """Return the folder with the real files, and let the course use it."""
    folder = Path(REAL) if REAL else root.parent / "shared" / "data"
    if not (folder / FASHION_MNIST[0].name).is_file():
        pytest.skip("no mirror of the real data: set ATIENDE_MIRROR to a folder that has fashion_mnist and bike_sharing")
    monkeypatch.setenv("ATIENDE_MIRROR", str(folder))
    return folder


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture
def served(tmp_path):
    """Serve a folder on this machine; return the folder and its address."""
    folder = tmp_path / "served"
    folder.mkdir()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield folder, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def toy_file(address: str, content: bytes = CONTENT) -> File:
    return File("toy/days.csv", f"{address}/days.csv", hashlib.sha256(content).hexdigest())


def lines(capfd) -> list[str]:
    out, err = capfd.readouterr()
    assert err == ""
    return out.splitlines()


def test_a_file_is_downloaded_checked_and_next_time_read_from_the_cache(served, capfd):
    folder, address = served
    (folder / "days.csv").write_bytes(CONTENT)
    paths, source = fetch("Toy", (toy_file(address),), default="nada")
    assert (paths[0].read_bytes(), source) == (CONTENT, "download")
    (folder / "days.csv").unlink()
    paths, source = fetch("Toy", (toy_file(address),), default="nada")
    assert (paths[0].read_bytes(), source) == (CONTENT, "cache")
    assert lines(capfd) == ["Toy · descargado", "Toy · leído de la caché"]


def test_a_download_with_other_bytes_is_named_and_leaves_nothing_behind(served, capfd):
    folder, address = served
    (folder / "days.csv").write_bytes(CONTENT[:-5])
    assert fetch("Toy", (toy_file(address),), default="otra cosa") == (None, "default")
    (line,) = lines(capfd)
    assert "otra cosa" in line and f"{address}/days.csv no tiene los bytes esperados" in line
    assert [path for path in cache_folder().rglob("*") if path.is_file()] == []


def test_an_address_without_the_file_falls_to_the_default(served, capfd):
    assert fetch("Toy", (toy_file(served[1]),), default="otra cosa") == (None, "default")
    (line,) = lines(capfd)
    assert "no se pudo descargar toy/days.csv (HTTPError)" in line


def test_a_damaged_cache_is_named_and_mended_by_the_next_source(served, capfd):
    folder, address = served
    (folder / "days.csv").write_bytes(CONTENT)
    damaged = cache_folder() / "toy/days.csv"
    damaged.parent.mkdir(parents=True)
    damaged.write_bytes(b"not the same")
    paths, source = fetch("Toy", (toy_file(address),), default="nada")
    assert (paths, source, damaged.read_bytes()) == ([damaged], "download", CONTENT)
    (line,) = lines(capfd)
    assert f"{damaged} está dañado" in line


def test_the_mirror_comes_before_the_network_and_is_checked_too(served, tmp_path, monkeypatch, capfd):
    folder, address = served
    (folder / "days.csv").write_bytes(CONTENT)
    mirrored = tmp_path / "mirror" / "toy/days.csv"
    mirrored.parent.mkdir(parents=True)
    monkeypatch.setenv("ATIENDE_MIRROR", str(tmp_path / "mirror"))
    mirrored.write_bytes(CONTENT)
    assert fetch("Toy", (toy_file(address),), default="nada") == ([mirrored], "mirror")
    mirrored.write_bytes(b"rotten")
    paths, source = fetch("Toy", (toy_file(address),), default="nada")
    assert (paths[0].read_bytes(), source) == (CONTENT, "download")
    good, rotten = lines(capfd)
    assert good == "Toy · leído de la copia local"
    assert f"{mirrored} está dañado" in rotten


def test_a_mirror_without_the_file_is_told(tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("ATIENDE_MIRROR", str(tmp_path / "nowhere"))
    assert fetch("Toy", (toy_file("https://example.invalid"),), default="nada") == (None, "default")
    (line,) = lines(capfd)
    assert "toy/days.csv no está en ATIENDE_MIRROR" in line


def test_a_cache_that_cannot_be_written_falls_to_the_default(served, tmp_path, monkeypatch, capfd):
    folder, address = served
    (folder / "days.csv").write_bytes(CONTENT)
    (tmp_path / "file").write_text("in the way of the folder")
    monkeypatch.setenv("ATIENDE_CACHE", str(tmp_path / "file"))
    assert fetch("Toy", (toy_file(address),), default="otra cosa") == (None, "default")
    assert len(lines(capfd)) == 1


def test_one_file_missing_sends_the_whole_set_to_the_default(served, capfd):
    folder, address = served
    (folder / "days.csv").write_bytes(CONTENT)
    absent = File("toy/absent.csv", f"{address}/absent.csv", "0" * 64)
    assert fetch("Toy", (toy_file(address), absent), default="nada") == (None, "default")
    assert len(lines(capfd)) == 1


def test_fashion_mnist_offline_is_digits_with_the_same_fields(capfd):
    split = load_fashion_mnist()
    assert (split.name, split.source) == ("digits", "default")
    assert split.x_train.shape == (1347, 8, 8) and split.x_train.dtype == np.float32
    assert len(split.classes) == 10
    (line,) = lines(capfd)
    assert line.startswith("Fashion-MNIST · sin los datos reales") and "dígitos" in line


def test_fashion_mnist_is_the_published_one(mirror, capfd):
    split = load_fashion_mnist()
    assert (split.name, split.source) == ("Fashion-MNIST", "mirror")
    assert (split.x_train.shape, split.x_test.shape) == ((60_000, 28, 28), (10_000, 28, 28))
    assert split.x_train.mean() == pytest.approx(0.2860, abs=1e-4) and split.x_train.std() == pytest.approx(0.3530, abs=1e-4)
    assert np.bincount(split.y_train).tolist() == [6000] * 10 and np.bincount(split.y_test).tolist() == [1000] * 10
    assert lines(capfd) == ["Fashion-MNIST · leído de la copia local"]


def test_a_cached_real_file_serves_without_the_mirror(mirror, monkeypatch):
    cached = cache_folder() / BIKE_SHARING[0].name
    cached.parent.mkdir(parents=True)
    shutil.copy(mirror / BIKE_SHARING[0].name, cached)
    monkeypatch.delenv("ATIENDE_MIRROR")
    assert load_bike_sharing().source == "cache"


def test_bike_sharing_is_the_published_one(mirror):
    bikes = load_bike_sharing()
    assert (bikes.name, bikes.source, len(bikes.count)) == ("Bike Sharing", "mirror", 731)
    assert bikes.count.mean() == pytest.approx(4504.35, abs=0.01)
    yesterday = np.abs(bikes.count[-90:] - bikes.count[-91:-1]).mean()
    assert yesterday == pytest.approx(948, abs=1)
    table = np.genfromtxt(mirror / BIKE_SHARING[0].name, delimiter=",", names=True, dtype=None, encoding="utf-8")
    assert bikes.date.astype(str).tolist() == table["dteday"].tolist()
    assert np.array_equal((bikes.weekday + 1) % 7, table["weekday"])  # the file begins its week on Sunday
    assert np.array_equal(bikes.month + 1, table["mnth"])


def test_bike_sharing_offline_has_the_same_fields_and_ranges(mirror, monkeypatch, capfd):
    real = load_bike_sharing()
    monkeypatch.delenv("ATIENDE_MIRROR")
    generated = load_bike_sharing()
    assert (generated.source, len(generated.count)) == ("default", 731)
    for name, values in vars(real).items():
        if isinstance(values, np.ndarray):
            other = getattr(generated, name)
            assert (other.shape, other.dtype) == (values.shape, values.dtype), name
            if values.dtype == np.int64:
                assert np.array_equal(np.unique(other), np.unique(values)), name
    assert np.corrcoef(generated.count, real.count)[0, 1] > 0.6


def test_bike_sharing_offline_speaks_the_language_of_the_notebook(capfd):
    set_language("en")
    try:
        bikes = load_bike_sharing()
    finally:
        set_language("es")
    assert (bikes.name, bikes.source) == ("a generated series", "default")
    (line,) = lines(capfd)
    assert line.startswith("Bike Sharing · without the real data; in their place, a generated series")
    assert (bikes.count > 0).all() and 1000 < bikes.count.std() < 3000


def pack(path: Path, top: str, files: dict[str, str], level: int = 6) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, text in files.items():
            archive.writestr(f"{top}/{name}", text)
    return path


def toy_archive(address: str) -> Archive:
    """Name an archive with two files below `data`; its sha256 is that of the lines of sha256sum."""
    held = {"data/a.txt": "one", "data/b.txt": "two"}
    lines = "".join(f"{hashlib.sha256(text.encode()).hexdigest()}  {name}\n" for name, text in held.items())
    return Archive("toy/set.zip", f"{address}/set.zip", hashlib.sha256(lines.encode()).hexdigest(), "data")


def test_an_archive_is_known_by_what_it_holds_however_it_is_packed(served):
    folder, address = served
    pack(folder / "set.zip", "set-main", {"data/b.txt": "two", "scripts/run.sh": "echo", "data/a.txt": "one"}, level=1)
    paths, source = fetch("Toy", (toy_archive(address),), default="nada")
    assert source == "download" and fetch("Toy", (toy_archive(address),), default="nada")[1] == "cache"
    with zipfile.ZipFile(paths[0]) as archive:
        assert sorted(toy_archive(address).members(archive)) == ["data/a.txt", "data/b.txt"]


@pytest.mark.parametrize("files", [{"data/a.txt": "one", "data/b.txt": "tw0"}, {"data/a.txt": "one"},
                                   {"data/a.txt": "one", "data/b.txt": "two", "data/c.txt": "three"}])  # fmt: skip
def test_an_archive_that_holds_anything_else_is_passed_over(served, capfd, files):
    folder, address = served
    pack(folder / "set.zip", "set-main", files)
    assert fetch("Toy", (toy_archive(address),), default="otra cosa") == (None, "default")
    assert "no tiene los bytes esperados" in lines(capfd)[0]
    assert [path for path in cache_folder().rglob("*") if path.is_file()] == []


def test_an_archive_that_is_no_zip_or_is_cut_short_is_passed_over(served, tmp_path, capfd):
    folder, address = served
    whole = pack(tmp_path / "whole.zip", "set-main", {"data/a.txt": "one", "data/b.txt": "two"}).read_bytes()
    for content in (b"<html>", whole[:-30], whole[:40] + b"xx" + whole[42:]):
        (folder / "set.zip").write_bytes(content)
        assert fetch("Toy", (toy_archive(address),), default="otra cosa") == (None, "default")
    assert len(lines(capfd)) == 3


def test_blood_cells_are_the_published_ones(mirror, capfd):
    if not (mirror / BLOOD_CELLS[0].name).is_file():
        pytest.skip("no mirror of BCCD: set ATIENDE_MIRROR to a folder that has bccd")
    cells = load_blood_cells()
    assert (cells.name, cells.source) == ("BCCD", "mirror")
    assert (cells.x_train.shape, cells.x_test.shape) == ((292, 3, 96, 128), (72, 3, 96, 128))
    assert cells.x_train.dtype == np.float32 and 0 <= cells.x_train.min() and cells.x_train.max() <= 1
    kinds = np.concatenate([*cells.y_train, *cells.y_test])
    assert np.bincount(kinds).tolist() == [4153, 372, 361]  # 4,888 boxes without the two that have no area
    boxes = np.concatenate([*cells.boxes_train, *cells.boxes_test])
    assert (boxes[:, 2:] > boxes[:, :2]).all() and boxes.min() >= 0 and (boxes[:, 2:] <= [128, 96]).all()
    sides = np.sqrt(np.prod(boxes[:, 2:] - boxes[:, :2], axis=1))
    assert np.median(sides[kinds == 2]) < 10 < np.median(sides[kinds == 0]) < 25 < np.median(sides[kinds == 1])
    with pytest.raises(ValueError, match="shrink=7"):
        load_blood_cells(shrink=7)


def test_blood_cells_offline_are_generated_scenes_with_the_same_fields(capfd):
    cells = load_blood_cells()
    assert (cells.name, cells.source, cells.x_train.shape) == ("escenas generadas", "default", (1000, 3, 64, 64))
    (line,) = lines(capfd)
    assert line.startswith("BCCD · sin los datos reales; en su lugar, escenas generadas")
