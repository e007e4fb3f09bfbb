"""The public criteria of `regularise`: penalties on paper, and what can be seen of a dropout."""

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    as_array,
    as_tuple,
    assert_apart,
    assert_between,
    assert_choices,
    assert_close,
    assert_shape,
    criterion,
    datasets,
)

PARAMETERS = [
    (np.array([[1.0, -2.0, 0.5], [3.0, 0.0, -1.5]]), np.array([4.0, -5.0, 6.0])),
    (np.array([[-1.0], [2.0], [0.5]]), np.array([7.0])),
]
FREE = [(weights, 0 * biases) for weights, biases in PARAMETERS]
QUESTIONS = {"silent": "abc", "both": "abc", "strict": "abc"}


@criterion(
    "l2_penalty",
    points=1,
    hint="Square each weight, add up over both layers: 16.5 and 5.25. What comes before the sum?",
)
def test_a_penalty_on_paper(student):
    """Squares that add up to 21.75 cost 21.75 × 0.8 / 20 with a strength of 0.8 and ten points."""
    found = as_array(student.l2_penalty(FREE, 0.8, 10), "the penalty")
    assert_close(found, np.array(0.87), "the penalty")


@criterion("l2_penalty", points=1, hint="Each pair of the list is weights and biases. Which of them cost something?")
def test_biases_cost_nothing(student):
    """Where all weights are 0, biases of any size cost nothing."""
    found = student.l2_penalty([(0 * weights, biases) for weights, biases in PARAMETERS], 0.8, 10)
    assert_close(as_array(found, "the penalty"), np.array(0.0), "the penalty")


@criterion(
    "l2_slopes",
    points=1,
    hint="Of a sum of squares, one contains w. What is the slope of w², and what of the 2 below the fraction bar?",
)
def test_slopes_on_paper(student):
    """With a strength of 0.8 and ten points, the slope of a weight is 0.08 times the weight."""
    for number, (found, (weights, _)) in enumerate(zip(slopes_of(student), PARAMETERS, strict=True), start=1):
        assert_close(found[0], 0.08 * weights, f"the slopes of the weights of layer {number}")


@criterion(
    "l2_slopes",
    points=1,
    hint="The penalty does not change if a bias does, and its slopes have the shape of the biases.",
)
def test_biases_have_no_slope(student):
    """The slopes of all biases are 0, in arrays of the shape of the biases."""
    for number, (found, (_, biases)) in enumerate(zip(slopes_of(student), PARAMETERS, strict=True), start=1):
        assert_close(found[1], 0 * biases, f"the slopes of the biases of layer {number}")


@criterion("dropout", points=1, hint="A number is either 0 or divided by keep; nothing else.")
def test_dropped_or_divided(student):
    """Each number that comes out is 0, or what went in divided by `keep`."""
    values = np.array([[2.0, -3.0, 0.5, 7.0, -1.0]] * 40)
    for keep in (0.8, 0.4):
        assert_dropped_or_divided(dropped(student, values, keep)[0], values, keep)


@criterion("dropout", points=1, hint="`keep` is the probability of being kept, not of being dropped.")
@pytest.mark.parametrize("keep", [0.9, 0.35, 1.0])
def test_as_many_as_asked_for(student, keep):
    """About the share `keep` of the numbers is kept."""
    kept = np.mean(dropped(student, np.full((20_000, 1), 3.0), keep)[0] != 0)
    # Of 20,000 numbers, the share strays by 0.0035: this much is met once in a billion times.
    assert_between(kept, keep - 0.022, keep + 0.022, f"with keep = {keep}, the share that is kept")


@criterion("dropout", points=1, hint="If `training` is False, nobody is missing, and nothing is divided.")
def test_off_when_asked(student):
    """When the network is asked and does not learn, the values come out as they went in."""
    values = np.array([[2.0, -3.0, 0.5, 7.0, -1.0]] * 20)
    found = as_tuple(student.dropout(values, 0.4, False), "dropout(...)", ("values", "mask"))[0]
    assert_close(found, values, "the values")


@criterion("dropout", points=1, hint="Anew at each call, for each number: is a seed set, or a certain number kept?")
def test_anew_at_each_call(student):
    """Each call drops other numbers, and not always equally many."""
    calls = [dropped(student, np.ones((30, 30)), 0.5)[0] != 0 for _ in range(7)]
    if len({kept.tobytes() for kept in calls}) < len(calls):
        raise CriterionFailed("other numbers to be dropped at each call", "the same ones")
    # Two calls keep equally many of 900 in one of 53 cases, seven do so in one of 20 billion.
    if len({kept.sum() for kept in calls}) == 1:
        raise CriterionFailed("each number to be kept by chance, whatever becomes of the others", "always equally many")


@criterion("dropout", points=1, hint="Draw one random number for each value: what is the shape of what you draw?")
def test_each_number_on_its_own(student):
    """Numbers are dropped one by one, not by whole rows or columns."""
    kept = dropped(student, np.ones((150, 150)), 0.5)[0] != 0
    for axis, name in ((0, "columns"), (1, "rows")):
        # A row of 150 numbers keeps a half, give or take 4 %.
        if np.std(kept.mean(axis=axis)) > 0.15:
            raise CriterionFailed("each number to be dropped on its own", f"{name} that are dropped as a whole")


