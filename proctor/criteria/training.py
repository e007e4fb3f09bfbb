"""Assertions about training: what it did to a model, callbacks, and a model's metrics and loss."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import islice
from typing import Any

import numpy as np

from proctor.channel.described import described
from proctor.channel.reference import as_left, build_model, layer, make_model
from proctor.channel.student import Handle, Student
from proctor.criteria.arrays import as_array, assert_close, assert_dtype
from proctor.criteria.calls import call_unchanged
from proctor.criteria.layers import as_model
from proctor.criteria.metrics import accuracy, are_logits, as_single_output, crossentropy
from proctor.datasets import pictures
from proctor.errors import CriterionFailed, StudentError
from proctor.models.view import ModelView

Logs = dict[str, float] | None
LOSS_TOLERANCE = 0.02
"""Relative tolerance for a difference of losses; Keras sums them in float32, with the penalties."""

LEARNED_CLASSES, LEARNED_SHARE = 8, 0.9
"""How many classes a lesson has, and the part of each that is recognised once it is learned: all
with batches of 16 to 512 pictures, on eight seeds; none of a class that was left out."""

NEVER_MET = 2.0
"""A target that no accuracy meets."""

SLOW = 0.002
"""A learning rate with which an accuracy of 0.5 takes several epochs, if batches are not small."""

ROUGHLY = 0.1
"""By how much the accuracy of a model differs from what `fit` reports, the mean over an epoch."""

SHOWN_EPOCHS = 4
"""How many epochs a message shows at most."""


def make_learner(
    student: Student, input_shape: tuple[int, ...], *, learning_rate: float = 0.01, run_eagerly: bool = False
) -> ModelView:
    """Make a compiled model that a student's training function can teach ten classes of pictures.

    With one linear layer, it learns `pictures.bars` in few epochs whatever the batch size, so that
    what it has not learned was not taught. Its weights are always the same, drawn as Keras does.

    Args:
        student: the submission.
        input_shape: of one picture, such as (28, 28, 1).
        learning_rate: of Adam.
        run_eagerly: whether Keras compiles no graph; a lesson of few steps is over sooner.
    """
    layers = layer("Flatten"), layer("Dense", units=pictures.CLASSES, activation="softmax")
    model = make_model(student, input_shape, *layers, weights=_draw_weights(input_shape))
    model.compile(
        optimizer={"class_name": "Adam", "config": {"learning_rate": learning_rate}},
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        run_eagerly=run_eagerly,
    )
    return model


def _draw_weights(input_shape: tuple[int, ...]) -> list[np.ndarray]:
    """Weights and biases of a learner, as Keras's "glorot_uniform" draws them."""
    size, most = math.prod(input_shape), math.sqrt(6 / (math.prod(input_shape) + pictures.CLASSES))
    return [np.random.default_rng(5).uniform(-most, most, (size, pictures.CLASSES)), np.zeros(pictures.CLASSES)]


