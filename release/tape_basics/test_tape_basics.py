"""The public criteria of `tape_basics`: numbers that can be worked out on paper."""

import numpy as np
import pytest

from proctor import (
    DENSE_STAND_INS,
    CriterionFailed,
    as_array,
    as_tuple,
    assert_all_close,
    assert_apart,
    assert_between,
    assert_close,
    assert_equal,
    assert_shape,
    call_unchanged,
    criterion,
    teach_by_numpy,
)

ONE_LAYER = [([[1.0, -2.0, 0.5], [3.0, 1.0, -1.0]], [0.5, 0.0, -4.0])]
TWO_LAYERS = [([[1.0, -1.0], [2.0, 0.5]], [0.0, 1.0]), ([[1.0], [-2.0]], [-3.0])]
MIDDLES = [[[1.0, 0.0], [-1.0, 2.0]], [0.0, 5.0], [[0.0], [1.0]], [2.0]]
WIDTHS = [[[1.0, 2.0], [0.5, 1.0]], [4.0, 1.0], [[1.0], [3.0]], [0.25]]
SLOPES = [[[0.0, -2.0], [1.5, -1.5]], [0.0, -4.0], [[1.0], [-9.0]], [-1.25]]
BOWL = 0.0 + 1.0 + 2.25 + 1.125 + 0.0 + 8.0 + 0.5 + 13.5 + 3.125
EXAMPLES = np.array([[1, 0], [0, 1], [-1, 0.5], [2, 1], [0.5, -2], [1, 1], [-2, -1]], "float32")
TARGETS = np.eye(3, dtype="float32")[[0, 1, 2, 0, 1, 0, 2]]
GRAPH = "Is there a .numpy() or a function of NumPy's in it? TensorFlow has functions for all of this."


@criterion("to_tensor", points=1, hint="0 becomes -1, 255 becomes 1; what type does your result have?")
def test_from_bytes_to_small_numbers(student):
    """Two pictures of bytes become two rows of float32, line after line: 0 becomes -1, 51 becomes
    -0.6, 255 becomes 1."""
    pictures, rows = np.zeros((2, 2, 3, 3), "uint8"), np.full((2, 18), -1.0)
    pictures[0, 1, 0, 2], rows[0, 11] = 255, 1
    pictures[1, 0, 2, 1], rows[1, 7] = 51, -0.6
    found = student.to_tensor(pictures)
    assert_shape(found, rows.shape, "to_tensor(pictures)")
    assert_float32(found, "to_tensor(pictures)")
    assert_close(found, rows, "to_tensor(pictures)")


@criterion("to_tensor", points=1, hint="Return something new; does one of your lines write into what came in?")
@pytest.mark.parametrize("kind", ["uint8", "float32", "float64"])
def test_leaves_the_pictures_alone(student, kind):
    """The pictures that come in stay as they are."""
    call_unchanged(student, "to_tensor", np.random.default_rng(3).integers(0, 256, (3, 4, 5, 3)).astype(kind))


@criterion("one_hot", points=1, hint="How many columns are there, and of which type are the ones?")
def test_rows_with_a_single_one(student):
    """The labels 2, 0, 3 of five classes become rows of float32 with a 1 at places 2, 0, 3."""
    found = call_unchanged(student, "one_hot", np.array([2, 0, 3]), 5)
    assert_float32(found, "one_hot(labels, 5)")
    assert_close(found, [[0, 0, 1, 0, 0], [1, 0, 0, 0, 0], [0, 0, 0, 1, 0]], "one_hot(labels, 5)")


@criterion("dense_variables", points=1, hint="Is each of the two a tf.Variable, of type float32? Which axis is which?")
def test_variables_that_can_be_taught(student):
    """A network of your variables has weights (5, 3) and biases (3,) that can be taught."""
    network = student.build([5, 3])
    found = as_tuple(network.trainable_variables, "the trainable variables", ("weights", "biases"))
    for part, shape, what in zip(found, ((5, 3), (3,)), ("the weights", "the biases"), strict=True):
        assert_shape(part, shape, what)
        assert_float32(part, what)


@criterion(
    "dense_variables",
    points=1,
    hint="Which standard deviation do 400 inputs ask for? Is the distribution normal? And where do biases start?",
)
def test_spread_of_the_weights(student):
    """With 400 inputs, the weights are normal around 0 with a standard deviation of √(2/400), and
    the biases are 0."""
    parts = as_tuple(student.dense_variables(400, 300, 5), "dense_variables(…)", ("weights", "biases"))
    weights, biases = (as_array(part, what) for part, what in zip(parts, ("weights", "biases"), strict=True))
    assert_close(biases, np.zeros(300), "the biases")
    # Ten standard deviations of the estimates: an honest generator misses them once in 10^23.
    assert_between(np.std(weights) / np.sqrt(2 / 400), 0.98, 1.02, "the weights' standard deviation over √(2/400)")
    assert_between(np.mean(weights) / np.sqrt(2 / 400), -0.03, 0.03, "the weights' mean over √(2/400)")
    near = np.mean(np.abs(weights) < np.std(weights) / 2)  # 0.38 if normal, 0.36 if cut off at 2, 0.29 if uniform
    assert_between(near, 0.34, 0.4, "the share of weights within half a standard deviation")
    assert_between(len(np.unique(weights)) / weights.size, 0.9, 1, "the share of weights that are different numbers")


