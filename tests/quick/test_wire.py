"""What is sent is received, and what is no message is refused."""

from __future__ import annotations

import collections
import contextlib
import socket
import struct
import threading

import hypothesis.strategies as st
import msgpack
import numpy as np
import pytest
from hypothesis import given
from wire_values import ARRAYS, SCALARS, VALUES, fuzzed, replies

from proctor.channel.frames import Channel
from proctor.channel.reply import read_reply
from proctor.channel.student import LocalLink
from proctor.channel.wire import DEPTH, INTEGER_BYTES, ITEMS, NUMBERS, Reference, decode, encode
from proctor.errors import WireError


@given(VALUES)
def test_what_goes_in_comes_out(value):
    """Data of the built-in types arrives equal and of the same types."""
    text = repr(value)
    found = decode(encode(value))
    assert type(found) is type(value)
    if not any(0xD800 <= ord(letter) < 0xE000 for letter in text):
        assert repr(found) == text


@given(ARRAYS)
def test_arrays_keep_dtype_shape_and_every_bit(array):
    """An array arrives with its dtype (in little-endian order), shape and contents."""
    found = decode(encode(array))
    assert found.shape == array.shape
    assert found.dtype == array.dtype.newbyteorder("<")
    assert found.tobytes() == array.astype(found.dtype).tobytes()


@given(ARRAYS)
def test_arrays_keep_the_order_in_memory(array):
    """An array that lies in memory column by column does so where it arrives."""
    found = decode(encode(array.T))
    assert (found == array.T).all() or array.dtype.kind in "fc"
    assert (found.ravel(order="K") == array.ravel()).all() or array.dtype.kind in "fc"
    assert found.strides == array.T.copy(order="K").strides


def test_a_name_that_is_nearly_right_is_found():
    """A name of the notebook that differs in case, underscores or a letter is told."""
    link = LocalLink({"L2_loss": 1, "l1_loss": 2, "normalize_rows": 3, "soft_max": 4, "_scale": 5, "train": 6})
    wanted = ["l2_loss", "normalise_rows", "softmax", "scale", "test", "l3_loss", "L1_loss"]
    found = [link.ask({"op": "like", "name": name}) for name in wanted]
    assert found == ["L2_loss", "normalize_rows", "soft_max", "", "", "", "l1_loss"]
    with pytest.raises(WireError):
        read_reply({"ok": "no name"}, {"op": "like"})


