"""The student's end of the channel: does what a grader asks to the objects of a namespace and returns data."""

from __future__ import annotations

import contextlib
import io
import math
import os
import re
import sys
import tempfile
import types
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from proctor.channel.wire import DEPTH, Reference

_ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
AT_ONCE = 32
PLAIN = (bool, int, float, complex, str, bytes)
# A subclass's plain value, whatever the subclass says about itself.
_PLAIN_VALUES: dict[type, Any] = {
    int: int.__int__,
    float: float.__float__,
    complex: complex.__complex__,
    str: str.__str__,
    bytes: bytes.__bytes__,
    bytearray: bytes,
}


class Answerer:
    """Answers requests about `namespace`; holds the objects that the other end has references to."""

    def __init__(self, namespace: dict[str, Any]):
        self.namespace = namespace
        self._objects: list[Any] = []
        self._numbers: dict[int, int] = {}

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """What `request` yields: {"ok": data} or {"error": {"type", "types", "message", "where"}}."""
        try:
            with _quiet():
                return {"ok": self._as_data(self._do(request), 0)}
        except BaseException as error:  # the student's code may raise anything; all of it is an answer
            if isinstance(error, KeyboardInterrupt) and _in_a_live_notebook():
                raise
            return {"error": self.described(error)}

    def _do(self, request: dict[str, Any]) -> Any:
        operation = getattr(self, f"_{request['op']}")
        fields = {key: self._as_objects(value) for key, value in request.items() if key != "op"}
        return operation(**fields)

    def _get(self, name: str) -> Any:
        if name not in self.namespace:
            raise NameError(f"name '{name}' is not defined")
        return self.namespace[name]

    def _attribute(self, of: Any, name: str) -> Any:
        return getattr(of, name)

    def _item(self, of: Any, key: Any) -> Any:
        return of[key]

    def _call(self, of: Any, arguments: list[Any], keywords: dict[str, Any]) -> Any:
        return of(*arguments, **keywords)

    def _length(self, of: Any) -> int:
        return len(of)

    def _put(self, value: Any) -> Reference:
        return self._reference(value)

    def _fetch(self, of: Any) -> Any:
        if not isinstance(of, (str, bytes)) and hasattr(of, "__array__"):
            return np.asarray(of)
        return of

    def _take(self, of: Any, count: int) -> list[Any]:
        return list(islice(iter(of), count))

    def _describe(self, of: Any) -> dict[str, Any]:
        from proctor.models.describe import describe

        return describe(of)

    def _predict(self, of: Any, inputs: Any, batch_size: int) -> Any:
        if _predicts_as_keras_does(of):
            try:
                return _in_batches(of, inputs, batch_size)
            except Exception as error:  # what is wrong is for predict to tell
                if type(error).__name__ == "ResourceExhaustedError":
                    raise  # it takes TensorFlow ten seconds to be sure of that, and would again
        return of.predict(inputs, batch_size=batch_size, verbose=0)

    def _weights(self, of: Any) -> list[Any]:
        return list(of.get_weights())

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

    def _load(self, path: str, data: bytes = b"") -> Any:
        from proctor.models.describe import load

        if data:
            Path(path).write_bytes(data)
        return load(path)

    def _load_with_own_layers(self, path: str) -> Any:
        """Load a model file with the namespace's classes and functions: only where student code may run anyway."""
        import keras

        own = {name: value for name, value in self.namespace.items() if isinstance(value, (type, types.FunctionType))}
        return keras.saving.load_model(path, custom_objects=own, compile=False, safe_mode=True)

    def _reference(self, value: Any) -> Reference:
        number = self._numbers.get(id(value))
        if number is None:
            number = len(self._objects)
            self._objects.append(value)
            self._numbers[id(value)] = number
        return Reference(number, type(value).__name__, _short(value), _is_model(value))

    def _as_objects(self, value: Any) -> Any:
        if isinstance(value, Reference):
            return self._objects[value.number]
        if isinstance(value, list):
            return [self._as_objects(item) for item in value]
        if isinstance(value, tuple):
            return tuple(self._as_objects(item) for item in value)
        if isinstance(value, dict):
            return {key: self._as_objects(item) for key, item in value.items()}
        return value

    def _as_data(self, value: Any, depth: int) -> Any:
        if depth > DEPTH:
            raise ValueError(f"the value is nested more than {DEPTH} deep")
        if value is None or type(value) in (*PLAIN, Reference):
            return value
        if isinstance(value, (np.ndarray, np.generic)) or _is_tensor(value):
            array = _plain_array(np.array(value, subok=False))
            if array.dtype.kind not in "biufc":
                return self._as_data(array.tolist(), depth + 1)
            return array[()] if isinstance(value, np.generic) else array
        for kind, plain_value in _PLAIN_VALUES.items():
            if isinstance(value, kind):
                return plain_value(value)
        for container in (list, tuple, set, frozenset):
            if isinstance(value, container):
                return container(self._as_data(item, depth + 1) for item in value)
        if isinstance(value, Mapping):
            return {self._as_data(key, depth + 1): self._as_data(item, depth + 1) for key, item in value.items()}
        return self._reference(value)

    def described(self, error: BaseException) -> dict[str, Any]:
        """The error as data: its class and bases by name, its text, and the student's own line."""
        bases = [base.__name__ for base in type(error).__mro__ if base is not object]
        return {"type": bases[0], "types": bases, "message": _text(error), "where": self._where(error)}

    def _where(self, error: BaseException) -> str:
        found, trace = "", error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_globals is self.namespace:
                code = trace.tb_frame.f_code
                name = "cell" if code.co_name == "<module>" else code.co_qualname
                found = f"your {name}, line {trace.tb_lineno}"
            trace = trace.tb_next
        return found


