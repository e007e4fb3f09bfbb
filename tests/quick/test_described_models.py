"""What a model tells about itself, and what a grader may ask it."""

from __future__ import annotations

import json
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers, ops
from model_files import functional, recurrent, two_in_two_out

from proctor.errors import CriterionFailed
from proctor.models.describe import describe, load
from proctor.models.names import canonical, compiled, layer_class
from proctor.models.view import ModelView

# Keras's own, not about what is tested here.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


# What there is to say about a model


def view(model: Any) -> ModelView:
    def predict(x: Any, batch_size: int) -> Any:
        return model.predict(x, batch_size=batch_size, verbose=0)

    return ModelView(lambda: describe(model), predict, model.get_weights, model)


def test_a_sequential_and_a_functional_model_are_described_alike():
    """How a model was written does not show in its layers."""

    def stack(x):
        for layer in (layers.Conv2D(4, 3, activation="relu"), layers.Flatten(), layers.Dense(2)):
            x = layer(x)
        return x

    sequential = keras.Sequential(
        [keras.Input((8, 8, 1)), layers.Conv2D(4, 3, activation="relu"), layers.Flatten(), layers.Dense(2)]
    )
    left, right = (describe(model) for model in (sequential, functional(stack, 8, 8, 1)))
    for key in ("input_shape", "output_shape", "parameters", "trainable_parameters"):
        assert left[key] == right[key]
    for one, other in zip(left["layers"], right["layers"], strict=True):
        for key in ("class_name", "input_shape", "output_shape", "parameters", "activation"):
            assert one[key] == other[key]
    assert left["input_shape"] == [None, 8, 8, 1]
    assert left["layers"][0]["output_shape"] == [None, 6, 6, 4]
    assert left["layers"][0]["activation"] == "relu"
    assert left["layers"][1]["activation"] is None
    assert left["layers"][2]["activation"] == "linear"


def test_layers_of_nested_models_come_in_their_place():
    """A model inside a model shows its layers, with the way to them in their names."""
    base = keras.Sequential([keras.Input((8, 8, 3)), layers.Conv2D(2, 3, name="edges"), layers.Flatten()], name="base")
    base.trainable = False
    model = view(functional(lambda x: layers.Dense(2)(base(x / 255)), 8, 8, 3))
    assert [layer.class_name for layer in model.layers] == ["TrueDivide", "Conv2D", "Flatten", "Dense"]
    assert model.layers[1].name == "base/edges"
    assert not model.layers[1].trainable
    assert model.layers[-1].trainable
    assert model.layers[1].output_shape == (None, 6, 6, 2)
    assert sum(layer.parameters for layer in model.layers) == model.parameters
    assert model.trainable_parameters == model.layers[-1].parameters


def test_a_subclassed_model_is_described_before_and_after_it_saw_data():
    """What is not known is None, and nothing raises."""

    class Own(keras.Model):  # type: ignore[misc]  # Keras has no types
        def __init__(self):
            super().__init__()
            self.first = layers.Dense(4, activation="relu")
            self.rest = keras.Sequential([layers.Dense(1)])

        def call(self, x):
            return self.rest(self.first(x))

    model = Own()
    fresh = describe(model)
    assert (fresh["input_shape"], fresh["output_shape"], fresh["parameters"]) == (None, None, 0)
    assert [layer["class_name"] for layer in fresh["layers"]] == ["Dense", "Dense"]
    assert fresh["compiled"] is None
    model.compile("rmsprop", loss=lambda true, found: ops.mean(true - found))
    model(np.zeros((2, 3)))
    known = describe(model)
    assert known["input_shape"] == [None, 3]
    assert (known["output_shape"], known["parameters"]) == ([None, 1], 21)
    assert known["compiled"]["optimizer"] == "rmsprop"
    assert json.dumps([fresh, known])


def test_an_unbuilt_model_is_described():
    """A Sequential without an input has layers without shapes."""
    description = describe(keras.Sequential([layers.Dense(3), layers.Dense(1)]))
    assert description["input_shape"] is description["layers"][0]["output_shape"] is None
    assert description["parameters"] == 0


