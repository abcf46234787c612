"""Blood cells under the microscope, with boxes (BCCD: cosmicad, akshaylamba and shenggan, 2017; MIT licence)."""

import io
import zipfile
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np

from atiende.data.files import BLOOD_CELLS, fetch
from atiende.data.scenes import Scenes, make_scenes
from atiende.language import label

KINDS = ("RBC", "WBC", "Platelets")
HEIGHT, WIDTH = 480, 640  # pixels of every picture of the set


def load_blood_cells(shrink: int = 5) -> Scenes:
    """Load 292 pictures for training and 72 for test, of red cells, white cells and platelets, each with its boxes.

    Pictures are (N, 3, 480 / shrink, 640 / shrink), averaged over squares of `shrink` pixels, and boxes are in the new pixels.
    Offline these are `make_scenes()` instead: read the size from `x_train.shape`. Raises ValueError where shrink does not
    divide 160.
    """
    if 160 % shrink:
        raise ValueError(f"shrink={shrink} does not divide 160: the pictures measure 480 x 640 pixels")
    scenes = label("escenas generadas", "generated scenes")
    paths, source = fetch("BCCD", BLOOD_CELLS, default=scenes)
    if paths is None:
        return replace(make_scenes(), source=source)
    with zipfile.ZipFile(paths[0]) as archive:
        files = {name: archive.read(info) for name, info in BLOOD_CELLS[0].members(archive).items()}
    train, test = (_read(files, part, shrink) for part in ("trainval", "test"))
    classes = tuple(label("glóbulo rojo, glóbulo blanco, plaqueta", "red cell, white cell, platelet").split(", "))
    return Scenes(*train, *test, classes, "BCCD", source)


def _read(files: dict[str, bytes], part: str, shrink: int):
    names = files[f"BCCD/ImageSets/Main/{part}.txt"].decode().split()
    pictures = np.stack([_picture(files[f"BCCD/JPEGImages/{name}.jpg"], shrink) for name in names])
    things = [_things(files[f"BCCD/Annotations/{name}.xml"]) for name in names]
    return pictures, [boxes / shrink for boxes, _ in things], [classes for _, classes in things]


def _picture(content: bytes, shrink: int) -> np.ndarray:
    from PIL import Image

    pixels = np.asarray(Image.open(io.BytesIO(content)), dtype=np.float32) / 255  # (480, 640, 3)
    squares = pixels.reshape(HEIGHT // shrink, shrink, WIDTH // shrink, shrink, 3)
    return squares.mean(axis=(1, 3)).transpose(2, 0, 1)


def _things(content: bytes) -> tuple[np.ndarray, np.ndarray]:
    """Return the boxes (n, 4) and classes (n,) of one picture; two boxes of the set have no area and are left out."""
    boxes, classes = [], []
    for thing in ElementTree.fromstring(content).iter("object"):
        box = [float(thing.find("bndbox").findtext(side)) for side in ("xmin", "ymin", "xmax", "ymax")]
        if box[0] < box[2] and box[1] < box[3]:
            boxes.append(box)
            classes.append(KINDS.index(thing.findtext("name")))
    return np.array(boxes), np.array(classes, dtype=np.int64)
