"""`check()`: run the public criteria of one group on the objects of the running notebook."""

from __future__ import annotations

import contextlib
import difflib
import os
import sys
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

from proctor import datasets
from proctor.channel.answer import SESSION
from proctor.channel.student import LocalLink, Student
from proctor.course.assignment import Assignment, Threshold, read_assignment
from proctor.course.own_values import OwnValues, describe_owner, last_asked_for
from proctor.course.released import Released, find_released, read_points
from proctor.errors import ProctorError, StudentError
from proctor.judge.unwritten import StubWatch, why_outdated, why_undefined, why_untrained
from proctor.verdict import CriterionResult

ALL = "all checks"
"""What stands in place of a group's name in the table that sums up all of them."""
VS_CODE = "__vsc_ipynb_file__"
"""The variable of the notebook by which VS Code tells it."""


class CheckTable:
    """The result of `check`: an HTML table in Jupyter, text anywhere else."""

    def __init__(
        self,
        group: str,
        criteria: list[CriterionResult],
        points: float | None = None,
        owner: str = "",
        closing: str = "",
    ):
        self.group = group
        self.criteria = criteria
        self._points = points
        self._owner = owner
        self._closing = closing

    @property
    def met(self) -> bool:
        """Whether every criterion is met."""
        return all(result.status == "passed" for result in self.criteria)

    def __repr__(self) -> str:
        from proctor.feedback.table import text

        return text(self.group, self.criteria, self._points, self._owner, self._closing)

    def _repr_html_(self) -> str:
        from proctor.feedback.table import html

        return html(self.group, self.criteria, self._points, self._owner, self._closing)


class Remark:
    """The result of `check` when nothing could be checked: one sentence that says why."""

    met = False

    def __init__(self, sentence: str):
        self._sentence = sentence

    def __repr__(self) -> str:
        return self._sentence


def check(group: str = "") -> CheckTable | Remark:
    """Check your answers against the public criteria of one check cell, or of all.

    Args:
        group: the check cell's name; without it, a table sums up every check in one line each.

    Returns a table that says which criteria are met, which are not, and what to look at. Nothing is
    recorded anywhere.
    """
    called, namespace = f"check({group!r})" if group else "check()", _namespace()
    file = _notebook_file(namespace)
    try:
        released = find_released(Path.cwd(), group, file)
        criteria = check_namespace([group] if group else [], namespace, released)
    except ProctorError as error:
        return Remark(f"{called}: {error}")
    points = released.points
    if group and not criteria and group not in points:
        return Remark(f"{called}: there is no check of that name here{_suggest(group, points)}")
    assignment = _read_declared(released)
    owner = describe_owner(last_asked_for()) if assignment and assignment.values else ""
    if group:
        return CheckTable(group, criteria, points.get(group), owner)
    return _sum_up(criteria, points, owner, how_to_hand_in(file.name if file else f"{released.name}.ipynb"))


def _sum_up(
    criteria: list[CriterionResult], points: dict[str, float], owner: str = "", closing: str = ""
) -> CheckTable:
    """A table with a line for each group of these criteria; `points` are those of all groups."""
    from proctor.feedback.table import overview

    rows = overview(criteria)
    worth = {row.group: row.points for row in rows} | points
    return CheckTable(ALL, rows, sum(worth[row.group] for row in rows), owner, closing)


def how_to_hand_in(notebook: str) -> str:
    """The sentence that ends the sum of all checks; `notebook` is the file's name."""
    name = f'"{notebook}"' if " " in notebook else notebook
    return f"To hand in: save, and in a terminal `proctor pack {name}`"


def declared_beside(notebook: Path) -> Assignment | None:
    """What the exercise of a notebook declares, in a file beside it; None if that is missing.

    Raises ProctorError if it cannot be told which exercise that is.
    """
    return _read_declared(find_released(notebook.parent, notebook=notebook))


def _read_declared(released: Released) -> Assignment | None:
    """What the exercise declares; None if the file is missing."""
    return read_assignment(released.settings, released.name) if released.settings.is_file() else None


def _suggest(group: str, names: Collection[str]) -> str:
    near = difflib.get_close_matches(group, names, n=1)
    if near:
        return f"; did you mean check({near[0]!r})?"
    return f"; there are {', '.join(map(repr, names))}." if names else "."


def check_namespace(groups: Collection[str], namespace: dict[str, Any], released: Released) -> list[CriterionResult]:
    """Run the public criteria of some groups on the objects of a namespace.

    Args:
        groups: the check cells' names; none for all.
        namespace: name → object, such as a notebook's global variables.
        released: the exercise that the namespace answers.

    Returns their results. Raises ProctorError if the tests cannot be run.
    """
    from proctor.judge.criteria_run import CriteriaRun, run_criteria

    datasets.use_course(released.folder)
    assignment = _read_declared(released)
    thresholds: dict[str, Threshold] = {}
    own: OwnValues | None = None
    if assignment is not None:
        source = datasets.source(assignment.dataset) if assignment.dataset else "drawn"
        thresholds = assignment.thresholds.get(source, {})
        own = last_asked_for() if assignment.values else None
    link = _NotebookLink(namespace, assignment.artifacts if assignment is not None else ())
    criteria_run = CriteriaRun(Student(link), thresholds, own, only=groups, remark=link.remark)
    run_criteria([released.criteria], criteria_run)
    if criteria_run.fault:
        raise ProctorError(f"this check could not be run here: {criteria_run.fault}")
    return [result for result in criteria_run.results if not groups or result.group in groups]


