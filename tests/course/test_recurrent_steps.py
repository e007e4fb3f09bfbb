"""What the grader of `rnn_cells` takes for right is what Keras and TensorFlow say."""

import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

GRADERS = Path(__file__).parents[2] / "graders" / "rnn_cells"
keras = pytest.importorskip("keras")


@pytest.fixture(scope="module")
def public():
    return SimpleNamespace(**runpy.run_path(str(GRADERS / "test_public.py")))


@pytest.fixture(scope="module")
def hidden():
    return SimpleNamespace(**runpy.run_path(str(GRADERS / "test_hidden.py")))


def layer_of(kind, weights, units, **settings):
    """A Keras layer in double precision with these weights, which returns outputs and states."""
    layer = getattr(keras.layers, kind)(units, return_sequences=True, return_state=True, dtype="float64", **settings)
    layer.build((None, None, len(weights[0])))
    layer.set_weights(weights)
    return layer


@pytest.mark.parametrize("kind, reference, blocks", [("SimpleRNN", "rnn", 1), ("LSTM", "lstm", 4), ("GRU", "gru", 3)])
def test_the_references_are_keras_layers(hidden, kind, reference, blocks):
    """The hidden criteria's own steps, done in a row, give what Keras's layers give."""
    x, weights = hidden.numbers(3, 6, 2), hidden.weights_of(2, 4, blocks)
    states = [hidden.numbers(3, 4, seed=seed) for seed in (1, 2)][: 2 if kind == "LSTM" else 1]
    expected, *left = layer_of(kind, weights, 4)(x, initial_state=states)
    step = getattr(hidden, f"{reference}_reference")
    outputs, kept = hidden.in_a_row(step, x, states if kind == "LSTM" else states[0], weights)
    np.testing.assert_allclose(outputs, expected, atol=1e-12)
    for found, right in zip(kept if kind == "LSTM" else [kept], left, strict=True):
        np.testing.assert_allclose(found, right, atol=1e-12)


def test_the_public_numbers_are_those_of_keras(public):
    """The numbers that the public criteria state for an LSTM and a GRU are Keras's."""
    x, h, c, *weights = public.case(22, (3, 2), (3, 2), (3, 2), (2, 8), (2, 8), (8,))
    output, _, cell = layer_of("LSTM", weights, 2)(x[:, None], initial_state=[h, c])
    np.testing.assert_allclose(output[:, 0], public.LSTM_OUTPUT, atol=1e-6)
    np.testing.assert_allclose(cell, public.LSTM_CELL, atol=1e-6)
    x, state, *weights = public.case(23, (3, 2), (3, 2), (2, 6), (2, 6), (2, 6))
    output, _ = layer_of("GRU", weights, 2)(x[:, None], initial_state=[state])
    np.testing.assert_allclose(output[:, 0], public.GRU_STATE, atol=1e-6)
    other, _ = layer_of("GRU", [*weights[:2], weights[2][0]], 2, reset_after=False)(x[:, None], initial_state=[state])
    assert np.abs(other[:, 0] - public.GRU_STATE).min() > 0.005


def test_the_public_slopes_are_those_of_tensorflow(public):
    """The slopes that the public criteria state for an RNN are TensorFlow's."""
    tensorflow = pytest.importorskip("tensorflow")
    shapes = (2, 4, 1), (2, 3), (1, 3), (3, 3), (3,), (2, 4, 3)
    x, state, *weights, upstream = public.case(21, *shapes)
    layer = layer_of("SimpleRNN", weights, 3)
    x, state = tensorflow.constant(x), tensorflow.constant(state)
    with tensorflow.GradientTape() as tape:
        tape.watch([x, state])
        outputs, _ = layer(x, initial_state=[state])
        cost = tensorflow.reduce_sum(outputs * upstream)
    np.testing.assert_allclose(outputs, public.table(public.OUTPUTS, (2, 4, 3)), atol=1e-6)
    slopes = tape.gradient(cost, [x, state, *layer.trainable_variables])
    for name, found, shape in zip(public.SLOPES, slopes, shapes, strict=False):
        np.testing.assert_allclose(found, public.table(public.TENSORFLOW[name], shape), atol=1e-6)
