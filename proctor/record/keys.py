"""Keys: digests of all that a verdict depends on. Equal keys mean equal verdicts."""

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
from proctor.datasets import use_course
from proctor.datasets.dataset import files_of
from proctor.datasets.loading import definition, find, named
from proctor.intake.handed_zip import is_zip
from proctor.intake.submission import FILE_BYTES, TIMESTAMP
from proctor.jail import layers
from proctor.jail.course_jail import accepted_jail
from proctor.judge.plain_nbgrader import PlainAssignment, files_beside
from proctor.versions import engine, every_version

Key = dict[str, dict[str, str]]
"""Area, such as "grader" → part of it, such as a file's name → digest or value."""

NOT_GRADING = {"assignment.toml", "answers.py", "proof.json"}
"""Files of a grader that prove or describe it: on their bytes no verdict depends."""
VALUES = {"limits", "data", "versions"}
"""Areas that hold readable values, not digests: a change is shown as "old → new"."""


def assignment_key(course: Course, assignment: Assignment, plain: PlainAssignment | None = None) -> Key:
    """The part of the key that all submissions of an assignment share.

    Args:
        course: the course.
        assignment: what it declares.
        plain: a plain nbgrader assignment as it was read; None for another one, or if the
            gradebook does not have it yet.
    """
    use_course(course.root)
    name = assignment.name
    if name in course.plain_names():
        digest = plain.fingerprint() if plain else "not in the gradebook"
        return {**common_key(course), "assignment": {"source, release and budget": digest}}
    folder = course.grader(name)
    grader = {
        str(path.relative_to(folder)): _digest_shared_file(path) for path in sorted(folder.rglob("*")) if path.is_file()
    }
    return {
        "grader": {file: digest for file, digest in grader.items() if _is_part_of_grader(file)},
        "source": {f"{name}.ipynb": _digest_shared_file(course.source(name))},
        "limits": _read_limits(assignment),
        "data": {assignment.dataset: _describe_data(assignment.dataset)} if assignment.dataset else {},
        **common_key(course),
    }


def common_key(course: Course) -> Key:
    """The part of the key that all verdicts of a course share: our code, versions, tier of jail."""
    return {"Proctor": {"engine": engine()}, "versions": every_version(), "jail": {"tier": accepted_jail(course)}}


def submission_key(course: Course, assignment: Assignment, student: str) -> Key:
    """The part of the key that is a submission's own: digests of the files that count.

    `timestamp.txt` is one of them, since the late penalty depends on it.
    """
    name, folder = assignment.name, course.submitted(student, assignment.name)
    if not course.grader(name).is_dir():
        paths = sorted([*files_beside(folder), *folder.glob("*.ipynb")])
        return {"submission": {str(path.relative_to(folder)): _digest_submitted_file(str(path)) for path in paths}}
    wanted = {*assignment.artifacts.values(), f"{name}.ipynb", TIMESTAMP}
    with suppress(OSError):  # a folder that cannot be read is not graded
        found = os.listdir(folder)
        # What was handed in under another name, or in a zip file, is read or named in a note.
        others = [".ipynb"] if f"{name}.ipynb" not in found else []
        others += [".keras"] if not {*assignment.artifacts.values()} <= {*found} else []
        files = [file for file in found if file in wanted or is_zip(file) or file.endswith(tuple(others))]
        return {"submission": {file: _digest_submitted_file(f"{folder}/{file}") for file in sorted(files)}}
    return {"submission": {}}


def describe_changes(before: Key, now: Key) -> list[str]:
    """Describe what changed between two keys; an empty list means that no regrade is needed.

    Args:
        before: of the kept verdict, with the tier of the jail that its student code ran in.
        now: of today, with the weakest tier that the course accepts.

    Returns a sentence for each change.
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
            found.append(f"{area} changed: {', '.join(part + _describe_change(part, old, new) for part in parts)}")
    return found


def _describe_change(part: str, old: dict[str, str], new: dict[str, str]) -> str:
    return " (new)" if part not in old else " (gone)" if part not in new else ""


def _is_part_of_grader(file: str) -> bool:
    """Whether a file in a grader's folder goes into the key; `assignment.toml` does as "limits"."""
    return file not in NOT_GRADING and not any(part.startswith((".", "__pycache__")) for part in Path(file).parts)


def _read_limits(assignment: Assignment) -> dict[str, str]:
    """The values in `assignment.toml`, except its title and place in the course."""
    declared = asdict(assignment)
    for shown_only in ("name", "title", "course", "week", "order"):
        del declared[shown_only]
    return dict(_flatten("", declared))


def _flatten(name: str, value: Any) -> list[tuple[str, str]]:
    """Nested dicts as pairs of dotted name and text."""
    if not isinstance(value, dict):
        return [(name, str(value))]
    return [pair for inner in value for pair in _flatten(f"{name}.{inner}" if name else inner, value[inner])]


def _describe_data(name: str) -> str:
    """Where this machine reads the data set `name` from, with digests of it and its definition."""
    defined = definition(name)
    return _describe_content(name) + (f", defined by {_digest_shared_file(defined)[:12]}" if defined else "")


def _describe_content(name: str) -> str:
    dataset = named(name)
    found = find(dataset)
    if found.path is None:
        return f"{found.source} {dataset.drawing}"
    digests = [path.name + _digest_shared_file(path) for path in files_of(dataset, found)]
    return f"{found.source} {hashlib.sha256(''.join(digests).encode()).hexdigest()[:12]}"


def _digest_submitted_file(path: str) -> str:
    """A digest of a student's file, or why it is not read."""
    try:
        status = os.lstat(path)
        if not stat.S_ISREG(status.st_mode):
            return "not a plain file"
        return _digest_file(path) if status.st_size <= FILE_BYTES else f"larger than {FILE_BYTES} bytes"
    except OSError as error:
        return f"cannot be read: {error.strerror}"


def _digest_shared_file(path: Path) -> str:
    """A digest of a file that many submissions depend on; it is read again only if it changed.

    Size, modification time and inode tell whether it changed.
    """
    try:
        status = path.stat()
        return _digest_version(str(path), status.st_size, status.st_mtime_ns, status.st_ino)
    except OSError as error:
        return f"cannot be read: {error.strerror}"


@cache
def _digest_version(path: str, _size: int, _changed: int, _number: int) -> str:
    return _digest_file(path)


def _digest_file(path: str) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:32]
