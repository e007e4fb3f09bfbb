"""A small real course, a fork server for the whole test run, and ways to hand things in."""

from __future__ import annotations

import copy
import functools
import io
import os
import re
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from hypothesis import HealthCheck, settings
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from proctor.course.course import Course
from proctor.jail.course_jail import Jails, fork_server
from proctor.judge.examiner import grade
from proctor.verdict import CriterionResult, Verdict

pytest_plugins = ["pytester", "browser", "data_files"]
# A busy machine may take as long for an example as it likes.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # Scripts start so what they run in the background, and commands in tests would inherit it.
    signal.signal(signal.SIGINT, signal.default_int_handler)

ASSIGNMENT = """
title = "Double"
order = 1
[artifacts]
model = "double.keras"
[budget]
notebook_seconds = 300
cell_seconds = 60
call_seconds = 30
"""

PUBLIC = '''
import numpy as np
import pytest

from proctor import assert_close, assert_layer, assert_output_shape, criterion, take


@criterion("relu", points=1, hint="What should become of negative numbers?")
def test_relu_values(student):
    """relu keeps what is positive."""
    assert_close(student.relu(np.array([-1.0, 2.0])), np.array([0.0, 2.0]), "relu([-1, 2])")


@criterion("count", points=1, hint="Start at 0.")
@pytest.mark.parametrize("n", [1, 3])
def test_counts(student, n):
    """count yields the numbers below n, without end checks."""
    assert take(student.count(n), 10) == list(range(n))


@criterion("model", points=1, hint="One number in, one number out.")
def test_one_unit(student):
    """The model has one unit."""
    assert_output_shape(student.model, (None, 1))
    assert_layer(student.model, -1, units=1)
'''

HIDDEN = '''
import numpy as np

from proctor import assert_close, criterion


@criterion("relu", points=1, hint="Any number of dimensions.")
def test_relu_any_shape(student):
    """relu works on any shape."""
    secret_marker = np.random.default_rng(31337).normal(size=(2, 3, 4))
    assert_close(student.relu(secret_marker), np.where(secret_marker > 0, secret_marker, 0), "relu(x)")


@criterion("model", points=2, hint="Train until it doubles.", needs="relu")
def test_doubles(student, credit):
    """The model has learned to double."""
    found = float(student.model.predict(np.array([[0.5]]))[0, 0])
    credit.between(abs(found - 1.0), zero=0.5, full=0.1)
'''

ANSWERS = """
from proctor.answers import edit, mutant, retrained, untrained, variant

variants = [
    variant("with where", edit("write_relu", "np.maximum(x, 0)", "np.where(x > 0, x, 0)")),
    variant("an iterator", edit("write_count", "yield from range(n)", "return iter(range(n))")),
    variant("a layer added", edit("write_build", "built = keras", "keras.Sequential().add(layer); built = keras")),
]
mutants = [
    mutant("absolute value", edit("write_relu", "np.maximum(x, 0)", "np.abs(x)"), fails="relu"),
    mutant("counts one more", edit("write_count", "range(n)", "range(n + 1)"), fails="count"),
    mutant("two units", edit("write_build", "Dense(1", "Dense(2"), untrained(), fails=["one_unit", "doubles"]),
    mutant("untrained", untrained(), fails="doubles"),
]
hidden_because = {"doubles": "what it doubles would be all there is to learn"}
"""

RELU = """def relu(x):
    ### BEGIN SOLUTION
    return np.maximum(x, 0)
    ### END SOLUTION"""
FOR_EVER = """import ctypes
PR_SET_NAME = 15
ctypes.CDLL(None).prctl(PR_SET_NAME, b"in_training")
while True:
    pass"""
COUNT = """def count(n):
    ### BEGIN SOLUTION
    yield from range(n)
    ### END SOLUTION"""
