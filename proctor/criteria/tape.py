"""Ask a student's TensorFlow function for its answer to tensors, its slope, and its steps."""

from __future__ import annotations

from typing import Any, NamedTuple

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
    return share(student, _call)(_look_up(student, function), share(student, _to_tensors), list(arguments))


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
    arguments = [np.asarray(x), *rest]
    to_tensors = share(student, _to_tensors)
    asked = share(student, _differentiate)(_look_up(student, function), to_tensors, arguments, weights)
    what = f"{function}(…)" if isinstance(function, str) else "the function"
    if asked["shape"] is not None:
        shape = None if weights is None else list(weights.shape)
        raise CriterionFailed(f"{what} to have the shape {shape}", f"the shape {list(asked['shape'])}")
    if asked["slope"] is None or not np.any(asked["slope"]):
        found = "none: the tape lost track of it" if asked["slope"] is None else "a slope of 0 everywhere"
        raise CriterionFailed(f"a slope of {what}", found, hint=TENSORFLOW_ONLY if asked["slope"] is None else "")
    return np.asarray(asked["slope"])


class Steps(NamedTuple):
    """What a student's function made of a variable, step by step."""

    values: list[np.ndarray]
    """The variable before the first step, and after each."""
    costs: list[Any]
    """What each step returned, as data or as a handle."""


def make_bowl(student: Student, middle: Any, steep: Any) -> Handle:
    """A cost, as a function of one variable or tensor, whose slope is steep × (value - middle).

    Args:
        student: the submission; the function is in its process.
        middle: an array, where the cost is 0.
        steep: a number, or an array of the shape of `middle`.
    """
    return share(student, _bowl)(np.asarray(middle, "float32"), np.asarray(steep, "float32"))


def take_steps(
    student: Student,
    step: str | Handle,
    start: Any,
    cost_of: Handle,
    optimizer: str,
    settings: dict[str, Any],
    count: int,
) -> Steps:
    """What a student's function makes of a variable when it is called several times.

    Args:
        student: the submission.
        step: a name of the notebook, or a handle: a function of a variable, its cost and an
            optimizer of Keras, which changes the variable and returns a cost.
        start: an array, what is in the variable at first.
        cost_of: the cost, a function of the variable, such as `make_bowl` makes.
        optimizer: the name of its class in `keras.optimizers`. One is made, and given to each step.
        settings: what it is made with, such as `{"learning_rate": 0.1}`.
        count: how many steps to take.
    """
    start = np.asarray(start, "float32")
    steps = share(student, _step_by_step)(_look_up(student, step), start, cost_of, optimizer, settings, count)
    return Steps(**steps)


class Lessons(NamedTuple):
    """What a student's function made of a network, batch by batch."""

    weights: list[list[np.ndarray]]
    """All weights of the network, in Keras's order, before the first batch and after each."""
    losses: list[Any]
    """What the function returned for each batch, as data or as a handle."""


def teach_network(
    student: Student, step: str, network: Any, optimizer: str, settings: dict[str, Any], batches: list[list[Any]]
) -> Lessons:
    """What a student's function makes of a network when it is called with batch after batch.

    Args:
        student: the submission.
        step: the name of a function of a network, an optimizer of Keras, and what is in a batch,
            which changes the network and returns a loss.
        network: what `make_network` or `make_model` returned.
        optimizer: the name of its class in `keras.optimizers`. One is made, and given to each call.
        settings: what it is made with, such as `{"learning_rate": 0.1}`.
        batches: for each call its further arguments.
    """
    return Lessons(**share(student, _teach)(getattr(student, step), network, optimizer, settings, batches))


def bowl_by_adam(start: Any, middle: Any, steep: Any, rate: float, count: int) -> np.ndarray:
    """Where `take_steps` with Adam should go in a bowl, if each step clips to 0 … 1.

    Args:
        start: an array, where the first step begins.
        middle, steep: what `make_bowl` is given.
        rate: the learning rate; all other settings are Keras's own.
        count: how many steps to take.

    Returns the start and what it is after each step, in double precision: (count + 1, …).
    """
    values = [np.asarray(start, float)]
    mean, square = np.zeros_like(values[0]), np.zeros_like(values[0])
    for number in range(1, count + 1):
        slope = steep * (values[-1] - middle)
        mean, square = 0.9 * mean + 0.1 * slope, 0.999 * square + 0.001 * slope**2
        corrected = rate * np.sqrt(1 - 0.999**number) / (1 - 0.9**number)
        values.append(np.clip(values[-1] - corrected * mean / (np.sqrt(square) + 1e-7), 0, 1))
    return np.array(values)


def _look_up(student: Student, function: str | Handle) -> Any:
    return getattr(student, function) if isinstance(function, str) else function


def _call(function: Any, to_tensors: Any, arguments: list[Any]) -> Any:
    return function(*to_tensors(arguments))


def _differentiate(function: Any, to_tensors: Any, arguments: list[Any], along: Any) -> dict[str, Any]:
    import tensorflow as tf

    x, *rest = to_tensors(arguments)
    with tf.GradientTape() as tape:
        tape.watch(x)
        answer = function(x, *rest)
        if not tf.is_tensor(answer):
            return {"shape": None, "slope": None}
        if along is not None and answer.shape != along.shape:
            return {"shape": answer.shape.as_list(), "slope": None}
        total = tf.reduce_sum(tf.cast(answer, tf.float32) * (1.0 if along is None else along))
    slope = tape.gradient(total, x)
    return {"shape": None, "slope": None if slope is None else tf.convert_to_tensor(slope)}


def _to_tensors(value: Any) -> Any:
    import numpy as np
    import tensorflow as tf

    def convert(value: Any) -> Any:
        if isinstance(value, np.ndarray):
            return tf.constant(value, tf.float32 if value.dtype.kind == "f" else None)
        if isinstance(value, (list, tuple)):
            return type(value)(convert(each) for each in value)
        if isinstance(value, dict):
            return {key: convert(each) for key, each in value.items()}
        return value

    return convert(value)


def _bowl(middle: Any, steep: Any) -> Any:
    import tensorflow as tf

    return lambda variable: tf.reduce_sum(steep * (variable - middle) ** 2) / 2


def _step_by_step(step: Any, start: Any, cost_of: Any, optimizer: str, settings: dict[str, Any], count: int) -> Any:
    import keras
    import tensorflow as tf

    variable, descent = tf.Variable(start), getattr(keras.optimizers, optimizer)(**settings)
    if hasattr(step, "get_concrete_function"):  # a compiled function must not be the one to make its state
        descent.build([variable])
    costs, values = [], [variable.numpy()]
    for _ in range(count):
        costs.append(step(variable, cost_of, descent))
        values.append(variable.numpy())
    return {"values": values, "costs": costs}


def _teach(step: Any, network: Any, optimizer: str, settings: dict[str, Any], batches: list[list[Any]]) -> Any:
    import keras

    descent = getattr(keras.optimizers, optimizer)(**settings)
    if hasattr(step, "get_concrete_function"):  # a compiled function must not be the one to make its state
        descent.build(network.trainable_variables)
    losses, weights = [], [network.get_weights()]
    for batch in batches:
        losses.append(step(network, descent, *batch))
        weights.append(network.get_weights())
    return {"losses": losses, "weights": weights}
