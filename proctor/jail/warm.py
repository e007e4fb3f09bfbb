"""A warm fork server: it outlives the run that started it, and saves the next run its imports.

A keeper process starts the fork server and lends it to every run of the course. It ends the server
when no run has used it for some minutes. Runs use it only if it runs the same code and libraries.
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

STATE_FILE = "server.json"
MINUTES = struct.Struct("<d")
"""Sent by a run that takes a lease: how many minutes to keep the server after its last use."""
START_SECONDS = 630  # longer than that of the server itself, which says why it did not start
MOST_MINUTES = 24 * 60.0


@dataclass(frozen=True)
class WarmServer:
    """A warm fork server, as `STATE_FILE` describes it.

    Args:
        address: where it forks jails.
        keeper: id of the keeper process.
        lease_address: a Unix socket of the keeper; an open connection is a lease on the server.
        readable: the folder that student code may read there beside the system.
        layer_bits: the layers of its jails (`layers.to_bits`).
        versions: of the code and the libraries that it runs.
        minutes: how long it is kept without a lease.
    """

    address: str
    keeper: int
    lease_address: str
    readable: str
    layer_bits: int
    versions: str
    minutes: float

    @property
    def layers(self) -> frozenset[str]:
        """The layers that isolate its jails."""
        return layers.from_bits(self.layer_bits)


@contextmanager
def lease_warm_server(state: Path, readable: Path, minutes: float) -> Iterator[WarmServer | None]:
    """The warm server of a course, leased while the block lasts; starts one if `minutes` is not 0.

    Args:
        state: the course's folder for generated files.
        readable: the folder that student code may read beside the system.
        minutes: how long to keep the server after its last lease; 0 to leave that as it is.

    Yields None if there is no server and `minutes` is 0.
    Raises NotGraded if a server does not start.
    """
    with ExitStack() as leases:
        server = _lease(leases, state, readable, minutes)
        if server is None and minutes:
            _start_keeper(state, readable, minutes)
            server = _lease(leases, state, readable, minutes)
        yield server


def find_warm_server(state: Path) -> WarmServer | None:
    """The warm server of a course, or None if none is running."""
    with suppress(OSError, ValueError, TypeError):
        server = WarmServer(**json.loads((state / STATE_FILE).read_text()))
        if is_running(server.address):
            return server
    return None


def _lease(leases: ExitStack, state: Path, readable: Path, minutes: float) -> WarmServer | None:
    """Connect to the keeper, if its server is usable, until `leases` closes.

    The keeper of a server with other versions is told to keep it for 0 minutes.
    """
    server = find_warm_server(state)
    # In a copy of a course, the file describes the server of the original.
    if server is None or server.readable != str(readable):
        return None
    lease = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    usable = server.versions == _versions()
    try:
        lease.connect(server.lease_address)
        lease.sendall(MINUTES.pack((minutes or server.minutes) if usable else 0))
    except OSError:
        usable = False
    if usable:
        leases.enter_context(lease)
        return server
    lease.close()
    return None


def _start_keeper(state: Path, readable: Path, minutes: float) -> None:
    """Start a keeper process, and wait until its server is ready."""
    command = [sys.executable, "-P", "-m", "proctor.jail.warm", str(state), str(readable), str(minutes)]
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
        has_output = select.select([output], [], [], START_SECONDS)[0]
        line = output.readline().decode("utf-8", "replace").strip() if has_output else "no answer"
    if line != "ready":
        keeper.kill()
        keeper.wait()
        raise NotGraded(f"no fork server could be kept ({line or 'no reason given'})")


def _versions() -> str:
    return json.dumps([engine(), every_version(), sys.prefix])


class _Keeper:
    """Accepts leases on a fork server, and decides when it ends."""

    def __init__(self, server: ForkServer, minutes: float, lease_address: Path):
        self._server = server
        self._minutes = minutes
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(lease_address))
        os.chmod(lease_address, 0o600)
        self._listener.listen(16)
        self._leases: list[socket.socket] = []

    def serve(self) -> None:
        """Return when there was no lease for as many minutes as the last run asked for."""
        free_since = time.monotonic()
        while True:
            left = None if self._leases else free_since + 60 * self._minutes - time.monotonic()
            if left is not None and left <= 0:
                return
            readable, _, _ = select.select([self._listener, *self._leases], [], [], left)
            for ready in readable:
                if ready is self._listener:
                    lease = self._listener.accept()[0]
                    lease.settimeout(1)
                    self._leases.append(lease)
                elif message := _read_minutes(ready):
                    self._minutes = min(MOST_MINUTES, *MINUTES.unpack(message))
                else:
                    self._leases.remove(ready)
                    ready.close()
                    if not self._leases:
                        # A run that was killed leaves its jails running.
                        self._server.end_jails()
                        free_since = time.monotonic()


def _read_minutes(lease: socket.socket) -> bytes:
    """A packed `MINUTES`; empty if the run has closed the lease or sent something else."""
    with suppress(OSError):
        message = lease.recv(MINUTES.size, socket.MSG_WAITALL)
        return message if len(message) == MINUTES.size else b""
    return b""


def main(state: Path, readable: Path, minutes: float) -> None:
    """Run the keeper; prints `ready`, or why the server did not start, on standard output."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    file = state / STATE_FILE
    try:
        with ForkServer(readable=(readable,)) as server:
            lease_address = Path(server.address).with_name("lease")
            keeper = _Keeper(server, minutes, lease_address)
            bits = layers.to_bits(server.layers)
            warm = WarmServer(
                server.address, os.getpid(), str(lease_address), str(readable), bits, _versions(), minutes
            )
            new = file.with_suffix(".new")
            new.write_text(json.dumps(asdict(warm)))
            new.replace(file)
            print("ready", flush=True)
            try:
                keeper.serve()
            finally:
                # A newer keeper may have replaced the file.
                current = find_warm_server(state)
                if current is not None and current.keeper == os.getpid():
                    file.unlink(missing_ok=True)
    except (NotGraded, OSError) as error:
        print(error, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]))
