"""The hidden criteria of `one_hidden`: a network of the grader's own to compare with."""

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    as_array,
    as_tuple,
    assert_apart,
    assert_close,
    assert_gradient,
    assert_shape,
    call_unchanged,
    criterion,
    datasets,
    described,
)

NAMES = ("W1", "b1", "W2", "b2")
SHAPES = [
    pytest.param((7, 2, 5), id="seven points, two inputs, five hidden neurons"),
    pytest.param((1, 3, 2), id="one point, three inputs, two hidden neurons"),
    pytest.param((20, 1, 1), id="twenty points, one input, one hidden neuron"),
    pytest.param((4, 4, 4), id="four of each"),
]


def lesson(shape, seed=0):
    """Random parameters, points and unbalanced labels: points, inputs and hidden neurons."""
    count, inputs, hidden = shape
    draw = np.random.default_rng([*shape, seed])
    parameters = {
        "W1": draw.normal(0, 0.8, (inputs, hidden)),
        "b1": draw.normal(0, 0.5, hidden),
        "W2": draw.normal(0, 1.2, hidden),
        "b2": float(draw.normal()),
    }
    labels = (draw.random(count) < 0.35).astype("int64")
    labels[0] = 1
    return parameters, draw.normal(0.3, 1.2, (count, inputs)), labels


def hidden_layer(parameters, x):
    """What stands in for a student's `hidden_layer`."""
    import numpy

    return numpy.tanh(x @ parameters["W1"] + parameters["b1"])


def output_layer(parameters, hidden):
    """What stands in for a student's `output_layer`."""
    import numpy

    return 0.5 + 0.5 * numpy.tanh((hidden @ parameters["W2"] + parameters["b2"]) / 2)


def cost(probabilities, labels):
    """What stands in for a student's `cost`."""
    import numpy

    return float(-numpy.log(numpy.where(labels == 1, probabilities, 1 - probabilities)).mean())


def backward(parameters, x, hidden, probabilities, labels):
    """What stands in for a student's `backward`."""
    errors = (probabilities - labels) / len(x)
    inner = errors[:, None] * parameters["W2"] * (1 - hidden**2)
    return {"W1": x.T @ inner, "b1": inner.sum(axis=0), "W2": errors @ hidden, "b2": float(errors.sum())}


def update(parameters, gradients, rate):
    """What stands in for a student's `update`."""
    return {name: parameters[name] - rate * gradients[name] for name in ("W1", "b1", "W2", "b2")}


LAYERS = {"hidden_layer": hidden_layer, "output_layer": output_layer}
OTHERS = LAYERS | {"cost": cost, "backward": backward, "update": update}


def forward(parameters, x):
    """What the hidden neurons and the last one say."""
    hidden = hidden_layer(parameters, x)
    return hidden, output_layer(parameters, hidden)


def surprise(parameters, x, labels):
    """The cost of a network."""
    return cost(forward(parameters, x)[1], labels)


def nudged_surprise(probabilities, labels):
    """By how much the cost differs if each probability is a millionth off, as the text allows."""
    return 1.01e-6 * float(np.mean(1 / np.where(labels == 1, probabilities, 1 - probabilities)))


def four(found, what):
    """The four parts of a dict that the student's function returned."""
    if not isinstance(found, dict) or set(found) != set(NAMES):
        raise CriterionFailed(f"`{what}` to be a dict of {', '.join(NAMES)}", described(found))
    return found


@criterion(
    "hidden_layer", points=1, hint="Any number of points, inputs and hidden neurons; leave what is given unchanged."
)
@pytest.mark.parametrize("shape", SHAPES)
def test_any_hidden_layer(student, shape):
    """Hidden layers of any size say the right things, and leave what they are given as it was."""
    parameters, x, _ = lesson(shape)
    for scale in (1, 30):
        found = call_unchanged(student, "hidden_layer", parameters, scale * x)
        assert_close(found, hidden_layer(parameters, scale * x), "what the hidden neurons say")


