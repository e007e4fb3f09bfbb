"""Assertions about early stopping: when a lesson ended, and whose epoch's weights it left."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from proctor.channel.reference import as_left, layer, make_model
from proctor.channel.student import Student
from proctor.criteria.training import read_attribute
from proctor.errors import CriterionFailed
from proctor.models.view import ModelView

INPUT = np.array([0.5, -1.0, 0.75, 1.5])
WEIGHTS = np.array([[0.3, -0.2, 0.1], [0.25, 0.4, -0.3], [-0.1, 0.2, 0.35], [0.15, -0.3, -0.25]])
TAUGHT, COUNT, RATE = 2, 90, 0.02
"""The label of the one input, how often it is in the data, and the learning rate: with any batch
size, the losses of neighbouring epochs differ by 0.03 % or more where they are lowest."""

DOUBTED = (5, 3, 12)
"""How many inputs validate with each label. Once the network is surer of label 2 than 60 %, its
validation loss rises."""

SAME = 1e-3
"""By how much the probabilities of an epoch may differ; neighbouring epochs are further apart."""


@dataclass(frozen=True)
class StoppedLesson:
    """What is known of a lesson that a student's function gave; see `teach_one_input`."""

    returned: Any
    """What the function returned."""
    left: ModelView
    """The model, as the function left it."""
    steps_per_epoch: int
    """Of the optimizer, as a call with one epoch at most has shown."""
    patience: int
    max_epochs: int

    @cached_property
    def epochs(self) -> float:
        """How many epochs the lesson had, as the optimizer's steps show.

        A file of weights may have brought back the optimizer, too, and with it the steps of that
        epoch. Where the weights are those of the last step, the History may tell of more epochs.
        """
        ran = (self.left.steps or 0) / self.steps_per_epoch
        told = _count_epochs(self.returned)
        return told if ran < told <= self.max_epochs and self.kept == ran else ran

    @cached_property
    def kept(self) -> int | None:
        """The epoch whose weights were left, if there is one."""
        weights, biases = self.left.weights
        distances = np.abs(self.outputs - _answer(weights, biases)).max(axis=1)
        return int(distances.argmin()) + 1 if distances.min() <= SAME else None

    @cached_property
    def outputs(self) -> np.ndarray:
        """The probabilities (max_epochs, 3) after each epoch, worked out step by step."""
        weights, biases, outputs = WEIGHTS, np.zeros(3), []
        for step in range(1, self.max_epochs * self.steps_per_epoch + 1):
            slopes = _answer(weights, biases) - np.eye(3)[TAUGHT]
            weights, biases = weights - RATE * np.outer(INPUT, slopes), biases - RATE * slopes
            if step % self.steps_per_epoch == 0:
                outputs.append(_answer(weights, biases))
        return np.array(outputs)

    @property
    def losses(self) -> np.ndarray:
        """The validation loss after each of `max_epochs` epochs."""
        return np.asarray(-np.log(self.outputs) @ DOUBTED / sum(DOUBTED))


def teach_one_input(student: Student, name: str, *, patience: int, max_epochs: int) -> StoppedLesson:
    """Let a student's function teach a network whose every step is known, until patience ends it.

    All that there is to learn is one input, again and again, with one label, so that neither the
    order nor the size of the batches matters. Of the inputs that validate, 40 % have another label:
    the validation loss falls until the network is sure enough, and rises from then on.

    Args:
        student: the submission.
        name: of the function, which is called with a compiled model, inputs and labels, and
            `x_new`, `y_new`, `patience` and `max_epochs`.
        patience, max_epochs: passed on.

    Raises CriterionFailed if the model has not been taught.
    """

    y_new = np.repeat([2, 0, 1], [DOUBTED[label] for label in (2, 0, 1)])

    def learn(epochs: int) -> tuple[Any, ModelView]:
        model = make_model(
            student, (len(INPUT),), layer("Dense", units=3, activation="softmax"), weights=[WEIGHTS, np.zeros(3)]
        )
        optimizer = {"class_name": "SGD", "config": {"learning_rate": RATE}}
        loss = "sparse_categorical_crossentropy"
        model.compile(optimizer=optimizer, loss=loss, metrics=["accuracy"], run_eagerly=True)
        settings = {"x_new": _repeat(len(y_new)), "y_new": y_new, "patience": patience, "max_epochs": epochs}
        return getattr(student, name)(model, _repeat(COUNT), np.full(COUNT, TAUGHT), **settings), as_left(model)

    returned, once = learn(1)
    if not once.steps:
        raise CriterionFailed("a model that is taught", "one without a step of training")
    return StoppedLesson(*learn(max_epochs), once.steps // max(1, _count_epochs(returned)), patience, max_epochs)


def assert_ends_by_patience(lesson: StoppedLesson) -> None:
    """Assert that a lesson ended once its patience was over, or with `max_epochs`.

    Raises CriterionFailed, with the number of epochs that was found.
    """
    losses, expected = lesson.losses, 1
    while expected < lesson.max_epochs and expected - 1 - losses[:expected].argmin() < lesson.patience:
        expected += 1
    if lesson.epochs != expected:
        raise CriterionFailed(f"a lesson of {expected} epochs", f"one of {lesson.epochs:g} epochs")


def assert_keeps_best(lesson: StoppedLesson) -> None:
    """Assert that the model has the weights of the best of the epochs that the lesson had.

    Raises CriterionFailed, with the epoch whose weights were found.
    """
    best = int(lesson.losses[: max(1, int(lesson.epochs))].argmin()) + 1
    if lesson.kept != best:
        raise CriterionFailed(
            f"the weights of epoch {best}, which had the lowest validation loss",
            f"those of epoch {lesson.kept}" if lesson.kept else "weights that no epoch of this lesson has left",
        )


def _answer(weights: np.ndarray, biases: np.ndarray) -> np.ndarray:
    """The probabilities that a network with these weights gives the one input."""
    powers = np.exp(INPUT @ weights + biases)
    return np.asarray(powers / powers.sum())


def _repeat(count: int) -> np.ndarray:
    return np.tile(INPUT, (count, 1)).astype("float32")


def _count_epochs(returned: Any) -> int:
    """How many epochs a History tells of; 0 if it is none."""
    record = read_attribute(returned, "history")
    told = record.get("val_loss") if isinstance(record, dict) else None
    return len(told) if isinstance(told, list) else 0
