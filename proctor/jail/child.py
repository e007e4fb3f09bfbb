"""What runs in a jail: receive the job, set the limits, run cells, answer requests."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
from pathlib import Path
from typing import Any, NoReturn

from proctor.channel.answer import Answerer
from proctor.channel.frames import Channel
from proctor.errors import WireError
from proctor.jail import limits as bounds
from proctor.jail.alarm import Alarm, CellTimeout


def serve_examiner(connection: socket.socket, scratch: Path) -> None:
    """Serve one examiner until it closes the connection; never returns.

    The first message is the job, {"limits", "files"}. It is answered with {"ready": True} once all
    limits are set, or with {"failed": reason}. Of the requests after that, the op "cell" runs a
    cell; all others go to the Answerer.

    Args:
        connection: a socket to the examiner.
        scratch: the empty folder to work in.
    """
    channel = Channel(connection)
    try:
        shell = _set_up(channel, scratch)
        answerer, alarm = Answerer(shell.user_ns), Alarm(shell.user_ns)
        channel.send({"ready": True})
        while True:
            _answer_request(channel, shell, answerer, alarm, channel.receive())
    except (ConnectionError, WireError):
        pass  # the examiner is done, or has ended
    finally:
        os._exit(0)


def _set_up(channel: Channel, scratch: Path) -> Any:
    try:
        job = channel.receive()
        limits = bounds.Limits(**job["limits"])
        bounds.apply(limits, scratch)
        if hasattr(os, "SCHED_BATCH"):
            # Under SCHED_BATCH (sched(7)), a thread that wakes another is not preempted by it.
            # Otherwise several threads of TensorFlow on one processor stall for up to 80 ms: one
            # checks whether it is cancelled before the other has set the flag. Where SCHED_BATCH is
            # missing (gVisor), jails are slower, and still correct.
            with contextlib.suppress(OSError):
                os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
        for name, data in job["files"].items():
            (scratch / name).parent.mkdir(parents=True, exist_ok=True)
            (scratch / name).write_bytes(data)
        _redirect_raw_output(scratch)
        return _prepare_shell(channel, limits)
    except Exception as error:  # noqa: BLE001
        report_failure(channel, error)


def report_failure(channel: Channel, error: Exception) -> NoReturn:
    """Send why the jail cannot start, and exit."""
    channel.send({"failed": f"{type(error).__name__}: {error}"})
    os._exit(1)


def _redirect_raw_output(scratch: Path) -> None:
    """Point descriptors 1 and 2 to an unnamed file, which `shell` reads after each cell."""
    null = os.open(os.devnull, os.O_RDONLY)
    raw = (
        os.open(scratch, os.O_TMPFILE | os.O_RDWR, 0o600)
        if hasattr(os, "O_TMPFILE")
        else os.open(os.devnull, os.O_RDWR)
    )
    os.dup2(null, 0)
    os.dup2(raw, 1)
    os.dup2(raw, 2)


def _prepare_shell(channel: Channel, limits: bounds.Limits) -> Any:
    from proctor.jail.shell import make_shell, use_working_folder

    shell = make_shell()
    shell.outputs.pass_on_to(lambda record: _send_whole(channel, {"output": record}), limits.output_kb * 1024)
    use_working_folder(shell)
    sys.path.insert(0, "")
    import random

    import numpy as np

    random.seed(limits.seed)
    np.random.seed(limits.seed)
    # `default_rng()` without a seed draws its entropy from here; seeded, so that a submission gives
    # the same results in every run. NumPy's stubs leave its name out.
    np.random.bit_generator.randbits = random.Random(limits.seed).getrandbits  # type: ignore[attr-defined]  # noqa: S311
    if "keras" in sys.modules:
        sys.modules["keras"].utils.set_random_seed(limits.seed)
    return shell


def _send_whole(channel: Channel, value: Any) -> None:
    """Send `value` with SIGALRM blocked: an interruption half-way would break the channel."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
    try:
        channel.send(value)
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGALRM})


def _answer_request(channel: Channel, shell: Any, answerer: Answerer, alarm: Alarm, request: Any) -> None:
    from proctor.jail.shell import run_cell

    alarm.start(request.pop("seconds", 0), of_a_cell=request["op"] == "cell")
    try:
        reply = {"ok": run_cell(shell, request["source"])} if request["op"] == "cell" else answerer.answer(request)
    except CellTimeout as error:
        reply = {"error": answerer.describe_error(error)}
    finally:
        alarm.stop()
    try:
        channel.send(reply)
    except WireError as error:
        channel.send({"error": {"type": "TypeError", "types": ["TypeError"], "message": str(error), "where": ""}})
