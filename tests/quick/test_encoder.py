"""Promises about the encoder that notebooks put heads on."""

import keras
import numpy as np
import pytest

from proctor.encoder import build_encoder, make_waves

ROWS = np.array([[3, 5, 2, 0, 0], [4, 4, 1, 6, 2]])


@pytest.fixture(scope="module")
def encoder():
    """An encoder of two layers for seven kinds of tokens and rows of five."""
    keras.utils.set_random_seed(5)
    return build_encoder(7, 5, width=16, heads=2, layers=2)


def test_says_of_each_token_what_it_means_beside_the_others(encoder):
    """One row of numbers a token; another neighbour changes it, another order does, too."""
    found = encoder.predict(ROWS, verbose=0)
    assert found.shape == (2, 5, 16)
    changed = np.where(ROWS == 5, 6, ROWS)
    assert np.abs(encoder.predict(changed, verbose=0) - found)[0, 0].max() > 1e-3
    turned = encoder.predict(ROWS[:, [1, 0, 2, 3, 4]], verbose=0)
    assert np.abs(turned[0, [1, 0]] - found[0, :2]).max() > 1e-3


def test_does_not_look_at_empty_places(encoder):
    """The same tokens mean the same in a longer row whose end is empty."""
    longer = build_encoder(7, 8, width=16, heads=2, layers=2)
    longer.set_weights(encoder.get_weights())
    rows = np.pad(ROWS, ((0, 0), (0, 3)))
    found = longer.predict(rows, verbose=0)
    assert np.abs(found[1, :5] - encoder.predict(ROWS, verbose=0)[1]).max() < 1e-5


def test_a_file_opens_without_proctor(encoder, tmp_path):
    """A head is put on it; saved and opened again by Keras alone, it answers the same."""
    tags = keras.layers.Dense(3, activation="softmax")(encoder.output)
    model = keras.Model(encoder.input, tags)
    model.save(tmp_path / "tags.keras")
    again = keras.saving.load_model(tmp_path / "tags.keras", safe_mode=True)
    assert np.array_equal(again.predict(ROWS, verbose=0), model.predict(ROWS, verbose=0))


def test_waves_tell_places_apart():
    """As in the paper: the sine and the cosine of place / 10000^(2i / width)."""
    waves = make_waves(4, 6)
    assert waves.dtype == np.float32
    for place in range(4):
        for pair in range(3):
            angle = place / 10_000 ** (2 * pair / 6)
            assert waves[place, 2 * pair : 2 * pair + 2] == pytest.approx([np.sin(angle), np.cos(angle)], abs=1e-6)
