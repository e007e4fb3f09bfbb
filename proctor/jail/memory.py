"""How much memory all processes of a jail have together, watched by its examiner."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import threading

LOOKS_EACH_SECOND = 10


def watch(process: int, descriptor: int, limit: int) -> threading.Event:
    """Kill a jail when its processes have used up their memory, from now on until it ends.

    Args:
        process: the first of its namespace; no student code has run in it yet.
        descriptor: of that process.
        limit: in bytes.

    Returns what is set before it is killed. Raises OSError if its processes cannot be looked at.
    """
    processes = os.open(f"/proc/{process}/root/proc", os.O_RDONLY | os.O_DIRECTORY)
    used_up = threading.Event()
    threading.Thread(target=_watch, args=(os.dup(descriptor), processes, limit, used_up), daemon=True).start()
    return used_up


def _watch(jail: int, processes: int, limit: int, used_up: threading.Event) -> None:
    try:
        while not select.select([jail], [], [], 1 / LOOKS_EACH_SECOND)[0]:
            if _is_used_up(limit, processes):
                used_up.set()
                signal.pidfd_send_signal(jail, signal.SIGKILL)
    except ProcessLookupError:  # it has ended
        pass
    finally:
        os.close(jail)
        os.close(processes)


def _is_used_up(limit: int, processes: int) -> bool:
    found = [process for process in os.listdir(processes) if process.isdigit()]
    # The first is quick and never too little: it counts what they share each time.
    return sum(_resident(processes, process) for process in found) > limit and (
        sum(_proportional(processes, process) for process in found) > limit
    )


def _resident(processes: int, process: str) -> int:
    with contextlib.suppress(OSError):  # it has ended
        return int(_read(processes, f"{process}/statm").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0


def _proportional(processes: int, process: str) -> int:
    try:
        lines = _read(processes, f"{process}/smaps_rollup").splitlines()
        return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    except OSError:  # it has ended, or lets nobody look
        return _resident(processes, process)


def _read(folder: int, name: str) -> str:
    with open(name, opener=lambda path, flags: os.open(path, flags, dir_fd=folder)) as file:
        return file.read()
