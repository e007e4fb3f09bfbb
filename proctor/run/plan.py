"""Plan a run: compare what each verdict depends on now with what it depended on when kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from proctor.course.assignment import Assignment
from proctor.course.course import Course
from proctor.errors import ProctorError
from proctor.judge.plain_nbgrader import PlainAssignment
from proctor.record.kept import Kept, read_kept
from proctor.record.keys import Key, assignment_key, describe_changes, submission_key


@dataclass(frozen=True)
class Shared:
    """What a run has read about an assignment, once for all its submissions.

    Args:
        assignment: what it declares.
        plain: a plain nbgrader assignment as it was read; None for another one.
        key: what all its verdicts depend on; None if `fault` is set.
        fault: why none of its submissions can be graded, or "".
    """

    assignment: Assignment
    plain: PlainAssignment | None = None
    key: Key | None = None
    fault: str = ""


@dataclass(frozen=True)
class Plan:
    """What a run has to do about a submission.

    Args:
        shared: what the run has read about its assignment.
        student: whose it is.
        key: what its verdict depends on now.
        kept: its last verdict; None if there is none.
        why: sentences that say why it has to be graded; empty if it has not.
        fault: why it cannot be graded, or "".
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
    """Plan what to do about each submission; each assignment is read once.

    Args:
        course: the course.
        pairs: (assignment, student) of each submission.
        register: whether to put a plain assignment into the gradebook if it is not there yet;
            False writes nothing at all.
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
            # Imports nbgrader, for a second, which courses without plain assignments are spared.
            from proctor.record.plain_course import read_plain

            plain = read_plain(course, name, register)
        return Shared(assignment, plain, assignment_key(course, assignment, plain))
    except ProctorError as error:
        return Shared(Assignment(name, title=name), fault=str(error))


def _make_plan(course: Course, shared: Shared, student: str) -> Plan:
    if shared.key is None:
        return Plan(shared, student, {}, fault=shared.fault)
    now = {**submission_key(course, shared.assignment, student), **shared.key}
    kept = read_kept(course, shared.assignment.name, student)
    why = describe_changes(kept.key, now) if kept else ["not graded yet"]
    return Plan(shared, student, now, kept, tuple(why))
