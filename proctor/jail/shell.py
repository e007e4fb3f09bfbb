"""IPython's shell in the jail: runs cells and sends their outputs as records of bounded size."""

from __future__ import annotations

import base64
import io
import os
import sys
import traceback
from collections.abc import Callable
from functools import cache
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.profiledir import ProfileDir
from traitlets.config import Config

from proctor.jail.alarm import CellTimeout

Emit = Callable[[dict[str, Any]], None]

NOTEBOOK_BYTES = 32 * 2**20
"""Most that all cells together may show; the rest is dropped, as `client` ends jails at more."""
SHOWN = ("text/plain", "text/html", "text/markdown", "text/latex", "image/png", "image/jpeg", "image/svg+xml")


class Outputs:
    """Passes on the output records of the current cell until its limit is reached.

    `before_a_record` is called before anything but stream text is shown; it flushes the streams, so
    that outputs keep their order.
    """

    def __init__(self) -> None:
        self._left_of_all = NOTEBOOK_BYTES
        self.execution_count = 0
        self.before_a_record: Callable[[], None] = lambda: None
        self.pass_on_to(lambda _: None, 0)

    def pass_on_to(self, emit: Emit, limit: int) -> None:
        """Pass records on to `emit` from now on; each cell may show `limit` characters of text."""
        self._emit = emit
        self._limit = self._left = limit

    def start_cell(self) -> None:
        """Begin a new cell, with its whole limit left."""
        self._left = self._limit
        self.execution_count += 1

    def show_text(self, name: str, text: str) -> None:
        """Show text of the stream `name`; cut, with a note, at the cell's limit."""
        if self._left <= 0 or not text:
            return
        if len(text) > self._left:
            text = text[: self._left] + f"\n… cut here: a cell may print {self._limit // 1024} KiB\n"
        self._left -= len(text)
        self._pass_on({"output_type": "stream", "name": name, "text": text}, len(text))

    def show_bundle(self, kind: str, data: dict[str, Any]) -> None:
        """Show a MIME bundle as a record of the type `kind`: display_data or execute_result."""
        bundle = {mime: _to_text(data[mime]) for mime in SHOWN if mime in data}
        size = sum(len(text) for text in bundle.values())
        # A bundle may be ten times as large as the text limit, because pictures are.
        if self._left <= 0 or size > 10 * self._limit or not bundle:
            return
        self._left -= min(size, self._limit // 10)
        record: dict[str, Any] = {"output_type": kind, "data": bundle, "metadata": {}}
        if kind == "execute_result":
            record["execution_count"] = self.execution_count
        self._pass_on(record, size)

    def show_error(self, name: str, text: str, traceback: list[str]) -> None:
        """Show an exception: its class name, its message and the lines of its traceback."""
        lines = [line[:2000] for line in traceback[:40]]
        self._emit({"output_type": "error", "ename": name, "evalue": text[:2000], "traceback": lines})

    def _pass_on(self, record: dict[str, Any], size: int) -> None:
        if size <= self._left_of_all:
            self._left_of_all -= size
            self._emit(record)


def _to_text(value: Any) -> str:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)


class Stream(io.TextIOBase):
    """sys.stdout or sys.stderr of the jail; buffers text, so that not each print is a message.

    Args:
        name: "stdout" or "stderr".
        outputs: where the text goes.
        piece: characters that are buffered.
    """

    def __init__(self, name: str, outputs: Outputs, piece: int = 8192):
        self._name = name
        self._outputs = outputs
        self._piece = piece
        self._waiting: list[str] = []
        self._length = 0

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self._waiting.append(str(text))
        self._length += len(text)
        if self._length >= self._piece:
            self.flush()
        return len(text)

    def flush(self) -> None:
        text, self._waiting, self._length = "".join(self._waiting), [], 0
        self._outputs.show_text(self._name, text)


class _Hook(DisplayHook):
    outputs: Outputs

    def __call__(self, result: Any = None) -> None:
        if result is None or self.quiet():
            return
        data, _ = self.compute_format_data(result)
        self.update_user_ns(result)
        self.outputs.before_a_record()
        self.outputs.show_bundle("execute_result", data)


class _Publisher(DisplayPublisher):
    outputs: Outputs

    def publish(self, data: Any, *_: Any, **ignored: Any) -> None:
        self.outputs.before_a_record()
        self.outputs.show_bundle("display_data", data)

    def clear_output(self, wait: bool = False) -> None:
        pass


