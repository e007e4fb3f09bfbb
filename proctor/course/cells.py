"""A notebook's cells by role and grade id."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbformat import NotebookNode

from proctor.errors import CourseError

NBGRADER_ROLES = ("grade", "solution", "locked", "task")
STUB = "# YOUR CODE HERE\nraise NotImplementedError()"
NOTES_ID = "proctor-notes"
"""Id of the cell with the notes on a graded submission, which no other cell has."""

STUDENT_ID = "student_id"
"""Grade id of the cell where a student types the identifier that values of one's own follow from.

It is neither locked nor a solution cell.
"""


def grade_id(cell: NotebookNode) -> str:
    """The cell's `grade_id` in nbgrader's metadata; "" if it has none."""
    settings = cell.metadata.get("nbgrader")
    found = settings.get("grade_id", "") if isinstance(settings, dict) else ""
    return found if isinstance(found, str) else ""


def has_role(cell: NotebookNode, name: str) -> bool:
    """Whether nbgrader's metadata set the role `name`: "grade", "solution", "locked" or "task"."""
    settings = cell.metadata.get("nbgrader")
    return bool(settings.get(name, False)) if isinstance(settings, dict) else False


def is_solution(cell: NotebookNode) -> bool:
    """Whether the student writes this cell."""
    return bool(grade_id(cell)) and has_role(cell, "solution")


def is_check(cell: NotebookNode) -> bool:
    """Whether this is a check cell (nbgrader's "autograder tests")."""
    return (
        bool(grade_id(cell)) and cell.cell_type == "code" and has_role(cell, "grade") and not has_role(cell, "solution")
    )


def is_train(cell: NotebookNode) -> bool:
    """Whether the cell has the tag "train": it trains and saves the model that is handed in."""
    return "train" in (cell.metadata.get("tags") or [])


def points(cell: NotebookNode) -> float:
    """The cell's points in nbgrader's metadata; 0 if it has none."""
    return float(cell.metadata.nbgrader.get("points", 0))


def check_cells(notebook: NotebookNode) -> dict[str, NotebookNode]:
    """The check cells by grade id, in order."""
    return {grade_id(cell): cell for cell in notebook.cells if is_check(cell)}


def read_source(path: Path) -> NotebookNode:
    """Read the instructor's notebook from the file `path`.

    Raises CourseError if it is missing, is not a notebook, or repeats a grade id.
    """
    try:
        notebook = nbformat.read(path, as_version=4)
    except FileNotFoundError as error:
        folder = path.parent.name
        raise CourseError(f"{folder!r} has no notebook: source/{folder}/{path.name} is missing") from error
    except Exception as error:  # nbformat raises whatever its parsers do
        raise CourseError(
            f"source/{path.parent.name}/{path.name} is not a notebook that can be read: {error}"
        ) from error
    seen: set[str] = set()
    for cell in notebook.cells:
        name = grade_id(cell)
        if name and name in seen:
            raise CourseError(f"source/{path.parent.name}/{path.name}: the grade id {name!r} is used twice")
        seen.add(name)
    return notebook
