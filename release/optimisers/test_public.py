"""The public criteria of `optimisers`: steps that can be worked out on paper, and a walk along."""

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
    described,
    take_batches,
    without_warnings,
)

START = np.array([[1.0, -2.0, 0.5]])
SLOPE = np.array([[4.0, -1.0, -2.0]])
SECOND_SLOPE = np.array([[-2.0, -1.0, 3.0]])
RATE = 0.1


def step(student, name, parameter, gradient, state, rate=RATE, **settings):
    """The parameter and the state that the student's optimiser `name` returns."""
    found = getattr(student, name)(parameter, gradient, state, rate, **settings)
    new, state = as_tuple(found, f"{name}(...)", ("the new parameter", "the new state"))
    return as_array(new, "the new parameter"), state


def two_steps(student, name, **settings):
    """The parameters after a step along SLOPE, and after another one along SECOND_SLOPE."""
    first, state = step(student, name, START, SLOPE, None, **settings)
    return first, step(student, name, first, SECOND_SLOPE, state, **settings)[0]


@criterion("binary_crossentropy", points=1, hint="Work one out by hand: 0.8 for the label 1 costs -log 0.8 = 0.223.")
@pytest.mark.parametrize(
    "probabilities, labels, loss",
    [
        pytest.param([0.8], [1], 0.22314355, id="0.8 for the label 1"),
        pytest.param([0.8], [0], 1.60943791, id="0.8 for the label 0"),
        pytest.param([[0.8], [0.4], [0.1]], [[1], [1], [0]], 0.41493160, id="0.8, 0.4 and 0.1 for the labels 1, 1, 0"),
    ],
)
def test_mean_surprise(student, probabilities, labels, loss):
    """The loss is what one works out by hand, for one answer and for the mean of three."""
    found = student.binary_crossentropy(np.array(probabilities), np.array(labels))
    assert_close(found, loss, "the loss")


@criterion("binary_crossentropy", points=1, hint="Which logarithm is infinite? np.clip keeps numbers within bounds.")
@pytest.mark.parametrize(
    "probability, label, loss",
    [
        pytest.param(0.0, 1, 16.118096, id="0 for the label 1"),
        pytest.param(1.0, 0, 16.118096, id="1 for the label 0"),
        pytest.param(1.0, 1, 1e-7, id="1 for the label 1"),
        pytest.param(0.0, 0, 1e-7, id="0 for the label 0"),
    ],
)
def test_finite_when_sure(student, probability, label, loss):
    """Where the network is completely sure, the loss is that of 1e-7, and NumPy has nothing to
    warn of."""
    with without_warnings(student):
        found = student.binary_crossentropy(np.array([probability]), np.array([label]))
    assert_close(found, loss, "the loss", rtol=0.01)


@criterion("categorical_crossentropy", points=1, hint="A sum over the classes, and a mean over the two rows.")
def test_surprise_of_two_rows(student):
    """Probabilities of 1/4 and 1/2 for the true classes make a loss of 3/2 × log 2."""
    probabilities = np.array([[0.25, 0.6, 0.15], [0.3, 0.2, 0.5]])
    found = student.categorical_crossentropy(probabilities, np.array([[1, 0, 0], [0, 0, 1]]))
    assert_close(found, 1.5 * np.log(2), "the loss")


@criterion("categorical_crossentropy", points=1, hint="0 × log 0 is not a number. Clip before the logarithm.")
def test_finite_with_zeros(student):
    """A row (0, 1, 0) costs nothing where the second class is true, and 16.1 where
    another is; NumPy has nothing to warn of."""
    with without_warnings(student):
        right = student.categorical_crossentropy(np.array([[0.0, 1.0, 0.0]]), np.array([[0, 1, 0]]))
        wrong = student.categorical_crossentropy(np.array([[0.0, 1.0, 0.0]]), np.array([[0, 0, 1]]))
    assert_between(right, -1e-6, 1e-6, "the loss where it is right")
    assert_close(wrong, -np.log(1e-7), "the loss where it is wrong", rtol=0.01)


