"""Rows of nbgrader's gradebook: those of several submissions are written by a few statements.

The gradebook has a row for each submission, for each of its notebooks and for each of their cells.
They come out as by nbgrader's `Gradebook.update_or_create_submission` and `SaveAutoGrades`, but the
number of statements grows neither with the cells nor with the submissions.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nbformat import NotebookNode
from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    GradeCell,
    Notebook,
    SourceCell,
    SubmittedAssignment,
    SubmittedNotebook,
    new_uuid,
)
from nbgrader.preprocessors import AssignLatePenalties
from nbgrader.utils import compute_checksum, determine_grade, is_grade, is_locked, is_solution, is_task
from sqlalchemy import ColumnElement, Table, bindparam, or_, select
from sqlalchemy.orm import Session, defer

from proctor.course.cells import grade_id
from proctor.course.course import Course
from proctor.errors import CourseError
from proctor.record.nameless import STUDENTS, names_to_write
from proctor.verdict import CriterionResult, Verdict

SUBMISSIONS: Table = SubmittedAssignment.__table__
NOTEBOOKS: Table = SubmittedNotebook.__table__
GRADES: Table = Grade.__table__
COMMENTS: Table = Comment.__table__


Place = tuple[str, str]
"""Where a grade or comment belongs: the id of the student's notebook, the id of the source cell."""


@dataclass(frozen=True)
class Entry:
    """What is written of a submission.

    Args:
        verdict: of it.
        stamp: the text of its `timestamp.txt`, "" if there is none that can be read.
        handed_in: the moment in it, if there is one.
        notebooks: by name, as they go into `autograded/`.
        groups: name of a notebook → grade id → what came of its criteria.
    """

    verdict: Verdict
    stamp: str
    handed_in: datetime | None
    notebooks: dict[str, NotebookNode]
    groups: dict[str, dict[str, list[CriterionResult]]]


@dataclass(frozen=True)
class _Source:
    """What the gradebook knows of an assignment.

    Args:
        assignment: its id.
        notebooks: name → id.
        cells: id of a notebook → rows of (id, name, type, max_score).
        checksums: id of a notebook → grade id → checksum of the released cell.
    """

    assignment: str
    notebooks: dict[str, str]
    cells: dict[str, list[Any]]
    checksums: dict[str, dict[str, str]]


def save_marks(course: Course, session: Session, name: str, entries: Sequence[Entry]) -> None:
    """Write the marks of several submissions of an assignment.

    Their notebooks get the checksums of the released cells, as from nbgrader.

    Args:
        course: whose gradebook.
        session: on the gradebook.
        name: the assignment's.
        entries: the submissions.

    Raises CourseError if the gradebook has other cells than one of the notebooks.
    """
    source = _read_source(session, name)
    for entry in entries:
        for notebook_name, notebook in entry.notebooks.items():
            _take_checksums(source, notebook_name, notebook)
    submissions = _find_or_add_submissions(session, source.assignment, entries)
    recorded = {source.notebooks[each] for entry in entries for each in entry.notebooks}
    notebooks = _find_or_add_notebooks(session, submissions, recorded | source.cells.keys())
    scores: dict[Place, float | None] = {}
    comments: dict[Place, str | None] = {}
    for (_, notebook_id), row in notebooks.items():
        for cell in source.cells.get(notebook_id, []):
            if cell.type != "SolutionCell":
                scores[row, cell.id] = None
            if cell.type != "GradeCell":
                comments[row, cell.id] = None
    given: set[Place] = set()
    late = []
    for entry in entries:
        for notebook_name, notebook in entry.notebooks.items():
            row = notebooks[submissions[entry.verdict.student], source.notebooks[notebook_name]]
            cells = source.cells.get(source.notebooks[notebook_name], [])
            groups = entry.groups[notebook_name]
            found = {(row, cell): score for cell, score in _score_cells(groups, notebook, cells)}
            said = {(row, cell): comment for cell, comment in _comment_cells(notebook, cells)}
            scores |= found
            comments |= said
            given |= found.keys() | said.keys()
            late.append(row)
    _save_scores(session, scores, given)
    _save_comments(session, comments, given)
    update_late_penalties(course, session, SubmittedNotebook.id.in_(late))


