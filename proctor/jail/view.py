"""What the jail sees of this machine: the interpreter and the data of the exercise, not the course and not the home.

Run as a program by `jail.server.ForkServer` before the fork server itself: `python view.py PLAN`, where PLAN is JSON with
"hide", "show" (folders), "user" (a uid to become, or null) and "command". Only the standard library is used here.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys

NEW_MOUNTS, NEW_USER, NEW_NETWORK, NEW_IPC = 0x00020000, 0x10000000, 0x40000000, 0x08000000
READ_ONLY, NO_SETUID, REMOUNT, BIND, RECURSIVE, PRIVATE = 1, 2, 32, 4096, 16384, 1 << 18


def main(plan: dict) -> None:
    """Make the view, become the jail's user, run the command."""
    try:
        enter_namespaces()
        hide_and_show(plan["hide"], plan["show"])
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


def hide_and_show(hide: list[str], show: list[str]) -> None:
    """Cover the folders `hide` with empty ones, then put back those of `show` inside them, read-only."""
    _mount("none", "/", None, RECURSIVE | PRIVATE)
    descriptors = {path: os.open(path, os.O_PATH | os.O_DIRECTORY) for path in show}
    for path in hide:
        _mount("tmpfs", path, "tmpfs", NO_SETUID, "mode=755,size=1m")
    for path, descriptor in descriptors.items():
        if not any(os.path.commonpath([path, hidden]) == hidden for hidden in hide):
            continue
        os.makedirs(path, exist_ok=True)
        _mount(f"/proc/self/fd/{descriptor}", path, None, BIND | RECURSIVE)
        _mount("none", path, None, BIND | REMOUNT | READ_ONLY | NO_SETUID)
    for descriptor in descriptors.values():
        os.close(descriptor)


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
