"""The public criteria of `one_hidden`: small examples that can be worked out on paper."""

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


@criterion(
    "initialise", points=1, hint="Around what are the weights drawn, how far do they scatter, and how often anew?"
)
def test_weights_at_random(student):
    """The weights are different random numbers from a normal distribution around 0 with a standard
    deviation of 0.5, and others in every call."""
    found = four(student.initialise(20, 4000), "initialise(20, 4000)")
    both = [as_array(found[name], name).astype(float).ravel() for name in ("W1", "W2")]
    if len(np.unique(np.concatenate(both))) < 0.99 * sum(map(len, both)):
        raise CriterionFailed("all weights of `W1` and `W2` to be unlike one another", "many that are equal")
    for name, weights in zip(("W1", "W2"), both, strict=True):
        # Of 4000 numbers, each of the three strays by less than 0.01.
        assert_between(weights.mean(), -0.04, 0.04, f"the mean of the weights in `{name}`")
        assert_between(weights.std(), 0.47, 0.53, f"the standard deviation of the weights in `{name}`")
        share = float(np.mean(np.abs(weights) < 0.5))
        assert_between(share, 0.645, 0.72, f"the share of `{name}` within one standard deviation, 68 % if normal")
    again = as_array(four(student.initialise(20, 4000), "initialise(20, 4000)")["W1"], "W1").astype(float).ravel()
    if np.mean(again == both[0]) > 0.5:
        raise CriterionFailed("other weights in each call", "the same twice", hint="Does it set a seed?")


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
    expected = np.array([0.5, 0.75, 0.2, 0.25])
    # The text allows a millionth.
    assert_close(student.output_layer(parameters, hidden), expected, "the probabilities", atol=1.1e-6)


