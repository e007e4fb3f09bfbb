"""Folders may have any name that nbgrader takes: no character of a name is a pattern."""

from __future__ import annotations

import nbformat
import pytest
from conftest import code, run_proctor
from nbformat.v4 import new_notebook

from proctor.errors import CourseError

STUDENTS = ("123 [abc]", "a*b")


@pytest.fixture
def odd_course(tmp_path):
    """A plain course with odd names in which everybody has handed in everything."""
    cells = [
        code("### BEGIN SOLUTION\nanswer = 42\n### END SOLUTION", "answer", solution=True),
        code("assert answer\n### BEGIN HIDDEN TESTS\nassert answer == 42\n### END HIDDEN TESTS", "exact", points=2),
    ]
    for name in ("hw [1]", "A+B"):
        folders = [tmp_path / "source" / name, *(tmp_path / "submitted" / student / name for student in STUDENTS)]
        for folder in folders:
            folder.mkdir(parents=True)
            nbformat.write(new_notebook(cells=cells), folder / "one.ipynb")
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\n")
    return tmp_path


def test_brackets_and_stars_are_names(odd_course):
    """Every submission is graded and gets its page, and no page has a hidden test beside it."""
    run_proctor(odd_course, "grade", "hw [1]")
    run_proctor(odd_course, "feedback", "hw [1]")
    for student in STUDENTS:
        folder = odd_course / "feedback" / student / "hw [1]"
        assert [path.name for path in folder.iterdir()] == ["one.html"]


def test_a_name_that_nbgrader_refuses_costs_no_other(odd_course):
    """One sentence says what is wrong with the name, and the other assignments are graded."""
    done = run_proctor(odd_course, "grade", code=1)
    text = " ".join(done.stdout.replace("│", " ").split())
    assert "4 submissions: 2 graded, 2 not graded" in text
    assert "Assignment names should not contain the following characters: +" in text


@pytest.mark.parametrize(
    "line, said",
    [
        ('titel = "x"', 'double/assignment.toml: there is no key "titel"; did you mean "title"?'),
        ("[budget]\ncall_second = 3", '[budget]: there is no key "call_second"; did you mean "call_seconds"?'),
        ('zzz = "x"', 'there is no key "zzz"; the keys are title, course, '),
    ],
)
def test_a_key_with_a_slip_is_told_with_the_nearest(course, line, said):
    """A key of assignment.toml that does not exist is named, with the one that may be meant."""
    (course.grader("double") / "assignment.toml").write_text(f'title = "Double"\n{line}\n')
    with pytest.raises(CourseError) as raised:
        course.assignment("double")
    assert said in str(raised.value)
