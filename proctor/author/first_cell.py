"""The cell with which a released notebook begins: it finds Proctor, or installs it."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote

import jinja2
import nbformat
from nbformat.v4 import new_code_cell

from proctor.author.leaks import list_files
from proctor.author.wheel import wheel_name
from proctor.course.course import Course
from proctor.course.publishing import download_url

CELL_ID = "proctor-first"
TENSORFLOW = re.compile(r"^\s*(?:import|from)\s+(?:keras|tensorflow)\b", re.MULTILINE)


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
    files = [each.relative_to(folder).as_posix() for each in list_files(folder) if each != path]
    source = template.render(
        wheel=wheel_name(),
        address=download_url(course),
        files={file: quote(f"{name}/{file}") for file in files},
        tensorflow=any(TENSORFLOW.search(cell.source) for cell in notebook.cells if cell.cell_type == "code"),
    )
    # Folded: nobody has to read it who has Proctor. JupyterLab and VS Code know this setting.
    cell = new_code_cell(source, id=CELL_ID, metadata={"jupyter": {"source_hidden": True}})
    place = next((number for number, each in enumerate(notebook.cells) if each.cell_type == "code"), 0)
    notebook.cells = [each for each in notebook.cells if each.id != CELL_ID]
    notebook.cells.insert(place, cell)
    nbformat.write(notebook, path)
