"""Read every mark out of nbgrader's gradebook, and write them in the form that is wanted.

Names that students can choose are written so that a spreadsheet does not take them for formulas.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from importlib.metadata import entry_points
from pathlib import Path

from proctor.course.course import Course
from proctor.course.private import write_anywhere
from proctor.errors import ProctorError
from proctor.record.scores import HandIn
from proctor.report.sheet import Sheet, read_sheet
from proctor.report.spreadsheet import to_xlsx
from proctor.text import one_line

ENDINGS = ("json", "xlsx")
"""The forms, beside "csv", that are the usual meaning of a file's ending."""


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


def forms() -> dict[str, Callable[[Sheet], str | bytes]]:
    """The forms that marks can be written in: name → function from the sheet to the file's content.

    Any installed package adds its own as an entry point of the group `proctor.export`.
    """
    added = {point.name: point.load() for point in entry_points(group="proctor.export")}
    return {
        "csv": to_csv,
        "canvas": to_canvas,
        "moodle": to_moodle,
        "gradescope": to_gradescope,
        "json": to_json,
        "xlsx": to_xlsx,
        **added,
    }


def choose(file: Path | None, form: str) -> tuple[Path, str]:
    """The file and the form that are meant where one of them is not said.

    Args:
        file: None for "marks" with an ending that fits the form.
        form: "" for the one that the file's ending names, or else "csv".
    """
    if file is None:
        return Path(f"marks.{form if form in ENDINGS else 'csv'}"), form or "csv"
    ending = file.suffix.lower().removeprefix(".")
    return file, form or (ending if ending in ENDINGS else "csv")


def write(course: Course, file: Path, form: str = "csv") -> Sheet:
    """Write every mark into `file`, for its owner alone, and return them.

    A student without a mark has an empty score.

    Raises ProctorError if there is no such form, or the file cannot be written.
    """
    known = forms()
    if form not in known:
        raise ProctorError(f"there is no form {form!r}; there are {', '.join(known)}")
    sheet = read_sheet(course, with_parts=form == "xlsx")
    content = known[form](sheet)
    try:
        write_anywhere(course, file, content)
    except OSError as error:
        raise ProctorError(f"the marks cannot be written into {file}: {error.strerror}") from error
    return sheet


def to_csv(sheet: Sheet) -> str:
    """A line for each student and assignment; the student's total in each, if there are totals."""
    head = [column.name for column in fields(Mark)]
    rows: list[list[object]] = [[*vars(mark).values()] for mark in _marks_of(sheet)]
    if sheet.totals:
        head.append("total")
        totals = {cell_text(student): total.rounded for student, total in sheet.totals.items()}
        rows = [[*row, totals[str(row[0])]] for row in rows]
    return _join([head, *rows])


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
    names = [cell_text(f"Assignment: {name} (Real)") for name in sheet.worth]
    names += ["Course total (Percentage)"] if sheet.totals else []
    rows: list[tuple[object, ...]] = [(*head, *names)]
    for person in sheet.people:
        facts = (person.first_name, person.last_name, person.id, person.email)
        scores: list[object] = [sheet.scores.get((person.id, name), "-") for name in sheet.worth]
        if sheet.totals:
            percent = sheet.totals[person.id].rounded
            scores.append("-" if percent is None else f"{percent:.2f} %")
        rows.append((*map(cell_text, facts), *scores))
    return _join(rows)


def to_gradescope(sheet: Sheet) -> str:
    """The table that Gradescope's *Download Grades* gives, for programs that read it.

    Four columns an assignment; times in UTC. Source: what public programs that import such files
    test with, such as gradescope-mean, which reads this one.
    """
    columns = ("", " - Max Points", " - Submission Time", " - Lateness (H:M:S)")
    names = [cell_text(name) + column for name in sheet.worth for column in columns]
    rows: list[tuple[object, ...]] = [
        ("First Name", "Last Name", "SID", "Email", "Sections", *names, "Total Lateness (H:M:S)")
    ]
    for person in sheet.people:
        facts = (person.first_name, person.last_name, person.id, person.email, "")
        cells: list[object] = []
        total = 0.0
        for name, most in sheet.worth.items():
            handed_in = sheet.hand_ins.get((person.id, name), HandIn())
            time = handed_in.time.strftime("%Y-%m-%d %H:%M:%S %z") if handed_in.time else ""
            cells += [sheet.scores.get((person.id, name)), most, time, _format_lateness(handed_in.late)]
            total += handed_in.late
        rows.append((*map(cell_text, facts), *cells, _format_lateness(total)))
    return _join(rows)


def _format_lateness(seconds: float) -> str:
    """Hours, of which there may be more than 24, minutes and seconds."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest:02}"


def to_json(sheet: Sheet) -> str:
    """An object with the assignments' points and, for each student, the scores and the total."""
    students = {
        person.id: {name: sheet.scores.get((person.id, name)) for name in sheet.worth} for person in sheet.people
    }
    data: dict[str, object] = {"worth": sheet.worth, "students": students}
    if sheet.totals:
        data["totals"] = {student: total.rounded for student, total in sheet.totals.items()}
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def _join(rows: Iterable[Sequence[object]]) -> str:
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
