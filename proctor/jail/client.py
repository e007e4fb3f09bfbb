"""The examiner's way to a jail: start one, run cells in it, ask it, and be rid of it."""

from __future__ import annotations

import contextlib
import os
import secrets
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from proctor.channel.reply import answered
from proctor.channel.wire import Channel, encode
from proctor.errors import JailLost, StudentError, WireError
from proctor.jail import layers, memory
from proctor.jail.limits import Limits, processors
from proctor.jail.server import CLEAN_ENVIRONMENT, END, HELLO

GRACE_SECONDS = 3.0
JOB_SECONDS = 60.0
START_SECONDS = 120.0
RECORDS_BYTES = 64 * 2**20
"""What a jail's output records may take up; what comes behind is left out."""
FLOOD_BYTES = 4 * RECORDS_BYTES
"""What a jail may send of them: bounds inside it would have cut any notebook long before."""
RECORD_BYTES = 1000
KILLED = -9
KILLED_BY_OTHERS = "its process was killed, not by Proctor; a machine that is short of memory does that"
QUESTIONS = 60
"""All answers of a jail may take as long as this many calls."""

SPAWN = "spawn"
"""Address that stands for "no fork server: a fresh process for each jail" (macOS, Windows)."""


def is_running(address: str) -> bool:
    """Whether jails are to be had at `address`."""
    if address == SPAWN:
        return True
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection, contextlib.suppress(OSError):
        connection.settimeout(JOB_SECONDS)
        connection.connect(address)
        return len(connection.recv(HELLO.size, socket.MSG_WAITALL)) == HELLO.size
    return False


@dataclass
class CellOutcome:
    """How a cell ended: status as in `verdict.CellRun`, its error, its nbformat output records."""

    status: str
    error: str = ""
    outputs: list[dict[str, Any]] = field(default_factory=list)