def dealt(student, count, batch_size, seed):
    """The first inputs and the labels of all batches, flat arrays, and the sizes of the batches.

    Input i is the row (i, i + 1/2) and its label is 10 × i.
    """
    x, y = np.arange(count)[:, None] + np.array([[0.0, 0.5]]), 10 * np.arange(count)[:, None]
    found = call_unchanged(student, "mini_batches", x, y, batch_size, seed)
    batches = take_batches(found, ("x", "y"), at_most=count + 1)
    if not batches:
        raise CriterionFailed("batches of examples", described(found))
    for part, labels in batches:
        assert_shape(part, (None, 2), "x of a batch")
        assert_shape(labels, (len(part), 1), "y of a batch")
        assert_close(part[:, 1], part[:, 0] + 0.5, "the second column of x, which is the first one plus 1/2")
    xs, ys = (np.concatenate(parts).astype(float) for parts in zip(*batches, strict=True))
    return xs[:, 0], ys.ravel(), [len(part) for part, _ in batches]


@criterion("mini_batches", points=1, hint="Take the same order for x and for y.")
def test_pairs_stay_together(student):
    """Each input keeps its label."""
    x, y, _ = dealt(student, 23, 5, 1)
    assert_close(y, 10 * x, "the labels, ten times the inputs here,")


@criterion("mini_batches", points=1, hint="Sort what was dealt: which examples are missing, which are there twice?")
def test_every_example_once(student):
    """Every example is dealt exactly once, the last ones too."""
    x, _, _ = dealt(student, 23, 5, 2)
    assert_close(np.sort(x), np.arange(23.0), "the sorted inputs")


@criterion("mini_batches", points=1, hint="23 = 5 + 5 + 5 + 5 + 3.")
@pytest.mark.parametrize(
    "count, batch_size, sizes",
    [(23, 5, [5, 5, 5, 5, 3]), (12, 4, [4, 4, 4]), (3, 8, [3])],
    ids=["23 examples in batches of 5", "12 examples in batches of 4", "3 examples in batches of 8"],
)
def test_the_last_batch_is_smaller(student, count, batch_size, sizes):
    """All batches have the size that was asked for, but for the last."""
    found = dealt(student, count, batch_size, 3)[2]
    if found != sizes:
        raise CriterionFailed(f"batches of {sizes}", f"batches of {found}")


@criterion("mini_batches", points=1, hint="The order follows from the seed, and from nothing else.")
def test_the_seed_decides(student):
    """The same seed gives the same order, another seed another one, and both are random."""
    first, again, other = (dealt(student, 40, 8, seed)[0] for seed in (4, 4, 5))
    if not np.array_equal(first, again):
        raise CriterionFailed("the same order for the same seed", "another one")
    if np.array_equal(first, other):
        raise CriterionFailed("another order for another seed", "the same one")
    for order in (first, other):
        if np.array_equal(order, np.sort(order)) or np.array_equal(order[::-1], np.sort(order)):
            raise CriterionFailed("a random order", "the order of the examples")


@criterion("mini_batches", points=1, hint="Shuffle the examples before you cut them into batches.")
def test_batches_are_mixed(student):
    """A batch holds examples from everywhere, not neighbours."""
    x, _, _ = dealt(student, 200, 20, 6)
    if len(x) != 200:
        raise CriterionFailed("200 examples", f"{len(x)}")
    spread = float(np.mean(np.ptp(x.reshape(10, 20), axis=1)))
    if spread < 120:
        raise CriterionFailed(
            "batches of 20 out of 200 examples whose first and last lie about 180 apart", f"{spread:.0f}"
        )


@criterion("descend", points=1, hint="Against the slope: minus, not plus.")
def test_against_the_slope(student):
    """At the rate 0.1, slopes of 4, -1 and -2 move a parameter by -0.4, 0.1 and 0.2."""
    first, second = two_steps(student, "descend")
    assert_close(first, START + np.array([[-0.4, 0.1, 0.2]]), "the new parameter")
    assert_close(second, START + np.array([[-0.2, 0.2, -0.1]]), "the parameter after a second step")


@criterion(
    "descend", points=1, hint="parameter -= ... changes the array that you were given; parameter = ... does not."
)
def test_descent_leaves_its_arguments_alone(student):
    """The parameter and the gradient that are given stay as they are."""
    call_unchanged(student, "descend", START, SLOPE, None, RATE)


