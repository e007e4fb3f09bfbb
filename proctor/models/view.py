"""A Keras model as graders see it: a description, predictions and weights, all checked data."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import numpy as np

from proctor.errors import CriterionFailed, StudentError
from proctor.models.names import canonical
from proctor.models.predictions import check_predictions, largest_difference, list_arrays, take_rows

# Settings that the layer table shows, in its order, each with the default value for which it is
# left out.
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
LONGEST_SHOWN = 60

# Half as many rows, or half of a smaller input, are predicted again in another batch.
REPEATED_ROWS = 16

LONGEST_DESCRIPTION = 8 * 2**20


@dataclass(frozen=True)
class LayerView:
    """One layer of a model.

    Args:
        name: its name, after the names of the models that it is nested in: "encoder/dense".
        class_name: the name of its class: "Dense".
        config: what its `get_config` returns, as data that can be written as JSON.
        input_shape, output_shape: tuples with None for the batch size; a tuple of such tuples if
            there are several inputs or outputs; None if the layer has not been built.
        parameters: how many numbers its weights hold.
        trainable: False if it is frozen.
        activation: canonical name ("relu", "linear"), or None if the layer has no activation.
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
        """The layer inside a wrapper such as Bidirectional; None for any other layer."""
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
        """Its settings that differ from the defaults: "units=10, activation=softmax"."""
        found = {key: self.config.get(key) for key in SETTINGS}
        if found["strides"] in (found["pool_size"], 1, [1], [1, 1], [1, 1, 1]):
            found["strides"] = None
        parts = [
            f"{key}={_format_setting(value)}"
            for key, value in found.items()
            # In normalisation layers, `scale` is a switch and not a factor.
            if value is not None and value != SETTINGS[key] and not (key == "scale" and isinstance(value, bool))
        ]
        if self.activation not in (None, "linear"):
            parts.append(f"activation={self.activation}")
        if self.wrapped:
            parts.insert(0, f"{self.wrapped.class_name}({self.wrapped.settings})")
        if not self.trainable and self.parameters:
            parts.append("frozen")
        return ", ".join(parts)


