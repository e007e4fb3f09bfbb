"""Every mark of a course, read out of nbgrader's gradebook for all forms of an export."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from nbgrader.api import Assignment
from sqlalchemy import select
from sqlalchemy.orm import Session

from proctor.course.course import Course
from proctor.course.schedule import Listed, read_schedule
from proctor.record.gradebook import reading, transaction
from proctor.record.roster import read_students
from proctor.record.scores import HandIn, read_hand_ins, read_parts, read_scores
from proctor.report.totals import Marks, Total, compute_totals


@dataclass(frozen=True)
class Sheet:
    """All marks of a course, as the gradebook has them.

    Args:
        people: the students of the gradebook, by name, then those who only handed in something.
        worth: assignment → its points, by due date.
        scores: (student's id, assignment) → score, after the late penalty; without an entry where
            there is no mark yet.
        hand_ins: (student's id, assignment) → when it was handed in, if it was graded.
        parts: (student's id, assignment) → grade id → points, before the late penalty; read
            for spreadsheets alone.
        totals: student's id → total; empty if the course has no groups, or contradicts itself.
    """

    people: list[Listed]
    worth: dict[str, float]
    scores: dict[tuple[str, str], float]
    hand_ins: dict[tuple[str, str], HandIn]
    parts: dict[tuple[str, str], dict[str, float]]
    totals: dict[str, Total]


def read_sheet(course: Course, with_parts: bool = False) -> Sheet:
    """All marks of a course, and their parts if these are wanted: in a large course, a million.

    Raises ProctorError if gradebook or `course.toml` cannot be read.
    """
    with transaction(course, write=False) as session:
        worth, due = _read_assignments(session)
        people = read_students(session)
        scores = _read_scores(session)
        hand_ins = {(student, name): found for (name, student), found in read_hand_ins(session).items()}
        found_parts = read_parts(session) if with_parts else {}
    parts = {(student, name): found for (name, student), found in found_parts.items()}
    people = _add_others(course, people, worth)
    totals = _compute_totals(course, people, Marks(worth, scores, due))
    return Sheet(people, worth, scores, hand_ins, parts, totals)


def read_totals(course: Course) -> dict[str, Total]:
    """Student's id → total, as `Sheet.totals`, read alone.

    Raises ProctorError if gradebook or `course.toml` cannot be read.
    """
    with reading(course) as session:
        if session is None:
            return {}
        worth, due = _read_assignments(session)
        people, scores = read_students(session), _read_scores(session)
    return _compute_totals(course, _add_others(course, people, worth), Marks(worth, scores, due))


def _add_others(course: Course, people: list[Listed], names: Iterable[str]) -> list[Listed]:
    """The people, and then those whom the gradebook does not know and who handed in something."""
    known = {person.id for person in people}
    return [*people, *map(Listed, sorted({who for name in names for who in course.students(name)} - known))]


def _compute_totals(course: Course, people: list[Listed], marks: Marks) -> dict[str, Total]:
    schedule = read_schedule(course)
    if schedule.contradictions:  # nothing of it is followed
        return {}
    counting = [name for group in schedule.groups for name in group.exercises]
    handed_in = {(who, name) for name in counting for who in course.students(name)}
    marks = replace(marks, due={**marks.due, **schedule.due}, handed_in=handed_in)
    return compute_totals(schedule, marks, [person.id for person in people], datetime.now(UTC))


def _read_assignments(session: Session) -> tuple[dict[str, float], dict[str, datetime]]:
    """Assignments by due date: name → points, and name → when it is due, if the gradebook knows."""
    by_due_date = select(Assignment.name, Assignment.max_score, Assignment.duedate)
    rows = session.execute(by_due_date.order_by(Assignment.duedate, Assignment.name)).all()
    due = {name: moment.replace(tzinfo=UTC) for name, _, moment in rows if moment}
    return {name: float(most) for name, most, _ in rows}, due


def _read_scores(session: Session) -> dict[tuple[str, str], float]:
    """(student's id, assignment) → score, after the late penalty."""
    names = {row.id: row.name for row in session.execute(select(Assignment.id, Assignment.name))}
    return {(student, names[assignment]): score.total for (assignment, student), score in read_scores(session).items()}