@criterion("momentum", points=1, hint="At the first step, v = 0.9 × 0 + 0.1 × g.")
def test_the_ball_starts_slowly(student):
    """At the rate 0.1, slopes of 4, -1 and -2 first move a parameter by -0.04, 0.01 and 0.02."""
    first, _ = two_steps(student, "momentum")
    assert_close(first, START + np.array([[-0.04, 0.01, 0.02]]), "the new parameter")


@criterion("momentum", points=1, hint="What is returned as the state, and comes back at the next step?")
def test_the_ball_remembers(student):
    """The second step goes along 0.9 × the first velocity + 0.1 × the second slope, and
    `beta` may be another."""
    first, second = two_steps(student, "momentum")
    assert_close(second - first, [[-0.016, 0.019, -0.012]], "the second step", atol=1e-7)
    first, second = two_steps(student, "momentum", beta=0.5)
    assert_close(second - first, [[0.0, 0.075, -0.1]], "the second step with beta=0.5", atol=1e-7)


@criterion("rmsprop", points=1, hint="At the first step, s = 0.1 × g²: what is g divided by its root?")
def test_the_first_step_of_rmsprop(student):
    """The first step has the same size for slopes of 4, -1 and -2: 0.1 / √0.1."""
    first, _ = two_steps(student, "rmsprop")
    root = 0.1**0.5
    assert_close(first - START, [[-root, root, root]], "the first step", rtol=1e-5)


@criterion("rmsprop", points=1, hint="s is an average of squares; it is the state, without the root.")
def test_the_second_step_of_rmsprop(student):
    """At the second step s is 0.9 × the first s + 0.1 × the second slope squared, and
    `rho` may be another."""
    first, second = two_steps(student, "rmsprop")
    expected = RATE * np.array([[2 / np.sqrt(1.84), 1 / np.sqrt(0.19), -3 / np.sqrt(1.26)]])
    assert_close(second - first, expected, "the second step", rtol=1e-5)
    first, second = two_steps(student, "rmsprop", rho=0.5)
    expected = RATE * np.array([[2 / np.sqrt(6), 1 / np.sqrt(0.75), -3 / np.sqrt(5.5)]])
    assert_close(second - first, expected, "the second step with rho=0.5", rtol=1e-5)


@criterion("rmsprop", points=1, hint="Where is epsilon added? What is divided by what if the slope is 0?")
def test_rmsprop_stands_still(student):
    """Where the slope is 0, the parameter stays as it is, and NumPy has nothing to warn of."""
    with without_warnings(student):
        found, _ = step(student, "rmsprop", START, 0 * SLOPE, None)
    assert_close(found, START, "the new parameter")


@criterion("adam", points=1, hint="At t = 1, both means are divided by 1 - beta: what is left of them?")
def test_the_first_step_of_adam(student):
    """The first step is as long as the learning rate, for slopes of 4, of -1 and of -2."""
    first, _ = two_steps(student, "adam")
    assert_close(first - START, [[-0.1, 0.1, 0.1]], "the first step", rtol=1e-5)


@criterion("adam", points=1, hint="At t = 2, divide by 1 - beta ** 2, and keep the means undivided in the state.")
def test_the_second_step_of_adam(student):
    """With beta1 = 0.5 and beta2 = 0.75, the second step goes along (g₁ + 2 g₂) / 3, divided by the
    root of (3 g₁² + 4 g₂²) / 7."""
    first, second = two_steps(student, "adam", beta1=0.5, beta2=0.75)
    mean = (SLOPE + 2 * SECOND_SLOPE) / 3
    square = (3 * SLOPE**2 + 4 * SECOND_SLOPE**2) / 7
    assert_close(second - first, -RATE * mean / np.sqrt(square), "the second step", rtol=1e-5, atol=1e-7)


@criterion("adam", points=1, hint="Where is epsilon added? What is divided by what if the slope is 0?")
def test_adam_stands_still(student):
    """Where the slope is 0, the parameter stays as it is, and NumPy has nothing to warn of."""
    with without_warnings(student):
        found, _ = step(student, "adam", START, 0 * SLOPE, None)
    assert_close(found, START, "the new parameter")


