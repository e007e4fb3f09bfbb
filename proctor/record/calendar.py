"""Bring the gradebook's students, due dates and extensions up to a course's `course.toml`."""

from __future__ import annotations

from datetime import UTC, datetime

from nbgrader.api import Assignment, Student, SubmittedAssignment
from sqlalchemy import select
from sqlalchemy.orm import Session

from proctor.course.course import Course
from proctor.course.schedule import COLUMNS, Schedule
from proctor.record.gradebook import reading, transaction


def follow(course: Course, schedule: Schedule) -> list[str]:
    """Write into the gradebook what `course.toml` says and it does not have yet.

    What the file does not name stays as it is. An exercise that was never released or graded is not
    in the gradebook, and a student's extension is when the work is graded: both follow later.

    Returns a sentence for each change. Raises ProctorError if the gradebook cannot be written.
    """
    if not (schedule.people or schedule.due):
        return []
    with reading(course) as session:
        if session is not None and not _change(session, schedule):  # it is closed without being saved
            return []
    with transaction(course) as session:
        return _change(session, schedule)


def _change(session: Session, schedule: Schedule) -> list[str]:
    """Change rows in a session; returns a sentence for each kind of change."""
    said = []
    known = {student.id: student for student in session.scalars(select(Student))}
    added = changed = 0
    for person in schedule.people:
        facts = {column: getattr(person, column) or None for column in COLUMNS}
        student = known.get(person.id)
        if student is None:
            session.add(Student(**facts))
            added += 1
        elif any(getattr(student, column) != value for column, value in facts.items() if value is not None):
            for column, value in facts.items():
                if value is not None:
                    setattr(student, column, value)
            changed += 1
    if added or changed:
        said.append(f"roster: {added} students added, {changed} changed")
    for assignment in session.scalars(select(Assignment).order_by(Assignment.name)):
        due = schedule.due.get(assignment.name)
        if due is None:
            continue
        if assignment.duedate != _utc(due):
            assignment.duedate = _utc(due)
            said.append(f"{assignment.name}: due {due}")
        dates = schedule.extensions.get(assignment.name, {})
        submissions = select(SubmittedAssignment).where(
            SubmittedAssignment.assignment_id == assignment.id, SubmittedAssignment.student_id.in_(list(dates))
        )
        for submission in session.scalars(submissions):
            date = dates[submission.student_id]
            if submission.extension != date - due:
                submission.extension = date - due
                said.append(f"{assignment.name}: {submission.student_id} has until {date}")
    return said


def _utc(moment: datetime) -> datetime:
    """The moment as nbgrader writes it: in UTC, without a time zone."""
    return moment.astimezone(UTC).replace(tzinfo=None)