@criterion("dropout_backward", points=1, hint="Use the mask that dropout returned; a new one drops other numbers.")
def test_no_slope_where_dropped(student):
    """Where a number was dropped, its slope is 0; where it was kept, it is not."""
    kept, found = there_and_back(student, 0.5)
    wrong = np.argwhere((found != 0) != kept)
    if len(wrong):
        index = tuple(int(i) for i in wrong[0])
        slope, was = ("other than 0", "kept") if kept[index] else ("of 0", "dropped")
        raise CriterionFailed(f"a slope {slope} at {list(index)}, which was {was}", f"{found[index]:.6g}")


@criterion(
    "dropout_backward", points=1, hint="A number that is kept is divided by keep. How fast does x / keep grow with x?"
)
@pytest.mark.parametrize("keep", [0.8, 0.4])
def test_slopes_where_kept(student, keep):
    """Where a number was kept, the slope is divided by `keep`, even if the number was 0."""
    kept, found = there_and_back(student, keep)
    # Slopes of numbers that were dropped are judged by another criterion.
    assert_close(
        found[kept & (found != 0)], (SLOPES / keep)[kept & (found != 0)], "the slopes of numbers that were kept"
    )
    assert_between(np.mean(found != 0), 0.01, 1, "the share of slopes that are not 0")
    _, mask = dropped(student, np.zeros(4000), keep)
    back = as_array(student.dropout_backward(np.ones(4000), mask, keep), "the slopes")
    # Of 4,000 numbers, the share that is kept strays by 0.008.
    assert_between(
        np.mean(back != 0), keep - 0.06, keep + 0.06, "where all values are 0, the share of slopes that are not"
    )


@criterion("forward", points=1, hint="Without dropout it is the network of plain_forward: ReLU, ReLU, …, sigmoid.")
def test_asked_without_gaps(student):
    """Where it is asked and does not learn, the network says what it says without dropout."""
    x = points(6, 2)

    def judge(_):
        outputs, _ = sent(student, NETWORK, x, 0.5, False)
        for number, (found, expected) in enumerate(zip(outputs, plain(NETWORK, x), strict=True), start=1):
            assert_close(found, expected, f"what comes out of layer {number}")

    assert_apart(student, "forward", {"dropout": every_second}, judge)


@criterion(
    "forward",
    points=1,
    hint="Dropout behind the ReLU of each hidden layer; and the next layer gets what is left.",
)
def test_gaps_behind_each_hidden_layer(student):
    """While it learns, what comes out of each hidden layer is 0 or divided by `keep`, and the next
    layer works with that."""
    x = points(50, 2)
    assert_apart(
        student,
        "forward",
        {"dropout": every_second},
        lambda _: assert_gaps(sent(student, NETWORK, x, 0.5, True)[0], NETWORK, x, 0.5),
    )


@criterion("forward", points=1, hint="The last neuron gives the answer; nothing is dropped behind it.")
def test_no_gaps_at_the_end(student):
    """While it learns, the last layer's answer to what the hidden layer has left is a plain
    sigmoid."""
    outputs, _ = sent(student, NETWORK, points(50, 2), 0.5, True)
    assert_shape(outputs[-2], (50, 20), "what comes out of the last hidden layer")
    assert_answer(outputs[-1], outputs[-2], *NETWORK[-1])


@criterion(
    "forward",
    points=1,
    needs="no_slope_where_dropped",
    hint="One mask for each hidden layer, in order: those that dropout returned.",
)
def test_masks_belong_to_their_layers(student):
    """With the mask of each hidden layer, `dropout_backward` finds the numbers that it has
    dropped."""
    x = points(50, 2)
    outputs, masks = sent(student, NETWORK, x, 0.5, True)
    if len(masks) != len(NETWORK) - 1:
        raise CriterionFailed(f"{len(NETWORK) - 1} masks, one for each hidden layer", f"{len(masks)}")
    for number, whole in enumerate(list_wholes(outputs, NETWORK, x), start=1):
        back = as_array(student.dropout_backward(np.ones((50, (30, 20)[number - 1])), masks[number - 1], 0.5), "slopes")
        if not np.array_equal((back != 0)[whole > 0], (outputs[number - 1] != 0)[whole > 0]):
            raise CriterionFailed(
                f"the mask of layer {number} to say which of its numbers were dropped", "another mask"
            )


@criterion("held_out", points=1, hint="Look at the table: is L2 better than plain on the points put aside?")
def test_l2_on_points_put_aside(student, thresholds, credit):
    """The five networks that learned with your L2 are right about the points put aside."""
    credit.within(share_right(student.l2_networks), thresholds, "aside")


@criterion("held_out", points=1, hint="Look at the table: is dropout better than plain on the points put aside?")
def test_dropout_on_points_put_aside(student, thresholds, credit):
    """The five networks that learned with your dropout are right about the points put aside."""
    credit.within(share_right(student.dropout_networks), thresholds, "aside")


