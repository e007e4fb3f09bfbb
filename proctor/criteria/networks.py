"""What is asked of a fresh network, such as one that tells two kinds of pictures apart."""

from __future__ import annotations

from typing import Any

import numpy as np

from proctor.channel.described import described
from proctor.channel.reference import as_left
from proctor.channel.student import Student, share
from proctor.criteria.arrays import as_array, assert_between, assert_shape
from proctor.criteria.layers import as_model, assert_layer_count, at_least, merge_activations, output_activation
from proctor.criteria.training import assert_crossentropy_loss
from proctor.datasets import pictures
from proctor.errors import CriterionFailed
from proctor.models.view import ModelView

# How far apart the numbers are that very different pictures, from 0 to 255, bring into the first
# layer with a matrix of weights: 1 to 4.5 by a usual way to scale once, 255 by none, 0.004 twice.
LEAST_SPREAD, MOST_SPREAD = 0.05, 20
ONE_PROBABILITY = None, "sigmoid"  # what `output_activation` says of an end that is as it should be
KNOWN_ORDER = "Sequential", "Functional"  # networks that are known layer by layer

Asked = tuple[ModelView, np.ndarray]


def ask_network(student: Student, build: str, side: int) -> Asked:
    """A fresh network of the student's, and its answers to very different pictures.

    Args:
        student: the submission.
        build: the name of the function that returns it for pictures of a given side.
        side: height and width of the pictures.

    Raises CriterionFailed unless the answers are a row of numbers for each picture.
    """
    model = as_model(getattr(student, build)(side), f"{build}(side)")
    found = model.predict(pictures.very_different(side))
    if not isinstance(found, np.ndarray) or found.ndim != 2:
        raise CriterionFailed("a row of one number for each picture", described(found))
    return model, found


def assert_one_probability(student: Student, build: str, side: int) -> None:
    """Assert that a network answers each picture with one probability.

    Args:
        student, build, side: as for `ask_network`.

    Raises CriterionFailed if the answers have another shape, lie beyond 0 to 1, or do so by chance:
    those of an untrained network without an activation may lie there.
    """
    model, found = ask_network(student, build, side)
    assert_shape(found, (len(found), 1), "the answers")
    assert_between(found, 0, 1, "the answers")
    ends = output_activation(model) if model.class_name in KNOWN_ORDER else None
    if ends not in (*ONE_PROBABILITY, "hard_sigmoid"):
        raise CriterionFailed("an end that makes one probability", f"the activation {ends}", detail=model.table())


def assert_convolutions(model: ModelView, least: int) -> None:
    """Assert that a network has convolutions, and an activation such as ReLU for each.

    Args:
        model: a network.
        least: how many it has at least.

    Raises CriterionFailed if it has fewer, or fewer activations that are not those of a Dense. What
    a class of the student's own does in its `call` is not known layer by layer: there, the
    convolutions alone are counted.
    """
    assert_layer_count(model, convolution=at_least(least))
    bent = [
        layer
        for _, layer in merge_activations(model)
        if layer.class_name != "Dense" and layer.activation not in (None, "linear", "sigmoid", "softmax")
    ]
    if model.class_name in KNOWN_ORDER and len(bent) < least:
        wanted = f"at least {least} convolutions with an activation such as ReLU"
        raise CriterionFailed(wanted, f"{len(bent)} with one", detail=model.table())


def assert_scales_pictures(student: Student, build: str, side: int, asked: Asked | None = None) -> None:
    """Assert that a network divides numbers from 0 to 255 itself, once, before its weights.

    Args:
        student, build, side: as for `ask_network`.
        asked: what `ask_network` returned, to save the time to ask again.

    Raises CriterionFailed if numbers that are far too large, or far too small, reach the first
    layer with a matrix of weights, such as a convolution.
    """
    model = asked[0] if asked else as_model(getattr(student, build)(side), f"{build}(side)")
    reached = share(student, _find_first_input)(model, pictures.very_different(side))
    reached = as_array(reached, "what reaches the first layer that has weights").astype(float)
    spread = float(np.ptp(reached))
    if not LEAST_SPREAD <= spread <= MOST_SPREAD:
        told = f"numbers from {reached.min():.3g} to {reached.max():.3g}: "
        told += "nothing scales them" if spread > MOST_SPREAD else "are they scaled twice?"
        raise CriterionFailed("numbers of about the size of 1 in the first layer that has weights", told)


