"""A small transformer encoder, which reads rows of tokens, for notebooks that put heads on it."""

from __future__ import annotations

from typing import Any

import numpy as np


def build_encoder(kinds: int, length: int, width: int = 64, heads: int = 4, layers: int = 1) -> Any:
    """Build a Keras model that says of each token of a row what it means beside the others.

    Its layers are Keras's own, so a file of it opens without Proctor. Empty places, whose number is
    0, are not looked at. After Vaswani et al., *Attention Is All You Need*, 2017: the places as
    waves, the normalisations behind the sums; no dropout.

    Args:
        kinds: how many kinds of tokens there are; their numbers are 0 (an empty place) to
            kinds - 1.
        length: how many tokens a row has.
        width: how many numbers a token becomes; even, and `heads` divides it.
        heads: how many heads each attention has.
        layers: how many encoder layers follow one another.

    Returns a model from whole numbers (batch, length) to numbers (batch, length, width).
    """
    import keras

    numbers = keras.Input((length,), name="tokens")
    mask = keras.ops.expand_dims(keras.ops.not_equal(numbers, 0), 1)
    place = keras.layers.Embedding(kinds, width)(numbers) * width**0.5 + make_waves(length, width)
    for _ in range(layers):
        looked = keras.layers.MultiHeadAttention(heads, width // heads)(place, place, attention_mask=mask)
        place = keras.layers.LayerNormalization()(keras.layers.Add()([place, looked]))
        thought = keras.layers.Dense(2 * width, activation="relu")(place)
        thought = keras.layers.Dense(width)(thought)
        place = keras.layers.LayerNormalization()(keras.layers.Add()([place, thought]))
    return keras.Model(numbers, place, name="encoder")


def make_waves(length: int, width: int) -> np.ndarray:
    """A pattern for each place of a row: sines in the even columns, cosines in the odd ones.

    Vaswani et al., 2017, section 3.5. Returns float32 (length, width).
    """
    angles = np.arange(length)[:, None] / 10_000 ** (np.arange(0, width, 2) / width)
    return np.stack([np.sin(angles), np.cos(angles)], axis=-1).reshape(length, width).astype("float32")
