"""Values in frames over a socket, each within a time that the receiver measures itself.

A frame is a 4-byte little-endian length and that many bytes in the format of `wire`.
"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from proctor.channel.wire import FRAME_BYTES, decode, encode
from proctor.errors import WireError

Left = Callable[[], float]
"""Returns the seconds to wait before it is asked again; 0 or less when the time is up."""


class Channel:
    """One end of a socket that carries values in frames.

    `received` is the size in bytes of the frame that was received last.
    """

    def __init__(self, connection: socket.socket):
        self.connection = connection
        self.received = 0
        # Threads of a notebook may print at the same time; their frames must not mix.
        self._sending = threading.Lock()

    def send(self, value: Any, left: Left | None = None) -> None:
        """Send `value`.

        Args:
            value: data.
            left: how long to wait for the other end; None waits for ever.

        Raises WireError if `value` is not data, TimeoutError, and ConnectionError if the other end
        has closed the channel.
        """
        self.send_encoded(encode(value), left)

    def send_encoded(self, data: bytes, left: Left | None = None) -> None:
        """Send bytes that `encode` made; raises TimeoutError or ConnectionError as `send` does."""
        with self._sending:
            for part in (struct.pack("<I", len(data)), data):
                rest = memoryview(part)
                while rest:
                    rest = rest[self._wait(partial(self.connection.send, rest), left) :]

    def receive(self, left: Left | None = None) -> Any:
        """Receive the next value.

        Args:
            left: how long to wait for the whole frame; None waits for ever.

        Raises TimeoutError, ConnectionError at the end of the stream, and WireError if the bytes
        are not a frame in the wire format.
        """
        (length,) = struct.unpack("<I", self._receive_exactly(4, left))
        self.received = length
        if length > FRAME_BYTES:
            raise WireError(f"a message of {length / 2**20:.0f} MiB is too large")
        return decode(self._receive_exactly(length, left))

    def _receive_exactly(self, size: int, left: Left | None) -> bytearray:
        # The buffer grows with what arrives: a forged length alone allocates nothing.
        found = bytearray()
        piece = memoryview(bytearray(min(size, 2**20)))
        while len(found) < size:
            missing = min(size - len(found), len(piece))
            count = self._wait(partial(self.connection.recv_into, piece, missing), left)
            if not count:
                raise ConnectionError("the other end closed the channel")
            found += piece[:count]
        return found

    def _wait(self, transfer: Callable[[], int], left: Left | None) -> int:
        """What `transfer` returns; raises TimeoutError if it has to wait for longer than `left`.

        What can be transferred without waiting is in time: it may be this process that was slow.
        """
        while True:
            seconds = None if left is None else max(left(), 0)
            self.connection.settimeout(seconds)
            try:
                return transfer()
            except (TimeoutError, BlockingIOError):
                if seconds == 0:
                    raise TimeoutError from None

    def waiting(self) -> bool:
        """Whether a byte can be received without waiting."""
        self.connection.settimeout(0)
        try:
            return bool(self.connection.recv(1, socket.MSG_PEEK))
        except BlockingIOError:
            return False

    def close(self) -> None:
        """Close this end."""
        self.connection.close()
