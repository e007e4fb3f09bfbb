"""The small recurrent network that notebooks and graders use."""

from __future__ import annotations

import numpy as np
import pytest

from proctor import numerical_gradient, recurrent

HEARD, FOLLOWING = np.array([0, 2, 2, 4]), np.array([2, 2, 4, 0])


def scattered(signs: int, units: int, seed: int) -> list[np.ndarray]:
    """Weights that are not small."""
    rng = np.random.default_rng(seed)
    return [part + rng.normal(0, 0.5, part.shape) for part in recurrent.begin(signs, units, seed)]


def test_a_network_that_has_learned_nothing_says_all_signs_alike():
    """Weights have their shapes and are the same for the same seed; the loss is about log n."""
    weights = recurrent.begin(5, 3, seed=1)
    assert [part.shape for part in weights] == [(5, 3), (3, 3), (3,), (3, 5), (5,)]
    assert all(np.array_equal(a, b) for a, b in zip(weights, recurrent.begin(5, 3, seed=1), strict=True))
    assert not np.array_equal(weights[0], recurrent.begin(5, 3, seed=2)[0])
    assert recurrent.loss_and_slopes(weights, HEARD, FOLLOWING)[0] == pytest.approx(np.log(5), rel=0.02)


def test_the_loss_is_that_of_the_steps_one_by_one():
    """Going through a row at once and hearing sign by sign are the same network."""
    weights, state, loss = scattered(5, 3, seed=3), np.zeros(3), 0.0
    for sign, following in zip(HEARD, FOLLOWING, strict=True):
        probabilities, state = recurrent.hear(weights, sign, state)
        assert probabilities.sum() == pytest.approx(1, abs=1e-12)
        loss -= np.log(probabilities[following]) / len(HEARD)
    assert recurrent.loss_and_slopes(weights, HEARD, FOLLOWING)[0] == pytest.approx(loss)
    assert recurrent.loss_and_slopes(weights, HEARD.tolist(), FOLLOWING.tolist())[0] == pytest.approx(loss)


@pytest.mark.parametrize("number", range(5))
def test_slopes_are_those_that_one_finds_by_nudging(number):
    """The way back is right for each of the five arrays, and changes none of them."""
    weights = scattered(5, 3, seed=4)
    before = [part.copy() for part in weights]

    def loss(part: np.ndarray) -> float:
        others = [*weights[:number], part, *weights[number + 1 :]]
        return recurrent.loss_and_slopes(others, HEARD, FOLLOWING)[0]

    slopes = recurrent.loss_and_slopes(weights, HEARD, FOLLOWING)[1]
    assert slopes[number] == pytest.approx(numerical_gradient(loss, weights[number]), abs=1e-8)
    assert all(np.array_equal(part, old) for part, old in zip(weights, before, strict=True))


def test_large_scores_are_no_trouble():
    """A sure network warns of nothing, and its loss is a number even where it is wrong."""
    weights = [*recurrent.begin(5, 3, seed=5)[:4], np.array([0.0, 2000.0, 0.0, 0.0, 0.0])]
    with np.errstate(all="raise", under="ignore"):
        assert recurrent.hear(weights, 0, np.zeros(3))[0][1] == 1
        assert recurrent.loss_and_slopes(weights, HEARD, FOLLOWING)[0] == pytest.approx(2000, rel=0.01)
