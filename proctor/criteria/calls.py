"""Call a student's function, and assert that it has no effects that nobody asked for."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from proctor.channel.student import Student, fetch, share, warned, watch
from proctor.channel.wire import encode
from proctor.criteria.arrays import as_array
from proctor.errors import CriterionFailed, StudentError, WireError

MUTABLE = (np.ndarray, list, dict, set)
COPY = "`x -= 1` and `x[x > 1] = 1` write into the array that the function was given; `x = x - 1` makes another one."

NUMBERS = re.compile(r"\d+")


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
            raise CriterionFailed(f"`{name}` to leave its arguments as they are", f"{label} was changed", hint=COPY)
    return found


def call_in_place(
    student: Student, name: str, arrays: Sequence[np.ndarray], *arguments: Any
) -> tuple[list[np.ndarray], bool]:
    """Call a function that is to write into the arrays of a list.

    Args:
        student: the submission.
        name: of its function.
        arrays: a copy of them, as a list, is the first argument.
        arguments: the others.

    Returns what became of the arrays, and whether they were changed themselves: if none was, what
    the list holds now, or what came back, if that differs.

    Raises CriterionFailed if other things than numbers are where the arrays were.
    """
    ways = share(student, _call_and_look)(getattr(student, name), [np.array(part) for part in arrays], *arguments)
    for parts in ways:
        if isinstance(parts, (list, tuple)) and len(parts) == len(arrays):
            found = [as_array(part, f"array {number} of the list") for number, part in enumerate(parts, start=1)]
            if any(not np.array_equal(part, old) for part, old in zip(found, arrays, strict=True)):
                return found, parts is ways[0]
    return [np.array(part) for part in arrays], False


def _call_and_look(function: Any, arrays: list[Any], *arguments: Any) -> Any:
    """Return the arrays themselves, what the list holds afterwards, and what came back."""
    held = list(arrays)
    found = function(arrays, *arguments)
    return held, list(arrays), found


def write_alike(student: Student, name: str, function: Callable[..., None], *probe: Any) -> Any:
    """A handle to a function of the grader's that writes into its first argument.

    It returns that argument if the student's function `name` returns anything, and None if not, so
    that it can stand in for it (see `assert_apart`) whether or not what comes back is used.

    Args:
        student: the submission.
        name: of the student's function.
        function: the grader's, see `share`.
        probe: arguments for the student's function, which is called once.
    """
    returns = False
    with contextlib.suppress(StudentError):  # what is wrong with it is told by criteria of its own
        returns = getattr(student, name)(*probe) is not None
    return share(student, _write_alike)(share(student, function), returns)


def _write_alike(function: Any, returns: bool) -> Any:
    """Runs in the student's process: the function that stands in."""

    def stand_in(first: Any, *others: Any) -> Any:
        function(first, *others)
        return first if returns else None

    return stand_in


@contextlib.contextmanager
def without_warnings(student: Student) -> Iterator[None]:
    """Require that the notebook shows no RuntimeWarning for the student's code in the block.

    NumPy warns of an overflow, a division by zero or an undefined value. Code that switches the
    warnings off, in any way, shows none; compare the values, too. An underflow does not count, even
    if the notebook has asked NumPy to warn of it.

    Args:
        student: the submission.

    Raises CriterionFailed, with the warning and the student's line, if one was shown.
    """
    watch(student)
    shown = ""
    try:
        yield
    finally:
        with contextlib.suppress(StudentError):  # its process may have ended
            shown = warned(student)
    if shown:
        raise CriterionFailed("no warning of NumPy's", shown)


def assert_refuses(student: Student, name: str, arguments: Sequence[Any], numbers: Sequence[int]) -> None:
    """Assert that a function of the student's raises a ValueError whose sentence names numbers.

    Args:
        student: the submission.
        name: of the function.
        arguments: data that it has to refuse.
        numbers: which all have to be in the sentence.

    Raises CriterionFailed if there is no such error, or if a number is missing in it.
    """
    told = share(student, _refusal)(getattr(student, name), list(arguments))
    wanted = " and ".join(map(str, numbers))
    if told is None:
        call = f"{name}({', '.join(map(str, arguments))})"
        raise CriterionFailed(f"a ValueError from {call} that names {wanted}", "no error at all")
    if not {str(number) for number in numbers} <= set(NUMBERS.findall(told)):
        raise CriterionFailed(f"a sentence that names {wanted}", told[:200] or "no words")


def _refusal(function: Any, arguments: list[Any]) -> str | None:
    """What a function says when it refuses; None if it does not."""
    try:
        function(*arguments)
    except ValueError as problem:
        return str(problem)
    return None


def assert_apart(
    student: Student, name: str, functions: dict[str, Callable[..., Any]], judge: Callable[[bool], None]
) -> None:
    """Assert that a function of the student's is right, whatever is wrong with those that it calls.

    It is judged as it is in the notebook. If it fails there, it is judged once more while functions
    of the grader's stand in for the student's, under the same names.

    Args:
        student: the submission.
        name: of the function to be judged.
        functions: what stands in, by the name in the notebook; `share` says what it can use. In a
            public criterion, which students can read, they should be no solution.
        judge: calls the function and raises CriterionFailed if it is wrong; it is given whether the
            grader's functions stand in.

    Raises what was raised at first, if the function fails both times.
    """
    try:
        judge(False)
    except (CriterionFailed, StudentError) as problem:
        try:
            with _standing_in(student, name, functions):
                judge(True)
        except (CriterionFailed, StudentError):
            raise problem from None


@contextlib.contextmanager
def _standing_in(student: Student, name: str, functions: dict[str, Callable[..., Any]]) -> Iterator[None]:
    """Have functions of the grader's stand in for the student's that the function `name` calls."""
    exchange, asked = share(student, _exchange), getattr(student, name)
    before = exchange(asked, {other: share(student, function) for other, function in functions.items()})
    try:
        yield
    finally:
        with contextlib.suppress(StudentError):  # its process may have ended
            exchange(asked, before)


def _exchange(function: Any, new: dict[str, Any]) -> dict[str, Any]:
    """Change global variables that a function sees, and return them as they were; None is none."""
    import inspect

    scope = getattr(inspect.unwrap(function), "__globals__", {})
    old = {name: scope.pop(name, None) for name in new}
    scope.update({name: value for name, value in new.items() if value is not None})
    return old


def _is_same(found: Any, value: Any) -> bool:
    """Whether both have the same encoding, so that NaN equals NaN."""
    try:
        return encode(found) == encode(value)
    except WireError:  # the function put an object into it that cannot be sent as data
        return False
