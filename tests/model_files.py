"""Files of Keras models, and changed ones, for tests of the gate."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import pytest
from keras import layers

from proctor.errors import RefusedModel
from proctor.models.gate import CustomLayers, Gated, open_gate

VERSION = keras.__version__


def functional(build: Callable[[Any], Any], *shape: int) -> Any:
    """A model of one input and what `build` makes of it."""
    inputs = keras.Input(shape)
    return keras.Model(inputs, build(inputs))


def recurrent() -> Any:
    return keras.Sequential(
        [
            keras.Input((12,)),
            layers.Embedding(50, 4, mask_zero=True),
            layers.Bidirectional(layers.LSTM(3, return_sequences=True)),
            layers.TimeDistributed(layers.Dense(3, activation=layers.LeakyReLU(0.1))),
            layers.GRU(3),
            layers.Dense(1, activation="sigmoid"),
        ]
    )


def two_in_two_out() -> Any:
    left, right = keras.Input((4,), name="left"), keras.Input((4,), name="right")
    shared = layers.Dense(3, activation="tanh")
    both = layers.Concatenate()([shared(left), shared(right)])
    model = keras.Model([left, right], [layers.Dense(1, name="size")(both), layers.Dense(2, name="kind")(both)])
    loss = {"size": "mse", "kind": keras.losses.SparseCategoricalCrossentropy(from_logits=True)}
    model.compile(keras.optimizers.SGD(keras.optimizers.schedules.ExponentialDecay(0.1, 2**30, 0.9)), loss)
    return model


def saved(model: Any, folder: Path) -> bytes:
    """The bytes of the file that Keras saves `model` to."""
    path = folder / "saved.keras"
    model.save(path)
    return path.read_bytes()


def gated(data: bytes, **options: Any) -> Gated:
    return open_gate(data, **{"keras_version": VERSION, **options})


def refusal(data: bytes, **options: Any) -> str:
    """The sentence with which the gate refuses `data`."""
    with pytest.raises(RefusedModel) as refused:
        gated(data, **options)
    assert not isinstance(refused.value, CustomLayers)
    return str(refused.value)


def rezipped(data: bytes, compression: int = zipfile.ZIP_STORED, /, **members: bytes) -> bytes:
    """The archive `data` with other members."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()} | members
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return out.getvalue()


def config_of(data: bytes) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        config: dict[str, Any] = json.loads(archive.read("config.json"))
    return config


def reconfigured(data: bytes, config: Any) -> bytes:
    return rezipped(data, **{"config.json": json.dumps(config).encode()})


def with_layer(data: bytes, module: Any, class_name: str, registered_name: Any = None, **config: Any) -> bytes:
    """The model file `data` with one more layer in its config."""
    whole = config_of(data)
    layer = {"module": module, "class_name": class_name, "config": config, "registered_name": registered_name}
    whole["config"]["layers"].append(layer)
    return reconfigured(data, whole)


def with_activation(data: bytes, activation: Any) -> bytes:
    whole = config_of(data)
    whole["config"]["layers"][-1]["config"]["activation"] = activation
    return reconfigured(data, whole)
