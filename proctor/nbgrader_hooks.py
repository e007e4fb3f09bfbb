"""Hooks into nbgrader, so that its own commands and the formgrader grade and release by Proctor.

`nbgrader_settings.configure` puts them into a course's settings.
"""

from __future__ import annotations

import atexit
import logging
import shutil
import sys
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbformat.v4 import new_notebook
from nbgrader.exchange.default import ExchangeCollect, ExchangeList
from nbgrader.preprocessors import NbGraderPreprocessor

from proctor.course.course import Course
from proctor.errors import NotGraded, ReleaseError
from proctor.intake.submission import is_zipped


class Unread(NotebookExporter):
    """The exporter of `nbgrader autograde`: gives nbgrader an empty notebook.

    nbconvert would read the student's file without bounds; only `proctor.intake` reads it.
    nbgrader itself passes by hand-ins without a loose notebook: a warning names the zipped ones.
    """

    def __init__(self, *arguments: Any, **settings: Any):
        super().__init__(*arguments, **settings)
        converter = settings.get("parent")
        if converter is None:
            return
        converter.log.addFilter(_say_why_not_graded)
        if zipped := _find_zipped(converter.coursedir):
            name = converter.coursedir.assignment_id
            self.log.warning(
                "nbgrader autograde does not open zip files, so that %s is not graded here; run: proctor grade %s",
                ", ".join(zipped),
                name,
            )

    def from_filename(self, filename: str, resources: Any = None, **settings: Any) -> tuple[Any, Any]:  # noqa: ARG002
        """Convert an empty notebook instead of the file."""
        return self.from_notebook_node(new_notebook(), resources=resources, **settings)


class GradeInJail(NbGraderPreprocessor):
    """Replaces nbgrader's executor: grades the submission in a jail.

    Raises NotGraded for a submission that cannot be graded: nbgrader then removes its
    `autograded/` folder, writes no mark and goes on with the next student.
    """

    def preprocess(self, _nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """The notebook as it ran; its verdict is put into the resources."""
        from proctor.jail.course_jail import Jails
        from proctor.record import gradebook
        from proctor.record.nameless import show_by_id
        from proctor.run.task import Task, grade_task

        course, name, student = _find_submission(self, resources)
        with gradebook.transaction(course) as session:  # nbgrader has just added the student, without a name
            show_by_id(session, student)
        _drop_links(course, name, student)
        result = grade_task(Task(course, course.assignment(name), student, Jails(_fork_server(course))))
        if result is None:
            raise NotGraded("the fork server ended; run this again")
        if not result.verdict.graded:
            raise NotGraded(result.verdict.reason)
        resources["proctor"] = result.verdict
        return result.notebooks[name], resources


class RecordVerdict(NbGraderPreprocessor):
    """Replaces nbgrader's scorer: writes the verdict's marks."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Write the marks into the gradebook; returns the notebook with its check tables."""
        from proctor.record import gradebook

        course, name, _ = _find_submission(self, resources)
        shown = gradebook.record(course, resources["proctor"], {name: nb}) or {name: nb}
        return shown[name], resources


@cache
def _fork_server(course: Course) -> str:
    """Start a fork server for all submissions that nbgrader grades in this process; its address."""
    from proctor.jail.course_jail import fork_server

    running = ExitStack()
    atexit.register(running.close)
    return running.enter_context(fork_server(course))


def complete_release(assignment: str, **ignored: Any) -> None:
    """Do what `proctor release` does after nbgrader's part, for `nbgrader generate_assignment`.

    A release that shows parts of the solution is removed, since nbgrader only logs what a hook
    raises. Raises ReleaseError then.
    """
    from proctor.author import leaks
    from proctor.author.release import publish, put_public

    course = Course(Path.cwd())  # nbgrader's working directory while it converts
    if assignment not in course.names():
        return
    put_public(course, assignment, course.release(assignment))
    found = leaks.leaks(course, assignment)
    if found:
        shutil.rmtree(course.release(assignment))
        raise ReleaseError(f"{assignment!r} is not released, it would tell:\n" + "\n".join(found))
    publish(course)


class ListReleased(ExchangeList):
    """Replaces nbgrader's list of its exchange, in a course that has none: `release/` is listed.

    So the formgrader shows as released what students get, and removes it from there on *Unrelease*.
    """

    def ensure_root(self) -> None:
        """Require the exchange, unless `release/` is listed instead of it."""
        if not self._is_about_release:
            super().ensure_root()

    def init_dest(self) -> None:
        """Find the folders to list."""
        super().init_dest()
        if self._is_about_release:
            name = self.coursedir.assignment_id
            folders = {notebook.parent for notebook in (Path(self.coursedir.root) / "release").glob("*/*.ipynb")}
            self.assignments = sorted(str(folder) for folder in folders if name in ("", "*", folder.name))

    def parse_assignment(self, assignment: str) -> dict[str, str]:
        """Which course and assignment a folder belongs to."""
        if self._is_about_release:
            return {"course_id": self.coursedir.course_id, "assignment_id": Path(assignment).name}
        return super().parse_assignment(assignment)

    def remove_files(self) -> Any:
        """Remove the folders; returns what was removed."""
        removed = super().remove_files()
        course = Course(Path(self.coursedir.root))
        if self._is_about_release and course.names():
            from proctor.author.release import publish

            publish(course)
        return removed

    @property
    def _is_about_release(self) -> bool:
        return not (self.inbound or self.cached or Path(self.root).is_dir())


class CollectFromExchange(ExchangeCollect):
    """Replaces nbgrader's `collect`: says what to do instead in a course without an exchange."""

    def ensure_root(self) -> None:
        """Require the exchange."""
        if not Path(self.root).is_dir():
            self.fail(f"there is no exchange {self.root}; proctor collect SOURCE puts hand-ins into submitted/")
        super().ensure_root()


def _say_why_not_graded(record: logging.LogRecord) -> bool:
    """Let nbgrader log the reason for which a submission is not graded, in place of a traceback."""
    reason = sys.exception()
    if isinstance(reason, NotGraded) and record.getMessage().startswith("Traceback"):
        record.msg, record.args = f"It is not graded: {reason}", ()
    return True


def _find_zipped(directory: Any) -> list[str]:
    """The students who handed in a zip file of the assignment, and no loose notebook.

    Args:
        directory: nbgrader's CourseDirectory, with the names of the assignment and of the students.
    """
    course, name = Course(Path(directory.root)), directory.assignment_id
    if name not in course.names():
        return []
    students = [who for who in course.students(name) if directory.student_id in ("*", who)]
    return [who for who in students if is_zipped(course.submitted(who, name))]


def _find_submission(hook: NbGraderPreprocessor, resources: Any) -> tuple[Course, str, str]:
    """The course, assignment and student that nbgrader is about to convert."""
    exporter = hook.parent
    root = exporter.parent.coursedir.root  # the exporter's parent is nbgrader's converter
    return Course(Path(root)), resources["nbgrader"]["assignment"], resources["nbgrader"]["student"]


def _drop_links(course: Course, name: str, student: str) -> None:
    """Delete copies that nbgrader made by following a student's symbolic links.

    nbgrader would hand them out with the feedback.
    """
    for path in course.submitted(student, name).rglob("*"):
        if path.is_symlink():
            copied = course.autograded(student, name) / path.relative_to(course.submitted(student, name))
            copied.unlink(missing_ok=True)
