"""Coverage-guided fuzzing of the examiner's end of the channel, with atheris.

`python fuzz/replies.py CORPUS [libFuzzer options]`. The input is everything that a student's
process sends, while a cell runs and then in reply to one question of each kind. Whatever it is,
each question must end in a value of the right type or in a StudentError. `python fuzz/replies.py
seeds` writes the first inputs of the corpus.
"""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import sys
import threading
from typing import Any

try:
    import atheris
except ImportError:  # the tests replay the corpus without it
    atheris = None

with atheris.instrument_imports(include=["proctor.channel", "proctor.jail"]) if atheris else contextlib.nullcontext():
    from proctor.channel.frames import Channel, Left
    from proctor.channel.student import Handle, Student, fetch, share, take, view_of
    from proctor.channel.wire import Reference, encode
    from proctor.errors import CriterionFailed, StudentError
    from proctor.jail.client import Jail
    from proctor.jail.outputs import tidy
    from proctor.jail.used_time import UsedTime

LAYER = {"name": "d", "class_name": "Dense", "config": {"units": 1}, "parameters": 2, "trainable": True} | {
    **{"input_shape": [None, 1], "output_shape": [None, 1], "activation": "relu"}
}
MODEL = {"name": "m", "class_name": "Sequential", "keras_version": "3.15.1", "parameters": 2} | {
    **{
        "input_shape": [None, 1],
        "output_shape": None,
        "trainable_parameters": 2,
        "steps": 3,
        "layers": [LAYER],
        "compiled": None,
    }
}
SAID = [
    {"output": {"output_type": "stream", "name": "stdout", "text": "a\rb\b"}},
    {"output": {"output_type": "stream", "name": "stdout", "text": "c\n"}},
    {"output": {"output_type": "display_data", "data": {"text/plain": "x", "image/png": "iVBO"}}},
    {"output": {"output_type": "error", "ename": "E", "evalue": "e", "traceback": ["\x1b[31mE"]}},
    {"ok": {"status": "error", "error": "E: e"}},
]
ANSWERS = [7, b"data", MODEL, Reference(3, "list", "[1]"), [1, 2], (1, {2: Reference(4, "M", "", True)}), MODEL, "text"]
ERROR = {
    "error": {"type": "KeyError", "types": ["KeyError", "LookupError"], "message": "'k'", "where": "your f, line 1"}
}


class Said(Channel):
    """A channel whose other end has already sent everything; what we send is discarded."""

    def send_encoded(self, data: bytes, left: Left | None = None) -> None:
        pass

    def waiting(self) -> bool:
        return False


def jail_on(channel: Channel, seconds: float = 5) -> Jail:
    """Return a Jail without a process behind it, whose replies are read from `channel`."""
    jail = Jail.__new__(Jail)
    jail.__dict__.update(_channel=channel, _call_seconds=seconds, ended="")
    jail.__dict__.update(_pidfd=None, _exit_pipe=None, _process=None, _scratch=None)
    jail.__dict__.update(_memory_is_used_up=threading.Event(), _cpu_seconds=seconds, _time=UsedTime(os.getpid()))
    return jail


def one(data: bytes) -> None:
    """Run a cell and ask each question, with `data` as all that the process sends."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(data[:100_000])
        theirs.shutdown(socket.SHUT_WR)
        jail = jail_on(Said(ours))
        outcome = jail.run_cell("", 5)
        assert outcome.status in ("ok", "error", "timeout", "died"), outcome
        tidy(outcome.outputs)
        for ask in QUESTIONS:
            with contextlib.suppress(StudentError, CriterionFailed):
                ask(Link(jail))


class Link:
    """The connection to a jail that is not started again once it has ended."""

    def __init__(self, jail: Jail):
        self.ask = jail.ask

    def revived(self) -> Link:
        return self


OBJECT = Reference(0, "object")
QUESTIONS: list[Any] = [
    lambda link: len(Handle(link, OBJECT)),
    lambda link: link.ask({"op": "file", "name": "x"}),
    lambda link: repr(view_of(link, Handle(link, OBJECT)).table()),
    lambda link: share(Student(link), 1),
    lambda link: take(Handle(link, OBJECT), 3),
    lambda link: repr(fetch(Student(link).name)),
    lambda link: link.ask({"op": "call", "of": OBJECT, "arguments": [], "keywords": {}}),
]


def frame(value: Any) -> bytes:
    """Encode `value` as it is sent over the socket, its length before it."""
    data = encode(value)
    return struct.pack("<I", len(data)) + data


if __name__ == "__main__":
    if sys.argv[1:] == ["seeds"]:
        from pathlib import Path

        cell = b"".join(map(frame, SAID))
        whole = cell + b"".join(frame({"ok": answer}) for answer in ANSWERS)
        for number, seed in enumerate([cell, whole, cell + frame(ERROR), frame(ERROR), frame({"ok": 1}) * 3]):
            Path(__file__).with_name("corpus").joinpath("replies", f"said-{number:02}").write_bytes(seed)
    else:
        atheris.Setup(sys.argv, one)
        atheris.Fuzz()
