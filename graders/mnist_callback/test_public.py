"""The public criteria of `mnist_callback`, which students get with the notebook."""

import numpy as np
import pytest

from proctor import (
    accuracy,
    as_model,
    assert_close,
    assert_crossentropy_loss,
    assert_dtype,
    assert_lasts,
    assert_nonlinear,
    assert_probabilities,
    assert_reports,
    assert_shape,
    assert_stops,
    assert_teaches_all,
    call_unchanged,
    criterion,
    datasets,
    pictures,
)

SHAPE = (28, 28)


@pytest.fixture(scope="module")
def known_digits():
    """A ninth of the digits that the notebook trains with, from 0 to 1, and their labels."""
    (images, labels), _ = datasets.put_aside(*datasets.load("mnist"))
    return images[::9] / np.float32(255), labels[::9]


@criterion("preprocess", points=1, hint="Print one pixel before and after; what type does a fraction need?")
def test_grey_levels_become_fractions(student):
    """Grey level 0 becomes 0, 51 becomes a fifth and 255 becomes 1."""
    images, fractions = np.zeros((2, 28, 28), "uint8"), np.zeros((2, 28, 28))
    images[0, 3, 4], fractions[0, 3, 4] = 255, 1
    images[1, 20, 6], fractions[1, 20, 6] = 51, 0.2
    found = student.preprocess(images)
    assert_shape(found, fractions.shape, "preprocess(images)")
    assert_dtype(found, "float", "preprocess(images)")
    assert_close(found, fractions, "preprocess(images)")


@criterion("preprocess", points=1, hint="Return a new array; does one of your lines write into the one that came in?")
@pytest.mark.parametrize(
    "kind", [pytest.param(kind, id=f"pictures of type {kind}") for kind in ("uint8", "float32", "float64")]
)
def test_leaves_its_input_alone(student, kind):
    """The pictures that come in are left as they were."""
    levels = np.random.default_rng(9).integers(0, 256, (4, 28, 28)).astype(kind)
    call_unchanged(student, "preprocess", levels)


@criterion("build_model", points=1, hint="How many digits are there, and which activation makes numbers that sum to 1?")
def test_ten_probabilities(student):
    """The model answers each picture of 28×28 fractions with ten probabilities."""
    fractions = np.random.default_rng(5).random((6, *SHAPE), dtype="float32")
    found = as_model(student.build_model(), "build_model()").predict(fractions)
    assert_shape(found, (6, 10), "the answer to 6 pictures")
    assert_probabilities(found, "the ten numbers for each picture")


@criterion("build_model", points=1, hint="Is there a hidden layer, and which activation does it have?")
def test_draws_more_than_straight_lines(student):
    """A hidden layer bends what the model makes of a picture, as ReLU does."""
    assert_nonlinear(as_model(student.build_model(), "build_model()"), SHAPE)


@criterion("build_model", points=1, hint="compile() takes the names of metrics; write it out, the callback will too.")
def test_reports_its_accuracy(student):
    """Asked about pictures and their integer labels, the model reports its "accuracy"."""
    assert_reports(student.build_model(), pictures.bars(20, SHAPE, seed=7), "accuracy")


@criterion("build_model", points=1, hint="Which crossentropy takes integers, and does it expect probabilities?")
def test_is_taught_by_crossentropy(student):
    """The loss is the crossentropy of the model's probabilities with integer labels."""
    assert_crossentropy_loss(student.build_model(), np.random.default_rng(11).random((40, *SHAPE), dtype="float32"))


@criterion(
    "stop_at", points=2, hint="Is exactly the target enough? And under which key does Keras report the accuracy?"
)
@pytest.mark.parametrize(
    "reached, stops",
    [
        pytest.param(0.5, False, id="an accuracy of 0.5"),
        pytest.param(0.989, False, id="an accuracy of 0.989, just below the target"),
        pytest.param(0.99, True, id="an accuracy of 0.99, which is the target"),
        pytest.param(0.999, True, id="an accuracy of 0.999"),
    ],
)
def test_stops_at_the_target(student, reached, stops):
    """StopAt(0.99) stops at an accuracy of 0.99 or more, and not below."""
    assert_stops(student, student.StopAt(0.99), [{"accuracy": reached, "loss": 0.04}], after=1 if stops else None)


@criterion("stop_at", points=1, hint="What does your code do with `logs` when the key is not there, or `logs` is None?")
@pytest.mark.parametrize(
    "logs",
    [
        pytest.param(None, id="logs is None"),
        pytest.param({}, id="logs is an empty dictionary"),
        pytest.param({"loss": 0.04, "val_accuracy": 1.0}, id="logs has other keys"),
    ],
)
def test_keeps_quiet_without_an_accuracy(student, logs):
    """Training goes on when `logs` is None or holds no accuracy."""
    assert_stops(student, student.StopAt(0.99), [logs], after=None)


@criterion("train", points=1, hint="Does `fit` know your callback, and the callback your `target`?")
def test_ends_when_the_target_is_met(student):
    """With a target that the first epoch meets, training ends after that epoch."""
    assert_lasts(student, "train", SHAPE, 1, target=0.01, max_epochs=3)


@criterion("train", points=1, hint="How many epochs is `fit` asked for, and how often is it called?")
def test_ends_at_max_epochs(student):
    """With a target that is never met, the model is taught for `max_epochs` epochs and no more."""
    assert_lasts(student, "train", SHAPE, 3, target=2.0, max_epochs=3)


@criterion("train", points=1, hint="Does `fit` get the model and all pictures and labels of the call, unchanged?")
def test_teaches_what_it_is_given(student):
    """The model given to `train` learns all pictures given to it, which stay as they are."""
    assert_teaches_all(student, "train", SHAPE, target=2.0, max_epochs=8)


@criterion("accuracy", points=2, hint="Did the learning curve reach the target before it ended?")
def test_reads_the_training_digits(student, known_digits, thresholds, credit):
    """The saved model reads 99 % of the training digits correctly."""
    credit.within(accuracy(student.model, known_digits), thresholds, "known")
