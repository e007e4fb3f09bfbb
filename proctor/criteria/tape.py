"""Ask a student's TensorFlow function for its answer to tensors, and for its slope on a tape."""

from __future__ import annotations

from typing import Any

import numpy as np

from proctor.channel.student import Handle, Student, share
from proctor.errors import CriterionFailed

TENSORFLOW_ONLY = "NumPy, float() and .numpy() leave the tape. TensorFlow has functions for all of this."


def call_on_tensors(student: Student, function: str | Handle, *arguments: Any) -> Any:
    """What a function answers to tensors: each array is handed over as one.

    Args:
        student: the submission.
        function: a name of the notebook, or a handle to a function.
        arguments: arrays become tensors, also in lists, tuples and dicts; those of floats are
            float32. Anything else is handed over as it is.
    """
    return share(student, _call)(_look_up(student, function), list(arguments))


def slope_on_tape(student: Student, function: str | Handle, x: Any, *rest: Any, along: Any = None) -> np.ndarray:
    """The slope of a function for its first argument, as TensorFlow's tape finds it.

    Args:
        student: the submission.
        function: a name of the notebook, or a handle to a function; it returns a tensor.
        x: its first argument, an array.
        rest: its other arguments, as for `call_on_tensors`.
        along: an array of the shape of its answer. The slope is that of the sum of all products of
            the two; by default that of the sum of the answer.

    Raises CriterionFailed if the answer has another shape than `along`, and if the tape cannot
    follow from `x` to the answer, or only to zeros.
    """
    weights = None if along is None else np.asarray(along, dtype="float32")
    asked = share(student, _differentiate)(_look_up(student, function), np.asarray(x), list(rest), weights)
    what = f"{function}(…)" if isinstance(function, str) else "the function"
    if asked["shape"] is not None:
        shape = None if weights is None else list(weights.shape)
        raise CriterionFailed(f"{what} to have the shape {shape}", f"the shape {list(asked['shape'])}")
    if asked["slope"] is None or not np.any(asked["slope"]):
        found = "none: the tape lost track of it" if asked["slope"] is None else "a slope of 0 everywhere"
        raise CriterionFailed(f"a slope of {what}", found, hint=TENSORFLOW_ONLY if asked["slope"] is None else "")
    return np.asarray(asked["slope"])


def _look_up(student: Student, function: str | Handle) -> Any:
    return getattr(student, function) if isinstance(function, str) else function


def _call(function: Any, arguments: list[Any]) -> Any:
    import numpy as np
    import tensorflow as tf

    def as_tensors(value: Any) -> Any:
        if isinstance(value, np.ndarray):
            return tf.constant(value, tf.float32 if value.dtype.kind == "f" else None)
        if isinstance(value, (list, tuple)):
            return type(value)(as_tensors(each) for each in value)
        if isinstance(value, dict):
            return {key: as_tensors(each) for key, each in value.items()}
        return value

    return function(*as_tensors(arguments))


def _differentiate(function: Any, x: Any, rest: list[Any], along: Any) -> dict[str, Any]:
    import numpy as np
    import tensorflow as tf

    def as_tensors(value: Any) -> Any:
        if isinstance(value, np.ndarray):
            return tf.constant(value, tf.float32 if value.dtype.kind == "f" else None)
        if isinstance(value, (list, tuple)):
            return type(value)(as_tensors(each) for each in value)
        if isinstance(value, dict):
            return {key: as_tensors(each) for key, each in value.items()}
        return value

    x = as_tensors(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        answer = function(x, *as_tensors(rest))
        if not tf.is_tensor(answer):
            return {"shape": None, "slope": None}
        if along is not None and answer.shape != along.shape:
            return {"shape": answer.shape.as_list(), "slope": None}
        total = tf.reduce_sum(tf.cast(answer, tf.float32) * (1.0 if along is None else along))
    slope = tape.gradient(total, x)
    return {"shape": None, "slope": None if slope is None else tf.convert_to_tensor(slope)}
