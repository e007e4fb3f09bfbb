"""Interrupts student code whose time is up, by a signal in the jail's own process."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from types import CodeType, FrameType
from typing import Any

SECOND_TIME = 10
"""What has run out of time once has this many times less time from then on."""


class CellTimeout(BaseException):
    """The time of a cell or request is up.

    A BaseException, so that a student's `except Exception` does not swallow it.
    """


class TimeoutAgain(CellTimeout):
    """What has run out of time before did so again, in a tenth of the time."""


class Alarm:
    """Raises `CellTimeout` in the main thread when time is up.

    The student's functions that were running then are remembered. When one of them runs again, its
    call is ended after a tenth of the time, so that what hangs in every call costs little.

    Args:
        namespace: the globals of the student's functions.
    """

    def __init__(self, namespace: dict[str, Any]):
        self._namespace = namespace
        self._slow: set[CodeType] = set()
        self._running: list[FrameType] = []
        self._ticks = 0

    def start(self, seconds: float) -> None:
        """Let time run from now on."""
        # Seen at two ticks in a row, a call has lasted for at least the time between them.
        self._ticks = 2 * SECOND_TIME if self._slow else 1
        self._running = []
        signal.signal(signal.SIGALRM, self._tick)
        signal.setitimer(signal.ITIMER_REAL, seconds / self._ticks, seconds / self._ticks if self._slow else 0)

    def stop(self) -> None:
        """Let no more time run."""
        signal.setitimer(signal.ITIMER_REAL, 0)
        self._running = []

    def _tick(self, _number: int, frame: FrameType | None) -> None:
        __tracebackhide__ = True  # so that the traceback ends in the student's own code
        self._ticks -= 1
        functions = [each for each in _stack(frame) if self._is_students_function(each)]
        if self._ticks == 0:
            self.stop()
            self._slow.update(each.f_code for each in functions)
            raise CellTimeout("its time was up")
        slow = [each for each in functions if each.f_code in self._slow]
        again = any(each is other for each in slow for other in self._running)
        self._running = slow
        if again:
            self.stop()
            raise TimeoutAgain("its time was up again")

    def _is_students_function(self, frame: FrameType) -> bool:
        return frame.f_globals is self._namespace and frame.f_code.co_name != "<module>"


def _stack(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back
