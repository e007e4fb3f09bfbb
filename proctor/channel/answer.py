"""The student's end of the channel: carries out a grader's requests on a namespace."""

from __future__ import annotations

import contextlib
import difflib
import io
import math
import os
import re
import sys
import tempfile
import types
import warnings
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from proctor.channel.wire import DEPTH, NUMBERS, Reference
from proctor.models.predicting import Graph, predict, without_graph_if_few

_DIGIT = re.compile(r"\d")
_ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
SESSION = "JPY_SESSION_NAME"
"""The environment variable by which Jupyter tells a kernel its notebook's file."""
PLAIN_TYPES = (bool, int, float, complex, str, bytes)
# Conversions from a subclass to the plain type that call none of the methods that the subclass
# overrides.
_TO_PLAIN_VALUE: dict[type, Any] = {
    int: int.__int__,
    float: float.__float__,
    complex: complex.__complex__,
    str: str.__str__,
    bytes: bytes.__bytes__,
    bytearray: bytes,
}


class Answerer:
    """Carries out requests on a namespace, and keeps the objects that the grader has references to.

    A request is a dict with "op"; the method `_{op}` carries it out, its other fields are the
    arguments.
    """

    def __init__(self, namespace: dict[str, Any]):
        self.namespace = namespace
        self._objects: list[Any] = []
        self._numbers: dict[int, int] = {}
        self._graphs: dict[int, Graph] = {}  # by the id of a model that was loaded here
        self._watch_over = contextlib.ExitStack()
        self._first_warning = ""

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """Carry out `request`.

        Returns {"ok": data} or {"error": {"type", "types", "message", "where"}}.
        """
        try:
            with _discard_prints():
                return {"ok": self._to_data(self._do(request), 0)}
        except BaseException as error:  # the student's code may raise anything, SystemExit included
            if isinstance(error, KeyboardInterrupt) and _in_a_live_notebook():
                raise
            return {"error": self.describe_error(error)}

    def _do(self, request: dict[str, Any]) -> Any:
        operation = getattr(self, f"_{request['op']}")
        fields = {key: self._resolve_references(value) for key, value in request.items() if key != "op"}
        return operation(**fields)

    def _get(self, name: str) -> Any:
        if name not in self.namespace:
            raise NameError(f"name '{name}' is not defined")
        return self.namespace[name]

    def _like(self, name: str) -> str:
        """A name of the notebook that differs in case, underscores or a letter, or ""."""
        plain = {_to_plain_name(other): other for other in self.namespace if not other.startswith("_")}
        wanted = _to_plain_name(name)
        # `l1_loss` is no misspelt `l2_loss`: the digits must be the same.
        alike = [other for other in plain if _DIGIT.findall(other) == _DIGIT.findall(wanted)]
        return next((plain[other] for other in difflib.get_close_matches(wanted, alike, 1, 0.85)), "")

    def _attribute(self, of: Any, name: str) -> Any:
        return getattr(of, name)

    def _item(self, of: Any, key: Any) -> Any:
        return of[key]

    def _call(self, of: Any, arguments: list[Any], keywords: dict[str, Any]) -> Any:
        with without_graph_if_few(of, arguments, keywords):
            return of(*arguments, **keywords)

    def _length(self, of: Any) -> int:
        return len(of)

    def _put(self, value: Any) -> Reference:
        return self._reference(value)

    def _define(self, source: str, name: str) -> Reference:
        scope: dict[str, Any] = {}
        exec(source, scope)  # the grader wrote it  # noqa: S102
        return self._reference(scope[name])

    def _fetch(self, of: Any) -> Any:
        if not isinstance(of, (str, bytes)) and hasattr(of, "__array__"):
            return np.asarray(of)
        return of

    def _take(self, of: Any, count: int) -> list[Any]:
        taken: list[Any] = []
        room = NUMBERS
        for item in islice(_iterate(of), count):
            taken.append(item)
            room -= _count_numbers(item)
            if room < 0:
                raise ValueError(
                    f"it has yielded {len(taken)} items with more than {NUMBERS:,} numbers together: does it ever stop?"
                )
        return taken

    def _watch(self) -> None:
        """Watch from now on for warnings of NumPy's that the notebook would show."""
        self._watch_over.close()
        self._first_warning = ""
        self._watch_over.enter_context(warnings.catch_warnings())
        warnings.showwarning = self._note_warning
        before = np.seterr(under="ignore")  # as it is by default; a result that rounds to 0 is right
        self._watch_over.callback(np.seterr, **before)

    def _warned(self) -> str:
        """The first warning since `_watch`, with the student's line, or ""; the watch is over."""
        self._watch_over.close()
        return self._first_warning

    def _note_warning(self, message: Any, category: type[Warning], *_: Any, **__: Any) -> None:
        if self._first_warning or not issubclass(category, RuntimeWarning):
            return
        frame = sys._getframe()  # there is no public way to the caller's line  # noqa: SLF001
        while frame.f_back is not None and frame.f_globals is not self.namespace:
            frame = frame.f_back
        where = f"  ({_name_line(frame.f_code, frame.f_lineno)})" if frame.f_globals is self.namespace else ""
        self._first_warning = f"{category.__name__}: {message}"[:1000] + where[:300]

    def _describe(self, of: Any) -> dict[str, Any]:
        from proctor.models.describe import describe

        return describe(of)

    def _predict(self, of: Any, inputs: Any, batch_size: int) -> Any:
        return predict(of, inputs, batch_size, self._graphs.get(id(of)))

    def _weights(self, of: Any) -> list[Any]:
        return [np.asarray(weight) for weight in of.get_weights()]  # a single number is no array in Keras

    def _file(self, name: str) -> bytes | None:
        path = Path(name)
        return path.read_bytes() if path.is_file() else None

    def _save(self, name: str, path: str) -> None:
        self._get(name).save(path)

    def _saved(self, of: Any) -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "model.keras")
            of.save(path)
            return path.read_bytes()

    def _make(self, shape: list[int], layers: list[Any], weights: list[np.ndarray] | None) -> Any:
        import keras

        precision = keras.config.dtype_policy()  # in a notebook, the student may have chosen another
        keras.config.set_dtype_policy("float32")
        try:
            made = [getattr(keras.layers, class_name)(**config) for class_name, config in layers]
            model = keras.Sequential([keras.Input(tuple(shape)), *made])
        finally:
            keras.config.set_dtype_policy(precision)
        if weights is not None:
            model.set_weights(weights)
        return model

    def _load(self, path: str, data: bytes = b"") -> Any:
        from proctor.models.describe import load

        if not data:
            model = load(path)
        else:
            with tempfile.TemporaryDirectory() as folder:  # beside the notebook there may be a file of that name
                Path(folder, path).write_bytes(data)
                model = load(Path(folder, path))
        self._graphs[id(model)] = Graph(model)  # it keeps the model, so that no other object has the id
        return model

    def _load_with_own_layers(self, path: str) -> Any:
        """Load a model file with the student's own classes: runs their code, in their jail only."""
        from proctor.models.describe import load_own

        own = {name: value for name, value in self.namespace.items() if isinstance(value, (type, types.FunctionType))}
        return load_own(path, own)

    def _reference(self, value: Any) -> Reference:
        number = self._numbers.get(id(value))
        if number is None:
            number = len(self._objects)
            self._objects.append(value)
            self._numbers[id(value)] = number
        return Reference(number, type(value).__name__, _shorten_repr(value), _is_model(value))

    def _resolve_references(self, value: Any) -> Any:
        if isinstance(value, Reference):
            return self._objects[value.number]
        if isinstance(value, list):
            return [self._resolve_references(item) for item in value]
        if isinstance(value, tuple):
            return tuple(self._resolve_references(item) for item in value)
        if isinstance(value, dict):
            return {key: self._resolve_references(item) for key, item in value.items()}
        return value

    def _to_data(self, value: Any, depth: int) -> Any:
        if depth > DEPTH:
            raise ValueError(f"the value is nested more than {DEPTH} deep")
        if value is None or type(value) in (*PLAIN_TYPES, Reference):
            return value
        if isinstance(value, (np.ndarray, np.generic)) or _is_tensor(value):
            array = _to_sendable_dtype(np.array(value, subok=False))
            if array.dtype.kind not in "biufc":
                return self._to_data(array.tolist(), depth + 1)
            return array[()] if isinstance(value, np.generic) else array
        for kind, plain_value in _TO_PLAIN_VALUE.items():
            if isinstance(value, kind):
                return plain_value(value)
        for container in (list, tuple, set, frozenset):
            if isinstance(value, container):
                return container(self._to_data(item, depth + 1) for item in value)
        if isinstance(value, Mapping):
            return {self._to_data(key, depth + 1): self._to_data(item, depth + 1) for key, item in value.items()}
        return self._reference(value)

    def describe_error(self, error: BaseException) -> dict[str, Any]:
        """The error as data: names of its class and base classes, message, student's own line."""
        bases = [base.__name__ for base in type(error).__mro__ if base is not object]
        return {
            "type": bases[0],
            "types": bases,
            "message": _read_message(error),
            "where": self._find_student_line(error),
        }

    def _find_student_line(self, error: BaseException) -> str:
        found, trace = "", error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_globals is self.namespace:
                found = _name_line(trace.tb_frame.f_code, trace.tb_lineno)
            trace = trace.tb_next
        return found


