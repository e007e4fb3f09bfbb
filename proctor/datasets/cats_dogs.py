"""Messy folders of cats and dogs: the published photographs, or drawn ones as a stand-in."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

from proctor.datasets import critters, places
from proctor.datasets.dataset import Dataset

CLASSES = "cats", "dogs"
PLANTING = 1  # version of what is planted; raise it when that changes, and cached folders are made again

# What becomes of some pictures of the training split, by their places in the alphabetical order.
EMPTY = {"cats": (41, 316, 433, 590), "dogs": (8, 277)}
CUT_SHORT = {"cats": (17, 180, 302, 455, 611), "dogs": (64, 99, 212, 351, 402, 530, 648)}
NO_PICTURE = {"cats": (229, 508), "dogs": (133, 470, 555)}
LEFT = 0.6  # the share of its bytes that is left of a picture that is cut short
WEB_PAGE = "<!DOCTYPE html>\n<html><head><title>404 Not Found</title></head><body>No such picture.</body></html>\n"
# And what lies among the pictures.
BESIDE = {
    "cats": {"Thumbs.db": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(range(256)) * 4},
    "dogs": {
        "notes.txt": b"Send the missing ones to the shelter.\n",
        ".DS_Store": b"\x00\x00\x00\x01Bud1" + bytes(500),
    },
}

TESTED = 200  # published validation pictures of each class that are the test split
DRAWN = {"train": (7701, 700), "test": (7702, 200)}  # the seed, and how many of each class there are


def read(path: Path, split: str) -> Path:
    """Return the folder of one split; if `path` is the zip, unpack it into the cache.

    It has cats/ and dogs/. Those of the training split are messy: in the places of some pictures
    are files that are empty, cut short or web pages, and further files are among them. All pictures
    of the test split are whole.

    Raises ValueError if there are too few pictures in one of them.
    """
    folder = path
    if not path.is_dir():
        key = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
        folder = places.cached(f"cats-dogs-{split}-{PLANTING}-{key}", lambda new: _unpack(path, new, split))
    for kind in CLASSES:
        if not any((folder / kind).glob("*.jpg")):
            raise ValueError(f"it must hold cats/ and dogs/ with JPEG pictures, found none in {kind}/")
    return folder


def _unpack(archive: Path, new: Path, split: str) -> None:
    """Unpack the pictures of one split, and make a mess of them if it is the training split."""
    part = "train" if split == "train" else "validation"
    everything = new.with_name("everything")
    places.unpack(archive, everything, rf"{part}/(cats|dogs)/[\w.-]+\.jpg")
    for kind in CLASSES:
        files = sorted((everything / part / kind).glob("*.jpg"))
        (new / kind).mkdir(parents=True)
        for file in files if split == "train" else files[:TESTED]:
            shutil.move(file, new / kind / file.name)
    shutil.rmtree(everything)
    if split == "train":
        plant(new)


def draw(split: str) -> Path:
    """Return the folder of the stand-in's split, drawn once and kept in the cache."""

    def make(new: Path) -> None:
        seed, count = DRAWN[split]
        critters.draw_pets(new, count, seed)
        if split == "train":
            plant(new)

    return places.cached(os.path.join("drawn", f"cats-dogs-{split}-{critters.DRAWING}-{PLANTING}"), make)


def plant(folder: Path) -> None:
    """Make a mess of the pictures in cats/ and dogs/, always the same one.

    A place in the alphabetical order that a class does not have is left out.
    """
    for kind in CLASSES:
        files = dict(enumerate(sorted((folder / kind).glob("*.jpg"))))
        for file in (files[place] for place in EMPTY[kind] if place in files):
            file.write_bytes(b"")
        for file in (files[place] for place in CUT_SHORT[kind] if place in files):
            whole = file.read_bytes()
            file.write_bytes(whole[: round(LEFT * len(whole))])
        for file in (files[place] for place in NO_PICTURE[kind] if place in files):
            file.write_text(WEB_PAGE)
        for name, content in BESIDE[kind].items():
            (folder / kind / name).write_bytes(content)


def write(data: Path, path: Path) -> None:
    """Copy the files unpacked, since a jail has no cache to unpack them into."""
    shutil.copytree(data, path)


CATS_DOGS = Dataset(
    name="cats_dogs",
    noun="files",
    draw=draw,
    drawing=critters.DRAWING + PLANTING,
    count=lambda folder: sum(1 for path in folder.rglob("*") if path.is_file()),
    file="cats-and-dogs-filtered.zip",
    sha256="176ce04ec96bc70b76585d8afed9fd09a1c87a94e5911795eebe10ee2b08bbd5",
    read=read,
    part="cats-and-dogs",
    write=write,
)
