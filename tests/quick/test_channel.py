"""The channel carries data, exactly and boundedly, and nothing else."""

from __future__ import annotations

import collections
import contextlib
import enum
import importlib.util
import socket
import struct
import threading
from pathlib import Path

import hypothesis.extra.numpy as some
import hypothesis.strategies as st
import msgpack
import numpy as np
import pytest
from hypothesis import example, given, settings

from proctor.channel.frames import Channel
from proctor.channel.reply import read_reply
from proctor.channel.student import Handle, LocalLink, Student, fetch, raises, revive, share, take
from proctor.channel.wire import DEPTH, INTEGER_BYTES, ITEMS, NUMBERS, Reference, decode, encode
from proctor.errors import CourseError, CriterionFailed, StudentError, WireError
from proctor.jail.client import Jail
from proctor.jail.outputs import tidy

FUZZ = Path(__file__).parents[2] / "fuzz"


def harness(name):
    """The module `fuzz/name.py`, which is no part of the package."""
    spec = importlib.util.spec_from_file_location(f"fuzz_{name}", FUZZ / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


fuzzed = harness("decode")
replies = harness("replies")

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
    """A student's function cannot change the grader's array, and the grader sees a
    change of a shared one."""

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


def add_up(f, count):
    """The numbers f(0), f(1), ... added up."""
    import math

    return math.fsum(f(number) for number in range(count))


def test_a_graders_function_runs_in_the_students_process():
    """A shared function gets the student's objects themselves, and the student's functions
    can call it."""
    someone = student(square=lambda number: number**2, call=lambda f, g: f(g, 3))
    shared = share(someone, add_up)
    assert shared(someone.square, 4) == 14
    assert someone.call(shared, someone.square) == 5


def test_a_function_that_needs_the_graders_names_is_not_shared():
    """It could not find them in the student's process, so the author is told at once."""

    def first(words):
        return words[0] + SCALARS

    def second(words):
        return words[0] + lost

    lost = "word"
    for function, name in ((first, "SCALARS"), (second, "lost")):
        with pytest.raises(CourseError, match=f"uses {name}, .* import it inside"):
            share(student(), function)


def test_an_endless_iterable_is_taken_in_part():
    """`take` stops by itself."""

    def forever():
        while True:
            yield 1

    assert take(student(f=forever).f(), 3) == [1, 1, 1]


def test_an_iterable_that_goes_on_with_large_arrays_is_told():
    """What yields more than can be looked at is stopped, with a question to the student."""

    def forever():
        while True:
            yield np.zeros((10, 1000, 1000)), np.zeros(10)

    with pytest.raises(StudentError, match=r"yielded 5 items with more than 50,000,000 numbers .* does it ever stop"):
        take(student(f=forever).f(), 100)


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


def test_a_stub_raises_nothing_that_is_demanded():
    """An answer that is not written yet is told so, whichever exception is to be raised."""

    def stub():
        raise NotImplementedError

    for demanded in "ValueError", "RuntimeError":
        with pytest.raises(StudentError, match="NotImplementedError"), raises(demanded):
            student(stub=stub).stub()


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


class Mood(enum.StrEnum):
    """A student's enumeration."""

    HAPPY = "happy"


@pytest.mark.parametrize(
    "value, expected",
    [
        (np.float32(0.5), np.float32(0.5)),
        (np.bool_(True), np.bool_(True)),
        (np.longdouble(1.5), np.float64(1.5)),
        (np.array(2.5), np.array(2.5)),
        ({np.int64(7): 3}, {7: 3}),
        ({np.int64(7)}, {7}),
        ({frozenset({1})}, {frozenset({1})}),
        (np.array(["a", "b"]), ["a", "b"]),
        (np.zeros(1, [("a", "i4"), ("b", "f4")]), [(0, 0.0)]),
        (collections.OrderedDict(a=1), {"a": 1}),
        (collections.Counter("aab"), {"a": 2, "b": 1}),
        (bytearray(b"ab"), b"ab"),
        (Mood.HAPPY, "happy"),
        ("a\ud800", "a\\ud800"),
    ],
)
def test_odd_but_honest_values_arrive(value, expected):
    """What students' code returns beside lists and arrays arrives as the
    data that it stands for."""
    found = student(x=value).x
    assert type(found) is type(expected)
    assert found == expected


def test_tensors_of_any_dtype_arrive():
    """Texts and short floats of TensorFlow are data too."""
    import tensorflow as tf

    assert student(x=tf.constant(["a"])).x == [b"a"]
    assert student(x=tf.constant(b"a")).x == b"a"
    found = student(x=tf.constant([1.5], tf.bfloat16)).x
    assert (found.dtype, found[0]) == (np.float32, 1.5)


def test_no_name_of_ours_hides_a_students():
    """A notebook may call its own things as the grader's end calls its."""
    names = {
        *(name for kind in (Student, Handle, LocalLink, Jail) for name in vars(kind)),
        *vars(student()),
        *("link", "_link", "revive", "models", "_models", "ask", "count", "of"),
    }
    for name in names:
        if not name.startswith("__"):
            assert getattr(student(**{name: 7}), name) == 7


def test_a_value_that_is_not_sent_costs_only_its_criterion():
    """A value that is too large or odd for the channel is a student's error, live
    and in the jail alike."""
    with pytest.raises(StudentError, match="20001 bits"):
        _ = student(x=2**20000).x


def test_what_a_grader_cannot_send_is_the_graders_fault():
    """A criterion that sends an object is at fault, and the student's process lives on."""
    with talk() as jail:
        with pytest.raises(WireError, match="object is not data"):
            jail.ask({"op": "put", "value": object()})
        assert not jail.ended


ILL = [
    ("length", -1),
    ("length", 2**64),
    ("length", True),
    ("put", 1),
    ("define", "f"),
    ("take", (1, 2)),
    ("take", [1, 2, 3, 4]),
    ("file", "text"),
    ("saved", None),
    ("weights", np.zeros(2)),
    ("weights", [1.0]),
    ("cell", 6),
    ("cell", {"status": "passed", "error": ""}),
    ("cell", {"status": np.zeros(2), "error": ""}),
    ("cell", {"status": "ok", "error": "x" * 10_000}),
]


@pytest.mark.parametrize("operation, value", ILL)
def test_an_answer_that_is_none_is_refused(operation, value):
    """Each request has its kind of answer; the process that gives another is not asked
    again, and it is its fault."""
    with talk({"ok": value}) as jail:
        with pytest.raises(StudentError, match="an answer to"):
            jail.ask({"op": operation, "count": 3})
        assert jail.ended


@pytest.mark.parametrize(
    "reply",
    [
        None,
        [],
        {},
        {"ok": 1, "error": {}},
        {"error": "text"},
        {"error": {"type": 1, "types": [], "message": "", "where": ""}},
        {"error": {"type": "E", "types": [1], "message": "", "where": ""}},
        {"error": {"type": "E", "types": ["E"], "message": np.zeros(3), "where": ""}},
        {"output": {}, "ok": 1},
    ],
)
def test_a_reply_that_is_none_is_refused(reply):
    """Nothing but a value, or an error in texts, is a reply."""
    with pytest.raises(WireError):
        read_reply(reply, {"op": "get"})


@contextlib.contextmanager
def talk(*messages):
    """A jail whose process says `messages`, in turn, and then no more."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        sender = threading.Thread(target=say, args=(theirs, b"".join(map(replies.frame, messages))))
        sender.start()
        yield replies.jail_on(replies.Said(ours))
        ours.close()
        sender.join()


def say(connection, data):
    """Say `data` and no more, to somebody who may not be listening."""
    with contextlib.suppress(OSError):
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)


def test_an_answer_before_the_question_is_out_of_turn():
    """A reply sent before its request is not taken for the answer, and its process is ended."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(replies.frame({"output": {}}) + replies.frame({"ok": 6}))
        jail = replies.jail_on(Channel(ours))
        with pytest.raises(StudentError, match="before it was asked"):
            jail.ask({"op": "get", "name": "x"})
        assert jail.ended


RECORDS = st.fixed_dictionaries(
    {"output_type": st.sampled_from(["stream", "error", "display_data", "execute_result", "other"]) | ARRAYS | VALUES},
    optional={
        "name": st.sampled_from(["stdout", "stderr"]) | VALUES | ARRAYS,
        "text": st.text() | ARRAYS | VALUES,
        "ename": st.text() | VALUES,
        "evalue": st.text() | VALUES,
        "traceback": st.lists(st.text()) | VALUES,
        "data": st.dictionaries(st.sampled_from(["text/plain", "image/png"]) | VALUES.filter(lambda v: hasattr(v, "x")),
                                st.text() | ARRAYS | VALUES),
        "execution_count": VALUES | ARRAYS,
    },
)  # fmt: skip
MESSAGES = (
    RECORDS.map(lambda record: {"output": record})
    | (VALUES | ARRAYS).map(lambda value: {"ok": value})
    | st.sampled_from([*replies.SAID, *({"ok": answer} for answer in replies.ANSWERS), replies.ERROR])
    | VALUES
)
SPOILT = st.sampled_from([b"", b"\x05", b"\x05\0\0\0ab", b"\xff" * 4, struct.pack("<I", 1) + b"\xc1", bytes(4)])


@settings(deadline=None)
@given(st.lists(MESSAGES.map(replies.frame), max_size=8).map(b"".join), SPOILT)
@example(replies.frame({"output": {"output_type": np.zeros(2)}}) + replies.frame({"ok": 6}), b"")
@example(replies.frame({"output": {"output_type": "stream", "name": np.zeros(2), "text": np.zeros(2)}}) * 2, b"")
def test_whatever_a_process_says_the_examiner_goes_on(said, spoilt):
    """Any words at any turn, whole or cut, end in a cell's outcome and in values or
    errors of the student's."""
    replies.one(said + spoilt)


def test_a_whole_conversation_is_understood():
    """The seeds of the fuzzer are what an honest process says: each question gets its answer."""
    said = replies.SAID + [{"ok": answer} for answer in replies.ANSWERS]
    with talk(*said) as jail:
        outcome = jail.run_cell("", 5)
        found = [ask(replies.Link(jail)) for ask in replies.QUESTIONS]
    assert (outcome.status, outcome.error) == ("error", "E: e")
    assert [output["output_type"] for output in tidy(outcome.outputs)] == ["stream", "display_data", "error"]
    assert found[:2] == [7, b"data"]
    assert "Dense" in found[2]


@pytest.fixture
def little_room(monkeypatch):
    """Bounds on output that are reached soon."""
    monkeypatch.setattr("proctor.jail.client.RECORDS_BYTES", 2**18)
    monkeypatch.setattr("proctor.jail.client.FLOOD_BYTES", 2**20)


def test_output_is_kept_as_far_as_there_is_room(little_room):
    """A flood of records costs a bounded memory and ends the process that sends it."""
    piece = {"output": {"output_type": "stream", "name": "stdout", "text": "x" * 2**16}}
    with talk(*[piece] * 20, {"ok": {"status": "ok", "error": ""}}) as jail:
        outcome = jail.run_cell("", 5)
    assert outcome.status == "died"
    assert "1 MiB of output" in jail.ended
    assert 0 < len(outcome.outputs[0]["text"]) <= 2**18


def test_many_small_records_are_a_bounded_notebook(little_room):
    """Records of a few bytes count for what they take up once they are a notebook's outputs."""
    one = {"output": {"output_type": "display_data", "data": {"text/plain": "x"}}}
    with talk(*[one] * 2000, {"ok": {"status": "ok", "error": ""}}) as jail:
        outcome = jail.run_cell("", 5)
    assert outcome.status == "ok"
    assert 0 < len(outcome.outputs) <= 2**18 // 1000


def test_questions_are_bounded_together():
    """A process that answers slowly, but always in time, is stopped before it has held
    the class up for long."""
    with talk(*[{"ok": 1}] * 3) as jail:
        jail._call_seconds = 0
        with pytest.raises(StudentError, match="together"):
            for _ in range(3):
                jail._request({"op": "get", "name": "x"}, 5, None)


def test_a_process_is_brought_back_before_a_criterion():
    """`revive` asks the link for one that lives."""

    class Dead(LocalLink):
        def revived(self):
            return LocalLink({"x": 2})

    someone = Student(Dead({"x": 1}))
    revive(someone)
    assert someone.x == 2


@pytest.mark.parametrize("path", sorted((FUZZ / "corpus").glob("*/*")), ids=lambda path: path.name[:16])
def test_the_fuzzers_corpus_holds(path):
    """Inputs that the coverage-guided fuzzer found are handled as they were when it found them."""
    harness_of = {"decode": fuzzed, "replies": replies}
    harness_of[path.parent.name].one(path.read_bytes())


@pytest.mark.parametrize("kind", [set, frozenset])
def test_equal_sets_are_equal_on_the_wire(kind):
    """In whichever order they were filled, alone and in other containers; or an argument that a
    student's function left alone would seem to be changed."""
    first, second = kind([0, 8, "a", (1, 2)]), kind([(1, 2), "a", 8, 0])
    assert list(kind([0, 8])) != list(kind([8, 0]))
    assert encode(kind([0, 8])) == encode(kind([8, 0]))
    assert encode([first, {"found": first}]) == encode([second, {"found": second}])
    assert encode(first) != encode(kind([0, 8, "a"]))
