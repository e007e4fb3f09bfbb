"""What somebody wrote down who looked through mistakes, one by one."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np


def draw_tally(counts: Mapping[str, int], mistakes: int, seed: int, *, alone: str = "") -> list[set[str]]:
    """Draw a list of mistakes; each is a set of the kinds that it is of, which may be empty.

    Args:
        counts: kind → how many of the mistakes are of this kind, at most half of them each.
        mistakes: how many there are.
        seed: of which mistakes are of which kind.
        alone: a kind whose mistakes are of no other kind; "" if there is none.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    found: list[set[str]] = [set() for _ in range(mistakes)]
    order = sorted(counts, key=lambda kind: kind != alone)
    for kind in order:
        free = [number for number in range(mistakes) if alone not in found[number]]
        for number in rng.choice(free, counts[kind], replace=False):
            found[number].add(kind)
    return found
