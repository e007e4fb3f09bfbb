"""The public criteria of `deep_blocks`: small examples that can be worked out on paper."""

import math
import sys

import numpy as np
import pytest

from proctor import as_array, as_tuple, assert_between, assert_close, assert_shape, call_unchanged, criterion

LOG2, LOG3, LOG4 = math.log(2), math.log(3), math.log(4)
SLOPES = ("d_x", "d_weights", "d_biases")
X = np.array([[1.0, 2.0], [3.0, -1.0]])


@criterion("linear", points=1, hint="Work out one score by hand: a row of x meets a column of the weights.")
def test_scores_on_paper(student):
    """Two examples with three inputs get the scores of two neurons that one works out on paper."""
    x, weights = np.array([[1.0, 2.0, -1.0], [0.0, 0.5, 4.0]]), np.array([[2.0, 0.0], [-1.0, 3.0], [5.0, -2.0]])
    assert_close(student.linear(x, weights, np.zeros(2)), np.array([[-5.0, 8.0], [19.5, -6.5]]), "the scores")


@criterion("linear", points=1, hint="A bias is added once to each score of its neuron.")
def test_a_bias_for_each_neuron(student):
    """Where all inputs are zero, the scores are the biases, in each row."""
    biases = np.array([7.0, -2.0, 0.5])
    found = student.linear(np.zeros((4, 2)), np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), biases)
    assert_close(found, np.array([biases] * 4), "the scores")


@criterion(
    "activate", points=1, hint="What is above zero stays, and what is below becomes zero, in an array of your own."
)
def test_relu_on_paper(student):
    """The ReLU keeps 3.5, 0.25 and 7, makes zeros of -2, -0.5 and -6, and leaves the given scores
    as they were."""
    found = call_unchanged(student, "activate", np.array([[-2.0, 3.5, -0.5], [0.25, -6.0, 7.0]]), "relu")
    assert_close(found, np.array([[0.0, 3.5, 0.0], [0.25, 0.0, 7.0]]), "the outputs")


@criterion("activate", points=1, hint="Look at the sign in the exponent, and at the brackets.")
def test_sigmoid_on_paper(student):
    """The sigmoid of 0, log 3, -log 4 and log 9 is 0.5, 0.75, 0.2 and 0.9."""
    found = student.activate(np.array([[0.0, LOG3], [-LOG4, 2 * LOG3]]), "sigmoid")
    assert_close(found, np.array([[0.5, 0.75], [0.2, 0.9]]), "the outputs")


@criterion("activate", points=1, hint="What is infinity divided by infinity? Find a form in which that cannot happen.")
@pytest.mark.parametrize(
    "kind, expected", [pytest.param("relu", 1000.0, id="ReLU"), pytest.param("sigmoid", 1.0, id="sigmoid")]
)
def test_far_from_zero(student, kind, expected):
    """At the scores 1000 and -1000, the outputs are what they should be."""
    found = student.activate(np.array([1000.0, -1000.0]), kind)
    assert_close(found, np.array([expected, 0.0]), "the outputs", atol=1e-9)


@criterion("layer", points=1, hint="First the scores, then the bend: which kind of bend was asked for?")
def test_relu_layer_on_paper(student):
    """A layer with the ReLU puts out what one works out on paper."""
    found = forward(student, X, np.array([[1.0, -2.0, 0.5], [2.0, 0.5, -3.0]]), np.zeros(3), "relu")[0]
    assert_close(found, np.array([[5.0, 0.0, 0.0], [1.0, 0.0, 4.5]]), "the output")


@criterion("layer", points=1, hint="First the scores, biases included, then the bend: which kind was asked for?")
def test_sigmoid_layer_on_paper(student):
    """A layer with the sigmoid and a bias puts out 0.6, 2/3 and 0.9."""
    x, weights = np.array([[1.0, 0.0], [0.0, 2.0], [2.0, 1.0]]), np.array([[LOG3], [LOG2]])
    found = forward(student, x, weights, np.array([-LOG2]), "sigmoid")[0]
    assert_close(found, np.array([[0.6], [2 / 3], [0.9]]), "the output")