@criterion("schedules", points=1, hint="Epoch 0 has the rate itself. With decay 0.5, epoch 2 has half of it.")
def test_inverse_time(student):
    """From 0.6 with a decay of 0.5, the rates of epochs 0, 2 and 4 are 0.6, 0.3 and 0.2."""
    found = [student.inverse_time(0.6, epoch, decay=0.5) for epoch in (0, 2, 4)]
    assert_close(found, [0.6, 0.3, 0.2], "the rates")
    assert_close(student.inverse_time(0.6, 5), 0.4, "the rate of epoch 5 where no decay is said")


@criterion("schedules", points=1, hint="Epoch 0 has the rate itself, epoch 1 factor times that.")
def test_exponential(student):
    """From 0.8 with a factor of 0.5, the rates of epochs 0, 1 and 3 are 0.8, 0.4 and 0.1."""
    found = [student.exponential(0.8, epoch, factor=0.5) for epoch in (0, 1, 3)]
    assert_close(found, [0.8, 0.4, 0.1], "the rates")
    assert_close(student.exponential(0.8, 2), 0.722, "the rate of epoch 2 where no factor is said")


@criterion("schedules", points=1, hint="How many whole times does `every` go into the number of the epoch?")
def test_staircase(student):
    """From 0.9 with a third every 4 epochs, the rates of epochs 0, 3, 4, 7 and 8 are 0.9, 0.9, 0.3,
    0.3 and 0.1."""
    found = [student.staircase(0.9, epoch, factor=1 / 3, every=4) for epoch in (0, 3, 4, 7, 8)]
    assert_close(found, [0.9, 0.9, 0.3, 0.3, 0.1], "the rates")
    found = [student.staircase(0.8, epoch) for epoch in (14, 15, 29, 30)]
    assert_close(found, [0.8, 0.4, 0.4, 0.2], "the rates of epochs 14, 15, 29, 30 where nothing else is said")


class Network:
    """The notebook's network, worked out here: its parameters, probabilities, loss and gradients.

    Args:
        start: its first parameters, a dict of arrays.
    """

    def __init__(self, start):
        self.parameters = {name: np.array(value, float) for name, value in start.items()}

    def hidden(self, x):
        """What the hidden units answer to points, array (n, 2)."""
        return np.tanh(x @ self.parameters["W1"] + self.parameters["b1"])

    def __call__(self, x):
        """The probabilities of class 1, array (n, 1)."""
        return 1 / (1 + np.exp(-(self.hidden(x) @ self.parameters["W2"] + self.parameters["b2"])))

    def loss(self, x, y):
        """The binary cross-entropy over all points."""
        p = np.clip(self(x), 1e-7, 1 - 1e-7)
        return float(-np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)))

    def descend(self, x, y, rate):
        """Take one step of gradient descent."""
        hidden, error = self.hidden(x), (self(x) - y) / len(x)
        below = error @ self.parameters["W2"].T * (1 - hidden**2)
        slopes = {"W1": x.T @ below, "b1": below.sum(axis=0), "W2": hidden.T @ error, "b2": error.sum(axis=0)}
        self.parameters = {name: value - rate * slopes[name] for name, value in self.parameters.items()}


def crescents(count, seed):
    """Points in two crescents, not squashed, array (count, 2), and labels, array (count, 1)."""
    rng = np.random.default_rng(seed)
    labels, angle = rng.integers(0, 2, (count, 1)), rng.uniform(0, np.pi, (count, 1))
    upper, lower = np.hstack([np.cos(angle), np.sin(angle)]), np.hstack([1 - np.cos(angle), 0.5 - np.sin(angle)])
    return np.where(labels == 0, upper, lower) + rng.normal(0, 0.1, (count, 2)), labels


def trained(student, x, y, optimiser, *settings, **named):
    """The parameters, a dict of arrays, and the losses that the student's training returns."""
    found = call_unchanged(student, "train", x, y, optimiser, *settings, **named)
    parameters, losses = as_tuple(found, "train(...)", ("parameters", "losses"))
    shapes = {"W1": (2, 16), "b1": (16,), "W2": (16, 1), "b2": (1,)}
    if not isinstance(parameters, dict) or set(parameters) != set(shapes):
        raise CriterionFailed("`parameters` to be a dict with the keys W1, b1, W2 and b2", described(parameters))
    for name, shape in shapes.items():
        assert_shape(parameters[name], shape, name)
    return parameters, as_array(losses, "losses")


