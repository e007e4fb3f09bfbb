"""`values()`: the numbers of one's own that an exercise gives each student."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

from proctor.course.assignment import Assignment, read_assignment
from proctor.course.choices import Choice, draw, normal
from proctor.course.released import settings_file
from proctor.errors import ProctorError

VARIABLE = "PROCTOR_VALUES"
"""The environment variable that tells a jail whose values its notebook gets."""


@dataclass(frozen=True)
class OwnValues:
    """Values, and whose they are.

    Args:
        exercise: its name.
        student: the normalised identifier; "" if none was given.
        values: name → value.
    """

    exercise: str
    student: str
    values: dict[str, Choice] = field(default_factory=dict)


_last_asked_for = OwnValues("", "")


def values(name: str, *, student: str | int) -> dict[str, Choice]:
    """The values of an exercise that are a student's own, and print whose they are.

    They follow from the two arguments alone (see `choices.draw`): the same on every machine. What
    there is to choose from is declared in the table `[values]` of `NAME.toml`, which lies beside
    the notebook. At grading, the student is the one whose folder is graded, whatever
    `student` says.

    Args:
        name: the exercise's.
        student: the identifier that the student hands in under; spaces and case do not matter.

    Returns name → value. Raises ProctorError if there is no such file, or it declares none.
    """
    global _last_asked_for  # `check` tells whose numbers the notebook used
    given = os.environ.get(VARIABLE)
    own = OwnValues(**json.loads(given)) if given else None
    if own is None or own.exercise != name:
        own = own_values(_find_assignment(name), str(student))
    if own is None:
        raise ProctorError(f"{settings_file(name)} declares no [values].")
    _last_asked_for = own
    print(f"{name}: {describe_owner(own)}", flush=True)
    return dict(own.values)


def own_values(assignment: Assignment, student: str) -> OwnValues | None:
    """The values of `student` in an assignment; None if it declares none."""
    if not assignment.values:
        return None
    return OwnValues(assignment.name, normal(student), draw(assignment.name, student, assignment.values))


def last_asked_for() -> OwnValues:
    """What `values` returned last in this process; nobody's if it was not called."""
    return _last_asked_for


def to_variable(own: OwnValues) -> str:
    """The text of the environment variable `VARIABLE` in a jail."""
    return json.dumps(asdict(own))


def describe_owner(own: OwnValues) -> str:
    """Such as "numbers of ada"."""
    return f"numbers of {own.student}" if own.student else "numbers of nobody yet: your identifier is missing"


def _find_assignment(name: str) -> Assignment:
    """What the file of settings beside the notebook declares, or that in the course's `graders/`.

    The latter is for authors, who run the notebook in `source/`.
    """
    here = Path.cwd()
    places = (here / settings_file(name), here.parent.parent / "graders" / name / "assignment.toml")
    found = next((path for path in places if path.is_file()), None)
    if found is None:
        raise ProctorError(f"{settings_file(name)} is not in this notebook's folder; put it beside the notebook.")
    return read_assignment(found, name)
