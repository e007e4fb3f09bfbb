"""What an assignment declares in its `assignment.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from proctor.errors import CourseError

TRAIN = ("missing", "always", "never")


@dataclass(frozen=True)
class Budget:
    """What a submission may use.

    Args:
        notebook_seconds, cell_seconds: wall time of the whole run and of one cell.
        call_seconds: wall time of one request by a grader.
        memory_gb: address space of the jail; TensorFlow alone maps 2.
        output_kb: what one cell may print before it is cut.
    """

    notebook_seconds: float = 120
    cell_seconds: float = 60
    call_seconds: float = 20
    memory_gb: float = 4
    output_kb: int = 256


@dataclass(frozen=True)
class Assignment:
    """What `assignment.toml` declares.

    Args:
        name: folder name under `graders/` and `source/`.
        train: whether cells tagged "train" run at grading: when their model is "missing", "always" or "never".
        artifacts: name of a notebook variable → file that the student hands in for it.
        thresholds: data source ("real", "drawn") → threshold's name → value.
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
    thresholds: dict[str, dict[str, float]] = field(default_factory=dict)


def read_assignment(path: Path, name: str) -> Assignment:
    """The assignment that the file `path` declares.

    Raises CourseError if the file is missing, is not TOML, or has a key or value that means nothing.
    """
    try:
        declared: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        budget = Budget(**declared.pop("budget", {}))
        assignment = Assignment(name=name, budget=budget, **declared)
    except OSError as error:
        raise CourseError(f"{name!r} has no readable {path.name} beside its grader ({error.strerror})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, TypeError) as error:
        raise CourseError(f"{name}/{path.name}: {_readable(error)}") from error
    if assignment.train not in TRAIN:
        raise CourseError(f"{name}/{path.name}: train must be one of {', '.join(TRAIN)}, got {assignment.train!r}")
    for artifact in assignment.artifacts.values():
        if Path(artifact).name != artifact:
            raise CourseError(f"{name}/{path.name}: an artifact is a plain file name, got {artifact!r}")
    return assignment


def _readable(error: Exception) -> str:
    return str(error).replace("Budget.__init__()", "[budget]").replace("Assignment.__init__()", "it")
