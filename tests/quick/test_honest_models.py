"""Honest models get through the gate, whatever they are made of."""

from __future__ import annotations

import json
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers, ops
from model_files import config_of, functional, gated, recurrent, saved, two_in_two_out

from proctor.channel.answer import Answerer
from proctor.models.describe import describe, load
from proctor.models.gate import CustomLayers
from proctor.models.names import canonical

# Keras's own, not about what is tested here.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def convolutional() -> Any:
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Rescaling(1 / 255),
            layers.Conv2D(4, 3, activation="relu", kernel_regularizer="l2"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def augmented() -> Any:
    augment = keras.Sequential(
        [layers.RandomFlip("horizontal", seed=2**40), layers.RandomRotation(0.1)], name="augment"
    )
    normalise = layers.Normalization()
    normalise.adapt(np.random.default_rng(0).random((4, 8, 8, 3)))
    return keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            augment,
            normalise,
            layers.SeparableConv2D(4, 3),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.LayerNormalization(),
            layers.GlobalAveragePooling2D(),
            layers.Dropout(0.2, seed=7),
            layers.Dense(2, kernel_initializer=keras.initializers.HeNormal(), kernel_constraint="max_norm"),
        ]
    )


def with_operations() -> Any:
    def build(x: Any) -> Any:
        weights = ops.softmax(ops.matmul(x, ops.transpose(x, (0, 2, 1))) / 2.0)
        y = ops.mean(weights @ x + 1, axis=1)[:, ::2]
        y = ops.concatenate([y, ops.reshape(x, (-1, 32))], axis=-1)
        y = ops.where(y > 0, y, 0.1 * y) + np.arange(34, dtype="float32")
        return keras.activations.sigmoid(keras.activations.relu(layers.Dense(1, activation=ops.tanh)(y)))

    return functional(build, 8, 4)


def with_attention() -> Any:
    def build(x: Any) -> Any:
        y = layers.MultiHeadAttention(2, 4)(x, x)
        y = layers.LayerNormalization()(layers.Add()([x, y]))
        y = layers.Dense(4, activation="gelu")(y) + y
        return layers.Dense(3, activation="softmax")(layers.GlobalAveragePooling1D()(y))

    return functional(build, 6, 4)


def transferred() -> Any:
    base = keras.applications.MobileNetV2(weights=None, include_top=False, input_shape=(32, 32, 3), alpha=0.35)
    base.trainable = False
    return keras.Sequential([base, layers.GlobalAveragePooling2D(), layers.Dense(2)])


HONEST = [
    convolutional,
    recurrent,
    augmented,
    with_operations,
    with_attention,
    two_in_two_out,
    transferred,
]


