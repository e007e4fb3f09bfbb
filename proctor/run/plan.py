"""What there is to do about each submission: what its verdict depends on, and what of that has changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from proctor.course.assignment import Assignment
from proctor.course.course import Course
from proctor.errors import ProctorError
from proctor.judge.plain_nbgrader import PlainAssignment
from proctor.record.kept import Kept, read_kept
from proctor.record.keys import Key, changes, of_assignment, of_submission


@dataclass(frozen=True)
class Shared:
    """What a run has read about an assignment, once for all its submissions.

    Args:
        assignment: what it declares.
        plain: the assignment itself, if its tests are cells of its notebooks.
        key: what all its verdicts depend on.
        fault: why none of its submissions can be graded, or "".
    """

    assignment: Assignment
    plain: PlainAssignment | None = None
    key: Key | None = None
    fault: str = ""


@dataclass(frozen=True)
class Plan:
    """What there is to do about a submission.

    Args:
        shared: about its assignment.
        student: whose it is.
        key: what its verdict depends on now.
        kept: what is kept of its last grading.
        why: it has to be graded; a sentence each, none if it has not.
        fault: it cannot be graded.
    """

    shared: Shared
    student: str
    key: Key
    kept: Kept | None = None
    why: tuple[str, ...] = ()
    fault: str = ""

    @property
    def name(self) -> str:
        """The assignment's name."""
        return self.shared.assignment.name


def make_plans(course: Course, pairs: list[tuple[str, str]], register: bool = False) -> Iterator[Plan]:
    """What there is to do about each (assignment, student) of `pairs`; nothing is graded.

    Args:
        register: whether a plain assignment that the gradebook does not have yet is put into it.
    """
    read: dict[str, Shared] = {}
    for name, student in pairs:
        if name not in read:
            read[name] = _read_shared(course, name, register)
        yield _make_plan(course, read[name], student)


def _read_shared(course: Course, name: str, register: bool) -> Shared:
    try:
        assignment = course.assignment(name)
        plain = None
        if name in course.plain_names():
            from proctor.record.plain_course import read_plain  # nbgrader, which other courses do not wait for

            plain = read_plain(course, name, register)
        return Shared(assignment, plain, of_assignment(course, assignment, plain))
    except ProctorError as error:
        return Shared(Assignment(name, title=name), fault=str(error))


def _make_plan(course: Course, shared: Shared, student: str) -> Plan:
    if shared.key is None:
        return Plan(shared, student, {}, fault=shared.fault)
    now = {**of_submission(course, shared.assignment, student), **shared.key}
    kept = read_kept(course, shared.assignment.name, student)
    why = changes(kept.key, now) if kept else ["not graded yet"]
    return Plan(shared, student, now, kept, tuple(why))
