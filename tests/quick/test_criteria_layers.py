"""Assertions about the layers of a model and what it was compiled with."""

from __future__ import annotations

import numpy as np
import pytest
from assertions import X, failure, layer, model, said, student

from proctor.criteria.layers import (
    as_model,
    assert_compiled,
    assert_input_shape,
    assert_layer,
    assert_layer_count,
    assert_layer_order,
    assert_output_shape,
    assert_parameters,
    at_least,
    at_most,
    output_activation,
)
from proctor.criteria.metrics import accuracy, crossentropy
from proctor.criteria.training import assert_crossentropy_loss, assert_reports
from proctor.errors import CourseError
from proctor.models.view import ModelView


def convolutional() -> ModelView:
    return model(
        layer("Conv2D", (None, 26, 26, 8), "linear", filters=8, kernel_size=[3, 3], padding="valid"),
        layer("BatchNormalization", (None, 26, 26, 8)),
        layer("ReLU", (None, 26, 26, 8), "relu"),
        layer("MaxPooling2D", (None, 13, 13, 8), pool_size=[2, 2], strides=[2, 2]),
        layer("Flatten", (None, 1352)),
        layer("Dense", (None, 64), "relu", units=64, use_bias=True),
        layer("Dropout", (None, 64), rate=0.1),
        layer("Dense", (None, 10), "linear", units=10, kernel_initializer={"class_name": "HeNormal", "config": {}}),
        layer("Softmax", (None, 10), "softmax", axis=-1),
    )


def test_layers_are_counted():
    """Classes by any of their names, exactly or within a bound."""
    seen = convolutional()
    assert_layer_count(seen, Conv2D=1, MaxPool2D=1, Dense=2, LSTM=0)
    assert_layer_count(seen, Dense=at_least(2), Conv2D=at_most(1), Dropout=at_least(1))
    failed = failure(assert_layer_count, seen, Dense=1)
    assert (failed.expected, failed.found, failed.marked) == ("1 Dense layer", "2", (5, 7))
    assert failed.detail is not None
    assert failed.detail[0] == ["layer", "type", "output shape", "parameters", "settings"]
    assert failed.detail[1 + failed.marked[0]][0] == "dense"
    assert said(assert_layer_count, seen, LSTM=at_least(1)) == ("at least 1 LSTM layers", "none")


def test_a_wrapped_layer_counts_as_itself_and_its_wrapper():
    """A bidirectional LSTM is an LSTM, too."""
    inner = {"class_name": "LSTM", "config": {"units": 8, "activation": "tanh"}}
    seen = model(layer("Bidirectional", layer=inner))
    assert_layer_count(seen, Bidirectional=1, LSTM=1, GRU=0)
    assert_layer(seen, "LSTM", units=8, activation="tanh")


@pytest.mark.parametrize(
    "value, found",
    [
        (None, "None (is there a `return`?)"),
        ({"layers": []}, "a dict of 1 item"),
        (np.zeros((2, 3)), "an array of shape (2, 3)"),
        (student(build_model=lambda: None).build_model, "the function <lambda> itself (is it called?)"),
    ],
)
@pytest.mark.parametrize(
    "check",
    [
        pytest.param(lambda value: as_model(value), id="as_model"),
        pytest.param(lambda value: assert_layer_count(value, Dense=1), id="layer_count"),
        pytest.param(lambda value: assert_layer_order(value, "Conv2D", "Dense"), id="layer_order"),
        pytest.param(lambda value: assert_layer(value, -1, units=10), id="layer"),
        pytest.param(lambda value: assert_input_shape(value, (None, 4)), id="input_shape"),
        pytest.param(lambda value: assert_output_shape(value, (None, 4)), id="output_shape"),
        pytest.param(lambda value: assert_parameters(value, at_most=3), id="parameters"),
        pytest.param(lambda value: assert_compiled(value, loss="mse"), id="compiled"),
        pytest.param(lambda value: output_activation(value), id="output_activation"),
        pytest.param(lambda value: accuracy(value, (X, np.zeros(4))), id="accuracy"),
        pytest.param(lambda value: crossentropy(value, (X, np.zeros(4))), id="crossentropy"),
        pytest.param(lambda value: assert_reports(value, (X, np.zeros(4)), "accuracy"), id="reports"),
        pytest.param(lambda value: assert_crossentropy_loss(value, X), id="crossentropy_loss"),
    ],
)
def test_what_is_no_model_is_told_in_plain_words(check, value, found):
    """Whatever came instead of a model, no assertion about models ends in an error of ours."""
    assert said(check, value) == ("a Keras model", found)
    assert said(as_model, value, "build_model()") == ("build_model() to be a Keras model", found)


def test_kinds_of_layers():
    """A kind counts all its classes, wrapped layers, operations and nested models."""
    inner = {"class_name": "Conv1D", "config": {}}
    seen = model(
        layer("SeparableConv2D"),
        layer("TimeDistributed", layer=inner),
        layer("MaxPool"),
        layer("GlobalAveragePooling2D"),
        layer("Bidirectional", layer={"class_name": "GRU", "config": {}}),
        layer("SpatialDropout2D"),
        layer("Dense"),
    )
    assert_layer_count(seen, convolution=2, pooling=at_least(2), recurrent=1, dropout=1, normalization=0, Dense=1)
    assert_layer_order(seen, "convolution", "pooling", "recurrent", "Dense")
    assert said(assert_layer_count, seen, pooling=1) == ("1 pooling layer", "2")
    assert said(assert_layer_order, seen, "pooling", "convolution")[1] == "no convolution behind the pooling"
    with pytest.raises(CourseError, match="no kind of layers 'pool'"):
        assert_layer_count(seen, pool=1)


