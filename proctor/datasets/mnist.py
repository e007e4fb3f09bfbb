"""MNIST: handwritten digits, or drawn ones as a stand-in."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

from proctor.datasets import digits, places
from proctor.datasets.dataset import Dataset

Digits = tuple[np.ndarray, np.ndarray]

SIZES_AND_SEEDS = {"train": (20_000, 2801), "test": (4_000, 2802)}


def read(path: Path, split: str) -> Digits:
    """Return images, uint8 (n, 28, 28), and labels, uint8 (n,), of one split.

    Raises KeyError if the file lacks the split, ValueError if its arrays have another form.
    """
    # Opened here, since np.load does not close a damaged file that it opened itself.
    with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        images, labels = arrays[f"x_{split}"], arrays[f"y_{split}"]
    if images.dtype != np.uint8 or images.shape[1:] != (28, 28) or labels.shape != images.shape[:1]:
        raise ValueError(f"it must hold uint8 images of 28 x 28 pixels, found {images.dtype} {images.shape}")
    return images, labels


def draw(split: str) -> Digits:
    """Return the stand-in's split; it is kept in the cache because drawing it takes seconds."""
    n, seed = SIZES_AND_SEEDS[split]
    drawn: list[Digits] = []

    def make(path: Path) -> None:
        drawn.append(digits.draw_digits(n, seed))
        write(drawn[0], path, split)

    try:
        path = places.cached(os.path.join("drawn", f"mnist-{split}-{digits.DRAWING}.npz"), make)
        return drawn[0] if drawn else read(path, split)
    except places.UNREADABLE:  # a full disk or a damaged cache: the digits can be drawn without it
        return drawn[0] if drawn else digits.draw_digits(n, seed)


def write(data: Digits, path: Path, split: str = "train") -> None:
    """Write one split as the published file holds it, but uncompressed: it is read often."""
    images, labels = data
    arrays: dict[str, Any] = {f"x_{split}": images, f"y_{split}": labels}
    np.savez(path, **arrays)


MNIST = Dataset(
    name="mnist",
    noun="digits",
    draw=draw,
    drawing=digits.DRAWING,
    count=lambda data: len(data[0]),
    file="mnist.npz",
    url="https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz",
    sha256="731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
    read=read,
    part="mnist.npz",
    write=write,
)
