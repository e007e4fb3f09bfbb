"""The public criteria of `logistic_image`: small examples that can be worked out on paper."""

import math

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    as_array,
    as_tuple,
    assert_between,
    assert_close,
    assert_dtype,
    assert_shape,
    criterion,
    datasets,
)

# Two pictures of 2 × 3 pixels with two channels; all numbers of a picture are different.
PICTURES = np.array([[7, 255, 30, 0, 90, 61, 200, 12, 155, 3, 48, 121], [1, 2, 250, 99, 5, 70, 0, 33, 8, 201, 16, 64]])
PICTURES = PICTURES.astype("uint8").reshape(2, 2, 3, 2)
PARTS = ("weights", "bias")
SLOPES = ("d_weights", "d_bias")
ROWS = np.array([[2.0, 0.5], [-1.0, 4.0], [0.5, -1.5], [3.0, 1.0]])
LABELS = np.array([1, 0, 1, 1])


@criterion("to_rows", points=1, hint="Which axis is that of the pictures, and must stay as it is?")
def test_a_row_for_each_picture(student):
    """Each picture becomes one row, which has its numbers in their order."""
    rows = as_array(student.to_rows(PICTURES), "the rows")
    assert_shape(rows, (2, 12), "the rows")
    # Whatever they were scaled to, larger numbers must stay larger.
    for number, (row, picture) in enumerate(zip(rows, PICTURES, strict=True), start=1):
        found, expected = np.argsort(np.argsort(row)), np.argsort(np.argsort(picture.ravel()))
        if (found != expected).any():
            at = int(np.argmax(found != expected))
            raise CriterionFailed(
                f"row {number} to have the numbers of picture {number} in their order",
                f"another number of a picture at place {at} of the row, counted from 0",
            )


@criterion("to_rows", points=1, hint="Try by hand what becomes of 0, of 255, and of what lies between.")
def test_numbers_around_zero(student):
    """51 becomes -0.3, 102 becomes -0.1, and 204 becomes 0.3, whatever else is in the pictures."""
    picture = np.array([51, 204, 102], "uint8").reshape(1, 1, 3, 1)
    found = np.sort(as_array(student.to_rows(picture), "the row").ravel())
    assert_close(found, np.array([-0.3, -0.1, 0.3]), "the numbers of the row, sorted", rtol=1e-3)


@criterion("initialise", points=1, hint="A flat array of zeros, which has to hold fractions later.")
def test_a_zero_for_each_number(student):
    """There is a weight for each number of a row; all are floating-point zeros."""
    for count in (5, 1):
        weights, _ = as_tuple(student.initialise(count), f"initialise({count})", PARTS)
        assert_dtype(weights, "float", "weights")
        assert_close(weights, np.zeros(count), "weights")


@criterion("initialise", points=1, hint="There is only one bias: is yours an array?")
def test_the_bias_is_a_number(student):
    """The bias is a single number, 0."""
    _, bias = as_tuple(student.initialise(3), "initialise(3)", PARTS)
    assert_close(as_array(bias, "the bias").astype(float), np.array(0.0), "the bias")


@criterion("forward", points=1, hint="Work out one score by hand, then its sigmoid: the minus in the exponent matters.")
def test_probabilities_on_paper(student):
    """With weights log 3 and -log 4 and no bias, four rows get the probabilities 0.5, 0.75, 0.2
    and 0.9."""
    weights, x = np.array([math.log(3), -math.log(4)]), np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [2.0, 0.0]])
    assert_close(student.forward(weights, 0.0, x), np.array([0.5, 0.75, 0.2, 0.9]), "the probabilities")


@criterion("forward", points=1, hint="Where does the bias come in: before the sigmoid, or behind it?")
def test_the_bias_leans(student):
    """A bias of log 9 makes 0.9 of a row of zeros, and one of -log 4 makes 0.2 of it."""
    weights, x = np.array([2.0, -1.0, 5.0]), np.zeros((1, 3))
    for bias, expected in ((math.log(9), 0.9), (-math.log(4), 0.2)):
        found = as_array(student.forward(weights, bias, x), "the probability").astype(float).ravel()
        assert_close(found, np.array([expected]), f"the probability with a bias of {bias:.3f}")


@criterion("cost", points=1, hint="For each picture, which probability did the truth get? And then: the mean of what?")
def test_the_mean_surprise(student):
    """For a cat with 0.5, a cat with 0.8 and none with 0.9, the cost is the mean of log 2,
    log 1.25 and log 10."""
    found = student.cost(np.array([0.5, 0.8, 0.9]), np.array([1, 1, 0]))
    expected = (math.log(2) + math.log(1.25) + math.log(10)) / 3
    assert_close(as_array(found, "the cost"), np.array(expected), "the cost", rtol=1e-4)


