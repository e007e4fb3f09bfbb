"""Files that are no models or that were made to harm are refused, with the reason."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
import pytest
from keras import layers
from model_files import VERSION, config_of, gated, reconfigured, refusal, rezipped, saved, with_activation, with_layer

from proctor.errors import RefusedModel
from proctor.models.describe import check_weights, load
from proctor.models.gate import CustomLayers

# Keras's own, not about what is tested here.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


# Files that are no models


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The file of a small honest model."""
    model = keras.Sequential([keras.Input((4,)), layers.Dense(3, activation="relu"), layers.Dense(1)])
    return saved(model, tmp_path_factory.mktemp("plain"))


@pytest.mark.parametrize(
    "data, told",
    [
        (b"", "is empty"),
        (b"\x80\x04\x95\x00\x00", "is a Python pickle"),
        (b"<!DOCTYPE html><html>Log in</html>", "is a web page"),
        ("\ufeff  <html>".encode(), "is a web page"),
        (b"version https://git-lfs.github.com/spec/v1\noid", "is a Git LFS pointer"),
        (b'{"cells": []}', "is JSON text"),
        ("my model é".encode() * 300, "is a text file"),
        (b"\x1f\x8b\x08\x00", "is a gzip archive"),
        (b"\x1c\x00\x00\x00TFL3", "is in the TFLite format"),
        (b"\x08\x01\x12\xff\xff", "is one part of a SavedModel folder"),
        (bytes(range(256)), "is not in a format that Keras writes"),
        (b"PK\x05\x06" + bytes(18), "lacks 'config.json', 'metadata.json', 'model.weights.h5'"),
        (b"PK\x03\x04", "is cut off or damaged"),
        (b"x" * (64 * 2**20 + 1), "at most 64 MB"),
    ],
)
def test_a_file_that_is_no_model_is_called_what_it_is(data, told):
    """Whatever was handed in by mistake, the student reads what it is and what to hand in."""
    message = refusal(data, file_name="digits.keras")
    assert told in message
    assert 'model.save("digits.keras")' in message or "Use fewer" in message


def test_the_old_format_is_refused_with_the_new_one_named(tmp_path):
    """A file that Keras saved as .h5 is told from a `.keras` file."""
    keras.Sequential([keras.Input((4,)), layers.Dense(1)]).save(tmp_path / "old.h5")
    assert "old HDF5 format" in refusal((tmp_path / "old.h5").read_bytes())


def archive(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, content in members.items():
            file.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    "members, told",
    [
        ({"model/saved_model.pb": b"", "model/fingerprint.pb": b""}, "SavedModel folder"),
        ({"archive/data.pkl": b""}, "PyTorch"),
        ({"ada/digits.keras": b""}, "zip archive round 'ada/digits.keras'"),
        ({"metadata.json": b"{}", "config.json": b"{}"}, "lacks 'model.weights.h5'"),
        ({"../../etc/passwd": b"", "config.json": b"{}"}, "also holds '../../etc/passwd'"),
        ({str(number): b"" for number in range(100)}, "zip archive of 100 files"),
    ],
)
def test_an_archive_of_something_else_is_called_what_it_is(members, told):
    """A zip file that is no model is told from one that is."""
    assert told in refusal(archive(**members))


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.99])
def test_a_file_that_was_cut_off_is_refused(plain, kept):
    """A broken upload is told as one."""
    assert "cut off or damaged" in refusal(plain[: int(len(plain) * kept)])


def test_a_damaged_file_is_refused_wherever_the_damage_is(plain):
    """Bytes that were changed never get further than a sentence."""
    passed = 0
    for position in range(0, len(plain), 97):
        damaged = bytearray(plain)
        damaged[position] ^= 0xFF
        try:
            gated(bytes(damaged))
            passed += 1
        except RefusedModel as error:
            assert str(error)
    # Some bytes, such as those of a date, matter to nobody.
    assert passed < 10


@pytest.mark.parametrize("content", [b"", b"[", b"[1, 2]", b"nonsense", b"\xff\xfe", b'{"a": "\\ud800"}', b"9" * 5000])
@pytest.mark.parametrize("name", ["config.json", "metadata.json"])
def test_unreadable_json_is_refused(plain, name, content):
    """What is no JSON object never raises anything else."""
    assert name in refusal(rezipped(plain, **{name: content}))


