"""Measure a command: wall time, memory of its process tree, and processor time (Linux)."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

PAUSE = 0.2  # seconds between two readings of the memory, at least
SHARE = 100  # reading the memory takes at most about a hundredth of one processor


@dataclass(frozen=True)
class Measured:
    """What a command took.

    Args:
        seconds: wall time.
        processor: seconds of processor time of the whole machine, which must do nothing else.
        peak: the most bytes that its process tree held at once; shared pages count once.
        output: what it printed, on standard output and standard error.
        samples: (seconds since the start, bytes held then).
    """

    seconds: float
    processor: float
    peak: int
    output: str
    samples: tuple[tuple[float, int], ...] = ()


def run(command: list[str], folder: Path, environment: dict[str, str], timeout: float) -> Measured:
    """Run `command` in `folder`; raises RuntimeError with its output if it fails or times out."""
    started, busy = time.monotonic(), _busy()
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    watch = _Watch(process.pid)
    watch.start()
    try:
        output, _ = process.communicate(timeout=timeout)
        seconds = time.monotonic() - started
    except BaseException as error:
        for below in _tree(process.pid):
            _kill(below)
        if isinstance(error, subprocess.TimeoutExpired):
            raise RuntimeError(f"{' '.join(command)}: not done after {timeout:g} s") from None
        raise
    finally:
        watch.stop()
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}:\n{output[-4000:]}")
    return Measured(seconds, _busy() - busy, watch.peak, output, tuple(watch.samples))


def _busy() -> float:
    """Return the seconds that all processors were busy since the machine started; proc_stat(5)."""
    user, nice, system, *_ = map(int, Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:])
    return (user + nice + system) / os.sysconf("SC_CLK_TCK")


class _Watch(threading.Thread):
    """A thread that samples the memory of a process tree, into `samples`."""

    def __init__(self, pid: int):
        super().__init__(daemon=True)
        self.samples: list[tuple[float, int]] = []
        self._began = time.monotonic()
        self._pid = pid
        self._done = threading.Event()

    @property
    def peak(self) -> int:
        """The most bytes seen."""
        return max((held for _, held in self.samples), default=0)

    def run(self) -> None:
        took = 0.0
        while not self._done.wait(max(PAUSE, SHARE * took)):
            started = time.thread_time()
            held = sum(_memory(process) for process in _tree(self._pid))
            took = time.thread_time() - started
            self.samples.append((time.monotonic() - self._began, held))

    def stop(self) -> None:
        """End the thread."""
        self._done.set()
        self.join()


def _tree(root: int) -> list[int]:
    """Return the ids of the process `root` and of all its descendants."""
    children: dict[int, list[int]] = {}
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            with contextlib.suppress(OSError):  # it has just ended
                # The process's name, in parentheses, may hold any character, so split after it:
                # the state and the parent's id follow, see proc_pid_stat(5).
                parent = int(Path(entry.path, "stat").read_text(errors="replace").rpartition(")")[2].split()[1])
                children.setdefault(parent, []).append(int(entry.name))
    found = [root]
    for process in found:
        found.extend(children.get(process, ()))
    return found


def _memory(pid: int) -> int:
    """Return a process's proportional set size in bytes, or its resident set if unreadable."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except PermissionError:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:  # it has just ended
        pass
    return 0


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
