"""Histories, callbacks, compiled models and models of the grader's own, with the real Keras."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    assert_crossentropy_loss,
    assert_ended_at,
    assert_epochs,
    assert_reports,
    assert_stops,
    assert_taught_for,
    assert_teaches_all,
    epochs_of,
    layer,
    make_learner,
    make_model,
    stopped_after,
)
from proctor.channel.student import LocalLink, Student
from proctor.errors import CourseError

X = np.random.default_rng(0).random((20, 3), dtype="float32")
Y = np.arange(20) % 4


def student(**names):
    return Student(LocalLink(names))


def built(units=4, activation="softmax", **compiled):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(units, activation=activation)])
    if compiled:
        model.compile(optimizer="sgd", **compiled)
    return model


def told(check, *arguments, **settings):
    with pytest.raises(CriterionFailed) as failed:
        check(*arguments, **settings)
    return failed.value.expected, failed.value.found


@pytest.fixture(scope="module")
def history():
    model = built(loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model.fit(X, Y, epochs=3, verbose=0)


def test_a_history_tells_its_epochs(history):
    """The values of a metric, one for each epoch; the count is what `fit` counted."""
    found = student(history=history).history
    assert epochs_of(found, "accuracy") == history.history["accuracy"]
    assert_epochs(found, 3, "max_epochs=3")
    assert told(assert_epochs, found, 1, "max_epochs=1") == ("1 epoch with max_epochs=1", "3")
    expected = ('a History of every epoch\'s "val_loss"', "one of accuracy, loss")
    assert told(epochs_of, found, "val_loss") == expected


@pytest.mark.parametrize(
    "value, found",
    [
        (None, "None (is there a `return`?)"),
        ({"loss": [1.0]}, "a dict of 1 item"),
        (0.5, "0.5 (float)"),
        (built, "the function built itself (is it called?)"),
        (built(), "a Keras model"),
    ],
)
def test_what_is_no_history_is_told(value, found):
    """A student reads what the function should have returned."""
    value = student(value=value).value
    assert told(epochs_of, value, "loss") == ("the History that `fit` returns", found)
    assert told(assert_epochs, value, 3, "max_epochs=3") == ("the History that `fit` returns", found)


class Remembered:
    """What a History of these accuracies says."""

    def __init__(self, *accuracies):
        self.history = {"accuracy": list(accuracies)}


def test_a_training_ends_with_the_first_epoch_that_reaches_the_target():
    """Not before, not later; and after all of them if none does."""
    here = student(good=Remembered(0.1, 0.4, 0.5), late=Remembered(0.1, 0.6, 0.7), early=Remembered(0.1))
    assert_ended_at(here.good, "accuracy", target=0.5, max_epochs=15)
    assert_ended_at(here.good, "accuracy", target=0.9, max_epochs=3)
    expected = ("an end after epoch 2", "after 3")
    assert told(assert_ended_at, here.late, "accuracy", target=0.5, max_epochs=15) == expected
    assert told(assert_ended_at, here.early, "accuracy", target=0.5, max_epochs=15)[0] == "an end after epoch 15"


class Heard(keras.callbacks.Callback):  # type: ignore[misc]
    """Notes what it hears, and stops when the loss is 0."""

    def __init__(self):
        super().__init__()
        self.heard = []

    def on_train_begin(self, logs=None):
        self.heard.append("begin")

    def on_epoch_begin(self, epoch, logs=None):
        self.heard.append(epoch)

    def on_epoch_end(self, epoch, logs=None):
        self.heard.append((epoch, logs["loss"] if logs else None))
        self.model.stop_training = bool(logs) and logs["loss"] == 0

    def on_train_end(self, logs=None):
        self.heard.append("end")


def test_a_callback_hears_what_it_hears_from_fit():
    """The beginning, every epoch in order, and the end, which comes with the stop."""
    here = student(make=Heard)
    heard = here.make()
    assert stopped_after(here, heard, [{"loss": 1.0}, None, {"loss": 0}, {"loss": 0}]) == 3
    assert heard.heard == ["begin", 0, (0, 1.0), 1, (1, None), 2, (2, 0), "end"]
    assert heard.params == {"verbose": 0, "epochs": 4, "steps": 1}
    assert stopped_after(here, heard, [{"loss": 1.0}] * 2) is None
    assert stopped_after(here, heard, []) is None


def test_a_stop_that_is_missing_or_comes_early_is_told():
    """The message shows what the epochs reported."""
    here = student(make=Heard)
    assert_stops(here, here.make(), [{"loss": 1}, {"loss": 0}], after=2)
    expected = "a stop after epoch 2 with logs={'loss': 1}, then {'loss': 1}"
    assert told(assert_stops, here, here.make(), [{"loss": 1}] * 2, after=2) == (expected, "no stop")
    assert told(assert_stops, here, here.make(), [{"loss": 0}], after=None)[1] == "a stop after epoch 1"
    assert len(told(assert_stops, here, here.make(), [{"loss": 1}] * 50, after=2)[0]) < 200
    assert told(assert_stops, here, here.make, [None], after=None) == (
        "a callback that is made",
        "the class Heard itself",
    )
    assert told(assert_stops, here, None, [None], after=None)[0] == "a callback"


def test_a_report_holds_the_metric_by_its_name():
    """As `compile` was told, letter by letter."""
    good = built(loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    other = built(loss="sparse_categorical_crossentropy", metrics=["acc"])
    here = student(good=good, other=other)
    assert_reports(here.good, (X, Y), "accuracy")
    assert told(assert_reports, here.other, (X, Y), "accuracy") == (
        'a report with "loss" and "accuracy"',
        "one with 'acc', 'loss'",
    )


@pytest.mark.parametrize(
    "units, activation, loss, right",
    [
        (4, "softmax", "sparse_categorical_crossentropy", True),
        (4, "linear", keras.losses.SparseCategoricalCrossentropy(from_logits=True), True),
        (4, "linear", "sparse_categorical_crossentropy", False),
        (1, "sigmoid", "binary_crossentropy", True),
        (1, "linear", keras.losses.BinaryCrossentropy(from_logits=True), True),
        (1, "sigmoid", "mse", False),
    ],
)
def test_the_loss_is_the_crossentropy_of_the_probabilities(units, activation, loss, right):
    """Whatever way it is written; a loss that takes logits for probabilities is not."""
    here = student(model=built(units, activation, loss=loss))
    if right:
        assert_crossentropy_loss(here.model, X)
    else:
        told(assert_crossentropy_loss, here.model, X)


def test_penalties_on_weights_do_not_matter():
    """A regulariser adds the same to both losses."""
    dense = keras.layers.Dense(4, activation="softmax", kernel_regularizer=keras.regularizers.L2(0.1))
    model = keras.Sequential([keras.Input((3,)), dense])
    model.compile(loss="sparse_categorical_crossentropy")
    assert_crossentropy_loss(student(model=model).model, X)


def test_a_model_of_the_graders_own_is_what_it_was_made():
    """Its predictions, weights and layers are known, and the student's
    function gets a copy of it."""

    def ask(model, x):
        return model.predict(x, verbose=0)[:, 0]

    def spoil(model):
        model.set_weights([np.array([[9.0]]), np.array([9.0])])

    here = student(ask=ask, spoil=spoil)
    model = make_model(here, (1,), layer("Dense", units=1), weights=[[[2.0]], [0.5]])
    x = np.array([[1.0], [3.0]])
    np.testing.assert_allclose(model.predict(x)[:, 0], [2.5, 6.5])
    np.testing.assert_allclose(here.ask(model, x), [2.5, 6.5])
    assert [found.class_name for found in model.layers] == ["Dense"]
    assert model.output_shape == (None, 1)
    here.spoil(model)
    np.testing.assert_allclose(model.predict(x)[:, 0], [2.5, 6.5])
    np.testing.assert_allclose(here.ask(model, x), [18, 36])


def test_a_students_precision_is_not_that_of_a_graders_model():
    """In a notebook whose layers compute in half precision, the grader's model is as at grading."""
    import keras

    keras.config.set_dtype_policy("mixed_float16")
    try:
        model = make_model(student(), (1,), layer("Dense", units=1), weights=[[[0.12345678]], [0.0]])
        assert keras.config.dtype_policy().name == "mixed_float16"
    finally:
        keras.config.set_dtype_policy("float32")
    np.testing.assert_allclose(model.predict(np.array([[1.0]])), [[0.12345678]], rtol=1e-6)


