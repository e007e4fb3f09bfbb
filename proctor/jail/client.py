"""The examiner's end of a jail: start one, run cells in it, send it requests, end it."""

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
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from proctor.channel.frames import Channel
from proctor.channel.reply import read_reply
from proctor.channel.wire import encode
from proctor.errors import JailLost, StudentError, WireError
from proctor.jail import layers, memory
from proctor.jail.alarm import SECOND_TIME
from proctor.jail.environment import CLEAN_ENVIRONMENT
from proctor.jail.limits import CALLS_PER_JAIL, Limits, processors, share_of
from proctor.jail.server import EXIT_REPORT, HELLO, KEY
from proctor.jail.used_time import UsedTime
from proctor.verdict import NO_ANSWER

GRACE_SECONDS = 5.0
JOB_SECONDS = 60.0
START_SECONDS = 600.0  # for what takes seconds; a machine may be very busy
RECORDS_BYTES = 64 * 2**20
"""Most bytes of a jail's output records that are kept; later ones are dropped."""
FLOOD_BYTES = 4 * RECORDS_BYTES
"""Most bytes of output records that a jail may send; `shell` cuts those of honest ones before."""
RECORD_OVERHEAD_BYTES = 1000
"""Counted for each record that is kept, so that many small ones are bounded, too."""
KILLED = -9  # exit code after SIGKILL
KILLED_BY_OTHERS = "its process was killed, not by Proctor; a machine that is short of memory does that"

SPAWN = "spawn"
"""In place of a fork server's address: start a fresh process for each jail (macOS, Windows)."""


def is_running(address: str) -> bool:
    """Whether a fork server answers at `address`, which may be `SPAWN`."""
    if address == SPAWN:
        return True
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection, contextlib.suppress(OSError):
        _ask_for_jail(connection, address)
        return len(connection.recv(HELLO.size, socket.MSG_WAITALL)) == HELLO.size
    return False


@dataclass
class CellOutcome:
    """How a cell ended.

    Args:
        status: as in `verdict.CellRun`.
        error: why it did not end well, or "".
        seconds: of its time that it has used, as `UsedTime` measures.
        outputs: its output records, checked by `_parse_record`.
    """

    status: str
    error: str = ""
    seconds: float = 0.0
    outputs: list[dict[str, Any]] = field(default_factory=list)


