"""Networks that answer from an average of words, with the real Keras."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    as_model,
    assert_averages_words,
    assert_learns,
    assert_masks_padding,
    assert_reports_accuracy,
    assert_table_learns,
    scatter_table,
)
from proctor.channel.student import LocalLink, Student

TABLE = (11, 3)
ROWS = np.random.default_rng(5).integers(1, 11, (6, 5))
MEAN = keras.layers.GlobalAveragePooling1D


def built(middle=MEAN, widths=(), mask=True, optimizer="sgd", metrics=("accuracy",), units=4, **embedding):
    """A network of a notebook: a table, something that makes a vector of all words, and layers."""
    layers = [keras.Input((None,)), keras.layers.Embedding(*TABLE, mask_zero=mask, **embedding), middle()]
    layers += [keras.layers.Dense(width, "relu") for width in widths]
    model = keras.Sequential([*layers, keras.layers.Dense(units, "softmax" if units > 1 else "sigmoid")])
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=list(metrics))
    return as_model(Student(LocalLink({"model": model})).model)


def told(check, *arguments):
    """What was expected and found."""
    with pytest.raises(CriterionFailed) as failed:
        check(*arguments)
    return failed.value.expected, failed.value.found


@pytest.mark.parametrize("widths", [(), (5,), (256, 128, 64)])
def test_an_average_is_one_however_deep_the_network_is(widths):
    """The answers of wide layers are not all alike, so that what should differ can be seen."""
    model = scatter_table(built(widths=widths), TABLE)
    assert_averages_words(model)
    assert_masks_padding(model, TABLE)
    assert model.predict(ROWS).std(axis=0).max() > 0.01
    assert scatter_table(model, TABLE, 20).predict(ROWS).max() > 0.6


def test_what_is_no_average_is_told():
    """An order, a maximum, and padding or unknown words that count in another way."""
    expected, _ = told(assert_averages_words, scatter_table(built(lambda: keras.layers.SimpleRNN(6)), TABLE))
    assert "another order" in expected
    expected, _ = told(assert_averages_words, scatter_table(built(keras.layers.GlobalMaxPooling1D, mask=False), TABLE))
    assert "a larger part" in expected
    expected, _ = told(assert_masks_padding, scatter_table(built(mask=False), TABLE), TABLE)
    assert "[3, 5, 8, 0]" in expected


def test_a_table_that_learns():
    """However the network is compiled, it is taught; what is frozen, or is not there, is told."""
    assert_table_learns(built(metrics=["binary_accuracy"]), TABLE, 4)
    assert "table that changes" in told(assert_table_learns, built(trainable=False), TABLE, 4)[0]
    assert told(assert_table_learns, built(), (12, 3), 4)[1] == "no weights of this shape"
    assert_learns(built(), ROWS, np.arange(6) % 4)
    assert told(assert_learns, built(optimizer=keras.optimizers.SGD(0.0)), ROWS, np.arange(6) % 4)[1].startswith(
        "the same"
    )


@pytest.mark.parametrize("metric", ["accuracy", "acc", keras.metrics.SparseCategoricalAccuracy("right")])
def test_an_accuracy_by_any_name(metric):
    """Keras has several names for it, and an object has any."""
    assert_reports_accuracy(scatter_table(built(metrics=[metric]), TABLE), ROWS)


@pytest.mark.parametrize(
    "metric", [keras.metrics.CategoricalAccuracy("accuracy"), keras.metrics.SparseTopKCategoricalAccuracy(3)]
)
def test_what_is_no_accuracy_is_told(metric):
    """Whatever it is called."""
    expected, found = told(assert_reports_accuracy, scatter_table(built(metrics=[metric]), TABLE), ROWS)
    assert expected == "a metric that says how many are right"
    assert metric.name in found


def test_an_accuracy_without_classes_or_optimizer():
    """One number is no probability for each class, and without an optimizer `fit` fails."""
    assert told(assert_reports_accuracy, built(units=1), ROWS)[1] == "one number"
    assert "optimizer" in told(assert_reports_accuracy, scatter_table(built(optimizer=None), TABLE), ROWS)[0]
