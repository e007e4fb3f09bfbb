"""The public criteria of `logistic_image`: small examples that can be worked out on paper."""

import math

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    as_array,
    as_tuple,
    assert_apart,
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
SINGLE_HINT = "In single precision (float32), 1 - 1e-8 is exactly 1: stay away from both ends by 1e-6 or 1e-7."
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
    """51 becomes -0.3, 102 becomes -0.1, and 204 becomes 0.3, whatever else is there, in dark
    pictures, too."""
    for bytes_of_one, numbers in (([51, 204, 102], [-0.3, -0.1, 0.3]), ([1, 0, 1], [-0.5, -0.49608, -0.49608])):
        picture = np.array(bytes_of_one, "uint8").reshape(1, 1, 3, 1)
        found = np.sort(as_array(student.to_rows(picture), "the row").ravel())
        assert_close(found, np.array(numbers), f"the row for the bytes {bytes_of_one}, sorted", rtol=1e-3)


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


@criterion("forward", points=1, hint="Is there one number for each row? Work out one score by hand, then its sigmoid.")
def test_probabilities_on_paper(student):
    """With weights log 3 and -log 4 and no bias, four rows get the probabilities 0.5, 0.75, 0.2
    and 0.9."""
    weights, x = np.array([math.log(3), -math.log(4)]), np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [2.0, 0.0]])
    expected = np.array([0.5, 0.75, 0.2, 0.9])
    # The text allows a millionth.
    assert_close(student.forward(weights, 0.0, x), expected, "the probabilities", atol=1.1e-6)


@criterion("forward", points=1, hint="Does the bias come in, and is it part of the score?")
def test_the_bias_leans(student):
    """A bias of log 9 makes 0.9 of a row of zeros, one of -log 4 makes 0.2 of it, and one of
    -log 99999 makes 0.00001."""
    weights, x = np.array([2.0, -1.0, 5.0]), np.zeros((1, 3))
    for bias, expected in ((math.log(9), 0.9), (-math.log(4), 0.2), (-math.log(99999), 0.00001)):
        found = as_array(student.forward(weights, bias, x), "the probability").astype(float).ravel()
        # The text allows a millionth.
        assert_close(found, np.array([expected]), f"the probability with a bias of {bias:.3f}", atol=1.1e-6)


@criterion("cost", points=1, hint="Which probability did the truth get? The mean of what? Is it a single number?")
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


@criterion("cost", points=1, hint=f"Keep the probabilities away from both ends. {SINGLE_HINT}")
@pytest.mark.parametrize(
    "probability, label", [pytest.param(0.0, 1, id="a cat with 0"), pytest.param(1.0, 0, id="no cat with 1")]
)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_sure_and_wrong_costs_much(student, probability, label, dtype):
    """A probability of exactly 0 for a cat, or 1 for none, costs much, but no infinity, in double
    and in single precision."""
    assert_between(student.cost(np.array([probability], dtype), np.array([label])), 13, 1000, "the cost")


@criterion("gradient", points=1, hint="The error is the probability minus the label; it multiplies the row.")
def test_slopes_for_one_picture(student):
    """For a single cat that got 0.25, the slopes of the weights are -0.75 times its row."""
    d_weights, _ = slopes(student, np.array([0.25]), np.array([1]), np.array([[40.0, -8.0, 2.0]]))
    assert_close(d_weights, np.array([-30.0, 6.0, -1.5]), "d_weights")


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
    """One step leads from where `initialise` begins against the slopes, as far as the rate says."""

    def judge(others):
        weights, bias, _ = walk(student, ROWS, LABELS, 0.3, 1)
        expected = walk_of_others(ROWS, LABELS, 0.3, 1) if others else ([0.24375, -0.15], 0.075)
        assert_ends_at(weights, bias, expected)

    assert_apart(student, "descend", OTHERS, judge)


@criterion(
    "descend", points=1, hint="Each step begins where the last one has ended: with new probabilities and slopes."
)
def test_three_steps(student):
    """Each further step begins where the last one has ended."""

    def judge(others):
        weights, bias, _ = walk(student, ROWS, LABELS, 0.7, 3)
        expected = walk_of_others(ROWS, LABELS, 0.7, 3) if others else ([0.9383433, -0.5482052], 0.3384075)
        assert_ends_at(weights, bias, expected)

    assert_apart(student, "descend", OTHERS, judge)


@criterion("descend", points=1, hint="One cost for each step, noted before it is taken.")
def test_the_cost_before_each_step(student):
    """The costs are those of the probabilities before each of three steps."""

    def judge(others):
        costs = np.ravel(as_array(walk(student, ROWS, LABELS, 0.7, 3)[2], "costs"))
        expected = walk_of_others(ROWS, LABELS, 0.7, 3)[2] if others else [0.6931472, 0.2363101, 0.1495055]
        # The text allows probabilities to be a millionth off, which changes these by 8e-6 at most.
        assert_close(costs, np.array(expected), "costs", rtol=2e-5)

    assert_apart(student, "descend", OTHERS, judge)


