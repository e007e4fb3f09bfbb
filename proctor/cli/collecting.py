"""`proctor collect`: puts hand-ins from outside in their places, and says what became of each."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from proctor.cli.handed_in import update_gradebook
from proctor.cli.markup import escape_markup
from proctor.course.course import Course
from proctor.text import one_line

if TYPE_CHECKING:
    from rich.table import Table

    from proctor.run.collect import Row

MOST_ROWS = 40
"""Of more hand-ins than this, only those that need attention have a row."""
_STYLES = {"new": "green", "replaced": "green", "older": "yellow", "not matched": "red", "refused": "red"}


def collect(
    source: Annotated[
        Path,
        typer.Argument(
            help="A folder with a folder for each student; a zip file from Canvas, Moodle, Gradescope or Blackboard, "
            "or that unpacked; a course's folder in nbgrader's exchange; or a text file with a student and the "
            "address of a Git repository a line."
        ),
    ],
    exercise: Annotated[
        str, typer.Option(help="The exercise that all of it is for; by default names and cells tell.")
    ] = "",
) -> None:
    """Put hand-ins into submitted/<student>/<exercise>/, with their times.

    Students are matched with nbgrader's gradebook by id, e-mail address, LMS id or name. The newest
    attempt counts; nothing newer is replaced. The exit code is 1 if something needs your attention.
    """
    from rich.console import Console

    from proctor.run.collect import collect as put

    console, course = Console(emoji=False), Course.find()
    update_gradebook(console, course)
    with console.status("collecting"):
        collected = put(course, source.absolute(), exercise)
    rows = collected.rows
    many = len(rows) > MOST_ROWS
    shown = [row for row in rows if row.needs_attention or row.status == "older"] if many else rows
    if shown:
        console.print(_make_table(shown))
    counts = Counter(row.status for row in rows)
    console.print(", ".join(f"{count} {status}" for status, count in counts.items()), highlight=False)
    for remark in collected.remarks:
        console.print(remark, style="yellow", markup=False, highlight=False, soft_wrap=True)
    if any(row.needs_attention for row in rows):
        raise typer.Exit(1)


def _make_table(rows: list[Row]) -> Table:
    from rich.table import Column, Table

    table = Table(Column("student", overflow="fold"), Column("exercise", overflow="fold"), "", "note")
    for row in rows:
        style = _STYLES.get(row.status, "")
        status = f"[{style}]{row.status}[/]" if style else row.status
        note = escape_markup(one_line(row.note, 600))
        table.add_row(escape_markup(one_line(row.student)), escape_markup(row.exercise), status, note)
    return table
