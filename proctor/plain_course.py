"""Reading a plain nbgrader assignment: its notebooks as nbgrader released them, its files, its settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.preprocessors import Execute

from proctor import gradebook, nbgrader_course
from proctor.course import Budget, Course
from proctor.errors import CourseError, UnreadableSubmission
from proctor.intake import FILE_BYTES, read_file
from proctor.nbgrader_settings import settings
from proctor.notebook import grade_id, read_source
from proctor.plain_nbgrader import FILES, FILES_BYTES, PlainAssignment, beside

NOTEBOOK_SECONDS = 600.0
"""nbgrader bounds a cell, but not a notebook."""


def read_plain(course: Course, name: str) -> PlainAssignment:
    """The plain assignment `name`; it is put into the gradebook if `generate_assignment` has not done so.

    Its cells are those of the gradebook, as nbgrader grades them: generated and hidden tests are in them.

    Raises CourseError if it is for another language than Python, has too many files, or its source has other cells
    than the gradebook, ReleaseError if nbgrader cannot release it.
    """
    paths = sorted((course.root / "source" / name).glob("*.ipynb"))
    notebooks = {path.stem: read_source(path) for path in paths}
    for notebook_name, notebook in notebooks.items():
        _require_python(f"source/{name}/{notebook_name}.ipynb", notebook)
    gradebook.register(course, name, list(notebooks))
    folder = nbgrader_course.directory(course)
    with Gradebook(folder.db_url, folder.course_id) as book:
        for notebook_name, notebook in notebooks.items():
            _as_released(book.find_notebook(notebook_name, name), notebook, f"source/{name}/{notebook_name}.ipynb")
    config = settings(course)
    kept = config.Autograde.get("exclude_overwriting", {}).get(name, [])
    files = _files(course.root / "source" / name, kept)
    return PlainAssignment(name, notebooks, files, _budget(config), course.nbgrader_rules)


def _require_python(what: str, notebook: NotebookNode) -> None:
    kernel = notebook.metadata.get("kernelspec", {})
    language = str(kernel.get("language") or kernel.get("name") or "python")
    if not language.startswith("python"):
        raise CourseError(f"{what} is for the kernel {kernel.get('name')!r}; the jail runs Python only")


def _as_released(known: Any, notebook: NotebookNode, what: str) -> None:
    """Put what the gradebook knows about the cells of `notebook` into them."""
    cells = {cell.name: cell for cell in known.source_cells}
    worth = {cell.name: float(cell.max_score) for cell in (*known.grade_cells, *known.task_cells)}
    for index, cell in enumerate(notebook.cells):
        cell["id"] = f"source-{index}"  # some files have none, and would get another one each time they are read
        name = grade_id(cell)
        if name in cells:
            cell.source, cell.metadata.nbgrader["locked"] = cells[name].source, bool(cells[name].locked)
        if name in worth:
            cell.metadata.nbgrader["points"] = worth[name]
        elif cell.metadata.get("nbgrader", {}).get("grade"):
            raise CourseError(f"{what}: the gradebook does not have the cell {name!r}; release it again")


def _files(folder: Path, kept: list[str]) -> dict[str, bytes]:
    """What lies beside the notebooks, but for the files that students may change."""
    paths = [path for path in beside(folder) if path.relative_to(folder).as_posix() not in kept]
    if len(paths) > FILES:
        raise CourseError(f"source/{folder.name}/ has {len(paths)} files beside its notebooks; at most {FILES} can be")
    try:
        files = {path.relative_to(folder).as_posix(): read_file(path, FILE_BYTES) for path in paths}
    except UnreadableSubmission as error:
        raise CourseError(f"source/{folder.name}/: {error}") from error
    if sum(len(data) for data in files.values()) > FILES_BYTES:
        raise CourseError(f"source/{folder.name}/ has more than {FILES_BYTES // 2**20} MiB beside its notebooks")
    return files


def _budget(config: Any) -> Budget:
    """What a notebook may use: nbgrader's time for a cell, and what `c.Proctor.budget` says."""
    seconds = Execute(config=config).timeout
    limits = {
        "notebook_seconds": NOTEBOOK_SECONDS,
        "cell_seconds": seconds if seconds and seconds > 0 else NOTEBOOK_SECONDS,
    }
    try:
        return Budget(**{**limits, **config.Proctor.get("budget", {})})
    except TypeError as error:
        raise CourseError(f"c.Proctor.budget in nbgrader_config.py: {error}") from error
