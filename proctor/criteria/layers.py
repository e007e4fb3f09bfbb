"""What a grader asserts about how a model is built; each failure shows the layer table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from proctor.channel.described import described
from proctor.criteria.arrays import named
from proctor.errors import CourseError, CriterionFailed
from proctor.models.names import ACTIVATION_LAYERS, LAYER_KINDS, canonical, is_a, layer_class
from proctor.models.view import LayerView, ModelView

# An activation behind one of these still is that of the layer before: `Conv2D -> BatchNormalization -> ReLU`.
TRANSPARENT = ("Normalization", "Dropout")
# These attributes of a layer can be asked for like its settings.
ATTRIBUTES = ("name", "class_name", "input_shape", "output_shape", "parameters", "trainable", "activation")


@dataclass(frozen=True)
class Bound:
    """A number of layers that need not be exact; made by `at_least` and `at_most`."""

    low: int
    high: int | None

    def __contains__(self, number: int) -> bool:
        return self.low <= number and (self.high is None or number <= self.high)

    def __str__(self) -> str:
        return f"at least {self.low}" if self.high is None else f"at most {self.high}"


def at_least(number: int) -> Bound:
    """`number` or more, as in `assert_layer_count(model, Dense=at_least(2))`."""
    return Bound(number, None)


def at_most(number: int) -> Bound:
    """No more than `number`, as in `assert_layer_count(model, Dense=at_most(2))`."""
    return Bound(0, number)


def as_model(value: Any, what: str = "") -> ModelView:
    """`value`, if it is a Keras model; every assertion about models goes through this.

    Args:
        value: what was found.
        what: how the message names it, such as "build_model()".

    Raises CriterionFailed, with what it is instead, for anything else.
    """
    if not isinstance(value, ModelView):
        raise CriterionFailed(f"{named(what)} to be a Keras model" if what else "a Keras model", described(value))
    return value


def assert_layer_count(model: ModelView, **counts: int | Bound) -> None:
    """Assert how many layers of a class or of a kind a model has; those that are not named do not matter.

    Layers of models inside the model count, and so does a layer inside a wrapper: `Bidirectional(LSTM(8))` is a
    Bidirectional and an LSTM.

    Args:
        model: the model.
        counts: number by class (`Conv2D=1`, `Dense=at_least(2)`) or by kind, in small letters: `convolution=1` counts
            every class of convolutions; others are attention, dropout, embedding, normalization, pooling, recurrent.
    """
    model = as_model(model)
    for name, wanted in counts.items():
        rows = [row for row, layer in enumerate(model.layers) if _as_class(layer, name)]
        if len(rows) != wanted and not (isinstance(wanted, Bound) and len(rows) in wanted):
            raise _failed(model, f"{wanted} {name} layer{'' if wanted == 1 else 's'}", _number(len(rows)), rows)


def assert_layer_order(model: ModelView, *names: str) -> None:
    """Assert that layers of these classes or kinds follow one another; others may stand between them.

    Args:
        model: the model.
        names: classes or kinds (see `assert_layer_count`): "Conv2D", "pooling", "Dense".
    """
    model = as_model(model)
    rows: list[int] = []
    for name in names:
        start = rows[-1] + 1 if rows else 0
        row = next((r for r in range(start, len(model.layers)) if _as_class(model.layers[r], name)), None)
        if row is None:
            found = f"no {name} behind the {names[len(rows) - 1]}" if rows else f"no {name}"
            raise _failed(model, f"layers in the order {', '.join(names)}", found, rows[-1:])
        rows.append(row)


def assert_layer(model: ModelView, index_or_class: int | str, **config: Any) -> None:
    """Assert the settings of one layer.

    A layer that only applies an activation counts as the activation of the layer before, so that
    `Dense(10)` and `Softmax()` are together one layer with activation "softmax".

    Args:
        model: the model.
        index_or_class: a position, -1 being the last; or a class name, and one of its layers must match.
        config: settings by name (units=10), or name, class_name, input_shape, output_shape, parameters, trainable
            or activation; names may be in any spelling, and a tuple or set lists what is allowed.
    """
    model = as_model(model)
    merged = _merged(model)
    if isinstance(index_or_class, str):
        name = index_or_class
        candidates = [(row, inner) for row, layer in merged if (inner := _as_class(layer, name))]
        if not candidates:
            raise _failed(model, f"{_article(name)} {name} layer", "none")
    elif -len(merged) <= index_or_class < len(merged):
        name = "the last layer" if index_or_class == -1 else f"layer {index_or_class}"
        candidates = [merged[index_or_class]]
    else:
        needed = index_or_class + 1 if index_or_class >= 0 else -index_or_class
        raise _failed(model, f"{needed} layers or more", _number(len(merged)))
    misses = [_misses(layer, config) for _, layer in candidates]
    if all(misses):
        # The one that comes closest is the one that was meant.
        miss = min(misses, key=len)
        wanted = ", ".join(f"{key}={_shown(config[key])}" for key in miss)
        found = ", ".join(f"{key}={_shown(value)}" for key, value in miss.items())
        title = f"{_article(name)} {name} layer" if isinstance(index_or_class, str) else name
        raise _failed(model, f"{title} with {wanted}", found, [candidates[misses.index(miss)][0]])


def assert_input_shape(model: ModelView, shape: tuple[Any, ...]) -> None:
    """Assert the shape of a model's input, None (as the batch is) standing for any size."""
    model = as_model(model)
    if not _fits(model.input_shape, shape):
        raise _failed(model, f"inputs of shape {shape}", _found_shape(model.input_shape), range(1))