BUILD = """def build():
    ### BEGIN SOLUTION
    layer = keras.layers.Dense(1, kernel_initializer="zeros")
    built = keras.Sequential([keras.Input((1,)), layer])
    return built
    ### END SOLUTION


model = build()"""
# Doubling exactly, without the seconds that a training takes.
TRAIN = """model.set_weights([np.array([[2.0]]), np.array([0.0])])
model.save("double.keras")"""


def code(
    source: str, grade_id: str, points: float | None = None, solution: bool = False, train: bool = False
) -> NotebookNode:
    """A code cell with nbgrader's metadata."""
    settings = {"schema_version": 3, "solution": solution, "locked": not solution, "task": False, "grade_id": grade_id}
    settings["grade"] = points is not None
    if points is not None:
        settings["points"] = points
    tags = {"tags": ["train"]} if train else {}
    return new_code_cell(source, id=grade_id.replace("_", "-"), metadata={"nbgrader": settings, **tags})


def solution_notebook() -> NotebookNode:
    """The instructor's notebook of the small course."""
    return new_notebook(
        cells=[
            new_markdown_cell("# Double", id="title"),
            code("import numpy as np\nimport keras\nfrom proctor import check", "setup"),
            code(RELU, "write_relu", solution=True),
            code('check("relu")', "relu", points=2),
            code(COUNT, "write_count", solution=True),
            code('check("count")', "count", points=1),
            code(BUILD, "write_build", solution=True),
            code(TRAIN, "train", train=True),
            code('check("model")', "model", points=3),
        ]
    )


@pytest.fixture
def solution() -> NotebookNode:
    """A fresh copy of the solution."""
    return copy.deepcopy(solution_notebook())


def edited(notebook: NotebookNode, grade_id: str, source: str) -> NotebookNode:
    """`notebook` with another source in the cell `grade_id`."""
    changed = copy.deepcopy(notebook)
    for cell in changed.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id:
            cell.source = source
            return changed
    raise KeyError(grade_id)


def make_course(root: Path) -> Course:
    """The small course in `root`."""
    for folder in ("source/double", "graders/double"):
        (root / folder).mkdir(parents=True)
    nbformat.write(solution_notebook(), root / "source/double/double.ipynb")
    files = {"assignment.toml": ASSIGNMENT, "test_public.py": PUBLIC, "test_hidden.py": HIDDEN, "answers.py": ANSWERS}
    for name, text in files.items():
        (root / "graders/double" / name).write_text(text)
    config = Path(__file__).parent.parent / "nbgrader_config.py"
    (root / config.name).write_text(config.read_text())
    return Course(root)


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """The small course in a folder of its own."""
    return make_course(tmp_path / "course")


def set_budget(course: Course, **seconds: float) -> None:
    """Change seconds in the small exercise's budget, which has room for honest
    work on a busy machine."""
    path = course.grader("double") / "assignment.toml"
    text = path.read_text()
    for name, value in seconds.items():
        text = re.sub(rf"^{name} = .*", f"{name} = {value}", text, flags=re.MULTILINE)
    path.write_text(text)


STUCK = """
import re

from proctor import criterion


@criterion("relu", points=1, hint="h")
def test_relu(student):
    \"\"\"It ends.\"\"\"
    re.findall("(?:a|a)*b", "a" * 200)
"""
SHORT = """
title = "Stuck"
[budget]
notebook_seconds = 1
cell_seconds = 1
call_seconds = 0.1
"""


def make_stuck_exercise(course: Course, student: str) -> None:
    """An exercise whose grader never ends, with a budget of seconds, and a submission of it."""
    for folder in (course.grader("stuck"), course.source("stuck").parent, course.submitted(student, "stuck")):
        folder.mkdir(parents=True)
    notebook = solution_notebook()
    notebook.cells = notebook.cells[:4]
    notebook.cells[3].metadata.nbgrader["points"] = 1
    for path in (course.source("stuck"), course.submitted(student, "stuck") / "stuck.ipynb"):
        nbformat.write(notebook, path)
    (course.grader("stuck") / "assignment.toml").write_text(SHORT)
    (course.grader("stuck") / "test_public.py").write_text(STUCK)


