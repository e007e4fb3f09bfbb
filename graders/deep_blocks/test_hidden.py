"""The hidden criteria of `deep_blocks`: a network of the grader's own, and finite differences."""

import itertools
import sys

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    as_array,
    as_tuple,
    assert_apart,
    assert_between,
    assert_close,
    assert_gradient,
    assert_shape,
    call_unchanged,
    criterion,
    numerical_gradient,
    share,
)

SHAPES = [
    pytest.param((7, 3, 5), id="seven examples, three inputs, five neurons"),
    pytest.param((1, 4, 2), id="one example, four inputs, two neurons"),
    pytest.param((6, 1, 1), id="six examples, one input, one neuron"),
    pytest.param((4, 4, 4), id="four of each"),
]
MANY = pytest.param((800, 2, 3), id="800 examples, two inputs, three neurons")
KINDS = [pytest.param("relu", id="ReLU"), pytest.param("sigmoid", id="sigmoid")]
TYPES = [pytest.param("float64", id="double precision"), pytest.param("float32", id="single precision")]
WHOLE = pytest.param("int64", id="whole numbers")
# Some exponentials of these are infinite in double precision, and some of their squares alone.
FAR = [40, 300, 400, 720, 900, 1500, -40, -300, -400, -720, -900, -1500]
DEPTHS = [
    pytest.param(sizes, id=f"{len(sizes) - 1} layer{'s' if len(sizes) > 2 else ''}")
    for sizes in [(3, 2), (2, 5, 1), (3, 4, 5, 2), (1, 5, 4, 3, 1), (4, 3, 5, 4, 6, 3), (2, 4, 5, 4, 6, 5, 4, 3, 2)]
]
SLOPES = ("d_x", "d_weights", "d_biases")


def numbers(*sizes, seed=0):
    """Random numbers around 0, in double precision."""
    return np.random.default_rng([*sizes, seed]).normal(0.1, 1.0, sizes)


def bend(scores, kind):
    """What an activation makes of scores."""
    import numpy as np

    return np.where(scores > 0, scores, 0) if kind == "relu" else 0.5 + 0.5 * np.tanh(scores / 2)


def bend_back(upstream, scores, kind):
    """The slopes for scores; the ReLU's own slope is zero at the kink."""
    import numpy as np

    small = np.exp(-np.abs(scores))
    return upstream * ((scores > 0) if kind == "relu" else small / (1 + small) ** 2)


def way_back(upstream, x, weights):
    """The slopes for inputs, weights and biases of scores."""
    return upstream @ weights.T, x.T @ upstream, upstream.sum(axis=0)


def scores_of(x, weights, biases):
    """The scores of a layer."""
    return x @ weights + biases


def layer(x, weights, biases, kind):
    """In place of the student's; the cache holds the slopes of the output for the scores."""
    import numpy as np

    scores = x @ weights + biases
    if kind == "relu":
        return np.where(scores > 0, scores, 0), (x, weights, scores > 0)
    output = 0.5 + 0.5 * np.tanh(scores / 2)
    return output, (x, weights, output * (1 - output))


def layer_backward(upstream, cache):
    """In place of the student's."""
    x, weights, slopes = cache
    upstream = upstream * slopes
    return upstream @ weights.T, x.T @ upstream, upstream.sum(axis=0)


FORWARD = {"linear": scores_of, "activate": bend}
BOTH_WAYS = FORWARD | {"linear_backward": way_back, "activate_backward": bend_back}
LAYERS = BOTH_WAYS | {"layer": layer, "layer_backward": layer_backward}


def with_far(scores):
    """Scores with those of `FAR` behind them, with as many dimensions as before."""
    return np.append(scores, FAR).reshape(*[1] * (scores.ndim - 1), -1)


def answer(parameters, x):
    """The probabilities of a network."""
    for weights, biases in parameters[:-1]:
        x = bend(x @ weights + biases, "relu")
    return bend(x @ parameters[-1][0] + parameters[-1][1], "sigmoid")


def lesson(sizes, seed=0):
    """Random parameters of a network and six examples, in double precision."""
    parameters = [
        (0.9 * numbers(inputs, neurons, seed=seed), 0.5 * numbers(neurons, seed=seed))
        for inputs, neurons in itertools.pairwise(sizes)
    ]
    return parameters, numbers(6, sizes[0], seed=seed + 1)


