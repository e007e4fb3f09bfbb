"""The public criteria of `mnist_callback`, which students get with the notebook."""

import numpy as np
import pytest

from proctor import (
    accuracy,
    as_model,
    assert_close,
    assert_dtype,
    assert_epochs,
    assert_probabilities,
    assert_reports,
    assert_shape,
    assert_stops,
    criterion,
    datasets,
    pictures,
)

SHAPE = (28, 28)


@pytest.fixture(scope="module")
def known_digits():
    """A third of the digits that the notebook trains with, from 0 to 1, and their labels."""
    (images, labels), _ = datasets.put_aside(*datasets.load("mnist"))
    return images[::3] / np.float32(255), labels[::3]


@criterion("preprocess", points=1, hint="Print one pixel before and after; what type does a fraction need?")
def test_grey_levels_become_fractions(student):
    """Grey level 0 becomes 0, 51 becomes a fifth and 255 becomes 1."""
    images, fractions = np.zeros((2, 28, 28), "uint8"), np.zeros((2, 28, 28))
    images[0, 3, 4], fractions[0, 3, 4] = 255, 1
    images[1, 20, 6], fractions[1, 20, 6] = 51, 0.2
    found = student.preprocess(images)
    assert_shape(found, fractions.shape, "preprocess(images)")
    assert_dtype(found, "float", "preprocess(images)")
    assert_close(found, fractions, "preprocess(images)", rtol=1e-4)


@criterion("build_model", points=2, hint="How many digits are there, and which activation makes numbers that sum to 1?")
def test_ten_probabilities(student):
    """The model answers each picture of 28×28 fractions with ten probabilities."""
    fractions = np.random.default_rng(5).random((6, 28, 28), dtype="float32")
    found = as_model(student.build_model(), "build_model()").predict(fractions)
    assert_shape(found, (6, 10), "the answer to 6 pictures")
    assert_probabilities(found, "the ten numbers for each picture")


@criterion("build_model", points=1, hint="compile() takes the names of metrics; write it out, the callback will too.")
def test_reports_its_accuracy(student):
    """Asked about pictures and their integer labels, the model reports its "accuracy"."""
    assert_reports(student.build_model(), pictures.bars(20, SHAPE, seed=7), "accuracy")


@criterion(
    "stop_at", points=2, hint="Is exactly the target enough? And under which key does Keras report the accuracy?"
)
@pytest.mark.parametrize("reached, stops", [(0.5, False), (0.989, False), (0.99, True), (0.999, True)])
def test_stops_at_the_target(student, reached, stops):
    """StopAt(0.99) stops at an accuracy of 0.99 or more, and not below."""
    assert_stops(student, student.StopAt(0.99), [{"accuracy": reached, "loss": 0.04}], after=1 if stops else None)


@criterion("stop_at", points=1, hint="What does your code do with `logs` when the key is not there, or `logs` is None?")
@pytest.mark.parametrize("logs", [None, {}, {"loss": 0.04}])
def test_keeps_quiet_without_an_accuracy(student, logs):
    """Training goes on when `logs` is None or holds no accuracy."""
    assert_stops(student, student.StopAt(0.99), [logs], after=None)


@criterion("train", points=1, hint="Does `fit` know your callback, and the callback your `target`?")
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


@criterion("accuracy", points=2, needs="build_model", hint="Did the learning curve reach the target before it ended?")
def test_reads_the_training_digits(student, known_digits, thresholds, credit):
    """The saved model reads 99 % of the training digits correctly."""
    credit.within(accuracy(student.model, known_digits), thresholds, "known")
