"""The channel carries data, exactly and boundedly, and nothing else."""

from __future__ import annotations

import contextlib
import socket
import struct

import hypothesis.extra.numpy as some
import hypothesis.strategies as st
import msgpack
import numpy as np
import pytest
from hypothesis import given

from proctor.channel.student import LocalLink, Student, fetch, raises, share, take
from proctor.channel.wire import Channel, Reference, decode, encode
from proctor.errors import CriterionFailed, StudentError, WireError

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary()
    | st.complex_numbers(allow_nan=False)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text() | st.integers(), inner),
    max_leaves=20,
)
ARRAYS = some.arrays(
    dtype=some.boolean_dtypes() | some.integer_dtypes() | some.floating_dtypes() | some.complex_number_dtypes(),
    shape=some.array_shapes(min_dims=0, min_side=0),
)


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


@given(st.binary(max_size=200))
def test_hostile_bytes_are_a_wire_error_or_data(data):
    """No bytes make the decoder do anything but return data or raise WireError."""
    with contextlib.suppress(WireError):
        encode(decode(data))


@pytest.mark.parametrize(
    "value",
    [object(), len, np.array([object()]), np.array(["text"]), type("Int", (int,), {})(3), iter([])],
)
def test_what_is_not_data_is_not_sent(value):
    """Objects, functions, text arrays and subclasses of numbers never pass."""
    with pytest.raises(WireError):
        encode(value)


@pytest.mark.parametrize(
    "data",
    [
        msgpack.packb(msgpack.ExtType(3, struct.pack("<H", 9) + b"\x92\xa3<f8\x91\xcd\x04\x00")),
        msgpack.packb(msgpack.ExtType(3, struct.pack("<H", 6) + msgpack.packb(["|O", [1]]) + b"12345678")),
        msgpack.packb(msgpack.ExtType(99, b"")),
        msgpack.packb(msgpack.Timestamp(1)) + b"x",
    ],
)
def test_forged_messages_are_refused(data):
    """A shape that does not fit its bytes, object arrays and unknown kinds are not taken."""
    with pytest.raises(WireError):
        decode(data)


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
            Channel(ours).receive(0.1)


def test_a_message_cut_short_is_the_end_of_the_channel():
    """Half a frame and then nothing is a closed connection, not a value."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(struct.pack("<I", 100) + b"x")
        theirs.shutdown(socket.SHUT_RDWR)
        with pytest.raises(ConnectionError):
            Channel(ours).receive(1)


def test_a_message_that_claims_to_be_huge_is_refused():
    """No memory is set aside on the word of the other end."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(struct.pack("<I", 2**32 - 1))
        with pytest.raises(WireError):
            Channel(ours).receive(1)


class Counter:
    """A student's object."""

    def __init__(self):
        self.n = 0

    def add(self, k=1):
        self.n += k
        return self


def student(**names):
    return Student(LocalLink(names))


def test_objects_stay_and_are_asked():
    """What is not data comes back as a handle whose attributes and methods can be asked."""
    counter = student(counter=Counter()).counter
    assert counter.add(k=2).add().n == 3
    assert counter.add() == counter


def test_nothing_passes_by_reference():
    """A student's function cannot change the grader's array, and the grader sees a change of a shared one."""

    def spoil(x):
        x[0] = 9
        return x

    someone = student(spoil=spoil)
    array = np.zeros(2)
    assert someone.spoil(array)[0] == 9
    assert array[0] == 0
    shared = share(someone, array)
    someone.spoil(shared)
    assert fetch(shared)[0] == 9


def test_an_endless_iterable_is_taken_in_part():
    """`take` stops by itself."""

    def forever():
        while True:
            yield 1

    assert take(student(f=forever).f(), 3) == [1, 1, 1]


def test_a_lying_number_arrives_as_the_number_it_is():
    """A subclass with its own comparisons is its plain value on this side."""

    class Liar(int):
        def __eq__(self, other):
            return True

        __hash__ = int.__hash__

    found = student(x=Liar(3)).x
    assert type(found) is int
    assert found != 4


def test_raises_demands_the_exception():
    """`raises` passes for the class or a subclass, and fails otherwise with what happened."""

    def fail():
        raise KeyError("k")

    someone = student(fail=fail, fine=lambda: 1)
    with raises("LookupError"):
        someone.fail()
    with pytest.raises(CriterionFailed, match="no error"), raises("ValueError"):
        someone.fine()
    with pytest.raises(CriterionFailed, match="KeyError"), raises("ValueError"):
        someone.fail()


def test_an_error_names_the_students_line():
    """The innermost line of the student's own is told, not ours."""
    namespace: dict = {}
    exec("def f():\n    return 1 / 0", namespace)
    with pytest.raises(StudentError) as caught:
        Student(LocalLink(namespace)).f()
    assert caught.value.where == "your f, line 2"


def test_a_reference_is_only_a_number_and_names():
    """Nothing else of an object crosses."""
    assert decode(encode(Reference(1, "dict", "{}", False))) == Reference(1, "dict", "{}", False)
