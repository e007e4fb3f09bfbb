"""What tells marks is readable by its owner alone, whatever the umask is."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from conftest import edited

from proctor.course.course import Course

PRIVATE = ("autograded", "feedback", ".proctor/verdicts", ".proctor/logs", "gradebook.db", "marks.csv")


def open_to_others(course: Course) -> list[str]:
    """The files and folders with marks that anybody but their owner may use."""
    places = [course.root / name for name in PRIVATE]
    paths = [path for place in places for path in (place, *place.rglob("*"))]
    modes = {path: path.lstat().st_mode for path in paths}
    return [f"{path} {stat.filemode(mode)}" for path, mode in modes.items() if mode & (stat.S_IRWXG | stat.S_IRWXO)]


@pytest.fixture
def umask(request):
    """The process's umask is that of the parameter, for as long as the test runs."""
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


@pytest.mark.parametrize("umask", [0o000, 0o022], indirect=True)
def test_marks_and_pages_are_their_owners_alone(umask, course, hand_in, proctor, solution):
    """Verdicts, logs, gradebook, graded notebooks, pages and exports, new ones and older ones."""
    hand_in("ada", solution)
    hand_in("bob", b"no notebook")
    proctor("grade", code=1)
    proctor("feedback")
    proctor("export")
    assert open_to_others(course) == []
    assert stat.S_IMODE(course.state.stat().st_mode) == 0o711  # jails read the data in it
    assert stat.S_IMODE((course.state / "data").stat().st_mode) & 0o005

    for name in PRIVATE:
        for path in (course.root / name, *(course.root / name).rglob("*")):
            path.chmod(0o777 if path.is_dir() else 0o666)
    hand_in("ada", edited(solution, "write_count", "count = None"))
    proctor("grade", code=1)
    proctor("feedback")
    proctor("export")
    assert open_to_others(course) == []


def test_instructors_who_share_a_course_still_can(course, hand_in, proctor, solution):
    """With nbgrader's `groupshared`, the group of instructors has the rights of the owner."""
    config = course.root / "nbgrader_config.py"
    config.write_text(config.read_text() + "\nc.CourseDirectory.groupshared = True\n")
    hand_in("ada", solution)
    proctor("grade")
    proctor("feedback")
    for name in ("autograded/ada/double", "feedback/ada/double", ".proctor/verdicts/double"):
        assert stat.filemode((course.root / name).stat().st_mode) == "drwxrws---"
    page = course.feedback("ada", "double") / "double.html"
    for path in (course.autograded("ada", "double") / "double.ipynb", page, Path(course.root, "gradebook.db")):
        assert stat.filemode(path.stat().st_mode).startswith("-rw-rw----"), path
