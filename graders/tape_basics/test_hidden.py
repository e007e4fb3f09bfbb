"""The hidden criteria of `tape_basics`: other sizes and numbers."""

import itertools

import numpy as np
import pytest

from proctor import (
    DENSE_STAND_INS,
    as_array,
    as_tuple,
    assert_all_close,
    assert_apart,
    assert_between,
    assert_close,
    assert_equal,
    criterion,
    teach_by_numpy,
)

EPOCHS = pytest.mark.parametrize(
    "sizes, count, batch_size, rate",
    [
        pytest.param((4, 3), 5, 8, 0.7, id="five examples in batches of eight"),
        pytest.param((3, 6, 4), 10, 1, 0.1, id="ten examples, one by one"),
        pytest.param((5, 4, 6, 2), 33, 16, 0.3, id="33 examples in batches of 16"),
    ],
)


@criterion("to_tensor", points=1, hint="Is the same number always turned into the same, whatever comes with it?")
@pytest.mark.parametrize(
    "shape, darkest, brightest, kind",
    [
        pytest.param((1, 4, 4, 3), 0, 256, "uint8", id="one picture"),
        pytest.param((5, 3, 7, 1), 30, 90, "uint8", id="dark grey pictures that are wider than high"),
        pytest.param((12, 6, 2, 4), 100, 256, "int64", id="bright pictures with four channels"),
        pytest.param((4, 5, 3, 3), 0, 200, "float64", id="numbers such as 3.7"),
        pytest.param((4, 5, 3, 3), 0, 200, "float32", id="numbers such as 3.7, of type float32"),
    ],
)
def test_any_pictures(student, shape, darkest, brightest, kind):
    """Pictures of any size and numeric type become rows in the same way."""
    pictures = np.random.default_rng(shape).uniform(darkest, brightest, shape).astype(kind)
    found = student.to_tensor(pictures)
    assert_equal(as_array(found, "to_tensor(pictures)").dtype.name, "float32", "the type of to_tensor(pictures)")
    expected = pictures.reshape(len(pictures), -1).astype(float) / 127.5 - 1
    assert_close(found, expected, "to_tensor(pictures)", rtol=1e-5, atol=1e-5)


@criterion("one_hot", points=1, hint="Try bytes, a single label, and many classes.")
@pytest.mark.parametrize(
    "count, classes, kind", [(1, 1, "int64"), (40, 7, "uint8"), (300, 250, "uint8"), (5, 5, "int32")]
)
def test_any_labels(student, count, classes, kind):
    """Any number of labels, of any integer type, becomes rows for any number of classes."""
    labels = np.random.default_rng([count, classes]).integers(0, classes, count).astype(kind)
    found = student.one_hot(labels, classes)
    assert_equal(as_array(found, "one_hot(…)").dtype.name, "float32", "the type of one_hot(…)")
    assert_close(found, np.eye(classes)[labels], "one_hot(…)")


@criterion("dense_variables", points=1, hint="Does the spread follow the number of inputs alone?")
@pytest.mark.parametrize("inputs, units", [(9, 2000), (3000, 40), (1, 5000)])
def test_any_layer(student, inputs, units):
    """Weights of any number of inputs and units are spread as they should be, around 0."""
    found = as_tuple(student.dense_variables(inputs, units, 8), "dense_variables(…)", ("weights", "biases"))
    weights, biases = (as_array(part, what) for part, what in zip(found, ("weights", "biases"), strict=True))
    assert_equal((weights.shape, biases.shape), ((inputs, units), (units,)), "the shapes of weights and biases")
    assert_close(biases, np.zeros(units), "the biases")
    wanted, room = (2 / inputs) ** 0.5, 10 / np.sqrt(2 * inputs * units)  # ten standard deviations of the estimate
    assert_between(np.std(weights) / wanted, 1 - room, 1 + room, "the weights' standard deviation over √(2/inputs)")
    assert_between(np.mean(weights) / wanted, -2 * room, 2 * room, "the weights' mean over √(2/inputs)")
    near = np.mean(np.abs(weights) < np.std(weights) / 2)  # 0.38 if normal, 0.36 if cut off at 2, 0.29 if uniform
    assert_between(near, 0.31, 0.45, "the share of weights within half a standard deviation")
    assert_between(len(np.unique(weights)) / weights.size, 0.9, 1, "the share of weights that are different numbers")


@criterion("forward", points=1, hint="Try networks of one, three and five layers, and a single example.")
@pytest.mark.parametrize("sizes, count", [((4, 3), 6), ((5, 7, 2, 4), 1), ((3, 6, 5, 6, 4, 2), 9)], ids=str)
def test_any_depth(student, sizes, count):
    """Networks of any number of layers answer any number of examples."""
    numbers, x = draw_network(sizes), random((count, sizes[0]), 1).astype("float32")
    expected = x.astype(float)
    for place, (weights, biases) in enumerate(numbers):
        expected = expected @ weights + biases
        if place < len(numbers) - 1:
            expected = np.maximum(expected, 0)
    found = student.forward(student.Network.of(numbers), x)
    assert_close(found, expected, "the logits", rtol=1e-4, atol=1e-5)


