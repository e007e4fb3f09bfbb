"""The hidden criteria of `regularise`: other sizes and numbers, and points that nobody has seen."""

from itertools import pairwise

import numpy as np
import pytest

from proctor import (
    as_array,
    as_tuple,
    assert_apart,
    assert_between,
    assert_choice,
    assert_close,
    assert_shape,
    call_unchanged,
    criterion,
    datasets,
)

SIZES = [
    pytest.param([3, 4], id="one layer"),
    pytest.param([5, 2, 7, 1], id="three layers"),
    pytest.param([1] * 6, id="five layers"),
]
SHAPES = [pytest.param((3000,), id="one axis"), pytest.param((60, 25, 40), id="three axes")]


def network(sizes, seed=0):
    """Random parameters of a network."""
    draw = np.random.default_rng([*sizes, seed])
    return [(draw.normal(0.2, 1, shape), draw.normal(0.3, 1, shape[1])) for shape in pairwise(sizes)]


@criterion(
    "l2_penalty", points=2, hint="Any layers, any strength, any number of points; the parameters stay as they are."
)
@pytest.mark.parametrize("strength, count", [(0.03, 7), (2.5, 1), (0, 12)])
@pytest.mark.parametrize("sizes", SIZES)
def test_any_penalty(student, sizes, strength, count):
    """The penalty is right for any layers, strength and number of points, and changes nothing."""
    parameters = network(sizes)
    expected = strength / (2 * count) * sum(float((weights**2).sum()) for weights, _ in parameters)
    found = as_array(call_unchanged(student, "l2_penalty", parameters, strength, count), "the penalty")
    assert_close(found, np.array(expected), "the penalty", rtol=1e-4)


@criterion(
    "l2_slopes", points=2, hint="Any layers, any strength, any number of points; the parameters stay as they are."
)
@pytest.mark.parametrize("strength, count", [(0.03, 7), (2.5, 1)])
@pytest.mark.parametrize("sizes", SIZES)
def test_any_slopes(student, sizes, strength, count):
    """The slopes are right for any layers, strength and number of points, and nothing is
    changed."""
    parameters = network(sizes)
    found = call_unchanged(student, "l2_slopes", parameters, strength, count)
    pairs = as_tuple(found, "l2_slopes(...)", [f"layer {number}" for number in range(1, len(sizes))])
    for pair, (weights, biases) in zip(pairs, parameters, strict=True):
        slopes = as_tuple(pair, "the slopes of a layer", ("weights", "biases"))
        assert_close(slopes[0], strength / count * weights, "the slopes of the weights", rtol=1e-4)
        assert_close(slopes[1], 0 * biases, "the slopes of the biases")


@criterion(
    "dropout",
    points=2,
    hint="On average, each number stays what it was. Try arrays of other shapes; leave them as they are.",
)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("keep", [0.9, 0.5, 0.15])
@pytest.mark.parametrize("shape", SHAPES)
def test_the_mean_stays(student, shape, keep, dtype):
    """On average, numbers of any shape and type stay what they were, and the array that was given
    is not changed."""
    values = np.random.default_rng([*shape, 5]).normal(2, 9, shape).astype(dtype)
    found = as_tuple(call_unchanged(student, "dropout", values, keep, True), "dropout(...)", ("values", "mask"))[0]
    assert_shape(found, shape, "the values that come out")
    assert_same_mean(as_array(found, "the values that come out").astype(float), values.astype(float), keep)


@criterion(
    "dropout_backward", points=2, hint="Try arrays of other shapes, several masks; leave slopes and mask as they are."
)
@pytest.mark.parametrize("keep", [0.85, 0.3])
@pytest.mark.parametrize("shape", [(31,), (6, 9), (3, 4, 5)])
def test_any_way_back(student, shape, keep):
    """The slopes of any array go back through its own mask, also after other arrays have been
    dropped, and nothing is changed."""
    draw = np.random.default_rng([*shape, 6])
    values, slopes = draw.uniform(1, 2, shape) * draw.choice([-1, 1], shape), draw.normal(size=shape)
    kept, mask = as_tuple(student.dropout(values, keep, True), "dropout(...)", ("values", "mask"))
    student.dropout(values, 1 - keep / 2, True)
    found = call_unchanged(student, "dropout_backward", slopes, mask, keep)
    assert_back(found, as_array(kept, "the values that come out") != 0, slopes, keep)


@criterion(
    "forward",
    points=2,
    hint="Any number of layers and inputs, any keep; leave the parameters and the points as they are.",
)
@pytest.mark.parametrize("keep", [0.8, 0.45])
@pytest.mark.parametrize("sizes", [[3, 25, 1], [1, 20, 30, 10, 1]], ids=["two layers", "four layers"])
def test_any_network(student, sizes, keep):
    """Networks of any sizes learn with gaps and answer without, and nothing given is changed."""
    parameters, x = network(sizes, seed=1), np.random.default_rng(7).normal(0, 1, (40, sizes[0]))

    def judge(_):
        for training in (False, True):
            found = call_unchanged(student, "forward", parameters, x, keep, training)
            outputs = as_tuple(found, "forward(...)", ("outputs", "masks"))[0]
            assert_sent(outputs, parameters, x, keep if training else None)

    assert_apart(student, "forward", {"dropout": some}, judge)


