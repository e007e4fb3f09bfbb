"""Where the best attempt counts: a student's graded hand-ins for an exercise, with their points."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from proctor.course.course import Course
from proctor.course.private import write_private
from proctor.errors import UnreadableSubmission
from proctor.feedback.table import number
from proctor.record.kept import verdict_file
from proctor.record.places import digest, read_place, replace_place
from proctor.text import one_line

TIMESTAMP = "timestamp.txt"
NOTED = "attempts.json"


@dataclass(frozen=True)
class Graded:
    """An attempt that has been graded.

    Args:
        digest: of its files.
        time: what its `timestamp.txt` says, or "".
        points: what counts of it: less the late penalty, with points given by hand.
        order: how many were graded before it.
    """

    digest: str
    time: str
    points: float
    order: int


def is_noted(course: Course, name: str, student: str) -> bool:
    """Whether the last verdict on a student's work has been noted as that on an attempt."""
    verdict, noted = verdict_file(course, name, student), _folder(course, name, student) / NOTED
    with suppress(OSError):
        return noted.stat().st_mtime_ns >= verdict.stat().st_mtime_ns
    return False


def settle(course: Course, name: str, student: str, points: float) -> bool:
    """Keep the attempt that lies in its place, and put the best there: the latest of equal ones.

    If this is interrupted, the attempt is not noted, and is settled or graded once more.

    Args:
        course: the course.
        name: the exercise's.
        student: whose attempt.
        points: what it was worth.

    Returns whether another attempt is in its place now, and has to be graded. Raises OSError or
    UnreadableSubmission if that cannot be done.
    """
    folder, place = _folder(course, name, student), course.submitted(student, name)
    files = read_place(place)
    which, known = digest(files), {one.digest: one for one in _read(course, name, student)}
    if which not in known:
        for path, data in files.items():
            write_private(course, folder / which / path, data)
    order = known[which].order if which in known else len(known)
    time = files.get(TIMESTAMP, b"").decode("utf-8", "replace").strip()
    known[which] = Graded(which, time, points, order)
    best = max(known.values(), key=lambda one: (one.points, one.order))
    if best.digest != which:
        replace_place(course, place, read_place(folder / best.digest))
    write_private(course, folder / NOTED, json.dumps([asdict(one) for one in known.values()]).encode())
    return best.digest != which


def is_graded_attempt(course: Course, name: str, student: str, files: dict[str, bytes]) -> bool:
    """Whether these files are an attempt that has been graded."""
    return digest(files) in {one.digest for one in _read(course, name, student)}


def describe_others(course: Course, name: str, student: str) -> Iterator[str]:
    """A sentence for each graded attempt that is not the one in its place: what it was worth."""
    with suppress(UnreadableSubmission):
        there = digest(read_place(course.submitted(student, name)))
        for one in sorted(_read(course, name, student), key=lambda one: one.order):
            if one.digest != there:
                when = f" of {one_line(one.time, 40)}" if one.time else ""
                yield f"the best attempt counts, which is this one; the one{when} was worth {number(one.points)}"


def _folder(course: Course, name: str, student: str) -> Path:
    return course.state / "attempts" / name / student


def _read(course: Course, name: str, student: str) -> list[Graded]:
    """The attempts that are known; those whose files are gone are left out."""
    folder = _folder(course, name, student)
    with suppress(OSError, ValueError, TypeError):
        found = [Graded(**one) for one in json.loads((folder / NOTED).read_bytes())]
        return [one for one in found if (folder / one.digest).is_dir()]
    return []