@pytest.mark.parametrize("build", HONEST)
def test_an_honest_model_passes_loads_and_predicts_as_before(build, tmp_path):
    """Whatever Keras's own layers a model is made of, it gets through the gate and is the
    same model behind it."""
    model = build()
    data = saved(model, tmp_path)
    assert gated(data).config == config_of(data)
    loaded = load(tmp_path / "saved.keras")
    assert not loaded.compiled
    before, after = describe(model), describe(loaded)
    assert json.loads(json.dumps(after)) == after
    for key in before.keys() - {"compiled"}:
        assert after[key] == before[key], key
    for left, right in zip(model.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(left, right)


@pytest.mark.parametrize(
    "name", ["relu", "softmax", "swish", "sigmoid", "tanh", "leaky_relu", "elu", "selu", "gelu", "log_softmax"]
)
def test_an_activation_of_tensorflows_is_the_one_of_keras(name, tmp_path):
    """`activation=tf.nn.softmax` passes the gate, is called softmax and predicts as before."""
    import tensorflow as tf

    function = getattr(tf.nn, name)
    model = keras.Sequential([keras.Input((3,)), layers.Dense(4, activation=function), layers.Activation(function)])
    gated(saved(model, tmp_path))
    loaded = load(tmp_path / "saved.keras")
    inputs = np.random.default_rng(3).normal(size=(8, 3)).astype("float32")
    np.testing.assert_allclose(
        loaded.predict(inputs, verbose=0), model.predict(inputs, verbose=0), rtol=1e-5, atol=1e-6
    )
    for found in (describe(model), describe(loaded)):
        assert [layer["activation"] for layer in found["layers"]] == [canonical(name)] * 2


def of_any_length() -> Any:
    hidden = [layers.Conv1D(4, 3, padding="causal"), layers.GRU(5, return_sequences=True), layers.Dense(1)]
    return keras.Sequential([keras.Input((None, 3)), *hidden])


def of_words() -> Any:
    hidden = [layers.Embedding(20, 8), layers.Bidirectional(layers.LSTM(4)), layers.Dense(2)]
    return keras.Sequential([keras.Input((None,), dtype="int32"), *hidden])


@pytest.mark.parametrize(
    "build, dtype, shapes",
    [
        (convolutional, "int64", [(40, 28, 28, 1), (3, 28, 28, 1)]),
        (with_attention, "float64", [(40, 6, 4), (41, 6, 4)]),
        (two_in_two_out, "float64", [(2, 5, 4), (2, 40, 4)]),
        (of_any_length, "float64", [(4, 40, 3), (50, 7, 3), (1, 1, 3)]),
        (of_words, "int64", [(2, 40), (40, 9)]),
        (of_words, "float32", [(40, 6)]),
    ],
)
def test_a_loaded_model_answers_what_keras_predicts(build, dtype, shapes, tmp_path):
    """A model that was read from its file predicts what Keras says, for few rows and for many, for
    inputs of any length and type, whatever it was asked before."""
    model = build()
    saved(model, tmp_path)
    answerer = Answerer({})
    loaded = answerer.answer({"op": "load", "path": str(tmp_path / "saved.keras")})["ok"]
    for shape in shapes:
        numbers = np.random.default_rng(len(shape)).integers(0, 20, shape)
        inputs = list(numbers.astype(dtype)) if build is two_in_two_out else numbers.astype(dtype)
        found = answerer.answer({"op": "predict", "of": loaded, "inputs": inputs, "batch_size": 32})["ok"]
        expected = model.predict(inputs, verbose=0)
        for one, other in zip(keras.tree.flatten(found), keras.tree.flatten(expected), strict=True):
            assert one.dtype == other.dtype
            np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("is_loaded", [True, False])
def test_a_layer_for_each_step_answers_at_every_step(is_loaded, tmp_path):
    """Keras's TimeDistributed forgets steps in a graph for any length, so it is called without."""
    model = keras.Sequential([keras.Input((None, 3)), layers.TimeDistributed(layers.Dense(2))])
    saved(model, tmp_path)
    answerer = Answerer({"model": model})
    op = {"op": "load", "path": str(tmp_path / "saved.keras")} if is_loaded else {"op": "get", "name": "model"}
    asked = answerer.answer(op)["ok"]
    for shape in [(40, 7, 3), (50, 60, 3), (33, 90, 3), (2, 4, 3)]:
        inputs = np.random.default_rng(1).normal(size=shape)
        found = answerer.answer({"op": "predict", "of": asked, "inputs": inputs, "batch_size": 32})["ok"]
        np.testing.assert_allclose(found, inputs @ model.get_weights()[0], rtol=1e-4, atol=1e-5)


def test_a_loaded_model_is_traced_once(tmp_path, monkeypatch):
    """Keras traces a graph for each shape that it predicts; a loaded model has one for all."""
    saved(of_any_length(), tmp_path)
    answerer = Answerer({})
    loaded = answerer.answer({"op": "load", "path": str(tmp_path / "saved.keras")})["ok"]
    traced, call = [], layers.GRU.call

    def count(*given: Any, **named: Any) -> Any:
        traced.append(given)
        return call(*given, **named)

    monkeypatch.setattr(layers.GRU, "call", count)
    for shape in [(40, 50, 3), (70, 34, 3), (5, 20, 3)]:
        answerer.answer({"op": "predict", "of": loaded, "inputs": np.ones(shape), "batch_size": 32})
    assert len(traced) == 1


@pytest.mark.parametrize("calls, traced_of_them", [(8, 0), (30, 1)])
def test_a_loaded_model_that_is_asked_often_is_traced(calls, traced_of_them, tmp_path, monkeypatch):
    """A model that is asked for one step after the other, with its own memory, gets a graph."""
    import tensorflow

    cell = layers.LSTM(4, return_state=True)
    word, *memory = keras.Input((1, 3)), keras.Input((4,)), keras.Input((4,))
    model = keras.Model([word, *memory], cell(word, initial_state=memory))
    saved(model, tmp_path)
    answerer = Answerer({})
    loaded = answerer.answer({"op": "load", "path": str(tmp_path / "saved.keras")})["ok"]
    steps = [np.full((5, 1, 3), step / 10) for step in range(calls)]
    expected = found = [np.ones((5, 4)), np.zeros((5, 4))]
    for step in steps:
        expected = model.predict([step, *expected], verbose=0)[1:]
    in_graph, call = [], layers.LSTM.call

    def count(*given: Any, **named: Any) -> Any:
        in_graph.append(not tensorflow.executing_eagerly())
        return call(*given, **named)

    monkeypatch.setattr(layers.LSTM, "call", count)
    for step in steps:
        request = {"op": "predict", "of": loaded, "inputs": [step, *found], "batch_size": 32}
        found = answerer.answer(request)["ok"][1:]
    assert sum(in_graph) == traced_of_them
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)


