"""A course's own data sets reach examiners, jails, students and the key of a verdict."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile

import numpy as np
import pytest
from conftest import ASSIGNMENT, edited, solution_notebook

from proctor import datasets
from proctor.author.release import release
from proctor.course.course import Course
from proctor.datasets import course as own
from proctor.errors import ProctorError
from proctor.jail.course_jail import Jails, fork_server
from proctor.judge.examiner import grade
from proctor.record.keys import Key, assignment_key, describe_changes
from proctor.run.cluster import _zip_course

LEAVES = """
import numpy as np

from proctor.datasets import Dataset

SEEDS = {"train": 1, "test": 2}


def draw(split):
    return np.random.default_rng(SEEDS[split]).normal(size=(6, 2)).round(3), np.arange(6) % 3


def write(data, path):
    np.savez(path, x=data[0], y=data[1])


def read(path, split):
    with np.load(path) as arrays:
        return arrays["x"], arrays["y"]


leaves = Dataset(
    name="leaves", noun="leaves", draw=draw, drawing=1, count=lambda data: len(data[0]),
    part="leaves.npz", write=write, read=read,
)
"""
LOADING = """from proctor import datasets


def relu(x):
    return np.maximum(x, 0)


measured, kinds = datasets.load("leaves")
try:
    datasets.load("leaves", split="test")
    secret = "it was had"
except Exception as error:
    secret = str(error)
"""
HIDDEN = """
import numpy as np

from proctor import assert_close, assert_equal, criterion, datasets


@criterion("relu", points=1, hint="Load the data set by its name.")
def test_loads_the_leaves(student):
    \"\"\"The notebook has the training leaves and cannot have the others.\"\"\"
    assert_close(student.measured, datasets.load("leaves")[0], "measured")
    assert_equal(student.secret, "leaves: the test split is not available here.", "secret")
    assert not np.array_equal(datasets.load("leaves", split="test")[0], datasets.load("leaves")[0])


@criterion("model", points=2, hint="Nothing to do.")
def test_nothing(student):
    \"\"\"Nothing is asked.\"\"\"
"""


@pytest.fixture(autouse=True)
def no_course_in_use(monkeypatch):
    """What a test makes this process use ends with the test."""
    monkeypatch.setattr(own, "_folder", None)
    monkeypatch.delenv("PROCTOR_DATA", raising=False)


@pytest.fixture
def with_leaves(course):
    """The small course, with a data set of its own that its assignment asks for."""
    (course.root / own.COURSE_DATA).write_text(LEAVES)
    (course.grader("double") / "assignment.toml").write_text('dataset = "leaves"\n' + ASSIGNMENT)
    (course.grader("double") / "test_hidden.py").write_text(HIDDEN)
    return course


def test_a_notebook_in_the_jail_and_its_grader_load_it(with_leaves, hand_in):
    """The jail has the training part alone; the grader has both."""
    hand_in("ada", edited(solution_notebook(), "write_relu", LOADING), {"double.keras": b""})
    with fork_server(with_leaves) as address:
        verdict, _ = grade(with_leaves, with_leaves.assignment("double"), "ada", Jails(address))
    assert verdict.graded, verdict.reason
    found = {result.name: result for result in verdict.criteria}["loads_the_leaves"]
    assert found.status == "passed", found
    assert verdict.environment["data"] == "leaves: drawn"


def test_a_student_loads_it_beside_the_notebook(with_leaves):
    """The release holds the definitions, and nothing else is needed to load the data."""
    folder = release(with_leaves, "double")
    assert (folder / own.COURSE_DATA).read_text() == LEAVES
    code = "from proctor import datasets; print(len(datasets.load('leaves')[0]), datasets.source('leaves'))"
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True)
    assert done.stdout == "leaves: 6 generated leaves\n6 drawn\n"


def test_a_release_without_it_has_no_definitions(with_leaves):
    """An assignment that asks for another data set does not carry them."""
    (with_leaves.grader("double") / "assignment.toml").write_text(ASSIGNMENT)
    assert not (release(with_leaves, "double") / own.COURSE_DATA).exists()


def current_key(course) -> Key:
    """What all verdicts on the assignment depend on now."""
    fresh = Course(course.root)
    return assignment_key(fresh, fresh.assignment("double"))


def test_a_verdict_depends_on_the_definitions(with_leaves):
    """A changed definition is a changed key; a file that another assignment's data
    come from is not in it."""
    before = current_key(with_leaves)
    assert current_key(with_leaves) == before
    (with_leaves.root / own.COURSE_DATA).write_text(LEAVES.replace('"train": 1', '"train": 3'))
    (told,) = describe_changes(before, current_key(with_leaves))
    assert told.startswith("leaves drawn 1, defined by ")


def test_a_cluster_gets_the_definitions(with_leaves):
    """They travel with the course to every worker."""
    with zipfile.ZipFile(io.BytesIO(_zip_course(with_leaves, ["double"]))) as archive:
        assert archive.read(own.COURSE_DATA).decode() == LEAVES


def test_a_process_that_grades_runs_no_students_file(with_leaves, tmp_path, monkeypatch):
    """A process that knows its course ignores a `course_data.py` in its working directory."""
    (tmp_path / own.COURSE_DATA).write_text("raise SystemExit('run')")
    monkeypatch.chdir(tmp_path)
    datasets.use_course(with_leaves.root)
    assert "leaves" in datasets.names()
    datasets.use_course(with_leaves.root / "source")
    with pytest.raises(ProctorError, match="no data set"):
        datasets.load("leaves")


@pytest.mark.parametrize(
    "text, told",
    [
        ("1 / 0", "course_data.py cannot be run: ZeroDivisionError"),
        ("def f(:", "course_data.py cannot be run: SyntaxError"),
        (LEAVES.replace('name="leaves"', 'name="mnist"'), "Proctor itself has a data set 'mnist'"),
    ],
    ids=["raises", "no Python", "taken"],
)
def test_a_file_of_definitions_that_is_wrong_is_told(tmp_path, text, told):
    """The author reads what is wrong with it."""
    (tmp_path / own.COURSE_DATA).write_text(text)
    datasets.use_course(tmp_path)
    with pytest.raises(ProctorError) as raised:
        datasets.load("leaves")
    assert told in str(raised.value)


def test_what_is_drawn_is_what_is_exported(with_leaves, tmp_path, monkeypatch):
    """A student finds the training split in the jail's folder, read by the course's `read`."""
    datasets.use_course(with_leaves.root)
    x, _ = datasets.load("leaves")
    datasets.export(["leaves"], tmp_path / "exported")
    monkeypatch.setattr(own, "_folder", None)
    monkeypatch.setenv("PROCTOR_DATA", str(tmp_path / "exported"))
    assert np.array_equal(datasets.load("leaves")[0], x)
    datasets.export([], tmp_path / "exported")
    assert not (tmp_path / "exported" / own.COURSE_DATA).exists()
