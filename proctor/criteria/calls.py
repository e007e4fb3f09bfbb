"""What a grader asks a student's function to leave alone."""

from __future__ import annotations

from typing import Any

import numpy as np

from proctor.channel.student import Student, fetch, share
from proctor.channel.wire import encode
from proctor.errors import CriterionFailed, WireError

MUTABLE = (np.ndarray, list, dict, set)


def call_unchanged(student: Student, name: str, *arguments: Any, **settings: Any) -> Any:
    """What the student's function `name` returns; asserts that it changed none of its arguments.

    Args:
        student: the submission.
        name: of the function.
        arguments, settings: what it is called with; arrays, lists, dicts and sets are compared with what they were,
            shape and dtype included.
    """
    given = {**{f"argument {number}": value for number, value in enumerate(arguments, start=1)}, **settings}
    sent = {key: share(student, value) if isinstance(value, MUTABLE) else value for key, value in given.items()}
    positional = [sent[f"argument {number}"] for number in range(1, len(arguments) + 1)]
    found = getattr(student, name)(*positional, **{key: sent[key] for key in settings})
    for key, value in given.items():
        if isinstance(value, MUTABLE) and not _is_same(fetch(sent[key]), value):
            told = key if key not in settings else f"`{key}`"
            raise CriterionFailed(f"`{name}` to leave its arguments as they are", f"{told} was changed")
    return found


def _is_same(found: Any, value: Any) -> bool:
    """Whether both are the same data, NaN included."""
    try:
        return encode(found) == encode(value)
    except WireError:  # something that is no data has been put into it
        return False
