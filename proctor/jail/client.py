"""The examiner's way to a jail: start one, run cells in it, ask it, and be rid of it."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from proctor.channel.student import answered
from proctor.channel.wire import Channel
from proctor.errors import NotGraded, StudentError, WireError
from proctor.jail.limits import Limits
from proctor.jail.server import CLEAN_ENVIRONMENT, HELLO

GRACE_SECONDS = 3.0
JOB_SECONDS = 60.0
START_SECONDS = 120.0
RECORDS_BYTES = 64 * 2**20

SPAWN = "spawn"
"""Address that stands for "no fork server: a fresh process for each jail" (macOS, Windows)."""


@dataclass
class CellOutcome:
    """How a cell ended: status as in `verdict.CellRun`, its error, its nbformat output records."""

    status: str
    error: str = ""
    seconds: float = 0.0
    outputs: list[dict[str, Any]] = field(default_factory=list)


class Jail:
    """A jailed process, as the examiner sees it; a `channel.student.Link` once its notebook has run.

    Args:
        address: of the fork server, or `SPAWN`.
        limits: what it may use.
        files: what lies in its scratch folder.
        call_seconds: wall time of one request.

    Raises NotGraded if no jail can be had.
    """

    def __init__(self, address: str, limits: Limits, files: dict[str, bytes], call_seconds: float):
        self._call_seconds = call_seconds
        self.ended = ""
        self.isolated = False
        self._descriptor: int | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._scratch: Path | None = None
        try:
            connection = self._spawned() if address == SPAWN else self._forked(address)
            self._channel = Channel(connection)
            self._channel.send({"limits": limits.as_data(), "files": files}, JOB_SECONDS)
        except (OSError, WireError, struct.error) as error:
            raise NotGraded(f"no jail could be started ({error or type(error).__name__})") from error

    def run_cell(self, source: str, seconds: float) -> CellOutcome:
        """Run a cell for at most `seconds`; a jail that does not stop by itself is killed."""
        started = time.monotonic()
        records = _Records()
        try:
            ran = self._request({"op": "cell", "source": source, "seconds": seconds}, seconds, records)
            status = str(ran.get("status"))
            outcome = CellOutcome(
                status, f"stopped after {seconds:g} s" if status == "timeout" else str(ran.get("error"))
            )
        except StudentError as error:
            timeout = error.type in ("CellTimeout", "Timeout")
            message = f"stopped after {seconds:g} s" if timeout else str(error)
            outcome = CellOutcome("timeout" if timeout else "died", message)
        outcome.seconds, outcome.outputs = time.monotonic() - started, records.kept
        return outcome

    def ask(self, request: dict[str, Any]) -> Any:
        """What the jail answers; raises StudentError if the code fails, takes too long, or the process is gone."""
        try:
            return self._request({**request, "seconds": self._call_seconds}, self._call_seconds, _Records())
        except StudentError as error:
            if error.type == "CellTimeout":
                raise StudentError("Timeout", f"no answer within {self._call_seconds:g} s", error.where) from None
            raise

    def _request(self, request: dict[str, Any], seconds: float, records: _Records) -> Any:
        if self.ended:
            raise StudentError("ProcessEnded", self.ended)
        deadline = time.monotonic() + seconds + GRACE_SECONDS
        try:
            self._channel.send(request, seconds + GRACE_SECONDS)
            while True:
                reply = self._channel.receive(deadline - time.monotonic())
                if not (isinstance(reply, dict) and "output" in reply):
                    return answered(reply)
                records.add(reply["output"])
        except TimeoutError:
            self.close(f"it did not answer within {seconds:g} s and was stopped")
            raise StudentError("Timeout", f"no answer within {seconds:g} s") from None
        except WireError as error:
            self.close(f"it sent something that is not data ({error})")
        except OSError:
            self.close(self._why_it_ended())
        raise StudentError("ProcessEnded", self.ended)

    def _why_it_ended(self) -> str:
        return "the process ended by itself (a crash, an exit, or out of memory)"

    def close(self, reason: str = "it was closed") -> None:
        """End the jail and all that it started."""
        if not self.ended:
            self.ended = reason
        self._channel.close()
        if self._descriptor is not None:
            # A number could be another process's by now; the descriptor never is.
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._descriptor, signal.SIGKILL)
            os.close(self._descriptor)
            self._descriptor = None
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        if self._scratch is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)

    def __enter__(self) -> Jail:
        return self

    def __exit__(self, *ignored: object) -> None:
        self.close()

    def _forked(self, address: str) -> socket.socket:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(JOB_SECONDS)
        connection.connect(address)
        pid, self.isolated = HELLO.unpack(connection.recv(HELLO.size, socket.MSG_WAITALL))
        self._descriptor = os.pidfd_open(pid)
        return connection

    def _spawned(self) -> socket.socket:
        """A fresh process that connects back over the loopback; a secret keeps others from taking its place."""
        self._scratch = Path(tempfile.mkdtemp(prefix="proctor-"))
        secret = secrets.token_bytes(32)
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "proctor.jail.spawn", str(port), str(self._scratch)],
                env={**os.environ, **CLEAN_ENVIRONMENT, "PATH": os.environ.get("PATH", "")},
                stdin=subprocess.PIPE,
                start_new_session=True,
            )
            assert self._process.stdin is not None
            self._process.stdin.write(secret)
            self._process.stdin.close()
            listener.settimeout(START_SECONDS)
            while True:
                connection, _ = listener.accept()
                connection.settimeout(START_SECONDS)
                if secrets.compare_digest(connection.recv(32, socket.MSG_WAITALL), secret):
                    return connection
                connection.close()


class _Records:
    """The output records of one cell, streams merged, as far as there is room."""

    def __init__(self) -> None:
        self.kept: list[dict[str, Any]] = []
        self._room = RECORDS_BYTES

    def add(self, record: Any) -> None:
        """Keep `record` if it looks like one."""
        kind = record.get("output_type") if isinstance(record, dict) else None
        if kind not in ("stream", "display_data", "execute_result", "error"):
            return
        self._room -= len(repr(record))
        if self._room < 0:
            return
        last = self.kept[-1] if self.kept else {}
        if kind == "stream" and last.get("output_type") == "stream" and last.get("name") == record.get("name"):
            last["text"] = f"{last.get('text', '')}{record.get('text', '')}"
        else:
            self.kept.append(record)
