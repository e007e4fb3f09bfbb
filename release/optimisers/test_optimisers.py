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
    fetch,
    share,
    take_batches,
    without_warnings,
)

START = np.array([[1.0, -2.0, 0.5]])
SLOPE = np.array([[4.0, -1.0, -2.0]])
SECOND_SLOPE = np.array([[-1.0, -1.0, 3.0]])
RATE = 0.1
IN_PLACE = "parameter -= ... changes the array that you were given; parameter = parameter - ... makes a new one."


def assert_single(loss):
    """Assert that a loss is a single number."""
    shape = as_array(loss, "the loss").shape
    if shape:
        raise CriterionFailed(
            "the loss to be a single number",
            f"an array of shape {shape}",
            hint="Over which axes is the mean taken? np.mean without `axis` and `keepdims` returns a single number.",
        )


def assert_loss(found, expected, rtol):
    """Assert that a loss, or an array with nothing but it, is `expected`."""
    assert_close(np.ravel(as_array(found, "the loss")), [expected], "the loss", rtol=rtol)


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
    assert_single(found)
    assert_close(found, loss, "the loss")


@criterion(
    "binary_crossentropy",
    points=1,
    hint="Which logarithm is infinite? np.clip moves what is out of bounds, and leaves all other probabilities alone.",
)
@pytest.mark.parametrize(
    "probability, label, loss, rtol",
    [
        pytest.param(0.0, 1, 16.118096, 0.01, id="0 for the label 1"),
        pytest.param(1.0, 0, 16.118096, 0.01, id="1 for the label 0"),
        pytest.param(1e-6, 1, 13.815511, 0.002, id="a millionth for the label 1"),
        pytest.param(1 - 1e-6, 0, 13.815511, 0.002, id="all but a millionth for the label 0"),
    ],
)
def test_finite_when_sure(student, probability, label, loss, rtol):
    """Where the network is sure, and wrong, the loss is that of 1e-7; that of a millionth is its
    own; sure and right costs nothing; and NumPy has nothing to warn of."""
    with without_warnings(student):
        wrong = student.binary_crossentropy(np.array([probability]), np.array([label]))
        right = student.binary_crossentropy(np.array([label]), np.array([label]))
    assert_loss(wrong, loss, rtol)
    # 1 - 1e-7 costs 1e-7, in float32 1.2e-7
    assert_between(right, 0, 2e-7, f"the loss of {label} for the label {label}")


@criterion("categorical_crossentropy", points=1, hint="A sum over the classes, and a mean over the two rows.")
def test_surprise_of_two_rows(student):
    """Probabilities of 1/4 and 1/2 for the true classes make a loss of 3/2 × log 2."""
    probabilities = np.array([[0.25, 0.6, 0.15], [0.3, 0.2, 0.5]])
    found = student.categorical_crossentropy(probabilities, np.array([[1, 0, 0], [0, 0, 1]]))
    assert_single(found)
    assert_close(found, 1.5 * np.log(2), "the loss")


@criterion(
    "categorical_crossentropy",
    points=1,
    hint="0 × log 0 is not a number. np.clip moves what is below 1e-7, and leaves all other probabilities alone.",
)
def test_finite_with_zeros(student):
    """A row (0, 1, 0) costs nothing where the second class is true, and 16.1 where
    another is; a millionth costs 13.8; NumPy has nothing to warn of."""
    with without_warnings(student):
        right = student.categorical_crossentropy(np.array([[0.0, 1.0, 0.0]]), np.array([[0, 1, 0]]))
        wrong = student.categorical_crossentropy(np.array([[0.0, 1.0, 0.0]]), np.array([[0, 0, 1]]))
        little = student.categorical_crossentropy(np.array([[1e-6, 1 - 1e-6, 0.0]]), np.array([[1, 0, 0]]))
    assert_between(right, 0, 1e-6, "the loss where it is right")
    assert_loss(wrong, -np.log(1e-7), rtol=0.01)
    assert_loss(little, -np.log(1e-6), rtol=0.002)


