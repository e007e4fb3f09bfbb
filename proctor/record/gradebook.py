"""Write verdicts into nbgrader's gradebook and `autograded/`, and make feedback pages of them."""

from __future__ import annotations

import copy
import html
import logging
import math
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    GradeCell,
    Notebook,
    SourceCell,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.converters import GenerateFeedback
from nbgrader.preprocessors import AssignLatePenalties
from nbgrader.utils import compute_checksum, determine_grade, is_grade, is_locked, is_solution, is_task, parse_utc
from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from proctor.course.cells import NOTES_ID, grade_id, points
from proctor.course.course import Course
from proctor.course.private import make_private_folder, tighten_all, write_private
from proctor.errors import CourseError, NotGraded, ProctorError, UnreadableSubmission
from proctor.feedback import table
from proctor.intake.submission import read_file
from proctor.nbgrader_settings import show_inertly
from proctor.record import nbgrader_course
from proctor.text import one_line
from proctor.verdict import CriterionResult, Verdict


def record(course: Course, verdict: Verdict, notebooks: dict[str, NotebookNode]) -> dict[str, NotebookNode] | None:
    """Write a verdict into the gradebook, and its notebooks with check tables into `autograded/`.

    Comments, manual scores and extra credit stay. Recording a verdict again changes nothing. All
    marks are written in one transaction. Of a verdict that is not graded, nothing is written.

    Args:
        course: whose gradebook.
        verdict: of one submission.
        notebooks: the submission's, by name without ".ipynb", rebuilt and as they ran.

    Returns the notebooks as they were written, None if nothing was. Raises CourseError if the check
    cells are not those of the verdict or of the gradebook, NotGraded if a mark is not a finite
    number, ProctorError if the gradebook cannot be written or stays locked.
    """
    if not verdict.graded:
        return None
    stamp, handed_in, notes = _read_timestamp(course, verdict)
    verdict = replace(verdict, notes=[*verdict.notes, *notes])
    parts = {name: verdict.of_notebook(name) for name in notebooks}
    for name, part in parts.items():
        _check_groups(name, part.groups(), notebooks[name])
        _check_finite(part.groups())
    register(course, verdict.assignment, list(notebooks))
    shown = {name: with_tables(notebooks[name], part) for name, part in parts.items()}
    with transaction(course) as session:
        folder = course.autograded(verdict.student, verdict.assignment)
        for name, part in parts.items():
            _save_marks(course, session, part, name, shown[name], handed_in)
            text = (nbformat.writes(shown[name]) + "\n").encode(errors="backslashreplace")
            write_private(course, folder / f"{name}.ipynb", text, synchronized=True)
        if stamp:
            write_private(course, folder / "timestamp.txt", stamp.encode(), synchronized=True)
        make_private_folder(course, course.root / "feedback")  # nbgrader's commands would let all read it
    return shown


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


def with_tables(notebook: NotebookNode, verdict: Verdict) -> NotebookNode:
    """A copy of `notebook` with a table under each check cell and the verdict's notes at the top.

    The examiner has made inert whatever the student's code displayed (`inert.make_inert`).
    """
    shown = copy.deepcopy(notebook)
    shown.cells = [cell for cell in shown.cells if cell.get("id") != NOTES_ID]
    groups = verdict.groups()
    for cell in shown.cells:
        cell.metadata.pop("proctor", None)
        if cell.cell_type == "code" and grade_id(cell) in groups and not is_solution(cell):
            cell.outputs = [output for output in cell.outputs if not output.get("metadata", {}).get("proctor")]
    for cell in shown.cells:
        criteria = groups.get(grade_id(cell))
        if cell.cell_type == "code" and criteria:
            data = {
                "text/html": table.html(grade_id(cell), criteria, points(cell)),
                "text/plain": table.text(grade_id(cell), criteria, points(cell)),
            }
            cell.outputs.append(nbformat.v4.new_output("display_data", data=data, metadata={"proctor": True}))
            cell.metadata["proctor"] = {
                "earned": sum(criterion.earned for criterion in criteria),
                "status": table.status_of(criteria),
                "open": table.title_of_first_open(criteria),
            }
    if verdict.notes:
        notes = "".join(f"<li>{html.escape(one_line(note, 1000))}</li>" for note in verdict.notes)
        cell = nbformat.v4.new_markdown_cell(f"<p><b>Notes on this submission</b></p><ul>{notes}</ul>")
        cell["id"] = NOTES_ID
        shown.cells.insert(0, cell)
    return shown


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


