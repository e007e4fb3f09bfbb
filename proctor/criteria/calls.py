"""Call a student's function and assert that it leaves its arguments unchanged."""

from __future__ import annotations

from typing import Any

import numpy as np

from proctor.channel.student import Student, fetch, share
from proctor.channel.wire import encode
from proctor.errors import CriterionFailed, WireError

MUTABLE = (np.ndarray, list, dict, set)


def call_unchanged(student: Student, name: str, *arguments: Any, **settings: Any) -> Any:
    """Call the student's function `name`, assert that it changed no argument, and return its value.

    Args:
        student: the submission.
        name: of the function.
        arguments, settings: its positional and keyword arguments. Arrays, lists, dicts and sets
            must have the same contents, shape and dtype after the call as before it.

    Raises CriterionFailed, naming the argument, if one was changed.
    """
    given = {**{f"argument {number}": value for number, value in enumerate(arguments, start=1)}, **settings}
    sent = {key: share(student, value) if isinstance(value, MUTABLE) else value for key, value in given.items()}
    positional = [sent[f"argument {number}"] for number in range(1, len(arguments) + 1)]
    found = getattr(student, name)(*positional, **{key: sent[key] for key in settings})
    for key, value in given.items():
        if isinstance(value, MUTABLE) and not _is_same(fetch(sent[key]), value):
            label = key if key not in settings else f"`{key}`"
            raise CriterionFailed(f"`{name}` to leave its arguments as they are", f"{label} was changed")
    return found


def _is_same(found: Any, value: Any) -> bool:
    """Whether both have the same encoding, so that NaN equals NaN."""
    try:
        return encode(found) == encode(value)
    except WireError:  # the function put an object into it that cannot be sent as data
        return False