def dealt(student, count, batch_size, seed):
    """The first inputs and the labels of all batches, flat arrays, and the sizes of the batches.

    Input i is the row (i, i + 1/2) and its label is 10 × i.
    """
    x, y = np.arange(count)[:, None] + np.array([[0.0, 0.5]]), 10 * np.arange(count)[:, None]
    found = student.mini_batches(x, y, batch_size, seed)
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
def test_a_random_order_for_each_seed(student):
    """The same seed gives the same order, every other seed another one; and a batch holds
    examples from everywhere, not neighbours."""
    orders = [dealt(student, 200, 20, seed)[0] for seed in (0, 1, 2, 12, 100, 0)]
    if any(len(order) != 200 for order in orders):
        raise CriterionFailed("200 examples", f"{', '.join(str(len(order)) for order in orders)}")
    if not np.array_equal(orders[0], orders[-1]):
        raise CriterionFailed("the same order for the seed 0 as before", "another one")
    if len({order.tobytes() for order in orders}) < 5:
        raise CriterionFailed("an order of its own for each of the seeds 0, 1, 2, 12 and 100", "the same one twice")
    for order in orders:
        spread = float(np.mean(np.ptp(order.reshape(10, 20), axis=1)))
        if spread < 120:
            raise CriterionFailed(
                "batches of 20 out of 200 examples whose first and last lie about 180 apart",
                f"{spread:.0f}",
                hint="Shuffle the examples before you cut them into batches.",
            )


@criterion(
    "mini_batches", points=1, hint="rng.shuffle(x) changes the array that you were given; x[order] makes a new one."
)
def test_the_examples_stay_as_they_are(student):
    """x and y are the same after the call as before it."""
    given = np.arange(46.0).reshape(23, 2), np.arange(23)[:, None]
    there = [share(student, array) for array in given]
    take_batches(student.mini_batches(*there, 5, 7), ("x", "y"), at_most=24)
    for name, array, left in zip("xy", given, there, strict=True):
        if not np.array_equal(as_array(fetch(left), name), array):
            raise CriterionFailed(f"`{name}` to stay as it is", "it was changed")


def first_move(student, name, gradient=SLOPE, **settings):
    """How far the student's optimiser `name` moves START at its first step."""
    found = getattr(student, name)(START, gradient, None, RATE, **settings)
    new, _ = as_tuple(found, f"{name}(...)", ("the new parameter", "the new state"))
    assert_shape(new, START.shape, "the new parameter")
    return as_array(new, "the new parameter") - START


def take_two_steps(optimiser, parameter, slopes, rate, settings):
    """Take two steps, between which another parameter takes two; runs in the student's process."""
    first, state = optimiser(parameter.copy(), slopes[0].copy(), None, rate, **settings)
    _, other = optimiser(parameter.copy(), slopes[1].copy(), None, rate, **settings)
    optimiser(parameter.copy(), slopes[0].copy(), other, rate, **settings)
    second, _ = optimiser(parameter.copy(), slopes[1].copy(), state, rate, **settings)
    return first, second


def two_moves(student, name, **settings):
    """How far the optimiser moves START along SLOPE, and at the next step along SECOND_SLOPE."""
    found = share(student, take_two_steps)(getattr(student, name), START, [SLOPE, SECOND_SLOPE], RATE, settings)
    for new in as_tuple(found, "two steps", ("one", "another")):
        assert_shape(new, START.shape, "the new parameter")
        yield as_array(new, "the new parameter") - START


def assert_moved(found, expected, what):
    """Assert how far a step went; START is only known to 2.4e-7 in float32."""
    assert_close(found, expected, what, rtol=1e-4, atol=1e-6)


def assert_leaves_its_arguments_alone(student, name):
    """Assert that a step changes neither the parameter nor the gradient that it is given."""
    try:
        call_unchanged(student, name, START, SLOPE, None, RATE)
    except CriterionFailed as failure:
        raise CriterionFailed(failure.expected, failure.found, hint=IN_PLACE) from None


@criterion("descend", points=1, hint="Against the slope: minus, not plus.")
def test_against_the_slope(student):
    """At the rate 0.1, slopes of 4, -1 and -2 move a parameter by -0.4, 0.1 and 0.2."""
    assert_moved(first_move(student, "descend"), [[-0.4, 0.1, 0.2]], "the first step")
    _, second = two_moves(student, "descend")
    assert_moved(second, [[0.1, 0.1, -0.3]], "a step along -1, -1 and 3")


@criterion("descend", points=1, hint=IN_PLACE)
def test_descent_leaves_its_arguments_alone(student):
    """The parameter and the gradient that are given stay as they are."""
    assert_leaves_its_arguments_alone(student, "descend")


