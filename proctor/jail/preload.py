"""What jails need first, imported and done once in the process that they are forks of."""

from __future__ import annotations

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

    A fork has none of the threads that ran it, and hangs if it waits for them. So TensorFlow's context, which holds
    them, is thrown away, and every fork makes its own; `TF_OVERRIDE_GLOBAL_THREADPOOL` must be set for that, and
    nothing here may use `tf.data`, whose threads are the process's.

    Args:
        scratch: a folder to save in.
    """
    import keras
    import numpy as np
    from tensorflow.python.eager import context  # type: ignore[import-untyped]

    from proctor.models.describe import describe, load

    file = scratch / "rehearsal.keras"
    layers = [
        keras.Input((4, 4, 1)),
        keras.layers.Conv2D(1, 2, activation="relu"),
        keras.layers.Flatten(),
        keras.layers.Dense(1, activation="sigmoid"),
    ]
    keras.utils.set_random_seed(0)
    model = keras.Sequential(layers)
    model.save(file)
    loaded = load(file)
    describe(loaded)
    loaded.predict_on_batch(np.zeros((1, 4, 4, 1), "float32"))
    file.unlink()
    del layers, model, loaded
    keras.backend.clear_session()
    context._reset_context()
