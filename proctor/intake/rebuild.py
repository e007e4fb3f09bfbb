"""Build the notebook to run: the source's locked cells and the submission's answers."""

from __future__ import annotations

import copy
import itertools
import re

from nbformat import NotebookNode

from proctor.course.cells import NBGRADER_ROLES, NOTES_ID, STUB, STUDENT_ID, grade_id, has_role, is_solution

_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")


def rebuild(source: NotebookNode, submitted: NotebookNode) -> tuple[NotebookNode, list[str]]:
    """Build the notebook to run from the source's locked cells and the student's answers.

    Solution cells are matched by grade id. A cell that the student added follows the same cell as
    in the submission. A missing solution cell becomes an empty stub, any other missing cell is
    restored. Of a repeated solution cell the first is graded, and every one runs.

    Args:
        source: the instructor's notebook.
        submitted: the student's.

    Returns the notebook and a sentence for each thing that had to be mended.
    """
    known = _cells_by_grade_id(source)
    answers: dict[str, NotebookNode] = {}
    followers: dict[str, list[NotebookNode]] = {"": []}
    notes: list[str] = []
    anchor = ""
    for cell in submitted.cells:
        name = grade_id(cell)
        if name in known and name not in answers:
            answers[name] = cell
            anchor = name
            followers[anchor] = []
            continue
        if name in known and has_role(known[name], "solution"):
            notes.append(f"cell '{name}' is there more than once: the first is graded, all of them run in order")
        if name in known and not has_role(known[name], "solution"):
            continue
        followers[anchor].append(_strip_own_cell(cell))

    cells = list(followers[""])
    for name, original in known.items():
        cells.append(_merge_cell(original, answers.get(name), notes))
        cells.extend(followers.get(name, []))
    return _make_notebook(source, cells), notes


def restore(source: NotebookNode, submitted: NotebookNode) -> tuple[NotebookNode, list[str]]:
    """Build the notebook to run of a plain nbgrader assignment, in the student's order of cells.

    As nbgrader does, each locked cell is replaced by the source's of the same grade id (the last
    one if it is repeated). A missing cell, which nbgrader leaves out, is put back after the cell
    that it follows in the source.

    Args:
        source: the instructor's notebook.
        submitted: the student's.

    Returns the notebook and the grade ids of the cells that were missing.
    """
    known = {
        name: cell
        for name, cell in _cells_by_grade_id(source).items()
        if any(has_role(cell, role) for role in NBGRADER_ROLES)
    }
    last = {grade_id(cell): index for index, cell in enumerate(submitted.cells)}
    cells = [
        _merge_cell(known[grade_id(cell)], cell, [])
        if last.get(grade_id(cell)) == index and grade_id(cell) in known
        else _strip_own_cell(cell)
        for index, cell in enumerate(submitted.cells)
    ]
    missing = [name for name in known if name not in last]
    for name in missing:
        before = list(known)[: list(known).index(name)][-1:]
        places = [index for index, cell in enumerate(cells) if grade_id(cell) in before]
        cells.insert(places[0] + 1 if places else 0, _merge_cell(known[name], known[name], []))
    return _make_notebook(source, cells), missing


def _cells_by_grade_id(source: NotebookNode) -> dict[str, NotebookNode]:
    return {grade_id(cell): cell for cell in source.cells if grade_id(cell)}


def _make_notebook(source: NotebookNode, cells: list[NotebookNode]) -> NotebookNode:
    """A notebook in format 4.5 (in which cells have ids) with the source's metadata and `cells`."""
    notebook = copy.copy(source)
    notebook.cells = cells
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    _make_ids_valid(notebook)
    return notebook


def _merge_cell(original: NotebookNode, answer: NotebookNode | None, notes: list[str]) -> NotebookNode:
    """The source's cell, with the student's text if it is a solution cell; mends go to `notes`."""
    name = grade_id(original)
    cell = copy.deepcopy(original)
    if cell.cell_type == "code":
        cell.outputs, cell.execution_count = [], None
    if is_solution(original):
        cell.pop("attachments", None)
        if answer is None:
            cell.source = STUB if original.cell_type == "code" else ""
            notes.append(f"cell '{name}' was missing and was put back empty")
        else:
            cell.source = answer.source
            if cell.cell_type == "markdown" and "attachments" in answer:
                cell["attachments"] = copy.deepcopy(answer.attachments)
    elif answer is None:
        notes.append(f"cell '{name}' was missing and was put back")
    elif answer.source.strip() != original.source.strip() and name != STUDENT_ID:
        notes.append(f"cell '{name}' was changed and was put back as released")
    return cell


def _strip_own_cell(cell: NotebookNode) -> NotebookNode:
    """A copy of a cell that the student added, without metadata and outputs."""
    own = copy.deepcopy(cell)
    own.metadata = NotebookNode()
    if own.cell_type == "code":
        own.outputs, own.execution_count = [], None
    return own


def _make_ids_valid(notebook: NotebookNode) -> None:
    """Give a new id to each cell whose id is missing, used before, or not one that nbformat takes.

    Source: the JSON schema of nbformat 4.5.
    """
    seen = {NOTES_ID}
    unused = (name for name in map("cell-{}".format, itertools.count()) if name not in seen)
    for cell in notebook.cells:
        if cell.get("id") in seen or not _ID.fullmatch(cell.get("id", "")):
            cell["id"] = next(unused)
        seen.add(cell["id"])
