"""The fork server: a process that has imported everything once and forks one jail per connection.

`ForkServer` starts it and belongs to the trusted process; `main` is what runs in the server.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import multiprocessing
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
from proctor.jail.environment import CLEAN_ENVIRONMENT, plainest
from proctor.jail.isolate import find_layers, fork, isolate
from proctor.jail.preload import preload, rehearse
from proctor.jail.view import PR_SET_PDEATHSIG

NOBODY = 65534
PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h
START_SECONDS = 600  # for what takes seconds; a machine may be very busy
MOST_NEWCOMERS = 256
HELLO = struct.Struct("<IB")
"""First message on a connection: the jail's process id and its layers (`layers.to_bits`).

Process id 0 means that the fork failed; the reason follows as text.
"""
EXIT_REPORT = struct.Struct("<id")
"""Written to a pipe when a jail has ended: its exit code and its CPU time in seconds.

The exit code of a process that a signal ended is minus the signal's number.
"""
KEY = "key"
"""A file beside the socket. Only who can open it, as no jail can, gets a jail: the descriptor is
sent first, and the server knows the file's device and inode. So it has no secret that a fork could
find in its memory."""
PYTHON_PARTS = ("bin", "lib", "lib64", "pyvenv.cfg")
"""What Python needs of its prefix, which may be a folder with a course, or a home, in it."""
VIEW = Path(__file__).with_name("view.py")
PACKAGE = Path(__file__).resolve().parent.parent


class ForkServer:
    """A context manager that runs a fork server; `address` is the path of its Unix socket.

    Args:
        readable: folders that student code may read beside the system and the interpreter, such as
            the exercises' data.
        plain: whether its libraries use the plainest settings (`environment.plainest`).

    Raises NotGraded if the server does not start.
    """

    def __init__(self, readable: tuple[Path, ...] = (), plain: bool = False):
        self._readable = readable
        self._environment = plainest() if plain else CLEAN_ENVIRONMENT

    def __enter__(self) -> ForkServer:
        from proctor.jail.owned_folder import OwnedFolder  # needs fcntl, which Windows lacks

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
        key = os.open(Path(self._folder.name, KEY), os.O_CREAT | os.O_EXCL | os.O_RDONLY, 0o600)
        with listener:
            try:
                self._process = self._start(listener.fileno(), os.fstat(key), scratch, user)
            except OSError as error:
                self._folder.cleanup()
                raise NotGraded(f"the fork server did not start: {sys.executable}: {error.strerror}") from error
            finally:
                os.close(key)
        return self

    @cached_property
    def layers(self) -> frozenset[str]:
        """The layers that isolate its jails; waits until the server has imported everything.

        Raises NotGraded if it is not ready within `START_SECONDS`.
        """
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        readable, _, _ = select.select([self._process.stdout], [], [], START_SECONDS)
        words = self._process.stdout.readline().split() if readable else []
        if words[:1] == [b"ready"]:
            return layers.from_bits(int(words[1]))
        self._process.kill()
        reasons = self._process.stderr.read().decode("utf-8", "replace").strip().splitlines()
        raise NotGraded(f"the fork server did not start ({reasons[-1] if reasons else 'no reason given'})")

    def _start(self, listener: int, key: os.stat_result, scratch: Path, user: int | None) -> subprocess.Popen[bytes]:
        readable = sorted({*python_paths(), *(str(path.resolve()) for path in self._readable)})
        numbers = [str(number) for number in (listener, key.st_dev, key.st_ino)]
        root = Path(self._folder.name, "root")
        root.mkdir()
        plan = {
            "root": str(root),
            "show": readable,
            "write": [str(scratch)],
            "user": user,
            "command": [sys.executable, "-P", "-m", "proctor.jail.server", *numbers, str(scratch), *readable],
        }
        return subprocess.Popen(
            [sys.executable, "-I", str(VIEW), json.dumps(plan)],
            env={
                **self._environment,
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
        with contextlib.suppress(OSError):  # the server has ended, and its jails with it
            self._process.stdin.write(b"\n")
            self._process.stdin.flush()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # The end of its standard input makes the server kill its jails and exit.
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


def python_paths() -> set[str]:
    """The paths that student code reads because it is Python: of the interpreter and of Proctor."""
    prefixes = {sys.prefix, sys.base_prefix, os.path.realpath(sys.prefix), os.path.realpath(sys.base_prefix)}
    parts = {os.path.join(prefix, part) for prefix in prefixes for part in PYTHON_PARTS}
    return {*parts, sys.executable, os.path.realpath(sys.executable), str(PACKAGE)}


def main(listener: socket.socket, key: tuple[int, int], scratch: Path, readable: list[str]) -> NoReturn:
    """Fork a jail for each connection until standard input closes; never returns.

    Args:
        listener: the bound Unix socket.
        key: device and inode of the file that a client has to have opened.
        scratch: folder in which each jail gets a folder of its own.
        readable: paths that student code may read beside the system.
    """
    # Before the imports: it tries the layers in forks, which are cheap while this process is small.
    server = _Server(listener, key, scratch, readable)
    gc.disable()  # collections during the imports would take long and free next to nothing
    preload()
    gc.freeze()
    gc.enable()
    rehearse(scratch)
    gc.freeze()
    # Orphans of a jail without a PID namespace become children of this process, which kills them.
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    os.write(1, b"ready %d\n" % layers.to_bits(server.layers))
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 1)
    os.dup2(null, 2)
    server.serve()
    os._exit(0)  # skips TensorFlow's clean-up at exit, which takes a while


class _Server:
    """Forks jails, reaps those that have ended and reports how."""

    def __init__(self, listener: socket.socket, key: tuple[int, int], scratch: Path, readable: list[str]):
        self.layers = find_layers(str(scratch / "probe"))
        self._user_and_group = os.getuid(), os.getgid()
        self._listener = listener
        self._key = key
        self._newcomers: list[socket.socket] = []  # who have not shown the key yet
        self._scratch = scratch
        self._readable = readable
        self._folders: dict[int, Path] = {}
        self._exit_pipes: dict[int, int] = {}
        self._wakeup_pipe = os.pipe()
        os.set_blocking(self._wakeup_pipe[1], False)

    def serve(self) -> None:
        """Fork a jail for each connection that shows the key, until standard input closes."""
        woken, waker = self._wakeup_pipe  # SIGCHLD writes a byte into it, which ends the select
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
        while True:
            readable, _, _ = select.select([self._listener, sys.stdin.fileno(), woken, *self._newcomers], [], [])
            if woken in readable:
                os.read(woken, 4096)
                self._reap()
            if sys.stdin.fileno() in readable:
                for pid in self._folders:
                    _kill(pid)
                if not os.read(sys.stdin.fileno(), 4096):
                    break
            for newcomer in [each for each in self._newcomers if each in readable]:
                self._newcomers.remove(newcomer)
                if self._shows_key(newcomer):
                    self._fork(newcomer)
                newcomer.close()
            if self._listener in readable:
                self._newcomers = [*self._newcomers[-MOST_NEWCOMERS:], self._listener.accept()[0]]
        for folder in self._folders.values():
            _remove(folder)

    def _shows_key(self, newcomer: socket.socket) -> bool:
        with contextlib.suppress(OSError):
            _, found, _, _ = socket.recv_fds(newcomer, 1, 1, socket.MSG_DONTWAIT)
            files = [os.fstat(descriptor) for descriptor in found]
            for descriptor in found:
                os.close(descriptor)
            return [(file.st_dev, file.st_ino) for file in files] == [self._key]
        return False

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
        exit_pipe, self._exit_pipes[pid] = os.pipe()
        with connection:
            try:
                # Sent by this process and not by the jail, because it runs no student code: the
                # process that the examiner may kill, its layers, and the pipe with its exit report.
                socket.send_fds(connection, [HELLO.pack(pid, layers.to_bits(self.layers))], [exit_pipe])
            except OSError:
                _kill(pid)
        os.close(exit_pipe)

    def _become_jail(self, connection: socket.socket, folder: Path) -> NoReturn:
        from proctor.channel.frames import Channel
        from proctor.jail.child import report_failure, serve_examiner

        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.setsid()
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            others = [newcomer.fileno() for newcomer in self._newcomers]
            for descriptor in (self._listener.fileno(), *others, *self._wakeup_pipe, *self._exit_pipes.values()):
                os.close(descriptor)
            if layers.VIEW not in self.layers:
                # Python 3.14's own way to start processes connects to a socket: see the filter.
                multiprocessing.set_start_method("fork", force=True)
            serve_examiner(connection, Path(isolate(self.layers, str(folder), self._readable, self._user_and_group)))
        except OSError as error:
            report_failure(Channel(connection), error)
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
            # Kill its process group before it is waited for: after that, its id may be reused.
            _kill(ended.si_pid)
            _, status, used = os.wait4(ended.si_pid, 0)
            if (exit_pipe := self._exit_pipes.pop(ended.si_pid, None)) is not None:
                with contextlib.suppress(OSError):  # the examiner has closed its end of the pipe
                    cpu_seconds = used.ru_utime + used.ru_stime
                    os.write(exit_pipe, EXIT_REPORT.pack(os.waitstatus_to_exitcode(status), cpu_seconds))
                os.close(exit_pipe)
            folder = self._folders.pop(ended.si_pid, None)
            for orphan in _child_pids() - self._folders.keys():
                _kill(orphan)
            if folder is not None:
                _remove(folder)


def _child_pids() -> set[int]:
    with contextlib.suppress(OSError):
        return set(map(int, Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()))
    return set()


def _kill(pid: int) -> None:
    """Kill a jail and its process group."""
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            kill(pid, signal.SIGKILL)


def _remove(folder: Path) -> None:
    def allow(function: Any, path: str, _error: Any) -> None:
        try:
            os.chmod(os.path.dirname(path), 0o700)
            os.chmod(path, 0o700)
            function(path)
        except OSError:
            pass  # removed with the whole scratch folder

    shutil.rmtree(folder, onerror=allow)


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])), (int(sys.argv[2]), int(sys.argv[3])), Path(sys.argv[4]), sys.argv[5:])
