"""What functions put behind a place, measured with the real Keras."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from proctor import CriterionFailed, as_model, convolve, measure_layers, measure_model
from proctor.channel.student import LocalLink, Student

SIZES = [(9, 7, 3, 1, "same"), (9, 7, 3, 2, "same"), (8, 5, 4, 3, "same"), (9, 7, 2, 2, "valid")]


def block(place, filters, stride=1, training=None):
    """A convolution and a normalisation, for maps of any shape."""
    place = keras.layers.Conv2D(filters, 3, strides=stride, padding="same", use_bias=False)(place)
    return keras.layers.BatchNormalization(momentum=0.8, epsilon=0.0)(place, training=training)


def build():
    """A model without an input shape yet."""
    return keras.Sequential([keras.layers.Dense(2), keras.layers.ReLU()])


def student(function=block):
    """A notebook with this function."""
    return Student(LocalLink({"block": function, "build": build}))


@pytest.mark.parametrize("height, width, window, stride, padding", SIZES)
def test_convolves_as_keras_does(height, width, window, stride, padding):
    """Any window, stride and padding, on maps that are not square."""
    draw = np.random.default_rng(2)
    maps, kernel = draw.normal(0, 1, (2, height, width, 3)), draw.normal(0, 1, (window, window + 1, 3, 4))
    expected = keras.ops.conv(maps.astype("float32"), kernel.astype("float32"), stride, padding)
    np.testing.assert_allclose(convolve(maps, kernel, stride, padding), expected, atol=1e-4)


def test_layers_answer_with_the_weights_that_are_told():
    """In use, the output is that of a convolution and the averages; in a lesson, they move."""
    found = measure_layers(student(), "block", (9, 7, 2), 4, stride=2)
    (kernel,), norms = found.named("kernel"), ("gamma", "beta", "moving_mean", "moving_variance")
    gamma, beta, mean, variance = (found.named(name)[0] for name in norms)
    expected = (convolve(found.x, kernel, 2) - mean) / np.sqrt(variance) * gamma + beta
    np.testing.assert_allclose(found.output, expected, atol=1e-3)
    assert found.heeds == [True]
    assert found.parameters == 9 * 2 * 4 + 4 * 4
    lesson = measure_layers(student(), "block", (9, 7, 2), 4, lesson=True)
    before, after, later = lesson.means
    assert lesson.heeds == [False]
    np.testing.assert_allclose(later - after, 0.8 * (after - before), atol=1e-5)


def test_silent_layers_say_zeros():
    """Their weights stay those of new layers, but for scales and shifts."""
    found = measure_layers(student(), "block", (3, 2, 2), 4, x=np.ones((1, 3, 2, 2)), silent=True)
    assert not found.output.any()
    assert found.named("moving_variance")[0].tolist() == [1, 1, 1, 1]


def test_a_model_is_measured_too():
    """A model that was not built yet is built for what goes in."""
    someone, x = student(), np.array([[1.0, -2.0], [0.5, 3.0]])
    found = measure_model(someone, as_model(someone.build(), "build()"), x)
    (kernel,), (bias,) = found.named("kernel"), found.named("bias")
    np.testing.assert_allclose(found.output, np.maximum(x @ kernel + bias, 0), atol=1e-5)


@pytest.mark.parametrize(
    "function, told",
    [
        (lambda place, _: None, "None (is there a `return`?)"),
        (lambda place, _: place.shape, "a tuple of 4 items"),
        (lambda place, _: build(), "a Keras model"),
        (lambda place, _: keras.layers.ReLU(), "something else"),
        (lambda place, _: keras.Input((2,)), "a place that no way leads to from the one that it was given"),
    ],
)
def test_what_is_no_place_is_told(function, told):
    """A function that returns anything but a place behind its own says so."""
    with pytest.raises(CriterionFailed) as failed:
        measure_layers(student(function), "block", (3, 2, 2), 4)
    assert told in failed.value.found
