"""The public criteria of `mnist_conv`, which students get with the notebook."""

import numpy as np
import pytest

from proctor import (
    accuracy,
    as_model,
    assert_close,
    assert_dtype,
    assert_epochs,
    assert_equal,
    assert_layer_count,
    assert_layer_order,
    assert_parameters,
    assert_probabilities,
    assert_reports,
    assert_shape,
    criterion,
    datasets,
    pictures,
)

SHAPE, BUDGET = (28, 28, 1), 1_000_000


@pytest.fixture(scope="module")
def known_digits():
    """A fifth of the training digits, (n, 28, 28, 1) from 0 to 1, and their labels."""
    (images, labels), _ = datasets.put_aside(*datasets.load("mnist"))
    return images[::5, ..., None] / np.float32(255), labels[::5]


@criterion("add_channel", points=1, hint="Print the shape, the type and the largest number of what you return.")
def test_fractions_with_a_channel(student):
    """Two pictures of bytes become fractions of shape (2, 28, 28, 1), and 255 becomes exactly 1."""
    images, fractions = np.zeros((2, 28, 28), "uint8"), np.zeros((2, 28, 28, 1))
    images[0, 3, 8], fractions[0, 3, 8, 0] = 255, 1
    images[1, 20, 6], fractions[1, 20, 6, 0] = 51, 0.2
    found = student.add_channel(images)
    assert_shape(found, fractions.shape, "add_channel(images)")
    assert_dtype(found, "float", "add_channel(images)")
    assert_close(found, fractions, "add_channel(images)", rtol=1e-4)
    assert_equal(float(found.max()), 1.0, "the largest fraction")


@criterion("build_model", points=1, hint="Pictures with a channel in, and what makes ten numbers that sum to 1?")
def test_ten_probabilities(student):
    """The model answers each picture of 28×28×1 fractions with ten probabilities."""
    fractions = np.random.default_rng(5).random((6, 28, 28, 1), dtype="float32")
    found = as_model(student.build_model(), "build_model()").predict(fractions)
    assert_shape(found, (6, 10), "the answer to 6 pictures")
    assert_probabilities(found, "the ten numbers for each picture")


@criterion("build_model", points=2, hint="Count them in the summary, and see which comes first.")
def test_one_convolution_and_one_pool(student):
    """There is exactly one convolution, and exactly one pooling layer behind it."""
    assert_one_of_each(student.build_model())


@criterion("build_model", points=1, hint="Which layer has most of them, and what could make its input smaller?")
def test_within_the_budget(student):
    """The model has at most 1,000,000 parameters."""
    assert_parameters(student.build_model(), at_most=BUDGET)


@criterion(
    "build_model", points=1, hint="Does compile() have a loss for integer labels, and the metric by its full name?"
)
def test_reports_its_accuracy(student):
    """Asked about pictures and their integer labels, the model reports its "accuracy"."""
    assert_reports(student.build_model(), pictures.bars(20, SHAPE, seed=7), "accuracy")


@criterion("train", points=1, hint="Does `fit` know the callback, and the callback your `target`?")
def test_ends_when_the_target_is_met(student):
    """With a target that the first epoch meets, training ends after that epoch."""
    model = as_model(student.build_model(), "build_model()")
    history = student.train(model, *pictures.bars(200, SHAPE, seed=7), target=0.01, max_epochs=3)
    assert_epochs(history, 1, "target=0.01 and max_epochs=3")


@criterion("train", points=1, hint="How many epochs is `fit` asked for?")
def test_ends_at_max_epochs(student):
    """With a target that is never met, training ends after `max_epochs`."""
    model = as_model(student.build_model(), "build_model()")
    history = student.train(model, *pictures.noise(200, SHAPE, seed=13), target=1.0, max_epochs=3)
    assert_epochs(history, 3, "target=1.0 and max_epochs=3")


@criterion("accuracy", points=1, needs="build_model", hint="Did `build_model` change after you trained? Train again.")
def test_hands_in_what_it_shows(student):
    """The saved model, too, has one convolution, one pooling layer and at most
    1,000,000 parameters."""
    assert_one_of_each(student.model)
    assert_parameters(student.model, at_most=BUDGET)


@criterion("accuracy", points=3, needs="build_model", hint="Where does the learning curve end, and is it still rising?")
def test_reads_the_training_digits(student, known_digits, thresholds, credit):
    """The saved model reads 99.5 % of the training digits correctly."""
    credit.within(accuracy(student.model, known_digits), thresholds, "known")


def assert_one_of_each(model):
    """Assert that the model has one convolution and, after it, one pooling layer of any class."""
    assert_layer_count(model, convolution=1, pooling=1)
    assert_layer_order(model, "convolution", "pooling")
