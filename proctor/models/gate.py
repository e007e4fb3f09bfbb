"""The static gate: checks a handed-in model file without Keras and h5py, in the trusted process.

A `.keras` file is a zip archive of two small JSON files and one HDF5 file. The gate reads the JSON
as plain data, and refuses everything but models that consist of the classes in `models.allowed`.
The HDF5 file is checked in a jail (`models.describe.check_weights`).
"""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import metadata
from typing import Any

from proctor.errors import NotGraded, RefusedModel
from proctor.models import names
from proctor.models.allowed import FUNCTIONS, LAYERS, MODELS, PARTS
from proctor.models.archive import format_names, unpack

# The oldest version without a known way to run code from a model file.
KERAS_FLOOR = (3, 15)

DEEPEST = 64
MOST_LAYERS = 400
LARGEST_INTEGER = 2**20
LONGEST_STRING = 4096

# Keys whose integers may be larger: seeds and ids, which are not sizes, and shapes, which `Flatten`
# multiplies up.
INTEGERS = {"seed": 2**64, "shared_object_id": 2**64, "shape": 2**26, "input_shape": 2**26, "build_config": 2**26}
# Keys for which Keras opens a file if the value is a string.
PATHS = {"vocabulary", "idf_weights", "filepath", "filename", "fname", "path", "origin", "url", "file", "directory"}
# Class names with which Keras writes plain values, and the keys in the "config" of each.
VALUES = {
    "__keras_tensor__": {"shape", "dtype", "keras_history"},
    "__tensor__": {"value", "dtype"},
    "__numpy__": {"value", "dtype"},
    "__slice__": {"start", "stop", "step"},
    "__ellipsis__": set(),
    "__bytes__": {"value"},
}
DTYPES = {"bool", "bfloat16", "string"} | {f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)}
DTYPES |= {"float16", "float32", "float64"}

# A JSON string or a bracket. An unterminated string matches to the end, so that matching takes
# linear time.
TOKENS = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)
_DIGITS, _VERSION = re.compile(r"\d+"), re.compile(r"\d{1,4}\.\d{1,4}[.\w]{0,20}", re.ASCII)

SAVE_AGAIN = 'Save it with model.save("{name}") and hand in that file.'
USE_KERAS_OWN = "Build it from Keras's own layers and functions, and hand it in again."
# Packages that cannot contain a class of a student's own.
NEVER_CUSTOM = (sys.stdlib_module_names - {"__main__"}) | {"keras", "tensorflow", "numpy", "tf_keras"}
LAYERED = LAYERS | MODELS
KNOWN = LAYERED | PARTS


class CustomLayers(RefusedModel):
    """A model file that is refused only because it uses classes or functions of the student's own.

    Args:
        message: the sentence for the student.
        used: names of these classes and functions.
        compiled: what the model was compiled with (see `names.compiled`), or None.
    """

    def __init__(self, message: str, used: tuple[str, ...], compiled: dict[str, Any] | None):
        self.used = used
        self.compiled = compiled
        super().__init__(message)


@dataclass(frozen=True)
class Gated:
    """The content of a model file that has passed the gate, as plain data.

    Args:
        config: the content of config.json.
        metadata: the content of metadata.json.
        compiled: what the model was compiled with (see `names.compiled`), or None.
    """

    config: dict[str, Any]
    metadata: dict[str, Any]
    compiled: dict[str, Any] | None


@dataclass
class _Walk:
    """State of the walk through a config.

    Args:
        custom: names of classes and functions that are accepted beside Keras's own.
        layers: how many layers have been met.
        unknown: names of the student's own classes and functions that are not in `custom`.
    """

    custom: frozenset[str]
    layers: int = 0
    unknown: list[str] = field(default_factory=list)