@pytest.mark.parametrize(
    "version, told",
    [
        ("3.99.0", f"saved with Keras 3.99.0, the grader has {VERSION}"),
        ("2.15.0", f"pip install keras=={VERSION}"),
        (None, "does not say which Keras"),
        ("3.\x1b[31m", "does not say which Keras"),
        ([3, 15], "does not say which Keras"),
    ],
)
def test_a_model_of_another_keras_is_refused_with_both_versions(plain, version, told):
    """The student reads which Keras to save with."""
    assert told in refusal(rezipped(plain, **{"metadata.json": json.dumps({"keras_version": version}).encode()}))


@pytest.mark.parametrize("version", ["3.0.5", "3.8.0", VERSION, f"{VERSION}.dev20990101"])
def test_a_model_of_an_older_keras_3_passes(plain, version):
    """Keras reads what its older versions wrote."""
    gated(rezipped(plain, **{"metadata.json": json.dumps({"keras_version": version}).encode()}))


# Archives made to harm


def test_a_zip_bomb_is_refused_before_it_is_unpacked(plain):
    """Neither a declared size nor a ratio beyond the bounds gets read."""
    zeros = bytes(20 * 2**20)
    deflated = rezipped(plain, zipfile.ZIP_DEFLATED, **{"model.weights.h5": b"\x89HDF\r\n\x1a\n" + zeros})
    assert len(deflated) < 2**17
    assert "packed other than Keras" in refusal(deflated)
    assert "at most 4 MB" in refusal(rezipped(plain, **{"config.json": zeros}))
    assert "packed other than Keras" in refusal(rezipped(plain, zipfile.ZIP_LZMA))
    huge = bytearray(plain)
    entry = plain.index(b"PK\x01\x02", plain.index(b"PK\x01\x02", plain.index(b"PK\x01\x02") + 1) + 1)
    huge[entry + 24 : entry + 28] = struct.pack("<I", 2**32 - 2)
    assert "has 4095 MB; at most 256 MB" in refusal(bytes(huge))


def test_more_members_than_keras_writes_are_refused(plain):
    """Members that would fill the disk, come twice or lie about how many they are get nowhere."""
    many = {f"assets{number}/x": bytes(1000) for number in range(4)}
    assert "also holds" in refusal(rezipped(plain, **many))
    assert "zip archive of 303 files" in refusal(rezipped(plain, **{f"{n}": b"" for n in range(300)}))
    out = io.BytesIO(plain)
    with zipfile.ZipFile(out, "a") as file, pytest.warns(UserWarning, match="Duplicate"):
        file.writestr("config.json", b"{}")
    assert "holds twice 'config.json'" in refusal(out.getvalue())
    # The directory really is 4 MB long; the count of its entries says 3.
    directory = bytes(4 * 2**20)
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 3, 3, len(directory), 4, 0)
    assert "zip archive of 3 files" in refusal(b"PK\x03\x04" + directory + end)
    assert "rather than a model" in refusal(plain[:-22] + b"PK\x06\x07" + bytes(16) + plain[-22:])


def test_a_vocabulary_in_a_file_is_refused_with_a_way_out(tmp_path):
    """A text layer that learnt its words keeps them in a file; one that was given them passes."""
    learnt = layers.TextVectorization(max_tokens=9)
    learnt.adapt(["a fine day", "a day"])
    given = layers.TextVectorization(vocabulary=["a", "fine", "day"], output_sequence_length=4)
    for text, told in ((learnt, "vocabulary=[...]"), (given, None)):
        model = keras.Sequential([keras.Input((), dtype="string"), text, layers.Embedding(9, 2)])
        data = saved(model, tmp_path)
        if told:
            assert told in refusal(data)
        else:
            gated(data)
            load(tmp_path / "saved.keras")


# Configs made to harm


