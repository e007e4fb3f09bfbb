"""`course.toml`: the gradebook follows it, and what contradicts is told."""

from __future__ import annotations

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


def test_whoever_has_no_name_is_shown_by_the_id(course, proctor, hand_in):
    """nbgrader's pages would show "None, None". Names of the roster take the place of the id, those
    given in the formgrader stay, and who only handed in something is there, too."""
    (course.root / "roster.csv").write_text("id,first_name,last_name\nbob,,\ncy,,\n")
    (course.root / "course.toml").write_text('roster = "roster.csv"\n')
    hand_in("ada", b"no notebook")
    (course.root / "submitted/notes").mkdir()
    assert "roster: 2 students added, 0 changed" in proctor("course").stdout
    with Gradebook(f"sqlite:///{course.root}/gradebook.db") as book:
        book.add_student("dot", last_name="Dotson")
    assert "added" not in proctor("course").stdout
    assert names(course) == {"ada": ("", "ada"), "bob": ("", "bob"), "cy": ("", "cy"), "dot": ("", "Dotson")}
    (course.root / "roster.csv").write_text("id,first_name,last_name\nbob,Bob,King\ncy,Cy,\n")
    assert "roster: 0 students added, 2 changed" in proctor("course").stdout
    assert names(course) == {"ada": ("", "ada"), "bob": ("Bob", "King"), "cy": ("Cy", ""), "dot": ("", "Dotson")}


def names(course) -> dict[str, tuple[str, str]]:
    """Student → first and last name in the gradebook."""
    with Gradebook(f"sqlite:///{course.root}/gradebook.db") as book:
        return {student.id: (student.first_name, student.last_name) for student in book.students}


def test_a_contradiction_is_told_and_nothing_changes(course, proctor):
    """`proctor course` names it and ends with 1; other commands go on without the file."""
    (course.root / "course.toml").write_text("due.duble = 2030-01-05T23:00:00Z")
    assert "course.toml: there is no exercise 'duble'" in proctor("course", code=1).stdout
    assert not (course.root / "gradebook.db").exists()
    assert "course.toml is not followed; proctor course shows why" in proctor("export").stdout
