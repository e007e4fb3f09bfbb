"""Values of one's own: who gets which, for ever, and what `[values]` may declare."""

import re

import pytest

from proctor import values
from proctor.course.assignment import read_assignment
from proctor.course.choices import Choice, draw, normal
from proctor.errors import CourseError, ProctorError

CHOICES: dict[str, list[Choice]] = {
    "base": [36_000, 62_000],
    "step": [0.1, 0.2, 0.3],
    "town": ["Ulm", "Bern", "Graz", "Lund"],
}


@pytest.mark.parametrize(
    "student, expected",
    [
        ("ada", {"base": 62_000, "step": 0.3, "town": "Ulm"}),
        ("s123456", {"base": 62_000, "step": 0.3, "town": "Bern"}),
        ("Zoë Müller", {"base": 62_000, "step": 0.2, "town": "Ulm"}),
    ],
)
def test_a_student_has_the_same_values_for_ever(student, expected):
    """What follows from the exercise's name and an identifier is written down here: another
    version of Proctor that gave other values would make right answers wrong."""
    assert draw("house_price", student, CHOICES) == expected


def test_values_depend_on_nothing_else():
    """Another exercise's name gives other values; another declared name changes none."""
    students = [f"s{number}" for number in range(40)]
    here, there = ([draw(name, student, CHOICES) for student in students] for name in ("house_price", "other"))
    assert here != there
    assert [draw("house_price", s, {"new": [1, 2], **CHOICES})["town"] for s in students] == [
        values["town"] for values in here
    ]
    assert {values["town"] for values in here} == set(CHOICES["town"])


@pytest.mark.parametrize(
    "spelling", ["ada lovelace", " Ada Lovelace\n", "AdaLovelace", "ＡＤＡ\u00a0lovelace", "A d alovelace"]
)
def test_spaces_and_case_of_an_identifier_do_not_matter(spelling):
    """However it is typed, it is the same student."""
    assert normal(spelling) == "adalovelace"


def test_both_ways_to_write_an_accent_are_one():
    """A folder's name on macOS holds its accents apart from the letters."""
    assert normal("Zoe\u0308") == normal("Zoë")


def declare(folder, text):
    """What settings with this table `[values]` declare, the author's and a student's alike."""
    for name in ("assignment.toml", "town.toml"):
        (folder / name).write_text(f'title = "Town"\n[values]\n{text}\n', encoding="utf-8")
    return read_assignment(folder / "assignment.toml", "town").values


@pytest.mark.parametrize(
    "text, choices",
    [
        ("n = { from = 2, to = 8, step = 3 }", [2, 5, 8]),
        ("n = { from = 0.1, to = 0.4, step = 0.1 }", [0.1, 0.2, 0.3, 0.4]),
        ('n = ["a", 2, 0.5]', ["a", 2, 0.5]),
    ],
)
def test_a_range_or_a_list_declares_the_choices(tmp_path, text, choices):
    """A range includes both ends, of whole numbers if all three are, and 0.3 is 0.3."""
    found = declare(tmp_path, text)["n"]
    assert found == choices
    assert list(map(type, found)) == list(map(type, choices))


@pytest.mark.parametrize(
    "text, problem",
    [
        ("n = 3", "write a list of numbers or texts, or"),
        ("n = [true, false]", "write a list of numbers or texts, or"),
        ("n = [3]", "two choices or more"),
        ("n = [3, 4, 3]", "none twice"),
        ("n = { from = 1, to = 9 }", "a range has three numbers"),
        ("n = { from = 1, to = 9, steps = 2 }", "a range has three numbers"),
        ("n = { from = 1, to = 8, step = 2 }", "a whole number of steps"),
        ("n = { from = 9, to = 1, step = -2 }", "a whole number of steps"),
        ("n = { from = 0, to = inf, step = 1 }", "must be finite"),
        ("n = { from = 0, to = 1_000_000, step = 1 }", "of which there may be 10,000"),
    ],
)
def test_what_cannot_be_chosen_from_is_refused(tmp_path, text, problem):
    """A table that declares no choices is refused with the file, the name and what to write."""
    with pytest.raises(CourseError, match=rf"^town/assignment.toml: \[values\] n: .*{re.escape(problem)}"):
        declare(tmp_path, text)


def test_an_author_asks_from_the_notebook_in_source(tmp_path, monkeypatch, capsys):
    """Beside the instructor's notebook there are no settings; the grader's is read, and
    an identifier that is typed as a number is one, too."""
    for folder in ("source/town", "graders/town"):
        (tmp_path / folder).mkdir(parents=True)
    declare(tmp_path / "graders/town", "n = { from = 1, to = 999, step = 1 }")
    monkeypatch.chdir(tmp_path / "source/town")
    assert values("town", student=123456) == values("town", student="123456")
    assert capsys.readouterr().out == "town: numbers of 123456\n" * 2


def test_values_that_are_declared_nowhere_are_refused(tmp_path, monkeypatch):
    """One sentence says what is missing."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ProctorError, match="put it beside the notebook"):
        values("town", student="ada")
    declare(tmp_path, "")
    with pytest.raises(ProctorError, match=r"town.toml declares no \[values\]"):
        values("town", student="ada")
