"""Gradients by finite differences, to compare a student's gradient with."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from proctor.criteria.arrays import (
    TOLERANCES,
    allowed_deviation,
    as_array,
    default_tolerance,
    format_name,
    require_shape,
)
from proctor.errors import CourseError, CriterionFailed

Function = Callable[[np.ndarray], Any]

# About the cube root of the machine epsilon of float64 (6e-6), at which the error of a central
# difference, about h^2, equals the rounding error of f, about 1e-16 / h (Press et al., "Numerical
# Recipes", section 5.7). A power of 2, so that x + h and x - h are nearly free of rounding errors.
STEP = 2.0**-17
# Assumed relative rounding error of a value of f, such as a sum of some hundred numbers.
ROUNDING_OF_F = 32 * np.finfo(float).eps
# If the slopes to the left and right of x differ by more than this share of the largest slope, x
# counts as a kink and the message states the range between them.
KINK = 1e-3


def numerical_gradient(f: Function, x: Any) -> np.ndarray:
    """The gradient of `f` at `x` by central differences, `(f(x + h) - f(x - h)) / 2h` per element.

    At a kink, such as a ReLU at 0, it is the mean of the slopes to the left and to the right.

    Args:
        f: takes a float64 array of the shape of `x` and returns a number (float64).
        x: an array of any shape; `h` is 2^-17 (8e-6), larger for elements above 1 in size.

    Returns a float64 array of the shape of `x`.

    Raises CourseError if `f` returns float32 or float16, whose rounding errors are larger than the
    differences.
    """
    left, right, _ = _measure_slopes(f, x)
    return (left + right) / 2


def assert_gradient(found: Any, f: Function, x: Any, what: str) -> None:
    """Assert that `found` is the gradient of `f` at `x`, up to rounding.

    Where `f` has a kink, such as a ReLU at 0 or a maximum of equal numbers, any value between the
    slopes to the left and to the right is accepted. The tolerance is that of `assert_close`, for
    the coarser dtype of `found` and `x`, and the rounding error of the numerical gradient.

    Args:
        found: an array of the shape of `x`, from the submission.
        f: the grader's own function, as for `numerical_gradient`.
        x: an array; its dtype is that in which the student got it.
        what: its name in the message.

    Raises CriterionFailed, with the first element that differs; CourseError as
    `numerical_gradient`.
    """
    array = as_array(found, what)
    require_shape(array, np.shape(x), what)
    left, right, noise = _measure_slopes(f, x)
    middle, low, high = (left + right) / 2, np.minimum(left, right), np.maximum(left, right)
    rtol = max(default_tolerance(found, array), TOLERANCES.get(np.asarray(x).dtype.name, 0.0))
    allowed = allowed_deviation(middle, rtol, None) + noise
    values = array.astype(float) if array.dtype.kind != "c" else np.full(array.shape, np.nan)
    right_or_near = (values >= low - allowed) & (values <= high + allowed)
    if right_or_near.all():
        return
    index = tuple(int(i) for i in np.argwhere(~right_or_near)[0])
    place = f"{format_name(what)}{list(index) if index else ''}"
    is_kink = high[index] - low[index] > KINK * max(float(np.abs(middle).max()), float(allowed[index]))
    wanted = f"from {low[index]:.6g} to {high[index]:.6g}" if is_kink else f"{middle[index]:.6g}"
    wrong = int((~right_or_near).sum())
    others = f" there, and {wrong} of {array.size} values differ" if array.size > 1 else ""
    raise CriterionFailed(f"{place} to be {wanted} (give or take {allowed[index]:.2g})", f"{array[index]:.6g}{others}")


def _measure_slopes(f: Function, x: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The left and right slopes of `f` at each element of `x`, and the rounding error of both."""
    start = np.array(x, dtype=float)
    here = _evaluate(f, start)
    left, right, noise = np.zeros(start.shape), np.zeros(start.shape), np.zeros(start.shape)
    for index in np.ndindex(start.shape):
        step = STEP * 2.0 ** math.ceil(math.log2(max(1.0, abs(float(start[index])))))
        sides = []
        for nudge in (-step, step):
            nudged = start.copy()
            nudged[index] += nudge
            sides.append(_evaluate(f, nudged))
        left[index], right[index] = (here - sides[0]) / step, (sides[1] - here) / step
        noise[index] = ROUNDING_OF_F * max(abs(here), *map(abs, sides)) / step
    return left, right, noise


def _evaluate(f: Function, x: np.ndarray) -> float:
    value = f(x.copy())
    if isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind == "f" and value.dtype.itemsize < 8:
        raise CourseError(
            f"a numerical gradient needs a function that computes in float64, this one gives {value.dtype}"
        )
    return float(value)
