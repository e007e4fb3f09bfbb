"""Numerical gradients: right for smooth functions, fair at kinks, strict everywhere else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from proctor import CriterionFailed, assert_gradient, numerical_gradient
from proctor.errors import CourseError

WEIGHTS = np.random.default_rng(0).normal(size=(4, 3))


def softmax_loss(x):
    """The cross-entropy of class 1 for each row of logits."""
    logs = x - np.log(np.exp(x).sum(axis=-1, keepdims=True))
    return -logs[:, 1].sum()


def softmax_gradient(x):
    return np.exp(x) / np.exp(x).sum(axis=-1, keepdims=True) - np.eye(x.shape[1])[1]


SMOOTH = [
    (lambda x: (x**2).sum(), lambda x: 2 * x),
    (lambda x: np.sin(3 * x).sum() + 1e3, lambda x: 3 * np.cos(3 * x)),
    (lambda x: np.tanh(x @ WEIGHTS).sum(), lambda x: (1 - np.tanh(x @ WEIGHTS) ** 2) @ WEIGHTS.T),
    (softmax_loss, softmax_gradient),
    (lambda x: 7.0, np.zeros_like),
]


@pytest.mark.parametrize("f, gradient", SMOOTH, ids=["square", "sine", "tanh", "softmax", "constant"])
@settings(max_examples=30, deadline=None)
@given(arrays.arrays("f8", (2, 4), elements=st.floats(-3, 3)))
def test_a_right_gradient_passes_and_one_percent_off_does_not(f, gradient, x):
    """In double precision, for values of any sign and size around 1; as float32 it passes too."""
    right = gradient(x)
    np.testing.assert_allclose(numerical_gradient(f, x), right, rtol=1e-5, atol=1e-5)
    assert_gradient(right, f, x, "d_x")
    assert_gradient(right.astype("float32"), f, x, "d_x")
    largest = np.abs(right).max()
    wrong = right.copy()
    wrong.flat[np.abs(right).argmax()] += max(0.01 * largest, 0.01)
    with pytest.raises(CriterionFailed):
        assert_gradient(wrong, f, x, "d_x")


def relu_sum(x):
    return (np.maximum(x, 0) * [1.0, 2.0, -3.0]).sum()


@pytest.mark.parametrize("at_zero", [0.0, 1.0, 0.5])
def test_any_slope_between_both_sides_is_right_at_a_kink(at_zero):
    """Frameworks differ about the slope of a ReLU at 0: it may be 0, 1 or anything between."""
    x = np.array([0.0, 0.0, 0.0])
    assert_gradient(at_zero * np.array([1.0, 2.0, -3.0]), relu_sum, x, "d_x")


@pytest.mark.parametrize("distance", [1e-12, 1e-9, 1e-7, 3e-6, 7e-6, 1e-5, 1e-3])
@pytest.mark.parametrize("side", [-1, 1])
def test_a_kink_nearby_makes_no_right_gradient_wrong(distance, side):
    """However close to 0 a number is, the slope on its own side passes."""
    x = side * distance * np.array([1.0, 1.0, 1.0])
    assert_gradient((x > 0) * np.array([1.0, 2.0, -3.0]), relu_sum, x, "d_x")


@pytest.mark.parametrize("wrong", [[-0.01, 0, 0], [1.01, 0, 0], [0, 2.1, 0], [0, 0, 0.1], [0, 0, -3.1]])
def test_what_lies_beyond_both_sides_is_wrong_at_a_kink(wrong):
    """The message says between which two slopes."""
    with pytest.raises(CriterionFailed) as failed:
        assert_gradient(np.array(wrong), relu_sum, np.zeros(3), "d_x")
    assert " to be from " in failed.value.expected


def test_a_kink_elsewhere_loosens_nothing_here():
    """Only the number that is at a kink has two slopes."""
    with pytest.raises(CriterionFailed) as failed:
        assert_gradient(np.array([0.3, 2.002, 0.0]), relu_sum, np.array([0.0, 1.0, -1.0]), "d_x")
    assert failed.value.expected.startswith("`d_x`[1] to be 2 (give or take")
    assert failed.value.found == "2.002 there, and 1 of 3 values differ"


def test_numbers_given_in_float32_are_right_to_float32():
    """Results that were computed from float32 are compared as float32, in
    whatever dtype they come."""
    x = np.array([0.1, 0.7], "float32")
    rounded = 2 * x.astype(float) * (1 + 3e-5)
    assert_gradient(rounded, lambda x: (x**2).sum(), x, "d_x")
    with pytest.raises(CriterionFailed):
        assert_gradient(rounded, lambda x: (x**2).sum(), x.astype(float), "d_x")


def test_large_numbers_and_large_losses():
    """The step grows with the number, and the rounding of a large loss is allowed for."""
    x = np.array([1e4, -3e5, 0.5])
    assert_gradient(2 * x, lambda x: (x**2).sum(), x, "d_x")
    assert_gradient(np.ones(3), lambda x: x.sum() + 1e9, x, "d_x")


def test_whole_numbers_and_a_single_one_have_gradients():
    """The array that is given is left as it is."""
    x = np.array([[1, 2], [3, 4]])
    np.testing.assert_allclose(numerical_gradient(lambda x: (x**2).sum(), x), 2 * x, rtol=1e-9)
    assert_gradient(6.0, lambda x: float(x) ** 2, 3.0, "slope")
    assert x.dtype.kind == "i"

    def spoils(x):
        x += 1
        return x.sum()

    np.testing.assert_allclose(numerical_gradient(spoils, x), np.ones((2, 2)), rtol=1e-9)


@pytest.mark.parametrize(
    "found", [None, "1", np.zeros(2), np.zeros((3, 1)), [np.nan, 0, 0], [np.inf, 0, 0], [1j, 2, 3]]
)
def test_what_is_no_gradient_is_told(found):
    """Another shape, None, NaN, infinity and complex numbers fail in plain words."""
    with pytest.raises(CriterionFailed):
        assert_gradient(found, lambda x: (x**2).sum(), np.ones(3), "d_x")


def test_a_function_in_single_precision_is_the_authors_fault():
    """Its rounding would make right gradients wrong."""
    with pytest.raises(CourseError, match="float64"):
        numerical_gradient(lambda x: np.float32(x.sum()), np.ones(3))