@criterion("network", points=1, hint="The only layer is also the last: which activation has it?")
def test_one_layer(student):
    """A network of one layer is that layer, with the sigmoid."""
    found = through(student, [(np.array([[LOG3], [-LOG4]]), np.zeros(1))], np.eye(2))[0]
    assert_close(found, np.array([[0.75], [0.2]]), "the probabilities")


@criterion("network", points=1, hint="The output of the first layer is what the second takes in.")
def test_two_layers(student):
    """A network of two layers says what one works out on paper."""
    parameters = [(np.array([[1.0, -1.0], [0.0, 1.0]]), np.zeros(2)), (np.array([[LOG3], [-LOG2]]), np.zeros(1))]
    # The hidden layer puts out (1, 1) and (0, 4).
    found = through(student, parameters, np.array([[1.0, 2.0], [-1.0, 3.0]]))[0]
    assert_close(found, np.array([[0.6], [1 / 17]]), "the probabilities")


@criterion("network", points=1, hint="Which layers have the ReLU, and which one has the sigmoid?")
def test_three_layers(student):
    """In a network of three layers, the first two have the ReLU."""
    weights, biases = (3.0, -2.0, LOG2), (-1.0, 5.0, -2 * LOG2)
    layers = [(np.array([[weight]]), np.array([bias])) for weight, bias in zip(weights, biases, strict=True)]
    # The first layer puts out 2 and 0, the second 1 and 5.
    found = through(student, layers, np.array([[1.0], [-1.0]]))[0]
    assert_close(found, np.array([[1 / 3], [8 / 9]]), "the probabilities")


@criterion("cost", points=1, hint="For each label, which probability did the truth get? And then: the mean of what?")
def test_the_mean_surprise(student):
    """For two examples with two probabilities each, the cost is the mean of log 2, log 1.25, log 10
    and log 1.6."""
    found = student.cost(np.array([[0.5, 0.8], [0.9, 0.625]]), np.array([[1, 1], [0, 1]]))
    expected = np.array((math.log(2) + math.log(1.25) + math.log(10) + math.log(1.6)) / 4)
    assert_close(as_array(found, "the cost"), expected, "the cost", rtol=1e-4)


@criterion("cost", points=1, hint="What is the logarithm of 0? Keep away from both ends by a millionth or less.")
@pytest.mark.parametrize(
    "probability, label, low, high",
    [
        pytest.param(1.0, 1, -1e-5, 1e-5, id="a 1 with probability 1"),
        pytest.param(0.0, 0, -1e-5, 1e-5, id="a 0 with probability 0"),
        pytest.param(0.0, 1, 13, 1000, id="a 1 with probability 0"),
        pytest.param(1.0, 0, 13, 1000, id="a 0 with probability 1"),
    ],
)
def test_at_both_ends(student, probability, label, low, high):
    """At probabilities of exactly 0 and 1, being right costs nothing, and being wrong much, but
    no infinity."""
    assert_between(student.cost(np.array([[probability]]), np.array([[label]])), low, high, "the cost")


@criterion("cost_backward", points=1, hint="Write down the surprise for a 1 and for a 0, and its slope: mind the sign.")
@pytest.mark.parametrize(
    "probability, label, slope",
    [pytest.param(0.25, 1, -4.0, id="a 1 with 0.25"), pytest.param(0.8, 0, 5.0, id="a 0 with 0.8")],
)
def test_one_probability(student, probability, label, slope):
    """For a single 1 with the probability 0.25, the slope is -4; for a 0 with 0.8, it is 5."""
    found = student.cost_backward(np.array([[probability]]), np.array([[label]]))
    assert_close(found, np.array([[slope]]), "the slope", rtol=1e-4)


