"""What Keras's recurrent layers with gates make of rows of numbers, in our NumPy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def gru_step(x: np.ndarray, state: np.ndarray, weights: Sequence[np.ndarray]) -> np.ndarray:
    """The new state of a `keras.layers.GRUCell`.

    Args:
        x: of shape (n, width).
        state: of shape (n, units).
        weights: the cell's three, in its order: kernel, recurrent kernel and biases.
    """
    kernel, recurrent, bias = weights
    update, reset, new = np.split(x @ kernel + bias[0], 3, axis=1)
    old_update, old_reset, old = np.split(state @ recurrent + bias[1], 3, axis=1)
    keep = _sigmoid(update + old_update)
    mixed: np.ndarray = keep * state + (1 - keep) * np.tanh(new + _sigmoid(reset + old_reset) * old)
    return mixed


def gru_both_ways(x: np.ndarray, forwards: Sequence[np.ndarray], backwards: Sequence[np.ndarray]) -> np.ndarray:
    """What a `Bidirectional(GRU(units, return_sequences=True))` says at each place.

    Args:
        x: of shape (n, length, width).
        forwards, backwards: the three weights of either layer.

    Returns an array of shape (n, length, 2 * units).
    """
    ways = []
    for weights, order in ((forwards, range(x.shape[1])), (backwards, range(x.shape[1])[::-1])):
        states, state = {}, np.zeros((len(x), len(weights[1])))
        for place in order:
            states[place] = state = gru_step(x[:, place], state, weights)
        ways.append(np.stack([states[place] for place in range(x.shape[1])], axis=1))
    return np.concatenate(ways, axis=2)


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return 0.5 + 0.5 * np.tanh(x / 2)
