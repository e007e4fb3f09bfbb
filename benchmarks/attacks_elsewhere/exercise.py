"""A tiny exercise, as a Proctor and as a plain nbgrader course, and the notebooks handed in."""

from __future__ import annotations

import shutil
import textwrap
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

NAME = "means"
POINTS = {"mean": 2, "double": 3, "spread": 2}
FULL = sum(POINTS.values())

RIGHT = {
    "write_mean": "def mean(numbers):\n    return sum(numbers) / len(numbers)",
    "write_double": "def double(number):\n    return 2 * number",
    "write_spread": "def spread(numbers):\n    return max(numbers) - min(numbers)",
}
WRONG = {
    "write_mean": "def mean(numbers):\n    return -1",
    "write_double": "def double(number):\n    return -1",
    "write_spread": "def spread(numbers):\n    return -1",
}

# The last gives partial credit: nbgrader takes the value of a check cell's last line as its points.
PLAIN_CHECKS = {
    "mean": "assert mean([1, 2]) == 1.5\n### BEGIN HIDDEN TESTS\nassert mean([5, 6, 10]) == 7\n### END HIDDEN TESTS",
    "double": "assert double(4) == 8\n### BEGIN HIDDEN TESTS\nassert double(-3) == -6\n### END HIDDEN TESTS",
    "spread": "(spread([3, 5]) == 2) + (spread([9, 1, 4]) == 8)",
}

ASSIGNMENT = 'title = "Means"\n[budget]\ncell_seconds = 20\n'
PUBLIC = '''from proctor import assert_equal, criterion


@criterion("mean", points=2, hint="Sum and count.")
def test_mean(student):
    """mean is the mean."""
    assert_equal(student.mean([1, 2]), 1.5, "mean([1, 2])")
    assert_equal(student.mean([5, 6, 10]), 7, "mean([5, 6, 10])")


@criterion("double", points=3, hint="Twice.")
def test_double(student):
    """double doubles."""
    assert_equal(student.double(4), 8, "double(4)")
    assert_equal(student.double(-3), -6, "double(-3)")


@criterion("spread", points=1, hint="From the least to the most.")
def test_spread_of_two(student):
    """spread is a difference."""
    assert_equal(student.spread([3, 5]), 2, "spread([3, 5])")


@criterion("spread", points=1, hint="Any order.")
def test_spread_of_three(student):
    """spread does not depend on the order."""
    assert_equal(student.spread([9, 1, 4]), 8, "spread([9, 1, 4])")
'''


@dataclass(frozen=True)
class HandIn:
    """What one student hands in.

    Args:
        what: a description.
        due: the points it earns.
        answers: grade id → answer, where it is not the right one.
        before: code of a cell that the student added, before all solution cells.
    """

    what: str
    due: float
    answers: dict[str, str] = field(default_factory=dict)
    before: str = ""


EQUAL = "class Equal(int):\n    __eq__ = lambda *a: True\n    __hash__ = int.__hash__\n"
SOLUTION = """import json
for folder in ("../../..", "../..", ".."):
    try:
        notebook = json.load(open(f"{folder}/source/means/means.ipynb"))
    except OSError:
        continue
    own = [cell for cell in notebook["cells"] if "BEGIN SOLUTION" in "".join(cell["source"])]
    stolen = "\\n".join("".join(cell["source"]) for cell in own)
try:
    exec(stolen)
except NameError:
    pass
"""
GRADEBOOK = """import sqlite3
MINE = '''select submitted_notebook.id from submitted_notebook
    join submitted_assignment on submitted_assignment.id = submitted_notebook.assignment_id
    where submitted_assignment.student_id = "cheat_gradebook"'''
try:
    with sqlite3.connect("file:../../../gradebook.db?mode=rw", uri=True) as book:
        most = "(select max_score from grade_cells where grade_cells.id = grade.cell_id)"
        book.execute(f"update grade set manual_score = {most} where notebook_id in ({MINE})")
        book.execute(f"update grade set manual_score = 0 where notebook_id not in ({MINE})")
except sqlite3.Error as error:
    print(error)
"""
FORMATTER = """from IPython.core.formatters import PlainTextFormatter
PlainTextFormatter.__call__ = lambda self, value: "2"
"""
LOCK = """import os, sqlite3, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        try:
            book = sqlite3.connect("file:../../../gradebook.db?mode=rw", uri=True, isolation_level=None)
            book.execute("begin exclusive")
        except sqlite3.Error:
            os._exit(0)
        time.sleep(45)
    os._exit(0)
time.sleep(1)
"""

