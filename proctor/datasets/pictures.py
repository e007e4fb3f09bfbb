"""Pictures of ten classes, learned in a few epochs, to test training; pictures of folders."""

from __future__ import annotations

import contextlib
import functools
import io
from pathlib import Path

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


def very_different(side: int) -> np.ndarray:
    """Plain pictures, noise and large squares, float32 (16, side, side, 3) from 0 to 255."""
    rng = np.random.default_rng(3)
    plain = [np.full((side, side, 3), colour) for colour in ([0] * 3, [255] * 3, [255, 0, 0], [0, 0, 255], [0, 255, 0])]
    squares = [np.kron(rng.integers(0, 256, (4, 4, 3)), np.ones((side, side, 1)))[::4, ::4] for _ in range(6)]
    return np.stack([*plain, *rng.integers(0, 256, (5, side, side, 3)), *squares]).astype("float32")


def as_file(picture: np.ndarray, kind: str, left: float = 1.0) -> bytes:
    """The bytes of a picture file.

    Args:
        picture: uint8 (height, width), (height, width, 3), or (height, width, 4).
        kind: "jpeg", "png" or "gif".
        left: the share of the bytes that is left of a file that is cut short.
    """
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(picture).save(file, kind)
    return file.getvalue()[: round(left * len(file.getvalue()))]


@functools.lru_cache(maxsize=2)
def read_folder(folder: Path, side: int, every: int = 1) -> Lesson:
    """Read the JPEG and PNG pictures of a folder that has a folder for each class.

    Args:
        folder: the classes are the folders in it, numbered in alphabetical order. Files that are
            empty, cut short or no pictures are left out, whatever they are called.
        side: height and width of the pictures in pixels; they are resized as
            `keras.utils.image_dataset_from_directory` does it.
        every: read every so many of them, in alphabetical order; 1 reads all.

    Returns pictures, float32 (n, side, side, 3) from 0 to 255, and classes, int64 (n,). Reading
    takes about a second for 300 pictures: both arrays are kept for the next submission, and cannot
    be written into.
    """
    from PIL import Image

    pictures, labels = [], []
    for label, kind in enumerate(sorted(path for path in folder.iterdir() if path.is_dir())):
        for file in sorted(path for path in kind.iterdir() if path.suffix in (".jpg", ".png"))[::every]:
            with contextlib.suppress(OSError), Image.open(file) as picture:
                pictures.append(_resize(np.asarray(picture.convert("RGB"), "float32"), side))
                labels.append(label)
    lesson = np.stack(pictures), np.array(labels)
    for array in lesson:
        array.setflags(write=False)
    return lesson


def _resize(picture: np.ndarray, side: int) -> np.ndarray:
    """Interpolate along both axes between the two nearest pixels, without smoothing before."""
    for axis in (0, 1):
        length = picture.shape[axis]
        at = np.clip((np.arange(side) + 0.5) * length / side - 0.5, 0, length - 1)
        low = np.minimum(at.astype(int), max(length - 2, 0))
        high = np.minimum(low + 1, length - 1)
        shares = np.expand_dims(at - low, tuple(other for other in range(3) if other != axis))
        picture = (1 - shares) * np.take(picture, low, axis) + shares * np.take(picture, high, axis)
    return picture.astype("float32")


def _places(length: int) -> tuple[int, int]:
    """The start of the first of ten places along `length` pixels, and the thickness of each."""
    if length < 14:
        raise ValueError(f"pictures with ten places for a bar need 14 pixels or more, got {length}")
    thick = length // 14
    return (length - CLASSES * thick) // 2, thick
