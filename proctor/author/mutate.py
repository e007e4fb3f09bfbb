"""Whether a grader catches small faults that nobody thought of: mutation testing of its criteria.

Each mutation of a solution cell is graded like a submission, quickly at first: only the cells up to the
next check cell, only that cell's criteria, until the first one fails. What survives is graded whole, and
what then survives and feeds the training is trained.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from proctor.answers import Harmless, load_harmless
from proctor.author.mutations import Mutation, mutations_of
from proctor.author.verify import run_for_artifacts
from proctor.course.assignment import Assignment
from proctor.course.cells import grade_id, is_check, is_solution, is_train, read_source
from proctor.course.course import Course
from proctor.errors import CourseError, ProctorError
from proctor.intake.submission import Submission
from proctor.jail.course_jail import Jails, fork_server
from proctor.judge.examiner import examine, examine_group
from proctor.judge.result import Result, not_graded
from proctor.run.pool import default_jobs, each, examiners
from proctor.run.task import retry_lost_jails
from proctor.verdict import CriterionResult

ALWAYS = ("ignored", "half of", "cut to whole numbers", "labels in another order")
"""Kinds of faults that are never left out of a sample: they are students' own, and were missed most."""
CELL_SECONDS = 15.0
"""How long a cell or a call with a fault in it may take; an endless loop is a fault that is caught."""
NO_FIGURES = 'import matplotlib.pyplot as plt\nplt.show = lambda *values, **named: plt.close("all")'


@dataclass(frozen=True)
class Trial:
    """What came of a mutation.

    Args:
        mutation: the fault.
        caught_by: the criteria that caught it.
        hidden_only: whether no public criterion did.
        harmless: why it is no fault, as the author says in `answers.py`, or "".
        fault: why it could not be graded, or "".
    """

    mutation: Mutation
    caught_by: tuple[str, ...] = ()
    hidden_only: bool = False
    harmless: str = ""
    fault: str = ""

    @property
    def survived(self) -> bool:
        """Whether wrong work would get full marks."""
        return not (self.caught_by or self.harmless or self.fault)


@dataclass(frozen=True)
class _Task:
    """A mutation to be graded in a process of its own."""

    course: Course
    assignment: Assignment
    source: NotebookNode
    mutation: Mutation
    files: dict[str, bytes]
    jails: Jails
    group: str = ""


def mutate(course: Course, name: str, *, jobs: int = 0, most: int = 0) -> Iterator[Trial]:
    """Try the mutations of the exercise `name`; each comes when it is caught, or at the end if it survives.

    Args:
        course: the course.
        name: the exercise.
        jobs: how many at once; 0 for one on each processor.
        most: how many to try at most, drawn with a fixed seed; 0 for all.

    Raises ProctorError if the solution itself does not run, CourseError if `answers.py` declares a mutation
    harmless that is not made.
    """
    assignment, source = course.assignment(name), read_source(course.source(name))
    declared = load_harmless(course.grader(name) / "answers.py")
    mutations = mutations_of(source)
    reasons = _reasons(declared, mutations)
    yield from (Trial(mutation, harmless=reasons[mutation]) for mutation in mutations if mutation in reasons)
    chosen = _sample([mutation for mutation in mutations if mutation not in reasons], most)
    with fork_server(course, own_code=True) as address:
        trainer = Jails(address, threads=default_jobs())
        files, problem = run_for_artifacts(course, assignment, source, trainer, train=True)
        if problem:
            raise ProctorError(f"the solution of {name!r} does not run: {problem}")
        jails = Jails(address)
        bounded = _bounded(assignment)
        groups = _groups(source)
        quick = [
            _Task(course, bounded, source, mutation, files, jails, groups[mutation.cell])
            for mutation in chosen
            if mutation.cell in groups
        ]
        left: list[Mutation] = [mutation for mutation in chosen if mutation.cell not in groups]
        yield from _try(quick, jobs, left)
        whole = [_Task(course, bounded, source, mutation, files, jails) for mutation in left]
        left = []
        yield from _try(whole, jobs, left)
        trained = _cells_that_feed_training(source)
        retrained = [
            _Task(course, assignment, source, mutation, {}, jails) for mutation in left if mutation.cell in trained
        ]
        survivors = [mutation for mutation in left if mutation.cell not in trained]
        yield from _try(retrained, jobs, survivors)
    yield from (Trial(mutation) for mutation in survivors)


