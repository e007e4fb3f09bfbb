"""Models of known layers and weights, which a grader builds where no student code has run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from proctor.channel.student import Link, Student, ask_for_model, share, view_of
from proctor.errors import CourseError, StudentError
from proctor.models.view import ModelView

Layer = tuple[str, dict[str, Any]]


def layer(class_name: str, **config: Any) -> Layer:
    """A Keras layer for `make_model`, such as `layer("Dense", units=4, activation="tanh")`.

    Args:
        class_name: a class of `keras.layers`.
        config: the arguments of the class.
    """
    return class_name, config


def make_model(student: Student, input_shape: tuple[int, ...], *layers: Layer, weights: Any = None) -> ModelView:
    """Build a sequential model of known layers and weights, to pass to the student's functions.

    It is built in a process that never ran student code, where student code cannot change what
    `predict`, the weights and the layers are. (`check` has no other process than the notebook's and
    builds it there.) Any other use, as `student.f(model)` or `model.fit(...)`, is of a copy in
    the student's process.

    Args:
        student: the submission.
        input_shape: the shape of one input, without the batch: `(28, 28, 1)`.
        layers: made by `layer`, in order.
        weights: arrays or lists of numbers in the order of Keras's `get_weights`, converted to
            float32; None for Keras's initial weights.

    Raises CourseError if Keras cannot build it.
    """
    try:
        model = build_model(student, input_shape, *layers, weights=weights, link=student.__clean__())
        data = model._handle.__link__.ask({"op": "saved", "of": model._handle.__reference__})
    except StudentError as error:
        raise CourseError(f"make_model could not build its model: {error}") from error
    copy = ask_for_model(student.__link__, op="load", path="model.keras", data=data)
    return ModelView(model._describe, model._predict, model._weights, copy._handle)


def make_network(student: Student, build: Callable[..., Any], *arguments: Any) -> Any:
    """Let `build(keras, *arguments)` make a model in the student's process, in single precision.

    For models with branches, or with models in them, which `make_model` cannot make. What the model
    predicts is not to be trusted: work out what is expected in the grader.

    Args:
        student: the submission.
        build: a function of the grader's; it can use only its arguments and what it imports itself.
        arguments: data.
    """
    return share(student, _build_in_single_precision)(share(student, build), list(arguments))


def _build_in_single_precision(build: Any, arguments: list[Any]) -> Any:
    import keras

    precision = keras.config.dtype_policy()  # the student may have chosen another
    keras.config.set_dtype_policy("float32")
    try:
        return build(keras, *arguments)
    finally:
        keras.config.set_dtype_policy(precision)


def as_left(model: ModelView) -> ModelView:
    """The copy of a model of `make_model` in the student's process, as the student's code left it.

    Args:
        model: what `make_model` returned; it stays what it was made.
    """
    return view_of(model._handle.__link__, model._handle)


def build_model(
    student: Student, input_shape: tuple[int, ...], *layers: Layer, weights: Any = None, link: Link | None = None
) -> ModelView:
    """Build a sequential model in the student's process (its predictions are not to be trusted).

    With `link`, it is built in the process of that link instead.
    """
    arrays = None if weights is None else [np.asarray(each, dtype="float32") for each in weights]
    named = [[class_name, config] for class_name, config in layers]
    return ask_for_model(link or student.__link__, op="make", shape=list(input_shape), layers=named, weights=arrays)
