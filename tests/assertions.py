"""How an assertion of a grader fails, and models that describe themselves as a test says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from proctor.channel.student import LocalLink, Student
from proctor.errors import CriterionFailed
from proctor.models.view import ModelView

LONGEST = 200


def failure(check: Callable[..., Any], *args: Any, **kwargs: Any) -> CriterionFailed:
    """How `check` fails; whatever it is, it is short enough to be read."""
    with pytest.raises(CriterionFailed) as failed:
        check(*args, **kwargs)
    assert len(failed.value.expected) < LONGEST
    assert len(failed.value.found) < LONGEST
    return failed.value


def student(**names: Any) -> Student:
    """A notebook with these names."""
    return Student(LocalLink(names))


def said(check: Callable[..., Any], *args: Any, **kwargs: Any) -> tuple[str, str]:
    """What was expected and what was found."""
    failed = failure(check, *args, **kwargs)
    return failed.expected, failed.found


def layer(class_name: str, output: tuple[Any, ...] = (None, 10), activation: str | None = None, **config: Any) -> Any:
    return {
        "name": class_name.lower(),
        "class_name": class_name,
        "config": config,
        "input_shape": [None, 4],
        "output_shape": list(output),
        "parameters": 10 * config.get("units", 0),
        "trainable": True,
        "activation": activation,
    }


def model(*layers: Any, predict: Callable[..., Any] | None = None, **description: Any) -> ModelView:
    """A model with these layers that answers with `predict`, a function of the inputs."""
    about = {
        "name": "digits",
        "class_name": "Sequential",
        "keras_version": "3.15.1",
        "input_shape": [None, 28, 28],
        "output_shape": list(layers[-1]["output_shape"]) if layers else None,
        "parameters": sum(layer["parameters"] for layer in layers),
        "trainable_parameters": 0,
        "layers": list(layers),
        "compiled": None,
        "steps": None,
        **description,
    }
    return ModelView(lambda: about, lambda x, batch_size: predict(x) if predict else x, list)


X = np.arange(4.0)[:, None]
