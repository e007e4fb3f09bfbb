"""A plain nbgrader course and its class.

It is made of nbgrader's documentation, of nbgrader's own test notebooks, and of one with odd cells.
"""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable
from pathlib import Path

import nbformat
import nbgrader
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

INSTALLED = Path(nbgrader.__file__).parent
GUIDE = INSTALLED / "docs/source/user_guide"
APPS = INSTALLED / "tests/apps/files"
PREPROCESSORS = INSTALLED / "tests/preprocessors/files"
CONFIG = """
c = get_config()
c.CourseDirectory.course_id = "plain"
c.IncludeHeaderFooter.header = "source/header.ipynb"
c.ExecutePreprocessor.timeout = 8
"""
THEIR_TESTS = {
    "autotest-simple": ("unchanged", "changed"),
    "autotest-hashed": ("unchanged", "changed"),
    "autotest-hidden": ("unchanged", "changed-right", "changed-wrong"),
    "autotest-multi": ("unchanged", "changed"),
}
"""nbgrader's own tests of AUTOTEST: source notebook → endings of its submissions' names."""
SUBMITTED = (
    APPS / "submitted-unchanged.ipynb",
    APPS / "submitted-changed.ipynb",
    APPS / "submitted-grade-cell-changed.ipynb",
    APPS / "submitted-locked-cell-changed.ipynb",
    PREPROCESSORS / "submitted-grade-cell-type-changed.ipynb",
    PREPROCESSORS / "submitted-answer-cell-type-changed.ipynb",
)
"""nbgrader's own test notebooks; the last five are submissions to the first."""


def make_course(root: Path) -> None:
    """Make the course as its instructor has it, before a release."""
    (root / "source").mkdir(parents=True)
    (root / "nbgrader_config.py").write_text(CONFIG)
    shutil.copyfile(GUIDE / "autotests.yml", root / "autotests.yml")
    shutil.copyfile(GUIDE / "source/header.ipynb", root / "source/header.ipynb")
    for name in ("ps1", "ps1_autotest"):
        shutil.copytree(GUIDE / "source" / name, root / "source" / name)
    for name in THEIR_TESTS:
        _put(root / "source", name, APPS / f"{name}.ipynb", name)
    _put(root / "source", "submitted", SUBMITTED[0], "submitted")
    _put(root / "source", "hidden", APPS / "test-hidden-tests.ipynb", "hidden")
    _put(root / "source", "tasks", PREPROCESSORS / "test.ipynb", "tasks")
    _put(root / "source", "odd", odd_notebook(), "odd")
    (root / "source/odd/data").mkdir()
    (root / "source/odd/data/numbers.txt").write_text("1 2 3\n")


def names(root: Path) -> list[str]:
    """Return the names of the course's assignments."""
    return sorted(path.parent.name for path in {path.parent / "x" for path in root.glob("source/*/*.ipynb")})


def hand_in(root: Path) -> None:
    """Hand in the class's work; the course must have been released."""
    submitted = root / "submitted"
    for name in names(root):
        shutil.copytree(root / "source" / name, submitted / "solution" / name)
        shutil.copytree(root / "release" / name, submitted / "untouched" / name)
    for student in ("bitdiddle", "hacker"):
        shutil.copytree(GUIDE / "submitted" / student / "ps1", submitted / student / "ps1")
    shutil.copytree(root / "source/ps1", submitted / "one_notebook" / "ps1")
    (submitted / "one_notebook/ps1/problem2.ipynb").unlink()
    for name, endings in THEIR_TESTS.items():
        for ending in endings:
            _put(submitted / ending, name, APPS / f"{name}-{ending}.ipynb", name)
    for path in SUBMITTED[1:]:
        _put(submitted / path.stem, "submitted", path, "submitted")
    released = nbformat.read(root / "release/odd/odd.ipynb", as_version=4)
    for student, change in ODD.items():
        _put(submitted / student, "odd", change(copy.deepcopy(released)), "odd")


def _put(folder: Path, assignment: str, notebook: Path | NotebookNode, name: str) -> None:
    target = folder / assignment / f"{name}.ipynb"
    target.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(notebook, Path):
        shutil.copyfile(notebook, target)
    else:
        nbformat.write(notebook, target)


def _cell(
    grade_id: str, source: str, points: float | None = None, solution: bool = False, kind: str = "code"
) -> NotebookNode:
    make = new_code_cell if kind == "code" else new_markdown_cell
    settings = {"schema_version": 3, "grade_id": grade_id, "solution": solution, "grade": points is not None}
    settings |= {"locked": not solution, "task": False} | ({} if points is None else {"points": points})
    return make(source, id=grade_id.replace("_", "-"), metadata={"nbgrader": settings})


