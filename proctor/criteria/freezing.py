"""What a step of training changes in a model, some of whose layers may be frozen."""

from __future__ import annotations

from typing import Any

import numpy as np

from proctor.channel.reference import make_network
from proctor.channel.student import Handle, Student, fetch, share
from proctor.criteria.arrays import assert_close
from proctor.errors import CriterionFailed
from proctor.models.view import ModelView

TOWER = ("look", "even", "blend", "level", "end")
"""The layers of `make_tower` that have weights, two and a half blocks."""

TOWER_NORMALISATIONS = ("even", "level")
"""Those of them that normalise."""


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

    Its first step changes every number by just the rate; the last two arrays are looked at. After
    100,000 steps the rate must still be the same.
    """
    changes = take_one_step(student, model, x, np.arange(len(x)) % 2)
    found = max(float(np.abs(change).max()) for change in changes[-2:])
    assert_close(found, rate, "the size of Adam's first step, which is its rate,", rtol=0.02)
    later = share(student, _read_late_rate)(model)
    assert_close(later, np.array(rate), "the rate after 100,000 steps", rtol=1e-3)
    # AdamW, Adamax and others begin with a step of the same size.
    if (kind := share(student, _read_kind)(model)) != "Adam":
        raise CriterionFailed("the optimizer Adam", str(kind))


def _read_kind(model: Any) -> Any:
    import keras

    optimizer = getattr(model.optimizer, "inner_optimizer", model.optimizer)  # of one that scales the loss
    return keras.saving.serialize_keras_object(optimizer)["class_name"]


def _read_late_rate(model: Any) -> float:
    optimizer = getattr(model.optimizer, "inner_optimizer", model.optimizer)
    optimizer.iterations.assign(100_000)
    return float(optimizer.learning_rate)


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


def add_head(student: Student, base: ModelView | Handle) -> Handle:
    """A network of a base and one unit behind the mean of each of its maps."""
    network: Handle = share(student, _add_head)(base)
    return network


def _add_head(base: Any) -> Any:
    import keras

    here = keras.Input(base.input_shape[1:])
    return keras.Model(here, keras.layers.Dense(1)(keras.layers.GlobalAveragePooling2D()(base(here))))


def make_tower(student: Student, trainable: bool) -> ModelView:
    """A base of convolutions of 1 × 1, normalisations and other layers, for pictures (2, 3, 3).

    Args:
        student: the submission.
        trainable: whether all of its layers can learn, or none.
    """
    tower: ModelView = make_network(student, _build_tower, trainable)
    return tower


def make_network_on_tower(student: Student, *, learned: bool = False) -> ModelView:
    """A network for bytes around a frozen tower, its layer "tower"; it ends in one logit.

    It is compiled with SGD and the crossentropy of logits.

    Args:
        student: the submission.
        learned: whether it has learned a little.
    """
    network: ModelView = make_network(student, _build_on_tower, share(student, _build_tower), learned)
    return network


def _build_tower(keras: Any, trainable: bool) -> Any:
    here, numpy = keras.Input((2, 3, 3)), __import__("numpy")
    layers = keras.layers
    chain = [layers.Conv2D(4, 1, name="look"), layers.BatchNormalization(name="even"), layers.ReLU(name="bend")]
    chain += [layers.Conv2D(3, 1, name="blend"), layers.BatchNormalization(name="level")]
    place = here
    for each in [*chain, layers.Dropout(0.3, name="kept"), layers.Conv2D(2, 1, name="end")]:
        place = each(place)
    model, draw = keras.Model(here, place, name="tower"), numpy.random.default_rng(8)
    model.set_weights([draw.uniform(0.2, 1.0, array.shape) for array in model.get_weights()])
    model.trainable = True  # a base that is thawed already stays as it is
    model.trainable = trainable
    return model


def _build_on_tower(keras: Any, build: Any, learned: bool) -> Any:
    import numpy as np

    base, here = build(keras, False), keras.Input((2, 3, 3))
    place = keras.layers.GlobalAveragePooling2D()(base(keras.layers.Rescaling(1 / 255)(here)))
    network = keras.Model(here, keras.layers.Dense(1, name="head")(place))
    # Its logits are between 0 and 1, so that it learns by a loss for probabilities, too.
    network.get_layer("head").set_weights([np.array([[0.25], [-0.1]]), np.zeros(1)])
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    network.compile(keras.optimizers.SGD(0.001), loss, auto_scale_loss=False)
    if learned:
        network.fit(np.ones((4, 2, 3, 3)), np.ones((4, 1)), verbose=0)
    return network
