"""Models of the grader's own: known layers and weights, built where no student code ever ran."""

from __future__ import annotations

from typing import Any

import numpy as np

from proctor.channel.student import Link, Student, ask_for_model
from proctor.errors import CourseError, StudentError
from proctor.models.view import ModelView

Layer = tuple[str, dict[str, Any]]


def layer(class_name: str, **config: Any) -> Layer:
    """One of Keras's layers, for `make_model`: `layer("Dense", units=4, activation="tanh")`."""
    return class_name, config


def make_model(student: Student, input_shape: tuple[int, ...], *layers: Layer, weights: Any = None) -> ModelView:
    """A model of known layers and weights, to be handed to the student's functions.

    It is built in a process that never ran the student's code (in `check`: in the notebook's own, there is no other).
    What it predicts, its weights and its description come from there, and stay what they are whatever the student's
    code does; `student.f(model)` gets a copy, and so does all else that is asked of it: `model.fit(...)`.

    Args:
        student: the submission.
        input_shape: of one input, the batch left out.
        layers: made by `layer`, in order.
        weights: arrays (or lists of numbers) in Keras's order; None for those that Keras draws.
    """
    try:
        model = carrier(student, input_shape, *layers, weights=weights, link=student.__clean__())
        data = model._handle.__link__.ask({"op": "saved", "of": model._handle.__reference__})
    except StudentError as error:
        raise CourseError(f"make_model could not build its model: {error}") from error
    copy = ask_for_model(student.__link__, op="load", path="model.keras", data=data)
    return ModelView(model._describe, model._predict, model._weights, copy._handle)


def carrier(
    student: Student, input_shape: tuple[int, ...], *layers: Layer, weights: Any = None, link: Link | None = None
) -> ModelView:
    """A model of these layers in the student's process, whose predictions nobody relies on, or behind `link`."""
    arrays = None if weights is None else [np.asarray(each, dtype="float32") for each in weights]
    named = [[class_name, config] for class_name, config in layers]
    return ask_for_model(link or student.__link__, op="make", shape=list(input_shape), layers=named, weights=arrays)
