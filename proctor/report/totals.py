"""What a student has reached in the course, by the groups of its `course.toml`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from statistics import mean

from proctor.course.schedule import Group, Schedule

Pair = tuple[str, str]
"""(student's id, assignment)."""


@dataclass(frozen=True)
class Total:
    """What a student has reached so far.

    Args:
        percent: None if there is nothing yet that counts, or something in `unmarked`.
        dropped: the exercises that do not count, since they are the lowest of their group.
        unmarked: what was handed in and has no mark; it is never taken for 0.
    """

    percent: float | None
    dropped: tuple[str, ...] = ()
    unmarked: tuple[str, ...] = ()

    @property
    def rounded(self) -> float | None:
        """The percentage with two decimals."""
        return None if self.percent is None else round(self.percent, 2)


@dataclass(frozen=True)
class Marks:
    """What totals are computed from.

    Args:
        worth: assignment → its points.
        scores: after late penalties; without an entry where there is no mark.
        due: assignment → when it is due, if that is said.
        handed_in: what was handed in, with a mark or without.
    """

    worth: Mapping[str, float]
    scores: Mapping[Pair, float]
    due: Mapping[str, datetime]
    handed_in: Collection[Pair] = ()


def compute_totals(schedule: Schedule, marks: Marks, students: list[str], now: datetime) -> dict[str, Total]:
    """Each student's total: the weighted mean of the groups, each the mean of exercises' shares.

    An exercise counts from when it has a mark. One that a student has not handed in counts 0 from
    when it was due for this student; without a due date, from when anybody has a mark of it. While
    nothing of a group counts, the others share its weight. The lowest are dropped from what counts
    so far, but never all of it. An exercise without points does not count.

    Returns student → total; empty if the course has no groups.
    """
    if not schedule.groups:
        return {}
    begun = {name for _, name in marks.scores}
    return {student: _compute_total(schedule, marks, student, begun, now) for student in students}


def _compute_total(schedule: Schedule, marks: Marks, student: str, begun: set[str], now: datetime) -> Total:
    weights = reached = 0.0
    dropped: list[str] = []
    unmarked: list[str] = []
    for group in schedule.groups:
        shares: dict[str, float] = {}
        for name in group.exercises:
            score, worth = marks.scores.get((student, name)), marks.worth.get(name, 1.0)
            if score is not None and worth:
                shares[name] = score / worth
            elif score is None and (student, name) in marks.handed_in:
                unmarked.append(name)
            elif score is None and worth:
                due = schedule.extensions.get(name, {}).get(student, marks.due.get(name))
                if now > due if due else name in begun:
                    shares[name] = 0.0
        lowest = _find_lowest(group, shares)
        dropped += lowest
        if kept := [share for name, share in shares.items() if name not in lowest]:
            weights += group.weight
            reached += group.weight * mean(kept)
    percent = 100 * reached / weights if weights and not unmarked else None
    return Total(percent, tuple(dropped), tuple(unmarked))


def _find_lowest(group: Group, shares: dict[str, float]) -> list[str]:
    """The exercises of a group that are dropped; one is always left."""
    return sorted(shares, key=lambda name: shares[name])[: min(group.drop, max(0, len(shares) - 1))]
