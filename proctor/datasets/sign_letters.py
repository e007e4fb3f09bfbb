"""The letters of the hand alphabet in a CSV file: photographs of hands, or drawn letters instead.

A CSV file has a line with the names of its columns, and a line for each picture. The columns stand
in the alphabetical order of their names: label, pixel1, pixel10, pixel100, pixel101, and so on. A
label is a number from 0 (A) to 24 (Y); J (9) and Z (25) do not occur, since they are signed by a
movement.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
from pathlib import Path

import numpy as np

from proctor.datasets import digits, places
from proctor.datasets.dataset import Dataset

DRAWING = 1  # version of the pixels; raise it when any changes, and cached letters are drawn again
LETTERS = "ABCDEFGHIKLMNOPQRSTUVWXY"
SIDE = 28
SIZES_AND_SEEDS = {"train": (6_000, 9201), "test": (2_000, 9202)}
REAL_TRAIN = 5_400  # so many rows of the published file are the training split, the others the test
LARGEST = 2**26  # bytes of the unpacked file
NAMES = ["label", *(f"pixel{number}" for number in range(1, SIDE**2 + 1))]


def draw(split: str) -> Path:
    """Return the CSV file of the stand-in's split, drawn once and kept in the cache."""
    name = os.path.join("drawn", f"sign-letters-{split}-{DRAWING}.csv")
    return places.cached(name, lambda new: _write_table(new, _draw_table(*SIZES_AND_SEEDS[split])))


def read(path: Path, split: str) -> Path:
    """Return the CSV file of one split.

    Args:
        path: the published file, packed by gzip, or the file that `write` wrote.
        split: "train" or "test".

    Raises OSError, EOFError or ValueError if it cannot be unpacked, or holds something else.
    """
    if path.suffix == ".csv":
        if split == "test":
            raise ValueError("it holds the training part alone")
        return path
    with gzip.open(path) as file:
        content = file.read(LARGEST)
    key = hashlib.sha256(content).hexdigest()[:16]
    return places.cached(f"sign-letters-{split}-{key}.csv", lambda new: _write_table(new, _cut(content, split)))


def write(data: Path, path: Path) -> None:
    """Copy the training file, since a jail has no cache to write it into."""
    shutil.copyfile(data, path)


def as_arrays(file: Path, first: int = 0, most: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """The pictures of a file that `load` returns, and their classes without the gap.

    Args:
        file: the CSV file of one split.
        first, most: the first row that is read, counted from 0, and how many at most.

    Returns grey levels, float32 (n, 28, 28, 1), and places in `LETTERS`, int64 (n,).
    """
    table = np.loadtxt(file, np.uint8, delimiter=",", skiprows=1 + first, max_rows=most, ndmin=2)
    table = table[:, np.argsort(np.argsort(NAMES))]
    labels = table[:, 0].astype(np.int64)
    return table[:, 1:].reshape(-1, SIDE, SIDE, 1).astype(np.float32), labels - (labels > LETTERS.index("I"))


def _draw_table(n: int, seed: int) -> np.ndarray:
    """Draw `n` letters, darker than their ground, as rows of a label and the pixels, uint8."""
    images, classes = digits.draw_glyphs(LETTERS, n, seed)
    labels = np.array([ord(letter) - ord("A") for letter in LETTERS], np.uint8)[classes]
    return np.column_stack([labels, 255 - images.reshape(n, -1)])


def _cut(content: bytes, split: str) -> np.ndarray:
    """The rows of a split of the published table, uint8; raises ValueError if it is another."""
    header, *lines = content.decode("ascii").splitlines()
    if header.split(",") != NAMES or len(lines) < REAL_TRAIN + 100:
        raise ValueError(f"it must have a line of {len(NAMES)} names, and {REAL_TRAIN + 100:,} rows or more")
    lines = lines[:REAL_TRAIN] if split == "train" else lines[REAL_TRAIN:]
    table = np.loadtxt(lines, np.uint8, delimiter=",", ndmin=2)
    if table.shape[1] != len(NAMES) or not set(np.unique(table[:, 0])) <= set(range(25)) - {9}:
        raise ValueError("each row must have a letter from 0 to 24, but for 9, and 784 grey levels")
    return table


def _write_table(new: Path, table: np.ndarray) -> None:
    """Write rows of a label and the pixels, with the columns in the order of their names."""
    order = np.argsort(NAMES)
    np.savetxt(new, table[:, order], fmt="%d", delimiter=",", header=",".join(sorted(NAMES)), comments="")


SIGN_LETTERS = Dataset(
    name="sign_letters",
    noun="letters",
    draw=draw,
    drawing=DRAWING,
    count=lambda file: file.read_bytes().count(b"\n") - 1,
    file="sign_mnist_test.csv.gz",
    sha256="abb6fa1593b374ce604319539ec22d3a5ded9469286949cfdccc521cc1efcfb2",
    read=read,
    part="sign_letters.csv",
    write=write,
)
