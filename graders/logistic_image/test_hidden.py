"""The hidden criteria of `logistic_image`: a neuron of the grader's own to compare with."""

import numpy as np
import pytest

from proctor import (
    as_array,
    as_tuple,
    assert_close,
    assert_gradient,
    assert_shape,
    call_unchanged,
    criterion,
    datasets,
)

TYPES = [pytest.param("float64", id="double precision"), pytest.param("float32", id="single precision")]
SHAPES = [
    pytest.param((7, 4), id="seven rows of four numbers"),
    pytest.param((1, 9), id="a single row"),
    pytest.param((30, 1), id="rows of one number"),
    pytest.param((4, 4), id="as many rows as numbers"),
]


def lesson(shape, seed=0):
    """Random rows and unbalanced labels, weights and a bias, in double precision."""
    draw = np.random.default_rng([*shape, seed])
    labels = (draw.random(shape[0]) < 0.3).astype("int64")
    labels[0] = 1
    return draw.normal(0.4, 1.3, shape), labels, draw.normal(size=shape[1]), float(draw.normal())


def sigmoid(scores):
    """The sigmoid of any scores, without an overflow."""
    return 0.5 * (1 + np.tanh(scores / 2))


def surprise(probabilities, labels):
    """The cost, for probabilities that are neither 0 nor 1."""
    return float(-np.mean(labels * np.log(probabilities) + (1 - labels) * np.log(1 - probabilities)))


def assert_single(found, expected, dtype, what):
    """Assert that `found` is `expected`, to the precision of `dtype`."""
    assert_close(as_array(found, what), expected, what, rtol=1e-6 if dtype == "float64" else 1e-4)


@criterion("to_rows", points=1, hint="Try pictures that are not square, grey ones, a single one; leave them unchanged.")
@pytest.mark.parametrize(
    "shape",
    [
        pytest.param((5, 3, 2, 3), id="five pictures of 3 × 2 pixels"),
        pytest.param((1, 8, 8, 3), id="a single picture"),
        pytest.param((6, 4, 4, 1), id="grey pictures"),
    ],
)
@pytest.mark.parametrize("dtype", ["uint8", "float64"])
def test_pictures_of_any_size(student, shape, dtype):
    """Pictures of any number and size become rows, whether they hold bytes or fractions, and are
    left as they were."""
    pictures = np.random.default_rng(shape).integers(0, 256, shape).astype(dtype)
    found = call_unchanged(student, "to_rows", pictures)
    assert_close(found, pictures.reshape(shape[0], -1) / 255 - 0.5, "the rows", rtol=1e-4)


@criterion(
    "forward", points=1, hint="Any number of rows, of numbers in a row, any score; leave what is given unchanged."
)
@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("shape", SHAPES)
def test_any_neuron(student, shape, dtype):
    """Any weights and rows get the right probabilities, also for scores of hundreds, and are left
    as they were."""
    x, _, weights, bias = lesson(shape)
    for scale in (1.0, 400.0):
        given = (scale * weights).astype(dtype), bias, x.astype(dtype)
        found = call_unchanged(student, "forward", *given)
        expected = sigmoid(given[2].astype(float) @ given[0].astype(float) + bias)
        assert_shape(found, expected.shape, "the probabilities")
        assert_close(found, expected, "the probabilities", rtol=1e-4, atol=1e-6 if scale == 1 else 1e-3)


@criterion("cost", points=1, hint="Any number of pictures, any labels; leave the probabilities as they are.")
@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("n", [pytest.param(1, id="one picture"), pytest.param(40, id="forty pictures")])
def test_any_surprise(student, n, dtype):
    """The cost of any probabilities is their mean surprise, and they are left as they were."""
    for seed in range(3):
        labels = lesson((n, 2), seed)[1]
        probabilities = np.random.default_rng([n, seed]).uniform(0.001, 0.999, n).astype(dtype)
        found = call_unchanged(student, "cost", probabilities, labels)
        assert_single(found, surprise(probabilities.astype(float), labels), dtype, "the cost")
    mixed = call_unchanged(student, "cost", np.array([0.0, 0.5, 1.0, 0.25]), np.array([0, 1, 1, 0]))
    assert_close(mixed, (np.log(2) - np.log(0.75)) / 4, "the cost of mixed probabilities", rtol=1e-4)


