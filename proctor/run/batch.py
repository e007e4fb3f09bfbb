"""Grade a class: changed submissions are graded in parallel, each verdict kept and recorded."""

from __future__ import annotations

import errno
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from importlib import import_module
from itertools import islice
from typing import NamedTuple, TypeVar

from proctor.course.course import Course
from proctor.course.schedule import BEST, read_schedule
from proctor.errors import CourseError, NotGraded, ProctorError, UnreadableSubmission
from proctor.jail.course_jail import Jails, accepted_jail, fork_server, require_out_of_reach
from proctor.jail.owned_folder import remove_abandoned
from proctor.judge.result import Result, not_graded
from proctor.record.attempts import Attempts
from proctor.record.kept import Kept, keep, write_log
from proctor.record.keys import Key, assignment_key, submission_key
from proctor.record.places import put_back
from proctor.run.lock import one_run
from proctor.run.plan import Plan, Shared, make_plans
from proctor.run.pool import batches, examiners
from proctor.run.task import Task, grade_task
from proctor.verdict import Verdict

GRADED, UNCHANGED, RECORDED, NOT_RECORDED, NOT_GRADED = "graded", "unchanged", "recorded", "not recorded", "not graded"
SERVERS = 3
"""How many fork servers a run starts, one after another as they end, before it gives up."""
ROUNDS = 3
"""Where the best attempt counts: how often, at most, one is graded in place of another."""
TOGETHER = 50
"""How many submissions' marks are written in one transaction, at most."""
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG}
"""Errors of the disk after which no other verdict could be kept either."""


Item = TypeVar("Item")


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
    schedule = read_schedule(course)
    best_counts = schedule.attempts == BEST and not schedule.contradictions
    with one_run(course.state):
        remove_abandoned()
        put_back(course)
        if not best_counts:
            yield from _grade_once(course, pairs, _Recorder(course), jobs, again, scheduler, keep_warm)
            return
        for left in reversed(range(ROUNDS)):
            records, bettered = _Recorder(course, tell_attempts=True), []
            for outcome in _grade_once(course, pairs, records, jobs, again, scheduler, keep_warm):
                settled = records.settle_attempts(outcome) if left else outcome
                if settled is not None:
                    yield settled
                else:
                    bettered.append((outcome.verdict.assignment, outcome.verdict.student))
            if not bettered:
                break
            pairs = bettered


def _grade_once(
    course: Course,
    pairs: list[tuple[str, str]],
    records: _Recorder,
    jobs: int,
    again: bool,
    scheduler: str,
    keep_warm: float,
) -> Iterator[Outcome]:
    """Grade what lies in its place, and yield an outcome of each."""
    waiting: dict[tuple[str, str], Plan] = {}
    for plans in _split(make_plans(course, pairs, register=True)):
        done = records.settle(plans, again)
        left = [plan for plan in plans if (plan.name, plan.student) not in done]
        waiting |= {(plan.name, plan.student): replace(plan, kept=None) for plan in left}
        yield from done.values()
    if waiting:
        # Importing nbgrader takes a second: do it while the first notebooks run.
        threading.Thread(target=import_module, args=("proctor.record.gradebook",)).start()
    for _ in range(SERVERS):
        if not waiting or records.full:
            break
        for graded in _grade_plans(course, list(waiting.values()), jobs, scheduler, keep_warm):
            for batch in _split(graded):
                for plan, _ in batch:
                    del waiting[plan.name, plan.student]
                yield from records.take(batch)
            if records.full:
                break
    for name, student in waiting:
        yield records.fail(name, student, records.full or f"the fork server ended {SERVERS} times")


def _grade_plans(
    course: Course, plans: list[Plan], jobs: int, scheduler: str, keep_warm: float
) -> Iterator[list[tuple[Plan, Result]]]:
    """Grade on the cluster or here; stops early, without an error, if the fork server ends.

    Yields those that are done by then with their results, as `pool.batches`.
    """
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
        workers = examiners(jobs, lambda task: task.deadline)
        for done in batches(grade_task, tasks, workers, _make_given_up_result):
            yield [(by_pair[task.assignment.name, task.student], result) for task, result in done if result is not None]


def _make_given_up_result(task: Task, reason: str) -> Result:
    return not_graded(task.assignment.name, task.student, reason)


