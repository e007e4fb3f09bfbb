"""Grade a plain nbgrader assignment: its tests are notebook cells, run in the student's process.

Marks follow nbgrader's rule (`nbgrader.utils.determine_grade`) with two faults mended: a line on
stderr costs nothing, and a test cell that did not run to its end earns nothing. A flag says where
nbgrader would give another mark.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from nbformat import NotebookNode

from proctor.course.assignment import Budget
from proctor.course.cells import grade_id, is_check, points
from proctor.errors import JailLost, ProctorError, UnreadableSubmission
from proctor.feedback.inert import make_inert
from proctor.intake.rebuild import restore
from proctor.intake.recover import recover
from proctor.intake.submission import FILE_BYTES, HandedIn, find_notebook, read_file, read_notebook, require_folder
from proctor.jail import layers
from proctor.jail.course_jail import Jails
from proctor.jail.limits import Limits
from proctor.jail.run import NotebookRun
from proctor.judge.result import Result, not_graded
from proctor.text import neutral
from proctor.verdict import CellRun, CriterionResult, Flag, Status, Verdict
from proctor.versions import versions

FILES = 1000
FILES_BYTES = 2 * FILE_BYTES
"""How many files may lie beside a notebook, and how large they may be together."""
_IGNORED = {".ipynb_checkpoints", "__pycache__"}


@dataclass(frozen=True)
class PlainAssignment:
    """A plain nbgrader assignment: all that grading needs apart from the submissions.

    Args:
        name: its folder's name under `source/`.
        notebooks: the instructor's, by name without ".ipynb": released cells, with all their tests.
        files: relative path → bytes of the files beside the notebooks; they replace students' files
            of the same name.
        budget: what each notebook may use.
        nbgrader_rules: whether marks follow nbgrader's rule exactly, faults included.
    """

    name: str
    notebooks: dict[str, NotebookNode]
    files: dict[str, bytes]
    budget: Budget
    nbgrader_rules: bool = False

    def fingerprint(self) -> str:
        """A digest of the notebooks, files, budget and rule."""
        digest = hashlib.sha256(json.dumps([self.notebooks, asdict(self.budget), self.nbgrader_rules]).encode())
        for name, data in sorted(self.files.items()):
            digest.update(json.dumps([name, hashlib.sha256(data).hexdigest()]).encode())
        return digest.hexdigest()


def grade_plain(assignment: PlainAssignment, folder: Path, student: str, jails: Jails) -> Result:
    """Grade a submission of a plain assignment.

    Args:
        assignment: what is graded.
        folder: the submission's.
        student: whose it is.
        jails: where jails come from.

    Returns the verdict and the notebooks as they ran. An unreadable submission, or a fault of ours,
    is a verdict whose `graded` is False. Raises JailLost if something killed a jail, so that the
    submission has to be graded again.
    """
    started = time.monotonic()
    run = _PlainRun(assignment, jails)
    try:
        submitted = _read_notebooks(folder, student, assignment, run.notes)
        files = _collect_files(folder, assignment, run.notes)
        notebooks = {name: run.run(name, submitted.get(name), files) for name in assignment.notebooks}
    except JailLost:
        raise
    except (ProctorError, OSError, MemoryError) as error:
        return not_graded(assignment.name, student, str(error) or type(error).__name__)
    for notebook in notebooks.values():
        make_inert(notebook)
    seconds = time.monotonic() - started
    differences = tuple(run.differences)
    verdict = Verdict(
        assignment.name,
        student,
        graded=True,
        criteria=run.criteria,
        cells=run.cells,
        notes=run.notes,
        environment={**versions(), "jail": run.jail},
        seconds={"run": seconds, "total": seconds},
        flags=[Flag("nbgrader", "nbgrader's own rule gives another mark", differences)] if differences else [],
    )
    return Result(verdict, notebooks)


class _PlainRun:
    """The run of a submission's notebooks, one after the other, and the results so far."""

    def __init__(self, assignment: PlainAssignment, jails: Jails):
        self._assignment = assignment
        self._jails = jails
        self.criteria: list[CriterionResult] = []
        self.cells: list[CellRun] = []
        self.notes: list[str] = []
        self.differences: dict[str, None] = {}  # in order, each once
        self.jail = "full"

    def run(self, name: str, submitted: NotebookNode | None, files: dict[str, bytes]) -> NotebookNode:
        """Run a notebook and score its test cells.

        Args:
            name: the notebook's, without ".ipynb".
            submitted: what was handed in; None if it was not.
            files: what lies beside it, by relative path.

        Returns the notebook as it ran.
        """
        source = self._assignment.notebooks[name]
        if submitted is None:
            return self._add_missing_notebook(name, source)
        if not self._assignment.nbgrader_rules:
            found = recover(source, submitted, name, self.notes)
            if found is not submitted:
                self.differences[f"{name}: nbgrader knows none of its cells, and leaves them to a person"] = None
            submitted = found
        notebook, put_back = restore(source, submitted)
        what = "" if name == self._assignment.name else f"{name}: "
        self.notes += [f"{what}cell '{cell}' was missing and was put back" for cell in put_back]
        budget = self._assignment.budget
        limits = Limits.of(
            budget,
            threads=self._jails.threads,
            seed=self._jails.seed,
            environment={"NBGRADER_EXECUTION": "autograde", "PROCTOR_OFFLINE": "1"},
        )
        run = NotebookRun(self._jails.address, limits, budget, notebook, files, train=True, tests=True)
        run.start()
        self.jail = layers.tier(run.jail.layers)
        run.close()
        unfit = _find_misfit(source, submitted) or _find_early_end(run.cells)
        if unfit:
            self._handle_no_mark(unfit)
        ran = [cell for cell in notebook.cells if cell.cell_type == "code"]
        for cell, outcome in zip(ran, run.cells, strict=True):
            self.cells.append(CellRun(outcome.id, outcome.status, neutral(outcome.error)))
            if is_check(cell):
                self._score(name, cell, self.cells[-1], unfit, grade_id(cell) in put_back)
        for cell in notebook.cells:
            if grade_id(cell) in put_back and cell.metadata.nbgrader.get("grade"):
                self._add_difference(
                    name, cell, "it had been deleted; nbgrader leaves it to a person, with 0 until then"
                )
        return notebook

    def _add_missing_notebook(self, name: str, source: NotebookNode) -> NotebookNode:
        """Give 0 points to each graded cell of a notebook that was not handed in; nothing runs."""
        self.notes.append(f"{name}.ipynb was not handed in")
        notebook, _ = restore(source, NotebookNode(cells=[]))
        for cell in notebook.cells:
            if cell.metadata.nbgrader.get("grade"):
                self._add_result(name, cell, 0.0, f"{name}.ipynb was not handed in")
        return notebook

    def _score(self, name: str, cell: NotebookNode, outcome: CellRun, unfit: str, deleted: bool) -> None:
        ours, found = our_score(cell, outcome)
        theirs, why = (0.0, "the cell had been deleted") if deleted else nbgrader_score(cell, outcome)
        if theirs is None:
            self._handle_no_mark(f"{grade_id(cell)}: {why}")
        if self._assignment.nbgrader_rules:
            assert theirs is not None
            self._add_result(name, cell, theirs, "" if theirs == points(cell) else why)
            return
        self._add_result(name, cell, ours, found)
        if theirs not in (ours, None) and not unfit and not deleted:
            self._add_difference(name, cell, f"{ours:g} here, {theirs:g} by nbgrader ({why})")

    def _handle_no_mark(self, why: str) -> None:
        if self._assignment.nbgrader_rules:
            raise ProctorError(f"by nbgrader's own rule this submission gets no mark: {why}")
        self.differences[f"the whole submission: nbgrader gives no mark ({why})"] = None

    def _add_difference(self, name: str, cell: NotebookNode, how: str) -> None:
        self.differences[f"{_group_name(self._assignment, name, cell)}: {how}"] = None

    def _add_result(self, name: str, cell: NotebookNode, earned: float, found: str) -> None:
        group, worth = _group_name(self._assignment, name, cell), points(cell)
        status: Status = "partial" if found and earned > 0 else "failed" if found else "passed"
        self.criteria.append(
            CriterionResult(
                name=group,
                group=group,
                title="The tests in this cell run through" if is_check(cell) else "There is an answer",
                hint="",
                points=worth,
                earned=earned,
                status=status,
                found=found,
            )
        )


