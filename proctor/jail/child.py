"""The life of one jail: take the job, bound itself, run cells and answer requests until the channel closes."""

from __future__ import annotations

import os
import signal
import socket
import sys
from pathlib import Path
from typing import Any

from proctor.channel.answer import Answerer
from proctor.channel.wire import Channel
from proctor.errors import WireError
from proctor.jail import limits as bounds


class CellTimeout(BaseException):
    """The cell's time is up; not an Exception, so that a student's `except Exception` does not swallow it."""


def live(connection: socket.socket, scratch: Path) -> None:
    """Serve one examiner over `connection` from the empty folder `scratch`; never returns.

    The first message is the job: {"limits", "files"}. Then "cell" runs a cell, anything else is for the Answerer.
    """
    channel = Channel(connection)
    try:
        job = channel.receive()
        bounds.apply(bounds.Limits(**job["limits"]), scratch)
        for name, data in job["files"].items():
            (scratch / name).write_bytes(data)
        _redirect_raw_output(scratch)
        shell = _prepare(channel, bounds.Limits(**job["limits"]))
        answerer = Answerer(shell.user_ns)
        while True:
            _serve(channel, shell, answerer, channel.receive())
    except (ConnectionError, WireError):
        pass  # the examiner has what it wanted, or is gone
    finally:
        os._exit(0)


def _redirect_raw_output(scratch: Path) -> None:
    null = os.open(os.devnull, os.O_RDONLY)
    raw = (
        os.open(scratch, os.O_TMPFILE | os.O_RDWR, 0o600)
        if hasattr(os, "O_TMPFILE")
        else os.open(os.devnull, os.O_RDWR)
    )
    os.dup2(null, 0)
    os.dup2(raw, 1)
    os.dup2(raw, 2)


def _prepare(channel: Channel, limits: bounds.Limits) -> Any:
    from proctor.jail.shell import make_shell

    shell = make_shell(lambda record: channel.send({"output": record}), limits.output_kb)
    sys.path.insert(0, "")
    import random

    import numpy as np

    random.seed(limits.seed)
    np.random.seed(limits.seed)
    if "keras" in sys.modules:
        sys.modules["keras"].utils.set_random_seed(limits.seed)
    return shell


def _serve(channel: Channel, shell: Any, answerer: Answerer, request: Any) -> None:
    from proctor.jail.shell import run_cell

    seconds = request.pop("seconds", 0)
    signal.signal(signal.SIGALRM, _time_is_up)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        reply = {"ok": run_cell(shell, request["source"])} if request["op"] == "cell" else answerer.answer(request)
    except CellTimeout as error:
        reply = {"error": answerer.described(error)}
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    try:
        channel.send(reply)
    except WireError as error:
        channel.send({"error": {"type": "TypeError", "types": ["TypeError"], "message": str(error), "where": ""}})


def _time_is_up(number: int, frame: Any) -> None:
    __tracebackhide__ = True  # the student reads where their own code was
    raise CellTimeout("its time was up")
