"""Describes a live Keras model as plain data, and loads model files.

Runs in the process that has Keras: in a jail or in a student's notebook, never in the examiner.
"""

from __future__ import annotations

import io
import json
import math
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from proctor.errors import RefusedModel
from proctor.models.names import ACTIVATION_LAYERS, TENSORFLOW_ACTIVATIONS, canonical, compiled

LONGEST_LIST = 32
LONGEST_TEXT = 500
DEEPEST = 12
ELEMENTS = 50_000_000


def describe(model: Any) -> dict[str, Any]:
    """A description of a Keras model, as data that can be written as JSON.

    Args:
        model: a Keras model; it may be subclassed, and need not be built or compiled.

    Returns a dict with name, class_name, keras_version, input_shape, output_shape (lists with None
    for the batch size, or lists of such lists), parameters, trainable_parameters (counts of
    numbers), layers, compiled (see `names.compiled`) and steps (of its optimizer). The layers of a
    nested model stand in its place, named "outer/inner"; input layers are left out. Unknown values
    are None.
    """
    import keras

    return {
        "name": str(model.name),
        "class_name": type(model).__name__,
        "keras_version": keras.__version__,
        "input_shape": _model_shape(model, "inputs") or _built_shape(model),
        "output_shape": _model_shape(model, "outputs") or _computed_shape(model) or _traced_shape(model),
        "parameters": _count_parameters(model, "weights"),
        "trainable_parameters": _count_parameters(model, "trainable_weights"),
        "layers": [_describe_layer(name, layer) for name, layer in _iterate_layers(model, "")],
        "compiled": _describe_compiled(model),
        "steps": _count_steps(model),
    }


def load(path: str | Path) -> Any:
    """Load a `.keras` file that has passed `models.gate`, in a jail without student code.

    Args:
        path: the file.

    Returns the Keras model, not compiled, with the attribute `steps_in_file`: how many steps its
    optimizer has taken. Raises RefusedModel if its weights are not plain HDF5 data or Keras cannot
    load it.
    """
    import keras

    check_weights(path)
    try:
        known = {name: getattr(keras.activations, ours) for name, ours in TENSORFLOW_ACTIVATIONS.items()}
        model = keras.saving.load_model(path, custom_objects=known, compile=False, safe_mode=True)
        model.steps_in_file = _read_steps(path)
        return model
    except Exception as error:
        first = str(error).strip().splitlines() or [""]
        raise RefusedModel(
            f"Keras could not load the model: {type(error).__name__}: {first[0][:200]} "
            "Save it again with model.save(...) and hand in the new file."
        ) from error


def load_own(path: str | Path, own: dict[str, Any]) -> Any:
    """Load a `.keras` file with classes of the student's own, in the process that defines them.

    A model class that takes no settings, as `def __init__(self):`, cannot be made from its config;
    it is made anew, built for the same input, and given the file's weights.

    Args:
        path: the file.
        own: name → class or function of the student's.

    Returns the Keras model, not compiled. Raises RefusedModel if it cannot be made again.
    """
    import keras

    try:
        return keras.saving.load_model(path, custom_objects=own, compile=False, safe_mode=True)
    except TypeError as error:
        with zipfile.ZipFile(path) as archive:
            config = json.loads(archive.read("config.json"))
        name = config["class_name"]
        try:
            model = own[name]()
            model(np.zeros([1, *config["build_config"]["input_shape"][1:]], "float32"))
            model.load_weights(path)
        except Exception:  # noqa: BLE001
            raise RefusedModel(
                f"Keras could not make your {name} from its file: give its __init__ **kwargs and pass them on to "
                "super().__init__, and return its settings from get_config"
            ) from error
        return model


