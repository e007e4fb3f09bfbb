"""A course's `course.toml`: who takes it, what is due when, and what counts how much."""

from __future__ import annotations

import csv
import difflib
import io
import math
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from proctor.course.course import Course
from proctor.errors import CourseError

FILE = "course.toml"
TABLES = ("roster", "attempts", "due", "extensions", "groups")
LAST, BEST = "last", "best"
OF_A_GROUP = ("exercises", "weight", "drop")
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
class Group:
    """Exercises that count together.

    Args:
        name: as `course.toml` calls it.
        exercises: their names; within the group each counts as much as another.
        weight: percent of the course; those of all groups add up to 100.
        drop: how many of a student's exercises, those with the lowest share, do not count.
    """

    name: str
    exercises: tuple[str, ...]
    weight: float
    drop: int = 0


@dataclass(frozen=True)
class Schedule:
    """What `course.toml` says.

    Args:
        people: the roster; empty if none is named.
        due: exercise → when it is due, with a time zone.
        extensions: exercise → student → when it is due for this student.
        groups: what counts how much; empty if there is no total.
        attempts: which attempt of a student counts: `LAST`, or `BEST` of those that were graded.
        contradictions: sentences on what cannot be followed; nothing is, while there are any.
    """

    people: list[Listed] = field(default_factory=list)
    due: dict[str, datetime] = field(default_factory=dict)
    extensions: dict[str, dict[str, datetime]] = field(default_factory=dict)
    groups: list[Group] = field(default_factory=list)
    attempts: str = LAST
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
    wrong = [f"{key!r} is not known{_guess(key, TABLES)}" for key in data if key not in TABLES]
    people = _read_roster(course.root, data["roster"], wrong) if "roster" in data else []
    due = _read_dates(_as_table(data, "due", wrong), "due", wrong)
    extensions = {
        name: _read_dates(_as_table(data["extensions"], name, wrong), f"extensions.{name}", wrong)
        for name in _as_table(data, "extensions", wrong)
    }
    groups = _read_groups(_as_table(data, "groups", wrong), wrong)
    attempts = data.get("attempts", LAST)
    if attempts not in (LAST, BEST):
        wrong.append(f"'attempts' must be {LAST!r} or {BEST!r}, got {attempts!r}")
    _contradict(course, people, due, extensions, wrong)
    _contradict_groups(course.every_name(), groups, wrong)
    return Schedule(people, due, extensions, groups, attempts, wrong)


def _guess(word: str, known: Sequence[str]) -> str:
    nearest = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return f". Did you mean {nearest[0]!r}?" if nearest else f"; there is {', '.join(known)}"


def _as_table(data: dict[str, Any], key: str, wrong: list[str]) -> dict[str, Any]:
    found = data.get(key, {})
    if not isinstance(found, dict):
        wrong.append(f"{key!r} must be a table, got {found!r}")
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


def _read_groups(table: dict[str, Any], wrong: list[str]) -> list[Group]:
    groups = []
    for name in table:
        value, before = _as_table(table, name, wrong), len(wrong)
        exercises, weight, drop = value.get("exercises"), value.get("weight"), value.get("drop", 0)
        where = f"groups.{name}"
        wrong += [
            f"{where}.{key} is not known{_guess(key, list(OF_A_GROUP))}" for key in value if key not in OF_A_GROUP
        ]
        if not isinstance(exercises, list) or not exercises or not all(isinstance(one, str) for one in exercises):
            wrong.append(f"{where}.exercises must be a list of exercises' names, got {exercises!r}")
        if not isinstance(weight, int | float) or isinstance(weight, bool) or not 0 < weight <= 100:
            wrong.append(f"{where}.weight must be a percentage, more than 0 and up to 100, got {weight!r}")
        if not isinstance(drop, int) or isinstance(drop, bool) or drop < 0:
            wrong.append(f"{where}.drop must be a number of exercises, 0 or more, got {drop!r}")
        if len(wrong) == before:
            groups.append(Group(name, tuple(value["exercises"]), float(value["weight"]), drop))
    total = sum(group.weight for group in groups)
    if groups and len(groups) == len(table) and not math.isclose(total, 100, abs_tol=0.01):
        wrong.append(f"groups: the weights must add up to 100, and they add up to {total:g}")
    return groups


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


def _contradict_groups(names: list[str], groups: list[Group], wrong: list[str]) -> None:
    """Add what does not fit together in groups to `wrong`."""
    group_of: dict[str, str] = {}
    for group in groups:
        for name in group.exercises:
            if name not in names:
                wrong.append(f"groups.{group.name}: there is no exercise {name!r}{_guess(name, names)}")
            if name in group_of:
                wrong.append(f"groups.{group.name}: {name} is in {group_of[name]!r} already, and may count once")
            group_of.setdefault(name, group.name)
        if group.drop >= len(group.exercises):
            wrong.append(f"groups.{group.name}: {group.drop} of {len(group.exercises)} are dropped: none would count")