def odd_notebook() -> NotebookNode:
    """Return a notebook with every kind of cell, and with tests whose results are of every kind."""
    cells = [
        _cell("answer", "### BEGIN SOLUTION\nanswer = 42\n### END SOLUTION", solution=True),
        _cell("runs", "assert answer == 42", 2),
        _cell(
            "hidden", "answer\n### BEGIN HIDDEN TESTS\nassert answer == 42, 'not the answer'\n### END HIDDEN TESTS", 1
        ),
        _cell("partial", "min(3.0, answer / 14)", 3),
        _cell("half", "answer / 56", 1),
        _cell("text", "str(answer)", 1),
        _cell("nothing", "# looks at nothing", 1),
        _cell("free", "assert answer", 0),
        _cell("file", "assert len(open('data/numbers.txt').read().split()) == 3", 1),
        _cell("autograding", "import os\nassert os.environ['NBGRADER_EXECUTION'] == 'autograde'", 1),
        _cell("prose", "An answer.\n", 2, solution=True, kind="markdown"),
        _cell("by_hand", "### BEGIN SOLUTION\nprint('mine')\n### END SOLUTION", 2, solution=True),
        _cell("fixed", "answer_again = answer"),
        _cell("last", "assert answer_again == answer", 1),
    ]
    task = new_markdown_cell("Do your best.", id="task")
    task.metadata["nbgrader"] = {
        **{"schema_version": 3, "grade_id": "task", "points": 2, "task": True},
        **{"solution": False, "grade": False, "locked": True},
    }
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(cells=[*cells, task], metadata={"kernelspec": kernel})


def _answers(source: str) -> Callable[[NotebookNode], NotebookNode]:
    def change(notebook: NotebookNode) -> NotebookNode:
        _at(notebook, "answer").source = source
        return notebook

    return change


def _at(notebook: NotebookNode, name: str) -> NotebookNode:
    return next(cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == name)


def _emptied(notebook: NotebookNode) -> NotebookNode:
    """Empty the tests."""
    _answers("answer = 1")(notebook)
    for name in ("runs", "hidden", "last"):
        _at(notebook, name).source = "pass"
        _at(notebook, name).metadata.nbgrader["points"] = 100
    return notebook


def _deleted(notebook: NotebookNode) -> NotebookNode:
    """Delete a test, and an answer that people grade."""
    _answers("answer = 42")(notebook)
    notebook.cells = [cell for cell in notebook.cells if cell not in (_at(notebook, "runs"), _at(notebook, "prose"))]
    return notebook


def _doubled(notebook: NotebookNode) -> NotebookNode:
    """Repeat the answer's cell; the second answer is wrong."""
    _answers("answer = 42")(notebook)
    again = copy.deepcopy(_at(notebook, "answer"))
    again.source, again["id"] = "answer = 1", "again"
    notebook.cells.insert(2, again)
    return notebook


def _moved(notebook: NotebookNode) -> NotebookNode:
    """Move the answer after all tests."""
    _answers("answer = 42")(notebook)
    cell = _at(notebook, "answer")
    notebook.cells.remove(cell)
    notebook.cells.append(cell)
    return notebook


def _own_cells(notebook: NotebookNode) -> NotebookNode:
    """Add two cells of the student's own between the given ones; one of them fails."""
    _answers("answer = 42")(notebook)
    notebook.cells.insert(1, new_code_cell("1 / 0", id="own-1"))
    notebook.cells.insert(3, new_code_cell("%time answer\nprint('mine')", id="own-2"))
    return notebook


_NOISY = """import sys
class Noisy(int):
    def __eq__(self, other):
        print('compared', file=sys.stderr)
        return int(self) == other
    __hash__ = int.__hash__
answer = Noisy(42)"""
_WARNING = """import warnings
class Old(int):
    def __truediv__(self, other):
        warnings.warn('old', DeprecationWarning, stacklevel=2)
        return int(self) / other
answer = Old(42)"""
ODD: dict[str, Callable[[NotebookNode], NotebookNode]] = {
    "right": _answers("answer = 42"),
    "near": _answers("answer = 41"),
    "prints": _answers("print('hello')\nanswer = 42\nanswer"),
    "negative": _answers("answer = -42"),
    "not_a_number": _answers("answer = float('nan')"),
    "too_much": _answers("answer = 560"),
    "stderr": _answers(_NOISY),
    "warning": _answers(_WARNING),
    "syntax": _answers("answer = (42"),
    "exits": _answers("answer = 42\nraise SystemExit"),
    "loops": _answers("answer = 42\nwhile True:\n    pass"),
    "kernel_dies": _answers("import os\nanswer = 42\nos._exit(1)"),
    "emptied": _emptied,
    "deleted": _deleted,
    "doubled": _doubled,
    "moved": _moved,
    "own_cells": _own_cells,
}
"""Student → what they hand in for the assignment "odd"."""