@criterion(
    "linear",
    points=1,
    hint="Any number of examples, inputs and neurons; whole and large ones in x; leave what is given as it is.",
)
@pytest.mark.parametrize("dtype", [*TYPES, WHOLE])
@pytest.mark.parametrize("shape", [*SHAPES, MANY])
def test_any_scores(student, shape, dtype):
    """The scores are right for any number of examples, inputs and neurons, for small inputs and for
    large ones."""
    n, inputs, neurons = shape
    for scale in (3, 3000):
        given = [scale * numbers(n, inputs), numbers(inputs, neurons), numbers(neurons)]
        if dtype == "int64":
            given[0] = given[0].round().astype(int)
        else:
            given = [part.astype(dtype) for part in given]
        x, weights, biases = (part.astype(float) for part in given)
        found = call_unchanged(student, "linear", *given)
        assert_close(found, x @ weights + biases, "the scores", rtol=1e-4 if dtype == "float32" else 1e-6)


@criterion(
    "activate",
    points=1,
    hint="Near scores beside far ones, of any shape, whole numbers, too; do you write into the array that was given?",
)
@pytest.mark.parametrize("dtype", [*TYPES, WHOLE])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", [(5,), (3, 4), (2, 3, 2)])
def test_any_bend(student, shape, kind, dtype):
    """Scores of any shape and size are bent, each for itself, and are left as they were."""
    near = (4 * numbers(*shape)).astype(dtype)
    for scores in (near, with_far(near).astype(dtype)):
        found = call_unchanged(student, "activate", scores, kind)
        assert_close(found, bend(scores.astype(float), kind), "the outputs", rtol=1e-4 if dtype == "float32" else 1e-6)


@criterion("layer", points=1, hint="Does your layer use the weights, the biases and the kind that it is given?")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", [*SHAPES, MANY])
def test_any_layer(student, shape, kind):
    """Layers of any size put out the right numbers, and leave what they are given as it was."""
    n, inputs, neurons = shape
    given = numbers(n, inputs, seed=2), numbers(inputs, neurons, seed=2), numbers(neurons, seed=2)

    def judge(_):
        found = as_tuple(call_unchanged(student, "layer", *given, kind), "layer(...)", ("output", "cache"))
        assert_close(found[0], bend(scores_of(*given), kind), "the output")

    assert_apart(student, "layer", FORWARD, judge)


@criterion("network", points=1, hint="Any number of layers, of any sizes, also with several neurons in the last.")
@pytest.mark.parametrize("sizes", DEPTHS)
def test_any_network(student, sizes):
    """Networks of one to eight layers give the right probabilities, and leave what they are given
    as it was."""

    def judge(_):
        for seed in (3, 4):
            given = lesson(sizes, seed)
            found = as_tuple(call_unchanged(student, "network", *given), "network(...)", ("probabilities", "caches"))
            assert_close(found[0], answer(*given), "the probabilities")

    assert_apart(student, "network", LAYERS, judge)


@criterion(
    "cost", points=1, hint="Any number of examples and of neurons in the last layer; leave what is given as it is."
)
@pytest.mark.parametrize("shape", [(1, 1), (9, 1), (5, 3), (1, 4), (800, 1)])
def test_any_surprise(student, shape):
    """The cost of any probabilities is their mean surprise, and they are left as they were."""
    probabilities, labels = bend(3 * numbers(*shape), "sigmoid"), (numbers(*shape, seed=1) > 0.4).astype(int)
    found = call_unchanged(student, "cost", probabilities, labels)
    expected = np.array(-np.mean(np.log(np.where(labels == 1, probabilities, 1 - probabilities))))
    assert_close(as_array(found, "the cost"), expected, "the cost", rtol=1e-4)
    sure = call_unchanged(student, "cost", np.array([[0.0], [0.5], [1.0], [0.25]]), np.array([[0], [1], [1], [0]]))
    assert_close(as_array(sure, "the cost"), np.array((np.log(2) - np.log(0.75)) / 4), "the cost", rtol=1e-4)
    # One of 100 is sure and wrong: the surprise at it is from 13.8, that of a millionth, to 745,
    # that of the smallest number.
    found = student.cost(np.r_[0.0, np.full(99, 0.5)][:, None], np.r_[1, np.zeros(99, int)][:, None])
    assert_between(
        100 * as_array(found, "the cost") - 99 * np.log(2), 13, 750, "the surprise at a 1 with probability 0"
    )