@criterion("momentum", points=1, hint="At the first step, v = 0.9 × 0 + 0.1 × g.")
def test_the_ball_starts_slowly(student):
    """At the rate 0.1, slopes of 4, -1 and -2 first move a parameter by -0.04, 0.01 and 0.02; the
    arguments stay as they are."""
    assert_moved(first_move(student, "momentum"), [[-0.04, 0.01, 0.02]], "the first step")
    assert_leaves_its_arguments_alone(student, "momentum")


@criterion(
    "momentum",
    points=1,
    hint="What is returned as the state, and comes back at the next step? Is anything kept outside of it?",
)
def test_the_ball_remembers(student):
    """The second step goes along 0.9 × the first velocity + 0.1 × the second slope, `beta` may be
    another, and other parameters may take steps in between."""
    _, second = two_moves(student, "momentum")
    assert_moved(second, [[-0.026, 0.019, -0.012]], "the second step")
    _, second = two_moves(student, "momentum", beta=0.5)
    assert_moved(second, [[-0.05, 0.075, -0.1]], "the second step with beta=0.5")


@criterion("rmsprop", points=1, hint="At the first step, s = 0.1 × g²: what is g divided by its root?")
def test_the_first_step_of_rmsprop(student):
    """The first step has the same size for slopes of 4, -1 and -2: 0.1 / √0.1; the arguments stay
    as they are."""
    root = 0.1**0.5
    assert_moved(first_move(student, "rmsprop"), [[-root, root, root]], "the first step")
    assert_leaves_its_arguments_alone(student, "rmsprop")


@criterion(
    "rmsprop",
    points=1,
    hint="s is an average of squares; it is the state, without the root. Is anything kept outside of it?",
)
def test_the_second_step_of_rmsprop(student):
    """At the second step s is 0.9 × the first s + 0.1 × the second slope squared, `rho` may be
    another, and other parameters may take steps in between."""
    _, second = two_moves(student, "rmsprop")
    expected = RATE * np.array([[1 / np.sqrt(1.54), 1 / np.sqrt(0.19), -3 / np.sqrt(1.26)]])
    assert_moved(second, expected, "the second step")
    _, second = two_moves(student, "rmsprop", rho=0.5)
    expected = RATE * np.array([[1 / np.sqrt(4.5), 1 / np.sqrt(0.75), -3 / np.sqrt(5.5)]])
    assert_moved(second, expected, "the second step with rho=0.5")


@criterion(
    "rmsprop", points=1, hint="Is `epsilon` added outside of the root? What is divided by what if the slope is 0?"
)
def test_epsilon_in_rmsprop(student):
    """With rho = 0 and epsilon = 3, slopes of 1 and -1 are divided by 4. Where the slope is 0, the
    parameter stays as it is, and NumPy has nothing to warn of."""
    found = first_move(student, "rmsprop", np.sign(SLOPE), rho=0.0, epsilon=3.0)
    assert_moved(found, [[-0.025, 0.025, 0.025]], "the first step with rho=0 and epsilon=3")
    with without_warnings(student):
        found = first_move(student, "rmsprop", 0 * SLOPE)
    assert_moved(found, 0 * START, "a step where the slope is 0")


@criterion("adam", points=1, hint="At t = 1, both means are divided by 1 - beta: what is left of them?")
def test_the_first_step_of_adam(student):
    """The first step is as long as the learning rate, for slopes of 4, of -1 and of -2; the
    arguments stay as they are."""
    assert_moved(first_move(student, "adam"), [[-0.1, 0.1, 0.1]], "the first step")
    assert_leaves_its_arguments_alone(student, "adam")


@criterion(
    "adam",
    points=1,
    hint="At t = 2, divide by 1 - beta ** 2. The state has t and the undivided means; is anything kept outside of it?",
)
def test_the_second_step_of_adam(student):
    """With beta1 = 0.5 and beta2 = 0.75, the second step goes along (g₁ + 2 g₂) / 3, divided by the
    root of (3 g₁² + 4 g₂²) / 7, whatever steps other parameters take in between."""
    _, second = two_moves(student, "adam", beta1=0.5, beta2=0.75)
    mean = (SLOPE + 2 * SECOND_SLOPE) / 3
    square = (3 * SLOPE**2 + 4 * SECOND_SLOPE**2) / 7
    assert_moved(second, -RATE * mean / np.sqrt(square), "the second step")


