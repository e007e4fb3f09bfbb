"""What a grader asserts about numbers, arrays and other data that came back from a submission."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from proctor.channel.described import described, items, shorten
from proctor.errors import CriterionFailed

# Relative tolerance by dtype: a thousand roundings of float32 and ten of float16, so that another order of summation
# passes and a missing term does not. That of float64 is far wider than its roundings, since what is computed in
# float64 most often has to do with something that was float32 or iterative.
TOLERANCES = {"float16": 1e-2, "float32": 1e-4, "float64": 1e-6}
KINDS = {"float": "f", "int": "iu", "bool": "b", "number": "fiu"}
KIND_NAMES = {"float": "floating-point numbers", "int": "integers", "bool": "booleans", "number": "numbers"}
DEEPEST = 64
LONGEST_PLACE = 100


def as_array(value: Any, what: str) -> np.ndarray:
    """`value` as an array: an array of numbers or booleans, a number, or a list of them.

    Args:
        value: what was found.
        what: how the message names it, such as "w".

    Raises CriterionFailed if it is none of these; NaN and infinity are numbers here.
    """
    if _plain_numbers(value, 0):
        try:
            array = np.asarray(value)
        except ValueError:  # the inner lists differ in length
            array = np.asarray(None)
        if array.dtype.kind in "fiubc":
            return array
    raise CriterionFailed(f"{named(what)} to be an array of numbers", described(value))


def as_tuple(value: Any, what: str, names: Sequence[str]) -> tuple[Any, ...]:
    """The parts of `value`: a tuple or a list (or the rows of an array) of as many values as there are `names`.

    Args:
        value: what was found.
        what: how the message names it, such as "price_list()".
        names: what its parts are called, in order: ("bedrooms", "prices").

    Raises CriterionFailed if it is none of these, or has fewer parts or more.
    """
    rows = type(value) is np.ndarray and value.ndim > 0
    if not (rows or isinstance(value, (tuple, list))) or len(value) != len(names):
        count = {2: "a pair", 3: "a triple"}.get(len(names), items(len(names)))
        raise CriterionFailed(f"{named(what)} to be {count} ({', '.join(names)})", described(value))
    return tuple(value)


def assert_close(found: Any, expected: Any, what: str, rtol: float | None = None, atol: float | None = None) -> None:
    """Assert that `found` has the shape and the values of `expected`, up to rounding.

    Each value may differ from the expected one by `atol + rtol * abs(expected)`. By default `rtol` follows the
    coarser dtype of the two: 1e-4 for float32 (and for Python's own numbers, which most often were computed by Keras
    in float32), 1e-6 for float64, 1e-2 for float16; and `atol` is a tenth of `rtol` times the largest expected value,
    because a sum of large numbers that should be 0 is only that close to it. Integers and booleans are exact.
    NaN is never close to anything.

    Args:
        found: an array, a number or a list of numbers, from the submission.
        expected: the same, from the grader.
        what: how the message names it.
        rtol, atol: tolerances of your own.
    """
    left, right = as_array(found, what), as_array(expected, what)
    require_shape(left, right.shape, what)
    if rtol is None and atol is None and left.dtype.kind in "iub" and right.dtype.kind in "iub":
        wrong, allowed = left != right, np.zeros(right.shape)
    else:
        rtol = max(tolerance_of(found, left), tolerance_of(expected, right)) if rtol is None else rtol
        allowed = allowed_deviation(right, rtol, atol)
        finite = np.isfinite(left) & np.isfinite(right)
        with np.errstate(invalid="ignore"):
            wrong = ~((left == right) | (finite & (_deviation(left, right) <= allowed)))
    if not wrong.any():
        return
    index = tuple(int(i) for i in np.argwhere(wrong)[0])
    at = f"{named(what)}{list(index) if index else ''}"
    tolerance = f"give or take {float(allowed[index]):.2g}" if allowed[index] else "exactly"
    digits = 6 if _number(left[index]) != _number(right[index]) else 15
    message = _number(left[index], digits)
    if left.size > 1:
        deviations = _deviation(left, right)[wrong]
        message += f" there, and {len(deviations)} of {left.size} values differ"
        if np.isfinite(deviations).any():
            message += f", by {float(deviations[np.isfinite(deviations)].max()):.3g} at most"
    raise CriterionFailed(f"{at} to be {_number(right[index], digits)} ({tolerance})", message)


def assert_equal(found: Any, expected: Any, what: str) -> None:
    """Assert that `found` is exactly `expected`, types included.

    Numbers are equal by value (1 equals 1.0, as an array without axes equals its number), but True is not 1, a list
    is not a tuple and neither is an array. Dicts may be in any order. NaN equals nothing.

    Args:
        found: data from the submission.
        expected: the same, from the grader.
        what: how the message names it.
    """
    difference = _difference(found, expected, named(what), 0)
    if difference:
        raise CriterionFailed(*difference)


def assert_shape(found: Any, shape: tuple[int | None, ...], what: str) -> None:
    """Assert that `found` is an array of this shape.

    Args:
        found: an array, from the submission.
        shape: its sizes; None stands for any.
        what: how the message names it.
    """
    require_shape(as_array(found, what), tuple(shape), what)


def assert_dtype(found: Any, kind: str, what: str) -> None:
    """Assert that `found` is an array (or a number) of this kind.

    Args:
        found: an array, from the submission.
        kind: "float", "int", "bool", or "number" for either of the first two.
        what: how the message names it.
    """
    array = as_array(found, what)
    if array.dtype.kind not in KINDS[kind]:
        raise CriterionFailed(f"{named(what)} to hold {KIND_NAMES[kind]}", f"{array.dtype}")


def assert_between(found: Any, low: float, high: float, what: str) -> None:
    """Assert that a number, or every element of an array, is from `low` to `high`, both included; NaN is not.

    Args:
        found: from the submission.
        low, high: the bounds; infinity where there is none.
        what: how the message names it.
    """
    array = _real(found, what)
    with np.errstate(invalid="ignore"):
        wrong = ~((array >= low) & (array <= high))
    if wrong.any():
        index = tuple(int(i) for i in np.argwhere(wrong)[0])
        at = f" at {list(index)}" if index else ""
        raise CriterionFailed(f"{named(what)} to be from {low:g} to {high:g}", f"{_number(array[index])}{at}")


def assert_probabilities(array: Any, what: str = "predictions") -> None:
    """Assert that every element is from 0 to 1 and that the last axis sums to 1.

    Rows of one column are the probability of one class against the other, and need not sum to 1.

    Args:
        array: from the submission.
        what: how the message names it.
    """
    values = _real(array, what)
    tolerance = max(tolerance_of(array, values), 1e-5)
    with np.errstate(invalid="ignore"):
        wrong = ~((values >= -tolerance) & (values <= 1 + tolerance))
    if wrong.any():
        index = tuple(int(i) for i in np.argwhere(wrong)[0])
        at = f" at {list(index)}" if index else ""
        raise CriterionFailed(f"{named(what)} to be probabilities, each from 0 to 1", f"{_number(values[index])}{at}")
    if values.ndim == 0 or (values.ndim > 1 and values.shape[-1] == 1):
        return
    sums = values.astype(float).sum(axis=-1)
    wrong = ~(np.abs(sums - 1) <= 10 * tolerance)
    if wrong.any():
        row = tuple(int(i) for i in np.argwhere(wrong)[0])
        which = f" for row {', '.join(map(str, row))}" if row else ""
        raise CriterionFailed(
            f"{named(what)} to be probabilities that sum to 1{' in each row' if row else ''}",
            f"a sum of {_number(sums[row])}{which}",
        )


def _real(value: Any, what: str) -> np.ndarray:
    """`value` as an array of numbers that have an order: NumPy would put complex ones in one, by their real parts."""
    array = as_array(value, what)
    if array.dtype.kind == "c":
        raise CriterionFailed(f"{named(what)} to be real numbers", "complex ones")
    return array


def _plain_numbers(value: Any, depth: int) -> bool:
    """Whether `value` is what an array can be made of without asking any object of somebody's own for it."""
    if type(value) in (list, tuple):
        return depth < DEEPEST and all(_plain_numbers(item, depth + 1) for item in value)
    return type(value) in (bool, int, float, complex, np.ndarray) or isinstance(value, np.generic)