@pytest.mark.parametrize(
    "module, class_name, registered, told",
    [
        ("keras.layers", "Lambda", None, "Lambda"),
        ("keras.layers", "TFSMLayer", None, "'keras.layers.TFSMLayer', which is not accepted"),
        ("keras.layers", "TorchModuleWrapper", None, "not accepted"),
        ("os", "system", None, "'os.system', which is not accepted"),
        ("os", "system", "system", "not accepted"),
        ("keras.src.utils.file_utils", "get_file", "a>b", "not accepted"),
        ("keras.utils", "get_file", None, "not accepted"),
        ("keras.config", "enable_unsafe_deserialization", None, "not accepted"),
        ("keras.src.ops.core", "Map", "Map", "not accepted"),
        ("keras.layers", "Dense", "mine>Dense", "says it is something else"),
        (7, "Dense", None, "a part without a class"),
        ("keras.layers", ["Dense"], None, "a part without a class"),
        ("tensorflow", "__typespec__", None, "not accepted"),
    ],
)
def test_a_class_that_is_not_on_the_list_is_refused(plain, module, class_name, registered, told):
    """Nothing but Keras's own pure layers is ever named to Keras."""
    assert told in refusal(with_layer(plain, module, class_name, registered))


def test_a_real_lambda_layer_is_refused(tmp_path):
    """Keras writes the layer's bytecode into the file; it is refused with what to use instead."""
    model = keras.Sequential([keras.Input((4,)), layers.Lambda(lambda x: 2 * x)])
    assert "Rescaling" in refusal(saved(model, tmp_path))
    assert "lambda" in refusal(_with_lambda_activation(tmp_path))


def _with_lambda_activation(folder: Path) -> bytes:
    data = saved(keras.Sequential([keras.Input((4,)), layers.Dense(1)]), folder)
    return with_activation(data, {"class_name": "__lambda__", "config": {"value": ["4wAAAA==", None, None]}})


@pytest.mark.parametrize(
    "activation",
    [
        {"module": "keras.config", "class_name": "function", "config": "set_floatx", "registered_name": "set_floatx"},
        {"module": "os", "class_name": "function", "config": "system", "registered_name": "system"},
        {"module": "keras.activations", "class_name": "function", "config": "get", "registered_name": "get"},
        {"module": "keras.activations", "class_name": "function", "config": ["relu"], "registered_name": "relu"},
        {"class_name": "Dense", "config": {"units": 3}},
        {"module": "keras.layers", "config": {}},
        {"class_name": "__numpy__", "config": {"value": [1], "dtype": "object"}},
        {"class_name": "__numpy__", "config": {"value": [1], "dtype": "float32", "order": "C"}},
        {"class_name": "__tensor__", "config": "x"},
        "x" * 5000,
    ],
)
def test_a_function_or_value_that_is_not_on_the_list_is_refused(plain, activation):
    """Functions and values are held to the same list, wherever in a config they stand."""
    refusal(with_activation(plain, activation))
    refusal(with_activation(plain, {"nested": [[activation]]}))


@pytest.mark.parametrize("key", ["vocabulary", "idf_weights", "filepath", "origin", "path"])
def test_a_path_is_refused(plain, key):
    """No layer reads a file when it is loaded."""
    data = with_layer(plain, "keras.layers", "StringLookup", **{key: "/etc/passwd"})
    assert f"reads its {key} from a file" in refusal(data)


@pytest.mark.parametrize(
    "layer, config",
    [
        ("Dense", {"units": 2**29}),
        ("RepeatVector", {"n": 2**28}),
        ("Dense", {"units": -(2**40)}),
        ("Reshape", {"target_shape": [1, [2**21]]}),
        ("Dense", {"units": 10**400}),
        (
            "Dropout",
            {"seed": {"module": "keras.layers", "class_name": "Dense", "config": {"units": 2**30}}},
        ),
    ],
)
def test_a_layer_too_large_is_refused(plain, layer, config):
    """A few bytes cannot ask for gigabytes."""
    assert "at most 1,048,576" in refusal(with_layer(plain, "keras.layers", layer, **config))


def test_more_layers_than_a_model_needs_are_refused(plain):
    """Thousands of layers would take minutes to build."""
    config = config_of(plain)
    config["config"]["layers"] += [config["config"]["layers"][-1]] * 398
    assert "more than 400 layers" in refusal(reconfigured(plain, config))


