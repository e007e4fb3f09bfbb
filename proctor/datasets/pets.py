"""Small pictures of cats and dogs, and others to judge by: photographs, or drawn ones.

The drawn ones to learn from are all upright and in the middle; the others are turned, shifted and
of different sizes. The photographs are of one kind.
"""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from proctor.datasets import critters, places
from proctor.datasets.dataset import Dataset

Pictures = tuple[np.ndarray, np.ndarray]

CLASSES = "cats", "dogs"
SIDE = critters.POSED_SIDE
READING = 1  # version of what is read from the zip; raise it when that changes
# The published part of the photographs, and which of each class in the order of their numbers.
PHOTOGRAPHS = {
    "train": ("train", slice(0, 500)),
    "held_out": ("validation", slice(0, 200)),
    "test": ("validation", slice(200, 500)),
}
# How many are drawn, the seed, and whether they are turned, shifted and of different sizes.
DRAWN = {"train": (800, 8801, False), "held_out": (400, 8802, True), "test": (600, 8803, True)}
PARTS = {"train": ("train", "held_out"), "test": ("test",)}


def read(path: Path, split: str) -> Any:
    """Return what `load` returns for one split, from the published zip or from what `write` wrote.

    Raises ValueError or KeyError if it lacks the pictures or they have another form.
    """
    if path.suffix != ".npz":
        key = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
        archive = path
        path = places.cached(f"pets-{split}-{READING}-{key}.npz", lambda new: _pack(archive, new, split))
    with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        parts = [(arrays[f"x_{part}"], arrays[f"y_{part}"]) for part in PARTS[split]]
    for pictures, labels in parts:
        if pictures.dtype != np.uint8 or pictures.shape[1:] != (SIDE, SIDE, 3) or labels.shape != pictures.shape[:1]:
            raise ValueError(f"it must hold uint8 pictures of 48 x 48 pixels, found {pictures.dtype} {pictures.shape}")
    return _as_loaded(parts)


def _pack(archive: Path, new: Path, split: str) -> None:
    """Write the photographs of one split, made small, as arrays."""
    arrays: dict[str, np.ndarray] = {}
    with zipfile.ZipFile(archive) as packed:
        for seed, part in enumerate(PARTS[split]):
            pictures, labels = _read_photographs(packed, part)
            order = np.random.default_rng(seed).permutation(len(labels))
            arrays |= {f"x_{part}": pictures[order], f"y_{part}": labels[order]}
    with new.open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]  # mypy thinks of `allow_pickle`, too


def _read_photographs(packed: zipfile.ZipFile, part: str) -> Pictures:
    from PIL import Image

    pictures, labels = [], []
    published, chosen = PHOTOGRAPHS[part]
    for label, kind in enumerate(CLASSES):
        # Each number once, since a zip may list a name twice.
        names = {
            int(match[1]): info
            for info in packed.infolist()
            if (match := re.fullmatch(rf"{published}/{kind}/\w+\.(\d+)\.jpg", info.filename))
        }
        for number in sorted(names)[chosen]:
            if names[number].file_size > places.UNPACKED_LIMIT // 1000:
                raise ValueError(f"{names[number].filename} is too large for a small photograph")
            with Image.open(io.BytesIO(packed.read(names[number]))) as image:
                pictures.append(np.asarray(image.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BOX)))
            labels.append(label)
    if set(labels) != {0, 1}:
        raise ValueError(f"it must hold JPEG pictures in {published}/cats/ and {published}/dogs/")
    return np.stack(pictures), np.array(labels)


def draw(split: str) -> Any:
    """Return what `load` returns for one split of the stand-in."""
    return _as_loaded([critters.draw_poses(*DRAWN[part]) for part in PARTS[split]])


def write(data: tuple[Pictures, Pictures], path: Path) -> None:
    """Write the pictures of the training split."""
    (x, y), (x_new, y_new) = data
    np.savez(path, x_train=x, y_train=y, x_held_out=x_new, y_held_out=y_new)


def _as_loaded(parts: list[Pictures]) -> Any:
    """Two pairs for the training split, one for the test split."""
    return tuple(parts) if len(parts) > 1 else parts[0]


def count(data: Any) -> int:
    """How many pictures are in all parts of a split."""
    pairs = data if isinstance(data[0], tuple) else [data]
    return sum(len(labels) for _, labels in pairs)


PETS = Dataset(
    name="pets",
    noun="pictures",
    draw=draw,
    drawing=critters.DRAWING + READING,
    count=count,
    file="cats-and-dogs-filtered.zip",
    sha256="176ce04ec96bc70b76585d8afed9fd09a1c87a94e5911795eebe10ee2b08bbd5",
    read=read,
    part="pets.npz",
    write=write,
)
