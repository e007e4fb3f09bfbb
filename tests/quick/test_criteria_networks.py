"""Networks that tell two kinds of pictures apart, with the real Keras."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    as_model,
    ask_network,
    assert_convolutions,
    assert_learns_by_crossentropy,
    assert_one_probability,
    assert_scales_pictures,
    scatter_weights,
)
from proctor.channel.student import LocalLink, Student


def student(scale, ends="sigmoid", loss="binary_crossentropy"):
    """A notebook whose `build` makes a network that multiplies its pictures by `scale`."""

    def build(side):
        layers = [keras.layers.Conv2D(8, 3, activation="relu"), keras.layers.MaxPooling2D(), keras.layers.Flatten()]
        end = keras.layers.Dense(1, activation=ends)
        model = keras.Sequential([keras.Input((side, side, 3)), keras.layers.Rescaling(scale), *layers, end])
        model.compile("sgd", loss)
        return model

    return Student(LocalLink({"build": build}))


@pytest.mark.parametrize("ends", ["sigmoid", "tanh", "linear"])
def test_pictures_are_scaled_once(ends):
    """However the network ends, one that scales them once is told from others."""
    assert_scales_pictures(student(1 / 255, ends), "build", 32)
    for scale, found in ((1.0, "from 0 to 255: nothing scales them"), (1 / 255**2, "scaled twice")):
        with pytest.raises(CriterionFailed) as failed:
            assert_scales_pictures(student(scale, ends), "build", 32)
        assert found in failed.value.found


class Scaled(keras.layers.Layer):  # type: ignore[misc]  # Keras has no types
    """A layer made of layers: it scales, and then has weights."""

    def __init__(self):
        super().__init__()
        self.scale, self.dense = keras.layers.Rescaling(1 / 127.5, offset=-1), keras.layers.Dense(3)

    def call(self, pictures):
        return self.dense(self.scale(pictures))


class Plain(keras.Model):  # type: ignore[misc]  # Keras has no types
    """A network in the style of classes, which scales by arithmetic."""

    def __init__(self, divisor):
        super().__init__()
        self.divisor, self.turn = divisor, keras.layers.RandomFlip()
        self.hidden, self.end = keras.layers.SeparableConv2D(8, 3, activation="relu"), keras.layers.Dense(1)

    def call(self, pictures, training=False):
        found = self.hidden(self.turn(pictures, training=training) / self.divisor)
        return self.end(keras.ops.mean(found, axis=(1, 2)))


def in_functional_style(divisor):
    """A network whose scaling is a division in its graph, with a nested network behind it."""
    inputs = keras.Input((32, 32, 3))
    nested = keras.Sequential([keras.layers.DepthwiseConv2D(3), keras.layers.GlobalMaxPooling2D()])
    return keras.Model(inputs, keras.layers.Dense(1, "sigmoid")(nested(inputs / divisor)))


@pytest.mark.parametrize(
    "build",
    [
        lambda divisor: keras.Sequential(
            [
                keras.layers.BatchNormalization(),
                keras.layers.Lambda(lambda x: x / divisor),
                keras.layers.SeparableConv2D(2, 3, activation="tanh"),
                *[keras.layers.SeparableConv2D(2, 3, activation="relu", strides=2) for _ in range(3)],
                keras.layers.Flatten(),
                keras.layers.Dense(1, "sigmoid"),
            ]
        ),
        lambda divisor: keras.Sequential(
            [Scaled() if divisor > 1 else keras.layers.Dense(1), keras.layers.Flatten(), keras.layers.Dense(1)]
        ),
        in_functional_style,
        Plain,
    ],
    ids=["unbuilt", "a layer of layers", "functional", "subclass"],
)
def test_scaling_is_seen_in_networks_of_any_style(build):
    """Few channels, tanh, nested models and classes: what reaches the weights decides."""

    def notebook(divisor):
        return Student(LocalLink({"build": lambda _side: build(divisor)}))

    assert_scales_pictures(notebook(255.0), "build", 32)
    with pytest.raises(CriterionFailed) as failed:
        assert_scales_pictures(notebook(1.0), "build", 32)
    assert "nothing scales them" in failed.value.found


def test_what_was_asked_need_not_be_asked_again():
    """Both helpers take what `ask_network` returned."""
    someone = student(1 / 255)
    asked = ask_network(someone, "build", 32)
    assert asked[1].shape == (16, 1)
    assert_scales_pictures(someone, "build", 32, asked)
    assert_learns_by_crossentropy(someone, "build", 32, asked)


@pytest.mark.parametrize("ends, is_right", [("sigmoid", True), ("linear", False), ("tanh", False)])
def test_one_probability_is_told_from_what_lies_there_by_chance(ends, is_right):
    """An end that may leave 0 to 1 fails, also where it has not left it yet."""
    keras.utils.set_random_seed(3)
    someone = student(1e-6, ends)
    if is_right:
        assert_one_probability(someone, "build", 8)
        return
    with pytest.raises(CriterionFailed):
        assert_one_probability(someone, "build", 8)


RELU, CONV = keras.layers.ReLU, keras.layers.Conv2D


@pytest.mark.parametrize(
    "layers, found",
    [
        pytest.param(
            lambda: [CONV(2, 3, activation="relu"), CONV(2, 3, activation=keras.ops.abs)], "", id="in the layer"
        ),
        pytest.param(
            lambda: [CONV(2, 3), keras.layers.BatchNormalization(), RELU(), CONV(2, 3), keras.layers.LeakyReLU()],
            "",
            id="behind it",
        ),
        pytest.param(
            lambda: [keras.Sequential([CONV(2, 3, activation="gelu"), CONV(2, 3, activation="tanh")])], "", id="nested"
        ),
        pytest.param(lambda: [CONV(2, 3, activation="relu"), CONV(2, 3)], "1 with one", id="one without"),
        pytest.param(
            lambda: [CONV(2, 3), CONV(2, 3), keras.layers.Dense(2, activation="relu"), keras.layers.Dense(2), RELU()],
            "0 with one",
            id="of Dense layers",
        ),
    ],
)
def test_convolutions_need_an_activation_each(layers, found):
    """In the layer, behind it or behind its normalisation; that of a Dense is another matter."""
    someone = Student(LocalLink({"build": lambda: keras.Sequential([keras.Input((9, 9, 3)), *layers()])}))
    model = as_model(someone.build(), "build()")
    if not found:
        assert_convolutions(model, least=2)
        return
    with pytest.raises(CriterionFailed) as failed:
        assert_convolutions(model, least=2)
    assert failed.value.found.startswith(found)


def test_an_answer_that_is_no_row_is_told():
    """A network that answers with a picture is no network for one probability."""

    def build(side):
        return keras.Sequential([keras.Input((side, side, 3)), keras.layers.Rescaling(1 / 255)])

    with pytest.raises(CriterionFailed) as failed:
        ask_network(Student(LocalLink({"build": build})), "build", 8)
    assert failed.value.expected == "a row of one number for each picture"


@pytest.mark.parametrize("ends", ["sigmoid", "tanh"])
def test_the_loss_is_judged_apart_from_the_end(ends):
    """The loss of one probability is right or not, whatever the network ends in."""
    assert_learns_by_crossentropy(student(1 / 255, ends), "build", 32)
    with pytest.raises(CriterionFailed):
        assert_learns_by_crossentropy(student(1 / 255, ends, loss="mse"), "build", 32)
    assert np.isfinite(ask_network(student(1 / 255), "build", 32)[1]).all()


@pytest.mark.parametrize("inputs", [[], [keras.Input((2, 3, 4))]], ids=["no input yet", "built"])
def test_a_network_that_begins_with_zeros_gets_other_numbers(inputs):
    """Its weights are as large as they were, all above 0, and the same ones for the same seed."""

    def build():
        end = keras.layers.Dense(1, kernel_initializer="zeros")
        return keras.Sequential([*inputs, keras.layers.GlobalMaxPooling2D(), keras.layers.BatchNormalization(), end])

    someone = Student(LocalLink({"build": build}))
    first, again, other = (
        scatter_weights(someone, as_model(someone.build(), "build()"), (2, 3, 4), seed) for seed in (4, 4, 5)
    )
    assert [weights.shape for weights in first.weights] == [*4 * [(4,)], (4, 1), (1,)]
    for a, b, c in zip(first.weights, again.weights, other.weights, strict=True):
        assert 0.02 <= a.min() <= a.max() <= 0.1
        assert (a == b).all()
        assert (a != c).all()
    answers = first.predict(np.random.default_rng(0).normal(0, 1, (5, 2, 3, 4)))
    assert answers.shape == (5, 1)
    assert np.ptp(answers) > 1e-5