@criterion("output_layer", points=1, hint="Any number of points and hidden neurons, and any score.")
@pytest.mark.parametrize("shape", SHAPES)
def test_any_output(student, shape):
    """The probabilities are right for any number of hidden neurons, also for scores of hundreds,
    and nothing given is changed."""
    parameters, x, _ = lesson(shape)
    hidden = forward(parameters, x)[0]
    for scale in (1, 5, 900):
        scaled = parameters | {"W2": scale * parameters["W2"]}
        found = call_unchanged(student, "output_layer", scaled, hidden)
        # The text allows a millionth.
        assert_close(found, output_layer(scaled, hidden), "the probabilities", atol=1.1e-6)


@criterion("cost", points=1, hint="Any number of points, any labels; leave the probabilities as they are.")
@pytest.mark.parametrize("count", [pytest.param(1, id="one point"), pytest.param(40, id="forty points")])
def test_any_surprise(student, count):
    """The cost of any probabilities is their mean surprise, and they are left as they were."""
    for seed in range(3):
        labels = lesson((count, 2, 2), seed)[2]
        probabilities = np.random.default_rng([count, seed]).uniform(0.001, 0.999, count)
        found = as_array(call_unchanged(student, "cost", probabilities, labels), "the cost")
        atol = nudged_surprise(probabilities, labels)
        assert_close(found, cost(probabilities, labels), "the cost", rtol=1e-6, atol=atol)
    found = as_array(
        call_unchanged(student, "cost", np.array([0.0, 0.5, 1.0, 0.25]), np.array([0, 1, 1, 0])), "the cost"
    )
    assert_close(found, (np.log(2) - np.log(0.75)) / 4, "the cost of mixed probabilities", rtol=1e-4)


@criterion("backward", points=2, hint="As many slopes as parameters, for any sizes; leave what is given unchanged.")
@pytest.mark.parametrize("scale", [pytest.param(1.0, id="numbers of about 1"), pytest.param(50.0, id="large numbers")])
@pytest.mark.parametrize("shape", SHAPES)
def test_any_slopes(student, shape, scale):
    """The slopes are those that one finds by nudging every parameter, for any sizes."""
    parameters, x, labels = lesson(shape)
    parameters["W1"], x = parameters["W1"] / scale, scale * x
    found = four(call_unchanged(student, "backward", parameters, x, *forward(parameters, x), labels), "backward(...)")
    for name in NAMES:
        assert_gradient(
            found[name],
            lambda other, name=name: surprise(parameters | {name: other}, x, labels),
            parameters[name],
            f"slopes of {name}",
        )


@criterion("update", points=1, hint="Does it use the rate, the parameters and the slopes that it is given?")
@pytest.mark.parametrize("shape", SHAPES)
def test_any_step(student, shape):
    """Parameters of any sizes move against their slopes, with any rate."""
    parameters, gradients = lesson(shape)[0], lesson(shape, seed=1)[0]
    for rate, scale in ((0.03, 1.0), (1.7, 40.0)):
        scaled = {name: scale * gradients[name] for name in NAMES}
        found = four(call_unchanged(student, "update", parameters, scaled, rate), "update(...)")
        for name in NAMES:
            assert_close(found[name], parameters[name] - rate * scaled[name], name)


WALKS = [
    pytest.param((7, 2, 5), 0.3, 1, id="one step"),
    pytest.param((1, 3, 2), 0.11, 25, id="one point, three inputs, two hidden neurons"),
    pytest.param((20, 1, 1), 0.11, 25, id="twenty points, one input, one hidden neuron"),
    pytest.param((4, 4, 4), 0.11, 25, id="four of each"),
    pytest.param((150, 2, 6), 0.5, 30, id="150 points"),
    pytest.param((40, 3, 4), 0.4, 250, id="250 steps"),
    pytest.param((12, 5, 3), 6.0, 10, id="steps so wide that the cost rises"),
]


