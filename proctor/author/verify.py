"""Prove that a grader is right.

The solution, the untouched release, every variant, every habit of writing and every mutant are
graded as students' work, and the checks of each notebook are compared with its grades. Each right
answer is graded with another random seed, so that a criterion which trains must not need luck.
"""

from __future__ import annotations

import copy
import difflib
import tempfile
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import cycle, product
from pathlib import Path
from typing import TypeVar

import nbformat
from nbformat import NotebookNode

from proctor.answers import Answer, load_answers
from proctor.author.attempts import make_submission, run_for_artifacts, without_figures
from proctor.author.findings import Finding, find_unproven, make_finding
from proctor.author.habits import Mix, mixes_of
from proctor.author.inspection import find_problems, find_remarks
from proctor.author.leaks import leaks
from proctor.author.parity import find_disparities
from proctor.author.release import student_version
from proctor.course.assignment import Assignment
from proctor.course.cells import check_cells, read_source
from proctor.course.course import Course
from proctor.errors import CourseError, ReleaseError, StudentError
from proctor.intake.submission import Submission
from proctor.jail.course_jail import Jails, fork_server
from proctor.judge.examination import Examination
from proctor.judge.examiner import examine
from proctor.judge.file_models import FileModels
from proctor.judge.result import not_graded
from proctor.run.pool import default_jobs, each, examiners
from proctor.run.task import deadline, retry_lost_jails
from proctor.verdict import CriterionResult, Verdict

Item = TypeVar("Item")
Made = TypeVar("Made")

STUDENTS = ("ada", "cleo", "edsger")
"""Who an exercise with values of one's own is proven for; they take turns with its answers."""
_models = FileModels()
"""What this process knows of the files that most answers share."""


@dataclass(frozen=True)
class _Exercise:
    """What all submissions of a proof have in common."""

    course: Course
    assignment: Assignment
    source: NotebookNode
    jails: Jails

    @property
    def students(self) -> tuple[str, ...]:
        """For whom it is proven: for one without a name if it has the same values for all."""
        return STUDENTS if self.assignment.values else ("",)


@dataclass(frozen=True)
class _Task:
    """A submission to grade in an examiner process; kind and answer say which verdict is due."""

    exercise: _Exercise
    submission: Submission
    kind: str
    answer: Answer
    seed: int = 0


@dataclass(frozen=True)
class _Graded:
    """A verdict, how the notebook's own checks differ from it, and the wall time of both."""

    verdict: Verdict
    disparities: tuple[str, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True)
class Extent:
    """How much of a proof is tried.

    Args:
        seeds: with how many random seeds the solution is trained; each must get full marks.
        every: with n, only every n-th variant, mix of habits and mutant is tried.
        turn: which of these n samples, from 0 to n - 1; together they are all of them.
        only: a part of the titles of the answers to try; "" for all.
    """

    seeds: int = 1
    every: int = 1
    turn: int = 0
    only: str = ""

    @property
    def whole(self) -> bool:
        """Whether every answer is tried, which alone is a proof."""
        return self.every == 1 and not self.only


