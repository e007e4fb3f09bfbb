"""What `[values]` of an `assignment.toml` declares, and which of it a student gets."""

from __future__ import annotations

import hashlib
import unicodedata
from fractions import Fraction
from typing import Any

Choice = int | float | str
RANGE = {"from", "to", "step"}
MOST = 10_000
"""Most choices of one value."""


def read_choices(declared: Any) -> dict[str, list[Choice]]:
    """The choices that a table `[values]` declares for each name.

    Args:
        declared: name → a list of choices, or `{ from = …, to = …, step = … }`, both ends included.

    Raises ValueError, with what is wrong, if a name has no such choices, fewer than two, or one of
    them twice.
    """
    if not isinstance(declared, dict):
        raise ValueError(f"[values] must be a table, got {declared!r}")
    return {name: _read_one(name, choices) for name, choices in declared.items()}


def _read_one(name: str, declared: Any) -> list[Choice]:
    choices = _read_range(name, declared) if isinstance(declared, dict) else declared
    if not isinstance(choices, list) or not all(type(choice) in (int, float, str) for choice in choices):
        raise ValueError(
            f"[values] {name}: write a list of numbers or texts, or {{ from = 1, to = 9, step = 2 }}, got {declared!r}"
        )
    if len(choices) < 2 or len(set(choices)) < len(choices):
        raise ValueError(f"[values] {name}: there must be two choices or more, and none twice, got {declared!r}")
    return choices


def _read_range(name: str, declared: dict[str, Any]) -> list[Choice]:
    ends = [declared.get(key) for key in ("from", "to", "step")]
    if declared.keys() != RANGE or not all(type(end) in (int, float) for end in ends):
        raise ValueError(f"[values] {name}: a range has three numbers, from, to and step, got {declared!r}")
    try:
        start, stop, step = (Fraction(str(end)) for end in ends)  # by way of text: 0.1 is a tenth
    except ValueError:
        raise ValueError(f"[values] {name}: the numbers of a range must be finite, got {declared!r}") from None
    if step <= 0 or stop < start or (stop - start) % step or (stop - start) / step >= MOST:
        raise ValueError(
            f"[values] {name}: `to` must be a whole number of steps above `from`, "
            f"of which there may be {MOST:,}, got {declared!r}"
        )
    number = int if all(type(end) is int for end in ends) else float
    return [number(start + index * step) for index in range(int((stop - start) / step) + 1)]


def draw(exercise: str, student: str, choices: dict[str, list[Choice]]) -> dict[str, Choice]:
    """The choice of each name that a student gets in an exercise.

    It is number `int(sha256(text), 16) % len(choices)`, counted from 0, where the text is the
    exercise's name, `normal(student)` and the value's name, in UTF-8, with a line feed between
    them. It depends on nothing else; another name that is declared changes none of the others.

    Args:
        exercise: its name.
        student: the identifier, in any spelling that `normal` makes the same.
        choices: name → what there is to choose from.
    """

    def choose(name: str) -> Choice:
        text = f"{exercise}\n{normal(student)}\n{name}"
        number = int(hashlib.sha256(text.encode("utf-8", "replace")).hexdigest(), 16)
        return choices[name][number % len(choices[name])]

    return {name: choose(name) for name in choices}


def normal(student: str) -> str:
    """An identifier without white space, in lower case and Unicode's form NFKC.

    "Ada Lovelace" and "adalovelace" are the same, and so are both ways to write "é".
    """
    return "".join(unicodedata.normalize("NFKC", student).casefold().split())
