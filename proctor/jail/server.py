"""The fork server: a process that has imported everything once and forks one jail per connection.

`ForkServer` is the trusted side that starts it; `main` is what runs in it.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import os
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn

from proctor.errors import NotGraded
from proctor.jail import layers, memory
from proctor.jail.isolate import fork, isolate, possible
from proctor.jail.layers import PROCESSES
from proctor.jail.preload import preload, rehearse
from proctor.jail.view import PARENT_DEATH_SIGNAL

NOBODY = 65534
ADOPT_ORPHANS = 36
START_SECONDS = 120
LOOKS_EACH_SECOND = 10
HELLO = struct.Struct("<IB")
"""A jail's process number, and the layers that it is behind (`layers.as_bits`)."""
VIEW = Path(__file__).with_name("view.py")
PACKAGE = Path(__file__).resolve().parent.parent

CLEAN_ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "TZ": "UTC",
    "KERAS_BACKEND": "tensorflow",
    "CUDA_VISIBLE_DEVICES": "-1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    # The same numbers on every processor since 2015, not the last bits of the one at hand.
    "ONEDNN_MAX_CPU_ISA": "AVX2",
    "TF_DETERMINISTIC_OPS": "1",
    # Threads that a jail makes itself, not those of a process which it is a fork of: see `preload.rehearse`.
    "TF_OVERRIDE_GLOBAL_THREADPOOL": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MPLBACKEND": "Agg",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONBREAKPOINT": "0",
}


class ForkServer:
    """A fork server that is starting or running; a context manager. `address` is where jails are asked for.

    Args:
        shown: folders that student code may read beside the system and the interpreter (the exercises' data).

    Raises NotGraded if the server does not start.
    """

    def __init__(self, shown: tuple[Path, ...] = ()):
        self._shown = shown

    def __enter__(self) -> ForkServer:
        from proctor.locks import OwnedFolder  # which not every system has

        self._folder = OwnedFolder()
        os.chmod(self._folder.name, 0o711)
        scratch = Path(self._folder.name, "scratch")
        scratch.mkdir(mode=0o700)
        user = NOBODY if os.geteuid() == 0 else None
        if user is not None:
            os.chown(scratch, user, user)
        self.address = str(Path(self._folder.name, "socket"))
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(self.address)
        os.chmod(self.address, 0o600)
        listener.listen(64)
        with listener:
            try:
                self._process = self._start(listener.fileno(), scratch, user)
            except OSError as error:
                self._folder.cleanup()
                raise NotGraded(f"the fork server did not start: {sys.executable}: {error.strerror}") from error
        return self

    @cached_property
    def layers(self) -> frozenset[str]:
        """What its jails are behind; known when it has imported everything, which takes seconds, so ask last."""
        assert self._process.stdout is not None and self._process.stderr is not None
        readable, _, _ = select.select([self._process.stdout], [], [], START_SECONDS)
        said = self._process.stdout.readline().split() if readable else []
        if said[:1] == [b"ready"]:
            return layers.from_bits(int(said[1]))
        self._process.kill()
        reasons = self._process.stderr.read().decode("utf-8", "replace").strip().splitlines()
        raise NotGraded(f"the fork server did not start ({reasons[-1] if reasons else 'no reason given'})")

    def _start(self, listener: int, scratch: Path, user: int | None) -> subprocess.Popen[bytes]:
        shown = sorted({str(path.resolve()) for path in (Path(sys.base_prefix), PACKAGE, *self._shown)} | {sys.prefix})
        root = Path(self._folder.name, "root")
        root.mkdir()
        plan = {
            "root": str(root),
            "show": shown,
            "write": [str(scratch)],
            "user": user,
            "command": [sys.executable, "-P", "-m", "proctor.jail.server", str(listener), str(scratch), *shown],
        }
        return subprocess.Popen(
            [sys.executable, "-I", str(VIEW), json.dumps(plan)],
            env={
                **CLEAN_ENVIRONMENT,
                "HOME": str(scratch),
                "TMPDIR": str(scratch),
                "MPLCONFIGDIR": str(scratch / "matplotlib"),
            },
            cwd="/",
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=(listener,),
            start_new_session=True,
        )

    def end_jails(self) -> None:
        """Kill the jails that are running."""
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):  # it has ended, and they with it
            self._process.stdin.write(b"\n")
            self._process.stdin.flush()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Closing its standard input is the word to end; it kills what it has forked.
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for stream in (self._process.stdout, self._process.stderr):
            if stream is not None:
                stream.close()
        self._folder.cleanup()


def main(listener: socket.socket, scratch: Path, shown: list[str]) -> None:
    """Fork a jail for each connection until standard input closes."""
    preload()
    rehearse(scratch)
    gc.freeze()
    # What is left behind by a jail without processes of its own comes to this process, which ends it.
    ctypes.CDLL(None).prctl(ADOPT_ORPHANS, 1, 0, 0, 0)
    server = _Server(listener, scratch, shown)
    os.write(1, b"ready %d\n" % layers.as_bits(server.layers))
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 1)
    os.dup2(null, 2)
    server.serve()


