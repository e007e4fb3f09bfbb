"""Verdicts into nbgrader's gradebook and folders: all that nbgrader shows or exports afterwards comes from here."""

from __future__ import annotations

import copy
import csv
import glob
import html
import math
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import GenerateFeedback
from nbgrader.preprocessors import AssignLatePenalties, SaveAutoGrades
from nbgrader.utils import is_grade, is_locked, is_solution, parse_utc
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from proctor import nbgrader_course
from proctor.course import Course
from proctor.errors import CourseError, NotGraded, ProctorError, UnreadableSubmission
from proctor.feedback import inert, table
from proctor.feedback.plain import one_line
from proctor.intake import read_file
from proctor.notebook import grade_id, points
from proctor.verdict import CriterionResult, Verdict

WAIT_SECONDS = 20.0  # for another program to let go of the gradebook


def record(course: Course, verdict: Verdict, notebook: NotebookNode) -> NotebookNode | None:
    """Write a verdict into the gradebook and the notebook, with its check tables, into `autograded/`.

    Comments, manual scores and extra credit stay. Recording a verdict again changes nothing; whenever the process
    is killed, the gradebook has all of its marks or none. A verdict that is not graded writes nothing.

    Args:
        notebook: the submission as it was run, rebuilt from the source.

    Returns the notebook as it was written, None if it was not. Raises CourseError if the notebook's check cells are
    not those of the verdict or of the gradebook, ProctorError if another program keeps the gradebook locked.
    """
    if not verdict.graded:
        return None
    groups = verdict.groups()
    _check_groups(verdict.assignment, groups, notebook)
    _check_finite(groups)
    register(course, verdict.assignment)
    shown = with_tables(notebook, verdict)
    stamp, handed_in = _handed_in(course, verdict)
    with _transaction(course) as book:
        _save(course, book, verdict, shown, handed_in)
        folder = course.autograded(verdict.student, verdict.assignment)
        _write(folder / f"{verdict.assignment}.ipynb", nbformat.writes(shown) + "\n")
        if stamp:
            _write(folder / "timestamp.txt", stamp)
    return shown


def register(course: Course, name: str) -> None:
    """Put an assignment's cells and points into the gradebook, as `generate_assignment` does, if they are not there."""
    with _transaction(course) as book:
        try:
            book.find_notebook(name, name)
            return
        except MissingEntry:
            pass
    with tempfile.TemporaryDirectory(dir=course.root, prefix=".release-") as folder:
        nbgrader_course.generate(course, name, Path(folder) / "release")


def with_tables(notebook: NotebookNode, verdict: Verdict) -> NotebookNode:
    """A copy of `notebook` that shows the verdict: each check cell's output is its table, notes stand above all.

    What the student's code had displayed is made inert.
    """
    shown = copy.deepcopy(notebook)
    shown.cells = [cell for cell in shown.cells if cell.get("id") != "proctor-notes"]
    groups = verdict.groups()
    for cell in shown.cells:
        if cell.cell_type == "code" and grade_id(cell) in groups and not is_solution(cell):
            cell.outputs = []
    inert.quiet(shown)
    for cell in shown.cells:
        criteria = groups.get(grade_id(cell))
        if cell.cell_type == "code" and criteria:
            data = {
                "text/html": table.html(grade_id(cell), criteria, points(cell)),
                "text/plain": table.text(grade_id(cell), criteria, points(cell)),
            }
            cell.outputs.append(nbformat.v4.new_output("display_data", data=data))
    if verdict.notes:
        notes = "".join(f"<li>{html.escape(one_line(note, 1000))}</li>" for note in verdict.notes)
        cell = nbformat.v4.new_markdown_cell(f"<p><b>Notes on this submission</b></p><ul>{notes}</ul>")
        cell["id"] = "proctor-notes"
        shown.cells.insert(0, cell)
    return shown


def feedback(course: Course, name: str, student: str) -> Path:
    """Make a student's feedback page with nbgrader, every script of the student's made inert; returns its folder.

    Raises ProctorError if the submission is not graded or the page cannot be made.
    """
    folder = nbgrader_course.directory(course, assignment_id=name, student_id=glob.escape(student))
    config = nbgrader_course.settings(course)
    inert.show_inertly(config)
    try:
        nbgrader_course.run(GenerateFeedback, folder, config)
    except ProctorError as error:
        raise ProctorError(f"no feedback on {name!r} for {one_line(student)}: {error}") from error
    return course.feedback(student, name)


@dataclass(frozen=True)
class Mark:
    """One student's score of one assignment.

    Args:
        score: after the late penalty; None if there is no mark yet.
    """

    student: str
    assignment: str
    score: float | None
    max_score: float


def marks(course: Course) -> list[Mark]:
    """Every student's mark of every assignment in the gradebook, its text safe to open in a spreadsheet."""
    found = []
    with _transaction(course) as book:
        for assignment in book.assignments:
            scores = {submission.student.id: _score(submission) for submission in assignment.submissions}
            for student in book.students:
                texts = cell_text(student.id), cell_text(assignment.name)
                found.append(Mark(*texts, scores.get(student.id), float(assignment.max_score)))
    return found


def export(course: Course, file: Path) -> int:
    """Write every mark into the CSV file `file`; returns how many there are. Who has none has an empty score."""
    found = marks(course)
    with file.open("w", encoding="utf-8", newline="") as opened:
        rows = csv.writer(opened)
        rows.writerow([column.name for column in fields(Mark)])
        rows.writerows(astuple(mark) for mark in found)
    return sum(mark.score is not None for mark in found)


