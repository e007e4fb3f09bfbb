"""The public criteria of `deep_image`: small examples that can be worked out on paper."""

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
)

LOG2, LOG3 = math.log(2), math.log(3)
PAIR, SLOPES = ("weights", "biases"), ("d_weights", "d_biases")
# Two pictures of 1 × 2 pixels with two channels.
PARTS = "the parameters, all in one row,"
PICTURES = np.array([[[[0, 255], [30, 100]]], [[[7, 128], [254, 51]]]], "uint8")


@criterion("with_negatives", points=1, hint="First all prints, then all negatives: what becomes of 0, of 255, of 30?")
def test_prints_then_negatives(student):
    """Two prints are followed by their two negatives."""
    found = call_unchanged(student, "with_negatives", PICTURES, np.array([[1], [0]]))
    pictures = as_array(as_tuple(found, "with_negatives(...)", ("pictures", "labels"))[0], "the pictures")
    expected = np.array([[0, 255, 30, 100], [7, 128, 254, 51], [255, 0, 225, 155], [248, 127, 1, 204]], float)
    assert_close(pictures.astype(float), expected.reshape(4, 1, 2, 2), "the pictures")


@criterion("with_negatives", points=1, hint="The third picture is the negative of the first: what is its label?")
def test_each_label_twice(student):
    """The labels 1, 0 become 1, 0, 1, 0, in a column."""
    found = student.with_negatives(PICTURES, np.array([[1], [0]]))
    labels = as_array(as_tuple(found, "with_negatives(...)", ("pictures", "labels"))[1], "the labels")
    assert_close(labels.astype(float), np.array([[1.0], [0.0], [1.0], [0.0]]), "the labels")


@criterion("prepare", points=1, hint="Try by hand what becomes of 0, of 255, and of what lies between.")
def test_numbers_around_zero(student):
    """51 becomes -0.6, 102 becomes -0.2, and 204 becomes 0.6, whatever else is in the pictures."""
    found = student.prepare(np.array([51, 204, 102], "uint8").reshape(1, 1, 1, 3))
    assert_close(np.sort(as_array(found, "the row").ravel()), np.array([-0.6, -0.2, 0.6]), "the row, sorted", rtol=1e-3)


@criterion("prepare", points=1, hint="Which axis is that of the pictures, and must stay as it is?")
def test_a_row_for_each_picture(student):
    """Each picture becomes one row, which has its numbers in their order."""
    found = as_array(student.prepare(PICTURES), "the rows")
    assert_shape(found, (2, 4), "the rows")
    for number, (row, picture) in enumerate(zip(found, PICTURES, strict=True), start=1):
        # Whatever they were scaled to, larger numbers must stay larger.
        if (np.argsort(row) != np.argsort(picture.ravel())).any():
            raise CriterionFailed(
                f"row {number} to have the numbers of picture {number} in their order", "another order"
            )


@criterion("initialise", points=1, hint="For sizes [3, 5, 2] there are two layers: what goes into the second?")
def test_shapes_of_all_layers(student):
    """There is a pair of weights and biases for each layer, with the right shapes."""
    for sizes in ([3, 5, 2], [4, 1], [2, 6, 3, 5, 1]):
        for number, (weights, biases) in enumerate(layers(student.initialise(sizes, 0), len(sizes) - 1, "initialise")):
            assert_shape(weights, tuple(sizes[number : number + 2]), f"the weights of layer {number + 1}")
            assert_shape(biases, (sizes[number + 1],), f"the biases of layer {number + 1}")


