"""`course.toml`: the gradebook follows it, and what contradicts is told."""

from __future__ import annotations

import pytest
from nbgrader.api import Gradebook

ROSTER = "id,first_name,last_name,email\nada,Ada,King,ada@example.org\nbob,Bob,\ncy,,,\n"
COURSE = """roster = "roster.csv"
[due]
double = 2030-01-05T23:00:00+02:00
[extensions.double]
ada = 2030-01-08T23:00:00+02:00
"""


def test_the_gradebook_follows_the_file(course, proctor, hand_in, solution):
    """`proctor course` and every command that needs due dates bring students, due dates and
    extensions up to it; who is late afterwards loses what the course's rule takes."""
    (course.root / "roster.csv").write_text(ROSTER)
    (course.root / "course.toml").write_text(COURSE)
    with (course.root / "nbgrader_config.py").open("a") as config:
        config.write('\nc.LateSubmissionPlugin.penalty_method = "zero"\n')
    said = proctor("course").stdout
    assert "roster: 3 students added, 0 changed" in said
    assert "2030-01-05 23:00 +0200" in said
    assert "ada until 2030-01-08 23:00" in said
    assert "added" not in proctor("course").stdout
    for student in ("ada", "bob"):
        hand_in(student, solution, {"timestamp.txt": b"2030-01-06 10:00:00 UTC"})
    said = proctor("grade").stdout
    assert "double: due 2030-01-05 23:00:00+02:00" in said
    assert "double: ada has until 2030-01-08 23:00:00+02:00" in said
    proctor("export")
    rows = (course.root / "marks.csv").read_text().split()[1:]
    assert sorted(rows) == ["ada,double,6.0,6.0", "bob,double,0.0,6.0", "cy,double,,6.0"]
    with Gradebook(f"sqlite:///{course.root}/gradebook.db") as book:
        assert book.find_student("ada").last_name == "King"

    (course.root / "course.toml").write_text(COURSE.replace("2030-01-05", "2030-01-07"))
    assert "the late penalty changed for bob" in proctor("export").stdout
    assert "bob,double,6.0,6.0" in (course.root / "marks.csv").read_text()


@pytest.mark.parametrize(
    "text, roster, told",
    [
        ("due.duble = 2030-01-05T23:00:00Z", "", "there is no exercise 'duble'. Did you mean 'double'?"),
        ("due.double = 2030-01-05", "", "due.double must be a date with time and time zone"),
        ("dues.double = 1", "", "'dues' is not known. Did you mean 'due'?"),
        ("extensions.double.ada = 2030-01-05T23:00:00Z", "", "extensions.double: double has no date in [due]"),
        (COURSE.replace("01-08", "01-04"), ROSTER, "is before double is due"),
        (COURSE.replace("ada", "adda"), ROSTER, "'adda' is not on the roster. Did you mean 'ada'?"),
        (COURSE, ROSTER + "ada,Ada,Again,\n", "roster.csv, line 5: there are two of the id 'ada'"),
        (COURSE, "name;mail\n", "roster.csv must have a column 'id'; it has name, mail"),
        (COURSE, "", "the roster roster.csv cannot be read"),
        ("due = [", "", "course.toml cannot be read"),
    ],
)
def test_what_contradicts_is_told_and_nothing_changes(text, roster, told, course, proctor):
    """Each contradiction is a sentence with the nearest right name; nothing is followed then."""
    (course.root / "course.toml").write_text(text)
    if roster:
        (course.root / "roster.csv").write_text(roster)
    assert told in " ".join(proctor("course", code=None).stdout.split())
    assert not (course.root / "gradebook.db").exists()