@criterion("cross_entropy", points=2, hint="Try other numbers of examples and classes.")
@pytest.mark.parametrize("count, classes", [(1, 2), (11, 3), (6, 40), (250, 10)])
def test_loss_of_any_logits(student, count, classes):
    """The loss is the mean over any number of examples, with any number of classes."""
    logits = 6 * random((count, classes), 2)
    true = np.random.default_rng([count, classes]).integers(0, classes, count)
    logs = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    found = student.cross_entropy(logits.astype("float32"), np.eye(classes, dtype="float32")[true])
    assert_close(found, -logs[np.arange(count), true].mean(), "the loss", rtol=1e-4, atol=1e-5)


@criterion("slopes", points=1, hint="Does it work for networks with other numbers of layers?")
@pytest.mark.parametrize("sizes", [(2, 1), (3, 4, 2), (2, 3, 4, 3, 2)], ids=str)
def test_slopes_of_any_bowl(student, sizes):
    """The slopes of any bowl are found, for networks of any size."""
    numbers, middles, widths, slopes = draw_bowl(sizes)
    found = student.slopes(student.Bowl(middles, widths), student.Network.of(numbers))
    loss, gradients = as_tuple(found, "slopes(…)", ("the loss", "the gradients"))
    assert_close(loss, height(numbers, middles, widths), "the loss", rtol=1e-4)
    assert_each(gradients, slopes, "the gradients")


@criterion("step", points=1, hint="Does it work for other rates, and networks of other sizes?")
@pytest.mark.parametrize("sizes, rate", [((2, 1), 1.5), ((3, 4, 2), 0.02), ((2, 3, 4, 3, 2), 0.3)], ids=str)
def test_step_of_any_length(student, sizes, rate):
    """A step of any rate goes against the gradients, for networks of any size."""
    numbers, _, _, slopes = draw_bowl(sizes)
    network = student.Network.of(numbers)
    student.step(network, [slope.astype("float32") for slope in slopes], rate)
    flat = [part for pair in numbers for part in pair]
    expected = [part - rate * slope for part, slope in zip(flat, slopes, strict=True)]
    assert_each(network.trainable_variables, expected, "the variables")


@criterion("epoch", points=1, hint="Try batches of one, and a batch size that is larger than all.")
@EPOCHS
def test_an_epoch_of_any_size(student, sizes, count, batch_size, rate):
    """An epoch teaches any network with any number of examples, in batches of any size."""

    def judge(apart):
        numbers, x, targets, expected, _ = draw_epoch(one_layer(sizes) if apart else sizes, count, batch_size, rate)
        network = student.Network.of(numbers)
        student.epoch(network, x, targets, rate, batch_size)
        assert_each(network.trainable_variables, expected, "the variables")

    assert_apart(student, "epoch", DENSE_STAND_INS, judge)


@criterion("epoch", points=1, hint="Of how many examples is it the mean, and is it the loss before each step?")
@EPOCHS
def test_the_loss_of_any_epoch(student, sizes, count, batch_size, rate):
    """The loss that is returned is the mean over any number of examples, each before its step."""

    def judge(apart):
        numbers, x, targets, _, expected = draw_epoch(one_layer(sizes) if apart else sizes, count, batch_size, rate)
        found = student.epoch(student.Network.of(numbers), x, targets, rate, batch_size)
        assert_close(found, expected, "epoch(…)", rtol=1e-4)

    assert_apart(student, "epoch", DENSE_STAND_INS, judge)


def random(shape, seed):
    """Random numbers around 0."""
    return np.random.default_rng([seed, *shape]).normal(size=shape)


def draw_network(sizes):
    """Random weights and biases, a pair for each layer."""
    pairs = enumerate(itertools.pairwise(sizes))
    return [(random((inputs, units), 10 + place), random((units,), 20 + place)) for place, (inputs, units) in pairs]


def one_layer(sizes):
    """The sizes of a network of one layer, all that DENSE_STAND_INS know."""
    return (sizes[0], sizes[-1])


def draw_bowl(sizes):
    """A network, the middles and widths of a bowl, and its slopes there."""
    numbers = draw_network(sizes)
    flat = [part for pair in numbers for part in pair]
    middles = [random(part.shape, 30 + place) for place, part in enumerate(flat)]
    widths = [0.5 + random(part.shape, 40 + place) ** 2 for place, part in enumerate(flat)]
    return numbers, middles, widths, [w * (p - m) for p, m, w in zip(flat, middles, widths, strict=True)]


def height(numbers, middles, widths):
    """The loss of a bowl."""
    flat = [part for pair in numbers for part in pair]
    return sum((w * (p - m) ** 2).sum() / 2 for p, m, w in zip(flat, middles, widths, strict=True))


def assert_each(found, expected, what):
    """Assert that several arrays, such as the gradients of a network, are those expected."""
    names = [f"number {number} of {what}" for number in range(1, len(expected) + 1)]
    assert_all_close(found, expected, what, names, rtol=1e-4, atol=1e-5)


def draw_epoch(sizes, count, batch_size, rate):
    """A network, examples, and by NumPy: its variables after an epoch with them, and its loss."""
    numbers, x = draw_network(sizes), random((count, sizes[0]), 3).astype("float32")
    targets = np.eye(sizes[-1], dtype="float32")[np.random.default_rng(sizes).integers(0, sizes[-1], count)]
    return numbers, x, targets, *teach_by_numpy(numbers, x, targets, rate, batch_size)