def open_gate(
    data: bytes,
    *,
    keras_version: str,
    custom: frozenset[str] = frozenset(),
    file_name: str = "model.keras",
) -> Gated:
    """Check a handed-in model file before any jail loads it.

    Args:
        data: the whole file.
        keras_version: the version that will load it.
        custom: names of classes and functions that are accepted beside Keras's own.
        file_name: what the file should be called, for messages.

    Returns its content. Raises RefusedModel with a sentence on what was found and what to hand in
    instead; CustomLayers if the only fault is that the model uses classes of the student's own.
    """
    again = SAVE_AGAIN.format(name=file_name)
    contents = unpack(data, again)
    about = _parse_json(contents["metadata.json"], "metadata.json", again)
    _require_version(about.get("keras_version"), keras_version)
    config = _parse_json(contents["config.json"], "config.json", again)
    walk = _Walk(custom)
    module_and_name = _module_and_class(config)
    if module_and_name not in MODELS and not _is_custom(config):
        raise RefusedModel(f"The file holds {module_and_name[1]!r} rather than a model. {again}")
    # "compile_config" is not checked: models are loaded with compile=False, so a loss of the
    # student's own is never made.
    for item in _iterate_objects({key: value for key, value in config.items() if key != "compile_config"}):
        _check_object(item, walk)
    compiled = names.compiled(config.get("compile_config"))
    if walk.unknown:
        used = tuple(dict.fromkeys(walk.unknown))
        raise CustomLayers(
            f"The model uses {format_names(used)}, which Keras does not know. {USE_KERAS_OWN}",
            used,
            compiled,
        )
    return Gated(config, about, compiled)


def require_keras() -> None:
    """Raise NotGraded if the installed Keras is older than `KERAS_FLOOR`, or missing."""
    found = metadata.version("keras") if importlib.util.find_spec("keras") else "none"
    if _major_and_minor(found) < KERAS_FLOOR:
        floor = ".".join(map(str, KERAS_FLOOR))
        raise NotGraded(
            f"Grading needs Keras {floor} or newer, which refuses what made older ones run code from a model file; "
            f"installed is {found}. Run: pip install --upgrade 'keras>={floor}'"
        )


def _major_and_minor(version: str) -> tuple[int, ...]:
    """The first two numbers of a version: (3, 15) for "3.15.1"."""
    return tuple(int(part) for part in _DIGITS.findall(version)[:2])


def _require_version(found: Any, ours: str) -> None:
    """Refuse a file from a Keras newer than `ours`, or from before Keras 3."""
    if not isinstance(found, str) or not _VERSION.fullmatch(found):
        raise RefusedModel("The model file does not say which Keras saved it. Save it again with model.save(...).")
    theirs = _major_and_minor(found)
    if theirs > _major_and_minor(ours) or theirs < (3,):
        raise RefusedModel(
            f"The model was saved with Keras {found}, the grader has {ours}. "
            f"Save it again with that one: pip install keras=={ours}"
        )


def _parse_json(data: bytes, name: str, again: str) -> dict[str, Any]:
    """The JSON object in `data`; its depth is checked first, because `json` recurses."""
    try:
        text = data.decode("utf-8")
        _require_depth(text, name)
        value = json.loads(text)
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise RefusedModel(f"The model's {name} is not readable. {again}") from error
    if not isinstance(value, dict):
        raise RefusedModel(f"The model's {name} is not as Keras writes it. {again}")
    return value


