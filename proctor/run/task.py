"""Grade one submission in an examiner process, on this machine or on a worker of a cluster."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from proctor.course.assignment import Assignment, Budget
from proctor.course.course import Course
from proctor.errors import JailLost, ProctorError
from proctor.jail.client import is_running
from proctor.jail.course_jail import Jails
from proctor.jail.limits import Limits
from proctor.judge.examiner import grade
from proctor.judge.plain_nbgrader import PlainAssignment, grade_plain
from proctor.judge.result import Result, not_graded

TRIES = 3
"""How often a submission is tried while its jails are killed from outside."""
DEADLINE = 4
"""How many times as long as one jail may work an examiner may take for a submission.

A notebook is started four times at most, and its limits end a jail; so this is reached only if
something of Proctor's own, or of a library's, does not come to an end.
"""


@dataclass(frozen=True)
class Task:
    """A submission to be graded, with what the run has read of its assignment.

    Args:
        course: where it lies.
        assignment: what it declares.
        student: whose it is.
        jails: of the run.
        plain: a plain nbgrader assignment as it was read; None for another one.
        folder: where the submission of an exercise lies; None for its folder in `submitted/`.
    """

    course: Course
    assignment: Assignment
    student: str
    jails: Jails
    plain: PlainAssignment | None = None
    folder: Path | None = None

    @property
    def deadline(self) -> float:
        """After how many seconds an examiner is stopped."""
        if self.plain is not None:
            return deadline(self.plain.budget, len(self.plain.notebooks))
        return deadline(self.assignment.budget)


def deadline(budget: Budget, notebooks: int = 1) -> float:
    """After how many seconds of wall time a submission of `notebooks` notebooks is given up."""
    return DEADLINE * notebooks * Limits.of(budget).cpu_seconds


def grade_task(task: Task) -> Result | None:
    """Grade a submission; None if the fork server has ended, so that nothing can be graded."""
    return retry_lost_jails(lambda: _grade_once(task), task.assignment.name, task.student, task.jails)


def retry_lost_jails(grade_once: Callable[[], Result], name: str, student: str, jails: Jails) -> Result | None:
    """Call `grade_once` until no jail is lost, at most `TRIES` times.

    A jail that was killed by anything but its own limits is no fault of the student's, so that
    grading does not count.

    Args:
        grade_once: grades the submission; raises JailLost.
        name: the assignment's.
        student: whose submission it is.
        jails: where `grade_once` gets its jails.

    Returns its result, or one that is not graded; None if the fork server has ended.
    """
    reason = ""
    for _ in range(TRIES):
        try:
            return grade_once()
        except JailLost as error:
            reason = str(error)
            if not is_running(jails.address):
                return None
    return not_graded(name, student, f"{reason} (tried {TRIES} times)")


def _grade_once(task: Task) -> Result:
    name = task.assignment.name
    try:
        if task.plain is not None:
            return grade_plain(task.plain, task.course.submitted(task.student, name), task.student, task.jails)
        return grade(task.course, task.assignment, task.student, task.jails, task.folder)
    except JailLost:
        raise
    except ProctorError as error:
        return not_graded(name, task.student, str(error))
    except Exception as error:  # an unexpected error must not stop the grading of other submissions  # noqa: BLE001
        reason = f"a fault of Proctor's: {type(error).__name__}: {error}"
        return not_graded(name, task.student, reason, notes=[traceback.format_exc()])
