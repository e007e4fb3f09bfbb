"""The view: a root file system for jails, made with mount namespaces and pivot_root(2).

It holds the system, the interpreter, the exercises' data and a scratch folder, and nothing else of
this machine. The fork server gets one view that all jails share; `isolate` then gives each jail
namespaces of its own.

`jail.server.ForkServer` runs this file as a program before the fork server itself:
`python view.py PLAN`, where PLAN is JSON with "root" (an empty folder), "show" and "write"
(folders), "user" (a uid to become, or null) and "command". Only the standard library is used, so
that nothing else is imported before privileges are given up.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
from typing import Any

# Names and numbers from the kernel's headers: linux/sched.h, linux/prctl.h, sys/mount.h.
CLONE_NEWNS, CLONE_NEWIPC, CLONE_NEWUSER = 0x00020000, 0x08000000, 0x10000000
CLONE_NEWPID, CLONE_NEWNET = 0x20000000, 0x40000000
PR_SET_PDEATHSIG, PR_SET_DUMPABLE = 1, 4
PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
MNT_DETACH = 2
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 1 << 5, 1 << 12, 1 << 14, 1 << 18

SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/sys/devices/system", "/proc")
ETC_FILES = (
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
    """Make the view, become the jail's user, and exec(3) the command."""
    has_view = os.getuid() == 0 and _try_view(plan, CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC)
    if plan["user"] is not None:
        os.setgroups([])
        os.setresgid(plan["user"], plan["user"], plan["user"])
        os.setresuid(plan["user"], plan["user"], plan["user"])
        # Changing the user clears the "dumpable" flag: /proc/self then belongs to root, and this
        # process could not write its uid_map in a new user namespace.
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)
    if not has_view:
        _try_view(plan, CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC)
    try:
        os.execv(plan["command"][0], plan["command"])
    except OSError as error:
        python = os.path.realpath(plan["command"][0])
        sys.exit(
            f"the user {os.getuid()}, as whom student code runs, cannot run {python}: {error.strerror}; "
            "install Python where every user can reach it"
        )


def _try_view(plan: dict[str, Any], namespaces: int) -> bool:
    """Make the view if a child process succeeds at it first; returns whether it was made.

    A half-made view could not be undone, hence the child. Without a view, jails rely on their other
    layers.
    """
    child = os.fork()
    if child == 0:
        os._exit(0 if _make_view(plan, namespaces) else 1)
    return os.waitpid(child, 0)[1] == 0 and _make_view(plan, namespaces)


def _make_view(plan: dict[str, Any], namespaces: int) -> bool:
    try:
        unshare(namespaces)
        mount_root(plan["root"], plan["show"], plan["write"])
    except (OSError, KeyError) as error:
        print(f"view: {error}", file=sys.stderr)
        return False
    return True


def unshare(flags: int) -> None:
    """unshare(2): enter new namespaces; in a new user namespace, keep this process's uid and gid.

    Raises OSError where the system does not allow it.
    """
    user_and_group = os.getuid(), os.getgid()
    libc = ctypes.CDLL(None, use_errno=True)
    check_result(libc.unshare(flags), "unshare")
    if flags & CLONE_NEWUSER:
        map_own_ids(*user_and_group)


def map_own_ids(user: int, group: int) -> None:
    """Map `user` and `group` to themselves in this process's new user namespace.

    See user_namespaces(7). Raises OSError.
    """
    for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)


def mount_root(root: str, show: list[str], write: list[str]) -> None:
    """Bind-mount what jails may see below `root`, and make it the root of this mount namespace.

    Args:
        root: an empty folder.
        show: folders to mount read-only, beside the system's.
        write: folders to mount writable.

    Raises OSError, and KeyError on a machine for which `PIVOT_ROOT` has no number.
    """
    mount("none", "/", None, MS_REC | MS_PRIVATE)
    mount("tmpfs", root, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755,size=1m")
    etc_files = [f"/etc/{name}" for name in ETC_FILES]
    devices = [f"/dev/{name}" for name in DEVICES]
    # A jail writes its uid_map and gid_map into /proc before it mounts a /proc of its own.
    writable = {"/proc", *devices, *write}
    for path in [*SYSTEM, *etc_files, *devices, *write]:
        _bind_mount(root, path, writable=path in writable)
    # Shortest first: a folder is mounted before the folders in it, and so does not cover them.
    for path in sorted(show, key=len):
        _bind_mount(root, path, writable=False)
    for path in ("/dev/shm", "/home"):
        os.makedirs(root + path, exist_ok=True)
    for name, target in (("fd", "fd"), ("stdin", "fd/0"), ("stdout", "fd/1"), ("stderr", "fd/2")):
        os.symlink(f"/proc/self/{target}", f"{root}/dev/{name}")
    mount("none", root, None, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV)
    os.chdir(root)
    libc = ctypes.CDLL(None, use_errno=True)
    # Not chroot(2): a process in a chroot may not create user namespaces, which jails need.
    check_result(libc.syscall(PIVOT_ROOT[os.uname().machine], b".", b"."), "pivot_root")
    check_result(libc.umount2(b".", MNT_DETACH), "umount")
    os.chdir("/")


def _bind_mount(root: str, path: str, writable: bool) -> None:
    """Mount `path` below `root`; a symbolic link is copied, a missing path skipped."""
    inside = root + path
    if not os.path.lexists(path) or (os.path.lexists(inside) and os.path.samefile(path, inside)):
        return
    os.makedirs(os.path.dirname(inside), exist_ok=True)
    if os.path.islink(path):
        os.symlink(os.readlink(path), inside)
        return
    if os.path.isdir(path):
        os.makedirs(inside, exist_ok=True)
    else:
        os.close(os.open(inside, os.O_CREAT, 0o644))
    mount(path, inside, None, MS_BIND | (MS_REC if path == "/proc" else 0))
    if not writable:
        # In a user namespace a remount may add flags to a mount, but must repeat those it has.
        locked = os.statvfs(path).f_flag & (MS_NOSUID | MS_NODEV | MS_NOEXEC)
        mount("none", inside, None, MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID | locked)


def mount(source: str, target: str, kind: str | None, flags: int, options: str = "") -> None:
    """mount(2); raises OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    encoded = [text.encode() if text is not None else None for text in (source, target, kind, options)]
    check_result(libc.mount(*encoded[:3], ctypes.c_ulong(flags), encoded[3]), f"mount {target}")


def check_result(result: int, what: str) -> None:
    """Raise OSError from `errno`, with `what` in its message, unless the C function returned 0."""
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
