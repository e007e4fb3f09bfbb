"""Runs a rebuilt notebook in a jail, cell by cell and within its budget.

When a cell ends the process, a new one runs the other cells.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from nbformat import NotebookNode

from proctor.channel.described import misspelt
from proctor.course.assignment import Budget
from proctor.course.cells import grade_id, is_check, is_train
from proctor.errors import StudentError
from proctor.feedback.old_ways import with_todays_way
from proctor.jail.client import CellOutcome, Jail
from proctor.jail.limits import Limits
from proctor.jail.outputs import tidy
from proctor.verdict import UNWRITTEN, CellRun

RESTARTS = 3
MOST_TIMES = 2
"""A cell that runs out of time takes none from the cells after it, until the notebook has taken
this many times its own."""


class NotebookRun:
    """Runs a notebook and keeps its process, so that graders can use what it defined.

    A cell that ends the process is skipped when the notebook runs again, in a new process, so that
    what the other cells define can be graded. That happens at most `RESTARTS` times.

    Args:
        address: of the fork server, or `client.SPAWN`.
        limits: of the process.
        budget: time of a cell, of the notebook and of a request, as `UsedTime` measures.
        notebook: the notebook; outputs are written into its cells.
        files: name → content of the files beside the notebook.
        train: whether cells tagged "train" run.
        tests: whether check cells run.
    """

    def __init__(
        self,
        address: str,
        limits: Limits,
        budget: Budget,
        notebook: NotebookNode,
        files: dict[str, bytes],
        train: bool,
        tests: bool = False,
    ):
        self._address = address
        self._limits = limits
        self._budget = budget
        self._notebook = notebook
        self._files = files
        self._fatal: dict[int, CellOutcome] = {}
        self._restarts = 0
        self.trains = train
        self._tests = tests
        self.cells: list[CellRun] = []
        self.jail: Jail

    def start(self) -> None:
        """Run the notebook; raises JailLost if no jail can be started."""
        self._run()
        while self.jail.ended and self._restarts < RESTARTS:
            self._restarts += 1
            self._run()

    def restart(self) -> None:
        """Run the notebook again if its process has ended; does nothing after `RESTARTS` times."""
        if self.jail.ended and self._restarts < RESTARTS:
            self._restarts += 1
            self._run()

    def _run(self) -> None:
        self.jail = Jail(self._address, self._limits, self._files, self._budget.call_seconds)
        self.cells = []
        allowed = self._budget.notebook_seconds
        used = 0.0
        for index, cell in enumerate(self._notebook.cells):
            if cell.cell_type != "code" or (is_check(cell) and not self._tests):
                continue
            outcome = self._run_cell(index, cell, allowed - used)
            used += outcome.seconds
            if outcome.status == "timeout":
                allowed = min(MOST_TIMES * self._budget.notebook_seconds, allowed + outcome.seconds)
            cell.outputs = tidy(outcome.outputs)
            self.cells.append(CellRun(grade_id(cell), outcome.status, with_todays_way(outcome.error)))

    def _run_cell(self, index: int, cell: NotebookNode, left: float) -> CellOutcome:
        if index in self._fatal:
            return replace(self._fatal[index], seconds=0.0)
        if is_train(cell) and not self.trains:
            return CellOutcome("skipped")
        if self.jail.ended:
            return CellOutcome("not run", "an earlier cell ended the process")
        left = min(self._budget.cell_seconds, left)
        if left <= 0:
            return CellOutcome("not run", f"the notebook's {self._budget.notebook_seconds:g} s were used up")
        outcome = self.jail.run_cell(cell.source, left)
        if self.jail.ended:
            if outcome.status == "died":
                outcome.error = self.jail.ended
            self._fatal[index] = outcome
        return outcome

    def read_file(self, name: str) -> bytes | None:
        """The content of the file that the notebook saved as `name`; None if there is none."""
        try:
            found: Any = self.jail.ask({"op": "file", "name": name})
        except StudentError:
            return None
        return found if isinstance(found, bytes) else None

    def why_missing(self, name: str, like: str = "") -> str:
        """A sentence on why `name` is not defined.

        It tells an answer that is not written yet, or `like`, a name of the notebook that is
        spelled nearly so, or the first cell that failed.
        """
        failed = self._first_failed()
        if failed is not None and failed.error.startswith("NotImplementedError"):
            return f"`{name}` is not there, because an answer in or before {_name(failed)} {UNWRITTEN}"
        if like:
            return misspelt(name, like)
        if failed is None:
            return f"`{name}` is not defined after the notebook has run from top to bottom"
        return f"`{name}` is not defined; {_how_it_ended(failed)}"

    def why_untrained(self) -> str:
        """The end of a sentence on why the notebook has not saved a model."""
        if not self.trains:
            return "the training cells are not run here"
        names = [grade_id(cell) for cell in self._notebook.cells if is_train(cell)]
        failed = next((cell for cell in self.cells if cell.id in names and cell.status not in ("ok", "skipped")), None)
        if failed is None:
            return "the training cell did not save one" if names else "the notebook did not save one"
        first = self._first_failed()
        if first is failed or first is None:
            return f"the training {_how_it_ended(failed)}"
        return f"the training {_how_it_ended(failed)}; before, {_how_it_ended(first)}"

    def _first_failed(self) -> CellRun | None:
        return next((cell for cell in self.cells if cell.status not in ("ok", "skipped")), None)

    def close(self) -> None:
        """End the process."""
        self.jail.close()


def _name(cell: CellRun) -> str:
    return f"cell '{cell.id}'" if cell.id else "cell of your own"


def _how_it_ended(failed: CellRun) -> str:
    """What a sentence says of a cell that failed: "cell 'train' was stopped after 60 s"."""
    place = _name(failed)
    if failed.error.startswith("NotImplementedError"):
        return f"{place} waits for an answer that {UNWRITTEN}"
    if failed.status == "not run":
        return f"{place} was not run: {failed.error}"
    if failed.status == "died":
        return f"{place} did not come to its end: {failed.error}"
    return f"{place} {'was' if failed.status == 'timeout' else 'stopped with'} {failed.error}"
