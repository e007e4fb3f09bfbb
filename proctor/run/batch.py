"""Grading a class: what has changed since it was graded, grading it side by side, and losing no verdict."""

from __future__ import annotations

import errno
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from importlib import import_module
from typing import NamedTuple

from proctor.course.course import Course
from proctor.errors import CourseError, NotGraded, ProctorError
from proctor.jail.course_jail import Jails, accepted_jail, fork_server
from proctor.jail.owned_folder import remove_abandoned
from proctor.judge.result import Result, not_graded
from proctor.record.kept import Kept, keep, write_log
from proctor.record.keys import Key, of_assignment, of_submission
from proctor.run.lock import one_run
from proctor.run.plan import Plan, make_plans
from proctor.run.pool import each, examiners
from proctor.run.task import Task, grade_task
from proctor.verdict import Verdict

GRADED, UNCHANGED, RECORDED, NOT_RECORDED, NOT_GRADED = "graded", "unchanged", "recorded", "not recorded", "not graded"
SERVERS = 3
"""How many fork servers a run starts, one after the other, if they end."""
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG}


class Outcome(NamedTuple):
    """What became of a submission.

    Args:
        status: GRADED; UNCHANGED since it was graded; RECORDED, graded by an earlier run that could not write its
            marks; NOT_RECORDED, graded, for the next run to record; NOT_GRADED. The verdict of the last two is
            one that is not graded and says why.
    """

    verdict: Verdict
    status: str


def grade_class(
    course: Course,
    pairs: list[tuple[str, str]],
    *,
    jobs: int = 0,
    again: bool = False,
    scheduler: str = "",
    keep_warm: float = 0,
) -> Iterator[Outcome]:
    """Grade each (assignment, student) of `pairs`.

    A verdict is in the gradebook before it is yielded. What has been graded and has not changed since is not graded
    again, unless `again` is set. A verdict that cannot be written into the gradebook is kept for the next run, and so
    is the fork server, for `keep_warm` minutes.

    Raises ProctorError if the course is being graded by another process, CourseError if its settings are not in order.
    """
    accepted_jail(course)
    with one_run(course.state):
        remove_abandoned()
        records = _Records(course)
        waiting: dict[tuple[str, str], Plan] = {}
        for plan in make_plans(course, pairs, register=True):
            if plan.fault:
                yield records.fail(plan.name, plan.student, plan.fault)
            elif plan.kept is None or plan.why or again:
                waiting[plan.name, plan.student] = replace(plan, kept=None)
            elif plan.kept.notebooks is not None:
                yield records.record(plan.kept, RECORDED)
            else:
                yield Outcome(plan.kept.verdict, UNCHANGED)
        if waiting:
            # nbgrader takes a second, in which the first notebooks run.
            threading.Thread(target=import_module, args=("proctor.record.gradebook",)).start()
        for _ in range(SERVERS):
            if not waiting or records.full:
                break
            for plan, result in _grade(course, list(waiting.values()), jobs, scheduler, keep_warm):
                del waiting[plan.name, plan.student]
                yield records.take(plan, result)
                if records.full:
                    break
        for name, student in waiting:
            yield records.fail(name, student, records.full or f"the fork server ended {SERVERS} times")


def _grade(
    course: Course, plans: list[Plan], jobs: int, scheduler: str, keep_warm: float
) -> Iterator[tuple[Plan, Result]]:
    """What grading each submission yields, as far as the fork server lives."""
    if scheduler:
        try:
            from proctor.run.cluster import grade_on
        except ModuleNotFoundError as error:
            raise ProctorError(f"a cluster needs dask ({error}): pip install 'proctor[cluster]'") from error
        yield from grade_on(scheduler, course, plans)
        return
    with fork_server(course, keep_warm=keep_warm) as address:
        by_pair = {(plan.name, plan.student): plan for plan in plans}
        jails = Jails(address)
        tasks = [Task(course, plan.shared.assignment, plan.student, jails, plan.shared.plain) for plan in plans]
        for task, result in each(grade_task, tasks, examiners(jobs), _give_up):
            if result is not None:
                yield by_pair[task.assignment.name, task.student], result


def _give_up(task: Task, reason: str) -> Result:
    return not_graded(task.assignment.name, task.student, reason)


class _Records:
    """Keeps verdicts and writes them into the gradebook, until one of the two cannot be written.

    `full` says why no more verdicts can be kept.
    """

    def __init__(self, course: Course):
        self._course = course
        self._closed = ""
        self.full = ""

    def take(self, plan: Plan, result: Result) -> Outcome:
        """Keep a new verdict, then record it."""
        if not result.verdict.graded:
            return self._log(Outcome(result.verdict, NOT_GRADED))
        kept = Kept(result.verdict, self._key_of(result.verdict, plan), result.notebooks)
        try:
            keep(self._course, kept)
        except OSError as error:
            reason = f"its verdict cannot be kept in {self._course.state.name}/: {error.strerror}"
            if error.errno in NO_ROOM:
                self.full = reason
            return self.fail(plan.name, plan.student, reason)
        return self.record(kept, GRADED)

    def record(self, kept: Kept, status: str) -> Outcome:
        """Write the marks of a verdict that is kept with its notebooks, which need not be kept after that."""
        assert kept.notebooks is not None
        from proctor.record import gradebook

        reason = self._closed
        if not reason:
            try:
                gradebook.record(self._course, kept.verdict, kept.notebooks)
            except (CourseError, NotGraded) as error:
                reason = str(error)
            except ProctorError as error:  # to wait for it again with each of thousands would take days
                reason = self._closed = str(error)
            except OSError as error:
                reason = f"its notebook cannot be written into autograded/: {error.strerror}"
            except Exception as error:  # one submission's trouble is never another's
                reason = f"a fault of Proctor's: {type(error).__name__}: {error}"
        if reason:
            return self.fail(kept.verdict.assignment, kept.verdict.student, reason, NOT_RECORDED)
        with suppress(OSError):  # the next run records it once more, which changes nothing
            keep(self._course, replace(kept, notebooks=None))
        return self._log(Outcome(kept.verdict, status))

    def fail(self, name: str, student: str, reason: str, status: str = NOT_GRADED) -> Outcome:
        """A submission without a new mark."""
        return self._log(Outcome(not_graded(name, student, reason).verdict, status))

    def _log(self, outcome: Outcome) -> Outcome:
        write_log(self._course, *outcome)
        return outcome

    def _key_of(self, verdict: Verdict, plan: Plan) -> Key:
        """What a verdict depends on, with the jail that student code ran in; empty if that changed meanwhile."""
        shared = plan.shared
        with suppress(ProctorError):
            of_all = of_assignment(self._course, shared.assignment, shared.plain)
            if {**of_submission(self._course, shared.assignment, plan.student), **of_all} == plan.key:
                return {**plan.key, "jail": {"tier": verdict.environment.get("jail", "full")}}
        return {}
