"""The fork server: a process that has imported everything once and forks one jail per connection.

`ForkServer` is the trusted side that starts it; `main` is what runs in it. It runs no operation and builds no layer
before a fork: a process that has is no longer safe to fork (TensorFlow hangs in the child).
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import io
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
from pathlib import Path
from types import TracebackType
from typing import Any

from proctor.errors import NotGraded
from proctor.jail.view import PARENT_DEATH_SIGNAL, enter_own_namespaces

NOBODY = 65534
START_SECONDS = 120
HELLO = struct.Struct("<I?")
"""A jail's process number, and whether it has namespaces of its own."""
VIEW = Path(__file__).with_name("view.py")
PACKAGE = Path(__file__).resolve().parent.parent

IMPORTED = (
    "numpy",
    "keras",
    "tensorflow",
    "tensorflow.python.data.ops.concatenate_op",
    "tensorflow.python.data.ops.flat_map_op",
    "tensorflow.python.data.ops.from_tensors_op",
    "tensorflow.python.data.ops.range_op",
    "tensorflow.python.data.ops.zip_op",
    "h5py",
    "matplotlib.figure",
    "matplotlib.pyplot",
    "matplotlib_inline.backend_inline",
    "PIL.Image",
    "PIL.PngImagePlugin",
    "PIL.JpegImagePlugin",
    "IPython.core.interactiveshell",
    "stack_data",
    "pygments.formatters.terminal256",
    "proctor",
    "proctor.jail.child",
    "proctor.jail.shell",
    "proctor.models.describe",
)

CLEAN_ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "TZ": "UTC",
    "KERAS_BACKEND": "tensorflow",
    "CUDA_VISIBLE_DEVICES": "-1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MPLBACKEND": "Agg",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONBREAKPOINT": "0",
}


class ForkServer:
    """A running fork server; a context manager. `address` is where jails are asked for.

    Args:
        shown: folders that student code may read beside the system and the interpreter (the exercises' data).

    Raises NotGraded if the server does not start.
    """

    def __init__(self, shown: tuple[Path, ...] = ()):
        self._shown = shown

    def __enter__(self) -> ForkServer:
        self._folder = tempfile.TemporaryDirectory(prefix="proctor-")
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
        self._await_ready()
        return self

    def _start(self, listener: int, scratch: Path, user: int | None) -> subprocess.Popen[bytes]:
        shown = {Path(sys.prefix), Path(sys.base_prefix), PACKAGE, *(path.resolve() for path in self._shown)}
        root = Path(self._folder.name, "root")
        root.mkdir()
        plan = {
            "root": str(root),
            "show": sorted(map(str, shown)),
            "write": [str(scratch)],
            "user": user,
            "command": [sys.executable, "-P", "-m", "proctor.jail.server", str(listener), str(scratch)],
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

    def _await_ready(self) -> None:
        assert self._process.stdout is not None and self._process.stderr is not None
        readable, _, _ = select.select([self._process.stdout], [], [], START_SECONDS)
        if readable and self._process.stdout.readline() == b"ready\n":
            return
        self._process.kill()
        said = self._process.stderr.read().decode("utf-8", "replace").strip().splitlines()
        self.__exit__(None, None, None)
        raise NotGraded(f"the fork server did not start ({said[-1] if said else 'no reason given'})")

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


def main(listener: socket.socket, scratch: Path) -> None:
    """Fork a jail for each connection until standard input closes."""
    _import_everything()
    isolated = _can_isolate(scratch)
    os.write(1, b"ready\n")
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 1)
    os.dup2(null, 2)
    jails: dict[int, Path] = {}
    waking, waker = os.pipe()
    os.set_blocking(waker, False)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
    while True:
        readable, _, _ = select.select([listener, sys.stdin.fileno(), waking], [], [])
        if waking in readable:
            os.read(waking, 4096)
            _reap(jails)
        if sys.stdin.fileno() in readable:
            break
        if listener in readable:
            connection, _ = listener.accept()
            _fork(connection, listener, (waking, waker), scratch, jails, isolated)
    for pid in jails:
        _kill(pid)
    for folder in jails.values():
        _remove(folder)


def _import_everything() -> None:
    """Import what students' notebooks import, down to what is only imported on first use.

    No TensorFlow operation runs and no thread starts, so that forking stays safe.
    """
    for name in IMPORTED:
        importlib.import_module(name)
    tensorflow = sys.modules["tensorflow"]
    for name in ("data", "image", "io", "strings", "random", "nn", "math"):
        getattr(tensorflow, name)
    figure = sys.modules["matplotlib.figure"].Figure()
    figure.subplots().plot([0, 1])
    figure.savefig(io.BytesIO())
    gc.freeze()


def _can_isolate(scratch: Path) -> bool:
    """Whether jails see only what they may and get namespaces of their own on this machine."""
    pid = os.fork()
    if pid == 0:
        code = 1
        with contextlib.suppress(OSError):
            enter_own_namespaces(str(scratch / "probe"))
            code = 0
        os._exit(code)
    return os.waitpid(pid, 0)[1] == 0 and os.stat("/").st_dev != os.stat("/usr").st_dev


def _fork(
    connection: socket.socket,
    listener: socket.socket,
    wakers: tuple[int, int],
    scratch: Path,
    jails: dict[int, Path],
    isolated: bool,
) -> None:
    folder = Path(tempfile.mkdtemp(prefix="run-", dir=scratch))
    pid = os.fork()
    if pid == 0:
        _become_jail(connection, listener, wakers, folder)
    jails[pid] = folder
    with connection:
        try:
            # Said by this process, which runs no student code: what the examiner may kill, and how far to trust it.
            connection.sendall(HELLO.pack(pid, isolated))
        except OSError:
            _kill(pid)


def _become_jail(connection: socket.socket, listener: socket.socket, wakers: tuple[int, int], folder: Path) -> None:
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()
        ctypes.CDLL(None).prctl(PARENT_DEATH_SIGNAL, signal.SIGKILL)
        with contextlib.suppress(OSError):
            enter_own_namespaces(str(folder))
        listener.close()
        for descriptor in wakers:
            os.close(descriptor)
        from proctor.jail.child import live

        live(connection, folder)
    finally:
        os._exit(1)


def _reap(jails: dict[int, Path]) -> None:
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
        _remove(jails.pop(ended.si_pid))


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
    main(socket.socket(fileno=int(sys.argv[1])), Path(sys.argv[2]))