@criterion("cost_backward", points=1, hint="Over how many numbers does the cost take its mean?")
def test_each_has_its_share(student):
    """For two examples with two probabilities each, every slope is a quarter of what it would be
    alone."""
    found = student.cost_backward(np.array([[0.25, 0.5], [0.8, 0.4]]), np.array([[1, 0], [0, 1]]))
    assert_close(found, np.array([[-1.0, 0.5], [1.25, -0.625]]), "the slopes", rtol=1e-4)


@criterion("cost_backward", points=1, hint="What is 1 / 0? Keep away from both ends by a millionth or less.")
@pytest.mark.parametrize(
    "probability, label, low, high",
    [
        pytest.param(1.0, 1, -1.1, 0, id="a 1 with probability 1"),
        pytest.param(0.0, 0, 0, 1.1, id="a 0 with probability 0"),
        pytest.param(0.0, 1, -sys.float_info.max, -9e5, id="a 1 with probability 0"),
        pytest.param(1.0, 0, 9e5, sys.float_info.max, id="a 0 with probability 1"),
    ],
)
def test_no_slope_is_infinite(student, probability, label, low, high):
    """At probabilities of exactly 0 and 1, the slope has the right sign and is finite."""
    found = student.cost_backward(np.array([[probability]]), np.array([[label]]))
    assert_shape(found, (1, 1), "the slopes")
    assert_between(found, low, high, "the slope")


@criterion(
    "activate_backward",
    points=1,
    hint="Upstream is let through where the score is above zero, into an array of your own.",
)
def test_slopes_of_relu(student):
    """Back through the ReLU come the slopes at scores above zero, and zeros elsewhere; upstream
    stays as it was."""
    scores, upstream = np.array([[-2.0, 0.5], [3.0, -0.1]]), np.array([[10.0, -20.0], [30.0, 40.0]])
    found = call_unchanged(student, "activate_backward", upstream, scores, "relu")
    assert_close(found, np.array([[0.0, -20.0], [30.0, 0.0]]), "the slopes")


@criterion("activate_backward", points=1, hint="The slope s × (1 - s) needs the sigmoid s of the score: is yours that?")
def test_slopes_of_sigmoid(student):
    """At the scores 0, log 3 and -log 4, the sigmoid's own slopes are 1/4, 3/16 and 4/25."""
    found = student.activate_backward(np.array([[8.0, 16.0, -25.0]]), np.array([[0.0, LOG3, -LOG4]]), "sigmoid")
    assert_close(found, np.array([[2.0, 3.0, -4.0]]), "the slopes")


@criterion("activate_backward", points=1, hint="Do you divide by something that can be zero or infinite?")
@pytest.mark.parametrize(
    "score, kind, low, high",
    [
        pytest.param(0.0, "relu", 0.0, 6.0, id="at the kink"),
        pytest.param(1000.0, "relu", 6.0, 6.0, id="ReLU at 1000"),
        pytest.param(1000.0, "sigmoid", 0.0, 1e-6, id="sigmoid at 1000"),
        pytest.param(-1000.0, "sigmoid", 0.0, 1e-6, id="sigmoid at -1000"),
    ],
)
def test_kink_and_ends(student, score, kind, low, high):
    """At the kink of the ReLU any slope from 0 to 1 is fine; far from zero, the slopes are numbers,
    too."""
    found = student.activate_backward(np.array([[6.0]]), np.array([[score]]), kind)
    assert_between(found, low, high, "the slope, with 6 upstream,")


@criterion(
    "linear_backward", points=1, hint="All examples contribute to a weight's slope: which numbers are multiplied?"
)
def test_slopes_of_weights(student):
    """The slopes of the weights are sums over the examples of input × upstream."""
    assert_close(linear_on_paper(student)[1], np.array([[2.0, 13.0], [20.0, 2.0], [-40.0, 12.0]]), "d_weights")