def _check_groups(name: str, groups: dict[str, list[CriterionResult]], notebook: NotebookNode) -> None:
    """Raise CourseError unless criteria and check cells match, in grade ids and in points."""
    graded = {grade_id(cell): cell for cell in notebook.cells if is_grade(cell)}
    unknown = sorted(set(groups) - set(graded))
    if unknown:
        raise CourseError(f"{name!r} has criteria for {', '.join(unknown)}, but its notebook has no such check cell")
    for group, cell in graded.items():
        if cell.cell_type == "code" and not is_solution(cell) and group not in groups:
            raise CourseError(f"{name!r} has a check cell {group!r} that no criterion belongs to")
    for group, criteria in groups.items():
        worth, due = sum(criterion.points for criterion in criteria), points(graded[group])
        if not math.isclose(worth, due):
            raise CourseError(
                f"{name!r}: the criteria of {group!r} are worth {worth:g} points and its check cell {due:g}"
            )


def _check_finite(groups: dict[str, list[CriterionResult]]) -> None:
    for group, criteria in groups.items():
        if not math.isfinite(sum(criterion.earned for criterion in criteria)):
            raise NotGraded(f"what {group!r} earned is not a number")


def _read_timestamp(course: Course, verdict: Verdict) -> tuple[str, datetime | None, list[str]]:
    """Read the submission's `timestamp.txt`.

    Returns its text, that moment, and a note if it cannot be read; without a file "", None and no
    note.
    """
    path = course.submitted(verdict.student, verdict.assignment) / "timestamp.txt"
    with suppress(OSError, UnreadableSubmission, ValueError, OverflowError):
        if not os.path.lexists(path):
            return "", None, []
        stamp = read_file(path, 200).decode("utf-8").strip()
        if stamp:
            return stamp, parse_utc(stamp), []
    example = "a moment such as 2025-01-30 20:30:10 UTC"
    return "", None, [f"timestamp.txt does not hold {example}, so the submission counts as handed in on time"]


def _save_marks(
    course: Course,
    session: Session,
    verdict: Verdict,
    notebook_id: str,
    notebook: NotebookNode,
    handed_in: datetime | None,
) -> None:
    source = _find_source_notebook(session, verdict.assignment, notebook_id)
    if source is None:
        raise CourseError(f"the gradebook has no notebook {notebook_id!r} any more; release it again")
    cells = session.execute(
        select(BaseCell.id, BaseCell.name, BaseCell.type, BaseCell.notebook_id, GradeCell.__table__.c.max_score)
        .outerjoin(GradeCell.__table__, GradeCell.__table__.c.id == BaseCell.id)
        .join(Notebook, Notebook.id == BaseCell.notebook_id)
        .where(Notebook.assignment_id == source.assignment_id)
    ).all()
    ours = [cell for cell in cells if cell.notebook_id == source.id]
    stored = select(SourceCell.name, SourceCell.checksum).where(SourceCell.notebook_id == source.id)
    checksums = {cell.name: cell.checksum for cell in session.execute(stored)}
    _check_same_cells(notebook_id, notebook, ours, checksums)
    for cell in notebook.cells:
        if is_grade(cell) or is_solution(cell) or is_locked(cell):
            cell.metadata.nbgrader["checksum"] = checksums[grade_id(cell)]

    submission = _find_or_add_submission(session, source.assignment_id, verdict.student)
    if handed_in:
        submission.timestamp = handed_in
    notebooks = _find_or_add_notebooks(session, submission, {cell.notebook_id for cell in cells} | {source.id})
    grades = _find_or_add_rows(session, Grade, notebooks, [cell for cell in cells if cell.type != "SolutionCell"])
    comments = _find_or_add_rows(session, Comment, notebooks, [cell for cell in cells if cell.type != "GradeCell"])
    _set_scores(
        verdict,
        notebook,
        {cell.name: (grades[cell.id], float(cell.max_score)) for cell in ours if cell.type == "GradeCell"},
        {cell.name: comments[cell.id] for cell in ours if cell.type != "GradeCell"},
    )
    session.flush()
    late = AssignLatePenalties(config=course.settings())
    set_late_penalty(late, submission, notebooks[source.id])


def _find_source_notebook(session: Session, assignment: str, notebook: str) -> Any:
    """The row (id, assignment_id) of an assignment's notebook; None if it has none."""
    return session.execute(
        select(Notebook.id, Notebook.assignment_id)
        .join(Assignment, Assignment.id == Notebook.assignment_id)
        .where(Assignment.name == assignment, Notebook.name == notebook)
    ).one_or_none()


