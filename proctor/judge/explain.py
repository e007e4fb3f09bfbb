"""Why a criterion failed, in the words of the assignment: what was expected, what was found, where."""

from __future__ import annotations

import ast
import reprlib
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from proctor.errors import CriterionFailed, StudentError
from proctor.text import neutral

# What a grader's own code raises on data that it did not expect: on a student's value, that is the student's to mend.
DATA_ERRORS = (TypeError, AttributeError, ValueError, LookupError, ArithmeticError)


@dataclass(frozen=True)
class Explanation:
    """What a student is told about a failed criterion; the fields are those of `verdict.CriterionResult`."""

    expected: str = ""
    found: str = ""
    detail: list[list[str]] | None = None
    marked: tuple[int, ...] = ()
    grader_fault: str = ""


def explained(
    excinfo: pytest.ExceptionInfo[BaseException], compared: tuple[str, str] | None, in_test: bool
) -> Explanation | None:
    """Why the criterion that raised failed; None if that is no fault of the student's.

    Args:
        compared: the two sides of the last comparison that failed, as text.
        in_test: whether the test's own body raised, not one of its fixtures.
    """
    why = _why(excinfo, compared, in_test)
    if why is None:
        return None
    detail = why.detail and [[neutral(value) for value in row] for row in why.detail]
    return replace(why, expected=neutral(why.expected), found=neutral(why.found), detail=detail)


def _why(
    excinfo: pytest.ExceptionInfo[BaseException], compared: tuple[str, str] | None, in_test: bool
) -> Explanation | None:
    error = excinfo.value
    if isinstance(error, CriterionFailed):
        detail = [[str(text) for text in row] for row in error.detail] if error.detail else None
        return Explanation(error.expected, error.found, detail, error.marked)
    if isinstance(error, StudentError):
        return Explanation(found=_told(error))
    if isinstance(error, AssertionError):
        return _assertion(excinfo, error, compared)
    if isinstance(error, pytest.fail.Exception):
        return Explanation(found=str(error))
    if in_test and isinstance(error, DATA_ERRORS) and _in_grader(excinfo):
        what = f"{type(error).__name__}: {error}"
        found = f"a value of a kind that cannot be checked here ({what})"
        return Explanation(found=found, grader_fault=neutral(f"{_place(excinfo)} raised {what}"))
    return None


def _assertion(
    excinfo: pytest.ExceptionInfo[BaseException], error: AssertionError, compared: tuple[str, str] | None
) -> Explanation:
    """What a plain `assert` expected and found, in the words of its own expression."""
    test = _asserted(excinfo)
    message = str(error).split("\nassert ")[0].strip()
    if message and not message.startswith("assert "):
        return Explanation(message, compared[0] if compared else "it is not so")
    if isinstance(test, ast.Compare) and compared:
        return Explanation(f"{ast.unparse(test.left)} is {compared[1]}", compared[0])
    return Explanation(ast.unparse(test) if test is not None else "it holds", "it is not so")


def short(value: object) -> str:
    """A repr that fits a line."""
    shortener = reprlib.Repr()
    shortener.maxstring = shortener.maxother = 200
    return shortener.repr(value)


def _told(error: StudentError) -> str:
    where = f"  ({error.where})" if error.where else ""
    if error.type == "NotImplementedError":
        return f"it is not written yet{where}"
    if error.type in ("ProcessEnded", "Timeout", "Missing"):
        return f"{error.message}{where}"
    return f"{error.type}: {error.message}{where}"


def _in_grader(excinfo: pytest.ExceptionInfo[BaseException]) -> bool:
    """Whether the error came up in the grader or in numbers that it computed, not in our plumbing or in a fixture's."""
    names = {Path(str(entry.path)).name for entry in excinfo.traceback}
    plumbing = {"client.py", "server.py", "wire.py"}
    return any(name.startswith("test_") for name in names) and not names & plumbing


def _place(excinfo: pytest.ExceptionInfo[BaseException]) -> str:
    entries = [entry for entry in excinfo.traceback if Path(str(entry.path)).name.startswith("test_")]
    return f"{Path(str(entries[-1].path)).name}:{entries[-1].lineno + 1}"


def _asserted(excinfo: pytest.ExceptionInfo[BaseException]) -> ast.expr | None:
    try:
        statement = ast.parse(str(excinfo.traceback[-1].statement).strip()).body[0]
    except (SyntaxError, IndexError):
        return None
    return statement.test if isinstance(statement, ast.Assert) else None