def test_inputs_that_do_not_fit_a_loaded_model_meet_the_error_of_keras(tmp_path):
    """Inputs of another shape are refused as `predict` refuses them, also when a graph is there."""
    saved(of_any_length(), tmp_path)
    answerer = Answerer({})
    loaded = answerer.answer({"op": "load", "path": str(tmp_path / "saved.keras")})["ok"]
    for shape in [(4, 40, 3), (4, 40, 2), (40, 40, 2), (4, 3)]:
        reply = answerer.answer({"op": "predict", "of": loaded, "inputs": np.ones(shape), "batch_size": 32})
        if shape == (4, 40, 3):
            assert reply["ok"].shape == (4, 40, 1)
        else:
            assert reply["error"]["type"] == "ValueError"
            assert str(shape[-1]) in reply["error"]["message"]


def test_what_a_model_was_compiled_with_is_read_from_its_file(tmp_path):
    """The compile config comes as canonical names from the file, the same
    as from the live model."""
    expected = {
        "optimizer": "sgd",
        "loss": ["mean_squared_error", "sparse_categorical_crossentropy"],
        "from_logits": True,
        "metrics": [],
    }
    model = two_in_two_out()
    assert describe(model)["compiled"] == expected
    assert gated(saved(model, tmp_path)).compiled == expected
    assert gated(saved(recurrent(), tmp_path)).compiled is None


def test_a_loss_of_the_students_own_does_not_keep_a_model_out(tmp_path):
    """The model is not compiled when it is loaded, so any loss and metric will do."""

    def my_loss(true, found):
        return ops.mean(ops.abs(true - found))

    model = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
    model.compile("adam", loss=my_loss, metrics=[my_loss])
    data = saved(model, tmp_path)
    assert gated(data).compiled == {
        "optimizer": "adam",
        "loss": "my_loss",
        "from_logits": False,
        "metrics": ["my_loss"],
    }
    load(tmp_path / "saved.keras")


def test_a_custom_layer_is_told_apart(tmp_path):
    """A model whose only fault is a class of the student's own is refused as that, and
    passes where it is known."""

    @keras.saving.register_keras_serializable("mine")
    class Scale(layers.Layer):  # type: ignore[misc]  # Keras has no types
        def call(self, x):
            return 2 * x

    class Twice(keras.Model):  # type: ignore[misc]  # Keras has no types
        def __init__(self):
            super().__init__()
            self.dense = layers.Dense(1)

        def call(self, x):
            return self.dense(x)

        def get_config(self):
            return {}

    def squash(x):
        return ops.tanh(x)

    data = saved(keras.Sequential([keras.Input((4,)), Scale(), layers.Dense(1, activation=squash)]), tmp_path)
    with pytest.raises(CustomLayers, match="'Scale', 'squash'") as refused:
        gated(data)
    assert refused.value.used == ("Scale", "squash")
    gated(data, custom=frozenset({"mine>Scale", "squash"}))

    model = Twice()
    model(np.zeros((1, 4)))
    with pytest.raises(CustomLayers, match="Twice"):
        gated(saved(model, tmp_path))


@pytest.mark.parametrize(
    "build, takes, answers", [(convolutional, (28, 28, 1), (10,)), (of_any_length, (6, 3), (6, 1))]
)
def test_few_rows_teach_and_judge_as_in_keras_and_take_no_graph(build, takes, answers):
    """`fit` and `evaluate` of few rows do what they do in Keras, without a graph; many rows have
    one, and it stays."""
    draw = np.random.default_rng(5)
    x, y = draw.random((40, *takes)), draw.random((40, *answers))
    plain, asked = build(), build()
    asked.set_weights(plain.get_weights())
    for model in (plain, asked):
        model.compile(keras.optimizers.SGD(0.1), "mse", metrics=["mae"])
    answerer = Answerer({"asked": asked})
    model = answerer.answer({"op": "get", "name": "asked"})["ok"]
    for rows, traced in [(8, False), (40, True), (8, True)]:
        for name, keywords in [("fit", {"shuffle": False}), ("evaluate", {"return_dict": True})]:
            method = answerer.answer({"op": "attribute", "of": model, "name": name})["ok"]
            request = {"op": "call", "of": method, "arguments": [x[:rows], y[:rows]], "keywords": keywords}
            found, expected = answerer.answer(request)["ok"], getattr(plain, name)(x[:rows], y[:rows], **keywords)
            assert name == "fit" or found == pytest.approx(expected, rel=1e-4)
        for one, other in zip(asked.get_weights(), plain.get_weights(), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-5)
        assert not asked.run_eagerly
        assert [asked.train_function is not None, asked.test_function is not None] == [traced, traced]


def test_an_object_with_attributes_of_its_own_is_called():
    """To call an object asks nothing else of it, such as its name."""

    class Own:
        def __getattr__(self, name: str) -> Any:
            raise KeyError(name)

        def __call__(self, x: int) -> int:
            return x + 1

    answerer = Answerer({"own": Own()})
    own = answerer.answer({"op": "get", "name": "own"})["ok"]
    assert answerer.answer({"op": "call", "of": own, "arguments": [2], "keywords": {}}) == {"ok": 3}