def test_json_nested_without_end_is_refused(plain):
    """Depth is measured before anything recursive reads the text, and takes no time to measure."""
    for content in (b'{"a":' * 10**5, b"[" * 10**6, b'{"x": "[[[[", "y": ' + b"[" * 100):
        assert "levels deep" in refusal(rezipped(plain, **{"config.json": content}))
    for content in (b'"' + b'\\"' * 5 * 10**5, b'"\\', b'"' * 10**6):
        assert "not readable" in refusal(rezipped(plain, **{"config.json": content}))
    brackets = {"name": "[" * 1000, "layers": []}
    gated(reconfigured(plain, {"module": "keras", "class_name": "Sequential", "config": brackets}))


@pytest.mark.parametrize(
    "config", [{}, {"class_name": "Sequential"}, {"module": "keras.layers", "class_name": "Dense"}]
)
def test_a_config_that_is_no_model_is_refused(plain, config):
    """The outermost object must be a model."""
    refusal(reconfigured(plain, config))


# Weights made to harm


def with_weights(data: bytes, folder: Path, write: Callable[[Any], None]) -> Path:
    """A model file whose weights are what `write` writes, which has passed the gate."""
    with h5py.File(folder / "weights.h5", "w") as file:
        write(file)
    hostile = rezipped(data, **{"model.weights.h5": (folder / "weights.h5").read_bytes()})
    gated(hostile)
    path = folder / "hostile.keras"
    path.write_bytes(hostile)
    return path


def _external(file: Any) -> None:
    file.create_dataset("vars/0", (4,), "f4", external=[("/etc/passwd", 0, 16)])


def _external_link(file: Any) -> None:
    file["vars"] = h5py.ExternalLink("/etc/passwd", "/")


def _soft_link(file: Any) -> None:
    file["vars"] = h5py.SoftLink("/elsewhere")


def _loop(file: Any) -> None:
    file["vars"] = file["/"]


def _twice(file: Any) -> None:
    file["a"] = np.zeros(4)
    file["b"] = file["a"]


def _virtual(file: Any) -> None:
    layout = h5py.VirtualLayout((4,), "f4")
    layout[:] = h5py.VirtualSource("/etc/other.h5", "x", (4,))
    file.create_virtual_dataset("vars", layout)


def _chunked(file: Any) -> None:
    file.create_dataset("vars", (2**34,), "f4", chunks=(2**10,))


def _late(file: Any) -> None:
    file.create_dataset("vars", (2**25,), "f4")


def _many(file: Any) -> None:
    for number in range(3):
        file.create_dataset(f"vars/{number}", (2**25,), "f4")


def _packed(file: Any) -> None:
    file.create_dataset("vars", data=np.zeros(2**16, "f4"), compression="gzip")


def _objects(file: Any) -> None:
    file.create_dataset("vars", (2,), h5py.string_dtype())


def _type(file: Any) -> None:
    file["vars"] = np.dtype("f8")


@pytest.mark.parametrize(
    "write",
    [_external, _external_link, _soft_link, _loop, _twice, _virtual, _chunked, _late, _many, _packed, _objects, _type],
)
def test_weights_that_are_not_plain_arrays_are_refused(plain, tmp_path, write):
    """HDF5 with outside links, promised gigabytes or objects is refused before Keras opens it."""
    path = with_weights(plain, tmp_path, write)
    with pytest.raises(RefusedModel, match="weights"):
        check_weights(path)
    with pytest.raises(RefusedModel, match="weights"):
        load(path)


def test_weights_that_do_not_fit_the_model_are_refused(plain, tmp_path):
    """What Keras cannot load is told in one sentence."""

    def other(file):
        file["layers/dense/vars/0"] = np.zeros((2, 2), "f4")

    with pytest.raises(RefusedModel, match="Keras could not load the model"):
        load(with_weights(plain, tmp_path, other))


def test_damaged_weights_are_refused(plain, tmp_path):
    """HDF5 that cannot be read is told as such."""
    path = tmp_path / "damaged.keras"
    path.write_bytes(rezipped(plain, **{"model.weights.h5": b"\x89HDF\r\n\x1a\n" + bytes(500)}))
    with pytest.raises(RefusedModel, match="cannot be read"):
        load(path)


def test_a_fault_beside_a_custom_layer_is_the_fault_that_is_told(plain):
    """A custom layer does not excuse anything else."""
    data = with_layer(plain, None, "Mine", "Mine")
    with pytest.raises(CustomLayers):
        gated(data)
    assert "Lambda" in refusal(with_layer(data, "keras.layers", "Lambda"))