@dataclass
class _Jail:
    """A jail that is running.

    Args:
        folder: its scratch folder, where it has none of its own.
        word: on which it says what its processes may have in memory; None where they cannot be told from others.
        memory: what it said (see `memory.told`).
    """

    folder: Path
    word: socket.socket | None
    memory: tuple[int, int] | None = None

    def forget(self) -> None:
        """Close what is open of it."""
        if self.word is not None:
            self.word.close()
            self.word = None
        if self.memory is not None:
            os.close(self.memory[1])
            self.memory = None


class _Server:
    """Forks the jails and knows which are running."""

    def __init__(self, listener: socket.socket, scratch: Path, shown: list[str]):
        self.layers = possible(str(scratch / "probe"))
        self._who = os.getuid(), os.getgid()
        self._listener = listener
        self._scratch = scratch
        self._shown = shown
        self._jails: dict[int, _Jail] = {}
        self._wakers = os.pipe()
        os.set_blocking(self._wakers[1], False)

    def serve(self) -> None:
        """Fork a jail for each connection until standard input closes."""
        woken, waker = self._wakers
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
        while True:
            words = {jail.word: jail for jail in self._jails.values() if jail.word is not None}
            pause = 1 / LOOKS_EACH_SECOND if any(jail.memory for jail in self._jails.values()) else None
            readable, _, _ = select.select([self._listener, sys.stdin.fileno(), woken, *words], [], [], pause)
            if woken in readable:
                os.read(woken, 4096)
                self._reap()
            if sys.stdin.fileno() in readable:
                for pid in self._jails:
                    _kill(pid)
                if not os.read(sys.stdin.fileno(), 4096):
                    break
            for word in words.keys() & set(readable):
                jail = words[word]
                if jail.word is not None:
                    jail.memory = memory.told(word)
                    word.close()
                    jail.word = None
            self._look()
            if self._listener in readable:
                self._fork(self._listener.accept()[0])
        for jail in self._jails.values():
            _remove(jail.folder)

    def _look(self) -> None:
        """End the jails that have used up their memory."""
        if time.monotonic() < self._next_look:
            return
        for pid, jail in self._jails.items():
            if jail.memory is not None and memory.is_used_up(*jail.memory):
                _kill(pid)
        self._next_look = time.monotonic() + 1 / LOOKS_EACH_SECOND

    _next_look = 0.0

    def _fork(self, connection: socket.socket) -> None:
        folder = Path(tempfile.mkdtemp(prefix="run-", dir=self._scratch))
        word, watcher = socket.socketpair() if PROCESSES in self.layers else (None, None)
        pid = fork(self.layers)
        if pid == 0:
            if word is not None:
                word.close()
            self._become_jail(connection, folder, watcher)
        self._jails[pid] = _Jail(folder, word)
        if watcher is not None:
            watcher.close()
        with connection:
            try:
                # Said by this process, which runs no student code: what the examiner may kill, and how far to trust it.
                connection.sendall(HELLO.pack(pid, layers.as_bits(self.layers)))
            except OSError:
                _kill(pid)

    def _become_jail(self, connection: socket.socket, folder: Path, watcher: socket.socket | None) -> NoReturn:
        from proctor.channel.wire import Channel
        from proctor.jail.child import live, tell

        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.setsid()
            ctypes.CDLL(None).prctl(PARENT_DEATH_SIGNAL, signal.SIGKILL)
            for descriptor in (self._listener.fileno(), *self._wakers):
                os.close(descriptor)
            for other in self._jails.values():
                other.forget()
            live(connection, Path(isolate(self.layers, str(folder), self._shown, self._who)), watcher)
        except OSError as error:
            tell(Channel(connection), error)
        finally:
            os._exit(1)

    def _reap(self) -> None:
        while True:
            try:
                ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            except ChildProcessError:
                return
            if ended is None:
                return
            # What it started goes before its number is free to be another's.
            _kill(ended.si_pid)
            os.waitpid(ended.si_pid, 0)
            jail = self._jails.pop(ended.si_pid, None)
            for orphan in _children() - self._jails.keys():
                _kill(orphan)
            if jail is not None:
                jail.forget()
                _remove(jail.folder)


def _children() -> set[int]:
    with contextlib.suppress(OSError):
        return set(map(int, Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()))
    return set()


def _kill(pid: int) -> None:
    """Kill the jail and what it started in its session."""
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            kill(pid, signal.SIGKILL)


def _remove(folder: Path) -> None:
    def allow(function: Any, path: str, error: Any) -> None:
        try:
            os.chmod(os.path.dirname(path), 0o700)
            os.chmod(path, 0o700)
            function(path)
        except OSError:
            pass  # left for the removal of the whole scratch folder

    shutil.rmtree(folder, onerror=allow)


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])), Path(sys.argv[2]), sys.argv[3:])
