"""Run a command without some kernel features: `weaker.py namespaces,landlock COMMAND ...`."""

import ctypes
import errno
import os
import sys
from pathlib import Path

from proctor.jail import seccomp
from proctor.jail.view import CLONE_NEWNS, MS_BIND, MS_PRIVATE, MS_REC, mount, unshare

NO_NEW_PRIVILEGES = 38
RULES = {
    "namespaces": [
        *seccomp.refuse(seccomp.REFUSED["unshare"]),
        *seccomp._refuse_argument(seccomp.CLONE, 0, seccomp.JUMP_IF_ANY, seccomp.NEW_NAMESPACES),
    ],
    "landlock": seccomp.refuse((444, 444), errno.ENOSYS),
    "filter": seccomp._refuse_argument(seccomp.PRCTL, 0, seccomp.JUMP_IF_EQUAL, seccomp.SET_FILTER),
}


def let_everyone_reach(folder: Path) -> None:
    """Let all users read `folder`, in this process's mounts, if a folder above
    it is closed to them."""
    closed = [above for above in reversed(folder.parents) if not above.stat().st_mode & 0o001]
    if not closed or os.getuid() != 0:
        return
    unshare(CLONE_NEWNS)
    mount("none", "/", None, MS_REC | MS_PRIVATE)
    kept = os.open(folder, os.O_PATH)
    mount("tmpfs", str(closed[0]), "tmpfs", 0, "mode=755")
    folder.mkdir(parents=True)
    mount(f"/proc/self/fd/{kept}", str(folder), None, MS_BIND)


if __name__ == "__main__":
    for needed in (Path(sys.base_prefix), Path.cwd()):
        let_everyone_reach(needed)
    os.chdir(os.getcwd())
    ctypes.CDLL(None).prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    seccomp.install([rule for name in sys.argv[1].split(",") for rule in RULES[name]])
    os.execv(sys.argv[2], sys.argv[2:])
