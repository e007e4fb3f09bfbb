"""A rebuilt notebook's run in a jail: cell by cell, within its budget, surviving cells that kill the process."""

from __future__ import annotations

import time
from typing import Any

from nbformat import NotebookNode

from proctor.course.assignment import Budget
from proctor.course.cells import grade_id, is_check, is_train
from proctor.errors import StudentError
from proctor.jail.client import CellOutcome, Jail
from proctor.jail.limits import Limits
from proctor.jail.outputs import tidy
from proctor.verdict import CellRun

RESTARTS = 3


class NotebookRun:
    """Runs `notebook` and keeps the process for questions; outputs are written into the notebook's cells.

    A cell that ends the process is left out and the cells before it run again in a new one, so that what they define
    can still be graded; at most `RESTARTS` times.

    Args:
        address: of the fork server.
        files: what lies beside the notebook.
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
        self._deadly: dict[int, CellOutcome] = {}
        self._restarts = 0
        self.trains = train
        self._tests = tests
        self.cells: list[CellRun] = []
        self.jail: Jail

    def start(self) -> None:
        """Run the notebook; raises NotGraded if no jail can be had."""
        self._run()
        while self.jail.ended and self._restarts < RESTARTS:
            self._restarts += 1
            self._run()

    def again(self) -> None:
        """Run the notebook anew because its process ended while it was asked; does nothing after `RESTARTS`."""
        if self.jail.ended and self._restarts < RESTARTS:
            self._restarts += 1
            self._run()

    def _run(self) -> None:
        self.jail = Jail(self._address, self._limits, self._files, self._budget.call_seconds)
        self.cells = []
        deadline = time.monotonic() + self._budget.notebook_seconds
        for index, cell in enumerate(self._notebook.cells):
            if cell.cell_type != "code" or (is_check(cell) and not self._tests):
                continue
            outcome = self._outcome(index, cell, deadline)
            cell.outputs = tidy(outcome.outputs)
            self.cells.append(CellRun(grade_id(cell), outcome.status, outcome.error))

    def _outcome(self, index: int, cell: NotebookNode, deadline: float) -> CellOutcome:
        if index in self._deadly:
            return self._deadly[index]
        if is_train(cell) and not self.trains:
            return CellOutcome("skipped")
        if self.jail.ended:
            return CellOutcome("not run", "an earlier cell ended the process")
        left = min(self._budget.cell_seconds, deadline - time.monotonic())
        if left <= 0:
            return CellOutcome("not run", f"the notebook's {self._budget.notebook_seconds:g} s were used up")
        outcome = self.jail.run_cell(cell.source, left)
        if self.jail.ended:
            if outcome.status == "died":
                outcome.error = self.jail.ended
            self._deadly[index] = outcome
        return outcome

    def file(self, name: str) -> bytes | None:
        """The file that the notebook saved under `name`, or None."""
        try:
            found: Any = self.jail.ask({"op": "file", "name": name})
        except StudentError:
            return None
        return found if isinstance(found, bytes) else None

    def why_missing(self, name: str) -> str:
        """Why a name is not defined: the cell that failed, if one did."""
        failed = next((cell for cell in self.cells if cell.status not in ("ok", "skipped")), None)
        if failed is None:
            return f"`{name}` is not defined after the notebook has run from top to bottom"
        if failed.error.startswith("NotImplementedError"):
            return f"`{name}` is not there yet: its cell is still to be written"
        place = f"cell '{failed.id}'" if failed.id else "a cell of your own"
        return f"`{name}` is not defined; {place} stopped with {failed.error}"

    def close(self) -> None:
        """End the process."""
        self.jail.close()
