"""Harmful model files beside a right notebook, graded in the real jail."""

from __future__ import annotations

import csv
import io
import json
import os
import pickle
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from conftest import code, edited
from nbformat.v4 import new_notebook

from proctor.course.course import Course
from proctor.errors import NotGraded
from proctor.jail.course_jail import Jails, fork_server
from proctor.judge.examiner import grade
from proctor.models import gate
from proctor.verdict import CriterionResult

keras = pytest.importorskip("keras")
h5py = pytest.importorskip("h5py")
layers, ops = keras.layers, keras.ops

GIB = 2**30
CANARY = Path("/tmp/proctor-was-here")
HDF5 = b"\x89HDF\r\n\x1a\n"
# Keras's own, not about what is tested here.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def saved(model: Any, name: str = "model.keras") -> bytes:
    """The file that Keras saves `model` to."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        model.save(path)
        return path.read_bytes()


def doubling(*more: Any) -> Any:
    """A model that doubles a number, as it is asked for, and then what `more` makes of it."""
    dense = layers.Dense(1)
    model = keras.Sequential([keras.Input((1,)), dense, *more])
    dense.set_weights([np.array([[2.0]]), np.array([0.0])])
    return model


@pytest.fixture(scope="module")
def right() -> bytes:
    """The file of a model that would get every point."""
    return saved(doubling())


ASSIGNMENT = """
title = "Many models"
order = 1
[budget]
call_seconds = 20
[artifacts]
"""
GRADER = """
import numpy as np

from proctor import assert_equal, criterion, mean_absolute_error

X = np.arange(20.0)[:, None] / 10


@criterion("answer", points=1, hint="It is 42.")
def test_answer(student):
    \'\'\'The answer is 42.\'\'\'
    assert_equal(student.answer, 42, "answer")
"""
CRITERION = """

@criterion("models", points=1, hint="Two times two?")
def test_{name}(student):
    \'\'\'The model doubles.\'\'\'
    assert mean_absolute_error(student.{name}.predict(X), 2 * X) < 0.01
"""
NAMES = [f"model_{number}" for number in range(50)]


def judged(folder: Path, address: str, files: dict[str, bytes]) -> dict[str, CriterionResult]:
    """What comes of `files`, each handed in as the model of a criterion of its own, all
    beside one right notebook."""
    names = dict(zip(files, NAMES, strict=False))
    (folder / "source/many").mkdir(parents=True)
    (folder / "graders/many").mkdir(parents=True)
    cells = [code("answer = 42", "write", solution=True), code('check("answer")', "answer", points=1)]
    notebook = new_notebook(cells=[*cells, code('check("models")', "models", points=len(files))])
    nbformat.write(notebook, folder / "source/many/many.ipynb")
    artifacts = "".join(f'{name} = "{name}.keras"\n' for name in names.values())
    (folder / "graders/many/assignment.toml").write_text(ASSIGNMENT + artifacts)
    criteria = "".join(CRITERION.format(name=name) for name in names.values())
    (folder / "graders/many/test_hidden.py").write_text(GRADER + criteria)
    course = Course(folder)
    handed_in = course.submitted("mallory", "many")
    handed_in.mkdir(parents=True)
    nbformat.write(notebook, handed_in / "many.ipynb")
    for attack, data in files.items():
        (handed_in / f"{names[attack]}.keras").write_bytes(data)
    verdict, _ = grade(course, course.assignment("many"), "mallory", Jails(address))
    assert verdict.graded, verdict.reason
    results = {result.name: result for result in verdict.criteria}
    assert results["answer"].status == "passed"
    assert not any(result.grader_fault for result in verdict.criteria)
    return {attack: results[name] for attack, name in names.items()}


# Archives, written by hand so that they can lie


@dataclass
class Member:
    """One file of an archive, and what is said about it there and in front of it."""

    name: str
    data: bytes
    size: int | None = None
    checksum: int | None = None
    method: int = 0
    flags: int = 0
    mode: int = 0o100600
    front_name: str = ""
    wide_size: int | None = None


def archive(*members: Member, comment: bytes = b"", offsets: list[int] | None = None) -> bytes:
    """The archive of `members`; `offsets` says where the directory claims that they start."""
    body, directory = b"", b""
    for number, member in enumerate(members):
        offset = offsets[number] if offsets else len(body)
        size = len(member.data) if member.size is None else member.size
        checksum = zlib.crc32(member.data) if member.checksum is None else member.checksum
        common = struct.pack("<HHHHHIII", 20, member.flags, member.method, 0, 33, checksum, len(member.data), size)
        front = (member.front_name or member.name).encode()
        body += b"PK\x03\x04" + common + struct.pack("<HH", len(front), 0) + front + member.data
        name, extra = member.name.encode(), b""
        if member.wide_size is not None:
            common = common[:-4] + b"\xff" * 4
            extra = struct.pack("<HHQ", 1, 8, member.wide_size)
        directory += b"PK\x01\x02" + struct.pack("<H", 0x0314) + common
        directory += struct.pack("<HHHHHII", len(name), len(extra), 0, 0, 0, member.mode << 16, offset) + name + extra
    count = len(members)
    end = struct.pack("<HHHHIIH", 0, 0, count, count, len(directory), len(body), len(comment))
    return body + directory + b"PK\x05\x06" + end + comment


def members(data: bytes) -> dict[str, Member]:
    """The three files in the model file `data`."""
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return {name: Member(name, file.read(name)) for name in file.namelist()}


def with_member(file: bytes, name: str, **changes: Any) -> bytes:
    """The model file `data`, one of its files changed."""
    found = members(file)
    found[name] = Member(**{"name": name, "data": found[name].data, **changes})
    return archive(*found.values())


def with_more(data: bytes, *more: Member) -> bytes:
    return archive(*members(data).values(), *more)


def zeros(gib: int) -> bytes:
    """`gib` GiB of zeros, deflated without ever having been there."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(2**24)) + packer.flush(zlib.Z_FULL_FLUSH)
    return block * (gib * 64) + b"\x03\x00"


