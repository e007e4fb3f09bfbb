"""Interrupts student code whose time is up, by a signal in the jail's own process."""

from __future__ import annotations

import signal
import time
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
    call is ended after a tenth of the time, so that what hangs in every call costs little. Cells
    and requests are told apart: a function that is slow, but right, may be too slow for a cell.

    Args:
        namespace: the globals of the student's code.
    """

    def __init__(self, namespace: dict[str, Any]):
        self._namespace = namespace
        self._slow_in_cells: set[CodeType] = set()
        self._slow_in_requests: set[CodeType] = set()
        self._slow = self._slow_in_cells
        self._running: list[FrameType] = []
        self._end = 0.0
        self._over: type[CellTimeout] | None = None

    def start(self, seconds: float, of_a_cell: bool) -> None:
        """Let time run from now on, that of a cell or that of a request."""
        self._slow = self._slow_in_cells if of_a_cell else self._slow_in_requests
        self._running, self._over = [], None
        self._end = time.monotonic() + seconds
        # Seen at two ticks in a row, a call has lasted for at least the time between them.
        tick = seconds / SECOND_TIME / 2
        signal.signal(signal.SIGALRM, self._tick)
        signal.setitimer(signal.ITIMER_REAL, tick if self._slow else seconds, tick)

    def stop(self) -> None:
        """Let no more time run."""
        signal.setitimer(signal.ITIMER_REAL, 0)
        self._running = []

    def _tick(self, _number: int, frame: FrameType | None) -> None:
        """Raise if time is up, and then every second until the student's code has ended.

        Once is not enough: Python drops what is raised in a callback of C code or a `__del__`.
        """
        __tracebackhide__ = True  # so that the traceback ends in the student's own code
        students = [each for each in _stack(frame) if each.f_globals is self._namespace]
        if self._over is None:
            functions = [each for each in students if each.f_code.co_name != "<module>"]
            self._over = self._find_end(functions)
            if self._over is None:
                return
            signal.setitimer(signal.ITIMER_REAL, 1, 1)
        elif not students:
            return
        raise self._over("its time was up")

    def _find_end(self, functions: list[FrameType]) -> type[CellTimeout] | None:
        """What is to be raised now, if anything; `functions` are the student's that are running."""
        if time.monotonic() >= self._end:
            self._slow.update(each.f_code for each in functions)
            return CellTimeout
        before, self._running = self._running, [each for each in functions if each.f_code in self._slow]
        return TimeoutAgain if any(each is other for each in self._running for other in before) else None


def _stack(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back