def test_a_model_that_cannot_be_made_is_the_authors_fault():
    """Weights that do not fit, or a class that Keras has not got, cost no student anything."""
    for layers, weights in (([layer("Dense", units=1)], [[1.0]]), ([layer("Dens", units=1)], None)):
        with pytest.raises(CourseError, match="make_model"):
            make_model(student(), (1,), *layers, weights=weights)


def fit(model, x, y, epochs=8, **settings):
    return model.fit(x, y, epochs=epochs, verbose=0, **settings)


@pytest.mark.parametrize(
    "settings", [{}, {"batch_size": 256}, {"batch_size": 16, "shuffle": False}, {"validation_split": 0.05}]
)
def test_any_sensible_training_teaches_all(settings):
    """Batches of any size, in order or not, teach the grader's model every kind of picture."""
    assert_teaches_all(student(train=lambda *given: fit(*given, **settings)), "train", (28, 28))


@pytest.mark.parametrize(
    "train",
    [
        lambda model, x, y: fit(model, x[: len(x) // 2], y[: len(x) // 2]),
        lambda model, x, y: fit(model, x[len(x) // 2 :], y[len(x) // 2 :]),
        lambda model, x, y: fit(model, x[::2], y[::2]),
        lambda model, x, y: fit(model, x, y[::-1]),
        lambda model, x, y: fit(model, x, (y + 1) % 10),
        lambda model, x, y: None,
    ],
    ids=["first half", "last half", "every second", "reversed labels", "shifted labels", "nothing"],
)
def test_half_of_the_data_or_other_labels_do_not(train):
    """Which kind is not recognised, and how little of it, is told."""
    expected, found = told(assert_teaches_all, student(train=train), "train", (28, 28))
    assert expected == "90% of the pictures of each kind to be recognised"
    assert " of kind " in found


def test_a_training_that_spoils_its_pictures_is_told():
    """The arrays that are given stay as they are."""

    def train(model, x, y):
        fit(model, x, y)
        x[...] = 0

    assert told(assert_teaches_all, student(train=train), "train", (28, 28))[1] == "argument 2 was changed"


@pytest.mark.parametrize("often, found", [(1, ""), (2, "2 steps")])
def test_a_second_fit_is_told_by_its_steps(often, found):
    """A History of the last `fit` says nothing of those before, but the optimizer has counted."""

    def train(model, x, y):
        return [fit(model, x, y, epochs=1) for _ in range(often)][-1]

    here = student(train=train)
    model = make_learner(here, (8, 8), run_eagerly=True)
    images = np.random.default_rng(1).random((20, 8, 8), dtype="float32")
    history = here.train(model, images, Y)
    if found:
        assert told(assert_taught_for, model, history, 1, "max_epochs=1") == ("1 epoch of 1 steps", found)
    else:
        assert_taught_for(model, history, 1, "max_epochs=1")
    assert told(assert_taught_for, model, history, 3, "max_epochs=3") == ("3 epochs with max_epochs=3", "1")
