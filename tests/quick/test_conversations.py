"""Whatever a student's process answers, the examiner goes on."""

from __future__ import annotations

import socket
import struct

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import example, given, settings
from wire_values import ARRAYS, FUZZ, VALUES, fuzzed, replies, talk

from proctor.channel.frames import Channel
from proctor.channel.reply import read_reply
from proctor.channel.student import LocalLink, Student, revive
from proctor.channel.wire import encode
from proctor.errors import StudentError, WireError
from proctor.jail.outputs import tidy

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