def descended(student, x, y, rates, batch_size):
    """The network after an epoch for each of `rates`, and its loss after each.

    It learns by descent from the batches that the student's own mini_batches deals out.
    """
    network, losses = Network(student.start_parameters(0)), []
    for epoch, rate in enumerate(rates):
        for points, labels in take_batches(student.mini_batches(x, y, batch_size, epoch), ("x", "y"), at_most=len(x)):
            network.descend(points, labels, rate)
        losses.append(network.loss(x, y))
    return network, losses


def assert_same_network(found, expected):
    """Assert that the parameters are those of the network `expected`."""
    for name, value in expected.parameters.items():
        assert_close(found[name], value, name, rtol=1e-4, atol=1e-5)


LOOP_NEEDS = "against_the_slope"


@criterion(
    "train", points=2, needs=LOOP_NEEDS, hint="Which gradients, which parameters, which rate does each step get?"
)
@pytest.mark.parametrize("epochs", [pytest.param(1, id="a single epoch"), pytest.param(3, id="three epochs")])
def test_steps_on_all_examples(student, epochs):
    """With one batch of all examples, descent takes one step an epoch, from start_parameters(0)."""
    x, y = crescents(30, seed=11)
    expected, _ = descended(student, x, y, [0.5] * epochs, 30)
    found, _ = trained(student, x, y, student.descend, 0.5, epochs, batch_size=30)
    assert_same_network(found, expected)


@criterion("train", points=2, needs=LOOP_NEEDS, hint="The seed of mini_batches is the number of the epoch: 0, 1, 2, …")
def test_steps_on_mini_batches(student):
    """With batches of 8, descent takes a step for each batch that your mini_batches deals
    out, epoch by epoch."""
    x, y = crescents(30, seed=12)
    expected, _ = descended(student, x, y, [0.5] * 3, 8)
    found, _ = trained(student, x, y, student.descend, 0.5, 3, batch_size=8)
    assert_same_network(found, expected)


@criterion("train", points=1, needs="mean_surprise", hint="One loss at the end of each epoch, over all of x and y.")
def test_a_loss_for_each_epoch(student):
    """`losses` holds the loss over all examples after each epoch."""
    x, y = crescents(30, seed=13)
    _, expected = descended(student, x, y, [0.5] * 4, 30)
    _, losses = trained(student, x, y, student.descend, 0.5, 4, batch_size=30)
    assert_close(losses, np.array(expected), "losses", rtol=1e-4)


@criterion(
    "train", points=1, needs=LOOP_NEEDS, hint="Ask the schedule at the beginning of each epoch, with the first rate."
)
def test_follows_the_schedule(student):
    """With a schedule, each epoch has the rate that the schedule gives it."""
    x, y = crescents(30, seed=14)
    rates = [float(as_array(student.inverse_time(0.8, epoch), "the rate")) for epoch in range(4)]
    expected, _ = descended(student, x, y, rates, 30)
    found, _ = trained(student, x, y, student.descend, 0.8, 4, batch_size=30, schedule=student.inverse_time)
    assert_same_network(found, expected)


@criterion(
    "train",
    points=1,
    needs="the_ball_remembers",
    hint="A state belongs to one parameter, and lives on from epoch to epoch.",
)
def test_each_parameter_has_a_state(student):
    """With momentum, each parameter keeps a velocity of its own, from epoch to epoch."""
    x, y = crescents(30, seed=15)
    network = Network(student.start_parameters(0))
    velocity = dict.fromkeys(network.parameters, 0.0)
    for epoch in range(3):
        before = network.parameters
        for points, labels in take_batches(student.mini_batches(x, y, 30, epoch), ("x", "y"), at_most=30):
            network.descend(points, labels, 1.0)
        velocity = {key: 0.9 * velocity[key] + 0.1 * (before[key] - network.parameters[key]) for key in before}
        network.parameters = {key: before[key] - 0.5 * velocity[key] for key in before}
    found, _ = trained(student, x, y, student.momentum, 0.5, 3, batch_size=30)
    assert_same_network(found, network)
