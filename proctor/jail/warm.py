"""A fork server that outlives the run that started it, so that the next run does not wait for its imports.

A process of its own keeps it: it lends the server to every run in the course, and ends it when none has held it for a
while. Only one that runs the code and the libraries of now is lent.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from proctor.errors import NotGraded
from proctor.jail import layers
from proctor.jail.client import is_running
from proctor.jail.server import ForkServer
from proctor.versions import engine, every_version

FILE = "server.json"
MINUTES = struct.Struct("<d")
START_SECONDS = 150
MOST_MINUTES = 24 * 60.0


@dataclass(frozen=True)
class WarmServer:
    """A fork server that is kept.

    Args:
        address: where it makes jails.
        keeper: the process that keeps it.
        door: where it is borrowed: who is connected there holds it, and says for how many minutes it is kept after.
        shown: the folder that student code may read there.
        bits: the layers of its jails (`layers.as_bits`).
        made_by: the code and the libraries that it runs.
        minutes: how long it is kept when nobody holds it.
    """

    address: str
    keeper: int
    door: str
    shown: str
    bits: int
    made_by: str
    minutes: float

    @property
    def layers(self) -> frozenset[str]:
        """What its jails are behind."""
        return layers.from_bits(self.bits)


@contextmanager
def borrowed(state: Path, shown: Path, minutes: float) -> Iterator[WarmServer | None]:
    """The warm server of a course while the block lasts; None if there is none, and `minutes` is 0.

    Args:
        state: the course's folder for what is kept.
        shown: the folder that student code may read beside the system.
        minutes: how long to keep it after this, if nobody else holds it: 0 for as long as was said before.

    Raises NotGraded if one is to be started and does not start.
    """
    with ExitStack() as leases:
        found = _connected(leases, state, shown, minutes)
        if found is None and minutes:
            _start(state, shown, minutes)
            found = _connected(leases, state, shown, minutes)
        yield found


def kept(state: Path) -> WarmServer | None:
    """The warm server of a course, if there is one."""
    with suppress(OSError, ValueError, TypeError):
        found = WarmServer(**json.loads((state / FILE).read_text()))
        if is_running(found.address):
            return found
    return None


def _connected(leases: ExitStack, state: Path, shown: Path, minutes: float) -> WarmServer | None:
    found = kept(state)
    if found is None or found.shown != str(shown):  # that of the course which this one is a copy of
        return None
    lease = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    usable = found.made_by == _made_by()
    try:
        lease.connect(found.door)
        # One of another version is told to go.
        lease.sendall(MINUTES.pack((minutes or found.minutes) if usable else 0))
    except OSError:
        usable = False
    if usable:
        leases.enter_context(lease)
        return found
    lease.close()
    return None


def _start(state: Path, shown: Path, minutes: float) -> None:
    """Start a process that keeps a server, and wait until it does."""
    command = [sys.executable, "-P", "-m", "proctor.jail.warm", str(state), str(shown), str(minutes)]
    keeper = subprocess.Popen(
        command,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    assert keeper.stdout is not None
    with keeper.stdout as output:
        readable, _, _ = select.select([output], [], [], START_SECONDS)
        said = output.readline().decode("utf-8", "replace").strip() if readable else "no answer"
    if said != "ready":
        keeper.kill()
        keeper.wait()
        raise NotGraded(f"no fork server could be kept ({said or 'no reason given'})")


def _made_by() -> str:
    return json.dumps([engine(), every_version(), sys.prefix])


class _Keeper:
    """The process that keeps a server."""

    def __init__(self, server: ForkServer, minutes: float, door: Path):
        self._server = server
        self._minutes = minutes
        self._door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._door.bind(str(door))
        os.chmod(door, 0o600)
        self._door.listen(16)
        self._leases: list[socket.socket] = []

    def serve(self) -> None:
        """Lend the server until nobody has held it for as long as was said last."""
        free_since = time.monotonic()
        while True:
            left = None if self._leases else free_since + 60 * self._minutes - time.monotonic()
            if left is not None and left <= 0:
                return
            readable, _, _ = select.select([self._door, *self._leases], [], [], left)
            for ready in readable:
                if ready is self._door:
                    lease = self._door.accept()[0]
                    lease.settimeout(1)
                    self._leases.append(lease)
                elif said := _received(ready):
                    self._minutes = min(MOST_MINUTES, *MINUTES.unpack(said))
                else:
                    self._leases.remove(ready)
                    ready.close()
                    if not self._leases:
                        # One who was killed has left jails behind.
                        self._server.end_jails()
                        free_since = time.monotonic()


def _received(lease: socket.socket) -> bytes:
    with suppress(OSError):
        said = lease.recv(MINUTES.size, socket.MSG_WAITALL)
        return said if len(said) == MINUTES.size else b""
    return b""


def main(state: Path, shown: Path, minutes: float) -> None:
    """Keep a fork server; says `ready`, or why not, on standard output."""
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit())
    file = state / FILE
    try:
        with ForkServer(shown=(shown,)) as server:
            door = Path(server.address).with_name("door")
            keeper = _Keeper(server, minutes, door)
            bits = layers.as_bits(server.layers)
            warm = WarmServer(server.address, os.getpid(), str(door), str(shown), bits, _made_by(), minutes)
            new = file.with_suffix(".new")
            new.write_text(json.dumps(asdict(warm)))
            new.replace(file)
            print("ready", flush=True)
            try:
                keeper.serve()
            finally:
                now = kept(state)
                if now is not None and now.keeper == os.getpid():
                    file.unlink(missing_ok=True)
    except (NotGraded, OSError) as error:
        print(error, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]))
