"""A model that knows the held-out data better than other data that it has not been trained with."""

from __future__ import annotations

import math

from proctor.verdict import Flag

RAREST = 1e-5  # a flag by chance on so few honest models


def gap_flags(held_out: tuple[float, int], elsewhere: tuple[float, int]) -> list[Flag]:
    """A flag if the accuracy on held-out data is better than chance allows.

    Args:
        held_out: accuracy (0 to 1) on data that the model cannot have seen, and how many rows that is.
        elsewhere: the same for data that it need not have seen either; to know them better is no fault.
    """
    (right, rows), (others_right, others) = held_out, elsewhere
    wrong, others_wrong = round(rows * (1 - right)), round(others * (1 - others_right))
    if wrong / rows >= others_wrong / others:
        return []
    chance = _chance(wrong, rows, others_wrong, others)
    if chance >= RAREST:
        return []
    evidence = (
        f"{right:.2%} of {rows:,} held-out rows are right, and {others_right:.2%} of {others:,} others; "
        f"by chance that happens to one model in {1 / max(chance, 1e-99):.0e}"
    )
    return [Flag("gap", "the model knows the held-out data better than other data that it was not taught", (evidence,))]


def _chance(wrong: int, rows: int, others_wrong: int, others: int) -> float:
    """How likely at most `wrong` of all mistakes fall among `rows`, if they fall anywhere (Fisher's exact test)."""
    mistakes = wrong + others_wrong
    all_ways = _ways(rows + others, mistakes)
    least = max(0, mistakes - others)
    return sum(math.exp(_ways(rows, k) + _ways(others, mistakes - k) - all_ways) for k in range(least, wrong + 1))


def _ways(n: int, k: int) -> float:
    """The logarithm of how many ways there are to choose k of n."""
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
