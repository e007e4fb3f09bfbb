"""Make the feedback pages of a class side by side; one that cannot be made stops no other."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from proctor.course.course import Course
from proctor.errors import ProctorError
from proctor.run.pool import default_jobs, each, examiners
from proctor.text import one_line

SECONDS = 300.0
"""How long the pages of one submission may take; those of the longest that is shown take 15."""


@dataclass(frozen=True)
class Page:
    """The feedback on one submission.

    Args:
        course: where it lies.
        name: the assignment's.
        student: whose it is.
        fault: why there are no pages, or "".
    """

    course: Course
    name: str
    student: str
    fault: str = ""


def make_pages(course: Course, pairs: list[tuple[str, str]], jobs: int = 0) -> Iterator[Page]:
    """Make the feedback pages of graded submissions, and yield each as it is made.

    Args:
        course: the course.
        pairs: (assignment, student) of each submission.
        jobs: how many are made at once; 0 for one on each processor.
    """
    tasks = [Page(course, name, student) for name, student in pairs]
    workers = examiners(min(jobs or default_jobs(), len(tasks)), lambda _: SECONDS)
    for page, fault in each(_make_page, tasks, workers, _give_up):
        yield Page(course, page.name, page.student, fault)


def is_page_old(course: Course, name: str, student: str) -> bool:
    """Whether a notebook of a submission has been graded since its feedback page was made."""
    pages = course.feedback(student, name)
    graded = list(course.autograded(student, name).glob("*.ipynb"))
    return any(_changed(pages / f"{path.stem}.html") <= _changed(path) for path in graded)


def _changed(path: Path) -> int:
    """When a file was changed last; 0 if it is not there."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _make_page(page: Page) -> str:
    """Make the pages of one submission; returns why they cannot be made, or ""."""
    from proctor.record.gradebook import feedback

    try:
        feedback(page.course, page.name, page.student)
    except ProctorError as error:
        return str(error)
    except Exception as error:  # must not keep other students' pages back  # noqa: BLE001
        return _describe(page, f"a fault of Proctor's: {type(error).__name__}: {error}")
    return ""


def _give_up(page: Page, reason: str) -> str:
    # nbgrader fills the folder page by page: half of them would look like all.
    shutil.rmtree(page.course.feedback(page.student, page.name), ignore_errors=True)
    return _describe(page, reason)


def _describe(page: Page, reason: str) -> str:
    return f"no feedback on {page.name!r} for {one_line(page.student)}: {reason}"