def _name_line(code: types.CodeType, line: int) -> str:
    """A line of the student's for a message: "your StopAt.on_epoch_end, line 9"."""
    return f"your {'cell' if code.co_name == '<module>' else code.co_qualname}, line {line}"


def _to_plain_name(name: str) -> str:
    return name.casefold().replace("_", "")


def _in_a_live_notebook() -> bool:
    """Whether a person may have interrupted the cell: in Jupyter, or in `proctor check`."""
    return "ipykernel" in sys.modules or SESSION in os.environ


@contextlib.contextmanager
def _discard_prints() -> Any:
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        yield


def _iterate(value: Any) -> Iterator[Any]:
    """The items of one pass; a data set of Keras's own kind, which may be endless, has a length."""
    keras = sys.modules.get("keras")
    if keras is not None and isinstance(value, keras.utils.PyDataset) and hasattr(value, "__len__"):
        return (value[number] for number in range(len(value)))
    return iter(value)


def _count_numbers(item: Any) -> int:
    """How many numbers the arrays and tensors in `item` hold, which may be nested."""
    if isinstance(item, (list, tuple, dict)):
        return sum(_count_numbers(part) for part in (item.values() if isinstance(item, dict) else item))
    return (
        item.size
        if isinstance(item, np.ndarray)
        else math.prod(size or 1 for size in item.shape)
        if _is_tensor(item)
        else 1
    )


