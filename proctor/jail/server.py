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
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn

from proctor.errors import NotGraded
from proctor.jail import layers
from proctor.jail.isolate import fork, isolate, possible
from proctor.jail.preload import preload, rehearse
from proctor.jail.view import PARENT_DEATH_SIGNAL

NOBODY = 65534
ADOPT_ORPHANS = 36
START_SECONDS = 120
HELLO = struct.Struct("<IB")
"""A jail's process number and the layers that it is behind (`layers.as_bits`); 0 if there is none, then why."""
END = struct.Struct("<id")
"""How a jail ended (its exit code, or less the signal) and the seconds of processor that it used; comes by a pipe."""
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
        from proctor.jail.owned_folder import OwnedFolder  # which not every system has

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


def main(listener: socket.socket, scratch: Path, shown: list[str]) -> NoReturn:
    """Fork a jail for each connection until standard input closes; never returns."""
    server = _Server(listener, scratch, shown)  # tries its layers while a fork costs little
    gc.disable()  # it would look through all that is imported, again and again, and find next to nothing
    preload()
    gc.freeze()
    gc.enable()
    rehearse(scratch)
    gc.freeze()
    # What is left behind by a jail without processes of its own comes to this process, which ends it.
    ctypes.CDLL(None).prctl(ADOPT_ORPHANS, 1, 0, 0, 0)
    os.write(1, b"ready %d\n" % layers.as_bits(server.layers))
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 1)
    os.dup2(null, 2)
    server.serve()
    os._exit(0)  # without TensorFlow's own end, which takes a while


class _Server:
    """Forks the jails and knows which are running."""

    def __init__(self, listener: socket.socket, scratch: Path, shown: list[str]):
        self.layers = possible(str(scratch / "probe"))
        self._who = os.getuid(), os.getgid()
        self._listener = listener
        self._scratch = scratch
        self._shown = shown
        self._folders: dict[int, Path] = {}
        self._ends: dict[int, int] = {}
        self._wakers = os.pipe()
        os.set_blocking(self._wakers[1], False)

    def serve(self) -> None:
        """Fork a jail for each connection until standard input closes."""
        woken, waker = self._wakers
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
        while True:
            readable, _, _ = select.select([self._listener, sys.stdin.fileno(), woken], [], [])
            if woken in readable:
                os.read(woken, 4096)
                self._reap()
            if sys.stdin.fileno() in readable:
                for pid in self._folders:
                    _kill(pid)
                if not os.read(sys.stdin.fileno(), 4096):
                    break
            if self._listener in readable:
                self._fork(self._listener.accept()[0])
        for folder in self._folders.values():
            _remove(folder)

    def _fork(self, connection: socket.socket) -> None:
        folder = Path(tempfile.mkdtemp(prefix="run-", dir=self._scratch))
        try:
            pid = fork(self.layers)
        except OSError as error:
            _remove(folder)
            with connection, contextlib.suppress(OSError):
                connection.sendall(HELLO.pack(0, 0) + str(error).encode())
            return
        if pid == 0:
            self._become_jail(connection, folder)
        self._folders[pid] = folder
        end, self._ends[pid] = os.pipe()
        with connection:
            try:
                # Said by this process, which runs no student code: what the examiner may kill, how far to trust it, and
                # where it hears how it ended.
                socket.send_fds(connection, [HELLO.pack(pid, layers.as_bits(self.layers))], [end])
            except OSError:
                _kill(pid)
        os.close(end)

    def _become_jail(self, connection: socket.socket, folder: Path) -> NoReturn:
        from proctor.channel.wire import Channel
        from proctor.jail.child import live, tell

        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.setsid()
            ctypes.CDLL(None).prctl(PARENT_DEATH_SIGNAL, signal.SIGKILL)
            for descriptor in (self._listener.fileno(), *self._wakers, *self._ends.values()):
                os.close(descriptor)
            live(connection, Path(isolate(self.layers, str(folder), self._shown, self._who)))
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
            _, status, used = os.wait4(ended.si_pid, 0)
            if (end := self._ends.pop(ended.si_pid, None)) is not None:
                with contextlib.suppress(OSError):  # its examiner wants to know no more
                    os.write(end, END.pack(os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime))
                os.close(end)
            folder = self._folders.pop(ended.si_pid, None)
            for orphan in _children() - self._folders.keys():
                _kill(orphan)
            if folder is not None:
                _remove(folder)


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
