"""What the jail sees of this machine: the system, the interpreter, the exercise's data, its own scratch; nothing else.

The fork server gets a view that all jails share; `isolate` then gives each jail what is its own.
`jail.server.ForkServer` runs this file as a program before the fork server itself: `python view.py PLAN`, where PLAN is
JSON with "root" (an empty folder), "show" and "write" (folders), "user" (a uid to become, or null) and "command". It
uses the standard library alone, so that nothing else is imported before privileges are given up.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
from typing import Any

NEW_MOUNTS, NEW_USER, NEW_NETWORK, NEW_IPC, NEW_PIDS = 0x00020000, 0x10000000, 0x40000000, 0x08000000, 0x20000000
PARENT_DEATH_SIGNAL, DUMPABLE = 1, 4
PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
DETACH = 2
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
    made = os.getuid() == 0 and _tried(plan, NEW_MOUNTS | NEW_NETWORK | NEW_IPC)
    if plan["user"] is not None:
        os.setgroups([])
        os.setresgid(plan["user"], plan["user"], plan["user"])
        os.setresuid(plan["user"], plan["user"], plan["user"])
        # A process that has changed its user may not say who it is in a new user namespace until it is told so.
        ctypes.CDLL(None).prctl(DUMPABLE, 1, 0, 0, 0)
    if not made:
        _tried(plan, NEW_USER | NEW_MOUNTS | NEW_NETWORK | NEW_IPC)
    try:
        os.execv(plan["command"][0], plan["command"])
    except OSError as error:
        python = os.path.realpath(plan["command"][0])
        sys.exit(
            f"the user {os.getuid()}, as whom student code runs, cannot run {python}: {error.strerror}; "
            "install Python where every user can reach it"
        )


def _tried(plan: dict[str, Any], namespaces: int) -> bool:
    """Whether there is a view now; where the system allows none, the jails have other layers."""
    child = os.fork()
    if child == 0:
        os._exit(_made(plan, namespaces))
    return os.waitpid(child, 0)[1] == 0 and _made(plan, namespaces) == 0


def _made(plan: dict[str, Any], namespaces: int) -> int:
    try:
        unshare(namespaces)
        build(plan["root"], plan["show"], plan["write"])
    except (OSError, KeyError) as error:
        print(f"view: {error}", file=sys.stderr)
        return 1
    return 0


def unshare(flags: int) -> None:
    """Enter new namespaces, in a new user namespace as who one is; raises OSError where that is not allowed."""
    who = os.getuid(), os.getgid()
    libc = ctypes.CDLL(None, use_errno=True)
    checked(libc.unshare(flags), "unshare")
    if flags & NEW_USER:
        say_who(*who)


def say_who(user: int, group: int) -> None:
    """Be in a new user namespace who one was outside it; raises OSError."""
    for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)


def build(root: str, show: list[str], write: list[str]) -> None:
    """Make `root` a file system of the system's folders and `show`, read-only, and `write`; then make it the root."""
    mount("none", "/", None, RECURSIVE | PRIVATE)
    mount("tmpfs", root, "tmpfs", NO_SETUID | NO_DEVICES, "mode=755,size=1m")
    settings = [f"/etc/{name}" for name in SETTINGS]
    devices = [f"/dev/{name}" for name in DEVICES]
    # A jail writes into /proc once, to say who it is in its own user namespace, before it gets a /proc of its own.
    writable = {"/proc", *devices, *write}
    for path in [*SYSTEM, *settings, *devices, *write]:
        _put(root, path, writable=path in writable)
    # Outer folders first, so that none covers what lies in it.
    for path in sorted(show, key=len):
        _put(root, path, writable=False)
    for path in ("/dev/shm", "/home"):
        os.makedirs(root + path, exist_ok=True)
    for name, target in (("fd", "fd"), ("stdin", "fd/0"), ("stdout", "fd/1"), ("stderr", "fd/2")):
        os.symlink(f"/proc/self/{target}", f"{root}/dev/{name}")
    mount("none", root, None, REMOUNT | BIND | READ_ONLY | NO_SETUID | NO_DEVICES)
    os.chdir(root)
    libc = ctypes.CDLL(None, use_errno=True)
    # A change of root that the kernel lets jails make namespaces in, which it does not after chroot.
    checked(libc.syscall(PIVOT_ROOT[os.uname().machine], b".", b"."), "pivot_root")
    checked(libc.umount2(b".", DETACH), "umount")
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
    mount(path, inside, None, BIND | (RECURSIVE if path == "/proc" else 0))
    if not writable:
        # A user namespace may add to a mount's flags but not take any away.
        kept = os.statvfs(path).f_flag & (NO_SETUID | NO_DEVICES | NO_PROGRAMS)
        mount("none", inside, None, BIND | REMOUNT | READ_ONLY | NO_SETUID | kept)


def mount(source: str, target: str, kind: str | None, flags: int, options: str = "") -> None:
    """mount(2); raises OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    encoded = [text.encode() if text is not None else None for text in (source, target, kind, options)]
    checked(libc.mount(*encoded[:3], ctypes.c_ulong(flags), encoded[3]), f"mount {target}")


def checked(result: int, what: str) -> None:
    """Raise the OSError of a call to the C library that returned `result`, unless that is 0."""
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