class Jail:
    """A jailed process, as the examiner sees it; a `channel.student.Link` once its notebook has run.

    Args:
        address: of the fork server, or `SPAWN`.
        limits: what it may use.
        files: what lies in its scratch folder.
        call_seconds: wall time of one request.

    Raises JailLost if no jail can be had, and whenever something else than its limits has killed it.
    """

    def __init__(self, address: str, limits: Limits, files: dict[str, bytes], call_seconds: float):
        self._call_seconds = call_seconds
        self.ended = ""
        self.layers: frozenset[str] = frozenset()
        self._descriptor: int | None = None
        self._end: int | None = None
        self._memory_is_used_up = threading.Event()
        self._cpu_seconds = limits.cpu_seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._scratch: Path | None = None
        try:
            self._channel = Channel(self._spawned() if address == SPAWN else self._forked(address))
            try:
                self._begin(limits, files)
            except BaseException:
                self.close("it did not begin")
                raise
        except (OSError, WireError, struct.error) as error:
            raise JailLost(f"no jail could be started ({error or type(error).__name__})") from error

    def _begin(self, limits: Limits, files: dict[str, bytes]) -> None:
        job = {"limits": limits.as_data(), "files": files, "processors": processors()}
        self._channel.send(job, JOB_SECONDS)
        said = self._channel.receive(JOB_SECONDS)
        if said != {"ready": True}:
            raise WireError(str(said["failed"] if type(said) is dict and "failed" in said else said)[:500])
        if self._descriptor is not None and layers.PROCESSES in self.layers:
            self._memory_is_used_up = memory.watch(self._number, self._descriptor, limits.memory_bytes)

    def run_cell(self, source: str, seconds: float) -> CellOutcome:
        """Run a cell for at most `seconds`; a jail that does not stop by itself is killed."""
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
        outcome.outputs = records.kept
        return outcome

    def ask(self, request: dict[str, Any]) -> Any:
        """What the jail answers; raises StudentError if the code fails, takes too long, or the process is gone."""
        try:
            return self._request({**request, "seconds": self._call_seconds}, self._call_seconds, _Records())
        except StudentError as error:
            if error.type == "CellTimeout":
                raise StudentError("Timeout", f"no answer within {self._call_seconds:g} s", error.where) from None
            raise

    _output_bytes = 0
    _asked_seconds = 0.0

    def _request(self, request: dict[str, Any], seconds: float, records: _Records) -> Any:
        if self.ended:
            raise StudentError("ProcessEnded", self.ended)
        encoded = encode(request)  # a WireError here is the grader's fault, not the student's
        started = time.monotonic()
        deadline = started + seconds + GRACE_SECONDS
        try:
            while self._channel.waiting():
                if not self._is_output(self._channel.receive(deadline - time.monotonic()), records):
                    raise WireError("an answer before it was asked for")
            self._channel.send_encoded(encoded, seconds + GRACE_SECONDS)
            while self._is_output(reply := self._channel.receive(deadline - time.monotonic()), records):
                pass
            return answered(reply, request)
        except TimeoutError:
            self.close(f"it did not answer within {seconds:g} s and was stopped")
            raise StudentError("Timeout", f"no answer within {seconds:g} s") from None
        except WireError as error:
            self.close(f"the process sent something that is not data ({error})")
        except OSError:
            if self._was_killed():
                self.close("something else killed the process")
                raise JailLost(KILLED_BY_OTHERS) from None
            self.close("the process ended by itself (a crash, an exit, or out of memory)")
        finally:
            self._count_seconds(request, time.monotonic() - started)
        raise StudentError("ProcessEnded", self.ended)

    def _is_output(self, message: Any, records: _Records) -> bool:
        """Whether `message` is an output record, which is kept as far as there is room."""
        if type(message) is not dict or list(message) != ["output"]:
            return False
        self._output_bytes += self._channel.received
        if self._output_bytes > FLOOD_BYTES:
            raise WireError(f"more than {FLOOD_BYTES // 2**20} MiB of output")
        if self._output_bytes <= RECORDS_BYTES and records.add(message["output"]):
            self._output_bytes += RECORD_BYTES
        return True

    def _count_seconds(self, request: dict[str, Any], seconds: float) -> None:
        """Bound the time of all questions together: each may take long, and there may be many."""
        if request["op"] != "cell":
            self._asked_seconds += seconds
            if self._asked_seconds > QUESTIONS * self._call_seconds:
                self.close(f"its answers took more than {QUESTIONS * self._call_seconds:g} s together")

    def _was_killed(self) -> bool:
        """Whether something else than its own limits killed the process."""
        code, used = self._how_it_ended()
        over_its_limits = self._memory_is_used_up.is_set() or used >= self._cpu_seconds
        return code is None or code == KILLED and not over_its_limits

    def _how_it_ended(self) -> tuple[int | None, float]:
        """Its exit code, or less the signal, None if the server is gone; the seconds of processor that it used."""
        if self._process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                return self._process.wait(GRACE_SECONDS), 0.0
        if self._descriptor is None or self._end is None or not _is_ready(self._descriptor, GRACE_SECONDS):
            return 0, 0.0  # it runs on, and has closed its end of the channel
        said = os.read(self._end, END.size) if _is_ready(self._end, JOB_SECONDS) else b""
        return END.unpack(said) if said else (None, 0.0)

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
        if self._end is not None:
            os.close(self._end)
            self._end = None
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
        try:
            connection.settimeout(JOB_SECONDS)
            connection.connect(address)
            hello, ends, _, _ = socket.recv_fds(connection, HELLO.size, 1, socket.MSG_WAITALL)
            self._number, bits = HELLO.unpack(hello)
            if self._number == 0:
                raise OSError(connection.recv(500).decode("utf-8", "replace"))
            (self._end,) = ends
            self._descriptor = os.pidfd_open(self._number)
        except BaseException:
            connection.close()
            if self._end is not None:
                os.close(self._end)
            raise
        self.layers = layers.from_bits(bits)
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


def _is_ready(descriptor: int, seconds: float) -> bool:
    return bool(select.select([descriptor], [], [], seconds)[0])


class _Records:
    """The output records of one cell, streams merged."""

    def __init__(self) -> None:
        self._records: list[dict[str, Any]] = []

    @property
    def kept(self) -> list[dict[str, Any]]:
        """The records, in order."""
        return [{**record, "text": "".join(record["text"])} if "text" in record else record for record in self._records]

    def add(self, found: Any) -> bool:
        """Keep `found` if it is a record; returns whether it is more than a piece of the last one."""
        record = _plain_record(found)
        last = self._records[-1] if self._records else {}
        if record is None:
            return False
        if "text" in record and last.get("name") == record["name"]:
            last["text"] += record["text"]
            return False
        self._records.append(record)
        return True


def _plain_record(found: Any) -> dict[str, Any] | None:
    """The known fields of an output record, a stream's text in pieces; None if it is none, or holds more than text."""
    if type(found) is not dict or type(found.get("output_type")) is not str:
        return None
    match found:
        case {"output_type": "stream", "name": str(name), "text": str(text)}:
            return {"output_type": "stream", "name": name, "text": [text]}
        case {"output_type": "error", "ename": str(ename), "evalue": str(evalue), "traceback": list(lines)}:
            if all(type(line) is str for line in lines):
                return {"output_type": "error", "ename": ename, "evalue": evalue, "traceback": lines}
        case {"output_type": "display_data" | "execute_result" as kind, "data": dict(data)}:
            count = found.get("execution_count")
            if all(type(text) is str for pair in data.items() for text in pair):
                return {"output_type": kind, "data": data, "execution_count": count if type(count) is int else None}
    return None
