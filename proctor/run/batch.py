"""Grade a class: changed submissions are graded in parallel, each verdict kept and recorded."""

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
from proctor.jail.course_jail import Jails, accepted_jail, fork_server, require_out_of_reach
from proctor.jail.owned_folder import remove_abandoned
from proctor.judge.result import Result, not_graded
from proctor.record.kept import Kept, keep, write_log
from proctor.record.keys import Key, assignment_key, submission_key
from proctor.run.lock import one_run
from proctor.run.plan import Plan, make_plans
from proctor.run.pool import each, examiners
from proctor.run.task import Task, grade_task
from proctor.verdict import Verdict

GRADED, UNCHANGED, RECORDED, NOT_RECORDED, NOT_GRADED = "graded", "unchanged", "recorded", "not recorded", "not graded"
SERVERS = 3
"""How many fork servers a run starts, one after another as they end, before it gives up."""
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG}
"""Errors of the disk after which no other verdict could be kept either."""


class Outcome(NamedTuple):
    """What a run did about a submission.

    Args:
        verdict: of NOT_GRADED and NOT_RECORDED, one that is not graded and says why.
        status: GRADED: graded, and its marks written; UNCHANGED: nothing that its kept verdict
            depends on changed; RECORDED: an earlier run graded it, this one wrote its marks;
            NOT_RECORDED: graded, but its marks could not be written, which the next run does;
            NOT_GRADED.
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
    """Grade submissions and write their marks into the gradebook.

    An outcome is yielded once its marks are written. A verdict whose marks cannot be written is
    kept for the next run.

    Args:
        course: the course.
        pairs: (assignment, student) of each submission.
        jobs: how many are graded at once; 0 for one on each processor.
        again: whether to grade submissions that have not changed, too.
        scheduler: address of a dask scheduler to grade on; "" for this machine.
        keep_warm: minutes for which the fork server is kept for the next run.

    Raises ProctorError if another process grades the course, NotGraded if any jail could read it,
    CourseError if its settings are not in order.
    """
    accepted_jail(course)
    require_out_of_reach(course)
    with one_run(course.state):
        remove_abandoned()
        records = _Recorder(course)
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
            # Importing nbgrader takes a second: do it while the first notebooks run.
            threading.Thread(target=import_module, args=("proctor.record.gradebook",)).start()
        for _ in range(SERVERS):
            if not waiting or records.full:
                break
            for plan, result in _grade_plans(course, list(waiting.values()), jobs, scheduler, keep_warm):
                del waiting[plan.name, plan.student]
                yield records.take(plan, result)
                if records.full:
                    break
        for name, student in waiting:
            yield records.fail(name, student, records.full or f"the fork server ended {SERVERS} times")


def _grade_plans(
    course: Course, plans: list[Plan], jobs: int, scheduler: str, keep_warm: float
) -> Iterator[tuple[Plan, Result]]:
    """Grade on the cluster or here; stops early, without an error, if the fork server ends."""
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
        for task, result in each(grade_task, tasks, examiners(jobs, lambda task: task.deadline), _make_given_up_result):
            if result is not None:
                yield by_pair[task.assignment.name, task.student], result


def _make_given_up_result(task: Task, reason: str) -> Result:
    return not_graded(task.assignment.name, task.student, reason)


class _Recorder:
    """Keeps verdicts in `.proctor/` and writes their marks into the gradebook.

    `full` says why no more verdicts can be kept, "" while they can.
    """

    def __init__(self, course: Course):
        self._course = course
        self._gradebook_fault = ""
        self.full = ""

    def take(self, plan: Plan, result: Result) -> Outcome:
        """Keep a new verdict, then write its marks."""
        if not result.verdict.graded:
            return self._log(Outcome(result.verdict, NOT_GRADED))
        kept = Kept(result.verdict, self._make_key(result.verdict, plan), result.notebooks)
        try:
            keep(self._course, kept)
        except OSError as error:
            reason = f"its verdict cannot be kept in {self._course.state.name}/: {error.strerror}"
            if error.errno in NO_ROOM:
                self.full = reason
            return self.fail(plan.name, plan.student, reason)
        return self.record(kept, GRADED)

    def record(self, kept: Kept, status: str) -> Outcome:
        """Write the marks of a kept verdict; its notebooks are not kept any longer."""
        assert kept.notebooks is not None
        from proctor.record import gradebook

        reason = self._gradebook_fault
        if not reason:
            try:
                gradebook.record(self._course, kept.verdict, kept.notebooks)
            except (CourseError, NotGraded) as error:
                reason = str(error)
            except ProctorError as error:
                # The gradebook is locked or gone: waiting for it again with each of thousands of
                # submissions would take days, so no more marks are written in this run.
                reason = self._gradebook_fault = str(error)
            except OSError as error:
                reason = f"its notebook cannot be written into autograded/: {error.strerror}"
            except Exception as error:  # must not keep other submissions' marks back  # noqa: BLE001
                reason = f"a fault of Proctor's: {type(error).__name__}: {error}"
        if reason:
            return self.fail(kept.verdict.assignment, kept.verdict.student, reason, NOT_RECORDED)
        with suppress(OSError):  # if this fails the next run writes the marks again, to no harm
            keep(self._course, replace(kept, notebooks=None))
        return self._log(Outcome(kept.verdict, status))

    def fail(self, name: str, student: str, reason: str, status: str = NOT_GRADED) -> Outcome:
        """The outcome of a submission that gets no new mark, and why."""
        return self._log(Outcome(not_graded(name, student, reason).verdict, status))

    def _log(self, outcome: Outcome) -> Outcome:
        write_log(self._course, *outcome)
        return outcome

    def _make_key(self, verdict: Verdict, plan: Plan) -> Key:
        """The key to keep with a new verdict, with the tier of jail that it was graded in.

        It is empty, so that the next run grades again, if anything changed during grading.
        """
        shared = plan.shared
        with suppress(ProctorError):
            of_all = assignment_key(self._course, shared.assignment, shared.plain)
            if {**submission_key(self._course, shared.assignment, plan.student), **of_all} == plan.key:
                return {**plan.key, "jail": {"tier": verdict.environment.get("jail", "full")}}
        return {}
