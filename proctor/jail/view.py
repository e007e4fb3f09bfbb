"""What the jail sees of this machine: the system, the interpreter, the exercise's data, its own scratch; nothing else.

Run as a program by `jail.server.ForkServer` before the fork server itself: `python view.py PLAN`, where PLAN is JSON
with "root" (an empty folder), "show" and "write" (folders), "user" (a uid to become, or null) and "command". Only the
standard library is used here, since the interpreter of the system may run it.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
from typing import Any

NEW_MOUNTS, NEW_USER, NEW_NETWORK, NEW_IPC = 0x00020000, 0x10000000, 0x40000000, 0x08000000
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
    except OSError as error:
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
    uid, gid = os.getuid(), os.getgid()
    libc = ctypes.CDLL(None, use_errno=True)
    flags = NEW_MOUNTS | NEW_NETWORK | NEW_IPC | (0 if uid == 0 else NEW_USER)
    _checked(libc.unshare(flags), "unshare")
    if uid != 0:
        for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
            with open(f"/proc/self/{name}", "w") as file:
                file.write(text)


def build(root: str, show: list[str], write: list[str]) -> None:
    """Make `root` a file system of the system's folders and `show`, read-only, and `write`; then make it the root."""
    _mount("none", "/", None, RECURSIVE | PRIVATE)
    _mount("tmpfs", root, "tmpfs", NO_SETUID | NO_DEVICES, "mode=755,size=1m")
    settings = [f"/etc/{name}" for name in SETTINGS]
    devices = [f"/dev/{name}" for name in DEVICES]
    for path in [*SYSTEM, *settings, *devices, *write]:
        _put(root, path, writable=path in write or path in devices)
    # Outer folders first, so that none covers what lies in it.
    for path in sorted(show, key=len):
        _put(root, path, writable=False)
    for name, target in (("fd", "fd"), ("stdin", "fd/0"), ("stdout", "fd/1"), ("stderr", "fd/2")):
        os.symlink(f"/proc/self/{target}", f"{root}/dev/{name}")
    _mount("none", root, None, REMOUNT | BIND | READ_ONLY | NO_SETUID | NO_DEVICES)
    os.chroot(root)
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
