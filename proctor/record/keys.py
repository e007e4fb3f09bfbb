"""What the verdict on a submission depends on, part by part: equal keys, equal verdicts."""

from __future__ import annotations

import hashlib
import os
import stat
from contextlib import suppress
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from proctor.course.assignment import Assignment
from proctor.course.course import Course
from proctor.datasets.loading import find, named
from proctor.intake.submission import FILE_BYTES
from proctor.jail import layers
from proctor.jail.course_jail import accepted_jail
from proctor.judge.plain_nbgrader import PlainAssignment, files_beside
from proctor.versions import engine, every_version

Key = dict[str, dict[str, str]]
"""Area, such as "grader" → part of it, such as a file's name → digest or value."""

VALUES = {"limits", "data", "versions"}
"""Areas whose parts can be read."""


def of_assignment(course: Course, assignment: Assignment, plain: PlainAssignment | None = None) -> Key:
    """What the verdicts on all submissions of an assignment depend on.

    Args:
        course: the course.
        assignment: what it declares.
        plain: the assignment itself, if its tests are cells; None also if the gradebook does not have it yet.
    """
    name = assignment.name
    if name in course.plain_names():
        digest = plain.fingerprint() if plain else "not in the gradebook"
        return {**of_any(course), "assignment": {"source, release and budget": digest}}
    folder = course.grader(name)
    grader = {str(path.relative_to(folder)): _digest(path) for path in sorted(folder.rglob("*")) if path.is_file()}
    return {
        "grader": {file: digest for file, digest in grader.items() if _counts(file)},
        "source": {f"{name}.ipynb": _digest(course.source(name))},
        "limits": _limits(assignment),
        "data": {assignment.dataset: _data(assignment.dataset)} if assignment.dataset else {},
        **of_any(course),
    }


def of_any(course: Course) -> Key:
    """What all verdicts depend on."""
    return {"Proctor": {"engine": engine()}, "versions": every_version(), "jail": {"tier": accepted_jail(course)}}


def of_submission(course: Course, assignment: Assignment, student: str) -> Key:
    """What the verdict depends on of what a student handed in; `timestamp.txt` decides about the late penalty."""
    name, folder = assignment.name, course.submitted(student, assignment.name)
    if not course.grader(name).is_dir():
        paths = sorted([*files_beside(folder), *folder.glob("*.ipynb")])
        return {"submission": {str(path.relative_to(folder)): _handed_in(str(path)) for path in paths}}
    wanted = {*assignment.artifacts.values(), f"{name}.ipynb", "timestamp.txt"}
    with suppress(OSError):  # a folder that cannot be read is not graded
        found = os.listdir(folder)
        misnamed = f"{name}.ipynb" not in found
        files = [file for file in found if file in wanted or misnamed and file.endswith(".ipynb")]
        return {"submission": {file: _handed_in(f"{folder}/{file}") for file in sorted(files)}}
    return {"submission": {}}


def changes(before: Key, now: Key) -> list[str]:
    """What has changed, a sentence for each area; none if what was graded then would be graded alike now.

    Args:
        before: as it is kept, with the tier of the jail that student code ran in.
        now: with the weakest tier that the course accepts.
    """
    if not before:
        return ["something changed while it was graded"]
    found = []
    for area in [*now, *(area for area in before if area not in now)]:
        old, new = before.get(area, {}), now.get(area, {})
        parts = sorted(part for part in old.keys() | new.keys() if old.get(part) != new.get(part))
        if area == "jail":
            if not layers.is_as_strong(old.get("tier", ""), new.get("tier", "")):
                found.append(f"it ran in a jail of tier {old.get('tier')}, and the course wants {new.get('tier')}")
        elif parts and area == "Proctor":
            found.append("Proctor changed")
        elif parts and area in VALUES:
            found += [f"{part} {old.get(part, '(none)')} → {new.get(part, '(none)')}" for part in parts]
        elif parts:
            found.append(f"{area} changed: {', '.join(part + _fate(part, old, new) for part in parts)}")
    return found


def _fate(part: str, old: dict[str, str], new: dict[str, str]) -> str:
    return " (new)" if part not in old else " (gone)" if part not in new else ""


def _counts(file: str) -> bool:
    """Whether a file of a grader's folder is part of it; of `assignment.toml` only the limits are."""
    return file != "assignment.toml" and not any(part.startswith((".", "__pycache__")) for part in Path(file).parts)


def _limits(assignment: Assignment) -> dict[str, str]:
    """What `assignment.toml` says, but for its title and place in the course."""
    declared = asdict(assignment)
    for said_only in ("name", "title", "course", "week", "order"):
        del declared[said_only]
    return dict(_flat("", declared))


def _flat(name: str, value: Any) -> list[tuple[str, str]]:
    if not isinstance(value, dict):
        return [(name, str(value))]
    return [pair for inner in value for pair in _flat(f"{name}.{inner}" if name else inner, value[inner])]


def _data(name: str) -> str:
    dataset = named(name)
    found = find(dataset)
    if found.path is None:
        return f"{found.source} {dataset.drawing}"
    files = sorted(found.path.rglob("*")) if found.path.is_dir() else [found.path]
    digests = [path.name + _digest(path) for path in files if path.is_file()]
    return f"{found.source} {hashlib.sha256(''.join(digests).encode()).hexdigest()[:12]}"


def _handed_in(path: str) -> str:
    """A digest of a student's file, or in words why it is none that is graded."""
    try:
        status = os.lstat(path)
        if not stat.S_ISREG(status.st_mode):
            return "not a plain file"
        return _content(path) if status.st_size <= FILE_BYTES else f"larger than {FILE_BYTES} bytes"
    except OSError as error:
        return f"cannot be read: {error.strerror}"


def _digest(path: Path) -> str:
    """A digest of a file that many submissions depend on, read once while it is the same."""
    try:
        status = path.stat()
        return _content_then(str(path), status.st_size, status.st_mtime_ns, status.st_ino)
    except OSError as error:
        return f"cannot be read: {error.strerror}"


@cache
def _content_then(path: str, size: int, changed: int, number: int) -> str:
    return _content(path)


def _content(path: str) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:32]