def assert_output_shape(model: ModelView, shape: tuple[Any, ...]) -> None:
    """Assert the shape of a model's output, None (as the batch is) standing for any size."""
    model = as_model(model)
    if not _fits(model.output_shape, shape):
        last = len(model.layers) - 1
        raise _failed(model, f"outputs of shape {shape}", _found_shape(model.output_shape), range(last, last + 1))


def assert_parameters(
    model: ModelView, at_most: int | None = None, at_least: int | None = None, exactly: int | None = None
) -> None:
    """Assert how many parameters a model has; the bounds are included."""
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
    raise _failed(model, expected, f"{found:,}", heavy if at_most is not None and found > at_most else ())


def assert_compiled(
    model: ModelView,
    loss: str | tuple[str, ...] | None = None,
    optimizer: str | tuple[str, ...] | None = None,
    metrics: str | tuple[str, ...] | None = None,
) -> None:
    """Assert what a model was compiled with; names may be in any spelling ("mse", "MeanSquaredError").

    Args:
        model: the model.
        loss, optimizer: a name, or a tuple of names that are allowed; None for any.
        metrics: the same; one of them must be among the model's metrics.
    """
    model = as_model(model)
    if model.compiled is None:
        raise _failed(model, "a model that is compiled", "one that is not: call model.compile(...) before saving it")
    for what, wanted in (("loss", loss), ("optimizer", optimizer), ("metrics", metrics)):
        if wanted is None:
            continue
        allowed = [canonical(name) for name in ((wanted,) if isinstance(wanted, str) else wanted)]
        value = model.compiled.get(what)
        found = value if isinstance(value, list) else [value]
        # Every output has its loss; a metric may stand among others.
        met = any(name in allowed for name in found) if what == "metrics" else all(name in allowed for name in found)
        if not met:
            raise _failed(
                model, f"{what} {' or '.join(allowed)}", ", ".join(str(name) for name in found if name) or "none"
            )


def output_activation(model: ModelView) -> str | None:
    """Canonical name of the activation that `model` ends with, or None if it is not known."""
    merged = _merged(as_model(model))
    return merged[-1][1].activation if merged else None


def _merged(model: ModelView) -> list[tuple[int, LayerView]]:
    """The layers and their rows in the table, with activation layers merged into the layer before."""
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


def _as_class(layer: LayerView, name: str) -> LayerView | None:
    """`layer`, or the layer that it wraps, if it is of the class or kind `name`; otherwise None.

    Raises CourseError if `name` is written like a kind and is none.
    """
    if name not in LAYER_KINDS and name[:1].islower():
        raise CourseError(
            f"there is no kind of layers {name!r}; there are {', '.join(LAYER_KINDS)}, and Keras's classes"
        )
    return next((one for one in (layer, layer.wrapped) if one and is_a(one.class_name, name)), None)


def _misses(layer: LayerView, wanted: dict[str, Any]) -> dict[str, Any]:
    """The settings of `layer` that are not as `wanted`, with what they are."""
    found = {key: getattr(layer, key) if key in ATTRIBUTES else layer.config.get(key, "not set") for key in wanted}
    return {key: found[key] for key in wanted if not _allowed(key, found[key], wanted[key])}


def _allowed(key: str, found: Any, wanted: Any) -> bool:
    """Whether `found` is `wanted` or one of several."""
    if _same(key, found, wanted):
        return True
    if isinstance(found, list) and isinstance(wanted, tuple) and all(isinstance(one, int) for one in wanted):
        return False  # one value of several numbers, such as a kernel size
    return isinstance(wanted, (tuple, set, frozenset)) and any(_same(key, found, one) for one in wanted)


def _same(key: str, found: Any, wanted: Any) -> bool:
    if key in ("input_shape", "output_shape"):
        return _fits(found, wanted)
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


def _fits(found: tuple[Any, ...] | None, wanted: tuple[Any, ...]) -> bool:
    if found is None or not isinstance(wanted, (tuple, list)) or len(found) != len(wanted):
        return False
    for got, want in zip(found, wanted, strict=True):
        if isinstance(want, (tuple, list)):
            if not isinstance(got, tuple) or not _fits(got, tuple(want)):
                return False
        elif want is not None and got != want:
            return False
    return True


def _found_shape(shape: tuple[Any, ...] | None) -> str:
    return "no shape: the model has not seen any data yet" if shape is None else str(shape)


def _shown(value: Any) -> str:
    if isinstance(value, (set, frozenset)):
        return " or ".join(sorted(str(one) for one in value))
    if isinstance(value, dict):
        return canonical(value)
    if isinstance(value, tuple) and any(isinstance(one, str) for one in value):
        return " or ".join(str(one) for one in value)
    text = str(tuple(value) if isinstance(value, list) else value)
    return text if len(text) <= 80 else text[:79] + "…"


def _article(name: str) -> str:
    return "an" if name.startswith(("A", "E", "I", "LSTM", "RNN")) else "a"


def _number(number: int) -> str:
    return str(number or "none")


def _failed(model: ModelView, expected: str, found: str, marked: Sequence[int] = ()) -> CriterionFailed:
    rows = tuple(row for row in marked if 0 <= row < len(model.layers))
    return CriterionFailed(expected, found, detail=model.table(), marked=rows)
