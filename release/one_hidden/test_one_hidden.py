"""The public criteria of `one_hidden`: small examples that can be worked out on paper."""

import math

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    as_array,
    as_tuple,
    assert_between,
    assert_close,
    assert_shape,
    call_unchanged,
    criterion,
    datasets,
    described,
)

NAMES = ("W1", "b1", "W2", "b2")
# Two inputs and three hidden neurons, with numbers that are unlike one another.
PARAMETERS = {
    "W1": np.array([[0.9, -0.4, 0.3], [-1.1, 0.7, 0.2]]),
    "b1": np.array([0.1, -0.2, 0.4]),
    "W2": np.array([0.8, -1.3, 0.5]),
    "b2": 0.3,
}
POINTS = np.array([[1.0, 0.5], [-0.7, 1.2], [0.2, -1.5], [-1.1, -0.3], [0.6, 0.9]])
LABELS = np.array([1, 0, 0, 1, 0])


@criterion("initialise", points=1, hint="Compare the shape of each part with the table, for 3 inputs and 5 neurons.")
def test_the_shapes_of_the_table(student):
    """There are four parameters, with the shapes of the table, for any number of inputs and hidden
    neurons."""
    for inputs, hidden in ((3, 5), (2, 1)):
        found = four(student.initialise(inputs, hidden), f"initialise({inputs}, {hidden})")
        for name, shape in zip(NAMES, [(inputs, hidden), (hidden,), (hidden,), ()], strict=True):
            assert_shape(found[name], shape, name)


@criterion("initialise", points=1, hint="Around what are the weights drawn, and how far do they scatter?")
def test_weights_at_random(student):
    """The weights are different random numbers around 0 with a standard deviation of about 0.5."""
    found = four(student.initialise(30, 400), "initialise(30, 400)")
    for name in ("W1", "W2"):
        weights = as_array(found[name], name).astype(float).ravel()
        if len(np.unique(weights)) < 0.9 * len(weights):
            raise CriterionFailed(f"`{name}` to have weights unlike one another", "many that are equal")
        # Of 400 numbers, the mean strays by 0.025 and the standard deviation by 0.018.
        assert_between(weights.mean(), -0.15, 0.15, f"the mean of the weights in `{name}`")
        assert_between(weights.std(), 0.38, 0.62, f"the standard deviation of the weights in `{name}`")


@criterion("initialise", points=1, hint="Only the weights are drawn; the biases begin at zero.")
def test_biases_of_zero(student):
    """All biases are zero."""
    found = four(student.initialise(2, 4), "initialise(2, 4)")
    for name in ("b1", "b2"):
        assert_between(found[name], 0, 0, f"`{name}`")


@criterion("hidden_layer", points=1, hint="Each hidden neuron has a column of W1; how do points and columns meet?")
def test_hidden_on_paper(student):
    """With weights of log 2 and log 3 and no bias, two points give what they do on paper."""
    parameters = PARAMETERS | {
        "W1": np.array([[math.log(2), math.log(3), 0.0], [0.0, -math.log(2), math.log(3)]]),
        "b1": np.zeros(3),
    }
    # The tanh of log 2 is 0.6, that of log 3 is 0.8.
    found = student.hidden_layer(parameters, np.array([[1.0, 0.0], [0.0, 1.0]]))
    assert_close(found, np.array([[0.6, 0.8, 0.0], [0.0, -0.6, 0.8]]), "what the hidden neurons say")


@criterion("hidden_layer", points=1, hint="Each hidden neuron has a bias of its own, which is added before the tanh.")
def test_hidden_biases(student):
    """At the point (0, 0), only the biases speak."""
    parameters = PARAMETERS | {"b1": np.array([math.log(2), -math.log(3), 0.0])}
    found = as_array(student.hidden_layer(parameters, np.zeros((1, 2))), "what the hidden neurons say")
    assert_close(found.ravel(), np.array([0.6, -0.8, 0.0]), "what the hidden neurons say")