@criterion("adam", points=1, hint="Is `epsilon` added outside of the root? What is divided by what if the slope is 0?")
def test_epsilon_in_adam(student):
    """With beta1 = beta2 = 0 and epsilon = 3, slopes of 1 and -1 are divided by 4. Where the slope
    is 0, the parameter stays as it is, and NumPy has nothing to warn of."""
    found = first_move(student, "adam", np.sign(SLOPE), beta1=0.0, beta2=0.0, epsilon=3.0)
    assert_moved(found, [[-0.025, 0.025, 0.025]], "the first step with betas of 0 and epsilon=3")
    with without_warnings(student):
        found = first_move(student, "adam", 0 * SLOPE)
    assert_moved(found, 0 * START, "a step where the slope is 0")


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
    """The notebook's network, worked out here, from the parameters start_parameters(0)."""

    def __init__(self):
        rng = np.random.default_rng(0)
        hidden, out = rng.normal(0, 1.0, (2, 16)), rng.normal(0, 0.25, (16, 1))
        self.parameters = {"W1": hidden, "b1": np.zeros(16), "W2": out, "b2": np.zeros(1)}

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


# Optimisers and a schedule of the grader's own, which run in the student's process, so that each
# criterion of the loop is about one thing, and a slip in another function costs nothing here.
def half_step(parameter, gradient, state, learning_rate):
    """Half of the way that gradient descent goes."""
    return parameter - 0.5 * learning_rate * gradient, state


def drift(parameter, gradient, state, learning_rate):
    """A step as long as the rate, whatever the gradient."""
    return parameter + learning_rate + 0 * gradient, state


def jump(parameter, gradient, state, learning_rate):
    """Every number becomes the rate."""
    return 0 * (parameter + gradient) + learning_rate, state


def count(parameter, gradient, state, learning_rate):
    """Every number becomes the rate times the number of steps that the state knows of."""
    steps = 1 if state is None else state + 1
    return 0 * (parameter + gradient) + learning_rate * steps, steps


def in_threes(rate, epoch):
    """The rate in epochs 0, 3, 6, ...; twice that in 1, 4, 7, ...; else three times the rate."""
    return rate * (1 + epoch % 3)


def crescents(seed, scale=1.0, gap=0.0):
    """33 points in two crescents, array (33, 2), and their labels, array (33, 1)."""
    rng = np.random.default_rng(seed)
    labels, angle = rng.integers(0, 2, (33, 1)), rng.uniform(0, np.pi, (33, 1))
    upper, lower = np.hstack([np.cos(angle), np.sin(angle)]), np.hstack([1 - np.cos(angle), 0.5 - gap - np.sin(angle)])
    return scale * (np.where(labels == 0, upper, lower) + rng.normal(0, 0.1, (33, 2))), labels


def ones(seed):
    """33 points of class 1 with positive coordinates: the loss falls as all parameters grow."""
    return np.abs(crescents(seed)[0]), np.ones((33, 1), int)


def trained(student, x, y, optimiser, rate, epochs, batch_size, **named):
    """The parameters, a dict of arrays, and the losses that the student's training returns."""
    named = {name: share(student, value) for name, value in named.items()}
    found = student.train(x, y, share(student, optimiser), rate, epochs, batch_size=batch_size, **named)
    parameters, losses = as_tuple(found, "train(...)", ("parameters", "losses"))
    shapes = {"W1": (2, 16), "b1": (16,), "W2": (16, 1), "b2": (1,)}
    if not isinstance(parameters, dict) or set(parameters) != set(shapes):
        raise CriterionFailed("`parameters` to be a dict with the keys W1, b1, W2 and b2", described(parameters))
    for name, shape in shapes.items():
        assert_shape(parameters[name], shape, name)
    return parameters, as_array(losses, "losses")


def descended(student, x, y, rate, epochs, batch_size):
    """The network after descent along the batches that the student's own mini_batches deals out."""
    network, there = Network(), (share(student, x), share(student, y))
    for epoch in range(epochs):
        dealt_out = student.mini_batches(*there, batch_size, epoch)
        for points, labels in take_batches(dealt_out, ("x", "y"), at_most=len(x)):
            assert_shape(points, (None, 2), "x of a batch")
            assert_shape(labels, (len(points), 1), "y of a batch")
            if not len(points):
                raise CriterionFailed("batches with at least one example each", "an empty batch")
            network.descend(points, labels, rate)
    return network


