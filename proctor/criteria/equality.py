"""The assertion that numbers, texts and lists of them are exactly what is expected."""

from __future__ import annotations

from typing import Any

import numpy as np

from proctor.channel.described import count_items, described, shorten
from proctor.criteria.arrays import MAX_DEPTH, format_name
from proctor.errors import CriterionFailed

MAX_PLACE_LENGTH = 100


def assert_equal(found: Any, expected: Any, what: str) -> None:
    """Assert that `found` is exactly `expected`, types included.

    Numbers are compared by value: 1 equals 1.0, and a 0-d array equals its number. But True is not
    1, and a list, a tuple and an array never equal one another. Dicts may be in any order. NaN
    equals nothing.

    Args:
        found: data from the submission.
        expected: the same, from the grader.
        what: its name in the message.

    Raises CriterionFailed, with the first place where they differ.
    """
    difference = _find_difference(found, expected, format_name(what), 0)
    if difference:
        raise CriterionFailed(*difference)


def _find_difference(found: Any, expected: Any, at: str, depth: int) -> tuple[str, str] | None:
    """What was expected and what was found at the first difference; None if there is none."""
    if depth > MAX_DEPTH:
        return f"{at} to be nested less deeply", f"more than {MAX_DEPTH} levels"
    if len(at) > MAX_PLACE_LENGTH:
        at = f"{at[: MAX_PLACE_LENGTH // 2]}…{at[-MAX_PLACE_LENGTH // 2 :]}"
    found, expected = _unwrap_scalar(found), _unwrap_scalar(expected)
    if type(found) is np.ndarray and type(expected) is np.ndarray:
        return _find_array_difference(found, expected, at)
    numbers = {type(found), type(expected)} <= {int, float, complex}
    if not numbers and type(found) is not type(expected):
        return f"{at} to be {shorten(expected)}", described(found)
    if isinstance(expected, dict):
        return _find_dict_difference(found, expected, at, depth)
    if not isinstance(expected, (list, tuple)):
        return None if found == expected else (f"{at} to be {shorten(expected)}", shorten(found))
    if len(found) != len(expected):
        return f"{at} to have {count_items(len(expected))}", f"{count_items(len(found))}: {shorten(found)}"
    for index, (got, want) in enumerate(zip(found, expected, strict=True)):
        difference = _find_difference(got, want, f"{at}[{index}]", depth + 1)
        if difference:
            return difference
    return None


def _find_dict_difference(
    found: dict[Any, Any], expected: dict[Any, Any], at: str, depth: int
) -> tuple[str, str] | None:
    missing = [key for key in expected if key not in found]
    extra = [key for key in found if key not in expected]
    if missing or extra:
        keys = ", ".join(shorten(key) for key in (missing or extra)[:3])
        return f"{at} to have the keys {shorten(list(expected))}", f"{'no' if missing else 'also'} {keys}"
    for key, want in expected.items():
        difference = _find_difference(found[key], want, f"{at}[{shorten(key)}]", depth + 1)
        if difference:
            return difference
    return None


def _find_array_difference(found: np.ndarray, expected: np.ndarray, at: str) -> tuple[str, str] | None:
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


def _unwrap_scalar(value: Any) -> Any:
    """The Python number of a 0-d array or NumPy scalar; any other value as it is."""
    if (type(value) is np.ndarray and value.ndim == 0) or isinstance(value, np.generic):
        return value.item()
    return value