@criterion("dense_variables", points=1, hint="Is the seed used, and is it used for all of the random numbers?")
def test_the_seed_decides(student):
    """The same seed gives the same weights, another seed others."""
    seeds = (3, 3, 4, 0, 1003)
    first, again, *others = (as_tuple(student.dense_variables(6, 4, seed), "…", ("w", "b"))[0] for seed in seeds)
    if not np.array_equal(first, again):
        raise CriterionFailed("the same weights for the same seed", "others")
    if any(np.array_equal(first, other) for other in others):
        raise CriterionFailed("other weights for another seed", "the same")


@criterion("forward", points=1, hint="x @ weights + biases, and nothing behind the last layer.")
def test_one_layer(student):
    """With a single layer, the logits are inputs times weights plus biases, below 0 as well."""
    found = student.forward(student.Network.of(ONE_LAYER), np.array([[1, 2], [0, -1]], "float32"))
    assert_close(found, [[7.5, 0.0, -5.5], [-2.5, -1.0, -3.0]], "the logits")


@criterion("forward", points=1, hint="Where does the ReLU stand: behind which layers, before or after the biases?")
def test_a_hidden_layer(student):
    """Between two layers stands a ReLU, which makes 0 of what is below 0."""
    x = np.array([[1, 1], [2, -1.5], [-1, 4]], "float32")
    found = call_unchanged(student, "forward", student.Network.of(TWO_LAYERS), x)
    assert_close(found, [[-1.0], [-3.0], [-4.0]], "the logits")


@criterion("forward", points=1, hint=GRAPH)
def test_forward_in_a_graph(student):
    """`forward` works under tf.function."""
    compiled = student.tf.function(student.forward)
    found = compiled(student.Network.of(ONE_LAYER), np.array([[1, 2]], "float32"))
    assert_shape(found, (1, 3), "the logits")


@criterion("cross_entropy", points=1, hint="Work it out: e⁰ = 1, and log 2 stands for 2. A mean, not a sum.")
def test_loss_of_two_rows(student):
    """Probabilities of 1/4 and 1/2 for the true classes make a loss of 3/2 × log 2, and so do
    these two rows taken three times."""
    logits = np.log(np.array([[1, 2, 1], [1, 2, 1]], "float32"))
    targets = np.array([[1, 0, 0], [0, 1, 0]], "float32")
    for times in (1, 3):
        found = call_unchanged(student, "cross_entropy", np.tile(logits, (times, 1)), np.tile(targets, (times, 1)))
        assert_close(found, 1.5 * np.log(2), "the loss", rtol=1e-4)


@criterion("cross_entropy", points=1, hint="Which exponential is infinite, which 0? Each row has its own.")
@pytest.mark.parametrize(
    "logits, loss",
    [
        pytest.param([[1000.0, 0.0, -1000.0]], 0.0, id="1000 for the true class"),
        pytest.param([[-3000.0, 0.0, -3000.0]], 3000.0, id="-3000 for the true class"),
        pytest.param([[1000.0, 1000.0, 0.0]], 0.69314718, id="1000 for two classes"),
        pytest.param([[-200.0, -200.0, -200.0]], 1.09861229, id="-200 for all"),
        pytest.param([[3000.0, 2000.0, 0.0], [-1000.0, -3000.0, -2000.0]], 0.0, id="a row above 0 and one below"),
    ],
)
def test_large_logits(student, logits, loss):
    """Logits of 1000 and -3000 make a loss that is a number."""
    targets = np.array([[1, 0, 0]] * len(logits), "float32")
    found = student.cross_entropy(np.array(logits, "float32"), targets)
    assert_close(found, loss, "the loss", rtol=1e-4, atol=1e-5)


@criterion("slopes", points=1, hint="What does tape.gradient get, and in which order do the gradients come?")
def test_slopes_of_a_bowl(student):
    """The slopes of a bowl are widths × (variables - middles), and the loss is its height."""
    loss, gradients = loss_and_slopes(student.slopes(student.Bowl(MIDDLES, WIDTHS), student.Network.of(TWO_LAYERS)))
    assert_close(loss, BOWL, "the loss")
    assert_each_close(gradients, SLOPES, "the gradients")


@criterion(
    "slopes", points=1, hint="`loss_of` is to be computed inside the `with`, with the network that you are given."
)
def test_slopes_change_nothing(student):
    """Asked twice, the slopes are the same, and the network's variables stay as they are."""
    network, bowl = student.Network.of(TWO_LAYERS), student.Bowl(MIDDLES, WIDTHS)
    for _ in range(2):
        _, gradients = loss_and_slopes(student.slopes(bowl, network))
        assert_each_close(gradients, SLOPES, "the gradients")
    assert_each_close(network.trainable_variables, [part for pair in TWO_LAYERS for part in pair], "the variables")


