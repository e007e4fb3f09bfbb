"""`proctor export`: the marks in the forms that other gradebooks import."""

from __future__ import annotations

import csv
import json
import xml.etree.ElementTree as ET
import zipfile

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
    """A course with a roster of three, of whom one was 90 minutes late and has a mark."""
    course = make_course(tmp_path_factory.mktemp("class") / "course")
    (course.root / "roster.csv").write_text(ROSTER)
    (course.root / "course.toml").write_text('roster = "roster.csv"\ndue.double = 2030-01-05T23:00:00Z\n')
    course.submitted("ada", "double").mkdir(parents=True)
    (course.submitted("ada", "double") / "double.ipynb").write_text(nbformat.writes(solution_notebook()))
    (course.submitted("ada", "double") / "timestamp.txt").write_text("2030-01-06 00:30:00 UTC")
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


def test_programs_for_gradescope_read_it(root):
    """Its columns in its order: four for each exercise, then the total lateness; one who handed in
    nothing has no score, no time and no lateness."""
    columns = ["double", "double - Max Points", "double - Submission Time", "double - Lateness (H:M:S)"]
    nothing = ["", "6.0", "", "00:00:00", "00:00:00"]
    late = ["6.0", "6.0", "2030-01-06 00:30:00 +0000", "01:30:00", "01:30:00"]
    assert rows_of(root, "gradescope") == [
        ["First Name", "Last Name", "SID", "Email", "Sections", *columns, "Total Lateness (H:M:S)"],
        ["", "", "cy", "", "", *nothing],
        ["Ada", "King", "ada", "ada@example.org", "", *late],
        ["'=1+1", "van Dam, Jr.", "bob", "bob@example.org", "", *nothing],
    ]


def read_workbook(file) -> dict[str, list[list[object]]]:
    """Sheet → rows of texts and numbers, as ECMA-376 has them; fails if there is a formula."""
    main = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    with zipfile.ZipFile(file) as archive:
        parts = {name: ET.fromstring(archive.read(name)) for name in archive.namelist() if name.endswith(".xml")}
    texts = ["".join(item.itertext()) for item in parts["xl/sharedStrings.xml"].iter(f"{main}si")]
    titles = [sheet.get("name") for sheet in parts["xl/workbook.xml"].iter(f"{main}sheet")]
    book: dict[str, list[list[object]]] = {}
    for number, title in enumerate(titles, 1):
        sheet = parts[f"xl/worksheets/sheet{number}.xml"]
        assert not [*sheet.iter(f"{main}f")]
        rows: list[list[object]] = [
            [texts[int(cell[0].text or "")] if cell.get("t") == "s" else float(cell[0].text or "") for cell in row]
            for row in sheet.iter(f"{main}row")
        ]
        book[str(title)] = rows
    return book


def test_a_spreadsheet_has_a_sheet_for_each_exercise(root):
    """All marks first, then each exercise with the points of its check cells, the time and the
    lateness; what begins like a formula is the text that it was."""
    assert run_proctor(root, "export", "marks.xlsx").stdout == "1 marks in marks.xlsx\n"
    assert (root / "marks.xlsx").stat().st_mode & 0o777 == 0o600
    book = read_workbook(root / "marks.xlsx")
    people = ["id", "first name", "last name", "e-mail"]
    bob = ["bob", "=1+1", "van Dam, Jr.", "bob@example.org"]
    ada = ["ada", "Ada", "King", "ada@example.org"]
    assert book["marks"] == [[*people, "double / 6"], ["cy", "", "", ""], [*ada, 6], bob]
    head, _, marked, missing = book["double"]
    of_points = ["points / 6", "count", "model", "relu", "off for being late", "handed in (UTC)", "hours late"]
    assert sorted(map(str, head)) == sorted(people + of_points)
    days = 47489 + 0.5 / 24  # 2030-01-06 00:30, counted from 1899-12-30
    assert marked[:5] == [*ada, 6]
    assert dict(zip(head[5:8], marked[5:8], strict=True)) == {"relu": 2, "count": 1, "model": 3}
    assert marked[8:] == [pytest.approx(days), 1.5]
    assert missing == bob


def test_a_program_reads_it(root):
    """JSON has a number or nothing for each student and assignment."""
    run_proctor(root, "export", "marks.json")
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
    assert "there is no form 'theirs'; there are csv, canvas, moodle, gradescope, json, xlsx, ours" in " ".join(
        said.split()
    )
