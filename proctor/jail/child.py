"""The life of one jail: take the job, bound itself, run cells and answer requests until the channel closes."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
from pathlib import Path
from typing import Any, NoReturn

from proctor.channel.answer import Answerer
from proctor.channel.wire import Channel
from proctor.errors import WireError
from proctor.jail import limits as bounds


class CellTimeout(BaseException):
    """The cell's time is up; not an Exception, so that a student's `except Exception` does not swallow it."""


def live(connection: socket.socket, scratch: Path) -> None:
    """Serve one examiner over `connection` from the empty folder `scratch`; never returns.

    The first message is the job: {"limits", "files", "processors"}, answered by {"ready": True} once all bounds are
    set, or by {"failed": why}. Then "cell" runs a cell, anything else is for the Answerer.
    """
    channel = Channel(connection)
    try:
        shell = _set_up(channel, scratch)
        answerer = Answerer(shell.user_ns)
        channel.send({"ready": True})
        while True:
            _serve(channel, shell, answerer, channel.receive())
    except (ConnectionError, WireError):
        pass  # the examiner has what it wanted, or is gone
    finally:
        os._exit(0)


def _set_up(channel: Channel, scratch: Path) -> Any:
    try:
        job = channel.receive()
        limits = bounds.Limits(**job["limits"])
        bounds.apply(limits, scratch)
        if job["processors"]:
            os.sched_setaffinity(0, job["processors"])
            # A thread that is woken lets the one that woke it go on: of several on one processor, TensorFlow's stop for
            # up to 80 ms otherwise (one looks whether it is cancelled before the other has said so). Where the system
            # knows no batches (gVisor) it is slower, no more.
            with contextlib.suppress(OSError):
                os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
        for name, data in job["files"].items():
            (scratch / name).parent.mkdir(parents=True, exist_ok=True)
            (scratch / name).write_bytes(data)
        _redirect_raw_output(scratch)
        return _prepare(channel, limits)
    except Exception as error:
        tell(channel, error)


def tell(channel: Channel, error: Exception) -> NoReturn:
    """Say why there is no jail, and end."""
    channel.send({"failed": f"{type(error).__name__}: {error}"})
    os._exit(1)


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
    from proctor.jail.shell import make_shell, settle

    shell = make_shell()
    shell.outputs.lead_to(lambda record: _send_whole(channel, {"output": record}), limits.output_kb * 1024)
    settle(shell)
    sys.path.insert(0, "")
    import random

    import numpy as np

    random.seed(limits.seed)
    np.random.seed(limits.seed)
    # Where `default_rng()` without a seed gets its entropy: the same submission is to do the same on every run.
    np.random.bit_generator.randbits = random.Random(limits.seed).getrandbits  # type: ignore[attr-defined]
    if "keras" in sys.modules:
        sys.modules["keras"].utils.set_random_seed(limits.seed)
    return shell


def _send_whole(channel: Channel, value: Any) -> None:
    """Send `value`, and only then let the alarm ring: half a message would be no message."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
    try:
        channel.send(value)
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGALRM})


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
