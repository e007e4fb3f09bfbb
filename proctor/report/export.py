"""Read every mark out of nbgrader's gradebook, and write them into a CSV file.

Names that students can choose are written so that a spreadsheet does not take them for formulas.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, fields
from pathlib import Path

from nbgrader.api import Assignment, Student
from sqlalchemy import select

from proctor.course.course import Course
from proctor.course.private import tighten
from proctor.errors import ProctorError
from proctor.record.gradebook import transaction
from proctor.record.scores import read_scores
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
    """Return every student's mark of every assignment; names are escaped as by `cell_text`.

    The students are those of the gradebook, and those who handed in something.
    """
    with transaction(course, write=False) as session:
        by_due_date = select(Assignment.id, Assignment.name, Assignment.max_score)
        assignments = session.execute(by_due_date.order_by(Assignment.duedate, Assignment.name)).all()
        students = session.scalars(select(Student.id).order_by(Student.last_name, Student.first_name, Student.id)).all()
        scores = read_scores(session)
    known = set(students)
    students = [*students, *sorted({who for _, name, _ in assignments for who in course.students(name)} - known)]
    texts = [(student, cell_text(student)) for student in students]
    found = []
    for assignment, name, max_score in assignments:
        escaped, most = cell_text(name), float(max_score)
        for student, text in texts:
            score = scores.get((assignment, student))
            found.append(Mark(text, escaped, score.total if score else None, most))
    return found


def write(course: Course, file: Path) -> int:
    """Write every mark into the CSV file `file`, for its owner alone; return how many there are.

    A student without a mark has a row with an empty score.

    Raises ProctorError if the file cannot be written.
    """
    found = marks(course)
    try:
        with file.open("a", encoding="utf-8", newline="") as opened:
            tighten(course, file)
            if opened.seekable():
                opened.truncate(0)
            rows = csv.writer(opened)
            rows.writerow([column.name for column in fields(Mark)])
            rows.writerows((mark.student, mark.assignment, mark.score, mark.max_score) for mark in found)
    except OSError as error:
        raise ProctorError(f"the marks cannot be written into {file}: {error.strerror}") from error
    return sum(mark.score is not None for mark in found)


_FORMULA = set("=+-@|%＝＋－＠")
# Spreadsheets split a line at semicolons where the comma is the decimal point: the rest of a name
# would become a cell of its own.
_INNER_FORMULA = re.compile(rf"([;,]\s*)(?=[{re.escape(''.join(sorted(_FORMULA)))}])")


def cell_text(value: str) -> str:
    """Return `value` in one line, an apostrophe before what a spreadsheet takes for a formula."""
    escaped = _INNER_FORMULA.sub(r"\1'", one_line(value))
    return f"'{escaped}" if escaped[:1] in _FORMULA or value[:1] in set("\t\r\n") else escaped
