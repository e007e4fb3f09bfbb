"""What a grader asserts about training: histories, callbacks, and what a model reports and minimises."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any

import numpy as np

from proctor.channel.described import described
from proctor.channel.reference import carrier, layer
from proctor.channel.student import Handle, Student
from proctor.criteria.arrays import as_array, assert_close, assert_dtype
from proctor.criteria.layers import as_model
from proctor.criteria.metrics import are_logits, crossentropy, single
from proctor.errors import CriterionFailed, StudentError
from proctor.models.view import ModelView

Logs = dict[str, float] | None
RTOL = 0.02
"""How far the difference of two losses may be off: Keras sums in float32, and both losses hold the same penalties."""

SHOWN = 4
"""So many epochs are shown in a message."""


def epochs_of(history: Any, metric: str) -> list[float]:
    """The values of `metric` that a History remembers, one for each epoch.

    Args:
        history: what the student's function returned; it should be what `fit` returns.
        metric: such as "accuracy" or "val_loss".

    Raises CriterionFailed if it is no History, or does not know the metric.
    """
    record = _record(history)
    if metric not in record or not isinstance(record[metric], (list, tuple)):
        known = ", ".join(_names(record))
        raise CriterionFailed(f'a History of every epoch\'s "{metric}"', f"one of {known}" if known else "an empty one")
    assert_dtype(record[metric], "number", f'the "{metric}" of the epochs')
    return [float(value) for value in np.ravel(record[metric])]


def assert_epochs(history: Any, count: int, call: str) -> None:
    """Assert that a training lasted `count` epochs.

    Args:
        history: what the student's function returned; it should be what `fit` returns.
        count: of epochs.
        call: how the message names what was asked for: "target=1.0 and max_epochs=3".
    """
    _record(history)
    numbers = _asked(history, "epoch")
    if not isinstance(numbers, (list, tuple)):
        raise CriterionFailed("the History that `fit` returns", described(history))
    found = len(numbers)
    if found != count:
        raise CriterionFailed(f"{_epochs(count)} with {call}", str(found or "none"))


def assert_ended_at(history: Any, metric: str, target: float, max_epochs: int) -> None:
    """Assert that a training ended with the first epoch that reached `target`, or after `max_epochs` if none did.

    Args:
        history: what the student's function returned; it should be what `fit` returns.
        metric: such as "accuracy".
        target, max_epochs: what the student's function was asked for.
    """
    found = epochs_of(history, metric)
    wanted = next((number for number, value in enumerate(found, start=1) if value >= target), max_epochs)
    if wanted != len(found):
        raise CriterionFailed(f"an end after epoch {wanted}", f"after {len(found)}")


def stopped_after(student: Student, callback: Any, logs: Sequence[Logs]) -> int | None:
    """The number of the epoch, counted from 1, after which `callback` stops a training; None if it does not.

    The callback hears what it would hear from `fit`: `set_params`, `set_model`, the beginning of the training, and
    beginning and end of each epoch, until it sets `model.stop_training`; then the end of the training.

    Args:
        student: the submission.
        callback: the student's, as a handle: `student.StopAt(0.9)`.
        logs: what each epoch ends with, in order: [{"accuracy": 0.5}, {"accuracy": 0.95}, None].
    """
    if not isinstance(callback, Handle):
        raise CriterionFailed("a callback", described(callback))
    if callback.__reference__.kind == "type":
        raise CriterionFailed("a callback that is made", described(callback))
    model = carrier(student, (1,), layer("Dense", units=1))
    model.compile(loss="mse")
    callback.set_params({"verbose": 0, "epochs": len(logs), "steps": 1})
    callback.set_model(model)
    callback.on_train_begin()
    for number, log in enumerate(logs, start=1):
        callback.on_epoch_begin(number - 1)
        callback.on_epoch_end(number - 1, log)
        if _is_set(model.stop_training):
            callback.on_train_end(log)
            return number
    callback.on_train_end(logs[-1] if logs else None)
    return None


def assert_stops(student: Student, callback: Any, logs: Sequence[Logs], after: int | None) -> None:
    """Assert that `callback` stops a training after the epoch `after`, and not before; see `stopped_after`.

    Args:
        student: the submission.
        callback: the student's, as a handle: `student.StopAt(0.9)`.
        logs: what each epoch ends with, in order.
        after: the number of the epoch, counted from 1; None if the training must go on.
    """
    found = stopped_after(student, callback, logs)
    if found != after:
        shown = ", then ".join(["…" if len(logs) > SHOWN else "", *map(str, logs[-SHOWN:])]).removeprefix(", then ")
        raise CriterionFailed(f"{_stop(after)} with logs={shown}", _stop(found))


def assert_reports(model: ModelView, data: tuple[Any, Any], metric: str) -> None:
    """Assert that a model that is evaluated reports `metric`; how good it is does not matter.

    Args:
        model: one in the student's process, compiled.
        data: a few inputs and their labels, as the model takes them.
        metric: its name, letter by letter, as callbacks and `history` know it: "accuracy".
    """
    x, y = data
    report = as_model(model).evaluate(x, y, verbose=0, return_dict=True)
    if not isinstance(report, dict) or metric not in report:
        names = ", ".join(map(repr, _names(report))) if isinstance(report, dict) else ""
        raise CriterionFailed(f'a report with "loss" and "{metric}"', f"one with {names or 'nothing'}")


def assert_crossentropy_loss(model: ModelView, inputs: Any) -> None:
    """Assert that what a model minimises is the cross-entropy of its probabilities with integer labels.

    The loss of the least likely labels less that of the likeliest is compared with what our own formula makes of the
    predictions, so that penalties on weights, which both losses hold, do not matter.

    Args:
        model: one in the student's process, compiled; it may end in one probability, in several, or in logits.
        inputs: some inputs; untrained models answer with less alike probabilities the less alike these are.
    """
    model = as_model(model)
    found = single(model.predict(inputs))
    if found.shape[-1] == 1:
        middle = 0.0 if are_logits(model, found) else 0.5
        found = np.concatenate([np.full_like(found, middle), found], axis=-1)
    least, most = found.argmin(axis=-1).astype("uint8"), found.argmax(axis=-1).astype("uint8")
    losses = []
    for labels in (least, most):
        report = model.evaluate(inputs, labels, verbose=0, return_dict=True)
        losses.append(as_array(report.get("loss") if isinstance(report, dict) else report, "the loss"))
    expected = crossentropy(model, (inputs, least)) - crossentropy(model, (inputs, most))
    assert_close(losses[0] - losses[1], expected, "the loss of unlikely labels less that of likely ones", rtol=RTOL)


def _record(history: Any) -> dict[Any, Any]:
    """What a History remembers, by metric."""
    record = _asked(history, "history")
    if not isinstance(record, dict):
        raise CriterionFailed("the History that `fit` returns", described(history))
    return record


def _asked(history: Any, name: str) -> Any:
    """An attribute of the student's object, None if it has not got it."""
    if not isinstance(history, Handle):
        return None
    try:
        return getattr(history, name)
    except StudentError as error:
        if "AttributeError" in error.types:
            return None
        raise


def _names(record: dict[Any, Any]) -> list[str]:
    """Names of metrics for a message: the first few, none of them long."""
    return sorted(str(name)[:40] for name in islice(record, 2 * SHOWN))


def _is_set(value: Any) -> bool:
    """Whether `fit` would stop at this value of `stop_training`."""
    return bool(value.any()) if isinstance(value, np.ndarray) else bool(value)


def _epochs(count: int) -> str:
    return f"{count} epoch{'' if count == 1 else 's'}"


def _stop(after: int | None) -> str:
    return "no stop" if after is None else f"a stop after epoch {after}"
