"""Eighty faces, happy and sad: the published pictures, or drawn ones as a stand-in."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

from proctor.datasets import faces, places
from proctor.datasets.dataset import Dataset
from proctor.errors import ProctorError

SIZE = 80
SEEDS = {"train": 4101, "test": 4102}


def read(path: Path, split: str) -> Path:
    """Return the folder of the real pictures; if `path` is their zip, unpack it into the cache.

    Raises ProctorError for the test split, ValueError if there are no pictures of either mood.
    """
    if split == "test":
        raise ProctorError("happy_sad: the real faces are one set of 80; there is no test split of them.")
    if path.is_dir():
        folder = path
    else:
        key = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
        member = r"(happy|sad)/[\w-]+\.png"
        folder = places.cached(f"happy-or-sad-{key}", lambda new: places.unpack(path, new, member))
    for mood in ("happy", "sad"):
        if not any((folder / mood).glob("*.png")):
            raise ValueError(f"it must hold happy/ and sad/ with PNG pictures, found none in {mood}/")
    return folder


def draw(split: str) -> Path:
    """Return the folder of the stand-in's split, drawn once and kept in the cache."""
    name = os.path.join("drawn", f"happy-or-sad-{split}-{faces.DRAWING}")
    return places.cached(name, lambda new: faces.draw_faces(new, SIZE, SEEDS[split]))


def write(data: Path, path: Path) -> None:
    """Copy the pictures unpacked, since a jail has no cache to unpack them into."""
    for mood in ("happy", "sad"):
        (path / mood).mkdir(parents=True)
        for picture in sorted((data / mood).glob("*.png")):
            shutil.copyfile(picture, path / mood / picture.name)


HAPPY_SAD = Dataset(
    name="happy_sad",
    noun="faces",
    draw=draw,
    drawing=faces.DRAWING,
    count=lambda folder: sum(1 for _ in folder.glob("*/*.png")),
    file="happy-or-sad.zip",
    url="https://storage.googleapis.com/tensorflow-1-public/course1/happy-or-sad.zip",
    sha256="891cbe64fa5437598d9769baba2d68550dc3c688fb59523a42bfafc1a8f8cf6a",
    read=read,
    part="happy-or-sad",
    write=write,
)
