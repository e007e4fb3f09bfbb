"""Assertions of a grader about numbers, arrays and other data that a submission returned."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from proctor.channel.described import count_items, described
from proctor.errors import CriterionFailed

# Relative tolerance by dtype: about a thousand times the rounding error of float32 and ten times
# that of float16, so that another order of summation passes and a missing term does not. float64 is
# allowed far more than its rounding error, since most such values were float32 once or come from an
# iteration.
TOLERANCES = {"float16": 1e-2, "float32": 1e-4, "float64": 1e-6}
KINDS = {"float": "f", "int": "iu", "bool": "b", "number": "fiu"}
KIND_NAMES = {"float": "floating-point numbers", "int": "integers", "bool": "booleans", "number": "numbers"}
MAX_DEPTH = 64


def as_array(value: Any, what: str) -> np.ndarray:
    """`value`, an array, a number or a nested list of numbers, as a NumPy array.

    Args:
        value: from the submission; booleans, complex numbers, NaN and infinity are numbers here.
        what: its name in the message, such as "w".

    Raises CriterionFailed if it is anything else, or a list whose rows differ in length.
    """
    return _as_numbers(value, what, "an array of numbers")


def _as_numbers(value: Any, what: str, wanted: str) -> np.ndarray:
    if _is_plain_numbers(value, 0):
        try:
            array = np.asarray(value)
        except ValueError:  # the inner lists differ in length
            array = np.asarray(None)
        if array.dtype.kind in "fiubc":
            return array
    raise CriterionFailed(f"{format_name(what)} to be {wanted}", described(value))


def as_tuple(value: Any, what: str, names: Sequence[str]) -> tuple[Any, ...]:
    """`value`, a tuple, a list or an array with one part (or row) for each of `names`, as a tuple.

    Args:
        value: from the submission.
        what: its name in the message, such as "price_list()".
        names: the names of the parts in the message, in order: ("bedrooms", "prices").

    Raises CriterionFailed if it is anything else, or has more or fewer parts.
    """
    rows = type(value) is np.ndarray and value.ndim > 0
    if not (rows or isinstance(value, (tuple, list))) or len(value) != len(names):
        count = {2: "a pair", 3: "a triple"}.get(len(names), count_items(len(names)))
        raise CriterionFailed(f"{format_name(what)} to be {count} ({', '.join(names)})", described(value))
    return tuple(value)


def assert_explained(
    found: np.ndarray, ways: Iterable[tuple[str, Callable[[], np.ndarray]]], wanted: str, atol: float = 0.03
) -> None:
    """Assert that an array is as a right way makes it, and say which usual slip it is like.

    Args:
        found: numbers.
        ways: pairs of a slip, "" for a right way, and a function that makes the numbers; it may
            raise a ValueError, if shapes do not fit.
        wanted: what the numbers are, such as "the answers of the layers in the text".
        atol: how far apart numbers may be.

    Raises CriterionFailed if none fits, or only one with a slip.
    """
    shapes = set()
    for slip, make in ways:
        with contextlib.suppress(ValueError):
            row = make()
            shapes |= set() if slip else {row.shape}
            if row.shape == found.shape and np.abs(found - row).max() < atol:
                if slip:
                    raise CriterionFailed(wanted, f"answers as if {slip}")
                return
    raise CriterionFailed(wanted, "other answers" if found.shape in shapes else f"answers of the shape {found.shape}")


def as_arrays(value: Any, like: Sequence[Any], what: str, names: Sequence[str]) -> list[np.ndarray]:
    """`value`, a tuple or a list of arrays that have the shapes of those in `like`, as a list.

    Args:
        value: from the submission.
        like: arrays or numbers, one for each of `names`.
        what: its name in the message, such as "the weights".
        names: the names of the parts in the message, in order: ("kernel", "bias").

    Raises CriterionFailed if it is anything else, has more or fewer parts, or one of another shape.
    """
    parts = as_tuple(value, what, names)
    for part, right, name in zip(parts, like, names, strict=True):
        assert_shape(part, np.shape(right), name)
    return [as_array(part, name) for part, name in zip(parts, names, strict=True)]


def assert_all_close(
    found: Any,
    expected: Sequence[Any],
    what: str,
    names: Sequence[str],
    rtol: float | None = None,
    atol: float | None = None,
) -> None:
    """Assert that the parts of a tuple have the shapes and, up to rounding, the values of these.

    Args:
        found: a tuple or a list of arrays, from the submission.
        expected: the right arrays or numbers, one for each of `names`.
        what, names: as for `as_arrays`.
        rtol, atol: as for `assert_close`.

    Raises CriterionFailed, naming the first part that is wrong.
    """
    for part, right, name in zip(as_arrays(found, expected, what, names), expected, names, strict=True):
        assert_close(part, right, name, rtol=rtol, atol=atol)


def assert_close(found: Any, expected: Any, what: str, rtol: float | None = None, atol: float | None = None) -> None:
    """Assert that `found` has the shape and the values of `expected`, up to rounding.

    Each value may differ from the expected one by `atol + rtol * abs(expected)`, as in
    `numpy.isclose`. NaN is never close to anything.

    Args:
        found: an array, a number or a list of numbers, from the submission.
        expected: the same, from the grader.
        what: its name in the message.
        rtol: relative tolerance. By default that of the coarser dtype of the two: 1e-2 for float16,
            1e-4 for float32 (and for Python's floats, which Keras mostly computed in float32), 1e-6
            for float64.
        atol: absolute tolerance. By default `0.1 * rtol * max(1e-3, abs(expected).max())`, because
            a sum of large numbers that should be 0 is only that close to it.

    Two integers or booleans must be equal, unless a tolerance is given.

    Raises CriterionFailed, with the first element that differs and the largest difference.
    """
    right = as_array(expected, what)
    left = _as_numbers(found, what, "an array of numbers" if right.ndim else "a single number")
    require_shape(left, right.shape, what)
    if rtol is None and atol is None and left.dtype.kind in "iub" and right.dtype.kind in "iub":
        wrong, allowed = left != right, np.zeros(right.shape)
    else:
        rtol = max(default_tolerance(found, left), default_tolerance(expected, right)) if rtol is None else rtol
        allowed = allowed_deviation(right, rtol, atol)
        finite = np.isfinite(left) & np.isfinite(right)
        with np.errstate(invalid="ignore"):
            wrong = ~((left == right) | (finite & (_absolute_difference(left, right) <= allowed)))
    if not wrong.any():
        return
    index = tuple(int(i) for i in np.argwhere(wrong)[0])
    at = f"{format_name(what)}{list(index) if index else ''}"
    tolerance = f"give or take {float(allowed[index]):.2g}" if allowed[index] else "exactly"
    digits = 6 if _format_number(left[index]) != _format_number(right[index]) else 15
    message = _format_number(left[index], digits)
    if left.size > 1:
        deviations = _absolute_difference(left, right)[wrong]
        message += f" there, and {len(deviations)} of {left.size} values differ"
        if np.isfinite(deviations).any():
            message += f", by {float(deviations[np.isfinite(deviations)].max()):.3g} at most"
    raise CriterionFailed(f"{at} to be {_format_number(right[index], digits)} ({tolerance})", message)


def assert_shape(found: Any, shape: tuple[int | None, ...], what: str) -> None:
    """Assert that `found` is an array of this shape.

    Args:
        found: an array, from the submission.
        shape: such as `(None, 28, 28, 1)`; None allows any size, and `()` is a single number.
        what: its name in the message.

    Raises CriterionFailed, with the shape that was found.
    """
    require_shape(_as_numbers(found, what, "an array of numbers" if shape else "a single number"), tuple(shape), what)


def assert_truth(found: Any, expected: bool, what: str) -> None:
    """Assert that `found` is True, or False, also as a number or in an array of one item.

    Args:
        found: from the submission.
        expected: what it must be.
        what: its name in the message, such as "verify(…)".
    """
    answer = as_array(found, what)
    if answer.size != 1 or answer.item() not in (True, False) or bool(answer.item()) is not expected:
        raise CriterionFailed(f"{format_name(what)} to be {expected}", described(found))


def assert_dtype(found: Any, kind: str, what: str) -> None:
    """Assert that `found` is an array (or a number) with a dtype of this kind, of any precision.

    Args:
        found: an array, from the submission.
        kind: "float", "int" (signed or not), "bool", or "number" (float or int).
        what: its name in the message.

    Raises CriterionFailed, with the dtype that was found.
    """
    array = as_array(found, what)
    if array.dtype.kind not in KINDS[kind]:
        raise CriterionFailed(f"{format_name(what)} to hold {KIND_NAMES[kind]}", f"{array.dtype}")


def assert_between(found: Any, low: float, high: float, what: str) -> None:
    """Assert that a number, or every element of an array, is from `low` to `high` inclusive.

    Args:
        found: an array of any shape, a number or a list of numbers; NaN is never between.
        low, high: the bounds; `math.inf` or `-math.inf` where there is none.
        what: its name in the message.

    Raises CriterionFailed, with the first element that is out of bounds.
    """
    array = _as_real_array(found, what)
    with np.errstate(invalid="ignore"):
        wrong = ~((array >= low) & (array <= high))
    if wrong.any():
        index = tuple(int(i) for i in np.argwhere(wrong)[0])
        at = f" at {list(index)}" if index else ""
        raise CriterionFailed(
            f"{format_name(what)} to be from {low:g} to {high:g}", f"{_format_number(array[index])}{at}"
        )


def assert_probabilities(array: Any, what: str = "predictions") -> None:
    """Assert that every element is from 0 to 1 and that the last axis sums to 1.

    In shape (n, 1) each row is the probability of one of two classes and need not sum to 1.

    Args:
        array: from the submission, of shape (n, classes), (classes,) or (n, 1); rounding errors of
            its dtype are allowed.
        what: its name in the message.

    Raises CriterionFailed, with the first element out of bounds or the first row's sum.
    """
    values = _as_real_array(array, what)
    tolerance = max(default_tolerance(array, values), 1e-5)
    with np.errstate(invalid="ignore"):
        wrong = ~((values >= -tolerance) & (values <= 1 + tolerance))
    if wrong.any():
        index = tuple(int(i) for i in np.argwhere(wrong)[0])
        at = f" at {list(index)}" if index else ""
        raise CriterionFailed(
            f"{format_name(what)} to be probabilities, each from 0 to 1", f"{_format_number(values[index])}{at}"
        )
    if values.ndim == 0 or (values.ndim > 1 and values.shape[-1] == 1):
        return
    sums = values.astype(float).sum(axis=-1)
    wrong = ~(np.abs(sums - 1) <= 10 * tolerance)
    if wrong.any():
        row = tuple(int(i) for i in np.argwhere(wrong)[0])
        which = f" for row {', '.join(map(str, row))}" if row else ""
        raise CriterionFailed(
            f"{format_name(what)} to be probabilities that sum to 1{' in each row' if row else ''}",
            f"a sum of {_format_number(sums[row])}{which}",
        )


def _as_real_array(value: Any, what: str) -> np.ndarray:
    """`value` as an array of real numbers; NumPy would order complex ones by their real parts."""
    array = as_array(value, what)
    if array.dtype.kind == "c":
        raise CriterionFailed(f"{format_name(what)} to be real numbers", "complex ones")
    return array


def _is_plain_numbers(value: Any, depth: int) -> bool:
    """Whether `np.asarray(value)` calls no method (such as `__array__`) of a foreign class."""
    if type(value) in (list, tuple):
        return depth < MAX_DEPTH and all(_is_plain_numbers(item, depth + 1) for item in value)
    return type(value) in (bool, int, float, complex, np.ndarray) or isinstance(value, np.generic)


def require_shape(array: np.ndarray, shape: tuple[int | None, ...], what: str) -> None:
    """Raise CriterionFailed unless `array` has `shape`, where None allows any size."""
    same = len(shape) == array.ndim and all(want in (None, got) for want, got in zip(shape, array.shape, strict=True))
    if not same:
        wanted = "(" + ", ".join("any" if size is None else str(size) for size in shape)
        wanted += ",)" if len(shape) == 1 else ")"
        raise CriterionFailed(
            f"{format_name(what)} to be of shape {wanted}" if shape else f"{format_name(what)} to be a single number",
            f"shape {array.shape}" if array.ndim else "a single number",
        )


def default_tolerance(value: Any, array: np.ndarray) -> float:
    """The relative tolerance for `array`, which was made of `value`.

    Python floats (and lists of them) count as float32.
    """
    if not isinstance(value, (np.ndarray, np.generic)) and array.dtype.kind in "fc":
        return TOLERANCES["float32"]
    return {"float16": 1e-2, "float32": 1e-4, "complex64": 1e-4}.get(array.dtype.name, TOLERANCES["float64"])


def allowed_deviation(expected: np.ndarray, rtol: float, atol: float | None) -> np.ndarray:
    """How much each value may differ: `atol + rtol * abs(expected)`, NaN and infinity being 0."""
    sizes = np.abs(_to_double(expected))
    if atol is None:
        # Where every expected value is about 0, assume that they are sums of numbers of about 1e-3.
        atol = 0.1 * rtol * max(float(sizes[np.isfinite(sizes)].max(initial=0.0)), 1e-3)
    allowed: np.ndarray = atol + rtol * np.where(np.isfinite(sizes), sizes, 0.0)
    return allowed


def _absolute_difference(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    # In their own dtype, unsigned integers would wrap around and float16 overflow.
    with np.errstate(invalid="ignore"):
        deviation: np.ndarray = np.abs(_to_double(left) - _to_double(right))
    return deviation


def _to_double(array: np.ndarray) -> np.ndarray:
    return array.astype(complex if array.dtype.kind == "c" else float)


def format_name(what: str) -> str:
    """`what`, in backquotes if it is a Python identifier."""
    return f"`{what}`" if what.isidentifier() and what != "predictions" else what


def _format_number(value: Any, digits: int = 6) -> str:
    """An element of an array as text, floats with `digits` significant digits."""
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    if isinstance(value, (complex, np.complexfloating)):
        return f"{complex(value):.{digits}g}"
    return "NaN" if np.isnan(value) else f"{float(value):.{digits}g}"
