"""A network that tells twelve drawn species apart, with its trained weights.

`python -m proctor.datasets.train_species_base` makes the weights.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from proctor.datasets.species import KINDS, SIDE

WEIGHTS = Path(__file__).with_name("species_base.npz")
"""Half precision, in Keras's order of the weights: "00", "01", …"""

FILTERS = (16, 32, 64, 96)
"""Of the convolutions; the first looks at 5 × 5 pixels, the others at 3 × 3 numbers."""


def scale_pictures(pictures: Any) -> np.ndarray:
    """What the network is given: float32 from -1, for a byte of 0, to 1, for one of 255."""
    return (np.asarray(pictures, np.float64) / 127.5 - 1).astype(np.float32)


def load_species_base() -> Any:
    """Make a Keras model that tells the twelve `species.KINDS` apart, with its trained weights.

    Its layers follow one another: in each of four blocks conv1, norm1, relu1 and pool1, and so on,
    and at the end average (of each map) and kinds, twelve probabilities. It takes pictures of
    64 × 64 × 3 as `scale_pictures` makes them. The weights are equal everywhere, bit for bit.
    """
    model = build_species_base()
    model.set_weights(read_weights())
    return model


def read_weights() -> list[np.ndarray]:
    """The trained weights, float32, in Keras's order."""
    with np.load(WEIGHTS, allow_pickle=False) as arrays:
        return [arrays[name].astype(np.float32) for name in sorted(arrays.files)]


def build_species_base() -> Any:
    """Make the same model with Keras's initial weights."""
    import keras
    from keras import layers

    # It begins so near to 0 that nearly all of a filter is learned; norm1 makes up for the size.
    small = keras.initializers.RandomNormal(stddev=0.003)
    parts = [keras.Input((SIDE, SIDE, 3), name="picture")]
    for number, filters in enumerate(FILTERS, start=1):
        window, start = (5, small) if number == 1 else (3, "glorot_uniform")
        parts += [
            layers.Conv2D(
                filters, window, padding="same", use_bias=False, kernel_initializer=start, name=f"conv{number}"
            ),
            layers.BatchNormalization(momentum=0.9, name=f"norm{number}"),
            layers.ReLU(name=f"relu{number}"),
            layers.MaxPooling2D(2, name=f"pool{number}"),
        ]
    parts += [
        layers.GlobalAveragePooling2D(name="average"),
        layers.Dense(len(KINDS), activation="softmax", name="kinds"),
    ]
    return keras.Sequential(parts, name="species_base")
