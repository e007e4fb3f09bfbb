"""Call a student's function, and assert that it has no effects that nobody asked for."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from proctor.channel.student import Student, fetch, share
from proctor.channel.wire import encode
from proctor.errors import CriterionFailed, StudentError, WireError

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


@contextlib.contextmanager
def without_warnings(student: Student) -> Iterator[None]:
    """Require that the student's code in the block calculates without a warning of NumPy's.

    Where NumPy would warn of an overflow, a division by zero or an undefined value, it raises
    FloatingPointError, and the criterion fails with that message and the student's line. Code that
    switches the warning off for a calculation of its own, with `np.errstate`, is left alone.

    Args:
        student: a submission whose notebook has NumPy as `np`.
    """
    before = student.np.seterr(over="raise", divide="raise", invalid="raise")
    try:
        yield
    finally:
        with contextlib.suppress(StudentError):  # its process may have ended
            student.np.seterr(**before)


def _is_same(found: Any, value: Any) -> bool:
    """Whether both have the same encoding, so that NaN equals NaN."""
    try:
        return encode(found) == encode(value)
    except WireError:  # the function put an object into it that cannot be sent as data
        return False