def walk(student, parameters, x, labels, rate, steps):
    """The parameters and the costs that the student's `train` returns."""
    found = call_unchanged(student, "train", parameters, x, labels, rate=rate, steps=steps)
    return as_tuple(found, "train(...)", ("parameters", "costs"))


def trained(parameters, x, labels, rate, steps):
    """The right parameters and costs of a walk, and by how much the costs may differ."""
    costs, nudges = [], []
    for _ in range(steps):
        hidden, probabilities = forward(parameters, x)
        costs.append(cost(probabilities, labels))
        nudges.append(nudged_surprise(probabilities, labels))
        parameters = update(parameters, backward(parameters, x, hidden, probabilities, labels), rate)
    return parameters, np.array(costs), max(nudges)


@criterion(
    "train",
    points=1,
    hint="All steps, with the rate, all points and the parameters that it is given? Are those left as they are?",
)
@pytest.mark.parametrize("shape, rate, steps", WALKS)
def test_where_any_walk_ends(student, shape, rate, steps):
    """Any walk ends where it should, and leaves what it was given as it was."""
    given = (*lesson(shape), rate, steps)
    expected = trained(*given)[0]

    def judge(_):
        found = four(walk(student, *given)[0], "train(...)[0]")
        for name in NAMES:
            # That the last bias is a number, and no array, is another criterion's question.
            part = np.ravel(as_array(found[name], name)) if name == "b2" else found[name]
            assert_close(part, np.array([expected[name]]) if name == "b2" else expected[name], name, rtol=1e-4)

    assert_apart(student, "train", OTHERS, judge)


@criterion("train", points=1, hint="Is each cost that of the parameters before the step, as it is, and one a step?")
@pytest.mark.parametrize("shape, rate, steps", WALKS)
def test_the_costs_of_any_walk(student, shape, rate, steps):
    """The costs of any walk are those before each of its steps."""
    given = (*lesson(shape), rate, steps)
    _, expected, nudge = trained(*given)

    def judge(_):
        costs = np.ravel(as_array(walk(student, *given)[1], "costs")).astype(float)
        # 1e-5: the functions may compute in single precision.
        assert_close(costs, expected, "costs", rtol=1e-5, atol=nudge)

    assert_apart(student, "train", OTHERS, judge)


@criterion("predict", points=1, hint="One answer for each point, from the parameters that are given.")
@pytest.mark.parametrize("shape", SHAPES)
def test_any_answers(student, shape):
    """The answers of any network are right, and nothing given is changed."""
    parameters, x, _ = lesson(shape, seed=3)
    # Probabilities close to 0.5 on both sides, too.
    for scale in (1.0, 1e-4):
        given = parameters | {"W2": scale * parameters["W2"], "b2": scale * parameters["b2"]}
        expected = (forward(given, x)[1] >= 0.5).astype(float)

        def judge(_, given=given, expected=expected):
            found = as_array(call_unchanged(student, "predict", given, x), "the answers")
            assert_close(found.astype(float), expected, "the answers")

        assert_apart(student, "predict", LAYERS, judge)


@criterion("learned", points=2, hint="Does each of your functions do its part? Then 800 steps are all that it takes.")
def test_flowers_never_seen(student, thresholds, credit):
    """The network of the 800 steps is right about flowers that it has never seen."""
    found = four(student.trained_parameters, "trained_parameters")
    weights, biases, last_weights, last_bias = (as_array(found[name], name).astype(float) for name in NAMES)
    # That flat arrays are asked for is another criterion's question.
    assert_shape(weights, (2, 4), "W1")
    assert_shape(last_weights.ravel(), (4,), "W2")
    assert_shape(last_bias.ravel(), (1,), "b2")
    assert_shape(biases.ravel(), (4,), "b1")
    shares = []
    for seed in range(7101, 7105):
        x, labels = datasets.grow_flower(1000, seed)
        scores = np.tanh(x @ weights + biases.ravel()) @ last_weights.ravel() + last_bias.ravel()[0]
        shares.append(np.mean((scores >= 0) == labels))
    credit.within(np.mean(shares), thresholds, "unseen")