def _reasons(declared: Sequence[Harmless], mutations: list[Mutation]) -> dict[Mutation, str]:
    """Why each mutation that the author declares harmless is."""
    reasons: dict[Mutation, str] = {}
    for harmless in declared:
        meant = [one for one in mutations if harmless.means(one.title, one.argument, one.operator)]
        if not meant:
            raise CourseError(f"answers.py: no mutation is {harmless.change!r} any more; delete harmless(…)")
        reasons.update(dict.fromkeys(meant, harmless.because))
    return reasons


def _sample(mutations: list[Mutation], most: int) -> list[Mutation]:
    """At most `most` of the mutations, those whose kinds are in `ALWAYS` among them; all if `most` is 0."""
    if not most or len(mutations) <= most:
        return mutations
    always = [mutation for mutation in mutations if any(kind in mutation.operator for kind in ALWAYS)]
    others = [mutation for mutation in mutations if mutation not in always]
    drawn = random.Random(0).sample(others, max(0, min(len(others), most - len(always))))  # noqa: S311
    chosen = {*always, *drawn}
    return [mutation for mutation in mutations if mutation in chosen]


def _bounded(assignment: Assignment) -> Assignment:
    budget = assignment.budget
    seconds = min(budget.cell_seconds, CELL_SECONDS)
    calls = min(budget.call_seconds, CELL_SECONDS)
    return replace(assignment, budget=replace(budget, cell_seconds=seconds, call_seconds=calls))


def _groups(source: NotebookNode) -> dict[str, str]:
    """The check cell that follows each solution cell, by grade ids."""
    groups: dict[str, str] = {}
    waiting: list[str] = []
    for cell in source.cells:
        if cell.cell_type == "code" and is_solution(cell):
            waiting.append(grade_id(cell))
        elif is_check(cell):
            groups.update(dict.fromkeys(waiting, grade_id(cell)))
            waiting = []
    return groups


def _cells_that_feed_training(source: NotebookNode) -> set[str]:
    """The solution cells before the last training cell."""
    last = max((index for index, cell in enumerate(source.cells) if is_train(cell)), default=0)
    return {grade_id(cell) for cell in source.cells[:last] if is_solution(cell)}


def _try(tasks: list[_Task], jobs: int, survivors: list[Mutation]) -> Iterator[Trial]:
    """What came of each mutation that is caught; those that are not are added to `survivors`."""
    for task, result in each(_grade_mutation, tasks, examiners(jobs), _give_up):
        failed = [one for one in result.verdict.criteria if one.status in ("failed", "partial")]
        if not result.verdict.graded:
            yield Trial(task.mutation, fault=result.verdict.reason)
        elif failed:
            yield Trial(task.mutation, tuple(one.name for one in failed), all(one.hidden for one in failed))
        else:
            survivors.append(task.mutation)


def _grade_mutation(task: _Task) -> Result:
    notebook = _with_fault(task.source, task.mutation, until=task.group)
    submission = Submission("mutation", notebook, task.files)

    def grade_once() -> Result:
        if task.group:
            criteria: list[CriterionResult] = examine_group(
                task.course, task.assignment, submission, task.jails, task.group
            )
            return Result(replace(not_graded(*who, "").verdict, graded=True, criteria=criteria), {})
        return examine(task.course, task.assignment, task.source, submission, task.jails)

    who = task.assignment.name, submission.student
    return retry_lost_jails(grade_once, *who, task.jails) or not_graded(*who, "the fork server ended")


def _give_up(task: _Task, reason: str) -> Result:
    return not_graded(task.assignment.name, "mutation", reason)


def _with_fault(source: NotebookNode, mutation: Mutation, until: str) -> NotebookNode:
    """The instructor's notebook with a fault; with `until`, only as far as that check cell and without figures."""
    cells = []
    for cell in source.cells:
        changed = {**cell, "source": mutation.source} if grade_id(cell) == mutation.cell else cell
        cells.append(NotebookNode(changed))
        if until and grade_id(cell) == until:
            break
    if until:
        cells.insert(0, new_code_cell(NO_FIGURES))
    return NotebookNode({**source, "cells": cells})
