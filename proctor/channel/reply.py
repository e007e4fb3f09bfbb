"""Checks the form of each reply that comes from a student's process, before anything uses it.

Descriptions of models and predictions are checked where they are used, in `models.view`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from proctor.channel.wire import Reference
from proctor.errors import StudentError, WireError

STATUSES = ("ok", "error", "timeout")


def read_reply(reply: Any, request: dict[str, Any]) -> Any:
    """The value in `reply`.

    Args:
        reply: whatever came through the channel.
        request: what was asked; its "op" decides the form of the value.

    Raises the StudentError that the reply reports, and WireError if it is not a reply to `request`.
    """
    if type(reply) is dict and list(reply) == ["error"]:
        raise _read_error(reply["error"])
    if type(reply) is not dict or list(reply) != ["ok"]:
        raise WireError("a reply whose only key is neither 'ok' nor 'error'")
    is_answer = _IS_ANSWER.get(request["op"])
    if is_answer is not None and not is_answer(reply["ok"], request):
        raise WireError(f"an answer to '{request['op']}' that is of another form than agreed")
    return reply["ok"]


def _read_error(error: Any) -> StudentError:
    """The StudentError that a reply reports; raises WireError if it has another form."""
    if type(error) is not dict or {*error} != {"type", "types", "message", "where"} or not _are_strings(error["types"]):
        raise WireError("an error of another form than agreed")
    texts = [error[key] for key in ("type", "message", "where")]
    if not _are_strings(texts):
        raise WireError("an error of another form than agreed")
    failure = StudentError(*(text[:most] for text, most in zip(texts, (200, 2000, 300), strict=True)))
    failure.types = tuple(name[:200] for name in error["types"][:20])
    return failure


def _are_strings(value: Any) -> bool:
    return type(value) is list and all(type(item) is str for item in value)


def _is_cell_status(value: Any, _request: dict[str, Any]) -> bool:
    known = type(value) is dict and {*value} == {"status", "error"} and _are_strings([*value.values()])
    return known and value["status"] in STATUSES and len(value["error"]) <= 2000


def _is_list_of_taken(value: Any, request: dict[str, Any]) -> bool:
    return type(value) is list and len(value) <= request["count"]


def _is_list_of_arrays(value: Any, _request: dict[str, Any]) -> bool:
    return type(value) is list and all(type(item) is np.ndarray for item in value)


_IS_ANSWER: dict[str, Callable[[Any, dict[str, Any]], bool]] = {
    "cell": _is_cell_status,
    "define": lambda value, _: type(value) is Reference,
    "file": lambda value, _: value is None or type(value) is bytes,
    "like": lambda value, _: type(value) is str and len(value) <= 100 and (value.isidentifier() or not value),
    "length": lambda value, _: type(value) is int and 0 <= value <= sys.maxsize,
    "put": lambda value, _: type(value) is Reference,
    "saved": lambda value, _: type(value) is bytes,
    "take": _is_list_of_taken,
    "warned": lambda value, _: type(value) is str and len(value) <= 2000,
    "watch": lambda value, _: value is None,
    "weights": _is_list_of_arrays,
}