def _check_same_cells(name: str, notebook: NotebookNode, known: Sequence[Any], sources: dict[str, str]) -> None:
    """Raise CourseError unless the notebook has the cells that the gradebook has.

    Args:
        name: the notebook's.
        notebook: as it was rebuilt from its source.
        known: the gradebook's cells (name, type).
        sources: grade id → checksum of the gradebook's source cells.
    """
    graded = {grade_id(cell) for cell in notebook.cells if is_grade(cell)}
    written = {grade_id(cell) for cell in notebook.cells if is_solution(cell) or is_task(cell)}
    locked = {grade_id(cell) for cell in notebook.cells if is_locked(cell)}
    strange = graded ^ {cell.name for cell in known if cell.type == "GradeCell"}
    strange |= written - {cell.name for cell in known if cell.type != "GradeCell"}
    strange |= (graded | written | locked) - sources.keys()
    if strange:
        raise CourseError(
            f"the gradebook has other cells of {name!r} than its source ({', '.join(sorted(strange))}); "
            "release it again"
        )


# The gradebook has a row for each submission, for each of its notebooks and for each of their
# cells. Missing rows are added, as by nbgrader's `Gradebook.update_or_create_submission`, but with
# a number of queries that does not grow with the number of cells.


def _find_or_add_submission(session: Session, assignment: str, student: str) -> Any:
    submission = session.scalars(
        select(SubmittedAssignment)
        .options(defer(SubmittedAssignment.max_task_score))  # adds up the tasks of all assignments
        .where(SubmittedAssignment.assignment_id == assignment, SubmittedAssignment.student_id == student)
    ).one_or_none()
    if submission is None:
        if session.get(Student, student) is None:
            session.add(Student(id=student))
        submission = SubmittedAssignment(assignment_id=assignment, student_id=student)
        session.add(submission)
        session.flush()
    return submission


def _find_or_add_notebooks(session: Session, submission: Any, sources: set[str]) -> dict[str, Any]:
    """Id of the source notebook → the submission's notebook; missing ones are added."""
    found = select(SubmittedNotebook).where(SubmittedNotebook.assignment_id == submission.id)
    notebooks = {notebook.notebook_id: notebook for notebook in session.scalars(found)}
    for source in sorted(sources - notebooks.keys()):
        notebooks[source] = SubmittedNotebook(notebook_id=source, assignment_id=submission.id)
        session.add(notebooks[source])
    session.flush()
    return notebooks


def _find_or_add_rows(session: Session, kind: Any, notebooks: dict[str, Any], cells: Sequence[Any]) -> dict[str, Any]:
    """Id of the source cell → the submission's row of it; missing ones are added.

    Args:
        session: the gradebook.
        kind: nbgrader's class of the rows, Grade or Comment.
        notebooks: id of the source notebook → the submission's notebook.
        cells: the source cells (id, notebook_id) that have such a row.
    """
    found = select(kind).where(kind.notebook_id.in_([notebook.id for notebook in notebooks.values()]))
    rows = {row.cell_id: row for row in session.scalars(found.with_for_update(of=kind))}
    for cell in cells:
        if cell.id not in rows:
            rows[cell.id] = kind(cell_id=cell.id, notebook_id=notebooks[cell.notebook_id].id)
            session.add(rows[cell.id])
    return rows


def _set_scores(
    verdict: Verdict, notebook: NotebookNode, grades: dict[str, tuple[Any, float]], comments: dict[str, Any]
) -> None:
    """Set automatic scores and comments, as nbgrader's `SaveAutoGrades`, but by the verdict.

    Args:
        verdict: what the check cells earned.
        notebook: as it ran.
        grades: grade id → nbgrader's grade and the cell's points.
        comments: grade id → nbgrader's comment.
    """
    groups, log = verdict.groups(), logging.getLogger(__name__)
    for cell in notebook.cells:
        name = grade_id(cell)
        if is_grade(cell):
            grade, most = grades[name]
            if name in groups:
                grade.auto_score = min(max(0.0, sum(criterion.earned for criterion in groups[name])), most)
            else:  # a written answer: nbgrader gives None until a person has graded it
                grade.auto_score, _ = determine_grade(cell, log)
            grade.needs_manual_grade = grade.auto_score is None or grade.manual_score is not None
        if is_solution(cell) or is_task(cell):
            untouched = cell.metadata.nbgrader.get("checksum") == compute_checksum(cell) and not is_task(cell)
            comments[name].auto_comment = "No response." if untouched else None


def set_late_penalty(late: AssignLatePenalties, submission: Any, notebook: Any) -> None:
    """Set the late penalty as nbgrader's `AssignLatePenalties.preprocess`, in our transaction."""
    late.init_plugin()
    notebook.late_submission_penalty = None
    seconds = submission.total_seconds_late
    if seconds > 0:
        penalty = late.plugin_inst.late_submission_penalty(submission.student_id, notebook.score, seconds)
        if penalty is not None:
            notebook.late_submission_penalty = late._check_late_penalty(notebook, penalty)  # noqa: SLF001
