"""What a student's process may answer: the form of a reply to each request, checked before anything uses it.

The description of a model is checked where it is used (`models.view`), predictions likewise.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from proctor.channel.wire import Reference
from proctor.errors import StudentError, WireError

STATUSES = ("ok", "error", "timeout")


def answered(reply: Any, request: dict[str, Any]) -> Any:
    """The value in `reply`.

    Raises the StudentError that it reports, and WireError if it is no answer to `request`.
    """
    if type(reply) is dict and list(reply) == ["error"]:
        raise _reported(reply["error"])
    if type(reply) is not dict or list(reply) != ["ok"]:
        raise WireError("an answer that is none")
    fits = _ANSWERS.get(request["op"])
    if fits is not None and not fits(reply["ok"], request):
        raise WireError(f"an answer to '{request['op']}' that is none")
    return reply["ok"]


def _reported(error: Any) -> StudentError:
    """The error that a reply tells of."""
    if type(error) is not dict or {*error} != {"type", "types", "message", "where"} or not _texts(error["types"]):
        raise WireError("an error that is none")
    texts = [error[key] for key in ("type", "message", "where")]
    if not _texts(texts):
        raise WireError("an error that is none")
    failure = StudentError(*(text[:most] for text, most in zip(texts, (200, 2000, 300), strict=True)))
    failure.types = tuple(name[:200] for name in error["types"][:20])
    return failure


def _texts(value: Any) -> bool:
    return type(value) is list and all(type(item) is str for item in value)


def _cell(value: Any, request: dict[str, Any]) -> bool:
    known = type(value) is dict and {*value} == {"status", "error"} and _texts([*value.values()])
    return known and value["status"] in STATUSES and len(value["error"]) <= 2000


def _taken(value: Any, request: dict[str, Any]) -> bool:
    return type(value) is list and len(value) <= request["count"]


def _weights(value: Any, request: dict[str, Any]) -> bool:
    return type(value) is list and all(type(item) is np.ndarray for item in value)


_ANSWERS: dict[str, Callable[[Any, dict[str, Any]], bool]] = {
    "cell": _cell,
    "file": lambda value, request: value is None or type(value) is bytes,
    "length": lambda value, request: type(value) is int and 0 <= value <= sys.maxsize,
    "put": lambda value, request: type(value) is Reference,
    "saved": lambda value, request: type(value) is bytes,
    "take": _taken,
    "weights": _weights,
}