@criterion("cost", points=1, hint="What is the logarithm of 0, and what is 0 times that?")
def test_sure_and_right_costs_nothing(student):
    """Probabilities of exactly 1 for a cat and 0 for none cost nothing."""
    assert_close(student.cost(np.array([1.0, 0.0]), np.array([1, 0])), 0.0, "the cost", atol=1e-5)


@criterion("cost", points=1, hint="Keep the probabilities away from both ends, by a millionth or less.")
@pytest.mark.parametrize(
    "probability, label", [pytest.param(0.0, 1, id="a cat with 0"), pytest.param(1.0, 0, id="no cat with 1")]
)
def test_sure_and_wrong_costs_much(student, probability, label):
    """A probability of exactly 0 for a cat, or 1 for none, costs much, but no infinity."""
    assert_between(student.cost(np.array([probability]), np.array([label])), 13, 1000, "the cost")


@criterion("gradient", points=1, hint="The error is the probability minus the label; it multiplies the row.")
def test_slopes_for_one_picture(student):
    """For a single cat that got 0.25, the slopes of the weights are -0.75 times its row."""
    d_weights, _ = slopes(student, np.array([0.25]), np.array([1]), np.array([[4.0, -8.0, 2.0]]))
    assert_close(d_weights, np.array([-3.0, 6.0, -1.5]), "d_weights")


@criterion("gradient", points=1, hint="Over what does the cost take its mean? So do its slopes.")
def test_slopes_are_means(student):
    """For two pictures, each slope of the weights is the mean of their two."""
    x = np.array([[4.0, -8.0, 2.0], [10.0, 2.0, 0.0]])
    d_weights, _ = slopes(student, np.array([0.25, 0.5]), np.array([1, 0]), x)
    assert_close(d_weights, np.array([1.0, 3.5, -0.75]), "d_weights")


@criterion("gradient", points=1, hint="The slope for the bias is the mean error, a single number.")
def test_the_slope_of_the_bias(student):
    """For errors of -0.75, 0.5 and 0.1, the slope of the bias is the number -0.05."""
    x = np.array([[4.0, -8.0], [10.0, 2.0], [1.0, 1.0]])
    _, d_bias = slopes(student, np.array([0.25, 0.5, 0.1]), np.array([1, 0, 0]), x)
    assert_close(as_array(d_bias, "d_bias"), np.array(-0.05), "d_bias")


@criterion(
    "gradient",
    points=1,
    needs="the_mean_surprise",
    hint="Compare what the nudge cell of the notebook prints for your own gradient.",
)
def test_the_promise_is_kept(student):
    """Nudge the weights or the bias: your cost changes by what your slopes promise."""
    draw = np.random.default_rng(7)
    x, labels, weights, bias = draw.normal(size=(6, 4)), np.array([1, 0, 0, 1, 0, 0]), draw.normal(size=4), 0.3

    def probabilities(weights, bias):
        return 0.5 + 0.5 * np.tanh((x @ weights + bias) / 2)

    def cost(weights, bias):
        return float(as_array(student.cost(probabilities(weights, bias), labels), "the cost"))

    d_weights, d_bias = slopes(student, probabilities(weights, bias), labels, x)
    assert_shape(d_weights, (4,), "d_weights")
    nudge = 1e-3 * draw.normal(size=4)
    happened = cost(weights + nudge, bias) - cost(weights - nudge, bias)
    promised = float(2 * np.sum(as_array(d_weights, "d_weights") * nudge))
    assert_close(promised, happened, "what d_weights promises for a nudge", rtol=1e-2, atol=2e-6)
    happened = cost(weights, bias + 1e-3) - cost(weights, bias - 1e-3)
    promised = float(2e-3 * np.sum(as_array(d_bias, "d_bias")))
    assert_close(promised, happened, "what d_bias promises for a nudge", rtol=1e-2, atol=2e-6)


@criterion("descend", points=1, hint="Down the slope is minus rate times slope; where does the walk begin?")
def test_one_step(student):
    """One step leads from where `initialise` begins against your own slopes, as far as the rate
    says."""
    weights, bias, _ = walk(student, ROWS, LABELS, 0.3, 1)
    assert_ends_at(weights, bias, own_walk(student, 0.3, 1))


@criterion(
    "descend", points=1, hint="Each step begins where the last one has ended: with new probabilities and slopes."
)
def test_three_steps(student):
    """Each further step begins where the last one has ended."""
    weights, bias, _ = walk(student, ROWS, LABELS, 0.7, 3)
    assert_ends_at(weights, bias, own_walk(student, 0.7, 3))