def _in_a_live_notebook() -> bool:
    """Whether a person may have pressed the interrupt key: in a live notebook, not in the jail."""
    return "ipykernel" in sys.modules


@contextlib.contextmanager
def _quiet() -> Any:
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        yield


def _in_batches(model: Any, inputs: Any, size: int) -> Any:
    """What `model.predict` returns, without the pipeline that it makes for data of any length."""
    keras = sys.modules["keras"]
    map_structure = keras.tree.map_structure
    arrays = map_structure(lambda part: _as_keras_takes(np.asarray(part)), inputs)
    rows = _rows(arrays)
    if rows <= min(size, AT_ONCE):
        # Making a graph would take far longer than the rows.
        return model(arrays, training=False)
    size = math.ceil(rows / math.ceil(rows / size))  # batches of one size, since another is another graph
    parts = [
        model.predict_on_batch(map_structure(lambda part, begin=begin: part[begin : begin + size], arrays))
        for begin in range(0, rows, size)
    ]
    return map_structure(lambda *found: np.concatenate(found), *parts)


def _as_keras_takes(array: np.ndarray) -> np.ndarray:
    """`array` as `predict` passes it on: floating-point numbers in Keras's own type."""
    return array.astype(sys.modules["keras"].config.floatx()) if array.dtype.kind == "f" else array


def _rows(inputs: Any) -> int:
    """How many rows there are in `inputs`, an array or a list or dict of arrays."""
    while isinstance(inputs, (list, tuple, dict)):
        inputs = next(iter(inputs.values() if isinstance(inputs, dict) else inputs))
    return len(inputs)


def _predicts_as_keras_does(model: Any) -> bool:
    keras = sys.modules["keras"]
    methods = ("predict", "predict_step", "make_predict_function")
    return all(getattr(type(model), name, None) is getattr(keras.Model, name) for name in methods)


def _is_tensor(value: Any) -> bool:
    module = type(value).__module__
    named = module.startswith(("tensorflow.", "keras.", "jax", "torch")) and type(value).__name__ != "KerasTensor"
    return named and hasattr(value, "__array__") and hasattr(value, "shape")


def _plain_array(array: np.ndarray) -> np.ndarray:
    """`array` in a dtype that is sent, if it is one of TensorFlow's short numbers or the platform's long ones."""
    kind, name = array.dtype.kind, array.dtype.name
    if kind == "V" and "float" in name and array.dtype.names is None:
        return array.astype(np.float32)
    if kind in "fc" and array.dtype.itemsize > np.dtype(float if kind == "f" else complex).itemsize:
        return array.astype(float if kind == "f" else complex)
    return array


def _is_model(value: Any) -> bool:
    keras = sys.modules.get("keras")
    return keras is not None and isinstance(value, keras.Model)


def _short(value: Any) -> str:
    if isinstance(value, (types.FunctionType, type, types.ModuleType)):
        return str(value.__name__)
    try:
        return repr(value)[:200]
    except Exception:  # a broken __repr__ is the student's, and no reason to stop
        return f"a {type(value).__name__}"


def _text(error: BaseException) -> str:
    try:
        text = _ESCAPES.sub("", str(error)).replace(os.getcwd() + os.sep, "")
        # Keras adds what it was called with, which is longer than what is wrong.
        text = text.split("\nArguments received by")[0].strip()
        return (_of_graph(text) if "Detected at node" in text else text)[:1000]
    except Exception:
        return "(its message could not be read)"


def _of_graph(text: str) -> str:
    """What went wrong in a TensorFlow graph, without the frames that led to it."""
    told = [line for line in text.splitlines() if line.strip() and not line.startswith((" ", "\t", "Stack trace"))]
    return " ".join(line for line in told if not line.startswith(("Graph execution error", "Detected at node"))) or text
