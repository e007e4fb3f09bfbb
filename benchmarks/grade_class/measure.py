"""How long a command takes, and how much processor time and memory it and all that it starts take (Linux)."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

PAUSE = 0.05
SHARE = 20  # looking takes at most about a twentieth of one processor


@dataclass(frozen=True)
class Measured:
    """What a command took.

    Args:
        processor: seconds of processor time, of its whole process tree, but for the last moment of each process.
        peak: bytes that its process tree held at once; pages that several processes share count once.
        samples: seconds since the start → bytes held then.
    """

    seconds: float
    processor: float
    peak: int
    said: str
    samples: tuple[tuple[float, int], ...] = ()


def run(command: list[str], folder: Path, environment: dict[str, str], timeout: float) -> Measured:
    """Run `command` in `folder`; raises RuntimeError with what it said if it fails or takes too long."""
    started = time.monotonic()
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
        said, _ = process.communicate(timeout=timeout)
        seconds = time.monotonic() - started
    except BaseException as error:
        for below in _tree(process.pid):
            _kill(below.pid)
        if isinstance(error, subprocess.TimeoutExpired):
            raise RuntimeError(f"{' '.join(command)}: not done after {timeout:g} s") from None
        raise
    finally:
        watch.stop()
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}:\n{said[-4000:]}")
    return Measured(seconds, watch.processor, watch.peak, said, tuple(watch.samples))


class _Watch(threading.Thread):
    """Looks at a process tree every now and then: at the memory it holds (`samples`) and the time it has used.

    What the system adds up for a parent is not enough: it leaves out a jail that is killed with its namespace.
    """

    def __init__(self, pid: int):
        super().__init__(daemon=True)
        self.samples: list[tuple[float, int]] = []
        self._began = time.monotonic()
        self._pid = pid
        self._ticks: dict[tuple[int, str], int] = {}
        self._done = threading.Event()

    @property
    def peak(self) -> int:
        """The most bytes seen."""
        return max((held for _, held in self.samples), default=0)

    @property
    def processor(self) -> float:
        """Seconds of processor time of all the processes seen."""
        return sum(self._ticks.values()) / os.sysconf("SC_CLK_TCK")

    def run(self) -> None:
        took, next_look = 0.0, time.monotonic()
        while not self._done.wait(max(PAUSE, SHARE * took)):
            started = time.thread_time()
            tree = _tree(self._pid)
            took = time.thread_time() - started
            for process in tree:
                self._ticks[process.pid, process.started] = process.ticks
            if time.monotonic() >= next_look:
                self.samples.append((time.monotonic() - self._began, sum(_memory(process.pid) for process in tree)))
                next_look = time.monotonic() + SHARE * (time.thread_time() - started)

    def stop(self) -> None:
        """Look no more."""
        self._done.set()
        self.join()


@dataclass(frozen=True)
class _Process:
    pid: int
    parent: int
    ticks: int
    started: str


def _tree(root: int) -> list[_Process]:
    """The process `root` and all below it."""
    found: list[_Process] = []
    children: dict[int, list[_Process]] = {}
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            try:
                # The name, in parentheses, may hold anything; see proc_pid_stat(5) for what is behind it.
                fields = Path(entry.path, "stat").read_text(errors="replace").rpartition(")")[2].split()
            except OSError:  # it has just ended
                continue
            process = _Process(int(entry.name), int(fields[1]), int(fields[11]) + int(fields[12]), fields[19])
            children.setdefault(process.parent, []).append(process)
            if process.pid == root:
                found.append(process)
    for process in found:
        found.extend(children.get(process.pid, ()))
    return found


def _memory(pid: int) -> int:
    """Its proportional set size in bytes; where that may not be read, all that it holds."""
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
