"""How good predictions are, computed from the raw numbers with NumPy alone: no metric of Keras is ever asked."""

from __future__ import annotations

from typing import Any

import numpy as np

from proctor.criteria.arrays import as_array
from proctor.criteria.layers import as_model, output_activation
from proctor.errors import CriterionFailed
from proctor.models.view import ModelView

SMALLEST = 1e-7
FEW = 0.2


def accuracy(model: ModelView, data: tuple[Any, Any]) -> float:
    """The share of `data` that `model` classifies correctly.

    The class is the largest of the outputs. A single output is class 1 where it is above 0.5, or above 0 when it is
    a logit: when the model ends without an activation.

    Args:
        model: what predicts.
        data: inputs and labels; integer labels of shape (n,) or (n, 1), or one-hot rows of shape (n, classes).

    Raises CriterionFailed if the predictions do not fit the labels, or nearly all of them are one class too high.
    """
    x, y = data
    found = single(as_model(model).predict(x))
    labels = _labels(y, found.shape)
    if found.shape[-1] == 1:
        classes = (found[..., 0] > (0.0 if are_logits(model, found) else 0.5)).astype(int)
    else:
        classes = found.argmax(axis=-1)
    share = _mean(classes == labels)
    if found.shape[-1] > 2 and share < FEW and _mean(classes == (labels + 1) % found.shape[-1]) > 1 - FEW:
        raise CriterionFailed("class 0 in the first output, class 1 in the second", "every class one output further")
    return share


def crossentropy(model: ModelView, data: tuple[Any, Any]) -> float:
    """The mean cross-entropy, in nats, of `model` on `data`.

    Outputs are taken for logits when the model ends without an activation.

    Args:
        model: what predicts.
        data: as for `accuracy`.
    """
    x, y = data
    found = single(as_model(model).predict(x)).astype(float)
    labels = _labels(y, found.shape)
    logits = are_logits(model, found)
    if found.shape[-1] == 1:
        # One output is the second of two classes; the logit of the first is 0.
        found = np.concatenate([np.zeros_like(found) if logits else 1 - found, found], axis=-1)
    if logits:
        with np.errstate(over="ignore"):
            found = found - found.max(axis=-1, keepdims=True)
        logs = found - np.log(np.exp(found).sum(axis=-1, keepdims=True))
    else:
        sums = found.sum(axis=-1, keepdims=True)
        if not (sums > 0).all():
            raise CriterionFailed("probabilities that sum to 1 in each row", f"a sum of {float(sums.min()):.4g}")
        logs = np.log(np.clip(found / sums, SMALLEST, 1.0))
    return _mean(-np.take_along_axis(logs, labels[..., None], axis=-1))


def mean_squared_error(found: Any, true: Any) -> float:
    """The mean squared difference of two arrays of the same shape; (n, 1) counts as (n,).

    Args:
        found: from the submission; NaN fails.
        true: what is right.
    """
    with np.errstate(over="ignore"):
        return _mean(_differences(found, true) ** 2)


def mean_absolute_error(found: Any, true: Any) -> float:
    """The mean absolute difference of two arrays of the same shape; (n, 1) counts as (n,).

    Args:
        found: from the submission; NaN fails.
        true: what is right.
    """
    return _mean(np.abs(_differences(found, true)))


def single(found: Any) -> np.ndarray:
    """The predictions of a model with one output, a row for each input."""
    if isinstance(found, (list, dict)):
        raise CriterionFailed("a model with one output", f"{len(found)} outputs")
    array: np.ndarray = found
    return array[:, None] if array.ndim == 1 else array


def _mean(values: np.ndarray) -> float:
    """The mean of `values`, never NaN: that is below no bound, but not above one either."""
    if not values.size:
        raise CriterionFailed("predictions to judge", "none")
    with np.errstate(over="ignore"):
        mean = float(np.mean(values))
    if np.isnan(mean):
        raise CriterionFailed("predictions that can be compared with what is right", "NaN")
    return mean


def _labels(y: Any, shape: tuple[int, ...]) -> np.ndarray:
    """`y` as class numbers, one for each prediction of an array of `shape`."""
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
    if activation is not None:
        return activation not in ("sigmoid", "softmax", "hard_sigmoid")
    # A subclassed model does not say how it ends.
    return bool((model.compiled or {}).get("from_logits")) or bool(found.size and (found.min() < 0 or found.max() > 1))


def _differences(found: Any, true: Any) -> np.ndarray:
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