_FORMULA = set("=+-@|%＝＋－＠")
# Spreadsheets of some countries part a line at semicolons.
_INNER_FORMULA = re.compile(rf"([;,]\s*)(?=[{re.escape(''.join(sorted(_FORMULA)))}])")


def cell_text(value: str) -> str:
    """`value` so that no spreadsheet takes it for a formula."""
    shown = _INNER_FORMULA.sub(r"\1'", one_line(value))
    return f"'{shown}" if shown[:1] in _FORMULA or value[:1] in set("\t\r\n") else shown


def _score(submission: Any) -> float | None:
    grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
    if all(grade.auto_score is None and grade.manual_score is None for grade in grades):
        return None
    return max(0.0, float(submission.score) - float(submission.late_submission_penalty or 0))


class _OneCommit(Session):
    """A session that nbgrader's many commits leave open, so that what it writes is one transaction."""

    def commit(self) -> None:
        self.flush()
        self.expire_all()

    def really_commit(self) -> None:
        super().commit()


@contextmanager
def _transaction(course: Course) -> Iterator[Gradebook]:
    """The gradebook, locked for us, everything done to it saved at the end or, if anything is raised, not at all."""
    folder = nbgrader_course.directory(course)
    url = make_url(folder.db_url)
    sqlite = url.get_backend_name() == "sqlite"
    if sqlite:
        url = url.update_query_dict({"timeout": str(WAIT_SECONDS)})
    book = None
    try:
        address = url.render_as_string(hide_password=False)
        nbgrader_course.make_gradebook(address)
        book = Gradebook(address, folder.course_id)
        book.db.remove()
        book.db = scoped_session(sessionmaker(class_=_OneCommit, bind=book.engine))
        if sqlite:
            book.db.connection().exec_driver_sql("BEGIN IMMEDIATE")
        yield book
        book.db().really_commit()
    except OperationalError as error:
        if "locked" in str(error):
            raise ProctorError(nbgrader_course.BUSY) from error
        raise
    finally:
        if book is not None:
            book.close()


def _check_groups(name: str, groups: dict[str, list[CriterionResult]], notebook: NotebookNode) -> None:
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


def _handed_in(course: Course, verdict: Verdict) -> tuple[str, datetime | None]:
    """The text of `timestamp.txt` and the moment that it names; "" and None if there is none that can be read."""
    path = course.submitted(verdict.student, verdict.assignment) / "timestamp.txt"
    try:
        stamp = read_file(path, 200).decode("utf-8").strip()
        return stamp, parse_utc(stamp) if stamp else None
    except (OSError, UnreadableSubmission, ValueError, OverflowError):
        return "", None


def _save(
    course: Course, book: Gradebook, verdict: Verdict, notebook: NotebookNode, handed_in: datetime | None
) -> None:
    name, student = verdict.assignment, verdict.student
    known = {cell.name for cell in book.find_notebook(name, name).grade_cells}
    graded = {grade_id(cell) for cell in notebook.cells if is_grade(cell)}
    if known != graded:
        cells = ", ".join(sorted(known ^ graded))
        raise CourseError(
            f"the gradebook has other graded cells of {name!r} than its source ({cells}); release it again"
        )
    for cell in notebook.cells:
        if is_grade(cell) or is_solution(cell) or is_locked(cell):
            cell.metadata.nbgrader["checksum"] = book.find_source_cell(grade_id(cell), name, name).checksum

    book.update_or_create_student(student)
    with book.db.no_autoflush:  # nbgrader builds a submission piece by piece
        book.update_or_create_submission(name, student, **({"timestamp": handed_in} if handed_in else {}))
    config = nbgrader_course.settings(course)
    scores = _Scores(verdict, config=config)
    scores.gradebook, scores.notebook_id, scores.assignment_id, scores.student_id = book, name, name, student
    for index, cell in enumerate(notebook.cells):
        scores.preprocess_cell(cell, {}, index)
    _penalise(book, AssignLatePenalties(config=config), name, student)


class _Scores(SaveAutoGrades):
    """nbgrader's own saving of marks, but the verdict says what a cell earned, not what the cell printed."""

    def __init__(self, verdict: Verdict, **settings: Any) -> None:
        super().__init__(**settings)
        groups = verdict.groups()
        self.earned = {group: sum(criterion.earned for criterion in groups[group]) for group in groups}

    def _add_score(self, cell: NotebookNode, resources: Any) -> None:
        group = grade_id(cell)
        if group not in self.earned:  # an answer that a person grades
            super()._add_score(cell, resources)
            return
        grade = self.gradebook.find_grade(group, self.notebook_id, self.assignment_id, self.student_id)
        grade.auto_score = min(max(0.0, self.earned[group]), float(grade.max_score))
        grade.needs_manual_grade = grade.manual_score is not None
        self.gradebook.db.commit()


def _penalise(book: Gradebook, late: AssignLatePenalties, name: str, student: str) -> None:
    """What `AssignLatePenalties.preprocess` does, within our transaction."""
    late.init_plugin()
    submission = book.find_submission(name, student)
    notebook = book.find_submission_notebook(name, name, student)
    notebook.late_submission_penalty = None
    if submission.total_seconds_late > 0:
        penalty = late.plugin_inst.late_submission_penalty(student, notebook.score, submission.total_seconds_late)
        if penalty is not None:
            notebook.late_submission_penalty = late._check_late_penalty(notebook, penalty)
    book.db.commit()


def _write(path: Path, text: str) -> None:
    """Put `text` into the file `path`, all of it or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}-", delete=False) as file:
        try:
            file.write(text.encode("utf-8", errors="backslashreplace"))
            file.flush()
            os.fsync(file.fileno())
            os.chmod(file.name, 0o644)
            os.replace(file.name, path)
        except BaseException:
            os.unlink(file.name)
            raise