def _group_name(assignment: PlainAssignment, name: str, cell: NotebookNode) -> str:
    return grade_id(cell) if name == assignment.name else f"{name}/{grade_id(cell)}"


def our_score(cell: NotebookNode, outcome: CellRun) -> tuple[float, str]:
    """Score a test cell by our rule.

    A cell that ran to its end earns all of its points, or the number that its last expression gave,
    cut to the range from 0 to its points. Any other cell earns 0.

    Returns what it earned, and why not all ("" if it did).
    """
    worth = points(cell)
    if outcome.status != "ok":
        return 0.0, outcome.error or outcome.status
    error = next((output for output in cell.outputs if output.output_type == "error"), None)
    if error is not None:
        return 0.0, f"{error.ename}: {error.evalue}"
    value = _parse_number(next((output for output in cell.outputs if output.output_type == "execute_result"), None))
    if value is None:
        return worth, ""
    earned = min(max(0.0, value), worth) if math.isfinite(value) else 0.0
    return earned, "" if earned == worth else f"the tests gave {value:g} of {worth:g} points"


def _find_misfit(source: NotebookNode, submitted: NotebookNode) -> str:
    """Why nbgrader's `autograde` would refuse the submitted notebook; "" if it would not."""
    known = {grade_id(cell): cell.cell_type for cell in source.cells if grade_id(cell)}
    seen = set()
    for cell in submitted.cells:
        name = grade_id(cell)
        if name in seen:
            return f"cell '{name}' is there more than once"
        if name in known:
            seen.add(name)
            if cell.cell_type != known[name] and not cell["id"]:
                return f"cell '{name}' is of another type than it was"
    return ""