class ModelView:
    """A model known through data: its description, its predictions and its weights.

    Args:
        describe: returns what `models.describe.describe` returns; called once, on first use.
        predict: returns the predictions for an input and a batch size; they are checked here.
        weights: returns the weights.
        handle: the live model, for all other attributes; None for a model that was read from a
            file.
    """

    def __init__(
        self,
        describe: Callable[[], Any],
        predict: Callable[[Any, int], Any],
        weights: Callable[[], list[np.ndarray]],
        handle: Any = None,
    ):
        self._describe = describe
        self._predict = predict
        self._weights = weights
        self._handle = handle
        self._rows_repeated = 0
        self._not_repeatable: CriterionFailed | None = None

    @cached_property
    def description(self) -> dict[str, Any]:
        """What `models.describe.describe` returns for the model.

        Raises StudentError if the process sent something of another form.
        """
        return _check_description(self._describe())

    @property
    def name(self) -> str:
        """The model's name."""
        return str(self.description["name"])

    @property
    def class_name(self) -> str:
        """The model's class: "Sequential", "Functional", or one of the student's own."""
        return str(self.description["class_name"])

    @property
    def keras_version(self) -> str:
        """The version of Keras in the model's process."""
        return str(self.description["keras_version"])

    @property
    def input_shape(self) -> tuple[Any, ...] | None:
        """The shape of its input, a tuple with None for the batch size.

        A tuple of such tuples if there are several inputs; None if it is not known.
        """
        return shape_to_tuple(self.description["input_shape"])

    @property
    def output_shape(self) -> tuple[Any, ...] | None:
        """The shape of its output, in the form of `input_shape`."""
        return shape_to_tuple(self.description["output_shape"])

    @property
    def parameters(self) -> int:
        """How many numbers its weights hold."""
        return int(self.description["parameters"])

    @property
    def trainable_parameters(self) -> int:
        """How many of its parameters training changes."""
        return int(self.description["trainable_parameters"])

    @cached_property
    def layers(self) -> list[LayerView]:
        """Its layers; those of a nested model stand in its place. Input layers are left out."""
        return [_make_layer_view(layer) for layer in self.description["layers"]]

    @property
    def compiled(self) -> dict[str, Any] | None:
        """Its optimizer, loss, from_logits and metrics (see `models.names.compiled`).

        None if it is not compiled.
        """
        found: dict[str, Any] | None = self.description["compiled"]
        return found

    @property
    def steps(self) -> int | None:
        """How many steps its optimizer has taken; None if it is not compiled."""
        found: int | None = self.description["steps"]
        return found

    def predict(self, x: Any, batch_size: int = 256) -> Any:
        """The model's predictions for `x`.

        Up to 8 rows are predicted again, in another order and in a smaller batch: the prediction
        for a row must depend on that row only, and must not change.

        Args:
            x: an array, or a list or dict of arrays for a model with several inputs.
            batch_size: how many rows are predicted at a time.

        Returns an array with one row for each row of `x`, or a list or dict of arrays for a model
        with several outputs. Raises CriterionFailed if the predictions have another form, are not
        finite, or differ when they are asked for again.
        """
        if not isinstance(x, (dict, list, tuple)):
            x = np.asarray(x)
        if self._not_repeatable is not None:
            raise self._not_repeatable
        rows = len(list_arrays(x)[0])
        found = check_predictions(self._predict(x, batch_size), rows)
        if min(rows, REPEATED_ROWS) > self._rows_repeated:
            self._check_repeatable(x, found, rows)
            self._rows_repeated = min(rows, REPEATED_ROWS)
        return found

    def _check_repeatable(self, x: Any, found: Any, rows: int) -> None:
        """Raise CriterionFailed if rows of `x` get other predictions than those in `found`."""
        # Rows of the later half in reverse, so that each has another position and other rows in its
        # batch.
        count = max(1, min(rows, REPEATED_ROWS) // 2)
        chosen = np.linspace(rows - 1, rows // 2, count).astype(int)
        few = take_rows(x, chosen)
        second = check_predictions(self._predict(few, count), count)
        difference = largest_difference(take_rows(found, chosen), second)
        if difference:
            third = check_predictions(self._predict(few, count), count)
            is_repeatable = not largest_difference(second, third)
            why = "is random, or remembers what it was asked"
            if is_repeatable:
                why = "depends on what else is in the batch"
            self._not_repeatable = CriterionFailed(
                "the same prediction for an input whenever it is asked for",
                f"one that differs by {difference:.2g} when it is asked for again: it {why}",
            )
            raise self._not_repeatable

    @property
    def weights(self) -> list[np.ndarray]:
        """The model's weights, in Keras's order."""
        return self._weights()

    def table(self) -> list[list[str]]:
        """The layer table: a header, and a row for each layer."""
        rows = [["layer", "type", "output shape", "parameters", "settings"]]
        for layer in self.layers:
            shape = "?" if layer.output_shape is None else format_shape(layer.output_shape)
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


def shape_to_tuple(shape: list[Any] | None) -> tuple[Any, ...] | None:
    """`shape` (a list, or a list of lists) as tuples."""
    if shape is None:
        return None
    return tuple(shape_to_tuple(size) if isinstance(size, list) else size for size in shape)


def format_shape(shape: tuple[Any, ...]) -> str:
    """`shape` as Python writes it, at most `LONGEST_SHOWN` characters."""
    text = str(shape)
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"


def _make_layer_view(data: dict[str, Any]) -> LayerView:
    shapes = {key: shape_to_tuple(data[key]) for key in ("input_shape", "output_shape")}
    return LayerView(**{**data, **shapes})


def _format_setting(value: Any) -> str:
    """The value of a setting as one writes it in Python, shortened if it is long."""
    text = value if isinstance(value, str) else str(shape_to_tuple(value) if isinstance(value, list) else value)
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"


def _check_description(data: Any) -> dict[str, Any]:
    """`data`, if it has the form that `models.describe.describe` returns.

    It may come from a process that runs student code. Types are checked strictly: a NaN in place of
    a count would pass every test that it is too large.

    Raises StudentError if it has another form.
    """
    try:
        text = json.dumps(data, allow_nan=False)
        found: dict[str, Any] = json.loads(text)
        texts = (found["name"], found["class_name"], found["keras_version"])
        counts = (found["parameters"], found["trainable_parameters"])
        layers, compiled = found["layers"], found["compiled"]
        is_valid = (
            len(text) <= LONGEST_DESCRIPTION
            and all(isinstance(item, str) for item in texts)
            and all(_is_count(count) for count in counts)
            and all(_is_shape(found[key]) for key in ("input_shape", "output_shape"))
            and isinstance(layers, list)
            and all(_is_layer(layer) for layer in layers)
            and (compiled is None or isinstance(compiled, dict))
            and (found["steps"] is None or _is_count(found["steps"]))
        )
    except (TypeError, ValueError, KeyError, RecursionError):
        is_valid = False
    if not is_valid:
        raise StudentError("ProtocolError", "the process described the model in another way than was agreed")
    return found


def _is_layer(layer: Any) -> bool:
    return (
        isinstance(layer, dict)
        and layer.keys() == {field.name for field in fields(LayerView)}
        and isinstance(layer["name"], str)
        and isinstance(layer["class_name"], str)
        and isinstance(layer["config"], dict)
        and _is_shape(layer["input_shape"])
        and _is_shape(layer["output_shape"])
        and _is_count(layer["parameters"])
        and isinstance(layer["trainable"], bool)
        and isinstance(layer["activation"], (str, type(None)))
    )


def _is_count(value: Any) -> bool:
    return type(value) is int and value >= 0


def _is_shape(value: Any) -> bool:
    """Whether `value` is a list of sizes, a list of such lists, or None."""
    if not isinstance(value, list):
        return value is None
    return all(size is None or _is_count(size) or (isinstance(size, list) and _is_shape(size)) for size in value)
