"""Read every mark out of nbgrader's gradebook, and write them into a CSV file.

Names that students can choose are written so that a spreadsheet does not take them for formulas.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, fields
from pathlib import Path

from nbgrader.api import Assignment, Grade, Student, SubmittedAssignment, SubmittedNotebook
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from proctor.course.course import Course
from proctor.course.private import tighten
from proctor.record.gradebook import transaction
from proctor.text import one_line


@dataclass(frozen=True)
class Mark:
    """One student's score of one assignment.

    Args:
        score: after the late penalty; None if there is no mark yet.
    """

    student: str
    assignment: str
    score: float | None
    max_score: float


def marks(course: Course) -> list[Mark]:
    """Return every student's mark of every assignment; names are escaped as by `cell_text`."""
    with transaction(course, write=False) as session:
        by_due_date = select(Assignment.id, Assignment.name, Assignment.max_score)
        assignments = session.execute(by_due_date.order_by(Assignment.duedate, Assignment.name)).all()
        students = session.scalars(select(Student.id).order_by(Student.last_name, Student.first_name, Student.id)).all()
        scores = _read_scores(session)
    texts = [(student, cell_text(student)) for student in students]
    found = []
    for assignment, name, max_score in assignments:
        escaped, most = cell_text(name), float(max_score)
        found += [Mark(text, escaped, scores.get((assignment, student)), most) for student, text in texts]
    return found


def _read_scores(session: Session) -> dict[tuple[str, str], float]:
    """Return (assignment's id, student) → score after the late penalty, where there is a mark.

    The score is nbgrader's `submission.score` less its `late_submission_penalty`. nbgrader computes
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
        (assignment, student): max(0.0, float(score) - float(penalty))
        for assignment, student, score, penalty in session.execute(submissions)
    }


def write(course: Course, file: Path) -> int:
    """Write every mark into the CSV file `file`, for its owner alone; return how many there are.

    A student without a mark has a row with an empty score.
    """
    found = marks(course)
    with file.open("a", encoding="utf-8", newline="") as opened:
        tighten(course, file)
        if opened.seekable():
            opened.truncate(0)
        rows = csv.writer(opened)
        rows.writerow([column.name for column in fields(Mark)])
        rows.writerows((mark.student, mark.assignment, mark.score, mark.max_score) for mark in found)
    return sum(mark.score is not None for mark in found)


_FORMULA = set("=+-@|%＝＋－＠")
# Spreadsheets split a line at semicolons where the comma is the decimal point: the rest of a name
# would become a cell of its own.
_INNER_FORMULA = re.compile(rf"([;,]\s*)(?=[{re.escape(''.join(sorted(_FORMULA)))}])")


def cell_text(value: str) -> str:
    """Return `value` in one line, an apostrophe before what a spreadsheet takes for a formula."""
    escaped = _INNER_FORMULA.sub(r"\1'", one_line(value))
    return f"'{escaped}" if escaped[:1] in _FORMULA or value[:1] in set("\t\r\n") else escaped
