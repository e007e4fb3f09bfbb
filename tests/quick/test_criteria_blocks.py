"""Blocks: functions of a student's that add layers to a network, with the real Keras."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    answer_with,
    as_model,
    assert_new_layers,
    assert_same_layers,
    convolve,
    draw_for_parts,
    draw_weights,
    gru_both_ways,
    gru_step,
    make_block,
    measure_layers,
    measure_model,
)
from proctor.channel.student import LocalLink, Student

ONCE = keras.layers.Dense(3)


def block(place, units):
    """A layer."""
    return keras.layers.Dense(units)(place)


def both(place, other, units):
    """A layer for each of two places, in a list."""
    return [keras.layers.Dense(units)(place), keras.layers.Dense(units)(other)]


def shared(place, units):
    """The same layer each time."""
    return ONCE(place)


def lost(place, units):
    """Without a return."""
    block(place, units)


def eager(place, units):
    """Something that is no place."""
    return np.zeros(units)


def layer(place, units):
    """A layer, not what comes out of it."""
    return keras.layers.Dense(units)


def elsewhere(place, units):
    """A place of another network."""
    return block(keras.Input((units,)), units)


def normalised(place, filters, stride=1, training=None):
    """A convolution and a normalisation, for maps of any shape."""
    place = keras.layers.Conv2D(filters, 3, strides=stride, padding="same", use_bias=False)(place)
    return keras.layers.BatchNormalization(momentum=0.8, epsilon=0.0)(place, training=training)


def build():
    """A model without an input shape yet."""
    return keras.Sequential([keras.layers.Dense(2), keras.layers.ReLU()])


FUNCTIONS = block, both, shared, lost, eager, layer, elsewhere, normalised, build
STUDENT = Student(LocalLink({each.__name__: each for each in FUNCTIONS}))


def test_a_block_answers_with_weights_of_ours():
    """Whatever weights are given, a block answers with them, and an array for each output."""
    model, x = make_block(STUDENT, "block", [(5, 4)], 3), np.ones((2, 5, 4), "float32")
    weights = draw_weights(model, [(None, 3), (3,)])
    (found,) = answer_with(STUDENT, model, weights, x)
    assert np.allclose(found, x @ weights[0] + weights[1], atol=1e-5)
    assert found.dtype == float
    pair = make_block(STUDENT, "both", [(4,), (2,)], 3, parts=2)
    given = draw_weights(pair)
    answers = answer_with(STUDENT, pair, given, [x[:, 0], x[:, 0, :2]])
    assert [answer.shape for answer in answers] == [(2, 3), (2, 3)]
    assert all(map(np.array_equal, pair.weights, given))


@pytest.mark.parametrize(
    "name, parts, found",
    [
        ("lost", 1, "None (is there a `return`?)"),
        ("eager", 1, "something of the type ndarray"),
        ("layer", 1, "something of the type Dense"),
        ("elsewhere", 1, "a place that no way leads to from what it was given"),
        ("block", 2, "one"),
    ],
)
def test_what_is_no_block_is_told(name, parts, found):
    """A student reads what their function returned in place of a place."""
    with pytest.raises(CriterionFailed) as failed:
        make_block(STUDENT, name, [(4,)], 3, parts=parts)
    assert failed.value.found == found
    if parts == 1:
        with pytest.raises(CriterionFailed):
            measure_layers(STUDENT, name, (4,), 3)


def test_weights_of_other_shapes_are_told():
    """Missing, further and larger weights are found."""
    model = make_block(STUDENT, "block", [(4,)], 3)
    for shapes in ([(4, 3)], [(4, 3), (3,), (3,)], [(5, 3), (3,)], [(4,), (3,)]):
        with pytest.raises(CriterionFailed) as failed:
            draw_weights(model, shapes)
        assert failed.value.found == "weights of the shapes (4, 3), (3,)"


def test_layers_that_are_used_again_are_told():
    """Two calls of a block share no weights."""
    assert_new_layers(STUDENT, "block", [(4,)], 3)
    with pytest.raises(CriterionFailed) as failed:
        assert_new_layers(STUDENT, "shared", [(4,)], 3)
    assert failed.value.found == "layers that are used again"


def test_weights_of_layers_in_another_order():
    """Weights reach the layers that they are for, and missing ones are told."""
    pair = make_block(STUDENT, "both", [(4,), (2,)], 3, parts=2)
    mine, named = draw_for_parts(pair, [(2, 3), (3,), (4, 3), (3,)])
    assert [array.shape for array in mine] == [array.shape for array in pair.weights]
    assert [array.shape for array in named] == [(2, 3), (3,), (4, 3), (3,)]
    assert all(any(array is other for other in mine) for array in named)
    for shapes in ([(2, 3), (4, 3), (3,)], [(2, 3), (3,), (5, 3), (3,)]):
        with pytest.raises(CriterionFailed):
            draw_for_parts(pair, shapes)


def test_other_layers_are_told():
    """Models share layers only if they have the same numbers in all of them."""
    one, other = (make_block(STUDENT, "shared", [(4,)], 3) for _ in range(2))
    assert_same_layers(one, other)
    with pytest.raises(CriterionFailed) as failed:
        assert_same_layers(one, make_block(STUDENT, "block", [(4,)], 3))
    assert failed.value.found == "layers with other numbers in them"


def test_gates_work_as_in_keras():
    """A step of a GRU and a text read both ways are what Keras makes of them."""
    draw = np.random.default_rng(3)
    x, state = draw.normal(0, 1, (4, 5, 3)).astype("float32"), draw.normal(0, 1, (4, 2)).astype("float32")
    cell = keras.layers.GRUCell(2, bias_initializer="normal")
    expected = np.array(cell(x[:, 0], state)[0])
    assert np.allclose(gru_step(x[:, 0], state, cell.get_weights()), expected, atol=1e-5)
    layer = keras.layers.Bidirectional(keras.layers.GRU(2, return_sequences=True, bias_initializer="normal"))
    expected = np.array(layer(x))
    weights = layer.get_weights()
    assert np.allclose(gru_both_ways(x, weights[:3], weights[3:]), expected, atol=1e-5)


def test_layers_answer_with_the_weights_that_are_told():
    """In use, the output is that of a convolution and the averages; in a lesson, they move."""
    found = measure_layers(STUDENT, "normalised", (9, 7, 2), 4, stride=2)
    (kernel,), norms = found.named("kernel"), ("gamma", "beta", "moving_mean", "moving_variance")
    gamma, beta, mean, variance = (found.named(name)[0] for name in norms)
    expected = (convolve(found.x, kernel, 2) - mean) / np.sqrt(variance) * gamma + beta
    np.testing.assert_allclose(found.output, expected, atol=1e-3)
    assert found.heeds == [True]
    assert found.parameters == 9 * 2 * 4 + 4 * 4
    lesson = measure_layers(STUDENT, "normalised", (9, 7, 2), 4, lesson=True)
    before, after, later = lesson.means
    assert lesson.heeds == [False]
    np.testing.assert_allclose(later - after, 0.8 * (after - before), atol=1e-5)


def test_silent_layers_say_zeros():
    """Their weights stay those of new layers, but for scales and shifts."""
    found = measure_layers(STUDENT, "normalised", (3, 2, 2), 4, x=np.ones((1, 3, 2, 2)), silent=True)
    assert not found.output.any()
    assert found.named("moving_variance")[0].tolist() == [1, 1, 1, 1]


def test_a_model_is_measured_too():
    """A model that was not built yet is built for what goes in."""
    x = np.array([[1.0, -2.0], [0.5, 3.0]])
    found = measure_model(STUDENT, as_model(STUDENT.build(), "build()"), x)
    (kernel,), (bias,) = found.named("kernel"), found.named("bias")
    np.testing.assert_allclose(found.output, np.maximum(x @ kernel + bias, 0), atol=1e-5)