class Touches:
    """Unpickled, it leaves a file behind."""

    def __init__(self, path: Path):
        self.path = path

    def __reduce__(self) -> Any:
        return os.system, (f"touch {self.path}",)


def overlapping(data: bytes) -> bytes:
    """Every file starts where the first one does, and so holds what the later ones hold, too."""
    found = list(members(data).values())
    return archive(*found, offsets=[0] * len(found))


ARCHIVES: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "a pickle": (lambda data: pickle.dumps(Touches(CANARY)), "is a Python pickle"),
    "the old format": (lambda data: saved(doubling(), "old.h5"), "is saved in the old HDF5 format"),
    "a 2 GiB bomb": (
        lambda data: with_member(data, "model.weights.h5", data=zeros(2), size=2 * GIB, checksum=0, method=8),
        "model.weights.h5 has 2048 MB; at most 256 MB are accepted",
    ),
    "a 5 GiB bomb": (
        lambda data: with_member(data, "model.weights.h5", data=zeros(1), method=8, checksum=0, wide_size=5 * GIB),
        "model.weights.h5 has 5120 MB",
    ),
    "a bomb that says it is small": (
        lambda data: with_member(data, "config.json", data=zeros(1), size=2**22, checksum=0, method=8),
        "is damaged",
    ),
    "six large files": (
        lambda data: with_more(data, *(Member(f"assets{n}", zeros(1), 240 * 2**20, 0, 8) for n in range(4))),
        "it also holds 'assets0', 'assets1', 'assets2' and 1 more",
    ),
    "a way out": (
        lambda data: with_more(data, Member("../../../etc/cron.d/x", b"")),
        "also holds '../../../etc/cron.d",
    ),
    "an absolute name": (lambda data: with_more(data, Member("/etc/cron.d/x", b"")), "also holds '/etc/cron.d/x'"),
    "a link": (
        lambda data: with_member(data, "config.json", data=b"/etc/passwd", mode=0o120777),
        "config.json is not readable",
    ),
    "another link": (lambda data: with_more(data, Member("link", b"/etc", mode=0o120777)), "it also holds 'link'"),
    "a name twice": (lambda data: with_more(data, Member("config.json", b"{}")), "it holds twice 'config.json'"),
    "another case": (lambda data: with_more(data, Member("Config.JSON", b"{}")), "it also holds 'Config.JSON'"),
    "encrypted": (lambda data: with_member(data, "config.json", flags=1), "packed other than Keras packs it"),
    "a patch": (lambda data: with_member(data, "config.json", flags=0x20), "is damaged"),
    "an unknown method": (lambda data: with_member(data, "config.json", method=97), "packed other than Keras packs it"),
    "a name in front that is not the one in the directory": (
        lambda data: with_member(data, "config.json", front_name="c0nfig.json"),
        "is damaged",
    ),
    "a size in front that is not the one in the directory": (
        lambda data: with_member(data, "config.json", size=100),
        "is damaged",
    ),
    "files within files": (overlapping, "packed other than Keras packs it"),
    "something in front": (lambda data: b"PK\x03\x04" + bytes(100) + data, "packed other than Keras packs it"),
    "two archives": (lambda data: data + data, "packed other than Keras packs it"),
    "a comment": (lambda data: archive(*members(data).values(), comment=b"PK\x05\x06"), "cut off or damaged"),
    "many files": (lambda data: with_more(data, *(Member(str(n), b"") for n in range(400))), "archive of 403 files"),
}


