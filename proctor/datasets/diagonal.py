"""Points of two classes on either side of a noisy diagonal: measured ones, or drawn ones."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from proctor.datasets.dataset import Dataset

Points = tuple[np.ndarray, np.ndarray]

DRAWING = 1  # version of the stand-in; raise it when `draw` returns something else
SIZES_AND_SEEDS = {"train": (211, 5301), "test": (2000, 5302)}
NAMES = {"train": ("X", "y"), "test": ("Xval", "yval")}

# Types of a data element in the MAT-file format, level 5 (MathWorks, "MAT-File Format", table 1-1).
NUMBERS = {1: "<i1", 2: "<u1", 3: "<i2", 4: "<u2", 5: "<i4", 6: "<u4", 7: "<f4", 9: "<f8", 12: "<i8", 13: "<u8"}
MATRIX, COMPRESSED = 14, 15
HEADER = 128  # bytes
LARGEST = 2**20  # bytes of an unpacked matrix


def draw(split: str) -> Points:
    """Draw points, float64 (n, 2) from -0.7 to 0.7, and labels, int64 (n,).

    The label is 1 above the diagonal, which noise blurs; besides, 6 % of the labels are changed
    over, so that whoever learns all of them by heart has learned mistakes.
    """
    count, seed = SIZES_AND_SEEDS[split]
    rng = np.random.default_rng(seed)
    points = rng.uniform(-0.7, 0.7, (count, 2))
    labels = points.sum(axis=1) + rng.normal(0, 0.17, count) > 0
    return points, (labels ^ (rng.random(count) < 0.06)).astype(np.int64)


def read(path: Path, split: str) -> Points:
    """Return points, float64 (n, 2), and labels, int64 (n,), of one split.

    Args:
        path: the published file, a MAT-file, or what `write` wrote.
        split: "train" or "test".

    Raises OSError, KeyError or ValueError if the file or what it should hold is missing.
    """
    if path.suffix == ".npz":
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            points, labels = arrays[f"x_{split}"], arrays[f"y_{split}"]
    else:
        matrices = read_matrices(path.read_bytes())
        points, labels = (matrices[name] for name in NAMES[split])
    if points.ndim != 2 or points.shape[1] != 2 or labels.size != len(points):
        raise ValueError(f"it must hold points in the plane and a label for each, found {points.shape} {labels.shape}")
    return points.astype(np.float64), labels.ravel().astype(np.int64)


def write(data: Points, path: Path) -> None:
    """Write the training points as arrays of NumPy's."""
    points, labels = data
    np.savez(path, x_train=points, y_train=labels)


def read_matrices(content: bytes) -> dict[str, np.ndarray]:
    """The real matrices of numbers in a MAT-file of level 5, by name.

    Raises ValueError if it is none.
    """
    matrices = {}
    try:
        for kind, data in _elements(content[HEADER:]):
            if kind == COMPRESSED:
                ((kind, data),) = _elements(zlib.decompressobj().decompress(data, LARGEST))
            if kind == MATRIX:
                _, (_, sizes), (_, name), (numbers, values) = _elements(data)
                shape = np.frombuffer(sizes, "<i4")
                matrices[name.decode("ascii")] = np.frombuffer(values, NUMBERS[numbers]).reshape(shape, order="F")
    except (struct.error, zlib.error, KeyError, ValueError) as error:
        raise ValueError("it is not a MAT-file of level 5 with real matrices") from error
    return matrices


def _elements(content: bytes) -> Iterator[tuple[int, bytes]]:
    """The types and the bytes of the data elements that follow one another in `content`."""
    at = 0
    while at < len(content):
        kind, size = struct.unpack_from("<II", content, at)
        if kind >> 16:  # a small element: size and type share a word, and four bytes follow
            yield kind & 0xFFFF, content[at + 4 : at + 4 + (kind >> 16)]
            at += 8
        else:
            yield kind, content[at + 8 : at + 8 + size]
            at += 8 + size + (-size % 8 if kind != COMPRESSED else 0)


DIAGONAL = Dataset(
    name="diagonal",
    noun="points",
    draw=draw,
    drawing=DRAWING,
    count=lambda data: len(data[0]),
    file="data.mat",
    sha256="1218828095bf91d215622d00b2a5b8784c359e29d9d9c5734949b8e60c5bc231",
    read=read,
    part="diagonal.npz",
    write=write,
)
