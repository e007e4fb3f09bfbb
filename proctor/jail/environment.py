"""Environment variables that make jails and examiners compute the same numbers on any processor."""

from __future__ import annotations

import numpy as np


def _known_extensions() -> list[str]:
    """The instruction sets that NumPy has functions for, beside those that it cannot do without.

    Empty on a processor without AVX2. Read from NumPy's own list, because NumPy 2.4 renamed them.
    """
    extensions = np.show_config(mode="dicts")["SIMD Extensions"]
    found = extensions.get("found", [])
    return [*found, *extensions.get("not found", [])] if {"AVX2", "X86_V3"} & set(found) else []


def _limit_to_avx2() -> dict[str, str]:
    """Variables that limit NumPy, its OpenBLAS and XLA to AVX2, as x86 processors have since 2015.

    Returns an empty dict on other processors.
    """
    known = _known_extensions()
    if not known:
        return {}
    return {
        "NPY_DISABLE_CPU_FEATURES": " ".join(name for name in known if name == "X86_V4" or name.startswith("AVX512")),
        "OPENBLAS_CORETYPE": "Haswell",
        "XLA_FLAGS": "--xla_cpu_max_isa=AVX2",
    }


ARITHMETIC = {
    # Several threads sum in another order than one, and wait for each other on a shared processor.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    **_limit_to_avx2(),
}
"""Variables that libraries read when they are imported: one thread, no instructions beyond AVX2."""

CLEAN_ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "TZ": "UTC",
    "KERAS_BACKEND": "tensorflow",
    "CUDA_VISIBLE_DEVICES": "-1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_DETERMINISTIC_OPS": "1",
    # Where the processor has instructions for half precision, TensorFlow leaves it to oneDNN, which
    # aborts the process if it is limited to AVX2. So TensorFlow uses its own kernels (the first
    # variable). They still call oneDNN for products of float32 matrices, whose rounding depends on
    # the instructions that it may use (the second).
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "ONEDNN_MAX_CPU_ISA": "AVX2",
    **ARITHMETIC,
    # Otherwise nearly every thread gets 64 MiB of address space for what it allocates, up to eight
    # times as many threads as the machine has processors, and a jail's limit is reached by that.
    "MALLOC_ARENA_MAX": "2",
    # With threads of its own, the library warns in each process that is forked afterwards.
    "TOKENIZERS_PARALLELISM": "false",
    "MPLBACKEND": "Agg",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONBREAKPOINT": "0",
}
"""The environment of a fork server, and of a jail that is a fresh process."""


def plainest() -> dict[str, str]:
    """`CLEAN_ENVIRONMENT` with what is most likely to work on any processor, however slow.

    One thread, TensorFlow's own kernels, and the oldest instructions that each library can do with.
    """
    known = _known_extensions()
    oldest = {
        "NPY_DISABLE_CPU_FEATURES": " ".join(known),
        "OPENBLAS_CORETYPE": "Prescott",
        "ONEDNN_MAX_CPU_ISA": "SSE41",
        "XLA_FLAGS": "--xla_cpu_max_isa=SSE4_2",
    }
    return {**CLEAN_ENVIRONMENT, "TF_ENABLE_ONEDNN_OPTS": "0", **(oldest if known else {})}
