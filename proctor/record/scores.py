"""Scores in nbgrader's gradebook: read for a whole course at once, and late penalties kept true."""

from __future__ import annotations

from dataclasses import dataclass

from nbgrader.api import Assignment, Grade, SubmittedAssignment, SubmittedNotebook
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from proctor.course.course import Course
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


def read_scores(session: Session) -> dict[tuple[str, str], Score]:
    """(assignment's id, student) → score, where there is one.

    `total` is nbgrader's `submission.score` less its `late_submission_penalty`. nbgrader computes
    these by several queries for each submission; this is one query for all.
    """
    notebooks = (
        select(
            Grade.notebook_id,
            func.sum(Grade.score).label("score"),
            func.count(func.coalesce(Grade.auto_score, Grade.manual_score)).label("given"),
        )
        .group_by(Grade.notebook_id)
        .subquery()
    )
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
    return {
        (assignment, student): Score(float(score), float(penalty))
        for assignment, student, score, penalty in session.execute(submissions)
    }


def named_scores(course: Course) -> dict[tuple[str, str], Score]:
    """(assignment's name, student) → score; empty without a gradebook."""
    with reading(course) as session:
        if session is None:
            return {}
        names: dict[str, str] = dict(session.execute(select(Assignment.id, Assignment.name)).tuples().all())
        return {(names[assignment], who): score for (assignment, who), score in read_scores(session).items()}


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
