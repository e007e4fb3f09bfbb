"""Prove that a grader is right.

The solution, the untouched release, every variant and every mutant are graded as students' work.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from proctor.answers import RETRAINED, UNTRAINED, Answer, Attempt, load_answers
from proctor.author.leaks import leaks
from proctor.author.release import student_version
from proctor.course.assignment import Assignment
from proctor.course.cells import check_cells, grade_id, points, read_source
from proctor.course.course import Course
from proctor.errors import CourseError, ReleaseError, StudentError
from proctor.intake.submission import Submission
from proctor.jail.course_jail import Jails, fork_server, jail_limits
from proctor.jail.run import NotebookRun
from proctor.judge.criteria_run import collect
from proctor.judge.examiner import examine
from proctor.judge.result import not_graded
from proctor.run.pool import default_jobs, each, examiners
from proctor.run.task import retry_lost_jails
from proctor.verdict import CriterionResult, Verdict


@dataclass(frozen=True)
class Finding:
    """One line of the proof.

    Args:
        kind: "source", "release", "solution", "untouched", "variant" or "mutant".
        title: what was tried.
        problem: what has to be mended, or "".
        caught_by: the criteria that a mutant failed.
        remark: something to know that is no problem, or "".
        seconds: wall time.
    """

    kind: str
    title: str
    problem: str = ""
    caught_by: tuple[str, ...] = ()
    remark: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class _Task:
    """A submission to grade in an examiner process; kind and answer say which verdict is due."""

    course: Course
    assignment: Assignment
    source: NotebookNode
    submission: Submission
    jails: Jails
    kind: str
    answer: Answer


def verify(
    course: Course, name: str, *, jobs: int = 0, seeds: int = 1, every: int = 1, turn: int = 0
) -> Iterator[Finding]:
    """Yield the findings about the exercise `name`, as they come.

    Args:
        jobs: how many submissions to grade at once; 0 for one on each processor.
        seeds: with how many random seeds the solution is trained; each must get full marks.
        every: with n, only every n-th variant and mutant is tried: a sample, and no proof.
        turn: which of these n samples, from 0 to n - 1; together they are all variants and mutants.

    Raises ProctorError if the exercise cannot even be read, so that nothing can be tried.
    """
    assignment = course.assignment(name)
    source = read_source(course.source(name))
    variants, mutants = (answers[turn::every] for answers in load_answers(course.grader(name) / "answers.py"))
    yield Finding(
        "source",
        "cells, criteria and points agree",
        _join_sentences(find_structure_problems(course, assignment, source)),
    )
    with tempfile.TemporaryDirectory(prefix="proctor-") as folder:
        released, finding = _check_release(course, name, Path(folder))
        yield finding
    with fork_server(course, own_code=True) as address:
        solved, submissions = _run_solution(course, assignment, source, address, seeds)
        yield from solved
        if not submissions:
            return
        if released is not None:
            submissions.append(("untouched", Answer("the untouched release", ()), Submission("untouched", released)))
        answers = [("variant", answer) for answer in variants] + [("mutant", answer) for answer in mutants]
        # Threads are enough: nearly all of the time is spent waiting for jails.
        with ThreadPoolExecutor(jobs or default_jobs()) as threads:
            attempts = [
                threads.submit(make_submission, course, assignment, source, answer, submissions[0][2], address)
                for _, answer in answers
            ]
        for (kind, answer), attempt in zip(answers, attempts, strict=True):
            try:
                submissions.append((kind, answer, attempt.result()))
            except (CourseError, StudentError) as error:
                yield Finding(kind, answer.title, str(error))
        jails = Jails(address)
        tasks = [
            # The changes are closures, which cannot be pickled, and they have been applied by now.
            _Task(course, assignment, source, made, jails, kind, replace(answer, changes=()))
            for kind, answer, made in submissions
        ]
        for task, (verdict, seconds) in each(_grade, tasks, examiners(jobs), _give_up):
            yield make_finding(task.kind, task.answer, verdict, seconds)


def find_structure_problems(course: Course, assignment: Assignment, source: NotebookNode) -> list[str]:
    """Return a sentence for each thing in which the notebook and its grader do not agree."""
    files = sorted(course.grader(assignment.name).glob("test_*.py"))
    found = [result for _, result in collect(files)]
    groups = {group: [result for result in found if result.group == group] for group in {r.group for r in found}}
    cells = check_cells(source)
    problems = [
        f"'{group}' has criteria but the notebook has no such check cell" for group in groups if group not in cells
    ]
    for name, cell in cells.items():
        worth = sum(result.points for result in groups.get(name, []))
        if abs(worth - points(cell)) > 1e-9:
            problems.append(f"'{name}' is worth {points(cell):g} in the notebook, its criteria sum to {worth:g}")
        if cell.source.strip() not in (f'check("{name}")', f"check('{name}')"):
            problems.append(f"check cell '{name}' must hold just check(\"{name}\")")
    for index, cell in enumerate(source.cells):
        if cell.cell_type == "code" and not grade_id(cell):
            problems.append(f"code cell {index} has no grade id: make it a solution, a check or a read-only cell")
        if cell.cell_type == "code" and (cell.outputs or cell.execution_count):
            problems.append(f"cell '{grade_id(cell)}' carries outputs; clear them before committing")
    return problems


def _check_release(course: Course, name: str, folder: Path) -> tuple[NotebookNode | None, Finding]:
    """Make the release below `folder`; return its notebook (None if refused) and the finding."""
    started = time.monotonic()
    try:
        made = student_version(course, name, folder)
        problem = _join_sentences(leaks(course, name, made))
        notebook = nbformat.read(made / f"{name}.ipynb", as_version=4)
    except ReleaseError as error:
        return None, Finding("release", "made by nbgrader, nothing of the solution in it", str(error))
    seconds = time.monotonic() - started
    return notebook, Finding("release", "made by nbgrader, nothing of the solution in it", problem, seconds=seconds)


_Submissions = list[tuple[str, Answer, Submission]]


def _run_solution(
    course: Course, assignment: Assignment, source: NotebookNode, address: str, seeds: int
) -> tuple[list[Finding], _Submissions]:
    """Run the whole solution once for each seed; return the findings, and what it would hand in."""
    findings, made = [], []
    for seed in range(seeds):
        title = "runs top to bottom within its budget" + (f" (seed {seed})" if seeds > 1 else "")
        jails = Jails(address, threads=default_jobs(), seed=seed)
        started = time.monotonic()
        files, problem = run_for_artifacts(course, assignment, source, jails, train=True)
        findings.append(Finding("solution", title, problem, seconds=time.monotonic() - started))
        submission = Submission(f"solution{seed}", source, files)
        made.append(("solution", Answer("the solution" + (f" (seed {seed})" if seeds > 1 else ""), ()), submission))
    return findings, made


def run_for_artifacts(
    course: Course, assignment: Assignment, notebook: NotebookNode, jails: Jails, train: bool
) -> tuple[dict[str, bytes], str]:
    """Run `notebook` in a jail; return its artifacts (file name → content) and the problem or "".

    Args:
        train: whether the training cells run; if not, the notebook's untrained models are saved.
    """
    limits = jail_limits(course, assignment, jails)
    run = NotebookRun(jails.address, limits, assignment.budget, notebook, {}, train)
    files = {}
    try:
        run.start()
        for name, file in assignment.artifacts.items():
            if not train:
                run.jail.ask({"op": "save", "name": name, "path": file})
            data = run.read_file(file)
            if data is not None:
                files[file] = data
    finally:
        run.close()
    bad = [
        f"cell '{cell.id}' {cell.status}: {cell.error}" for cell in run.cells if cell.status not in ("ok", "skipped")
    ]
    missing = [f"it did not save {file}" for file in assignment.artifacts.values() if file not in files]
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return files, _join_sentences(bad + missing)


def make_submission(
    course: Course, assignment: Assignment, source: NotebookNode, answer: Answer, solution: Submission, address: str
) -> Submission:
    """Return what a student with this `answer` would hand in.

    Args:
        solution: what the solution's own run hands in; its files are handed in again, unless
            `answer` says otherwise.
        address: of the fork server, in a jail of which an untrained model is made.
    """
    attempt: Attempt = answer.attempt(source)
    files = dict(solution.files)
    if attempt.hands_in == RETRAINED:
        files = {}
    elif attempt.hands_in == UNTRAINED:
        files, _ = run_for_artifacts(course, assignment, attempt.notebook, Jails(address), train=False)
    for name, data in attempt.files.items():
        files.pop(name, None)
        if data is not None:
            files[name] = data
    return Submission(answer.title, attempt.notebook, files)


def _grade(task: _Task) -> tuple[Verdict, float]:
    started = time.monotonic()
    result = retry_lost_jails(
        lambda: examine(task.course, task.assignment, task.source, task.submission, task.jails),
        task.assignment.name,
        task.submission.student,
        task.jails,
    )
    verdict = result.verdict if result else _not_graded(task, "the fork server ended")
    return verdict, time.monotonic() - started


def _not_graded(task: _Task, reason: str) -> Verdict:
    return not_graded(task.assignment.name, task.submission.student, reason).verdict


def _give_up(task: _Task, reason: str) -> tuple[Verdict, float]:
    return _not_graded(task, reason), 0.0


def make_finding(kind: str, answer: Answer, verdict: Verdict, seconds: float) -> Finding:
    """Compare a verdict with what is due to a solution, untouched release, variant or mutant."""
    failed = [result for result in verdict.criteria if result.status in ("failed", "partial")]
    if not verdict.graded:
        problem = f"not graded: {verdict.reason}"
    elif kind == "untouched":
        problem = (
            f"it gets {verdict.earned:g} points: {_join_names(result for result in verdict.criteria if result.earned)}"
            if verdict.earned
            else ""
        )
    elif kind == "mutant":
        problem = _find_mutant_problem(answer, failed)
    else:
        unmet = [result for result in verdict.criteria if result.status != "passed"]
        problem = "; ".join(_describe_result(result) for result in unmet[:3])
    faults = [result.grader_fault for result in verdict.criteria if result.grader_fault]
    caught = tuple(result.name for result in failed) if kind == "mutant" else ()
    return Finding(kind, answer.title, problem, caught, _join_sentences(faults), seconds)


def _find_mutant_problem(answer: Answer, failed: list[CriterionResult]) -> str:
    problems = []
    if not failed:
        problems.append("no criterion catches it")
    problems += [
        f"'{name}' does not catch it, {_join_names(failed)} does"
        for name in (answer.fails if failed else ())
        if not any(name in (result.name, result.group) for result in failed)
    ]
    problems += [
        f"'{result.name}' ({result.group}) fails too: {_describe_result(result)}"
        for result in failed
        if result.name not in answer.fails and result.group not in answer.fails
    ]
    return _join_sentences(problems)


def _describe_result(result: CriterionResult) -> str:
    difference = f"expected {result.expected or '…'}, found {result.found or '…'}"
    return f"{result.group}/{result.name} is {result.status}: {difference}"


def _join_names(results: Iterable[CriterionResult]) -> str:
    return ", ".join(result.name for result in results)


def _join_sentences(sentences: list[str]) -> str:
    return "; ".join(sentences)