@criterion("answers", points=0, hint='`answers` has one of the letters for each question, such as "a".')
def test_every_question_has_an_answer(student):
    """Every question has one of its choices."""
    assert_choices(student.answers, QUESTIONS)


SLOPES = np.random.default_rng(31).uniform(0.5, 3, (40, 25)) * np.array([1, -1] * 12 + [1])
NETWORK = [
    (np.random.default_rng(seed).normal(0, 0.7, shape), np.random.default_rng(seed + 9).normal(0.2, 0.4, shape[1]))
    for seed, shape in ((41, (2, 30)), (42, (30, 20)), (43, (20, 1)))
]


def points(count, inputs):
    """Points around the origin."""
    return np.random.default_rng([count, inputs]).normal(0, 1, (count, inputs))


def every_second(values, keep, training):
    """Stand in for `dropout`: keep every second number."""
    import numpy as np

    kept = np.arange(values.size).reshape(values.shape) % 2 == 0
    return (np.where(kept, values / keep, 0), kept) if training else (values, None)


def plain(parameters, x):
    """What comes out of each layer without dropout."""
    outputs = []
    for weights, biases in parameters[:-1]:
        x = np.maximum(x @ weights + biases, 0)
        outputs.append(x)
    weights, biases = parameters[-1]
    return [*outputs, 0.5 + 0.5 * np.tanh((x @ weights + biases) / 2)]


def slopes_of(student):
    """The pairs of slopes that `l2_slopes` returned."""
    found = as_tuple(student.l2_slopes(PARAMETERS, 0.8, 10), "l2_slopes(...)", ("layer 1", "layer 2"))
    return [as_tuple(pair, "the slopes of a layer", ("weights", "biases")) for pair in found]


def dropped(student, values, keep):
    """What `dropout` returned while learning: the values, of the right shape, and the mask."""
    found, mask = as_tuple(student.dropout(values, keep, True), "dropout(...)", ("values", "mask"))
    assert_shape(found, values.shape, "the values that come out")
    return as_array(found, "the values that come out"), mask


def assert_dropped_or_divided(found, values, keep, what="the values that come out"):
    """Assert that each number is 0, or the value divided by `keep`."""
    assert_close(found, np.where(found == 0, 0, values / keep), what)


def list_wholes(outputs, parameters, x):
    """What the ReLU of each hidden layer has made of what the layer before it has left."""
    wholes = []
    for left, (weights, biases) in zip(outputs[:-1], parameters[:-1], strict=True):
        wholes.append(np.maximum(x @ weights + biases, 0))
        assert_shape(left, wholes[-1].shape, f"what comes out of layer {len(wholes)}")
        x = left
    return wholes


def assert_gaps(outputs, parameters, x, keep):
    """Assert that some of what comes out of each hidden layer is 0, and the rest is divided by
    `keep`."""
    for number, whole in enumerate(list_wholes(outputs, parameters, x), start=1):
        left, name = outputs[number - 1], f"what comes out of layer {number}"
        assert_dropped_or_divided(left, whole, keep, name)
        assert_between(np.mean(left[whole > 0] != 0), 0.1, 0.9, f"of {name}, the share that is kept")


def assert_answer(found, left, weights, biases):
    """Assert that the probabilities are a plain sigmoid of what the last hidden layer has left."""
    assert_close(found, 0.5 + 0.5 * np.tanh((left @ weights + biases) / 2), "the probabilities", rtol=1e-5)


def there_and_back(student, keep):
    """Which numbers `dropout` has kept, and what `dropout_backward` makes of SLOPES with its
    mask."""
    out, mask = dropped(student, -2.0 * np.sign(SLOPES), keep)
    found = as_array(student.dropout_backward(SLOPES, mask, keep), "the slopes")
    assert_shape(found, SLOPES.shape, "the slopes")
    return out != 0, found


def sent(student, parameters, x, keep, training):
    """What `forward` returned: the outputs as arrays, one for each layer, and the masks."""
    found = student.forward(parameters, x, keep, training)
    outputs, masks = as_tuple(found, "forward(...)", ("outputs", "masks"))
    names = [f"layer {number}" for number in range(1, len(parameters) + 1)]
    return [as_array(output, "what comes out") for output in as_tuple(outputs, "outputs", names)], masks


def share_right(networks):
    """The mean share of the points put aside that five networks get right."""
    x, labels = datasets.load("diagonal")
    x, labels = x[1::2], labels[1::2]
    found = as_tuple(networks, "the networks", [f"network {number}" for number in range(1, 6)])
    return np.mean([np.mean(says_blue(parameters, x) == labels) for parameters in found])


def says_blue(parameters, x):
    """Whether a network of the notebook's shape makes each point blue."""
    layers = [as_tuple(layer, "a layer", ("weights", "biases")) for layer in as_tuple(parameters, "a network", "123")]
    for (weights, biases), shape in zip(layers, ((2, 64), (64, 16), (16, 1)), strict=True):
        assert_shape(weights, shape, "the weights of a layer")
        assert_shape(biases, shape[1:], "the biases of a layer")
    return plain(layers, x)[-1][:, 0] >= 0.5