@criterion(
    "output_layer", points=1, hint="Work out one score by hand, then its sigmoid: mind the minus in the exponent."
)
def test_probabilities_on_paper(student):
    """With weights of log 3 and -log 4 and no bias, four points get 0.5, 0.75, 0.2 and 0.25."""
    parameters = {"W1": np.ones((2, 2)), "b1": np.ones(2), "W2": np.array([math.log(3), -math.log(4)]), "b2": 0.0}
    hidden = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]])
    assert_close(student.output_layer(parameters, hidden), np.array([0.5, 0.75, 0.2, 0.25]), "the probabilities")


@criterion("output_layer", points=1, hint="Where does the last neuron's bias come in?")
def test_the_last_bias(student):
    """Where the hidden neurons say nothing, a last bias of log 9 makes a probability of 0.9."""
    found = student.output_layer(PARAMETERS | {"b2": math.log(9)}, np.zeros((1, 3)))
    assert_close(as_array(found, "the probability").astype(float).ravel(), np.array([0.9]), "the probability")


@criterion("cost", points=1, hint="For each point, which probability did the truth get? And then: the mean of what?")
def test_the_mean_surprise(student):
    """For blue with 0.5, blue with 0.8 and red with 0.9, the cost is the mean of log 2, log 1.25
    and log 10."""
    found = as_array(student.cost(np.array([0.5, 0.8, 0.9]), np.array([1, 1, 0])), "the cost")
    expected = (math.log(2) + math.log(1.25) + math.log(10)) / 3
    assert_close(found, np.array(expected), "the cost", rtol=1e-4)


@criterion("cost", points=1, hint="What is the logarithm of 0? Keep away from both ends by a millionth or less.")
@pytest.mark.parametrize(
    "probability, label, low, high",
    [
        pytest.param(1.0, 1, -1e-5, 1e-5, id="blue with 1"),
        pytest.param(0.0, 0, -1e-5, 1e-5, id="red with 0"),
        pytest.param(0.0, 1, 13, 1000, id="blue with 0"),
        pytest.param(1.0, 0, 13, 1000, id="red with 1"),
    ],
)
def test_at_both_ends(student, probability, label, low, high):
    """At probabilities of exactly 0 and 1, being right costs nothing, and being wrong much, but
    no infinity."""
    found = as_array(student.cost(np.array([probability]), np.array([label])), "the cost")
    assert_between(found.astype(float), low, high, "the cost")


@criterion("backward", points=1, hint="Step 2 of the walk: the error is the probability minus the label.")
def test_slopes_at_the_last_neuron(student):
    """For one blue point that got 0.25, the slopes of W2 and b2 are those on paper."""
    found = slopes_on_paper(student)
    assert_close(found["W2"], np.array([-0.45, 0.6]), "the slopes of W2")
    assert_close(as_array(found["b2"], "the slope of b2"), np.array(-0.75), "the slope of b2")


@criterion("backward", points=1, hint="Steps 3 and 4: back through W2, then through tanh, whose own slope is 1 - h².")
def test_slopes_of_the_hidden_biases(student):
    """For one blue point that got 0.25, the slopes of b1 are those on paper."""
    # -0.75 × 2 × (1 - 0.36), and -0.75 × -5 × (1 - 0.64).
    assert_close(slopes_on_paper(student)["b1"], np.array([-0.96, 1.35]), "the slopes of b1")


@criterion(
    "backward", points=1, hint="Step 5: each input times the slope at each hidden score; W1 has a row per input."
)
def test_slopes_of_the_hidden_weights(student):
    """For one blue point that got 0.25, the slopes of W1 are those on paper."""
    expected = np.array([[-0.96, 1.35], [-1.92, 2.7], [2.88, -4.05]])
    assert_close(slopes_on_paper(student)["W1"], expected, "the slopes of W1")


@criterion("backward", points=1, hint="Over how many points does the cost take its mean?")
def test_slopes_are_means(student):
    """Points that are there twice change nothing, since slopes are means over the points."""
    once, twice = slopes_on_paper(student), slopes_on_paper(student, times=2)
    for name in NAMES:
        assert_close(twice[name], as_array(once[name], name), f"the slopes of {name}")


