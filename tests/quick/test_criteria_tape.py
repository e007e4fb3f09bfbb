"""What a student's function answers to tensors, and its slope, with the real TensorFlow."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from proctor import (
    CriterionFailed,
    bowl_by_adam,
    call_on_tensors,
    make_bowl,
    make_network,
    slope_on_tape,
    take_steps,
    teach_network,
)
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


def descend(variable, cost_of, optimizer):
    """A step that clips."""
    with tf.GradientTape() as tape:
        cost = cost_of(variable)
    optimizer.apply_gradients([(tape.gradient(cost, variable), variable)])
    variable.assign(tf.clip_by_value(variable, 0.0, 1.0))
    return cost


def test_a_bowl_has_the_slope_that_it_says():
    """It costs nothing in its middle, and the slope is steep × (value - middle)."""
    someone = student()
    bowl = make_bowl(someone, Y.T, np.abs(Y.T))
    assert call_on_tensors(someone, bowl, Y.T) == 0.0
    np.testing.assert_allclose(slope_on_tape(someone, bowl, X), np.abs(Y.T) * (X - Y.T), rtol=1e-6)
    assert call_on_tensors(someone, make_bowl(someone, Y, 2.0), Y + 3) == Y.size * 9.0


@pytest.mark.parametrize("named", [True, False])
def test_steps_go_on_from_one_another(named):
    """One optimizer is given to each step, and none changes what was noted before."""
    someone, start = student(step=descend), np.array([0.2, 0.5])
    settings, bowl = {"learning_rate": 0.1, "momentum": 0.5}, make_bowl(someone, [0.6, -9.0], [1.0, 2.0])
    taken = take_steps(someone, "step" if named else someone.step, start, bowl, "SGD", settings, 2)
    np.testing.assert_allclose(taken.values, [[0.2, 0.5], [0.24, 0.0], [0.296, 0.0]], rtol=1e-5)
    np.testing.assert_allclose(taken.costs, [0.16 / 2 + 9.5**2, 0.36**2 / 2 + 81], rtol=1e-5)


def test_any_answer_of_a_step_comes_back():
    """A step that returns nothing, or does nothing, is for the grader to judge."""
    someone = student(step=lambda variable, cost_of, optimizer: None)
    taken = take_steps(someone, "step", X, make_bowl(someone, Y, 1.0), "Adam", {}, 2)
    assert taken.costs == [None, None]
    np.testing.assert_array_equal(taken.values, [X] * 3)
    assert not take_steps(someone, "step", X, make_bowl(someone, Y, 1.0), "Adam", {}, 0).costs


@pytest.mark.parametrize("steep", [1.0, 1e-6], ids=["steep", "nearly flat"])
def test_adam_goes_where_it_should(steep):
    """Our own Adam is Keras's, also where the slope is as small as its epsilon."""
    someone, start = student(step=descend), np.array([[0.1, 0.9], [0.4, 0.5]])
    middle = np.array([[0.3, -1.0], [0.45, 2.0]])
    bowl = make_bowl(someone, middle, steep)
    taken = take_steps(someone, "step", start, bowl, "Adam", {"learning_rate": 0.1}, 6)
    expected = bowl_by_adam(start, middle, steep, 0.1, 6)
    np.testing.assert_allclose(taken.values, expected, atol=1e-5)
    assert expected.shape == (7, 2, 2)
    assert len(bowl_by_adam(start, middle, steep, 0.1, 0)) == 1


@pytest.mark.parametrize("compiled", [False, True], ids=["as it is", "compiled"])
def test_a_network_is_taught_batch_by_batch(compiled):
    """By one optimizer; its weights are told before and after each batch, and what was returned."""

    def step(network, optimizer, x, goal):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum((network(x) - goal) ** 2)
        weights = network.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
        return loss

    settings, x = {"learning_rate": 0.125, "momentum": 0.5}, np.ones((1, 1), "float32")
    someone = student(step=tf.function(step) if compiled else step)
    network = make_network(someone, doubling)
    taught = teach_network(someone, "step", network, "SGD", settings, [[x, 1.0], [x, 3.0]])
    assert [float(weights[0].item()) for weights in taught.weights] == [2.0, 1.75, 1.9375]
    assert [float(loss) for loss in taught.losses] == [1.0, 1.5625]


def doubling(keras):
    """A network of one weight, which is 2."""
    dense = keras.layers.Dense(1, use_bias=False, kernel_initializer=keras.initializers.Constant(2.0))
    return keras.Sequential([keras.Input((1,)), dense])
