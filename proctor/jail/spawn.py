"""A jail in a fresh process, for systems that cannot fork safely: `python -m proctor.jail.spawn PORT SCRATCH`."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path


def main(port: int, scratch: Path) -> None:
    """Connect back to the examiner and serve it."""
    secret = sys.stdin.buffer.read(32)
    if hasattr(os, "setsid") and os.getsid(0) != os.getpid():
        os.setsid()
    from proctor.jail.child import live
    from proctor.jail.preload import preload

    preload()
    connection = socket.create_connection(("127.0.0.1", port))
    connection.sendall(secret)
    live(connection, scratch)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
