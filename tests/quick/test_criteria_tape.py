"""What a student's function answers to tensors, and its slope, with the real TensorFlow."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from proctor import CriterionFailed, call_on_tensors, slope_on_tape
from proctor.channel.student import LocalLink, Student

X = np.array([[1.0, -2.0, 0.5], [3.0, 1.0, -1.0]])
Y = np.array([[0.5, 0.0], [1.0, 2.0], [-4.0, 1.0]])


def student(**functions):
    """A notebook that defines these functions."""
    return Student(LocalLink(functions))


def test_arrays_become_tensors_wherever_they_are():
    """Also in lists and dicts; floats are of single precision, other values stay what they are."""

    def tell(x, parts, name):
        tensors = [x, *parts["some"], parts["one"]]
        return [tf.is_tensor(each) and each.dtype.name for each in tensors] + [name]

    found = call_on_tensors(student(tell=tell), "tell", X, {"some": [X.astype("float16"), 7], "one": np.arange(3)}, "x")
    assert found == ["float32", "float32", False, "int64", "x"]


def test_a_slope_follows_the_sum_of_products():
    """Of a product of matrices, it is the transposed other one; also for a handle."""
    someone = student(product=lambda x, y: x @ y, gathered=lambda x: tf.gather(x, [1, 1]))
    along = np.array([[1.0, 2.0], [0.0, -3.0]])
    for function in ("product", someone.product):
        np.testing.assert_allclose(slope_on_tape(someone, function, X, Y, along=along), along @ Y.T, rtol=1e-6)
    np.testing.assert_allclose(slope_on_tape(someone, "product", X, Y), np.ones((2, 2)) @ Y.T, rtol=1e-6)
    np.testing.assert_allclose(slope_on_tape(someone, "gathered", X), [[0, 0, 0], [2, 2, 2]])


@pytest.mark.parametrize(
    "function, found",
    [
        (lambda x: np.sum(x), "none: the tape lost track of it"),
        (lambda x: tf.constant(np.sum(x.numpy())), "none: the tape lost track of it"),
        (lambda x: None, "none: the tape lost track of it"),
        (lambda x: tf.reduce_sum(0 * x), "a slope of 0 everywhere"),
    ],
    ids=["NumPy", "from NumPy back", "nothing", "zero"],
)
def test_a_lost_slope_is_told(function, found):
    """The message says that there is none, and which answer was asked."""
    with pytest.raises(CriterionFailed) as failed:
        slope_on_tape(student(cost=function), "cost", X)
    assert failed.value.expected == "a slope of cost(…)"
    assert failed.value.found == found


def test_another_shape_is_told():
    """An answer that does not fit `along` has no slope along it."""
    with pytest.raises(CriterionFailed) as failed:
        slope_on_tape(student(turn=tf.transpose), "turn", X, along=X)
    assert (failed.value.expected, failed.value.found) == ("turn(…) to have the shape [2, 3]", "the shape [3, 2]")
