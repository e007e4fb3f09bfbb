"""Isolation: what a freshly forked jail does to itself before it runs student code."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import signal

from proctor.jail import landlock, seccomp
from proctor.jail.layers import FILTER, LANDLOCK, LAYERS, PROCESSES, VIEW
from proctor.jail.view import (
    CLONE_NEWIPC,
    CLONE_NEWNET,
    CLONE_NEWNS,
    CLONE_NEWPID,
    CLONE_NEWUSER,
    DEVICES,
    ETC_FILES,
    MS_NODEV,
    MS_NOEXEC,
    MS_NOSUID,
    MS_RDONLY,
    SYSTEM,
    check_result,
    map_own_ids,
    mount,
)

PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 24, 38
CLONE = {"x86_64": 56, "aarch64": 220}
CAPABILITY_VERSION = 0x20080522
HOME = "/home/student"
SCRATCH_OPTIONS = "mode=700,size=1g,nr_inodes=64k"
SHARED_MEMORY_OPTIONS = "mode=700,size=16m,nr_inodes=1k"
"""POSIX semaphores live in /dev/shm; Keras's image loading uses some."""

# What a jail without a PID namespace may read of the /proc that it shares with the machine: nothing
# of other processes, and no list of the machine's sockets, such as net, self/net, self/task/*/net.
PROC_FILES = (
    *(
        f"self/{name}"
        for name in (
            "auxv",
            "cgroup",
            "cmdline",
            "comm",
            "environ",
            "fd",
            "io",
            "limits",
            "maps",
            "mountinfo",
            "mounts",
            "oom_score",
            "smaps",
            "smaps_rollup",
            "stat",
            "statm",
            "status",
        )
    ),
    "cpuinfo",
    "filesystems",
    "loadavg",
    "meminfo",
    "stat",
    "sys/kernel",
    "sys/vm",
    "uptime",
    "version",
)


def find_layers(scratch: str) -> frozenset[str]:
    """The layers that jails forked from this process can have.

    Each is tried in a child process, which ends after that.

    Args:
        scratch: a folder for the trial; it need not exist.
    """
    # In a view, the root folder is a tmpfs and so on another device than /usr.
    view = {VIEW} if os.stat("/").st_dev != os.stat("/usr").st_dev else set()
    candidates = [PROCESSES, LANDLOCK, FILTER] if view else [LANDLOCK, FILTER]
    return frozenset(view | {name for name in candidates if _can_enter(name, scratch)})


def _can_enter(layer: str, scratch: str) -> bool:
    user_and_group = os.getuid(), os.getgid()
    try:
        pid = fork(frozenset({layer}))
    except OSError:
        return False
    if pid == 0:
        code = 1
        with contextlib.suppress(OSError):
            _enter(layer, scratch, [], frozenset(LAYERS), user_and_group)
            code = 0
        os._exit(code)
    return os.waitpid(pid, 0)[1] == 0


def fork(layers: frozenset[str]) -> int:
    """Fork this process; with the layer `PROCESSES`, the child is the first of a new PID namespace.

    When the first process of a PID namespace ends, the kernel kills all others in it
    (pid_namespaces(7)). clone(2) needs one copy of this process for that, unshare(2) would need
    two.

    Returns the child's process id, 0 in the child. Raises OSError.
    """
    if PROCESSES not in layers:
        return os.fork()
    number = CLONE.get(os.uname().machine)
    if number is None:
        raise OSError(errno.ENOSYS, f"the number of clone(2) on {os.uname().machine} is not known")
    # PyDLL keeps the global interpreter lock during the call, as `os.fork` does.
    python = ctypes.PyDLL(None, use_errno=True)
    _remember_priority(python)
    flags = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWNET | signal.SIGCHLD
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


def _remember_priority(library: ctypes.CDLL) -> None:
    """Have glibc read this thread's priority now, which it keeps for later calls and for forks.

    glibc does not learn of our clone(2): the fork's main thread would ask by the number that it had
    before, which its PID namespace does not have, and TensorFlow prints a line for each failure.
    """
    library.pthread_self.restype = ctypes.c_void_p
    policy, priority = ctypes.c_int(), ctypes.c_int()
    library.pthread_getschedparam(ctypes.c_void_p(library.pthread_self()), ctypes.byref(policy), ctypes.byref(priority))


def isolate(layers: frozenset[str], scratch: str, readable: list[str], user_and_group: tuple[int, int]) -> str:
    """Put this process behind `layers`; it must come from `fork` with the same layers.

    Args:
        layers: those that `find_layers` found; all of them are entered.
        scratch: an empty folder, for a jail that does not mount a scratch folder of its own.
        readable: folders that may be read beside the system.
        user_and_group: uid and gid of the process that was forked.

    Returns the one folder that may be written. Raises OSError if a layer cannot be entered: such a
    jail must not run.
    """
    if PROCESSES in layers:
        _mount_own_folders(os.path.dirname(scratch), user_and_group)
        scratch = HOME
    drop_privileges()
    for layer in (LANDLOCK, FILTER):
        if layer in layers:
            _enter(layer, scratch, readable, layers, user_and_group)
    return scratch


def _enter(
    layer: str, scratch: str, readable: list[str], layers: frozenset[str], user_and_group: tuple[int, int]
) -> None:
    if layer == PROCESSES:
        _mount_own_folders(os.path.dirname(scratch), user_and_group)
    elif layer == LANDLOCK:
        drop_privileges()
        devices = [f"/dev/{name}" for name in DEVICES]
        landlock.restrict([*_system_paths(layers), *readable], [scratch, "/dev/shm", *devices])
    else:
        drop_privileges()
        seccomp.restrict(alone={VIEW, PROCESSES} <= layers, has_view=VIEW in layers)


def _system_paths(layers: frozenset[str]) -> list[str]:
    """Paths of the system that a jail may read."""
    system = [path for path in SYSTEM if path != "/proc"] + [f"/etc/{name}" for name in ETC_FILES] + ["/dev/shm"]
    return [*system, "/proc"] if PROCESSES in layers else [*system, *(f"/proc/{name}" for name in PROC_FILES)]


def _mount_own_folders(others: str, user_and_group: tuple[int, int]) -> None:
    """Mount a /proc, a scratch folder and a /dev/shm of this jail's own.

    `HOME` is a tmpfs: bounded in size, and gone with the jail.

    Args:
        others: the folder with the scratch folders of jails; hidden below an empty tmpfs.
        user_and_group: uid and gid to map to themselves in this jail's user namespace.
    """
    map_own_ids(*user_and_group)
    mount("proc", "/proc", "proc", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC)
    mount("tmpfs", others, "tmpfs", MS_RDONLY, "size=4k")
    mount("tmpfs", os.path.dirname(HOME), "tmpfs", MS_NOSUID | MS_NODEV, SCRATCH_OPTIONS)
    os.mkdir(HOME, 0o700)
    mount("tmpfs", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, SHARED_MEMORY_OPTIONS)


def drop_privileges() -> None:
    """Drop all capabilities for good, and set no_new_privs; see capabilities(7).

    A process has capabilities if root started it or if it is in a user namespace of its own. Raises
    OSError.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    for capability in range(64):
        libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION, 0)
    check_result(libc.capset(header, (ctypes.c_uint32 * 6)()), "capset")
    check_result(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")
