"""Hand-ins are graded as they arrive, and not before they have arrived whole."""

from __future__ import annotations

import os

import pytest

from proctor.run.arrivals import QUIET, Arrivals, Pair, look_at_source, look_at_submitted

ADA, BOB = ("double", "ada"), ("double", "bob")


@pytest.fixture
def arrivals():
    """What has been seen so far."""
    seen: Arrivals[Pair] = Arrivals()
    return seen


@pytest.fixture
def look(course, arrivals):
    """Looks at what arrives for the exercise `double`, at a time."""
    return lambda now: arrivals.look(now, look_at_submitted(course, ["double"]))


def test_a_hand_in_that_grows_is_waited_for(course, hand_in, look):
    """It is new once, and ready when nothing of it has changed for as long as a copy may pause;
    an empty folder, another exercise and a lone file are no hand-ins."""
    hand_in("bob", None)
    course.submitted("ada", "triple").mkdir(parents=True)
    (course.root / "submitted" / "README.md").touch()
    hand_in("ada", b"one")
    assert look(0) == ([ADA], [])
    hand_in("ada", b"one and two")
    assert look(QUIET) == ([], [])
    hand_in("ada", b"one and two", {"double.keras": b""})
    assert look(2 * QUIET) == ([], [])
    assert look(3 * QUIET - 0.1) == ([], [])
    assert look(3 * QUIET) == ([], [ADA])


def test_a_copy_that_keeps_size_and_time_counts_as_another(course, hand_in, look, arrivals):
    """Programs that copy put a new file in the place of the old one, perhaps with the old time."""
    hand_in("ada", b"one")
    look(0)
    look(QUIET)
    arrivals.take([ADA])
    path = course.submitted("ada", "double") / "double.ipynb"
    status = path.stat()
    other = path.with_suffix(".partial")
    other.write_bytes(b"two")
    os.utime(other, ns=(status.st_atime_ns, status.st_mtime_ns))
    other.replace(path)
    assert look(QUIET + 1) == ([ADA], [])


def test_what_was_dealt_with_is_ready_again_only_if_it_changes(hand_in, look, arrivals):
    """What was not dealt with stays ready; what is gone is forgotten."""
    hand_in("ada", b"one")
    hand_in("bob", b"one")
    assert look(0) == ([ADA, BOB], [])
    assert look(QUIET) == ([], [ADA, BOB])
    arrivals.take([ADA])
    assert look(2 * QUIET) == ([], [BOB])
    hand_in("ada", b"another")
    assert look(3 * QUIET) == ([ADA], [BOB])
    assert look(4 * QUIET) == ([], [ADA, BOB])


def test_only_the_students_who_are_named(course, hand_in):
    """As with `proctor grade --student`."""
    hand_in("ada", b"one")
    hand_in("bob", b"one")
    assert list(look_at_submitted(course, ["double"], ["bob"])) == [BOB]


def test_what_belongs_together_is_waited_for_together(tmp_path):
    """In a source each folder is looked at by itself; a file beside them may belong to any."""
    (tmp_path / "ada").mkdir()
    (tmp_path / "bob").mkdir()
    (tmp_path / ".cache").mkdir()
    (tmp_path / "bob/double.ipynb").touch()
    assert {name: len(look) for name, look in look_at_source(tmp_path).items()} == {
        frozenset(["ada"]): 0,
        frozenset(["bob"]): 1,
    }
    (tmp_path / "double.keras").touch()
    assert {name: len(look) for name, look in look_at_source(tmp_path).items()} == {
        frozenset(["ada", "bob", "double.keras"]): 2
    }
    assert look_at_source(tmp_path / "nowhere") == {}
