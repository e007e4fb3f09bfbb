"""What a notebook's cells have left undone: answers not written, and cells that are no Python.

A cell that needs an unwritten answer says so in one line, and does not fail. *Run all* then reaches
the last check of a notebook of which nothing is written yet. A Jupyter kernel would skip all cells
after the first that raises, as an unwritten stub does.
"""

from __future__ import annotations

import ast
import re
import sys
from types import FrameType, TracebackType
from typing import Any

from proctor.channel.described import misspelt
from proctor.verdict import UNWRITTEN

_waiting: dict[str, str] = {}
"""Names that cells did not come to define → the unwritten answer that these cells need."""
_unwritten: set[str | None] = set()
"""Ids of cells that are nothing but a stub, so that nobody knows which names they are to define;
None for a cell of a front end that tells no ids."""
_broken: dict[str, str] = {}
"""Names whose cell is no Python as it stands → what is wrong with it; they may be defined still."""


def why_outdated(name: str) -> str:
    """A sentence on why `name` is not what its cell says now; "" if it is."""
    if name not in _broken:
        return ""
    return f"the cell of `{name}` did not run, for it is not Python as it stands: {_broken[name]}"


def why_undefined(name: str, like: str = "") -> str:
    """A sentence on why the notebook has not defined `name`; `like` is spelled nearly so, or ""."""
    if name in _waiting:
        return f"`{name}` is not there, because {_waiting[name]} {UNWRITTEN}"
    if _unwritten:
        return f"`{name}` is not there, and a cell that makes something {UNWRITTEN}"
    if like:
        return misspelt(name, like)
    return f"`{name}` is not defined: has the cell that makes it run?"


def why_untrained(name: str) -> str:
    """A sentence on why the model `name` is not trained yet."""
    if name in _waiting:
        return f"`{name}` is not trained yet, because {_waiting[name]} {UNWRITTEN}"
    return f"`{name}` is not trained yet: has its training cell run?"


def continue_past_stubs() -> None:
    """Have the Jupyter kernel of this process, if it is one, continue past unwritten stubs.

    Only exceptions of the notebook's own cells count: a stub's `NotImplementedError`, and the
    `NameError` of a name that a cell would have defined if a stub had not stopped it. While a cell
    is nothing but a stub, that may be any name.
    """
    ipython = sys.modules.get("IPython")
    shell: Any = ipython.get_ipython() if ipython is not None else None
    if getattr(shell, "kernel", None) is not None:
        StubWatch(shell)


class StubWatch:
    """Told of each cell's exception and end, by IPython.

    Args:
        shell: IPython's shell, which runs the notebook's cells.

    Attributes:
        awaited: what the last cell waits for, in a sentence; "" if it waits for nothing.
    """

    def __init__(self, shell: Any):
        self.awaited = ""
        self._shell = shell
        self._missing, self._sentence = "", ""
        shell.set_custom_exc((NotImplementedError, NameError), self.on_exception)
        shell.events.register("post_run_cell", self.on_cell_end)

    def on_exception(
        self, shell: Any, kind: type, error: BaseException, trace: TracebackType, tb_offset: int | None = None
    ) -> None:
        """Print what the running cell waits for, or the traceback of any other exception."""
        self._missing, self._sentence = self._explain(error, trace)
        if self._sentence:
            print(self._sentence)
            _drop_unfinished_pictures()
        else:
            shell.showtraceback((kind, error, trace), tb_offset=tb_offset, running_compiled_code=True)

    def on_cell_end(self, result: Any) -> None:
        """Note the names that the cell did not come to define; a cell that waits passes as run."""
        defined = re.findall(r"^(?:def|class|async def)\s+(\w+)|^(\w+)\s*=", result.info.raw_cell, re.MULTILINE)
        names = [name for pair in defined for name in pair if name]
        wrong = result.error_before_exec
        if isinstance(wrong, SyntaxError):
            _broken.update(dict.fromkeys(names, f"{type(wrong).__name__} in line {wrong.lineno}, {wrong.msg}"))
        else:
            for name in names:
                _broken.pop(name, None)
        missing, self.awaited = self._missing, self._sentence
        self._missing, self._sentence = "", ""
        cell_id = getattr(result.info, "cell_id", None)
        if cell_id is not None:
            _unwritten.discard(cell_id)
        if missing and result.error_in_exec is not None:
            stored = _names_stored(result.info.raw_cell)
            _waiting.update(dict.fromkeys(stored, missing))
            if not stored:
                _unwritten.add(cell_id)
            result.error_in_exec = None  # the kernel tells Jupyter to go on

    def _explain(self, error: BaseException, trace: TracebackType) -> tuple[str, str]:
        """What is not written yet, and a sentence on it; ("", "") for any other exception."""
        frame = _innermost_frame(trace)
        if frame.f_globals is not self._shell.user_ns:
            return "", ""  # raised by a library
        if isinstance(error, NameError):
            name = error.name or ""
            awaited = _waiting.get(name) or ("an earlier cell" if _unwritten else "")
            return (awaited, f"{why_undefined(name)}.") if awaited else ("", "")
        name = frame.f_code.co_name
        if name == "<module>":
            return "an earlier cell", f"This cell {UNWRITTEN}."
        return f"{name}()", f"{name}() {UNWRITTEN}, and this cell needs it."


def _drop_unfinished_pictures() -> None:
    """Close what the cell has begun to draw, or the notebook would show empty axes below it.

    Only where pictures are shown at a cell's end, so that all that are open are this cell's.
    """
    pyplot: Any = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None and "inline" in pyplot.get_backend():
        pyplot.close("all")


def _innermost_frame(trace: TracebackType) -> FrameType:
    while trace.tb_next is not None:
        trace = trace.tb_next
    return trace.tb_frame


def _names_stored(cell: str) -> set[str]:
    """The names that a cell's code assigns; none if it is not plain Python (an IPython magic)."""
    try:
        tree = ast.parse(cell)
    except SyntaxError:
        return set()
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)} | {
        node.name for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.ClassDef))
    }
