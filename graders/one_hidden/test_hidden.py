"""The hidden criteria of `one_hidden`: a network of the grader's own to compare with."""

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    as_array,
    as_tuple,
    assert_between,
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


def forward(parameters, x):
    """What the hidden neurons and the last one say."""
    hidden = np.tanh(x @ parameters["W1"] + parameters["b1"])
    return hidden, 0.5 + 0.5 * np.tanh((hidden @ parameters["W2"] + parameters["b2"]) / 2)


def surprise(parameters, x, labels):
    """The cost of a network."""
    probabilities = forward(parameters, x)[1]
    return float(-np.mean(labels * np.log(probabilities) + (1 - labels) * np.log(1 - probabilities)))


def slopes(parameters, x, labels):
    """The slopes of the cost."""
    hidden, probabilities = forward(parameters, x)
    errors = (probabilities - labels) / len(x)
    inner = errors[:, None] * parameters["W2"] * (1 - hidden**2)
    return {"W1": x.T @ inner, "b1": inner.sum(axis=0), "W2": errors @ hidden, "b2": float(errors.sum())}


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
    found = call_unchanged(student, "hidden_layer", parameters, x)
    assert_close(found, forward(parameters, x)[0], "what the hidden neurons say")


@criterion("output_layer", points=1, hint="Any number of points and hidden neurons, and any score.")
@pytest.mark.parametrize("shape", SHAPES)
def test_any_output(student, shape):
    """The probabilities are right for any number of hidden neurons, also for scores of hundreds,
    and nothing given is changed."""
    parameters, x, _ = lesson(shape)
    hidden = forward(parameters, x)[0]
    for scale in (1, 900):
        scaled = parameters | {"W2": scale * parameters["W2"]}
        found = call_unchanged(student, "output_layer", scaled, hidden)
        expected = 0.5 + 0.5 * np.tanh((hidden @ scaled["W2"] + scaled["b2"]) / 2)
        assert_shape(found, expected.shape, "the probabilities")
        assert_close(found, expected, "the probabilities", atol=1e-6)


@criterion("cost", points=1, hint="Any number of points, any labels; leave the probabilities as they are.")
@pytest.mark.parametrize("count", [pytest.param(1, id="one point"), pytest.param(40, id="forty points")])
def test_any_surprise(student, count):
    """The cost of any probabilities is their mean surprise, and they are left as they were."""
    for seed in range(3):
        labels = lesson((count, 2, 2), seed)[2]
        probabilities = np.random.default_rng([count, seed]).uniform(0.001, 0.999, count)
        expected = -np.mean(np.log(np.where(labels == 1, probabilities, 1 - probabilities)))
        found = as_array(call_unchanged(student, "cost", probabilities, labels), "the cost")
        assert_close(found, expected, "the cost", rtol=1e-5)
    found = as_array(
        call_unchanged(student, "cost", np.array([0.0, 0.5, 1.0, 0.25]), np.array([0, 1, 1, 0])), "the cost"
    )
    assert_close(found, (np.log(2) - np.log(0.75)) / 4, "the cost of mixed probabilities", rtol=1e-4)


@criterion("backward", points=2, hint="As many slopes as parameters, for any sizes; leave what is given unchanged.")
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("shape", SHAPES)
def test_any_slopes(student, shape, name):
    """The slopes are those that one finds by nudging every parameter, for any sizes."""
    parameters, x, labels = lesson(shape)
    found = four(call_unchanged(student, "backward", parameters, x, *forward(parameters, x), labels), "backward(...)")
    assert_gradient(
        found[name],
        lambda other: surprise(parameters | {name: other}, x, labels),
        parameters[name],
        f"slopes of {name}",
    )


@criterion("update", points=1, hint="Does it use the rate, the parameters and the slopes that it is given?")
@pytest.mark.parametrize("shape", SHAPES)
def test_any_step(student, shape):
    """Parameters of any sizes move against their slopes, with any rate."""
    parameters, gradients = lesson(shape)[0], lesson(shape, seed=1)[0]
    for rate in (0.03, 1.7):
        found = four(student.update(dict(parameters), gradients, rate), "update(...)")
        for name in NAMES:
            assert_close(found[name], parameters[name] - rate * gradients[name], name)


@criterion(
    "train", points=2, hint="Does it take all steps, from the parameters that it is given, and leave those as they are?"
)
@pytest.mark.parametrize("shape", SHAPES)
def test_any_walk(student, shape):
    """Any walk ends where it should, with the right costs on its way, and leaves what it was
    given as it was."""
    parameters, x, labels = lesson(shape)
    for rate, steps in ((0.3, 1), (0.11, 12)):
        found = call_unchanged(student, "train", parameters, x, labels, rate=rate, steps=steps)
        ended, costs = as_tuple(found, "train(...)", ("parameters", "costs"))
        expected, at = [], parameters
        for _ in range(steps):
            expected.append(surprise(at, x, labels))
            gradients = slopes(at, x, labels)
            at = {name: at[name] - rate * gradients[name] for name in NAMES}
        assert_close(np.ravel(as_array(costs, "costs")), np.array(expected), "costs", rtol=1e-4)
        for name in NAMES:
            assert_close(four(ended, "train(...)[0]")[name], at[name], name, rtol=1e-4)


@criterion("predict", points=1, hint="One answer for each point, from the parameters that are given.")
@pytest.mark.parametrize("shape", SHAPES)
def test_any_answers(student, shape):
    """The answers of any network are right, and nothing given is changed."""
    parameters, x, _ = lesson(shape, seed=3)
    found = as_array(call_unchanged(student, "predict", parameters, x), "the answers")
    assert_close(found.astype(float), (forward(parameters, x)[1] >= 0.5).astype(float), "the answers")


@criterion("learned", points=2, hint="Does each of your functions do its part? Then 2000 steps are all that it takes.")
def test_flowers_never_seen(student, thresholds, credit):
    """The network of the 2000 steps is right about flowers that it has never seen."""
    found = four(student.parameters, "parameters")
    parts = [as_array(found[name], name).astype(float) for name in NAMES]
    for name, part, shape in zip(NAMES, parts, [(2, 4), (4,), (4,)], strict=False):
        assert_shape(part, shape, name)
    assert_between(parts[3].size, 1, 1, "the number of last biases")
    shares = []
    for seed in range(7101, 7105):
        x, labels = datasets.grow_flower(1000, seed)
        says_blue = np.tanh(x @ parts[0] + parts[1]) @ parts[2] + parts[3].ravel()[0] >= 0
        shares.append(np.mean(says_blue == labels))
    credit.within(np.mean(shares), thresholds, "unseen")
