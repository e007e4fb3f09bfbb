"""Numbers are the same on every processor, and each process that grades has one thread."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import BUILD, HIDDEN, HandIn, edited, statuses
from nbformat import NotebookNode

from proctor.course.assignment import Budget
from proctor.course.course import Course
from proctor.jail.client import Jail
from proctor.jail.course_jail import Jails, data_folder
from proctor.jail.environment import CLEAN_ENVIRONMENT
from proctor.jail.limits import Limits
from proctor.jail.server import ForkServer
from proctor.judge.examiner import grade

# TensorFlow asks this of the processor, with the feature's number; x86's are below 1000.
EVERY_FEATURE = "int _ZN3tsl4port14TestCPUFeatureENS0_10CPUFeatureE(int feature) { return feature < 1000; }"

PRECISIONS = ["float64", "float32", "float16", "bfloat16", "mixed_float16", "mixed_bfloat16"]

# One network for each kind of kernels. QR, which initializes a recurrent layer's weights, has no
# bfloat16.
TRAINING = """import keras, numpy as np
layers = keras.layers
keras.config.set_dtype_policy(precision)
recurrent = {"recurrent_initializer": "glorot_uniform"}
numbers = {}
networks = {
    "convolutions": [(12, 12, 3), layers.Conv2D(8, 3, activation="relu"), layers.BatchNormalization(),
                     layers.MaxPooling2D(), layers.AveragePooling2D(2), layers.Flatten()],
    "series": [(16, 3), layers.Conv1D(4, 3), layers.LSTM(5, return_sequences=True, **recurrent),
               layers.Bidirectional(layers.GRU(3, **recurrent))],
    "words": [(9,), layers.Embedding(20, 8), layers.SpatialDropout1D(0.1), layers.GlobalAveragePooling1D(),
              layers.Dense(16, activation="relu"), layers.LayerNormalization()],
}
for name, (shape, *hidden) in networks.items():
    keras.utils.set_random_seed(0)
    network = keras.Sequential([keras.Input(shape), *hidden, layers.Dense(2, activation="softmax")])
    network.compile("adam", "sparse_categorical_crossentropy")
    x = np.random.randint(0, 20, (32, *shape)) / (1 if name == "words" else 20)
    lost = network.fit(x, np.arange(32) % 2, batch_size=8, epochs=2, verbose=0).history["loss"]
    given = network.predict(x, verbose=0).astype("float64")
    numbers[name] = [lost, given.tobytes()]
inputs = keras.Input((6, 8))
attended = layers.GlobalAveragePooling1D()(layers.MultiHeadAttention(2, 4)(inputs, inputs))
network = keras.Model(inputs, layers.Dense(1)(attended))
network.compile("sgd", "mse")
numbers["attention"] = network.fit(np.ones((16, 6, 8)), np.zeros(16), verbose=0).history["loss"]"""

# Prints the numbers of threads of OpenBLAS and OpenMP; NumPy's OpenBLAS prefixes its functions.
WIDTH = """def widths():
    import ctypes, os
    import numpy
    libraries = {line.split()[-1] for line in open("/proc/self/maps") if "openblas" in line}
    found = [int(os.environ["OMP_NUM_THREADS"])]
    for library in map(ctypes.CDLL, libraries):
        for name in ("scipy_openblas_get_num_threads64_", "openblas_get_num_threads64_", "openblas_get_num_threads"):
            if hasattr(library, name):
                found.append(getattr(library, name)())
    return found
"""


def make_look_newer(folder: Path) -> Path:
    """Make a library with which TensorFlow believes that the processor has every
    instruction set."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler to make a processor look newer with")
    library = folder / "newer.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-xc", "-", "-o", library], input=EVERY_FEATURE.encode(), check=True)
    return library


