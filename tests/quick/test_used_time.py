"""What a process uses of a time limit."""

from __future__ import annotations

import os
import time

from proctor.jail.used_time import UNTOLD_FACTOR, UsedTime, tells_waiting


def test_where_waiting_is_not_told_limits_are_longer():
    """Of a process that cannot be looked at, all time counts, but for a fraction."""
    began = time.monotonic()
    used = UsedTime(None)
    assert 0 <= used.seconds() <= (time.monotonic() - began) / UNTOLD_FACTOR


def test_no_process_uses_more_than_the_time_that_passes():
    """Not even one whose threads and children compute on several processors at once."""
    began = time.monotonic()
    used = UsedTime(os.getpid())
    while time.monotonic() - began < 0.1:
        pass
    assert 0 < used.seconds() <= time.monotonic() - began


def test_a_process_that_is_not_there_tells_nothing():
    """Nor does it raise an error."""
    assert not tells_waiting("none")
    assert UsedTime(2**30).seconds() >= 0