def _find_first_input(model: Any, shown: Any) -> Any:
    """What reaches the first layer that has a matrix of weights, however the model is written."""
    model(shown, training=False)  # one that had not been built has its weights now
    seen = []

    def keep(layer: Any) -> Any:
        call = layer.call

        def call_and_keep(inputs: Any, *others: Any, **named: Any) -> Any:
            seen.append(inputs)
            return call(inputs, *others, **named)

        layer.call = call_and_keep
        return call

    # Only this walk enters layers that are made of layers, too.
    layers = [layer for layer in model._flatten_layers(include_self=False) if not layer._layers]  # noqa: SLF001
    watched = [(layer, keep(layer)) for layer in layers if any(len(weight.shape) > 1 for weight in layer.weights)]
    try:
        model(shown, training=False)
    finally:
        for layer, call in watched:
            layer.call = call
    return seen[0] if seen else shown


def assert_learns_by_crossentropy(student: Student, build: str, side: int, asked: Asked | None = None) -> None:
    """Assert that a network's loss is the cross-entropy of its one probability with labels 0 and 1.

    One that ends in anything else is judged with the sigmoid as its end: another criterion has to
    tell of that.

    Args:
        student, build, side: as for `ask_network`.
        asked: what `ask_network` returned, to save the time to ask again.
    """
    # Dark pictures, so that a network that does not scale them has no answers that round to 0 or 1.
    shown = pictures.very_different(side) / 16
    model = asked[0] if asked else as_model(getattr(student, build)(side), f"{build}(side)")
    try:
        assert_crossentropy_loss(model, shown)
    except CriterionFailed:
        if output_activation(model) in ONE_PROBABILITY:
            raise
        assert_crossentropy_loss(_build_ending_in(student, build, side, "sigmoid"), shown)


def input_side(model: ModelView, otherwise: int) -> int:
    """The side of the pictures that a network takes, or another number if it takes any.

    Args:
        model: of a submission; its input is (pictures, side, side, channels), or was not announced.
        otherwise: the side if the network does not say.
    """
    shape = as_model(model).input_shape
    return (shape[1] if shape is not None and len(shape) == 4 else None) or otherwise


def assert_learns(model: ModelView, x: Any, y: Any) -> None:
    """Assert that a network, as it is compiled, has other weights after a round of training.

    Args:
        model: a compiled network in the student's process.
        x: some of its inputs.
        y: their labels.
    """
    before = model.weights
    model.fit(x, y, epochs=1, verbose=0)
    if all(np.array_equal(old, new) for old, new in zip(before, as_left(model).weights, strict=True)):
        raise CriterionFailed("weights that change in training", "the same ones after a round")


def scatter_weights(student: Student, model: ModelView, shape: tuple[int, ...], seed: int = 4) -> ModelView:
    """Give a fresh network other numbers, each between 0.02 and 0.1, as if it had learned.

    Its answers then differ from input to input also if its weights began at 0.

    Args:
        student: the submission.
        model: what one of the student's functions returned; it is built if it has no weights yet.
        shape: of one input, without the batch.
        seed: of the numbers.
    """
    return as_model(share(student, _scatter)(model, list(shape), seed), "the network with other weights")


def _scatter(model: Any, shape: list[int], seed: int) -> Any:
    import numpy as np

    if not model.built:
        model.build((None, *shape))
    draw = np.random.default_rng(seed)
    model.set_weights([draw.uniform(0.02, 0.1, np.shape(weights)) for weights in model.get_weights()])
    return model


def _build_ending_in(student: Student, build: str, side: int, activation: str) -> ModelView:
    """A network of the student's whose last layer has got another activation."""

    def change(build_model: Any, side: int, activation: str) -> Any:
        keras = __import__("keras")
        model = build_model(side)
        for last in model.layers[-1:]:
            last.activation = keras.activations.get(activation)
        return model

    return as_model(share(student, change)(getattr(student, build), side, activation), f"{build}(side)")
