"""Metrics, computed with NumPy from the predicted numbers; none of Keras's metrics is used."""

from __future__ import annotations

from typing import Any

import numpy as np

from proctor.criteria.arrays import as_array
from proctor.criteria.layers import as_model, output_activation
from proctor.errors import CriterionFailed
from proctor.models.view import ModelView

MIN_PROBABILITY = 1e-7
FEW_CORRECT = 0.2


def accuracy(model: ModelView, data: tuple[Any, Any]) -> float:
    """The share of `data` that `model` classifies correctly, from 0 to 1.

    The predicted class is the index of the largest output. A single output predicts class 1 if it
    is above 0.5, or above 0 if it is a logit (the model ends without an activation).

    Args:
        model: the model, with one output of shape (n, classes) or (n, 1).
        data: inputs and labels, the labels as integers of shape (n,) or (n, 1), or one-hot rows of
            shape (n, classes).

    Raises CriterionFailed if the predictions do not fit the labels, or if more than 80 % of them
    are one class too high (the model was trained with labels from 1).
    """
    x, y = data
    found = as_single_output(as_model(model).predict(x))
    labels = _as_class_numbers(y, found.shape)
    if found.shape[-1] == 1:
        classes = (found[..., 0] > (0.0 if are_logits(model, found) else 0.5)).astype(int)
    else:
        classes = found.argmax(axis=-1)
    share = _mean(classes == labels)
    if (
        found.shape[-1] > 2
        and share < FEW_CORRECT
        and _mean(classes == (labels + 1) % found.shape[-1]) > 1 - FEW_CORRECT
    ):
        raise CriterionFailed("class 0 in the first output, class 1 in the second", "every class one output further")
    return share


def crossentropy(model: ModelView, data: tuple[Any, Any]) -> float:
    """The mean cross-entropy of `model` on `data`, in nats: the mean of `-log(p[label])`.

    The probabilities p are the outputs, divided by their sum and at least 1e-7 (as in Keras), or
    the softmax of the outputs if these are logits (the model ends without an activation).

    Args:
        model: the model, with one output of shape (n, classes) or (n, 1).
        data: inputs and labels, as for `accuracy`.

    Raises CriterionFailed if the predictions do not fit the labels, or a row's sum is not above 0.
    """
    x, y = data
    found = as_single_output(as_model(model).predict(x)).astype(float)
    labels = _as_class_numbers(y, found.shape)
    logits = are_logits(model, found)
    if found.shape[-1] == 1:
        # A single output is that of class 1; the logit of class 0 is then 0.
        found = np.concatenate([np.zeros_like(found) if logits else 1 - found, found], axis=-1)
    if logits:
        with np.errstate(over="ignore"):
            found = found - found.max(axis=-1, keepdims=True)
        logs = found - np.log(np.exp(found).sum(axis=-1, keepdims=True))
    else:
        sums = found.sum(axis=-1, keepdims=True)
        if not (sums > 0).all():
            raise CriterionFailed("probabilities that sum to 1 in each row", f"a sum of {float(sums.min()):.4g}")
        logs = np.log(np.clip(found / sums, MIN_PROBABILITY, 1.0))
    return _mean(-np.take_along_axis(logs, labels[..., None], axis=-1))


def mean_squared_error(found: Any, true: Any) -> float:
    """The mean squared difference of two arrays of the same shape, where (n, 1) equals (n,).

    Args:
        found: the predictions, from the submission.
        true: the right values.

    Raises CriterionFailed if the shapes differ, or `found` has NaN, infinity or complex numbers.
    """
    with np.errstate(over="ignore"):
        return _mean(_subtract(found, true) ** 2)


def mean_absolute_error(found: Any, true: Any) -> float:
    """The mean absolute difference of two arrays of the same shape, where (n, 1) equals (n,).

    Args:
        found: the predictions, from the submission.
        true: the right values.

    Raises CriterionFailed if the shapes differ, or `found` has NaN, infinity or complex numbers.
    """
    return _mean(np.abs(_subtract(found, true)))


def as_single_output(found: Any) -> np.ndarray:
    """The predictions `found` with a row for each input: shape (n,) becomes (n, 1).

    Raises CriterionFailed if the model has several outputs.
    """
    if isinstance(found, (list, dict)):
        raise CriterionFailed("a model with one output", f"{len(found)} outputs")
    array: np.ndarray = found
    return array[:, None] if array.ndim == 1 else array


def _mean(values: np.ndarray) -> float:
    """The mean of `values`.

    Raises CriterionFailed if it is NaN, for which each comparison with a bound would be false.
    """
    if not values.size:
        raise CriterionFailed("predictions to judge", "none")
    with np.errstate(over="ignore"):
        mean = float(np.mean(values))
    if np.isnan(mean):
        raise CriterionFailed("predictions that can be compared with what is right", "NaN")
    return mean


def _as_class_numbers(y: Any, shape: tuple[int, ...]) -> np.ndarray:
    """The labels `y` as integers, one for each row of predictions of shape `shape`."""
    labels = np.asarray(y)
    if labels.shape == shape and shape[-1] > 1:
        return labels.argmax(axis=-1)
    if labels.shape == (*shape[:-1], 1):
        labels = labels[..., 0]
    if labels.shape != shape[:-1]:
        raise CriterionFailed(f"predictions that fit labels of shape {labels.shape}", f"predictions of shape {shape}")
    classes = max(shape[-1], 2)
    if labels.size and not labels.max() < classes:
        raise CriterionFailed(f"an output for each of {int(labels.max()) + 1} classes", f"{shape[-1]}")
    return labels.astype(int)


def are_logits(model: ModelView, found: np.ndarray) -> bool:
    """Whether the predictions `found` are logits rather than probabilities."""
    activation = output_activation(model)
    if activation in ("sigmoid", "softmax", "hard_sigmoid"):
        return False
    if activation is not None and model.class_name in ("Sequential", "Functional"):
        return True
    # What a `call` method of the student's own does behind the last layer is not known.
    return bool((model.compiled or {}).get("from_logits")) or bool(found.size and (found.min() < 0 or found.max() > 1))


def _subtract(found: Any, true: Any) -> np.ndarray:
    left = as_array(found, "predictions")
    if left.dtype.kind == "c":
        raise CriterionFailed("predictions to be real numbers", "complex ones")
    left, right = left.astype(float), np.asarray(true, dtype=float)
    left, right = (array[..., 0] if array.ndim > 1 and array.shape[-1] == 1 else array for array in (left, right))
    if left.shape != right.shape:
        raise CriterionFailed(f"predictions of shape {right.shape}", f"shape {left.shape}")
    if not np.isfinite(left).all():
        kind = "NaN" if np.isnan(left).any() else "infinity"
        raise CriterionFailed("predictions to be finite numbers", kind)
    with np.errstate(over="ignore"):
        return left - right
