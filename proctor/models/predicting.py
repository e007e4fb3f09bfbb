"""Predicts, teaches and judges with a live Keras model as Keras does, in less time.

Runs in the process that has Keras: in a jail or in a student's notebook, never in the examiner.
"""

from __future__ import annotations

import contextlib
import math
import sys
from collections.abc import Iterator
from functools import partial
from types import MethodType
from typing import Any

import numpy as np

EAGER_ROWS = 32
"""For so many rows, tracing a graph takes far longer than to call the model."""
EAGER_STEPS = 32
"""The same for so many steps of a recurrent layer."""
EAGER_EPOCHS = 2
"""The same for so many epochs."""
EAGER_CALLS = 10
"""The same for so many calls with few rows."""
_FUNCTIONS = {"evaluate": "test_function", "fit": "train_function"}
"""A model's method → the attribute in which Keras keeps the graph that it has traced for it."""


class Graph:
    """A loaded model as one TensorFlow graph for batches of any size and inputs of any length.

    Keras traces a graph for each shape, which takes longer than most predictions. A model that
    changes keeps its first graph: so this is for models that no student code has.

    Args:
        model: a Keras model.
    """

    def __init__(self, model: Any):
        self._model = model
        self._traced: Any = None
        self._calls = 0
        inputs = getattr(model, "inputs", None) or []
        takes_any_size = all(one.shape[:1] == (None,) for one in inputs) and not _is_wrong_in_a_graph(model)
        self._inputs: list[Any] = inputs if takes_any_size else []

    def takes(self, inputs: Any, rows: int) -> bool:
        """Whether `predict` takes these inputs, and sooner than the model if it is called."""
        parts = inputs if isinstance(inputs, list) else [inputs]
        if not self._inputs or len(parts) != len(self._inputs) or not all(map(_fits, parts, self._inputs)):
            return False
        self._calls += 1
        many = rows > EAGER_ROWS or self._calls > EAGER_CALLS
        return self._traced is not None or many or any(_takes_many_steps(self._model, part) for part in parts)

    def predict(self, inputs: Any) -> Any:
        """The predictions for one batch: an array, or a list with one for each input."""
        keras = sys.modules["keras"]
        batch = [
            keras.ops.cast(part, one.dtype) for part, one in zip(keras.tree.flatten(inputs), self._inputs, strict=True)
        ]
        if self._traced is None:
            self._traced = self._trace()
        return keras.tree.map_structure(np.asarray, self._traced(*batch))

    def _trace(self) -> Any:
        tensorflow, model = sys.modules["tensorflow"], self._model
        return tensorflow.function(
            lambda *batch: model(list(batch) if len(batch) > 1 else batch[0], training=False),
            input_signature=[tensorflow.TensorSpec(one.shape, one.dtype) for one in self._inputs],
            autograph=False,
        )


def _fits(part: Any, one: Any) -> bool:
    """Whether an input's values are numbers with as many axes as the input has."""
    return isinstance(part, np.ndarray) and part.ndim == len(one.shape) and part.dtype.kind in "biuf"


@contextlib.contextmanager
def without_graph_if_few(called: Any, arguments: list[Any], keywords: dict[str, Any]) -> Iterator[None]:
    """Have a model's `evaluate`, or a `fit` of one or two epochs, trace no graph for few rows.

    Does nothing for any other function, for a method that a student wrote, or if a graph is there.

    Args:
        called: what is to be called.
        arguments, keywords: with what.
    """
    # Of other objects nothing is asked, for they may answer by code of a student's.
    model: Any = called.__self__ if isinstance(called, MethodType) else None
    name = called.__name__ if isinstance(called, MethodType) else ""
    inputs = arguments[0] if arguments else keywords.get("x")
    if not _would_trace(model, name) or keywords.get("epochs", 1) > EAGER_EPOCHS or not _are_few(model, inputs):
        yield
        return
    model.run_eagerly = True
    try:
        yield
    finally:
        model.run_eagerly = False
        setattr(model, _FUNCTIONS[name], None)  # it would go on without a graph


