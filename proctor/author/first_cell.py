"""The cell with which a released notebook begins: it finds Proctor, or installs it."""

from __future__ import annotations

import ast
from pathlib import Path

import jinja2
import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from proctor.author.wheel import wheel_name
from proctor.course.course import Course
from proctor.course.publishing import download_url

CELL_ID = "proctor-first"
LIBRARIES = ("keras", "tensorflow")


def put_first_cell(course: Course, name: str, folder: Path) -> None:
    """Put the cell before the first code cell of a released notebook, in its folder.

    Args:
        course: the course, whose setting `c.Proctor.url` says where the cell downloads what is not
            beside the notebook; without it, nothing is downloaded.
        name: the exercise's.
        folder: of its release, with all files that students get.
    """
    path = folder / f"{name}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    template = jinja2.Template(Path(__file__).with_suffix(".py.j2").read_text(encoding="utf-8"))
    source = template.render(
        name=name,
        wheel=wheel_name(),
        address=download_url(course),
        files=sorted(each.name for each in folder.iterdir() if each != path),
        tensorflow=_uses_tensorflow(notebook),
    )
    # Folded: nobody has to read it who has Proctor. JupyterLab and VS Code know this setting.
    cell = new_code_cell(source, id=CELL_ID, metadata={"jupyter": {"source_hidden": True}})
    place = next((number for number, each in enumerate(notebook.cells) if each.cell_type == "code"), 0)
    notebook.cells = [each for each in notebook.cells if each.id != CELL_ID]
    notebook.cells.insert(place, cell)
    nbformat.write(notebook, path)


def _uses_tensorflow(notebook: NotebookNode) -> bool:
    """Whether a cell that can be read as Python imports Keras or TensorFlow."""
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        try:
            tree = ast.parse(cell.source)
        except SyntaxError:  # a line magic, say
            continue
        for node in ast.walk(tree):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(each.split(".")[0] in LIBRARIES for each in names):
                return True
    return False
