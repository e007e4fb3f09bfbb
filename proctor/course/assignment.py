"""Read `assignment.toml`: what an assignment declares."""

from __future__ import annotations

import difflib
import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from proctor.course.choices import Choice, read_choices
from proctor.errors import CourseError

MOST_MEMORY_GB, MOST_SECONDS = 64.0, 24 * 3600.0
"""Ceilings of a budget, which a jail keeps to whatever it is asked for."""
TRAIN = ("missing", "always", "never")
Threshold = float | dict[str, float]
"""A number, or where credit begins and where it is full: `{ none = 0.90, full = 0.99 }`."""


@dataclass(frozen=True)
class Budget:
    """How much time and memory a submission may use.

    Args:
        notebook_seconds, cell_seconds: time of the whole run and of one cell, in seconds; what the
            code waits for a processor does not count (`jail.used_time`).
        call_seconds: time of one request by a grader, in seconds.
        memory_gb: address space of the jail, in GiB; TensorFlow alone maps 2.
        output_kb: what one cell may print before it is cut, in KiB.
    """

    notebook_seconds: float = 120
    cell_seconds: float = 60
    call_seconds: float = 60
    memory_gb: float = 4
    output_kb: int = 256


@dataclass(frozen=True)
class Assignment:
    """What `assignment.toml` declares.

    Args:
        name: folder name under `graders/` and `source/`.
        title: what students and instructors read.
        course, week, order: its place in the course.
        dataset: name of the data set that it uses, "" for none.
        train: when cells tagged "train" run at grading: "missing" (if the model was not handed in),
            "always" or "never".
        artifacts: name of a notebook variable → file that the student hands in for it.
        budget: what a submission may use.
        forbids: habit of writing → the sentence of the notebook that forbids it (`proctor verify`
            tries all others).
        thresholds: data source ("real", "drawn") → threshold's name → value.
        values: name of a value of the student's own → what there is to choose from.
    """

    name: str
    title: str
    course: str = ""
    week: int = 0
    order: int = 0
    dataset: str = ""
    train: str = "missing"
    artifacts: dict[str, str] = field(default_factory=dict)
    budget: Budget = field(default_factory=Budget)
    forbids: dict[str, str] = field(default_factory=dict)
    thresholds: dict[str, dict[str, Threshold]] = field(default_factory=dict)
    values: dict[str, list[Choice]] = field(default_factory=dict)


def read_assignment(path: Path, name: str) -> Assignment:
    """Read an `assignment.toml`.

    Args:
        path: the file.
        name: the assignment's.

    Raises CourseError if the file is missing, is not TOML, or has an unknown key or value.
    """
    try:
        declared: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        where = f"{name}/{path.name}"
        _require_known(declared, Assignment, where)
        _require_known(declared.get("budget", {}), Budget, f"{where}, [budget]")
        budget = Budget(**declared.pop("budget", {}))
        if budget.memory_gb > MOST_MEMORY_GB or budget.notebook_seconds > MOST_SECONDS:
            most = f"memory_gb is at most {MOST_MEMORY_GB:g}, notebook_seconds at most {MOST_SECONDS:g}"
            raise ValueError(f"[budget]: {most}")
        values = read_choices(declared.pop("values", {}))
        assignment = Assignment(name=name, budget=budget, values=values, **declared)
    except OSError as error:
        raise CourseError(f"{name!r} has no readable {path.name} beside its grader ({error.strerror})") from error
    except (ValueError, TypeError) as error:
        raise CourseError(f"{name}/{path.name}: {_format_error(error)}") from error
    if assignment.train not in TRAIN:
        raise CourseError(f"{name}/{path.name}: train must be one of {', '.join(TRAIN)}, got {assignment.train!r}")
    for artifact in assignment.artifacts.values():
        if Path(artifact).name != artifact:
            raise CourseError(f"{name}/{path.name}: an artifact is a plain file name, got {artifact!r}")
    return assignment


def _require_known(declared: Any, kind: type, where: str) -> None:
    """Raise CourseError, with the nearest name, if a key of a table is no field of `kind`."""
    known = [each.name for each in fields(kind) if each.name != "name"]
    for key in declared:
        if key not in known:
            nearest = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
            guess = f'did you mean "{nearest[0]}"?' if nearest else f"the keys are {', '.join(known)}"
            raise CourseError(f'{where}: there is no key "{key}"; {guess}')


def _format_error(error: Exception) -> str:
    """The error's text, with the names of tables in place of those of our classes."""
    return str(error).replace("Budget.__init__()", "[budget]").replace("Assignment.__init__()", "it")
