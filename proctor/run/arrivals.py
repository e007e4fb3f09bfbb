"""What lies in a folder, looked at again and again: what has arrived, and stopped growing."""

from __future__ import annotations

import os
from collections.abc import Hashable, Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Generic, TypeVar

from proctor.course.course import Course
from proctor.intake.listing import MOST_FILES, is_hidden

QUIET = 6.0
"""For how many seconds a hand-in must look the same: programs that copy pause now and then."""
FILES = 1000
"""How many files of a hand-in are looked at."""

Pair = tuple[str, str]
"""(assignment, student)."""
Look = tuple[tuple[str, int, int, int], ...]
"""Name, size, time of change and inode of each file of a hand-in."""
Name = TypeVar("Name", bound=Hashable)


class Arrivals(Generic[Name]):
    """Hand-ins that have to be dealt with.

    Each look compares with the one before, and not with the clock: a copy may keep the times of the
    original, and another machine's clock may differ.
    """

    def __init__(self) -> None:
        self._growing: dict[Name, tuple[Look, float]] = {}
        """What it looks like, and since when."""
        self._taken: dict[Name, Look] = {}

    def look(self, now: float, looks: Mapping[Name, Look]) -> tuple[list[Name], list[Name]]:
        """Compare what lies there with what lay there at the last look.

        Args:
            now: the time, in seconds; only differences matter.
            looks: each hand-in → what it looks like now.

        Returns those that have arrived or changed since the last look, and those that are to be
        dealt with: they have looked the same for `QUIET` seconds, and not been taken. Both are in
        the order of `looks`. A hand-in without a file has not arrived.
        """
        found = {name: files for name, files in looks.items() if files}
        begun, ready = [], []
        for name, files in found.items():
            if files == self._taken.get(name):
                self._growing.pop(name, None)
                continue
            before, since = self._growing.get(name, ((), now))
            if files != before:
                self._growing[name] = files, now
                begun += [] if before else [name]
            elif now - since >= QUIET:
                ready.append(name)
        self._growing = {name: state for name, state in self._growing.items() if name in found}
        return begun, ready

    @property
    def are_left(self) -> bool:
        """Whether something has arrived that has not been dealt with."""
        return bool(self._growing)

    def take(self, names: Iterable[Name]) -> None:
        """Note that these have been dealt with as they were at the last look."""
        for name in names:
            self._taken[name], _ = self._growing.pop(name)


def look_at_submitted(course: Course, names: list[str], students: list[str] | None = None) -> dict[Pair, Look]:
    """What the hand-ins in a course's `submitted/` look like.

    Args:
        course: the course.
        names: the assignments.
        students: only these students; None for everybody.

    Returns (assignment, student) → look, in the order of `names`, then of the students.
    """
    order = {name: place for place, name in enumerate(names)}
    pairs = [
        (folder.name, student.name)
        for student in _folders(course.root / "submitted")
        if students is None or student.name in students
        for folder in _folders(student.path)
        if folder.name in order
    ]
    pairs.sort(key=lambda pair: (order[pair[0]], pair[1]))
    return {(name, student): _look(course.submitted(student, name)) for name, student in pairs}


def look_at_source(folder: Path) -> dict[frozenset[str], Look]:
    """What the hand-ins look like in a folder that they are collected from.

    Returns the names of files and folders that belong together → look: each folder is by itself. If
    a file lies beside them, it may belong to any, and all is one.
    """
    with suppress(OSError), os.scandir(folder) as entries:
        found = sorted((entry for entry in entries if not is_hidden(entry.name)), key=lambda entry: entry.name)
        if all(entry.is_dir() for entry in found):
            return {frozenset([entry.name]): _look(entry.path) for entry in found}
        return {frozenset(entry.name for entry in found): _look(folder, MOST_FILES)}
    return {}


def _look(folder: str | os.PathLike[str], most: int = FILES) -> Look:
    return tuple(sorted(islice(_files(folder), most)))


def _folders(place: str | os.PathLike[str]) -> list[os.DirEntry[str]]:
    """The folders in a folder; none if it is gone or cannot be read."""
    with suppress(OSError), os.scandir(place) as entries:
        return [entry for entry in entries if entry.is_dir()]
    return []


def _files(folder: str | os.PathLike[str]) -> Iterator[tuple[str, int, int, int]]:
    for place, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(place, name)
            with suppress(OSError):  # it was renamed just now, which the next look shows
                status = os.lstat(path)
                yield path, status.st_size, status.st_mtime_ns, status.st_ino