class Shell(InteractiveShell):
    """IPython's shell without a terminal, a history file or an input prompt."""

    displayhook_class = _Hook
    display_pub_class = _Publisher

    outputs: Outputs
    streams: tuple[Stream, Stream]

    # Runs `!command` as a plain subprocess; the default needs a pseudo-terminal.
    system = InteractiveShell.system_raw

    def _showtraceback(self, etype: type, evalue: BaseException, stb: list[str]) -> None:
        self.outputs.before_a_record()
        self.outputs.show_error(etype.__name__, _read_message(evalue), list(stb))

    def showtraceback(self, exc_tuple: Any = None, *arguments: Any, **settings: Any) -> None:
        """Show an exception; of a cell that ran out of time, only where it stood.

        IPython's own traceback may take seconds, which such a cell no longer has.
        """
        kind, error, trace = self._get_exc_info(exc_tuple)
        if not isinstance(error, CellTimeout):
            super().showtraceback(exc_tuple, *arguments, **settings)
            return
        frames = [each for each in traceback.walk_tb(trace) if each[0].f_globals is self.user_ns]
        self._showtraceback(kind, error, traceback.StackSummary.extract(iter(frames), limit=-20).format())

    def enable_gui(self, gui: str | None = None) -> None:
        pass


def _read_message(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # the student's __str__ may raise anything  # noqa: BLE001
        return "(its message could not be read)"


@cache
def make_shell() -> Shell:
    """The one shell of this process; `pass_on_to` of its `outputs` says where outputs go.

    The fork server makes it before it forks; each jail then calls `use_working_folder`.
    """
    configuration = Config()
    configuration.HistoryManager.enabled = False
    configuration.InteractiveShell.colors = "nocolor"
    configuration.InteractiveShell.cache_size = 0
    outputs = Outputs()
    _Hook.outputs = _Publisher.outputs = Shell.outputs = outputs
    shell = Shell.instance(config=configuration)
    shell.streams = (Stream("stdout", outputs), Stream("stderr", outputs))
    outputs.before_a_record = lambda: _flush(shell.streams)
    shell.run_line_magic("matplotlib", "inline")
    return shell


def use_working_folder(shell: Shell) -> None:
    """Make the shell forget where it was made: set its folders to the current working folder."""
    here = os.getcwd()
    shell.starting_dir = here
    shell.user_ns["_dh"][:] = [here]
    shell.profile_dir = ProfileDir(location=os.path.join(here, ".ipython"))


def _flush(streams: tuple[Stream, Stream]) -> None:
    for stream in streams:
        stream.flush()


def run_cell(shell: Shell, source: str) -> dict[str, Any]:
    """Run one cell.

    Returns {"status": "ok" | "error" | "timeout", "error": "Type: message" or ""}.
    """
    shell.outputs.start_cell()
    sys.stdout, sys.stderr = shell.streams  # an earlier cell may have replaced them
    try:
        result = shell.run_cell(source, store_history=True)
    finally:
        _flush(shell.streams)
        _pass_on_raw_output(shell.outputs)
    failure = result.error_before_exec or result.error_in_exec
    if failure is None:
        return {"status": "ok", "error": ""}
    status = "timeout" if isinstance(failure, CellTimeout) else "error"
    message = _read_message(failure)
    if isinstance(failure, SyntaxError) and result.error_before_exec is not None:
        message = f"{failure.msg} (line {failure.lineno})"  # without the name that IPython gives the cell
    return {"status": status, "error": f"{type(failure).__name__}: {message}"[:500]}


def _pass_on_raw_output(outputs: Outputs) -> None:
    """Pass on what was written to descriptors 1 and 2 directly, by `!command` or a C library.

    `child` has pointed both to a file, which is emptied here.
    """
    size = os.lseek(1, 0, os.SEEK_CUR) if _is_file(1) else 0
    if size:
        text = os.pread(1, outputs._limit, 0).decode("utf-8", "replace")  # noqa: SLF001
        os.ftruncate(1, 0)
        os.lseek(1, 0, os.SEEK_SET)
        outputs.show_text("stdout", text)


def _is_file(descriptor: int) -> bool:
    try:
        os.lseek(descriptor, 0, os.SEEK_CUR)
    except OSError:
        return False
    return True