@criterion(
    "output_layer", points=1, hint="Where does the last neuron's bias come in? Which exponential can be infinite?"
)
def test_the_last_bias(student):
    """Where the hidden neurons say nothing, a last bias of log 9 makes a probability of 0.9, one of
    -log 99999 makes 0.00001, and one of 800 makes 1."""
    for bias, expected in ((math.log(9), 0.9), (-math.log(99999), 0.00001), (800.0, 1.0)):
        found = as_array(student.output_layer(PARAMETERS | {"b2": bias}, np.zeros((1, 3))), "the probability")
        assert_close(found.astype(float).ravel(), np.array([expected]), "the probability", atol=1.1e-6)


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
    no infinity; the probabilities stay as they are."""
    found = as_array(call_unchanged(student, "cost", np.array([probability]), np.array([label])), "the cost")
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
    expected = np.array([[-0.96, 1.35], [-1.92, 2.7], [28.8, -40.5]])
    assert_close(slopes_on_paper(student)["W1"], expected, "the slopes of W1")


@criterion("backward", points=1, hint="Over how many points does the cost take its mean?")
def test_slopes_are_means(student):
    """Points that are there twice change nothing, since slopes are means over the points."""
    once, twice = slopes_on_paper(student), slopes_on_paper(student, times=2)
    for name in NAMES:
        assert_close(twice[name], as_array(once[name], name), f"the slopes of {name}")


@criterion("backward", points=1, hint="Which of the four does the nudge cell of the notebook find wrong?")
@pytest.mark.parametrize("name", NAMES)
def test_the_promise_is_kept(student, name):
    """For five points and three hidden neurons, the slopes of each parameter are those that nudging
    it finds."""
    hidden = [[0.42189901, -0.24491866, 0.66403677], [-0.95174596, 0.72589741, 0.40532131]]
    hidden += [[0.95873341, -0.86924933, 0.1586485], [-0.50797743, 0.029991, 0.00999967]]
    hidden = np.array([*hidden, [-0.33637554, 0.18774621, 0.64107696]])
    probabilities = np.array([0.78379693, 0.23104806, 0.90689807, 0.4649649, 0.52681624])
    expected = {
        "W1": [[0.08619294, -0.1709608, 0.06954448], [0.05869991, -0.08186302, -0.07150651]],
        "b1": [-0.00198731, -0.02636719, 0.07316167],
        "W2": [0.13058724, -0.09695794, 0.0852679],
        "b2": 0.18270484,
    }
    found = four(student.backward(PARAMETERS, POINTS, hidden, probabilities, LABELS), "backward(...)")
    assert_close(as_array(found[name], name), np.array(expected[name]), f"the slopes of {name}", rtol=1e-5, atol=1e-7)


STEP = {"W1": np.array([[4.0, -2.0]]), "b1": np.array([1.0, 80.0]), "W2": np.array([-6.0, 10.0]), "b2": 2.0}


@criterion("update", points=1, hint="Against the slope: minus rate × slope, for all four.")
def test_one_step_on_paper(student):
    """Each parameter moves against its slope, as far as the rate says."""
    start = {"W1": np.array([[1.0, 2.0]]), "b1": np.array([0.0, -1.0]), "W2": np.array([3.0, 0.5]), "b2": -0.5}
    found = four(student.update(start, STEP, 0.5), "update(...)")
    expected = {"W1": [[-1.0, 3.0]], "b1": [-0.5, -41.0], "W2": [6.0, -4.5], "b2": -1.5}
    for name in NAMES:
        assert_close(found[name], np.array(expected[name]), name)


@criterion("update", points=1, hint="A new dictionary with new arrays: does an operator like -= write into an old one?")
def test_the_old_ones_stay(student):
    """The parameters and the slopes that were given stay as they were."""
    start = {name: np.array(value, float) + 1.5 for name, value in STEP.items()}
    call_unchanged(student, "update", start, STEP, 0.5)


@criterion("train", points=1, hint="Forward, backward, one step with the rate that is given: where does it begin?")
def test_one_step(student):
    """One step leads from the given parameters against their slopes, as far as the rate says."""
    end = [0.865523, -0.331616, 0.272182, -1.12348, 0.732745, 0.228603, 0.100795, -0.189453, 0.370735]
    assert_walk(student, (POINTS, LABELS, 0.4, 1), [*end, 0.747765, -1.261217, 0.465893, 0.226918])


@criterion("train", points=1, hint="Each step begins where the last one has ended, with a new forward pass.")
def test_three_steps(student):
    """Each further step begins where the last one has ended."""
    end = [0.749905, -0.116415, 0.165866, -1.198508, 0.833276, 0.37942, 0.176568, -0.258977, 0.253834]
    assert_walk(student, (POINTS, LABELS, 0.9, 3), [*end, 0.505797, -1.09265, 0.396087, -0.0902287])


@criterion("train", points=1, hint="One cost for each step, noted before it is taken.")
def test_the_cost_before_each_step(student):
    """The costs are those before each of three steps."""
    assert_walk(student, (POINTS, LABELS, 0.9, 3), costs=[0.8788914, 0.7829385, 0.7332186])


CAREFUL = [0.960676, 0.310906, -0.936559, -1.005825, 0.847554, 0.633533]
CAREFUL += [0.3886, 0.426005, 1.119822, 0.342952, -0.848755, 1.53988, -0.834335]
WIDE = [1.382129, 1.565778, -0.2056, 1.153023, -1.154901, 0.527822]
WIDE += [0.173329, -0.876228, -0.732828, 1.091945, -1.993694, 0.677831, -1.08644]


@criterion(
    "train",
    points=1,
    hint="All points in every step, the rate that is given, and as many steps as are asked for, whatever the costs do.",
)
@pytest.mark.parametrize(
    "rate, steps, end, costs",
    [
        pytest.param(0.3, 150, CAREFUL, [0.994075, 0.865029, 0.576024], id="150 careful steps"),
        pytest.param(8.0, 5, WIDE, [0.994075, 0.987028, 1.550434], id="five steps so wide that the cost rises"),
    ],
)
def test_a_walk_with_sixty_points(student, rate, steps, end, costs):
    """A long walk with small steps, and a short one with wide steps, end where they should."""
    draw = np.random.default_rng(3)
    x = draw.normal(size=(60, 2)) * [1.0, 2.0]
    labels = (x[:, 0] * x[:, 1] + 0.5 * draw.normal(size=60) > 0.3).astype("int64")
    assert_walk(student, (x, labels, rate, steps), end, costs, places=[0, 3, steps - 1])


@criterion("predict", points=1, hint="Ask both layers, then compare the probabilities with 0.5.")
def test_blue_is_one(student):
    """Where the probability is above 0.5, the answer is 1, and where it is below, 0."""
    assert_answers(student, PARAMETERS, np.array([1.0, 0.0, 1.0, 0.0, 1.0]))


@criterion("predict", points=1, hint="At least as probable: what about 0.5 itself?")
def test_as_probable_as_not(student):
    """Where the probability is exactly 0.5, the answer is 1; just below, it is 0."""
    for bias, answer in ((0.0, 1.0), (-1e-4, 0.0)):
        assert_answers(student, PARAMETERS | {"W2": np.zeros(3), "b2": bias}, np.full(5, answer))


@criterion("learned", points=2, hint="Does the picture show a shape around the blue petals? Look at the costs, too.")
def test_knows_its_flower(student, thresholds, credit):
    """The network of the 800 steps is right about the 400 points that it has learned from."""
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
    parameters = {"W1": np.array([[1.0, 2.0], [0.5, -1.0], [-1.0, 1.0]]), "W2": np.array([2.0, -5.0])}
    x, hidden = np.array([[1.0, 2.0, -30.0]]), np.array([[0.6, -0.8]])
    # So that the layers say just that: the tanh of log 2 is 0.6, and that of -log 3 is -0.8.
    parameters |= {"b1": np.array([math.log(2), -math.log(3)]) - x[0] @ parameters["W1"], "b2": -math.log(3) - 5.2}
    given = [np.repeat(array, times, axis=0) for array in (x, hidden, np.array([0.25]), np.array([1]))]
    return four(student.backward(parameters, *given), "backward(...)")


def hidden_layer(parameters, x):
    """What stands in for `hidden_layer`: no tanh, but it depends on all that it is given."""
    return x @ parameters["W1"] / 3 - parameters["b1"]


def output_layer(parameters, hidden):
    """What stands in for `output_layer`: no probabilities."""
    return hidden @ parameters["W2"] - parameters["b2"]


def cost(probabilities, labels):
    """What stands in for `cost`: a distance, so small that roundings show."""
    return float(abs(2 * probabilities - labels).max()) / 100


def backward(parameters, x, hidden, probabilities, labels):
    """What stands in for `backward`: waves."""
    import numpy

    waves = numpy.sin(probabilities + labels)
    at_hidden = numpy.cos(hidden + waves[:, None])
    found = {"W1": x.T @ at_hidden, "b1": at_hidden.sum(axis=0), "W2": waves @ hidden, "b2": float(waves.sum())}
    return {name: value / len(x) + 0.1 * parameters[name] for name, value in found.items()}


def update(parameters, gradients, rate, far=1.7):
    """What stands in for `update`: steps that are too far."""
    return {name: parameters[name] - far * rate * gradients[name] for name in ("W1", "b1", "W2", "b2")}


# With these in place of the student's, a fault in one of the student's costs nothing in `train`.
OTHERS = {stand_in.__name__: stand_in for stand_in in (hidden_layer, output_layer, cost, backward, update)}


def walk_of_others(x, labels, rate, steps, places, far):
    """The parameters, and the costs at these places, of a walk with the functions that stand in."""
    parameters, costs = PARAMETERS, []
    for _ in range(steps):
        hidden = hidden_layer(parameters, x)
        probabilities = output_layer(parameters, hidden)
        costs.append(cost(probabilities, labels))
        parameters = update(parameters, backward(parameters, x, hidden, probabilities, labels), rate, far)
    return np.concatenate([np.ravel(parameters[name]) for name in NAMES]), np.array(costs)[places]


def assert_walk(student, given, end=None, costs=None, places=...):
    """Assert that `train` ends with the numbers `end`, and has such costs at these places."""

    def compare(found, ended, noted):
        parameters, found_costs = as_tuple(found, "train(...)", ("parameters", "costs"))
        if costs is not None:
            found_costs = np.ravel(as_array(found_costs, "costs")).astype(float)
            assert_shape(found_costs, (given[3],), "costs")
            # A probability may be a millionth off.
            assert_close(found_costs[places], np.array(noted), "costs", rtol=2e-5 if places is ... else 1e-4)
        if end is not None:
            for name, value in zip(NAMES, np.split(np.array(ended), [6, 9, 12]), strict=True):
                found_part = np.ravel(as_array(four(parameters, "train(...)[0]")[name], name))
                assert_close(found_part, value, name, rtol=1e-4)

    def judge(others):
        found = student.train(PARAMETERS, *given[:2], rate=given[2], steps=given[3])
        if not others:
            return compare(found, end, costs)
        try:
            compare(found, *walk_of_others(*given, places, far=1.7))
        except CriterionFailed:  # a step of its own, without `update`
            compare(found, *walk_of_others(*given, places, far=1.0))

    assert_apart(student, "train", OTHERS, judge)


def tanh_of(parameters, x):
    """What stands in for `hidden_layer` in `predict`: what hidden neurons say."""
    return 2 / (1 + 2.718281828459045 ** (-2 * (x @ parameters["W1"] + parameters["b1"]))) - 1


def probabilities_of(parameters, hidden):
    """What stands in for `output_layer` in `predict`: right probabilities."""
    import numpy

    return 0.5 + 0.5 * numpy.tanh((hidden @ parameters["W2"] + parameters["b2"]) / 2)


def assert_answers(student, parameters, expected):
    """Assert that `predict` gives the expected answers."""

    def judge(_):
        found = as_array(student.predict(parameters, POINTS), "the answers")
        assert_close(found.astype(float), expected, "the answers")

    assert_apart(student, "predict", {"hidden_layer": tanh_of, "output_layer": probabilities_of}, judge)


def says_blue(student, x):
    """Whether the notebook's `trained_parameters` make each point blue."""
    found = four(student.trained_parameters, "trained_parameters")
    weights, biases, last_weights, last_bias = (as_array(found[name], name).astype(float) for name in NAMES)
    # That flat arrays are asked for is another criterion's question.
    assert_shape(weights, (2, biases.size), "W1")
    assert_shape(last_weights.ravel(), (biases.size,), "W2")
    assert_shape(last_bias.ravel(), (1,), "b2")
    return np.tanh(x @ weights + biases.ravel()) @ last_weights.ravel() >= -last_bias.ravel()[0]
