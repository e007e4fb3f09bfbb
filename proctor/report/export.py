"""Read every mark out of nbgrader's gradebook, and write them in the form that is wanted.

Names that students can choose are written so that a spreadsheet does not take them for formulas.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from importlib.metadata import entry_points
from pathlib import Path

from nbgrader.api import Assignment
from sqlalchemy import select

from proctor.course.course import Course
from proctor.course.private import write_anywhere
from proctor.course.schedule import Listed
from proctor.errors import ProctorError
from proctor.record.gradebook import transaction
from proctor.record.roster import read_students
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


@dataclass(frozen=True)
class Sheet:
    """All marks of a course, as the gradebook has them.

    Args:
        people: the students of the gradebook, by name, then those who only handed in something.
        worth: assignment → its points, by due date.
        scores: (student's id, assignment) → score, after the late penalty; without an entry where
            there is no mark yet.
    """

    people: list[Listed]
    worth: dict[str, float]
    scores: dict[tuple[str, str], float]


def read_sheet(course: Course) -> Sheet:
    """All marks of a course; raises ProctorError if the gradebook cannot be read."""
    with transaction(course, write=False) as session:
        by_due_date = select(Assignment.id, Assignment.name, Assignment.max_score)
        assignments = session.execute(by_due_date.order_by(Assignment.duedate, Assignment.name)).all()
        people = read_students(session)
        scores = read_scores(session)
    names = {assignment: name for assignment, name, _ in assignments}
    known = {person.id for person in people}
    others = {who for name in names.values() for who in course.students(name)} - known
    return Sheet(
        [*people, *map(Listed, sorted(others))],
        {name: float(most) for _, name, most in assignments},
        {(student, names[assignment]): score.total for (assignment, student), score in scores.items()},
    )


def marks(course: Course) -> list[Mark]:
    """Every student's mark of every assignment; names are escaped as by `cell_text`."""
    return _marks_of(read_sheet(course))


def _marks_of(sheet: Sheet) -> list[Mark]:
    texts = [(person.id, cell_text(person.id)) for person in sheet.people]
    return [
        Mark(text, escaped, sheet.scores.get((student, name)), most)
        for name, most in sheet.worth.items()
        for escaped in [cell_text(name)]
        for student, text in texts
    ]


def forms() -> dict[str, Callable[[Sheet], str]]:
    """The forms that marks can be written in: name → function from the sheet to the file's text.

    Any installed package adds its own as an entry point of the group `proctor.export`.
    """
    added = {point.name: point.load() for point in entry_points(group="proctor.export")}
    return {"csv": to_csv, "canvas": to_canvas, "moodle": to_moodle, "json": to_json, **added}


def write(course: Course, file: Path, form: str = "csv") -> int:
    """Write every mark into `file`, for its owner alone; return how many there are.

    A student without a mark has an empty score.

    Raises ProctorError if there is no such form, or the file cannot be written.
    """
    known = forms()
    if form not in known:
        raise ProctorError(f"there is no form {form!r}; there are {', '.join(known)}")
    sheet = read_sheet(course)
    text = known[form](sheet)
    try:
        write_anywhere(course, file, text)
    except OSError as error:
        raise ProctorError(f"the marks cannot be written into {file}: {error.strerror}") from error
    return len(sheet.scores)


def to_csv(sheet: Sheet) -> str:
    """A line for each student and assignment."""
    rows = [(mark.student, mark.assignment, mark.score, mark.max_score) for mark in _marks_of(sheet)]
    return _join([tuple(column.name for column in fields(Mark)), *rows])


def to_canvas(sheet: Sheet) -> str:
    """What Canvas's gradebook imports: its own first five columns, and a row of points possible.

    Canvas knows a student by ID (`lms_user_id`), else by SIS login id (the id). Source: Canvas's
    guide for instructors, "How do I import grades in the Gradebook?".
    """
    names = [cell_text(name) for name in sheet.worth]
    rows = [
        ("Student", "ID", "SIS User ID", "SIS Login ID", "Section", *names),
        ("    Points Possible", "", "", "", "", *sheet.worth.values()),
    ]
    for person in sheet.people:
        name = ", ".join(filter(None, (person.last_name, person.first_name))) or person.id
        scores = [sheet.scores.get((person.id, assignment)) for assignment in sheet.worth]
        rows.append((cell_text(name), cell_text(person.lms_user_id), "", cell_text(person.id), "", *scores))
    return _join(rows)


def to_moodle(sheet: Sheet) -> str:
    """What Moodle's gradebook exports and imports: students by ID number or e-mail address.

    "-" stands where there is no mark. Source: Moodle's documentation, "Grade import".
    """
    head = ("First name", "Last name", "ID number", "Email address")
    rows: list[tuple[object, ...]] = [(*head, *(cell_text(f"Assignment: {name} (Real)") for name in sheet.worth))]
    for person in sheet.people:
        facts = (person.first_name, person.last_name, person.id, person.email)
        scores = (sheet.scores.get((person.id, assignment), "-") for assignment in sheet.worth)
        rows.append((*map(cell_text, facts), *scores))
    return _join(rows)


def to_json(sheet: Sheet) -> str:
    """An object with the assignments' points and, for each student, the scores."""
    students = {
        person.id: {name: sheet.scores.get((person.id, name)) for name in sheet.worth} for person in sheet.people
    }
    return json.dumps({"worth": sheet.worth, "students": students}, indent=1, ensure_ascii=False) + "\n"


def _join(rows: Iterable[tuple[object, ...]]) -> str:
    """The rows as CSV (RFC 4180)."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue()


_FORMULA = set("=+-@|%＝＋－＠")
# Spreadsheets split a line at semicolons where the comma is the decimal point: the rest of a name
# would become a cell of its own.
_INNER_FORMULA = re.compile(rf"([;,]\s*)(?=[{re.escape(''.join(sorted(_FORMULA)))}])")


def cell_text(value: str) -> str:
    """Return `value` in one line, an apostrophe before what a spreadsheet takes for a formula."""
    escaped = _INNER_FORMULA.sub(r"\1'", one_line(value))
    return f"'{escaped}" if escaped[:1] in _FORMULA or value[:1] in set("\t\r\n") else escaped
