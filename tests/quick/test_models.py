"""What a model file or a live model tells, and what it may not do."""

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
from keras import layers, ops

from proctor.errors import CriterionFailed, RefusedModel
from proctor.models.describe import check_weights, describe, load
from proctor.models.gate import CustomLayers, Gated, open_gate
from proctor.models.names import canonical, compiled, layer_class
from proctor.models.view import ModelView

VERSION = keras.__version__
# Keras's own, not about what is tested here.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def functional(build: Callable[[Any], Any], *shape: int) -> Any:
    """A model of one input and what `build` makes of it."""
    inputs = keras.Input(shape)
    return keras.Model(inputs, build(inputs))


def convolutional() -> Any:
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Rescaling(1 / 255),
            layers.Conv2D(4, 3, activation="relu", kernel_regularizer="l2"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


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


def augmented() -> Any:
    augment = keras.Sequential(
        [layers.RandomFlip("horizontal", seed=2**40), layers.RandomRotation(0.1)], name="augment"
    )
    normalise = layers.Normalization()
    normalise.adapt(np.random.default_rng(0).random((4, 8, 8, 3)))
    return keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            augment,
            normalise,
            layers.SeparableConv2D(4, 3),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.LayerNormalization(),
            layers.GlobalAveragePooling2D(),
            layers.Dropout(0.2, seed=7),
            layers.Dense(2, kernel_initializer=keras.initializers.HeNormal(), kernel_constraint="max_norm"),
        ]
    )


def with_operations() -> Any:
    def build(x: Any) -> Any:
        weights = ops.softmax(ops.matmul(x, ops.transpose(x, (0, 2, 1))) / 2.0)
        y = ops.mean(weights @ x + 1, axis=1)[:, ::2]
        y = ops.concatenate([y, ops.reshape(x, (-1, 32))], axis=-1)
        y = ops.where(y > 0, y, 0.1 * y) + np.arange(34, dtype="float32")
        return keras.activations.sigmoid(keras.activations.relu(layers.Dense(1, activation=ops.tanh)(y)))

    return functional(build, 8, 4)


def with_attention() -> Any:
    def build(x: Any) -> Any:
        y = layers.MultiHeadAttention(2, 4)(x, x)
        y = layers.LayerNormalization()(layers.Add()([x, y]))
        y = layers.Dense(4, activation="gelu")(y) + y
        return layers.Dense(3, activation="softmax")(layers.GlobalAveragePooling1D()(y))

    return functional(build, 6, 4)


def two_in_two_out() -> Any:
    left, right = keras.Input((4,), name="left"), keras.Input((4,), name="right")
    shared = layers.Dense(3, activation="tanh")
    both = layers.Concatenate()([shared(left), shared(right)])
    model = keras.Model([left, right], [layers.Dense(1, name="size")(both), layers.Dense(2, name="kind")(both)])
    loss = {"size": "mse", "kind": keras.losses.SparseCategoricalCrossentropy(from_logits=True)}
    model.compile(keras.optimizers.SGD(keras.optimizers.schedules.ExponentialDecay(0.1, 2**30, 0.9)), loss)
    return model


def transferred() -> Any:
    base = keras.applications.MobileNetV2(weights=None, include_top=False, input_shape=(32, 32, 3), alpha=0.35)
    base.trainable = False
    return keras.Sequential([base, layers.GlobalAveragePooling2D(), layers.Dense(2)])


HONEST = [
    convolutional,
    recurrent,
    augmented,
    with_operations,
    with_attention,
    two_in_two_out,
    transferred,
]


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


