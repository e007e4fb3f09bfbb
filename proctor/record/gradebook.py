"""Write verdicts into nbgrader's gradebook and `autograded/`, and make feedback pages of them."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

from nbformat import NotebookNode
from nbgrader.api import Assignment, Notebook
from nbgrader.converters import GenerateFeedback
from nbgrader.utils import parse_utc
from sqlalchemy import select
from sqlalchemy.orm import Session

from proctor.course.course import Course
from proctor.course.private import make_private_folder, tighten_all, write_private
from proctor.errors import ProctorError, UnreadableSubmission
from proctor.intake.submission import TIMESTAMP, read_file
from proctor.judge.result import Result
from proctor.nbgrader_settings import show_inertly
from proctor.record import nbgrader_course
from proctor.record.graded_notebook import require_agreement, to_bytes, with_tables
from proctor.record.rows import Entry, save_marks
from proctor.text import one_line
from proctor.verdict import Verdict

WRITERS = 8
"""How many submissions' notebooks are on their way to the disk at once, which waits less in all."""


def record(course: Course, verdict: Verdict, notebooks: dict[str, NotebookNode]) -> dict[str, NotebookNode] | None:
    """Write a verdict into the gradebook, and its notebooks with check tables into `autograded/`.

    Of a verdict that is not graded, nothing is written.

    Args:
        course: whose gradebook.
        verdict: of one submission.
        notebooks: the submission's, by name without ".ipynb", rebuilt and as they ran.

    Returns the notebooks as they were written, None if nothing was. Raises what `record_all` does.
    """
    return record_all(course, [Result(verdict, notebooks)])[0] if verdict.graded else None


def record_all(course: Course, results: Sequence[Result]) -> list[dict[str, NotebookNode]]:
    """Record graded verdicts as `record` does: the marks of all, or of none if it raises.

    Comments, manual scores and extra credit stay. Recording a verdict again changes nothing. All
    marks are written in one transaction.

    Args:
        course: whose gradebook.
        results: verdicts, of different submissions, and their notebooks.

    Returns the notebooks of each as they were written. Raises CourseError if the check cells of one
    are not those of its verdict or of the gradebook, NotGraded if a mark is not a finite number,
    OSError if a notebook cannot be written, ProctorError if the gradebook cannot be written or
    stays locked.
    """
    entries = [_make_entry(course, result) for result in results]
    by_assignment: dict[str, list[Entry]] = {}
    for entry in entries:
        by_assignment.setdefault(entry.verdict.assignment, []).append(entry)
    for name, group in by_assignment.items():
        register(course, name, list({notebook for entry in group for notebook in entry.notebooks}))
    with transaction(course) as session:
        for name, group in by_assignment.items():
            save_marks(course, session, name, group)
        with ThreadPoolExecutor(WRITERS) as writers:
            list(writers.map(partial(_write_notebooks, course), entries))  # raises what one of them raised
        make_private_folder(course, course.root / "feedback")  # nbgrader's commands would let all read it
    return [entry.notebooks for entry in entries]


def _write_notebooks(course: Course, entry: Entry) -> None:
    folder = course.autograded(entry.verdict.student, entry.verdict.assignment)
    for name, notebook in entry.notebooks.items():
        write_private(course, folder / f"{name}.ipynb", to_bytes(notebook), synchronized=True)
    if entry.stamp:
        write_private(course, folder / TIMESTAMP, entry.stamp.encode(), synchronized=True)


def _make_entry(course: Course, result: Result) -> Entry:
    verdict = result.verdict
    stamp, handed_in, notes = _read_timestamp(course, verdict)
    verdict = replace(verdict, notes=[*verdict.notes, *notes])
    shown, groups = {}, {}
    for name, notebook in result.notebooks.items():
        part = verdict.of_notebook(name)
        groups[name] = part.groups()
        require_agreement(name, groups[name], notebook)
        shown[name] = with_tables(notebook, part)
    return Entry(verdict, stamp, handed_in, shown, groups)


def register(course: Course, assignment: str, notebooks: list[str]) -> None:
    """Put an assignment's cells and points into the gradebook, unless they are there already.

    Args:
        course: whose gradebook.
        assignment: its name.
        notebooks: the names of its notebooks.

    Raises ReleaseError if nbgrader's `generate_assignment`, which does it, fails.
    """
    with reading(course) as session:
        if session and all(find_notebook(session, assignment, name) is not None for name in notebooks):
            return
    with tempfile.TemporaryDirectory(dir=course.root, prefix=".release-") as folder:
        nbgrader_course.generate(course, assignment, Path(folder) / "release")


@contextmanager
def reading(course: Course) -> Iterator[Session | None]:
    """A session on the gradebook for reading; None if there is no gradebook yet."""
    with nbgrader_course.reading(nbgrader_course.private_url(course)) as connection:
        if connection is None:
            yield None
            return
        with Session(connection, autoflush=False) as session:
            yield session


def find_notebook(session: Session, assignment: str, name: str) -> Notebook | None:
    """The gradebook's row of an assignment's notebook; None if it does not have it."""
    found = select(Notebook).join(Assignment, Assignment.id == Notebook.assignment_id)
    row: Notebook | None = session.scalars(
        found.where(Assignment.name == assignment, Notebook.name == name)
    ).one_or_none()
    return row


def feedback(course: Course, name: str, student: str) -> Path:
    """Make a student's feedback pages with nbgrader, without any script of the student's.

    Args:
        course: the course.
        name: the assignment's.
        student: whose graded submission.

    Returns the folder of the pages. Raises ProctorError if the submission is not graded or a page
    cannot be made.
    """
    folder = nbgrader_course.directory(course, assignment_id=name, student_id=student)
    make_private_folder(course, course.feedback(student, name).parent)
    config = course.settings()
    show_inertly(config)
    try:
        nbgrader_course.run_converter(GenerateFeedback, folder, config)
    except ProctorError as error:
        raise ProctorError(f"no feedback on {name!r} for {one_line(student)}: {error}") from error
    tighten_all(course, course.feedback(student, name))
    return course.feedback(student, name)


@contextmanager
def transaction(course: Course, write: bool = True) -> Iterator[Session]:
    """A session on the gradebook in one transaction: all of it is saved, or nothing if it raises.

    Args:
        course: whose gradebook.
        write: whether to lock out other writers from the start.
    """
    url = nbgrader_course.private_url(course, make=write)
    with nbgrader_course.transaction(url, write) as connection, Session(connection, autoflush=False) as session:
        yield session
        session.flush()


def _read_timestamp(course: Course, verdict: Verdict) -> tuple[str, datetime | None, list[str]]:
    """Read the submission's `timestamp.txt`.

    Returns its text, that moment, and a note if it cannot be read; without a file "", None and no
    note.
    """
    path = course.submitted(verdict.student, verdict.assignment) / TIMESTAMP
    with suppress(OSError, UnreadableSubmission, ValueError, OverflowError):
        if not os.path.lexists(path):
            return "", None, []
        stamp = read_file(path, 200).decode("utf-8").strip()
        if stamp:
            return stamp, parse_utc(stamp), []
    example = "a moment such as 2025-01-30 20:30:10 UTC"
    return "", None, [f"timestamp.txt does not hold {example}, so the submission counts as handed in on time"]
