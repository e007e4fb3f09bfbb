"""The wire format between examiner and jail: MessagePack data, and never pickle.

Extension types add tuples, integers of any size, complex numbers, sets, numeric NumPy arrays and
scalars, and references.

The bytes that arrive may come from hostile code. So they are decoded here and not by a library:
each bound is checked before memory is allocated for what it bounds.
"""

from __future__ import annotations

import math
import struct
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import msgpack
import numpy as np

from proctor.errors import WireError

NUMBERS = 50_000_000
"""Most numbers in the arrays of one message.

A model may have as many weights; the training images of MNIST have fewer pixels.
"""

FRAME_BYTES = NUMBERS * 8 + 2**20
"""Most bytes of one message: `NUMBERS` as float64, and some more."""

ITEMS = 2_000_000
"""Most items of one message, at all depths; each `TEXT_BYTES` of text count as one more."""

TEXT_BYTES = 32
DEPTH = 32
DIMENSIONS = 7
INTEGER_BYTES = 1700
"""Python refuses to print integers of more than 4300 digits; a grader's message must be able to."""

SAME_HASH = 32
"""Most keys of a dict or set with the same hash.

hash(-1) == hash(-2), so honest grid points collide a little; thousands of colliding keys make a
dict quadratic.
"""

_TUPLE, _INTEGER, _COMPLEX, _ARRAY, _REFERENCE, _SET, _FROZEN, _SCALAR = range(8)
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
    """Stands on the wire for an object that stays in the student's process.

    Args:
        number: position of the object in the Answerer's list.
        kind: the name of its type, for messages.
        text: its shortened repr, for messages.
        is_model: whether it is a Keras model.
    """

    number: int
    kind: str
    text: str = ""
    is_model: bool = False


def encode(value: Any) -> bytes:
    """`value` as the bytes of one frame, without the length.

    Raises WireError if it is not data (any other type, or a subclass of one that is) or exceeds a
    bound.
    """
    packed: bytes = msgpack.packb(_to_wire(value, 0, _Allowance()), use_bin_type=True)
    if len(packed) > FRAME_BYTES:
        raise WireError(f"{len(packed) / 2**20:.0f} MiB is more than the {FRAME_BYTES // 2**20} MiB that fit a message")
    return packed


class _Allowance:
    """How many more items and numbers one message may hold."""

    def __init__(self) -> None:
        self.items = ITEMS
        self.numbers = NUMBERS

    def take(self, items: int, numbers: int = 0) -> None:
        """Subtract items, and the numbers of an array; raises WireError if fewer are left."""
        self.items -= items
        self.numbers -= numbers
        if self.items < 0:
            raise WireError(f"it has more than {ITEMS:,} items beside arrays, too many to look at")
        if self.numbers < 0:
            raise WireError(f"its arrays have more than {NUMBERS:,} numbers together, too many to look at")


