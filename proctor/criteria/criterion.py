"""`@criterion`, which declares that a pytest test is graded, and partial credit for such tests."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import pytest

from proctor.course.assignment import Threshold
from proctor.errors import CourseError

Test = TypeVar("Test", bound=Callable[..., None])


@dataclass(frozen=True)
class Criterion:
    """The arguments of `@criterion`, kept on the test as a pytest marker.

    Args:
        group: grade id of the check cell it belongs to.
        points: the points that it is worth.
        hint: one sentence on what to look at.
        needs: grade id of a group, or name of a criterion, that must be met first, or "".
    """

    group: str
    points: float
    hint: str
    needs: str = ""


def criterion(group: str, *, points: float, hint: str, needs: str = "") -> Callable[[Test], Test]:
    """Declare a test to be a criterion of the check cell `group`.

    The first paragraph of the test's docstring is its title, the line that the student reads.

    Args:
        group: grade id of the check cell it belongs to.
        points: the points that it is worth; those of a group sum to the cell's nbgrader points.
        hint: one sentence that says where to look when it fails, without the answer.
        needs: grade id of an earlier group, or name of one criterion (its test's, without `test_`).
            Until that is met, the test is not run and its result is "waiting".

    Raises ValueError if `points` is negative, or the docstring or the hint is missing.
    """

    def declare(test: Test) -> Test:
        name = getattr(test, "__name__", repr(test))
        if points < 0:
            raise ValueError(f"criterion {name}: points must be 0 or more, got {points}")
        if not hint.strip():
            raise ValueError(f"criterion {name}: hint must be a sentence, got {hint!r}")
        if not (test.__doc__ or "").strip():
            raise ValueError(f"criterion {name}: its docstring is what the student reads; it has none")
        return pytest.mark.criterion(Criterion(group, points, hint, needs))(test)

    return declare


class Credit:
    """Partial credit: the value of the `credit` fixture, which a test may set.

    A test that passes earns `fraction` (from 0 to 1, at first 1) of its points. `measured` holds
    the values that were compared with thresholds, by the threshold's name.
    """

    def __init__(self) -> None:
        self.fraction = 1.0
        self.found = ""
        self.expected = ""
        self.measured: dict[str, float] = {}

    def between(self, value: float, *, zero: float, full: float) -> None:
        """Set `fraction` to `(value - zero) / (full - zero)`, clipped to 0 … 1.

        Args:
            value: the measured value; NaN earns nothing.
            zero: the value that earns no points.
            full: the value that earns all points; it may be below `zero` (less is better).
        """
        fraction = (value - zero) / (full - zero)
        self.fraction = 0.0 if math.isnan(fraction) else min(1.0, max(0.0, fraction))
        self.found = f"{value:.4g}"
        self.expected = f"{full:.4g} or {'less' if full < zero else 'more'} (no points at {zero:.4g})"

    def within(self, value: float, thresholds: dict[str, Threshold], name: str) -> None:
        """Set `fraction` as `between` does, with a threshold of `assignment.toml` as its two ends.

        Args:
            value: the measured value; NaN earns nothing.
            thresholds: the value of the `thresholds` fixture.
            name: of an entry `name = { none = …, full = … }`. Write a string literal:
                `proctor release` finds the thresholds of public tests in their source code.

        Raises CourseError if there is no such threshold for the data set in use.
        """
        bounds = thresholds.get(name)
        if not isinstance(bounds, dict) or bounds.keys() != {"none", "full"}:
            raise CourseError(f"assignment.toml states no {name} = {{ none = …, full = … }} for the data in use")
        self.measured[name] = float(value)
        self.between(value, zero=bounds["none"], full=bounds["full"])
