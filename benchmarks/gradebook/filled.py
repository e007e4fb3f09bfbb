"""A course whose gradebook is as full as asked for."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook, new_output
from nbgrader import api
from sqlalchemy import create_engine, insert, select

from proctor.course.course import Course
from proctor.record import gradebook
from proctor.verdict import CriterionResult, Verdict

NAME, GROUPS, NEW = "exercise00", 8, 20


def make(root: Path, url: str, students: int, assignments: int) -> Course:
    """Make a course in `root` with a full gradebook at `url`.

    Every student has marks of every assignment, except that the first `NEW` students have none of
    `NAME`.
    """
    root.mkdir()
    shutil.copy(Path(__file__).parents[2] / "nbgrader_config.py", root)
    with (root / "nbgrader_config.py").open("a") as config:
        config.write(f"c.CourseDirectory.db_url = {url!r}\n")
    course = Course(root)
    course.source(NAME).parent.mkdir(parents=True)
    nbformat.write(notebook(), course.source(NAME))
    gradebook.register(course, NAME, [NAME])
    _fill(url, [f"student{number:04}" for number in range(students)], assignments)
    return course


def notebook() -> NotebookNode:
    """Return a notebook of `GROUPS` solution cells with a check cell each."""
    cells = []
    for number in range(GROUPS):
        written = new_code_cell(f"answer_{number} = {number}", id=f"write-{number}")
        written.metadata["nbgrader"] = _role(f"write_{number}", solution=True)
        written.outputs = [new_output("stream", text="trained\n" * 5)]
        check = new_code_cell(f'check("group_{number}")', id=f"group-{number}")
        check.metadata["nbgrader"] = _role(f"group_{number}", grade=True, locked=True, points=3)
        cells += [written, check]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


def verdict(student: str) -> Verdict:
    """Return a verdict on that notebook, with three criteria for each check cell."""
    criteria = [
        CriterionResult(f"c{number}_{each}", f"group_{number}", "It holds.", "Look again.", 1, each % 2, "passed")
        for number in range(GROUPS)
        for each in range(3)
    ]
    return Verdict(NAME, student, graded=True, criteria=criteria)


def _role(name: str, **flags: object) -> dict[str, object]:
    role = {"grade_id": name, "grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
    return role | flags


def _fill(url: str, students: list[str], assignments: int) -> None:
    """Insert the rows that nbgrader would write, directly: nbgrader would take hours."""
    random.seed(0)
    engine = create_engine(url)
    with engine.begin() as connection:

        def add(model: type[api.Base], rows: list[dict[str, object]]) -> None:
            if rows:
                connection.execute(insert(model.__table__), rows)

        course = connection.scalar(select(api.Course.id))
        add(api.Student, [{"id": student} for student in students])
        for number in range(assignments):
            name = f"exercise{number:02}"
            if name != NAME:
                _copy(add, name, str(course))
            assignment = connection.scalar(select(api.Assignment.id).where(api.Assignment.name == name))
            notebook_id = connection.scalar(select(api.Notebook.id).where(api.Notebook.name == name))
            cells = connection.execute(
                select(api.BaseCell.id, api.BaseCell.type).where(api.BaseCell.notebook_id == notebook_id)
            ).all()
            rows: dict[type[api.Base], list[dict[str, object]]] = {
                model: [] for model in (api.SubmittedAssignment, api.SubmittedNotebook, api.Grade, api.Comment)
            }
            for student in students[NEW:] if name == NAME else students:
                handed_in, book = uuid4().hex, uuid4().hex
                rows[api.SubmittedAssignment].append(
                    {"id": handed_in, "assignment_id": assignment, "student_id": student}
                )
                rows[api.SubmittedNotebook].append({"id": book, "assignment_id": handed_in, "notebook_id": notebook_id})
                for cell, kind in cells:
                    row: dict[str, object] = {"id": uuid4().hex, "cell_id": cell, "notebook_id": book}
                    if kind == "GradeCell":
                        row |= {"auto_score": random.randrange(4), "needs_manual_grade": False}
                    rows[api.Grade if kind == "GradeCell" else api.Comment].append(row)
            for model, made in rows.items():
                add(model, made)
    engine.dispose()


def _copy(add: Callable[[type[api.Base], list[dict[str, object]]], None], name: str, course: str) -> None:
    """Insert an assignment like `NAME`, called `name`."""
    assignment, book = uuid4().hex, uuid4().hex
    add(api.Assignment, [{"id": assignment, "name": name, "course_id": course}])
    kernel = json.dumps(notebook().metadata.kernelspec)
    add(api.Notebook, [{"id": book, "name": name, "assignment_id": assignment, "kernelspec": kernel}])
    rows: dict[type[api.Base], list[dict[str, object]]] = {
        model: [] for model in (api.BaseCell, api.GradeCell, api.SolutionCell, api.SourceCell)
    }
    for cell in notebook().cells:
        role, number = cell.metadata.nbgrader, uuid4().hex
        kind = "GradeCell" if role.grade else "SolutionCell"
        rows[api.BaseCell].append({"id": number, "name": role.grade_id, "notebook_id": book, "type": kind})
        graded = {"max_score": role.points, "cell_type": "code"} if role.grade else {}
        rows[api.GradeCell if role.grade else api.SolutionCell].append({"id": number, **graded})
        rows[api.SourceCell].append(
            {
                "id": uuid4().hex,
                "name": role.grade_id,
                "notebook_id": book,
                "cell_type": "code",
                "locked": role.locked,
                "source": cell.source,
                "checksum": "0" * 32,
            }
        )
    for model, made in rows.items():
        add(model, made)
