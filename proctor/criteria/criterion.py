"""`@criterion`: what makes a pytest test a graded statement."""

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
    """The declared half of a criterion: where it belongs and what it is worth.

    Args:
        group: grade id of the check cell it belongs to.
        points: what it is worth.
        hint: one sentence on what to look at.
        needs: grade id of a group that must be met first, or "".
    """

    group: str
    points: float
    hint: str
    needs: str = ""


def criterion(group: str, *, points: float, hint: str, needs: str = "") -> Callable[[Test], Test]:
    """Declare a test to be a criterion of the check cell `group`.

    The first line of the test's docstring is its title: the line that the student reads.

    Args:
        group: grade id of the check cell it belongs to.
        points: what it is worth; over a group they sum to the cell's nbgrader points.
        hint: one sentence on what to look at when it fails; never the answer.
        needs: grade id of an earlier group without which this one says nothing.

    Raises ValueError if points are negative, or title or hint is missing.
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
    """How much of its points a criterion earns; a criterion that asks for `credit` may set it.

    `fraction` is 1 until it is set; a criterion that passes earns `fraction` of its points.
    """

    def __init__(self) -> None:
        self.fraction = 1.0
        self.found = ""
        self.expected = ""

    def between(self, value: float, *, zero: float, full: float) -> None:
        """Give no credit at `zero`, all of it at `full`, and in proportion between.

        Args:
            value: what was measured; NaN earns nothing.
            zero, full: the two ends; `full` below `zero` means that less is better.
        """
        fraction = (value - zero) / (full - zero)
        self.fraction = 0.0 if math.isnan(fraction) else min(1.0, max(0.0, fraction))
        self.found = f"{value:.4g}"
        self.expected = f"{full:.4g} or {'less' if full < zero else 'more'} (no points at {zero:.4g})"

    def within(self, value: float, thresholds: dict[str, Threshold], name: str) -> None:
        """Give credit as `between` does, by what `assignment.toml` states as `name = { none = …, full = … }`.

        Args:
            value: what was measured; NaN earns nothing.
            thresholds: the fixture of that name.
            name: of the threshold, written out: `proctor release` reads in the public tests which ones they ask for.

        Raises CourseError if there is no such threshold for the data in use.
        """
        bounds = thresholds.get(name)
        if not isinstance(bounds, dict) or bounds.keys() != {"none", "full"}:
            raise CourseError(f"assignment.toml states no {name} = {{ none = …, full = … }} for the data in use")
        self.between(value, zero=bounds["none"], full=bounds["full"])