def some(values, keep, training):
    """Stand in for `dropout`: keep two of three numbers."""
    import numpy as np

    kept = np.arange(values.size).reshape(values.shape) % 3 > 0
    return (np.where(kept, values / keep, 0), kept) if training else (values, None)


def assert_same_mean(found, values, keep):
    """Assert that values are 0 or divided by `keep`, each on its own, and the same on average.

    A number v becomes v / keep or 0, with a variance of v² (1 - keep) / keep. The sum of all is
    nearly normally distributed, and strays by 7 standard deviations less than once in a billion
    times.
    """
    assert_close(found, np.where(found == 0, 0, values / keep), "the values that come out", rtol=1e-4)
    for axis in range(values.ndim if values.ndim > 1 else 0):
        others = tuple(other for other in range(values.ndim) if other != axis)
        # Of 1,000 numbers or more, the share that is kept strays by 0.016.
        spread = np.std(np.mean(found != 0, axis=others))
        assert_between(spread, 0, 0.1, f"how much the share that is kept differs along axis {axis}")
    deviation = np.sqrt((values**2).sum() * (1 - keep) / keep)
    assert_between(found.sum() - values.sum(), -7 * deviation, 7 * deviation, "how far the sum has moved")


def assert_back(found, kept, slopes, keep):
    """Assert that the slopes of kept numbers are divided by `keep`, and the others 0."""
    assert_close(found, np.where(kept, slopes / keep, 0), "the slopes", rtol=1e-4)


def assert_sent(outputs, parameters, x, keep):
    """Assert that each layer works with what the one before it has left, with gaps behind each
    hidden layer unless `keep` is None."""
    outputs = as_tuple(outputs, "outputs", [f"layer {number}" for number in range(1, len(parameters) + 1)])
    for output, (weights, biases) in zip(outputs[:-1], parameters[:-1], strict=True):
        whole, left = np.maximum(x @ weights + biases, 0), as_array(output, "what comes out of a layer")
        assert_shape(left, whole.shape, "what comes out of a layer")
        expected = whole if keep is None else np.where(left == 0, 0, whole / keep)
        assert_close(left, expected, "what comes out of a layer", rtol=1e-4)
        x = left
    weights, biases = parameters[-1]
    assert_close(outputs[-1], 0.5 + 0.5 * np.tanh((x @ weights + biases) / 2), "the probabilities", rtol=1e-4)


def share_right(networks):
    """The mean share of unseen points that five networks get right."""
    x, labels = datasets.load("diagonal", split="test")
    shares = []
    for parameters in as_tuple(networks, "the networks", [f"network {number}" for number in range(1, 6)]):
        signal = x
        layers = [
            as_tuple(layer, "a layer", ("weights", "biases")) for layer in as_tuple(parameters, "a network", "123")
        ]
        for (weights, biases), shape in zip(layers, ((2, 64), (64, 16), (16, 1)), strict=True):
            assert_shape(weights, shape, "the weights of a layer")
            assert_shape(biases, shape[1:], "the biases of a layer")
            scores = signal @ weights + biases
            signal = np.maximum(scores, 0)
        shares.append(np.mean((scores[:, 0] >= 0) == labels))
    return np.mean(shares)


@criterion("held_out", points=1, hint="Do `l2_slopes` do their part? Then the given training is all that it takes.")
def test_l2_on_unseen_points(student, thresholds, credit):
    """The five networks that learned with your L2 are right about points that they have never
    seen."""
    credit.within(share_right(student.l2_networks), thresholds, "unseen")


@criterion("held_out", points=1, hint="Do `dropout`, `dropout_backward` and `forward` do their part?")
def test_dropout_on_unseen_points(student, thresholds, credit):
    """The five networks that learned with your dropout are right about points that they have never
    seen."""
    credit.within(share_right(student.dropout_networks), thresholds, "unseen")


@criterion(
    "answers", points=1, hint="Count what a neuron of the next layer gets while it learns, and what it gets later."
)
def test_what_the_division_is_for(student):
    """You know what the division by `keep` is good for."""
    wrong = {
        "a": "Half of the numbers are missing while it learns. Are they missing when it is asked, too?",
        "b": "That is what the division is for; without it, the mean is not the same with gaps and without.",
    }
    assert_choice(student.answers, "silent", "c", wrong)


@criterion(
    "answers",
    points=1,
    hint="Is there a difference between the two shares? And how far are both from what is possible?",
)
def test_what_to_try_first(student):
    """You know when neither of the two remedies helps."""
    wrong = {
        "a": "L2 closes the gap between known and new points, and here the gap is hardly there.",
        "c": "Dropout closes the gap between known and new points, and here the gap is hardly there.",
    }
    assert_choice(student.answers, "both", "b", wrong)


@criterion("answers", points=1, hint="What becomes of the weights? And of the scores, if the weights are nearly 0?")
def test_what_too_much_does(student):
    """You know where too much of L2 leads."""
    wrong = {
        "b": "Learning by heart needs large weights, and those become dearer and dearer.",
        "c": "Even a straight diagonal needs weights, and with such a price there are hardly any left.",
    }
    assert_choice(student.answers, "strict", "a", wrong)
