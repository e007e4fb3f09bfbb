"""Grading a class: which submissions are to be graded, grading them beside each other, and keeping every verdict."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nbformat import NotebookNode

from proctor import gradebook
from proctor.course import Course
from proctor.errors import ProctorError
from proctor.examiner import Settings, environment, fork_server, grade
from proctor.pool import default_jobs, each
from proctor.verdict import Verdict, from_data, to_data


@dataclass(frozen=True)
class _Task:
    course: Course
    name: str
    student: str
    settings: Settings


def grade_class(
    course: Course, pairs: list[tuple[str, str]], *, jobs: int = 0, again: bool = False
) -> Iterator[tuple[Verdict, bool]]:
    """Grade each (assignment, student) of `pairs`; yields its verdict and whether it had been graded before.

    A verdict is in the gradebook before it is yielded. What has been graded and has not changed since is not graded
    again, unless `again` is set.

    Raises ProctorError if the gradebook cannot be written.
    """
    keys: dict[tuple[str, str], str] = {}
    waiting = []
    for pair in pairs:
        try:
            keys[pair] = key(course, *pair)
        except ProctorError as error:
            yield Verdict(*pair, graded=False, reason=str(error)), False
            continue
        known = None if again else read_verdict(course, *pair, keys[pair])
        if known is None:
            waiting.append(pair)
        else:
            yield known, True
    if not waiting:
        return
    with fork_server(course) as address:
        tasks = [_Task(course, name, student, Settings(address)) for name, student in waiting]
        for task, (verdict, notebook) in each(_graded, tasks, jobs or default_jobs(), _lost):
            if verdict.graded and notebook is not None:
                gradebook.record(course, verdict, notebook)
                write_verdict(course, verdict, keys[task.name, task.student])
            yield verdict, False


def _graded(task: _Task) -> tuple[Verdict, NotebookNode | None]:
    try:
        return grade(task.course, task.name, task.student, task.settings)
    except ProctorError as error:
        return _lost(task, str(error))
    except Exception as error:  # one submission's trouble is never another's
        return _lost(task, f"a fault of Proctor's: {type(error).__name__}: {error}")


def _lost(task: _Task, reason: str) -> tuple[Verdict, None]:
    return Verdict(task.name, task.student, graded=False, reason=reason), None


def key(course: Course, name: str, student: str) -> str:
    """A fingerprint of everything that the verdict on a submission depends on."""
    files = sorted(course.submitted(student, name).glob("*"))
    return hashlib.sha256((_assignment_key(course, name) + _digest(files)).encode()).hexdigest()


@cache
def _assignment_key(course: Course, name: str) -> str:
    """A fingerprint of what the verdicts on all submissions of an assignment depend on; read once a run."""
    engine = sorted(Path(__file__).parent.rglob("*.py"))
    files = [*sorted(course.grader(name).glob("*")), course.source(name), *engine]
    return _digest(files) + json.dumps(environment(course.assignment(name)))


def _digest(files: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in files:
        if path.is_file() and not path.is_symlink():
            digest.update(path.name.encode() + b"\0")
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def _verdict_file(course: Course, name: str, student: str) -> Path:
    return course.state / "verdicts" / name / f"{student}.json"


def write_verdict(course: Course, verdict: Verdict, fingerprint: str) -> None:
    """Keep `verdict`, whole or not at all."""
    path = _verdict_file(course, verdict.assignment, verdict.student)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_text(json.dumps({"key": fingerprint, "verdict": to_data(verdict)}), encoding="utf-8")
    os.replace(unfinished, path)


def read_verdict(course: Course, name: str, student: str, fingerprint: str = "") -> Verdict | None:
    """The kept verdict, or None if there is none (or none of this fingerprint, where one is given)."""
    try:
        kept = json.loads(_verdict_file(course, name, student).read_text(encoding="utf-8"))
        return from_data(kept["verdict"]) if fingerprint in ("", kept["key"]) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
