"""Texts, and rows of numbers that stand for words, as a submission returns them."""

from __future__ import annotations

from typing import Any

import numpy as np

from proctor.channel.described import count_items, described
from proctor.criteria.arrays import format_name
from proctor.errors import CriterionFailed


def as_text(value: Any, what: str) -> str:
    """`value`, a string or the bytes of one (as a tensor of strings holds them), as a string.

    Args:
        value: from the submission.
        what: its name in the message, such as "standardise(text)".

    Raises CriterionFailed if it is anything else.
    """
    text = _to_text(value)
    if text is None:
        raise CriterionFailed(f"{format_name(what)} to be a string", described(value))
    return text


def as_texts(value: Any, what: str) -> list[str]:
    """`value`, a list, a tuple, an array or a tensor of strings, as a list of strings.

    Args:
        value: from the submission.
        what: its name in the message, such as "the texts".

    Raises CriterionFailed if it is anything else, with the first item that is no string.
    """
    wanted = f"{format_name(what)} to be a list of strings"
    if type(value) is np.ndarray and value.shape == (0,):
        return []  # NumPy makes numbers of no strings
    if type(value) not in (list, tuple):
        raise CriterionFailed(wanted, described(value))
    texts = [_to_text(item) for item in value]
    if None in texts:
        place = texts.index(None)
        raise CriterionFailed(wanted, f"one with {described(value[place])} at place {place}")
    return [text for text in texts if text is not None]


def as_number_rows(value: Any, what: str, count: int) -> list[list[int]]:
    """`value`, rows of whole numbers that need not be equally long, as a list of lists.

    Args:
        value: from the submission: a list, a tuple or an array of lists, tuples or arrays.
        what: its name in the message, such as "encode(texts, vocabulary)".
        count: how many rows there must be.

    Raises CriterionFailed if it is anything else, with the first row that is not such a one.
    """
    array = type(value) is np.ndarray and value.ndim == 2
    if (not array and type(value) not in (list, tuple)) or len(value) != count:
        wanted = f"{format_name(what)} to be a list of {count_items(count)}, a list of numbers each"
        raise CriterionFailed(wanted, described(value))
    rows = [_to_numbers(row) for row in value]
    if None in rows:
        place = rows.index(None)
        wanted = f"row {place} of {format_name(what)} to be a list of whole numbers"
        raise CriterionFailed(wanted, described(value[place]))
    return [row for row in rows if row is not None]


def _to_text(value: Any) -> str | None:
    """The string that `value` is, or None."""
    if type(value) is bytes:
        return value.decode("utf-8", "replace")
    return value if type(value) is str else None


def _to_numbers(row: Any) -> list[int] | None:
    """The whole numbers of a row, or None if it is no such row."""
    if type(row) in (list, tuple):
        if not all(type(number) in (int, float) or isinstance(number, (np.integer, np.floating)) for number in row):
            return None
        row = np.array(row)
    if type(row) is not np.ndarray or row.ndim != 1 or (row.size and row.dtype.kind not in "iuf"):
        return None
    numbers = [int(number) if np.isfinite(number) else 0 for number in row.tolist()]
    return numbers if all(number == whole for number, whole in zip(row.tolist(), numbers, strict=True)) else None
