"""What a run keeps of each submission in `.proctor/`: the verdict with its key, and a log."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from proctor.course.course import Course
from proctor.course.private import write_private
from proctor.record.keys import Key
from proctor.text import one_line, plain
from proctor.verdict import Verdict, from_data, to_data


@dataclass(frozen=True)
class Kept:
    """A verdict and what it depends on.

    Args:
        verdict: of one submission.
        key: what it depends on (see `record.keys`); empty if some of that changed during grading.
        notebooks: as they ran, by name, until the marks are in the gradebook; None afterwards.
    """

    verdict: Verdict
    key: Key
    notebooks: dict[str, NotebookNode] | None = None


def verdict_file(course: Course, name: str, student: str) -> Path:
    """Where a submission's verdict is kept."""
    return course.state / "verdicts" / name / f"{student}.json"


def keep(course: Course, kept: Kept) -> None:
    """Write a verdict's file, replacing an earlier one in one step; raises OSError on failure."""
    path = verdict_file(course, kept.verdict.assignment, kept.verdict.student)
    data = {
        "key": kept.key,
        "seconds": kept.verdict.seconds,
        "verdict": to_data(kept.verdict),
        "notebooks": kept.notebooks,
    }
    write_private(course, path, json.dumps(data).encode())


def read_kept(course: Course, name: str, student: str) -> Kept | None:
    """What is kept of a submission; None if nothing is, or its file is of another version."""
    try:
        data = json.loads(verdict_file(course, name, student).read_bytes())
        verdict = replace(from_data(data["verdict"]), seconds=data["seconds"])
        return Kept(verdict, dict(data["key"]), _read_notebooks(data, name))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _read_notebooks(data: dict[str, Any], name: str) -> dict[str, NotebookNode] | None:
    """The notebooks in a kept verdict's JSON, by name.

    Proctor 0.1 wrote "notebook" instead: one notebook, or an object with several as "notebooks".
    """
    kept = data["notebooks"] if "notebooks" in data else data["notebook"]
    if "notebook" in data and kept:
        kept = kept.get("notebooks") or {name: kept}
    return kept and {notebook: nbformat.from_dict(cells) for notebook, cells in kept.items()}


def read_verdict(course: Course, name: str, student: str) -> Verdict | None:
    """The kept verdict of a submission; None if there is none."""
    kept = read_kept(course, name, student)
    return kept.verdict if kept else None


def log_file(course: Course, name: str, student: str) -> Path:
    """The log of how a submission was last graded, or why it was not."""
    return course.state / "logs" / name / f"{student}.log"


def write_log(course: Course, verdict: Verdict, status: str) -> None:
    """Write a submission's log: times, versions, cells, notes, faults of the grader.

    A log that cannot be written is left out: it decides nothing.

    Args:
        course: the course.
        verdict: of the submission.
        status: one of `run.batch`, such as "graded".
    """
    moment = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    lines = [f"{moment}  {one_line(verdict.assignment)}  {one_line(verdict.student)}  {status}"]
    if verdict.reason:
        lines.append(plain(verdict.reason))
    lines += [f"{step:12}{seconds:8.2f} s" for step, seconds in verdict.seconds.items()]
    lines += [f"{name:12}{one_line(value)}" for name, value in verdict.environment.items()]
    for cell in verdict.cells:
        lines.append(f"cell        {one_line(cell.id) or '(own)':24}  {cell.status}  {one_line(cell.error)}".rstrip())
    lines += [f"note        {plain(note)}" for note in verdict.notes]
    lines += [f"grader      {plain(result.grader_fault)}" for result in verdict.criteria if result.grader_fault]
    path = log_file(course, verdict.assignment, verdict.student)
    with suppress(OSError):
        write_private(course, path, ("\n".join(lines) + "\n").encode(errors="backslashreplace"))


def read_reason(course: Course, name: str, student: str) -> str:
    """Why the last grading of a submission led to no mark, from its log; "" if it led to one."""
    try:
        header, _, rest = log_file(course, name, student).read_text(errors="replace").partition("\n")
    except OSError:
        return "it has not been graded yet"
    return rest.partition("\n")[0] if header.endswith((" not graded", " not recorded")) else ""
