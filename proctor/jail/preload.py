"""Imports and first-use work that the fork server does once, so that its jails need not."""

from __future__ import annotations

import ctypes
import importlib
import io
import sys
from pathlib import Path

IMPORTED = (
    "numpy",
    "keras",
    "tensorflow",
    "tensorflow.python.data.ops.concatenate_op",
    "tensorflow.python.data.ops.flat_map_op",
    "tensorflow.python.data.ops.from_tensors_op",
    "tensorflow.python.data.ops.range_op",
    "tensorflow.python.data.ops.zip_op",
    "h5py",
    "matplotlib.figure",
    "matplotlib.pyplot",
    "matplotlib_inline.backend_inline",
    "PIL.Image",
    "PIL.PngImagePlugin",
    "PIL.JpegImagePlugin",
    "IPython.core.interactiveshell",
    "stack_data",
    "pygments.formatters.terminal256",
    "proctor",
    "proctor.jail.child",
    "proctor.jail.shell",
    "proctor.models.describe",
)
GLOBAL_THREAD_POOL = "_ZN10tensorflow11LocalDevice22use_global_threadpool_E"
"""Symbol of TensorFlow's `bool LocalDevice::use_global_threadpool_`.

While it is true, the devices of a process share one thread pool, which lasts as long as the
process.
"""


def preload() -> None:
    """Import what students' notebooks import, including modules that load lazily on first use.

    It runs no TensorFlow operation and starts no thread.
    """
    for name in IMPORTED:
        importlib.import_module(name)
    tensorflow = sys.modules["tensorflow"]
    for name in ("data", "image", "io", "strings", "random", "nn", "math"):
        getattr(tensorflow, name)
    figure = sys.modules["matplotlib.figure"].Figure()
    figure.subplots().plot([0, 1])
    figure.savefig(io.BytesIO())
    importlib.import_module("proctor.jail.shell").make_shell()


def rehearse(scratch: Path) -> None:
    """Build, save, load and run a small network, so that forks find TensorFlow's lazy setup done.

    fork(2) copies only the calling thread: a fork that waited for a thread of its parent would
    hang. So the network runs on the threads of TensorFlow's context, which is thrown away
    afterwards, and each fork makes a context of its own. Nothing here may use `tf.data`, whose
    threads belong to the process. If TensorFlow has no `GLOBAL_THREAD_POOL`, nothing is done.

    Args:
        scratch: a folder for the saved network.
    """
    from tensorflow.python.eager import context

    try:
        is_global = ctypes.c_bool.in_dll(ctypes.CDLL("libtensorflow_framework.so.2"), GLOBAL_THREAD_POOL)
    except (OSError, ValueError):
        return
    is_global.value = False
    _use_small_network(scratch / "rehearsal.keras")
    context._reset_context()  # noqa: SLF001
    is_global.value = True


def _use_small_network(file: Path) -> None:
    import keras
    import numpy as np

    from proctor.models.describe import describe, load

    layers = [
        keras.Input((4, 4, 1)),
        keras.layers.Conv2D(1, 2, activation="relu"),
        keras.layers.Flatten(),
        keras.layers.Dense(16, activation="relu"),
        keras.layers.Dense(1, activation="sigmoid"),
    ]
    keras.utils.set_random_seed(0)
    model = keras.Sequential(layers)
    model.save(file)
    loaded = load(file)
    describe(loaded)
    loaded(np.zeros((8, 4, 4, 1), "float32"))
    loaded.predict_on_batch(np.zeros((8, 4, 4, 1), "float32"))
    file.unlink()
    keras.backend.clear_session()
