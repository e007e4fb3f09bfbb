"""`proctor report`: a page on the class, whole in one file."""

from __future__ import annotations

import base64
import csv
import hashlib
import itertools
import json
import re
from datetime import datetime, timedelta

import nbformat
import pytest
from conftest import edited, make_course, run_proctor, solution_notebook
from nbgrader.api import Gradebook

from proctor.author.scaffold import scaffold

EVIL = "</script><img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """The page on a class of five: one late, two wrong, one unreadable, one who is missing."""
    course = make_course(tmp_path_factory.mktemp("class") / "course")
    wrong = {"bob": f"def relu(x):\n    return {EVIL!r}", "cy": "def relu(x):\n    return x + 1"}
    for student in ("ada", "bob", "cy", "dot"):
        notebook = (
            edited(solution_notebook(), "write_relu", wrong[student]) if student in wrong else solution_notebook()
        )
        folder = course.submitted(student, "double")
        folder.mkdir(parents=True)
        (folder / "double.ipynb").write_text("nothing" if student == "dot" else nbformat.writes(notebook))
        (folder / "timestamp.txt").write_text(f"2026-01-02 {'12' if student == 'ada' else '09'}:00:00 UTC")
    run_proctor(course.root, "grade", code=1)
    with Gradebook(f"sqlite:///{course.root}/gradebook.db") as book:
        book.update_or_create_student("ada", first_name="Ada", last_name="King")
        book.add_student("eve")
        book.update_or_create_assignment("double", duedate=datetime(2026, 1, 2, 10))
        book.update_or_create_submission("double", "ada").extension = timedelta(minutes=30)
        book.db.commit()
    (course.root / "course.toml").write_text('[groups.all]\nexercises = ["double"]\nweight = 100\n')
    (course.root / "report.html").touch(0o644)
    assert run_proctor(course.root, "report").stdout == "the class is in report.html\n"
    return course.root / "report.html"


@pytest.fixture
def page(file):
    """Its text."""
    return file.read_text()


def data_of(page: str) -> dict:
    """What the table of students is made from."""
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def test_it_says_what_a_class_has_not_understood(page):
    """The criterion that the fewest met comes first, with what was found instead; a submission
    without a mark is told with the reason, a late one with its hours."""
    text = re.sub(r"\s+", " ", re.sub(r"<(script|style).*?</\1>|<[^>]*>", " ", page, flags=re.DOTALL))
    assert "4 students" not in text
    assert "5 students, 1 exercise." in text
    hard, easy = text.index("relu keeps what is positive"), text.index("count yields the numbers below n")
    assert hard < easy
    assert "33 % 1 of 3" in text[hard:easy]
    assert "1 × found" in text[hard:easy]
    assert "dot double double.ipynb is not valid JSON" in text
    assert "ada double 1.5" in text


def test_every_student_has_a_row_down_to_the_criterion(page):
    """Also those who handed in nothing, or could not be graded."""
    data = data_of(page)
    assert data["students"] == [["ada", "King, Ada"], ["bob", ""], ["cy", ""], ["dot", ""], ["eve", ""]]
    (exercise,) = data["exercises"]
    assert exercise["rows"]["ada"][:3] == [6.0, 5400, "ppppp"]
    marks, earned, reasons = exercise["rows"]["cy"][2:]
    titles = [title for title, _, _ in exercise["criteria"]]
    relu = titles.index("relu keeps what is positive.")
    assert (marks[relu], earned[relu]) == ("f", 0)
    assert data["sentences"][reasons[str(relu)]].startswith("found")
    assert exercise["rows"]["dot"][0] is None
    assert "eve" not in exercise["rows"]


def test_the_names_below_the_curve_are_whole(browser, tmp_path):
    """Of a course of many exercises, no name leaves the picture, and none lies upon another."""
    course = make_course(tmp_path / "course")
    for number in range(20):
        scaffold(course, f"a_long_name_of_number_{number}")
    run_proctor(course.root, "report")
    page = browser.new_page()
    page.goto((course.root / "report.html").as_uri())
    boxes = page.eval_on_selector_all(
        ".trend, .trend text[transform]",
        "all => all.map(one => one.getBoundingClientRect()).map(box => [box.left, box.top, box.right, box.bottom])",
    )
    picture, *names = boxes
    assert len(names) == 21
    for left, top, right, bottom in names:
        assert picture[0] <= left < right <= picture[2]
        assert picture[1] <= top < bottom <= picture[3]
    assert all(one[2] <= other[0] for one, other in itertools.pairwise(sorted(names)))


def test_totals_follow_the_groups_of_the_course(page, file):
    """In the page and in an export; who handed in nothing in time has 0, and who was not graded
    has no total, which is told."""
    third = pytest.approx(33.33)
    totals = {name: percent for name, (percent, _, _) in data_of(page)["totals"].items()}
    assert totals == {"ada": 100, "bob": third, "cy": third, "dot": None, "eve": 0}
    assert data_of(page)["totals"]["dot"][2] == ["double"]
    assert "all (100 %)" in page
    said = run_proctor(file.parent, "export", "marks.json").stdout
    assert "no total for dot: something that was handed in has no mark yet" in said
    assert json.loads((file.parent / "marks.json").read_text())["totals"] == totals
    run_proctor(file.parent, "export")
    lines = (file.parent / "marks.csv").read_text().splitlines()
    rows = {row["student"]: row["total"] for row in csv.DictReader(lines)}
    assert rows == {"ada": "100.0", "bob": "33.33", "cy": "33.33", "dot": "", "eve": "0.0"}
    shown = run_proctor(file.parent, "course").stdout
    assert "percent of the total" in shown


def test_it_is_private_loads_nothing_and_runs_nothing_of_a_students(page, file):
    """Names and hidden criteria are in it: its owner alone may read it. What a student's code
    returned is text there, and only Proctor's own script may run."""
    assert file.stat().st_mode & 0o777 == 0o600
    assert "<img" not in page
    assert not re.search(r"(?:src|href)=\"(?!#)", page)
    script = re.search(r"<script>(.*?)</script>", page, re.DOTALL)
    assert script is not None
    digest = base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in page
    assert "default-src 'none'" in page
    assert EVIL in "".join(data_of(page)["sentences"])
