"""What a block of layers makes of pictures that it varies by chance."""

from __future__ import annotations

from typing import Any

import numpy as np

from proctor.channel.described import described
from proctor.channel.reference import make_network
from proctor.channel.student import Student, fetch, share
from proctor.criteria.arrays import as_array, assert_shape
from proctor.datasets import pictures
from proctor.errors import CriterionFailed

SPOTS = np.array([[-7.0, -5.0], [7.0, -5.0], [0.0, 8.0]])
"""Where the red, the green and the blue spot are: x and y in pixels, from a picture's middle."""

COUNT = 128
"""How many pictures a block gets at once, to tell what seldom happens from what never does."""

SINGLE = 60
"""How many it gets one after the other, if it varies all pictures of a batch alike."""


def ask_block(student: Student, block: Any, shown: np.ndarray, training: bool, *, only_layers: bool = False) -> Any:
    """What a block of the student's makes of pictures, as an array of the same shape.

    Args:
        student: the submission.
        block: a layer or model of the student's.
        shown: pictures (n, height, width, 3).
        training: the mode that it is called in.
        only_layers: whether a function is no block.

    Raises CriterionFailed if it cannot be called, or makes something of another shape.
    """
    found = share(student, _call)(block, shown, training, only_layers)
    if found is None:
        raise CriterionFailed("a Keras layer or model that is called with pictures", described(block))
    assert_shape(found := as_array(found, "what the block makes of pictures"), shown.shape, "what the block makes")
    return found


def _call(block: Any, shown: Any, training: bool, only_layers: bool) -> Any:
    import keras
    import numpy as np

    fits = isinstance(block, keras.Layer) if only_layers else callable(block)
    return np.asarray(block(shown, training=training)) if fits else None


def moves_of(student: Student, block: Any, side: int) -> tuple[np.ndarray, np.ndarray]:
    """Where a block that varies pictures moves what is in them.

    Args:
        student: the submission.
        block: a layer or model of the student's.
        side: height and width of the pictures, 32 or more.

    Returns for each of many pictures a matrix (n, 2, 2), which says where it moves a point (x, y)
    that is counted from the middle, and a shift (n, 2), as a part of the side.
    """
    seen = _find_spots(ask_block(student, block, np.stack([_draw_spots(side)] * COUNT), True))
    if np.ptp(seen, axis=0).max() < 1e-3:  # `assert_varies_each_anew` tells of one version for a whole batch
        single = _draw_spots(side)[None]
        seen = np.concatenate([_find_spots(ask_block(student, block, single, True)) for _ in range(SINGLE)])
    solved = np.linalg.solve(np.column_stack([SPOTS, np.ones(3)]), seen)
    return solved[:, :2].transpose(0, 2, 1), solved[:, 2] / side


def turns_of(linear: np.ndarray) -> np.ndarray:
    """By how many degrees the matrices of `moves_of` turn what was upright, from -90 to 90.

    Mirroring left to right does not change it.
    """
    angles: np.ndarray = (np.degrees(np.arctan2(-linear[:, 0, 1], linear[:, 1, 1])) + 90) % 180 - 90
    return angles


def assert_spread(found: np.ndarray, most: float, slack: float, what: str) -> None:
    """Assert that numbers lie between -most and most, and reach far to both sides."""
    low, high = found.min(), found.max()
    if low < -most - slack or high > most + slack or low > -0.6 * most or high < 0.6 * most:
        raise CriterionFailed(f"{what} from {-most:g} to {most:g}", f"{low:.3g} to {high:.3g} of {len(found)}")


def assert_mirrors(linear: np.ndarray) -> None:
    """Assert that about half of these matrices mirror left to right, and none upside down."""
    mirrored, upside_down = np.linalg.det(linear) < 0, linear[:, 1, 1] < 0
    if upside_down.any():
        raise CriterionFailed("all pictures upright", f"{upside_down.sum()} of {len(mirrored)} stand on their heads")
    if not 0.25 < mirrored.mean() < 0.75:
        raise CriterionFailed(f"about half of {len(mirrored)} pictures mirrored", f"{mirrored.sum()} of them")


