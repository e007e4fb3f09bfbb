"""Kills a jail whose processes together use more memory than they may; runs in the examiner.

Memory is what the processes hold, and what the kernel may hold for them: page tables, and what
waits in sockets and pipes.
"""

from __future__ import annotations

import os
import select
import signal
import threading
from pathlib import Path
from typing import NamedTuple

CHECKS_PER_SECOND = 10
DATAGRAMS = 11
"""One more than `net.unix.max_dgram_qlen` in a new network namespace: a socket's queue is full."""
PIPE_BYTES = 8192
"""What a pipe holds once its user has many (`fs.pipe-user-pages-soft`, pipe(7)): two pages."""


def _send_buffer() -> int:
    """The bytes that a socket may have sent and that nobody has read; socket(7).

    The jail's filter lets nobody enlarge it.
    """
    try:
        return int(Path("/proc/sys/net/core/wmem_default").read_text())
    except OSError:
        return 212_992


SOCKET_BYTES = DATAGRAMS * _send_buffer()
"""What waits at a Unix socket at most: datagrams, each from another sender, closed since."""


def watch(process: int, pidfd: int, limit: int) -> threading.Event:
    """Start a thread that kills a jail when its processes use more memory than `limit`.

    Args:
        process: id of the first process of the jail's PID namespace, which has not run student code
            yet, so that its /proc is the jail's.
        pidfd: file descriptor of that process; see pidfd_open(2).
        limit: bytes of all processes of the jail together.

    Returns an event that is set just before the jail is killed. Raises OSError if the /proc of the
    jail cannot be opened.
    """
    proc = os.open(f"/proc/{process}/root/proc", os.O_RDONLY | os.O_DIRECTORY)
    used_up = threading.Event()
    threading.Thread(target=_kill_when_used_up, args=(os.dup(pidfd), proc, limit, used_up), daemon=True).start()
    return used_up


def _kill_when_used_up(pidfd: int, proc: int, limit: int, used_up: threading.Event) -> None:
    try:
        while not select.select([pidfd], [], [], 1 / CHECKS_PER_SECOND)[0]:
            if _is_over(limit, proc):
                used_up.set()
                signal.pidfd_send_signal(pidfd, signal.SIGKILL)
    except ProcessLookupError:  # the jail has ended
        pass
    finally:
        os.close(pidfd)
        os.close(proc)


def _is_over(limit: int, proc: int) -> bool:
    processes = [entry for entry in os.listdir(proc) if entry.isdigit()]
    statuses = {process: _read_status(proc, process) for process in processes}
    places = sum(status.places for status in statuses.values())
    sockets = _count_sockets(proc)
    kernel = sum(status.tables for status in statuses.values()) + places * PIPE_BYTES
    kernel += (places if sockets is None else sockets) * SOCKET_BYTES
    # Resident sizes are cheap to read and an upper bound: they count shared pages once per process.
    return kernel + sum(status.resident for status in statuses.values()) > limit and (
        kernel + sum(_proportional_bytes(proc, process, statuses[process].resident) for process in processes) > limit
    )


class _Status(NamedTuple):
    """What proc_pid_status(5) tells of a process; all is 0 when it has ended.

    Args:
        resident: bytes of its resident set (VmRSS).
        tables: bytes of its page tables (VmPTE).
        places: in its table of file descriptors (FDSize), at least as many as are open.
    """

    resident: int = 0
    tables: int = 0
    places: int = 0


def _read_status(proc: int, process: str) -> _Status:
    try:
        lines = _read(proc, f"{process}/status").splitlines()
    except OSError:
        return _Status()
    fields = dict(line.partition(":")[::2] for line in lines)
    values = [int(fields.get(name, "0").split()[0]) for name in ("VmRSS", "VmPTE", "FDSize")]
    return _Status(values[0] * 1024, values[1] * 1024, values[2])


def _count_sockets(proc: int) -> int | None:
    """How many Unix sockets there are in the jail's network namespace; None if it does not tell.

    Among them are those that no process has open: sent through another one, or not accepted yet.
    """
    try:
        return _read(proc, "1/net/unix").count("\n") - 1
    except OSError:
        return None


def _proportional_bytes(proc: int, process: str, resident: int) -> int:
    """The proportional set size (Pss) of a process: a page that n processes share counts as 1/n."""
    try:
        lines = _read(proc, f"{process}/smaps_rollup").splitlines()
        return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    except OSError:  # it has ended, or is not dumpable and so not readable
        return resident


def _read(folder: int, name: str) -> str:
    with open(name, opener=lambda path, flags: os.open(path, flags, dir_fd=folder)) as file:
        return file.read()
