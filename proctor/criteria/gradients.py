"""Gradients by finite differences, and the assertion that a student's gradient is one."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from proctor.criteria.arrays import TOLERANCES, allowed_deviation, as_array, named, require_shape, tolerance_of
from proctor.errors import CourseError, CriterionFailed

Function = Callable[[np.ndarray], Any]

# The cube root of the rounding of float64 is 6e-6: there the error of a central difference, about h^2, is as small as
# that by the rounding of f, about 1e-16 / h. A power of 2, so that adding it to x rounds next to nothing.
STEP = 2.0**-17
# By so much of its size each value of f may be rounded, after the sums of some hundred numbers.
NOISE = 32 * np.finfo(float).eps
# Slopes to the left and to the right that differ by more than this share of the largest slope are told as a range.
KINK = 1e-3


def numerical_gradient(f: Function, x: Any) -> np.ndarray:
    """The gradient of `f` at `x` by central differences in double precision, of the shape of `x`.

    At a kink, as of a ReLU at 0, it is the mean of the slopes to the left and to the right.

    Args:
        f: takes a float64 array of the shape of `x` and returns a number, computed in double precision.
        x: an array of numbers around 1 in size; it is left as it is.

    Raises CourseError if `f` computes in a coarser precision, whose rounding would drown the differences.
    """
    left, right, _ = _slopes(f, x)
    return (left + right) / 2


def assert_gradient(found: Any, f: Function, x: Any, what: str) -> None:
    """Assert that `found` is the gradient of `f` at `x`, up to rounding.

    Where `f` has a kink, as a ReLU at 0 or a maximum of equal numbers, each number from the slope to the left to the
    slope to the right is right. The tolerance is that of `assert_close`, by the coarser dtype of `found` and `x`.

    Args:
        found: an array of the shape of `x`, from the submission.
        f, x: as for `numerical_gradient`; `f` is the grader's own.
        what: how the message names it.
    """
    array = as_array(found, what)
    require_shape(array, np.shape(x), what)
    left, right, noise = _slopes(f, x)
    middle, low, high = (left + right) / 2, np.minimum(left, right), np.maximum(left, right)
    rtol = max(tolerance_of(found, array), TOLERANCES.get(np.asarray(x).dtype.name, 0.0))
    allowed = allowed_deviation(middle, rtol, None) + noise
    values = array.astype(float) if array.dtype.kind != "c" else np.full(array.shape, np.nan)
    right_or_near = (values >= low - allowed) & (values <= high + allowed)
    if right_or_near.all():
        return
    index = tuple(int(i) for i in np.argwhere(~right_or_near)[0])
    place = f"{named(what)}{list(index) if index else ''}"
    is_kink = high[index] - low[index] > KINK * max(float(np.abs(middle).max()), float(allowed[index]))
    wanted = f"from {low[index]:.6g} to {high[index]:.6g}" if is_kink else f"{middle[index]:.6g}"
    wrong = int((~right_or_near).sum())
    others = f" there, and {wrong} of {array.size} values differ" if array.size > 1 else ""
    raise CriterionFailed(f"{place} to be {wanted} (give or take {allowed[index]:.2g})", f"{array[index]:.6g}{others}")


def _slopes(f: Function, x: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The slopes of `f` to the left and to the right of every number of `x`, and how far rounding may put them off."""
    start = np.array(x, dtype=float)
    here = _value(f, start)
    left, right, noise = np.zeros(start.shape), np.zeros(start.shape), np.zeros(start.shape)
    for index in np.ndindex(start.shape):
        step = STEP * 2.0 ** math.ceil(math.log2(max(1.0, abs(float(start[index])))))
        sides = []
        for nudge in (-step, step):
            nudged = start.copy()
            nudged[index] += nudge
            sides.append(_value(f, nudged))
        left[index], right[index] = (here - sides[0]) / step, (sides[1] - here) / step
        noise[index] = NOISE * max(abs(here), *map(abs, sides)) / step
    return left, right, noise


def _value(f: Function, x: np.ndarray) -> float:
    value = f(x.copy())
    if isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind == "f" and value.dtype.itemsize < 8:
        raise CourseError(
            f"a numerical gradient needs a function that computes in float64, this one gives {value.dtype}"
        )
    return float(value)
