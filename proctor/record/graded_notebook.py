"""A notebook as it goes into `autograded/`: with check tables, notes and nbgrader's checksums."""

from __future__ import annotations

import html
import json
import math

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell
from nbgrader.utils import is_grade, is_solution

from proctor.course.cells import NOTES_ID, grade_id, points
from proctor.errors import CourseError, NotGraded
from proctor.feedback import table
from proctor.text import one_line
from proctor.verdict import CriterionResult, Verdict


def require_agreement(name: str, groups: dict[str, list[CriterionResult]], notebook: NotebookNode) -> None:
    """Require that criteria and check cells match, in grade ids and in points.

    Args:
        name: the notebook's.
        groups: grade id → what came of its criteria.
        notebook: as it ran.

    Raises CourseError if they do not match, NotGraded if what was earned is not a finite number.
    """
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
    for group, criteria in groups.items():
        if not math.isfinite(sum(criterion.earned for criterion in criteria)):
            raise NotGraded(f"what {group!r} earned is not a number")


def with_tables(notebook: NotebookNode, verdict: Verdict) -> NotebookNode:
    """A copy of `notebook` with a table under each check cell and the verdict's notes at the top.

    Its cells' settings and lists of outputs are copies, their outputs are those of `notebook`. The
    examiner has made inert whatever the student's code displayed (`inert.make_inert`).
    """
    shown = NotebookNode(notebook)
    shown.cells = [_copy_cell(cell) for cell in notebook.cells if cell.get("id") != NOTES_ID]
    groups = verdict.groups()
    for cell in shown.cells:
        cell.metadata.pop("proctor", None)
        if cell.cell_type == "code" and grade_id(cell) in groups and not is_solution(cell):
            cell.outputs = [output for output in cell.outputs if not output.get("metadata", {}).get("proctor")]
    for cell in shown.cells:
        criteria = groups.get(grade_id(cell))
        if cell.cell_type == "code" and criteria:
            data = NotebookNode(
                {
                    "text/html": table.html(grade_id(cell), criteria, points(cell)),
                    "text/plain": table.text(grade_id(cell), criteria, points(cell)),
                }
            )
            marked = NotebookNode(proctor=True)
            # nbformat.v4.new_output would validate each by nbformat's schema, which takes longer
            # than to make the table.
            cell.outputs.append(NotebookNode(output_type="display_data", data=data, metadata=marked))
            cell.metadata["proctor"] = {
                "earned": sum(criterion.earned for criterion in criteria),
                "status": table.status_of(criteria),
                "open": table.title_of_first_open(criteria),
            }
    if verdict.notes:
        notes = "".join(f"<li>{html.escape(one_line(note, 1000))}</li>" for note in verdict.notes)
        cell = new_markdown_cell(f"<p><b>Notes on this submission</b></p><ul>{notes}</ul>")
        cell["id"] = NOTES_ID
        shown.cells.insert(0, cell)
    return shown


def _copy_cell(cell: NotebookNode) -> NotebookNode:
    made = NotebookNode(cell)
    made.metadata = NotebookNode(cell.metadata)
    if isinstance(cell.metadata.get("nbgrader"), dict):
        made.metadata["nbgrader"] = NotebookNode(cell.metadata["nbgrader"])
    if cell.cell_type == "code":
        made.outputs = list(cell.outputs)
    return made


def to_bytes(notebook: NotebookNode) -> bytes:
    """The notebook as its file holds it: JSON on one line, which nbformat reads as any other.

    `nbformat.writes` copies and validates the notebook and indents it in plain Python, which takes
    most of the time of recording a submission.
    """
    text = json.dumps(notebook, sort_keys=True, ensure_ascii=False)
    return (text + "\n").encode(errors="backslashreplace")
