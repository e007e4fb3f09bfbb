"""What is drawn by chance: whether it comes as often as it should, and in which order."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

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


def assert_seeded(draw: Callable[[int], Any], what: str) -> Any:
    """Assert that what is drawn depends on the seed of its generator, and on no other chance.

    Args:
        draw: takes a seed, and returns what the student's function draws with a new generator.
        what: its name in the message, such as "the line".

    Returns what the first seed makes.

    Raises CriterionFailed if the same seed makes something else, or another seed the same.
    """
    first, again, other = (draw(seed) for seed in (8, 8, 9))
    if first != again:
        raise CriterionFailed(f"{what} to be the same with the same seed", "another time something else")
    if first == other:
        raise CriterionFailed(f"{what} to be another one with another seed", "the same again")
    return first


def assert_each_once(parts: Sequence[Sequence[Hashable]], items: Sequence[Hashable], where: str) -> None:
    """Assert that items are divided: each of them is in one of the parts, and once.

    Args:
        parts: what came back.
        items: those that were to be divided, all different.
        where: what the parts are called in the message, such as "the two parts".

    Raises CriterionFailed, with the first item that is twice or nowhere, or is none of them.
    """
    counts = Counter(item for part in parts for item in part)
    twice = [item for item, count in counts.items() if count > 1]
    lost, strange = [item for item in items if item not in counts], [item for item in counts if item not in {*items}]
    if twice:
        often = sum(twice[0] in part for part in parts)
        raise CriterionFailed(f"each one once in {where}", f"{twice[0]!r} " + ("twice" if often == 1 else "in several"))
    if lost:
        raise CriterionFailed(f"each one in {where}", f"{lost[0]!r} in none")
    if strange:
        raise CriterionFailed(f"nothing else in {where}", f"{strange[0]!r}")


def assert_drawn_anew(draws: Sequence[Collection[Hashable]], items: Sequence[Hashable], what: str) -> None:
    """Assert that each item can be drawn and can be left out, and that draws differ.

    Args:
        draws: what was drawn with each of many seeds. A right answer fails if an item is in none of
            them or in all by chance: with 90 draws of 4 of 14 items, once in a billion times.
        items: all that can be drawn.
        what: it is called so in the message, such as "held back".

    Raises CriterionFailed, with an item that is never drawn or always, or if fewer than half of
    the draws are different.
    """
    for item in items:
        often = sum(item in drawn for drawn in draws)
        if not 0 < often < len(draws):
            wanted = f"each one to be {what} with some of {len(draws)} seeds"
            raise CriterionFailed(wanted, f"{item!r} {'always' if often else 'never'}")
    different = len({frozenset(drawn) for drawn in draws})
    if different < len(draws) / 2:
        raise CriterionFailed(f"{len(draws) // 2} different choices or more with {len(draws)} seeds", f"{different}")


class Orders(NamedTuple):
    """The orders in which a training goes through its items, and where they lead to."""

    orders: tuple[tuple[Any, ...], ...]
    """One for each pass."""
    weights: list[np.ndarray]
    """Those after all passes."""
    losses: list[float]
    """The mean of what the steps returned, for each pass."""


def train_in_every_order(
    start: Sequence[np.ndarray],
    items: Sequence[Any],
    passes: int,
    step: Callable[[list[np.ndarray], Any], tuple[list[np.ndarray], float]],
) -> list[Orders]:
    """What a training may lead to that goes through its items once a pass, in any order.

    There are (items!) to the power of passes, so keep items and passes few.

    Args:
        start: the weights before it.
        items: what each pass goes through, every item once.
        passes: how many there are.
        step: the right step: takes weights and an item, returns new weights and a loss.
    """
    ways = [Orders((), list(start), [])]
    for _ in range(passes):
        after = []
        for way in ways:
            for order in itertools.permutations(items):
                weights, lost = way.weights, []
                for item in order:
                    weights, loss = step(weights, item)
                    lost.append(loss)
                after.append(Orders((*way.orders, order), weights, [*way.losses, float(np.mean(lost))]))
        ways = after
    return ways


def find_nearest(found: Sequence[np.ndarray], ways: Sequence[Orders]) -> tuple[int, float]:
    """Which of `train_in_every_order` comes nearest to the weights that were found.

    Args:
        found: the weights after a training, as `as_arrays` returns them.
        ways: what it may have led to.

    Returns its place, and the largest difference between its weights and those found (NaN if one
    of these is NaN).
    """
    gaps = [max(float(np.max(abs(a - b))) for a, b in zip(found, way.weights, strict=True)) for way in ways]
    nearest = int(np.argmin(gaps))
    return nearest, gaps[nearest]


def _limit(freedom: int) -> float:
    """What a chi-square number of so many degrees of freedom exceeds once in ten million times.

    After Wilson and Hilferty, its cube root is nearly normal.
    """
    spread = 2 / (9 * freedom)
    return freedom * (1 - spread + DEVIATIONS * math.sqrt(spread)) ** 3
