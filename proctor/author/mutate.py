"""`proctor mutate`: mutation testing of a grader, whose criteria should catch every small fault.

Each mutation of a solution cell is graded like a submission, in up to three rounds. The first runs
the notebook only up to the next check cell and tests that cell's criteria until one fails. The
second grades the whole notebook of each mutation that survived. Both use the model files of the
unchanged solution. The third trains, for survivors in cells up to the last training cell.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from nbformat import NotebookNode

from proctor.answers import Harmless, load_answers
from proctor.author.attempts import run_for_artifacts, without_figures
from proctor.author.mutations import Mutation, mutations_of
from proctor.author.parity import find_disparities
from proctor.course.assignment import Assignment
from proctor.course.cells import check_cells, grade_id, is_check, is_solution, is_train, read_source
from proctor.course.course import Course
from proctor.errors import CourseError, ProctorError
from proctor.intake.submission import Submission
from proctor.jail.course_jail import Jails, fork_server
from proctor.judge.examination import Examination
from proctor.judge.examiner import examine, examine_group
from proctor.judge.file_models import FileModels
from proctor.judge.result import Result, not_graded
from proctor.run.pool import default_jobs, each, examiners
from proctor.run.task import deadline, retry_lost_jails
from proctor.verdict import CriterionResult

ALWAYS_SAMPLED = ("ignored", "half of", "cut to whole numbers", "labels in another order")
"""Parts of names of operators that a sample never leaves out: graders missed these faults most."""
CELL_SECONDS = 15.0
"""Time limit of a cell or call; a mutation that runs into it, as by an endless loop, is caught."""
MUTATION = "mutation"
"""The student whose work a mutation is graded as."""
_models = FileModels()
"""What this process knows of the solution's model files."""


@dataclass(frozen=True)
class Trial:
    """The result of grading a mutation.

    Args:
        mutation: the mutation.
        caught_by: names of the criteria that failed.
        hidden_only: whether all of them are hidden from students.
        harmless: the reason in `answers.py` why the mutation is a right answer, or "".
        fault: why it could not be graded, or "".
        disparities: a sentence for each criterion on which the notebook's check and grading differ.
    """

    mutation: Mutation
    caught_by: tuple[str, ...] = ()
    hidden_only: bool = False
    harmless: str = ""
    fault: str = ""
    disparities: tuple[str, ...] = ()

    @property
    def survived(self) -> bool:
        """Whether the mutation got full marks though it is not declared harmless."""
        return not (self.caught_by or self.harmless or self.fault or self.disparities)


@dataclass(frozen=True)
class _Task:
    """A mutation to grade in another process; with `group`, only by the criteria of that cell."""

    course: Course
    assignment: Assignment
    source: NotebookNode
    mutation: Mutation
    files: dict[str, bytes]
    jails: Jails
    group: str = ""


def mutate(course: Course, name: str, *, jobs: int = 0, most: int = 0) -> Iterator[Trial]:
    """Grade the mutations of the exercise `name`, and yield each trial when its result is known.

    Args:
        course: the course.
        name: name of the exercise.
        jobs: how many to grade at once; 0 for one on each processor.
        most: how many to grade at most, sampled with a fixed seed; 0 for all.

    Raises ProctorError if the unchanged solution does not run, CourseError if `answers.py` declares
    a mutation harmless that does not exist.
    """
    assignment, source = course.assignment(name), read_source(course.source(name))
    declared = load_answers(course.grader(name) / "answers.py").harmless
    mutations = mutations_of(source)
    reasons = _match_harmless(declared, mutations)
    yield from (Trial(mutation, harmless=reasons[mutation]) for mutation in mutations if mutation in reasons)
    chosen = _draw_sample([mutation for mutation in mutations if mutation not in reasons], most)
    with fork_server(course, own_code=True) as address:
        trainer = Jails(address, threads=default_jobs())
        files, problem = run_for_artifacts(course, assignment, source, trainer, train=True, student=MUTATION)
        if problem:
            raise ProctorError(f"the solution of {name!r} does not run: {problem}")
        jails = Jails(address)
        bounded = _limit_seconds(assignment)
        groups = _map_cells_to_groups(source)
        quick = [
            _Task(course, bounded, source, mutation, files, jails, groups[mutation.cell])
            for mutation in chosen
            if mutation.cell in groups
        ]
        left: list[Mutation] = [mutation for mutation in chosen if mutation.cell not in groups]
        yield from _grade_mutations(quick, jobs, left)
        whole = [_Task(course, bounded, source, mutation, files, jails) for mutation in left]
        left = []
        yield from _grade_mutations(whole, jobs, left)
        trained = _find_cells_up_to_training(source)
        retrained = [
            _Task(course, assignment, source, mutation, {}, jails) for mutation in left if mutation.cell in trained
        ]
        survivors = [mutation for mutation in left if mutation.cell not in trained]
        yield from _grade_mutations(retrained, jobs, survivors)
    yield from (Trial(mutation) for mutation in survivors)


