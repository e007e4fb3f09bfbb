"""Assertions about the architecture of a model; each failure shows the table of its layers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from proctor.channel.described import described
from proctor.criteria.arrays import format_name
from proctor.errors import CourseError, CriterionFailed
from proctor.models.names import ACTIVATION_LAYERS, LAYER_KINDS, canonical, is_a, layer_class
from proctor.models.view import LayerView, ModelView

# Endings of class names. An activation layer behind such layers counts as the activation of the
# layer before them: `Conv2D -> BatchNormalization -> ReLU`.
TRANSPARENT = ("Normalization", "Dropout")
# Attributes of a LayerView that `assert_layer` compares like the settings in its config.
ATTRIBUTES = ("name", "class_name", "input_shape", "output_shape", "parameters", "trainable", "activation")


@dataclass(frozen=True)
class Bound:
    """A lower or upper bound on a number of layers, made by `at_least` or `at_most`."""

    low: int
    high: int | None

    def __contains__(self, number: int) -> bool:
        return self.low <= number and (self.high is None or number <= self.high)

    def __str__(self) -> str:
        return f"at least {self.low}" if self.high is None else f"at most {self.high}"


def at_least(number: int) -> Bound:
    """A lower bound (inclusive), as in `assert_layer_count(model, Dense=at_least(2))`."""
    return Bound(number, None)


def at_most(number: int) -> Bound:
    """An upper bound (inclusive), as in `assert_layer_count(model, Dense=at_most(2))`."""
    return Bound(0, number)


def as_model(value: Any, what: str = "") -> ModelView:
    """`value` if it is a Keras model; every assertion about models calls this first.

    Args:
        value: from the submission.
        what: its name in the message, such as "build_model()".

    Raises CriterionFailed, with what it is instead, if it is anything else.
    """
    if not isinstance(value, ModelView):
        raise CriterionFailed(f"{format_name(what)} to be a Keras model" if what else "a Keras model", described(value))
    return value


def assert_layer_count(model: ModelView, **counts: int | Bound) -> None:
    """Assert how many layers of some classes or kinds a model has; it may have any other layers.

    Layers of models inside the model count, and so does a layer inside a wrapper:
    `Bidirectional(LSTM(8))` is a Bidirectional and an LSTM.

    Args:
        model: the model.
        counts: a number or bound by class (`Conv2D=1`, `Dense=at_least(2)`) or by kind, in lower
            case: `convolution=1` counts the layers of every convolutional class. The other kinds
            are attention, dropout, embedding, normalization, pooling and recurrent.

    Raises CriterionFailed, with the number that was found; CourseError if there is no such kind.
    """
    model = as_model(model)
    for name, wanted in counts.items():
        rows = [row for row, layer in enumerate(model.layers) if _match_class(layer, name)]
        if len(rows) != wanted and not (isinstance(wanted, Bound) and len(rows) in wanted):
            raise _make_failure(
                model,
                f"{wanted} {name} layer{'' if wanted == 1 else 's'}",
                _or_unseen(model, _format_count(len(rows))),
                rows,
            )


def assert_layer_order(model: ModelView, *names: str) -> None:
    """Assert that a model has layers of these classes or kinds in this order.

    Args:
        model: the model; there may be other layers between them.
        names: classes or kinds (see `assert_layer_count`): "Conv2D", "pooling", "Dense".

    Raises CriterionFailed, with the first that is missing; CourseError if there is no such kind.
    """
    model = as_model(model)
    rows: list[int] = []
    for name in names:
        start = rows[-1] + 1 if rows else 0
        row = next((r for r in range(start, len(model.layers)) if _match_class(model.layers[r], name)), None)
        if row is None:
            found = f"no {name} behind the {names[len(rows) - 1]}" if rows else f"no {name}"
            raise _make_failure(model, f"layers in the order {', '.join(names)}", _or_unseen(model, found), rows[-1:])
        rows.append(row)


def assert_layer(model: ModelView, index_or_class: int | str, **config: Any) -> None:
    """Assert the settings of one layer.

    A layer that only applies an activation counts as the activation of the layer before, so that
    `Dense(10)` followed by `Softmax()` is one layer with the activation "softmax".

    Args:
        model: the model.
        index_or_class: an index into the layers (-1 is the last), or a class or kind (see
            `assert_layer_count`), of which one layer must match.
        config: settings as in the layer's `get_config()` (`units=10`), or `name`, `class_name`,
            `input_shape`, `output_shape`, `parameters` (a number), `trainable` or `activation`.
            Names of functions may be in any spelling of Keras; a set, or a tuple where the setting
            is not one itself, lists the allowed values.

    Raises CriterionFailed, with the settings that differ in the layer that comes closest.
    """
    model = as_model(model)
    merged = merge_activations(model)
    if isinstance(index_or_class, str):
        name = index_or_class
        candidates = [(row, inner) for row, layer in merged if (inner := _match_class(layer, name))]
        if not candidates:
            raise _make_failure(model, f"{_article_for(name)} {name} layer", _or_unseen(model, "none"))
    elif -len(merged) <= index_or_class < len(merged):
        name = "the last layer" if index_or_class == -1 else f"layer {index_or_class}"
        candidates = [merged[index_or_class]]
    else:
        needed = index_or_class + 1 if index_or_class >= 0 else -index_or_class
        raise _make_failure(model, f"{needed} layers or more", _or_unseen(model, _format_count(len(merged))))
    misses = [_find_misses(layer, config) for _, layer in candidates]
    if all(misses):
        # The layer with the fewest differences is most likely the one that was meant.
        miss = min(misses, key=len)
        wanted = ", ".join(f"{key}={_format_setting(config[key])}" for key in miss)
        found = ", ".join(f"{key}={_format_setting(value)}" for key, value in miss.items())
        title = f"{_article_for(name)} {name} layer" if isinstance(index_or_class, str) else name
        raise _make_failure(model, f"{title} with {wanted}", found, [candidates[misses.index(miss)][0]])


def assert_input_shape(model: ModelView, shape: tuple[Any, ...]) -> None:
    """Assert the shape of a model's input.

    Args:
        model: the model.
        shape: such as `(None, 28, 28, 1)`, the batch size first; None allows any size. A tuple of
            such shapes if there are several inputs.

    Raises CriterionFailed, with the shape that was found.
    """
    model = as_model(model)
    if not _is_shape(model.input_shape, shape):
        raise _make_failure(model, f"inputs of shape {shape}", _format_shape(model.input_shape), range(1))


def assert_output_shape(model: ModelView, shape: tuple[Any, ...]) -> None:
    """Assert the shape of a model's output.

    Args:
        model: the model.
        shape: such as `(None, 10)`, the batch size first; None allows any size. A tuple of such
            shapes if there are several outputs.

    Raises CriterionFailed, with the shape that was found.
    """
    model = as_model(model)
    if not _is_shape(model.output_shape, shape):
        last = len(model.layers) - 1
        raise _make_failure(
            model, f"outputs of shape {shape}", _format_shape(model.output_shape), range(last, last + 1)
        )


def assert_parameters(
    model: ModelView, at_most: int | None = None, at_least: int | None = None, exactly: int | None = None
) -> None:
    """Assert how many parameters a model has, trainable or not.

    Args:
        model: the model.
        at_most, at_least: the bounds (inclusive); None for none.
        exactly: the number; None for any.

    Raises CriterionFailed, with the number that was found.
    """
    model = as_model(model)
    found = model.parameters
    if exactly is not None and found != exactly:
        expected = f"{exactly:,} parameters"
    elif at_most is not None and found > at_most:
        expected = f"at most {at_most:,} parameters"
    elif at_least is not None and found < at_least:
        expected = f"at least {at_least:,} parameters"
    else:
        return
    most = max((layer.parameters for layer in model.layers), default=0)
    heavy = [row for row, layer in enumerate(model.layers) if layer.parameters == most > 0]
    raise _make_failure(model, expected, f"{found:,}", heavy if at_most is not None and found > at_most else ())


def assert_compiled(
    model: ModelView,
    loss: str | tuple[str, ...] | None = None,
    optimizer: str | tuple[str, ...] | None = None,
    metrics: str | tuple[str, ...] | None = None,
) -> None:
    """Assert which loss, optimizer and metrics a model was compiled with.

    Args:
        model: the model.
        loss, optimizer: a name in any spelling of Keras ("mse", "MeanSquaredError"), or a tuple of
            allowed names; None for any. If there are several losses, each must be allowed.
        metrics: the same; at least one of the model's metrics must be allowed.

    Raises CriterionFailed, with what was found, or if the model is not compiled.
    """
    model = as_model(model)
    if model.compiled is None:
        raise _make_failure(model, "a model that is compiled", "one that is not: call model.compile(...)")
    for what, wanted in (("loss", loss), ("optimizer", optimizer), ("metrics", metrics)):
        if wanted is None:
            continue
        allowed = [canonical(name) for name in ((wanted,) if isinstance(wanted, str) else wanted)]
        value = model.compiled.get(what)
        found = value if isinstance(value, list) else [value]
        # Each output has a loss, and all count; of the metrics one is enough.
        met = any(name in allowed for name in found) if what == "metrics" else all(name in allowed for name in found)
        if not met:
            raise _make_failure(
                model, f"{what} {' or '.join(allowed)}", ", ".join(str(name) for name in found if name) or "none"
            )


def output_activation(model: ModelView) -> str | None:
    """The canonical name ("softmax", "linear") of the activation that `model` ends with.

    Returns None if it is not known, as for a model with a `call` method of its own.
    """
    merged = merge_activations(as_model(model))
    return merged[-1][1].activation if merged else None


def merge_activations(model: ModelView) -> list[tuple[int, LayerView]]:
    """The table row and the view of each layer, activation layers merged into the layer before."""
    merged: list[tuple[int, LayerView]] = []
    for row, layer in enumerate(model.layers):
        before = None
        if layer.class_name in ACTIVATION_LAYERS:
            for position in range(len(merged) - 1, -1, -1):
                if not merged[position][1].class_name.endswith(TRANSPARENT):
                    before = position
                    break
        if before is not None and merged[before][1].activation == "linear":
            merged[before] = (merged[before][0], replace(merged[before][1], activation=layer.activation))
        else:
            merged.append((row, layer))
    return merged


def _match_class(layer: LayerView, name: str) -> LayerView | None:
    """`layer`, or the layer that it wraps, if it is of the class or kind `name`; otherwise None.

    Raises CourseError if `name` is in lower case, as kinds are, and is no kind.
    """
    if name not in LAYER_KINDS and name[:1].islower():
        raise CourseError(
            f"there is no kind of layers {name!r}; there are {', '.join(LAYER_KINDS)}, and Keras's classes"
        )
    return next((one for one in (layer, layer.wrapped) if one and is_a(one.class_name, name)), None)


def _find_misses(layer: LayerView, wanted: dict[str, Any]) -> dict[str, Any]:
    """The settings of `layer` that differ from `wanted`, with the values that they have."""
    found = {key: getattr(layer, key) if key in ATTRIBUTES else layer.config.get(key, "not set") for key in wanted}
    return {key: found[key] for key in wanted if not _is_allowed(key, found[key], wanted[key])}


def _is_allowed(key: str, found: Any, wanted: Any) -> bool:
    """Whether the setting `found` is `wanted`, or one of the values in `wanted`."""
    if _is_same(key, found, wanted):
        return True
    if isinstance(found, list) and isinstance(wanted, tuple) and all(isinstance(one, int) for one in wanted):
        return False  # one value of several numbers, such as a kernel size
    return isinstance(wanted, (tuple, set, frozenset)) and any(_is_same(key, found, one) for one in wanted)


def _is_same(key: str, found: Any, wanted: Any) -> bool:
    if key in ("input_shape", "output_shape"):
        return _is_shape(found, wanted)
    if key == "name":
        return bool(found == wanted)
    if key == "class_name" and isinstance(wanted, str):
        return bool(found == layer_class(wanted))
    if key == "activation" and wanted is None:
        return found in (None, "linear")
    if isinstance(found, dict) and found.get("class_name") == "DTypePolicy":
        found = (found.get("config") or {}).get("name")
    if isinstance(wanted, str) and isinstance(found, (str, dict)):
        return canonical(found) == canonical(wanted)
    if isinstance(found, (list, tuple)):
        if isinstance(wanted, int) and not isinstance(wanted, bool):
            return all(size == wanted for size in found)
        return isinstance(wanted, (list, tuple)) and list(found) == list(wanted)
    if isinstance(found, float) or isinstance(wanted, float):
        numbers = isinstance(found, (int, float)) and isinstance(wanted, (int, float))
        return numbers and bool(np.isclose(found, wanted, rtol=1e-6, atol=0))
    return type(found) is type(wanted) and bool(found == wanted)


def _is_shape(found: tuple[Any, ...] | None, wanted: tuple[Any, ...]) -> bool:
    if found is None or not isinstance(wanted, (tuple, list)) or len(found) != len(wanted):
        return False
    for got, want in zip(found, wanted, strict=True):
        if isinstance(want, (tuple, list)):
            if not isinstance(got, tuple) or not _is_shape(got, tuple(want)):
                return False
        elif want is not None and got != want:
            return False
    return True


def _format_shape(shape: tuple[Any, ...] | None) -> str:
    return "no shape: the model has not seen any data yet" if shape is None else str(shape)


def _format_setting(value: Any) -> str:
    if isinstance(value, (set, frozenset)):
        return " or ".join(sorted(str(one) for one in value))
    if isinstance(value, dict):
        return canonical(value)
    if isinstance(value, tuple) and any(isinstance(one, str) for one in value):
        return " or ".join(str(one) for one in value)
    text = str(tuple(value) if isinstance(value, list) else value)
    return text if len(text) <= 80 else text[:79] + "…"


def _article_for(name: str) -> str:
    return "an" if name.startswith(("A", "E", "I", "LSTM", "RNN")) else "a"


def _format_count(number: int) -> str:
    return str(number or "none")


def _or_unseen(model: ModelView, found: str) -> str:
    """`found`, or if Keras sees no layer of the model at all, that and why."""
    return found if model.layers else "a model without layers that Keras sees: keep them in attributes of your class"


def _make_failure(model: ModelView, expected: str, found: str, marked: Sequence[int] = ()) -> CriterionFailed:
    rows = tuple(row for row in marked if 0 <= row < len(model.layers))
    return CriterionFailed(expected, found, detail=model.table(), marked=rows)
