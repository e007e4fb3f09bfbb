"""What a freshly forked jail does to itself, in the order in which it must, before a student's first byte."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import struct
from pathlib import Path
from typing import NoReturn

from proctor.jail import landlock, seccomp
from proctor.jail.layers import FILTER, LANDLOCK, LAYERS, PROCESSES, VIEW
from proctor.jail.view import (
    DEVICES,
    NEW_IPC,
    NEW_MOUNTS,
    NEW_PIDS,
    NEW_USER,
    NO_DEVICES,
    NO_PROGRAMS,
    NO_SETUID,
    PARENT_DEATH_SIGNAL,
    READ_ONLY,
    SETTINGS,
    SYSTEM,
    checked,
    mount,
    say_who,
)

DUMPABLE, DROP_FROM_BOUNDING_SET, NO_NEW_PRIVILEGES = 4, 24, 38
CLONE = {"x86_64": 56, "aarch64": 220}
CAPABILITY_VERSION = 0x20080522
HOME = "/home/student"
SCRATCH = "mode=700,size=1g,nr_inodes=64k"
SHARED_MEMORY = "mode=700,size=16m,nr_inodes=1k"
"""Where locks between threads live, those of Keras's image loading among them."""
LOOKS_EACH_SECOND = 10
BYTES = struct.Struct("<Q")

# What of /proc is nobody else's business but the jail's, where it has none of its own.
PROC = ("self", "cpuinfo", "filesystems", "loadavg", "meminfo", "stat", "sys/kernel", "sys/vm", "uptime", "version")


def possible(scratch: str) -> frozenset[str]:
    """The layers that jails of this process can have, each tried in a process that ends; see `isolate`."""
    # In a view of our own the root folder is not the system's.
    view = {VIEW} if os.stat("/").st_dev != os.stat("/usr").st_dev else set()
    tried = [PROCESSES, LANDLOCK, FILTER] if view else [LANDLOCK, FILTER]
    return frozenset(view | {name for name in tried if _works(name, scratch)})


def _works(layer: str, scratch: str) -> bool:
    who = os.getuid(), os.getgid()
    try:
        pid = fork(frozenset({layer}))
    except OSError:
        return False
    if pid == 0:
        code = 1
        with contextlib.suppress(OSError):
            _enter(layer, scratch, [], frozenset(LAYERS), who)
            code = 0
        os._exit(code)
    return os.waitpid(pid, 0)[1] == 0


def fork(layers: frozenset[str]) -> int:
    """fork(2), into namespaces of its own if `layers` has processes; raises OSError.

    One call does what fork and unshare(2) take three processes for, and each is a copy of a large one.
    """
    if PROCESSES not in layers:
        return os.fork()
    # The interpreter's lock is kept meanwhile, as `os.fork` does.
    python = ctypes.PyDLL(None, use_errno=True)
    flags = NEW_USER | NEW_MOUNTS | NEW_PIDS | NEW_IPC | signal.SIGCHLD
    python.PyOS_BeforeFork()
    pid: int = python.syscall(CLONE[os.uname().machine], ctypes.c_ulong(flags), None, None, None, None)
    if pid == 0:
        python.PyOS_AfterFork_Child()
        return 0
    number = ctypes.get_errno()
    python.PyOS_AfterFork_Parent()
    if pid < 0:
        raise OSError(number, f"clone: {os.strerror(number)}")
    return pid


def isolate(layers: frozenset[str], scratch: str, shown: list[str], who: tuple[int, int]) -> tuple[str, int]:
    """Put this process, a `fork` with the same layers, behind them; returns in the one to run the student's code.

    Args:
        scratch: an empty folder, for a jail that gets none of its own.
        shown: folders that may be read beside the system.
        who: the user and the group that this process was forked as.

    Returns the one folder that may be written, and a descriptor on which to say, as `BYTES`, how much memory all its
    processes may have together. Raises OSError if a layer cannot be had: such a jail must not run.
    """
    watcher = os.open(os.devnull, os.O_WRONLY)
    if PROCESSES in layers:
        os.close(watcher)
        watcher = _furnish_namespaces(os.path.dirname(scratch), who)
        scratch = HOME
    drop_privileges()
    for layer in (LANDLOCK, FILTER):
        if layer in layers:
            _enter(layer, scratch, shown, layers, who)
    return scratch, watcher


