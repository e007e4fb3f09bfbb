"""The hidden criteria of `logistic_image`: a neuron of the grader's own to compare with."""

import numpy as np
import pytest

from proctor import (
    as_array,
    as_tuple,
    assert_apart,
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


def forward(weights, bias, x):
    """What stands in for a student's `forward`."""
    import numpy

    return 0.5 * (1 + numpy.tanh((x @ weights + bias) / 2))


def surprise(probabilities, labels):
    """The cost, for probabilities that are neither 0 nor 1."""
    return float(-np.mean(labels * np.log(probabilities) + (1 - labels) * np.log(1 - probabilities)))


def nudged_surprise(probabilities, labels):
    """By how much the cost differs if each probability is a millionth off, as the text allows."""
    return 1.01e-6 * float(np.mean(1 / np.where(labels == 1, probabilities, 1 - probabilities)))


@criterion("to_rows", points=1, hint="Try pictures that are not square, grey, dark, a single one. Change none.")
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
    for brightest in (255, 1):
        pictures = np.random.default_rng(shape).integers(0, brightest, shape, endpoint=True).astype(dtype)
        found = as_array(call_unchanged(student, "to_rows", pictures), "the rows")
        # Half precision tells all bytes apart, too.
        rtol = 1e-2 if found.dtype == "float16" else 1e-4
        assert_close(found, pictures.reshape(shape[0], -1) / 255 - 0.5, "the rows", rtol=rtol)


@criterion(
    "forward", points=1, hint="Any number of rows, of numbers in a row, any score; leave what is given unchanged."
)
@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("shape", SHAPES)
def test_any_neuron(student, shape, dtype):
    """Any weights and rows get the right probabilities, also for scores of hundreds, and are left
    as they were."""
    x, _, weights, bias = lesson(shape)
    for scale in (1.0, 5.0, 400.0):
        given = (scale * weights).astype(dtype), bias, x.astype(dtype)
        found = call_unchanged(student, "forward", *given)
        expected = sigmoid(given[2].astype(float) @ given[0].astype(float) + bias)
        assert_shape(found, expected.shape, "the probabilities")
        # A millionth is what the text allows; single precision rounds scores of hundreds by 1e-5.
        atol = 1e-3 if dtype == "float32" and scale == 400 else 1.1e-6
        assert_close(found, expected, "the probabilities", rtol=1e-4 if dtype == "float32" else 1e-6, atol=atol)


@criterion("cost", points=1, hint="Any number of pictures, any labels, exact to a millionth; change nothing given.")
@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("n", [pytest.param(1, id="one picture"), pytest.param(40, id="forty pictures")])
def test_any_surprise(student, n, dtype):
    """The cost of any probabilities is their mean surprise, and they are left as they were."""
    for seed in range(3):
        labels = lesson((n, 2), seed)[1]
        probabilities = np.random.default_rng([n, seed]).uniform(0.001, 0.999, n).astype(dtype)
        found = call_unchanged(student, "cost", probabilities, labels)
        exact = probabilities.astype(float)
        assert_close(
            as_array(found, "the cost"),
            surprise(exact, labels),
            "the cost",
            rtol=1e-6 if dtype == "float64" else 1e-4,
            atol=nudged_surprise(exact, labels),
        )
    mixed = call_unchanged(student, "cost", np.array([0.0, 0.5, 1.0, 0.25]), np.array([0, 1, 1, 0]))
    assert_close(mixed, (np.log(2) - np.log(0.75)) / 4, "the cost of mixed probabilities", rtol=1e-4)


@criterion("gradient", points=1, hint="As many slopes as weights, for any number of pictures; change nothing given.")
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("scale", [pytest.param(1.0, id="numbers of about 1"), pytest.param(50.0, id="large numbers")])
def test_slopes_of_any_neuron(student, shape, scale):
    """The slopes are those that one finds by nudging every weight and the bias, for any rows."""
    x, labels, weights, bias = lesson(shape)
    x, weights = scale * x, weights / scale
    probabilities = sigmoid(x @ weights + bias)
    found = call_unchanged(student, "gradient", probabilities, labels, x)
    d_weights, d_bias = as_tuple(found, "gradient(...)", ("d_weights", "d_bias"))
    assert_gradient(d_weights, lambda other: surprise(sigmoid(x @ other + bias), labels), weights, "d_weights")
    assert_gradient(d_bias, lambda other: surprise(sigmoid(x @ weights + other), labels), bias, "d_bias")


WALKS = [
    pytest.param((7, 4), 1, 0.3, 1, id="one step"),
    pytest.param((1, 9), 1, 0.07, 25, id="a single row"),
    pytest.param((30, 1), 1, 0.07, 25, id="rows of one number"),
    pytest.param((4, 4), 1, 0.07, 25, id="as many rows as numbers"),
    pytest.param((150, 6), 1, 0.2, 30, id="150 rows"),
    pytest.param((40, 3), 1, 0.5, 250, id="250 steps"),
    pytest.param((12, 5), 1, 4.0, 10, id="steps so wide that the cost rises"),
    pytest.param((9, 4), 30, 0.003, 20, id="large numbers"),
]


def initialise(count):
    """What stands in for a student's `initialise`."""
    import numpy

    return numpy.zeros(count), 0.0


def cost(probabilities, labels):
    """What stands in for a student's `cost`."""
    import numpy

    return float(-numpy.log(numpy.where(labels == 1, probabilities, 1 - probabilities)).mean())


def gradient(probabilities, labels, x):
    """What stands in for a student's `gradient`."""
    return (probabilities - labels) @ x / len(x), float((probabilities - labels).mean())


OTHERS = {"initialise": initialise, "forward": forward, "cost": cost, "gradient": gradient}


def walk(student, x, labels, rate, steps):
    """The weights, the bias and the costs that the student's `descend` returns."""
    found = call_unchanged(student, "descend", x, labels, rate=rate, steps=steps)
    return as_tuple(found, "descend(...)", ("weights", "bias", "costs"))


def descended(x, labels, rate, steps):
    """The right weights, bias and costs of a walk, and by how much the costs may differ."""
    weights, bias, costs, nudges = np.zeros(x.shape[1]), 0.0, [], []
    for _ in range(steps):
        probabilities = sigmoid(x @ weights + bias)
        costs.append(surprise(probabilities, labels))
        nudges.append(nudged_surprise(probabilities, labels))
        d_weights, d_bias = gradient(probabilities, labels, x)
        weights, bias = weights - rate * d_weights, bias - rate * d_bias
    return weights, bias, np.array(costs), max(nudges)


@criterion(
    "descend",
    points=1,
    hint="Does it take all steps, with the rate, all rows and the labels that it is given, whatever the costs do?",
)
@pytest.mark.parametrize("shape, scale, rate, steps", WALKS)
def test_where_any_walk_ends(student, shape, scale, rate, steps):
    """Any walk ends where it should, and leaves rows and labels as they were."""
    x, labels, _, _ = lesson(shape)
    x = scale * x
    expected = descended(x, labels, rate, steps)

    def judge(_):
        weights, bias, _ = walk(student, x, labels, rate, steps)
        assert_close(weights, expected[0], "weights", rtol=1e-4)
        # That the bias is a number, and no array, is another criterion's question.
        assert_close(as_array(bias, "bias").ravel(), np.array([expected[1]]), "bias", rtol=1e-4)

    assert_apart(student, "descend", OTHERS, judge)


@criterion("descend", points=1, hint="Is each cost that of the weights before the step, as it is, and one a step?")
@pytest.mark.parametrize("shape, scale, rate, steps", WALKS)
def test_the_costs_of_any_walk(student, shape, scale, rate, steps):
    """The costs of any walk are those before each of its steps."""
    x, labels, _, _ = lesson(shape)
    x = scale * x
    _, _, expected, nudge = descended(x, labels, rate, steps)

    def judge(_):
        costs = np.ravel(as_array(walk(student, x, labels, rate, steps)[2], "costs"))
        # 1e-5: weights may be in single precision.
        assert_close(costs.astype(float), expected, "costs", rtol=1e-5, atol=nudge)

    assert_apart(student, "descend", OTHERS, judge)


@criterion("predict", points=1, hint="One answer for each row, from the weights and the bias that are given.")
@pytest.mark.parametrize("shape", SHAPES)
def test_answers_of_any_neuron(student, shape):
    """Any neuron's answers are right, one for each row, and nothing given is changed."""
    x, _, weights, bias = lesson(shape, seed=5)

    def judge(_):
        found = as_array(call_unchanged(student, "predict", weights, bias, x), "the answers")
        assert_close(found.astype(float), (x @ weights + bias >= 0).astype(float), "the answers")

    assert_apart(student, "predict", {"forward": forward}, judge)


@criterion("learned", points=2, hint="Are all checks above met? Then 600 steps are all that it takes.")
def test_pictures_never_seen(student, thresholds, credit):
    """The neuron does better than chance on pictures that it has never seen, cats and others
    alike."""
    photographs, labels = datasets.load("cats", split="test")
    pictures = photographs.reshape(-1, 32, 2, 32, 2, 3).mean(axis=(2, 4)).astype("uint8")

    def share_unseen(rows):
        assert_shape(rows, (len(pictures), 3072), "the rows")
        right = (rows @ weights.astype(float) >= -float(bias.ravel()[0])) == (labels == 1)
        return (right[labels == 1].mean() + right[labels == 0].mean()) / 2

    weights, bias = as_array(student.trained_weights, "trained_weights"), as_array(student.trained_bias, "trained_bias")
    assert_shape(weights, (3072,), "trained_weights")
    assert_shape(bias.ravel(), (1,), "trained_bias")
    unseen = share_unseen(pictures.reshape(len(pictures), -1) / 255 - 0.5)
    if unseen < thresholds["unseen"]["full"]:
        # Rows with the numbers in another order are a fault of `to_rows` alone.
        unseen = max(unseen, share_unseen(as_array(student.to_rows(pictures), "the rows")))
    credit.within(unseen, thresholds, "unseen")