@pytest.fixture(scope="module")
def archives(right, address, tmp_path_factory) -> dict[str, CriterionResult]:
    """What came of each of `ARCHIVES`."""
    files = {attack: make(right) for attack, (make, _) in ARCHIVES.items()}
    assert max(map(len, files.values())) < 2**23
    return judged(tmp_path_factory.mktemp("archives"), address, files)


@pytest.mark.parametrize("attack", ARCHIVES)
def test_an_archive_that_lies_earns_nothing(attack, archives):
    """Whatever a zip file does to be opened costs its own point alone, and
    is told in a sentence."""
    assert archives[attack].earned == 0
    assert ARCHIVES[attack][1] in archives[attack].found
    assert not CANARY.exists()


def test_a_folder_in_the_place_of_the_file_is_not_opened(graded, course, solution):
    """A SavedModel folder counts as no model, and says so."""
    folder = course.submitted("ada", "double") / "double.keras"
    folder.mkdir(parents=True)
    (folder / "saved_model.pb").write_bytes(b"\x08\x01\x12")
    verdict = graded(solution)
    assert verdict.graded
    assert "double.keras is not a plain file; it counts as not handed in" in verdict.notes


# Configs


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


@pytest.fixture(scope="module")
def configs(right, address, tmp_path_factory) -> dict[str, CriterionResult]:
    """What came of each of `CONFIGS`."""
    files = {attack: make(right) for attack, (make, _) in CONFIGS.items()}
    return judged(tmp_path_factory.mktemp("configs"), address, files)


@pytest.mark.parametrize("attack", CONFIGS)
def test_a_config_that_asks_for_more_than_layers_earns_nothing(attack, configs):
    """What Keras would import, call, read or allocate while it loads is refused
    before Keras sees the file."""
    assert configs[attack].earned == 0
    assert CONFIGS[attack][1] in configs[attack].found


# Weights


def with_weights(data: bytes, write: Callable[[Any], None]) -> bytes:
    """The model file `data` with the weights that `write` writes."""
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        write(file)
    return with_member(data, "model.weights.h5", data=buffer.getvalue())


def _external(file: Any) -> None:
    file.create_dataset("layers/dense/vars/0", (1, 1), "f4", external=[("/etc/passwd", 0, 16)])


def _link(file: Any) -> None:
    file["layers"] = h5py.ExternalLink("/etc/passwd", "/")


def _virtual(file: Any) -> None:
    layout = h5py.VirtualLayout((1, 1), "f4")
    layout[:] = h5py.VirtualSource("/etc/other.h5", "x", (1, 1))
    file.create_virtual_dataset("layers/dense/vars/0", layout)


