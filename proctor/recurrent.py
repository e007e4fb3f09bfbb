"""A simple RNN in NumPy that says which sign comes next, for names and other rows of signs.

Its weights are a list of five arrays, in Keras's order:

- kernel (signs, units), in which each sign that may be heard has a row;
- recurrent kernel (units, units) and bias (units,);
- head (units, signs) and the head's bias (signs,), which make scores of the state.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Weights = list[np.ndarray]
PARTS = ("the kernel", "R", "b", "H", "c")
"""The names of the weights in messages."""


def begin(signs: int, units: int, seed: int) -> Weights:
    """The weights of a network that has learned nothing, of float64 numbers.

    Args:
        signs: how many signs there are.
        units: how many numbers the state has.
        seed: of the random numbers.
    """
    rng = np.random.default_rng(seed)
    shapes = [(signs, units), (units, units), (units,), (units, signs), (signs,)]
    return [rng.normal(0, 0.1, shape) if len(shape) == 2 else np.zeros(shape) for shape in shapes]


def hear(weights: Weights, sign: int, state: Any) -> tuple[np.ndarray, np.ndarray]:
    """Hear one sign, and say how likely each sign is to come next.

    Args:
        weights: the list of five arrays.
        sign: the sign's number.
        state: what was kept of the signs before, array (units,); zeros at the beginning of a name.

    Returns:
        probabilities: array (signs,), which sums to 1
        state: the new state, array (units,)
    """
    kernel, recurrent, bias, head, head_bias = (np.asarray(part, float) for part in weights)
    state = np.tanh(kernel[sign] + state @ recurrent + bias)
    scores = state @ head + head_bias
    powers = np.exp(scores - scores.max())
    return powers / powers.sum(), state


def loss_and_slopes(weights: Weights, heard: Any, following: Any) -> tuple[float, Weights]:
    """Go through a row of signs and back again.

    Args:
        weights: the list of five arrays.
        heard: the numbers of the signs that are heard, whole numbers (n,).
        following: the numbers of the signs that really come next, whole numbers (n,).

    Returns:
        loss: the mean of -log(the probability of the sign that came next)
        slopes: how fast the loss grows with each number of the weights, a list of five new arrays
    """
    kernel, recurrent, bias, head, head_bias = (np.asarray(part, float) for part in weights)
    count, heard = len(heard), np.asarray(heard)  # a tuple would be one place in a table
    inputs = kernel[heard] + bias
    states = np.zeros((count + 1, len(bias)))  # the first one is the state before the first sign
    for place in range(count):
        states[place + 1] = np.tanh(inputs[place] + states[place] @ recurrent)
    scores = states[1:] @ head + head_bias
    scores -= scores.max(axis=1, keepdims=True)
    sums = np.exp(scores).sum(axis=1, keepdims=True)
    came = np.arange(count), following
    loss = np.mean(np.log(sums[:, 0]) - scores[came])

    d_scores = np.exp(scores) / sums / count
    d_scores[came] -= 1 / count
    upstream = d_scores @ head.T
    d_inputs, later = np.zeros(inputs.shape), np.zeros(len(bias))
    for place in reversed(range(count)):
        d_inputs[place] = (upstream[place] + later) * (1 - states[place + 1] ** 2)
        later = d_inputs[place] @ recurrent.T
    d_kernel = np.zeros(kernel.shape)
    np.add.at(d_kernel, heard, d_inputs)
    d_recurrent, d_head = states[:-1].T @ d_inputs, states[1:].T @ d_scores
    return float(loss), [d_kernel, d_recurrent, d_inputs.sum(axis=0), d_head, d_scores.sum(axis=0)]


def always(*chances: float) -> Weights:
    """Weights of a network that says the same whatever it has heard: each sign has its chance."""
    signs, units = len(chances), 3
    shapes = [(signs, units), (units, units), (units,), (units, signs)]
    return [*(np.zeros(shape) for shape in shapes), np.log(np.maximum(chances, 1e-30))]


def chain(*followers: int | list[int]) -> Weights:
    """Weights of a network that says a follower of the sign it hears, and forgets all others.

    Args:
        followers: the number of each sign's follower; a list of several has equal chances.
    """
    count = len(followers)
    head = np.zeros((count, count))
    for sign, follower in enumerate(followers):
        head[sign, follower] = 60
    return [10 * np.eye(count), np.zeros((count, count)), np.zeros(count), head, np.zeros(count)]


def spelling(*word: int, signs: int) -> Weights:
    """Weights of a network that spells a word from memory once it has heard sign 0.

    Args:
        word: the numbers of its letters, and of what comes after them.
        signs: how many signs there are.
    """
    units = len(word)
    kernel = np.zeros((signs, units))
    kernel[0, 0] = 10
    return [kernel, 10 * np.eye(units, k=1), np.zeros(units), 60 * np.eye(signs)[list(word)], np.zeros(signs)]