def _read_source(session: Session, assignment: str) -> _Source:
    notebooks = session.execute(
        select(Notebook.id, Notebook.name, Notebook.assignment_id)
        .join(Assignment, Assignment.id == Notebook.assignment_id)
        .where(Assignment.name == assignment)
    ).all()
    ids = [notebook.id for notebook in notebooks]
    cells: dict[str, list[Any]] = {}
    for cell in session.execute(
        select(BaseCell.id, BaseCell.name, BaseCell.type, BaseCell.notebook_id, GradeCell.__table__.c.max_score)
        .outerjoin(GradeCell.__table__, GradeCell.__table__.c.id == BaseCell.id)
        .where(BaseCell.notebook_id.in_(ids))
    ):
        cells.setdefault(cell.notebook_id, []).append(cell)
    checksums: dict[str, dict[str, str]] = {each: {} for each in ids}
    stored = select(SourceCell.notebook_id, SourceCell.name, SourceCell.checksum)
    for cell in session.execute(stored.where(SourceCell.notebook_id.in_(ids))):
        checksums[cell.notebook_id][cell.name] = cell.checksum
    names = {notebook.name: notebook.id for notebook in notebooks}
    return _Source(notebooks[0].assignment_id if notebooks else "", names, cells, checksums)


def _take_checksums(source: _Source, name: str, notebook: NotebookNode) -> None:
    """Give a notebook the checksums that the gradebook has of its cells.

    Args:
        source: what the gradebook knows of the assignment.
        name: the notebook's.
        notebook: as it was rebuilt from its source; it is changed.

    Raises CourseError unless both have the same cells.
    """
    if name not in source.notebooks:
        raise CourseError(f"the gradebook has no notebook {name!r} any more; release it again")
    known, checksums = source.cells.get(source.notebooks[name], []), source.checksums[source.notebooks[name]]
    graded = {grade_id(cell) for cell in notebook.cells if is_grade(cell)}
    written = {grade_id(cell) for cell in notebook.cells if is_solution(cell) or is_task(cell)}
    locked = {grade_id(cell) for cell in notebook.cells if is_locked(cell)}
    strange = graded ^ {cell.name for cell in known if cell.type == "GradeCell"}
    strange |= written - {cell.name for cell in known if cell.type != "GradeCell"}
    strange |= (graded | written | locked) - checksums.keys()
    if strange:
        raise CourseError(
            f"the gradebook has other cells of {name!r} than its source ({', '.join(sorted(strange))}); "
            "release it again"
        )
    for cell in notebook.cells:
        if is_grade(cell) or is_solution(cell) or is_locked(cell):
            cell.metadata.nbgrader["checksum"] = checksums[grade_id(cell)]


def _find_or_add_submissions(session: Session, assignment: str, entries: Sequence[Entry]) -> dict[str, str]:
    """Student → id of the submission, with the moment of handing in; missing rows are added."""
    moments = {entry.verdict.student: entry.handed_in for entry in entries}
    found = session.execute(
        select(SUBMISSIONS.c.id, SUBMISSIONS.c.student_id, SUBMISSIONS.c.timestamp).where(
            SUBMISSIONS.c.assignment_id == assignment, SUBMISSIONS.c.student_id.in_(list(moments))
        )
    ).all()
    ids = {row.student_id: row.id for row in found}
    _update(
        session,
        SUBMISSIONS,
        [
            {"key": row.id, "timestamp": moments[row.student_id]}
            for row in found
            if moments[row.student_id] not in (None, row.timestamp)
        ],
    )
    new = [student for student in moments if student not in ids]
    if new:
        known = set(session.scalars(select(STUDENTS.c.id).where(STUDENTS.c.id.in_(new))))
        added = [{"id": student, **names_to_write(student)} for student in new if student not in known]
        _insert(session, STUDENTS, added)
    ids |= {student: new_uuid() for student in new}
    rows = [
        {"id": ids[student], "assignment_id": assignment, "student_id": student, "timestamp": moments[student]}
        for student in new
    ]
    _insert(session, SUBMISSIONS, rows)
    return ids