HandIn = Callable[..., None]


@pytest.fixture
def hand_in(course: Course) -> HandIn:
    """Puts a notebook (and files) into submitted/."""

    def put(student: str, notebook: NotebookNode | bytes | None, files: dict[str, bytes] | None = None) -> None:
        folder = course.submitted(student, "double")
        folder.mkdir(parents=True, exist_ok=True)
        if notebook is not None:
            data = notebook if isinstance(notebook, bytes) else nbformat.writes(notebook).encode()
            (folder / "double.ipynb").write_bytes(data)
        for name, content in (files or {}).items():
            (folder / name).write_bytes(content)

    return put


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where jails are to be had."""
    with fork_server(make_course(tmp_path_factory.mktemp("served") / "course")) as found:
        yield found


@pytest.fixture
def graded(course: Course, hand_in: HandIn, address: str) -> Callable[..., Verdict]:
    """Hands in a notebook (and files) and grades it, in this process."""

    def hand_in_and_grade(
        notebook: NotebookNode | bytes | None, files: dict[str, bytes] | None = None, student: str = "ada"
    ) -> Verdict:
        hand_in(student, notebook, files)
        verdict, _ = grade(course, course.assignment("double"), student, Jails(address))
        return verdict

    return hand_in_and_grade


def run_proctor(root: Path, *arguments: str, code: int | None = 0) -> subprocess.CompletedProcess[str]:
    """Run `proctor ...` in the course folder `root` as a user does, and assert
    the exit status `code`."""
    command = [sys.executable, "-m", "proctor", *arguments]
    environment = {**os.environ, "COLUMNS": "160"}
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=1200, env=environment)
    assert code is None or done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr + done.stdout, done.stderr
    return done


@pytest.fixture
def proctor(course: Course) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs `proctor ...` in the course, as a user does."""
    return functools.partial(run_proctor, course.root)


@pytest.fixture
def bundle(course: Course, proctor: Callable[..., object], tmp_path: Path) -> Path:
    """The folder into which a service unpacks what `proctor autograder` makes.

    In `proctor/bin` beside it are the programs of the environment that the service installs.
    """
    proctor("autograder", "double", str(tmp_path / "bundle.zip"))
    with zipfile.ZipFile(tmp_path / "bundle.zip") as archive:
        archive.extractall(tmp_path / "source")
        for member in archive.infolist():
            (tmp_path / "source" / member.filename).chmod(member.external_attr >> 16)
    (tmp_path / "proctor" / "bin").mkdir(parents=True)
    for program in ("proctor", "python"):
        # A link to the interpreter would be one without our environment's packages.
        script = tmp_path / "proctor" / "bin" / program
        script.write_text(f'#!/bin/sh\nexec {Path(sys.executable).with_name(program)} "$@"\n')
        script.chmod(0o755)
    return tmp_path / "source"


@pytest.fixture(scope="session")
def keras_file() -> Callable[..., bytes]:
    """Makes the bytes of a `.keras` file of a Sequential of the given layers."""

    def make(*layers: object, shape: tuple[int, ...] = (1,)) -> bytes:
        import tempfile

        import keras

        model = keras.Sequential([keras.Input(shape), *layers])
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "model.keras")
            model.save(path)
            return io.BytesIO(path.read_bytes()).getvalue()

    return make


def statuses(verdict: Verdict) -> dict[str, str]:
    """Criterion → status."""
    return {result.name: result.status for result in verdict.criteria}


def verdict(student: str = "ada") -> Verdict:
    """A verdict with full marks, as an examiner gives it."""
    worth = {"relu": 2, "count": 1, "model": 3}
    criteria = [CriterionResult(name, name, "t", "h", points, points, "passed") for name, points in worth.items()]
    return Verdict("double", student, graded=True, criteria=criteria, environment={"jail": "full"})
