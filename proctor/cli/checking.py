"""`proctor check`: what a student sees of it."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console

from proctor.errors import ProctorError
from proctor.judge.live import check_notebook, declared_beside, how_to_hand_in
from proctor.text import plain


def check_in_terminal(console: Console, notebook: Path) -> bool:
    """Run a notebook and print its check tables; returns whether every criterion is met.

    On a terminal, a line tells which cell is running.

    Args:
        console: where to print.
        notebook: its file.

    Raises ProctorError if it cannot be read, or if it cannot be told which exercise it is.
    """
    with contextlib.suppress(ProctorError):  # each check of the notebook says it
        if declared := declared_beside(notebook.resolve()):
            warn_of_overwriting(console, notebook, declared.artifacts.values())
    # While a cell runs, what stands for sys.stderr captures; this is the terminal.
    terminal = Console(file=sys.stderr)
    unmet = 0
    with terminal.status("") as line:

        def begin(cell: str) -> None:
            line.update(plain(f"{cell} is running"))

        for table in check_notebook(notebook, how_to_hand_in(notebook.name), begin=begin):
            unmet += not table.met
            console.print(str(table), highlight=False, markup=False)
            console.print()
    return not unmet


def warn_of_overwriting(console: Console, notebook: Path, files: Iterable[str]) -> None:
    """Say which model files are there already, since the notebook's run may replace them.

    Args:
        console: where to print.
        notebook: the notebook's file.
        files: the names of its model files.
    """
    for file in files:
        if notebook.with_name(file).exists():
            sentence = f"{file} is there already. If the run saves it anew, it is overwritten."
            console.print(plain(sentence), style="yellow", markup=False, highlight=False, soft_wrap=True)
