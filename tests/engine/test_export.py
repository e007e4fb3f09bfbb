"""`proctor export`: the marks in the forms that other gradebooks import."""

from __future__ import annotations

import csv
import json

import nbformat
import pytest
from conftest import make_course, run_proctor, solution_notebook

ROSTER = """id,first_name,last_name,email,lms_user_id
ada,Ada,King,ada@example.org,4711
bob,=1+1,"van Dam, Jr.",bob@example.org,
cy,,,,
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A course with a roster of three, of whom one has a mark."""
    course = make_course(tmp_path_factory.mktemp("class") / "course")
    (course.root / "roster.csv").write_text(ROSTER)
    (course.root / "course.toml").write_text('roster = "roster.csv"\n')
    course.submitted("ada", "double").mkdir(parents=True)
    (course.submitted("ada", "double") / "double.ipynb").write_text(nbformat.writes(solution_notebook()))
    run_proctor(course.root, "grade")
    return course.root


def rows_of(root, form: str) -> list[list[str]]:
    """What `proctor export --for FORM` writes, as rows of cells."""
    assert "1 marks in marks.csv" in run_proctor(root, "export", "--for", form).stdout
    with (root / "marks.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def test_canvas_imports_it(root):
    """Canvas wants its five columns first, the points below the header, and its own ids."""
    assert rows_of(root, "canvas") == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "double"],
        ["    Points Possible", "", "", "", "", "6.0"],
        ["cy", "", "", "cy", "", ""],
        ["King, Ada", "4711", "", "ada", "", "6.0"],
        ["van Dam, Jr., '=1+1", "", "", "bob", "", ""],
    ]


def test_moodle_imports_it(root):
    """Moodle finds students by ID number or e-mail; a name is no formula there either."""
    assert rows_of(root, "moodle") == [
        ["First name", "Last name", "ID number", "Email address", "Assignment: double (Real)"],
        ["", "", "cy", "", "-"],
        ["Ada", "King", "ada", "ada@example.org", "6.0"],
        ["'=1+1", "van Dam, Jr.", "bob", "bob@example.org", "-"],
    ]


def test_a_program_reads_it(root):
    """JSON has a number or nothing for each student and assignment."""
    run_proctor(root, "export", "marks.json", "--for", "json")
    assert json.loads((root / "marks.json").read_text()) == {
        "worth": {"double": 6.0},
        "students": {"cy": {"double": None}, "ada": {"double": 6.0}, "bob": {"double": None}},
    }


def test_a_package_adds_a_form(root, tmp_path, monkeypatch):
    """One function, named by an entry point, is all that another gradebook needs; a form that
    nobody has is told with those that there are."""
    (tmp_path / "our_gradebook.py").write_text("def write(sheet):\n    return f'{len(sheet.people)} people'\n")
    metadata = tmp_path / "our_gradebook-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: our-gradebook\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[proctor.export]\nours = our_gradebook:write\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    run_proctor(root, "export", "--for", "ours")
    assert (root / "marks.csv").read_text() == "3 people"
    said = run_proctor(root, "export", "--for", "theirs", code=2).stdout
    assert "there is no form 'theirs'; there are csv, canvas, moodle, json, ours" in " ".join(said.split())