def check_weights(path: str | Path) -> None:
    """Raise RefusedModel unless the weights in a `.keras` file are plain arrays of bounded size.

    HDF5 can refer to other files, and can declare more data than it holds. So only groups, hard
    links and ordinary datasets pass.

    Args:
        path: the file.
    """
    import h5py

    try:
        with zipfile.ZipFile(path) as archive:
            weights = io.BytesIO(archive.read("model.weights.h5"))
        with h5py.File(weights, "r") as file:
            _check_group(file, set(), 0)
    except (OSError, RuntimeError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise RefusedModel(
            "The weights in the model file cannot be read. Save the model again with model.save(...)."
        ) from error


def _check_group(group: Any, seen: set[int], elements: int) -> int:
    """Check a group of an HDF5 file, and the groups in it.

    Args:
        group: the h5py group.
        seen: addresses of the objects that were met before; extended.
        elements: how many numbers were counted before.

    Returns how many numbers have been counted by now. Raises RefusedModel for anything but plain
    data.
    """
    import h5py

    for name in group:
        if not isinstance(group.get(name, getlink=True), h5py.HardLink):
            raise RefusedModel("The weights in the model file point into another file; hand in what model.save wrote.")
        item = group[name]
        address = h5py.h5o.get_info(item.id).addr
        if address in seen:
            raise RefusedModel("The weights in the model file point at one another; hand in what model.save wrote.")
        seen.add(address)
        if isinstance(item, h5py.Group):
            elements = _check_group(item, seen, elements)
        elif isinstance(item, h5py.Dataset):
            elements += _count_elements(item)
        else:
            raise RefusedModel("The weights in the model file hold more than arrays; hand in what model.save wrote.")
        if elements > ELEMENTS:
            raise RefusedModel(f"The model has more than {ELEMENTS // 1_000_000} million weights; make it smaller.")
    return elements


def _count_elements(dataset: Any) -> int:
    """The size of `dataset`; raises RefusedModel unless it is stored in the file, uncompressed."""
    import h5py

    creation = dataset.id.get_create_plist()
    plain = creation.get_external_count() == 0 and not dataset.is_virtual and creation.get_nfilters() == 0
    if not plain or creation.get_layout() not in (h5py.h5d.CONTIGUOUS, h5py.h5d.COMPACT):
        raise RefusedModel("The weights in the model file are not stored as Keras does; hand in what model.save wrote.")
    if dataset.dtype.kind not in "fiub":
        raise RefusedModel(
            f"The weights in the model file are of type {dataset.dtype}; they must be numbers that NumPy knows, "
            "such as float32 (not bfloat16)."
        )
    size = math.prod(dataset.shape or (1,))
    # HDF5 reads zeros where nothing was written, so a tiny file can declare gigabytes.
    if size > 1024 and dataset.id.get_storage_size() < size * dataset.dtype.itemsize:
        raise RefusedModel("The weights in the model file are incomplete; hand in what model.save wrote.")
    return size


def _read_steps(path: str | Path) -> int | None:
    """How many steps the optimizer that was saved with a model has taken; None without one.

    Keras saves the counter as the optimizer's first variable. With mixed precision that is an
    optimizer within another one, which scales the loss.
    """
    import h5py

    with zipfile.ZipFile(path) as archive, h5py.File(io.BytesIO(archive.read("model.weights.h5")), "r") as file:
        counter = file.get("optimizer/inner_optimizer/vars/0") or file.get("optimizer/vars/0")
        is_count = isinstance(counter, h5py.Dataset) and counter.shape == () and counter.dtype.kind in "iu"
        return max(0, int(counter[()])) if is_count else None


def _iterate_layers(model: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    """Pairs of name and layer; the layers of a nested model stand in its place."""
    import keras

    # The graph of a functional model may contain operations (`x + 1`), which `layers` leaves out.
    for layer in model.operations if hasattr(model, "operations") else model.layers:
        name = prefix + str(layer.name)
        if isinstance(layer, keras.layers.InputLayer):
            continue
        functional = isinstance(layer, keras.Model) and hasattr(layer, "operations")
        if functional or isinstance(layer, keras.Sequential):
            yield from _iterate_layers(layer, name + "/")
        else:
            yield name, layer


def _describe_layer(name: str, layer: Any) -> dict[str, Any]:
    try:
        config = layer.get_config()
    except Exception:  # noqa: BLE001
        config = {}
    return {
        "name": name,
        "class_name": type(layer).__name__,
        "config": _to_json_data(config) if isinstance(config, dict) else {},
        # Without Input, the first batch makes the graph: its size is none of the layer's.
        "input_shape": _without_batch_size(_node_shape(layer, "input_tensors")) or _built_shape(layer),
        "output_shape": _without_batch_size(_node_shape(layer, "output_tensors")) or _computed_shape(layer),
        "parameters": _count_parameters(layer, "weights"),
        "trainable": bool(getattr(layer, "trainable", True)),
        "activation": _find_activation(layer),
    }


def _find_activation(layer: Any) -> str | None:
    """The canonical name of the activation that `layer` applies, or None."""
    activation = getattr(layer, "activation", None)
    if activation is not None:
        return canonical(getattr(activation, "__name__", None) or type(activation).__name__)
    name = type(layer).__name__
    return canonical(name) if name in ACTIVATION_LAYERS else None


def _describe_compiled(model: Any) -> dict[str, Any] | None:
    if not getattr(model, "compiled", False):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Keras warns about a loss that it cannot serialise
            return compiled(model.get_compile_config())
    except Exception:  # noqa: BLE001
        loss = getattr(model, "loss", None)
        name = loss if isinstance(loss, str) else getattr(loss, "__name__", None) or type(loss).__name__
        return compiled({"optimizer": type(model.optimizer).__name__, "loss": name, "metrics": []})


def _count_steps(model: Any) -> int | None:
    """How many steps the model's optimizer has taken, by its file if it is not compiled here."""
    optimizer = getattr(model, "optimizer", None)
    if optimizer is not None:
        return max(0, int(optimizer.iterations))
    steps: int | None = getattr(model, "steps_in_file", None)
    return steps


def _count_parameters(layer: Any, which: str) -> int:
    """How many numbers the weights in the attribute `which` hold; 0 before the layer is built."""
    try:
        return sum(math.prod(weight.shape) for weight in getattr(layer, which, ()))
    except (TypeError, ValueError):
        return 0


def _model_shape(model: Any, which: str) -> list[Any] | None:
    """The shape of a functional model's `inputs` or `outputs`, None for any other model."""
    try:
        tensors = getattr(model, which, None)
    except Exception:  # noqa: BLE001
        return None
    return _tensor_shapes(tensors)


def _node_shape(layer: Any, which: str) -> list[Any] | None:
    """The shape of the input or output tensors of `layer` at its first call in a graph, or None."""
    nodes = getattr(layer, "_inbound_nodes", None)
    return _tensor_shapes(getattr(nodes[0], which, None)) if nodes else None


def _tensor_shapes(tensors: Any) -> list[Any] | None:
    shapes = [[_to_size(size) for size in tensor.shape] for tensor in tensors or ()]
    return shapes[0] if len(shapes) == 1 else shapes or None


def _built_shape(layer: Any) -> list[Any] | None:
    """The input shape that `layer` was built for, or None."""
    shapes = list((getattr(layer, "_build_shapes_dict", None) or {}).values())
    return _without_batch_size(_to_shape(shapes[0] if len(shapes) == 1 else shapes or None))


def _computed_shape(layer: Any) -> list[Any] | None:
    """The output shape of `layer` for the input shape that it was built for, or None."""
    known = getattr(layer, "_build_shapes_dict", None)
    if not known:
        return None
    try:
        return _without_batch_size(_to_shape(layer.compute_output_shape(**known)))
    except Exception:  # noqa: BLE001
        return None


def _traced_shape(model: Any) -> list[Any] | None:
    """The output shape of a model with a `call` of its own that has been called, or None."""
    import keras

    shape = _built_shape(model)
    if not shape:
        return None
    try:
        return _tensor_shapes(keras.tree.flatten(model.compute_output_spec(keras.KerasTensor(shape))))
    except Exception:  # its `call` may do anything  # noqa: BLE001
        return None


def _without_batch_size(shape: list[Any] | None) -> list[Any] | None:
    """`shape` with None for the batch size, in place of that of the first batch."""
    if shape and isinstance(shape[0], list):
        return [_without_batch_size(one) for one in shape]
    return [None, *shape[1:]] if shape else shape


def _to_shape(shape: Any) -> list[Any] | None:
    if not isinstance(shape, (list, tuple)):
        return None
    return [_to_shape(size) if isinstance(size, (list, tuple)) else _to_size(size) for size in shape]


def _to_size(size: Any) -> int | None:
    return None if size is None else int(size)


def _to_json_data(value: Any, depth: int = 0) -> Any:
    """`value` as data of bounded size that can be written as JSON."""
    if value is None or (isinstance(value, (bool, int)) and type(value) in (bool, int)):
        return value
    if type(value) is float:
        return value if math.isfinite(value) else repr(value)
    if depth < DEEPEST and isinstance(value, dict):
        return {str(key)[:LONGEST_TEXT]: _to_json_data(item, depth + 1) for key, item in value.items()}
    if depth < DEEPEST and isinstance(value, (list, tuple)):
        items = [_to_json_data(item, depth + 1) for item in value[:LONGEST_LIST]]
        return items if len(value) <= LONGEST_LIST else [*items[:8], f"… ({len(value)} items)"]
    if hasattr(value, "tolist") and getattr(value, "size", LONGEST_LIST + 1) <= LONGEST_LIST:
        return _to_json_data(value.tolist(), depth + 1)
    try:
        return (value if type(value) is str else repr(value))[:LONGEST_TEXT]
    except Exception:  # noqa: BLE001
        return f"<{type(value).__name__}>"
