"""Which layers of isolation jails have on this machine, and how to get those that are missing."""

from __future__ import annotations

import platform
import sys
from pathlib import Path

from proctor.jail import layers
from proctor.jail.server import ForkServer
from proctor.jail.used_time import BUSY_FACTOR, UNTOLD_FACTOR, tells_waiting
from proctor.jail.view import PIVOT_ROOT

CONTAINER = "grade in the container instead: see docs/security.md, 'In a container'"
INSIDE_CONTAINER = (
    "start this container with --security-opt seccomp=unconfined --security-opt apparmor=unconfined "
    "--security-opt systempaths=unconfined: the jail brings its own"
)
# Kernel settings below /proc/sys that keep user namespaces from ordinary users: the value that
# forbids them, and one that allows them.
SWITCHES = {
    "kernel/apparmor_restrict_unprivileged_userns": ("1", "0"),
    "kernel/unprivileged_userns_clone": ("0", "1"),
    "user/max_user_namespaces": ("0", "15000"),
}


def layers_here() -> frozenset[str]:
    """The layers that jails have on this machine, found by starting a fork server.

    Raises NotGraded if no fork server starts.
    """
    if not sys.platform.startswith("linux"):
        return frozenset()
    with ForkServer() as server:
        return server.layers


def remedy(layer: str) -> str:
    """A sentence on how to get `layer`, which this machine's jails do not have."""
    if not sys.platform.startswith("linux"):
        return f"{platform.system()} has nothing of the kind; {CONTAINER}"
    if layer == layers.LANDLOCK:
        release = tuple(map(int, platform.release().split(".")[:2]))
        if release < (5, 13):
            return f"needs Linux 5.13 or newer, this is {platform.release()}"
        return "start Linux with landlock among its modules: lsm=landlock,… on the kernel's command line"
    if platform.machine() not in PIVOT_ROOT:
        return f"there is none for {platform.machine()} processors; {CONTAINER}"
    if layer == layers.FILTER:
        return f"this Linux is built without system-call filters; {CONTAINER}"
    for switch, (forbidding, allowing) in SWITCHES.items():
        file = Path("/proc/sys", switch)
        if file.is_file() and file.read_text().strip() == forbidding:
            return f"sudo sysctl -w {switch.replace('/', '.')}={allowing}"
    if any(Path(mark).exists() for mark in ("/.dockerenv", "/run/.containerenv")):
        return INSIDE_CONTAINER
    return f"this system keeps namespaces from you: ask who runs it, or {CONTAINER}"


def describe_time_limits() -> str:
    """What a second of a time limit is on this machine."""
    if tells_waiting():
        return f"time spent waiting for a processor does not count, up to {BUSY_FACTOR} times a limit"
    return (
        "this kernel does not tell how long a process waits for a processor (/proc/self/schedstat), "
        f"so every time limit is {UNTOLD_FACTOR} times as long"
    )
