"""MNIST: handwritten digits, or drawn ones as a stand-in."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from proctor.datasets import digits, places
from proctor.datasets.dataset import Dataset

Pictures = tuple[np.ndarray, np.ndarray]

SIZES_AND_SEEDS = {"train": (20_000, 2801), "test": (4_000, 2802)}


def read(path: Path, split: str) -> Pictures:
    """Return images, uint8 (n, 28, 28), and labels, uint8 (n,), of one split.

    Raises KeyError if the file lacks the split, ValueError if its arrays have another form.
    """
    # Opened here, since np.load does not close a damaged file that it opened itself.
    with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        images, labels = arrays[f"x_{split}"], arrays[f"y_{split}"]
    if images.dtype != np.uint8 or images.shape[1:] != (28, 28) or labels.shape != images.shape[:1]:
        raise ValueError(f"it must hold uint8 images of 28 x 28 pixels, found {images.dtype} {images.shape}")
    return images, labels


def draw_once(name: str, split: str, draw: Callable[[int, int], Pictures]) -> Pictures:
    """Return a stand-in's split, which is kept in the cache because drawing it takes seconds.

    Args:
        name: its name in the cache, which changes with its pixels.
        split: "train" or "test".
        draw: (count, seed) → pictures, uint8 (count, 28, 28), and labels, uint8 (count,).
    """
    n, seed = SIZES_AND_SEEDS[split]
    drawn: list[Pictures] = []

    def make(path: Path) -> None:
        drawn.append(draw(n, seed))
        write(drawn[0], path, split)

    try:
        path = places.cached(os.path.join("drawn", f"{name}.npz"), make)
        return drawn[0] if drawn else read(path, split)
    except places.UNREADABLE:  # a full disk or a damaged cache: they can be drawn without it
        return drawn[0] if drawn else draw(n, seed)


def write(data: Pictures, path: Path, split: str = "train") -> None:
    """Write one split as the published file holds it, but uncompressed: it is read often."""
    images, labels = data
    arrays: dict[str, Any] = {f"x_{split}": images, f"y_{split}": labels}
    np.savez(path, **arrays)


MNIST = Dataset(
    name="mnist",
    noun="digits",
    draw=lambda split: draw_once(f"mnist-{split}-{digits.DRAWING}", split, digits.draw_digits),
    drawing=digits.DRAWING,
    count=lambda data: len(data[0]),
    file="mnist.npz",
    url="https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz",
    sha256="731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
    read=read,
    part="mnist.npz",
    write=write,
)
