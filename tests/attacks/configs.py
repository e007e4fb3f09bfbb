"""Model files whose config asks for more than layers."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from attacks.archives import members, with_member


def config_of(data: bytes) -> dict[str, Any]:
    config: dict[str, Any] = json.loads(members(data)["config.json"].data)
    return config


def with_config(data: bytes, config: Any) -> bytes:
    return with_member(data, "config.json", data=json.dumps(config).encode())


def with_layer(file: bytes, place: str | None, class_name: str, registered: str | None = None, **config: Any) -> bytes:
    """The model file `data` with one layer more."""
    whole = config_of(file)
    layer = {"module": place, "class_name": class_name, "config": config, "registered_name": registered}
    whole["config"]["layers"].append(layer)
    return with_config(file, whole)


def with_setting(data: bytes, key: str, value: Any) -> bytes:
    """The model file `data` whose last layer has another setting."""
    whole = config_of(data)
    whole["config"]["layers"][-1]["config"][key] = value
    return with_config(data, whole)


def thing(module: str, class_name: str, registered: str | None = None, **config: Any) -> dict[str, Any]:
    return {"module": module, "class_name": class_name, "config": config, "registered_name": registered}


def function(module: str, name: str) -> dict[str, Any]:
    return {"module": module, "class_name": "function", "config": name, "registered_name": name}


CODE = {"class_name": "__lambda__", "config": {"value": "4wAAAAAAAAAA"}}
CONFIGS: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "bytecode": (
        lambda data: with_layer(data, "keras.layers", "Lambda", function=CODE),
        "Use one of Keras's own layers",
    ),
    "bytecode as an activation": (lambda data: with_setting(data, "activation", CODE), "a lambda function"),
    "a function of the system": (lambda data: with_layer(data, "os", "system", "system"), "'os.system', which is not"),
    "a module that runs when it is imported": (
        lambda data: with_layer(data, "antigravity", "x", "x"),
        "not accepted",
    ),
    "a function that runs a command": (
        lambda data: with_setting(data, "activation", function("subprocess", "getoutput")),
        "not accepted",
    ),
    "safe mode turned off": (
        lambda data: with_setting(data, "activation", function("keras.config", "enable_unsafe_deserialization")),
        "not accepted",
    ),
    "safe mode turned off by its inner name": (
        lambda data: with_layer(data, "keras.src.saving.serialization_lib", "enable_unsafe_deserialization"),
        "not accepted",
    ),
    "Keras's settings": (
        lambda data: with_setting(data, "activation", function("keras.config", "set_floatx")),
        "not accepted",
    ),
    "a file from the net": (
        lambda data: with_layer(data, "keras.utils", "get_file", fname="x", origin="http://192.0.2.1/x"),
        "'keras.utils.get_file', which is not accepted",
    ),
    "another model file": (
        lambda data: with_layer(data, "keras.models", "load_model", filepath="/etc/passwd", safe_mode=False),
        "not accepted",
    ),
    "a file as a vocabulary": (
        lambda data: with_layer(data, "keras.layers", "StringLookup", vocabulary="/etc/passwd"),
        "reads its vocabulary from a file ('/etc/passwd')",
    ),
    "a SavedModel as a layer": (
        lambda data: with_layer(data, "keras.layers", "TFSMLayer", filepath="/tmp/x"),
        "'keras.layers.TFSMLayer', which is not accepted",
    ),
    "another framework": (
        lambda data: with_layer(data, "keras.layers", "TorchModuleWrapper", module="gAJj"),
        "not accepted",
    ),
    "a layer that says it is another": (
        lambda data: with_layer(data, "keras.layers", "Dense", "Lambda", units=1),
        "says it is something else",
    ),
    "8 GiB of weights": (
        lambda data: with_setting(data, "units", 2**29),
        "units = 536870912; at most 1,048,576 are accepted",
    ),
    "an answer of 1 GiB": (lambda data: with_layer(data, "keras.layers", "RepeatVector", n=2**28), "n = 268435456"),
    "64 GiB in a shape": (
        lambda data: with_layer(data, "keras.layers", "Reshape", target_shape=[2**34]),
        "target_shape = 17179869184",
    ),
    "20,000 layers": (
        lambda data: with_config(
            data,
            {
                **config_of(data),
                "config": {
                    "name": "m",
                    "layers": [thing("keras.layers", "Identity", name=f"i{n}") for n in range(20_000)],
                },
            },
        ),
        "more than 400 layers",
    ),
    "deeper than the stack": (
        lambda data: with_member(data, "config.json", data=b'{"a":' * 100_000 + b"1" + b"}" * 100_000),
        "nested more than 64 levels deep",
    ),
    "a number of a million digits": (
        lambda data: with_member(data, "config.json", data=b'{"a": ' + b"9" * 1_000_000 + b"}"),
        "config.json is not readable",
    ),
    "a newer Keras": (
        lambda data: with_member(data, "metadata.json", data=b'{"keras_version": "9.0.0"}'),
        "saved with Keras 9.0.0, the grader has",
    ),
}
