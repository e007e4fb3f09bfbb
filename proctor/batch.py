"""Grading a class: what has changed since it was graded, grading it side by side, and losing no verdict."""

from __future__ import annotations

import errno
import functools
import threading
import traceback
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib import import_module
from typing import NamedTuple

from nbformat import NotebookNode

from proctor.course import Course
from proctor.course_jail import Settings, accepted_jail, fork_server
from proctor.errors import CourseError, NotGraded, ProctorError
from proctor.examiner import grade
from proctor.jail.client import Jail, is_running
from proctor.kept import Kept, keep, read_kept, write_log
from proctor.keys import Key, changes, key, of_assignment, of_submission
from proctor.locks import one_run, remove_abandoned
from proctor.plain_nbgrader import PlainAssignment, grade_plain
from proctor.pool import each, examiners
from proctor.verdict import Verdict

GRADED, UNCHANGED, RECORDED, NOT_RECORDED, NOT_GRADED = "graded", "unchanged", "recorded", "not recorded", "not graded"
SERVERS = 3  # fork servers of a run, if they end
TRIES = 3  # for a verdict in which nothing else killed a jail
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


@dataclass(frozen=True)
class Plan:
    """What there is to do about a submission.

    Args:
        key: what its verdict depends on now.
        kept: what is kept of its last grading.
        why: it has to be graded; a sentence each, none if it has not.
        fault: it cannot be graded.
    """

    assignment: str
    student: str
    key: Key
    kept: Kept | None = None
    why: tuple[str, ...] = ()
    fault: str = ""


def plans(course: Course, pairs: list[tuple[str, str]]) -> Iterator[Plan]:
    """What there is to do about each (assignment, student) of `pairs`; nothing is graded."""
    shared = functools.cache(lambda name: (course.assignment(name), of_assignment(course, name)))
    for name, student in pairs:
        try:
            assignment, of_all = shared(name)
            now = {**of_submission(course, assignment, student), **of_all}
        except ProctorError as error:
            yield Plan(name, student, {}, fault=str(error))
            continue
        kept = read_kept(course, name, student)
        why = changes(kept.key, now) if kept else ["not graded yet"]
        yield Plan(name, student, now, kept, tuple(why))


@dataclass(frozen=True)
class Task:
    course: Course
    name: str
    student: str
    settings: Settings
    plain: PlainAssignment | None = None


Graded = tuple[Verdict, NotebookNode | None] | None
"""A verdict and the notebook as it ran; None if the fork server ended meanwhile."""


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
        waiting: dict[tuple[str, str], Key] = {}
        for plan in plans(course, pairs):
            if plan.fault:
                yield records.failed(plan.assignment, plan.student, plan.fault)
            elif plan.kept is None or plan.why or again:
                waiting[plan.assignment, plan.student] = plan.key
            elif plan.kept.notebook is not None:
                yield records.record(plan.kept, RECORDED)
            else:
                yield Outcome(plan.kept.verdict, UNCHANGED)
        if waiting:
            # nbgrader takes a second, in which the first notebooks run.
            threading.Thread(target=import_module, args=("proctor.gradebook",)).start()
        for _ in range(SERVERS):
            if not waiting or records.full:
                break
            for pair, (verdict, notebook) in _examined(course, dict(waiting), jobs, scheduler, keep_warm):
                yield records.take(verdict, notebook, waiting.pop(pair))
                if records.full:
                    break
        for name, student in waiting:
            yield records.failed(name, student, records.full or f"the fork server ended {SERVERS} times")


def _examined(
    course: Course, waiting: dict[tuple[str, str], Key], jobs: int, scheduler: str, keep_warm: float
) -> Iterator[tuple[tuple[str, str], tuple[Verdict, NotebookNode | None]]]:
    """What grading each submission yields, as far as the fork server lives."""
    if scheduler:
        try:
            from proctor.cluster import grade_on
        except ModuleNotFoundError as error:
            raise ProctorError(f"a cluster needs dask ({error}): pip install 'proctor[cluster]'") from error
        yield from grade_on(scheduler, course, waiting)
        return
    with fork_server(course, keep_warm=keep_warm) as address:
        plain = read_plain_ones(course, {name for name, _ in waiting})
        tasks = [Task(course, name, student, Settings(address), plain.get(name)) for name, student in waiting]
        for task, graded in each(grade_task, tasks, examiners(jobs), _lost):
            if graded is not None:
                yield (task.name, task.student), graded


