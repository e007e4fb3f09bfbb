"""The grader's end of the channel: `student` gives access to a submission, live or jailed."""

from __future__ import annotations

import contextlib
import inspect
import textwrap
import types
from collections.abc import Callable, Iterator
from typing import Any, Protocol, TypeVar

import numpy as np

from proctor.channel.answer import Answerer
from proctor.channel.described import described
from proctor.channel.reply import read_reply
from proctor.channel.wire import Reference, decode, encode
from proctor.errors import CourseError, CriterionFailed, StudentError, WireError
from proctor.models.view import ModelView

Value = TypeVar("Value")


class Link(Protocol):
    """A connection to a student's process."""

    def ask(self, request: dict[str, Any]) -> Any:
        """Send a request and return the answer as data; raises StudentError if the code fails."""

    def revived(self) -> Link:
        """This link, or a link to a new process if its own has ended."""


class LocalLink:
    """A link to a namespace of this process.

    Requests and answers are encoded and decoded as for a socket, so that they are copies.
    """

    def __init__(self, namespace: dict[str, Any]):
        self._answerer = Answerer(namespace)

    def ask(self, request: dict[str, Any]) -> Any:
        """Send a request to the namespace's objects and return the answer, as data."""
        reply = self._answerer.answer(decode(encode(request)))
        try:
            return read_reply(decode(encode(reply)), request)
        except WireError as error:
            raise StudentError("TypeError", str(error)) from None

    def revived(self) -> LocalLink:
        """This link, because its process is this one."""
        return self


class Handle:
    """A proxy for an object that stays in the student's process.

    Attributes are read from that object, except for names that begin with two underscores.
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
    """A submission; the names that its notebook defines are attributes.

    Names that begin with two underscores are not passed on. Data comes back as data (tensors as
    arrays), a Keras model as `ModelView`, anything else as `Handle`. Raises StudentError where the
    student's code raises an exception.

    Args:
        link: connects to the notebook's process.
        artifacts: name → function that makes the ModelView of a handed-in file; these names are not
            looked up in the notebook.
        clean: returns a link to a process that never ran student code; by default `link` itself.
    """

    def __init__(
        self,
        link: Link,
        artifacts: dict[str, Callable[[], ModelView]] | None = None,
        clean: Callable[[], Link] | None = None,
    ):
        self.__link__ = link
        self.__clean__ = clean or (lambda: self.__link__)
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
    """Start the notebook's process again if it has ended; called before each criterion."""
    student.__link__ = student.__link__.revived()


def share(student: Student, value: Any) -> Handle:
    """Copy `value` into the student's process and return a handle to the copy.

    Args:
        student: the submission.
        value: data, or a function of the grader's, for the student's functions to call. A function
            is sent as its source code, so it can use only its arguments, Python's built-in names
            and what it imports itself.

    Raises CourseError if such a function uses other names of the grader.
    """
    request = _as_source(value) if isinstance(value, types.FunctionType) else {"op": "put", "value": value}
    return Handle(student.__link__, _ask_for_data(student.__link__, **request))


def fetch(handle: Any) -> Any:
    """The object behind `handle` as data, tensors as arrays; data is returned as it is."""
    return _ask(handle.__link__, op="fetch", of=handle) if isinstance(handle, Handle) else handle


def watch(student: Student) -> None:
    """Begin to watch the student's process for warnings of NumPy's that the notebook would show."""
    _ask_for_data(student.__link__, op="watch")


def warned(student: Student) -> str:
    """The first such warning since `watch`, with the student's line; "" if there was none.

    The watch is over then.
    """
    found: str = _ask_for_data(student.__link__, op="warned")
    return found


def take(handle: Any, count: int) -> list[Any]:
    """The first `count` items of an iterable in the student's process, as data.

    Args:
        handle: a handle to the iterable, or a list, tuple or array.
        count: how many items to take at most.

    Raises CriterionFailed if `handle` is none of these, StudentError if the object is not iterable.
    """
    if isinstance(handle, Handle):
        items: list[Any] = _ask(handle.__link__, op="take", of=handle, count=count)
        return items
    if isinstance(handle, (list, tuple, np.ndarray)):
        return list(handle[:count])
    raise CriterionFailed("something that can be iterated over", described(handle))


@contextlib.contextmanager
def raises(type_name: str) -> Iterator[None]:
    """Require that the student's code in the block raises an exception.

    Args:
        type_name: the name of its class, or of one of its base classes.

    Raises CriterionFailed if the code raises no exception, or another; StudentError if it is not
    written yet.
    """
    try:
        yield
    except StudentError as error:
        if error.type == "NotImplementedError" != type_name:
            raise  # a stub; it is told as not written yet, though it is a RuntimeError too
        if type_name not in (error.type, *error.types):
            raise CriterionFailed(f"{type_name} is raised", str(error)) from None
    else:
        raise CriterionFailed(f"{type_name} is raised", "no error at all")


def _as_source(function: types.FunctionType) -> dict[str, Any]:
    """The request that defines a function of the grader's in the student's process."""
    used = inspect.getclosurevars(function)
    outside = ", ".join([*used.nonlocals, *used.globals])
    if outside:
        raise CourseError(
            f"share(student, {function.__name__}): the function uses {outside}, which the student's process has not; "
            "pass it as an argument, or import it inside of the function"
        )
    return {"op": "define", "source": textwrap.dedent(inspect.getsource(function)), "name": function.__name__}


def _ask(link: Link, **request: Any) -> Any:
    return _make_handles(link, _ask_for_data(link, **request))


def _ask_for_data(link: Link, **request: Any) -> Any:
    return link.ask({key: _to_references(value) for key, value in request.items()})


def _to_references(value: Any) -> Any:
    """`value` with a Reference in place of each Handle and ModelView."""
    if isinstance(value, Handle):
        return value.__reference__
    if isinstance(value, ModelView):
        if value._handle is None:
            raise WireError("a model that was read from its file cannot be handed to the notebook's code")
        return _to_references(value._handle)
    if isinstance(value, (list, tuple)):
        return type(value)(_to_references(item) for item in value)
    if isinstance(value, dict):
        return {key: _to_references(item) for key, item in value.items()}
    return value


def _make_handles(link: Link, value: Any) -> Any:
    """`value` with a Handle or a ModelView in place of each Reference."""
    if isinstance(value, Reference):
        handle = Handle(link, value)
        return view_of(link, handle) if value.is_model else handle
    if isinstance(value, (list, tuple, set, frozenset)):
        return type(value)(_make_handles(link, item) for item in value)
    if isinstance(value, dict):
        return {_make_handles(link, key): _make_handles(link, item) for key, item in value.items()}
    return value


def ask_for_model(link: Link, **request: Any) -> ModelView:
    """The Keras model that a request returns, as a ModelView.

    Args:
        link: where to send the request.
        request: its fields, "op" among them.

    Raises CriterionFailed if the answer is not a Keras model, StudentError if the student's code
    fails.
    """
    found = _ask(link, **request)
    if not isinstance(found, ModelView):
        raise CriterionFailed("a Keras model", described(found))
    return found


def view_of(link: Link, handle: Handle) -> ModelView:
    """The ModelView of the Keras model behind `handle`."""

    def predict(inputs: Any, batch_size: int) -> Any:
        return _ask(link, op="predict", of=handle, inputs=inputs, batch_size=batch_size)

    def weights() -> Any:
        return _ask(link, op="weights", of=handle)

    def describe() -> Any:
        return _ask(link, op="describe", of=handle)

    return ModelView(describe, predict, weights, handle)
