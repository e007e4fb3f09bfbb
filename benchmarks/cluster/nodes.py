"""Machines of a cluster, as network namespaces of this one, each with a cable to that of the scheduler."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PORT = 8786


@dataclass
class Used:
    """What a process and all those it has waited for took: seconds of processor time, bytes of the largest."""

    seconds: float = 0.0
    peak: int = 0


@dataclass
class Cluster:
    """A scheduler, and room for other nodes.

    Args:
        namespaces: whether nodes are network namespaces; without, they share this machine's loopback.
        hidden: a folder of which other nodes than the coordinator's see nothing.
    """

    namespaces: bool
    hidden: Path
    logs: Path
    nodes: list[str] = field(default_factory=list)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def node(self, name: str) -> tuple[list[str], str]:
        """A new node; returns how to start a command on it, and the address of the scheduler as seen from there."""
        if not self.namespaces:
            return [], f"tcp://127.0.0.1:{PORT}"
        node, number = f"proctor-{name}", len(self.nodes)
        _ip("netns", "add", node)
        self.nodes.append(node)
        _ip("-n", node, "link", "set", "lo", "up")
        if number:
            hub, cable = self.nodes[0], f"cable{number}"
            _ip("-n", hub, "link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", node)
            for where, link, last in ((hub, cable, 1), (node, "eth0", 2)):
                _ip("-n", where, "addr", "add", f"10.99.{number}.{last}/24", "dev", link)
                _ip("-n", where, "link", "set", link, "up")
        return ["ip", "netns", "exec", node], f"tcp://10.99.{number}.1:{PORT}"

    def start(self, name: str, *command: str) -> subprocess.Popen[bytes]:
        """`python -m COMMAND` on the new node `name`, {} in it standing for the scheduler's address."""
        prefix, address = self.node(name)
        if prefix:
            hide = f'mount -t tmpfs none "{self.hidden}" && exec "$@"'
            prefix = [*prefix, "sh", "-c", hide, "sh"]
        arguments = [argument.format(address) for argument in command]
        with (self.logs / f"{name}.log").open("wb") as log:
            process = subprocess.Popen([*prefix, sys.executable, "-m", *arguments], stdout=log, stderr=log, cwd="/")
        self.processes.append(process)
        return process

    def worker(self, name: str, folder: Path) -> subprocess.Popen[bytes]:
        """A node with one worker process and its nanny."""
        options = ("--nthreads", "1", "--memory-limit", "0", "--no-dashboard", "--local-directory", str(folder / name))
        return self.start(name, "distributed.cli.dask_worker", "{}", *options)


@contextmanager
def cluster(hidden: Path, logs: Path) -> Iterator[tuple[Cluster, subprocess.Popen[bytes]]]:
    """A cluster without workers, and its scheduler's process; its nodes are gone after the block."""
    namespaces = os.geteuid() == 0 and shutil.which("ip") is not None
    made = Cluster(namespaces, hidden, logs)
    scheduler = made.start("scheduler", "distributed.cli.dask_scheduler", "--port", str(PORT), "--no-dashboard")
    try:
        yield made, scheduler
    finally:
        for process in made.processes:
            if process.returncode is None:
                ended(process)
        for node in made.nodes:
            _ip("netns", "del", node)


def ended(process: subprocess.Popen[bytes]) -> Used:
    """End a process; see `used`."""
    process.send_signal(signal.SIGTERM)
    return used(process)


def used(process: subprocess.Popen[Any]) -> Used:
    """Wait for the end of a process; what it and those it waited for took."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return Used(usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


def kill_worker(nanny: subprocess.Popen[bytes]) -> bool:
    """Kill the worker process below a nanny, if there is one just now."""
    threads = Path(f"/proc/{nanny.pid}/task").iterdir()
    children = [pid for thread in threads for pid in (thread / "children").read_text().split()]
    for pid in children:
        with suppress(OSError):
            if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes():
                os.kill(int(pid), signal.SIGKILL)
                return True
    return False


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True)
