"""What a step of training changes in a model, some of whose layers may be frozen."""

from __future__ import annotations

from typing import Any

import numpy as np

from proctor.channel.student import Handle, Student, fetch, share
from proctor.criteria.arrays import assert_close
from proctor.models.view import ModelView


def take_one_step(student: Student, model: ModelView | Handle, x: Any, y: Any, optimizer: str = "") -> list[np.ndarray]:
    """By how much one step of training changes each array of a model's weights.

    Args:
        student: the submission.
        model: in the student's process.
        x, y: one batch.
        optimizer: its name, to compile with it and the squared error; "" if that was done.
    """
    changes: list[np.ndarray] = fetch(share(student, _take_step)(model, x, y, optimizer))
    return changes


def _take_step(model: Any, x: Any, y: Any, optimizer: str) -> Any:
    if optimizer:
        # A loss that is scaled for half precision may leave out the first step.
        model.compile(optimizer, "mse", auto_scale_loss=False, run_eagerly=True)
    elif model.train_function is None:  # nothing was traced, which eager steps would not use
        model.run_eagerly = True
    before = model.get_weights()
    model.fit(x, y, epochs=1, batch_size=len(x), verbose=0)
    return [after - old for after, old in zip(model.get_weights(), before, strict=True)]


def assert_learns_by_adam(student: Student, model: ModelView | Handle, x: Any, rate: float) -> None:
    """Assert that a compiled model is taught by Adam with this rate.

    Its first step changes every number by just the rate; the last two arrays are looked at.
    """
    changes = take_one_step(student, model, x, np.arange(len(x)) % 2)
    found = max(float(np.abs(change).max()) for change in changes[-2:])
    assert_close(found, rate, "the size of Adam's first step, which is its rate,", rtol=0.02)


def list_learning(student: Student, base: ModelView | Handle) -> dict[str, list[bool]]:
    """Which arrays of each layer of a base training would change, if a head behind it were taught.

    Args:
        student: the submission.
        base: a model in the student's process.

    Returns the name of each layer with weights → whether each of its first two arrays would change:
    of a normalisation, factor and shift.
    """
    learning: dict[str, list[bool]] = fetch(share(student, _list_learning)(base))
    return learning


def _list_learning(base: Any) -> Any:
    import keras

    here = keras.Input(base.input_shape[1:])
    whole = keras.Model(here, keras.layers.Flatten()(base(here)))
    learning = {id(weights) for weights in whole.trainable_weights}
    return {
        layer.name: [id(weights) in learning for weights in layer.weights[:2]] for layer in base.layers if layer.weights
    }
