"""A jail in a fresh process, for macOS and Windows, where forking TensorFlow is not safe.

`python -m proctor.jail.spawn PORT SCRATCH`; 32 secret bytes come on standard input.
"""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path


def main(port: int, scratch: Path) -> None:
    """Connect to the examiner on the loopback, send it the secret, and serve it.

    Args:
        port: TCP port on which the examiner listens.
        scratch: the empty folder to work in.
    """
    secret = sys.stdin.buffer.read(32)
    if hasattr(os, "setsid") and os.getsid(0) != os.getpid():
        os.setsid()
    from proctor.jail.child import serve_examiner
    from proctor.jail.preload import preload

    preload()
    connection = socket.create_connection(("127.0.0.1", port))
    connection.sendall(secret)
    serve_examiner(connection, scratch)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