def _enter(layer: str, scratch: str, shown: list[str], layers: frozenset[str], who: tuple[int, int]) -> None:
    if layer == PROCESSES:
        os.close(_furnish_namespaces(os.path.dirname(scratch), who))
    elif layer == LANDLOCK:
        drop_privileges()
        landlock.restrict([*_readable(layers), *shown], [scratch, "/dev/shm", *(f"/dev/{name}" for name in DEVICES)])
    else:
        drop_privileges()
        seccomp.restrict(alone={VIEW, PROCESSES} <= layers)


def _readable(layers: frozenset[str]) -> list[str]:
    system = [path for path in SYSTEM if path != "/proc"] + [f"/etc/{name}" for name in SETTINGS] + ["/dev/shm"]
    return [*system, "/proc"] if PROCESSES in layers else [*system, *(f"/proc/{name}" for name in PROC)]


def _furnish_namespaces(others: str, who: tuple[int, int]) -> int:
    """Processes and a scratch folder of its own; returns in a child of this process, the first of its namespace.

    When either ends, both do, with whatever they have started. `HOME` is bounded in size and is gone with the jail; the
    folder `others` is covered.
    """
    say_who(*who)
    mount("proc", "/proc", "proc", READ_ONLY | NO_SETUID | NO_DEVICES | NO_PROGRAMS)
    mount("tmpfs", others, "tmpfs", READ_ONLY, "size=4k")
    mount("tmpfs", os.path.dirname(HOME), "tmpfs", NO_SETUID | NO_DEVICES, SCRATCH)
    os.mkdir(HOME, 0o700)
    mount("tmpfs", "/dev/shm", "tmpfs", NO_SETUID | NO_DEVICES | NO_PROGRAMS, SHARED_MEMORY)
    told, watcher = os.pipe()
    inner = os.fork()
    if inner:
        os.close(watcher)
        _watch(inner, told)
    os.close(told)
    _die_with_parent()
    return watcher


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(PARENT_DEATH_SIGNAL, signal.SIGKILL)


def _watch(child: int, told: int) -> NoReturn:
    """As the first process of the namespace: end, and everything with it, with `child` or when memory is used up."""
    # Nothing in the jail may look into this process or change it.
    ctypes.CDLL(None).prctl(DUMPABLE, 0, 0, 0, 0)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    said = os.read(told, BYTES.size)
    limit = BYTES.unpack(said)[0] if len(said) == BYTES.size else 0
    while not _has_ended(child) and (_resident() <= limit or _proportional() <= limit):
        signal.sigtimedwait({signal.SIGCHLD}, 1 / LOOKS_EACH_SECOND)
    os._exit(0)


def _has_ended(child: int) -> bool:
    """Whether `child` is gone; what it left behind is this process's to wait for."""
    while (ended := os.waitpid(-1, os.WNOHANG)[0]) != 0:
        if ended == child:
            return True
    return False


def _resident() -> int:
    """Bytes that the processes here have in memory, what they share counted each time: quick, and never too little."""
    page = os.sysconf("SC_PAGE_SIZE")
    return sum(int(text.split()[1]) * page for text in _of_processes("statm"))


def _proportional() -> int:
    """Bytes that the processes here have in memory, what they share counted once."""
    lines = (line for text in _of_processes("smaps_rollup") for line in text.splitlines())
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def _of_processes(file: str) -> list[str]:
    texts = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            texts.append((process / file).read_text())
    return texts


def drop_privileges() -> None:
    """Give up, for good, what a user namespace or root's own start gave to this process."""
    libc = ctypes.CDLL(None, use_errno=True)
    for capability in range(64):
        libc.prctl(DROP_FROM_BOUNDING_SET, capability, 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION, 0)
    checked(libc.capset(header, (ctypes.c_uint32 * 6)()), "capset")
    checked(libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0), "no_new_privs")
