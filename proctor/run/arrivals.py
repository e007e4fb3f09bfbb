"""What lies in `submitted/`, looked at again and again: what has arrived, and stopped growing."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice

from proctor.course.course import Course

QUIET = 6.0
"""For how many seconds a hand-in must look the same: programs that copy pause now and then."""
FILES = 1000
"""How many files of a hand-in are looked at."""

Pair = tuple[str, str]
"""(assignment, student)."""
Look = tuple[tuple[str, int, int, int], ...]
"""Name, size, time of change and inode of each file of a hand-in."""


class Arrivals:
    """Hand-ins that have to be dealt with.

    Each look compares with the one before, and not with the clock: a copy may keep the times of the
    original, and another machine's clock may differ.

    Args:
        course: the course.
        names: the assignments.
        students: only these students; None for everybody.
    """

    def __init__(self, course: Course, names: list[str], students: list[str] | None = None):
        self._course = course
        self._order = {name: place for place, name in enumerate(names)}
        self._students = students
        self._growing: dict[Pair, tuple[Look, float]] = {}
        """What it looks like, and since when."""
        self._taken: dict[Pair, Look] = {}

    def look(self, now: float) -> tuple[list[Pair], list[Pair]]:
        """Look once.

        Args:
            now: the time, in seconds; only differences matter.

        Returns the pairs that have arrived or changed since the last look, and those that are to be
        dealt with: they have looked the same for `QUIET` seconds, and not been taken. A hand-in
        without a file has not arrived.
        """
        found = {pair: files for pair, files in self._read() if files}
        begun, ready = [], []
        for pair, files in found.items():
            if files == self._taken.get(pair):
                self._growing.pop(pair, None)
                continue
            before, since = self._growing.get(pair, ((), now))
            if files != before:
                self._growing[pair] = files, now
                begun += [] if before else [pair]
            elif now - since >= QUIET:
                ready.append(pair)
        self._growing = {pair: state for pair, state in self._growing.items() if pair in found}
        return self._sort(begun), self._sort(ready)

    def take(self, pairs: Iterable[Pair]) -> None:
        """Note that these have been dealt with as they were at the last look."""
        for pair in pairs:
            self._taken[pair], _ = self._growing.pop(pair)

    def _sort(self, pairs: list[Pair]) -> list[Pair]:
        return sorted(pairs, key=lambda pair: (self._order[pair[0]], pair[1]))

    def _read(self) -> Iterator[tuple[Pair, Look]]:
        for student in _folders(self._course.root / "submitted"):
            if self._students is None or student.name in self._students:
                for folder in _folders(student.path):
                    if folder.name in self._order:
                        yield (folder.name, student.name), tuple(sorted(islice(_files(folder.path), FILES)))


def _folders(place: str | os.PathLike[str]) -> list[os.DirEntry[str]]:
    """The folders in a folder; none if it is gone or cannot be read."""
    with suppress(OSError), os.scandir(place) as entries:
        return [entry for entry in entries if entry.is_dir()]
    return []


def _files(folder: str) -> Iterator[tuple[str, int, int, int]]:
    for place, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(place, name)
            with suppress(OSError):  # it was renamed just now, which the next look shows
                status = os.lstat(path)
                yield path, status.st_size, status.st_mtime_ns, status.st_ino
