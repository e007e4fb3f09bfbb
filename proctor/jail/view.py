"""What the jail sees of this machine: the system, the interpreter, the exercise's data, its own scratch; nothing else.

The fork server gets a view that all jails share; each jail then gets processes and a scratch folder of its own.
`jail.server.ForkServer` runs this file as a program before the fork server itself: `python view.py PLAN`, where PLAN is
JSON with "root" (an empty folder), "show" and "write" (folders), "user" (a uid to become, or null) and "command". It
uses the standard library alone, so that nothing else is imported before privileges are given up.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
from typing import Any

NEW_MOUNTS, NEW_USER, NEW_NETWORK, NEW_IPC, NEW_PIDS = 0x00020000, 0x10000000, 0x40000000, 0x08000000, 0x20000000
PARENT_DEATH_SIGNAL, DROP_FROM_BOUNDING_SET, NO_NEW_PRIVILEGES = 1, 24, 38
CAPABILITY_VERSION = 0x20080522
PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
DETACH = 2
SCRATCH = "mode=700,size=1g,nr_inodes=64k"
SHARED_MEMORY = "mode=700,size=16m,nr_inodes=1k"
"""Where locks between threads live, those of Keras's image loading among them."""
READ_ONLY, NO_SETUID, NO_DEVICES, NO_PROGRAMS, REMOUNT, BIND, RECURSIVE, PRIVATE = 1, 2, 4, 8, 32, 4096, 16384, 1 << 18

SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/sys/devices/system", "/proc")
SETTINGS = (
    "ld.so.cache",
    "passwd",
    "group",
    "nsswitch.conf",
    "hosts",
    "localtime",
    "fonts",
    "alternatives",
    "ssl/certs",
)
DEVICES = ("null", "zero", "full", "random", "urandom")


def main(plan: dict[str, Any]) -> None:
    """Make the view, become the jail's user, run the command."""
    try:
        enter_namespaces()
        build(plan["root"], plan["show"], plan["write"])
    except (OSError, KeyError) as error:
        # Without namespaces (an unprivileged container, say) the process boundary and the other user remain.
        print(f"view: {error}", file=sys.stderr)
    if plan["user"] is not None:
        os.setgroups([])
        os.setresgid(plan["user"], plan["user"], plan["user"])
        os.setresuid(plan["user"], plan["user"], plan["user"])
    try:
        os.execv(plan["command"][0], plan["command"])
    except OSError as error:
        sys.exit(f"the user {os.getuid()} cannot run {plan['command'][0]}: {error.strerror}")


def enter_namespaces() -> None:
    """Leave the machine's mounts and network; raises OSError where that is not allowed."""
    _unshare(NEW_MOUNTS | NEW_NETWORK | NEW_IPC | (0 if os.getuid() == 0 else NEW_USER))


def enter_own_namespaces(scratch: str) -> None:
    """Give a freshly forked jail processes and a scratch folder of its own; returns in the process that is to run.

    That process is a child of the first one of a new process namespace: when any of the three ends, all do, with
    whatever they have started. The folders beside `scratch` are covered by an empty one that is bounded in size and
    is gone with the jail.

    Raises OSError where that is not allowed; the jail can still run, in what it shares with the others.
    """
    _unshare(NEW_USER | NEW_MOUNTS | NEW_PIDS | NEW_IPC)
    _wait_in_parent()
    _mount("proc", "/proc", "proc", READ_ONLY | NO_SETUID | NO_DEVICES | NO_PROGRAMS)
    _mount("tmpfs", os.path.dirname(scratch), "tmpfs", NO_SETUID | NO_DEVICES, SCRATCH)
    os.mkdir(scratch, 0o700)
    _mount("tmpfs", "/dev/shm", "tmpfs", NO_SETUID | NO_DEVICES | NO_PROGRAMS, SHARED_MEMORY)
    _wait_in_parent()
    drop_capabilities()