def test_a_layer_that_cannot_be_asked_is_still_described():
    """A student's layer may have no config, an odd one, or one without end."""

    class Silent(layers.Layer):  # type: ignore[misc]  # Keras has no types
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.activation = object()

        def get_config(self):
            raise RuntimeError

    class Odd(layers.Layer):  # type: ignore[misc]  # Keras has no types
        def call(self, x):
            return x

        def get_config(self):
            loop: list[Any] = []
            loop.append(loop)
            return {"loop": loop, "long": list(range(10**5)), "nan": float("nan"), "it": object(), 3: np.float32(2)}

    description = describe(keras.Sequential([keras.Input((2,)), Odd(), Silent()]))
    odd, silent = description["layers"]
    assert silent["config"] == {}
    assert odd["config"]["long"][-1] == "… (100000 items)"
    assert odd["config"]["3"] == 2.0
    assert len(json.dumps(description, allow_nan=False)) < 10_000


@pytest.mark.parametrize(
    "spellings",
    [
        ("mse", "MSE", "MeanSquaredError", "mean_squared_error"),
        ("acc", "Accuracy", "accuracy"),
        ("bce", "BinaryCrossentropy", "binary_crossentropy"),
        ("SGD", "sgd"),
        ("RMSprop", "rmsprop", "rm_sprop"),
        ("AdamW", "adamw"),
        ("ReLU", "relu", "Relu"),
        ("LeakyReLU", "leaky_relu"),
        ("swish", "silu"),
        ("SparseCategoricalCrossentropy", "mine>sparse_categorical_crossentropy"),
        ("KLDivergence", "kl_divergence", "kullback_leibler_divergence"),
        ({"class_name": "function", "config": "mae", "module": "builtins"}, "MeanAbsoluteError"),
        ({"class_name": "MeanMetricWrapper", "config": {"fn": {"class_name": "function", "config": "f"}}}, "f"),
    ],
)
def test_every_spelling_of_a_name_is_the_same(spellings):
    """A name means the same however Keras lets people write it."""
    assert len({canonical(name) for name in spellings}) == 1


def test_every_name_of_keras_reads_well():
    """A class of Keras and the function beside it have one name."""
    for module in (keras.losses, keras.metrics, keras.activations, keras.optimizers):
        for name in dir(module):
            assert canonical(canonical(name)) == canonical(name)
    for name in ("KLDivergence", "CategoricalFocalCrossentropy", "LogCosh", "MeanSquaredLogarithmicError"):
        assert hasattr(keras.losses, canonical(name))
    assert layer_class("MaxPool2D") == keras.layers.MaxPool2D.__name__
    assert layer_class("Convolution1D") == keras.layers.Convolution1D.__name__
    assert layer_class("GlobalAvgPool2D") == keras.layers.GlobalAvgPool2D.__name__


def test_a_compile_config_of_any_kind_is_read():
    """What a file claims that it was compiled with is data, whatever it is."""
    assert compiled(None) is compiled({}) is compiled("adam") is None
    odd = compiled({"optimizer": ["adam"], "loss": {"a": 3, "b": None}, "metrics": [[["acc"]], {"x": "mae"}]})
    assert odd is not None
    assert odd["metrics"] == ["accuracy", "mean_absolute_error"]


# What a grader asks of a model


def test_a_model_answers_with_its_predictions_and_weights():
    """Predictions come in the order of the inputs, and unknown questions go to the live model."""
    model = keras.Sequential([keras.Input((4,)), layers.Dense(3)])
    # Whole numbers: their sums are the same on every processor.
    model.set_weights([np.arange(12.0).reshape(4, 3) - 5, np.arange(3.0) + 1])
    seen = view(model)
    x = np.random.default_rng(0).integers(-9, 9, (10, 4)).astype("float32")
    np.testing.assert_array_equal(seen.predict(x, batch_size=3), x @ seen.weights[0] + seen.weights[1])
    assert seen.built
    assert "1 layers" in repr(seen)


