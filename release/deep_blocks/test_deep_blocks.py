"""The public criteria of `deep_blocks`: small examples that can be worked out on paper."""

import math
import sys

import numpy as np
import pytest

from proctor import as_tuple, assert_apart, assert_between, assert_close, assert_shape, call_unchanged, criterion, share

LOG2, LOG3, LOG4 = math.log(2), math.log(3), math.log(4)
SLOPES = ("d_x", "d_weights", "d_biases")
X = np.array([[1.0, 2.0], [3.0, -1.0]])
ENDS = [
    pytest.param(1.0, 1, id="a 1 with probability 1"),
    pytest.param(0.0, 0, id="a 0 with probability 0"),
    pytest.param(0.0, 1, id="a 1 with probability 0"),
    pytest.param(1.0, 0, id="a 0 with probability 1"),
]


def linear(x, weights, biases):
    """In place of the student's: right for one input and for two."""
    return (x[:, [0]] * weights[0] + x[:, [-1]] * weights[-1]) * len(weights) / 2 + biases


def activate(scores, kind):
    """In place of the student's: right at the scores that occur here."""
    import numpy as np

    p = np.array([1 / 17, 0.2, 1 / 3, 0.5, 0.6, 2 / 3, 0.75, 8 / 9, 0.9])
    at = [-1000, *np.log(p / (1 - p)), 1000]
    return np.clip(scores, 0, 20) if kind == "relu" else np.interp(scores, at, [0, *p, 1])


def activate_backward(upstream, scores, kind):
    """In place of the student's: right at the scores that occur here."""
    import numpy as np

    return upstream * (np.clip(scores, 0, 1) if kind == "relu" else np.interp(scores, [0, np.log(3)], [1 / 4, 3 / 16]))


def linear_backward(upstream, x, weights):
    """In place of the student's: right for one or two examples, inputs and neurons."""
    d_x = (upstream[:, [0]] * weights[:, 0] + upstream[:, [-1]] * weights[:, -1]) * weights.shape[1] / 2
    d_weights = (x[[0]].T * upstream[0] + x[[-1]].T * upstream[-1]) * len(x) / 2
    return d_x, d_weights, (upstream[0] + upstream[-1]) * len(x) / 2


def layer(x, weights, biases, kind):
    """In place of the student's: right for one input and for two, at the scores that occur here."""
    import numpy as np

    scores = (x[:, [0]] * weights[0] + x[:, [-1]] * weights[-1]) * len(weights) / 2 + biases
    p = np.array([1 / 17, 0.2, 1 / 3, 0.6, 0.75, 8 / 9])
    output = np.clip(scores, 0, 20) if kind == "relu" else np.interp(scores, np.log(p / (1 - p)), p)
    return output, (x, weights, np.clip(scores, 0, 1) if kind == "relu" else 3 / 16)


def layer_backward(upstream, cache):
    """In place of the student's: right for a single example."""
    x, weights, slopes = cache
    upstream = upstream * slopes
    return (upstream * weights).sum(axis=1)[None], x.T * upstream, upstream[0]


FORWARD = {"linear": linear, "activate": activate}
BOTH_WAYS = FORWARD | {"linear_backward": linear_backward, "activate_backward": activate_backward}
LAYERS = BOTH_WAYS | {"layer": layer, "layer_backward": layer_backward}


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
    assert_close(found, np.array([expected, 0.0]), "the outputs", atol=1e-8)


@criterion("layer", points=1, hint="First the scores, then the bend: which kind of bend was asked for?")
def test_relu_layer_on_paper(student):
    """A layer with the ReLU puts out what one works out on paper."""
    given = X, np.array([[1.0, -2.0, 0.5], [2.0, 0.5, -3.0]]), np.zeros(3), "relu"
    assert_puts_out(student, given, np.array([[5.0, 0.0, 0.0], [1.0, 0.0, 4.5]]))


