"""The machines of a cluster, simulated by network namespaces.

Each is connected to the scheduler's by a pair of virtual network devices, see veth(4).
"""

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
    """What a process, with the children that it waited for, used; see getrusage(2).

    Args:
        seconds: processor time.
        peak: bytes, the largest resident set of any one of them.
    """

    seconds: float = 0.0
    peak: int = 0


@dataclass
class Cluster:
    """A scheduler, and the nodes that were added to it.

    Args:
        namespaces: whether nodes are network namespaces; if not, all share this machine's loopback.
        hidden: a folder that only the coordinator's node sees.
        logs: a folder for the output of each node's process.
        nodes: the names of the network namespaces; the scheduler's is the first.
        processes: those started on the nodes.
    """

    namespaces: bool
    hidden: Path
    logs: Path
    nodes: list[str] = field(default_factory=list)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def node(self, name: str) -> tuple[list[str], str]:
        """Make a node; return a prefix for its commands, and the scheduler's address there."""
        if not self.namespaces:
            return [], f"tcp://127.0.0.1:{PORT}"
        node, number = f"proctor-{name}", len(self.nodes)
        if Path("/run/netns", node).exists():  # of a run that was killed
            _ip("netns", "del", node)
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
        """Run `python -m COMMAND` on a new node `name`; `{}` stands for the scheduler's address."""
        prefix, address = self.node(name)
        if prefix:
            hide = f'mount -t tmpfs none "{self.hidden}" && exec "$@"'
            prefix = [*prefix, "sh", "-c", hide, "sh"]
        arguments = [argument.format(address) for argument in command]
        with (self.logs / f"{name}.log").open("wb") as log:
            process = subprocess.Popen([*prefix, sys.executable, "-m", *arguments], stdout=log, stderr=log, cwd="/")
        self.processes.append(process)
        return process

    def worker(self, name: str, folder: Path, *options: str) -> subprocess.Popen[bytes]:
        """Make a node with one dask worker; return its nanny, the process that restarts it."""
        usual = ("--nthreads", "1", "--memory-limit", "0", "--no-dashboard", "--local-directory", str(folder / name))
        return self.start(name, "distributed.cli.dask_worker", "{}", *usual, *options)


@contextmanager
def cluster(hidden: Path, logs: Path) -> Iterator[tuple[Cluster, subprocess.Popen[bytes]]]:
    """Yield a cluster without workers, and its scheduler's process; it all ends with the block."""
    namespaces = os.geteuid() == 0 and shutil.which("ip") is not None
    made = Cluster(namespaces, hidden, logs)
    scheduler = made.start("scheduler", "distributed.cli.dask_scheduler", "--port", str(PORT), "--no-dashboard")
    try:
        yield made, scheduler
    finally:
        for process in made.processes:
            if process.returncode is None:
                end(process)
        for node in made.nodes:
            _ip("netns", "del", node)


def end(process: subprocess.Popen[bytes]) -> Used:
    """Send SIGTERM to a process, wait for its end, and return what it used."""
    process.send_signal(signal.SIGTERM)
    return wait_for(process)


def wait_for(process: subprocess.Popen[Any]) -> Used:
    """Wait for the end of a process, and return what it used."""
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
