"""How much memory all processes of a jail have together: said by the jail, watched by the fork server."""

from __future__ import annotations

import contextlib
import os
import socket
import struct

BYTES = struct.Struct("<Q")


def tell(watcher: socket.socket, limit: int) -> None:
    """Say, before any student code runs, that the processes which this one sees may have `limit` bytes in memory."""
    processes = os.open("/proc", os.O_RDONLY | os.O_DIRECTORY)
    try:
        socket.send_fds(watcher, [BYTES.pack(limit)], [processes])
    finally:
        os.close(processes)


def told(jail: socket.socket) -> tuple[int, int] | None:
    """The limit, and an open folder that shows the processes; None if the jail ended without a word."""
    with contextlib.suppress(OSError):
        said, processes, _, _ = socket.recv_fds(jail, BYTES.size, 1)
        if processes and len(said) == BYTES.size:
            return BYTES.unpack(said)[0], processes[0]
    return None


def is_used_up(limit: int, processes: int) -> bool:
    """Whether the processes that the open folder shows have more than `limit` bytes in memory."""
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