@pytest.fixture(scope="session")
def plain(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The file of a small honest model."""
    model = keras.Sequential([keras.Input((4,)), layers.Dense(3, activation="relu"), layers.Dense(1)])
    return saved(model, tmp_path_factory.mktemp("plain"))


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


# Honest models


@pytest.mark.parametrize("build", HONEST)
def test_an_honest_model_passes_loads_and_predicts_as_before(build, tmp_path):
    """Whatever Keras's own layers a model is made of, it gets through the gate and is the
    same model behind it."""
    model = build()
    data = saved(model, tmp_path)
    assert gated(data).config == config_of(data)
    loaded = load(tmp_path / "saved.keras")
    assert not loaded.compiled
    before, after = describe(model), describe(loaded)
    assert json.loads(json.dumps(after)) == after
    for key in before.keys() - {"compiled"}:
        assert after[key] == before[key], key
    for left, right in zip(model.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(left, right)


@pytest.mark.parametrize(
    "name", ["relu", "softmax", "swish", "sigmoid", "tanh", "leaky_relu", "elu", "selu", "gelu", "log_softmax"]
)
def test_an_activation_of_tensorflows_is_the_one_of_keras(name, tmp_path):
    """`activation=tf.nn.softmax` passes the gate, is called softmax and predicts as before."""
    import tensorflow as tf

    function = getattr(tf.nn, name)
    model = keras.Sequential([keras.Input((3,)), layers.Dense(4, activation=function), layers.Activation(function)])
    gated(saved(model, tmp_path))
    loaded = load(tmp_path / "saved.keras")
    inputs = np.random.default_rng(3).normal(size=(8, 3)).astype("float32")
    np.testing.assert_allclose(
        loaded.predict(inputs, verbose=0), model.predict(inputs, verbose=0), rtol=1e-5, atol=1e-6
    )
    for found in (describe(model), describe(loaded)):
        assert [layer["activation"] for layer in found["layers"]] == [canonical(name)] * 2


def test_what_a_model_was_compiled_with_is_read_from_its_file(tmp_path):
    """The compile config comes as canonical names from the file, the same
    as from the live model."""
    expected = {
        "optimizer": "sgd",
        "loss": ["mean_squared_error", "sparse_categorical_crossentropy"],
        "from_logits": True,
        "metrics": [],
    }
    model = two_in_two_out()
    assert describe(model)["compiled"] == expected
    assert gated(saved(model, tmp_path)).compiled == expected
    assert gated(saved(recurrent(), tmp_path)).compiled is None


def test_a_loss_of_the_students_own_does_not_keep_a_model_out(tmp_path):
    """The model is not compiled when it is loaded, so any loss and metric will do."""

    def my_loss(true, found):
        return ops.mean(ops.abs(true - found))

    model = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
    model.compile("adam", loss=my_loss, metrics=[my_loss])
    data = saved(model, tmp_path)
    assert gated(data).compiled == {
        "optimizer": "adam",
        "loss": "my_loss",
        "from_logits": False,
        "metrics": ["my_loss"],
    }
    load(tmp_path / "saved.keras")


def test_a_custom_layer_is_told_apart(tmp_path):
    """A model whose only fault is a class of the student's own is refused as that, and
    passes where it is known."""

    @keras.saving.register_keras_serializable("mine")
    class Scale(layers.Layer):  # type: ignore[misc]
        def call(self, x):
            return 2 * x

    class Twice(keras.Model):  # type: ignore[misc]
        def __init__(self):
            super().__init__()
            self.dense = layers.Dense(1)

        def call(self, x):
            return self.dense(x)

        def get_config(self):
            return {}

    def squash(x):
        return ops.tanh(x)

    data = saved(keras.Sequential([keras.Input((4,)), Scale(), layers.Dense(1, activation=squash)]), tmp_path)
    with pytest.raises(CustomLayers, match="'Scale', 'squash'") as refused:
        gated(data)
    assert refused.value.used == ("Scale", "squash")
    gated(data, custom=frozenset({"mine>Scale", "squash"}))

    model = Twice()
    model(np.zeros((1, 4)))
    with pytest.raises(CustomLayers, match="Twice"):
        gated(saved(model, tmp_path))


def test_a_fault_beside_a_custom_layer_is_the_fault_that_is_told(plain):
    """A custom layer does not excuse anything else."""
    data = with_layer(plain, None, "Mine", "Mine")
    with pytest.raises(CustomLayers):
        gated(data)
    assert "Lambda" in refusal(with_layer(data, "keras.layers", "Lambda"))
    assert "units" in refusal(with_layer(plain, None, "Mine", "Mine", units=2**29))


# Files that are no models


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


# What there is to say about a model


def view(model: Any) -> ModelView:
    def predict(x: Any, batch_size: int) -> Any:
        return model.predict(x, batch_size=batch_size, verbose=0)

    return ModelView(lambda: describe(model), predict, model.get_weights, model)


def test_a_sequential_and_a_functional_model_are_described_alike():
    """How a model was written does not show in its layers."""

    def stack(x):
        for layer in (layers.Conv2D(4, 3, activation="relu"), layers.Flatten(), layers.Dense(2)):
            x = layer(x)
        return x

    sequential = keras.Sequential(
        [keras.Input((8, 8, 1)), layers.Conv2D(4, 3, activation="relu"), layers.Flatten(), layers.Dense(2)]
    )
    left, right = (describe(model) for model in (sequential, functional(stack, 8, 8, 1)))
    for key in ("input_shape", "output_shape", "parameters", "trainable_parameters"):
        assert left[key] == right[key]
    for one, other in zip(left["layers"], right["layers"], strict=True):
        for key in ("class_name", "input_shape", "output_shape", "parameters", "activation"):
            assert one[key] == other[key]
    assert left["input_shape"] == [None, 8, 8, 1]
    assert left["layers"][0]["output_shape"] == [None, 6, 6, 4]
    assert left["layers"][0]["activation"] == "relu"
    assert left["layers"][1]["activation"] is None
    assert left["layers"][2]["activation"] == "linear"


def test_layers_of_nested_models_come_in_their_place():
    """A model inside a model shows its layers, with the way to them in their names."""
    base = keras.Sequential([keras.Input((8, 8, 3)), layers.Conv2D(2, 3, name="edges"), layers.Flatten()], name="base")
    base.trainable = False
    model = view(functional(lambda x: layers.Dense(2)(base(x / 255)), 8, 8, 3))
    assert [layer.class_name for layer in model.layers] == ["TrueDivide", "Conv2D", "Flatten", "Dense"]
    assert model.layers[1].name == "base/edges"
    assert not model.layers[1].trainable
    assert model.layers[-1].trainable
    assert model.layers[1].output_shape == (None, 6, 6, 2)
    assert sum(layer.parameters for layer in model.layers) == model.parameters
    assert model.trainable_parameters == model.layers[-1].parameters


def test_a_subclassed_model_is_described_before_and_after_it_saw_data():
    """What is not known is None, and nothing raises."""

    class Own(keras.Model):  # type: ignore[misc]
        def __init__(self):
            super().__init__()
            self.first = layers.Dense(4, activation="relu")
            self.rest = keras.Sequential([layers.Dense(1)])

        def call(self, x):
            return self.rest(self.first(x))

    model = Own()
    fresh = describe(model)
    assert (fresh["input_shape"], fresh["output_shape"], fresh["parameters"]) == (None, None, 0)
    assert [layer["class_name"] for layer in fresh["layers"]] == ["Dense", "Dense"]
    assert fresh["compiled"] is None
    model.compile("rmsprop", loss=lambda true, found: ops.mean(true - found))
    model(np.zeros((2, 3)))
    known = describe(model)
    assert known["input_shape"] == [None, 3]
    assert (known["output_shape"], known["parameters"]) == ([None, 1], 21)
    assert known["compiled"]["optimizer"] == "rmsprop"
    assert json.dumps([fresh, known])


def test_an_unbuilt_model_is_described():
    """A Sequential without an input has layers without shapes."""
    description = describe(keras.Sequential([layers.Dense(3), layers.Dense(1)]))
    assert description["input_shape"] is description["layers"][0]["output_shape"] is None
    assert description["parameters"] == 0


def test_a_layer_that_cannot_be_asked_is_still_described():
    """A student's layer may have no config, an odd one, or one without end."""

    class Silent(layers.Layer):  # type: ignore[misc]
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.activation = object()

        def get_config(self):
            raise RuntimeError

    class Odd(layers.Layer):  # type: ignore[misc]
        def call(self, x):
            return x

        def get_config(self):
            loop: list[Any] = []
            loop.append(loop)
            return {"loop": loop, "long": list(range(10**5)), "nan": float("nan"), "it": object(), 3: np.float32(2)}

    description = describe(keras.Sequential([keras.Input((2,)), Odd(), Silent()]))
    odd, silent = description["layers"]
    assert silent["config"] == {}
    assert odd["config"]["long"][-1] == "… (100000 items)"
    assert odd["config"]["3"] == 2.0
    assert len(json.dumps(description, allow_nan=False)) < 10_000


@pytest.mark.parametrize(
    "spellings",
    [
        ("mse", "MSE", "MeanSquaredError", "mean_squared_error"),
        ("acc", "Accuracy", "accuracy"),
        ("bce", "BinaryCrossentropy", "binary_crossentropy"),
        ("SGD", "sgd"),
        ("RMSprop", "rmsprop", "rm_sprop"),
        ("AdamW", "adamw"),
        ("ReLU", "relu", "Relu"),
        ("LeakyReLU", "leaky_relu"),
        ("swish", "silu"),
        ("SparseCategoricalCrossentropy", "mine>sparse_categorical_crossentropy"),
        ("KLDivergence", "kl_divergence", "kullback_leibler_divergence"),
        ({"class_name": "function", "config": "mae", "module": "builtins"}, "MeanAbsoluteError"),
        ({"class_name": "MeanMetricWrapper", "config": {"fn": {"class_name": "function", "config": "f"}}}, "f"),
    ],
)
def test_every_spelling_of_a_name_is_the_same(spellings):
    """A name means the same however Keras lets people write it."""
    assert len({canonical(name) for name in spellings}) == 1


def test_every_name_of_keras_reads_well():
    """A class of Keras and the function beside it have one name."""
    for module in (keras.losses, keras.metrics, keras.activations, keras.optimizers):
        for name in dir(module):
            assert canonical(canonical(name)) == canonical(name)
    for name in ("KLDivergence", "CategoricalFocalCrossentropy", "LogCosh", "MeanSquaredLogarithmicError"):
        assert hasattr(keras.losses, canonical(name))
    assert layer_class("MaxPool2D") == keras.layers.MaxPool2D.__name__
    assert layer_class("Convolution1D") == keras.layers.Convolution1D.__name__
    assert layer_class("GlobalAvgPool2D") == keras.layers.GlobalAvgPool2D.__name__


def test_a_compile_config_of_any_kind_is_read():
    """What a file claims that it was compiled with is data, whatever it is."""
    assert compiled(None) is compiled({}) is compiled("adam") is None
    odd = compiled({"optimizer": ["adam"], "loss": {"a": 3, "b": None}, "metrics": [[["acc"]], {"x": "mae"}]})
    assert odd is not None
    assert odd["metrics"] == ["accuracy", "mean_absolute_error"]


# What a grader asks of a model


def test_a_model_answers_with_its_predictions_and_weights():
    """Predictions come in the order of the inputs, and unknown questions go to the live model."""
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((4,)), layers.Dense(3)])
    seen = view(model)
    x = np.random.default_rng(0).random((10, 4), dtype="float32")
    np.testing.assert_allclose(seen.predict(x, batch_size=3), x @ seen.weights[0] + seen.weights[1], rtol=1e-5)
    assert seen.built
    assert "1 layers" in repr(seen)