def _find_or_add_notebooks(
    session: Session, submissions: dict[str, str], sources: set[str]
) -> dict[tuple[str, str], str]:
    """(submission's id, source notebook's id) → id of the student's; missing ones are added."""
    found = session.execute(
        select(NOTEBOOKS.c.id, NOTEBOOKS.c.assignment_id, NOTEBOOKS.c.notebook_id).where(
            NOTEBOOKS.c.assignment_id.in_(list(submissions.values()))
        )
    )
    ids = {(row.assignment_id, row.notebook_id): row.id for row in found}
    wanted = [(submission, source) for submission in submissions.values() for source in sorted(sources)]
    new = {each: new_uuid() for each in wanted if each not in ids}
    rows = [
        {"id": row, "assignment_id": submission, "notebook_id": source} for (submission, source), row in new.items()
    ]
    _insert(session, NOTEBOOKS, rows)
    return ids | new


def _score_cells(
    groups: dict[str, list[CriterionResult]], notebook: NotebookNode, cells: list[Any]
) -> Iterator[tuple[str, float | None]]:
    """The automatic scores of a notebook's cells, by its criteria; None for a person to give."""
    log = logging.getLogger(__name__)
    known = {cell.name: cell for cell in cells if cell.type == "GradeCell"}
    for cell in notebook.cells:
        if is_grade(cell):
            source, criteria = known[grade_id(cell)], groups.get(grade_id(cell))
            if criteria is None:  # a written answer: nbgrader gives None until a person has graded it
                yield source.id, determine_grade(cell, log)[0]
            else:
                earned = sum(criterion.earned for criterion in criteria)
                yield source.id, min(max(0.0, earned), float(source.max_score))


def _comment_cells(notebook: NotebookNode, cells: list[Any]) -> Iterator[tuple[str, str | None]]:
    """The automatic comments on a notebook's cells."""
    known = {cell.name: cell for cell in cells if cell.type != "GradeCell"}
    for cell in notebook.cells:
        if is_solution(cell) or is_task(cell):
            untouched = cell.metadata.nbgrader.get("checksum") == compute_checksum(cell) and not is_task(cell)
            yield known[grade_id(cell)].id, "No response." if untouched else None


def _save_scores(session: Session, scores: dict[Place, float | None], given: set[Place]) -> None:
    """Set automatic scores; a cell that a person has graded is marked for another look.

    Args:
        session: the gradebook.
        scores: those of rows that are added.
        given: the places whose score is also set in a row that is there already.
    """
    found = session.execute(
        select(
            GRADES.c.id,
            GRADES.c.notebook_id,
            GRADES.c.cell_id,
            GRADES.c.auto_score,
            GRADES.c.manual_score,
            GRADES.c.needs_manual_grade,
        )
        .where(GRADES.c.notebook_id.in_(list({notebook for notebook, _ in scores})))
        .with_for_update()
    ).all()
    changed = []
    for row in found:
        place = (row.notebook_id, row.cell_id)
        if place in given:
            now = (scores[place], scores[place] is None or row.manual_score is not None)
            if now != (row.auto_score, row.needs_manual_grade):
                changed.append({"key": row.id, "auto_score": now[0], "needs_manual_grade": now[1]})
    _update(session, GRADES, changed)
    there = {(row.notebook_id, row.cell_id) for row in found}
    rows = [
        {
            "id": new_uuid(),
            "notebook_id": row,
            "cell_id": cell,
            "auto_score": score,
            "needs_manual_grade": score is None,
        }
        for (row, cell), score in scores.items()
        if (row, cell) not in there
    ]
    _insert(session, GRADES, rows)