def _would_trace(model: Any, name: str) -> bool:
    """Whether a model's method is Keras's own, and has no graph yet."""
    keras = sys.modules.get("keras")
    if keras is None or name not in _FUNCTIONS or not isinstance(model, keras.Model):
        return False
    own = getattr(type(model), name) is getattr(keras.Model, name)
    return own and not model.run_eagerly and getattr(model, _FUNCTIONS[name]) is None


def _are_few(model: Any, inputs: Any) -> bool:
    """Whether inputs are arrays of few rows, and of few steps for a recurrent model."""
    return all(
        isinstance(part, np.ndarray) and part.shape[:1] <= (EAGER_ROWS,) and not _takes_many_steps(model, part)
        for part in sys.modules["keras"].tree.flatten(inputs)
    )


def _takes_many_steps(model: Any, inputs: np.ndarray) -> bool:
    """Whether a recurrent layer is called for many steps, which are slow without a graph."""
    return inputs.ndim > 1 and inputs.shape[1] > EAGER_STEPS and _has_layer(model, "RNN")


def _is_wrong_in_a_graph(model: Any) -> bool:
    """Whether Keras may answer otherwise in a graph for inputs of any length.

    Keras 3.15's TimeDistributed then calls its layer as often as the batch has rows, and not as the
    inputs have steps; `predict` makes such a graph when it is asked for a second length.
    """
    return _has_layer(model, "TimeDistributed")


def _has_layer(model: Any, name: str) -> bool:
    kind = getattr(sys.modules["keras"].layers, name)
    return any(isinstance(each, kind) for each in model._flatten_layers())  # noqa: SLF001


def predict(model: Any, inputs: Any, batch_size: int, graph: Graph | None) -> Any:
    """What `model.predict` returns, or the error that it raises.

    Args:
        model: a Keras model.
        inputs: an array, or a list or dict of arrays, with a row for each example.
        batch_size: how many rows are predicted at a time, at most.
        graph: the model's; None if student code has the model, and might change it.
    """
    if _has_keras_predict(model):
        try:
            return _predict_in_batches(model, inputs, batch_size, graph)
        except Exception as error:  # `predict`, below, raises the error that students know
            if type(error).__name__ == "ResourceExhaustedError":
                raise  # TensorFlow retried for ten seconds, and `predict` would again
    return model.predict(inputs, batch_size=batch_size, verbose=0)


def _predict_in_batches(model: Any, inputs: Any, size: int, graph: Graph | None) -> Any:
    """What `model.predict` returns, but faster: without the `tf.data` pipeline that it builds."""
    keras = sys.modules["keras"]
    map_structure = keras.tree.map_structure
    arrays = map_structure(lambda part: _cast_to_floatx(np.asarray(part)), inputs)
    rows = _count_rows(arrays)
    if graph is not None and graph.takes(arrays, rows):
        predict_batch = graph.predict
    elif rows <= min(size, EAGER_ROWS):
        return model(arrays, training=False)
    elif _is_wrong_in_a_graph(model):
        predict_batch = partial(model, training=False)
    else:
        predict_batch = model.predict_on_batch
    # Nearly equal batches, because Keras traces a new graph for each size.
    size = math.ceil(rows / math.ceil(rows / size))
    parts = [
        predict_batch(map_structure(lambda part, begin=begin: part[begin : begin + size], arrays))
        for begin in range(0, rows, size)
    ]
    return map_structure(lambda *found: np.concatenate(found), *parts)


def _cast_to_floatx(array: np.ndarray) -> np.ndarray:
    """`array` with floating-point numbers as Keras's `floatx`, as `predict` casts them."""
    return array.astype(sys.modules["keras"].config.floatx()) if array.dtype.kind == "f" else array


def _count_rows(inputs: Any) -> int:
    """The number of rows of `inputs`: an array, or a list or dict of arrays."""
    while isinstance(inputs, (list, tuple, dict)):
        inputs = next(iter(inputs.values() if isinstance(inputs, dict) else inputs))
    return len(inputs)


def _has_keras_predict(model: Any) -> bool:
    keras = sys.modules["keras"]
    methods = ("predict", "predict_step", "make_predict_function")
    return all(getattr(type(model), name, None) is getattr(keras.Model, name) for name in methods)
