"""A Keras model as the examiner sees it: its description, and the few questions that it answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import numpy as np

from proctor.errors import CriterionFailed, StudentError
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

# Of so many rows the later half is asked for again, in other company. What then differs by less than this fraction of
# the largest number is rounding: half precision rounds to a thousandth, and another batch is summed in another order.
AGAIN = 16
ROUNDING = 0.01

LONGEST_DESCRIPTION = 8 * 2**20


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
        describe: gives what `models.describe.describe` says about it; asked once, when something of it is needed.
        predict: gives the predictions for an input and a batch size; what it returns is checked.
        weights: gives the weights.
        handle: the live model, which is asked for everything else; None for a model read from its file.
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
        self._asked_again = 0
        self._unsteady: CriterionFailed | None = None

    @cached_property
    def description(self) -> dict[str, Any]:
        """What `models.describe.describe` says about the model; raises StudentError if what came is no description."""
        return _sound(self._describe())

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
        """The version of Keras that the model lives in."""
        return str(self.description["keras_version"])

    @property
    def input_shape(self) -> tuple[Any, ...] | None:
        """The shape of its input, None for the batch; a tuple of them where there are several, None if not known."""
        return as_shape(self.description["input_shape"])

    @property
    def output_shape(self) -> tuple[Any, ...] | None:
        """The shape of its output, in the same way."""
        return as_shape(self.description["output_shape"])

    @property
    def parameters(self) -> int:
        """How many numbers its weights hold."""
        return int(self.description["parameters"])

    @property
    def trainable_parameters(self) -> int:
        """How many of them training changes."""
        return int(self.description["trainable_parameters"])

    @cached_property
    def layers(self) -> list[LayerView]:
        """Its layers, those of models inside it in their place; input layers are left out."""
        return [_layer(layer) for layer in self.description["layers"]]

    @property
    def compiled(self) -> dict[str, Any] | None:
        """Its optimizer, loss, from_logits and metrics (see `models.names.compiled`), None if it is not compiled."""
        found: dict[str, Any] | None = self.description["compiled"]
        return found

    def predict(self, x: Any, batch_size: int = 256) -> Any:
        """The model's predictions for `x`.

        Up to 8 rows are asked for once more, in another order and in a smaller batch: a model of this course answers
        for each row by itself, and always the same.

        Args:
            x: an array, or a list or dict of arrays for a model with several inputs.
            batch_size: how many rows are predicted at a time.

        Returns an array with one row for each row of `x` (a list or dict of arrays for a model with several outputs).
        Raises CriterionFailed if what comes back is not that, is not finite, or is another one when it is asked again.
        """
        if not isinstance(x, (dict, list, tuple)):
            x = np.asarray(x)
        if self._unsteady is not None:
            raise self._unsteady
        rows = len(_parts(x)[0])
        found = _checked(self._predict(x, batch_size), rows)
        if min(rows, AGAIN) > self._asked_again:
            self._ask_again(x, found, rows)
            self._asked_again = min(rows, AGAIN)
        return found

    def _ask_again(self, x: Any, found: Any, rows: int) -> None:
        """Raise CriterionFailed if some of the rows of `x` get another prediction than that in `found`."""
        # The later half, backwards: another order, and another company for each of them.
        count = max(1, min(rows, AGAIN) // 2)
        chosen = np.linspace(rows - 1, rows // 2, count).astype(int)
        few = _rows(x, chosen)
        again = _checked(self._predict(few, count), count)
        difference = _difference(_rows(found, chosen), again)
        if difference:
            steady = not _difference(again, _checked(self._predict(few, count), count))
            why = "depends on what else is in the batch" if steady else "is random, or remembers what it was asked"
            self._unsteady = CriterionFailed(
                "the same prediction for an input whenever it is asked for",
                f"one that differs by {difference:.2g} when it is asked for again: it {why}",
            )
            raise self._unsteady

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


def _sound(data: Any) -> dict[str, Any]:
    """`data` if it is a description: it may come from a process that runs a student's code.

    Numbers are compared with bounds, and NaN is within all of them; so nothing but the agreed types passes.
    """
    try:
        text = json.dumps(data, allow_nan=False)
        found: dict[str, Any] = json.loads(text)
        texts = (found["name"], found["class_name"], found["keras_version"])
        counts = (found["parameters"], found["trainable_parameters"])
        layers, compiled = found["layers"], found["compiled"]
        sound = (
            len(text) <= LONGEST_DESCRIPTION
            and all(isinstance(said, str) for said in texts)
            and all(_is_count(count) for count in counts)
            and all(_is_shape(found[key]) for key in ("input_shape", "output_shape"))
            and isinstance(layers, list)
            and all(_is_layer(layer) for layer in layers)
            and (compiled is None or isinstance(compiled, dict))
        )
    except (TypeError, ValueError, KeyError, RecursionError):
        sound = False
    if not sound:
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


def _parts(x: Any) -> list[Any]:
    """The arrays of a model's input or output, of which there may be several."""
    return list(x.values()) if isinstance(x, dict) else list(x) if isinstance(x, (list, tuple)) else [x]


def _rows(x: Any, chosen: np.ndarray) -> Any:
    """The `chosen` rows of an input or output."""
    if isinstance(x, dict):
        return {key: np.asarray(part)[chosen] for key, part in x.items()}
    return [np.asarray(part)[chosen] for part in x] if isinstance(x, (list, tuple)) else x[chosen]


def _difference(first: Any, second: Any) -> float:
    """By how much two answers to the same rows differ; 0 if by nothing but rounding."""
    ones, others = _parts(first), _parts(second)
    if [part.shape for part in ones] != [part.shape for part in others]:
        return float("inf")
    for one, other in zip(ones, others, strict=True):
        one, other = one.astype(float), other.astype(float)
        with np.errstate(over="ignore", invalid="ignore"):
            difference = float(np.abs(one - other).max(initial=0.0))
        if not difference <= ROUNDING * max(1.0, float(np.abs(one).max(initial=0.0))):
            return difference
    return 0.0


def _checked(found: Any, rows: int) -> Any:
    """`found` if it holds finite numbers, a row for each of `rows`, in an array or several."""
    if isinstance(found, dict):
        return {key: _checked_array(part, rows) for key, part in found.items()}
    if isinstance(found, (list, tuple)) and all(type(part) is np.ndarray for part in found):
        return [_checked_array(part, rows) for part in found]
    return _checked_array(found, rows)


def _checked_array(found: Any, rows: int) -> np.ndarray:
    if type(found) is not np.ndarray or found.dtype.kind not in "fiu":
        raise CriterionFailed("predictions to be an array of numbers", _kind(found))
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


def _kind(found: Any) -> str:
    """What was predicted instead of numbers."""
    inner = found
    while isinstance(inner, (list, tuple)) and inner:
        inner = inner[0]
    if isinstance(inner, (str, bytes)):
        return "text"
    if isinstance(found, (int, float, np.generic)):
        return "a single number"
    return f"an array of {found.dtype}" if isinstance(found, np.ndarray) else type(found).__name__
