"""Where the best attempt counts: a student's graded hand-ins for an exercise, with their points."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from proctor.course.course import Course
from proctor.course.private import write_private
from proctor.feedback.table import number
from proctor.intake.submission import TIMESTAMP
from proctor.record.kept import verdict_file
from proctor.record.places import digest, read_place, replace_place
from proctor.text import one_line

NOTED = "attempts.json"


@dataclass(frozen=True)
class Graded:
    """An attempt that has been graded.

    Args:
        digest: of its files.
        time: what its `timestamp.txt` says, or "".
        given: points by criteria and by people, before the late penalty, which may change.
        order: how many were graded before it.
    """

    digest: str
    time: str
    given: float
    order: int


@dataclass
class Attempts:
    """A student's graded attempts at an exercise.

    Args:
        course: the course.
        name: the exercise's.
        student: whose they are.
    """

    course: Course
    name: str
    student: str
    _known: dict[str, Graded] = field(init=False)

    def __post_init__(self) -> None:
        self._known = {}
        with suppress(OSError, ValueError, TypeError):
            for each in json.loads((self._folder / NOTED).read_bytes()):
                one = Graded(**each)
                if (self._folder / one.digest).is_dir():
                    self._known[one.digest] = one

    @property
    def _folder(self) -> Path:
        return self.course.state / "attempts" / self.name / self.student

    def are_settled(self) -> bool:
        """Whether the last verdict is that on the only attempt there is.

        With several, due dates and penalties, which may have changed, decide which one counts.
        """
        verdict = verdict_file(self.course, self.name, self.student)
        with suppress(OSError):
            return len(self._known) == 1 and (self._folder / NOTED).stat().st_mtime_ns >= verdict.stat().st_mtime_ns
        return False

    def has(self, files: dict[str, bytes]) -> bool:
        """Whether these files are one of them."""
        return digest(files) in self._known

    def settle(self, given: float) -> bool:
        """Keep the attempt in its place, and put the best there: of equal ones, the latest.

        If this is interrupted, the attempt is not noted, and is settled or graded once more.

        Args:
            given: the points of that attempt, before the late penalty.

        Returns whether another attempt is in its place now, and has to be graded. Raises OSError or
        UnreadableSubmission if that cannot be done.
        """
        place = self.course.submitted(self.student, self.name)
        files = read_place(place)
        which = digest(files)
        before = self._known.get(which)
        if before is None:
            for path, data in files.items():
                write_private(self.course, self._folder / which / path, data)
        time = files.get(TIMESTAMP, b"").decode("utf-8", "replace").strip()
        self._known[which] = Graded(which, time, given, before.order if before else len(self._known))
        best = which
        if len(self._known) > 1:
            best = max(self._known.values(), key=lambda one: (self._worth(one), one.order)).digest
        if best != which:
            replace_place(self.course, place, read_place(self._folder / best))
        data = json.dumps([asdict(one) for one in self._known.values()]).encode()
        write_private(self.course, self._folder / NOTED, data)
        return best != which

    def describe_others(self) -> list[str]:
        """A sentence for each that is not the one in its place: what it was worth.

        Raises UnreadableSubmission if what lies there cannot be read.
        """
        if not self._known:
            return []
        there = digest(read_place(self.course.submitted(self.student, self.name)))
        return [
            f"the best attempt counts, which is this one; the one{one.time and ' of '}{one_line(one.time, 40)} "
            f"was worth {number(self._worth(one))}"
            for one in sorted(self._known.values(), key=lambda one: one.order)
            if one.digest != there
        ]

    def _worth(self, one: Graded) -> float:
        """The points of an attempt, less the late penalty."""
        from proctor.record.scores import read_late_penalty

        return max(0.0, one.given - read_late_penalty(self.course, self.name, self.student, one.time, one.given))
