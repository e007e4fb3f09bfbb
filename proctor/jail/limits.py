"""The limits that a jail's process sets on itself (setrlimit(2)) before it runs student code."""

from __future__ import annotations

import contextlib
import os
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from proctor.course.assignment import MOST_MEMORY_GB, MOST_SECONDS, Budget

FILE_BYTES = 2**30
OPEN_FILES = 512
PROCESSES = 256
PROCESSORS = 4
"""Most processors of a jail.

Even if it is told to use one thread, TensorFlow starts up to four for each processor that it may
use: on a large server more than `PROCESSES`, and their stacks are more than a jail's address space.
"""
MOST_CPU_SECONDS = 4 * MOST_SECONDS
CALLS_PER_JAIL = 30
"""All requests to a jail together may take as long as this many calls at their time limit."""


@dataclass(frozen=True)
class Limits:
    """Limits and settings of one jail.

    Args:
        memory_gb: GiB of address space of each process, and of memory of all of them together.
        cpu_seconds: CPU time of a process, all its threads together.
        output_kb: KiB that one cell may print.
        threads: of NumPy and TensorFlow; one makes results repeatable.
        seed: of Python, NumPy and Keras.
        environment: variables to set beside `server.CLEAN_ENVIRONMENT`.
    """

    memory_gb: float
    cpu_seconds: float
    output_kb: int
    threads: int = 1
    seed: int = 0
    environment: dict[str, str] | None = None

    @classmethod
    def of(
        cls, budget: Budget, *, threads: int = 1, seed: int = 0, environment: dict[str, str] | None = None
    ) -> Limits:
        """The limits that follow from an assignment's budget."""
        threads = min(threads, PROCESSORS)
        cpu_seconds = threads * (2 * budget.notebook_seconds + CALLS_PER_JAIL * budget.call_seconds)
        return cls(budget.memory_gb, cpu_seconds, budget.output_kb, threads, seed, environment)

    @property
    def memory_bytes(self) -> int:
        """`memory_gb` in bytes."""
        return int(self.memory_gb * 2**30)

    def to_data(self) -> dict[str, Any]:
        """The fields as a dict, for the channel."""
        return asdict(self)


def apply(limits: Limits, scratch: Path) -> None:
    """Set the limits on this process, and make `scratch` its working, home and temporary folder."""
    os.environ.update(
        {
            "HOME": str(scratch),
            "TMPDIR": str(scratch),
            "IPYTHONDIR": str(scratch / ".ipython"),
            "MPLCONFIGDIR": str(scratch / ".matplotlib"),
            "TF_NUM_INTRAOP_THREADS": str(limits.threads),
            "TF_NUM_INTEROP_THREADS": str(limits.threads),
            "OMP_NUM_THREADS": str(limits.threads),
            **(limits.environment or {}),
        }
    )
    os.chdir(scratch)
    tempfile.tempdir = str(scratch)  # which `tempfile` may have cached before the fork
    try:
        import resource
    except ImportError:  # Windows has none of these limits
        return
    # Whoever asks the fork server for a jail gets no more than an assignment may have.
    memory = min(limits.memory_bytes, int(MOST_MEMORY_GB * 2**30))
    cpu = int(min(limits.cpu_seconds, MOST_CPU_SECONDS)) + 1
    _set_limit(resource.RLIMIT_AS, memory, memory)
    _set_limit(resource.RLIMIT_CPU, cpu, cpu + 5)
    _set_limit(resource.RLIMIT_FSIZE, FILE_BYTES, FILE_BYTES)
    _set_limit(resource.RLIMIT_NOFILE, OPEN_FILES, OPEN_FILES)
    _set_limit(resource.RLIMIT_CORE, 0, 0)
    if hasattr(resource, "RLIMIT_NPROC"):
        # The kernel compares it with all processes and threads of the user, not only this jail's.
        processes = PROCESSES + _count_threads_of_user()
        _set_limit(resource.RLIMIT_NPROC, processes, processes)


def processors() -> list[int]:
    """Numbers of the processors that this process may use; empty where the system does not tell."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


def share_of(process: int, available: list[int]) -> list[int]:
    """Which processors a jail may use: at most `PROCESSORS` of those that are available.

    Args:
        process: the id of its process. Jails that are started one after the other get different
            ones.
        available: the processors' numbers.
    """
    count = min(PROCESSORS, len(available))
    return [available[(process * PROCESSORS + number) % len(available)] for number in range(count)]


def _count_threads_of_user() -> int:
    """How many processes and threads the user of this process has."""
    count = 0
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if entry.stat().st_uid == os.getuid():
                count += len(list((entry / "task").iterdir()))
    return count


def _set_limit(which: int, soft: int, hard: int) -> None:
    import resource

    _, ceiling = resource.getrlimit(which)
    if ceiling != resource.RLIM_INFINITY:
        soft, hard = min(soft, ceiling), min(hard, ceiling)
    resource.setrlimit(which, (soft, hard))
