"""An epoch of a dense network by NumPy beside Keras's, and what stands in for functions."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from proctor import DENSE_STAND_INS, teach_by_numpy

GENERATOR = np.random.default_rng(5)


@pytest.mark.parametrize("sizes, batch_size", [((4, 3), 8), ((3, 6, 4), 1), ((5, 4, 6, 2), 3)], ids=str)
def test_an_epoch_by_numpy_is_that_of_keras(sizes, batch_size):
    """At any depth and batch size, a smaller last batch included, variables and mean loss agree."""
    network = keras.Sequential([keras.layers.Input([sizes[0]])])
    for units in sizes[1:-1]:
        network.add(keras.layers.Dense(units, activation="relu"))
    network.add(keras.layers.Dense(sizes[-1], activation="softmax"))
    network.compile(keras.optimizers.SGD(0.3), "categorical_crossentropy")
    layers = [(GENERATOR.normal(size=w.shape), GENERATOR.normal(size=b.shape)) for w, b in pairs(network)]
    network.set_weights([part for pair in layers for part in pair])
    x = GENERATOR.normal(size=(7, sizes[0])).astype("float32")
    targets = np.eye(sizes[-1], dtype="float32")[GENERATOR.integers(0, sizes[-1], 7)]
    losses = []
    for start in range(0, 7, batch_size):
        batch = x[start : start + batch_size], targets[start : start + batch_size]
        losses.append(len(batch[0]) * network.evaluate(*batch, verbose=0))
        network.train_on_batch(*batch)
    variables, loss = teach_by_numpy(layers, x, targets, 0.3, batch_size)
    assert loss == pytest.approx(sum(losses) / 7, rel=1e-5)
    for found, expected in zip(variables, network.get_weights(), strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-5)


def pairs(network):
    """The weights and biases of each layer."""
    parts = network.get_weights()
    return zip(parts[::2], parts[1::2], strict=True)


def test_what_stands_in_makes_a_step_of_one_layer():
    """Together the four functions take the step that descent takes, and their loss is the mean."""

    class Network:
        def __init__(self, weights, biases):
            self.trainable_variables = [keras.Variable(weights), keras.Variable(biases)]
            self.layers = [tuple(self.trainable_variables)]

    layers = [(GENERATOR.normal(size=(2, 3)), GENERATOR.normal(size=3))]
    x, targets = GENERATOR.normal(size=(5, 2)), np.eye(3)[[0, 2, 1, 1, 0]]
    forward, cross_entropy, slopes, step = DENSE_STAND_INS.values()
    network = Network(*(part.astype("float32") for part in layers[0]))
    loss, gradients = slopes(lambda network: cross_entropy(forward(network, x), targets), network)
    step(network, gradients, 0.5)
    variables, expected = teach_by_numpy(layers, x, targets, 0.5, 5)
    assert float(np.ravel(loss)[0]) == pytest.approx(expected, rel=1e-4)
    for found, right in zip(network.trainable_variables, variables, strict=True):
        np.testing.assert_allclose(found.numpy(), right, atol=1e-3)