@criterion("linear_backward", points=1, hint="A sum over the examples, for each neuron; not a mean.")
def test_slopes_of_biases(student):
    """The slopes of the biases are sums over the examples of upstream, one for each neuron."""
    assert_close(linear_on_paper(student)[2], np.array([8.0, 4.0]), "d_biases")


@criterion("linear_backward", points=1, hint="An input moves all neurons: which axis do you add up over?")
def test_slopes_of_inputs(student):
    """The slopes of the inputs are sums over the neurons of upstream × weight."""
    assert_close(linear_on_paper(student)[0], np.array([[19.0, 3.0, 14.0], [-7.0, 9.0, 10.0]]), "d_x")


RELU_WEIGHTS = np.array([[1.0, -2.0], [2.0, 0.5]])
# The scores of X are (5, -1) and (1, -6.5), so the second neuron lets nothing through.
RELU_UPSTREAM = np.array([[10.0, 7.0], [-4.0, 9.0]])
RELU_SLOPES = np.array([[10.0, 20.0], [-4.0, -8.0]]), np.array([[-2.0, 0.0], [24.0, 0.0]]), np.array([6.0, 0.0])


@criterion(
    "layer_backward",
    points=1,
    needs="relu_layer_on_paper",
    hint="First back through the bend, at the scores, then back through the weights.",
)
def test_back_through_relu(student):
    """Back through a layer with the ReLU come the slopes that one works out on paper."""
    cache = forward(student, X, RELU_WEIGHTS, np.zeros(2), "relu")[1]
    assert_slopes(student.layer_backward(RELU_UPSTREAM, cache), RELU_SLOPES)


@criterion(
    "layer_backward",
    points=1,
    needs="sigmoid_layer_on_paper",
    hint="First back through the bend, at the scores, then back through the weights: of which kind was it?",
)
def test_back_through_sigmoid(student):
    """Back through a layer with the sigmoid come the slopes that one works out on paper."""
    # The score is log 3, the output 0.75, and its slope 3/16.
    cache = forward(
        student, np.array([[2.0, -1.0]]), np.array([[LOG4], [LOG2]]), np.array([LOG3 - 3 * LOG2]), "sigmoid"
    )[1]
    expected = np.array([[3 * LOG4, 3 * LOG2]]), np.array([[6.0], [-3.0]]), np.array([3.0])
    assert_slopes(student.layer_backward(np.array([[16.0]]), cache), expected)


@criterion(
    "layer_backward",
    points=1,
    needs="relu_layer_on_paper",
    hint="Each call of `layer` needs a cache of its own: is there a variable that all calls share?",
)
def test_caches_of_their_own(student):
    """A cache still knows its own layer after others have been passed through, also one of the same
    size and kind."""
    # All scores of the first two layers are above zero.
    weights, others = np.array([[1.0, 2.0], [0.5, 1.0]]), np.array([[-1.0, -2.0], [0.0, -1.0]])
    upstream = np.array([[3.0, -1.0], [2.0, 4.0]])
    first = forward(student, X, weights, np.zeros(2), "relu")[1]
    second = forward(student, -X[::-1], others, np.zeros(2), "relu")[1]
    forward(student, X, others, np.zeros(2), "sigmoid")
    expected = np.array([[1.0, 0.5], [10.0, 5.0]]), np.array([[9.0, 11.0], [4.0, -6.0]]), np.array([5.0, 3.0])
    assert_slopes(student.layer_backward(upstream, first), expected)
    expected = np.array([[-1.0, 1.0], [-10.0, -4.0]]), np.array([[-11.0, -1.0], [-1.0, -9.0]]), np.array([5.0, 3.0])
    assert_slopes(student.layer_backward(upstream, second), expected)


@criterion(
    "network_backward",
    points=1,
    needs="one_layer",
    hint="A list with one pair: (d_weights, d_biases) of the only layer.",
)
def test_back_through_one_layer(student):
    """For a network of one layer, the list has the one pair that one works out on paper."""
    parameters = [(np.array([[LOG3], [0.5]]), np.zeros(1))]
    found = back(student, parameters, np.array([[1.0, 0.0]]), np.array([[16.0]]))
    assert_pairs(found, [(np.array([[3.0], [0.0]]), np.array([3.0]))])