def test_a_model_of_several_outputs_answers_with_all_of_them():
    """Each output is checked on its own."""
    seen = view(two_in_two_out())
    assert seen.input_shape == ((None, 4), (None, 4))
    assert seen.output_shape == ((None, 1), (None, 2))
    x = np.ones((5, 4))
    assert [found.shape for found in seen.predict([x, x])] == [(5, 1), (5, 2)]
    assert [found.shape for found in seen.predict({"left": x, "right": x})] == [(5, 1), (5, 2)]


def answering(answer: Any) -> ModelView:
    """A model from a file that answers every question with `answer`."""
    description = describe(keras.Sequential([keras.Input((4,)), layers.Dense(3)]))
    return ModelView(lambda: description, lambda x, batch_size: answer, list)


@pytest.mark.parametrize(
    "answer, told",
    [
        (np.where(np.arange(300).reshape(100, 3) < 7, np.nan, 0), "NaN for 3 of 100 inputs"),
        (np.full((100, 3), np.inf), "infinity for 100 of 100 inputs"),
        (np.zeros((99, 3)), "99 predictions"),
        (np.zeros(()), "a single number"),
        (np.zeros((100, 3), "U1"), "an array of <U1"),
        (np.zeros((100, 3), object), "an array of object"),
        ("0" * 100, "text"),
        (None, "NoneType"),
        ([np.zeros((100, 1)), np.full((100, 1), np.nan)], "NaN"),
    ],
)
def test_predictions_that_are_no_numbers_fail(answer, told):
    """Whatever a model answers, only a finite number for each input counts as a prediction."""
    with pytest.raises(CriterionFailed) as failed:
        answering(answer).predict(np.zeros((100, 4)))
    assert told in failed.value.found


