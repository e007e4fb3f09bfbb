"""Texts, and rows of numbers that stand for words, as a submission returns them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from proctor.channel.described import count_items, described
from proctor.criteria.arrays import assert_close, assert_dtype, assert_shape, format_name
from proctor.errors import CriterionFailed

MOSTLY = 0.8
"""Two sets of the same texts have a larger share of pairs in the same order; by chance, half."""


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


def as_number_row(value: Any, what: str) -> list[int]:
    """`value`, a list, a tuple or an array of whole numbers, as a list of them.

    Args:
        value: from the submission.
        what: its name in the message, such as "label_words(…)".

    Raises CriterionFailed if it is anything else.
    """
    numbers = _to_numbers(value)
    if numbers is None:
        raise CriterionFailed(f"{format_name(what)} to be a list of whole numbers", described(value))
    return numbers


def as_number_rows(value: Any, what: str, count: int | None = None) -> list[list[int]]:
    """`value`, rows of whole numbers that need not be equally long, as a list of lists.

    Args:
        value: from the submission: a list, a tuple or an array of lists, tuples or arrays.
        what: its name in the message, such as "encode(texts, vocabulary)".
        count: how many rows there must be; None is any number of them.

    Raises CriterionFailed if it is anything else, with the first row that is not such a one.
    """
    array = type(value) is np.ndarray and (value.ndim == 2 or value.shape == (0,))
    if (not array and type(value) not in (list, tuple)) or count not in (None, len(value)):
        many = "" if count is None else f" of {count_items(count)}"
        raise CriterionFailed(f"{format_name(what)} to be a list{many}, a list of numbers each", described(value))
    rows = [_to_numbers(row) for row in value]
    if None in rows:
        place = rows.index(None)
        wanted = f"row {place} of {format_name(what)} to be a list of whole numbers"
        raise CriterionFailed(wanted, described(value[place]))
    return [row for row in rows if row is not None]


def place_words(texts: Sequence[str], words: Sequence[str], length: int) -> np.ndarray:
    """The rows of numbers that stand for texts, as a right answer makes them.

    Args:
        texts: words with spaces between them.
        words: the entries of the list of words; the first two are no words.
        length: how many numbers a row has.

    Returns whole numbers (n, length): of the first words of each text the place in that list, 1 for
    a word that is not in it, and 0 behind the last word.
    """
    places = {word: place for place, word in reversed(list(enumerate(words)))}
    rows = [[places.get(word, 1) for word in text.split()[:length]] for text in texts]
    return np.array([row + (length - len(row)) * [0] for row in rows], int).reshape(len(rows), length)


def assert_word_rows(
    found: Sequence[Any],
    texts: Sequence[Sequence[str]],
    words: Sequence[str],
    length: int,
    names: Sequence[str],
    kind: str = "number",
) -> None:
    """Assert that arrays are the rows of `place_words`.

    Args:
        found: from the submission, an array for each list of texts.
        texts: those lists.
        words, length: as for `place_words`.
        names: of the arrays, in the message.
        kind: of their numbers, as for `assert_dtype`.
    """
    for some, array, name in zip(texts, found, names, strict=True):
        expected = place_words(some, words, length)
        assert_dtype(array, kind, name)
        assert_shape(array, expected.shape, name)
        assert_close(array, expected, name)


def assert_order_of_no_set(ask: Callable[[str], Sequence[Sequence[str]]]) -> None:
    """Assert that texts come in an order that is the same each time that Python starts.

    No rule takes notice of a letter that all of them begin with; the order of a set does.

    Args:
        ask: passes texts that begin with this letter, and are the same otherwise, and returns what
            came back without it: one list, or the lists of several draws. What comes in another
            order with each draw is left to chance on purpose, and not to a set.

    Raises CriterionFailed if what came back for another letter is in another order.
    """
    found = [ask(letter) for letter in "abcd"]
    shares = [_share_in_order(lists[0], other) for lists in found for other in lists[1:]]
    follows_letter = any(_share_in_order(found[0][0], lists[0]) < 1 for lists in found[1:])
    if follows_letter and (not shares or np.mean(shares) > MOSTLY):
        raise CriterionFailed("an order that follows a rule", "one that is left to a set, it seems")


def _share_in_order(one: Sequence[str], other: Sequence[str]) -> float:
    """Of all pairs of texts that are in both, the share that come in the same order."""
    place = {text: place for place, text in enumerate(other)}
    places = np.array([place[text] for text in one if text in place])
    before = np.triu_indices(len(places), 1)
    return float(np.mean(places[before[0]] < places[before[1]])) if len(places) > 1 else 1.0


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