def require_shape(array: np.ndarray, shape: tuple[int | None, ...], what: str) -> None:
    """Raise CriterionFailed unless `array` is of `shape`, None standing for any size."""
    same = len(shape) == array.ndim and all(want in (None, got) for want, got in zip(shape, array.shape, strict=True))
    if not same:
        wanted = "(" + ", ".join("any" if size is None else str(size) for size in shape)
        wanted += ",)" if len(shape) == 1 else ")"
        raise CriterionFailed(
            f"{named(what)} to be of shape {wanted}" if shape else f"{named(what)} to be a single number",
            f"shape {array.shape}" if array.ndim else "a single number",
        )


def tolerance_of(value: Any, array: np.ndarray) -> float:
    """The relative tolerance that suits where `array` came from."""
    if not isinstance(value, (np.ndarray, np.generic)) and array.dtype.kind in "fc":
        return TOLERANCES["float32"]
    return {"float16": 1e-2, "float32": 1e-4, "complex64": 1e-4}.get(array.dtype.name, TOLERANCES["float64"])


def allowed_deviation(expected: np.ndarray, rtol: float, atol: float | None) -> np.ndarray:
    """How far off each value may be."""
    sizes = np.abs(_wide(expected))
    if atol is None:
        # Where all that is expected is next to nothing, what it was computed from is taken to be a thousandth.
        atol = 0.1 * rtol * max(float(sizes[np.isfinite(sizes)].max(initial=0.0)), 1e-3)
    allowed: np.ndarray = atol + rtol * np.where(np.isfinite(sizes), sizes, 0.0)
    return allowed