def assert_leaves_alone(student: Student, block: Any, side: int) -> None:
    """Assert that with training=False a block changes nothing in pictures.

    One that scales the numbers passes: `assert_keeps_range` tells of it.
    """
    shown = pictures.very_different(side)
    found = ask_block(student, block, shown, False, only_layers=True)
    scale = np.ptp(found) / np.ptp(shown) or 1.0
    apart = np.abs((found - found.min()) / scale - shown).max()
    if apart > 0.5:
        raise CriterionFailed("pictures that come out as they went in", f"pixels that differ by up to {apart:.0f}")


def assert_keeps_range(student: Student, block: Any, side: int) -> None:
    """Assert that numbers go from 0 to 255 behind a block, too, in both modes."""
    for training in (True, False):
        plain = np.full((16, side, side, 3), 200.0, "float32")
        middle = float(np.median(ask_block(student, block, plain, training)))
        if not 100 <= middle <= 256:
            raise CriterionFailed("a plain picture of the number 200 to stay about as bright", f"one of {middle:.3g}")


def assert_varies_each_anew(student: Student, block: Any, side: int) -> None:
    """Assert that a block varies each picture in its own way, and in another one the next time."""
    shown = np.stack([_draw_spots(side)] * COUNT)
    first, second = (_find_spots(ask_block(student, block, shown, True)).reshape(COUNT, -1) for _ in range(2))
    for other, told in ((np.roll(first, 1, axis=0), "like their neighbours"), (second, "the same in two calls")):
        if (alike := (np.abs(first - other).max(axis=1) < 1e-3).sum()) > COUNT / 4:
            raise CriterionFailed("another version of each picture, every time", f"{alike} of {COUNT} {told}")


def _draw_spots(side: int) -> np.ndarray:
    """A picture of three soft spots: a red, a green and a blue one."""
    x, y = np.meshgrid(np.arange(side) - (side - 1) / 2, np.arange(side) - (side - 1) / 2)
    return np.stack([220 * np.exp(-((x - a) ** 2 + (y - b) ** 2) / 8) for a, b in SPOTS], -1).astype("float32")


def _find_spots(found: Any) -> np.ndarray:
    """Where the three spots of each picture are, x and y from its middle, (n, 3, 2)."""
    colours = np.asarray(found, float)
    # How much redder than green and blue a pixel is, and so on: whatever fills the corners is grey.
    bright = colours - np.maximum(np.roll(colours, 1, axis=-1), np.roll(colours, -1, axis=-1))
    bright = np.clip(bright - 0.15 * bright.max(axis=(1, 2), keepdims=True), 0, None)
    total = bright.sum(axis=(1, 2))
    if not total.all():
        raise CriterionFailed("pictures in which what was in the middle is still seen", "some in which it is not")
    at = np.arange(colours.shape[1]) - (colours.shape[1] - 1) / 2
    return np.stack([(bright.sum(axis=axis) * at[:, None]).sum(axis=1) / total for axis in (1, 2)], axis=-1)


def make_noting(student: Student, *, mirrors: bool = False) -> Any:
    """A block that notes what it gets, to be asked by `notes_of`.

    Args:
        student: the submission.
        mirrors: whether it mirrors all pictures, left to right, while a network learns.
    """
    return make_network(student, _build_noting, mirrors)


def _build_noting(keras: Any, mirrors: bool) -> Any:
    tensorflow = __import__("tensorflow")

    @keras.saving.register_keras_serializable()  # so that it can be copied
    class Noting(keras.layers.Layer):  # type: ignore[misc]  # Keras has no types
        def call(self, x: Any, training: Any = None) -> Any:
            if isinstance(x, tensorflow.Tensor) and hasattr(x, "numpy"):  # not while a graph is built
                getattr(self, "noted", []).append([x.numpy(), bool(training)])
            return x[:, :, ::-1] if training and mirrors else x

    layer = Noting()
    object.__setattr__(layer, "noted", [])  # Keras would wrap a list of its own around it
    return keras.Sequential([layer])


def notes_of(student: Student, block: Any) -> list[list[Any]]:
    """What a block of `make_noting` has got since it was asked last, outside of graphs.

    Returns for each call the numbers, and whether it was told that the network learns.
    """
    notes: list[list[Any]] = fetch(share(student, _read_notes)(block))
    return notes


def _read_notes(block: Any) -> Any:
    noted = block.layers[-1].noted
    found = list(noted)
    noted.clear()
    return found