@criterion("initialise", points=1, hint="The deviation follows from how many numbers go into this layer; biases are 0.")
def test_how_far_weights_scatter(student):
    """The weights are different numbers from a normal distribution around 0, with the right
    deviation in each layer; the biases are 0."""
    sizes = [800, 50, 80]
    for number, (weights, biases) in enumerate(layers(student.initialise(sizes, 5), 2, "initialise")):
        what, deviation = f"the weights of layer {number + 1}", math.sqrt(2 / sizes[number])
        weights = as_array(weights, what).astype(float)
        # Of 4000 numbers, each of the three strays by less than 0.016 of the deviation.
        assert_between(weights.mean() / deviation, -0.08, 0.08, f"the mean of {what}, in deviations,")
        assert_between(weights.std(), 0.94 * deviation, 1.06 * deviation, f"the deviation of {what}")
        share = float(np.mean(np.abs(weights) < deviation))
        assert_between(share, 0.645, 0.72, f"the share of {what} within one deviation, 68 % if normal,")
        if len(np.unique(weights)) < 0.9 * sizes[number] * sizes[number + 1]:
            raise CriterionFailed(f"{what} to be different numbers", "many that are the same")
        assert_between(biases, 0, 0, f"the biases of layer {number + 1}")


@criterion("initialise", points=1, hint="Where does the generator get the seed? One generator draws for all layers.")
def test_the_seed_decides(student):
    """The same seed draws the same weights, and another seed draws others."""
    first, again, other = (
        as_array(layers(student.initialise([6, 4, 1], seed), 2, "initialise")[0][0], "the weights")
        for seed in (3, 3, 13)
    )
    if not np.array_equal(first, again):
        raise CriterionFailed("the same weights for the same seed", "others")
    if np.isclose(first, other).any():
        raise CriterionFailed("other weights for another seed", "some that are the same")


@criterion("initialise", points=1, hint="Does each layer begin a generator of its own? One draws for all of them.")
def test_layers_are_unlike(student):
    """Layers of the same size get weights of their own."""
    found = layers(student.initialise([4, 4, 4, 1], 11), 3, "initialise")
    first, second = (as_array(weights, "the weights").astype(float) for weights, _ in found[:2])
    assert_shape(first, (4, 4), "the weights of layer 1")
    assert_shape(second, (4, 4), "the weights of layer 2")
    if np.isclose(first, second).any():
        raise CriterionFailed("other weights in the second layer than in the first", "some that are the same")


@criterion("forward", points=1, hint="The only layer is also the last: which activation has it? Can it be infinite?")
def test_one_layer(student):
    """A single layer puts out 0.75, 1/3 and, for a score of hundreds, 1, after the rows
    themselves."""
    x = np.array([[1.0, 0.0], [0.0, 1.0], [800.0, 0.0]])
    found = forward(student, [(np.array([[LOG3], [-LOG2]]), np.zeros(1))], x)
    assert_close(found[0], x, "outputs[0]")
    assert_close(found[1], np.array([[0.75], [1 / 3], [1.0]]), "outputs[1]")


@criterion("forward", points=1, hint="ReLU in all layers but the last; and where do the biases come in?")
def test_three_layers(student):
    """In a network of three layers, the first two have the ReLU and the last has the sigmoid."""
    weights, biases = (3.0, -2.0, LOG2), (-1.0, 5.0, -2 * LOG2)
    parameters = [(np.array([[weight]]), np.array([bias])) for weight, bias in zip(weights, biases, strict=True)]
    found = forward(student, parameters, np.array([[1.0], [-1.0]]))
    for number, expected in enumerate(([1.0, -1.0], [2.0, 0.0], [1.0, 5.0], [1 / 3, 8 / 9])):
        assert_close(found[number], np.array(expected)[:, None], f"outputs[{number}]")


@criterion("backward", points=1, hint="Errors are probability minus label, divided by the number of examples.")
def test_slopes_of_one_layer(student):
    """For a single layer and two examples, the slopes are those on paper."""
    outputs = [np.array([[4.0, -8.0, 2.0], [10.0, 2.0, 0.0]]), np.array([[0.25], [0.5]])]
    found = backward(student, [(np.ones((3, 1)), np.zeros(1))], outputs, [1, 0])
    # The errors are -0.375 and 0.25.
    assert_pair(found[0], [[1.0], [3.5], [-0.75]], [-0.125], 1)


# Two layers, and one example that is a cat and got 0.75; its second hidden neuron was silent.
TWO = [(np.array([[1.0, -1.0], [2.0, -3.0]]), np.zeros(2)), (np.array([[LOG3 / 4], [5.0]]), np.zeros(1))]
TWO_OUTPUTS = [np.array([[2.0, 1.0]]), np.array([[4.0, 0.0]]), np.array([[0.75]])]


