"""Blocks: functions of a student's that add layers to a network, with the real Keras."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from proctor import CriterionFailed, answer_with, assert_new_layers, draw_weights, make_block
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


STUDENT = Student(LocalLink({each.__name__: each for each in (block, both, shared, lost, eager)}))


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
        ("lost", 1, "lost(…) returned None"),
        ("eager", 1, "eager(…) returned something of the type ndarray"),
        ("block", 2, "block(…) returned one"),
    ],
)
def test_what_is_no_block_is_told(name, parts, found):
    """A student reads what their function returned in place of a place."""
    with pytest.raises(CriterionFailed) as failed:
        make_block(STUDENT, name, [(4,)], 3, parts=parts)
    assert failed.value.found == found


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
