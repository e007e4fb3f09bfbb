"""Make new exercises, and new courses, from a template that already passes `proctor verify`."""

from __future__ import annotations

import json
import keyword
import re
from pathlib import Path

from proctor.course.course import Course
from proctor.errors import CourseError, ProctorError

TEMPLATE = Path(__file__).parent / "template"
GRADERS = ("assignment.toml", "test_public.py", "test_hidden.py", "answers.py")


def scaffold(course: Course, name: str) -> list[Path]:
    """Make the notebook and the graders of a new exercise, to be edited; return the files made.

    Raises ProctorError if the name is taken, or has other characters than an exercise may have.
    """
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name) or keyword.iskeyword(name):
        rule = 'lower-case letters, digits and single underscores, as in "first_network"'
        raise ProctorError(f'"{name}" cannot name an exercise: use {rule}')
    folders = (course.source(name).parent, course.grader(name))
    for folder in folders:
        if folder.exists():
            raise ProctorError(f"{folder.relative_to(course.root)}/ is there already; choose another name")
    order = 1 + max((course.assignment(known).order for known in course.names()), default=0)
    for folder in folders:
        folder.mkdir()
    made = [_write(course.source(name), "notebook.ipynb")]
    numbered = ("order = 0", f"order = {order}")
    return [*made, *(_write(course.grader(name) / file, file, numbered) for file in GRADERS)]


def find_or_begin(folder: Path) -> Course:
    """Return the course that `folder` lies in; in an empty folder, make a new one.

    Raises CourseError if there is no course and `folder` holds something else.
    """
    try:
        return Course.find(folder)
    except CourseError:
        if any(not path.name.startswith(".") for path in folder.iterdir()):
            raise
    for part in ("source", "graders"):
        (folder / part).mkdir()
    course_id = json.dumps(folder.resolve().name or "course", ensure_ascii=False)
    _write(folder / "nbgrader_config.py", "nbgrader_config.py", ('course_id = "proctor"', f"course_id = {course_id}"))
    return Course.find(folder)


def _write(path: Path, template: str, change: tuple[str, str] = ("", "")) -> Path:
    """Write the template's file `template`, with `change` (old, new) made in it, to `path`."""
    text = (TEMPLATE / template).read_text(encoding="utf-8")
    path.write_text(text.replace(*change) if change[0] else text, encoding="utf-8")
    return path