class _Recorder:
    """Keeps verdicts in `.proctor/` and writes their marks into the gradebook.

    `full` says why no more verdicts can be kept, "" while they can.

    Args:
        course: the course.
        tell_attempts: whether a verdict says what the student's other attempts were worth.
    """

    def __init__(self, course: Course, tell_attempts: bool = False):
        self._course = course
        self._tell_attempts = tell_attempts
        self._gradebook_fault = ""
        self.full = ""

    def settle(self, plans: Sequence[Plan], again: bool) -> dict[tuple[str, str], Outcome]:
        """Record what an earlier run kept; returns an outcome of each that need not be graded."""
        settled = [plan for plan in plans if plan.fault or not (plan.why or again)]
        kept = [plan.kept for plan in settled if plan.kept and plan.kept.notebooks is not None]
        recorded = iter(self.record(kept, RECORDED))
        outcomes: dict[tuple[str, str], Outcome] = {}
        for plan in settled:
            if plan.fault or plan.kept is None:
                outcome = self.fail(plan.name, plan.student, plan.fault)
            elif plan.kept.notebooks is not None:
                outcome = next(recorded)
            else:
                outcome = Outcome(plan.kept.verdict, UNCHANGED)
            outcomes[plan.name, plan.student] = outcome
        return outcomes

    def take(self, graded: Sequence[tuple[Plan, Result]]) -> list[Outcome]:
        """Keep new verdicts, one by one, then write their marks; returns an outcome of each."""
        keys = self._read_keys([plan.shared for plan, _ in graded])
        outcomes: dict[int, Outcome] = {}
        kept: dict[int, Kept] = {}
        for number, (plan, result) in enumerate(graded):
            if self.full:
                outcomes[number] = self.fail(plan.name, plan.student, self.full)
            elif not result.verdict.graded:
                outcomes[number] = self._log(Outcome(result.verdict, NOT_GRADED))
            else:
                verdict = self._with_attempts(result.verdict)
                new = Kept(verdict, self._make_key(verdict, plan, keys), result.notebooks)
                try:
                    keep(self._course, new)
                    kept[number] = new
                except OSError as error:
                    reason = f"its verdict cannot be kept in {self._course.state.name}/: {error.strerror}"
                    if error.errno in NO_ROOM:
                        self.full = reason
                    outcomes[number] = self.fail(plan.name, plan.student, reason)
        outcomes |= zip(kept, self.record(list(kept.values()), GRADED), strict=True)
        return [outcomes[number] for number in sorted(outcomes)]

    def settle_attempts(self, outcome: Outcome) -> Outcome | None:
        """Note what an attempt was worth, and put the best one in its place.

        Returns the outcome; None if another attempt is in its place now, which is to be graded as
        source and grader are now.
        """
        from proctor.record.scores import read_given_points

        name, student = outcome.verdict.assignment, outcome.verdict.student
        attempts = Attempts(self._course, name, student)
        if outcome.status not in (GRADED, RECORDED, UNCHANGED):
            return outcome
        if outcome.status == UNCHANGED and attempts.are_settled():
            return outcome
        try:
            given = read_given_points(self._course, name, student)
            return None if given is not None and attempts.settle(given) else outcome
        except (OSError, UnreadableSubmission) as error:
            reason = f"it is graded, but which attempt counts cannot be decided: {error}"
            return self.fail(name, student, reason, NOT_RECORDED)

    def _with_attempts(self, verdict: Verdict) -> Verdict:
        """The verdict with notes on the student's other attempts."""
        others: list[str] = []
        if self._tell_attempts:
            with suppress(UnreadableSubmission):  # `settle_attempts` tells it
                others = Attempts(self._course, verdict.assignment, verdict.student).describe_others()
        return replace(verdict, notes=[*verdict.notes, *others])

    def record(self, kept: Sequence[Kept], status: str) -> list[Outcome]:
        """Write the marks of kept verdicts; their notebooks are not kept any longer."""
        outcomes = []
        for each, reason in zip(kept, self._write_marks(kept), strict=True):
            if reason:
                outcomes.append(self.fail(each.verdict.assignment, each.verdict.student, reason, NOT_RECORDED))
                continue
            with suppress(OSError):  # if this fails the next run writes the marks again, to no harm
                keep(self._course, replace(each, notebooks=None))
            outcomes.append(self._log(Outcome(each.verdict, status)))
        return outcomes

    def _write_marks(self, kept: Sequence[Kept]) -> list[str]:
        """Write marks, in one transaction if that is possible; returns for each why not, or ""."""
        if not kept:
            return []
        from proctor.record import gradebook

        reason = self._gradebook_fault
        if not reason:
            try:
                gradebook.record_all(self._course, [Result(each.verdict, each.notebooks or {}) for each in kept])
            except Exception as error:  # must not keep other submissions' marks back  # noqa: BLE001
                if isinstance(error, ProctorError) and not isinstance(error, CourseError | NotGraded):
                    # The gradebook is locked or gone: waiting for it again with each of thousands
                    # of submissions would take days, so no more marks are written in this run.
                    reason = self._gradebook_fault = str(error)
                elif len(kept) > 1:  # the fault may be in one of them alone
                    half = len(kept) // 2
                    return self._write_marks(kept[:half]) + self._write_marks(kept[half:])
                else:
                    reason = _describe(error)
        return [reason] * len(kept)

    def fail(self, name: str, student: str, reason: str, status: str = NOT_GRADED) -> Outcome:
        """The outcome of a submission that gets no new mark, and why."""
        return self._log(Outcome(not_graded(name, student, reason).verdict, status))

    def _log(self, outcome: Outcome) -> Outcome:
        write_log(self._course, *outcome)
        return outcome

    def _read_keys(self, shared: Iterable[Shared]) -> dict[str, Key | None]:
        """Assignment → the key that its verdicts share now; None if it cannot be read."""
        keys: dict[str, Key | None] = {}
        for each in shared:
            if each.assignment.name not in keys:
                keys[each.assignment.name] = None
                with suppress(ProctorError):
                    keys[each.assignment.name] = assignment_key(self._course, each.assignment, each.plain)
        return keys

    def _make_key(self, verdict: Verdict, plan: Plan, keys: dict[str, Key | None]) -> Key:
        """The key to keep with a new verdict, with the tier of jail that it was graded in.

        It is empty, so that the next run grades again, if anything changed during grading.
        """
        of_all = keys[plan.name]
        with suppress(ProctorError):
            now = submission_key(self._course, plan.shared.assignment, plan.student)
            if of_all is not None and {**now, **of_all} == plan.key:
                return {**plan.key, "jail": {"tier": verdict.environment.get("jail", "full")}}
        return {}


def _describe(error: Exception) -> str:
    """Why the marks of a submission cannot be written."""
    if isinstance(error, CourseError | NotGraded):
        return str(error)
    if isinstance(error, OSError):
        return f"its notebook cannot be written into autograded/: {error.strerror}"
    return f"a fault of Proctor's: {type(error).__name__}: {error}"


def _split(items: Iterable[Item]) -> Iterator[list[Item]]:
    """Split into lists of at most `TOGETHER`."""
    left = iter(items)
    while part := list(islice(left, TOGETHER)):
        yield part
