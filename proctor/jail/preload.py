"""What jails need first, imported and done once in the process that they are forks of."""

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
ONE_POOL = "_ZN10tensorflow11LocalDevice22use_global_threadpool_E"
"""TensorFlow's `bool LocalDevice::use_global_threadpool_`: whether a process's devices share threads, for good."""


def preload() -> None:
    """Import what students' notebooks import, down to what is only imported on first use.

    No TensorFlow operation runs and no thread starts.
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
    """Build, save, load and ask a small network, then forget it: what TensorFlow only sets up on first use is there.

    A fork has none of the threads that ran it, and hangs if it waits for them. So they are those of TensorFlow's
    context, which is thrown away, and every fork makes its own; nothing here may use `tf.data`, whose threads are the
    process's. With a TensorFlow that lacks `ONE_POOL` nothing is rehearsed.

    Args:
        scratch: a folder to save in.
    """
    from tensorflow.python.eager import context  # type: ignore[import-untyped]

    try:
        one_pool = ctypes.c_bool.in_dll(ctypes.CDLL("libtensorflow_framework.so.2"), ONE_POOL)
    except (OSError, ValueError):
        return
    one_pool.value = False
    _use_a_network(scratch / "rehearsal.keras")
    context._reset_context()
    one_pool.value = True


def _use_a_network(file: Path) -> None:
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