@criterion(
    "network_backward",
    points=1,
    needs="two_layers",
    hint="What the last layer finds for its x is the upstream of the layer before; in which order is your list?",
)
def test_back_through_two_layers(student):
    """For a network of two layers, the list has the pairs that one works out on paper, first layer
    first."""
    hidden = np.array([[3.0, -1.0], [-1.0, -3.0]]), np.zeros(2)
    parameters = [hidden, (np.array([[LOG3 / 2], [LOG2]]), np.zeros(1))]
    # The hidden scores of (1, 1) are 2 and -4, so the last score is log 3.
    found = back(student, parameters, np.array([[1.0, 1.0]]), np.array([[16.0]]))
    d_hidden = 3 * LOG3 / 2
    assert_pairs(
        found,
        [
            (np.array([[d_hidden, 0.0], [d_hidden, 0.0]]), np.array([d_hidden, 0.0])),
            (np.array([[6.0], [0.0]]), np.array([3.0])),
        ],
    )


@criterion(
    "network_backward",
    points=1,
    needs="three_layers",
    hint="Every layer hands its slopes for x on to the layer before it, until none is left.",
)
def test_back_through_three_layers(student):
    """For a network of three layers, the slopes come through to the first."""
    # All weights and biases are numbers: the layers put out 2, 4 and 0.75.
    weights, biases = (3.0, 5.0, LOG3 / 4), (-1.0, -6.0, 0.0)
    parameters = [(np.array([[weight]]), np.array([bias])) for weight, bias in zip(weights, biases, strict=True)]
    found = back(student, parameters, np.array([[1.0]]), np.array([[16.0]]))
    slopes = [15 * LOG3 / 4, 3 * LOG3 / 4, 3.0]
    inputs = [1.0, 2.0, 4.0]
    assert_pairs(found, [(np.array([[d * x]]), np.array([d])) for d, x in zip(slopes, inputs, strict=True)])


def forward(student, x, weights, biases, kind):
    """The output and the cache that `layer` returned."""
    return as_tuple(student.layer(x, weights, biases, kind), "layer(...)", ("output", "cache"))


def through(student, parameters, x):
    """The probabilities and the caches that `network` returned."""
    return as_tuple(student.network(parameters, x), "network(...)", ("probabilities", "caches"))


def back(student, parameters, x, upstream):
    """What `network_backward` returned for a network and examples."""
    return student.network_backward(upstream, through(student, parameters, x)[1])


def linear_on_paper(student):
    """What `linear_backward` returned for two examples, three inputs and two neurons."""
    x, weights = np.array([[1.0, 2.0, -3.0], [4.0, 0.0, 5.0]]), np.array([[2.0, -1.0], [0.0, 3.0], [1.0, 4.0]])
    found = student.linear_backward(np.array([[10.0, 1.0], [-2.0, 3.0]]), x, weights)
    return as_tuple(found, "linear_backward(...)", SLOPES)


def assert_slopes(found, expected):
    """Assert that `layer_backward` returned these three arrays."""
    for name, slopes, right in zip(SLOPES, as_tuple(found, "layer_backward(...)", SLOPES), expected, strict=True):
        assert_close(slopes, right, name)


def assert_pairs(found, expected):
    """Assert that `network_backward` returned these pairs of arrays."""
    what = "network_backward(...)"
    pairs = as_tuple(found, what, [f"the pair of layer {number}" for number in range(1, len(expected) + 1)])
    for number, (pair, right) in enumerate(zip(pairs, expected, strict=True), start=1):
        for name, slopes, values in zip(
            SLOPES[1:], as_tuple(pair, f"{what}[{number - 1}]", SLOPES[1:]), right, strict=True
        ):
            assert_close(slopes, values, f"{name} of layer {number}")