def check_notebook(
    notebook: Path,
    closing: str = "",
    afterwards: Callable[[dict[str, Any]], None] = lambda _: None,
    begin: Callable[[str], None] = lambda _: None,
) -> Iterator[CheckTable | Remark]:
    """Run a notebook's code cells in this process; yield the result of each check, then their sum.

    A cell that raises, or waits for an unwritten answer, yields a sentence, and the next one runs.

    Args:
        notebook: its file; cells run in the folder where it lies.
        closing: a sentence that ends the sum, or "".
        afterwards: called with the notebook's global variables when all cells have run.
        begin: called before each cell, with the cell's name and how many there are.

    Raises ProctorError if the file cannot be read as a notebook, KeyboardInterrupt at Ctrl-C.
    """
    import nbformat
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output
    from traitlets.config import Config

    from proctor.course.cells import grade_id
    from proctor.feedback.old_ways import with_todays_way

    try:
        cells = nbformat.read(notebook, as_version=4).cells
    except Exception as error:  # nbformat raises whatever its parsers do
        reason = error.strerror if isinstance(error, OSError) else "it is not a notebook"
        raise ProctorError(f"{notebook} cannot be read: {reason}") from error
    os.environ.setdefault("MPLBACKEND", "Agg")  # pictures are drawn, but no window opens
    os.environ[SESSION] = str(notebook.resolve())
    shell = InteractiveShell.instance(config=Config(HistoryManager={"enabled": False}))
    watch = StubWatch(shell)
    criteria: list[CriterionResult] = []
    try:
        with contextlib.chdir(notebook.resolve().parent):
            for number, cell in enumerate(cells, start=1):
                if cell.cell_type != "code":
                    continue
                name = f"cell '{grade_id(cell) or number}'"
                begin(f"{name}, {number} of {len(cells)}")
                with capture_output():
                    ran = shell.run_cell(cell.source)
                raised = ran.error_before_exec or ran.error_in_exec
                if isinstance(raised, KeyboardInterrupt):
                    raise raised
                if raised is not None:
                    reason = f"{type(raised).__name__}: {raised}".rstrip(": ")
                    yield Remark(f"{name} stopped with {with_todays_way(reason)}")
                elif watch.awaited:
                    yield Remark(f"{name}: {watch.awaited}")
                elif isinstance(ran.result, CheckTable | Remark):
                    yield ran.result
                    if isinstance(ran.result, CheckTable) and ran.result.group != ALL:
                        criteria += ran.result.criteria
            afterwards(shell.user_ns)
        if criteria:
            yield _sum_up(criteria, read_points(notebook), closing=closing)
    finally:
        InteractiveShell.clear_instance()


class _NotebookLink(LocalLink):
    """A link to a notebook's global variables that explains why one is not defined.

    Args:
        namespace: the variables.
        artifacts: the names of those that hold the models to hand in.
    """

    def __init__(self, namespace: dict[str, Any], artifacts: Collection[str]):
        super().__init__(namespace)
        self._namespace = namespace
        self._artifacts = artifacts
        self._asked_for: set[str] = set()
        self._asked_to_predict = False

    def revived(self) -> _NotebookLink:
        self._asked_for, self._asked_to_predict = set(), False
        return self

    def remark(self) -> str:
        """What explains a criterion that has asked such a model to predict, and is not met."""
        for name in sorted(self._asked_for) if self._asked_to_predict else ():
            if _is_untrained(self._namespace.get(name)):
                return f"  ({why_untrained(name)})"
        return ""

    def ask(self, request: dict[str, Any]) -> Any:
        outdated = why_outdated(str(request["name"])) if request["op"] == "get" else ""
        if outdated:
            raise StudentError("Missing", outdated)
        self._asked_to_predict |= request["op"] == "predict"
        if request["op"] == "get" and request["name"] in self._artifacts:
            self._asked_for.add(str(request["name"]))
        try:
            return super().ask(request)
        except StudentError as error:
            if request["op"] == "get" and error.type == "NameError" and not error.where:
                like = super().ask({"op": "like", "name": request["name"]})
                raise StudentError("Missing", why_undefined(str(request["name"]), like)) from None
            raise


def _is_untrained(model: Any) -> bool:
    """Whether this is a compiled Keras model whose optimizer has not taken one step."""
    with contextlib.suppress(Exception):  # a student's object may do anything
        return int(model.optimizer.iterations) == 0
    return False


def _notebook_file(namespace: dict[str, Any]) -> Path | None:
    """The file of the running notebook, if the front end tells it and it still has that name."""
    told = Path(str(namespace.get(VS_CODE) or os.environ.get(SESSION, "")))
    file = Path.cwd() / told.name
    return file if file.suffix == ".ipynb" and file.is_file() else None


def _namespace() -> dict[str, Any]:
    """The global variables of the running notebook, or of the script that called `check`."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is not None:
        namespace: dict[str, Any] = shell.user_ns
        return namespace
    return sys._getframe(2).f_globals  # the caller of `check`  # noqa: SLF001