def _require_depth(text: str, name: str) -> None:
    depth = 0
    for match in TOKENS.finditer(text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(match[0], 0)
        if depth > DEEPEST:
            raise RefusedModel(
                f"The model's {name} is nested more than {DEEPEST} levels deep. Use fewer models inside models."
            )


def _iterate_objects(value: Any, key: str = "", limit: int = LARGEST_INTEGER) -> Iterator[dict[str, Any]]:
    """Yield the dicts in `value` of which Keras would make objects, and check all plain values.

    Args:
        value: JSON data.
        key: the key of the dict under which `value` was found.
        limit: the largest absolute value of an integer.
    """
    limit = INTEGERS.get(key, limit)
    if isinstance(value, bool):
        return
    if isinstance(value, int) and abs(value) > limit:
        raise RefusedModel(
            f"The model has {key or 'a size'} = {str(value)[:30]}; at most {limit:,} are accepted. Use smaller layers."
        )
    if isinstance(value, str) and len(value) > LONGEST_STRING:
        raise RefusedModel(f"The model has a text of {len(value):,} letters in its {key or 'config'}; remove it.")
    if isinstance(value, str) and key in PATHS:
        raise RefusedModel(
            f"The model reads its {key} from a file ({value[:60]!r}). Give it as a list, so that it is in the model."
        )
    if isinstance(value, list):
        for item in value:
            yield from _iterate_objects(item, key if key not in PATHS else "", limit)
    if isinstance(value, dict):
        if not value.keys().isdisjoint(("class_name", "registered_name", "module")):
            yield value
            limit = LARGEST_INTEGER
        for name, item in value.items():
            if len(name) > LONGEST_STRING:
                raise RefusedModel("The model has a name of more than 4096 letters; shorten it.")
            yield from _iterate_objects(item, name, limit)


def _check_object(item: dict[str, Any], walk: _Walk) -> None:  # noqa: PLR0912  one branch for each kind of object
    """Refuse an object that is not on the allow-list; add the student's own to `walk.unknown`."""
    module, name = _module_and_class(item)
    config = item.get("config")
    if name in ("Lambda", "__lambda__"):
        raise RefusedModel(
            "The model has a Lambda layer or a lambda function, which cannot be loaded safely. "
            "Use one of Keras's own layers, such as Rescaling, Reshape or Activation, or an operation of keras.ops."
        )
    if name in VALUES and "module" not in item:
        _check_value(name, config)
        return
    if name == "function":
        if not isinstance(config, str):
            raise RefusedModel("The model uses a function without a name; save it again with model.save(...).")
        if (module, config) in FUNCTIONS and item.get("registered_name") in (None, config, "function"):
            return
        if module in ("builtins", "", "__main__"):
            if config not in walk.custom:
                walk.unknown.append(config[:80])
            return
        what = f"the function {_format_dotted(module, config)}"
        raise RefusedModel(f"The model uses {what}, which is not accepted in a model. {USE_KERAS_OWN}")
    if (module, name) in LAYERED:
        walk.layers += 1
        if walk.layers > MOST_LAYERS:
            raise RefusedModel(f"The model has more than {MOST_LAYERS} layers; make it smaller.")
    if (module, name) in KNOWN:
        if item.get("registered_name") not in (None, name):
            raise RefusedModel(f"The model has a {name} that says it is something else; use Keras's own.")
        return
    if _is_custom(item):
        if not {name, item.get("registered_name")} & walk.custom:
            walk.unknown.append(name[:80])
        return
    raise RefusedModel(
        f"The model uses {_format_dotted(module, name)}, which is not accepted in a model. {USE_KERAS_OWN}"
    )


def _check_value(name: str, config: Any) -> None:
    fields = VALUES[name]
    if not isinstance(config, dict) or not set(config) <= fields:
        raise RefusedModel(f"The model has a {name} that is not as Keras writes it; save it again.")
    if "dtype" in config and config["dtype"] not in DTYPES:
        raise RefusedModel(f"The model has a value of type {str(config['dtype'])[:40]!r}, which is not accepted.")


def _module_and_class(item: dict[str, Any]) -> tuple[str, str]:
    """Module and class name of an object; the module is "" if it is not given."""
    module, name = item.get("module"), item.get("class_name")
    if not isinstance(name, str) or not isinstance(module, (str, type(None))):
        raise RefusedModel("The model has a part without a class; save it again with model.save(...).")
    return module or "", name


def _is_custom(item: dict[str, Any]) -> bool:
    """Whether `item` names a class of the student's own: Keras writes a registered name for it."""
    root = (item.get("module") or "__main__").split(".")[0]
    return isinstance(item.get("registered_name"), str) and "module" in item and root not in NEVER_CUSTOM


def _format_dotted(module: str, name: str) -> str:
    return repr(f"{module}.{name}".strip(".")[:80])