def _sparse(file: Any) -> None:
    file.create_dataset("layers/dense/vars/0", (2**34,), "f4", chunks=(2**10,))


def _late(file: Any) -> None:
    file.create_dataset("layers/dense/vars/0", (2**30 - 2**26,), "f4")


def _packed(file: Any) -> None:
    file.create_dataset("layers/dense/vars/0", data=np.zeros((1, 1), "f4"), chunks=(1, 1), compression="gzip")


def _loop(file: Any) -> None:
    file["layers"] = file["/"]


def _text(file: Any) -> None:
    file["layers/dense/vars/0"] = b"two"


def _missing(file: Any) -> None:
    file.create_group("layers")


def _damaged(data: bytes) -> bytes:
    return with_member(data, "model.weights.h5", data=HDF5 + bytes(5000))


def stretched(*settings: tuple[str, dict[str, Any]]) -> Callable[[bytes], bytes]:
    """Adds layers to a model file."""

    def make(data: bytes) -> bytes:
        for number, (class_name, config) in enumerate(settings):
            data = with_layer(data, "keras.layers", class_name, name=f"more_{number}", **config)
        return data

    return make


WEIGHTS: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "another file's bytes": (lambda data: with_weights(data, _external), "not stored as Keras does"),
    "another file's groups": (lambda data: with_weights(data, _link), "point into another file"),
    "another file's numbers": (lambda data: with_weights(data, _virtual), "not stored as Keras does"),
    "64 GiB in 3 kB": (lambda data: with_weights(data, _sparse), "not stored as Keras does"),
    "3.75 GiB in 3 kB": (lambda data: with_weights(data, _late), "are incomplete"),
    "an unknown filter": (lambda data: with_weights(data, _packed), "not stored as Keras does"),
    "without end": (lambda data: with_weights(data, _loop), "point at one another"),
    "text": (lambda data: with_weights(data, _text), "must be numbers"),
    "none": (lambda data: with_weights(data, _missing), "Keras could not load the model"),
    "damaged": (_damaged, "cannot be read"),
    # These pass the gate: each number in them could be an honest model's.
    "4 TiB in two layers": (stretched(("Dense", {"units": 2**20}), ("Dense", {"units": 2**20})), "could not load"),
    "4 GiB in two layers": (stretched(("Dense", {"units": 2**10}), ("Dense", {"units": 2**20})), "could not load"),
    "an answer of 4 TiB": (
        stretched(("RepeatVector", {"n": 2**20}), ("Flatten", {}), ("RepeatVector", {"n": 2**20})),
        "OOM when allocating",
    ),
}


@pytest.fixture(scope="module")
def weights(right, address, tmp_path_factory) -> dict[str, CriterionResult]:
    """What came of each of `WEIGHTS`."""
    files = {attack: make(right) for attack, (make, _) in WEIGHTS.items()}
    assert max(map(len, files.values())) < 2**17
    return judged(tmp_path_factory.mktemp("weights"), address, files)


@pytest.mark.parametrize("attack", WEIGHTS)
def test_weights_that_are_no_plain_arrays_earn_nothing(attack, weights):
    """HDF5 that points elsewhere, and models that are too large for their jail, cost
    their own point alone."""
    assert weights[attack].earned == 0
    assert WEIGHTS[attack][1] in weights[attack].found


# Models that load, and answer in odd ways


def functional(build: Callable[[Any], Any], shape: tuple[int, ...] = (1,), **options: Any) -> Any:
    inputs = keras.Input(shape, **options)
    return keras.Model(inputs, build(inputs))


def with_number(value: float) -> Any:
    model = doubling()
    model.set_weights([np.array([[value]]), np.array([0.0])])
    return model


def doubled(x: Any) -> Any:
    return layers.Dense(1, kernel_initializer=keras.initializers.Constant(2.0))(x)


def stateful() -> Any:
    inputs = keras.Input(batch_shape=(1, 1))
    y = layers.GRU(1, stateful=True)(layers.Reshape((1, 1))(inputs))
    return keras.Model(inputs, layers.Dense(1)(y) + 2 * inputs)