# What MessagePack can say at all: also what no end of ours ever says.
FOREIGN = st.recursive(
    SCALARS.filter(lambda value: not isinstance(value, (complex, str)))
    .filter(lambda value: type(value) is not int or -(2**63) <= value < 2**64)
    .map(msgpack.packb)
    | st.builds(
        lambda code, data: msgpack.packb(msgpack.ExtType(code, data)), st.integers(0, 9), st.binary(max_size=9)
    ),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda parts: bytes([0x90 + len(parts)]) + b"".join(parts))
        | st.lists(inner, max_size=4).map(lambda parts: bytes([0x80 + len(parts) // 2]) + b"".join(parts))
        | st.builds(lambda code, data: msgpack.packb(msgpack.ExtType(code, data)), st.integers(0, 9), inner)
    ),
    max_leaves=12,
)


@given(st.binary(max_size=200) | FOREIGN)
def test_hostile_bytes_are_a_wire_error_or_data(data):
    """No bytes make the decoder do anything but raise WireError or return
    data within its bounds."""
    fuzzed.one(data)


@given(VALUES | ARRAYS, st.data())
def test_a_spoilt_message_is_a_wire_error_or_data(value, data):
    """Whatever byte of a good message is another, or missing, it is that or a WireError."""
    packed = bytearray(encode(value))
    at = data.draw(st.integers(0, len(packed) - 1))
    packed[at] = data.draw(st.integers(0, 255))
    fuzzed.one(packed)
    fuzzed.one(packed[:at])


@pytest.mark.parametrize(
    "value",
    [object(), len, np.array([object()]), np.array(["text"]), type("Int", (int,), {})(3), iter([])],
)
def test_what_is_not_data_is_not_sent(value):
    """Objects, functions, text arrays and subclasses of numbers never pass."""
    with pytest.raises(WireError):
        encode(value)


def array_of(name, shape, data=b""):
    """A message with an array that says of itself what it likes."""
    return msgpack.packb(msgpack.ExtType(3, msgpack.packb([name, shape]) + data))


LONG = struct.pack(">I", ITEMS + 1)


COLLIDING = [number * (2**61 - 1) for number in range(100)]


FORGED = {
    "a shape that does not fit": array_of("<f8", [1024]),
    "a shape with a product that wraps round": array_of("<f8", [2**32, 2**32]),
    "nothing, but of a size that a sum would have": array_of("<f8", [0, 2**40]),
    "a negative shape": array_of("<f8", [-1, -1], bytes(8)),
    "a boolean for a size": array_of("<f8", [True], bytes(8)),
    "a shape of lists": array_of("<f8", [[1]], bytes(8)),
    "eight axes": array_of("|u1", [1] * 8, b"0"),
    "objects": array_of("|O", [1], bytes(8)),
    "raw memory": array_of("|V8", [1], bytes(8)),
    "times": array_of("<M8[s]", [1], bytes(8)),
    "text": array_of("<U2", [1], bytes(8)),
    "the platform's long numbers": array_of("<f16", [1], bytes(16)),
    "an array in an array": array_of("(2,)<f4", [1], bytes(8)),
    "records": array_of("<f4,<f4", [1], bytes(8)),
    "another byte order": array_of(">f8", [1], bytes(8)),
    "a dtype that is no text": array_of(["<f8"], [1], bytes(8)),
    "an unknown kind": msgpack.packb(msgpack.ExtType(99, b"")),
    "a time of MessagePack's": msgpack.packb(msgpack.Timestamp(1)),
    "something behind the end": encode(1) + b"x",
    "something behind the end of a tuple": msgpack.packb(msgpack.ExtType(0, b"\x90x")),
    "a tuple of a dict": msgpack.packb(msgpack.ExtType(0, b"\x80")),
    "text that is none": b"\xa1\xff",
    "a single-precision number": struct.pack(">Bf", 0xCA, 1),
    "an integer that cannot be written out": msgpack.packb(msgpack.ExtType(1, bytes([1]) * (INTEGER_BYTES + 1))),
    "a reference with a text for a number": msgpack.packb(msgpack.ExtType(4, msgpack.packb(["1", "a", "b", False]))),
    "a reference with a number for a truth": msgpack.packb(msgpack.ExtType(4, msgpack.packb([1, "a", "b", 1]))),
    "a key that cannot be one": b"\x81\x90\xc0",
    "a set of lists": msgpack.packb(msgpack.ExtType(5, b"\x91\x90")),
    "keys of one hash": encode(dict.fromkeys(COLLIDING)),
    "a set of one hash": encode(set(COLLIDING)),
    "a list longer than all": b"\xdd" + LONG + bytes(ITEMS + 1),
    "a list that is not there": b"\xdd" + b"\xff" * 4,
    "many lists in one": b"\x92" + (b"\xdd" + struct.pack(">I", ITEMS // 2) + bytes(ITEMS // 2)) * 2,
    "much text": b"\xdb" + struct.pack(">I", 32 * ITEMS) + bytes(32 * ITEMS),
    "two arrays of more numbers than fit": b"\x92" + array_of("|u1", [0, NUMBERS // 2 + 1]) * 2,
}


@pytest.mark.parametrize("what", FORGED)
def test_forged_messages_are_refused(what):
    """What only an enemy would send is not taken, and nothing large is made of it."""
    with pytest.raises(WireError):
        decode(FORGED[what])


@pytest.mark.parametrize(
    "value",
    [
        [(i, "x" * 40) for i in range(2000)],
        [Reference(i, "a" * 100, "b" * 300) for i in range(500)],
        [np.zeros((1,) * 7) for _ in range(500)],
        [frozenset({i}) for i in range(1000)],
    ],
    ids=["tuples", "references", "arrays", "sets"],
)
def test_what_is_sent_is_received(value, monkeypatch):
    """Both ends count alike, so that an honest value too large is its sender's error and
    not a broken channel."""
    low, high = 0, ITEMS
    while high - low > 1:
        middle = (low + high) // 2
        monkeypatch.setattr("proctor.channel.wire.ITEMS", middle)
        try:
            decode(encode(value))
            high = middle
        except WireError as error:
            assert "_to_wire" in [entry.name for entry in pytest.ExceptionInfo.from_exception(error).traceback]
            low = middle


@pytest.mark.parametrize("inner", [0, np.zeros(1), np.float32(1), (1,), Reference(1, "a"), {1: 2}, {1}])
def test_depth_is_bounded_alike(inner):
    """What is sent at the greatest depth is received."""
    for depth in range(DEPTH - 4, DEPTH + 1):
        value = inner
        for _ in range(depth):
            value = [value]
        with contextlib.suppress(WireError):
            data = encode(value)
            assert repr(decode(data)) == repr(value)


def test_a_value_nested_too_deep_is_refused():
    """Depth is bounded in both directions."""
    value: list = []
    for _ in range(100):
        value = [value]
    with pytest.raises(WireError):
        encode(value)
    with pytest.raises(WireError):
        decode(b"\x91" * 100_000 + b"\xc0")


def test_a_message_that_never_ends_is_a_timeout():
    """The time for a whole frame is bounded, however it drips in."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(struct.pack("<I", 100) + b"x")
        with pytest.raises(TimeoutError):
            Channel(ours).receive(iter([0.1, 0.1, 0.0]).__next__)


def test_a_message_in_single_bytes_arrives():
    """However finely a frame is cut, it is put together, with no more memory than it is long."""
    ours, theirs = socket.socketpair()
    data = replies.frame({"ok": [1, 2.5, "three"]})
    with ours, theirs:
        sender = threading.Thread(target=lambda: [theirs.send(data[at : at + 1]) for at in range(len(data))])
        sender.start()
        assert Channel(ours).receive() == {"ok": [1, 2.5, "three"]}
        sender.join()


def test_threads_may_send_at_once():
    """Frames of two threads that print at the same time do not run into one another."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        sending, receiving = Channel(theirs), Channel(ours)

        def send(n: int) -> None:
            for _ in range(10):
                sending.send({"output": str(n) * 100_000})

        senders = [threading.Thread(target=send, args=(n,)) for n in range(3)]
        for sender in senders:
            sender.start()
        found = [receiving.receive()["output"] for _ in range(30)]
        for sender in senders:
            sender.join()
    assert collections.Counter(found) == {str(n) * 100_000: 10 for n in range(3)}


def test_a_message_cut_short_is_the_end_of_the_channel():
    """Half a frame and then nothing is a closed connection, not a value."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(struct.pack("<I", 100) + b"x")
        theirs.shutdown(socket.SHUT_RDWR)
        with pytest.raises(ConnectionError):
            Channel(ours).receive()


def test_a_message_that_claims_to_be_huge_is_refused():
    """No memory is set aside on the word of the other end."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(struct.pack("<I", 2**32 - 1))
        with pytest.raises(WireError):
            Channel(ours).receive()
