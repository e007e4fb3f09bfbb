"""The wire format: data only, in bounded frames; no pickle in either direction.

A frame is a 4-byte little-endian length and that many bytes of MessagePack. Beyond MessagePack's own types it knows
tuples, integers of any size, complex numbers, sets, numeric NumPy arrays and scalars, and handles.

What arrives may have been made by an enemy, so it is read here and not by a library: every bound is checked before
anything is made of the bytes behind it.
"""

from __future__ import annotations

import math
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgpack
import numpy as np

from proctor.errors import WireError

NUMBERS = 50_000_000
"""Most numbers in the arrays of one message: as many as a model may have weights, and more than all of MNIST."""

FRAME_BYTES = NUMBERS * 8 + 2**20
"""Most bytes of one message: that many numbers as float64."""

ITEMS = 2_000_000
"""Most items of one message, at all depths; `TEXT_BYTES` of text count as one more."""

TEXT_BYTES = 32
DEPTH = 32
DIMENSIONS = 7
INTEGER_BYTES = 1700
"""Python writes out no integer of more than 4300 digits, and a grader's message must be able to."""

SAME_HASH = 32
"""Most keys with one hash: points of a grid share one through -1 and -2; a thousand take a dict's time."""

_TUPLE, _INTEGER, _COMPLEX, _ARRAY, _HANDLE, _SET, _FROZEN, _SCALAR = range(8)
_CONTAINERS = {_TUPLE: tuple, _SET: set, _FROZEN: frozenset}
_DTYPES = frozenset(["|b1", "|i1", "<i2", "<i4", "<i8", "|u1", "<u2", "<u4", "<u8", "<f2", "<f4", "<f8", "<c8", "<c16"])

_CONSTANTS = {0xC0: None, 0xC2: False, 0xC3: True}
_PLAIN_NUMBERS = {tag: struct.Struct(">" + letter) for tag, letter in enumerate("dBHIQbhiq", start=0xCB)}
_SIZES = {1: struct.Struct(">B"), 2: struct.Struct(">H"), 4: struct.Struct(">I")}
_SIZED = {
    **{0xC4: ("bytes", 1), 0xC5: ("bytes", 2), 0xC6: ("bytes", 4), 0xC7: ("extension", 1), 0xC8: ("extension", 2)},
    **{0xC9: ("extension", 4), 0xD9: ("text", 1), 0xDA: ("text", 2), 0xDB: ("text", 4)},
    **{0xDC: ("list", 2), 0xDD: ("list", 4), 0xDE: ("dict", 2), 0xDF: ("dict", 4)},
}


@dataclass(frozen=True, slots=True)
class Reference:
    """An object that stays in the student's process, as it is named on the wire.

    Args:
        number: which one.
        kind: its type's name, for messages.
        text: its short repr, for messages.
        is_model: whether it is a Keras model.
    """

    number: int
    kind: str
    text: str = ""
    is_model: bool = False


def encode(value: Any) -> bytes:
    """`value` as bytes.

    Raises WireError if it is not data: any other type, a subclass of one that is, or too deep, long or large.
    """
    packed: bytes = msgpack.packb(_to_wire(value, 0, _Room()), use_bin_type=True)
    if len(packed) > FRAME_BYTES:
        raise WireError(f"{len(packed) / 2**20:.0f} MiB is more than the {FRAME_BYTES // 2**20} MiB that fit a message")
    return packed


class _Room:
    """How much more one message may hold."""

    def __init__(self) -> None:
        self.items = ITEMS
        self.numbers = NUMBERS

    def take(self, items: int, numbers: int = 0) -> None:
        """Use room for items, and for the numbers of an array; raises WireError if it is not there."""
        self.items -= items
        self.numbers -= numbers
        if self.items < 0:
            raise WireError(
                f"a message has room for {ITEMS:,} items (of text, {TEXT_BYTES} bytes are one), beside arrays"
            )
        if self.numbers < 0:
            raise WireError(f"the arrays of a message have room for {NUMBERS:,} numbers")