@criterion("backward", points=1, hint="The last layer's input is the output of the layer before.")
def test_slopes_of_the_last_of_two(student):
    """For two layers, the slopes of the last layer are those on paper, and come second."""
    assert_pair(backward(student, TWO, TWO_OUTPUTS, [1])[1], [[-1.0], [0.0]], [-0.25], 2)


@criterion(
    "backward", points=2, hint="Back through the weights of the last layer, and only where the ReLU was above zero."
)
def test_slopes_of_the_first_of_two(student):
    """For two layers, the slopes of the first layer are those on paper: nothing passes through a
    neuron that was silent."""
    error = -0.25 * LOG3 / 4
    found = backward(student, TWO, TWO_OUTPUTS, [1])[0]
    assert_pair(found, [[2 * error, 0.0], [error, 0.0]], [error, 0.0], 1)


@criterion("predict", points=1, hint="Compare the last output with 0.5. One answer for each row, in a column.")
def test_cats_are_ones(student):
    """Where the probability is above 0.5, the answer is 1, and where it is below, 0."""
    rows = np.array([[9.0, 2.0], [-1.0, 1.0], [0.3, 1.0], [1.0, 1.5]])
    assert_answers(student, [[1.0], [-0.5]], 0.0, rows, [[1.0], [0.0], [0.0], [1.0]])


@criterion("predict", points=1, hint="At least 0.5: what about 0.5 itself?")
def test_as_probable_as_not(student):
    """Where the probability is exactly 0.5, the answer is 1; just below, it is 0."""
    for bias, answer in ((0.0, 1.0), (-1e-4, 0.0)):
        assert_answers(student, [[0.0], [0.0]], bias, np.array([[3.0, 1.0], [0.0, -2.0]]), [[answer], [answer]])


ROWS, LABELS = np.array([[2.0, -4.0], [6.0, 2.0], [0.0, 2.0], [4.0, 2.0]]), np.array([[1], [0], [0], [0]])
NETWORK = [
    (np.array([[0.9, -0.4, 0.3], [-1.1, 0.7, 0.2]]), np.array([0.1, -0.2, 0.4])),
    (np.array([[0.8], [-1.3], [0.5]]), np.array([0.3])),
]


@criterion("train", points=1, hint="Against the slope: minus rate × slope, for weights and biases. Count at least 0.5.")
def test_one_step_on_paper(student):
    """One step of a single layer, which begins with three wrong answers, ends where it does on
    paper."""
    # All probabilities are 0.5, so the errors are -0.125, 0.125, 0.125 and 0.125.
    start = [(np.zeros((2, 1)), np.zeros(1))]
    assert_walk(student, start, (ROWS, LABELS, 0.4, 1), end=[-0.4, -0.5, -0.1], wrong=[3.0])


@criterion("train", points=1, hint="Each step begins where the last one has ended, and moves all layers.")
def test_learns_what_no_neuron_can(student):
    """From given parameters, a hidden layer learns that pictures and their negatives are of one
    kind; how many are wrong falls from 4 to 0."""
    start = [
        (np.array([[0.9, -0.7, 0.4, -0.2], [0.3, 0.2, -0.8, 0.6]]), np.zeros(4)),
        (np.array([[-0.5], [-0.2], [0.3], [0.6]]), np.zeros(1)),
    ]
    x, labels = np.array([[2.0, 0.5], [-2.0, -0.5], [0.5, 2.0], [-0.5, -2.0]]), np.array([[1], [1], [0], [0]])
    assert_walk(student, start, (x, labels, 0.5, 60), wrong=[4, 3, 1, 0], places=[0, 1, 10, 59])


@criterion("train", points=1, hint="Count for each step, before it is taken; a new list, with new arrays in it.")
def test_a_count_for_each_step(student):
    """There is one count for each step, and the parameters that were given stay as they were."""
    start = [(np.array([[-0.5], [0.25]]), np.array([0.1]))]
    assert_walk(student, start, (ROWS, LABELS, 0.4, 7), wrong=[2, 0, 0, 0, 0, 0, 0])


