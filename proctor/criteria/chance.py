"""What is drawn by chance: whether it comes as often as its probabilities say."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from proctor.errors import CourseError, CriterionFailed

FEW = 5  # below so many draws to be expected of an outcome, the test is no longer reliable
DEVIATIONS = 5.2
"""A normal number lies above this once in ten million times."""


def assert_drawn(counts: Mapping[Any, int], probabilities: Mapping[Any, float], what: str) -> None:
    """Assert, by a chi-square test, that outcomes came as often as their probabilities say.

    A right answer fails about once in ten million times, so give the student's function seeds that
    are always the same.

    Args:
        counts: outcome → how often it came; an outcome that is missing never came.
        probabilities: outcome → its probability; any other outcome must not have come, nor one
            with a probability of 0.
        what: the name of an outcome in the message, such as "the first letter".

    Raises CriterionFailed, with the outcome that is farthest off; CourseError if probabilities do
    not sum to 1, or there are so few draws that an outcome with a probability above 0 is to be
    expected less than five times.
    """
    total = sum(counts.values())
    expected = {outcome: total * probability for outcome, probability in probabilities.items() if probability > 0}
    if abs(sum(expected.values()) - total) > 1e-6 * total or min(expected.values(), default=0) < FEW:
        raise CourseError(f"assert_drawn: {total} draws are too few, or the probabilities do not sum to 1")
    for outcome, count in counts.items():
        if count and outcome not in expected:
            raise CriterionFailed(f"{what} never to be {outcome!r}", f"{count:,} of {total:,} times")
    shares = {outcome: (counts.get(outcome, 0) - often) ** 2 / often for outcome, often in expected.items()}
    if len(expected) > 1 and sum(shares.values()) > _limit(len(expected) - 1):
        worst = max(shares, key=lambda outcome: shares[outcome])
        raise CriterionFailed(
            f"{what} to be {worst!r} about {expected[worst]:,.0f} of {total:,} times",
            f"{counts.get(worst, 0):,} times",
        )


def _limit(freedom: int) -> float:
    """What a chi-square number of so many degrees of freedom exceeds once in ten million times.

    After Wilson and Hilferty, its cube root is nearly normal.
    """
    spread = 2 / (9 * freedom)
    return freedom * (1 - spread + DEVIATIONS * math.sqrt(spread)) ** 3
