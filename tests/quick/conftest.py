"""A model file that several modules change."""

from __future__ import annotations

import keras
import pytest
from keras import layers
from model_files import saved


@pytest.fixture(scope="session")
def plain(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The file of a small honest model."""
    model = keras.Sequential([keras.Input((4,)), layers.Dense(3, activation="relu"), layers.Dense(1)])
    return saved(model, tmp_path_factory.mktemp("plain"))
