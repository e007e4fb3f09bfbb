"""Accuracy, cross-entropy and errors that no answer makes NaN."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from assertions import X, failure, layer, model, said
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from proctor.criteria.metrics import accuracy, crossentropy, mean_absolute_error, mean_squared_error
from proctor.errors import CriterionFailed
from proctor.models.view import ModelView


def predicting(found: Any, activation: str | None, **about: Any) -> ModelView:
    return model(
        layer("Dense", activation=activation), predict=lambda x: np.asarray(found)[x[:, 0].astype(int)], **about
    )


PROBABILITIES = np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.2, 0.2, 0.6], [0.5, 0.3, 0.2]])


@pytest.mark.parametrize("labels", [[0, 1, 2, 2], [[0], [1], [2], [2]], np.eye(3)[[0, 1, 2, 2]], [0.0, 1.0, 2.0, 2.0]])
def test_accuracy_takes_labels_in_any_form(labels):
    """Integers, a column of them, or one-hot rows."""
    assert accuracy(predicting(PROBABILITIES, "softmax"), (X, np.array(labels))) == 0.75
    assert accuracy(predicting(np.log(PROBABILITIES) + 3, "linear"), (X, np.array(labels))) == 0.75


@pytest.mark.parametrize(
    "found, activation, about",
    [
        ([[0.2], [0.8], [0.6], [0.1]], "sigmoid", {}),
        ([0.2, 0.8, 0.6, 0.1], "sigmoid", {}),
        ([[-1.0], [2.0], [0.2], [-3.0]], "linear", {}),
        ([[-1.0], [2.0], [0.2], [-3.0]], None, {}),
        ([[-1.0], [0.4], [0.2], [-3.0]], None, {"compiled": {"from_logits": True}}),
        ([[0.2], [0.8], [0.6], [0.1]], None, {}),
    ],
)
def test_one_output_is_a_probability_or_a_logit(found, activation, about):
    """How the model ends decides where one class ends and the other begins."""
    assert accuracy(predicting(found, activation, **about), (X, np.array([0, 1, 1, 1]))) == 0.75


def test_every_token_counts():
    """Predictions for each step of a sequence are judged one by one."""
    found = np.broadcast_to(PROBABILITIES, (2, 4, 3))
    assert accuracy(predicting(found, "softmax"), (X[:2], np.array([[0, 1, 2, 0], [1, 1, 1, 1]]))) == 5 / 8


def test_crossentropy_is_the_same_from_probabilities_and_logits():
    """It is the mean of the negative log of what the right class got."""
    labels = np.array([0, 1, 2, 2])
    right = -np.log([0.7, 0.8, 0.6, 0.2]).mean()
    assert crossentropy(predicting(PROBABILITIES, "softmax"), (X, labels)) == pytest.approx(right)
    assert crossentropy(predicting(np.log(PROBABILITIES) - 400, "linear"), (X, labels)) == pytest.approx(right)
    one = np.array([0.2, 0.8, 0.6, 0.1])
    right = -np.log([0.8, 0.8, 0.6, 0.1]).mean()
    assert crossentropy(predicting(one, "sigmoid"), (X, np.array([0, 1, 1, 1]))) == pytest.approx(right)
    logits = np.log(one / (1 - one))[:, None]
    assert crossentropy(predicting(logits, "linear"), (X, np.array([[0], [1], [1], [1]]))) == pytest.approx(right)
    assert np.isfinite(crossentropy(predicting(np.eye(3)[[1, 1, 1, 1]], "softmax"), (X, labels)))


def test_a_model_with_a_call_of_its_own_is_judged_by_its_numbers():
    """Its last layer has no activation; that `call` applies softmax behind it is not to be seen."""
    labels = np.array([0, 1, 2, 2])
    right = crossentropy(predicting(PROBABILITIES, "softmax"), (X, labels))
    assert crossentropy(predicting(PROBABILITIES, "linear", class_name="Reader"), (X, labels)) == pytest.approx(right)
    logits = predicting(np.log(PROBABILITIES), "linear", class_name="Reader")
    assert crossentropy(logits, (X, labels)) == pytest.approx(right)
    one = predicting([[0.2], [0.8], [0.6], [0.1]], "linear", class_name="Reader")
    assert accuracy(one, (X, np.array([0, 1, 1, 1]))) == 0.75


def test_predictions_that_do_not_fit_the_labels_fail():
    """What does not fit never broadcasts."""
    fits = predicting(PROBABILITIES, "softmax")
    failure(accuracy, fits, (X, np.zeros((4, 2))))
    failure(accuracy, fits, (X, np.array([0, 1, 2, 3])))
    failure(accuracy, predicting(PROBABILITIES.reshape(4, 3, 1), "softmax"), (X, np.zeros(4)))
    failure(accuracy, model(predict=lambda x: [x, x]), (X, np.zeros(4)))
    failure(crossentropy, predicting(np.full((4, 3), np.nan), "softmax"), (X, np.zeros(4)))


@settings(max_examples=50)
@given(
    arrays.arrays("f8", (6,), elements=st.floats(-1e3, 1e3)), arrays.arrays("f8", (6,), elements=st.floats(-1e3, 1e3))
)
def test_mean_errors_take_a_column_for_a_row(found, true):
    """(n, 1) counts as (n,), and never broadcasts to (n, n)."""
    squared, absolute = np.mean((found - true) ** 2), np.mean(np.abs(found - true))
    for left, right in ((found, true), (found[:, None], true), (found, true[:, None]), (found.tolist(), true)):
        assert mean_squared_error(left, right) == pytest.approx(squared)
        assert mean_absolute_error(left, right) == pytest.approx(absolute)


HOSTILE = st.one_of(
    st.sampled_from([None, "2", b"2", [], {}, {"a": 1}, [None], [[1], [2, 3]], 10**400, [10**400], np.nan, 1e308]),
    arrays.arrays(
        st.sampled_from(["f2", "f4", "f8", "u1", "i8", "u8", "?", "c8"]),
        st.sampled_from([(), (0,), (3,), (3, 1), (1, 3), (3, 3), (3, 0), (1,), (3, 1, 1)]),
    ),
)


@settings(max_examples=200)
@given(HOSTILE, arrays.arrays("f8", (3,), elements=st.floats(-10, 10)))
def test_no_metric_is_ever_nan(found, true):
    """Whatever was predicted, an error is a number that is not too small,
    or the criterion fails."""
    for metric in (mean_squared_error, mean_absolute_error):
        try:
            error = metric(found, true)
        except CriterionFailed:
            continue
        assert error >= 0
        if error < 1e-9:
            np.testing.assert_allclose(np.asarray(found, float).reshape(3), true, atol=1e-4)


def test_no_class_metric_is_ever_nan():
    """Predictions that are no probabilities where they should be, and none at all, fail."""
    none = predicting(np.zeros((4, 3)), "softmax")
    assert said(crossentropy, none, (X, np.zeros(4)))[1] == "a sum of 0"
    failure(accuracy, predicting(np.zeros((0, 3)), "softmax"), (X[:0], np.zeros(0)))
    failure(crossentropy, predicting(np.zeros((0, 3)), "softmax"), (X[:0], np.zeros(0)))
    huge = predicting(np.array([[1e308, -1e308, 0]] * 4), "linear")
    assert crossentropy(huge, (X, np.zeros(4))) == pytest.approx(0)
    assert crossentropy(huge, (X, np.ones(4))) > 1e308
    for kind in ("f2", "u1", "i8"):
        found = np.array([[0, 5, 1], [7, 0, 1], [3, 2, 9], [1, 0, 0]], kind)
        assert accuracy(predicting(found, "linear"), (X, np.array([1, 0, 2, 1]))) == 0.75


def test_labels_off_by_one_are_told_as_such():
    """A model trained with labels from 1 to 3 is told so, with three outputs or four."""
    for outputs in (3, 4):
        found = np.eye(outputs)[[1, 2, 3 % outputs, 1]]
        told = said(accuracy, predicting(found, "softmax"), (X, np.array([0, 1, 2, 0])))
        assert told[1] == "every class one output further"
    assert accuracy(predicting(np.eye(2)[[1, 0, 1, 0]], "softmax"), (X, np.array([0, 1, 0, 1]))) == 0


def test_complex_numbers_are_no_predictions():
    """An imaginary part is not dropped."""
    assert said(mean_squared_error, np.array([1 + 5j]), [1.0])[1] == "complex ones"


def test_mean_errors_refuse_what_does_not_fit():
    """Another shape, NaN or infinity is no error but a failure."""
    assert said(mean_squared_error, np.zeros((6, 2)), np.zeros(6)) == ("predictions of shape (6,)", "shape (6, 2)")
    assert said(mean_squared_error, np.zeros(1), np.zeros(6))[1] == "shape (1,)"
    assert said(mean_absolute_error, [np.nan, 1], [0, 1]) == ("predictions to be finite numbers", "NaN")
    assert said(mean_absolute_error, [np.inf, 1], [0, 1])[1] == "infinity"
    failure(mean_absolute_error, None, [0, 1])
