"""Proctor: deep-learning exercises that grade themselves, and graders that can be trusted.

Graders and notebooks import from here. It is imported in students' processes, so it needs neither
nbformat nor TensorFlow.
"""

from proctor import datasets
from proctor.channel.student import fetch, raises, share, take
from proctor.criteria.arrays import (
    as_array,
    assert_between,
    assert_close,
    assert_dtype,
    assert_equal,
    assert_probabilities,
    assert_shape,
)
from proctor.criteria.criterion import criterion
from proctor.criteria.layers import (
    assert_compiled,
    assert_input_shape,
    assert_layer,
    assert_layer_count,
    assert_layer_order,
    assert_output_shape,
    assert_parameters,
    at_least,
    at_most,
    output_activation,
)
from proctor.criteria.metrics import accuracy, crossentropy, mean_absolute_error, mean_squared_error
from proctor.errors import CriterionFailed
from proctor.judge.live import check

__all__ = [
    "CriterionFailed",
    "accuracy",
    "as_array",
    "assert_between",
    "assert_close",
    "assert_compiled",
    "assert_dtype",
    "assert_equal",
    "assert_input_shape",
    "assert_layer",
    "assert_layer_count",
    "assert_layer_order",
    "assert_output_shape",
    "assert_parameters",
    "assert_probabilities",
    "assert_shape",
    "at_least",
    "at_most",
    "check",
    "criterion",
    "crossentropy",
    "datasets",
    "fetch",
    "mean_absolute_error",
    "mean_squared_error",
    "output_activation",
    "raises",
    "share",
    "take",
]