def _find_early_end(cells: list[CellRun]) -> str:
    """Why the notebook stopped before its end; "" if it did not."""
    return next((cell.error for cell in cells if cell.status in ("died", "not run")), "")


def nbgrader_score(cell: NotebookNode, outcome: CellRun) -> tuple[float | None, str]:
    """Score a test cell as nbgrader does (`nbgrader.utils.determine_grade`, version 0.9).

    Returns what it earns, and why; None instead of points where nbgrader raises.
    """
    worth = points(cell)
    if outcome.status not in ("ok", "error"):
        return 0.0, outcome.error
    for output in cell.outputs:
        if output.output_type == "error":
            return 0.0, f"{output.ename}: {output.evalue}"
        if output.output_type == "stream" and output.name == "stderr":
            return 0.0, "a line on stderr counts as a failure"
        if output.output_type == "execute_result":
            return _nbgrader_partial_score(output, worth)
    return worth, "a cell without an error counts as passed"


def _nbgrader_partial_score(output: NotebookNode, worth: float) -> tuple[float | None, str]:
    if not output.data.get("text/plain"):
        return None, "a result without text"
    value = _parse_number(output)
    if value is None or not value >= 0:
        return worth, "a result that is not a number from 0 up counts as passed"
    if value > worth:
        return None, "partial credit cannot be greater than the maximum"
    return value, f"the tests gave {value:g} of {worth:g} points"


def _parse_number(output: NotebookNode | None) -> float | None:
    try:
        return None if output is None else float(output.data.get("text/plain", ""))
    except ValueError:
        return None


def _read_notebooks(
    folder: Path, student: str, assignment: PlainAssignment, notes: list[str]
) -> dict[str, NotebookNode]:
    """The notebooks that were handed in, by name without ".ipynb".

    Raises UnreadableSubmission if there is none, or one of them cannot be read.
    """
    require_folder(folder, student, assignment.name)
    handed_in = HandedIn(folder)
    found = {}
    for name, source in assignment.notebooks.items():
        if os.path.lexists(folder / f"{name}.ipynb"):
            found[name] = read_notebook(handed_in, f"{name}.ipynb", notes)
        elif not assignment.nbgrader_rules and {path.stem for path in folder.glob("*.ipynb")} - set(
            assignment.notebooks
        ):
            found[name] = find_notebook(handed_in, name, source, notes)
    if not found:
        names = ", ".join(f"{name}.ipynb" for name in assignment.notebooks)
        raise UnreadableSubmission(f"{student} handed in no notebook of '{assignment.name}' ({names})")
    return found


def _collect_files(folder: Path, assignment: PlainAssignment, notes: list[str]) -> dict[str, bytes]:
    """The files beside the notebooks, by relative path: the assignment's, and the student's.

    A student's file is left out, with a note, if it clashes with the assignment's or is too large.
    """
    files = dict(assignment.files)
    room = FILES_BYTES - sum(len(data) for data in files.values())
    for path in files_beside(folder):
        name = path.relative_to(folder).as_posix()
        if name in assignment.files:
            continue
        if name.encode("utf-8", "replace").decode() != name or _is_in_the_way(name, assignment.files):
            notes.append(
                f"{name!r} was left out: its name is not text, or it is in the way of a file of the assignment's"
            )
            continue
        try:
            data = read_file(path, FILE_BYTES)
        except (UnreadableSubmission, OSError) as error:
            notes.append(f"{name} was left out: {error}")
            continue
        room -= len(data)
        if room < 0 or len(files) >= FILES:
            notes.append(f"{name} and what follows was left out: too many files or bytes")
            break
        files[name] = data
    return files


def _is_in_the_way(name: str, files: dict[str, bytes]) -> bool:
    """Whether `name` is the path of a folder in `files`, or has a file of `files` as its folder."""
    return any(ours.startswith(f"{name}/") or name.startswith(f"{ours}/") for ours in files)


def files_beside(folder: Path) -> list[Path]:
    """The files below `folder` that are not notebooks, sorted; symbolic links are left out."""
    found = [path for path in folder.rglob("*") if path.suffix != ".ipynb" and path.is_file() and not path.is_symlink()]
    return sorted(path for path in found if not _IGNORED & set(path.relative_to(folder).parts))