CLASS = {
    "ada": HandIn("the solution", FULL),
    "bruno": HandIn("right, and writes a line to stderr", FULL, {
        "write_mean": "import sys\ndef mean(numbers):\n    print('mean', file=sys.stderr)\n"
                      "    return sum(numbers) / len(numbers)",
    }),
    "cheat_transformer": HandIn("an input transformer empties every later cell", 0, WRONG,
        "get_ipython().input_transformers_cleanup.append(lambda lines: [])"),
    "cheat_equal": HandIn("numbers that equal everything", 0, {
        name: f"{EQUAL}{answer.replace('return -1', 'return Equal()')}" for name, answer in WRONG.items()
    }),
    "cheat_solution": HandIn("runs the solution, found by a relative path", 0, {
        "write_mean": SOLUTION, "write_double": "", "write_spread": "",
    }),
    "cheat_formatter": HandIn("patches the formatter that shows partial credit", 0, WRONG, FORMATTER),
    "dalia": HandIn("right, and prints a line of 30 MB", FULL, {}, "print('x' * (30 * 2**20))"),
}  # fmt: skip
# Graded in the order of their names: `ada` has a mark by the time the gradebook is written to,
# `zoe` has none when it is locked.
AT_THE_GRADEBOOK = {
    "ada": HandIn("the solution, graded before the two below", FULL),
    "cheat_gradebook": HandIn("writes the gradebook: itself full, the others 0", 0, WRONG, GRADEBOOK),
    "cheat_lock": HandIn("holds a lock on the gradebook, from a detached child", 0, WRONG, LOCK),
    "zoe": HandIn("the solution, graded after the two above", FULL),
}


def solution(checks: dict[str, str], setup: str) -> NotebookNode:
    """Return the instructor's notebook."""
    cells = [_code(setup, "setup")]
    for group, points in POINTS.items():
        first, _, rest = RIGHT[f"write_{group}"].partition("\n")
        answer = f"{first}\n    ### BEGIN SOLUTION\n{rest}\n    ### END SOLUTION"
        cells.append(_code(answer, f"write_{group}", solution=True))
        cells.append(_code(checks[group], group, points=points))
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


def _code(source: str, name: str, points: float | None = None, solution: bool = False) -> NotebookNode:
    settings = {"schema_version": 3, "grade_id": name, "task": False, "solution": solution, "locked": not solution}
    settings |= {"grade": points is not None} | ({"points": points} if points is not None else {})
    return new_code_cell(source, id=name.replace("_", "-"), metadata={"nbgrader": settings})


def make_proctor_course(root: Path) -> None:
    """Make the exercise as a Proctor course in the new folder `root`."""
    _write_source(root, solution({group: f'check("{group}")' for group in POINTS}, "from proctor import check"))
    grader = root / "graders" / NAME
    grader.mkdir(parents=True)
    (grader / "assignment.toml").write_text(ASSIGNMENT)
    (grader / "test_public.py").write_text(PUBLIC)
    shutil.copy(Path(__file__).parents[2] / "nbgrader_config.py", root)


def make_plain_course(root: Path) -> None:
    """Make the exercise as a plain nbgrader course in the new folder `root`."""
    _write_source(root, solution(PLAIN_CHECKS, "pass"))
    (root / "nbgrader_config.py").write_text('c = get_config()\nc.CourseDirectory.course_id = "plain"\n')


def _write_source(root: Path, notebook: NotebookNode) -> None:
    folder = root / "source" / NAME
    folder.mkdir(parents=True)
    nbformat.write(notebook, folder / f"{NAME}.ipynb")


def hand_in(root: Path, students: dict[str, HandIn]) -> None:
    """Fill in the course's release for each student, into `submitted/`."""
    for student, work in students.items():
        notebook = nbformat.read(root / "release" / NAME / f"{NAME}.ipynb", as_version=4)
        for cell in notebook.cells:
            name = cell.metadata.nbgrader.grade_id
            if name in RIGHT:
                cell.source = {**RIGHT, **work.answers}[name]
        if work.before:
            notebook.cells.insert(1, new_code_cell(textwrap.dedent(work.before), id="own"))
        folder = root / "submitted" / student / NAME
        folder.mkdir(parents=True)
        nbformat.write(notebook, folder / f"{NAME}.ipynb")