@criterion("slopes", points=1, hint=GRAPH)
def test_slopes_in_a_graph(student):
    """`slopes` works under tf.function."""
    compiled = student.tf.function(student.slopes)
    loss_and_slopes(compiled(student.Bowl(MIDDLES, WIDTHS), student.Network.of(TWO_LAYERS)))


@criterion("step", points=1, hint="variable.assign_sub(rate * gradient), for each of the variables.")
def test_against_the_slopes(student):
    """A step changes each variable by -rate × its gradient."""
    network = student.Network.of(TWO_LAYERS)
    student.step(network, as_arrays(SLOPES), 0.1)
    assert_each_close(network.trainable_variables, walked(0.1), "the variables")


@criterion("step", points=1, hint="Is it the variable that changes, or does a new tensor take its name?")
def test_goes_on_from_there(student):
    """A second step, with another rate, goes on from where the first one ended."""
    network = student.Network.of(TWO_LAYERS)
    for rate in (0.1, 0.7):
        student.step(network, as_arrays(SLOPES), rate)
    assert_each_close(network.trainable_variables, walked(0.1 + 0.7), "the variables after two steps")


@criterion("step", points=1, hint=GRAPH)
def test_step_in_a_graph(student):
    """`step` works under tf.function, again and again."""
    network, compiled = student.Network.of(TWO_LAYERS), student.tf.function(student.step)
    before = network.trainable_variables
    for _ in range(2):
        compiled(network, as_arrays(SLOPES), 0.1)
    if all(map(np.array_equal, before, network.trainable_variables)):
        raise CriterionFailed("variables that change", "the variables as they were")


@criterion("epoch", points=1, hint="Which loss does each step get, and how many steps are there?")
def test_a_single_batch(student):
    """With one batch of all examples, the weights of a single layer move by -rate × inputsᵀ ×
    (probabilities - targets) / n."""
    logits = EXAMPLES @ np.array(ONE_LAYER[0][0]) + ONE_LAYER[0][1]
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    error = (powers / powers.sum(axis=1, keepdims=True) - TARGETS) / len(EXAMPLES)
    expected = [ONE_LAYER[0][0] - 0.5 * EXAMPLES.T @ error, ONE_LAYER[0][1] - 0.5 * error.sum(axis=0)]

    def judge(_):
        network = student.Network.of(ONE_LAYER)
        call_unchanged(student, "epoch", network, EXAMPLES, TARGETS, rate=0.5, batch_size=7)
        assert_each_close(network.trainable_variables, expected, "the variables")

    assert_apart(student, "epoch", DENSE_STAND_INS, judge)


@criterion("epoch", points=2, hint="7 = 3 + 3 + 1: which examples are in each of the batches?")
@pytest.mark.parametrize(
    "batch_size", [pytest.param(3, id="batches of 3, 3 and 1"), pytest.param(2, id="batches of 2")]
)
def test_batch_after_batch(student, batch_size):
    """Batches are taken in the order of the examples, and the last may be smaller."""
    expected, _ = teach_by_numpy(ONE_LAYER, EXAMPLES, TARGETS, 0.5, batch_size)

    def judge(_):
        network = student.Network.of(ONE_LAYER)
        student.epoch(network, EXAMPLES, TARGETS, rate=0.5, batch_size=batch_size)
        assert_each_close(network.trainable_variables, expected, "the variables")

    assert_apart(student, "epoch", DENSE_STAND_INS, judge)


@criterion("epoch", points=1, hint="The loss of a batch of one counts once, that of a batch of three three times.")
def test_mean_over_the_examples(student):
    """The loss that is returned is the mean over all examples, here four in batches of three."""
    x, targets = EXAMPLES[1:5], TARGETS[1:5]
    _, expected = teach_by_numpy(ONE_LAYER, x, targets, 0.5, 3)

    def judge(_):
        found = student.epoch(student.Network.of(ONE_LAYER), x, targets, rate=0.5, batch_size=3)
        assert_close(found, expected, "epoch(…)", rtol=1e-4)

    assert_apart(student, "epoch", DENSE_STAND_INS, judge)


def assert_float32(found, what):
    """Assert that the numbers are of type float32, which TensorFlow does not convert to."""
    assert_equal(as_array(found, what).dtype.name, "float32", f"the type of {what}")


def loss_and_slopes(found):
    """The loss, and the list of gradients, of what `slopes` returned."""
    loss, gradients = as_tuple(found, "slopes(…)", ("the loss", "the gradients"))
    return as_array(loss, "the loss"), gradients


def assert_each_close(found, expected, what):
    """Assert that several arrays, such as the gradients of a network, are those expected."""
    names = [f"number {number} of {what}" for number in range(1, len(expected) + 1)]
    assert_all_close(found, expected, what, names, rtol=1e-4, atol=1e-5)


def as_arrays(slopes):
    """Gradients as arrays of float32."""
    return [np.array(slope, "float32") for slope in slopes]


def walked(rate):
    """The variables of TWO_LAYERS after steps whose rates add up to this one, along SLOPES."""
    flat = [np.array(part) for pair in TWO_LAYERS for part in pair]
    return [part - rate * np.array(slope) for part, slope in zip(flat, SLOPES, strict=True)]
