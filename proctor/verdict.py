"""Verdicts: the result of grading one submission, as plain data with a version."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal

VERSION = 1

Status = Literal["passed", "partial", "failed", "waiting"]

UNWRITTEN = "is not written yet"
"""Part of `CriterionResult.found` if the student's code is still the stub of the release."""
NO_ANSWER = "no answer within"
"""Part of it if a call of the student's code did not end in time."""


@dataclass(frozen=True)
class CriterionResult:
    """The result of one criterion.

    Args:
        name: the test function's name without "test_"; unique in an assignment.
        group: grade id of the check cell it belongs to (see `Verdict.of_notebook`).
        title: first paragraph of its docstring; what the student reads.
        hint: what the student should look at.
        points: what it is worth.
        earned: what it got, 0 to `points`.
        status: "waiting" when the group it needs was not met.
        hidden: from `test_hidden.py`; students see title, hint and `tell` only.
        expected, found: why it failed ("" when it passed).
        detail, marked: a table that shows where (see `errors.CriterionFailed`).
        tell: a sentence on why it failed that is meant for the student, even if it is hidden.
        grader_fault: what the grader itself raised on the student's value, for the instructor.
    """

    name: str
    group: str
    title: str
    hint: str
    points: float
    earned: float
    status: Status
    hidden: bool = False
    expected: str = ""
    found: str = ""
    detail: list[list[str]] | None = None
    marked: tuple[int, ...] = ()
    grader_fault: str = ""
    tell: str = ""

    @property
    def unwritten(self) -> bool:
        """Whether it failed because the student has not written what it asks about."""
        return self.status == "failed" and UNWRITTEN in self.found

    @property
    def hung(self) -> bool:
        """Whether it failed because a call of the student's code did not end in time."""
        return self.status == "failed" and NO_ANSWER in self.found


@dataclass(frozen=True)
class CellRun:
    """How one cell of the rebuilt notebook ran in the jail.

    Args:
        id: its grade id, or "" for a cell of the student's own.
        status: "ok", "error", "timeout", "died", "not run" or "skipped" (a training cell whose
            model was handed in).
        error: "NameError: name 'x' is not defined" or "".
    """

    id: str
    status: str
    error: str = ""


@dataclass(frozen=True)
class Flag:
    """Something that an instructor may want to look at; it proves nothing and costs no points.

    Args:
        kind: "architecture", "output", "gap", "hard-coded", "weights", "code", "model" (what of a
            model could not be looked at), "nbgrader" (its rule gives another mark) or "flags" (a
            search for flags failed).
        sentence: what was seen.
        evidence: lines of text; parts that students wrote are not made safe to show.
    """

    kind: str
    sentence: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """The result of grading one submission.

    Args:
        assignment, student: whose submission of what.
        graded: False when a fault of ours or an unreadable submission kept it from being graded;
            then no mark is written and `reason` says why.
        criteria: their results, in the order of the notebook.
        cells: how each cell ran.
        notes: sentences for student and instructor ("cell 'x' was missing and was put back").
        model: description of the handed-in model (`models.describe`), or None.
        environment: versions, data source and tier of jail that the verdict depends on.
        seconds: wall times by step ("run", "criteria", "total"); two verdicts may differ in them.
        flags: for the instructor alone.
        weights: artifact → digest of the handed-in model's weights.
        measured: the values that were compared with thresholds, by the threshold's name.
        version: of this form of verdicts.
    """

    assignment: str
    student: str
    graded: bool
    reason: str = ""
    criteria: list[CriterionResult] = field(default_factory=list)
    cells: list[CellRun] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    model: dict[str, Any] | None = None
    environment: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict, compare=False)
    flags: list[Flag] = field(default_factory=list)
    weights: dict[str, str] = field(default_factory=dict)
    measured: dict[str, float] = field(default_factory=dict)
    version: int = VERSION

    @property
    def points(self) -> float:
        """The sum of the criteria's points."""
        return sum(criterion.points for criterion in self.criteria)

    @property
    def earned(self) -> float:
        """The sum of what the criteria earned."""
        return sum(criterion.earned for criterion in self.criteria)

    def of_notebook(self, notebook: str) -> Verdict:
        """This verdict with the criteria of one notebook alone, grouped by grade id.

        A verdict's groups are "notebook/grade id" for a notebook with another name than the
        assignment.
        """
        parts = [(*criterion.group.rpartition("/"), criterion) for criterion in self.criteria]
        mine = [
            replace(criterion, group=group) if of else criterion
            for of, _, group, criterion in parts
            if (of or self.assignment) == notebook
        ]
        return replace(self, criteria=mine)

    def groups(self) -> dict[str, list[CriterionResult]]:
        """Grade id of a check cell → its criteria, in order."""
        groups: dict[str, list[CriterionResult]] = {}
        for criterion in self.criteria:
            groups.setdefault(criterion.group, []).append(criterion)
        return groups


def to_data(verdict: Verdict) -> dict[str, Any]:
    """The verdict as JSON-ready data without times, so that equal verdicts give equal data."""
    data = {**vars(verdict)}
    del data["seconds"]
    for part in ("criteria", "cells", "flags"):
        data[part] = [{**vars(each)} for each in data[part]]
    return data


def from_data(data: dict[str, Any]) -> Verdict:
    """The verdict that `to_data` made `data` from.

    Raises ValueError if `data` is of another version.
    """
    if data.get("version") != VERSION:
        raise ValueError(f"a verdict of version {VERSION} is expected, found {data.get('version')!r}")
    criteria = [
        CriterionResult(**{**criterion, "marked": tuple(criterion["marked"])}) for criterion in data["criteria"]
    ]
    cells = [CellRun(**cell) for cell in data["cells"]]
    flags = [Flag(**{**flag, "evidence": tuple(flag["evidence"])}) for flag in data["flags"]]
    return Verdict(**{**data, "criteria": criteria, "cells": cells, "flags": flags})