def verify(course: Course, name: str, extent: Extent = Extent(), jobs: int = 0) -> Iterator[Finding]:
    """Yield the findings about the exercise `name`, as they come.

    Args:
        course, name: the exercise.
        extent: how much is tried; everything by default.
        jobs: how many submissions to grade at once; 0 for one on each processor.

    Raises ProctorError if the exercise cannot even be read, so that nothing can be tried.
    """
    assignment, source = course.assignment(name), read_source(course.source(name))
    declared = load_answers(course.grader(name) / "answers.py")
    mixes = mixes_of(source, assignment.forbids)
    answers = [
        *(("variant", answer) for answer in declared.variants[extent.turn :: extent.every]),
        *(("habits", Answer(mix.title, (mix.change,))) for mix in mixes[extent.turn :: extent.every]),
        *(("mutant", answer) for answer in declared.mutants[extent.turn :: extent.every]),
    ]
    if extent.only:
        answers = _choose(answers, extent.only)
    problems, remarks = find_problems(course, assignment, source), find_remarks(course, name)
    yield Finding("source", "cells, criteria and points agree", "; ".join(problems), remark="; ".join(remarks))
    with tempfile.TemporaryDirectory(prefix="proctor-") as folder:
        released, finding = _check_release(course, name, Path(folder))
        yield finding
    graded: list[tuple[_Task, _Graded]] = []
    with fork_server(course, own_code=True) as address:
        exercise = _Exercise(course, assignment, source, Jails(address))
        solved, solutions = _run_solution(exercise, extent.seeds, jobs)
        yield from solved
        tasks = (
            []
            if extent.only
            else [_Task(exercise, made, "solution", answer, seed) for seed, (answer, made) in enumerate(solutions)]
        )
        if released is not None and not extent.only:
            for student in exercise.students:
                answer = Answer(f"the untouched release{_name(student)}", ())
                tasks.append(_Task(exercise, Submission(student, released), "untouched", answer))
        handed_in = [submission for _, submission in solutions[: len(exercise.students)]]
        made, unmade = _make_submissions(exercise, answers, handed_in)
        yield from unmade
        failed: list[Finding] = []
        for task, result in each(_grade, tasks + made, examiners(jobs, _deadline), _give_up):
            graded.append((task, result))
            finding = _make_finding(task, result)
            if task.kind == "habits" and finding.problem:
                failed.append(finding)
            else:
                yield finding
        bad: set[str] = set()
        for finding in failed:
            (mix,) = [mix for mix in mixes if mix.title == finding.title]
            if not bad & {habit.name for habit in mix.habits}:
                found = _find_bad_habits(exercise, mix, finding, handed_in, jobs)
                bad |= {one.title for one in found}
                yield from found
    if extent.whole:
        yield find_unproven(source, declared, [(task.kind, task.answer, result.verdict) for task, result in graded])


def measured_values(findings: Iterable[Finding]) -> dict[str, list[float]]:
    """Threshold's name → what the solution reached, a value for each seed, in their order."""
    values: dict[str, list[float]] = {}
    # They are tried side by side; seed 9 is the shorter title, before seed 10.
    for finding in sorted(findings, key=lambda finding: (len(finding.title), finding.title)):
        for name, value in finding.measured.items():
            values.setdefault(name, []).append(round(value, 4))
    return values


_Chosen = list[tuple[str, Answer]]
"""Kinds and answers."""


def _choose(answers: _Chosen, only: str) -> _Chosen:
    """The answers whose title contains `only`; raises CourseError if there is none."""
    chosen = [found for found in answers if only.lower() in found[1].title.lower()]
    if not chosen:
        titles = [answer.title for _, answer in answers]
        near = difflib.get_close_matches(only, titles, n=3, cutoff=0.3) or titles[:3]
        raise CourseError(f"no answer's title contains {only!r}; there are {'; '.join(near)}")
    return chosen


def _check_release(course: Course, name: str, folder: Path) -> tuple[NotebookNode | None, Finding]:
    """Make the release below `folder`; return its notebook (None if refused) and the finding."""
    title = "made by nbgrader, nothing of the solution in it"
    started = time.monotonic()
    try:
        made = student_version(course, name, folder)
        problem = "; ".join(leaks(course, name, made))
        notebook = nbformat.read(made / f"{name}.ipynb", as_version=4)
    except ReleaseError as error:
        return None, Finding("release", title, str(error))
    return notebook, Finding("release", title, problem, seconds=time.monotonic() - started)


def _run_solution(exercise: _Exercise, seeds: int, jobs: int) -> tuple[list[Finding], list[tuple[Answer, Submission]]]:
    """Run the whole solution once for each seed; return the findings, and what it would hand in."""
    runs = list(product(range(seeds), exercise.students))
    threads = default_jobs() if len(runs) == 1 else 1

    def run(given: tuple[int, str]) -> tuple[Finding, tuple[Answer, Submission]]:
        seed, student = given
        which = (f" (seed {seed})" if seeds > 1 else "") + _name(student)
        jails, source = replace(exercise.jails, threads=threads, seed=seed), copy.deepcopy(exercise.source)
        started = time.monotonic()
        files, problem = run_for_artifacts(
            exercise.course, exercise.assignment, source, jails, train=True, student=student
        )
        seconds = time.monotonic() - started
        finding = Finding("solution", f"runs top to bottom within its budget{which}", problem, seconds=seconds)
        return finding, (Answer(f"the solution{which}", ()), Submission(student, source, files))

    done = _in_threads(run, runs, jobs)
    return [finding for finding, _ in done], [made for _, made in done]


