"""A dense network by NumPy: an epoch of it, and functions that stand in for a student's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

Layers = Sequence[tuple[Any, Any]]
"""For each layer its weights (inputs, units) and its biases (units,)."""


def teach_by_numpy(
    layers: Layers, x: np.ndarray, targets: np.ndarray, rate: float, batch_size: int
) -> tuple[list[np.ndarray], float]:
    """An epoch of gradient descent on the mean cross-entropy, worked out in double precision.

    Args:
        layers: of a network with ReLU between the layers and softmax behind the last one.
        x: the examples, taken in their order: (examples, inputs).
        targets: their classes, one-hot: (examples, classes).
        rate: the learning rate.
        batch_size: how many examples each step takes; the last step takes those that are left.

    Returns the variables after the epoch, as weights, biases, weights, biases and so on, and the
    mean of the loss over all examples, each taken before its step.
    """
    layers = [(np.asarray(weights, float), np.asarray(biases, float)) for weights, biases in layers]
    total = 0.0
    for start in range(0, len(x), batch_size):
        outputs, wanted = [np.asarray(x[start : start + batch_size], float)], targets[start : start + batch_size]
        for weights, biases in layers[:-1]:
            outputs.append(np.maximum(outputs[-1] @ weights + biases, 0))
        powers = np.exp(outputs[-1] @ layers[-1][0] + layers[-1][1])
        probabilities = powers / powers.sum(axis=1, keepdims=True)
        total -= np.log((probabilities * wanted).sum(axis=1)).sum()
        error = (probabilities - wanted) / len(wanted)
        moved: list[tuple[np.ndarray, np.ndarray]] = []
        for (weights, biases), output in zip(layers[::-1], outputs[::-1], strict=True):
            moved.insert(0, (weights - rate * output.T @ error, biases - rate * error.sum(axis=0)))
            error = error @ weights.T * (output > 0)
        layers = moved
    return [part for pair in layers for part in pair], total / len(x)


def _sums(network: Any, x: Any) -> Any:
    """The logits of a network of one layer, by NumPy."""
    import numpy as np

    weights, biases = network.layers[0]
    return np.asarray(x, float) @ np.asarray(weights, float) + np.asarray(biases, float)


def _surprise(logits: Any, targets: Any) -> Any:
    """The loss of small logits, by NumPy."""
    import numpy as np

    powers = np.exp(logits)
    return -np.log((powers * np.asarray(targets)).sum(axis=1) / powers.sum(axis=1)).mean()


def _differences(loss_of: Any, network: Any) -> Any:
    """A loss and its slopes, measured by small changes of each number."""
    import numpy as np

    gradients = []
    for variable in network.trainable_variables:
        numbers = variable.numpy()
        gradient = np.zeros(numbers.shape)
        for place in np.ndindex(numbers.shape):
            low, high = numbers.copy(), numbers.copy()
            low[place] -= 2.0**-9
            high[place] += 2.0**-9
            variable.assign(low)
            gradient[place] = -loss_of(network)
            variable.assign(high)
            gradient[place] = (gradient[place] + loss_of(network)) / (high[place] - low[place])
        variable.assign(numbers)
        gradients.append(gradient.astype("float32"))
    return 0 * variable[0] + loss_of(network), gradients  # a tensor


def _move(network: Any, gradients: Any, rate: float) -> None:
    """Take a step, by NumPy."""
    import numpy as np

    for variable, gradient in zip(network.trainable_variables, gradients, strict=True):
        variable.assign(variable.numpy() - np.float32(rate) * np.asarray(gradient))


DENSE_STAND_INS: dict[str, Callable[..., Any]] = {
    "forward": _sums,
    "cross_entropy": _surprise,
    "slopes": _differences,
    "step": _move,
}
"""What an epoch of a network of one layer calls, by NumPy, for `assert_apart`."""
