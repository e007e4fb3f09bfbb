"""What a training function with early stopping makes of a lesson whose every step is known."""

from __future__ import annotations

import functools

import keras
import pytest

from proctor import CriterionFailed, assert_ends_by_patience, assert_keeps_best, teach_one_input
from proctor.channel.student import LocalLink, Student


def train(model, x, y, x_new, y_new, patience, max_epochs, batch_size=64, **stopping):
    """Stop as Keras does it."""
    stop = keras.callbacks.EarlyStopping(**{"patience": patience, "restore_best_weights": True} | stopping)
    settings = {"validation_data": (x_new, y_new), "callbacks": [stop], "verbose": 0}
    return model.fit(x, y, batch_size=batch_size, epochs=max_epochs, **settings)


def wait_longer(model, x, y, x_new, y_new, patience, max_epochs):
    """Be more patient than asked for."""
    return train(model, x, y, x_new, y_new, patience + 2, max_epochs)


def load_best(model, *data, folder, **settings):
    """Bring back the best weights from a file, and the state of the optimizer with them."""
    file = str(folder / "best.weights.h5")
    save = keras.callbacks.ModelCheckpoint(file, save_best_only=True, save_weights_only=True)
    stop = keras.callbacks.EarlyStopping(patience=settings["patience"])
    history = model.fit(
        data[0],
        data[1],
        epochs=settings["max_epochs"],
        validation_data=(settings["x_new"], settings["y_new"]),
        callbacks=[stop, save],
        verbose=0,
    )
    model.load_weights(file)
    return history


def forget(model, x, y, x_new, y_new, patience, max_epochs):
    """Teach nothing."""


def lesson_of(function, patience=4, max_epochs=30):
    return teach_one_input(Student(LocalLink({"train": function})), "train", patience=patience, max_epochs=max_epochs)


def told(check, *arguments):
    with pytest.raises(CriterionFailed) as failed:
        check(*arguments)
    return failed.value.found


@pytest.mark.parametrize("batch_size", [8, 32, 64, 500])
def test_batches_of_any_size_end_in_time(batch_size):
    """Whatever the size of the batches, Keras's own early stopping is right."""
    lesson = lesson_of(functools.partial(train, batch_size=batch_size))
    assert_ends_by_patience(lesson)
    assert_keeps_best(lesson)


def test_a_file_may_bring_back_the_weights(tmp_path):
    """A file of weights brings back the optimizer's steps, and the lesson is still right."""
    lesson = lesson_of(functools.partial(load_best, folder=tmp_path))
    assert_ends_by_patience(lesson)
    assert_keeps_best(lesson)


@pytest.mark.parametrize(
    "slip, ends, keeps",
    [
        (wait_longer, "one of 10 epochs", ""),
        (functools.partial(train, restore_best_weights=False), "", "those of epoch 8"),
        (functools.partial(train, monitor="loss"), "one of 30 epochs", "those of epoch 30"),
        (functools.partial(train, min_delta=0.02), "one of 7 epochs", "those of epoch 3"),
    ],
)
def test_slips_are_told(slip, ends, keeps):
    """Another patience, the last weights and another monitor are found, with what they led to."""
    lesson = lesson_of(slip)
    for check, found in ((assert_ends_by_patience, ends), (assert_keeps_best, keeps)):
        if found:
            assert told(check, lesson) == found
        else:
            check(lesson)


def test_nothing_is_taught():
    """A function that teaches nothing is told so."""
    assert told(lesson_of, forget) == "one without a step of training"