def in_words() -> Any:
    words = layers.IntegerLookup(vocabulary=[1, 2, 3], invert=False)
    back = layers.StringLookup(vocabulary=["a", "b", "c"], invert=True)
    return functional(lambda x: back(words(ops.cast(x, "int64"))))


def dense(policy: str) -> Any:
    layer = layers.Dense(1, dtype=policy, kernel_initializer=keras.initializers.Constant(2.0))
    return keras.Sequential([keras.Input((1,)), layer])


AGAIN = "when it is asked for again: it "
ODD: dict[str, tuple[Callable[[], Any], str]] = {
    "not a number": (lambda: with_number(np.nan), "NaN for 20 of 20 inputs"),
    "infinity": (lambda: doubling(layers.Rescaling(1.0, offset=1e300)), "infinity for 20 of 20"),
    "text": (in_words, "text"),
    "yes or no": (lambda: functional(lambda x: doubled(x) > 0.5), "an array of bool"),
    "two answers": (lambda: functional(lambda x: [doubled(x), doubled(x)]), "shape (2, 20)"),
    "two answers with names": (lambda: functional(lambda x: {"a": doubled(x), "b": doubled(x)}), "dict"),
    "one answer for all": (lambda: functional(lambda x: ops.mean(doubled(x))), "a single number"),
    "an answer too few": (lambda: functional(lambda x: ops.max(doubled(x), axis=0, keepdims=True)), "1 predictions"),
    "two numbers": (lambda: functional(lambda x: ops.repeat(doubled(x), 2, axis=1)), "shape (20, 2)"),
    "the mean of the batch": (
        lambda: functional(lambda x: doubled(x) + x - ops.mean(x, axis=0)),
        AGAIN + "depends on what else is in the batch",
    ),
    "the order of the batch": (
        lambda: functional(lambda x: ops.flip(doubled(x), axis=0)),
        AGAIN + "depends on what else is in the batch",
    ),
    "a state": (stateful, "If an RNN is stateful, the batch size"),
    "bfloat16": (lambda: dense("bfloat16"), "not bfloat16"),
}
HONEST: dict[str, Callable[[], Any]] = {
    "half precision": lambda: dense("float16"),
    "mixed precision": lambda: dense("mixed_float16"),
    "double precision": lambda: dense("float64"),
    "a row instead of a column": lambda: functional(lambda x: ops.squeeze(doubled(x), 1)),
    "dropout and noise": lambda: keras.Sequential(
        [doubling(), layers.Dropout(0.5), layers.GaussianNoise(0.9), layers.BatchNormalization(epsilon=1e-7)]
    ),
    "a model in a model": lambda: functional(doubling()),
}


@pytest.fixture(scope="module")
def odd(address, tmp_path_factory) -> dict[str, CriterionResult]:
    """What came of each of `ODD` and `HONEST`."""
    files = {
        name: saved(make()) for name, make in [*((name, make) for name, (make, _) in ODD.items()), *HONEST.items()]
    }
    return judged(tmp_path_factory.mktemp("odd"), address, files)


@pytest.mark.parametrize("answer", ODD)
def test_a_model_that_answers_in_an_odd_way_earns_nothing(answer, odd):
    """What is no number for each input, and the same one each time, fails with what it is."""
    assert odd[answer].earned == 0
    assert ODD[answer][1] in odd[answer].found


@pytest.mark.parametrize("answer", HONEST)
def test_a_model_that_answers_in_another_precision_or_shape_passes(answer, odd):
    """Rounding, a row for a column, and layers that are random in training alone cost nothing."""
    assert odd[answer].status == "passed", odd[answer]


