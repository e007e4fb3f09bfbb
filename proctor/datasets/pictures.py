"""Pictures that are drawn in a moment and easily learned, for lessons of a few epochs; ten classes each."""

from __future__ import annotations

import numpy as np

Lesson = tuple[np.ndarray, np.ndarray]
CLASSES = 10


def bars(count: int, shape: tuple[int, ...], seed: int) -> Lesson:
    """Pictures of noise with a bright bar across at one of ten heights, in the order 0, 1, … 9, 0, 1, …

    Args:
        count: of pictures.
        shape: of each: (height, width) or (height, width, channels), 14 pixels high or more.
        seed: of the noise.

    Returns pictures, float32 (count, *shape) from 0 to 1, and at which height, uint8 (count,).
    """
    labels = np.arange(count) % CLASSES
    pictures = np.random.default_rng(seed).random((count, *shape), dtype="float32") / 5
    first, thick = _places(shape[0])
    for picture, label in zip(pictures, labels, strict=True):
        picture[first + thick * label : first + thick * (label + 1)] += 0.8
    return pictures, labels.astype("uint8")


def stripes(count: int, shape: tuple[int, ...], seed: int) -> Lesson:
    """Pictures of noise with a bright stripe upright at one of ten places, in mixed order.

    Args:
        count: of pictures.
        shape: of each: (height, width) or (height, width, channels), 14 pixels wide or more.
        seed: of places and noise.

    Returns pictures, float32 (count, *shape) from 0 to 1, and at which place, uint8 (count,).
    """
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, CLASSES, count)
    pictures = rng.random((count, *shape), dtype="float32") / 4
    first, thick = _places(shape[1])
    for picture, label in zip(pictures, labels, strict=True):
        picture[:, first + thick * label : first + thick * (label + 1)] += 0.75
    return pictures, labels.astype("uint8")


def noise(count: int, shape: tuple[int, ...], seed: int) -> Lesson:
    """Pictures that have nothing to do with their labels; what learns them learns by heart.

    Args:
        count: of pictures.
        shape: of each.
        seed: of pictures and labels.

    Returns pictures, float32 (count, *shape) from 0 to 1, and labels from 0 to 9, uint8 (count,).
    """
    rng = np.random.default_rng(seed)
    return rng.random((count, *shape), dtype="float32"), rng.integers(0, CLASSES, count).astype("uint8")


def _places(length: int) -> tuple[int, int]:
    """Where the first of ten places begins on a side of `length` pixels, and how thick they are."""
    if length < 14:
        raise ValueError(f"pictures with ten places for a bar need 14 pixels or more, got {length}")
    thick = length // 14
    return (length - CLASSES * thick) // 2, thick