@criterion(
    "cost_backward",
    points=1,
    hint="Any number of examples and of neurons in the last layer, 0 and 1 beside other probabilities; "
    "leave what is given as it is.",
)
@pytest.mark.parametrize("shape", [(1, 1), (9, 1), (5, 3), (1, 4), (800, 1)])
def test_any_slopes_of_the_cost(student, shape):
    """The slopes of any probabilities are those of the mean surprise, and nothing given is
    changed."""
    probabilities, labels = bend(2 * numbers(*shape), "sigmoid"), (numbers(*shape, seed=1) > 0.4).astype(int)
    found = call_unchanged(student, "cost_backward", probabilities, labels)
    expected = np.where(labels == 1, -1 / probabilities, 1 / (1 - probabilities)) / labels.size
    assert_close(found, expected, "the slopes", rtol=1e-4)
    found = call_unchanged(
        student, "cost_backward", np.array([[0.0, 1.0, 0.5], [0.0, 1.0, 0.2]]), np.array([[1, 0, 1], [0, 1, 0]])
    )
    assert_shape(found, (2, 3), "the slopes")
    # Six times the slopes: those of single probabilities.
    single = 6 * as_array(found, "the slopes")
    assert_between(single[0, 0], -sys.float_info.max, -9e5, "six times the slope of a 1 with probability 0")
    assert_between(single[0, 1], 9e5, sys.float_info.max, "six times the slope of a 0 with probability 1")
    assert_between(single[1, 0], 0, 1.1, "six times the slope of a 0 with probability 0")
    assert_between(single[1, 1], -1.1, 0, "six times the slope of a 1 with probability 1")
    assert_close(single[:, 2], np.array([-2.0, 1.25]), "six times the slopes at 0.5 and 0.2", rtol=1e-4)


@criterion(
    "activate_backward",
    points=1,
    hint="Near scores beside far ones and zeros, of any shape; do you write into an array that was given?",
)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", [(5,), (3, 4), (2, 3, 2)])
def test_any_way_back_through_the_bend(student, shape, kind):
    """The slopes are right for any upstream and scores, and both are left as they were."""
    near = 2 * numbers(*shape, seed=6)
    far = with_far(near)
    far[..., -1] = 0

    def judge(_):
        for scores in (near, far):
            # At the kink any slope will do: whatever it is, 0 upstream makes 0 of it.
            upstream = np.where(scores == 0, 0, numbers(*scores.shape, seed=7))
            found = call_unchanged(student, "activate_backward", upstream, scores, kind)
            assert_close(found, bend_back(upstream, scores, kind), "the slopes")

    assert_apart(student, "activate_backward", FORWARD, judge)


@criterion(
    "linear_backward", points=2, hint="Any number of examples, inputs and neurons; leave what is given as it is."
)
@pytest.mark.parametrize("shape", [*SHAPES, MANY])
def test_any_slopes(student, shape):
    """The slopes are right for any number of examples, inputs and neurons, and nothing given is
    changed."""
    n, inputs, neurons = shape
    upstream, x, weights = numbers(n, neurons, seed=8), numbers(n, inputs, seed=8), numbers(inputs, neurons, seed=8)
    found = as_tuple(call_unchanged(student, "linear_backward", upstream, x, weights), "linear_backward(...)", SLOPES)
    for name, slopes, right in zip(SLOPES, found, way_back(upstream, x, weights), strict=True):
        assert_close(slopes, right, name)


@criterion(
    "layer_backward",
    points=2,
    needs="sigmoid_layer_on_paper",
    hint="Does the cache know all of x, weights, scores and kind of its own layer?",
)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", SHAPES)
def test_any_way_back_through_a_layer(student, shape, kind):
    """The slopes are those that one finds by nudging inputs, weights and biases, for layers of any
    size."""
    assert_apart(student, "layer_backward", BOTH_WAYS, lambda _: assert_goes_back(student, shape, kind))