class Jail:
    """A jailed process, as the examiner sees it.

    `ended` says why it has ended, or is ""; `layers` is what isolates it.

    Args:
        address: of the fork server, or `SPAWN`.
        limits: what the process may use.
        files: name → content, written to its scratch folder.
        call_seconds: time of one request, as `UsedTime` measures.

    Raises JailLost if no jail can be started, and from any method if the process was killed by
    something other than its own limits.
    """

    def __init__(self, address: str, limits: Limits, files: dict[str, bytes], call_seconds: float):
        self._call_seconds = call_seconds
        self.ended = ""
        self.layers: frozenset[str] = frozenset()
        self._pid: int | None = None
        self._pidfd: int | None = None
        self._exit_pipe: int | None = None
        self._memory_is_used_up = threading.Event()
        self._cpu_seconds = limits.cpu_seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._scratch: Path | None = None
        try:
            self._channel = Channel(self._start_process() if address == SPAWN else self._connect_to_fork(address))
            try:
                self._time = UsedTime(self._pid)
                self._send_job(limits, files)
            except BaseException:
                self.close("it did not start")
                raise
        except (OSError, WireError, struct.error) as error:
            raise JailLost(f"no jail could be started ({error or type(error).__name__})") from error

    def _send_job(self, limits: Limits, files: dict[str, bytes]) -> None:
        job = {"limits": limits.to_data(), "files": files}
        self._channel.send(job, lambda: self._time.left(JOB_SECONDS))
        reply = self._channel.receive(lambda: self._time.left(JOB_SECONDS))
        # Failures before `ready` count as faults of the infrastructure.
        if reply != {"ready": True}:
            raise WireError(str(reply["failed"] if type(reply) is dict and "failed" in reply else reply)[:500])
        if self._pid is not None and self._pidfd is not None and layers.PROCESSES in self.layers:
            self._memory_is_used_up = memory.watch(self._pid, self._pidfd, limits.memory_bytes)

    def run_cell(self, source: str, seconds: float) -> CellOutcome:
        """Run a cell for at most `seconds`, as `UsedTime` measures.

        A jail that does not answer within `GRACE_SECONDS` more is killed.
        """
        records = _Records()
        try:
            reply = self._request({"op": "cell", "source": source, "seconds": seconds}, seconds, records)
            outcome = CellOutcome(str(reply.get("status")), str(reply.get("error")))
        except StudentError as failure:
            timeout = failure.type in ("CellTimeout", "TimeoutAgain", "Timeout")
            outcome = CellOutcome("timeout" if timeout else "died", str(failure))
        if outcome.status == "timeout":
            outcome.error = (
                f"stopped after {seconds / SECOND_TIME:.3g} s, for it calls what ran out of time before"
                if outcome.error.startswith("TimeoutAgain")
                else f"stopped after {seconds:.3g} s"
            )
        outcome.outputs = records.merged
        outcome.seconds = self._last_seconds
        return outcome

    def ask(self, request: dict[str, Any]) -> Any:
        """Send a request to the jail and return the value that it answers.

        Raises StudentError if the student's code fails, takes too long, or its process has ended.
        """
        try:
            return self._request({**request, "seconds": self._call_seconds}, self._call_seconds, _Records())
        except StudentError as error:
            if error.type == "CellTimeout":
                raise StudentError("Timeout", f"{NO_ANSWER} {self._call_seconds:g} s", error.where) from None
            if error.type == "TimeoutAgain":
                message = f"{NO_ANSWER} {self._call_seconds / SECOND_TIME:g} s, and it had run out of time before"
                raise StudentError("Timeout", message, error.where) from None
            raise

    _output_bytes = 0
    _last_seconds = 0.0
    _request_seconds = 0.0

    def _request(self, request: dict[str, Any], seconds: float, records: _Records) -> Any:
        if self.ended:
            raise StudentError("ProcessEnded", self.ended)
        encoded = encode(request)  # outside of `try`: a WireError here is the grader's fault
        self._time.start()

        def left() -> float:
            return self._time.left(seconds + GRACE_SECONDS)

        try:
            while self._channel.waiting():
                if not self._keep_if_output(self._channel.receive(left), records):
                    raise WireError("an answer before it was asked for")
            self._channel.send_encoded(encoded, left)
            while self._keep_if_output(reply := self._channel.receive(left), records):
                pass
            return read_reply(reply, request)
        except TimeoutError:
            self.close(f"it did not answer within {seconds:g} s and was stopped")
            raise StudentError("Timeout", f"{NO_ANSWER} {seconds:g} s") from None
        except WireError as error:
            self.close(f"the process sent something that is not data ({error})")
        except OSError:
            if self._was_killed():
                self.close("something else killed the process")
                raise JailLost(KILLED_BY_OTHERS) from None
            self.close("the process ended by itself (a crash, an exit, or out of memory)")
        finally:
            self._charge_seconds(request)
        raise StudentError("ProcessEnded", self.ended)

    def _keep_if_output(self, message: Any, records: _Records) -> bool:
        """Add `message` to `records` if it is an output record and there is room.

        Returns whether it is an output record. Raises WireError after `FLOOD_BYTES` of them.
        """
        if type(message) is not dict or list(message) != ["output"]:
            return False
        self._output_bytes += self._channel.received
        if self._output_bytes > FLOOD_BYTES:
            raise WireError(f"more than {FLOOD_BYTES // 2**20} MiB of output")
        if self._output_bytes <= RECORDS_BYTES and records.add(message["output"]):
            self._output_bytes += RECORD_OVERHEAD_BYTES
        return True

    def _charge_seconds(self, request: dict[str, Any]) -> None:
        """Add up the time of all requests but cells, and end the jail when it is too much."""
        self._last_seconds = self._time.seconds()
        if request["op"] != "cell":
            self._request_seconds += self._last_seconds
            if self._request_seconds > CALLS_PER_JAIL * self._call_seconds:
                self.close(f"its answers took more than {CALLS_PER_JAIL * self._call_seconds:g} s together")

    def _was_killed(self) -> bool:
        """Whether the process was killed by something other than its own limits."""
        code, used = self._read_exit()
        over_its_limits = self._memory_is_used_up.is_set() or used >= self._cpu_seconds
        return code is None or (code == KILLED and not over_its_limits)

    def _read_exit(self) -> tuple[int | None, float]:
        """The exit code and the CPU seconds of a jail that has closed its channel.

        The exit code is negative for a signal, and None if the fork server has ended without a
        report.
        """
        if self._process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                return self._process.wait(GRACE_SECONDS), 0.0
        if self._pidfd is None or self._exit_pipe is None or not self._wait_for_end(self._pidfd):
            return 0, 0.0  # still running: it only closed its end of the channel
        report = os.read(self._exit_pipe, EXIT_REPORT.size) if _wait_readable(self._exit_pipe, START_SECONDS) else b""
        return EXIT_REPORT.unpack(report) if report else (None, 0.0)

    def _wait_for_end(self, pidfd: int) -> bool:
        """Whether the process ends within `GRACE_SECONDS` of its time."""
        time = UsedTime(self._pid)
        while (left := time.left(GRACE_SECONDS)) > 0:
            if _wait_readable(pidfd, left):
                return True
        return False

    def close(self, reason: str = "it was closed") -> None:
        """Kill the jail and its processes; `ended` becomes `reason` unless it is set already."""
        if not self.ended:
            self.ended = reason
        self._channel.close()
        if self._pidfd is not None:
            # A process id may have been reused by now; a pidfd always means the same process.
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
            os.close(self._pidfd)
            self._pidfd = None
        if self._exit_pipe is not None:
            os.close(self._exit_pipe)
            self._exit_pipe = None
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        if self._scratch is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)

    def __enter__(self) -> Jail:
        return self

    def __exit__(self, *ignored: object) -> None:
        self.close()

    def _connect_to_fork(self, address: str) -> socket.socket:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            _ask_for_jail(connection, address)
            hello, ends, _, _ = socket.recv_fds(connection, HELLO.size, 1, socket.MSG_WAITALL)
            self._pid, bits = HELLO.unpack(hello)
            if self._pid == 0:
                raise OSError(connection.recv(500).decode("utf-8", "replace"))
            (self._exit_pipe,) = ends
            self._pidfd = os.pidfd_open(self._pid)
            with contextlib.suppress(OSError):  # it may not itself: see the system-call filter
                os.sched_setaffinity(self._pid, share_of(self._pid, processors()))
        except BaseException:
            connection.close()
            if self._exit_pipe is not None:
                os.close(self._exit_pipe)
            raise
        self.layers = layers.from_bits(bits)
        return connection

    def _start_process(self) -> socket.socket:
        """Start a process that connects back over the loopback, and return the connection.

        It sends a secret first, so that no other program can take its place.
        """
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