def _to_wire(value: Any, depth: int, room: _Room) -> Any:
    kind = type(value)
    room.take(1)
    if depth > DEPTH:
        raise WireError(f"a value nested more than {DEPTH} deep is not sent")
    if value is None or kind in (bool, float, bytes):
        return value
    if kind is str:
        text = value.encode("utf-8", "backslashreplace")
        room.take(len(text) // TEXT_BYTES)
        return text.decode("utf-8")
    if kind is int:
        return value if -(2**63) <= value < 2**64 else msgpack.ExtType(_INTEGER, _integer_bytes(value))
    if kind is complex:
        return msgpack.ExtType(_COMPLEX, struct.pack("<dd", value.real, value.imag))
    if kind is np.ndarray or isinstance(value, np.generic):
        return _array_to_wire(np.asarray(value), _ARRAY if kind is np.ndarray else _SCALAR, room)
    if kind is Reference:
        parts = msgpack.packb([value.number, value.kind, value.text, value.is_model])
        room.take(6 + len(parts) // TEXT_BYTES)
        return msgpack.ExtType(_HANDLE, parts)
    return _container_to_wire(value, kind, depth + 1, room)


def _container_to_wire(value: Any, kind: type, depth: int, room: _Room) -> Any:
    if kind is list:
        return [_to_wire(item, depth, room) for item in value]
    for code, container in _CONTAINERS.items():
        if kind is container:
            room.take(1)
            # The list in the extension is one level of its own.
            items = [_to_wire(item, depth + 1, room) for item in value]
            return msgpack.ExtType(code, msgpack.packb(items, use_bin_type=True))
    if kind is dict:
        return {_to_wire(key, depth, room): _to_wire(item, depth, room) for key, item in value.items()}
    raise WireError(f"a value of type {kind.__name__} is not data")


def _array_to_wire(array: np.ndarray, code: int, room: _Room) -> msgpack.ExtType:
    little = array.dtype.newbyteorder("<")
    if little.str not in _DTYPES:
        raise WireError(f"an array of dtype {array.dtype} is not data")
    if array.ndim > DIMENSIONS:
        raise WireError(f"an array of {array.ndim} axes is not sent; {DIMENSIONS} are the most")
    room.take(4 + array.ndim, _numbers(array.shape))
    plain = np.ascontiguousarray(array, dtype=little).reshape(array.shape)
    return msgpack.ExtType(code, b"".join([msgpack.packb([plain.dtype.str, list(plain.shape)]), plain.data]))


def _numbers(shape: Iterable[int]) -> int:
    """What an array of this shape counts; beside a 0 the other sizes count, as a sum over that axis has them."""
    return math.prod(max(size, 1) for size in shape)


def _integer_bytes(value: int) -> bytes:
    size = value.bit_length() // 8 + 1
    if size > INTEGER_BYTES:
        raise WireError(f"an integer of {value.bit_length()} bits is not sent")
    return value.to_bytes(size, "little", signed=True)


def decode(data: bytes | bytearray) -> Any:
    """The value that `data` stands for.

    Raises WireError if the bytes are not exactly one value in the agreed form, within the bounds above.
    """
    message = _Message(data)
    try:
        value = message.value(0)
    except WireError:
        raise
    except Exception as error:  # whatever hostile bytes provoke is one thing to us: not a message
        raise WireError(f"the message is not in the agreed form ({type(error).__name__})") from error
    if message.left:
        raise WireError("the message goes on behind its end")
    return value


class _Message:
    """A message that is being read: its bytes, where the reading is, and how much more it may hold."""

    def __init__(self, data: bytes | bytearray):
        self._data = memoryview(data)
        self._at = 0
        self._end = len(data)
        self._room = _Room()

    @property
    def left(self) -> int:
        """How many bytes have not been read."""
        return self._end - self._at

    def value(self, depth: int) -> Any:
        """The next value."""
        if depth > DEPTH + 3:  # the header of an array has levels of its own
            raise WireError("the message is nested too deep")
        self._room.take(1)
        tag = self._byte()
        if tag < 0x80:
            return tag
        if tag >= 0xE0:
            return tag - 256
        if tag in _CONSTANTS:
            return _CONSTANTS[tag]
        if tag in _PLAIN_NUMBERS:
            form = _PLAIN_NUMBERS[tag]
            return form.unpack(self._take(form.size))[0]
        return self._sized(*self._kind(tag), depth)

    def _kind(self, tag: int) -> tuple[str, int]:
        """What the value behind `tag` is, and its size in bytes or items."""
        if tag in _SIZED:
            kind, width = _SIZED[tag]
            return kind, _SIZES[width].unpack(self._take(width))[0]
        if 0xD4 <= tag <= 0xD8:
            return "extension", 1 << (tag - 0xD4)
        if tag >= 0xC0:
            raise WireError(f"the message holds an unknown kind of value ({tag:#x})")
        return ("dict", tag & 0x0F) if tag < 0x90 else ("list", tag & 0x0F) if tag < 0xA0 else ("text", tag & 0x1F)

    def _sized(self, kind: str, size: int, depth: int) -> Any:
        if kind == "list":
            return [self.value(depth + 1) for _ in range(size)]
        if kind == "dict":
            pairs = [(self.value(depth + 1), self.value(depth + 1)) for _ in range(size)]
            _require_hashes(key for key, _ in pairs)
            return dict(pairs)
        if kind == "extension":
            return self._extension(self._byte(), size, depth)
        if kind == "text":
            self._room.take(size // TEXT_BYTES)
            return str(self._take(size), "utf-8")
        return bytes(self._take(size))

    def _extension(self, code: int, size: int, depth: int) -> Any:
        if code == _INTEGER and size <= INTEGER_BYTES:
            return int.from_bytes(self._take(size), "little", signed=True)
        if code == _COMPLEX:
            return complex(*struct.unpack("<dd", self._take(size)))
        if size > self.left:
            raise WireError("the message ends too early")
        outer, self._end = self._end, self._at + size
        value = self._nested(code, depth)
        if self.left:
            raise WireError("a value goes on behind its end")
        self._end = outer
        return value

    def _nested(self, code: int, depth: int) -> Any:
        """The value in an extension that holds others, which end where it does."""
        if code in (_ARRAY, _SCALAR):
            array = self._array(depth)
            return array[()] if code == _SCALAR else array
        inner = self.value(depth + 1)
        if code in _CONTAINERS and type(inner) is list:
            if code != _TUPLE:
                _require_hashes(inner)
            return _CONTAINERS[code](inner)
        if code == _HANDLE and type(inner) is list and [type(part) for part in inner] == [int, str, str, bool]:
            number, kind, text, is_model = inner
            return Reference(number, kind[:200], text[:500], is_model)
        raise WireError(f"the message holds an unknown kind of value ({code})")

    def _array(self, depth: int) -> np.ndarray:
        header = self.value(depth + 1)
        if type(header) is not list or len(header) != 2 or type(header[0]) is not str or header[0] not in _DTYPES:
            raise WireError("an array is not of numbers")
        dtype, shape = np.dtype(header[0]), header[1]
        if type(shape) is not list or len(shape) > DIMENSIONS or not all(type(n) is int and n >= 0 for n in shape):
            raise WireError("an array has no shape that an array can have")
        if math.prod(shape) * dtype.itemsize != self.left:
            raise WireError("an array's shape does not fit its bytes")
        self._room.take(0, _numbers(shape))
        return np.frombuffer(self._take(self.left), dtype=dtype).reshape(shape).copy()

    def _byte(self) -> int:
        self._at += 1
        if self._at > self._end:
            raise WireError("the message ends too early")
        return self._data[self._at - 1]

    def _take(self, size: int) -> memoryview:
        start, self._at = self._at, self._at + size
        if self._at > self._end:
            raise WireError("the message ends too early")
        return self._data[start : self._at]


def _require_hashes(keys: Iterable[Any]) -> None:
    """Refuse keys that were made to collide: so many with one hash that a dict of them takes its square in time."""
    hashes = Counter(map(hash, keys))
    if hashes and max(hashes.values()) > SAME_HASH:
        raise WireError("the message holds keys that are made to be slow")


class Channel:
    """One end of a socket that carries values in frames.

    `received` is the size in bytes of the frame that was received last.
    """

    def __init__(self, connection: socket.socket):
        self.connection = connection
        self.received = 0
        # Threads of a notebook may print at the same time, and half a frame in another is no frame.
        self._sending = threading.Lock()

    def send(self, value: Any, timeout: float | None = None) -> None:
        """Send `value`.

        Raises WireError if it is not data, TimeoutError or ConnectionError if the other end is not there.
        """
        self.send_encoded(encode(value), timeout)

    def send_encoded(self, data: bytes, timeout: float | None = None) -> None:
        """Send what `encode` made; raises as `send` does, WireError aside."""
        with self._sending:
            self.connection.settimeout(timeout)
            self.connection.sendall(struct.pack("<I", len(data)))
            self.connection.sendall(data)

    def receive(self, timeout: float | None = None) -> Any:
        """The next value; `timeout` seconds bound the whole frame.

        Raises TimeoutError, ConnectionError at the end of the stream, WireError for what is not a frame of ours.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        (length,) = struct.unpack("<I", self._exactly(4, deadline))
        self.received = length
        if length > FRAME_BYTES:
            raise WireError(f"a message of {length / 2**20:.0f} MiB is too large")
        return decode(self._exactly(length, deadline))

    def _exactly(self, size: int, deadline: float | None) -> bytearray:
        # It grows with what is there, not with what was announced.
        found = bytearray()
        piece = memoryview(bytearray(min(size, 2**20)))
        while len(found) < size:
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                raise TimeoutError
            self.connection.settimeout(left)
            count = self.connection.recv_into(piece, min(size - len(found), len(piece)))
            if not count:
                raise ConnectionError("the other end closed the channel")
            found += piece[:count]
        return found

    def waiting(self) -> bool:
        """Whether there is something to receive."""
        self.connection.settimeout(0)
        try:
            return bool(self.connection.recv(1, socket.MSG_PEEK))
        except BlockingIOError:
            return False

    def close(self) -> None:
        """Close this end."""
        self.connection.close()