def _save_comments(session: Session, comments: dict[Place, str | None], given: set[Place]) -> None:
    """Set automatic comments; arguments as of `_save_scores`."""
    found = session.execute(
        select(COMMENTS.c.id, COMMENTS.c.notebook_id, COMMENTS.c.cell_id, COMMENTS.c.auto_comment)
        .where(COMMENTS.c.notebook_id.in_(list({notebook for notebook, _ in comments})))
        .with_for_update()
    ).all()
    there = {(row.notebook_id, row.cell_id): row for row in found}
    changed = [
        {"key": row.id, "auto_comment": comments[place]}
        for place, row in there.items()
        if place in given and row.auto_comment != comments[place]
    ]
    _update(session, COMMENTS, changed)
    rows = [
        {"id": new_uuid(), "notebook_id": row, "cell_id": cell, "auto_comment": comment}
        for (row, cell), comment in comments.items()
        if (row, cell) not in there
    ]
    _insert(session, COMMENTS, rows)


def _insert(session: Session, table: Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        session.execute(table.insert(), rows)


def _update(session: Session, table: Table, rows: list[dict[str, Any]]) -> None:
    """Update rows by their id, which is called `key` here."""
    if rows:
        session.execute(table.update().where(table.c.id == bindparam("key")), rows)


def update_late_penalties(
    course: Course, session: Session, which: ColumnElement[bool] | None = None
) -> list[tuple[str, str]]:
    """Set late penalties anew, as nbgrader's `AssignLatePenalties.preprocess`.

    Args:
        course: whose rule and gradebook.
        session: on the gradebook.
        which: a condition on nbgrader's SubmittedNotebook; by default all are meant.

    Returns the (assignment, student) of each submission whose penalty changed.
    """
    may_be_late = (
        select(SubmittedNotebook, SubmittedAssignment, Assignment.name)
        .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .options(defer(SubmittedAssignment.max_task_score))  # adds up the tasks of all assignments
        .where(
            or_(
                SubmittedNotebook.late_submission_penalty.is_not(None),
                SubmittedAssignment.timestamp > Assignment.duedate,
                SubmittedAssignment.extension.is_not(None),  # it may be negative
            )
        )
        .order_by(Assignment.name, SubmittedAssignment.student_id)
    )
    found = session.execute(may_be_late if which is None else may_be_late.where(which)).all()
    late = AssignLatePenalties(config=course.settings()) if found else None
    changed = []
    for notebook, submission, name in found:
        before = notebook.late_submission_penalty
        _set_late_penalty(late, submission, notebook)
        if (notebook.late_submission_penalty or 0.0) != (before or 0.0):
            changed.append((name, submission.student_id))
    return list(dict.fromkeys(changed))


def _set_late_penalty(late: AssignLatePenalties, submission: Any, notebook: Any) -> None:
    late.init_plugin()
    notebook.late_submission_penalty = None
    seconds = submission.total_seconds_late
    if seconds > 0:
        penalty = late.plugin_inst.late_submission_penalty(submission.student_id, notebook.score, seconds)
        if penalty is not None:
            notebook.late_submission_penalty = late._check_late_penalty(notebook, penalty)  # noqa: SLF001


def compute_late_penalty(course: Course, student: str, given: float, seconds: float) -> float:
    """The late penalty, by the course's rule, on work of so many points, so many seconds late."""
    late = AssignLatePenalties(config=course.settings())
    late.init_plugin()
    penalty = late.plugin_inst.late_submission_penalty(student, given, seconds) if seconds > 0 else None
    return min(max(penalty or 0.0, 0.0), given)
