"""`course.toml` is read, and what contradicts in it is told."""

from __future__ import annotations

import pytest

from proctor.course.schedule import Group, Listed, read_schedule
from proctor.errors import CourseError

ROSTER = "id,first_name,last_name,email\nada,Ada,King,ada@example.org\nbob,Bob,\ncy,,,\n"
COURSE = """roster = "roster.csv"
[due]
double = 2030-01-05T23:00:00+02:00
[extensions.double]
ada = 2030-01-08T23:00:00+02:00
"""
ALL = """[groups.all]
exercises = ["double"]
weight = 100
"""
TWICE = ALL.replace("100", "40") + ALL.replace("groups.all", "groups.rest").replace("100", "60")


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
        (COURSE, ROSTER + "a/b,,,\n", "roster.csv, line 5: 'a/b' cannot be the name of a folder in submitted/"),
        (COURSE, "name;mail\n", "roster.csv must have a column 'id'; it has name, mail"),
        (COURSE, "", "the roster roster.csv cannot be read"),
        ("attempts = 'most'", "", "'attempts' must be 'last' or 'best', got 'most'"),
        ("groups = 3", "", "'groups' must be a table, got 3"),
        (ALL.replace("weight", "wait"), "", "groups.all.wait is not known. Did you mean 'weight'?"),
        (ALL.replace("100", "0"), "", "groups.all.weight must be a percentage, more than 0 and up to 100, got 0"),
        (ALL.replace("100", "90"), "", "groups: the weights must add up to 100, and they add up to 90"),
        (ALL.replace('["double"]', '"double"'), "", "groups.all.exercises must be a list of exercises' names, got"),
        (ALL.replace("double", "duble"), "", "groups.all: there is no exercise 'duble'. Did you mean 'double'?"),
        (ALL + "drop = 1", "", "groups.all: 1 of 1 are dropped: none would count"),
        (ALL + "drop = -1", "", "groups.all.drop must be a number of exercises, 0 or more, got -1"),
        (TWICE, "", "groups.rest: double is in 'all' already, and may count once"),
    ],
)
def test_what_contradicts_is_told(text, roster, told, course):
    """Each contradiction is a sentence, with the nearest right name."""
    (course.root / "course.toml").write_text(text)
    if roster:
        (course.root / "roster.csv").write_text(roster)
    assert told in "\n".join(read_schedule(course).contradictions)


def test_groups_say_what_counts(course):
    """With nothing dropped where nothing is said of it, and no contradiction."""
    (course.root / "course.toml").write_text(ALL)
    schedule = read_schedule(course)
    assert schedule.groups == [Group("all", ("double",), 100)]
    assert schedule.contradictions == []


def test_a_file_that_is_no_toml_is_refused(course):
    """With the parser's own sentence."""
    (course.root / "course.toml").write_text("due = [")
    with pytest.raises(CourseError, match=r"course\.toml cannot be read: Invalid value"):
        read_schedule(course)


def test_a_roster_may_come_from_a_spreadsheet(course):
    """With a byte order mark, semicolons, other columns, and blanks around what is in them."""
    (course.root / "course.toml").write_text('roster = "people.csv"')
    (course.root / "people.csv").write_text('\ufeffid;group;last_name\r\n ada ;"of\r\ntwo"; King\r\n', encoding="utf-8")
    assert read_schedule(course).people == [Listed("ada", last_name="King")]
