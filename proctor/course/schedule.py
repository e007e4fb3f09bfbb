"""A course's `course.toml`: who takes it, and what is due when."""

from __future__ import annotations

import csv
import difflib
import io
import tomllib
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from proctor.course.course import Course
from proctor.errors import CourseError

FILE = "course.toml"
TABLES = ("roster", "due", "extensions")
COLUMNS = ("id", "first_name", "last_name", "email", "lms_user_id")
"""Of a roster; those that nbgrader's `nbgrader db student import` reads, too."""


LONGEST_ID = 128
"""Characters that the gradebook has room for."""


@dataclass(frozen=True)
class Listed:
    """A line of the roster; all but the id may be ""."""

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_user_id: str = ""


@dataclass(frozen=True)
class Schedule:
    """What `course.toml` says.

    Args:
        people: the roster; empty if none is named.
        due: exercise → when it is due, with a time zone.
        extensions: exercise → student → when it is due for this student.
        contradictions: sentences on what cannot be followed; nothing is, while there are any.
    """

    people: list[Listed] = field(default_factory=list)
    due: dict[str, datetime] = field(default_factory=dict)
    extensions: dict[str, dict[str, datetime]] = field(default_factory=dict)
    contradictions: list[str] = field(default_factory=list)


def why_unusable(student: str) -> str:
    """Why an id cannot be a student's, in a sentence; "" if it can."""
    if student != student.strip() or student.startswith(".") or set(student) & set("/\\+") or not student.isprintable():
        return f"{student!r} cannot be the name of a folder in submitted/"
    if not student or len(student) > LONGEST_ID or len(student.encode("utf-8", "replace")) > 255:
        return f"{student[:40]!r} is no id: it has 1 to {LONGEST_ID} characters"
    return ""


def read_schedule(course: Course) -> Schedule:
    """What a course's `course.toml` says; empty if it has none.

    Raises CourseError if the file cannot be read, or is not TOML.
    """
    path = course.root / FILE
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Schedule()
    except (OSError, ValueError) as error:
        raise CourseError(f"{FILE} cannot be read: {error}") from error
    wrong = [f"{key!r} is not known{_guess(key, list(TABLES))}" for key in data if key not in TABLES]
    people = _read_roster(course.root, data["roster"], wrong) if "roster" in data else []
    due = _read_dates(_as_table(data, "due", wrong), "due", wrong)
    extensions = {
        name: _read_dates(_as_table(data["extensions"], name, wrong), f"extensions.{name}", wrong)
        for name in _as_table(data, "extensions", wrong)
    }
    _contradict(course, people, due, extensions, wrong)
    return Schedule(people, due, extensions, wrong)


def _guess(word: str, known: list[str]) -> str:
    nearest = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return f". Did you mean {nearest[0]!r}?" if nearest else f"; there is {', '.join(known)}"


def _as_table(data: dict[str, Any], key: str, wrong: list[str]) -> dict[str, Any]:
    found = data.get(key, {})
    if not isinstance(found, dict):
        wrong.append(f"{key!r} must be a table of dates, got {found!r}")
        return {}
    return found


def _read_dates(table: dict[str, Any], where: str, wrong: list[str]) -> dict[str, datetime]:
    dates = {}
    for name, value in table.items():
        if isinstance(value, datetime) and value.tzinfo is not None:
            dates[name] = value
        else:
            wrong.append(
                f"{where}.{name} must be a date with time and time zone, like 2026-10-05T23:59:00+02:00, got {value}"
            )
    return dates


def _read_roster(root: Path, name: Any, wrong: list[str]) -> list[Listed]:
    """The people in a CSV file with a header; its separator is a comma or a semicolon."""
    if not isinstance(name, str):
        wrong.append(f"'roster' must be the name of a CSV file, got {name!r}")
        return []
    try:
        text = (root / name).read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        wrong.append(f"the roster {name} cannot be read: {error}")
        return []
    header = text.partition("\n")[0]
    rows = csv.DictReader(
        io.StringIO(text, newline=""), delimiter=";" if header.count(";") > header.count(",") else ","
    )
    columns = rows.fieldnames or []
    if "id" not in columns:
        wrong.append(f"{name} must have a column 'id'; it has {', '.join(columns) or 'none'}")
        return []
    people: dict[str, Listed] = {}
    for line, row in enumerate(rows, 2):
        person = Listed(**{column: (row.get(column) or "").strip() for column in COLUMNS})
        if reason := why_unusable(person.id):
            wrong.append(f"{name}, line {line}: {reason}")
        elif person.id in people:
            wrong.append(f"{name}, line {line}: there are two of the id {person.id!r}")
        else:
            people[person.id] = person
    return list(people.values())


def _contradict(
    course: Course,
    people: list[Listed],
    due: dict[str, datetime],
    extensions: dict[str, dict[str, datetime]],
    wrong: list[str],
) -> None:
    """Add what does not fit together to `wrong`."""
    names, ids = course.every_name(), [person.id for person in people]
    wrong += [f"there is no exercise {name!r}{_guess(name, names)}" for name in due if name not in names]
    for name, dates in extensions.items():
        if name not in due:
            wrong.append(f"extensions.{name}: {name} has no date in [due]")
            continue
        for student, date in dates.items():
            if people and student not in ids:
                wrong.append(f"extensions.{name}: {student!r} is not on the roster{_guess(student, ids)}")
            if date < due[name]:
                wrong.append(f"extensions.{name}.{student}: {date} is before {name} is due, {due[name]}")
