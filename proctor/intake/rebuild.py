"""The notebook to run: the source's own cells, and of a submission what the student may write."""

from __future__ import annotations

import copy

from nbformat import NotebookNode

from proctor.course.cells import NBGRADER_ROLES, STUB, grade_id, has_role, is_solution


def rebuild(source: NotebookNode, submitted: NotebookNode) -> tuple[NotebookNode, list[str]]:
    """The notebook to run: the source's locked cells, the student's solution cells and own cells.

    Solution cells are matched by grade id. Cells of the student's own stay behind the cell that they followed.
    A missing cell is put back as released; of a repeated one the first is graded and every one runs.

    Returns the notebook and a sentence for each thing that had to be mended.
    """
    known = _known(source)
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
        followers[anchor].append(own_cell(cell))

    cells = list(followers[""])
    for name, original in known.items():
        cells.append(_graded_cell(original, answers.get(name), notes))
        cells.extend(followers.get(name, []))
    return _with_cells(source, cells), notes


def restore(source: NotebookNode, submitted: NotebookNode) -> tuple[NotebookNode, list[str]]:
    """The notebook to run where tests are cells, as nbgrader makes it: the student's cells in the student's order.

    The source's locked cells are in the place of those with their grade ids, the last of a repeated one. A missing
    cell, which nbgrader leaves out, is put back behind the one that it follows in the source.

    Returns the notebook and the grade ids of the cells that were missing.
    """
    known = {
        name: cell for name, cell in _known(source).items() if any(has_role(cell, role) for role in NBGRADER_ROLES)
    }
    last = {grade_id(cell): index for index, cell in enumerate(submitted.cells)}
    cells = [
        _graded_cell(known[grade_id(cell)], cell, [])
        if last.get(grade_id(cell)) == index and grade_id(cell) in known
        else own_cell(cell)
        for index, cell in enumerate(submitted.cells)
    ]
    missing = [name for name in known if name not in last]
    for name in missing:
        before = list(known)[: list(known).index(name)][-1:]
        places = [index for index, cell in enumerate(cells) if grade_id(cell) in before]
        cells.insert(places[0] + 1 if places else 0, _graded_cell(known[name], known[name], []))
    return _with_cells(source, cells), missing


def _known(source: NotebookNode) -> dict[str, NotebookNode]:
    return {grade_id(cell): cell for cell in source.cells if grade_id(cell)}


def _with_cells(source: NotebookNode, cells: list[NotebookNode]) -> NotebookNode:
    notebook = copy.copy(source)
    notebook.cells = cells
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    _unique_ids(notebook)
    return notebook


def _graded_cell(original: NotebookNode, answer: NotebookNode | None, notes: list[str]) -> NotebookNode:
    name = grade_id(original)
    cell = copy.deepcopy(original)
    if cell.cell_type == "code":
        cell.outputs, cell.execution_count = [], None
    if is_solution(original):
        if answer is None:
            cell.source = STUB if original.cell_type == "code" else ""
            notes.append(f"cell '{name}' was missing and was put back empty")
        else:
            cell.source = answer.source
    elif answer is None:
        notes.append(f"cell '{name}' was missing and was put back")
    elif answer.source.strip() != original.source.strip():
        notes.append(f"cell '{name}' was changed and was put back as released")
    return cell


def own_cell(cell: NotebookNode) -> NotebookNode:
    """A cell of the student's own, with nothing but what it says."""
    own = copy.deepcopy(cell)
    own.metadata = NotebookNode()
    own.pop("attachments", None)
    if own.cell_type == "code":
        own.outputs, own.execution_count = [], None
    return own


def _unique_ids(notebook: NotebookNode) -> None:
    seen: set[str] = set()
    for index, cell in enumerate(notebook.cells):
        if cell.get("id") in seen or not cell.get("id"):
            cell["id"] = f"cell-{index}"
        seen.add(cell["id"])
