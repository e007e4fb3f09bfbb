"""How long a command takes, and how much processor time and memory it and all that it starts take (Linux)."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

PAUSE = 0.2
SHARE = 20  # looking takes at most a twentieth of one processor
END_SECONDS = 10


@dataclass(frozen=True)
class Measured:
    """What a command took.

    Args:
        processor: seconds of processor time, of its whole process tree.
        peak: bytes that its process tree held at once; pages that several processes share count once.
    """

    seconds: float
    processor: float
    peak: int
    said: str


def run(command: list[str], folder: Path, environment: dict[str, str], timeout: float) -> Measured:
    """Run `command` in `folder`; raises RuntimeError with what it said if it fails or takes too long."""
    _adopt_orphans()
    used, started = _processor(), time.monotonic()
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
        for pid in _tree(process.pid):
            _kill(pid)
        if isinstance(error, subprocess.TimeoutExpired):
            raise RuntimeError(f"{' '.join(command)}: not done after {timeout:g} s") from None
        raise
    finally:
        watch.stop()
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}:\n{said[-4000:]}")
    _await_orphans()
    return Measured(seconds, _processor() - used, watch.peak, said)


def _adopt_orphans() -> None:
    """Make this process the parent of what a command leaves behind, so that its processor time counts too."""
    set_child_subreaper = 36
    ctypes.CDLL(None).prctl(set_child_subreaper, 1, 0, 0, 0)


def _await_orphans() -> None:
    deadline = time.monotonic() + END_SECONDS
    with contextlib.suppress(ChildProcessError):  # none is left
        while time.monotonic() < deadline:
            if os.waitpid(-1, os.WNOHANG) == (0, 0):
                time.sleep(0.01)


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class _Watch(threading.Thread):
    """Looks at a process tree every now and then; `peak` is the most memory seen."""

    def __init__(self, pid: int):
        super().__init__(daemon=True)
        self.peak = 0
        self._pid = pid
        self._done = threading.Event()

    def run(self) -> None:
        took = 0.0
        while not self._done.wait(max(PAUSE, SHARE * took)):
            started = time.thread_time()
            self.peak = max(self.peak, sum(_memory(pid) for pid in _tree(self._pid)))
            took = time.thread_time() - started

    def stop(self) -> None:
        """Look no more."""
        self._done.set()
        self.join()


def _tree(root: int) -> list[int]:
    """The process `root` and all below it."""
    children: dict[int, list[int]] = {}
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            try:
                # The name, in parentheses, may hold anything; the parent is the second field behind it.
                parent = int(Path(entry.path, "stat").read_bytes().rpartition(b")")[2].split()[1])
            except (OSError, IndexError):  # it has just ended
                continue
            children.setdefault(parent, []).append(int(entry.name))
    found = [root]
    for pid in found:
        found.extend(children.get(pid, ()))
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
