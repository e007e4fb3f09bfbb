"""Convolutions, poolings and normalisations in the examiner's own NumPy, beside the real Keras."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from proctor import CriterionFailed, assert_explained, convolve, convolve_all, enlarge_maps, normalise, pool_maps

SIZES = [(9, 7, 3, 1, "same"), (9, 7, 3, 2, "same"), (8, 5, 4, 3, "same"), (9, 7, 2, 2, "valid")]


@pytest.mark.parametrize("height, width, window, stride, padding", SIZES)
def test_convolves_as_keras_does(height, width, window, stride, padding):
    """Any window, stride and padding, on maps that are not square."""
    draw = np.random.default_rng(2)
    maps, kernel = draw.normal(0, 1, (2, height, width, 3)), draw.normal(0, 1, (window, window + 1, 3, 4))
    expected = keras.ops.conv(maps.astype("float32"), kernel.astype("float32"), stride, padding)
    np.testing.assert_allclose(convolve(maps, kernel, stride, padding), expected, atol=1e-4)


def test_convolutions_follow_one_another():
    """Each has its kernel and its bias, and a ReLU where it bends."""
    draw = np.random.default_rng(4)
    maps, first, second = (
        draw.normal(0, 1, (2, 5, 4, 3)),
        draw.normal(0, 1, (3, 3, 3, 2)),
        draw.normal(0, 1, (1, 1, 2, 4)),
    )
    one = np.maximum(convolve(maps, first) + 0.5, 0)
    found = convolve_all(maps, [first, np.full(2, 0.5), second, np.full(4, -1.0)], (True, False))
    np.testing.assert_allclose(found, convolve(one, second) - 1)


@pytest.mark.parametrize(
    "found, told",
    [
        ([1, 2], None),
        ([2, 2], "answers as if it were doubled"),
        ([5, 5], "other answers"),
        ([1], "answers of the shape"),
    ],
)
def test_answers_are_explained(found, told):
    """Right ways pass; usual slips are told, and ways that do not fit are passed over."""

    def misfit():
        raise ValueError

    ways = [("", misfit), ("", lambda: np.array([1.0, 2.0])), ("it were doubled", lambda: np.array([2.0, 2.0]))]
    if told is None:
        assert_explained(np.array(found), ways, "the answers")
        return
    with pytest.raises(CriterionFailed) as failure:
        assert_explained(np.array(found), ways, "the answers")
    assert told in failure.value.found


@pytest.mark.parametrize("size", [2, 3])
def test_pools_and_enlarges_as_keras_does(size):
    """Fields of any size, on maps that are not square."""
    draw = np.random.default_rng(3)
    maps, kernel = draw.normal(0, 1, (2, 6, 12, 3)), draw.normal(0, 1, (size, size, 4, 3)).astype("float32")
    shown = maps.astype("float32")
    np.testing.assert_allclose(pool_maps(maps, size), keras.ops.max_pool(shown, size), atol=1e-4)
    np.testing.assert_allclose(pool_maps(maps, size, np.mean), keras.ops.average_pool(shown, size), atol=1e-4)
    expected = keras.ops.conv_transpose(shown, kernel, strides=size)
    np.testing.assert_allclose(enlarge_maps(maps, kernel), expected, atol=1e-4)


def test_normalises_as_keras_does():
    """With weights of any size, for maps of several channels."""
    draw = np.random.default_rng(3)
    maps = draw.normal(0, 1, (2, 5, 4, 3)).astype("float32")
    weights = [*draw.normal(0, 1, (3, 3)), draw.uniform(0, 2, 3)]
    norm = keras.layers.BatchNormalization()
    norm.build(maps.shape)
    norm.set_weights(weights)
    np.testing.assert_allclose(normalise(maps, *weights), norm(maps), atol=1e-4)
