"""The public criteria of `conv_cost`: counts that can be made on paper."""

import pytest

from proctor import (
    as_array,
    as_tuple,
    assert_choices,
    assert_close,
    assert_shape,
    criterion,
    layer,
    make_model,
)

COSTS = ("parameters", "multiplications")
QUESTIONS = {"slower": "abc", "sharing": "abc", "half_the_side": "abc", "memory": "abc"}


@criterion(
    "dense_cost",
    points=1,
    hint="Draw the layer and count its lines. What does each unit have beside the lines that end in it?",
)
def test_a_layer_of_two_units(student):
    """A layer with 3 inputs and 2 units has 6 weights and 2 biases, and multiplies 6 times."""
    assert_close(student.dense_cost(3, 2), (8, 6), "dense_cost(3, 2)")


@criterion("dense_cost", points=1, hint="Which of the two counts does a bias belong to, and how many are there?")
@pytest.mark.parametrize(
    "bias, costs",
    [pytest.param(False, (20, 20), id="without biases"), pytest.param(True, (24, 20), id="with biases")],
)
def test_biases_are_stored_and_not_multiplied(student, bias, costs):
    """With 5 inputs and 4 units, biases add 4 parameters and no multiplication."""
    assert_close(student.dense_cost(5, 4, bias=bias), costs, f"dense_cost(5, 4, bias={bias})")


@criterion("positions", points=1, hint="Where does the window start last? Pixels that are left over do not count.")
@pytest.mark.parametrize(
    "length, window, stride, count",
    [
        pytest.param(8, 3, 1, 6, id="a window of 3 on 8 pixels"),
        pytest.param(7, 3, 2, 3, id="a window of 3 on 7 pixels, two at a time"),
        pytest.param(8, 3, 2, 3, id="a window of 3 on 8 pixels, two at a time"),
        pytest.param(9, 2, 4, 2, id="a window of 2 on 9 pixels, four at a time"),
        pytest.param(5, 5, 1, 1, id="a window as long as the strip"),
    ],
)
def test_valid_stays_inside(student, length, window, stride, count):
    """With padding "valid", the window stops where it fits; that is also what happens if nothing
    is said about stride and padding."""
    settings = {} if stride == 1 else {"stride": stride, "padding": "valid"}
    call = f"positions({length}, {window}{f', {stride}' if settings else ''})"
    assert_close(student.positions(length, window, **settings), count, call)


@criterion(
    "positions", points=1, hint="Mark every `stride`-th square, beginning with the first. Does the window matter?"
)
@pytest.mark.parametrize(
    "length, window, stride, count",
    [
        pytest.param(8, 3, 1, 8, id="one pixel at a time on 8 pixels"),
        pytest.param(7, 3, 2, 4, id="two pixels at a time on 7 pixels"),
        pytest.param(8, 3, 2, 4, id="two pixels at a time on 8 pixels"),
        pytest.param(10, 5, 3, 4, id="three pixels at a time on 10 pixels"),
        pytest.param(8, 2, 1, 8, id="a window of 2 on 8 pixels"),
    ],
)
def test_same_stops_at_every_stride(student, length, window, stride, count):
    """With padding "same", the window stops at the first pixel and at every `stride`-th one."""
    found = student.positions(length, window, stride=stride, padding="same")
    assert_close(found, count, f'positions({length}, {window}, {stride}, "same")')


@criterion("conv_cost", points=2, hint="How many numbers does a filter look at? How many filters and biases are there?")
@pytest.mark.parametrize(
    "channels, filters, kernel, bias, parameters",
    [
        pytest.param(1, 1, (3, 3), True, 10, id="one filter of 3 × 3 on a grey picture"),
        pytest.param(3, 2, (3, 3), True, 56, id="two filters of 3 × 3 on a colour picture"),
        pytest.param(2, 4, (2, 5), True, 84, id="four filters of 2 × 5 on two channels"),
        pytest.param(2, 4, (2, 5), False, 80, id="the same without biases"),
    ],
)
def test_parameters_of_a_convolution(student, channels, filters, kernel, bias, parameters):
    """A filter has a weight for each number of a patch and one bias, on a picture of any size."""
    for size in ((7, 8), (9, 6)):
        found = student.conv_cost((*size, channels), filters, kernel, bias=bias)
        call = f"conv_cost({(*size, channels)}, {filters}, {kernel}, bias={bias})"
        assert_close(as_tuple(found, call, COSTS)[0], parameters, f"parameters of {call}")


