"""Read a plain nbgrader assignment: its notebooks as they were released, its files, its budget."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import Execute

from proctor.course.assignment import Budget
from proctor.course.cells import grade_id, read_source
from proctor.course.course import Course
from proctor.errors import CourseError, UnreadableSubmission
from proctor.intake.submission import FILE_BYTES, read_file
from proctor.judge.plain_nbgrader import FILES, FILES_BYTES, PlainAssignment, files_beside
from proctor.record import gradebook

NOTEBOOK_SECONDS = 600.0
"""nbgrader bounds a cell, but not a notebook."""


def read_plain(course: Course, name: str, register: bool) -> PlainAssignment | None:
    """Read a plain assignment; its cells are those of the gradebook, hidden tests included.

    Args:
        course: the course.
        name: the assignment's.
        register: whether to put the assignment into the gradebook, as nbgrader's
            `generate_assignment` does, if it is not there; False writes nothing.

    Returns None if the gradebook does not have it. Raises CourseError if it is for another language
    than Python, has too many files, or its source has other cells than the gradebook, ReleaseError
    if nbgrader cannot release it.
    """
    paths = sorted((course.root / "source" / name).glob("*.ipynb"))
    notebooks = {path.stem: read_source(path) for path in paths}
    for notebook_name, notebook in notebooks.items():
        _require_python(f"source/{name}/{notebook_name}.ipynb", notebook)
    if register:
        gradebook.register(course, name, list(notebooks))
    with gradebook.reading(course) as session:
        for notebook_name, notebook in notebooks.items():
            known = gradebook.find_notebook(session, name, notebook_name) if session else None
            if known is None:
                return None
            _restore_released_cells(known, notebook, f"source/{name}/{notebook_name}.ipynb")
    config = course.settings()
    kept = config.Autograde.get("exclude_overwriting", {}).get(name, [])
    files = _read_files(course.root / "source" / name, kept)
    return PlainAssignment(name, notebooks, files, _read_budget(config), course.nbgrader_rules)


def _require_python(what: str, notebook: NotebookNode) -> None:
    kernel = notebook.metadata.get("kernelspec", {})
    # A kernel may have any name; Jupyter writes the language beside it, or what ran last.
    said = (kernel.get("language"), notebook.metadata.get("language_info", {}).get("name"), kernel.get("name"))
    language = next((str(word) for word in said if word), "python")
    if not language.lower().startswith(("python", "ipython")):
        raise CourseError(f"{what} is for the kernel {kernel.get('name')!r}; the jail runs Python only")


def _restore_released_cells(known: Any, notebook: NotebookNode, what: str) -> None:
    """Give the cells of a source notebook the text, lock and points that the gradebook has.

    Args:
        known: the gradebook's notebook.
        notebook: the instructor's; it is changed.
        what: its path, for the message.

    Raises CourseError if it has a graded cell that the gradebook does not have.
    """
    cells = {cell.name: cell for cell in known.source_cells}
    worth = {cell.name: float(cell.max_score) for cell in (*known.grade_cells, *known.task_cells)}
    for index, cell in enumerate(notebook.cells):
        # nbformat gives a cell without an id a random one on each read.
        cell["id"] = f"source-{index}"
        name = grade_id(cell)
        if name in cells:
            cell.source, cell.metadata.nbgrader["locked"] = cells[name].source, bool(cells[name].locked)
        if name in worth:
            cell.metadata.nbgrader["points"] = worth[name]
        elif cell.metadata.get("nbgrader", {}).get("grade"):
            raise CourseError(f"{what}: the gradebook does not have the cell {name!r}; release it again")


def _read_files(folder: Path, kept: list[str]) -> dict[str, bytes]:
    """Relative path → bytes of the files beside the notebooks.

    Args:
        folder: the assignment's in `source/`.
        kept: files that students may change (nbgrader's `exclude_overwriting`), which are left out.
    """
    paths = [path for path in files_beside(folder) if path.relative_to(folder).as_posix() not in kept]
    if len(paths) > FILES:
        raise CourseError(f"source/{folder.name}/ has {len(paths)} files beside its notebooks; at most {FILES} can be")
    try:
        files = {path.relative_to(folder).as_posix(): read_file(path, FILE_BYTES) for path in paths}
    except UnreadableSubmission as error:
        raise CourseError(f"source/{folder.name}/: {error}") from error
    if sum(len(data) for data in files.values()) > FILES_BYTES:
        raise CourseError(f"source/{folder.name}/ has more than {FILES_BYTES // 2**20} MiB beside its notebooks")
    return files


def _read_budget(config: Any) -> Budget:
    """The budget of each notebook: nbgrader's timeout for a cell, and `c.Proctor.budget`."""
    seconds = Execute(config=config).timeout
    limits = {
        "notebook_seconds": NOTEBOOK_SECONDS,
        "cell_seconds": seconds if seconds and seconds > 0 else NOTEBOOK_SECONDS,
    }
    try:
        return Budget(**{**limits, **config.Proctor.get("budget", {})})
    except TypeError as error:
        raise CourseError(f"c.Proctor.budget in nbgrader_config.py: {error}") from error