CAREFUL = [1.752596, -0.384318, 1.252576, -0.663814, 1.163209, 1.092641]
CAREFUL += [-0.534375, 0.133722, -1.062372, -1.583897, -1.584422, 1.957999, 0.807669]
WIDE = [2.165051, -0.938405, 3.646939, -7.267268, 5.06549, 0.5079]
WIDE += [-8.918272, 0.161571, -6.518685, 1.68998, -3.487137, 1.549428, -0.948399]


@criterion(
    "train",
    points=1,
    hint="All rows in every step, the rate that is given, and as many steps as are asked for, whatever the counts do.",
)
@pytest.mark.parametrize(
    "rate, steps, end, wrong",
    [
        pytest.param(0.3, 150, CAREFUL, [24, 28, 8], id="150 careful steps"),
        pytest.param(6.0, 5, WIDE, [24, 20, 30], id="five steps so wide that more and more answers are wrong"),
    ],
)
def test_a_walk_with_sixty_rows(student, rate, steps, end, wrong):
    """A long walk with small steps, and a short one with wide steps, end where they should."""
    draw = np.random.default_rng(3)
    x = draw.normal(size=(60, 2)) * [1.0, 2.0]
    labels = (x[:, :1] * x[:, 1:] + 0.5 * draw.normal(size=(60, 1)) > 0.3).astype("int64")
    assert_walk(student, NETWORK, (x, labels, rate, steps), end, wrong, places=[0, 3, steps - 1])


@criterion("balanced_share", points=1, hint="The share of the cats, the share of the rest, and the mean of both.")
def test_one_cat_among_five(student):
    """With one cat among five pictures, and right answers for the cat and one other, the share is
    0.625."""
    found = student.balanced_share(np.array([[1], [0], [1], [1], [1]]), np.array([[1], [0], [0], [0], [0]]))
    assert_close(as_array(found, "the share"), np.array(0.625), "the share", rtol=1e-4)


@criterion("balanced_share", points=1, hint="Which share of the cats is right if one always says “no cat”?")
def test_always_the_same(student):
    """Always the same answer is worth 0.5."""
    labels = np.array([[0], [1], [0], [0], [0], [1]])
    for said in (0, 1):
        found = as_array(student.balanced_share(np.full((6, 1), said), labels), "the share")
        assert_close(found, np.array(0.5), "the share", rtol=1e-4)


@criterion("learned", points=1, hint="Do both curves fall to nearly 0? Run the cell of the 400 steps again.")
def test_both_know_the_box(student, thresholds, credit):
    """The networks of two and of four layers are right about the prints and negatives in the
    box."""
    credit.within(min(known(student, "shallow", 2), known(student, "deep", 4)), thresholds, "known")


def layers(found, count, function):
    """The pairs of a list that a function of the student's returned, one for each layer."""
    what = f"{function}(...)"
    pairs = as_tuple(found, what, [f"the pair of layer {number}" for number in range(1, count + 1)])
    names = SLOPES if function == "backward" else PAIR
    return [as_tuple(pair, f"{what}[{number}]", names) for number, pair in enumerate(pairs)]


def forward(student, parameters, x):
    """The list that `forward` returned."""
    names = [f"outputs[{number}]" for number in range(len(parameters) + 1)]
    return as_tuple(student.forward(parameters, x), "forward(...)", names)


def backward(student, parameters, outputs, labels):
    """The pairs that `backward` returned."""
    found = student.backward(parameters, outputs, np.array(labels)[:, None])
    return layers(found, len(parameters), "backward")


def odd_forward(parameters, x):
    """What stands in for `forward` in `train`: no layers, but it depends on all it is given."""
    import numpy

    outputs = [x]
    for weights, biases in parameters:
        outputs.append(numpy.cos(outputs[-1] @ weights - 2 * biases))
    return outputs