def _wait_in_parent() -> None:
    """Fork; the parent ends with its child, the child goes on and ends with its parent."""
    pid = os.fork()
    if pid == 0:
        ctypes.CDLL(None).prctl(PARENT_DEATH_SIGNAL, signal.SIGKILL)
        return
    while os.wait()[0] != pid:
        pass  # as the first process of its namespace it inherits what others leave behind
    os._exit(0)


def drop_capabilities() -> None:
    """Give up, for good, what a user namespace gave to this process."""
    libc = ctypes.CDLL(None, use_errno=True)
    for capability in range(64):
        libc.prctl(DROP_FROM_BOUNDING_SET, capability, 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION, 0)
    _checked(libc.capset(header, (ctypes.c_uint32 * 6)()), "capset")
    _checked(libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0), "no_new_privs")


def _unshare(flags: int) -> None:
    uid, gid = os.getuid(), os.getgid()
    libc = ctypes.CDLL(None, use_errno=True)
    _checked(libc.unshare(flags), "unshare")
    if flags & NEW_USER:
        for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
            with open(f"/proc/self/{name}", "w") as file:
                file.write(text)


def build(root: str, show: list[str], write: list[str]) -> None:
    """Make `root` a file system of the system's folders and `show`, read-only, and `write`; then make it the root."""
    _mount("none", "/", None, RECURSIVE | PRIVATE)
    _mount("tmpfs", root, "tmpfs", NO_SETUID | NO_DEVICES, "mode=755,size=1m")
    settings = [f"/etc/{name}" for name in SETTINGS]
    devices = [f"/dev/{name}" for name in DEVICES]
    # A jail writes into /proc once, to say who it is in its own user namespace, before it gets a /proc of its own.
    writable = {"/proc", *devices, *write}
    for path in [*SYSTEM, *settings, *devices, *write]:
        _put(root, path, writable=path in writable)
    # Outer folders first, so that none covers what lies in it.
    for path in sorted(show, key=len):
        _put(root, path, writable=False)
    os.makedirs(f"{root}/dev/shm")
    for name, target in (("fd", "fd"), ("stdin", "fd/0"), ("stdout", "fd/1"), ("stderr", "fd/2")):
        os.symlink(f"/proc/self/{target}", f"{root}/dev/{name}")
    _mount("none", root, None, REMOUNT | BIND | READ_ONLY | NO_SETUID | NO_DEVICES)
    os.chdir(root)
    libc = ctypes.CDLL(None, use_errno=True)
    # A change of root that the kernel lets jails make namespaces in, which it does not after chroot.
    _checked(libc.syscall(PIVOT_ROOT[os.uname().machine], b".", b"."), "pivot_root")
    _checked(libc.umount2(b".", DETACH), "umount")
    os.chdir("/")


def _put(root: str, path: str, writable: bool) -> None:
    inside = root + path
    if not os.path.lexists(path) or os.path.lexists(inside) and os.path.samefile(path, inside):
        return
    os.makedirs(os.path.dirname(inside), exist_ok=True)
    if os.path.islink(path):
        os.symlink(os.readlink(path), inside)
        return
    if os.path.isdir(path):
        os.makedirs(inside, exist_ok=True)
    else:
        os.close(os.open(inside, os.O_CREAT, 0o644))
    _mount(path, inside, None, BIND | (RECURSIVE if path == "/proc" else 0))
    if not writable:
        # A user namespace may add to a mount's flags but not take any away.
        kept = os.statvfs(path).f_flag & (NO_SETUID | NO_DEVICES | NO_PROGRAMS)
        _mount("none", inside, None, BIND | REMOUNT | READ_ONLY | NO_SETUID | kept)


def _mount(source: str, target: str, kind: str | None, flags: int, options: str = "") -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    encoded = [text.encode() if text is not None else None for text in (source, target, kind, options)]
    _checked(libc.mount(*encoded[:3], ctypes.c_ulong(flags), encoded[3]), f"mount {target}")


def _checked(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