@criterion("descend", points=1, hint="One cost for each step, noted before it is taken.")
def test_the_cost_before_each_step(student):
    """The costs are your own cost of the probabilities before each of three steps."""
    costs = np.ravel(as_array(walk(student, ROWS, LABELS, 0.7, 3)[2], "costs"))
    assert_close(costs, np.ravel(own_walk(student, 0.7, 3)[2]), "costs", rtol=1e-4)


@criterion("descend", points=1, hint="Draw the costs: does the walk go down, and with the rate that it is given?")
def test_the_cost_never_rises(student):
    """With a careful rate, the cost falls in each of 40 steps, from 0.693 to below 0.4."""
    draw = np.random.default_rng(3)
    labels = np.array([1, 0, 0, 1, 1, 0, 0, 0, 1, 0])
    x = draw.normal(size=(10, 3)) + 1.5 * labels[:, None]
    costs = np.ravel(as_array(walk(student, x, labels, 0.2, 40)[2], "costs")).astype(float)
    assert_shape(costs, (40,), "costs")
    assert_between(np.diff(costs), -1, 0, "the change of the cost from step to step")
    assert_between(costs[-1], 0, 0.4, "the last cost")


@criterion("predict", points=1, hint="Ask `forward`, then compare its probabilities with 0.5.")
def test_cats_are_ones(student):
    """Where your own probabilities are above 0.5, the answer is 1, and where they are below, 0."""
    assert_answers(student, np.array([1.0, -0.5]), 0.3, np.log([[9.0, 2.0], [0.25, 1.0], [0.8, 1.0], [1.5, 1.0]]))


@criterion("predict", points=1, hint="At least 0.5: what about 0.5 itself?")
def test_as_probable_as_not(student):
    """Where your own probability is exactly 0.5, the answer is 1."""
    assert_answers(student, np.zeros(2), 0.0, np.array([[3.0, 1.0], [0.0, -2.0]]))


@criterion("learned", points=2, hint="Does the curve of the costs end near 0.15? Run the cell of the 600 steps again.")
def test_knows_its_pictures(student, thresholds, credit):
    """The neuron of the 600 steps is right about the pictures that it has learned from."""
    photographs, labels = datasets.load("cats")
    pictures = photographs.reshape(-1, 32, 2, 32, 2, 3).mean(axis=(2, 4)).astype("uint8")
    credit.within(np.mean(says_cat(student, pictures) == labels), thresholds, "known")


def slopes(student, probabilities, labels, x):
    """The two slopes that `gradient` returned."""
    return as_tuple(student.gradient(probabilities, labels, x), "gradient(...)", SLOPES)


def walk(student, x, labels, rate, steps):
    """The weights, the bias and the costs that `descend` returned."""
    found = student.descend(x, labels, rate=rate, steps=steps)
    return as_tuple(found, "descend(...)", (*PARTS, "costs"))


def own_walk(student, rate, steps):
    """The weights, the bias and the costs that the student's own functions lead to.

    So a fault in one of them costs nothing in `descend`.
    """
    weights, bias = as_tuple(student.initialise(ROWS.shape[1]), "initialise(2)", PARTS)
    costs = []
    for _ in range(steps):
        probabilities = student.forward(weights, bias, ROWS)
        costs.append(student.cost(probabilities, LABELS))
        d_weights, d_bias = slopes(student, probabilities, LABELS, ROWS)
        weights = as_array(weights, "weights") - rate * as_array(d_weights, "d_weights")
        bias = as_array(bias, "bias") - rate * as_array(d_bias, "d_bias")
    return weights, bias, as_array(costs, "costs")


def assert_ends_at(weights, bias, expected):
    """Assert that a walk has ended where the student's own functions lead to."""
    assert_close(weights, expected[0], "weights", rtol=1e-4)
    assert_close(bias, expected[1], "bias", rtol=1e-4)


def assert_answers(student, weights, bias, x):
    """Assert that the answers follow from the student's own probabilities."""
    probabilities = as_array(student.forward(weights, bias, x), "the probabilities").ravel()
    found = as_array(student.predict(weights, bias, x), "the answers")
    assert_shape(found, (len(x),), "the answers")
    assert_close(found.astype(float), (probabilities >= 0.5).astype(float), "the answers")


def says_cat(student, pictures):
    """Whether the notebook's `weights` and `bias` say that there is a cat, for each picture."""
    count = int(np.prod(pictures.shape[1:]))
    weights, bias = as_array(student.weights, "weights"), as_array(student.bias, "bias").ravel()
    assert_shape(weights, (count,), "weights")
    assert_shape(bias, (1,), "bias")
    return (pictures.reshape(-1, count) - 127.5) @ weights.astype(float) / 255 >= -float(bias[0])
