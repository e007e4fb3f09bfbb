"""What a process may answer to `predict`: arrays of finite numbers, a row for each input."""

from __future__ import annotations

from typing import Any

import numpy as np

from proctor.errors import CriterionFailed

# A difference of less than this fraction of the largest number is rounding: half precision rounds
# to a thousandth, and another batch is summed in another order.
ROUNDING = 0.01


def list_arrays(x: Any) -> list[Any]:
    """The arrays of a model's input or output, which may be one or several."""
    return list(x.values()) if isinstance(x, dict) else list(x) if isinstance(x, (list, tuple)) else [x]


def take_rows(x: Any, chosen: np.ndarray) -> Any:
    """The `chosen` rows of an input or output."""
    if isinstance(x, dict):
        return {key: np.asarray(part)[chosen] for key, part in x.items()}
    return [np.asarray(part)[chosen] for part in x] if isinstance(x, (list, tuple)) else x[chosen]


def largest_difference(first: Any, second: Any) -> float:
    """The largest difference of two predictions for the same rows; 0 if it is within `ROUNDING`."""
    ones, others = list_arrays(first), list_arrays(second)
    if [part.shape for part in ones] != [part.shape for part in others]:
        return float("inf")
    for one, other in zip(ones, others, strict=True):
        one, other = one.astype(float), other.astype(float)
        with np.errstate(over="ignore", invalid="ignore"):
            difference = float(np.abs(one - other).max(initial=0.0))
        if not difference <= ROUNDING * max(1.0, float(np.abs(one).max(initial=0.0))):
            return difference
    return 0.0


def check_predictions(found: Any, rows: int) -> Any:
    """`found`, if it is arrays of finite numbers with `rows` rows; otherwise CriterionFailed."""
    if isinstance(found, dict):
        return {key: check_array(part, rows) for key, part in found.items()}
    if isinstance(found, (list, tuple)) and all(type(part) is np.ndarray for part in found):
        return [check_array(part, rows) for part in found]
    return check_array(found, rows)


def check_array(found: Any, rows: int) -> np.ndarray:
    if type(found) is not np.ndarray or found.dtype.kind not in "fiu":
        raise CriterionFailed("predictions to be an array of numbers", describe_kind(found))
    if found.ndim == 0 or len(found) != rows:
        raise CriterionFailed(
            f"one prediction for each of the {rows} inputs",
            "a single number" if found.ndim == 0 else f"{len(found)} predictions",
        )
    bad = ~np.isfinite(found).reshape(rows, -1).all(axis=1) if rows else np.zeros(0, bool)
    if bad.any():
        kind = "NaN" if np.isnan(found).any() else "infinity"
        raise CriterionFailed("predictions to be finite numbers", f"{kind} for {int(bad.sum())} of {rows} inputs")
    return found


def describe_kind(found: Any) -> str:
    """What came in place of an array of numbers, for a message."""
    inner = found
    while isinstance(inner, (list, tuple)) and inner:
        inner = inner[0]
    if isinstance(inner, (str, bytes)):
        return "text"
    if isinstance(found, (int, float, np.generic)):
        return "a single number"
    return f"an array of {found.dtype}" if isinstance(found, np.ndarray) else type(found).__name__
