"""Kills a jail whose processes together use more memory than they may; runs in the examiner."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import threading

CHECKS_PER_SECOND = 10


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
    # Resident sizes are cheap to read and an upper bound: they count shared pages once per process.
    return sum(_resident_bytes(proc, process) for process in processes) > limit and (
        sum(_proportional_bytes(proc, process) for process in processes) > limit
    )


def _resident_bytes(proc: int, process: str) -> int:
    """The resident set size of a process, or 0 if it has ended; see proc_pid_statm(5)."""
    with contextlib.suppress(OSError):
        return int(_read(proc, f"{process}/statm").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0


def _proportional_bytes(proc: int, process: str) -> int:
    """The proportional set size (Pss) of a process: a page that n processes share counts as 1/n."""
    try:
        lines = _read(proc, f"{process}/smaps_rollup").splitlines()
        return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    except OSError:  # it has ended, or is not dumpable and so not readable
        return _resident_bytes(proc, process)


def _read(folder: int, name: str) -> str:
    with open(name, opener=lambda path, flags: os.open(path, flags, dir_fd=folder)) as file:
        return file.read()