@criterion(
    "descend",
    points=1,
    hint="All rows in every step, the rate that is given, and as many steps as are asked for, whatever the costs do.",
)
@pytest.mark.parametrize(
    "rate, steps, end, places, known",
    [
        pytest.param(
            0.3,
            150,
            ([0.94675118, -0.15859744], -0.89095402),
            [0, 1, 75, 149],
            [0.6931472, 0.6442520, 0.5552402, 0.5544920],
            id="150 careful steps",
        ),
        pytest.param(
            1.5,
            12,
            ([1.01887942, -0.91516411], -0.85712187),
            [0, 3, 6, 11],
            [0.6931472, 1.3205978, 0.5617697, 0.6616930],
            id="twelve steps so wide that the cost often rises",
        ),
    ],
)
def test_a_walk_with_sixty_pictures(student, rate, steps, end, places, known):
    """A long walk with small steps, and a short one with wide steps, end where they should."""
    draw = np.random.default_rng(3)
    labels = (draw.random(60) < 0.4).astype("int64")
    x = draw.normal(size=(60, 2)) * [1.0, 3.0] + np.outer(labels, [1.0, -0.5])

    def judge(others):
        weights, bias, costs = walk(student, x, labels, rate, steps)
        expected = walk_of_others(x, labels, rate, steps) if others else (*end, None)
        assert_ends_at(weights, bias, expected)
        costs = np.ravel(as_array(costs, "costs"))
        assert_shape(costs, (steps,), "costs")
        # The text allows probabilities to be a millionth off, which is that much for the smallest.
        wanted = np.array(expected[2])[places] if others else np.array(known)
        assert_close(costs[places], wanted, f"costs{places}", rtol=1e-3)

    assert_apart(student, "descend", OTHERS, judge)


@criterion("predict", points=1, hint="Ask `forward`, then compare its probabilities with 0.5.")
def test_cats_are_ones(student):
    """Where the probability is above 0.5, the answer is 1, and where it is below, 0."""
    x = np.log([[9.0, 2.0], [0.25, 1.0], [0.8, 1.0], [1.5, 1.0]])
    assert_answers(student, np.array([1.0, -0.5]), 0.3, x, np.array([1.0, 0.0, 1.0, 1.0]))


@criterion("predict", points=1, hint="At least 0.5: what about 0.5 itself?")
def test_as_probable_as_not(student):
    """Where the probability is exactly 0.5, the answer is 1."""
    assert_answers(student, np.zeros(2), 0.0, np.array([[3.0, 1.0], [0.0, -2.0]]), np.ones(2))


@criterion("learned", points=2, hint="Are all checks above met? Then run the cell of the 600 steps again.")
def test_knows_its_pictures(student, thresholds, credit):
    """The neuron of the 600 steps is right about the pictures that it has learned from."""
    photographs, labels = datasets.load("cats")
    pictures = photographs.reshape(-1, 32, 2, 32, 2, 3).mean(axis=(2, 4)).astype("uint8")
    known = np.mean(says_cat(student, (pictures.reshape(-1, 3072) - 127.5) / 255) == labels)
    if known < thresholds["known"]["full"]:
        # Rows with the numbers in another order are a fault of `to_rows` alone.
        known = max(known, np.mean(says_cat(student, as_array(student.to_rows(pictures), "the rows")) == labels))
    credit.within(known, thresholds, "known")


def initialise(count):
    """The zeros that a walk begins with."""
    import numpy

    return numpy.full(count, 0.0), 0.0


def forward(weights, bias, x):
    """What stands in for `forward`: no probabilities, but it depends on all that it is given."""
    return x @ weights - bias + 0.5


def cost(probabilities, labels):
    """What stands in for `cost`: a distance, so small that roundings show."""
    return float(abs(2 * probabilities - labels).max()) / 100


def gradient(probabilities, labels, x):
    """What stands in for `gradient`: waves."""
    import numpy

    return numpy.sin(probabilities) @ x / len(x), float(numpy.cos(probabilities + labels).mean())


# With these in place of the student's, a fault in one of the student's costs nothing in `descend`.
OTHERS = {"initialise": initialise, "forward": forward, "cost": cost, "gradient": gradient}


def walk_of_others(x, labels, rate, steps):
    """The weights, the bias and the costs of a walk with the functions that stand in."""
    weights, bias = initialise(x.shape[1])
    costs = []
    for _ in range(steps):
        probabilities = forward(weights, bias, x)
        costs.append(cost(probabilities, labels))
        d_weights, d_bias = gradient(probabilities, labels, x)
        weights, bias = weights - rate * d_weights, bias - rate * d_bias
    return weights, bias, costs


def slopes(student, probabilities, labels, x):
    """The two slopes that `gradient` returned."""
    return as_tuple(student.gradient(probabilities, labels, x), "gradient(...)", SLOPES)


def walk(student, x, labels, rate, steps):
    """The weights, the bias and the costs that `descend` returned."""
    found = student.descend(x, labels, rate=rate, steps=steps)
    return as_tuple(found, "descend(...)", (*PARTS, "costs"))


def assert_ends_at(weights, bias, expected):
    """Assert that a walk has ended with the expected weights and bias."""
    assert_close(weights, np.array(expected[0]), "weights", rtol=1e-4)
    # That the bias is a number, and no array, is another criterion's question.
    assert_close(as_array(bias, "bias").ravel(), np.array([expected[1]]), "bias", rtol=1e-4)


def probabilities_of(weights, bias, x):
    """What stands in for `forward` in `predict`: right probabilities."""
    import numpy

    return 0.5 + 0.5 * numpy.tanh((x @ weights + bias) / 2)


def assert_answers(student, weights, bias, x, expected):
    """Assert that `predict` gives the expected answers."""

    def judge(_):
        found = as_array(student.predict(weights, bias, x), "the answers")
        assert_close(found.astype(float), expected, "the answers")

    assert_apart(student, "predict", {"forward": probabilities_of}, judge)


def says_cat(student, rows):
    """Whether the neuron of the 600 steps says that there is a cat, for each row."""
    weights, bias = as_array(student.trained_weights, "trained_weights"), as_array(student.trained_bias, "trained_bias")
    assert_shape(rows, (len(rows), 3072), "the rows")
    assert_shape(weights, (3072,), "trained_weights")
    assert_shape(bias.ravel(), (1,), "trained_bias")
    return rows @ weights.astype(float) >= -float(bias.ravel()[0])
