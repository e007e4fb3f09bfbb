"""What `nbgrader_config.py` puts into nbgrader, so that its own commands and the formgrader go through Proctor."""

from __future__ import annotations

import atexit
import shutil
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbformat.v4 import new_notebook
from nbgrader.preprocessors import NbGraderPreprocessor

from proctor.course.course import Course
from proctor.errors import NotGraded, ReleaseError


class Unread(NotebookExporter):
    """In `nbgrader autograde`: reads no notebook, since what a student handed in is for Proctor's intake to read."""

    def from_filename(self, filename: str, resources: Any = None, **settings: Any) -> tuple[Any, Any]:
        """Convert an empty notebook in the place of `filename`."""
        return self.from_notebook_node(new_notebook(), resources=resources, **settings)


class GradeInJail(NbGraderPreprocessor):
    """In the place of nbgrader's executor: the submission is graded in the jail.

    A submission that cannot be graded raises NotGraded: nbgrader takes back its `autograded/` folder, writes no
    mark and goes on with the next student.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """The submission as it was run; its verdict is in the resources."""
        from proctor.jail.course_jail import Jails
        from proctor.run.task import Task, grade_task

        course, name, student = _submission(self, resources)
        _drop_links(course, name, student)
        result = grade_task(Task(course, course.assignment(name), student, Jails(_fork_server(course))))
        if result is None:
            raise NotGraded("the fork server ended; run this again")
        if not result.verdict.graded:
            raise NotGraded(result.verdict.reason)
        resources["proctor"] = result.verdict
        return result.notebooks[name], resources


class RecordVerdict(NbGraderPreprocessor):
    """In the place of nbgrader's scorer: the marks are the verdict's."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """The notebook with its check tables, its marks in the gradebook."""
        from proctor.record import gradebook

        course, name, _ = _submission(self, resources)
        shown = gradebook.record(course, resources["proctor"], {name: nb}) or {name: nb}
        return shown[name], resources


@cache
def _fork_server(course: Course) -> str:
    """The address of one fork server for all submissions that nbgrader grades in this process."""
    from proctor.jail.course_jail import fork_server

    running = ExitStack()
    atexit.register(running.close)
    return running.enter_context(fork_server(course))


def complete_release(assignment: str, student: str, notebooks: list[str]) -> None:
    """After `nbgrader generate_assignment`: put the public criteria beside the notebook.

    nbgrader logs what a hook raises and goes on, so a release that leaks is removed first.
    """
    from proctor.author import leaks
    from proctor.author.release import put_public

    course = Course(Path.cwd())  # where nbgrader is while it converts
    if assignment not in course.names():
        return
    put_public(course, assignment, course.release(assignment))
    found = leaks.leaks(course, assignment)
    if found:
        shutil.rmtree(course.release(assignment))
        raise ReleaseError(f"{assignment!r} is not released, it would tell:\n" + "\n".join(found))


def _submission(hook: NbGraderPreprocessor, resources: Any) -> tuple[Course, str, str]:
    root = hook.parent.parent.coursedir.root  # the exporter's converter knows
    return Course(Path(root)), resources["nbgrader"]["assignment"], resources["nbgrader"]["student"]


def _drop_links(course: Course, name: str, student: str) -> None:
    """Take back the files that nbgrader copied through a student's links: feedback would hand them out."""
    for path in course.submitted(student, name).rglob("*"):
        if path.is_symlink():
            copied = course.autograded(student, name) / path.relative_to(course.submitted(student, name))
            copied.unlink(missing_ok=True)
