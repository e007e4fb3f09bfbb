"""The public criteria of `deep_image`: small examples that can be worked out on paper."""

import math

import numpy as np

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
)

LOG2, LOG3 = math.log(2), math.log(3)
PAIR, SLOPES = ("weights", "biases"), ("d_weights", "d_biases")
# Two pictures of 1 × 2 pixels with two channels.
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
    """The weights are different numbers around 0, with the right deviation in each layer; the
    biases are 0."""
    sizes = [800, 50, 30]
    for number, (weights, biases) in enumerate(layers(student.initialise(sizes, 5), 2, "initialise")):
        what, deviation = f"the weights of layer {number + 1}", math.sqrt(2 / sizes[number])
        weights = as_array(weights, what).astype(float)
        # Of 1500 numbers, mean and deviation stray by 0.026 and 0.018 of the deviation.
        assert_between(weights.mean() / deviation, -0.2, 0.2, f"the mean of {what}, in deviations,")
        assert_between(weights.std(), 0.88 * deviation, 1.12 * deviation, f"the deviation of {what}")
        if len(np.unique(weights)) < 0.9 * sizes[number] * sizes[number + 1]:
            raise CriterionFailed(f"{what} to be different numbers", "many that are the same")
        assert_between(biases, 0, 0, f"the biases of layer {number + 1}")


@criterion("initialise", points=1, hint="Where does the generator get the seed? One generator draws for all layers.")
def test_the_seed_decides(student):
    """The same seed draws the same weights, and another seed draws others."""
    first, again, other = (
        as_array(layers(student.initialise([6, 4, 1], seed), 2, "initialise")[0][0], "the weights")
        for seed in (3, 3, 4)
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


@criterion("forward", points=1, hint="The only layer is also the last: which activation has it?")
def test_one_layer(student):
    """A single layer puts out 0.75 and 1/3, after the rows themselves."""
    found = forward(student, [(np.array([[LOG3], [-LOG2]]), np.zeros(1))], np.eye(2))
    assert_close(found[0], np.eye(2), "outputs[0]")
    assert_close(found[1], np.array([[0.75], [1 / 3]]), "outputs[1]")


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


@criterion("predict", points=1, hint="At least 0.5: what about 0.5 itself? One answer for each row, in a column.")
def test_cats_are_ones(student):
    """Where the probability is above 0.5, or is 0.5, the answer is 1, and where it is below, 0."""
    parameters = [(np.array([[1.0], [-0.5]]), np.zeros(1))]
    found = student.predict(parameters, np.array([[9.0, 2.0], [-1.0, 1.0], [0.0, 0.0], [0.3, 1.0], [1.0, 1.5]]))
    assert_close(
        as_array(found, "the answers").astype(float), np.array([[1.0], [0.0], [1.0], [0.0], [1.0]]), "the answers"
    )


ROWS, LABELS = np.array([[2.0, -4.0], [6.0, 2.0], [0.0, 2.0], [4.0, 2.0]]), np.array([[1], [0], [0], [0]])


@criterion(
    "train",
    points=1,
    needs="slopes_of_one_layer",
    hint="Against the slope: minus rate × slope, for weights and biases.",
)
def test_one_step_on_paper(student):
    """One step of a single layer, which begins with three wrong answers, ends where it does on
    paper."""
    # All probabilities are 0.5, so the errors are -0.125, 0.125, 0.125 and 0.125.
    ended, wrong = walk(student, [(np.zeros((2, 1)), np.zeros(1))], ROWS, LABELS, 0.4, 1)
    assert_pair(ended[0], [[-0.4], [-0.5]], [-0.1], 1)
    assert_close(wrong, np.array([3.0]), "wrong")


@criterion("train", points=1, needs="slopes_of_the_first_of_two", hint="Each step begins where the last one has ended.")
def test_learns_what_no_neuron_can(student):
    """From given parameters, a hidden layer learns that pictures and their negatives are of one
    kind; how many are wrong falls to 0."""
    start = [
        (np.array([[0.9, -0.7, 0.4, -0.2], [0.3, 0.2, -0.8, 0.6]]), np.zeros(4)),
        (np.array([[-0.5], [-0.2], [0.3], [0.6]]), np.zeros(1)),
    ]
    x, labels = np.array([[2.0, 0.5], [-2.0, -0.5], [0.5, 2.0], [-0.5, -2.0]]), np.array([[1], [1], [0], [0]])
    wrong = walk(student, start, x, labels, 0.5, 60)[1]
    assert_shape(wrong, (60,), "wrong")
    assert_between(wrong[-1], 0, 0, "how many are wrong at the end")


@criterion("train", points=1, hint="Count for each step, before it is taken; a new list, with new arrays in it.")
def test_a_count_for_each_step(student):
    """There is one count for each step, and the parameters that were given stay as they were."""
    start = [(np.array([[-0.5], [0.25]]), np.array([0.1]))]
    found = call_unchanged(student, "train", start, ROWS, LABELS, rate=0.4, steps=7)
    wrong = as_array(as_tuple(found, "train(...)", ("parameters", "wrong"))[1], "wrong")
    assert_close(np.ravel(wrong)[:1].astype(float), np.array([2.0]), "how many are wrong at first")
    assert_shape(np.ravel(wrong), (7,), "wrong")


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


@criterion(
    "learned", points=1, hint="Does the curve of the two layers fall to nearly 0? Run the cell of the 400 steps again."
)
def test_two_layers_know_the_box(student, thresholds, credit):
    """The network of two layers is right about the prints and negatives in the box."""
    credit.within(known(student, "shallow"), thresholds, "known")


@criterion(
    "learned", points=1, hint="Does the curve of the four layers fall to nearly 0? Run the cell of the 400 steps again."
)
def test_four_layers_know_the_box(student, thresholds, credit):
    """The network of four layers is right about the prints and negatives in the box."""
    credit.within(known(student, "deep"), thresholds, "known")


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


def walk(student, parameters, x, labels, rate, steps):
    """The pairs that `train` ended with, and the counts."""
    found = student.train(parameters, x, labels, rate=rate, steps=steps)
    ended, wrong = as_tuple(found, "train(...)", ("parameters", "wrong"))
    return layers(ended, len(parameters), "train"), np.ravel(as_array(wrong, "wrong")).astype(float)


def assert_pair(found, first, second, number):
    """Assert that this is a layer's pair of arrays for weights and biases."""
    assert_close(found[0], np.array(first), f"those for the weights of layer {number}")
    assert_close(found[1], np.array(second), f"those for the biases of layer {number}")


def known(student, name):
    """The share of the pictures in the box that a network of the notebook is right about."""
    photographs, labels = datasets.load("cats")
    pictures = np.rint(photographs.reshape(-1, 16, 4, 16, 4, 3).mean(axis=(2, 4))).reshape(-1, 768)
    x = np.concatenate([pictures, 255 - pictures]) / 127.5 - 1
    answers = as_array(student.predict(getattr(student, name), x), "the answers")
    assert_shape(answers, (len(x), 1), "the answers")
    return np.mean(answers[:, 0] == np.concatenate([labels, labels]))
