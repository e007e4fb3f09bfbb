"""Bring the gradebook's students, due dates and extensions up to a course's `course.toml`."""

from __future__ import annotations

from collections.abc import Container
from datetime import UTC, datetime

from nbgrader.api import Assignment, Student, SubmittedAssignment
from sqlalchemy import select
from sqlalchemy.orm import Session, load_only

from proctor.course.course import Course
from proctor.course.schedule import COLUMNS, Listed, Schedule, why_unusable
from proctor.record.gradebook import reading, transaction
from proctor.record.nameless import names_as_meant, names_to_write


def follow(course: Course, schedule: Schedule) -> list[str]:
    """Write into the gradebook what `course.toml` says and it does not have yet.

    What the file does not name stays as it is. An exercise that was never released or graded is not
    in the gradebook, and a student's extension is when the work is graded: both follow later. Who
    handed in something is a student, too, and whoever has no name is shown by the id (`nameless`).

    Returns a sentence for each change of what the file names. Raises ProctorError if the gradebook
    cannot be written.
    """
    with reading(course) as session:
        if session is None and not (schedule.people or schedule.due):
            return []
        if session is not None:
            _change(course, session, schedule)
            if not (session.new or session.dirty):  # it is closed without being saved
                return []
    with transaction(course) as session:
        return _change(course, session, schedule)


def _change(course: Course, session: Session, schedule: Schedule) -> list[str]:
    """Change rows in a session; returns a sentence for each kind of change."""
    return [*_change_students(course, session, schedule.people), *_change_dates(session, schedule)]


def _change_students(course: Course, session: Session, people: list[Listed]) -> list[str]:
    columns = [getattr(Student, column) for column in COLUMNS]
    # A student's score, which nbgrader adds up in the same query, is not asked for.
    known = {student.id: student for student in session.scalars(select(Student).options(load_only(*columns)))}
    listed = {person.id: person for person in people}
    added = changed = 0
    for who in dict.fromkeys([*listed, *known, *_find_others(course, known)]):
        student, person = known.get(who), listed.get(who, Listed(who))
        first, last = names_as_meant(who, student.first_name, student.last_name) if student else ("", "")
        facts = {
            **names_to_write(who, person.first_name or first, person.last_name or last),
            **{column: given for column in ("email", "lms_user_id") if (given := getattr(person, column))},
        }
        if student is None:
            session.add(Student(id=who, **facts))
            added += who in listed
            continue
        new = {column: value for column, value in facts.items() if getattr(student, column) != value}
        for column, value in new.items():
            setattr(student, column, value)
        changed += who in listed and any(getattr(person, column) for column in new)
    return [f"roster: {added} students added, {changed} changed"] if added or changed else []


def _find_others(course: Course, known: Container[str]) -> list[str]:
    """Who handed in something and is not `known`."""
    place = course.root / "submitted"
    return [
        folder.name
        for folder in (sorted(place.iterdir()) if place.is_dir() else [])
        if folder.name not in known
        and not why_unusable(folder.name)
        and any((folder / name).is_dir() for name in course.every_name())
    ]


def _change_dates(session: Session, schedule: Schedule) -> list[str]:
    said: list[str] = []
    if not schedule.due:
        return said
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