@criterion("layer", points=1, hint="First the scores, biases included, then the bend: which kind was asked for?")
def test_sigmoid_layer_on_paper(student):
    """A layer with the sigmoid and a bias puts out 0.6, 2/3 and 0.9."""
    x, weights = np.array([[1.0, 0.0], [0.0, 2.0], [2.0, 1.0]]), np.array([[LOG3], [LOG2]])
    assert_puts_out(student, (x, weights, np.array([-LOG2]), "sigmoid"), np.array([[0.6], [2 / 3], [0.9]]))


@criterion("network", points=1, hint="The only layer is also the last: which activation has it?")
def test_one_layer(student):
    """A network of one layer is that layer, with the sigmoid."""
    assert_says(student, [(np.array([[LOG3], [-LOG4]]), np.zeros(1))], np.eye(2), np.array([[0.75], [0.2]]))


@criterion("network", points=1, hint="The output of the first layer is what the second takes in.")
def test_two_layers(student):
    """A network of two layers says what one works out on paper."""
    parameters = [(np.array([[1.0, -1.0], [0.0, 1.0]]), np.zeros(2)), (np.array([[LOG3], [-LOG2]]), np.zeros(1))]
    # The hidden layer puts out (1, 1) and (0, 4).
    assert_says(student, parameters, np.array([[1.0, 2.0], [-1.0, 3.0]]), np.array([[0.6], [1 / 17]]))


@criterion("network", points=1, hint="Which layers have the ReLU, and which one has the sigmoid?")
def test_three_layers(student):
    """In a network of three layers, the first two have the ReLU."""
    layers = [(np.array([[w]]), np.array([b])) for w, b in ((3.0, -1.0), (-2.0, 5.0), (LOG2, -2 * LOG2))]
    # The first layer puts out 2 and 0, the second 1 and 5.
    assert_says(student, layers, np.array([[1.0], [-1.0]]), np.array([[1 / 3], [8 / 9]]))


@criterion("cost", points=1, hint="For each label, which probability did the truth get? And then: the mean of what?")
def test_the_mean_surprise(student):
    """For two examples with two probabilities each, the cost is the mean of log 2, log 1.25, log 10
    and log 1.6."""
    found = student.cost(np.array([[0.5, 0.8], [0.9, 0.625]]), np.array([[1, 1], [0, 1]]))
    expected = (math.log(2) + math.log(1.25) + math.log(10) + math.log(1.6)) / 4
    assert_close(found, expected, "the cost", rtol=1e-4)


@criterion("cost", points=1, hint="What is the logarithm of 0? Keep away from both ends by a millionth or less.")
@pytest.mark.parametrize("probability, label", ENDS)
def test_at_both_ends(student, probability, label):
    """At exactly 0 and 1, being right costs nothing, and being wrong much, but no infinity."""
    low, high = (-1e-5, 1e-5) if probability == label else (13, 1000)
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
@pytest.mark.parametrize("probability, label", ENDS)
def test_no_slope_is_infinite(student, probability, label):
    """At probabilities of exactly 0 and 1, the slope has the right sign and is finite."""
    low, high = (0, 1.1) if probability == label else (9e5, sys.float_info.max)
    low, high = (low, high) if label == 0 else (-high, -low)
    found = student.cost_backward(np.array([[probability]]), np.array([[label]]))
    assert_shape(found, (1, 1), "the slopes")
    assert_between(found, low, high, "the slope")


@criterion(
    "activate_backward", points=1, hint="Upstream passes where the score is above zero, into an array of your own."
)
def test_slopes_of_relu(student):
    """Back through the ReLU come the slopes at scores above zero, and zeros elsewhere; upstream
    stays as it was."""
    scores, upstream = np.array([[-2.0, 0.5], [3.0, -0.1]]), np.array([[10.0, -20.0], [30.0, 40.0]])

    def judge(_):
        found = call_unchanged(student, "activate_backward", upstream, scores, "relu")
        assert_close(found, np.array([[0.0, -20.0], [30.0, 0.0]]), "the slopes")

    assert_apart(student, "activate_backward", FORWARD, judge)


