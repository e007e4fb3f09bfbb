"""Histories, callbacks, compiled models and models of the grader's own, with the real Keras."""

from __future__ import annotations

import functools

import keras
import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    as_model,
    assert_crossentropy_loss,
    assert_ends_at_target,
    assert_lasts,
    assert_nonlinear,
    assert_reports,
    assert_stops,
    assert_teaches_all,
    layer,
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


class Heard(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no types
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


def test_a_model_without_an_optimizer_cannot_be_taught():
    """`evaluate` reports all that it should, and `fit` would fail."""
    model = built()
    model.compile(optimizer=None, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    expected, found = told(assert_reports, student(model=model).model, (X, Y), "accuracy")
    assert "optimizer" in expected
    assert "fit" in found


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


@pytest.mark.parametrize(
    "loss, one_hot, right",
    [
        ("categorical_crossentropy", True, True),
        ("mse", True, False),
        ("sparse_categorical_crossentropy", False, True),
    ],
)
def test_the_labels_may_be_one_hot_rows(loss, one_hot, right):
    """With `one_hot`, the loss must be the crossentropy with rows of zeros and a one."""
    here = student(model=built(4, "softmax", loss=loss))
    if right:
        assert_crossentropy_loss(here.model, X, one_hot=one_hot)
    else:
        told(assert_crossentropy_loss, here.model, X, one_hot=one_hot)


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


def test_a_weight_may_be_a_single_number():
    """A layer that has adapted to all numbers together has one mean and one variance."""
    scaling = keras.layers.Normalization(axis=None)
    scaling.adapt(np.array([1.0, 5.0]))
    model = keras.Sequential([keras.Input((1,)), scaling])
    mean, variance, _ = as_model(student(model=model).model, "the model").weights
    np.testing.assert_allclose([mean, variance], [3, 4])


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


class StopAt(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no types
    def __init__(self, target):
        super().__init__()
        self.target = target

    def on_epoch_end(self, epoch, logs=None):
        self.model.stop_training = logs["accuracy"] >= self.target


def train(model, x, y, target, max_epochs, **settings):
    return fit(model, x, y, max_epochs, callbacks=[StopAt(target)], **settings)


def twice(model, x, y, target, max_epochs):
    fit(model, x, y, 1)
    return train(model, x, y, target, max_epochs)


def invent(model, x, y, target, max_epochs):
    history = keras.callbacks.History()
    history.epoch = list(range(1 if target < 1 else max_epochs))
    history.history = {"accuracy": [0.9 for _ in history.epoch]}
    return history


def invent_and_count(model, *arguments, **settings):
    history = invent(model, *arguments, **settings)
    model.optimizer.iterations.assign_add(len(history.epoch))
    return history


def guess(model, x, y, target, max_epochs):
    return fit(model, x, y, 1 if target < 1 else max_epochs, batch_size=200)


def ignore(model, x, y, target, max_epochs):
    return fit(model, x, y, max_epochs)


def retell(*given, history, train, **settings):
    record = train(*given, **settings)
    if settings["target"] < 1:
        record.history["accuracy"] = history
    return record


def stop_early(model, x, y, target, max_epochs):
    return train(model, x, y, target / 2, max_epochs, batch_size=128)


UNTAUGHT = "one with the weights that it had before"


@pytest.mark.parametrize(
    "train, met, never",
    [
        (train, "", ""),
        (twice, "", "28 steps"),
        (ignore, "3", ""),
        (invent, UNTAUGHT, UNTAUGHT),
        (invent_and_count, UNTAUGHT, UNTAUGHT),
        (lambda *given, **settings: None, "None (is there a `return`?)", "None (is there a `return`?)"),
        (lambda *given, **settings: {"loss": [1.0]}, "a dict of 1 item", "a dict of 1 item"),
    ],
)
def test_how_long_a_training_lasts_is_seen_in_the_model_it_leaves(train, met, never):
    """A History counts if the optimizer has taken its steps and the weights are others."""
    here = student(train=train)
    for found, epochs, target in ((met, 1, 0.01), (never, 3, 2.0)):
        if not found:
            assert_lasts(here, "train", (14, 14), epochs, target=target, max_epochs=3)
        else:
            assert told(assert_lasts, here, "train", (14, 14), epochs, target=target, max_epochs=3)[1] == found


@pytest.mark.parametrize(
    "settings", [{"batch_size": 16}, {"batch_size": 400}, {"batch_size": 128, "validation_split": 0.1}]
)
def test_an_end_with_the_first_epoch_that_meets_the_target(settings):
    """Batches of any size end their training there."""
    here = student(train=functools.partial(train, **settings))
    assert_ends_at_target(here, "train", (28, 28), target=0.5, max_epochs=15)


@pytest.mark.parametrize(
    "train, found",
    [
        (ignore, "after 15"),
        (functools.partial(retell, train=ignore, history=[0.1, 0.2, 0.6]), "195 steps"),
        (functools.partial(retell, train=ignore, history=[*[0.1] * 14, 0.6]), "one after epoch 15; after epoch 13 "),
        (guess, "after 1"),
        (functools.partial(retell, train=guess, history=[0.6]), "0."),
        (invent, UNTAUGHT),
        (invent_and_count, UNTAUGHT),
        (stop_early, "after "),
    ],
    ids=[
        "every epoch",
        "every epoch, with a shorter History",
        "every epoch, with a worse History",
        "one epoch",
        "one epoch, with a better History",
        "none, with a History",
        "none, but counted",
        "half of the target",
    ],
)
def test_another_end_is_told_by_what_the_model_knows(train, found):
    """Whatever the History says, a model that knows too little was stopped early, or late."""
    said = told(assert_ends_at_target, student(train=train), "train", (28, 28), target=0.5, max_epochs=15)
    assert said[1].startswith(found)


@pytest.mark.parametrize("activation", ["relu", "tanh", "gelu", "softmax"])
def test_a_hidden_layer_that_bends_is_nonlinear(activation):
    """Any activation that bends will do."""
    assert_nonlinear(student(model=hidden(activation)).model, (3,))


@pytest.mark.parametrize(
    "model", [pytest.param(lambda: hidden(None), id="a linear hidden layer"), pytest.param(built, id="none")]
)
def test_layers_without_a_bend_are_not_nonlinear(model):
    """However many linear layers there are, they make straight lines."""
    expected, found = told(assert_nonlinear, student(model=model()).model, (3,))
    assert "an activation such as ReLU" in expected
    assert "straight lines" in found


def hidden(activation):
    """A classifier with a hidden layer of this activation."""
    keras.utils.set_random_seed(0)
    return keras.Sequential(
        [
            keras.Input((3,)),
            keras.layers.Dense(16, activation=activation),
            keras.layers.Dense(4, activation="softmax"),
        ]
    )
