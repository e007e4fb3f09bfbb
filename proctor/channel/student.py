"""The grader's end of the channel: `student`, through which a grader talks to a submission, live or jailed."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any, Protocol, TypeVar

import numpy as np

from proctor.channel.answer import Answerer
from proctor.channel.reply import answered
from proctor.channel.wire import Reference, decode, encode
from proctor.errors import CriterionFailed, StudentError, WireError
from proctor.models.view import ModelView

Value = TypeVar("Value")


class Link(Protocol):
    """A way to a student's process."""

    def ask(self, request: dict[str, Any]) -> Any:
        """What the process answers, as data; raises StudentError if the student's code failed."""

    def alive(self) -> Link:
        """This link, or a new one if its process has ended."""


class LocalLink:
    """The way to a namespace of this very process; what passes is copied as it would be through a socket."""

    def __init__(self, namespace: dict[str, Any]):
        self._answerer = Answerer(namespace)

    def ask(self, request: dict[str, Any]) -> Any:
        """What the namespace's objects answer to `request`."""
        reply = self._answerer.answer(decode(encode(request)))
        try:
            return answered(decode(encode(reply)), request)
        except WireError as error:
            raise StudentError("TypeError", str(error)) from None

    def alive(self) -> LocalLink:
        """This link: its process is this one."""
        return self


class Handle:
    """An object that stays in the student's process and is asked from here.

    Every name but those that begin with two underscores is the object's own.
    """

    __slots__ = ("__link__", "__reference__")

    def __init__(self, link: Link, reference: Reference):
        self.__link__ = link
        self.__reference__ = reference

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _ask(self.__link__, op="attribute", of=self, name=name)

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        return _ask(self.__link__, op="call", of=self, arguments=list(arguments), keywords=keywords)

    def __getitem__(self, key: Any) -> Any:
        return _ask(self.__link__, op="item", of=self, key=key)

    def __len__(self) -> int:
        length: int = _ask(self.__link__, op="length", of=self)
        return length

    def __bool__(self) -> bool:
        return True

    def __iter__(self) -> Iterator[Any]:
        raise TypeError("a student's object may never end: use take(handle, n)")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Handle) and other.__reference__.number == self.__reference__.number

    def __hash__(self) -> int:
        return hash(self.__reference__.number)

    def __repr__(self) -> str:
        return f"<{self.__reference__.kind}: {self.__reference__.text}>"


class Student:
    """A submission: its names are attributes, all but those that begin with two underscores.

    Data comes back as data (tensors as arrays), a Keras model as `ModelView`, anything else as `Handle`.
    Raises StudentError where the student's code does.

    Args:
        link: the way to the notebook's process.
        artifacts: name → what makes the ModelView of the handed-in file; these names are not asked of the notebook.
    """

    def __init__(self, link: Link, artifacts: dict[str, Callable[[], ModelView]] | None = None):
        self.__link__ = link
        self.__artifacts__ = artifacts or {}
        self.__models__: dict[str, ModelView] = {}
        self.__asked_for_artifact__ = False

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name in self.__artifacts__:
            self.__asked_for_artifact__ = True
            if name not in self.__models__:
                self.__models__[name] = self.__artifacts__[name]()
            return self.__models__[name]
        return _ask(self.__link__, op="get", name=name)

    def __repr__(self) -> str:
        return "<student>"


def revive(student: Student) -> None:
    """Bring the notebook's process back if it has ended (asked before each criterion)."""
    student.__link__ = student.__link__.alive()


def share(student: Student, value: Any) -> Handle:
    """Put a copy of `value` (data) into the student's process and return a handle to it."""
    return Handle(student.__link__, _raw(student.__link__, op="put", value=value))


def fetch(handle: Any) -> Any:
    """The data behind `handle`; data is returned as it is."""
    return _ask(handle.__link__, op="fetch", of=handle) if isinstance(handle, Handle) else handle


def take(handle: Any, count: int) -> list[Any]:
    """The first `count` items, as data, of an iterable in the student's process (or of a list).

    Raises CriterionFailed if it is neither.
    """
    if isinstance(handle, Handle):
        items: list[Any] = _ask(handle.__link__, op="take", of=handle, count=count)
        return items
    if isinstance(handle, (list, tuple, np.ndarray)):
        return list(handle[:count])
    raise CriterionFailed("something that can be iterated over", f"a value of type {type(handle).__name__}")


@contextlib.contextmanager
def raises(type_name: str) -> Iterator[None]:
    """Demand that the student's code raises an exception of the class `type_name` (or of a subclass).

    Raises CriterionFailed if it raises none, or another.
    """
    try:
        yield
    except StudentError as error:
        if type_name not in (error.type, *error.types):
            raise CriterionFailed(f"{type_name} is raised", str(error)) from None
    else:
        raise CriterionFailed(f"{type_name} is raised", "no error at all")


def _ask(link: Link, **request: Any) -> Any:
    return _alive(link, _raw(link, **request))


def _raw(link: Link, **request: Any) -> Any:
    return link.ask({key: _sendable(value) for key, value in request.items()})


def _sendable(value: Any) -> Any:
    if isinstance(value, Handle):
        return value.__reference__
    if isinstance(value, ModelView):
        if value._handle is None:
            raise WireError("a model that was read from its file cannot be handed to the notebook's code")
        return _sendable(value._handle)
    if isinstance(value, (list, tuple)):
        return type(value)(_sendable(item) for item in value)
    if isinstance(value, dict):
        return {key: _sendable(item) for key, item in value.items()}
    return value


def _alive(link: Link, value: Any) -> Any:
    """`value` with its references made into handles and models."""
    if isinstance(value, Reference):
        handle = Handle(link, value)
        return view_of(link, handle) if value.is_model else handle
    if isinstance(value, (list, tuple, set, frozenset)):
        return type(value)(_alive(link, item) for item in value)
    if isinstance(value, dict):
        return {_alive(link, key): _alive(link, item) for key, item in value.items()}
    return value


def ask_for_model(link: Link, **request: Any) -> ModelView:
    """The model that `request` yields, known through data and not as a live object."""
    found = _ask(link, **request)
    if not isinstance(found, ModelView):
        raise CriterionFailed("a Keras model", f"a value of type {type(found).__name__}")
    return found


def view_of(link: Link, handle: Handle) -> ModelView:
    """The model behind `handle`, known through data."""

    def predict(inputs: Any, batch_size: int) -> Any:
        return _ask(link, op="predict", of=handle, inputs=inputs, batch_size=batch_size)

    def weights() -> Any:
        return _ask(link, op="weights", of=handle)

    def describe() -> Any:
        return _ask(link, op="describe", of=handle)

    return ModelView(describe, predict, weights, handle)