def _to_wire(value: Any, depth: int, allowance: _Allowance) -> Any:
    kind = type(value)
    allowance.take(1)
    if depth > DEPTH:
        raise WireError(f"a value nested more than {DEPTH} deep is not sent")
    if value is None or kind in (bool, float, bytes):
        return value
    if kind is str:
        text = value.encode("utf-8", "backslashreplace")
        allowance.take(len(text) // TEXT_BYTES)
        return text.decode("utf-8")
    if kind is int:
        return value if -(2**63) <= value < 2**64 else msgpack.ExtType(_INTEGER, _integer_to_bytes(value))
    if kind is complex:
        return msgpack.ExtType(_COMPLEX, struct.pack("<dd", value.real, value.imag))
    if kind is np.ndarray or isinstance(value, np.generic):
        return _array_to_wire(np.asarray(value), _ARRAY if kind is np.ndarray else _SCALAR, allowance)
    if kind is Reference:
        parts = msgpack.packb([value.number, value.kind, value.text, value.is_model])
        allowance.take(6 + len(parts) // TEXT_BYTES)
        return msgpack.ExtType(_REFERENCE, parts)
    return _container_to_wire(value, kind, depth + 1, allowance)


def _container_to_wire(value: Any, kind: type, depth: int, allowance: _Allowance) -> Any:
    if kind is list:
        return [_to_wire(item, depth, allowance) for item in value]
    for code, container in _CONTAINERS.items():
        if kind is container:
            allowance.take(1)
            # The list inside the extension is a level of nesting, too.
            items = [_to_wire(item, depth + 1, allowance) for item in value]
            if container is not tuple:  # equal sets are equal on the wire, in whichever order they were filled
                items.sort(key=lambda item: msgpack.packb(item, use_bin_type=True))
            return msgpack.ExtType(code, msgpack.packb(items, use_bin_type=True))
    if kind is dict:
        return {_to_wire(key, depth, allowance): _to_wire(item, depth, allowance) for key, item in value.items()}
    raise WireError(f"a value of type {kind.__name__} is not data")


def _array_to_wire(array: np.ndarray, code: int, allowance: _Allowance) -> msgpack.ExtType:
    little = array.dtype.newbyteorder("<")
    if little.str not in _DTYPES:
        raise WireError(f"an array of dtype {array.dtype} is not data")
    if array.ndim > DIMENSIONS:
        raise WireError(f"an array of {array.ndim} axes is not sent; {DIMENSIONS} are the most")
    allowance.take(4 + array.ndim, _count_numbers(array.shape))
    by_columns = array.flags.f_contiguous and not array.flags.c_contiguous
    plain = np.ascontiguousarray(array.T if by_columns else array, dtype=little)
    header = [plain.dtype.str, list(array.shape), *(["F"] if by_columns else [])]
    return msgpack.ExtType(code, b"".join([msgpack.packb(header), plain.reshape(-1).data]))


def _count_numbers(shape: Iterable[int]) -> int:
    """How many numbers an array of this shape counts for.

    An axis of length 0 counts as 1: the array is empty, but its sum over that axis is not.
    """
    return math.prod(max(size, 1) for size in shape)


def _integer_to_bytes(value: int) -> bytes:
    size = value.bit_length() // 8 + 1
    if size > INTEGER_BYTES:
        raise WireError(f"an integer of {value.bit_length()} bits is not sent")
    return value.to_bytes(size, "little", signed=True)


def decode(data: bytes | bytearray) -> Any:
    """The value that `encode` made `data` from.

    Raises WireError if the bytes are not exactly one value in the wire format and within its
    bounds.
    """
    message = _Reader(data)
    try:
        value = message.value(0)
    except WireError:
        raise
    except Exception as error:  # hostile bytes may provoke any exception
        raise WireError(f"the message is not in the wire format ({type(error).__name__})") from error
    if message.left:
        raise WireError("there are bytes after the end of the message")
    return value


class _Reader:
    """Decodes one message: its bytes, the position in them, and what is left of its bounds."""

    def __init__(self, data: bytes | bytearray):
        self._data = memoryview(data)
        self._at = 0
        self._end = len(data)
        self._allowance = _Allowance()

    @property
    def left(self) -> int:
        """How many bytes are left, up to the end of the current extension."""
        return self._end - self._at

    def value(self, depth: int) -> Any:
        """Read the next value."""
        if depth > DEPTH + 3:  # the header of an array has levels of its own
            raise WireError("the message is nested too deep")
        self._allowance.take(1)
        tag = self._read_byte()
        if tag < 0x80:
            return tag
        if tag >= 0xE0:
            return tag - 256
        if tag in _CONSTANTS:
            return _CONSTANTS[tag]
        if tag in _PLAIN_NUMBERS:
            form = _PLAIN_NUMBERS[tag]
            return form.unpack(self._take(form.size))[0]
        return self._read_sized(*self._read_kind(tag), depth)

    def _read_kind(self, tag: int) -> tuple[str, int]:
        """Read the kind of the value that `tag` begins, and its size in bytes or items."""
        if tag in _SIZED:
            kind, width = _SIZED[tag]
            return kind, _SIZES[width].unpack(self._take(width))[0]
        if 0xD4 <= tag <= 0xD8:
            return "extension", 1 << (tag - 0xD4)
        if tag >= 0xC0:
            raise WireError(f"the message holds an unknown kind of value ({tag:#x})")
        return ("dict", tag & 0x0F) if tag < 0x90 else ("list", tag & 0x0F) if tag < 0xA0 else ("text", tag & 0x1F)

    def _read_sized(self, kind: str, size: int, depth: int) -> Any:
        if kind == "list":
            return [self.value(depth + 1) for _ in range(size)]
        if kind == "dict":
            pairs = [(self.value(depth + 1), self.value(depth + 1)) for _ in range(size)]
            _require_few_collisions(key for key, _ in pairs)
            return dict(pairs)
        if kind == "extension":
            return self._read_extension(self._read_byte(), size, depth)
        if kind == "text":
            self._allowance.take(size // TEXT_BYTES)
            return str(self._take(size), "utf-8")
        return bytes(self._take(size))

    def _read_extension(self, code: int, size: int, depth: int) -> Any:
        if code == _INTEGER and size <= INTEGER_BYTES:
            return int.from_bytes(self._take(size), "little", signed=True)
        if code == _COMPLEX:
            return complex(*struct.unpack("<dd", self._take(size)))
        if size > self.left:
            raise WireError("the message ends too early")
        outer, self._end = self._end, self._at + size
        value = self._read_nested(code, depth)
        if self.left:
            raise WireError("there are bytes after the end of a value")
        self._end = outer
        return value

    def _read_nested(self, code: int, depth: int) -> Any:
        """Read the value in an extension that contains other values."""
        if code in (_ARRAY, _SCALAR):
            array = self._read_array(depth)
            return array[()] if code == _SCALAR else array
        inner = self.value(depth + 1)
        if code in _CONTAINERS and type(inner) is list:
            if code != _TUPLE:
                _require_few_collisions(inner)
            return _CONTAINERS[code](inner)
        if code == _REFERENCE and type(inner) is list and [type(part) for part in inner] == [int, str, str, bool]:
            number, kind, text, is_model = inner
            return Reference(number, kind[:200], text[:500], is_model)
        raise WireError(f"the message holds an unknown kind of value ({code})")

    def _read_array(self, depth: int) -> np.ndarray:
        header = self.value(depth + 1)
        order: Literal["C", "F"] = "F" if type(header) is list and header[2:] == ["F"] else "C"
        length = 3 if order == "F" else 2
        if type(header) is not list or len(header) != length or type(header[0]) is not str or header[0] not in _DTYPES:
            raise WireError("an array has no header, or a dtype that is not sent")
        dtype, shape = np.dtype(header[0]), header[1]
        if type(shape) is not list or len(shape) > DIMENSIONS or not all(type(n) is int and n >= 0 for n in shape):
            raise WireError(f"the shape of an array is not a list of at most {DIMENSIONS} sizes")
        if math.prod(shape) * dtype.itemsize != self.left:
            raise WireError("an array's shape does not fit its bytes")
        self._allowance.take(0, _count_numbers(shape))
        return np.frombuffer(self._take(self.left), dtype=dtype).reshape(shape, order=order).copy(order="K")

    def _read_byte(self) -> int:
        self._at += 1
        if self._at > self._end:
            raise WireError("the message ends too early")
        return self._data[self._at - 1]

    def _take(self, size: int) -> memoryview:
        start, self._at = self._at, self._at + size
        if self._at > self._end:
            raise WireError("the message ends too early")
        return self._data[start : self._at]


def _require_few_collisions(keys: Iterable[Any]) -> None:
    """Raise WireError if more than `SAME_HASH` keys share a hash.

    Python does not randomise the hashes of numbers, so an attacker can choose keys that collide; a
    dict of n such keys takes time quadratic in n.
    """
    hashes = Counter(map(hash, keys))
    if hashes and max(hashes.values()) > SAME_HASH:
        raise WireError(f"the message holds more than {SAME_HASH} keys with the same hash")