def sort_rows(x, y):
    """Points and labels side by side, array (n, 3), in an order that does not depend on theirs."""
    rows = np.hstack([x, y])
    return rows[np.lexsort(rows.T)]


def assert_parameters_are(found, expected):
    """Assert that all parameters are the expected ones: a dict of arrays, or one number for all."""
    for name, value in found.items():
        wanted = expected[name] if isinstance(expected, dict) else np.full(np.shape(value), expected)
        assert_close(value, wanted, name, rtol=1e-4, atol=1e-5)


@criterion(
    "train",
    points=2,
    hint="Begin with start_parameters(0). In each step, work out all gradients before the first parameter moves; "
    "then every parameter gets its gradient and the rate.",
)
@pytest.mark.parametrize("epochs", [pytest.param(1, id="a single epoch"), pytest.param(4, id="four epochs")])
def test_steps_on_all_examples(student, epochs):
    """With one batch of all examples, an optimiser takes one step an epoch, from
    start_parameters(0)."""
    x, y = crescents(seed=11, scale=3.0)
    expected = descended(student, x, y, 8.0, epochs, 33)
    found, _ = trained(student, x, y, half_step, 16.0, epochs, 33)
    assert_parameters_are(found, expected.parameters)


@criterion(
    "train",
    points=2,
    hint="Each epoch asks mini_batches anew, with `batch_size` and with its own number as seed. Each step takes "
    "the gradients of its batch alone, and gradients are worked out before the first parameter moves.",
)
def test_steps_on_mini_batches(student):
    """With batches of 8, an optimiser takes a step for each batch that your mini_batches deals out,
    epoch by epoch."""
    x, y = crescents(seed=12, gap=1.0)
    expected = descended(student, x, y, 0.5, 5, 8)
    found, _ = trained(student, x, y, half_step, 1.0, 5, 8)
    assert_parameters_are(found, expected.parameters)


@criterion(
    "train",
    points=1,
    needs="mean_surprise",
    hint="One loss at the end of each epoch, over all of x and y; the parameters are those after the last step, even "
    "if the loss has risen.",
)
def test_a_loss_for_each_epoch(student):
    """`losses` holds the loss over all examples after each epoch, and `parameters` are those after
    the last step, whether the loss falls or rises; x and y stay as they are."""
    x, y = crescents(seed=13)
    network = Network()
    network.parameters = {name: np.full(value.shape, 0.3) for name, value in network.parameters.items()}
    _, losses = trained(student, x, y, jump, 0.3, 2, 8)
    assert_close(losses, np.array([network.loss(x, y)] * 2), "losses", rtol=1e-4)
    network, expected = Network(), []
    for _ in range(4):
        network.parameters = {name: value + 0.1 for name, value in network.parameters.items()}
        expected.append(network.loss(x, y))
    there = share(student, x), share(student, y)
    found, losses = trained(student, *there, drift, 0.1, 4, 33)
    assert_close(losses, np.array(expected), "losses", rtol=1e-4)
    assert_parameters_are(found, network.parameters)
    if not np.array_equal(sort_rows(*map(fetch, there)), sort_rows(x, y)):
        raise CriterionFailed(
            "`train` to leave x and y as they are", "they were changed", hint="Use copies of x and y."
        )


@criterion(
    "train",
    points=1,
    hint="Ask the schedule at the beginning of each epoch, with `learning_rate` and the number of the epoch.",
)
@pytest.mark.parametrize("epochs", [1, 2, 3])
def test_follows_the_schedule(student, epochs):
    """With a schedule, all steps of an epoch have the rate that the schedule gives to it."""
    x, y = ones(seed=14)
    found, _ = trained(student, x, y, jump, 0.05, epochs, 8, schedule=in_threes)
    assert_parameters_are(found, 0.05 * epochs)


@criterion("train", points=1, hint="A state belongs to one parameter, and lives on from epoch to epoch.")
def test_each_parameter_has_a_state(student):
    """Each parameter has a state of its own: None at first, then what its last step returned, from
    epoch to epoch."""
    x, y = ones(seed=15)
    found, _ = trained(student, x, y, count, 0.02, 6, 33)
    assert_parameters_are(found, 0.02 * 6)
