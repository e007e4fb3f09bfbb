"""The hidden criteria of `weight_init`: other sizes, and rings that no network has seen."""

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


def as_layers(found, count):
    """The pairs of weights and biases that a student's function returned, as arrays."""
    layers = as_tuple(found, "the parameters", [f"layer {number}" for number in range(1, count + 1)])
    pairs = [as_tuple(layer, f"layer {number}", ("weights", "biases")) for number, layer in enumerate(layers, start=1)]
    return [(as_array(weights, "the weights"), as_array(biases, "the biases")) for weights, biases in pairs]


def asked(student, name, sizes, *settings):
    """The layers that a start returns for these sizes, which it leaves as they were."""
    layers = as_layers(call_unchanged(student, name, sizes, *settings), len(sizes) - 1)
    for number, (weights, biases) in enumerate(layers, start=1):
        assert_shape(weights, (sizes[number - 1], sizes[number]), f"the weights of layer {number}")
        assert_shape(biases, (sizes[number],), f"the biases of layer {number}")
        assert_between(biases, 0, 0, f"the biases of layer {number}")
    return layers


def assert_scatter(weights, variance, number):
    """Assert that weights have a mean of about 0 and a variance within 10 % of what it should be.

    Of 8,000 weights or more, the variance strays by 1.6 % and the mean by 1.1 % of the deviation.
    """
    weights = weights.astype(float)
    deviation = np.sqrt(variance)
    assert_between(weights.mean(), -0.08 * deviation, 0.08 * deviation, f"the mean of the weights of layer {number}")
    assert_between(weights.var(), 0.9 * variance, 1.1 * variance, f"the variance of the weights of layer {number}")


@criterion("start_zeros", points=1, hint="Any number of layers, of any sizes; leave the list of sizes as it is.")
@pytest.mark.parametrize("sizes", [[2, 7], [6, 1, 3, 9], [1, 1, 1, 1, 1, 1], [5, 4, 3, 2, 3, 4, 5]])
def test_zeros_of_any_sizes(student, sizes):
    """A network of any sizes can begin with zeros, and the sizes are left as they were."""
    for number, (weights, _) in enumerate(asked(student, "start_zeros", sizes), start=1):
        assert_between(weights, 0, 0, f"the weights of layer {number}")


@criterion(
    "apart", points=1, hint="Any numbers of inputs and of neurons, negative weights too; leave them as they are."
)
@pytest.mark.parametrize("dtype", ["float64", "float32", "int64"])
@pytest.mark.parametrize("shape", [(1, 6), (9, 2), (4, 7)], ids=["one input", "two neurons", "4 inputs, 7 neurons"])
def test_any_neurons_apart(student, shape, dtype):
    """Neurons of any layer are as far apart as they should be, and are left as they were."""
    for shift in (-20, 0, 20):
        weights = (np.random.default_rng([*shape, 3]).normal(shift, 8, shape)).astype(dtype)
        expected = max(float(max(row)) - float(min(row)) for row in weights.tolist())
        found = as_array(call_unchanged(student, "apart", weights), "how far apart they are")
        assert_close(found, np.array(expected), "how far apart they are", rtol=1e-4)


@criterion("start_normal", points=1, hint="Every layer, narrow or wide, has the deviation that is asked for.")
@pytest.mark.parametrize("deviation", [0.07, 2.5])
def test_any_layers_at_random(student, deviation):
    """The weights of narrow and of wide layers, the first and the last, scatter as they should, and
    the sizes are left as they were."""
    layers = asked(student, "start_normal", [4, 2500, 5, 8000, 1], deviation)
    for number, (weights, _) in enumerate(layers, start=1):
        assert_scatter(weights, deviation**2, number)


@criterion("share_sure", points=1, hint="Arrays of any shape, any limit; leave them as they are.")
@pytest.mark.parametrize("shape", [(1,), (37,), (23, 1), (4, 3, 5)])
@pytest.mark.parametrize("limit", [0.5, 0.62, 0.97])
def test_any_share(student, shape, limit):
    """The share is right for arrays of any shape and any limit, and they are left as they were."""
    probabilities = 0.5 + 0.5 * np.tanh(2 * np.random.default_rng([*shape, 8]).normal(0.4, 1, shape))
    expected = sum(max(p, 1 - p) >= limit for p in probabilities.ravel().tolist()) / probabilities.size
    found = as_array(call_unchanged(student, "share_sure", probabilities, limit), "the share")
    assert_close(found, np.array(expected), "the share", rtol=1e-4)
    found = as_array(student.share_sure(np.full(shape, 0.5), 0.5), "the share")
    assert_between(found, 0, 1, "the share of answers of 0.5 that are sure by a limit of 0.5")