def _deviation(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    # In a type of their own, unsigned integers would wrap round and half precision overflow.
    with np.errstate(invalid="ignore"):
        deviation: np.ndarray = np.abs(_wide(left) - _wide(right))
    return deviation


def _wide(array: np.ndarray) -> np.ndarray:
    return array.astype(complex if array.dtype.kind == "c" else float)


def _difference(found: Any, expected: Any, at: str, depth: int) -> tuple[str, str] | None:
    """The first place where `found` is not `expected`, as what was expected there and what was found, or None."""
    if depth > DEEPEST:
        return f"{at} to be nested less deeply", f"more than {DEEPEST} levels"
    if len(at) > LONGEST_PLACE:
        at = f"{at[: LONGEST_PLACE // 2]}…{at[-LONGEST_PLACE // 2 :]}"
    found, expected = _scalar(found), _scalar(expected)
    if type(found) is np.ndarray and type(expected) is np.ndarray:
        return _array_difference(found, expected, at)
    numbers = {type(found), type(expected)} <= {int, float, complex}
    if not numbers and type(found) is not type(expected):
        return f"{at} to be {shorten(expected)}", described(found)
    if isinstance(expected, dict):
        return _dict_difference(found, expected, at, depth)
    if not isinstance(expected, (list, tuple)):
        return None if found == expected else (f"{at} to be {shorten(expected)}", shorten(found))
    if len(found) != len(expected):
        return f"{at} to have {items(len(expected))}", f"{items(len(found))}: {shorten(found)}"
    for index, (got, want) in enumerate(zip(found, expected, strict=True)):
        difference = _difference(got, want, f"{at}[{index}]", depth + 1)
        if difference:
            return difference
    return None


def _dict_difference(found: dict[Any, Any], expected: dict[Any, Any], at: str, depth: int) -> tuple[str, str] | None:
    missing = [key for key in expected if key not in found]
    extra = [key for key in found if key not in expected]
    if missing or extra:
        keys = ", ".join(shorten(key) for key in (missing or extra)[:3])
        return f"{at} to have the keys {shorten(list(expected))}", f"{'no' if missing else 'also'} {keys}"
    for key, want in expected.items():
        difference = _difference(found[key], want, f"{at}[{shorten(key)}]", depth + 1)
        if difference:
            return difference
    return None


def _array_difference(found: np.ndarray, expected: np.ndarray, at: str) -> tuple[str, str] | None:
    if found.shape != expected.shape:
        return f"{at} to be of shape {expected.shape}", f"shape {found.shape}"
    if (found.dtype.kind in "fiuc") != (expected.dtype.kind in "fiuc"):
        return f"{at} to hold {expected.dtype}", f"{found.dtype}"
    wrong = ~np.asarray(found == expected)
    if not wrong.any():
        return None
    index = tuple(int(i) for i in np.argwhere(wrong)[0])
    return (
        f"{at}{list(index)} to be {shorten(expected[index].item())}",
        f"{shorten(found[index].item())} there, and {int(wrong.sum())} of {wrong.size} values differ",
    )


def _scalar(value: Any) -> Any:
    """The Python value of an array without axes."""
    if (type(value) is np.ndarray and value.ndim == 0) or isinstance(value, np.generic):
        return value.item()
    return value


def named(what: str) -> str:
    """`what` in backquotes if it is a name in code."""
    return f"`{what}`" if what.isidentifier() and what != "predictions" else what


def _number(value: Any, digits: int = 6) -> str:
    """A number (or boolean) of an array, as short as it may be."""
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    if isinstance(value, (complex, np.complexfloating)):
        return f"{complex(value):.{digits}g}"
    return "NaN" if np.isnan(value) else f"{float(value):.{digits}g}"