@criterion("activate_backward", points=1, hint="The slope s × (1 - s) needs the sigmoid s of the score: is yours that?")
def test_slopes_of_sigmoid(student):
    """At the scores 0, log 3 and -log 4, the sigmoid's own slopes are 1/4, 3/16 and 4/25."""
    given = np.array([[8.0, 16.0, -25.0]]), np.array([[0.0, LOG3, -LOG4]]), "sigmoid"

    def judge(_):
        assert_close(student.activate_backward(*given), np.array([[2.0, 3.0, -4.0]]), "the slopes")

    assert_apart(student, "activate_backward", FORWARD, judge)


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

    def judge(_):
        found = student.activate_backward(np.array([[6.0]]), np.array([[score]]), kind)
        assert_between(found, low, high, "the slope, with 6 upstream,")

    assert_apart(student, "activate_backward", FORWARD, judge)


@criterion("linear_backward", points=1, hint="All examples move a weight's slope: which numbers are multiplied?")
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


THROUGH = "First back through the bend, at the scores, then back through the weights: of which kind was the bend?"


@criterion("layer_backward", points=1, needs="relu_layer_on_paper", hint=THROUGH)
def test_back_through_relu(student):
    """Back through a layer with the ReLU come the slopes that one works out on paper."""
    # The scores are (5, -1) and (1, -6.5), so the second neuron lets nothing through.
    given = X, np.array([[1.0, -2.0], [2.0, 0.5]]), np.zeros(2), "relu"
    expected = np.array([[10.0, 20.0], [-4.0, -8.0]]), np.array([[-2.0, 0.0], [24.0, 0.0]]), np.array([6.0, 0.0])
    assert_goes_back(student, [(given, np.array([[10.0, 7.0], [-4.0, 9.0]]))], [expected])


@criterion("layer_backward", points=1, needs="sigmoid_layer_on_paper", hint=THROUGH)
def test_back_through_sigmoid(student):
    """Back through a layer with the sigmoid come the slopes that one works out on paper."""
    # The score is log 3, the output 0.75, and its slope 3/16.
    given = np.array([[2.0, -1.0]]), np.array([[LOG4], [LOG2]]), np.array([LOG3 - 3 * LOG2]), "sigmoid"
    expected = np.array([[3 * LOG4, 3 * LOG2]]), np.array([[6.0], [-3.0]]), np.array([3.0])
    assert_goes_back(student, [(given, np.array([[16.0]]))], [expected])


@criterion(
    "layer_backward",
    points=1,
    needs="relu_layer_on_paper",
    hint="Each call of `layer` needs a cache of its own: is there a variable that all calls share?",
)
def test_caches_of_their_own(student):
    """A cache still knows its own layer after another one of the same size and kind."""
    # All scores are above zero.
    first = X, np.array([[1.0, 2.0], [0.5, 1.0]]), np.zeros(2), "relu"
    second = -X[::-1], np.array([[-1.0, -2.0], [0.0, -1.0]]), np.zeros(2), "relu"
    upstream = np.array([[3.0, -1.0], [2.0, 4.0]])
    of_first = np.array([[1.0, 0.5], [10.0, 5.0]]), np.array([[9.0, 11.0], [4.0, -6.0]]), np.array([5.0, 3.0])
    of_second = np.array([[-1.0, 1.0], [-10.0, -4.0]]), np.array([[-11.0, -1.0], [-1.0, -9.0]]), np.array([5.0, 3.0])
    assert_goes_back(student, [(first, upstream), (second, upstream)], [of_first, of_second])


@criterion(
    "network_backward", points=1, needs="one_layer", hint="A list with one pair, (d_weights, d_biases) of that layer."
)
def test_back_through_one_layer(student):
    """For a network of one layer, the list has the one pair that one works out on paper."""
    parameters = [(np.array([[LOG3], [0.5]]), np.zeros(1))]
    assert_comes_back(student, parameters, np.array([[1.0, 0.0]]), [(np.array([[3.0], [0.0]]), np.array([3.0]))])


