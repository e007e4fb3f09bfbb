"""Make new exercises, and new courses, from a template that already passes `proctor verify`."""

from __future__ import annotations

import ast
import json
import keyword
import re
from collections.abc import Sequence
from pathlib import Path

from proctor.course.course import Course
from proctor.errors import CourseError, ProctorError

TEMPLATE = Path(__file__).parent / "template"
GRADERS = ("assignment.toml", "test_public.py", "test_hidden.py", "answers.py")
PARTS = ("with_values", "with_questions")
"""Folders of the template with what an exercise may have besides, in files of the same names."""


def scaffold(course: Course, name: str, parts: Sequence[str] = ()) -> list[Path]:
    """Make the notebook and the graders of a new exercise, to be edited; return the files made.

    Args:
        course: the course.
        name: the exercise's.
        parts: of `PARTS`, what it also shows how to do.

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
    made = {course.source(name): _notebook(name, parts)}
    for file in GRADERS:
        text = _read(file).replace("order = 0", f"order = {order}")
        for part in parts:
            if (TEMPLATE / part / file).is_file():
                added = _read(f"{part}/{file}")
                text = _merge(text, added) if file.endswith(".py") else f"{text}\n{added}"
        made[course.grader(name) / file] = text
    for path, text in made.items():
        path.write_text(text, encoding="utf-8")
    return list(made)


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
    settings = _read("nbgrader_config.py").replace('course_id = "proctor"', f"course_id = {course_id}")
    (folder / "nbgrader_config.py").write_text(settings, encoding="utf-8")
    return Course.find(folder)


def _read(file: str) -> str:
    return (TEMPLATE / file).read_text(encoding="utf-8")


def _notebook(name: str, parts: Sequence[str]) -> str:
    """The template's notebook with the cells of `parts` at its end, for the exercise `name`."""
    notebook = json.loads(_read("notebook.ipynb"))
    for part in parts:
        notebook["cells"] += json.loads(_read(f"{part}/notebook.ipynb").replace("NAME", name))["cells"]
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def _merge(module: str, part: str) -> str:
    """The module with the names that `part` imports, and with what `part` defines, at its end.

    Both import from the same modules, a line for each; a list or dict that both define becomes
    longer.
    """

    def extend(match: re.Match[str]) -> str:
        name, bracket = match.groups()
        operator = "+=" if bracket == "[" else "|="
        return f"{name} {operator} {bracket}" if re.search(rf"^{name} = ", module, re.MULTILINE) else match[0]

    tree = ast.parse(part)
    for node in tree.body:
        if isinstance(node, ast.ImportFrom):
            (line,) = re.findall(rf"^from {node.module} import (.*)$", module, re.MULTILINE)
            names = sorted({*line.split(", "), *(alias.name for alias in node.names)})
            module = module.replace(
                f"from {node.module} import {line}", f"from {node.module} import {', '.join(names)}"
            )
    first = next(node for node in tree.body[1:] if not isinstance(node, ast.Import | ast.ImportFrom))
    decorators = getattr(first, "decorator_list", [])
    start = (decorators[0] if decorators else first).lineno - 1
    added = "".join(part.splitlines(keepends=True)[start:])
    return module + ("\n\n" if decorators else "\n") + re.sub(r"^(\w+) = ([\[{])", extend, added, flags=re.MULTILINE)
