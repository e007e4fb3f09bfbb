"""The environment variables under which jails and examiners compute the same numbers on every processor."""

from __future__ import annotations

import numpy as np


def _avx2_at_most() -> dict[str, str]:
    """What holds NumPy, its OpenBLAS and XLA to the instructions that every x86 processor since 2015 has.

    Returns nothing for other processors. Which instruction sets come after AVX2 is read from NumPy's own list, since
    NumPy 2.4 gave them other names.
    """
    extensions = np.show_config(mode="dicts")["SIMD Extensions"]
    if not {"AVX2", "X86_V3"} & set(extensions["found"]):
        return {}
    known = [*extensions["found"], *extensions.get("not found", [])]
    return {
        "NPY_DISABLE_CPU_FEATURES": " ".join(name for name in known if name == "X86_V4" or name.startswith("AVX512")),
        "OPENBLAS_CORETYPE": "Haswell",
        "XLA_FLAGS": "--xla_cpu_max_isa=AVX2",
    }


ARITHMETIC = {
    # Several threads add up in another order than one, and wait for each other where they share a processor.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    **_avx2_at_most(),
}
"""What NumPy and other libraries read when they are imported: one thread, and the same instructions everywhere."""

CLEAN_ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "TZ": "UTC",
    "KERAS_BACKEND": "tensorflow",
    "CUDA_VISIBLE_DEVICES": "-1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_DETERMINISTIC_OPS": "1",
    # TensorFlow leaves half precision to oneDNN where the processor has instructions for it; oneDNN, held to AVX2,
    # cannot compute it, and the process ends. So TensorFlow uses its own operations; their products of float32
    # matrices come from oneDNN all the same, and depend on the instructions that it may use.
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "ONEDNN_MAX_CPU_ISA": "AVX2",
    **ARITHMETIC,
    "MPLBACKEND": "Agg",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONBREAKPOINT": "0",
}
"""The environment of a fork server, and of a jail that is a fresh process."""