def test_a_model_that_remembers_is_found_out(graded, solution):
    """A model with a state, or one whose class counts its calls, does not answer twice alike."""
    own = """class Own(keras.Sequential):
    calls = 0

    def predict(self, x, **options):
        Own.calls += 1
        return 2 * np.asarray(x) + (Own.calls > 1)


model = Own([keras.Input((1,)), keras.layers.Dense(1)])
model.save("double.keras")"""
    counting = edited(edited(solution, "write_build", own), "train", own)
    keras.utils.set_random_seed(3)  # of the one with a state: its answers differ by more than rounding, twice
    for notebook, files in ((solution, {"double.keras": saved(stateful())}), (counting, {})):
        verdict = graded(notebook, files)
        doubles = next(result for result in verdict.criteria if result.name == "doubles")
        assert (doubles.earned, doubles.expected) == (0, "the same prediction for an input whenever it is asked for")
        assert "is random, or remembers what it was asked" in doubles.found


# What a notebook says of its models

LIVE = """
from proctor import assert_compiled, assert_layer, assert_parameters, criterion


@criterion("count", points=1, hint="One unit.")
def test_live(student):
    '''The model that is built has one unit.'''
    model = student.build()
    assert_parameters(model, exactly=2)
    assert_layer(model, -1, units=1)
"""
BUILD = """def build():
    built = keras.Sequential([keras.Input((1,)), {}, keras.layers.Dense({})])
    built.compile("sgd", loss=lambda true, found: (true - found) ** 2)
    return built


model = build()"""
FORGED = """
import proctor.channel.answer as answer
import proctor.models.describe as describe

right = describe.describe(keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)]))
describe.describe = lambda model: right
answer.Answerer._describe = lambda self, of: right
"""
IDENTITY, OWN = "keras.layers.Identity()", "keras.layers.Lambda(lambda x: x)"


@pytest.mark.parametrize(
    "source, status, noted",
    [
        (BUILD.format(IDENTITY, 1), "passed", False),
        (BUILD.format(IDENTITY, 3), "failed", False),
        (BUILD.format(IDENTITY, 3) + FORGED, "failed", False),
        # A model with custom code is only described by its notebook; a flag tells the instructor.
        (BUILD.format(OWN, 1), "passed", True),
    ],
)
def test_what_a_live_model_is_made_of_is_read_where_no_student_code_runs(
    source, status, noted, graded, course, solution
):
    """A notebook that lies about its model is not asked: the model is saved, and described
    by a process of ours."""
    (course.grader("double") / "test_hidden.py").write_text(LIVE)
    notebook = edited(solution, "write_build", source)
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "count":
            cell.metadata["nbgrader"]["points"] = 2
    nbformat.write(notebook, course.source("double"))
    verdict = graded(notebook, {"double.keras": saved(doubling())})
    live = next(result for result in verdict.criteria if result.name == "live")
    assert live.status == status, live
    assert any("told by the notebook's own process" in flag.sentence for flag in verdict.flags) is noted


def test_a_keras_with_known_holes_does_not_grade(course, monkeypatch):
    """Below the floor nothing is graded, and the sentence says how to get there."""
    monkeypatch.setattr(gate, "KERAS_FLOOR", (99, 1))
    told = "needs Keras 99.1 or newer.*pip install --upgrade 'keras>=99.1'"
    with pytest.raises(NotGraded, match=told), fork_server(course):
        pass


def test_bombs_in_a_class_cost_nobody_else_a_point(proctor, course, hand_in, solution, right):
    """`proctor grade` gives the bystander every point, and the others what their notebooks earn: a
    file that is refused gains nothing, and the training cell makes another."""
    build = "model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(2)])"  # cannot be trained
    wrong = edited(solution, "write_build", build)
    hand_in("honest", solution, {"double.keras": ARCHIVES["a comment"][0](right)})
    hand_in("ada", solution, {"double.keras": right})
    for attack, make in (
        ("archive", ARCHIVES["a 2 GiB bomb"][0]),
        ("config", CONFIGS["bytecode"][0]),
        ("memory", WEIGHTS["4 GiB in two layers"][0]),
    ):
        hand_in(attack, wrong, {"double.keras": make(right)})
    proctor("grade")
    proctor("export")
    with (course.root / "marks.csv").open() as file:
        marks = {row["student"]: row["score"] for row in csv.DictReader(file)}
    assert marks == {"ada": "6.0", "honest": "6.0", "archive": "3.0", "config": "3.0", "memory": "3.0"}