@criterion("conv_cost", points=1, hint="At how many positions does a filter multiply, and how often at each?")
@pytest.mark.parametrize(
    "shape, filters, kernel, multiplications",
    [
        pytest.param((5, 5, 1), 1, (3, 3), 81, id="9 positions on 5 × 5 grey pixels"),
        pytest.param((4, 6, 3), 2, (3, 3), 432, id="8 positions on 4 × 6 colour pixels"),
        pytest.param((7, 8, 2), 4, (2, 5), 1920, id="a kernel of 2 × 5 on 7 × 8 pixels of two channels"),
    ],
)
def test_multiplications_at_every_position(student, shape, filters, kernel, multiplications):
    """Every filter multiplies each number of every patch once."""
    found = student.conv_cost(shape, filters=filters, kernel=kernel)
    call = f"conv_cost({shape}, {filters}, {kernel})"
    assert_close(as_tuple(found, call, COSTS)[1], multiplications, f"multiplications of {call}")


@criterion("conv_cost", points=1, hint="What do stride and padding change, and is it passed on for both directions?")
@pytest.mark.parametrize(
    "padding, multiplications",
    [
        pytest.param("same", 1080, id='4 × 5 positions with padding "same"'),
        pytest.param("valid", 648, id='3 × 4 positions with padding "valid"'),
    ],
)
def test_stride_and_padding(student, padding, multiplications):
    """Three filters of 3 × 3 stop less often on 7 × 9 pixels with a stride of 2."""
    found = student.conv_cost((7, 9, 2), filters=3, kernel=(3, 3), stride=2, padding=padding)
    call = f'conv_cost((7, 9, 2), 3, (3, 3), stride=2, padding="{padding}")'
    assert_close(as_tuple(found, call, COSTS)[1], multiplications, f"multiplications of {call}")


@criterion("network_cost", points=1, hint="One pair for each layer, in order, also for those that cost nothing.")
def test_a_pair_for_each_layer(student):
    """Each of four layers has its pair; that of a pool and of a flattening is 0 and 0."""
    found = costs_of(student, layer("Conv2D", filters=4, kernel_size=3), layer("MaxPooling2D"), layer("Flatten"))
    assert_close(found[1], (0, 0), "the pair of MaxPooling2D()")
    assert_close(found[2], (0, 0), "the pair of Flatten()")


@criterion(
    "network_cost", points=1, hint="If `conv_cost` is met: which kernel, stride, padding and biases do you pass to it?"
)
def test_asks_convolutions_for_their_settings(student):
    """Kernels, strides, padding, biases and inputs are those of each convolution."""
    plain = layer("Conv2D", filters=5, kernel_size=(2, 4), strides=3, use_bias=False)
    padded = layer("Conv2D", filters=2, kernel_size=3, padding="same")
    found = costs_of(student, plain, padded, layer("Flatten"))
    assert_close(found[0], (120, 1080), "the pair of Conv2D(5, (2, 4), strides=3, use_bias=False) on 9 × 12 × 3")
    assert_close(found[1], (92, 810), 'the pair of Conv2D(2, 3, padding="same") on 3 × 3 × 5')


@criterion("network_cost", points=1, hint="If `dense_cost` is met: which inputs, units and biases do you pass to it?")
def test_asks_dense_layers_for_their_settings(student):
    """Inputs, units and biases are those of each dense layer."""
    dense = layer("Dense", units=4), layer("Dense", units=7, use_bias=False)
    found = costs_of(student, layer("GlobalAveragePooling2D"), *dense)
    assert_close(found[1], (16, 12), "the pair of Dense(4) on 3 inputs")
    assert_close(found[2], (28, 28), "the pair of Dense(7, use_bias=False) on 4 inputs")
    assert_close(found[3], (16, 14), "the pair of Dense(2) on 7 inputs")


@criterion("answers", points=0, hint='`answers` has one of the letters for each question, such as "a".')
def test_every_question_has_an_answer(student):
    """Every question has one of its choices."""
    assert_choices(student.answers, QUESTIONS)


def costs_of(student, *layers):
    """The pairs, (layers, 2), that `network_cost` returns for a network of `layers` and a dense
    layer of two units, which gets colour pictures of 9 × 12 pixels."""
    network = make_model(student, (9, 12, 3), *layers, layer("Dense", units=2))
    found = as_array(student.network_cost(network), "network_cost(model)")
    assert_shape(found, (len(layers) + 1, 2), "network_cost(model)")
    return found