def test_a_model_of_several_outputs_answers_with_all_of_them():
    """Each output is checked on its own."""
    seen = view(two_in_two_out())
    assert seen.input_shape == ((None, 4), (None, 4))
    assert seen.output_shape == ((None, 1), (None, 2))
    x = np.ones((5, 4))
    assert [found.shape for found in seen.predict([x, x])] == [(5, 1), (5, 2)]
    assert [found.shape for found in seen.predict({"left": x, "right": x})] == [(5, 1), (5, 2)]


def answering(answer: Any) -> ModelView:
    """A model from a file that answers every question with `answer`."""
    description = describe(keras.Sequential([keras.Input((4,)), layers.Dense(3)]))
    return ModelView(lambda: description, lambda x, batch_size: answer, list)


@pytest.mark.parametrize(
    "answer, told",
    [
        (np.where(np.arange(300).reshape(100, 3) < 7, np.nan, 0), "NaN for 3 of 100 inputs"),
        (np.full((100, 3), np.inf), "infinity for 100 of 100 inputs"),
        (np.zeros((99, 3)), "99 predictions"),
        (np.zeros(()), "a single number"),
        (np.zeros((100, 3), "U1"), "an array of <U1"),
        (np.zeros((100, 3), object), "an array of object"),
        ("0" * 100, "text"),
        (None, "NoneType"),
        ([np.zeros((100, 1)), np.full((100, 1), np.nan)], "NaN"),
    ],
)
def test_predictions_that_are_no_numbers_fail(answer, told):
    """Whatever a model answers, only a finite number for each input counts as a prediction."""
    with pytest.raises(CriterionFailed) as failed:
        answering(answer).predict(np.zeros((100, 4)))
    assert told in failed.value.found


def test_a_model_from_a_file_says_what_it_can_be_asked():
    """There is no live model behind a file."""
    with pytest.raises(AttributeError, match="read from its file has no 'fit'"):
        answering(None).fit()
    assert not hasattr(answering(None), "__len__")


def test_the_layer_table_shows_what_matters():
    """A student sees each layer with the settings that are worth a look."""
    keras.backend.clear_session()  # layers are numbered through a session
    table = view(recurrent()).table()
    assert table == [
        ["layer", "type", "output shape", "parameters", "settings"],
        ["embedding", "Embedding", "(None, 12, 4)", "200", "input_dim=50, output_dim=4, mask_zero=True"],
        [
            "bidirectional",
            "Bidirectional",
            "(None, 12, 6)",
            "192",
            "LSTM(units=3, return_sequences=True, activation=tanh)",
        ],
        ["time_distributed", "TimeDistributed", "(None, 12, 3)", "21", "Dense(units=3, activation=leaky_relu)"],
        ["gru", "GRU", "(None, 3)", "72", "units=3, activation=tanh"],
        ["dense_1", "Dense", "(None, 1)", "4", "units=1, activation=sigmoid"],
    ]


@pytest.mark.parametrize("policy", ["float32", "mixed_float16"])
def test_a_saved_model_tells_how_many_steps_its_optimizer_has_taken(tmp_path, policy):
    """Whatever the precision it was taught in; a model that was never compiled tells None."""
    before = keras.mixed_precision.global_policy()
    keras.mixed_precision.set_global_policy(policy)
    try:
        model = keras.Sequential([keras.Input((4,)), layers.Dense(3, dtype="float32")])
        model.save(tmp_path / "untaught.keras")
        model.compile(optimizer="adam", loss="mse")
        model.fit(np.ones((64, 4)), np.ones((64, 3)), batch_size=16, verbose=0)
        model.save(tmp_path / "taught.keras")
    finally:
        keras.mixed_precision.set_global_policy(before)
    assert describe(load(tmp_path / "taught.keras"))["steps"] == 4
    assert describe(load(tmp_path / "untaught.keras"))["steps"] is None