def odd_backward(parameters, outputs, labels):
    """What stands in for `backward` in `train`: no slopes."""
    found = []
    for (weights, biases), before, after in zip(parameters, outputs, outputs[1:], strict=False):
        waves = (after - labels) ** 3 / len(labels)
        found.append((before.T @ waves + 0.1 * weights, waves.sum(axis=0) + 0.1 * biases))
    return found


def odd_predict(parameters, x):
    """What stands in for `predict` in `train`."""
    import numpy

    for weights, biases in parameters:
        x = numpy.cos(x @ weights - 2 * biases)
    return (x > 0.4999999) * 1


# With these in place of the student's, a fault in one of the student's costs nothing in `train`.
OTHERS = {"forward": odd_forward, "backward": odd_backward, "predict": odd_predict}


def walk_of_others(parameters, x, labels, rate, steps):
    """The numbers and the counts of a walk with the functions that stand in."""
    wrong = []
    for _ in range(steps):
        wrong.append(np.sum(odd_predict(parameters, x) != labels))
        slopes = odd_backward(parameters, odd_forward(parameters, x), labels)
        parameters = [
            tuple(part - rate * slope for part, slope in zip(*pairs, strict=True))
            for pairs in zip(parameters, slopes, strict=True)
        ]
    return np.concatenate([np.ravel(part) for pair in parameters for part in pair]), np.array(wrong)


def assert_walk(student, start, given, end=None, wrong=None, places=...):
    """Assert that `train` ends with the numbers `end`, and has such counts at these places."""
    x, labels, rate, steps = given

    def judge(others):
        ended, counts = end, wrong
        if others:
            ended, counts = walk_of_others(start, *given)
            counts = counts[places]
        found = call_unchanged(student, "train", start, x, labels, rate=rate, steps=steps)
        found, found_counts = as_tuple(found, "train(...)", ("parameters", "wrong"))
        if wrong is not None:
            found_counts = np.ravel(as_array(found_counts, "wrong")).astype(float)
            assert_shape(found_counts, (steps,), "wrong")
            assert_close(found_counts[places], np.array(counts, float), "wrong")
        if end is not None:
            parts = [as_array(part, "train(...)[0]") for pair in layers(found, len(start), "train") for part in pair]
            assert_close(np.concatenate([np.ravel(part) for part in parts]), np.array(ended), PARTS, rtol=1e-4)

    assert_apart(student, "train", OTHERS, judge)


def forward_of_one_layer(parameters, x):
    """What stands in for `forward` in `predict`: right probabilities of a single layer."""
    import numpy

    return [x, 0.5 + 0.5 * numpy.tanh((x @ parameters[0][0] + parameters[0][1]) / 2)]


def assert_answers(student, weights, bias, x, expected):
    """Assert that `predict` gives the expected answers for a single layer."""

    def judge(_):
        found = as_array(student.predict([(np.array(weights), np.array([bias]))], x), "the answers")
        assert_close(found.astype(float), np.array(expected), "the answers")

    assert_apart(student, "predict", {"forward": forward_of_one_layer}, judge)


def assert_pair(found, first, second, number):
    """Assert that this is a layer's pair of arrays for weights and biases."""
    assert_close(found[0], np.array(first), f"those for the weights of layer {number}")
    assert_close(found[1], np.array(second), f"those for the biases of layer {number}")


def known(student, name, depth):
    """The share of the pictures in the box that a network of the notebook is right about."""
    photographs, labels = datasets.load("cats")
    pictures = np.rint(photographs.reshape(-1, 16, 4, 16, 4, 3).mean(axis=(2, 4))).reshape(-1, 768)
    x = np.concatenate([pictures, 255 - pictures]) / 127.5 - 1
    for number, (weights, biases) in enumerate(layers(getattr(student, name), depth, "train")):
        x = np.clip(x, 0, None) if number else x
        weights, biases = as_array(weights, "weights").astype(float), as_array(biases, "biases").astype(float).ravel()
        assert_shape(weights, (x.shape[1], len(biases)), f"the weights of a layer of `{name}`")
        x = x @ weights + biases
    assert_shape(x, (2 * len(labels), 1), f"what `{name}` puts out")
    return np.mean((x[:, 0] >= 0) == np.concatenate([labels, labels]))