@criterion(
    "backward",
    points=1,
    needs="the_mean_surprise",
    hint="Which of the four does the nudge cell of the notebook find wrong?",
)
@pytest.mark.parametrize("name", NAMES)
def test_the_promise_is_kept(student, name):
    """Nudge any parameter: the cost changes by what its slopes promise."""

    def forward(parameters):
        hidden = np.tanh(POINTS @ parameters["W1"] + parameters["b1"])
        return hidden, 0.5 + 0.5 * np.tanh((hidden @ parameters["W2"] + parameters["b2"]) / 2)

    def cost(parameters):
        return float(as_array(student.cost(forward(parameters)[1], LABELS), "the cost"))

    found = four(student.backward(PARAMETERS, POINTS, *forward(PARAMETERS), LABELS), "backward(...)")
    slopes = as_array(found[name], f"the slopes of {name}").astype(float)
    assert_shape(slopes, np.shape(PARAMETERS[name]), f"the slopes of {name}")
    nudge = 1e-3 * np.random.default_rng(4).normal(size=slopes.shape)
    above, below = ({**PARAMETERS, name: PARAMETERS[name] + sign * nudge} for sign in (1, -1))
    promised = 2 * float(np.sum(slopes * nudge))
    assert_close(promised, cost(above) - cost(below), f"what the slopes of {name} promise", rtol=1e-2, atol=2e-6)


STEP = {"W1": np.array([[4.0, -2.0]]), "b1": np.array([1.0, 8.0]), "W2": np.array([-6.0, 10.0]), "b2": 2.0}


@criterion("update", points=1, hint="Against the slope: minus rate × slope, for all four.")
def test_one_step_on_paper(student):
    """Each parameter moves against its slope, as far as the rate says."""
    start = {"W1": np.array([[1.0, 2.0]]), "b1": np.array([0.0, -1.0]), "W2": np.array([3.0, 0.5]), "b2": -0.5}
    found = four(student.update(start, STEP, 0.5), "update(...)")
    expected = {"W1": [[-1.0, 3.0]], "b1": [-0.5, -5.0], "W2": [6.0, -4.5], "b2": -1.5}
    for name in NAMES:
        assert_close(found[name], np.array(expected[name]), name)


@criterion("update", points=1, hint="A new dictionary with new arrays: does an operator like -= write into an old one?")
def test_the_old_ones_stay(student):
    """The parameters and the slopes that were given stay as they were."""
    start = {name: np.array(value, float) + 1.5 for name, value in STEP.items()}
    call_unchanged(student, "update", start, STEP, 0.5)


@criterion("train", points=1, hint="Forward, backward, one step with the rate that is given: where does it begin?")
def test_one_step(student):
    """One step leads from the given parameters to where your own functions lead."""
    assert_ends_at(walk(student, 0.4, 1)[0], own_walk(student, 0.4, 1)[0])


@criterion("train", points=1, hint="Each step begins where the last one has ended, with a new forward pass.")
def test_three_steps(student):
    """Each further step begins where the last one has ended."""
    assert_ends_at(walk(student, 0.9, 3)[0], own_walk(student, 0.9, 3)[0])


@criterion("train", points=1, hint="One cost for each step, noted before it is taken.")
def test_the_cost_before_each_step(student):
    """The costs are your own cost before each of three steps."""
    costs = np.ravel(as_array(walk(student, 0.9, 3)[1], "costs"))
    assert_close(costs, np.ravel(as_array(own_walk(student, 0.9, 3)[1], "costs")), "costs", rtol=1e-4)


@criterion("train", points=1, hint="What one neuron cannot do, three can: draw the costs, do they fall?")
def test_learns_what_no_line_can(student):
    """From given parameters, three hidden neurons learn that blue lies in two opposite corners."""
    x, labels = np.array([[1.0, 1.0], [-1.0, -1.0], [1.0, -1.0], [-1.0, 1.0]]), np.array([1, 1, 0, 0])
    found = as_tuple(student.train(PARAMETERS, x, labels, 1.0, 300), "train(...)", ("parameters", "costs"))
    costs = np.ravel(as_array(found[1], "costs")).astype(float)
    assert_shape(costs, (300,), "costs")
    assert_between(costs[-1], 0, 0.1, "the last of 300 costs")


