"""The time that a process uses: all but the time for which it waited for a processor."""

from __future__ import annotations

import math
import os
import time
from pathlib import Path

BUSY_FACTOR = 10
"""A limit ends after this many times as much wall time, however busy the machine is."""
UNTOLD_FACTOR = 4
"""Where the kernel does not tell how long a process waited, a limit is this many times as long."""
LOOK_SECONDS = 1.0
"""How often waiting is added up: that of a thread which ends between two looks is not seen."""
SHORT_SECONDS = 0.05  # after less, another look is not worth its cost
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


def tells_waiting(process: int | str = "self") -> bool:
    """Whether the kernel tells how long a process was ready and got no processor (its run delay).

    Without scheduler statistics, the file of proc_pid_schedstat(5) is missing or holds zeros.
    """
    try:
        return any(map(int, Path(f"/proc/{process}/schedstat").read_text().split()))
    except OSError:
        return False


class UsedTime:
    """Measures what a process and its descendants use of a time limit.

    It is the wall time, less the time for which a thread was ready and waited for a processor. Of
    threads that wait for one another's processor, the waiting adds up to more than was lost. So
    between two looks at them it is at least the processor time of all together, and in all a
    `BUSY_FACTOR`-th of the wall time. Where the kernel does not tell, it is an `UNTOLD_FACTOR`-th.

    Args:
        process: its id in this process's /proc; None where there is no such process to look at.
    """

    def __init__(self, process: int | None):
        self._process = process
        self._told = process is not None and tells_waiting(process)
        self._delays: dict[str, int] = {}
        self._ticks = 0
        self._lost = 0.0
        self._looked = -math.inf
        self.start()

    def start(self) -> None:
        """Measure from now on."""
        self._look()
        self._began, self._lost = time.monotonic(), 0.0

    def seconds(self) -> float:
        """The seconds that have been used since `start`."""
        wall = time.monotonic() - self._began
        if not self._told:
            return wall / UNTOLD_FACTOR
        self._look()
        return max(wall - self._lost, wall / BUSY_FACTOR)

    def left(self, limit: float) -> float:
        """The seconds for which to wait before asking again; 0 or less if `limit` is used up."""
        return min(limit - self.seconds(), LOOK_SECONDS)

    def _look(self) -> None:
        """Add the time that was lost to waiting since the last look."""
        now = time.monotonic()
        passed = now - self._looked
        if passed < SHORT_SECONDS or not self._told:
            return
        self._looked = now
        try:
            delays, ticks = self._read_tree()
        except Exception:  # in a jail, student code may have used up memory, stack or open files  # noqa: BLE001
            return
        waited = 0
        for thread, delay in delays.items():
            before = self._delays.get(thread, 0)
            waited += delay - (before if before <= delay else 0)  # a thread may have the number of an earlier one
        computed = (ticks - self._ticks) / TICKS_PER_SECOND
        self._lost += max(0.0, min(waited / 1e9, passed - computed))
        self._delays, self._ticks = delays, ticks

    def _read_tree(self) -> tuple[dict[str, int], int]:
        """The run delay of each thread, in nanoseconds, and the processor time of all, in ticks."""
        delays: dict[str, int] = {}
        ticks = 0
        seen: set[str] = set()
        waiting = [str(self._process)]
        while waiting:
            process = waiting.pop()
            if process in seen:
                continue
            seen.add(process)
            # Fields 14 to 17 of proc_pid_stat(5): utime, stime, cutime, cstime.
            ticks += sum(map(int, _read(f"/proc/{process}/stat").rpartition(b")")[2].split()[11:15]))
            for thread in _list(f"/proc/{process}/task"):
                folder = f"/proc/{process}/task/{thread}"
                delays[f"{process}/{thread}"] = _read_delay(f"{folder}/schedstat")
                waiting += _read(f"{folder}/children").decode().split()
        if self._process != os.getpid():  # this process has to wait, too, before it sees an answer
            delays["here"] = _read_delay("/proc/thread-self/schedstat")
        return delays, ticks


def _read_delay(path: str) -> int:
    """The run delay of a thread, in nanoseconds, by proc_pid_schedstat(5); 0 if it has ended."""
    fields = _read(path).split()
    return int(fields[1]) if len(fields) > 1 else 0


def _list(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:  # it has ended
        return []


def _read(path: str) -> bytes:
    """The content of a file below /proc; b"" if its process has ended."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return b""
    try:
        return os.read(descriptor, 2**16)
    except OSError:
        return b""
    finally:
        os.close(descriptor)