def test_a_model_from_a_file_says_what_it_can_be_asked():
    """There is no live model behind a file."""
    with pytest.raises(AttributeError, match="read from its file has no 'fit'"):
        answering(None).fit()
    assert not hasattr(answering(None), "__len__")


def test_the_layer_table_shows_what_matters():
    """A student sees each layer with the settings that are worth a look."""
    keras.backend.clear_session()  # layers are numbered through a session
    table = view(recurrent()).table()
    assert table == [
        ["layer", "type", "output shape", "parameters", "settings"],
        ["embedding", "Embedding", "(None, 12, 4)", "200", "input_dim=50, output_dim=4, mask_zero=True"],
        [
            "bidirectional",
            "Bidirectional",
            "(None, 12, 6)",
            "192",
            "LSTM(units=3, return_sequences=True, activation=tanh)",
        ],
        ["time_distributed", "TimeDistributed", "(None, 12, 3)", "21", "Dense(units=3, activation=leaky_relu)"],
        ["gru", "GRU", "(None, 3)", "72", "units=3, activation=tanh"],
        ["dense_1", "Dense", "(None, 1)", "4", "units=1, activation=sigmoid"],
    ]


@pytest.mark.parametrize("policy", ["float32", "mixed_float16"])
def test_a_saved_model_tells_how_many_steps_its_optimizer_has_taken(tmp_path, policy):
    """Whatever the precision it was taught in; a model that was never compiled tells None."""
    before = keras.mixed_precision.global_policy()
    keras.mixed_precision.set_global_policy(policy)
    try:
        model = keras.Sequential([keras.Input((4,)), layers.Dense(3, dtype="float32")])
        model.save(tmp_path / "untaught.keras")
        model.compile(optimizer="adam", loss="mse")
        model.fit(np.ones((64, 4)), np.ones((64, 3)), batch_size=16, verbose=0)
        model.save(tmp_path / "taught.keras")
    finally:
        keras.mixed_precision.set_global_policy(before)
    assert describe(load(tmp_path / "taught.keras"))["steps"] == 4
    assert describe(load(tmp_path / "untaught.keras"))["steps"] is None