def assert_teaches_all(student: Student, name: str, input_shape: tuple[int, ...], **settings: Any) -> None:
    """Assert that a function of the student's teaches a model all pictures and labels it is given.

    The classes are ordered so that the first half of the pictures, the last, and every second one
    lack some of them.

    Args:
        student: the submission.
        name: of the function, which is called with a model, pictures, labels and `settings`.
        input_shape: of one picture, such as (28, 28, 1).
        settings: enough epochs, for one.

    Raises CriterionFailed if less than nine in ten pictures of a class are recognised afterwards,
    or an array was changed.
    """
    images, labels = pictures.bars(500, input_shape, seed=7)
    order = np.argsort(labels >= LEARNED_CLASSES // 2, kind="stable")
    order = order[labels[order] < LEARNED_CLASSES]
    images, labels = images[order], labels[order]
    model = make_learner(student, input_shape)
    call_unchanged(student, name, model, images, labels, **settings)
    weights, biases = as_left(model).weights
    right = (images.reshape(len(images), -1) @ weights + biases).argmax(axis=1) == labels
    shares = np.array([right[labels == label].mean() for label in range(LEARNED_CLASSES)])
    if not shares.min() >= LEARNED_SHARE:
        worst = int(shares.argmin())
        raise CriterionFailed(
            f"{LEARNED_SHARE:.0%} of the pictures of each kind to be recognised", f"{shares[worst]:.0%} of kind {worst}"
        )


def assert_lasts(
    student: Student, name: str, input_shape: tuple[int, ...], epochs: int, *, target: float, max_epochs: int
) -> None:
    """Assert how many epochs a function of the student's teaches a model.

    Its History must say so, and so must the model that it leaves: the optimizer has taken `epochs`
    times as many steps as in a call with one epoch at most.

    Args:
        student: the submission.
        name: of the function; it is called with a model, pictures, labels, `target` and
            `max_epochs`, and returns the History of `fit`.
        input_shape: of one picture, such as (28, 28, 1).
        epochs: the number of epochs.
        target: the accuracy to stop at; 0.01 is met by any epoch, 2.0 by none.
        max_epochs: the largest number of epochs.

    Raises CriterionFailed, with the number of epochs, or of steps, that was found.
    """
    lesson = pictures.noise(200, input_shape, seed=13)
    reached, taught = _teach(student, name, input_shape, lesson, target, max_epochs, run_eagerly=True)
    if len(reached) != epochs:
        wanted = f"{_format_epochs(epochs)} with target={target:g} and max_epochs={max_epochs}"
        raise CriterionFailed(wanted, str(len(reached) or "none"))
    _, once = _teach(student, name, input_shape, lesson, NEVER_MET, 1, run_eagerly=True)
    if taught.steps != epochs * (once.steps or 0):
        raise CriterionFailed(f"{_format_epochs(epochs)} of {once.steps} steps", f"{taught.steps} steps")


def assert_ends_at_target(
    student: Student, name: str, input_shape: tuple[int, ...], *, target: float, max_epochs: int
) -> None:
    """Assert that a function of the student's stops with the first epoch that meets the target.

    Its History must say so, which could be made up. So the model is taught again, for as many
    epochs as were found and for two fewer: what it then knows must be enough, and must not have
    been enough before.

    Args:
        student: the submission.
        name: of the function, as for `assert_lasts`.
        input_shape: of one picture, such as (28, 28, 1).
        target: the accuracy to stop at; three labels in ten are wrong, so that it rises to 0.5
            slowly and never to 0.99.
        max_epochs: the largest number of epochs.

    Raises CriterionFailed, with the number of epochs, or the accuracy, that was found.
    """
    images, labels = pictures.stripes(400, input_shape, seed=600)
    labels[::10], labels[3::10], labels[6::10] = 0, 1, 2
    lesson = images, labels
    reached, taught = _teach(student, name, input_shape, lesson, target, max_epochs, learning_rate=SLOW)
    found = len(reached)
    wanted = next((number for number, value in enumerate(reached, start=1) if value >= target), max_epochs)
    if wanted != found:
        raise CriterionFailed(f"an end after epoch {wanted}", f"after {found}")
    _, again = _teach(student, name, input_shape, lesson, NEVER_MET, found, learning_rate=SLOW)
    if taught.steps != again.steps:
        raise CriterionFailed(f"{_format_epochs(found)}, which are {again.steps} steps", f"{taught.steps} steps")
    known = accuracy(taught, lesson)
    if found < max_epochs and not known >= target - ROUGHLY:
        raise CriterionFailed(f"an accuracy of {target:g} at the end, after epoch {found}", f"{known:.2f}")
    if found > 2:
        _, earlier = _teach(student, name, input_shape, lesson, NEVER_MET, found - 2, learning_rate=SLOW)
        known = accuracy(earlier, lesson)
        if not known < target + ROUGHLY:
            raise CriterionFailed(
                f"an end with the first epoch whose accuracy is {target:g}",
                f"one after epoch {found}; after epoch {found - 2} it was {known:.2f} already",
            )


def _teach(
    student: Student,
    name: str,
    input_shape: tuple[int, ...],
    lesson: pictures.Lesson,
    target: float,
    max_epochs: int,
    **learner: Any,
) -> tuple[list[float], ModelView]:
    """Let the student's function teach a learner, which `make_learner` makes with these settings.

    Returns the accuracy of each epoch, as the History says, and the model as it was left. Raises
    CriterionFailed if the function returns no History, or the model has not been taught.
    """
    model = make_learner(student, input_shape, **learner)
    history = getattr(student, name)(model, *lesson, target=target, max_epochs=max_epochs)
    record = read_attribute(history, "history")
    if not isinstance(record, dict):
        raise CriterionFailed("the History that `fit` returns", described(history))
    reached = record.get("accuracy")
    if not isinstance(reached, (list, tuple)):
        known = ", ".join(_list_metrics(record))
        raise CriterionFailed('a History of every epoch\'s "accuracy"', f"one of {known}" if known else "an empty one")
    assert_dtype(reached, "number", "the accuracies of the epochs")
    taught = as_left(model)
    if not taught.steps or all(map(np.array_equal, taught.weights, model.weights)):
        raise CriterionFailed("a model that has been taught", "one with the weights that it had before")
    return [float(value) for value in np.ravel(reached)], taught


def stopped_after(student: Student, callback: Any, logs: Sequence[Logs]) -> int | None:
    """The epoch, counted from 1, after which a callback stops a training; None if it does not.

    No model is trained: the methods of the callback are called as `fit` calls them (`set_params`,
    `set_model`, `on_train_begin`, `on_epoch_begin` and `on_epoch_end` of each epoch) until it sets
    `model.stop_training`, and then `on_train_end`.

    Args:
        student: the submission.
        callback: the student's callback object: `student.StopAt(0.9)`.
        logs: the argument `logs` of each `on_epoch_end`, in order:
            `[{"accuracy": 0.5}, {"accuracy": 0.95}, None]`.

    Raises CriterionFailed if `callback` is data or a class.
    """
    if not isinstance(callback, Handle):
        raise CriterionFailed("a callback", described(callback))
    if callback.__reference__.kind == "type":
        raise CriterionFailed("a callback that is made", described(callback))
    model = build_model(student, (1,), layer("Dense", units=1))
    model.compile(loss="mse")
    callback.set_params({"verbose": 0, "epochs": len(logs), "steps": 1})
    callback.set_model(model)
    callback.on_train_begin()
    for number, log in enumerate(logs, start=1):
        callback.on_epoch_begin(number - 1)
        callback.on_epoch_end(number - 1, log)
        if _is_true(model.stop_training):
            callback.on_train_end(log)
            return number
    callback.on_train_end(logs[-1] if logs else None)
    return None


def assert_stops(student: Student, callback: Any, logs: Sequence[Logs], after: int | None) -> None:
    """Assert that a callback stops a training after the epoch `after`, and not before.

    Args:
        student: the submission.
        callback: the student's callback object: `student.StopAt(0.9)`.
        logs: the argument `logs` of each `on_epoch_end`, in order; see `stopped_after`.
        after: the epoch, counted from 1; None if it must not stop the training.

    Raises CriterionFailed, with the epoch that was found.
    """
    found = stopped_after(student, callback, logs)
    if found != after:
        shown = ", then ".join(["…" if len(logs) > SHOWN_EPOCHS else "", *map(str, logs[-SHOWN_EPOCHS:])]).removeprefix(
            ", then "
        )
        raise CriterionFailed(f"{_format_stop(after)} with logs={shown}", _format_stop(found))


def assert_reports(model: ModelView, data: tuple[Any, Any], metric: str) -> None:
    """Assert that `fit` can teach a model, and that `evaluate` reports `metric`, with any value.

    Args:
        model: a compiled model in the student's process.
        data: a few inputs and their labels, in the shapes that the model takes.
        metric: its exact name in `history` and in the `logs` of callbacks: "accuracy".

    Raises CriterionFailed, with the names that are reported, or if the model has no optimizer,
    without which `evaluate` works and `fit` does not.
    """
    x, y = data
    model = as_model(model)
    report = model.evaluate(x, y, verbose=0, return_dict=True)
    if not isinstance(report, dict) or metric not in report:
        names = ", ".join(map(repr, _list_metrics(report))) if isinstance(report, dict) else ""
        raise CriterionFailed(f'a report with "loss" and "{metric}"', f"one with {names or 'nothing'}")
    _assert_optimizer(model)


def assert_reports_accuracy(model: ModelView, inputs: Any) -> None:
    """Assert that `fit` can teach a model, and that one of its metrics is the share that is right.

    For texts that ask for no name. Where something reads it by its name, ask `assert_reports`.

    Args:
        model: a compiled model in the student's process, from inputs to probabilities (n, classes).
        inputs: some of its inputs, no two classes of which are equally likely.

    Raises CriterionFailed if it has no optimizer, or no number that is reported is 1 for the most
    likely labels, and 0 for those that come second.
    """
    model = as_model(model)
    order, numbers = as_single_output(model.predict(inputs)).argsort(axis=-1), []
    if order.shape[-1] < 2:
        raise CriterionFailed("a probability for each of several classes", "one number")
    for labels in (order[..., -1], order[..., -2]):
        report = model.evaluate(inputs, labels, verbose=0, return_dict=True)
        if not isinstance(report, dict):
            raise CriterionFailed("a report with a loss and an accuracy", described(report))
        numbers.append(report)
    if not any(value == 1 and numbers[1].get(name) == 0 for name, value in numbers[0].items()):
        raise CriterionFailed("a metric that says how many are right", ", ".join(_list_metrics(numbers[0])))
    _assert_optimizer(model)


def _assert_optimizer(model: ModelView) -> None:
    if model.steps is None:
        raise CriterionFailed(
            "a model compiled with an optimizer, such as Adam",
            "one without, which no `fit` can teach",
            hint="Which optimizer does compile() get?",
        )


def assert_nonlinear(model: ModelView, input_shape: tuple[int, ...]) -> None:
    """Assert that a classifier is more than one linear function of its inputs and a softmax.

    The logarithms of such a classifier's probabilities, less their mean, are linear: halfway
    between two inputs they are the mean of those at both. Rounding deviates from this by 0.0007 of
    their distance in float16, a hidden layer with ReLU by 0.1 or more; 0.002 is asked for.

    Args:
        model: its probabilities have the shape (n, classes).
        input_shape: of one input, without the batch.

    Raises CriterionFailed if no layer bends what the model makes of its inputs.
    """
    rng = np.random.default_rng(17)
    inputs, here = rng.random((8, *input_shape), dtype="float32"), rng.random((8, *input_shape)) < 0.5
    ends = [inputs * here, inputs * ~here]
    found = as_array(as_model(model).predict(np.concatenate([*ends, inputs / 2])), "the probabilities")
    opinions = np.log(np.clip(found.astype(float), 1e-7, 1))
    first, second, middle = np.split(opinions - opinions.mean(axis=-1, keepdims=True), 3)
    if np.abs(middle - (first + second) / 2).max() < 0.002 * np.abs(first - second).max():
        raise CriterionFailed(
            "a hidden layer with an activation such as ReLU", "straight lines from the inputs to the probabilities"
        )


def assert_crossentropy_loss(model: ModelView, inputs: Any, *, one_hot: bool = False) -> None:
    """Assert that a model's loss is the cross-entropy of its outputs with the labels.

    The model is evaluated with the least and with the most likely labels. The difference of the two
    losses, in which regularization terms cancel, must be that of `crossentropy`, to 2 %.

    Args:
        model: a compiled model in the student's process that ends in one probability, in several,
            or in logits.
        inputs: some inputs of the model, as different as possible, so that the probabilities of an
            untrained model differ, too.
        one_hot: whether the labels are rows of zeros and a one, (n, classes), instead of integers.

    Raises CriterionFailed, with the difference that was found.
    """
    model = as_model(model)
    found = as_single_output(model.predict(inputs))
    if found.shape[-1] == 1:
        middle = 0.0 if are_logits(model, found) else 0.5
        found = np.concatenate([np.full_like(found, middle), found], axis=-1)
    least, most = found.argmin(axis=-1).astype("uint8"), found.argmax(axis=-1).astype("uint8")
    losses = []
    for labels in (least, most):
        shown = np.eye(found.shape[-1], dtype="float32")[labels] if one_hot else labels
        report = model.evaluate(inputs, shown, verbose=0, return_dict=True)
        losses.append(as_array(report.get("loss") if isinstance(report, dict) else report, "the loss"))
    expected = crossentropy(model, (inputs, least)) - crossentropy(model, (inputs, most))
    assert_close(
        losses[0] - losses[1], expected, "the loss of unlikely labels less that of likely ones", rtol=LOSS_TOLERANCE
    )


def read_attribute(history: Any, name: str) -> Any:
    """An attribute of the student's object; None if it has none of this name."""
    if not isinstance(history, Handle):
        return None
    try:
        return getattr(history, name)
    except StudentError as error:
        if "AttributeError" in error.types:
            return None
        raise


def _list_metrics(record: dict[Any, Any]) -> list[str]:
    """The first few names of metrics, cut to 40 characters, for a message."""
    return sorted(str(name)[:40] for name in islice(record, 2 * SHOWN_EPOCHS))


def _is_true(value: Any) -> bool:
    """Whether `fit` would stop if `model.stop_training` had this value."""
    return bool(value.any()) if isinstance(value, np.ndarray) else bool(value)


def _format_epochs(count: int) -> str:
    return f"{count} epoch{'' if count == 1 else 's'}"


def _format_stop(after: int | None) -> str:
    return "no stop" if after is None else f"a stop after epoch {after}"
