"""Scores in nbgrader's gradebook: read for a whole course at once, and late penalties kept true."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from nbgrader.api import Assignment, BaseCell, Grade, Notebook, SubmittedAssignment, SubmittedNotebook
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from proctor.course.course import Course
from proctor.intake.platforms import parse_stamp
from proctor.record import rows
from proctor.record.gradebook import reading, transaction


@dataclass(frozen=True)
class Score:
    """A submission's score in the gradebook, in points.

    Args:
        given: by the criteria and by people, extra credit included.
        penalty: what is taken off for being late.
    """

    given: float
    penalty: float

    @property
    def total(self) -> float:
        """What counts: never less than nothing."""
        return max(0.0, self.given - self.penalty)


def read_scores(session: Session, student: str = "") -> dict[tuple[str, str], Score]:
    """(assignment's id, student) → score, where there is one; of all students, or of one.

    `total` is nbgrader's `submission.score` less its `late_submission_penalty`. nbgrader computes
    these by several queries for each submission; this is one query for all.
    """
    grades = select(
        Grade.notebook_id,
        func.sum(Grade.score).label("score"),
        func.count(func.coalesce(Grade.auto_score, Grade.manual_score)).label("given"),
    )
    if student:
        of_student = (
            select(SubmittedNotebook.id)
            .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
            .where(SubmittedAssignment.student_id == student)
        )
        grades = grades.where(Grade.notebook_id.in_(of_student))
    notebooks = grades.group_by(Grade.notebook_id).subquery()
    submissions = (
        select(
            SubmittedAssignment.assignment_id,
            SubmittedAssignment.student_id,
            func.sum(notebooks.c.score),
            func.sum(func.coalesce(SubmittedNotebook.late_submission_penalty, 0.0)),
        )
        .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .outerjoin(notebooks, notebooks.c.notebook_id == SubmittedNotebook.id)
        .group_by(SubmittedAssignment.id)
        .having(func.sum(notebooks.c.given) > 0)
    )
    if student:
        submissions = submissions.where(SubmittedAssignment.student_id == student)
    return {
        (assignment, who): Score(float(score), float(penalty))
        for assignment, who, score, penalty in session.execute(submissions)
    }


@dataclass(frozen=True)
class HandIn:
    """When a submission was handed in.

    Args:
        time: as `timestamp.txt` says; None if there is none.
        late: seconds after the due date, extensions included; 0 if in time.
    """

    time: datetime | None = None
    late: float = 0.0


def read_hand_ins(session: Session) -> dict[tuple[str, str], HandIn]:
    """(assignment's name, student) → when it was handed in; lateness as nbgrader counts it."""
    submissions = select(
        Assignment.name,
        SubmittedAssignment.student_id,
        SubmittedAssignment.timestamp,
        Assignment.duedate,
        SubmittedAssignment.extension,
    ).join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
    found = {}
    for name, student, stamp, due, extension in session.execute(submissions):
        late = 0.0
        if stamp and due:
            late = max(0.0, (stamp - (due + extension if extension else due)).total_seconds())
        found[name, student] = HandIn(stamp.replace(tzinfo=UTC) if stamp else None, late)
    return found


def read_parts(session: Session) -> dict[tuple[str, str], dict[str, float]]:
    """(assignment's name, student) → grade id → points, before the late penalty, where there are.

    A cell of a notebook with another name than the assignment is "notebook/grade id".
    """
    grades = (
        select(Assignment.name, SubmittedAssignment.student_id, Notebook.name, BaseCell.name, Grade.score)
        .join(SubmittedNotebook, SubmittedNotebook.id == Grade.notebook_id)
        .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .join(BaseCell, BaseCell.id == Grade.cell_id)
        .join(Notebook, Notebook.id == BaseCell.notebook_id)
        .where((Grade.auto_score.is_not(None)) | (Grade.manual_score.is_not(None)))
    )
    parts: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    for assignment, student, notebook, cell, score in session.execute(grades):
        parts[assignment, student][cell if notebook == assignment else f"{notebook}/{cell}"] = float(score)
    return dict(parts)


def named_scores(course: Course) -> dict[tuple[str, str], Score]:
    """(assignment's name, student) → score; empty without a gradebook."""
    with reading(course) as session:
        if session is None:
            return {}
        names = {row.id: row.name for row in session.execute(select(Assignment.id, Assignment.name))}
        return {(names[assignment], who): score for (assignment, who), score in read_scores(session).items()}


def read_given_points(course: Course, name: str, student: str) -> float | None:
    """A student's points on an assignment before the late penalty; None if there is no mark."""
    with reading(course) as session:
        if session is None:
            return None
        found = session.scalars(select(Assignment.id).where(Assignment.name == name)).one_or_none()
        score = read_scores(session, student).get((found or "", student))
        return score.given if score else None


def read_late_penalty(course: Course, name: str, student: str, time: str, given: float) -> float:
    """What would be taken off a student's work on an assignment for being late.

    Args:
        course: the course, with its rule, due dates and extensions.
        name: the assignment's.
        student: whose work.
        time: when it is handed in, as `timestamp.txt` says; "" for in time.
        given: its points.
    """
    handed_in = parse_stamp(time.encode())
    with reading(course) as session:
        if session is None or handed_in is None:
            return 0.0
        dates = (
            select(Assignment.duedate, SubmittedAssignment.extension)
            .join(SubmittedAssignment, SubmittedAssignment.assignment_id == Assignment.id)
            .where(Assignment.name == name, SubmittedAssignment.student_id == student)
        )
        due, extension = session.execute(dates).one_or_none() or (None, None)
    if due is None:
        return 0.0
    late = (handed_in.replace(tzinfo=None) - due - (extension or timedelta())).total_seconds()
    return rows.compute_late_penalty(course, student, given, late)


def update_late_penalties(course: Course) -> list[tuple[str, str]]:
    """Bring late penalties up to date with due dates, extensions and the course's rule.

    They are nbgrader's, and change without a submission being graded again. Nothing is written if
    none changed.

    Returns the (assignment, student) of each submission whose penalty changed. Raises ProctorError
    if the gradebook cannot be written.
    """
    with reading(course) as session:
        if session is None or not rows.update_late_penalties(course, session):
            return []
    with transaction(course) as session:
        return rows.update_late_penalties(course, session)
