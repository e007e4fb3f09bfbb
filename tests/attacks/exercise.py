"""A small exercise with criteria that compare in many ways, so that any false mark would show."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
from conftest import code, make_course
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from proctor.course.course import Course

NAME = "sums"
CANARY = "".join(("canary-", "of-the-", "hidden-", "tests"))

ASSIGNMENT = """
title = "Sums"
order = 2
[budget]
notebook_seconds = 300
cell_seconds = SECONDS
call_seconds = SECONDS
memory_gb = 3
"""

PUBLIC = '''
import numpy as np

from proctor import assert_close, criterion, take


@criterion("relu", points=1, hint="What should become of negative numbers?")
def test_relu_values(student):
    """relu keeps what is positive."""
    assert_close(student.relu(np.array([-1.0, 2.0])), np.array([0.0, 2.0]), "relu([-1, 2])")


@criterion("total", points=1, hint="Start at 0.")
def test_total_of_three(student):
    """total adds up."""
    assert student.total([1, 2, 3]) == 6


@criterion("column", points=1, hint="One axis.")
def test_column_doubles(student):
    """column doubles, and keeps the shape."""
    assert_close(student.column(np.arange(3.0)), np.array([0.0, 2.0, 4.0]), "column([0, 1, 2])")


@criterion("counter", points=1, hint="Keep what was added in `value`.")
def test_counter_counts(student):
    """A Counter knows the sum of what was added."""
    counter = student.Counter()
    counter.add(2)
    counter.add(3)
    assert counter.value == 5
    assert counter.value < 6


@criterion("count", points=1, hint="Start at 0.")
def test_count_yields(student):
    """count yields the numbers below n, without end checks."""
    assert take(student.count(3), 10) == [0, 1, 2]
'''

HIDDEN = f'''
import numpy as np

from proctor import assert_between, assert_close, assert_equal, criterion

CANARY = "{CANARY}"


@criterion("relu", points=1, hint="Any number of dimensions.")
def test_relu_any_shape(student):
    """relu works on any shape."""
    x = np.random.default_rng(31337).normal(size=(2, 3, 4))
    expected = np.where(x > 0, x, 0)
    assert_close(student.relu(x), expected, "relu(x)")


@criterion("total", points=1, hint="Any integers.")
def test_total_of_any(student):
    """total is exact."""
    assert_equal(student.total([2**70, 5, -(2**60)]), 2**70 + 5 - 2**60, "total(numbers)")


@criterion("loss", points=1, hint="It is a distance.")
def test_loss_is_small(student):
    """loss is small where two arrays are nearly the same, and large where they are not."""
    assert_between(student.loss(np.ones(4), np.ones(4) + 1e-3), 0, 0.01, "loss(a, b)")
    assert_between(student.loss(np.zeros(4), np.ones(4)), 0.99, 1.01, "loss(a, b)")
'''

RIGHT = {
    "write_relu": "def relu(x):\n    return np.maximum(x, 0)",
    "write_total": "def total(numbers):\n    return sum(numbers)",
    "write_column": "def column(x):\n    return 2 * x",
    "write_counter": """class Counter:
    def __init__(self):
        self.value = 0

    def add(self, number):
        self.value += number""",
    "write_loss": "def loss(a, b):\n    return float(np.mean((a - b) ** 2))",
    "write_count": "def count(n):\n    yield from range(n)",
}
WRONG = {
    "write_relu": "def relu(x):\n    return x - 7",
    "write_total": "def total(numbers):\n    return -1",
    "write_column": "def column(x):\n    return x + 9",
    "write_counter": "class Counter:\n    value = 0\n\n    def add(self, number):\n        pass",
    "write_loss": "def loss(a, b):\n    return 0.5",
    "write_count": "def count(n):\n    yield -1",
}
POINTS = {"relu": 2, "total": 2, "column": 1, "counter": 1, "loss": 1, "count": 1}
FULL = sum(POINTS.values())


def notebook(answers: dict[str, str], before: str = "", after: str = "") -> NotebookNode:
    """The exercise with these answers, and the student's own cells before and after them."""
    cells = [new_markdown_cell("# Sums", id="title"), code("import numpy as np\nfrom proctor import check", "setup")]
    if before:
        cells.append(new_code_cell(before, id="own-before"))
    for group, points in POINTS.items():
        cells.append(code(answers[f"write_{group}"], f"write_{group}", solution=True))
        cells.append(code(f'check("{group}")', group, points=points))
    if after:
        cells.append(new_code_cell(after, id="own-after"))
    return new_notebook(cells=cells)


def make_attacked_course(root: Path, seconds: int) -> Course:
    """A course with this exercise beside the small one of `conftest`, which has a model.

    Args:
        seconds: that a cell, or the answer to a question, may take.
    """
    course = make_course(root)
    source = {
        name: f"{first}\n    ### BEGIN SOLUTION\n{rest}\n    ### END SOLUTION"
        for name, (first, _, rest) in ((name, answer.partition("\n")) for name, answer in RIGHT.items())
    }
    for folder in (course.source(NAME).parent, course.grader(NAME)):
        folder.mkdir(parents=True)
    nbformat.write(notebook(source), course.source(NAME))
    files = {
        "assignment.toml": ASSIGNMENT.replace("SECONDS", str(seconds)),
        "test_public.py": PUBLIC,
        "test_hidden.py": HIDDEN,
    }
    for name, text in files.items():
        (course.grader(NAME) / name).write_text(text)
    return course


def hand_in(course: Course, student: str, handed_in: NotebookNode | bytes, name: str = NAME) -> Path:
    """Put a notebook into `submitted/`; returns its folder."""
    folder = course.submitted(student, name)
    folder.mkdir(parents=True)
    data = handed_in if isinstance(handed_in, bytes) else json.dumps(handed_in).encode()
    (folder / f"{name}.ipynb").write_bytes(data)
    return folder