@criterion("predict", points=1, hint="Ask both layers, then compare the probabilities with 0.5.")
def test_blue_is_one(student):
    """Where your own probability is above 0.5, the answer is 1, and where it is below, 0."""
    assert_answers(student, PARAMETERS)


@criterion("predict", points=1, hint="At least as probable: what about 0.5 itself?")
def test_as_probable_as_not(student):
    """Where your own probability is exactly 0.5, the answer is 1."""
    assert_answers(student, PARAMETERS | {"W2": np.zeros(3), "b2": 0.0})


@criterion("learned", points=2, hint="Does the picture show a shape around the blue petals? Look at the costs, too.")
def test_knows_its_flower(student, thresholds, credit):
    """The network of the 2000 steps is right about the 400 points that it has learned from."""
    x, labels = datasets.grow_flower(400, seed=11)
    credit.within(np.mean(says_blue(student, x) == labels), thresholds, "known")


def four(found, what):
    """The four parts of a dict of parameters or slopes that the student's function returned."""
    if not isinstance(found, dict) or set(found) != set(NAMES):
        names = ", ".join(f'"{name}"' for name in NAMES)
        raise CriterionFailed(f"`{what}` to be a dict of {names}", described(found))
    return found


def slopes_on_paper(student, times=1):
    """What `backward` returns for a blue point with three inputs, which is there so many times."""
    parameters = {"W1": np.ones((3, 2)), "b1": np.ones(2), "W2": np.array([2.0, -5.0]), "b2": 1.0}
    x, hidden = np.array([[1.0, 2.0, -3.0]]), np.array([[0.6, -0.8]])
    given = [np.repeat(array, times, axis=0) for array in (x, hidden, np.array([0.25]), np.array([1]))]
    return four(student.backward(parameters, *given), "backward(...)")


def walk(student, rate, steps):
    """The parameters and the costs that `train` returned."""
    found = student.train(PARAMETERS, POINTS, LABELS, rate=rate, steps=steps)
    parameters, costs = as_tuple(found, "train(...)", ("parameters", "costs"))
    return four(parameters, "train(...)[0]"), costs


def own_walk(student, rate, steps):
    """The parameters and the costs that the student's own functions lead to.

    So a fault in one of them costs nothing in `train`.
    """
    parameters, costs = PARAMETERS, []
    for _ in range(steps):
        hidden = student.hidden_layer(parameters, POINTS)
        probabilities = student.output_layer(parameters, hidden)
        costs.append(student.cost(probabilities, LABELS))
        gradients = student.backward(parameters, POINTS, hidden, probabilities, LABELS)
        parameters = four(student.update(dict(parameters), gradients, rate), "update(...)")
    return parameters, costs


def assert_ends_at(found, expected):
    """Assert that a walk has ended where the student's own functions lead to."""
    for name in NAMES:
        assert_close(found[name], as_array(expected[name], name), name, rtol=1e-4)


def assert_answers(student, parameters):
    """Assert that the answers follow from the student's own probabilities."""
    probabilities = student.output_layer(parameters, student.hidden_layer(parameters, POINTS))
    found = as_array(student.predict(parameters, POINTS), "the answers")
    assert_shape(found, (len(POINTS),), "the answers")
    blue = as_array(probabilities, "the probabilities").ravel() >= 0.5
    assert_close(found.astype(float), blue.astype(float), "the answers")


def says_blue(student, x):
    """Whether the notebook's `parameters` make each point blue."""
    found = four(student.parameters, "parameters")
    parts = [as_array(found[name], name).astype(float) for name in NAMES]
    units = parts[1].size
    for name, part, shape in zip(NAMES, parts, [(2, units), (units,), (units,)], strict=False):
        assert_shape(part, shape, name)
    assert_between(parts[3].size, 1, 1, "the number of last biases")
    return np.tanh(x @ parts[0] + parts[1]) @ parts[2] >= -parts[3].ravel()[0]
