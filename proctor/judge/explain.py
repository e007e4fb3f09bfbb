"""Explain why a criterion failed: what was expected and what was found, for the student to read."""

from __future__ import annotations

import ast
import re
import reprlib
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from proctor.errors import CriterionFailed, StudentError
from proctor.feedback.old_ways import with_todays_way
from proctor.text import neutral
from proctor.verdict import UNWRITTEN

DATA_ERRORS = (TypeError, AttributeError, ValueError, LookupError, ArithmeticError)
"""Exceptions of a grader's own code on a value of an unexpected kind: the criterion fails."""
HINTS = {
    "Missing": "The rest can be checked once this is there.",
    "ProcessEnded": "What in it can end Python, or use up all memory?",
    "Timeout": "Which loop takes so long? One over all the numbers of a long array does, and one that never ends.",
}
"""In place of a criterion's hint, which is about what was never looked at."""
LONGEST_VALUE, LONGEST_VALUES = 16, 60
"""How long a parameter's value, and all of them, may be to be shown."""
PLUMBING = {"proctor.jail.client", "proctor.jail.server", "proctor.channel.frames", "proctor.channel.wire"}
"""Modules between grader and student: an exception out of one of them is a fault of Proctor's."""
_TOLD = (int, float, str, bool, tuple)
_WORDS = re.compile(r"[a-z] [a-z]", re.IGNORECASE)


@dataclass(frozen=True)
class Explanation:
    """What a student reads about a failed criterion; fields as in `verdict.CriterionResult`.

    `hint` is "" where the criterion's own fits.
    """

    expected: str = ""
    found: str = ""
    detail: list[list[str]] | None = None
    marked: tuple[int, ...] = ()
    grader_fault: str = ""
    tell: str = ""
    hint: str = ""


def explain_failure(
    excinfo: pytest.ExceptionInfo[BaseException], compared: tuple[str, str] | None, in_test: bool
) -> Explanation | None:
    """Explain the exception that a criterion raised, without paths and addresses of this machine.

    Args:
        excinfo: the exception.
        compared: the two sides of the last comparison that failed, as text.
        in_test: whether the test's own body raised, not one of its fixtures.

    Returns None if the exception is the grader's or Proctor's fault, not the student's.
    """
    explanation = _find_explanation(excinfo, compared, in_test)
    if explanation is None:
        return None
    detail = explanation.detail and [[neutral(value) for value in row] for row in explanation.detail]
    return replace(
        explanation,
        expected=neutral(explanation.expected),
        found=neutral(explanation.found),
        detail=detail,
        tell=neutral(explanation.tell),
    )


def _find_explanation(
    excinfo: pytest.ExceptionInfo[BaseException], compared: tuple[str, str] | None, in_test: bool
) -> Explanation | None:
    error = excinfo.value
    if isinstance(error, CriterionFailed):
        detail = [[str(text) for text in row] for row in error.detail] if error.detail else None
        return Explanation(error.expected, error.found, detail, error.marked, tell=error.tell, hint=error.hint)
    if isinstance(error, StudentError):
        return Explanation(found=_format_student_error(error), hint=HINTS.get(error.type, ""))
    if isinstance(error, AssertionError):
        return _explain_assertion(excinfo, error, compared)
    if isinstance(error, pytest.fail.Exception):
        return Explanation(found=str(error))
    if in_test and isinstance(error, DATA_ERRORS) and _in_grader(excinfo):
        what = f"{type(error).__name__}: {error}"
        found = f"a value of a kind that cannot be checked here ({what})"
        return Explanation(found=found, grader_fault=neutral(f"{_find_place(excinfo)} raised {what}"))
    return None


def _explain_assertion(
    excinfo: pytest.ExceptionInfo[BaseException], error: AssertionError, compared: tuple[str, str] | None
) -> Explanation:
    """What a plain `assert` expected and found, taken from its message or its source code."""
    test = _find_asserted_expression(excinfo)
    message = str(error).split("\nassert ")[0].strip()
    if message and not message.startswith("assert "):
        return Explanation(message, compared[0] if compared else "it is not so")
    if isinstance(test, ast.Compare) and compared:
        return Explanation(f"{ast.unparse(test.left)} is {compared[1]}", compared[0])
    return Explanation(ast.unparse(test) if test is not None else "it holds", "it is not so")


def short_repr(value: object) -> str:
    """A repr that fits a line."""
    shortener = reprlib.Repr()
    shortener.maxstring = shortener.maxother = 200
    return shortener.repr(value)


def _format_student_error(error: StudentError) -> str:
    """What the student's code raised, and on which of its lines."""
    where = f"  ({error.where})" if error.where else ""
    if error.type == "NotImplementedError":
        return f"it {UNWRITTEN}{where}"
    if error.type in ("ProcessEnded", "Timeout", "Missing"):
        return f"{error.message}{where}"
    return with_todays_way(f"{error.type}: {error.message}{where}")


def _in_grader(excinfo: pytest.ExceptionInfo[BaseException]) -> bool:
    """Whether the error arose in a grader or in what it called, but not in `PLUMBING`."""
    modules = {entry.frame.f_globals.get("__name__", "") for entry in excinfo.traceback}
    return any(_is_grader(module) for module in modules) and not modules & PLUMBING


def _find_place(excinfo: pytest.ExceptionInfo[BaseException]) -> str:
    """The grader's innermost line in the traceback, such as "test_hidden.py:31"."""
    entry = [entry for entry in excinfo.traceback if _is_grader(entry.frame.f_globals.get("__name__", ""))][-1]
    return f"{Path(str(entry.path)).name}:{entry.lineno + 1}"


def _is_grader(module: str) -> bool:
    """Whether the module is a grader's: "test_public", or "graders.mnist.test_public" by hand."""
    return module.rpartition(".")[2].startswith("test_")


def _find_asserted_expression(excinfo: pytest.ExceptionInfo[BaseException]) -> ast.expr | None:
    """The expression of the `assert` that raised; None if its source cannot be read or parsed."""
    try:
        statement = ast.parse(str(excinfo.traceback[-1].statement).strip()).body[0]
    except (SyntaxError, IndexError):
        return None
    return statement.test if isinstance(statement, ast.Assert) else None


def describe_case(item: pytest.Item) -> str:
    """Which case of a parametrised test this is: its ids if they are words, else its short values.

    Returns "  (an accuracy of exactly 0.99)" or "  (with n=3)", and "" if neither tells much.
    """
    callspec = getattr(item, "callspec", None)
    if callspec is None:
        return ""
    texts = [value for value in callspec.params.values() if isinstance(value, str)]
    # An id that pytest has made has no words but those of the texts.
    words = [part for part in callspec._idlist if _WORDS.search(_without(part, texts))]  # noqa: SLF001
    if words:
        return f"  ({', '.join(words)})"
    values = {name: short_repr(value) for name, value in callspec.params.items() if type(value) in _TOLD}
    values.pop("expected", None)  # it is told as what was expected
    text = ", ".join(f"{name}={value}" for name, value in values.items() if len(value) <= LONGEST_VALUE)
    return f"  (with {text})" if text and len(text) <= LONGEST_VALUES else ""


def _without(text: str, parts: list[str]) -> str:
    for part in parts:
        text = text.replace(part, "") if part else text
    return text