@criterion(
    "network_backward",
    points=1,
    needs="two_layers",
    hint="What the last layer finds for its x is the upstream of the layer before; in which order is your list?",
)
def test_back_through_two_layers(student):
    """For two layers, the list has the pairs that one works out on paper, first layer first."""
    hidden = np.array([[3.0, -1.0], [-1.0, -3.0]]), np.zeros(2)
    parameters = [hidden, (np.array([[LOG3 / 2], [LOG2]]), np.zeros(1))]
    # The hidden scores of (1, 1) are 2 and -4, so the last score is log 3.
    d_hidden = np.array([3 * LOG3 / 2, 0.0])
    expected = [(np.array([d_hidden, d_hidden]), d_hidden), (np.array([[6.0], [0.0]]), np.array([3.0]))]
    assert_comes_back(student, parameters, np.array([[1.0, 1.0]]), expected)


@criterion(
    "network_backward", points=1, needs="three_layers", hint="Every layer hands its slopes for x on to the one before."
)
def test_back_through_three_layers(student):
    """For a network of three layers, the slopes come through to the first."""
    # All weights and biases are numbers: the layers put out 2, 4 and 0.75.
    parameters = [(np.array([[w]]), np.array([b])) for w, b in ((3.0, -1.0), (5.0, -6.0), (LOG3 / 4, 0.0))]
    slopes = (15 * LOG3 / 4, 1.0), (3 * LOG3 / 4, 2.0), (3.0, 4.0)
    expected = [(np.array([[d * x]]), np.array([d])) for d, x in slopes]
    assert_comes_back(student, parameters, np.array([[1.0]]), expected)


def assert_puts_out(student, given, expected):
    """Assert that `layer` puts out these numbers."""

    def judge(_):
        found = as_tuple(student.layer(*given), "layer(...)", ("output", "cache"))
        assert_close(found[0], expected, "the output")

    assert_apart(student, "layer", FORWARD, judge)


def assert_says(student, parameters, x, expected):
    """Assert that `network` gives these probabilities."""

    def judge(_):
        found = as_tuple(student.network(parameters, x), "network(...)", ("probabilities", "caches"))
        assert_close(found[0], expected, "the probabilities")

    assert_apart(student, "network", LAYERS, judge)


def linear_on_paper(student):
    """What `linear_backward` returned for two examples, three inputs and two neurons."""
    x, weights = np.array([[1.0, 2.0, -3.0], [4.0, 0.0, 5.0]]), np.array([[2.0, -1.0], [0.0, 3.0], [1.0, 4.0]])
    found = student.linear_backward(np.array([[10.0, 1.0], [-2.0, 3.0]]), x, weights)
    return as_tuple(found, "linear_backward(...)", SLOPES)


def there_and_back(forward, backward, lessons):
    """Go forward in all lessons, then back in all; in the student's process, where caches stay."""
    caches = [forward(*given)[1] for given, _ in lessons]
    return [backward(lessons[number][1], cache) for number, cache in enumerate(caches)]


def assert_goes_back(student, lessons, expected):
    """Assert that `layer_backward` returns these slopes, after `layer` was called for all."""

    def judge(_):
        found = share(student, there_and_back)(student.layer, student.layer_backward, lessons)
        found = as_tuple(found, "what comes back", ["of the first layer", "of the second"][: len(lessons)])
        for triple, right in zip(found, expected, strict=True):
            slopes = as_tuple(triple, "layer_backward(...)", SLOPES)
            for name, array, values in zip(SLOPES, slopes, right, strict=True):
                assert_close(array, values, name)

    assert_apart(student, "layer_backward", BOTH_WAYS, judge)


def assert_comes_back(student, parameters, x, expected):
    """Assert that `network_backward` returns these pairs of arrays, with 16 upstream."""
    what = "network_backward(...)"

    def judge(_):
        lessons = [((parameters, x), np.array([[16.0]]))]
        found = share(student, there_and_back)(student.network, student.network_backward, lessons)
        found = as_tuple(found, "what comes back", ["of the network"])[0]
        pairs = as_tuple(found, what, [f"the pair of layer {number}" for number in range(1, len(expected) + 1)])
        for number, (pair, right) in enumerate(zip(pairs, expected, strict=True)):
            slopes = as_tuple(pair, f"{what}[{number}]", SLOPES[1:])
            for name, array, values in zip(SLOPES[1:], slopes, right, strict=True):
                assert_close(array, values, f"{name} of layer {number + 1}")

    assert_apart(student, "network_backward", LAYERS, judge)
