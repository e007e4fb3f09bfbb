"""A student's total follows from the groups of `course.toml`, and is never a false 0."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from proctor.course.schedule import Group, Schedule
from proctor.report.totals import Marks, Total, compute_totals

NOW = datetime(2026, 10, 1, tzinfo=UTC)
HOMEWORK = Group("homework", ("a", "b", "c"), 60, drop=1)
PROJECT = Group("project", ("p",), 40)
SCHEDULE = Schedule(groups=[HOMEWORK, PROJECT])
WORTH = {"a": 10.0, "b": 4.0, "c": 2.0, "p": 100.0}


def total_of(scores: dict[str, float], schedule: Schedule = SCHEDULE, **more) -> Total:
    """The total of ada, with these scores; somebody else has all marks."""
    everybody = {("ada", name): score for name, score in scores.items()} | {("bob", name): 1.0 for name in WORTH}
    marks = replace(Marks(WORTH, everybody, {}, set(everybody)), **more)
    return compute_totals(schedule, marks, ["ada"], NOW)["ada"]


def test_the_lowest_are_dropped_and_groups_are_weighted():
    """Shares count, not points: 10 of 10 and 1 of 4 count, 0 of 2 is dropped, 50 of 100 is 40 %."""
    total = total_of({"a": 10, "b": 1, "c": 0, "p": 50})
    assert total.percent == pytest.approx(60 * (1 + 0.25) / 2 + 40 * 0.5)
    assert (total.dropped, total.unmarked) == (("c",), ())


def test_what_was_not_handed_in_is_zero_once_it_was_due():
    """For this student, with the extension; without a due date, once anybody has a mark."""
    scores = {"a": 10.0, "b": 4.0, "c": 2.0}
    assert total_of(scores).percent == pytest.approx(60)
    tomorrow = NOW + timedelta(days=1)
    assert total_of(scores, due={"p": tomorrow}).percent == pytest.approx(100)
    yesterday = NOW - timedelta(days=1)
    assert total_of(scores, due={"p": yesterday}).percent == pytest.approx(60)
    extended = replace(SCHEDULE, extensions={"p": {"ada": tomorrow}})
    assert total_of(scores, extended, due={"p": yesterday}).percent == pytest.approx(100)
    nobody = Marks(WORTH, {("ada", name): score for name, score in scores.items()}, {}, set())
    assert compute_totals(SCHEDULE, nobody, ["ada"], NOW)["ada"].percent == pytest.approx(100)


def test_what_was_handed_in_and_has_no_mark_is_no_zero():
    """There is no total then, and what is missing is named."""
    assert total_of({"a": 10, "b": 4, "c": 1}, handed_in={("ada", "p")}) == Total(None, ("c",), ("p",))


def test_one_exercise_is_always_left():
    """Early in a course, as many have marks as are dropped."""
    schedule = replace(SCHEDULE, groups=[replace(HOMEWORK, weight=100, drop=2)])
    tomorrow = dict.fromkeys("bc", NOW + timedelta(days=1))
    assert total_of({"a": 5}, schedule, due=tomorrow).percent == pytest.approx(50)


def test_without_groups_or_marks_there_is_no_total():
    """Extra credit, though, may lead beyond 100 %."""
    assert compute_totals(Schedule(), Marks(WORTH, {("ada", "a"): 1.0}, {}), ["ada"], NOW) == {}
    assert compute_totals(SCHEDULE, Marks(WORTH, {}, {}), ["ada"], NOW) == {"ada": Total(None)}
    assert total_of({"a": 11, "b": 4.4, "c": 2.2, "p": 110}).percent == pytest.approx(110)
