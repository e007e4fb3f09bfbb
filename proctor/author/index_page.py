"""The page of a course's `release/` folder: what exercises there are, and how to begin."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import jinja2
import nbformat
from markupsafe import Markup
from nbconvert.filters import markdown2html
from nbformat import NotebookNode

from proctor.author.leaks import list_files
from proctor.author.wheel import wheel_name
from proctor.course.assignment import Assignment
from proctor.course.cells import is_solution
from proctor.course.course import Course
from proctor.course.publishing import colab_url
from proctor.course.released import read_points

INDEX = "index.html"
STYLE = Path(__file__).parent.parent / "feedback" / "templates" / "feedback_page" / "style.css"


@dataclass(frozen=True)
class Entry:
    """What a list of exercises says of one.

    Args:
        declared: what its `assignment.toml` says.
        opening: the first paragraph of its notebook, as HTML.
        written: the functions and classes that the student writes.
        points: what its cells are worth together.
        files: the names of what students get.
        colab: the address that opens it in Colab; "" for none.
    """

    declared: Assignment
    opening: Markup
    written: list[str]
    points: float
    files: list[str]
    colab: str


def index_page(course: Course) -> str:
    """The page, as HTML: each released exercise by track and week, with its files and badge.

    Raises CourseError if `c.Proctor.url` is no https address.
    """
    tracks = read_tracks(course)
    places = jinja2.FileSystemLoader(Path(__file__).parent)
    environment = jinja2.Environment(loader=places, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.get_template("index_page.html.j2").render(
        course=str(course.settings().CourseDirectory.get("course_id", "")),
        style=Markup(STYLE.read_text(encoding="utf-8")),  # noqa: S704  # Proctor's own file
        tracks=tracks,
        wheel=wheel_name(),
    )


def read_tracks(course: Course) -> dict[str, list[Entry]]:
    """Track → its released exercises, both in the course's order.

    Raises CourseError if `c.Proctor.url` is no https address.
    """
    tracks: dict[str, list[Entry]] = {}
    for name in course.names():
        if (course.release(name) / f"{name}.ipynb").is_file():
            entry = _read_entry(course, name)
            tracks.setdefault(entry.declared.course, []).append(entry)
    return tracks


def _read_entry(course: Course, name: str) -> Entry:
    folder = course.release(name)
    notebook = nbformat.read(folder / f"{name}.ipynb", as_version=4)
    return Entry(
        declared=course.assignment(name),
        opening=_read_opening(notebook),
        written=[
            found
            for cell in notebook.cells
            if is_solution(cell)
            for found in re.findall(r"^(?:def|class) (\w+)", cell.source, re.MULTILINE)
        ],
        points=sum(read_points(folder / f"{name}.ipynb").values()),
        files=[path.relative_to(folder).as_posix() for path in list_files(folder)],
        colab=colab_url(course, name),
    )


def _read_opening(notebook: NotebookNode) -> Markup:
    """The first paragraph of the notebook's first text cell, below its title."""
    texts = (cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    paragraphs = [part for part in next(texts, "").split("\n\n") if part.strip() and not part.startswith("#")]
    opening = paragraphs[0].strip() if paragraphs else ""
    # A colon leads to a list or a formula that is not shown here.
    return Markup(markdown2html(re.sub(r":$", ".", opening)))  # noqa: S704  # written by the course's author
