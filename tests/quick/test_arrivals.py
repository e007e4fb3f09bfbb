"""Hand-ins are graded as they arrive, and not before they have arrived whole."""

from __future__ import annotations

import os

import pytest

from proctor.run.arrivals import QUIET, Arrivals

ADA, BOB = ("double", "ada"), ("double", "bob")


@pytest.fixture
def arrivals(course):
    """What arrives for the exercise `double`."""
    return Arrivals(course, ["double"])


def test_a_hand_in_that_grows_is_waited_for(course, hand_in, arrivals):
    """It is new once, and ready when nothing of it has changed for as long as a copy may pause;
    an empty folder, another exercise and a lone file are no hand-ins."""
    hand_in("bob", None)
    course.submitted("ada", "triple").mkdir(parents=True)
    (course.root / "submitted" / "README.md").touch()
    hand_in("ada", b"one")
    assert arrivals.look(0) == ([ADA], [])
    hand_in("ada", b"one and two")
    assert arrivals.look(QUIET) == ([], [])
    hand_in("ada", b"one and two", {"double.keras": b""})
    assert arrivals.look(2 * QUIET) == ([], [])
    assert arrivals.look(3 * QUIET - 0.1) == ([], [])
    assert arrivals.look(3 * QUIET) == ([], [ADA])


def test_a_copy_that_keeps_size_and_time_counts_as_another(course, hand_in, arrivals):
    """Programs that copy put a new file in the place of the old one, perhaps with the old time."""
    hand_in("ada", b"one")
    arrivals.look(0)
    arrivals.look(QUIET)
    arrivals.take([ADA])
    path = course.submitted("ada", "double") / "double.ipynb"
    status = path.stat()
    other = path.with_suffix(".partial")
    other.write_bytes(b"two")
    os.utime(other, ns=(status.st_atime_ns, status.st_mtime_ns))
    other.replace(path)
    assert arrivals.look(QUIET + 1) == ([ADA], [])


def test_what_was_dealt_with_is_ready_again_only_if_it_changes(hand_in, arrivals):
    """What was not dealt with stays ready; what is gone is forgotten."""
    hand_in("ada", b"one")
    hand_in("bob", b"one")
    assert arrivals.look(0) == ([ADA, BOB], [])
    assert arrivals.look(QUIET) == ([], [ADA, BOB])
    arrivals.take([ADA])
    assert arrivals.look(2 * QUIET) == ([], [BOB])
    hand_in("ada", b"another")
    assert arrivals.look(3 * QUIET) == ([ADA], [BOB])
    assert arrivals.look(4 * QUIET) == ([], [ADA, BOB])


def test_only_the_students_who_are_named(course, hand_in):
    """As with `proctor grade --student`."""
    hand_in("ada", b"one")
    hand_in("bob", b"one")
    assert Arrivals(course, ["double"], ["bob"]).look(0) == ([BOB], [])