def _is_tensor(value: Any) -> bool:
    module = type(value).__module__
    named = module.startswith(("tensorflow.", "keras.", "jax", "torch")) and type(value).__name__ != "KerasTensor"
    return named and hasattr(value, "__array__") and hasattr(value, "shape")


def _to_sendable_dtype(array: np.ndarray) -> np.ndarray:
    """`array` in a dtype of the wire format, if it is a floating-point or complex array.

    bfloat16 and float8 become float32, long double becomes float64.
    """
    kind, name = array.dtype.kind, array.dtype.name
    if kind == "V" and "float" in name and array.dtype.names is None:
        return array.astype(np.float32)
    if kind in "fc" and array.dtype.itemsize > np.dtype(float if kind == "f" else complex).itemsize:
        return array.astype(float if kind == "f" else complex)
    return array


def _is_model(value: Any) -> bool:
    keras = sys.modules.get("keras")
    return keras is not None and isinstance(value, keras.Model)


def _shorten_repr(value: Any) -> str:
    if isinstance(value, (types.FunctionType, type, types.ModuleType)):
        return str(value.__name__)
    try:
        return repr(value)[:200]
    except Exception:  # the student's __repr__ may raise anything  # noqa: BLE001
        return f"a {type(value).__name__}"


def _read_message(error: BaseException) -> str:
    try:
        text = _ESCAPES.sub("", str(error)).replace(os.getcwd() + os.sep, "")
        # Keras appends the arguments of the call, which are longer than the message.
        text = text.split("\nArguments received by")[0].strip()
        return (_strip_graph_frames(text) if "Detected at node" in text else text)[:1000]
    except Exception:  # noqa: BLE001
        return "(its message could not be read)"


def _strip_graph_frames(text: str) -> str:
    """The message of a TensorFlow graph's error, without the stack frames in it."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith((" ", "\t", "Stack trace"))]
    headings = ("Graph execution error", "Detected at node")
    return " ".join(line for line in lines if not line.startswith(headings)) or text
