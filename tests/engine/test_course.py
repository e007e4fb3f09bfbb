"""Reading a course: once in a run, and without writing anything when a run is only explained."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import nbformat
import pytest
from conftest import code, run_proctor
from nbformat.v4 import new_notebook

from proctor.course.course import Course
from proctor.record.plain_course import read_plain
from proctor.run.lock import one_run
from proctor.run.plan import make_plans


def plain_notebook() -> nbformat.NotebookNode:
    """A notebook whose test is a cell."""
    solution = "### BEGIN SOLUTION\nanswer = 42\n### END SOLUTION"
    return new_notebook(cells=[code(solution, "answer", solution=True), code("assert answer == 42", "exact", points=2)])


@pytest.fixture
def plain(tmp_path: Path) -> Course:
    """A plain nbgrader course, in which three students handed in the one assignment."""
    root = tmp_path / "plain"
    folders = [root / "source/ps", *(root / "submitted" / student / "ps" for student in ("ada", "bob", "cy"))]
    for folder in folders:
        folder.mkdir(parents=True)
        nbformat.write(plain_notebook(), folder / "ps.ipynb")
    (root / "nbgrader_config.py").write_text("c = get_config()\n")
    return Course(root)


def snapshot(root: Path) -> dict[str, tuple[int, int, str]]:
    """Each file and folder below `root`: its size, the time of its last change, its digest."""
    return {
        str(path.relative_to(root)): (
            path.lstat().st_size,
            path.lstat().st_mtime_ns,
            hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "",
        )
        for path in root.rglob("*")
    }


@pytest.mark.parametrize("has_gradebook", [False, True])
def test_explaining_a_run_only_reads(plain: Course, has_gradebook: bool) -> None:
    """`proctor grade --explain` changes no file, and runs while a run holds the course's lock."""
    if has_gradebook:
        read_plain(plain, "ps", register=True)
    before = snapshot(plain.root)
    assert "not graded yet" in run_proctor(plain.root, "grade", "--explain").stdout
    assert snapshot(plain.root) == before
    with one_run(plain.state):
        before = snapshot(plain.root)
        assert "not graded yet" in run_proctor(plain.root, "grade", "--explain").stdout
        assert snapshot(plain.root) == before
        assert "is being graded already" in " ".join(run_proctor(plain.root, "grade", code=2).stdout.split())


def test_a_run_executes_the_settings_once(plain: Course) -> None:
    """However many submissions a run grades and records, nbgrader_config.py is executed once."""
    executed = plain.root.parent / "executed"
    config = plain.root / "nbgrader_config.py"
    config.write_text(f"{config.read_text()}with open({str(executed)!r}, 'a') as file:\n    file.write('once ')\n")
    assert "3 graded" in run_proctor(plain.root, "grade", "--jobs", "1").stdout
    assert executed.read_text() == "once "


def test_a_run_reads_an_assignment_once(plain: Course) -> None:
    """Plans for later submissions come from the assignment as it was read for the first one."""
    plans = make_plans(plain, [("ps", "ada"), ("ps", "bob"), ("ps", "cy")], register=True)
    first = next(plans)
    assert first.shared.plain is not None
    shutil.rmtree(plain.root / "source")
    assert [plan.shared is first.shared and not plan.fault for plan in plans] == [True, True]


def test_a_course_lists_its_folders_once(course: Course, plain: Course) -> None:
    """Assignments' names and declarations stay as first read; a new Course reads them anew."""
    assert (course.names(), plain.plain_names()) == (["double"], ["ps"])
    declared = course.assignment("double")
    for folder in (course.grader("double"), plain.root / "source/ps"):
        shutil.copytree(folder, folder.with_name("copy"))
    (course.grader("double") / "assignment.toml").write_text('title = "Changed"')
    assert (course.names(), plain.plain_names()) == (["double"], ["ps"])
    assert course.assignment("double") is declared
    assert sorted(Course(course.root).names()) == ["copy", "double"]
    assert Course(course.root).assignment("double").title == "Changed"
    assert Course(plain.root).plain_names() == ["copy", "ps"]
