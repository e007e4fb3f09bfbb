"""Pictures of ten classes that are drawn quickly and learned in a few epochs, to test training."""

from __future__ import annotations

import numpy as np

Lesson = tuple[np.ndarray, np.ndarray]
CLASSES = 10


def bars(count: int, shape: tuple[int, ...], seed: int) -> Lesson:
    """Pictures of noise with a bright horizontal bar; its height is the class, 0, 1, … 9, 0, 1, …

    Args:
        count: number of pictures.
        shape: (height, width) or (height, width, channels) of each, at least 14 pixels high.
        seed: of the noise.

    Returns pictures, float32 (count, *shape) from 0 to 1, and classes, uint8 (count,).

    Raises ValueError if `shape` is less than 14 pixels high.
    """
    labels = np.arange(count) % CLASSES
    pictures = np.random.default_rng(seed).random((count, *shape), dtype="float32") / 5
    first, thick = _places(shape[0])
    for picture, label in zip(pictures, labels, strict=True):
        picture[first + thick * label : first + thick * (label + 1)] += 0.8
    return pictures, labels.astype("uint8")


def stripes(count: int, shape: tuple[int, ...], seed: int) -> Lesson:
    """Pictures of noise with a bright vertical stripe; its position is the class, in random order.

    Args:
        count: number of pictures.
        shape: (height, width) or (height, width, channels) of each, at least 14 pixels wide.
        seed: of the classes and the noise.

    Returns pictures, float32 (count, *shape) from 0 to 1, and classes, uint8 (count,).

    Raises ValueError if `shape` is less than 14 pixels wide.
    """
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, CLASSES, count)
    pictures = rng.random((count, *shape), dtype="float32") / 4
    first, thick = _places(shape[1])
    for picture, label in zip(pictures, labels, strict=True):
        picture[:, first + thick * label : first + thick * (label + 1)] += 0.75
    return pictures, labels.astype("uint8")


def noise(count: int, shape: tuple[int, ...], seed: int) -> Lesson:
    """Pictures of noise with random labels, which a model can only memorize.

    Args:
        count: number of pictures.
        shape: (height, width) or (height, width, channels) of each.
        seed: of the pictures and the labels.

    Returns pictures, float32 (count, *shape) from 0 to 1, and labels from 0 to 9, uint8 (count,).
    """
    rng = np.random.default_rng(seed)
    return rng.random((count, *shape), dtype="float32"), rng.integers(0, CLASSES, count).astype("uint8")


def _places(length: int) -> tuple[int, int]:
    """The start of the first of ten places along `length` pixels, and the thickness of each."""
    if length < 14:
        raise ValueError(f"pictures with ten places for a bar need 14 pixels or more, got {length}")
    thick = length // 14
    return (length - CLASSES * thick) // 2, thick
