"""The criteria of `mnist_callback` that students get with the notebook."""

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    accuracy,
    assert_close,
    assert_dtype,
    assert_probabilities,
    assert_shape,
    criterion,
    datasets,
)


@pytest.fixture(scope="module")
def known_digits():
    """A third of the digits that the notebook trains with, as fractions, and their labels."""
    images, labels = datasets.load("mnist")
    chosen = slice(0, len(images) - len(images) // 10, 3)
    return images[chosen] / np.float32(255), labels[chosen]


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
    pictures = np.random.default_rng(5).random((6, 28, 28), dtype="float32")
    found = built(student).predict(pictures)
    assert_shape(found, (6, 10), "the answer to 6 pictures")
    assert_probabilities(found, "the ten numbers for each picture")


@criterion("build_model", points=1, hint="compile() takes the names of metrics; write it out, the callback will too.")
def test_reports_its_accuracy(student):
    """Asked about pictures and their integer labels, the model reports its "accuracy"."""
    pictures, labels = bars(20)
    report = built(student).evaluate(pictures, labels, verbose=0, return_dict=True)
    names = sorted(report) if isinstance(report, dict) else []
    if "accuracy" not in names:
        raise CriterionFailed(
            'a report with "accuracy" and "loss"', f"one with {', '.join(map(repr, names)) or 'none'}"
        )


@criterion(
    "stop_at", points=2, hint="Is exactly the target enough? And under which key does Keras report the accuracy?"
)
@pytest.mark.parametrize("reached, stops", [(0.5, False), (0.989, False), (0.99, True), (0.999, True)])
def test_stops_at_the_target(student, reached, stops):
    """StopAt(0.99) stops at an accuracy of 0.99 or more, and not below."""
    if stopped(student, student.StopAt(0.99), {"accuracy": reached, "loss": 0.04}) is not stops:
        wanted, found = ("a stop", "training goes on") if stops else ("training goes on", "a stop")
        raise CriterionFailed(f"{wanted} at an accuracy of {reached}", found)


@criterion("stop_at", points=1, hint="What does your code do with `logs` when the key is not there, or `logs` is None?")
@pytest.mark.parametrize("logs", [None, {}, {"loss": 0.04}])
def test_keeps_quiet_without_an_accuracy(student, logs):
    """Training goes on when `logs` is None or holds no accuracy."""
    if stopped(student, student.StopAt(0.99), logs):
        raise CriterionFailed(f"training goes on with logs={logs}", "a stop")


@criterion("train", points=1, hint="Does `fit` know your callback, and the callback your `target`?")
def test_ends_when_the_target_is_met(student):
    """With a target that the first epoch meets, training ends after that epoch."""
    history = student.train(built(student), *bars(200), target=0.01, max_epochs=3)
    assert_epochs(history, 1, "target=0.01 and max_epochs=3")


@criterion("train", points=1, hint="How many epochs is `fit` asked for?")
def test_ends_at_max_epochs(student):
    """With a target that is never met, training ends after `max_epochs`."""
    history = student.train(built(student), *noise(200), target=1.0, max_epochs=3)
    assert_epochs(history, 3, "target=1.0 and max_epochs=3")


@criterion("accuracy", points=2, needs="build_model", hint="Did the learning curve reach the target before it ended?")
def test_reads_the_training_digits(student, known_digits, thresholds, credit):
    """The saved model reads 99 % of the training digits correctly."""
    found = accuracy(student.model, known_digits)
    credit.between(found, zero=thresholds["known_none"], full=thresholds["known_full"])


def bars(count):
    """`count` easy pictures, a bright bar at one of ten heights, and which of the ten."""
    labels = np.arange(count) % 10
    pictures = np.random.default_rng(7).random((count, 28, 28), dtype="float32") / 5
    for picture, label in zip(pictures, labels, strict=True):
        picture[4 + 2 * label : 6 + 2 * label] += 0.8
    return pictures, labels.astype("uint8")


def stopped(student, callback, logs):
    """Whether `callback` stops a training whose first epoch ends with `logs`."""
    model = student.keras.Sequential()
    model.compile()
    callback.set_model(model)
    callback.on_epoch_end(0, logs)
    return bool(model.stop_training)


def assert_epochs(history, count, call):
    """Assert that a History remembers `count` epochs."""
    if history is None or isinstance(history, (dict, list, tuple, float, np.ndarray)):
        found = "None (is there a `return`?)" if history is None else f"a value of type {type(history).__name__}"
        raise CriterionFailed("`train` to return the History that `fit` returns", found)
    found = len(history.epoch)
    if found != count:
        raise CriterionFailed(f"{count} epoch{'' if count == 1 else 's'} with {call}", str(found))


def noise(count):
    """`count` pictures that have nothing to do with their labels."""
    rng = np.random.default_rng(13)
    return rng.random((count, 28, 28), dtype="float32"), rng.integers(0, 10, count).astype("uint8")


def built(student):
    """The model that `build_model` makes."""
    model = student.build_model()
    if not hasattr(model, "predict"):
        found = "None (is there a `return`?)" if model is None else f"a value of type {type(model).__name__}"
        raise CriterionFailed("`build_model` to return a Keras model", found)
    return model