def read_plain_ones(course: Course, names: Collection[str]) -> dict[str, PlainAssignment]:
    """Those of the assignments `names` that are plain nbgrader assignments."""
    plain = set(names) & set(course.plain_names())
    if not plain:
        return {}
    from proctor.plain_course import read_plain  # nbgrader, which other courses do not wait for

    return {name: read_plain(course, name) for name in plain}


def grade_task(task: Task) -> Graded:
    """In an examiner: what grading a submission yields.

    A jail that was killed, not by its own limits, is no fault of the student's: what came of that counts for nothing.
    """
    for _ in range(TRIES):
        before = Jail.lost
        verdict, notebook = _once(task)
        if Jail.lost == before:
            return verdict, notebook
        if not is_running(task.settings.address):
            return None
    reason = f"its process was killed {TRIES} times, not by Proctor; a machine that is short of memory does that"
    return Verdict(task.name, task.student, graded=False, reason=reason if verdict.graded else verdict.reason), None


def _once(task: Task) -> tuple[Verdict, NotebookNode | None]:
    try:
        if task.plain is not None:
            folder = task.course.submitted(task.student, task.name)
            return grade_plain(task.plain, folder, task.student, task.settings)
        return grade(task.course, task.name, task.student, task.settings)
    except ProctorError as error:
        return Verdict(task.name, task.student, graded=False, reason=str(error)), None
    except Exception as error:  # one submission's trouble is never another's
        reason = f"a fault of Proctor's: {type(error).__name__}: {error}"
        return Verdict(task.name, task.student, graded=False, reason=reason, notes=[traceback.format_exc()]), None


def _lost(task: Task, reason: str) -> Graded:
    return Verdict(task.name, task.student, graded=False, reason=reason), None


class _Records:
    """Keeps verdicts and writes them into the gradebook, until one of the two cannot be written.

    `full` says why no more verdicts can be kept.
    """

    def __init__(self, course: Course):
        self._course = course
        self._closed = ""
        self.full = ""

    def take(self, verdict: Verdict, notebook: NotebookNode | None, before: Key) -> Outcome:
        """Keep a new verdict, then record it.

        Args:
            before: what it depended on when it was to be graded.
        """
        if not verdict.graded or notebook is None:
            return self._told(Outcome(verdict, NOT_GRADED))
        kept = Kept(verdict, self._still(verdict, before), notebook)
        try:
            keep(self._course, kept)
        except OSError as error:
            reason = f"its verdict cannot be kept in {self._course.state.name}/: {error.strerror}"
            if error.errno in NO_ROOM:
                self.full = reason
            return self.failed(verdict.assignment, verdict.student, reason)
        return self.record(kept, GRADED)

    def record(self, kept: Kept, status: str) -> Outcome:
        """Write the marks of a verdict that is kept with its notebook, which need not be kept after that."""
        assert kept.notebook is not None
        from proctor import gradebook

        reason = self._closed
        if not reason:
            try:
                gradebook.record(self._course, kept.verdict, kept.notebook)
            except (CourseError, NotGraded) as error:
                reason = str(error)
            except ProctorError as error:  # to wait for it again with each of thousands would take days
                reason = self._closed = str(error)
            except OSError as error:
                reason = f"its notebook cannot be written into autograded/: {error.strerror}"
            except Exception as error:  # one submission's trouble is never another's
                reason = f"a fault of Proctor's: {type(error).__name__}: {error}"
        if reason:
            return self.failed(kept.verdict.assignment, kept.verdict.student, reason, NOT_RECORDED)
        with suppress(OSError):  # the next run records it once more, which changes nothing
            keep(self._course, replace(kept, notebook=None))
        return self._told(Outcome(kept.verdict, status))

    def failed(self, name: str, student: str, reason: str, status: str = NOT_GRADED) -> Outcome:
        """A submission without a new mark."""
        return self._told(Outcome(Verdict(name, student, graded=False, reason=reason), status))

    def _told(self, outcome: Outcome) -> Outcome:
        write_log(self._course, *outcome)
        return outcome

    def _still(self, verdict: Verdict, before: Key) -> Key:
        """The key of a verdict, with the jail that student code ran in; empty if it is not known what it saw."""
        with suppress(ProctorError):
            if key(self._course, verdict.assignment, verdict.student) == before:
                return {**before, "jail": {"tier": verdict.environment.get("jail", "full")}}
        return {}