def _ask_for_jail(connection: socket.socket, address: str) -> None:
    """Connect to the fork server at `address` and show it the key; raises OSError."""
    connection.settimeout(START_SECONDS)
    connection.connect(address)
    key = os.open(Path(address).with_name(KEY), os.O_RDONLY | os.O_CLOEXEC)
    try:
        socket.send_fds(connection, [b"\0"], [key])
    finally:
        os.close(key)


def _wait_readable(descriptor: int, seconds: float) -> bool:
    return bool(select.select([descriptor], [], [], seconds)[0])


class _Records:
    """The output records of one cell; consecutive pieces of one stream are merged."""

    def __init__(self) -> None:
        self._records: list[dict[str, Any]] = []

    @property
    def merged(self) -> list[dict[str, Any]]:
        """The records in order, the pieces of each stream joined."""
        return [{**record, "text": "".join(record["text"])} if "text" in record else record for record in self._records]

    def add(self, found: Any) -> bool:
        """Keep `found` if it is a valid record; returns whether it became a record of its own."""
        record = _parse_record(found)
        last = self._records[-1] if self._records else {}
        if record is None:
            return False
        if "text" in record and last.get("name") == record["name"]:
            last["text"] += record["text"]
            return False
        self._records.append(record)
        return True


def _parse_record(found: Any) -> dict[str, Any] | None:
    """The known fields of an output record; None if it is not valid or holds anything but text.

    The text of a stream becomes a list of pieces.
    """
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
