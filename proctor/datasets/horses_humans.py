"""Folders of horses and humans: the published renderings, or drawn ones as a stand-in."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from pathlib import Path

from proctor.datasets import herd, places
from proctor.datasets.dataset import Dataset

CLASSES = "horses", "humans"
PARTS = "train", "validation", "studio"  # the folders of the training split

# The published training pictures come in series: one horse, or one human, in one place, from all
# sides. What is held apart are whole series, since two pictures of one are nearly the same.
HELD_APART = {
    "validation": {"horses": range(6, 51, 6), "humans": (3, 10, 16)},
    "test": {"horses": range(3, 51, 6), "humans": (5, 8, 12)},
}
# Seeds and series of each kind, for each part that is drawn.
DRAWN = {"train": (7101, 30), "validation": (7102, 8), "studio": (7103, 6), "test": (7104, 12)}


def read(path: Path, split: str) -> Path:
    """Return the folder of one split; if `path` is the zip, unpack it into the cache.

    The training split has the folders train/ and validation/, and studio/ with the pictures that
    were published as validation/, whose backgrounds are white; each of them has horses/ and
    humans/. The test split has horses/ and humans/ alone.

    Raises ValueError if there are no pictures in one of them.
    """
    folder = path
    if not path.is_dir():
        key = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
        folder = places.cached(f"horses-humans-{split}-{key}", lambda new: _unpack(path, new, split))
    for part in PARTS if split == "train" else ("",):
        for kind in CLASSES:
            if not any((folder / part / kind).glob("*.jpg")):
                raise ValueError(f"it must hold horses/ and humans/ with JPEG pictures, found none in {part}/{kind}/")
    return folder


def _unpack(archive: Path, new: Path, split: str) -> None:
    """Unpack the pictures of one split, and put each into the folder of its part."""
    everything = new.with_name("everything")
    places.unpack(archive, everything, r"(train|validation)/(horses|humans)/[\w-]+\.jpg")
    for file in sorted(everything.rglob("*.jpg")):
        part = _part_of(file)
        if (part == "test") == (split == "test"):
            target = new / ("" if part == "test" else part) / file.parent.name / file.name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(file, target)
    shutil.rmtree(everything)


def _part_of(file: Path) -> str:
    """The part that a picture of the archive belongs to, "train/horses/horse06-1.jpg" for one."""
    if file.parent.parent.name == "validation":
        return "studio"
    series = re.match(r"\D+(\d+)-", file.name)
    held_apart = (part for part, kinds in HELD_APART.items() if series and int(series[1]) in kinds[file.parent.name])
    return next(held_apart, "train")


def draw(split: str) -> Path:
    """Return the folder of the stand-in's split, drawn once and kept in the cache."""

    def make(new: Path) -> None:
        for part in PARTS if split == "train" else ("test",):
            seed, series = DRAWN[part]
            herd.draw_herd(new / ("" if part == "test" else part), series, seed, studio=part == "studio")

    return places.cached(os.path.join("drawn", f"horses-humans-{split}-{herd.DRAWING}"), make)


def write(data: Path, path: Path) -> None:
    """Copy the pictures unpacked, since a jail has no cache to unpack them into."""
    shutil.copytree(data, path)


HORSES_HUMANS = Dataset(
    name="horses_humans",
    noun="pictures",
    draw=draw,
    drawing=herd.DRAWING,
    count=lambda folder: sum(1 for _ in folder.rglob("*.jpg")),
    file="horse-or-human.zip",
    sha256="4863f1a71caaad992728f53819b282dc57ec1322fad67be8d59e74dbacd16ffe",
    read=read,
    part="horses-and-humans",
    write=write,
)