def _name(student: str) -> str:
    return f" ({student})" if student else ""


def _make_submissions(
    exercise: _Exercise, answers: _Chosen, solutions: list[Submission]
) -> tuple[list[_Task], list[Finding]]:
    """The submission of each answer; a finding for each that cannot be made.

    Args:
        solutions: what each student's solution hands in; they take turns with the answers.
    """

    def make(chosen: tuple[tuple[str, Answer], Submission]) -> Submission | CourseError | StudentError:
        (_, answer), solution = chosen
        try:
            return make_submission(
                exercise.course, exercise.assignment, exercise.source, answer, solution, exercise.jails.address
            )
        except (CourseError, StudentError) as error:
            return error

    made, findings = [], []
    attempts = _in_threads(make, zip(answers, cycle(solutions), strict=False))
    for (kind, answer), attempt in zip(answers, attempts, strict=True):
        # The same one in every run, whatever other answers there are.
        seed = 0 if kind == "mutant" else zlib.crc32(answer.title.encode()) % 1000
        if isinstance(attempt, Submission):
            submission = replace(attempt, notebook=without_figures(attempt.notebook))
            made.append(_Task(exercise, submission, kind, _without_changes(answer), seed))
        else:
            findings.append(Finding(kind, answer.title, str(attempt)))
    return made, findings


def _in_threads(work: Callable[[Item], Made], items: Iterable[Item], jobs: int = 0) -> list[Made]:
    """What `work` makes of each item, side by side.

    Threads are enough: nearly all of the time is spent waiting for jails. After Ctrl-C nobody waits
    for them: they end once the fork server has.
    """
    pool = ThreadPoolExecutor(jobs or default_jobs())
    try:
        return list(pool.map(work, items))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _without_changes(answer: Answer) -> Answer:
    """The answer as it can be pickled: its changes are closures, and have been applied by now."""
    return replace(answer, changes=(), slips=tuple(map(_without_changes, answer.slips)))


def _grade(task: _Task) -> _Graded:
    """Grade a submission, and run the checks of its notebook where it ran."""
    started = time.monotonic()
    exercise = task.exercise
    name = exercise.assignment.name
    disparities: list[str] = []

    def check(examination: Examination, results: list[CriterionResult]) -> None:
        # Elsewhere a wrong answer's checks are those of the solution, which are all run.
        unmet = {result.group for result in results if not result.hidden and result.status != "passed"}
        groups = [group for group in check_cells(exercise.source) if task.kind != "mutant" or group in unmet]
        disparities.extend(find_disparities(exercise.course, exercise.assignment, groups, examination, results))

    jails = replace(exercise.jails, seed=task.seed)
    result = retry_lost_jails(
        lambda: examine(exercise.course, exercise.assignment, exercise.source, task.submission, jails, check, _models),
        name,
        task.submission.student,
        jails,
    )
    verdict = (result or not_graded(name, task.submission.student, "the fork server ended")).verdict
    return _Graded(verdict, tuple(disparities), time.monotonic() - started)


def _deadline(task: _Task) -> float:
    # Twice that of a student's work: the notebook's own checks are tried, too.
    return 2 * deadline(task.exercise.assignment.budget)


def _give_up(task: _Task, reason: str) -> _Graded:
    return _Graded(not_graded(task.exercise.assignment.name, task.submission.student, reason).verdict)


def _make_finding(task: _Task, graded: _Graded) -> Finding:
    finding = make_finding(task.kind, task.answer, graded.verdict, graded.disparities)
    return replace(finding, seconds=graded.seconds)


def _find_bad_habits(
    exercise: _Exercise, mix: Mix, finding: Finding, solutions: list[Submission], jobs: int
) -> list[Finding]:
    """Grade each habit of a mix that failed alone; return the findings of those that fail alone.

    If none does, `finding`, the mix's own, is the result.
    """
    alone: _Chosen = [(finding.kind, Answer(habit.name, (Mix((habit,)).change,))) for habit in mix.habits]
    tasks, _ = _make_submissions(exercise, alone, solutions)
    found = [_make_finding(task, result) for task, result in each(_grade, tasks, examiners(jobs, _deadline), _give_up)]
    return [one for one in found if one.problem] or [finding]
