"""The wire format: data only, in bounded frames; no pickle in either direction.

A frame is a 4-byte little-endian length and that many bytes of MessagePack. Beyond MessagePack's own types it knows
tuples, integers of any size, complex numbers, sets, numeric NumPy arrays and handles.
"""

from __future__ import annotations

import math
import socket
import struct
import time
from dataclasses import dataclass
from typing import Any

import msgpack
import numpy as np

from proctor.errors import WireError

FRAME_BYTES = 512 * 2**20
DEPTH = 32
ITEMS = 2_000_000
INTEGER_BYTES = 4096

_TUPLE, _INTEGER, _COMPLEX, _ARRAY, _HANDLE, _SET = range(6)
_KINDS = "biufc"


@dataclass(frozen=True)
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
    packed: bytes = msgpack.packb(_to_wire(value, 0), use_bin_type=True)
    if len(packed) > FRAME_BYTES:
        raise WireError(f"{len(packed) / 2**20:.0f} MiB is more than the {FRAME_BYTES // 2**20} MiB that fit a message")
    return packed


def _to_wire(value: Any, depth: int) -> Any:
    kind = type(value)
    if depth > DEPTH:
        raise WireError(f"a value nested more than {DEPTH} deep is not sent")
    if value is None or kind in (bool, float, bytes):
        return value
    if kind is str:
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    if kind is int:
        return value if -(2**63) <= value < 2**64 else _extension(_INTEGER, _integer_bytes(value))
    if kind is complex:
        return _extension(_COMPLEX, struct.pack("<dd", value.real, value.imag))
    if kind is np.ndarray or isinstance(value, np.generic):
        return _array_to_wire(np.asarray(value))
    if kind is Reference:
        return _extension(_HANDLE, msgpack.packb([value.number, value.kind, value.text, value.is_model]))
    return _container_to_wire(value, kind, depth)


def _container_to_wire(value: Any, kind: type, depth: int) -> Any:
    if kind is list:
        return [_to_wire(item, depth + 1) for item in value]
    if kind in (tuple, set, frozenset):
        items = [_to_wire(item, depth + 1) for item in value]
        return _extension(_TUPLE if kind is tuple else _SET, msgpack.packb(items, use_bin_type=True))
    if kind is dict:
        return {_to_wire(key, depth + 1): _to_wire(item, depth + 1) for key, item in value.items()}
    raise WireError(f"a value of type {kind.__name__} is not data")


def _array_to_wire(array: np.ndarray) -> msgpack.ExtType:
    if array.dtype.kind not in _KINDS:
        raise WireError(f"an array of dtype {array.dtype} is not data")
    plain = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<")).reshape(array.shape)
    header = msgpack.packb([plain.dtype.str, list(plain.shape)])
    return _extension(_ARRAY, struct.pack("<H", len(header)) + header + plain.tobytes())


def _extension(code: int, data: bytes) -> msgpack.ExtType:
    return msgpack.ExtType(code, data)


def _integer_bytes(value: int) -> bytes:
    size = value.bit_length() // 8 + 1
    if size > INTEGER_BYTES:
        raise WireError(f"an integer of {value.bit_length()} bits is not sent")
    return value.to_bytes(size, "little", signed=True)


def decode(data: bytes) -> Any:
    """The value that `data` stands for.

    Raises WireError if the bytes are not exactly one value in the agreed form.
    """
    return _unpack(data, 0)


def _unpack(data: bytes, depth: int) -> Any:
    if depth > DEPTH:
        raise WireError("the message is nested too deep")

    def extension(code: int, body: bytes) -> Any:
        return _from_extension(code, body, depth + 1)

    try:
        return msgpack.unpackb(
            data, raw=False, strict_map_key=False, ext_hook=extension, max_array_len=ITEMS, max_map_len=ITEMS
        )
    except WireError:
        raise
    except Exception as error:  # whatever hostile bytes provoke is one thing to us: not a message
        raise WireError(f"the message is not in the agreed form ({type(error).__name__})") from error


def _from_extension(code: int, body: bytes, depth: int) -> Any:
    if code == _TUPLE:
        return tuple(_unpack(body, depth))
    if code == _SET:
        return frozenset(_unpack(body, depth))
    if code == _INTEGER and len(body) <= INTEGER_BYTES:
        return int.from_bytes(body, "little", signed=True)
    if code == _COMPLEX:
        return complex(*struct.unpack("<dd", body))
    if code == _ARRAY:
        return _array_from_wire(body)
    if code == _HANDLE:
        number, kind, text, is_model = _unpack(body, depth)
        if type(number) is int and type(kind) is str and type(text) is str and type(is_model) is bool:
            return Reference(number, kind[:200], text[:500], is_model)
    raise WireError(f"the message holds an unknown kind of value ({code})")


def _array_from_wire(body: bytes) -> np.ndarray:
    (length,) = struct.unpack_from("<H", body)
    name, shape = msgpack.unpackb(body[2 : 2 + length])
    dtype = np.dtype(name)
    if dtype.kind not in _KINDS or dtype.itemsize > 32 or not all(type(size) is int and size >= 0 for size in shape):
        raise WireError(f"an array of dtype {name!r} is not data")
    if len(shape) > DEPTH or math.prod(shape) * dtype.itemsize != len(body) - 2 - length:
        raise WireError("an array's shape does not fit its bytes")
    return np.frombuffer(body, dtype=dtype, offset=2 + length).reshape(shape).copy()


class Channel:
    """One end of a socket that carries values in frames."""

    def __init__(self, connection: socket.socket):
        self.connection = connection

    def send(self, value: Any, timeout: float | None = None) -> None:
        """Send `value`.

        Raises WireError if it is not data, TimeoutError or ConnectionError if the other end is not there.
        """
        data = encode(value)
        self.connection.settimeout(timeout)
        self.connection.sendall(struct.pack("<I", len(data)) + data)

    def receive(self, timeout: float | None = None) -> Any:
        """The next value; `timeout` seconds bound the whole frame.

        Raises TimeoutError, ConnectionError at the end of the stream, WireError for what is not a frame of ours.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        (length,) = struct.unpack("<I", self._exactly(4, deadline))
        if length > FRAME_BYTES:
            raise WireError(f"a message of {length / 2**20:.0f} MiB is too large")
        return decode(self._exactly(length, deadline))

    def _exactly(self, size: int, deadline: float | None) -> bytes:
        parts, missing = [], size
        while missing:
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                raise TimeoutError
            self.connection.settimeout(left)
            part = self.connection.recv(min(missing, 2**20))
            if not part:
                raise ConnectionError("the other end closed the channel")
            parts.append(part)
            missing -= len(part)
        return b"".join(parts)

    def close(self) -> None:
        """Close this end."""
        self.connection.close()
