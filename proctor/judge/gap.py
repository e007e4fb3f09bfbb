"""Flag a model that knows the held-out data better than other data that it was not trained on."""

from __future__ import annotations

import math

from proctor.verdict import Flag

RAREST = 1e-5
"""A gap that honest models show less often than this is flagged."""


def gap_flags(held_out: tuple[float, int], elsewhere: tuple[float, int]) -> list[Flag]:
    """A flag if the accuracy on held-out data is higher than elsewhere by more than chance allows.

    Args:
        held_out: accuracy (0 to 1) on data that the model should not have seen, and their rows.
        elsewhere: the same for other such data; a higher accuracy on these is not flagged.
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
    """The probability that at most `wrong` of all mistakes fall among `rows` if rows do not matter.

    Fisher's exact test, one-sided (R. A. Fisher, "Statistical Methods for Research Workers", 1934).
    """
    mistakes = wrong + others_wrong
    all_ways = _ways(rows + others, mistakes)
    least = max(0, mistakes - others)
    return sum(math.exp(_ways(rows, k) + _ways(others, mistakes - k) - all_ways) for k in range(least, wrong + 1))


def _ways(n: int, k: int) -> float:
    """The logarithm of how many ways there are to choose k of n."""
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
