"""The hidden criteria of `residual`, which students never get."""

import numpy as np
import pytest

from proctor import (
    accuracy,
    as_left,
    as_model,
    assert_apart,
    assert_choice,
    assert_close,
    assert_equal,
    criterion,
    datasets,
    make_network,
    share,
)


@pytest.fixture(scope="module")
def new():
    """The test pictures, made smaller as in the notebook, and their labels."""
    pictures, labels = datasets.load("signs", split="test")
    count, side, _, channels = pictures.shape
    small = pictures.reshape(count, side // 2, 2, side // 2, 2, channels).mean(axis=(2, 4))
    return small.round().astype("uint8"), labels


@criterion("silence", points=1, hint="Try your function on a network with branches, and with other layers in it.")
def test_silences_any_network(student):
    """Networks with branches are silenced as well, and no other kind of layer is."""
    sizes = {"kernel": 6, "bias": 3, "gamma": 3, "beta": 3, "moving_mean": 3, "moving_variance": 3}
    dense, norm = ("kernel", "bias"), ("gamma", "beta", "moving_mean", "moving_variance")
    names = [*dense, *dense, *norm, *norm, "kept", "kept", *norm]
    draw = np.random.default_rng(4)
    arrays = [draw.uniform(0.5, 2, sizes.get(name, 3)).astype("float32") for name in names]
    model = as_model(make_network(student, two_roads, arrays), "the network")
    student.silence(model)
    for name, before, after in zip(names, arrays, as_left(model).weights, strict=True):
        expected = np.zeros(3) if name in ("gamma", "beta") else before
        assert_close(after.ravel(), expected, f"the {name.replace('_', ' ')}")


@criterion("network", points=1, hint="Does your function use the blocks that it is given, and how often each?")
def test_networks_of_any_blocks(student):
    """Whatever the blocks are, each stage has one that begins it and `repeats` in all, which is
    3 unless another number is given."""
    first, further = 8 * 8 + 8 * 16 + 16 * 32, 8**2 + 16**2 + 32**2
    blocks = {"begin_stage": share(student, begin_stage), "go_on": share(student, go_on)}

    def judge(standing_in):
        for settings, repeats in (({}, 3), ({"repeats": 7}, 7)):
            model = as_model(student.build_network(side=40, kinds=4, **blocks, **settings), "build_network(…)")
            stem = 9 * 3 * 8 + 4 * 8 + 8 * standing_in
            count = stem + first + (repeats - 1) * further + 33 * 4
            assert_equal(model.parameters, count, f"the count of numbers with {repeats} blocks in a stage")

    assert_apart(student, "build_network", {"conv_norm": other_piece}, judge)


@criterion("trained", points=3, hint="How does the curve of the residual network end, and did you train it to the end?")
def test_reads_new_pictures(student, new, thresholds, credit):
    """The saved residual network reads 85 % of the pictures that this notebook has never loaded."""
    credit.within(accuracy(student.residual, new), thresholds, "new")


@criterion("answers", points=1, hint="How many layers with a kernel are on the way through the branches?")
def test_how_deep(student):
    """You know how deep a network of blocks is."""
    wrong = {
        "a": "There are 27 blocks. How many convolutions has each of them on the way through its branch?",
        "c": "The way through the branches does not meet the convolutions in the shortcuts.",
    }
    assert_choice(student.answers, "depth", "b", wrong)


@criterion("answers", points=1, hint="Which shape have the maps at the end of either way?")
def test_a_shortcut_without_projection(student):
    """You know when a shortcut needs a convolution."""
    wrong = {
        "b": "With a stride of 1 and as many filters as maps, which shape comes out of the branch?",
        "c": "What of the block has still got weights that can learn?",
    }
    assert_choice(student.answers, "shortcut", "a", wrong)


@criterion("answers", points=1, hint="What does a normalisation divide by in a lesson, and what in use?")
def test_a_lesson_that_is_none(student):
    """You know what a normalisation does if it takes its use for a lesson."""
    wrong = {
        "a": "In a lesson, where do mean and deviation come from?",
        "c": "What changes a kernel: a call of the network, or an optimizer?",
    }
    assert_choice(student.answers, "company", "b", wrong)


def other_piece(place, filters, window=3, stride=1):
    """What stands in for a wrong `conv_norm`: a piece of another kind, with biases."""
    import keras

    return keras.layers.BatchNormalization()(keras.layers.Conv2D(filters, window, stride, "same")(place))


def begin_stage(place, filters, stride):
    """A block with a branch, which begins a stage."""
    import keras

    one = keras.layers.Conv2D(filters, 1, strides=stride, use_bias=False)(place)
    return keras.layers.Add()([one, keras.layers.MaxPooling2D(1, strides=1)(one)])


def go_on(place):
    """A further block, with weights: the square of the number of maps."""
    import keras

    return keras.layers.Dense(place.shape[-1], use_bias=False)(place)


def two_roads(keras, arrays):
    """A network with a normalisation on each of two roads, and one of layers behind the join."""
    begin = keras.Input((3, 2))
    one, other = (keras.layers.BatchNormalization()(keras.layers.Dense(3)(begin)) for _ in range(2))
    both = keras.layers.LayerNormalization()(keras.layers.Add()([one, keras.layers.ReLU()(other)]))
    model = keras.Model(begin, keras.layers.BatchNormalization()(both))
    model.set_weights([array.reshape(weight.shape) for array, weight in zip(arrays, model.weights, strict=True)])
    return model
