"""Students without a name: the gradebook has their id in place of it.

nbgrader's formgrader shows a name that is missing as "None, None", and has no setting for it. Who
asks for names (`roster.read_students`) does not get the id for one.
"""

from __future__ import annotations

from nbgrader.api import Student
from sqlalchemy import Table, update
from sqlalchemy.orm import Session

STUDENTS: Table = Student.__table__


def names_to_write(student: str, first_name: str | None = None, last_name: str | None = None) -> dict[str, str]:
    """A student's names as they go into the gradebook: the id is the last name of who has none."""
    return {"first_name": first_name or "", "last_name": last_name or ("" if first_name else student)}


def names_as_meant(student: str, first_name: str | None, last_name: str | None) -> tuple[str, str]:
    """A student's first and last name out of the gradebook's; "" for what is missing."""
    return (first_name or "", "" if last_name == student and not first_name else last_name or "")


def show_by_id(session: Session, student: str) -> None:
    """Give a student the id in place of a name, unless the gradebook has a name."""
    nameless = (STUDENTS.c.id == student, STUDENTS.c.first_name.is_(None), STUDENTS.c.last_name.is_(None))
    session.execute(update(STUDENTS).where(*nameless).values(names_to_write(student)))
