"""How long a command takes, the memory of it and all that it starts, and the machine's processor time (Linux)."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

PAUSE = 0.2
SHARE = 100  # looking takes at most about a hundredth of one processor


@dataclass(frozen=True)
class Measured:
    """What a command took.

    Args:
        processor: seconds of processor time, of the whole machine, which does nothing else.
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
        said, _ = process.communicate(timeout=timeout)
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
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}:\n{said[-4000:]}")
    return Measured(seconds, _busy() - busy, watch.peak, said, tuple(watch.samples))


def _busy() -> float:
    """Seconds that all processors have worked since the machine started, see proc_stat(5)."""
    user, nice, system, *_ = map(int, Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:])
    return (user + nice + system) / os.sysconf("SC_CLK_TCK")


class _Watch(threading.Thread):
    """Looks every now and then at the memory that a process tree holds (`samples`)."""

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
        """Look no more."""
        self._done.set()
        self.join()


def _tree(root: int) -> list[int]:
    """The process `root` and all below it."""
    children: dict[int, list[int]] = {}
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            with contextlib.suppress(OSError):  # it has just ended
                # The name, in parentheses, may hold anything; see proc_pid_stat(5) for what is behind it.
                parent = int(Path(entry.path, "stat").read_text(errors="replace").rpartition(")")[2].split()[1])
                children.setdefault(parent, []).append(int(entry.name))
    found = [root]
    for process in found:
        found.extend(children.get(process, ()))
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