@criterion(
    "strengths", points=2, hint="Any sizes, any number of examples; leave the parameters and the examples as they are."
)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("sizes", [[3, 4], [5, 9, 2, 6], [1, 3, 3, 3, 3, 1]])
def test_any_strengths(student, sizes, dtype):
    """The strengths are right for any stack of layers, and nothing given is changed."""
    draw = np.random.default_rng([*sizes, 1])
    parameters = [
        (draw.normal(0.3, 0.9, shape).astype(dtype), draw.normal(0, 1, shape[1]).astype(dtype))
        for shape in pairwise(sizes)
    ]
    x = draw.normal(0.5, 2, (7, sizes[0])).astype(dtype)
    expected, signal = [], x.astype(float)
    for weights, biases in parameters:
        signal = np.maximum(signal @ weights + biases, 0)
        expected.append(np.sqrt(np.mean(signal**2)))
    found = as_array(call_unchanged(student, "strengths", parameters, x), "strengths")
    assert_close(found, np.array(expected), "strengths", rtol=1e-4)


@criterion("predict_strengths", points=2, hint="Any number of layers, of any sizes; leave the list of sizes as it is.")
@pytest.mark.parametrize("deviation", [0.03, 1, 1.7])
@pytest.mark.parametrize("sizes", [[5, 3], [12, 100, 7, 9, 31] * 4, [1, 6, 1, 40, 2, 300]])
def test_predicts_any_layers(student, sizes, deviation):
    """The prediction is right for any sizes and any deviation, and the sizes are left as they
    were."""
    expected, strength = [], 1.0
    for inputs in sizes[:-1]:
        strength *= deviation * (inputs / 2) ** 0.5
        expected.append(strength)
    found = as_array(call_unchanged(student, "predict_strengths", sizes, deviation), "the prediction")
    assert_close(found, np.array(expected), "the prediction", rtol=1e-4)


@criterion("start_he", points=2, hint="Every layer goes by its own number of inputs, the first and the last one too.")
@pytest.mark.parametrize("sizes", [[4, 2500, 4, 8000, 1], [7, 1300, 90, 100]], ids=["four layers", "three layers"])
def test_the_right_start_for_any_layers(student, sizes):
    """In narrow and in wide layers, the first and the last, the weights have the right variance up
    to 10 %, and the sizes are left as they were."""

    def judge(_):
        for number, (weights, _) in enumerate(asked(student, "start_he", sizes), start=1):
            assert_scatter(weights, 2 / sizes[number - 1], number)

    assert_apart(student, "start_he", {"start_normal": start_normal}, judge)


def start_normal(sizes, deviation):
    """In place of the student's."""
    import numpy as np

    rng, shapes = np.random.default_rng(4), [sizes[layer : layer + 2] for layer in range(len(sizes) - 1)]
    return [(rng.normal(0, deviation, shape), np.zeros(shape[1])) for shape in shapes]


@criterion(
    "learned",
    points=1,
    hint="Does `start_he` do its part? Then 400 steps are all that it takes.",
)
def test_rings_never_seen(student, thresholds, credit):
    """The network that began with `start_he` is right about points that it has never seen."""
    layers = as_layers(student.he_parameters, 5)
    for (weights, biases), inputs, neurons in zip(layers, (2, 16, 16, 16, 16), (16, 16, 16, 16, 1), strict=True):
        assert_shape(weights, (inputs, neurons), "the weights of a layer")
        assert_shape(np.ravel(biases), (neurons,), "the biases of a layer")
    x, labels = datasets.draw_rings(3000, seed=7301)
    for weights, biases in layers[:-1]:
        x = np.maximum(x @ weights + np.ravel(biases), 0)
    weights, biases = layers[-1]
    credit.within(np.mean((x @ weights + np.ravel(biases) >= 0)[:, 0] == labels), thresholds, "unseen")


@criterion("answers", points=1, hint="What did `show_zeros` print? Work out the slopes of one weight of each layer.")
def test_what_zeros_can_learn(student):
    """You know what training can change in a network of zeros."""
    wrong = {
        "a": "A slope for a weight has what comes in as a factor. What comes out of a hidden layer of zeros?",
        "c": "The last layer's weights get what the hidden neurons say as a factor in their slopes, and those say 0.",
    }
    assert_choice(student.answers, "zeros", "b", wrong)


@criterion("answers", points=1, hint="Ask `predict_strengths`, or your pencil: what is the factor of one such layer?")
def test_what_is_left_behind_ten_layers(student):
    """You know how fast the strength fades."""
    wrong = {
        "a": "That is what one layer leaves; the next one takes its share of what is left.",
        "b": "The factor of one layer is the root of a quarter; a thirtieth is left if ten such layers count for five.",
    }
    assert_choice(student.answers, "tenth", "c", wrong)


@criterion("answers", points=1, hint="Read the three steps of the pencil again: which of them is about ReLU?")
def test_without_relu(student):
    """You know where the 2 comes from."""
    wrong = {
        "b": "The 2 makes up for the half that ReLU takes away; nothing is taken away here.",
        "c": "Twice as much would be right if three quarters were lost; nothing is lost here.",
    }
    assert_choice(student.answers, "no_relu", "a", wrong)
