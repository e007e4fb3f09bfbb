"""What a freshly forked jail does to itself, in the order in which it must, before a student's first byte."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import signal

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
    READ_ONLY,
    SETTINGS,
    SYSTEM,
    checked,
    mount,
    say_who,
)

DROP_FROM_BOUNDING_SET, NO_NEW_PRIVILEGES = 24, 38
CLONE = {"x86_64": 56, "aarch64": 220}
CAPABILITY_VERSION = 0x20080522
HOME = "/home/student"
SCRATCH = "mode=700,size=1g,nr_inodes=64k"
SHARED_MEMORY = "mode=700,size=16m,nr_inodes=1k"
"""Where locks between threads live, those of Keras's image loading among them."""

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
    """fork(2), as the first process of namespaces of its own if `layers` has processes; raises OSError.

    When that ends, the kernel ends whatever it has started. By unshare(2) it would take two copies of this process.
    """
    if PROCESSES not in layers:
        return os.fork()
    number = CLONE.get(os.uname().machine)
    if number is None:
        raise OSError(errno.ENOSYS, f"no way into namespaces is known on {os.uname().machine}")
    # The interpreter's lock is kept meanwhile, as `os.fork` does.
    python = ctypes.PyDLL(None, use_errno=True)
    flags = NEW_USER | NEW_MOUNTS | NEW_PIDS | NEW_IPC | signal.SIGCHLD
    python.PyOS_BeforeFork()
    pid: int = python.syscall(number, ctypes.c_ulong(flags), None, None, None, None)
    if pid == 0:
        python.PyOS_AfterFork_Child()
        return 0
    reason = ctypes.get_errno()
    python.PyOS_AfterFork_Parent()
    if pid < 0:
        raise OSError(reason, f"clone: {os.strerror(reason)}")
    return pid


def isolate(layers: frozenset[str], scratch: str, shown: list[str], who: tuple[int, int]) -> str:
    """Put this process, a `fork` with the same layers, behind them.

    Args:
        scratch: an empty folder, for a jail that gets none of its own.
        shown: folders that may be read beside the system.
        who: the user and the group that this process was forked as.

    Returns the one folder that may be written. Raises OSError if a layer cannot be had: such a jail must not run.
    """
    if PROCESSES in layers:
        _furnish_namespaces(os.path.dirname(scratch), who)
        scratch = HOME
    drop_privileges()
    for layer in (LANDLOCK, FILTER):
        if layer in layers:
            _enter(layer, scratch, shown, layers, who)
    return scratch


def _enter(layer: str, scratch: str, shown: list[str], layers: frozenset[str], who: tuple[int, int]) -> None:
    if layer == PROCESSES:
        _furnish_namespaces(os.path.dirname(scratch), who)
    elif layer == LANDLOCK:
        drop_privileges()
        landlock.restrict([*_readable(layers), *shown], [scratch, "/dev/shm", *(f"/dev/{name}" for name in DEVICES)])
    else:
        drop_privileges()
        seccomp.restrict(alone={VIEW, PROCESSES} <= layers)


def _readable(layers: frozenset[str]) -> list[str]:
    system = [path for path in SYSTEM if path != "/proc"] + [f"/etc/{name}" for name in SETTINGS] + ["/dev/shm"]
    return [*system, "/proc"] if PROCESSES in layers else [*system, *(f"/proc/{name}" for name in PROC)]


def _furnish_namespaces(others: str, who: tuple[int, int]) -> None:
    """Processes and a scratch folder of its own.

    `HOME` is bounded in size and is gone with the jail; the folder `others` is covered.
    """
    say_who(*who)
    mount("proc", "/proc", "proc", READ_ONLY | NO_SETUID | NO_DEVICES | NO_PROGRAMS)
    mount("tmpfs", others, "tmpfs", READ_ONLY, "size=4k")
    mount("tmpfs", os.path.dirname(HOME), "tmpfs", NO_SETUID | NO_DEVICES, SCRATCH)
    os.mkdir(HOME, 0o700)
    mount("tmpfs", "/dev/shm", "tmpfs", NO_SETUID | NO_DEVICES | NO_PROGRAMS, SHARED_MEMORY)


def drop_privileges() -> None:
    """Give up, for good, what a user namespace or root's own start gave to this process."""
    libc = ctypes.CDLL(None, use_errno=True)
    for capability in range(64):
        libc.prctl(DROP_FROM_BOUNDING_SET, capability, 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION, 0)
    checked(libc.capset(header, (ctypes.c_uint32 * 6)()), "capset")
    checked(libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0), "no_new_privs")
