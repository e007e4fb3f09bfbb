"""Start TensorFlow without the notices that it prints while it is imported."""

from __future__ import annotations

import contextlib
import os
import sys


def start_tensorflow() -> None:
    """Import TensorFlow without its notices; without TensorFlow, do nothing.

    They are written by its C++ code to file descriptor 2, in part before it reads the variable
    `TF_CPP_MIN_LOG_LEVEL`. An exception is raised as ever.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.stderr.flush()
    standard_error, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        with contextlib.suppress(ModuleNotFoundError):
            import tensorflow  # noqa: F401
    finally:
        os.dup2(standard_error, 2)
        os.close(standard_error)
        os.close(nowhere)
