"""A Keras model as the examiner sees it: its description, and the few questions that it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from proctor.errors import CriterionFailed
from proctor.models.names import canonical

# Settings worth a student's attention, in the order in which the layer table shows them; the value that goes
# without saying is left out.
SETTINGS: dict[str, Any] = {
    "units": None,
    "filters": None,
    "kernel_size": None,
    "pool_size": None,
    "strides": None,
    "padding": "valid",
    "dilation_rate": [1, 1],
    "input_dim": None,
    "output_dim": None,
    "mask_zero": False,
    "num_heads": None,
    "key_dim": None,
    "rate": None,
    "scale": None,
    "target_shape": None,
    "return_sequences": False,
    "return_state": False,
    "dropout": 0.0,
    "recurrent_dropout": 0.0,
    "merge_mode": "concat",
}
SHOWN = 60


@dataclass(frozen=True)
class LayerView:
    """One layer of a model.

    Args:
        name: its name, behind the names of the models that it is nested in: "encoder/dense".
        class_name: "Dense".
        config: what Keras says about it, as JSON-ready data.
        input_shape, output_shape: tuples with None for the batch, a tuple of them where there are several, None if
            it has not been built.
        parameters: how many numbers its weights hold.
        trainable: False when it is frozen.
        activation: canonical name ("relu", "linear"), None for a layer that has none.
    """

    name: str
    class_name: str
    config: dict[str, Any]
    input_shape: tuple[Any, ...] | None
    output_shape: tuple[Any, ...] | None
    parameters: int
    trainable: bool
    activation: str | None

    @property
    def wrapped(self) -> LayerView | None:
        """The layer inside a wrapper such as Bidirectional or TimeDistributed, None for any other layer."""
        inner = self.config.get("layer")
        if not isinstance(inner, dict) or not isinstance(inner.get("config"), dict):
            return None
        activation = inner["config"].get("activation")
        return replace(
            self,
            class_name=str(inner.get("class_name")),
            config=inner["config"],
            activation=None if activation is None else canonical(activation),
        )

    @property
    def settings(self) -> str:
        """The settings that tell it from others of its class, such as "units=10, activation=softmax"."""
        found = {key: self.config.get(key) for key in SETTINGS}
        if found["strides"] in (found["pool_size"], 1, [1], [1, 1], [1, 1, 1]):
            found["strides"] = None
        said = [
            f"{key}={_short(value)}"
            for key, value in found.items()
            # Normalisations have a `scale` that is a switch.
            if value is not None and value != SETTINGS[key] and not (key == "scale" and isinstance(value, bool))
        ]
        if self.activation not in (None, "linear"):
            said.append(f"activation={self.activation}")
        if self.wrapped:
            said.insert(0, f"{self.wrapped.class_name}({self.wrapped.settings})")
        if not self.trainable and self.parameters:
            said.append("frozen")
        return ", ".join(said)


class ModelView:
    """A model known through data: its description, its predictions and its weights.

    Args:
        description: what `models.describe.describe` says about it.
        predict: gives the predictions for an input and a batch size; what it returns is checked.
        weights: gives the weights.
        handle: the live model, which is asked for everything else; None for a model read from its file.
    """

    def __init__(
        self,
        description: dict[str, Any],
        predict: Callable[[Any, int], Any],
        weights: Callable[[], list[np.ndarray]],
        handle: Any = None,
    ):
        self.description = description
        self.name: str = description["name"]
        self.class_name: str = description["class_name"]
        self.keras_version: str = description["keras_version"]
        self.input_shape = as_shape(description["input_shape"])
        self.output_shape = as_shape(description["output_shape"])
        self.parameters: int = description["parameters"]
        self.trainable_parameters: int = description["trainable_parameters"]
        self.layers = [_layer(layer) for layer in description["layers"]]
        self.compiled: dict[str, Any] | None = description["compiled"]
        self._predict = predict
        self._weights = weights
        self._handle = handle

    def predict(self, x: Any, batch_size: int = 256) -> Any:
        """The model's predictions for `x`.

        Args:
            x: an array, or a list or dict of arrays for a model with several inputs.
            batch_size: how many rows are predicted at a time.

        Returns an array with one row for each row of `x` (a list of arrays for a model with several outputs).
        Raises CriterionFailed if what comes back is not that, or is not finite.
        """
        inputs = list(x.values()) if isinstance(x, dict) else x if isinstance(x, (list, tuple)) else [x]
        if not isinstance(x, (dict, list, tuple)):
            x = np.asarray(x)
        rows = len(inputs[0])
        found = self._predict(x, batch_size)
        if isinstance(found, (list, tuple)):
            return [_checked(part, rows) for part in found]
        return _checked(found, rows)

    @property
    def weights(self) -> list[np.ndarray]:
        """The model's weights, in Keras's order."""
        return self._weights()

    def table(self) -> list[list[str]]:
        """The layer table, a row for each layer behind a header."""
        rows = [["layer", "type", "output shape", "parameters", "settings"]]
        for layer in self.layers:
            shape = "?" if layer.output_shape is None else show_shape(layer.output_shape)
            rows.append([layer.name, layer.class_name, shape, f"{layer.parameters:,}", layer.settings])
        return rows

    def __getattr__(self, name: str) -> Any:
        handle = self.__dict__.get("_handle")
        if handle is None or name.startswith("__"):
            raise AttributeError(
                f"a model that is read from its file has no {name!r}; "
                "it has its layers, shapes, parameters, compiled, weights and predict()"
            )
        return getattr(handle, name)

    def __repr__(self) -> str:
        return f"<{self.class_name} {self.name!r}: {len(self.layers)} layers, {self.parameters:,} parameters>"


def as_shape(shape: list[Any] | None) -> tuple[Any, ...] | None:
    """`shape` (a list, or a list of lists) as tuples."""
    if shape is None:
        return None
    return tuple(as_shape(size) if isinstance(size, list) else size for size in shape)


def show_shape(shape: tuple[Any, ...]) -> str:
    """`shape` as Python writes it, shortened if it is long."""
    text = str(shape)
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def _layer(data: dict[str, Any]) -> LayerView:
    shapes = {key: as_shape(data[key]) for key in ("input_shape", "output_shape")}
    return LayerView(**{**data, **shapes})


def _short(value: Any) -> str:
    """A setting's value as an author writes it."""
    text = value if isinstance(value, str) else str(as_shape(value) if isinstance(value, list) else value)
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def _checked(found: Any, rows: int) -> np.ndarray:
    """`found` if it is a row of finite numbers for each of `rows`."""
    if type(found) is not np.ndarray or found.dtype.kind not in "fiu":
        kind = f"an array of {found.dtype}" if isinstance(found, np.ndarray) else type(found).__name__
        raise CriterionFailed("predictions to be an array of numbers", kind)
    if found.ndim == 0 or len(found) != rows:
        raise CriterionFailed(
            f"one prediction for each of the {rows} inputs",
            "a single number" if found.ndim == 0 else f"{len(found)} predictions",
        )
    bad = ~np.isfinite(found).reshape(rows, -1).all(axis=1) if rows else np.zeros(0, bool)
    if bad.any():
        kind = "NaN" if np.isnan(found).any() else "infinity"
        raise CriterionFailed("predictions to be finite numbers", f"{kind} for {int(bad.sum())} of {rows} inputs")
    return found
