"""The hidden criteria of `conv_cost`, which students never get: other sizes, and the keys."""

import math

import pytest

from proctor import assert_choice, assert_close, criterion, layer, make_model


@criterion("positions", points=1, hint="Work out another case by hand: an even window, or a stride that is longer.")
@pytest.mark.parametrize(
    "length, window, stride, padding",
    [
        pytest.param(24, 4, 1, "same", id="an even window"),
        pytest.param(24, 2, 3, "same", id="an even window, and a stride that divides the length"),
        pytest.param(25, 7, 5, "same", id="a stride that divides an odd length"),
        pytest.param(26, 4, 4, "same", id="an even window, and pixels that are left over"),
        pytest.param(31, 4, 6, "valid", id="a stride longer than the window"),
        pytest.param(200, 9, 7, "valid", id="a long strip"),
    ],
)
def test_any_strip(student, length, window, stride, padding):
    """Other strips, windows and strides are counted, too."""
    found = student.positions(length, window, stride=stride, padding=padding)
    assert_close(found, count_stops(length, window, stride, padding), "positions(…)")


@criterion("conv_cost", points=1, hint="Work out another case by hand: an even kernel, one row of pixels, no biases.")
@pytest.mark.parametrize(
    "shape, filters, kernel, stride, padding, bias",
    [
        pytest.param((1512, 2016, 3), 96, (11, 11), 4, "valid", True, id="a photograph"),
        pytest.param((1, 40, 6), 10, (1, 5), 3, "valid", True, id="one row of pixels"),
        pytest.param((13, 8, 5), 7, (4, 3), 3, "same", False, id="without biases"),
        pytest.param((32, 17, 64), 128, (1, 1), 1, "same", True, id="a window of one pixel"),
    ],
)
def test_any_convolution(student, shape, filters, kernel, stride, padding, bias):
    """Any picture, kernel, stride, padding and number of filters is counted."""
    found = student.conv_cost(shape, filters, kernel, stride=stride, padding=padding, bias=bias)
    assert_close(found, conv_costs(shape, filters, kernel, stride, padding, bias), "conv_cost(…)")


@criterion(
    "network_cost",
    points=1,
    hint="Do you ask for each layer's type, and not for its name?",
)
def test_any_network(student):
    """Networks with dropout, two convolutions and three dense layers are counted."""
    network = make_model(
        student,
        (20, 15, 2),
        layer("Conv2D", filters=6, kernel_size=(5, 3), padding="same", activation="relu"),
        layer("AveragePooling2D", pool_size=3),
        layer("Conv2D", filters=9, kernel_size=2, strides=2, use_bias=False, name="finer"),
        layer("Dropout", rate=0.5),
        layer("Flatten", name="before_dense"),
        layer("Dense", units=11, activation="relu", name="conv"),
        layer("Dense", units=5, use_bias=False),
        layer("Dense", units=3, name="output"),
    )
    expected = [
        conv_costs((20, 15, 2), 6, (5, 3), 1, "same", True),
        (0, 0),
        conv_costs((6, 5, 6), 9, (2, 2), 2, "valid", False),
        (0, 0),
        (0, 0),
        (54 * 11 + 11, 54 * 11),
        (11 * 5, 11 * 5),
        (5 * 3 + 3, 5 * 3),
    ]
    assert_close(student.network_cost(network), expected, "network_cost(model)")


@criterion("answers", points=1, hint="Ask `network_cost` about both networks: what does the time follow?")
def test_the_slower_network(student):
    """You can tell the slower network from its numbers."""
    wrong = {
        "a": "Parameters are stored; what takes the time is how often each of them is used.",
        "c": "The pictures are the same, but one network does several times as much arithmetic with them.",
    }
    assert_choice(student.answers, "slower", "b", wrong)


@criterion("answers", points=1, hint="How often is one weight of each layer used for one picture?")
def test_what_sharing_means(student):
    """You know what it costs that a convolution shares its weights."""
    wrong = {
        "b": "It does look at all pixels at once, but with each weight it multiplies only a single time.",
        "c": "That holds for one of the two layers. Look at `show_sides` again: which weights are used more than once?",
    }
    assert_choice(student.answers, "sharing", "a", wrong)


@criterion("answers", points=1, hint="Which of your two formulas for a convolution has the size of the picture in it?")
def test_a_picture_of_half_the_side(student):
    """You know what a smaller picture saves."""
    wrong = {
        "a": "A filter of 3 × 3 has as many weights on a small picture as on a large one.",
        "b": "The window stops less often on a smaller picture, and its filters stay what they are.",
    }
    assert_choice(student.answers, "half_the_side", "c", wrong)


@criterion("answers", points=1, hint="Which layer has nearly all the parameters, and what makes it so large?")
def test_what_saves_memory(student):
    """You know where the parameters of the network are."""
    wrong = {
        "a": "That halves the maps that reach the dense layer; another change makes them far smaller.",
        "b": "There are 106 biases, among more than a million weights.",
    }
    assert_choice(student.answers, "memory", "c", wrong)


def conv_costs(shape, filters, kernel, stride, padding, bias):
    """Parameters and multiplications of a convolution."""
    rows, columns = (count_stops(shape[axis], kernel[axis], stride, padding) for axis in (0, 1))
    weights = math.prod(kernel) * shape[2] * filters
    return weights + filters * bias, weights * rows * columns


def count_stops(length, window, stride, padding):
    """The number of positions of a window along one axis."""
    return math.ceil(length / stride) if padding == "same" else (length - window) // stride + 1
