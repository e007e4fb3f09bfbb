"""Start TensorFlow without notices that a student can do nothing about."""

from __future__ import annotations

import contextlib
import logging
import os
import sys


def start_tensorflow() -> None:
    """Import TensorFlow without the notices of its start; without TensorFlow, do nothing.

    They are written by its C++ code to file descriptor 2, in part before it reads the variable
    `TF_CPP_MIN_LOG_LEVEL`. An exception is raised as ever. Later, nothing is said of "retracing": a
    notebook asks several small models to predict, which is no fault.
    """
    logging.getLogger("tensorflow").addFilter(lambda record: "retracing" not in str(record.msg))
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
