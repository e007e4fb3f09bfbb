"""A network that a student builds around a base: what its parts get, and what it makes of it."""

from __future__ import annotations

from typing import Any

import numpy as np

from proctor.channel.reference import layer, make_model, make_network
from proctor.channel.student import Student, fetch, share
from proctor.criteria.arrays import as_array, assert_close
from proctor.criteria.layers import as_model, output_activation
from proctor.criteria.varying import make_noting, notes_of
from proctor.errors import CriterionFailed

KERNEL = np.array([[1.0, 0.0, -1.0, 0.5], [-2.0, 1.0, 0.0, 0.5], [0.5, -1.0, 2.0, -1.0]], "float32")
FACTOR, SHIFT = np.array([1.0, 2.0, -1.5, 1.25], "float32"), np.array([0.25, 1.0, 0.5, -2.0], "float32")
MEAN, VARIANCE = np.array([0.5, 0.125, -0.5, 0.75], "float32"), np.array([4.0, 1.5, 0.25, 2.0], "float32")
HEAD, BIAS = np.array([[2.0], [-1.5], [1.5], [2.0]], "float32"), np.array([6.5], "float32")


class AroundBase:
    """A network that one of the student's functions builds around a known base and block.

    The base makes four maps of pictures (2, 3, 3): a convolution of 1 × 1 and a normalisation. What
    is behind the base gets the numbers of `head` and `bias`.

    There are two such networks. `network` is made of Keras's own layers, so a copy can tell what it
    predicts, where no student code runs. The other, which `ask` asks, notes what its parts get, and
    its block mirrors all pictures, left to right, while it learns.

    Args:
        student: the submission.
        build: the name of the function of the base and the block.
        head, bias: arrays (4, 1) and (1,).
    """

    weights = (KERNEL[None, None], FACTOR, SHIFT, MEAN, VARIANCE)
    """Of the base."""

    def __init__(self, student: Student, build: str, head: np.ndarray = HEAD, bias: np.ndarray = BIAS) -> None:
        self._student, self.head = student, (head, bias)
        self.base = make_network(student, _build_eyes, list(self.weights))
        block = make_model(student, (2, 3, 3), layer("RandomFlip", mode="horizontal"))
        self.network = as_model(getattr(student, build)(self.base, block), f"{build}(base, augmentation)")
        if self.network.parameters - sum(array.size for array in self.weights) == head.size:
            self.head = head, np.zeros_like(bias)  # no bias: it is for another criterion to tell
        give_head(student, self.network, self.base, head, bias)
        self._block, self._inside = make_noting(student, mirrors=True), make_noting(student)
        base = make_network(student, _build_eyes, list(self.weights), self._inside)
        self._noting = getattr(student, build)(base, self._block)
        give_head(student, self._noting, base, head, bias)

    def ask(self, shown: np.ndarray, training: bool) -> np.ndarray:
        """What the network that notes says in this mode, as logits."""
        return self.as_logits(fetch(share(self._student, _call)(self._noting, shown, training)))

    def as_logits(self, found: Any) -> np.ndarray:
        """The answers before a sigmoid, if there is one: it is for another criterion to tell."""
        logits: np.ndarray = as_array(found, "the answers").astype(float)
        if output_activation(self.network) == "sigmoid":
            logits = np.clip(logits, 1e-7, 1 - 1e-7)
            logits = np.log(logits / (1 - logits))
        return logits

    def maps_of(self, shown: np.ndarray) -> np.ndarray:
        """What the base makes of bytes that are scaled to -1 to 1, worked out in NumPy."""
        maps: np.ndarray = ((shown.astype(float) / 127.5 - 1) @ KERNEL - MEAN) / np.sqrt(VARIANCE) * FACTOR + SHIFT
        return maps

    def notes(self) -> tuple[list[list[Any]], list[list[Any]]]:
        """What the block and the base have got since this was asked last, as `notes_of` tells."""
        return notes_of(self._student, self._block), notes_of(self._student, self._inside)


def assert_pools(found: np.ndarray, maps: np.ndarray, head: np.ndarray, bias: np.ndarray) -> None:
    """Assert that logits are those of a head behind the mean of each map, or its largest number."""
    try:
        assert_close(found, maps.max(axis=(1, 2)) @ head.astype(float) + bias, "the logits", rtol=2e-3, atol=3e-2)
    except CriterionFailed:
        assert_close(found, maps.mean(axis=(1, 2)) @ head.astype(float) + bias, "the logits", rtol=2e-3, atol=3e-2)


def give_head(student: Student, network: Any, base: Any, *arrays: np.ndarray) -> bool:
    """Give what is in a network and not in its base other numbers, in the student's process.

    Returns whether their shapes are those of the arrays, in this order; otherwise it changes those
    whose shape one of the arrays has.
    """
    fits: bool = share(student, _give_head)(network, base, list(arrays))
    return fits


def _build_eyes(keras: Any, weights: list[Any], note: Any = None) -> Any:
    here = keras.Input((2, 3, 3))
    place = keras.layers.Conv2D(weights[0].shape[-1], 1, use_bias=False, name="look")(note(here) if note else here)
    model = keras.Model(here, keras.layers.BatchNormalization(epsilon=0.0, name="even")(place), name="eyes")
    model.set_weights(list(weights))
    return model


def _give_head(network: Any, base: Any, arrays: list[Any]) -> bool:
    known = [id(each) for each in base.weights]
    own = [each for each in network.weights if id(each) not in known]
    fits = [tuple(each.shape) for each in own] == [array.shape for array in arrays]
    by_shape = {array.shape: array for array in arrays}
    for number, each in enumerate(own):
        array = arrays[number] if fits else by_shape.get(tuple(each.shape))
        if array is not None:
            each.assign(array)
    return fits


def _call(network: Any, shown: Any, training: bool) -> Any:
    import numpy as np

    return np.asarray(network(shown, training=training))