def there_and_back(forward, backward, lessons):
    """Go forward in all lessons, then back in all; in the student's process, where caches stay.

    Returns for each lesson what came back, and what is left of upstream.
    """
    caches = [forward(*given)[1] for given, _ in lessons]
    return [(backward(lessons[number][1], cache), lessons[number][1]) for number, cache in enumerate(caches)]


def all_back(student, forward, backward, lessons):
    """What comes back in each lesson, if upstream is left as it is."""
    found = share(student, there_and_back)(getattr(student, forward), getattr(student, backward), lessons)
    names = [f"lesson {number}" for number in range(1, len(lessons) + 1)]
    pairs = [as_tuple(each, "the way back", ("slopes", "upstream")) for each in as_tuple(found, "the way back", names)]
    for (_, left), (_, upstream) in zip(pairs, lessons, strict=True):
        if not np.array_equal(left, upstream):
            raise CriterionFailed(f"`{backward}` to leave its arguments as they are", "upstream was changed")
    return [slopes for slopes, _ in pairs]


def assert_goes_back(student, shape, kind):
    """Assert that `layer_backward` is right for four layers of this shape at once."""
    n, inputs, neurons = shape
    parts = [numbers(n, inputs, seed=9), numbers(inputs, neurons, seed=9), numbers(neurons, seed=9)]
    parts[0][0], parts[2][0] = 0, 0  # the first example is at the kink of the first neuron
    # 800 examples, with which all outputs lie between 0 and 1, also those of the ReLU.
    rng = np.random.default_rng([*shape, 13])
    x, weights, biases = (rng.uniform(0.1, 0.9, size) for size in [(800, inputs), (inputs, neurons), neurons])
    many = x, weights / (2 * inputs), biases / 2
    # Other examples for the same weights, and other weights for the same examples.
    given = [parts, many, (x[::-1], *many[1:]), (x, -many[1], many[2])]
    lessons = [((*each, kind), numbers(len(each[0]), neurons, seed=12)) for each in given]
    found = [
        as_tuple(triple, "layer_backward(...)", SLOPES)
        for triple in all_back(student, "layer", "layer_backward", lessons)
    ]
    for number, (name, slopes) in enumerate(zip(SLOPES, found[0], strict=True)):

        def total(part, number=number):
            return np.sum(lessons[0][1] * bend(scores_of(*parts[:number], part, *parts[number + 1 :]), kind))

        assert_gradient(slopes, total, parts[number], name)
    for triple, each, (_, upstream) in zip(found[1:], given[1:], lessons[1:], strict=True):
        expected = way_back(bend_back(upstream, scores_of(*each), kind), *each[:2])
        for name, slopes, right in zip(SLOPES, triple, expected, strict=True):
            assert_close(slopes, right, name)


@criterion(
    "network_backward",
    points=2,
    needs="three_layers",
    hint="Any number of layers and neurons, and caches of each network's own: compare with the nudge cell of the "
    "notebook, for two layers and for four.",
)
@pytest.mark.parametrize("sizes", DEPTHS)
def test_any_depth(student, sizes):
    """For one to eight layers, the slopes of all parameters agree with finite differences, also if
    a second network has gone forward before the first one comes back."""
    assert_apart(student, "network_backward", LAYERS, lambda _: assert_comes_back(student, sizes))


def assert_comes_back(student, sizes):
    """Assert that `network_backward` is right for two networks of these sizes at once."""
    lessons = [(lesson(sizes, seed), numbers(6, sizes[-1], seed=11)) for seed in (5, 15)]
    what = "network_backward(...)"
    for ((parameters, x), upstream), found in zip(
        lessons, all_back(student, "network", "network_backward", lessons), strict=True
    ):
        pairs = as_tuple(found, what, [f"the pair of layer {number}" for number in range(1, len(sizes))])
        for number, pair in enumerate(pairs):
            slopes = as_tuple(pair, f"{what}[{number}]", SLOPES[1:])
            for which, name in enumerate(SLOPES[1:]):

                def total(part, parameters=parameters, x=x, upstream=upstream, number=number, which=which):
                    nudged = [list(pair) for pair in parameters]
                    nudged[number][which] = part
                    return np.sum(upstream * answer(nudged, x))

                expected = numerical_gradient(total, parameters[number][which])
                assert_close(slopes[which], expected, f"{name} of layer {number + 1}")
