"""Interrupts student code whose time is up, by a signal in the jail's own process."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from types import CodeType, FrameType
from typing import Any

from proctor.jail.used_time import UsedTime

SECOND_TIME = 10
"""What has run out of time once has this many times less time from then on."""
SHORTEST_TICK = 0.01  # seconds


class CellTimeout(BaseException):
    """The time of a cell or request is up.

    A BaseException, so that a student's `except Exception` does not swallow it.
    """


class TimeoutAgain(CellTimeout):
    """What has run out of time before did so again, in a tenth of the time."""


class Alarm:
    """Raises `CellTimeout` in the main thread when time is up, as `UsedTime` measures.

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
        self._running: list[tuple[FrameType, float]] = []  # calls, and when they were first seen
        self._seconds = 0.0
        self._time = UsedTime(os.getpid())
        self._over: type[CellTimeout] | None = None

    def start(self, seconds: float, of_a_cell: bool) -> None:
        """Let time run from now on, that of a cell or that of a request."""
        self._slow = self._slow_in_cells if of_a_cell else self._slow_in_requests
        self._running, self._over = [], None
        self._seconds = seconds
        self._time.start()
        signal.signal(signal.SIGALRM, self._tick)
        self._set_timer(0.0)

    def stop(self) -> None:
        """Let no more time run."""
        self._seconds = 0.0
        signal.setitimer(signal.ITIMER_REAL, 0)
        self._running = []

    def _set_timer(self, used: float) -> None:
        """Tick when time is up if the process never has to wait for a processor, or earlier.

        A call is seen twice, a twentieth of the time apart, before it has lasted for a tenth.
        """
        tick = self._seconds / SECOND_TIME / 2
        signal.setitimer(signal.ITIMER_REAL, min(tick, max(self._seconds - used, SHORTEST_TICK)))

    def _tick(self, _number: int, frame: FrameType | None) -> None:
        """Raise if time is up, and then every second until the student's code has ended.

        Once is not enough: Python drops what is raised in a callback of C code or a `__del__`.
        """
        __tracebackhide__ = True  # so that the traceback ends in the student's own code
        if not self._seconds:
            return
        students = [each for each in _stack(frame) if each.f_globals is self._namespace]
        if self._over is None:
            functions = [each for each in students if each.f_code.co_name != "<module>"]
            used = self._time.seconds()
            self._over = self._find_end(functions, used)
            if self._over is None:
                self._set_timer(used)
                return
            signal.setitimer(signal.ITIMER_REAL, 1, 1)
        elif not students:
            return
        raise self._over("its time was up")

    def _find_end(self, functions: list[FrameType], used: float) -> type[CellTimeout] | None:
        """What is to be raised now, if anything.

        Args:
            functions: the student's that are running.
            used: seconds since the start.
        """
        if used >= self._seconds:
            self._slow.update(each.f_code for each in functions)
            return CellTimeout
        seen = {id(frame): since for frame, since in self._running}
        self._running = [(each, seen.get(id(each), used)) for each in functions if each.f_code in self._slow]
        tick = self._seconds / SECOND_TIME / 2
        return TimeoutAgain if any(used - since >= tick for _, since in self._running) else None


def _stack(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back