def test_layers_follow_one_another():
    """Others may stand between them."""
    seen = convolutional()
    assert_layer_order(seen, "Conv2D", "MaxPooling2D", "Dense", "Dense")
    told = said(assert_layer_order, seen, "MaxPooling2D", "Conv2D")
    assert told == ("layers in the order MaxPooling2D, Conv2D", "no Conv2D behind the MaxPooling2D")
    assert said(assert_layer_order, seen, "LSTM", "Dense")[1] == "no LSTM"
    failure(assert_layer_order, seen, "Dense", "Dense", "Dense")


def test_an_activation_of_its_own_counts_as_that_of_the_layer_before():
    """Dense and Softmax are one layer, and so are Conv2D, BatchNormalization and ReLU."""
    seen = convolutional()
    assert_layer(seen, -1, class_name="Dense", units=10, activation="softmax")
    assert_layer(seen, "Conv2D", activation="relu")
    assert output_activation(seen) == "softmax"
    assert output_activation(model(layer("Dense", activation="linear"))) == "linear"
    assert output_activation(model(layer("Flatten"), layer("Softmax", activation="softmax"))) == "softmax"
    assert output_activation(model()) is None


def test_a_layer_is_as_it_should_be_however_it_is_spelt():
    """Numbers for pairs, lists for tuples, names in any spelling, alternatives."""
    seen = convolutional()
    assert_layer(seen, 0, kernel_size=3, filters=(4, 8, 16), padding={"valid", "same"})
    assert_layer(seen, 0, kernel_size=(3, 3), output_shape=(None, None, None, 8))
    assert_layer(seen, "MaxPool2D", pool_size=(2, 2), activation=None)
    assert_layer(seen, "Dense", kernel_initializer="he_normal")
    assert_layer(seen, "Dense", kernel_initializer=("GlorotNormal", "HeNormal"), activation=("softmax", "sigmoid"))
    assert_layer(seen, -2, class_name="Dropout", rate=0.1)
    assert_layer(seen, "Dense", use_bias=True, units=64)
    assert_layer(model(layer("Dense", dtype={"class_name": "DTypePolicy", "config": {"name": "f16"}})), 0, dtype="f16")
    failure(assert_layer, seen, "Dense", use_bias=1)
    failure(assert_layer, seen, 0, kernel_size=(3, 5, 5))


def test_what_a_student_reads_about_a_layer():
    """The setting that is off, what it is, and which row of the table it is."""
    seen = convolutional()
    failed = failure(assert_layer, seen, -1, units=10, activation="sigmoid")
    told = ("the last layer with activation=sigmoid", "activation=softmax", (7,))
    assert (failed.expected, failed.found, failed.marked) == told
    told_closest = failure(assert_layer, seen, "Dense", units=128, activation="relu")
    assert (told_closest.found, told_closest.marked) == ("units=64", (5,))
    assert said(assert_layer, seen, "LSTM", units=3) == ("an LSTM layer", "none")
    assert said(assert_layer, seen, 0, rate=0.5) == ("layer 0 with rate=0.5", "rate=not set")
    assert said(assert_layer, seen, 20, units=1)[0] == "21 layers or more"
    assert said(assert_layer, seen, -20, units=1)[0] == "20 layers or more"
    assert (
        said(assert_layer, seen, "Dense", activation=("elu", "gelu"))[0] == "a Dense layer with activation=elu or gelu"
    )


def test_shapes_and_parameters_of_a_model():
    """None stands for any size; a model that saw no data says so."""
    seen = convolutional()
    assert_input_shape(seen, (None, 28, 28))
    assert_output_shape(seen, (None, 10))
    assert_output_shape(seen, (None, None))
    failed = failure(assert_output_shape, seen, (None, 2))
    assert (failed.expected, failed.found, failed.marked) == ("outputs of shape (None, 2)", "(None, 10)", (8,))
    failure(assert_input_shape, seen, (None, 28, 28, 1))
    assert "has not seen any data" in said(assert_input_shape, model(input_shape=None), (None, 4))[1]
    two = model(layer("Dense"), input_shape=[[None, 4], [None, 8]])
    assert_input_shape(two, ((None, 4), (None, 8)))
    failure(assert_input_shape, two, ((None, 4), (None, 9)))
    failure(assert_input_shape, two, (None, 4))
    assert_parameters(seen, at_most=740, at_least=740, exactly=740)
    failed = failure(assert_parameters, seen, at_most=700)
    assert (failed.expected, failed.found, failed.marked) == ("at most 700 parameters", "740", (5,))
    assert said(assert_parameters, seen, at_least=1000) == ("at least 1,000 parameters", "740")
    assert said(assert_parameters, seen, exactly=1) == ("1 parameters", "740")


def test_what_a_model_is_compiled_with():
    """Names in any spelling; a metric may stand among others; every output has its loss."""
    seen = model(compiled={"optimizer": "sgd", "loss": "mean_squared_error", "metrics": ["auc", "accuracy"]})
    assert_compiled(seen, loss="mse", optimizer="SGD", metrics="acc")
    assert_compiled(seen, loss=("mae", "MeanSquaredError"), optimizer=("Adam", "SGD"), metrics=("precision", "AUC"))
    told = ("loss huber or mean_absolute_error", "mean_squared_error")
    assert said(assert_compiled, seen, loss=("Huber", "mae")) == told
    assert said(assert_compiled, seen, metrics="recall") == ("metrics recall", "auc, accuracy")
    assert "not: call model.compile" in said(assert_compiled, model())[1]
    two = model(compiled={"optimizer": "sgd", "loss": ["mean_squared_error", "huber"], "metrics": []})
    assert_compiled(two, loss=("mse", "huber"))
    failure(assert_compiled, two, loss="mse")
    assert said(assert_compiled, two, metrics="acc")[1] == "none"
