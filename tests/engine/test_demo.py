"""`proctor demo` shows a whole class being graded, and says so if an attack ever succeeds."""

import csv
import io

import pytest
from rich.console import Console

from proctor.author.scaffold import scaffold
from proctor.cli import demo as demonstration
from proctor.cli.demo import CLASS, demo
from proctor.course.course import Course
from proctor.errors import ProctorError

EXERCISES = ("double", "first_steps")


@pytest.fixture
def two_exercises(course):
    """The small course with a second exercise."""
    scaffold(course, "first_steps")
    return Course(course.root)


@pytest.fixture
def console():
    """A terminal that remembers."""
    return Console(file=io.StringIO(), width=160)


@pytest.fixture
def short_class(monkeypatch):
    """Makes a class of just these."""
    return lambda *members: monkeypatch.setattr(demonstration, "CLASS", members)


def test_a_class_of_twelve(two_exercises, tmp_path, console, monkeypatch):
    """Solutions and variants get full marks, mutants fewer, empty work and cheats none."""
    monkeypatch.setattr(demonstration, "FUSE", 2)
    folder = tmp_path / "demo"
    demo(two_exercises, folder, console, EXERCISES)
    with (folder / "marks.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["score"]]
    shares = {(row["student"], row["assignment"]): float(row["score"]) / float(row["max_score"]) for row in rows}
    assert len(shares) == len(CLASS) == 12
    for student, index, kind, _ in CLASS:
        share = shares[student, EXERCISES[index]]
        if kind in ("solution", "variant"):
            assert share == 1
        elif kind == "mutant":
            assert 0 < share < 1
        else:
            assert share == 0
        assert (folder / "feedback" / student / EXERCISES[index] / f"{EXERCISES[index]}.html").is_file()
    said = console.file.getvalue()
    assert "achieved nothing" in said
    assert "12 graded" in said


def test_an_attack_that_succeeds_is_told(two_exercises, tmp_path, console, short_class):
    """If a hostile submission earns points or opens a file, the demo ends with an
    error that says which."""
    attack = "def relu(x):\n    return np.maximum(x, 0)\n\n\nprint('could open', '../../gradebook.db')"
    short_class(("eve", 0, "hostile: does the work", attack))
    with pytest.raises(ProctorError) as caught:
        demo(two_exercises, tmp_path / "demo", console, EXERCISES)
    assert "eve got 2 points" in str(caught.value)
    assert "eve could open ../../gradebook.db" in str(caught.value)


def test_a_demo_replaces_itself_and_nothing_else(two_exercises, tmp_path, console, short_class):
    """A second demo takes the place of the first; a file that somebody put beside it stays."""
    short_class(("emeka", 0, "untouched", 0))
    folder = tmp_path / "demo"
    demo(two_exercises, folder, console, EXERCISES)
    (folder / "notes.txt").write_text("mine")
    short_class(("ada", 1, "solution", 0))
    demo(two_exercises, folder, console, EXERCISES)
    assert (folder / "notes.txt").read_text() == "mine"
    assert [path.name for path in (folder / "submitted").iterdir()] == ["ada"]


def test_a_folder_that_is_no_demo_is_left_alone(two_exercises, tmp_path, console):
    """A folder with anything else in it is refused and stays as it is."""
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "gradebook.db").write_text("marks")
    with pytest.raises(ProctorError, match="is no demo"):
        demo(two_exercises, tmp_path / "thesis", console, EXERCISES)
    assert [path.name for path in (tmp_path / "thesis").iterdir()] == ["gradebook.db"]
    with pytest.raises(ProctorError, match="is a file"):
        demo(two_exercises, tmp_path / "thesis" / "gradebook.db", console, EXERCISES)