@criterion("gradient", points=1, hint="As many slopes as weights, for any number of pictures; change nothing given.")
@pytest.mark.parametrize("shape", SHAPES)
def test_slopes_of_any_neuron(student, shape):
    """The slopes are those that one finds by nudging every weight and the bias, for any rows."""
    x, labels, weights, bias = lesson(shape)
    probabilities = sigmoid(x @ weights + bias)
    found = call_unchanged(student, "gradient", probabilities, labels, x)
    d_weights, d_bias = as_tuple(found, "gradient(...)", ("d_weights", "d_bias"))
    assert_gradient(d_weights, lambda other: surprise(sigmoid(x @ other + bias), labels), weights, "d_weights")
    assert_gradient(d_bias, lambda other: surprise(sigmoid(x @ weights + other), labels), bias, "d_bias")


def descended(x, labels, rate, steps):
    """The right weights, bias and costs of a walk downhill."""
    weights, bias, costs = np.zeros(x.shape[1]), 0.0, []
    for _ in range(steps):
        probabilities = sigmoid(x @ weights + bias)
        costs.append(surprise(probabilities, labels))
        errors = probabilities - labels
        weights, bias = weights - rate * errors @ x / len(x), bias - rate * errors.mean()
    return weights, bias, np.array(costs)


@criterion("descend", points=1, hint="Does it take all steps, with the rate, the rows and the labels that it is given?")
@pytest.mark.parametrize("rate, steps", [pytest.param(0.3, 1, id="one step"), pytest.param(0.07, 25, id="25 steps")])
@pytest.mark.parametrize("shape", SHAPES)
def test_where_any_walk_ends(student, shape, rate, steps):
    """Any walk ends where it should, and leaves rows and labels as they were."""
    x, labels, _, _ = lesson(shape)
    found = call_unchanged(student, "descend", x, labels, rate=rate, steps=steps)
    weights, bias, _ = as_tuple(found, "descend(...)", ("weights", "bias", "costs"))
    expected = descended(x, labels, rate, steps)
    assert_close(weights, expected[0], "weights", rtol=1e-4)
    # That the bias is a number, and no array, is another criterion's question.
    assert_close(as_array(bias, "bias").ravel(), np.array([expected[1]]), "bias", rtol=1e-4)


@criterion("descend", points=1, hint="Compare the costs with those that `cost` gives for the weights of each step.")
@pytest.mark.parametrize("rate, steps", [pytest.param(0.3, 1, id="one step"), pytest.param(0.07, 25, id="25 steps")])
def test_the_costs_of_any_walk(student, rate, steps):
    """The costs of any walk are those before each of its steps."""
    x, labels, _, _ = lesson((12, 5))
    found = as_tuple(student.descend(x, labels, rate=rate, steps=steps), "descend(...)", ("weights", "bias", "costs"))
    costs = np.ravel(as_array(found[2], "costs"))
    assert_close(costs.astype(float), descended(x, labels, rate, steps)[2], "costs", rtol=1e-4)


@criterion("predict", points=1, hint="One answer for each row, from the weights and the bias that are given.")
@pytest.mark.parametrize("shape", SHAPES)
def test_answers_of_any_neuron(student, shape):
    """Any neuron's answers are right, one for each row, and nothing given is changed."""
    x, _, weights, bias = lesson(shape, seed=5)
    found = as_array(call_unchanged(student, "predict", weights, bias, x), "the answers")
    assert_close(found.astype(float), (x @ weights + bias >= 0).astype(float), "the answers")


@criterion("learned", points=2, hint="Does each of your functions do its part? Then 600 steps are all that it takes.")
def test_pictures_never_seen(student, thresholds, credit):
    """The neuron does better than chance on pictures that it has never seen, cats and others
    alike."""
    photographs, labels = datasets.load("cats", split="test")
    pictures = photographs.reshape(-1, 32, 2, 32, 2, 3).mean(axis=(2, 4)).astype("uint8")
    count = int(np.prod(pictures.shape[1:]))
    weights, bias = as_array(student.weights, "weights"), as_array(student.bias, "bias").ravel()
    assert_shape(weights, (count,), "weights")
    assert_shape(bias, (1,), "bias")
    says_cat = (pictures.reshape(len(pictures), -1) / 255 - 0.5) @ weights.astype(float) + float(bias[0]) >= 0
    right = says_cat == (labels == 1)
    credit.within((right[labels == 1].mean() + right[labels == 0].mean()) / 2, thresholds, "unseen")