def _match_harmless(declared: Sequence[Harmless], mutations: list[Mutation]) -> dict[Mutation, str]:
    """The reason of each mutation that `answers.py` declares harmless.

    Raises CourseError if a declaration matches no mutation.
    """
    reasons: dict[Mutation, str] = {}
    for harmless in declared:
        meant = [one for one in mutations if harmless.means(one.title, one.argument, one.operator)]
        if not meant:
            raise CourseError(f"answers.py: no mutation is {harmless.change!r} any more; delete harmless(…)")
        reasons.update(dict.fromkeys(meant, harmless.because))
    return reasons


def _draw_sample(mutations: list[Mutation], most: int) -> list[Mutation]:
    """A sample of `most` mutations (0 for all) with every one that is `ALWAYS_SAMPLED`."""
    if not most or len(mutations) <= most:
        return mutations
    always = [mutation for mutation in mutations if any(kind in mutation.operator for kind in ALWAYS_SAMPLED)]
    others = [mutation for mutation in mutations if mutation not in always]
    drawn = random.Random(0).sample(others, max(0, min(len(others), most - len(always))))  # noqa: S311
    chosen = {*always, *drawn}
    return [mutation for mutation in mutations if mutation in chosen]


def _limit_seconds(assignment: Assignment) -> Assignment:
    """The assignment with at most `CELL_SECONDS` for a cell and for a call."""
    budget = assignment.budget
    seconds = min(budget.cell_seconds, CELL_SECONDS)
    calls = min(budget.call_seconds, CELL_SECONDS)
    return replace(assignment, budget=replace(budget, cell_seconds=seconds, call_seconds=calls))


def _map_cells_to_groups(source: NotebookNode) -> dict[str, str]:
    """Grade id of a solution cell → grade id of the check cell that follows it."""
    groups: dict[str, str] = {}
    waiting: list[str] = []
    for cell in source.cells:
        if cell.cell_type == "code" and is_solution(cell):
            waiting.append(grade_id(cell))
        elif is_check(cell):
            groups.update(dict.fromkeys(waiting, grade_id(cell)))
            waiting = []
    return groups


def _find_cells_up_to_training(source: NotebookNode) -> set[str]:
    """Grade ids of the solution cells up to the last training cell, which may be one of them."""
    last = max((index for index, cell in enumerate(source.cells) if is_train(cell)), default=-1)
    return {grade_id(cell) for cell in source.cells[: last + 1] if is_solution(cell)}


def _grade_mutations(tasks: list[_Task], jobs: int, survivors: list[Mutation]) -> Iterator[Trial]:
    """Yield the trials of mutations that are caught or not graded; append others to `survivors`."""
    for task, (result, disparities) in each(
        _grade_mutation, tasks, examiners(jobs, lambda task: deadline(task.assignment.budget)), _give_up
    ):
        failed = [one for one in result.verdict.criteria if one.status in ("failed", "partial")]
        if not result.verdict.graded:
            yield Trial(task.mutation, fault=result.verdict.reason)
        elif failed or disparities:
            hidden_only = bool(failed) and all(one.hidden for one in failed)
            yield Trial(task.mutation, tuple(one.name for one in failed), hidden_only, disparities=disparities)
        else:
            survivors.append(task.mutation)


def _grade_mutation(task: _Task) -> tuple[Result, tuple[str, ...]]:
    """Grade a mutation, and compare the checks of its notebook with that."""
    notebook = _apply_mutation(task.source, task.mutation, until=task.group)
    submission = Submission(MUTATION, notebook, task.files)
    disparities: list[str] = []

    def check(examination: Examination, results: list[CriterionResult]) -> None:
        groups = [task.group] if task.group else list(check_cells(task.source))
        # After a first failure the others of a group have not run.
        run = [result for result in results if result.status != "waiting"]
        disparities.extend(find_disparities(task.course, task.assignment, groups, examination, run))

    def grade_once() -> Result:
        if task.group:
            criteria: list[CriterionResult] = examine_group(
                task.course, task.assignment, submission, task.jails, task.group, check, _models
            )
            return Result(replace(not_graded(*who, "").verdict, graded=True, criteria=criteria), {})
        return examine(task.course, task.assignment, task.source, submission, task.jails, check, _models)

    who = task.assignment.name, submission.student
    result = retry_lost_jails(grade_once, *who, task.jails) or not_graded(*who, "the fork server ended")
    return result, tuple(disparities)


def _give_up(task: _Task, reason: str) -> tuple[Result, tuple[str, ...]]:
    return not_graded(task.assignment.name, MUTATION, reason), ()


def _apply_mutation(source: NotebookNode, mutation: Mutation, until: str) -> NotebookNode:
    """The instructor's notebook with the mutated cell.

    With `until` (grade id of a check cell), it ends with that cell and draws no figures.
    """
    cells = []
    for cell in source.cells:
        changed = {**cell, "source": mutation.source} if grade_id(cell) == mutation.cell else cell
        cells.append(NotebookNode(changed))
        if until and grade_id(cell) == until:
            break
    if until:
        return without_figures(NotebookNode({**source, "cells": cells}))
    return NotebookNode({**source, "cells": cells})