@pytest.fixture(scope="module")
def newer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Jails in which TensorFlow believes that the processor has every instruction set."""
    folder = tmp_path_factory.mktemp("newer")
    folder.chmod(0o755)
    library = make_look_newer(folder)
    with pytest.MonkeyPatch.context() as patched:
        patched.setitem(CLEAN_ENVIRONMENT, "LD_PRELOAD", str(library))
        with ForkServer(readable=(folder,)) as server:
            assert server.layers
            yield server.address


def printed(address: str, source: str, threads: int = 1) -> str:
    """What a cell prints in a jail of its own."""
    with Jail(address, Limits.of(Budget(), threads=threads), {}, 5) as jail:
        outcome = jail.run_cell(source, 30)
        assert (outcome.status, outcome.error) == ("ok", "")
        return "".join(output.get("text", "") for output in outcome.outputs)


@pytest.mark.parametrize("precision", PRECISIONS)
def test_every_precision_trains_to_the_same_numbers_on_a_newer_processor(precision: str, address: str, newer: str):
    """Whatever processor TensorFlow detects, the process survives and each bit of
    the result is the same."""
    found = []
    for server in (address, newer):
        with Jail(server, Limits.of(Budget()), {}, 5) as jail:
            outcome = jail.run_cell(f"precision = {precision!r}\n{TRAINING}", 120)
            assert (outcome.status, outcome.error) == ("ok", "")
            found.append(jail.ask({"op": "get", "name": "numbers"}))
    assert len(found[0]) == 4
    assert found[0] == found[1]


@pytest.mark.parametrize("precision", ["float16", "mixed_float16"])
def test_half_precision_is_graded_on_a_newer_processor(
    precision: str, newer: str, course: Course, hand_in: HandIn, solution: NotebookNode
):
    """A model in half precision gets its marks: its file is loaded and used in a jail."""
    build = f"keras.config.set_dtype_policy({precision!r})\n{BUILD}\nmodel.compile('sgd', 'mse')"
    build += "\n_ = model.fit(np.ones((8, 1)), np.ones(8), verbose=0)"
    hand_in("ada", edited(solution, "write_build", build))
    verdict, _ = grade(course, course.assignment("double"), "ada", Jails(newer))
    assert set(statuses(verdict).values()) == {"passed"}


def test_a_library_that_ends_its_process_has_a_second_try(
    course: Course, hand_in: HandIn, solution: NotebookNode, keras_file: Callable[..., bytes]
):
    """A model that passes the gate gets its marks on a processor on which TensorFlow
    crashes with it: it is loaded once more with the plainest settings, and a flag says so."""
    import keras

    layer = keras.layers.Dense(1, kernel_initializer=keras.initializers.Constant(2.0), dtype="float16")
    handed_in = keras_file(layer)
    folder = data_folder(course)
    folder.mkdir(parents=True)
    with pytest.MonkeyPatch.context() as patched:
        patched.setitem(CLEAN_ENVIRONMENT, "LD_PRELOAD", str(make_look_newer(folder)))
        # TensorFlow leaves half precision to oneDNN then, which has none with AVX2 alone.
        patched.setitem(CLEAN_ENVIRONMENT, "TF_ENABLE_ONEDNN_OPTS", "1")
        with ForkServer(readable=(folder,)) as server:
            assert server.layers
            with Jail(server.address, Limits.of(Budget()), {}, 5) as jail:
                used = "import keras\nkeras.layers.Dense(1, dtype='float16')(keras.ops.ones((300, 1)))"
                # Another release may have kernels for it; then there is no crash to look at.
                if jail.run_cell(used, 30).status == "ok":
                    pytest.skip("this TensorFlow does not crash with these settings")
            hand_in("ada", solution, {"double.keras": handed_in})
            verdict, _ = grade(course, course.assignment("double"), "ada", Jails(server.address))
    assert set(statuses(verdict).values()) == {"passed"}, verdict.reason
    assert any("had a second try" in flag.sentence for flag in verdict.flags)


def test_a_jail_keeps_to_instructions_that_every_processor_has(address: str):
    """NumPy computes without AVX-512 there: some of its functions have other last bits with it."""
    found = printed(address, "import numpy as np\nprint(np.show_config('dicts')['SIMD Extensions']['found'])")
    assert "AVX512" not in found
    assert "X86_V4" not in found


@pytest.mark.parametrize("threads", [1, 2])
def test_a_jail_has_no_more_threads_than_it_is_given(threads: int, address: str):
    """Neither OpenBLAS nor OpenMP has more."""
    found = printed(address, f"{WIDTH}\nprint(*widths())", threads)
    assert max(map(int, found.split())) <= threads


def test_an_examiner_computes_with_one_thread(
    course: Course, hand_in: HandIn, proctor: Callable[..., subprocess.CompletedProcess[str]], solution: NotebookNode
):
    """However many processors it keeps to: more threads would round otherwise, and wait
    where they share one."""
    grader = f"{HIDDEN}    assert set(widths()) == {{1}}\n\n\n{WIDTH}"
    (course.grader("double") / "test_hidden.py").write_text(grader)
    for student in ("ada", "bob"):
        hand_in(student, solution)
    for jobs in ("1", "2"):
        assert proctor("grade", "--again", "--jobs", jobs).stdout.count("│ 6      │ 6  │") == 2
