"""The marks as a spreadsheet: a sheet with all of them, then one for each exercise."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import datetime

import xlsxwriter

from proctor.feedback.table import number
from proctor.record.scores import HandIn
from proctor.report.sheet import Sheet
from proctor.text import one_line

_NO_TITLE = re.compile(r"[\[\]:*?/\\]|^'|'$")
"""What the name of a sheet must not have."""
LONGEST_TITLE = 31
PEOPLE = ("id", "first name", "last name", "e-mail")
WIDEST = 40

Cell = str | float | datetime | None


def to_xlsx(sheet: Sheet) -> bytes:
    """A workbook for Excel, LibreOffice and their like (Office Open XML).

    Numbers and times are such; a text stays a text, also where it looks like a formula or an
    address, and when its cell is edited. Times are in UTC.
    """
    file = io.BytesIO()
    workbook = xlsxwriter.Workbook(file, {"in_memory": True})
    book = _Book(workbook)
    people = [(one.id, one.first_name, one.last_name, one.email) for one in sheet.people]
    names = [f"{name} / {number(worth)}" for name, worth in sheet.worth.items()]
    names += ["total, in %"] if sheet.totals else []
    all_marks: list[tuple[Cell, ...]] = []
    for person in people:
        total = [sheet.totals[person[0]].rounded] if sheet.totals else []
        all_marks.append((*person, *(sheet.scores.get((person[0], name)) for name in sheet.worth), *total))
    book.add("marks", [*PEOPLE, *names], all_marks)
    for name, worth in sheet.worth.items():
        parts = list(dict.fromkeys(part for person in people for part in sheet.parts.get((person[0], name), {})))
        rows: list[tuple[Cell, ...]] = []
        for person in people:
            pair = person[0], name
            handed_in, found = sheet.hand_ins.get(pair, HandIn()), sheet.parts.get(pair, {})
            score = sheet.scores.get(pair)
            late = handed_in.late / 3600 or None
            off = None if score is None else max(0.0, sum(found.values()) - score) or None
            rows.append((*person, score, *map(found.get, parts), off, handed_in.time, late))
        head = [*PEOPLE, f"points / {number(worth)}", *parts, "off for being late", "handed in (UTC)", "hours late"]
        book.add(name, head, rows)
    workbook.close()
    return file.getvalue()


class _Book:
    """Adds sheets to a workbook, with the formats that all of them share."""

    def __init__(self, workbook: xlsxwriter.Workbook):
        self._workbook = workbook
        self._titles: set[str] = {"history"}  # which Excel keeps for itself
        self._head = workbook.add_format({"bold": True, "quote_prefix": True})
        self._text = workbook.add_format({"quote_prefix": True})
        self._number = workbook.add_format({"num_format": "0.##"})
        self._time = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})

    def add(self, name: str, head: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
        """Add a sheet whose first row and first column stay in sight, to sort and to filter."""
        worksheet = self._workbook.add_worksheet(self._make_title(name))
        for column, title in enumerate(head):
            worksheet.write_string(0, column, one_line(title), self._head)
            longest = max((len(str(row[column])) for row in rows if row[column] is not None), default=0)
            worksheet.set_column(column, column, min(WIDEST, max(len(title), min(longest, 20)) + 2))
        for line, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                if isinstance(value, str):
                    worksheet.write_string(line, column, one_line(value), self._text)
                elif isinstance(value, datetime):
                    worksheet.write_datetime(line, column, value.replace(tzinfo=None), self._time)
                elif value is not None:
                    worksheet.write_number(line, column, value, self._number)
        worksheet.freeze_panes(1, 1)
        worksheet.autofilter(0, 0, max(1, len(rows)), len(head) - 1)

    def _make_title(self, name: str) -> str:
        """A title that spreadsheets accept, and that no other sheet has."""
        plain = _NO_TITLE.sub("_", one_line(name))[:LONGEST_TITLE] or "_"
        title, count = plain, 1
        while title.casefold() in self._titles:
            count += 1
            title = f"{plain[: LONGEST_TITLE - len(str(count)) - 1]}~{count}"
        self._titles.add(title.casefold())
        return title
